"""Located tables → entries: which cell gives which field of which year, and what on the sheet says nothing."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, pairwise

from converter.intake.cells import Cell
from converter.mapping.fields import Dictionary, FieldKind
from converter.mapping.forms import Form, Table
from converter.mapping.heads import Column
from converter.mapping.locate import Located
from converter.mapping.page import Page
from converter.mapping.records import code_of, gaps, parts_of
from converter.mapping.slots import Entry, Note, Plan, Slot, filled, slot_of
from converter.mapping.units import in_field_unit
from converter.vocabulary.findings import mask
from converter.vocabulary.labels import label, nearest, shown, unit_of
from converter.vocabulary.numbers import NAN, USABLE, Number, State, shortest

#: A column's number as printed in an index row: 3, （3）, 7=8+9+12. Fewer columns than this may well hold 1 and 2.
_COLUMN_NUMBER = re.compile(r"[(（]?(\d{1,2})[)）]?(?:\s*[=＝].*)?")
_FEWEST_NUMBERED = 3
_SHORTEST_MISSPELT = 5
_MONEY = FieldKind.MONEY
#: Lines that our own forms print (jixiao template): what they check and compute is no data.
OUR_LINES = ("勾稽核对", "计分用", "校验码")
#: An entry for each figure: by tuple's own constructor in a third of the time.
_entry = tuple.__new__


class Rows:
    """What the readers of both kinds of forms share: entries, notes, and the labels that are no rows of data."""

    def __init__(self, page: Page, form: Form) -> None:
        self.page, self.sheet, self.form = page, page.sheet, form
        self.entries: list[Entry] = []
        self.notes: list[Note] = []
        self._ignored = _ignored(tuple(form.ignore))

    def note(self, code: str, message: str, cell: Cell, subject: str = "") -> None:
        """A note about a cell."""
        self.notes.append(Note(code, message, cell, subject))

    def ignored(self, text: str) -> bool:
        """Whether a label is one the form lists as no row of data (说明：…)."""
        return self._ignored.match(text) is not None

    def covered(self, cell: Cell) -> bool:
        """Whether a merged range covers the cell: the value belongs to the range's first cell."""
        return cell in self.sheet.covered


class TableRows(Rows):
    """Reads crossing tables. `year` is the document's, `unit` the sheet's."""

    def __init__(self, page: Page, form: Form, dictionary: Dictionary, year: int | None, unit: str) -> None:
        super().__init__(page, form)
        self.dictionary, self.year, self.unit = dictionary, year, unit
        self._names = _names(form, dictionary)
        self._slots: list[Entry | Slot] = []

    def read(self, located: Located) -> None:
        """Every known row × column of a located table; unknown rows that hold something are noted."""
        self._note_heads(located)
        if located.table.values == "beside":
            for column in located.columns:
                self._add("", located, [column], column.cell[0])
        elif located.table.values == "below" and not located.table.row:
            self._read_below(located)
        else:
            self._read_planned(located)

    def _read_planned(self, located: Located) -> None:
        """A table by its plan, which is made where there is none yet."""
        about = self.year, self.unit, bool(located.table.row) and self.page.declares_nothing
        plan = located.plans.of(self.sheet, about)
        if plan is None:
            plan = self._read_anew(located)
            located.plans.keep(self.sheet, located.named(self.sheet, plan.total), about, plan)
        else:
            self.entries += filled(plan, self.sheet, self.unit)
            self.notes += plan.notes
        if plan.total is not None and located.table.details:
            self._compare_parts(located, plan.total)

    def _read_anew(self, located: Located) -> Plan:
        """A table as it stands, but for whether its parts add up."""
        self._slots, noted = [], len(self.notes)
        total = None
        if located.table.row:
            total = self._read_named(located)
        else:
            self._read_rows(located)
        return Plan(self._slots, self.notes[noted:], total)

    def _note_heads(self, located: Located) -> None:
        """Heads whose years do not fit together, and heads that are missing."""
        odd = located.doubts
        if located.year not in (None, self.year):
            odd = [column for column in located.columns if column.head.year is not None]
        for column in odd:
            text = shown(self.sheet.text(column.cell))
            self.note("M04", f"表头“{text}”的年度与其他表头（{self.year}年）不衔接", column.cell, text)
        for cell in located.others:
            text = shown(self.sheet.text(cell))
            self.note("M02", f"“{text}”另有一张同样的表，只读取了第一张", cell, text)
        for key in located.missing:
            at = (located.head_row, located.label_column)
            self.note("M02", f"“{located.table.name}”缺少表头“{key}”", at, key)

    def _read_named(self, located: Located) -> int | None:
        """The row that the table names (合计): the rows of its parts overlap it and each other, so no other is a field. Which it is,
        if it has figures.
        """
        wanted = {label(text) for text in located.table.row}
        rows = range(located.first, located.last)
        names = ((row, label(self.sheet.text((row, column)))) for row in rows for column in located.names)
        row = next((row for row, name in names if name in wanted), None)
        at, text = (located.head_row, located.label_column), located.table.row[0]
        if row is not None and self._fills(row, located.columns):
            self._add("", located, located.columns, row)
            return row
        if self.page.declares_nothing:
            at_row = located.first if row is None else row
            self._add("", located, located.columns, at_row, declared=State.DASH)
        elif row is None:
            self.note("M02", f"没有找到“{text}”一行，表内的数未采用", at, text)
        else:
            self._add("", located, located.columns, row)
            self.note("M18", f"“{text}”一行没有数，表内也没有注明无此项收支", (row, located.label_column), text)
        return None

    def _compare_parts(self, located: Located, row: int) -> None:
        for gap in gaps(self.page, located, row, parts_of(self.page, located)):
            head = next(column for column in located.columns if column.index == gap.column)
            name = shown(self.sheet.text(head.cell))
            message = f"“{name}”栏各末级科目之和 {shortest(gap.leaves)} 与合计 {shortest(gap.total)} 不符"
            self.note("D09", f"{message}（容差 {shortest(gap.tolerance)}）", (row, gap.column), head.head.target)

    def _read_below(self, located: Located) -> None:
        """The row of values under the heads: the first filled one before a row that has a label of its own."""
        rows: list[int] = []
        for row in range(located.first, located.last):
            cell = (row, located.label_column)
            if located.names and self.sheet.text(cell).strip() and not self.covered(cell):
                break
            if not self._numbers_columns(located, row):
                rows.append(row)
        if not rows:
            text = located.table.name
            self.note("M02", f"“{text}”的表头之下没有填数的行", (located.head_row, located.label_column), text)
            return
        filled = [row for row in rows if self._fills(row, located.columns)]
        self._add("", located, located.columns, filled[0] if filled else rows[0])
        for row in filled[1:]:
            numbers = (self.sheet.number((row, column.index)) for column in located.columns)
            if len(list(islice((number for number in numbers if number.state in USABLE), 2))) > 1:
                self.note(
                    "M02",
                    f"“{located.table.name}”之下第 {row + 1} 行也有数，只读取了第一行",
                    (row, 0),
                    f"第{row + 1}行",
                )

    def _numbers_columns(self, located: Located, row: int) -> bool:
        """Whether a row only numbers the columns (栏次: 1 2 3 …), which may look like amounts that add up."""
        numbers: list[int] = []
        for column in located.columns:
            match = _COLUMN_NUMBER.fullmatch(self.sheet.text((row, column.index)).strip())
            if match is None:
                return False
            numbers.append(int(match[1]))
        return len(numbers) >= _FEWEST_NUMBERED and all(b - a == 1 for a, b in pairwise(numbers))

    def _read_rows(self, located: Located) -> None:
        items = _items(located.table, self.dictionary)
        listed = ""
        for row in range(located.first, located.last):
            if row in located.repeats:
                continue
            shown_label = self._row_name(located, row)
            text = label(shown_label)
            if text in items:
                listed = located.table.listed.get(items[text], "")
                self._add(items[text], located, located.columns, row, unit_of(shown_label))
            elif self.ignored(text) or not self._fills(row, located.columns):
                continue
            elif listed and text:
                self._add(listed, located, located.columns, row, unit_of(shown_label))
            elif not located.table.details or (
                text not in self._names and _misspelt(text, located.table, self.dictionary)
            ):
                self._report(text, shown_label, items, located, row)

    def _row_name(self, located: Located, row: int) -> str:
        """The row's name; one whose own lane has no number beside it reaches over into the next (公用经费合计 at the foot of 公开06)."""
        name, known = _row_name(tuple(self.sheet.texts_in(row, located.names)), located.table, self.dictionary)
        if known:
            return name
        left = located.left
        if not name and left is not None and not self._fills(row, left.columns):
            return self._row_name(left, row)
        return name

    def _report(self, text: str, shown_label: str, items: dict[str, str], located: Located, row: int) -> None:
        cell = (row, located.label_column)
        if not text:
            self.note("M02", f"第 {row + 1} 行有数据而没有栏目名", cell, f"第{row + 1}行")
            return
        close = nearest(text, items)
        hint = f"，最接近的是“{close}”" if close else ""
        name = shown(mask(shown_label))
        self.note("M02", f"栏目“{name}”不在表单“{self.form.form}”中{hint}，该行未读取", cell, name)

    def _fills(self, row: int, columns: Sequence[Column]) -> bool:
        """Whether a cell of a row under one of the heads holds something of its own."""
        for column in columns:
            cell = (row, column.index)
            if not self.sheet.is_blank(cell) and cell not in self.sheet.covered:
                return True
        return False

    def _add(
        self,
        item: str,
        located: Located,
        columns: Sequence[Column],
        row: int,
        row_unit: str = "",
        declared: State | None = None,
    ) -> None:
        """The fields that an item and the columns name, "" where the columns alone do, from one row; `declared` where the
        sheet says what its blank cells mean.
        """
        sheet, fields, scope, own = self.sheet, self.dictionary.fields, located.table.scope, self.year
        read, covered, entries, slots = sheet.number, sheet.covered, self.entries, self._slots
        for column in columns:
            cell, head = (row, column.index), column.head
            if cell in covered:
                continue
            known = fields[item + head.target]
            number = Number(NAN, declared) if declared else read(cell)
            unit = column.unit or row_unit or (located.unit if known.kind is _MONEY else "")
            if number.state in USABLE:
                number = in_field_unit(number, known, unit, self.unit)
            year = own + head.offset if head.year is None and own is not None else head.year
            entries.append(entry := _entry(Entry, (known.name, year, number, known.unit, cell, scope)))
            blank = declared or number.state is State.BLANK
            slots.append(entry if blank else slot_of(known, year, unit, self.unit, cell, scope))


@lru_cache(maxsize=1 << 11)
def _row_name(texts: tuple[str, ...], table: Table, dictionary: Dictionary) -> tuple[str, bool]:
    """The known name among the texts before a row's numbers, or its code, else the first of them; and whether it is known."""
    items, named = _items(table, dictionary), texts
    if any(text.strip().isdecimal() for text in texts):
        named = (*(text for text in texts if not text.strip().isdecimal()), code_of(texts))
    first = ""
    for text in named:
        name = label(text)
        if name in items:
            return text, True
        if name and not first:
            first = text
    return first, False


@lru_cache(maxsize=1024)
def _ignored(ignore: tuple[str, ...]) -> re.Pattern[str]:
    """What the labels look like that begin with a word a form ignores."""
    words = "|".join(sorted((re.escape(label(word)) for word in (*OUR_LINES, *ignore)), key=len, reverse=True))
    return re.compile(rf"(?:{words})(?:[:;,.(0-9]|$)")


@lru_cache(maxsize=1024)
def _names(form: Form, dictionary: Dictionary) -> frozenset[str]:
    """Every label by which a row of the form is known."""
    return frozenset(text for table in form.tables for text in _items(table, dictionary))


@lru_cache(maxsize=1024)
def _items(table: Table, dictionary: Dictionary) -> dict[str, str]:
    """Every label by which a row of the table is known → its item."""
    return {text: item for name, item in table.known_rows() for text in (label(name), *dictionary.labels[item])}


@lru_cache(maxsize=1 << 13)
def _misspelt(text: str, table: Table, dictionary: Dictionary) -> bool:
    return any(_one_off(text, known) for known in _items(table, dictionary))


def _one_off(text: str, known: str) -> bool:
    """Whether a label differs from a known one by one character of five or more (本年支出和计): misspelt, no detail."""
    if len(text) != len(known) or len(text) < _SHORTEST_MISSPELT:
        return False
    return sum(a != b for a, b in zip(text, known, strict=True)) == 1
