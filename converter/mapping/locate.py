"""Finding a form's tables on a sheet by their heads and row names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from converter.intake.cells import Cell
from converter.mapping.fields import Dictionary
from converter.mapping.forms import Form, Head, IndicatorTable, Table, match_head
from converter.mapping.page import Page
from converter.vocabulary.labels import label, unit_of


@dataclass(frozen=True)
class Column:
    """A column of a located table: what its head says, in which unit, and where the head stands."""

    index: int
    head: Head
    unit: str
    cell: Cell


@dataclass
class Located:
    """A table found on a sheet; rows run from `first` to before `last`.

    `doubts` are heads that contradict the years, `missing` heads that are not there, `repeats` rows in which a page break
    prints the head again, `others` the label heads of more such tables, which are not read.
    """

    table: Table
    head_row: int
    label_column: int
    columns: list[Column]
    year: int | None
    first: int = 0
    last: int = 0
    doubts: list[Column] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    repeats: set[int] = field(default_factory=set)
    others: list[Cell] = field(default_factory=list)


@dataclass
class LocatedIndicators:
    """The columns of an indicator list: level by level, each level's weight (None without one), and the rest.

    `notes` are the columns that explain an indicator (指标说明, 指标解释), from left to right.
    """

    head_row: int
    levels: list[int]
    weights: list[int | None]
    rule: int | None
    self_score: int
    notes: list[int] = field(default_factory=list)


def locate_tables(page: Page, form: Form, dictionary: Dictionary) -> tuple[list[Located], list[str]]:
    """The form's tables on the sheet, and for each table not found the reason."""
    found, reasons = [], []
    label_heads = {label(text) for table in form.tables for text in table.label}
    for table in form.tables:
        located = _locate(page, table, label_heads, dictionary)
        if isinstance(located, str):
            reasons.append(located)
        else:
            found.append(located)
    for located in found:
        _look_for_more(page, located, label_heads, dictionary)
    heads = [(located.head_row, located.label_column) for located in found]
    heads += [cell for located in found for cell in located.others]
    for located in found:
        below = [row for row, column in heads if column == located.label_column and row > located.head_row]
        located.last = min(below, default=len(page.sheet.rows))
        located.first = located.head_row + 1
    return found, reasons


def _look_for_more(page: Page, located: Located, label_heads: set[str], dictionary: Dictionary) -> None:
    """Notes where the same heads stand again: printed anew by a page break, or over another table."""
    for cell in _places(page, located.table):
        if cell == (located.head_row, located.label_column):
            continue
        other = _columns(page, located.table, cell, label_heads, dictionary)
        if isinstance(other, str):
            continue
        if cell[1] == located.label_column and _heads_of(other) == _heads_of(located):
            located.repeats.add(cell[0])
        else:
            located.others.append(cell)


def _heads_of(located: Located) -> list[tuple[int, Head]]:
    return [(column.index, column.head) for column in located.columns]


def _places(page: Page, table: Table) -> Iterator[Cell]:
    """Where the table's label head stands under its block."""
    for text in table.label:
        for cell in page.places.get(label(text), []):
            if not table.block or _under_block(page, cell, table.block):
                yield cell


def _locate(page: Page, table: Table, label_heads: set[str], dictionary: Dictionary) -> Located | str:
    """The table under its first label head with all targets beside it, or why there is none."""
    reason = f"没有找到表头“{table.label[0]}”"
    if table.block:
        reason = f"“{table.block[0]}”之下没有找到表头“{table.label[0]}”"
    for cell in _places(page, table):
        located = _columns(page, table, cell, label_heads, dictionary)
        if not isinstance(located, str):
            return located
        reason = located
    return reason


def _under_block(page: Page, cell: Cell, block: Sequence[str]) -> bool:
    """Whether one of the two rows above (merged ranges filled) names the block."""
    names = {label(name) for name in block}
    return any(label(page.sheet.text((row, cell[1]))) in names for row in range(max(0, cell[0] - 2), cell[0]))


def _columns(page: Page, table: Table, cell: Cell, label_heads: set[str], dictionary: Dictionary) -> Located | str:
    """The table's columns right of its label head, up to the next label head."""
    row, label_column = cell
    candidates: list[tuple[int, str, list[Head]]] = []
    for column, text in page.sheet.texts(row):
        if column <= label_column:
            continue
        if page.labels[row].get(column) in label_heads:
            break
        heads = [head for key, target in table.columns.items() for head in _heads(table, key, target, text, dictionary)]
        if heads:
            candidates.append((column, text, heads))
    year = max((head.year for *_, heads in candidates for head in heads if head.year), default=None)
    located = Located(table, row, label_column, [], year)
    for column, text, heads in candidates:
        fitting = [h for h in heads if h.year is None or year is None or h.year == year + h.offset]
        chosen = Column(column, (fitting or heads)[0], unit_of(text), (row, column))
        located.columns.append(chosen)
        if not fitting:
            located.doubts.append(chosen)
    found = {(column.head.target, column.head.offset) for column in located.columns}
    wanted = {(target, -1 if "{上年}" in key else 0): key for key, target in table.columns.items()}
    located.missing = [key for target, key in wanted.items() if target not in found]
    if {target for target, _ in wanted} - {target for target, _ in found}:
        return f"表头“{page.sheet.text(cell).strip()}”右边缺少“{'”“'.join(located.missing)}”"
    return located


def _heads(table: Table, key: str, target: str, text: str, dictionary: Dictionary) -> Iterator[Head]:
    """The head `text` says under `key`; a column that names a whole field is also known by the field's aliases."""
    if (head := match_head(key, target, text)) is not None:
        yield head
    elif table.values == "below" and label(text) in dictionary.labels.get(dictionary[target].item, ()):
        yield Head(target, None, 0)


def locate_indicators(page: Page, spec: IndicatorTable) -> LocatedIndicators | str:
    """The head row of an indicator list: every level, a weight and the self score in one row; else the reason."""
    wanted = {label(text) for level in spec.levels for text in level}
    for row, labels in enumerate(page.labels):
        if wanted & set(labels.values()):
            located = _indicator_columns(labels, row, spec)
            if located is not None:
                return located
    return f"没有同时含有“{spec.levels[-1][0]}”和“{spec.self_score[-1]}”的表头行"


def _indicator_columns(labels: dict[int, str], row: int, spec: IndicatorTable) -> LocatedIndicators | None:
    levels = [_first(labels, names) for names in spec.levels]
    self_score = _first(labels, spec.self_score)
    known = [column for column in levels if column is not None]
    if len(known) < len(levels) or self_score is None:
        return None
    weight_names = {label(name) for name in spec.weight}
    weights: list[int | None] = []
    for level, column in enumerate(known):
        until = known[level + 1] if level + 1 < len(known) else len(labels) + max(labels)
        weights.append(next((c for c in sorted(labels) if column < c < until and labels[c] in weight_names), None))
    heads = {label(name) for name in spec.note}
    notes = [column for column in sorted(labels) if labels[column] in heads]
    return LocatedIndicators(row, known, weights, _first(labels, spec.rule), self_score, notes)


def _first(labels: dict[int, str], names: Sequence[str]) -> int | None:
    """The column headed by the first of `names` that is there."""
    by_text: dict[str, int] = {}
    for column in sorted(labels):
        by_text.setdefault(labels[column], column)
    return next((by_text[label(name)] for name in names if label(name) in by_text), None)
