"""The totals of departments side by side, in the order and with the ranks of 汇总. Whole columns at a time and without frames: what
concludes a batch need not load pandas.
"""

from collections.abc import Iterator, Mapping, Sequence
from sys import intern
from typing import Any

import numpy as np
from numpy.typing import NDArray

from converter.scoring.rounding import Floats

Positions = NDArray[np.signedinteger]
#: Columns of totals, in points (分).
TOTAL_COLUMNS = (
    "department",
    "year",
    "self_total",
    "self_grade",
    "score",
    "low",
    "high",
    "grade",
    "gap",
    "data_full",
    "data_low",
    "data_high",
    "from_self",
    "deductions",
    "missing",
    "best",
    "worst",
)
#: Departments whose totals are plain values at a time.
_SOME = 1000


class Totals:
    """A row of TOTAL_COLUMNS for each department; NaN where there is no number."""

    def __init__(self, columns: Mapping[str, NDArray[Any]]) -> None:
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns["department"])

    def __getitem__(self, column: str) -> list[Any]:
        """A column as plain values."""
        return list(self._columns[column].tolist())

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows as plain values, in their order."""
        for at in range(0, len(self), _SOME):
            some = (column[at : at + _SOME].tolist() for column in self._columns.values())
            yield from (dict(zip(self._columns, row, strict=True)) for row in zip(*some, strict=True))


def together(parts: Sequence[Mapping[str, NDArray[Any]]], kinds: Sequence[str]) -> Totals:
    """Totals of several chunks (`columns_of`), ranked among all departments of their kind."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order, best, worst = placed(columns["department"].tolist(), columns["low"], columns["high"], kinds)
    ranked = {**columns, "best": best, "worst": worst}
    return Totals({name: ranked[name].take(order) for name in TOTAL_COLUMNS})


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
    """Rows of totals as columns: numbers as they are, each text held once for all departments."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return {
        name: np.array(list(map(intern, column)), dtype=object) if isinstance(column[0], str) else np.array(column)
        for name, column in columns.items()
    }


def placed(
    names: Sequence[str], low: Floats, high: Floats, kinds: Sequence[str]
) -> tuple[Positions, Positions, Positions]:
    """The order of departments by 复算下限, 复算上限 and name, and (as they stand) their best and worst ranks among their kind."""
    best, worst = np.zeros((2, len(names)), dtype=np.int64)
    for kind in dict.fromkeys(kinds):
        alike = np.array([one == kind for one in kinds])
        best[alike], worst[alike] = ranks(low[alike], high[alike])
    by_name = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    return by_name[np.lexsort((-high[by_name], -low[by_name]))], best, worst  # stable, and puts NaN last


def ranks(low: Floats, high: Floats) -> tuple[Positions, Positions]:
    """Best and worst rank: 1 + others whose 下限 exceeds my 上限, 1 + others whose 上限 exceeds my 下限. Ties share."""
    lows, highs = np.sort(low), np.sort(high)
    best = 1 + len(low) - np.searchsorted(lows, high, side="right")
    worst = 1 + len(high) - np.searchsorted(highs, low, side="right") - (high > low)  # none stands above itself
    return best, worst
