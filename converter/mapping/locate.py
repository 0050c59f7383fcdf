"""Finding a form's tables on a sheet by their heads and row names."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache

from converter.intake.cells import Cell, Sheet
from converter.mapping.fields import Dictionary
from converter.mapping.forms import Form, Head, Table
from converter.mapping.heads import Column, Heads, read_heads, read_labels
from converter.mapping.page import Page
from converter.mapping.slots import Plans
from converter.vocabulary.labels import label, unit_of


@dataclass
class Located:
    """A table found on a sheet; rows run from `first` to before `last` (the sheet's end, until `bound_tables` looked for
    another table below), their names stand in the columns `names`. `unit` is the one that the label head names
    (年度预算申请（万元）).

    `doubts` are heads that contradict the years, `missing` heads that are not there, `repeats` rows in which a page break
    prints the head again, `others` the label heads of more such tables, which are not read. `left` is the lane of the
    same table to the left. `plans` are kept for other sheets of the
    same layout, which share what was found.
    """

    table: Table
    head_row: int
    label_column: int
    columns: Sequence[Column]
    year: int | None
    names: range
    unit: str
    first: int
    last: int
    doubts: Sequence[Column]
    missing: Sequence[str]
    repeats: set[int] = field(default_factory=set)
    others: list[Cell] = field(default_factory=list)
    left: "Located | None" = None
    plans: Plans = field(default_factory=Plans, repr=False, compare=False)

    @property
    def most(self) -> int:
        """At most so many cells are read from the table: one row, or all."""
        one = self.table.values != "rows" or self.table.row
        return len(self.columns) * (1 if one else max(self.last - self.first, 0))

    def named(self, sheet: Sheet, total: int | None) -> list[Cell]:
        """The cells that hold what names the rows, those of the lanes to the left, too; where only the row `total` gives fields,
        which is the first of its name, those down to it.
        """
        if total is not None:
            rows = range(self.first, total + 1)
            return list(dict.fromkeys(sheet.anchor((row, column)) for row in rows for column in self.names))
        lanes = [self]
        while (left := lanes[-1].left) is not None:
            lanes.append(left)
        rows = range(self.first, self.last)
        cells = (sheet.anchor((row, column)) for lane in lanes for row in rows for column in lane.names)
        return list(dict.fromkeys(cells))


def locate_tables(page: Page, form: Form, dictionary: Dictionary) -> tuple[list[Located], list[str]]:
    """The form's tables on the sheet, and the reason for each one that should be there and is not found.

    Labels with their value beside them are looked for last: what the tables before them give is not read again. Where one
    table ends above another, `bound_tables` says.
    """
    found: list[Located] = []
    reasons: list[tuple[Table, str]] = []
    label_heads = _label_heads(form)
    for table in form.tables:
        located = _locate(page, table, label_heads, dictionary)
        if isinstance(located, Located) and table.values == "beside":
            given = _given(found)
            located.columns = [column for column in located.columns if column.head.target not in given]
        if isinstance(located, str):
            reasons.append((table, located))
        elif located.columns:
            found.append(located)
            found += _lanes(page, located, label_heads, dictionary)
    if not found or not reasons:
        return found, [reason for _, reason in reasons]
    given = _given(found)
    return found, [reason for table, reason in reasons if not (table.optional or given >= table.fields())]


def holds_needed(page: Page, form: Form, dictionary: Dictionary) -> bool:
    """Whether each table of the form is on the sheet that has to be, and whose fields no other table can give."""
    label_heads = _label_heads(form)
    return all(isinstance(_locate(page, table, label_heads, dictionary), Located) for table in _needed(form))


@lru_cache(maxsize=1024)
def _needed(form: Form) -> tuple[Table, ...]:
    others = [(table, [other.fields() for other in form.tables if other is not table]) for table in form.tables]
    return tuple(table for table, rest in others if not table.optional and table.fields() - frozenset().union(*rest))


def _given(found: Iterable[Located]) -> frozenset[str]:
    """Names of the fields that located tables can give."""
    return frozenset().union(*(located.table.fields() for located in found))


@lru_cache(maxsize=1024)
def _label_heads(form: Form) -> frozenset[str]:
    return frozenset(label(text) for table in form.tables for text in table.label)


def bound_tables(page: Page, form: Form, found: Sequence[Located], dictionary: Dictionary) -> None:
    """A table ends where the heads of another one, or of one more such table, begin below it."""
    label_heads = _label_heads(form)
    for located in found:
        _look_for_more(page, located, label_heads, dictionary)
    heads = [(located.head_row, located.label_column) for located in found if located.table.values != "beside"]
    heads += [cell for located in found for cell in located.others]
    for located in found:
        below = [row for row, column in heads if column == located.label_column and row > located.head_row]
        located.last = min(below, default=len(page.sheet.rows))


def _lanes(page: Page, first: Located, label_heads: Set[str], dictionary: Dictionary) -> Iterator[Located]:
    """The same heads again to the right in the head row, where the form says that they are one table."""
    if not first.table.lanes:
        return
    left, heads = first, page.labels[first.head_row]
    for cell in _places(page, first.table):
        alike = cell[0] == first.head_row and heads[cell[1]] == heads[first.label_column]
        if alike and cell[1] > left.label_column:
            lane = _located(page, first.table, cell, _columns(page, first.table, cell, label_heads, dictionary))
            if lane.columns:
                lane.left = left
                lane.names = range(max(column.index for column in left.columns) + 1, lane.names.stop)
                left = lane
                yield lane


def _look_for_more(page: Page, located: Located, label_heads: Set[str], dictionary: Dictionary) -> None:
    """Notes where the same heads stand again: printed anew by a page break, or over another table."""
    for cell in _places(page, located.table):
        if cell == (located.head_row, located.label_column) or (located.table.lanes and cell[0] == located.head_row):
            continue
        other = _columns(page, located.table, cell, label_heads, dictionary)
        if other.lacking or not other.columns:
            continue
        if {column.cell for column in other.columns} <= {column.cell for column in located.columns}:
            continue  # under the same heads: 科目编码 beside 科目名称
        if cell[1] == located.label_column and _heads_of(other.columns) == _heads_of(located.columns):
            located.repeats.update(range(cell[0], other.first))
        elif not located.table.lanes:
            located.others.append(cell)


def _heads_of(columns: Sequence[Column]) -> list[tuple[int, Head]]:
    return [(column.index, column.head) for column in columns]


@lru_cache(maxsize=1024)
def _plain_heads(table: Table) -> frozenset[str]:
    """The label heads of a table, empty where one of them bears a year."""
    return frozenset() if any("{" in head for head in table.label) else frozenset(map(label, table.label))


def _places(page: Page, table: Table) -> Iterator[Cell]:
    """Where the table's label head stands under its block."""
    plain = _plain_heads(table)
    if plain and page.places.keys().isdisjoint(plain):
        return  # the usual case, without looking for each
    for head in table.label:
        for cell in page.find(head):
            if cell not in page.sheet.covered and (not table.block or _under_block(page, cell, table.block)):
                yield cell


def _locate(page: Page, table: Table, label_heads: Set[str], dictionary: Dictionary) -> Located | str:
    """The table under its first label head with all targets beside it (one at least where each column is a field of its
    own), or why there is none.
    """
    if table.values == "beside":
        heads = read_labels(page, table, dictionary)
        if heads.missing or not heads.columns:
            return f"没有找到“{'”“'.join(heads.missing or [table.name])}”"
        return _located(page, table, (min(column.cell[0] for column in heads.columns), 0), heads)
    reason = f"没有找到表头“{table.name}”"
    if table.block:
        reason = f"“{table.block[0]}”之下没有找到表头“{table.name}”"
    best: tuple[Cell, Heads] | None = None
    for cell in _places(page, table):
        heads = _columns(page, table, cell, label_heads, dictionary)
        if not heads.lacking and heads.columns:
            return _located(page, table, cell, heads)
        if table.values == "below" and len(heads.columns) > len(best[1].columns if best else []):
            best = cell, heads
        shown = page.sheet.text(cell).strip()
        reason = f"表头“{shown}”右边缺少“{'”“'.join(heads.missing or [table.name])}”"
    return _located(page, table, *best) if best else reason


def _under_block(page: Page, cell: Cell, block: Sequence[str]) -> bool:
    """Whether one of the two rows above (merged ranges filled) names the block."""
    names, (row, column) = _labels(tuple(block)), cell
    return any(above >= 0 and page.label((above, column)) in names for above in (row - 2, row - 1))


@lru_cache(maxsize=1024)
def _labels(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(label, texts))


def _columns(page: Page, table: Table, cell: Cell, label_heads: Set[str], dictionary: Dictionary) -> Heads:
    """The table's columns right of its label head, up to the next label head."""
    labels, column = page.labels[cell[0]], cell[1]
    ends = {labels[column]} if table.lanes else label_heads
    stops = [other for other, text in labels.items() if other > column and text in ends]
    return read_heads(page, table, cell, stops[0] if stops else page.sheet.width, dictionary)


def _located(page: Page, table: Table, cell: Cell, heads: Heads) -> Located:
    """The table at its label head; one whose values stand beside their labels has none, and no unit for all."""
    row, column = cell
    unit = "" if table.values == "beside" else unit_of(page.sheet.text(cell))
    names = range(column, column if heads.leftmost is None else max(heads.leftmost, column))
    last = len(page.sheet.rows)
    return Located(
        table, row, column, heads.columns, heads.year, names, unit, heads.first, last, heads.doubts, heads.missing
    )
