"""The departments list (--departments): who is expected to hand in, under which names (DESIGN §4).

A list is a table in any workbook, CSV or web page that can be read, or YAML, with the same heads.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator
from pydantic import Field as Key

from converter.mapping.documents import Document, Strict
from converter.mapping.listings import lines_of, open_sheets
from converter.vocabulary.findings import ConfigurationError, Place
from converter.vocabulary.labels import plain

#: Heads of the list, each with the other names it goes by.
HEADS: dict[str, tuple[str, ...]] = {
    "编码": ("部门编码", "单位编码", "预算编码", "预算代码"),
    "名称": ("部门名称", "单位名称", "部门", "单位", "预算部门"),
    "别名": ("简称",),
    "曾用名": ("原名称", "原名"),
    "上级": ("主管部门", "上级部门", "主管单位"),
    "类别": ("部门类别", "单位类别", "分类"),
    "应报": ("是否应报", "是否报送"),
    "不参评理由": ("不参评原因", "不参评"),
}
_YES, _NO = frozenset({"", "是", "应报", "√", "Y", "1"}), frozenset({"否", "不报", "×", "N", "0"})
#: What parts several names in one cell.
_SEPARATORS = str.maketrans(dict.fromkeys("；;，,、/|\n\r", "、"))


class Listed(NamedTuple):
    """A department of the list: its name in the outputs, and the matching forms of all names it goes by."""

    name: str
    code: str = ""
    parent: str = ""
    kind: str = ""
    expected: bool = True
    excuse: str = ""
    labels: tuple[str, ...] = ()

    @property
    def evaluated(self) -> bool:
        """Whether it takes part in the evaluation."""
        return not self.excuse


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) else value


Text = Annotated[str, BeforeValidator(_text)]


class Entry(Strict):
    """A department as the list states it."""

    name: Text = Key(alias="名称", min_length=1)
    code: str = Key("", alias="编码")
    aliases: list[Text] = Key([], alias="别名")
    former: list[Text] = Key([], alias="曾用名")
    parent: Text = Key("", alias="上级")
    kind: Text = Key("", alias="类别")
    expected: Text = Key("是", alias="应报")
    excuse: Text = Key("", alias="不参评理由")


class RosterFile(Strict):
    """A departments list in YAML: 部门 and its entries."""

    entries: list[Entry] = Key(alias="部门", min_length=1)


@dataclass
class Roster:
    """The departments of a list, in its order."""

    entries: list[Listed] = field(default_factory=list)
    regions: tuple[str, ...] = ()
    shown: str = ""
    sha256: str = ""

    def __post_init__(self) -> None:
        self._by_label: dict[str, list[Listed]] = defaultdict(list)
        for entry in self.entries:
            for name in dict.fromkeys(self._bare(text) for text in entry.labels):
                self._by_label[name].append(entry)
        self._by_name = {entry.name: entry for entry in reversed(self.entries)}

    def __bool__(self) -> bool:
        return bool(self.entries)

    def _bare(self, name: str) -> str:
        return without_region(name, self.regions)

    def entry(self, name: str) -> Listed | None:
        """The entry whose name in the outputs is `name`."""
        return self._by_name.get(name)

    def named(self, name: str, folders: Iterable[str] = ()) -> Listed | None:
        """The department that goes by `name`, the region's name aside; among several of that name the one whose code or
        superior a folder names. None where the list does not know it or cannot tell.
        """
        if not self._by_label:
            return None
        found = self._by_label.get(self._bare(name), [])
        if len(found) > 1:
            around = [plain(folder) for folder in folders]
            found = [entry for entry in found if any(_speaks_of(entry, text) for text in around)]
        return found[0] if len(found) == 1 else None

    def ambiguous(self, name: str) -> bool:
        """Whether several departments of the list go by `name`."""
        return len(self._by_label.get(self._bare(name), [])) > 1


def _speaks_of(entry: Listed, text: str) -> bool:
    return bool((entry.code and entry.code in text) or (entry.parent and plain(entry.parent) in text))


def without_region(name: str, regions: Iterable[str]) -> str:
    """The matching form of a department's name without the region it begins with (绥宁县教育局 → 教育局)."""
    folded = plain(name)
    prefix = max((r for r in regions if folded.startswith(r) and len(folded) > len(r) + 1), key=len, default="")
    return folded[len(prefix) :]


def load_roster(path: Path, regions: Sequence[str]) -> Roster:
    """The departments list of a file. Raises ConfigurationError C13 (C01–C04 in YAML) with the cell or line."""
    shown = path.name
    if path.suffix.lower() in (".yaml", ".yml") and path.is_file():
        document = Document(path, shown)
        entries = document.parse(RosterFile).entries
        placed = [(entry, document.place("部门", at)) for at, entry in enumerate(entries)]
    else:
        placed = [*_table(path)]
    return Roster(_unique(placed), tuple(regions), shown, hashlib.sha256(path.read_bytes()).hexdigest())


def _table(path: Path) -> Iterator[tuple[Entry, Place]]:
    """The rows of the first sheet that has a head 名称."""
    lines = lines_of(open_sheets(path, "C13", "部门名单", "--departments"), HEADS, ["名称"], path.name)
    if lines is None:
        raise ConfigurationError("C13", "部门名单里没有表头“名称”", f"表头应为 {'、'.join(HEADS)}", Place(path.name))
    for line in lines:
        if not line.text("名称"):
            raise ConfigurationError("C13", "部门名单有一行没有名称", "请补填名称，或删除该行", line.place("名称"))
        several = {head: _several(line.text(head)) for head in ("别名", "曾用名")}
        yield Entry.model_validate({**line.texts, **several}), line.place("名称")


def _several(text: str) -> list[str]:
    """The names in one cell."""
    return [name for part in text.translate(_SEPARATORS).split("、") if (name := part.strip())]


def _unique(placed: Sequence[tuple[Entry, Place]]) -> list[Listed]:
    """The entries under names of their own. Raises C13 where two cannot be told apart, or 应报 is neither yes nor no."""
    codes: dict[str, Place] = {}
    owners: dict[str, Entry] = {}
    same = defaultdict(list)
    for entry, place in placed:
        if entry.code and entry.code in codes:
            raise ConfigurationError(
                "C13", f"编码 {entry.code} 重复，另一处在 {codes[entry.code]}", "请改正编码", place
            )
        codes[entry.code] = place
        if entry.expected not in _YES | _NO:
            raise ConfigurationError("C13", f"“应报”应填是或否，现为“{entry.expected}”", "请改正", place)
        same[plain(entry.name)].append(entry)
        for text in (*entry.aliases, *entry.former):
            other = owners.setdefault(plain(text), entry)
            if plain(other.name) != plain(entry.name):
                raise ConfigurationError(
                    "C13", f"“{text}”既是“{other.name}”又是“{entry.name}”的叫法", "请去掉一处", place
                )
    result = []
    for entry, place in placed:
        owner = owners.get(plain(entry.name), entry)
        if plain(owner.name) != plain(entry.name):
            raise ConfigurationError("C13", f"“{entry.name}”又是“{owner.name}”的叫法", "请去掉一处", place)
        name = entry.name
        if len(same[plain(name)]) > 1:
            mark = entry.code or entry.parent
            if not mark:
                raise ConfigurationError("C13", f"有几个部门都叫“{name}”", "请填上编码，或上级部门", place)
            name = f"{name}（{mark}）"
        labels = tuple(map(plain, (entry.name, *entry.aliases, *entry.former)))
        expected = entry.expected in _YES and not entry.excuse
        result.append(Listed(name, entry.code, entry.parent, entry.kind, expected, entry.excuse, labels))
    if len({listed.name for listed in result}) < len(result):
        raise ConfigurationError("C13", "部门名单里有完全相同的两行", "请删除一行", placed[0][1])
    return result
