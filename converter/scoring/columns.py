"""Adopted numbers as columns over the departments: those of many fields are read together, as the rows of one matrix.

A column of a few departments is short, so that five operations on each of three hundred cost more than what they do.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from converter.scoring.factrows import FactRow
from converter.scoring.rounding import Floats, Sum

#: The adopted facts of one field and year by the department's position.
Taken: TypeAlias = Mapping[int, Sequence[FactRow]]


def _added(rows: Iterable[FactRow]) -> float:
    total = Sum()
    for row in rows:
        total.add(row.value)
    return total.value


def matrix(fields: Sequence[Taken], count: int) -> Floats:
    """A row for each field and a column for each of `count` departments: its number, several added, NaN where none is."""
    numbers = np.full((len(fields), count), np.nan)
    for row, taken in zip(numbers, fields, strict=True):
        if taken:
            row[list(taken)] = [own[0].value if len(own) == 1 else _added(own) for own in taken.values()]
    return numbers + 0.0
