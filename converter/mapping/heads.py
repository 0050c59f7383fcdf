"""The heads of a table: in one row or in merged rows one above the other, and what each column says under them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from converter.intake.cells import Cell
from converter.mapping.fields import Dictionary
from converter.mapping.forms import Head, Table, head_name, match_head, offset_of
from converter.mapping.page import Page
from converter.vocabulary.labels import label, unit_of
from converter.vocabulary.numbers import USABLE, State

#: Heads are looked for in so many rows from the label head on (a 三公 table has three, a 财决05 four).
_HEAD_ROWS = 4
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
    """What the heads beside a label head say; the data begin in row `first`.

    `doubts` are heads that contradict the years, `missing` the heads that are not there, `lacking` their targets.
    """

    columns: list[Column] = field(default_factory=list)
    year: int | None = None
    first: int = 0
    doubts: list[Column] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    lacking: set[str] = field(default_factory=set)

    @property
    def found(self) -> int:
        """How many different heads were found."""
        return len({(column.head.target, column.head.offset) for column in self.columns})


#: The texts above a column from top to bottom, each with its cell.
Path = list[tuple[str, Cell]]


def read_heads(page: Page, table: Table, cell: Cell, stop: int, dictionary: Dictionary) -> Heads:
    """The heads right of the label head at `cell`, up to column `stop`; of the depths that find as much, the least."""
    names = _row_names(table, dictionary)
    best = _at_depth(page, table, cell, stop, dictionary, 1)
    edge = min((column.index for column in best.columns), default=stop)
    for depth in range(2, _HEAD_ROWS + 1):
        row = cell[0] + depth - 1
        if row >= len(page.sheet.rows) or _is_data(page, row, cell[1], edge, stop, names):
            break
        deeper = _at_depth(page, table, cell, stop, dictionary, depth)
        if deeper.found > best.found:
            best = deeper
    return best


@lru_cache(maxsize=1024)
def _row_names(table: Table, dictionary: Dictionary) -> set[str]:
    names = {label(text) for text in table.row}
    for name, item in table.known_rows():
        names |= {label(name), *dictionary.labels.get(item, ())}
    return names


def _is_data(page: Page, row: int, left: int, edge: int, stop: int, names: set[str]) -> bool:
    """Whether a row below the label head is one of data: it holds a number, or a known name before the first head."""
    if any(text in names for column, text in page.labels[row].items() if left <= column < max(edge, left + 1)):
        return True
    width = min(stop, len(page.sheet.rows[row]))
    states = (page.sheet.number((row, column)).state for column in range(left, width))
    return any(state in USABLE or state is State.DASH for state in states)


def _at_depth(page: Page, table: Table, cell: Cell, stop: int, dictionary: Dictionary, depth: int) -> Heads:
    """The heads where they take `depth` rows."""
    top, left = cell
    heads = Heads(first=top + depth)
    candidates: list[tuple[int, Path, tuple[Head, ...]]] = []
    for column in range(left + (table.values == "rows"), min(stop, page.sheet.width)):
        path = _path(page, range(top, top + depth), column)
        if path and (said := _said(table, tuple([text for text, _ in path]), dictionary)):
            candidates.append((column, path, said))
    heads.year = max((head.year for *_, said in candidates for head in said if head.year), default=None)
    for column, path, said in candidates:
        fitting = [h for h in said if h.year is None or heads.year is None or h.year == heads.year + h.offset]
        unit = next((unit for _, at in reversed(path) if (unit := unit_of(page.sheet.text(at)))), "")
        chosen = Column(column, (fitting or said)[0], unit, path[-1][1])
        heads.columns.append(chosen)
        if not fitting:
            heads.doubts.append(chosen)
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


def _path(page: Page, rows: Sequence[int], column: int) -> Path:
    """The texts over a column, merged ranges filled; [] where the lowest belongs to a column further left."""
    path: Path = []
    for row in rows:
        at = page.sheet.anchor((row, column))
        text = label(page.sheet.text(at))
        if text and (not path or path[-1][1] != at):
            path.append((text, at))
    return path if path and path[-1][1][1] == column else []


@lru_cache(maxsize=1 << 16)
def _said(table: Table, texts: tuple[str, ...], dictionary: Dictionary) -> tuple[Head, ...]:
    """What the texts over a column say under each key."""
    said = []
    for key, target in table.columns.items():
        names = () if table.values == "rows" else dictionary.labels.get(dictionary[target].item, ())
        if (head := _head(key, target, texts, names)) is not None:
            said.append(head)
    return tuple(said)


@lru_cache(maxsize=1 << 16)
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
    """The labels of a table whose values stand beside them: for each target the first that no other text follows."""
    heads = Heads()
    for row, labels in enumerate(page.labels):
        for column, text in labels.items():
            said = _said(table, (text,), dictionary)
            value = _value_beside(page, (row, column)) if said else None
            if value is not None and said[0] not in [known.head for known in heads.columns]:
                heads.columns.append(Column(value, said[0], unit_of(page.sheet.text((row, column))), (row, column)))
    heads.year = max((column.head.year for column in heads.columns if column.head.year), default=None)
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
