"""Rows known by a code: 类 ⊃ 款 ⊃ 项 in one column (2080101) or in several (208 | 01 | 01, of mixed types).

Such rows overlap: a column is never summed with its own parents. Only the row 合计 is a field; the leaves must add up to it.
"""

from collections.abc import Iterable, Sequence
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


class Gap(NamedTuple):
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


def parts_of(page: Page, located: Located) -> list[int]:
    """The rows of a table that have a code which no other's continues: they add up to its total. Mostly the same as in the last
    sheet of this layout.
    """
    sheet, names, plans = page.sheet, located.names, located.plans
    named = [row[names.start : names.stop] for row in sheet.rows[located.first : located.last]]
    plain = not (sheet.errors or sheet.pads)  # then what the cells hold is all that they show
    if plain and plans.named == named:
        return plans.parts
    codes = [_code_of(tuple(sheet.texts_in(row, names))) for row in range(located.first, located.last)]
    parts = [located.first + at for at in _leaves(codes)]
    if plain:
        plans.named, plans.parts = named, parts
    return parts


def _leaves(codes: Sequence[str]) -> list[int]:
    """The places of the codes that no other continues; what is shorter is none."""
    known = sorted({code for code in codes if len(code) >= _SHORTEST_CODE})
    ends = {*known} - {code for code, longer in pairwise(known) if longer.startswith(code)}
    return [at for at, code in enumerate(codes) if code in ends]


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
