"""Rows known by a code: 类 ⊃ 款 ⊃ 项 in one column (2080101) or in several (208 | 01 | 01, of mixed types).

Such rows overlap: a column is never summed with its own parents. Only the row 合计 is a field; the leaves must add up to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from converter.mapping.locate import Located
from converter.mapping.page import Page
from converter.vocabulary.numbers import USABLE, State, canonical

#: A code has three digits or more; fewer are a row's number.
_SHORTEST_CODE = 3
_READABLE = USABLE | {State.BLANK, State.DASH}


class Record(NamedTuple):
    """One row and its code."""

    code: str
    row: int


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


_code_of = lru_cache(maxsize=1 << 11)(code_of)


def records(page: Page, located: Located) -> list[Record]:
    """The rows of a table that have a code."""
    rows = range(located.first, located.last)
    found = [Record(_code_of(tuple(page.sheet.texts_in(row, located.names))), row) for row in rows]
    return [record for record in found if len(record.code) >= _SHORTEST_CODE]


def leaves(rows: Sequence[Record]) -> list[Record]:
    """The records that no other's code continues."""
    codes = sorted({row.code for row in rows})
    continued = {code for code, longer in pairwise(codes) if longer.startswith(code)}
    return [row for row in rows if row.code not in continued]


def parts_of(page: Page, located: Located) -> list[int]:
    """The rows of a table that have a code which no other's continues: they add up to its total."""
    return [end.row for end in leaves(records(page, located))]


def gaps(page: Page, located: Located, total_row: int, parts: Sequence[int]) -> list[Gap]:
    """The columns whose leaves, in the rows `parts`, miss the total by more than their rounding to 0.01 (DOMAIN §5); blanks count
    as nothing. A column with a cell that cannot be read is left out.
    """
    number = page.sheet.number
    if not parts:
        return []
    found = []
    for column in located.columns:
        total = number((total_row, column.index))
        if total.state not in USABLE:
            continue
        own = [number((row, column.index)) for row in parts]
        usable = [part.value for part in own if part.state in USABLE]
        if len(usable) < len(own) and not all(part.state in _READABLE for part in own):
            continue
        added = canonical(sum(usable))
        tolerance = ceil(round((len(parts) + 1) / 2, 9)) / 100
        if abs(added - total.value) > tolerance + 1e-9:
            found.append(Gap(column.index, added, total.value, tolerance))
    return found
