"""The heads of a table: in one row or in merged rows one above the other, and what each column says under them."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from converter.intake.cells import Cell
from converter.mapping.fields import Dictionary
from converter.mapping.forms import Head, Table, head_name, match_head, offset_of
from converter.mapping.page import HeadRow, Page, Shown
from converter.vocabulary.labels import label, unit_of
from converter.vocabulary.numbers import State

#: Heads are looked for in so many rows from the label head on (a 三公 table has three, a 财决05 four).
_HEAD_ROWS = 4
#: Heads over more columns than this are those of no form; they are not kept.
_WIDEST_KEPT = 256
_LETTER = re.compile(r"[^\W\d_]")
#: A total under a head stands for the head itself (公务用车购置及运行费 › 小计).
TOTALS = frozenset({"合计", "小计"})


@dataclass(frozen=True)
class Column:
    """A column of a located table: what its head says, in which unit, and where the head stands."""

    index: int
    head: Head
    unit: str
    cell: Cell


@dataclass
class Heads:
    """What the heads beside a label head say; the data begin in row `first`. Kept and shared: nobody changes them.

    `doubts` are heads that contradict the years, `missing` the heads that are not there, `lacking` their targets;
    `leftmost` is the first column, None without any.
    """

    columns: list[Column] = field(default_factory=list)
    year: int | None = None
    first: int = 0
    doubts: list[Column] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    lacking: set[str] = field(default_factory=set)
    leftmost: int | None = None


def read_heads(page: Page, table: Table, cell: Cell, stop: int, dictionary: Dictionary) -> Heads:
    """The heads right of the label head at `cell`, up to column `stop`; of the depths that find as much, the least."""
    top, left = cell
    start, end = left + (table.values == "rows"), min(stop, page.sheet.width)
    tell = _told if end - start <= _WIDEST_KEPT else _told.__wrapped__
    lines: tuple[HeadRow, ...] = (page.heads(top),)
    first = tell(table, dictionary, top, start, end, lines)
    columns = range(left, max(left + 1, stop if first.leftmost is None else first.leftmost))
    names = _row_names(table, dictionary)
    for row in range(top + 1, min(top + _HEAD_ROWS, len(page.sheet.rows))):
        if _is_data(page, row, columns, end, names):
            break
        lines = (*lines, page.heads(row))
    return first if len(lines) == 1 else tell(table, dictionary, top, start, end, lines)


@lru_cache(maxsize=1024)
def _row_names(table: Table, dictionary: Dictionary) -> set[str]:
    names = {label(text) for text in table.row}
    for name, item in table.known_rows():
        names |= {label(name), *dictionary.labels.get(item, ())}
    return names


def _is_data(page: Page, row: int, columns: range, stop: int, names: Set[str]) -> bool:
    """Whether a row below the label head is one of data: it holds a number up to column `stop`, or one of the `names`
    in the `columns` before the first head.
    """
    for column, text in page.labels[row].items():
        if text in names and column in columns:
            return True
    figures = page.figures(row)
    at = bisect_left(figures, columns.start)
    return at < len(figures) and figures[at] < stop


#: What is shown above a column from top to bottom.
Path = tuple[Shown, ...]


class _Said(NamedTuple):
    """What a column says under its heads, and whether its year fits those of the other columns."""

    path: Path
    head: Head
    fits: bool


@lru_cache(maxsize=1 << 12)
def _told(table: Table, dictionary: Dictionary, top: int, start: int, stop: int, lines: tuple[HeadRow, ...]) -> Heads:
    """The heads in some `lines` of a sheet, the first of which is row `top`, in columns `start` to before `stop`.

    Kept, as departments print the same heads.
    """
    paths: dict[int, Path] = {}
    best, year, depth = list[_Said](), None, 0
    for number, line in enumerate(lines, start=1):
        for one in line.shown:
            path = paths.get(one.column, ())
            if start <= one.column < stop and not (path and path[-1].cell == one.cell):
                paths[one.column] = (*path, one)
        said, latest = _at_depth(table, dictionary, paths)
        if not depth or _different(said) > _different(best):
            best, year, depth = said, latest, number
    return _heads(table, best, year, top + depth)


def _different(said: Sequence[_Said]) -> int:
    """How many different heads were found."""
    return len({(one.head.target, one.head.offset) for one in said})


def _at_depth(table: Table, dictionary: Dictionary, paths: Mapping[int, Path]) -> tuple[list[_Said], int | None]:
    """What is said over each column whose lowest text is its own (one that belongs to a column further left says nothing),
    and the latest year that is named.
    """
    own = [path for column, path in sorted(paths.items()) if path[-1].cell[1] == column]
    told = [(path, said) for path in own if (said := _said(table, tuple([one.text for one in path]), dictionary))]
    year = max((head.year for _, said in told for head in said if head.year), default=None)
    found = []
    for path, said in told:
        fitting = [h for h in said if h.year is None or year is None or h.year == year + h.offset]
        found.append(_Said(path, (fitting or said)[0], bool(fitting)))
    return found, year


def _heads(table: Table, said: Sequence[_Said], year: int | None, first: int) -> Heads:
    """The heads as the columns say them; the data begin in row `first`."""
    heads = Heads(year=year, first=first, leftmost=said[0].path[-1].column if said else None)
    for path, head, fits in said:
        unit = next((one.unit for one in reversed(path) if one.unit), "")
        column = Column(path[-1].column, head, unit, path[-1].cell)
        heads.columns.append(column)
        if not fits:
            heads.doubts.append(column)
    found = {(column.head.target, column.head.offset) for column in heads.columns}
    wanted = _wanted(table)
    heads.missing = [name for target, name in wanted.items() if target not in found]
    heads.lacking = {target for target, _ in wanted} - {target for target, _ in found}
    return heads


@lru_cache(maxsize=1024)
def _wanted(table: Table) -> dict[tuple[str, int], str]:
    """Target and year of each column that has to be there → what messages call it."""
    keys = ((key, target) for key, target in table.columns.items() if not key.endswith("?"))
    return {(target, offset_of(key)): head_name(key) for key, target in keys}


@lru_cache(maxsize=1 << 12)
def _said(table: Table, texts: tuple[str, ...], dictionary: Dictionary) -> tuple[Head, ...]:
    """What the texts over a column say under each key."""
    said = []
    for key, target in table.columns.items():
        names = () if table.values == "rows" else dictionary.labels.get(dictionary[target].item, ())
        if (head := _head(key, target, texts, names)) is not None:
            said.append(head)
    return tuple(said)


@lru_cache(maxsize=1 << 12)
def _head(key: str, target: str, path: tuple[str, ...], names: tuple[str, ...]) -> Head | None:
    """The head that the texts say under `key`: its last part, or one of `names`, is the lowest text no other part names."""
    *above, last = key.removesuffix("?").split("/")
    texts, year = list(path), None
    for part in above:
        named = next((head for text in texts if (head := match_head(part, text, text)) is not None), None)
        if named is None:
            return None
        year = year or named.year
        texts.remove(named.target)
    while len(texts) > 1 and texts[-1] in TOTALS:
        texts.pop()
    if not texts:
        return None
    if (head := match_head(last, target, texts[-1])) is not None:
        return Head(target, head.year or year, offset_of(key))
    return Head(target, year, offset_of(key)) if texts[-1] in names else None


def read_labels(page: Page, table: Table, dictionary: Dictionary) -> Heads:
    """The labels of a table whose values stand beside them: for each target the first that no other text follows.

    A text without a letter is a number, and no label.
    """
    heads = Heads()
    for row, labels in enumerate(page.labels):
        for column, text in labels.items():
            said = _said(table, (text,), dictionary) if _LETTER.search(text) else ()
            value = _value_beside(page, (row, column)) if said else None
            if value is not None and said[0] not in [known.head for known in heads.columns]:
                heads.columns.append(Column(value, said[0], unit_of(page.sheet.text((row, column))), (row, column)))
    heads.year = max((column.head.year for column in heads.columns if column.head.year), default=None)
    heads.leftmost = min((column.index for column in heads.columns), default=None)
    found = {column.head.target for column in heads.columns}
    wanted = {key: target for key, target in table.columns.items() if not key.endswith("?")}
    heads.missing = [head_name(key) for key, target in wanted.items() if target not in found]
    return heads


def _value_beside(page: Page, cell: Cell) -> int | None:
    """The column of the number right of a label: the next filled cell, or the blank one beside it before another label.

    None where another text stands right beside it: then the label is a head.
    """
    row, beside = page.beside(cell)
    filled = next((column for column, _ in page.sheet.texts(row) if column >= beside), beside)
    if page.sheet.number((row, filled)).state is not State.UNREADABLE:
        return filled
    return None if filled == beside else beside
