"""Located tables → entries: which cell gives which field of which year, and what on the sheet says nothing."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from converter.intake.cells import Cell
from converter.mapping.fields import Dictionary, Field, FieldKind
from converter.mapping.forms import Form
from converter.mapping.locate import Column, Located, LocatedIndicators
from converter.mapping.page import Page
from converter.vocabulary.findings import mask
from converter.vocabulary.labels import label, nearest, shown, unit_of
from converter.vocabulary.numbers import NAN, USABLE, Number, State, convert

#: A 指标表's facts are named after its indicators: 预算控制率·自评得分, 预算控制率·分值.
SELF_SCORE, WEIGHT = "·自评得分", "·分值"
#: A plain number above this in a ratio field may be percent points as well; it is not guessed.
_LARGEST_PLAIN_RATIO = 5.0


class Entry(NamedTuple):
    """One cell and the field it gives; `year` is None where neither the table nor the head area names one."""

    field: str
    year: int | None
    number: Number
    unit: str
    cell: Cell


class Note(NamedTuple):
    """Something about a cell that a person should look at, with the code of its finding."""

    code: str
    message: str
    cell: Cell
    subject: str = ""


class Line(NamedTuple):
    """What an indicator list prints of one indicator: its levels from coarse to fine and their weights (None where the row
    prints none, and `shared` where a merged cell gives the indicator the weight of a row above), sentence and explanations.
    """

    levels: tuple[str, ...]
    weights: tuple[float | None, ...]
    shared: bool
    sentence: str
    notes: tuple[str, ...]
    cell: Cell


class Rows:
    """What the readers of both kinds of forms share: entries, notes, and the labels that are no rows of data."""

    def __init__(self, page: Page, form: Form) -> None:
        self.sheet, self.form = page.sheet, form
        self.entries: list[Entry] = []
        self.notes: list[Note] = []
        words = "|".join(sorted((re.escape(label(word)) for word in form.ignore), key=len, reverse=True))
        self._ignored = re.compile(rf"(?:{words})(?:[:;,.(0-9]|$)") if words else re.compile(r"(?!)")

    def note(self, code: str, message: str, cell: Cell, subject: str = "") -> None:
        """A note about a cell."""
        self.notes.append(Note(code, message, cell, subject))

    def ignored(self, text: str) -> bool:
        """Whether a label is one the form lists as no row of data (说明：…)."""
        return self._ignored.match(text) is not None

    def covered(self, cell: Cell) -> bool:
        """Whether a merged range covers the cell: the value belongs to the range's first cell."""
        return self.sheet.anchor(cell) != cell


class TableRows(Rows):
    """Reads crossing tables. `year` is the document's, `unit` the sheet's."""

    def __init__(self, page: Page, form: Form, dictionary: Dictionary, year: int | None, unit: str) -> None:
        super().__init__(page, form)
        self.dictionary, self.year, self.unit = dictionary, year, unit

    def read(self, located: Located) -> None:
        """Every known row × column of a located table; unknown rows that hold something are noted."""
        self._note_heads(located)
        if located.table.values == "below":
            self._read_below(located)
        else:
            self._read_rows(located)

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
            self.note("M02", f"“{located.table.label[0]}”缺少表头“{key}”", at, key)

    def _read_below(self, located: Located) -> None:
        """The row of values under the heads: the first filled one before a row that has a label of its own."""
        rows: list[int] = []
        for row in range(located.first, located.last):
            cell = (row, located.label_column)
            if self.sheet.text(cell).strip() and not self.covered(cell):
                break
            rows.append(row)
        if not rows:
            text = located.table.label[0]
            self.note("M02", f"“{text}”的表头之下没有填数的行", (located.head_row, located.label_column), text)
            return
        row = next((r for r in rows if any(self._filled(r, c) for c in located.columns)), rows[0])
        for column in located.columns:
            self._add(self.dictionary[column.head.target], column, row)

    def _read_rows(self, located: Located) -> None:
        items = {
            text: item
            for name, item in located.table.known_rows()
            for text in (label(name), *self.dictionary.labels[item])
        }
        listed = ""
        for row in range(located.first, located.last):
            shown_label = self.sheet.text((row, located.label_column))
            text = label(shown_label)
            if row in located.repeats:
                continue
            if text in items:
                listed = located.table.listed.get(items[text], "")
                self._add_row(items[text], located, row, unit_of(shown_label))
            elif self.ignored(text) or not any(self._filled(row, column) for column in located.columns):
                continue
            elif listed and text:
                self._add_row(listed, located, row, unit_of(shown_label))
            else:
                self._report(text, shown_label, items, located, row)

    def _report(self, text: str, shown_label: str, items: dict[str, str], located: Located, row: int) -> None:
        cell = (row, located.label_column)
        if not text:
            self.note("M02", f"第 {row + 1} 行有数据而没有栏目名", cell, f"第{row + 1}行")
            return
        close = nearest(text, items)
        hint = f"，最接近的是“{close}”" if close else ""
        name = shown(mask(shown_label))
        self.note("M02", f"栏目“{name}”不在表单“{self.form.form}”中{hint}，该行未读取", cell, name)

    def _filled(self, row: int, column: Column) -> bool:
        cell = (row, column.index)
        return not self.covered(cell) and self.sheet.number(cell).state is not State.BLANK

    def _add_row(self, item: str, located: Located, row: int, unit: str) -> None:
        for column in located.columns:
            self._add(self.dictionary[item + column.head.target], column, row, unit)

    def _add(self, known: Field, column: Column, row: int, row_unit: str = "") -> None:
        cell = (row, column.index)
        if self.covered(cell):
            return
        number = self.sheet.number(cell)
        if number.state in USABLE:
            number = in_field_unit(number, known, column.unit or row_unit, self.unit)
        year = column.head.year
        if year is None and self.year is not None:
            year = self.year + column.head.offset
        self.entries.append(Entry(known.name, year, number, known.unit, cell))


def in_field_unit(number: Number, known: Field, head_unit: str, sheet_unit: str) -> Number:
    """A reading in the field's own unit: the cell's unit counts first, then the head's, then the sheet's.

    What cannot be converted, or a ratio that may be percent points, becomes UNREADABLE with the reason.
    """
    if known.kind is FieldKind.RATIO:
        return _ratio(number, head_unit)
    unit = number.unit or head_unit or (sheet_unit if known.kind is FieldKind.MONEY else "") or known.unit
    value = convert(number.value, unit, known.unit)
    if value is None:
        return Number(NAN, State.UNREADABLE, unit, f"单位“{unit}”与“{known.name}”（{known.unit}）不符")
    return Number(value, number.state, unit)


def _ratio(number: Number, head_unit: str) -> Number:
    if number.unit in ("%", "‰"):
        return number
    if number.unit:
        return Number(NAN, State.UNREADABLE, number.unit, f"比率不应带单位“{number.unit}”")
    if head_unit == "%":
        return Number(number.value / 100, number.state, "%")
    if abs(number.value) > _LARGEST_PLAIN_RATIO:
        return Number(NAN, State.UNREADABLE, "", "没有百分号，无法判断是比值还是百分数")
    return number


class IndicatorRows(Rows):
    """Reads an indicator list: self scores, printed weights level by level, and in `sentences` what is printed."""

    def __init__(self, page: Page, form: Form, totals: Sequence[str]) -> None:
        super().__init__(page, form)
        self.totals = {label(text) for text in totals}
        self.sentences: list[tuple[str, str, Cell]] = []
        self.lines: list[Line] = []

    def read(self, located: LocatedIndicators) -> None:
        """Every row below the head that names an indicator; weights and levels follow the merged ranges."""
        name_column = located.levels[-1]
        heads = self._names(located.head_row, located)
        for row in range(located.head_row + 1, len(self.sheet.rows)):
            names = self._names(row, located)
            cell = (row, located.self_score)
            if self.ignored(label(names[0])) or names == heads:
                continue  # a page break prints the head row again
            if any(label(name) in self.totals for name in names):
                self._add(f"合计{SELF_SCORE}", cell)
            elif names[-1] and not self.covered((row, name_column)):
                self._indicator(names, row, located)
            elif self.sheet.number(cell).state in USABLE:
                self.note("M02", f"第 {row + 1} 行有得分而没有指标名", cell, f"第{row + 1}行")

    def _names(self, row: int, located: LocatedIndicators) -> list[str]:
        return [shown(self.sheet.text((row, column))) for column in located.levels]

    def _indicator(self, names: list[str], row: int, located: LocatedIndicators) -> None:
        for level, column in enumerate(located.weights):
            if column is None or self.covered((row, column)):
                continue  # one weight shared by several rows stands in the first of them
            if self.sheet.number((row, column)).state is not State.BLANK and names[level]:
                self._add(names[level] + WEIGHT, (row, column))
        self._add(names[-1] + SELF_SCORE, (row, located.self_score))
        if located.rule is not None and (text := self.sheet.text((row, located.rule)).strip()):
            self.sentences.append((names[-1], text, self.sheet.anchor((row, located.rule))))

        self.lines.append(self._line(names, row, located))

    def _line(self, names: list[str], row: int, located: LocatedIndicators) -> Line:
        columns = [None if c is None or self.covered((row, c)) else c for c in located.weights]
        numbers = [None if c is None else self.sheet.number((row, c)) for c in columns]
        weights = tuple(None if n is None or n.state not in USABLE else n.value for n in numbers)
        own = located.weights[-1]
        sentence = "" if located.rule is None else self.sheet.text((row, located.rule)).strip()
        notes = tuple(self.sheet.text((row, column)).strip() for column in located.notes)
        shared = own is not None and self.covered((row, own))
        return Line(tuple(names), weights, shared, sentence, notes, (row, located.levels[-1]))

    def _add(self, name: str, cell: Cell) -> None:
        number = self.sheet.number(cell)
        if number.state in USABLE and number.unit not in ("", "分"):
            number = Number(NAN, State.UNREADABLE, number.unit, f"得分不应带单位“{number.unit}”")
        self.entries.append(Entry(name, None, number, "分", cell))
