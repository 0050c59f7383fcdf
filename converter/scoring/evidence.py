"""The facts behind numbers, for every department: which cells, of which funds, and whether the money is rounded."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from converter.scoring.factrows import FactRow, in_yuan
from converter.scoring.rounding import Flags

#: What tells one number from every other of a department.
Number: TypeAlias = tuple[str, int, str, str, str]
Counts: TypeAlias = NDArray[np.int64]


def number_of(row: FactRow) -> Number:
    """What tells one number from every other of a department."""
    return row.field, row.year, row.file, row.sheet, row.cell


def numbers_of(rows: Iterable[FactRow]) -> dict[Number, FactRow]:
    """The facts by what tells their numbers from each other, each number once."""
    return {number_of(row): row for row in rows}


class Evidence:
    """The facts behind one value of every department, by position."""

    def __init__(self, rows: Sequence[Sequence[FactRow]]) -> None:
        self._rows = rows
        self.counts: Counts = np.array(list(map(len, rows)), dtype=np.int64)

    @property
    def rows(self) -> Sequence[Sequence[FactRow]]:
        """The facts of each department."""
        return self._rows

    @cached_property
    def distinct(self) -> Counts:
        """How many numbers there are: a fact that is there twice is one."""
        if not (self.counts > 1).any():
            return self.counts
        return np.array([len(numbers_of(own)) if len(own) > 1 else len(own) for own in self.rows], dtype=np.int64)

    @cached_property
    def scopes(self) -> list[set[str]]:
        """The 资金口径 that a department's figures name, "" among them where some name none."""
        return [{row.scope for row in own} for own in self.rows]

    @cached_property
    def every_scope(self) -> frozenset[str]:
        """The 资金口径 that the figures of any department name, but for ""."""
        return frozenset([row.scope for own in self.rows for row in own]) - {""}

    @cached_property
    def rounded(self) -> Flags:
        """Where any figure is an amount that was rounded to 0.01 万元, so that it does not stand in 元."""
        found = np.zeros(len(self.rows), dtype=bool)
        amounts = [(at, row) for at, own in enumerate(self.rows) for row in own if row.unit == "万元"]
        if amounts:
            found[[at for at, row in amounts if not in_yuan(row.raw, row.value)]] = True
        return found


class Together(Evidence):
    """The facts behind several values of every department, which share none: those of the first before those of the others."""

    def __init__(self, parts: Sequence[Evidence]) -> None:
        self._parts = parts
        self.counts = np.sum([part.counts for part in parts], axis=0)

    @cached_property
    def rows(self) -> Sequence[Sequence[FactRow]]:
        """The facts of each department, made when they are asked for: most sides need only their counts."""
        return [list(chain.from_iterable(own)) for own in zip(*(part.rows for part in self._parts), strict=True)]

    @cached_property
    def distinct(self) -> Counts:
        """How many numbers there are."""
        return np.asarray(np.sum([part.distinct for part in self._parts], axis=0))

    @cached_property
    def every_scope(self) -> frozenset[str]:
        """The 资金口径 that any of the figures name, but for ""."""
        return frozenset().union(*(part.every_scope for part in self._parts))

    @cached_property
    def rounded(self) -> Flags:
        """Where any figure is an amount that was rounded to 0.01 万元."""
        return np.asarray(np.logical_or.reduce([part.rounded for part in self._parts]))


def counted(one: Evidence, other: Evidence, *, apart: bool) -> Counts:
    """How many numbers stand behind two values together, each once; `apart` says that they share none."""
    if apart:
        return one.distinct + other.distinct
    return np.array([_counted(*both) for both in zip(one.rows, other.rows, strict=True)], dtype=np.int64)


def _counted(one: Sequence[FactRow], other: Sequence[FactRow]) -> int:
    if len(one) == len(other) == 1:
        return 1 if number_of(one[0]) == number_of(other[0]) else 2
    return len(numbers_of([*one, *other]))
