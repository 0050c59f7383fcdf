"""A list of figures by name (补充数据): each row names a field, its year and its unit, and holds the number or 是, 否."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from converter.intake.cells import Cell
from converter.mapping.fields import Dictionary, Field
from converter.mapping.forms import Form, NamedTable
from converter.mapping.page import Page
from converter.mapping.rows import Rows
from converter.mapping.slots import Entry
from converter.mapping.units import in_field_unit
from converter.vocabulary.findings import mask
from converter.vocabulary.labels import label, nearest, shown
from converter.vocabulary.numbers import NAN, USABLE, Number, State

#: What answers a question, as numbers hold it.
YES, NO = "是", "否"
_ANSWERS = {YES: Number(1.0, State.NUMBER), NO: Number(0.0, State.ZERO)}
_YEAR = re.compile(r"((?:19|20)\d\d)\s*(?:年度?)?")


class LocatedNames(NamedTuple):
    """The columns of such a list."""

    head_row: int
    name: int
    year: int
    unit: int
    value: int


def locate_named(page: Page, spec: NamedTable) -> LocatedNames | str:
    """The head row that has all four heads; else the reason."""
    for row, labels in enumerate(page.labels):
        found = [_first(labels, names) for names in (spec.name, spec.year, spec.unit, spec.value)]
        known = [column for column in found if column is not None]
        if len(known) == len(found):
            return LocatedNames(row, *known)
    return f"没有同时含有“{spec.name[0]}”“{spec.year[0]}”“{spec.value[0]}”的表头行"


def _first(labels: dict[int, str], names: Sequence[str]) -> int | None:
    wanted = {label(name) for name in names}
    return next((column for column, text in sorted(labels.items()) if text in wanted), None)


class NamedRows(Rows):
    """Reads such a list. A question (是否涉及…) that is answered with no declares every field that hangs on it."""

    def __init__(self, page: Page, form: Form, dictionary: Dictionary, unit: str) -> None:
        super().__init__(page, form)
        self.unit = unit
        self._fields = {label(name): known for name, known in dictionary.fields.items()}
        self._questions: dict[str, list[Field]] = {}
        for known in dictionary.fields.values():
            if known.asks:
                self._questions.setdefault(label(known.asks), []).append(known)

    def read(self, located: LocatedNames) -> None:
        """Every row below the head that names a field or a question."""
        for row in range(located.head_row + 1, len(self.sheet.rows)):
            text = self.sheet.text((row, located.name))
            name, cell = label(text), (row, located.value)
            if not name or self.ignored(name) or self.covered(cell):
                continue
            year = _YEAR.fullmatch(self.sheet.text((row, located.year)).strip())
            at = int(year[1]) if year else None
            if name in self._questions:
                self._question(self._questions[name], at, cell)
            elif name in self._fields:
                self._field(self._fields[name], at, self.sheet.text((row, located.unit)).strip(), cell)
            elif self.sheet.number(cell).state is not State.BLANK:
                close = nearest(name, self._fields)
                hint = f"，最接近的是“{close}”" if close else ""
                said = shown(mask(text))
                self.note("M02", f"“{said}”不在数据字典中{hint}，该行未读取", cell, said)

    def _question(self, asked: list[Field], year: int | None, cell: Cell) -> None:
        if self.sheet.text(cell).strip() == NO:
            for known in asked:
                self.entries.append(Entry(known.name, year, Number(NAN, State.DASH), known.unit, cell))

    def _field(self, known: Field, year: int | None, unit: str, cell: Cell) -> None:
        answer = _ANSWERS.get(self.sheet.text(cell).strip())
        number = answer or self.sheet.number(cell)
        if known.formulas:
            if number.state is not State.BLANK:
                self.note("M02", f"“{known.name}”由其他数推算，不用填，该行未读取", cell, known.name)
            return
        if number.state in USABLE and answer is None:
            number = in_field_unit(number, known, unit, self.unit)
        self.entries.append(Entry(known.name, year, number, known.unit, cell))
