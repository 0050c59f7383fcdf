"""A workbook as addressed cells: Excel's own addresses, merged ranges, and the states a value reader loses."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeGuard

from converter.intake.lines import Line, lines_of
from converter.vocabulary.numbers import NAN, Number, State, canonical, fixed_percent, read_text, shortest

#: None and "" are both an empty cell.
Value = str | float | int | bool | dt.date | dt.time | dt.timedelta | None
#: What Excel and LibreOffice show in a cell whose formula failed.
ERROR_TEXTS = frozenset(
    {
        "#DIV/0!",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#REF!",
        "#VALUE!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#GETTING_DATA",
    }
)
_BLANK = read_text("")
_number = tuple.__new__  # half the time of NamedTuple's own
_IS_NUMBER, _IS_ZERO = State.NUMBER, State.ZERO  # asked of the class, a state takes as long as all else here
_NO_NUMBERS = (bool, dt.date, dt.time, dt.timedelta)
#: Row and column, both from 0.
Cell = tuple[int, int]
#: What merged ranges cover is kept where the ranges are so few, and the area has so few cells.
_FEW_MERGES, _SMALL_AREA = 256, 2048


@dataclass
class Sheet:
    """One sheet. `rows` is the grid from A1 on; the dictionaries hold only the cells they say something about.

    A sheet does not change once it has been asked for a text: what was read is kept.
    `merges` are (first row, first column, last row, last column), inclusive, from 0. `errors` holds the error text
    (#DIV/0!), `stale` the formulas saved without a value, `percents` the digits a percent format shows, `pads` the
    width of a format like 0000 that shows leading zeros. `idle_formulas` counts the formulas where every one gives 0.
    """

    name: str
    rows: list[list[Value]]
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    errors: dict[Cell, str] = field(default_factory=dict)
    stale: set[Cell] = field(default_factory=set)
    percents: dict[Cell, int] = field(default_factory=dict)
    pads: dict[Cell, int] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    idle_formulas: int = 0
    visible: bool = True
    _filled: dict[int, list[tuple[int, str]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def width(self) -> int:
        """Columns of the widest row."""
        return max(map(len, self.rows), default=0)

    @cached_property
    def covered(self) -> dict[Cell, Cell]:
        """Cell under a merged range → the first cell of the range, which holds the value shown; within the used area."""
        return self._covering[0]

    @cached_property
    def _covering(self) -> "tuple[dict[Cell, Cell], frozenset[int]]":
        """`covered`, and its rows."""
        merges, rows, columns = tuple(self.merges), len(self.rows), self.width
        few = len(merges) <= _FEW_MERGES and rows * columns <= _SMALL_AREA
        return (_covering if few else _covering.__wrapped__)(merges, rows, columns)

    @cached_property
    def lines(self) -> list[Line]:
        """The rows but for their numbers."""
        return lines_of(self.rows)

    @property
    def words(self) -> list[list[tuple[int, str]]]:
        """For each row: column and text of the cells that hold a text of their own (numbers and blanks left out)."""
        return [line.words for line in self.lines]

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        filled = any(not line.is_empty for line in self.lines)
        return not filled and not (self.errors and any(self.texts(row) for row in range(len(self.rows))))

    def anchor(self, cell: Cell) -> Cell:
        """The cell that holds the value shown at `cell`: the first of its merged range, or itself."""
        return self.covered.get(cell, cell)

    def value(self, cell: Cell) -> Value:
        """The stored value, None outside the grid."""
        row, column = cell
        try:
            return self.rows[row][column] if row >= 0 <= column else None
        except IndexError:
            return None

    def text(self, cell: Cell) -> str:
        """The value shown at `cell` as text (merged ranges filled), "" when empty."""
        anchor = self.covered.get(cell, cell)
        value = self.value(anchor)
        if self.pads and anchor in self.pads and isinstance(value, int | float) and text_of(value).isdecimal():
            return text_of(value).zfill(self.pads[anchor])
        if self.errors and anchor in self.errors:
            return self.errors[anchor] or text_of(value)
        return value if isinstance(value, str) else text_of(value)

    def texts_in(self, row: int, columns: range) -> list[str]:
        """The texts shown in some columns of a row."""
        if row in self._covering[1] or self.pads or self.errors:
            return [self.text((row, column)) for column in columns]
        cells = self.rows[row][columns.start : columns.stop]
        return [value if isinstance(value, str) else text_of(value) for value in cells]

    @property
    def hides_any(self) -> bool:
        """Whether the sheet hides any cell."""
        return not self.visible or bool(self.hidden_rows or self.hidden_columns)

    def hides(self, cell: Cell) -> bool:
        """Whether a cell is not seen when the workbook is opened: its sheet, its row or its column is hidden."""
        return not self.visible or cell[0] in self.hidden_rows or cell[1] in self.hidden_columns

    def texts(self, row: int) -> Sequence[tuple[int, str]]:
        """Column and text of every cell of a row that holds something of its own."""
        if row not in self._filled:
            texts = (
                (column, self.errors.get((row, column)) or text_of(value).strip())
                for column, value in enumerate(self.rows[row])
                if value != "" or self.errors
            )
            self._filled[row] = [(column, text) for column, text in texts if text]
        return self._filled[row]

    def number(self, cell: Cell) -> Number:
        """The reading of a cell in which a number is expected. A percent format makes the stored ratio a percent."""
        if self.errors and cell in self.errors:
            return Number(NAN, State.ERROR, reason=self.errors[cell])
        if self.stale and cell in self.stale:
            return Number(NAN, State.STALE)
        row, column = cell
        try:  # as `value`, without a call
            value = self.rows[row][column] if row >= 0 <= column else None
        except IndexError:
            value = None
        if isinstance(value, float):
            if not math.isfinite(value):
                return Number(NAN, State.UNREADABLE, reason="不是有限的数")
        elif value is None or isinstance(value, str):
            return read_text(value) if value else _BLANK
        elif isinstance(value, _NO_NUMBERS):
            return Number(NAN, State.UNREADABLE, reason="是日期、时间或逻辑值")
        number = canonical(value)
        unit = "%" if self.percents and cell in self.percents else ""
        return _number(Number, (number, _IS_NUMBER if number else _IS_ZERO, unit, ""))

    def is_blank(self, cell: Cell) -> bool:
        """Whether a cell in which a number is expected holds nothing."""
        value = self.value(cell)
        if value is None or isinstance(value, str):
            return self.number(cell).state is _BLANK.state
        return False

    def raw(self, cell: Cell) -> str:
        """原文: the text as it stands, or a number's shortest form with the percent it is shown as."""
        if self.errors and cell in self.errors:
            return self.errors[cell]
        value = self.value(cell)
        if self.percents and cell in self.percents and _is_finite(value):
            return f"{text_of(value)}（显示为{fixed_percent(value, self.percents[cell])}）"
        return shortest(value) if isinstance(value, float) else text_of(value)


@lru_cache(maxsize=128)
def _covering(
    merges: tuple[tuple[int, int, int, int], ...], rows: int, columns: int
) -> tuple[dict[Cell, Cell], frozenset[int]]:
    """Sheet.covered of merged ranges within an area, and its rows. It is shared: nobody changes it."""
    covered: dict[Cell, Cell] = {}
    for top, left, bottom, right in merges:
        first, across = (top, left), range(left, min(right, columns - 1) + 1)
        for row in range(top, min(bottom, rows - 1) + 1):
            for column in across:
                covered[row, column] = first
        if covered.get(first) == first:
            del covered[first]
    return covered, frozenset([row for row, _ in covered])


@dataclass
class Workbook:
    """The sheets of one file, in their order; `repaired` where a faulty file was mended to be read."""

    sheets: list[Sheet]
    repaired: bool = False


def _is_finite(value: Value) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def text_of(value: Value) -> str:
    """A cell's value as text; whole numbers without a point."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return shortest(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return shortest(value) if isinstance(value, int | float) else str(value)


@lru_cache(maxsize=1 << 12)
def a1(cell: Cell) -> str:
    """Excel's name of a cell: (0, 0) is A1."""
    return f"{_letters(cell[1])}{cell[0] + 1}"


@lru_cache(maxsize=1024)
def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def from_a1(address: str) -> Cell:
    """The cell that an A1 address names."""
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(address[len(letters) :]) - 1, column - 1
