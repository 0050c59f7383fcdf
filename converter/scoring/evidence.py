"""The facts behind numbers, for every department: which cells, of which funds, and whether the money is rounded."""

from collections.abc import Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from converter.scoring.frames import FactRow
from converter.scoring.rounding import Flags

#: What tells one number from every other of a department.
Number: TypeAlias = tuple[str, int, str, str, str]


def number_of(row: FactRow) -> Number:
    """What tells one number from every other of a department."""
    return row.field, row.year, row.file, row.sheet, row.cell


class Evidence:
    """The facts behind one value of every department, by position: `cells` has each number once, `counts` says how many
    facts there were, `scopes` which 资金口径 they name, `rounded` whether any is an amount that was rounded to 0.01 万元.
    """

    def __init__(self, cells: list[dict[Number, FactRow]], counts: Sequence[int] | None = None) -> None:
        self.cells = cells
        self.counts: NDArray[np.int64] = np.array(list(map(len, cells)) if counts is None else counts, dtype=np.int64)

    @classmethod
    def of(cls, rows: Sequence[Sequence[FactRow]]) -> "Evidence":
        """The facts of every department."""
        return cls([{number_of(row): row for row in own} for own in rows], list(map(len, rows)))

    def joined(self, other: "Evidence") -> "Evidence":
        """The facts of both, each number once."""
        made = Evidence([{**own, **more} for own, more in zip(self.cells, other.cells, strict=True)])
        made.__dict__["rounded"] = self.rounded | other.rounded  # one number is the same amount in both
        return made

    @cached_property
    def scopes(self) -> list[set[str]]:
        """The scopes that a department's figures name, "" among them where some name none."""
        return [{row.scope for row in own.values()} for own in self.cells]

    @cached_property
    def rounded(self) -> Flags:
        """Where any figure is money that does not stand in 元."""
        return np.array(
            [any(row.unit == "万元" and not row.in_yuan for row in own.values()) for own in self.cells], bool
        )
