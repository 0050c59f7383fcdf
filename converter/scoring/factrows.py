"""A number of the facts frame by itself: light, for who only hands figures on."""

from functools import lru_cache
from typing import NamedTuple

from converter.vocabulary.findings import Place
from converter.vocabulary.numbers import State, convert, read_text, shortest


class FactRow(NamedTuple):
    """A row of the facts frame. `form_year` is the year of the form a fact stands in (2019's form also gives 2018)."""

    department: str
    year: int
    field: str
    value: float
    unit: str
    state: State
    adopted: bool
    raw: str
    form: str
    scope: str
    file: str
    sheet: str
    cell: str
    form_year: int

    @property
    def place(self) -> Place:
        """Where the number stands."""
        return _placed(self.file, self.sheet, self.cell)

    @property
    def in_yuan(self) -> bool:
        """Whether its cell gives an amount in 元, unrounded: 原文 is 10,000 times the value (万元)."""
        return in_yuan(self.raw, self.value)


_placed = lru_cache(maxsize=1 << 13)(Place)


@lru_cache(maxsize=1 << 13)
def in_yuan(raw: str, value: float) -> bool:
    """Whether a text gives an amount in 元, unrounded: 10,000 times the value (万元)."""
    if raw == shortest(value):  # most stand in 万元, as they are
        return value == 0
    number = read_text(raw)
    return number.unit in ("", "元") and convert(number.value, "元", "万元") == value
