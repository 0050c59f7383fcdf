"""The folders of mappings, one laid over the other: their files, unread. Light: a run that has nothing to do needs no more."""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from converter.vocabulary.findings import ConfigurationError, Place


def builtin() -> Path:
    """The mappings that come with the program: the copy inside an installed wheel, else the repository's own."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "mappings"
    return inside if inside.is_dir() else package.parent / "mappings"


class Layer(NamedTuple):
    """One mappings folder, and the name it has in messages and outputs (never its absolute path)."""

    path: Path
    name: str


class Layers:
    """The built-in folder with a user's own over it."""

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

    def files(self, pattern: str) -> Iterator[tuple[Layer, Path, str]]:
        """The files that fit `pattern`, unread: layer, path, and the name it has in messages."""
        for layer in self.layers:
            for path in sorted(layer.path.glob(pattern)):
                yield layer, path, f"{layer.name}/{path.relative_to(layer.path).as_posix()}"

    @cached_property
    def digests(self) -> dict[str, str]:
        """Every YAML file of every layer, as it is shown, with its SHA-256: as they are when this is first asked for."""
        return {
            f"{layer.name}/{path.relative_to(layer.path).as_posix()}": hashlib.sha256(path.read_bytes()).hexdigest()
            for layer in self.layers
            for path in sorted(layer.path.rglob("*.yaml"))
        }

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over every YAML file of every layer: names and contents."""
        listed = "".join(f"{name}\0{digest}\n" for name, digest in self.digests.items())
        return hashlib.sha256(listed.encode()).hexdigest()
