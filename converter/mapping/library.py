"""The mappings: the built-in folder with a user's own folder laid over it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from converter.mapping.documents import Document
from converter.mapping.fields import Dictionary, add_items, append_sources, check_sources, load_fields
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

    def __init__(self, own: Path | None = None, base: Path | None = None) -> None:
        """`base` stands for the built-in folder: that of another time, out of an archive."""
        self.layers = [Layer(base or builtin(), "mappings")]
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
        """The data dictionary of all layers, with what forms bring along."""
        dictionary = load_fields([document for _, document in self.documents("fields.yaml")])
        for _, document in self._forms.values():
            form = document.parse(Form)
            add_items(dictionary, form.form, form.items, document)
        return dictionary

    @cached_property
    def _forms(self) -> dict[str, tuple[Layer, Document]]:
        """The file of each form by its name; a user's form replaces the built-in one."""
        owners: dict[str, tuple[Layer, Document]] = {}
        for layer, document in self.documents("forms/*.yaml"):
            name = document.parse(Form).form
            if (other := owners.get(name)) and other[0] == layer:
                message = f"与 {other[1].shown} 是同名的表单“{name}”"
                raise document.error("C06", message, "请改名或只保留一个", "form")
            owners[name] = layer, document
        return owners

    @cached_property
    def forms(self) -> list[Form]:
        """All forms. The built-in ones stand in the dictionary's sources; a user's own come after those."""
        produced: dict[bool, dict[str, set[str]]] = {True: {}, False: {}}
        forms = []
        for layer, document in self._forms.values():
            form = load_form(document, self.dictionary)
            forms.append(form)
            produced[layer == self.layers[0]][form.form] = form.fields()
        append_sources(self.dictionary, produced[False])
        check_sources(self.dictionary, produced[True] | produced[False])
        return forms

    def digests(self) -> dict[str, str]:
        """Every YAML file of every layer, as it is shown, with its SHA-256."""
        return {
            f"{layer.name}/{path.relative_to(layer.path).as_posix()}": hashlib.sha256(path.read_bytes()).hexdigest()
            for layer in self.layers
            for path in sorted(layer.path.rglob("*.yaml"))
        }

    def fingerprint(self) -> str:
        """SHA-256 over every YAML file of every layer: names and contents."""
        listed = "".join(f"{name}\0{digest}\n" for name, digest in self.digests().items())
        return hashlib.sha256(listed.encode()).hexdigest()
