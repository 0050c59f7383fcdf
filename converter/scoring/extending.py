"""Schemes that extend others (`extends: 430527/2019`): one document out of several files, every key with its origin.

What a file writes replaces what it inherits, indicator by indicator and key by key; `键: null` takes a key, an
indicator or a level out. Region, year, kinds and `template` are a file's own and never inherited.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from converter.mapping.documents import Document
from converter.mapping.library import Layer, Library
from converter.mapping.mistakes import Mistake, Position, Steps
from converter.vocabulary.findings import ConfigurationError, Place
from converter.vocabulary.labels import label, nearest

FOLDER = "schemes"
#: Keys whose entries are merged one by one, and those entries' own keys too.
_MERGED = ("indicators", "levels")
_NEVER_INHERITED = ("region", "year", "kinds", "template", "extends")


class Written(NamedTuple):
    """One scheme file: its layer (0 is the built-in one) and the name by which another extends it (430527/2019)."""

    layer: int
    reference: str
    document: Document

    @property
    def parent(self) -> object:
        """What it says it extends."""
        plain = self.document.plain
        return plain.get("extends") if isinstance(plain, Mapping) else None


def written(library: Library, broken: list[ConfigurationError] | None = None) -> list[Written]:
    """Every scheme file of every layer, templates included, worked cases not.

    Raises ConfigurationError for the first that is not YAML, or lies where no scheme is looked for (C24), or collects
    them all in `broken`.
    """
    layers = {layer: index for index, layer in enumerate(library.layers)}
    files = []
    for layer, path, shown in library.files(f"{FOLDER}/**/*.yaml"):
        if shown.endswith(".cases.yaml"):
            continue
        try:
            document = _read(path, shown, layer)
        except ConfigurationError as error:
            if broken is None:
                raise
            broken.append(error)
        else:
            reference = path.relative_to(layer.path / FOLDER).with_suffix("").as_posix()
            files.append(Written(layers[layer], reference, document))
    return files


def _read(path: Path, shown: str, layer: Layer) -> Document:
    if path.parent.parent != layer.path / FOLDER:
        advice = "请移到 schemes/<区划代码>/<年度>.yaml；模板放在 schemes/模板/"
        raise ConfigurationError("C24", "方案文件放错了位置，不会被读取", advice, Place(shown, "", "1:1"))
    return Document(path, shown)


def lineage(file: Written, files: Sequence[Written]) -> list[Written]:
    """A file and those it extends, the most distant ancestor first.

    A parent is looked for in the file's own layer and below it; a file that extends its own name means the one of a
    lower layer. Raises ConfigurationError C20 for a parent that is missing, C21 for a circle, at the `extends` that
    closes it.
    """
    chain = [file]
    while (wanted := chain[0].parent) is not None:
        here = chain[0]
        if not isinstance(wanted, str):
            raise _at_extends(here, "C20", "extends 应为方案或模板的名称", "写作 430527/2019 或 模板/自评表2020")
        parent = _parent(here, wanted, files)
        if parent in chain:
            names = " → ".join(one.reference for one in [*reversed(chain), parent])
            raise _at_extends(here, "C21", f"extends 循环：{names}", "请去掉其中一个 extends")
        chain.insert(0, parent)
    return chain


def _parent(here: Written, wanted: str, files: Sequence[Written]) -> Written:
    below = here.layer - (wanted == here.reference)
    found = [one for one in files if one.reference == wanted and one.layer <= below]
    if found:
        return max(found, key=lambda one: one.layer)
    if wanted == here.reference:
        raise _at_extends(here, "C21", f"extends 循环：{wanted} → {wanted}", "请写另一个方案，或去掉 extends")
    close = nearest(wanted, (one.reference for one in files if one.layer <= here.layer and one != here))
    advice = f"是否为“{close}”？" if close else "jixiao scheme list 可列出现有方案和模板"
    raise _at_extends(here, "C20", f"找不到要继承的方案“{wanted}”", advice)


def _at_extends(here: Written, code: str, message: str, advice: str) -> ConfigurationError:
    return ConfigurationError(code, message, advice, here.document.place("extends", key=False))


@dataclass
class _Merge:
    """What has been laid together so far, which document owns each node, and what was taken out where."""

    plain: dict[str, object] = field(default_factory=dict)
    owners: dict[Steps, Document] = field(default_factory=dict)
    removed: dict[Steps, Place] = field(default_factory=dict)

    def lay(self, document: Document) -> None:
        """Lays a file over what is there."""
        for key in _NEVER_INHERITED:
            self.plain.pop(key, None)
            self.owners.pop((key,), None)
        content = document.plain
        assert isinstance(content, Mapping)
        first = not self.owners
        for key, value in content.items():
            if key in _MERGED and isinstance(value, Mapping):
                self._over(self._inside(self.plain, key, (key,), document), value, (key,), document, first=first)
            else:
                self.plain[key] = value
                self.owners[key,] = document

    def _inside(self, target: dict[str, object], key: str, path: Steps, document: Document) -> dict[str, object]:
        """The mapping below a key, made where there is none."""
        self.owners[path] = document
        inside = target.get(key)
        if not isinstance(inside, dict):
            inside = target[key] = {}
        return inside

    def _over(
        self, target: dict[str, object], source: Mapping[str, object], path: Steps, document: Document, *, first: bool
    ) -> None:
        for key, value in source.items():
            here = (*path, key)
            if value is None and not first:
                self._take_out(target, key, here, document)
                continue
            self.removed.pop(here, None)
            if len(here) == 2 and key not in target:
                self._refuse_misspelt(target, key, here, document)
            if len(here) == 2 and isinstance(value, Mapping):
                self._over(self._inside(target, key, here, document), value, here, document, first=first)
            else:
                target[key] = value
                self.owners[here] = document

    def _take_out(self, target: dict[str, object], key: str, here: Steps, document: Document) -> None:
        if key not in target:
            close = nearest(str(key), map(str, target))
            advice = f"是否为“{close}”？" if close else "请去掉这一行"
            raise document.error("C22", f"{'.'.join(map(str, here))}：继承来的内容里没有它，无从去掉", advice, *here)
        del target[key]
        self.owners = {path: owner for path, owner in self.owners.items() if path[: len(here)] != here}
        self.removed[here] = document.place(*here)

    def _refuse_misspelt(self, target: Mapping[str, object], key: str, here: Steps, document: Document) -> None:
        """A name that differs only in quotes or numbering is the same indicator written badly, not a new one."""
        for known in target:
            if label(str(known)) == label(str(key)):
                raise document.error("C22", f"“{key}”与继承来的“{known}”只差引号或编号", f"请写作“{known}”", *here)


class Merged(Document):
    """Several files as one document; every node's place is where it is really written."""

    def __init__(self, chain: Sequence[Document]) -> None:
        merge = _Merge()
        for document in chain:
            merge.lay(document)
        own = chain[-1]
        self.path, self.shown, self.parts, self.chain = own.path, own.shown, own.parts, list(chain)
        self.text = "\n".join(document.text for document in chain)
        self.plain = self.content = merge.plain
        self.owners, self.removed = merge.owners, merge.removed

    def owner(self, path: Sequence[str | int]) -> Document:
        """The file in which a node is written."""
        for length in range(len(path), 0, -1):
            if (found := self.owners.get(tuple(path[:length]))) is not None:
                return found
        return self.chain[-1]

    def written_by(self, indicator: str) -> set[Document]:
        """The files in which keys of an indicator are written, or where it was put in or taken out."""
        at = ("indicators", indicator)
        return {owner for path, owner in self.owners.items() if path[:2] == at}

    def file_of(self, path: Sequence[str | int]) -> str:
        """The file in which a node is really written."""
        return self.owner(path).shown

    def _walk(self, path: Sequence[str | int]) -> Iterator[tuple[str | int, Position, Position]]:
        return self.owner(path)._walk(path)  # another document's own

    def _refusal(self, mistake: Mistake, path: Sequence[str | int] = ()) -> ConfigurationError:
        several = len(path) > 1 and path[0] == "indicators" and len(self.written_by(str(path[1]))) > 1
        if several and "只写一个" in mistake.reason:
            mistake = mistake._replace(advice=f"{mistake.advice}；继承来的键不要了，写“键: null”")
        return super()._refusal(mistake, path)


def merged(file: Written, files: Sequence[Written]) -> Document:
    """The document of a scheme: its own file, or with those it extends laid below it (C20–C22)."""
    chain = lineage(file, files)
    return file.document if len(chain) == 1 else Merged([one.document for one in chain])
