"""The mappings: the built-in folder with a user's own folder laid over it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from converter.mapping.documents import Document
from converter.mapping.fields import Dictionary, check_sources, load_fields
from converter.mapping.forms import Form, load_form
from converter.vocabulary.findings import ConfigurationError, Place


def builtin() -> Path:
    """The mappings that come with the program: the copy inside an installed wheel, else the repository's own."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "mappings"
    return inside if inside.is_dir() else package.parent / "mappings"


@dataclass(frozen=True)
class Layer:
    """One mappings folder, and the name it has in messages and outputs (never its absolute path)."""

    path: Path
    name: str


class Library:
    """Fields, forms, checks and schemes of the layers; later layers win. Raises ConfigurationError on first use."""

    def __init__(self, own: Path | None = None) -> None:
        self.layers = [Layer(builtin(), "mappings")]
        if own is not None:
            if not own.is_dir():
                raise ConfigurationError("C07", "找不到 --mappings 指定的文件夹", "请核对路径", Place(str(own)))
            if misnamed := sorted(own.rglob("*.yml")):
                place = Place(f"{own.resolve().name}/{misnamed[0].relative_to(own).as_posix()}")
                raise ConfigurationError("C07", "不会读取扩展名为 .yml 的文件", "请把扩展名改为 .yaml", place)
            self.layers.append(Layer(own, own.resolve().name))

    def documents(self, pattern: str) -> Iterator[tuple[Layer, Document]]:
        """Every YAML file of every layer that fits `pattern`, layer by layer in the order of their names."""
        for layer, path, shown in self.files(pattern):
            yield layer, Document(path, shown)

    def files(self, pattern: str) -> Iterator[tuple[Layer, Path, str]]:
        """The files that fit `pattern`, unread: layer, path, and the name it has in messages."""
        for layer in self.layers:
            for path in sorted(layer.path.glob(pattern)):
                yield layer, path, f"{layer.name}/{path.relative_to(layer.path).as_posix()}"

    @cached_property
    def dictionary(self) -> Dictionary:
        """The data dictionary of all layers."""
        return load_fields([document for _, document in self.documents("fields.yaml")])

    @cached_property
    def forms(self) -> list[Form]:
        """All forms; a user's form replaces the built-in one of its name."""
        forms: dict[str, Form] = {}
        owners: dict[str, tuple[Layer, str]] = {}
        for layer, document in self.documents("forms/*.yaml"):
            form = load_form(document, self.dictionary)
            owner, other = owners.get(form.form, (None, ""))
            if owner == layer:
                raise document.error("C06", f"与 {other} 是同名的表单“{form.form}”", "请改名或只保留一个", "form")
            owners[form.form] = layer, document.shown
            forms[form.form] = form
        check_sources(self.dictionary, {form.form: form.fields() for form in forms.values()})
        return list(forms.values())

    def fingerprint(self) -> str:
        """SHA-256 over every YAML file of every layer: names and contents."""
        digest = hashlib.sha256()
        for layer in self.layers:
            for path in sorted(layer.path.rglob("*.yaml")):
                digest.update(f"{layer.name}/{path.relative_to(layer.path).as_posix()}\0".encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()
