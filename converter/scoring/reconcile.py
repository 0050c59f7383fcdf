"""勾稽核对: every check of checks.yaml run over all departments; what came out, and the cells behind it.

A check names both sides and never says which is wrong; what cannot be compared is 未核对 with the reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from converter.scoring.checks import LAST_FORM, Checks, Outcome, Reconciliation, code_of, filled
from converter.scoring.evidence import Number
from converter.scoring.frames import FactRow
from converter.scoring.inputs import NO_FORM
from converter.scoring.pairs import ORDER, Pair
from converter.scoring.sides import Desk, Side
from converter.vocabulary.findings import Level
from converter.vocabulary.numbers import NAN

NOTHING = "表中无数"


@dataclass(frozen=True, eq=False)
class Result:
    """One comparison of one department. `slipped` says that the sides differ by the factor of 元 and 万元, `follows` of
    which other failure a failure is but a consequence.
    """

    key: str
    department: str
    position: int
    year: int
    what: str
    outcome: Outcome
    reason: str = ""
    left: float = NAN
    right: float = NAN
    difference: float = NAN
    tolerance: float = NAN
    sides: tuple[Side, Side] | None = None
    level: Level | None = None
    slipped: bool = False
    follows: str = ""
    numbers: Mapping[Number, FactRow] = field(default_factory=dict)

    @cached_property
    def cells(self) -> tuple[FactRow, ...]:
        """The facts behind it, each once; `numbers` has them by what tells each from the others."""
        return tuple(self.numbers.values())

    def row(self, reason: str = "") -> tuple[object, ...]:
        """The row of 勾稽核对, with another `reason` where it has one."""
        numbers = (self.left, self.right, self.difference, self.tolerance)
        return (
            code_of(self.key),
            self.department,
            self.year,
            self.what,
            *numbers,
            str(self.outcome),
            reason or self.reason,
        )


def reconcile(checks: Checks, desk: Desk, broken: Mapping[str, str]) -> list[Result]:
    """The results of all comparisons, check by check; of a check that had nothing to compare in a department, one.

    `broken` says of a department why last year's figures are not comparable: no check between years is run then.
    """
    results: list[Result] = []
    for key, check in sorted(checks.reconcile.items()):
        found: list[Result] = []
        for item, basis in check.filled():
            for year in check.years:
                comparison = Comparison(key, check, (item, basis), -1 if year == "上年" else 0, desk)
                found += comparison.run(broken)
        results += sorted([*found, *_not_run(key, check, desk, {one.position for one in found})], key=_position)
    return results


def _position(result: Result) -> int:
    return result.position


def _not_run(key: str, check: Reconciliation, desk: Desk, done: set[int]) -> Iterator[Result]:
    """A result for every department in which the check had no number at all."""
    item, basis = next(check.filled())
    forms = [filled(text, item, basis)[0] or check.where for text in (check.left, *check.right)]
    lacking = [desk.lacking(form) for form in forms if form]
    for position, department in enumerate(desk.whole.departments):
        if position not in done:
            reason = NO_FORM if any(department in names for names in lacking) else NOTHING
            yield Result(key, department, position, desk.whole.year, check.title, Outcome.NOT_RUN, reason)


class Comparison:
    """One check for one 项目, basis and year, over all departments."""

    def __init__(self, key: str, check: Reconciliation, fill: tuple[str, str], shift: int, desk: Desk) -> None:
        self.key, self.check, self.shift, self.inputs = key, check, shift, desk.whole
        sides = [filled(text, *fill) for text in (check.left, *check.right)]
        self.left, *self.rights = (desk.side(*side, shift, check.where) for side in sides)

    def run(self, broken: Mapping[str, str]) -> Iterator[Result]:
        """The result of every department that has a number on either side."""
        there = np.flatnonzero(np.logical_or.reduce([side.any_number for side in self._sides]))
        if not there.size:
            return
        departments, reasons = self.inputs.departments, broken if self._across_years else {}
        pairs = [Pair(self.check, self.left, right, self.shift, departments, reasons) for right in self.rights]
        deciding = self._deciding(pairs)
        for position in map(int, there):
            yield self._result(pairs[deciding[position]], position)

    @property
    def _sides(self) -> tuple[Side, ...]:
        return (self.left, *self.rights)

    @cached_property
    def _across_years(self) -> bool:
        """Whether figures of two years, or of two years' forms, are compared."""
        offsets = {wanted.offset for side in self._sides for wanted in side.wanted}
        return len(offsets) > 1 or any(side.form.startswith(LAST_FORM) for side in self._sides)

    def _deciding(self, pairs: list[Pair]) -> NDArray[np.intp]:
        """For each department the pair whose result counts: the first of the best, where its right side has a number."""
        if len(pairs) == 1:
            return np.zeros(len(self.inputs.departments), dtype=np.intp)
        numbers = np.array([pair.right.any_number for pair in pairs])
        asked = numbers | ~numbers.any(axis=0)
        best: NDArray[np.intp] = np.argmin(np.where(asked, [pair.codes for pair in pairs], len(ORDER)), axis=0)
        return best

    def _result(self, pair: Pair, position: int) -> Result:
        figures = pair.figures[position]
        failed = figures.outcome is Outcome.FAIL
        return Result(
            self.key, self.inputs.departments[position], position, self.inputs.year + self.shift, pair.what, *figures,
            (self.left, pair.right), pair.level(position) if failed else None, failed and pair.slipped(position),
            numbers=pair.evidence.cells[position],
        )  # fmt: skip
