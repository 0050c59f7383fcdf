"""What a table's cells give: entries; and the plan of a table, from which those of other sheets of its layout are filled in.

Departments fill in the same forms: which cells give which fields hangs on the layout (layouts), and on what names the rows. It is
found once; of other sheets only the figures are read.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from converter.intake.cells import Cell, Sheet, Value
from converter.mapping.fields import Field, FieldKind
from converter.mapping.units import in_field_unit
from converter.vocabulary.numbers import USABLE, Number, State, canonical

#: Plans kept of one table that was found.
_MOST_PLANS = 4
_number = tuple.__new__  # half the time of NamedTuple's own
_NUMBER, _ZERO, _MONEY, _RATIO = State.NUMBER, State.ZERO, FieldKind.MONEY, FieldKind.RATIO


class Entry(NamedTuple):
    """One cell and the field it gives; `year` is None where neither the table nor the head area names one."""

    field: str
    year: int | None
    number: Number
    unit: str
    cell: Cell
    scope: str = ""


#: An entry for each figure: by tuple's own constructor in a third of the time.
_entry = tuple.__new__


class Note(NamedTuple):
    """Something about a cell that a person should look at, with the code of its finding."""

    code: str
    message: str
    cell: Cell
    subject: str = ""


class Slot(NamedTuple):
    """A cell that holds something, and the entry that it gives; `head_unit` is the unit named beside it, if any, `unit` what a plain
    number in it is in where that is the unit of the field, so that nothing is converted, else "".
    """

    known: Field
    year: int | None
    head_unit: str
    unit: str
    cell: Cell
    scope: str


def slot_of(known: Field, year: int | None, head_unit: str, sheet_unit: str, cell: Cell, scope: str) -> Slot:
    """The slot of a cell."""
    unit = head_unit or (sheet_unit if known.kind is _MONEY else "") or known.unit
    return Slot(known, year, head_unit, unit if unit == known.unit and known.kind is not _RATIO else "", cell, scope)


class Plan(NamedTuple):
    """What a table gives: entries of blank cells and slots for the others, in reading order; notes; the row of its total, if that
    alone gives fields and has figures.
    """

    entries: Sequence[Entry | Slot]
    notes: Sequence[Note]
    total: int | None


class Known(NamedTuple):
    """A plan and what it hangs on, besides the layout of the sheet: the cells that name its rows, and what these held; year and
    unit of the document, and whether the sheet says that there is nothing.
    """

    named: Sequence[Cell]
    names: Sequence[Value]
    about: tuple[int | None, str, bool]
    plan: Plan


class Plans(list[Known]):
    """The last few plans of a table that was found; and what `named` its rows in the last sheet, with the rows of its `parts`."""

    def __init__(self) -> None:
        super().__init__()
        self.named: list[list[Value]] = []
        self.parts: list[int] = []

    def of(self, sheet: Sheet, about: tuple[int | None, str, bool]) -> Plan | None:
        """The plan that fits a sheet, None where there is none yet."""
        for known in self:
            if known.about == about and _held(sheet, known.named) == known.names:
                return known.plan
        return None

    def keep(self, sheet: Sheet, named: Sequence[Cell], about: tuple[int | None, str, bool], plan: Plan) -> None:
        """Keeps the plan of a sheet, in the place of the oldest one."""
        del self[: max(0, len(self) + 1 - _MOST_PLANS)]
        self.append(Known(named, _held(sheet, named), about, plan))


def _held(sheet: Sheet, cells: Sequence[Cell]) -> list[Value]:
    """What some cells hold."""
    rows = sheet.rows
    try:
        return [rows[row][column] for row, column in cells]
    except IndexError:  # outside the grid
        return [sheet.value(cell) for cell in cells]


def filled(plan: Plan, sheet: Sheet, sheet_unit: str) -> list[Entry]:
    """The entries of a sheet."""
    rows, entries, shown_alike = sheet.rows, list[Entry](), not sheet.percents
    for slot in plan.entries:
        if isinstance(slot, Entry):
            entries.append(slot)
            continue
        known, year, head_unit, unit, cell, scope = slot
        value = rows[cell[0]][cell[1]]
        if unit and value.__class__ is float and shown_alike and math.isfinite(value):
            number = canonical(value)
            reading = _number(Number, (number, _NUMBER if number else _ZERO, unit, ""))
        else:
            reading = sheet.number(cell)
            if reading.state in USABLE:
                reading = in_field_unit(reading, known, head_unit, sheet_unit)
        entries.append(_entry(Entry, (known.name, year, reading, known.unit, cell, scope)))
    return entries
