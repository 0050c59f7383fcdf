"""Rows known by a code: 类 ⊃ 款 ⊃ 项 in one column (2080101) or in several (208 | 01 | 01, of mixed types).

Such rows overlap: a column is never summed with its own parents. Only the row 合计 is a field; the leaves must add up to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from converter.mapping.locate import Located
from converter.mapping.page import Page
from converter.vocabulary.numbers import USABLE, Number, State, canonical

#: A code has three digits or more; fewer are a row's number.
_SHORTEST_CODE = 3
_READABLE = USABLE | {State.BLANK, State.DASH}


class Record(NamedTuple):
    """One row by its code, with the reading of each column of the table."""

    code: str
    row: int
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Gap:
    """A column whose leaves do not add up to its total, in the unit printed."""

    column: int
    leaves: float
    total: float
    tolerance: float


def code_of(texts: Iterable[str]) -> str:
    """The code in the cells before a row's name: later parts keep their leading zeros, whatever a number lost of them."""
    parts = [part for text in texts if (part := text.strip()).isdecimal()]
    return "".join([*parts[:1], *[part.zfill(2) for part in parts[1:]]]) if parts else ""


def records(page: Page, located: Located) -> list[Record]:
    """The rows of a table that have a code."""
    found = []
    for row in range(located.first, located.last):
        code = code_of(page.sheet.texts_in(row, located.names))
        if len(code) >= _SHORTEST_CODE:
            numbers = tuple([page.sheet.number((row, column.index)) for column in located.columns])
            found.append(Record(code, row, numbers))
    return found


def leaves(rows: Sequence[Record]) -> list[Record]:
    """The records that no other's code continues."""
    codes = sorted({row.code for row in rows})
    continued = {code for code, longer in pairwise(codes) if longer.startswith(code)}
    return [row for row in rows if row.code not in continued]


def gaps(page: Page, located: Located, total_row: int) -> list[Gap]:
    """The columns whose leaves miss the total by more than their rounding to 0.01 (DOMAIN §5); blanks count as nothing.

    A column with a cell that cannot be read is left out.
    """
    ends = leaves(records(page, located))
    if not ends:
        return []
    found = []
    for at, column in enumerate(located.columns):
        total, parts = page.sheet.number((total_row, column.index)), [record.numbers[at] for record in ends]
        if total.state not in USABLE or not all(part.state in _READABLE for part in parts):
            continue
        added = canonical(sum(part.value for part in parts if part.state in USABLE))
        tolerance = ceil(round((len(ends) + 1) / 2, 9)) / 100
        if abs(added - total.value) > tolerance + 1e-9:
            found.append(Gap(column.index, added, total.value, tolerance))
    return found
