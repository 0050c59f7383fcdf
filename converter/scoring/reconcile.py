"""勾稽核对: every check of checks.yaml run over all departments; what came out, and the cells behind it.

A check names both sides and never says which is wrong; what cannot be compared is 未核对 with the reason.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from converter.scoring.checks import LAST_FORM, Checks, Outcome, Reconciliation, code_of, filled
from converter.scoring.expressions import Input
from converter.scoring.frames import FactRow
from converter.scoring.inputs import NO_FORM
from converter.scoring.rounding import Floats, snap
from converter.scoring.sides import Desk, Side
from converter.vocabulary.findings import Level
from converter.vocabulary.numbers import NAN, percent_digits

_SIGNS = {"at_most": "≤", "equal": "="}
SCALE = 1e4
#: The same amount in 元 and in 万元 may differ by the rounding of both.
_SCALE_SLACK = 0.01
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
    cells: tuple[FactRow, ...] = ()

    @cached_property
    def numbers(self) -> frozenset[tuple[object, ...]]:
        """What tells the numbers behind it from every other of the department (`number_of`)."""
        return frozenset(map(number_of, self.cells))

    def row(self) -> tuple[object, ...]:
        """The row of 勾稽核对."""
        numbers = (self.left, self.right, self.difference, self.tolerance)
        return (code_of(self.key), self.department, self.year, self.what, *numbers, str(self.outcome), self.reason)


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
        self.year = self.inputs.year + shift
        sides = [filled(text, *fill) for text in (check.left, *check.right)]
        self._both: dict[tuple[int, int], list[FactRow]] = {}
        self.left, *self.rights = (Side.of(*side, desk, shift, check.where) for side in sides)

    def run(self, broken: Mapping[str, str]) -> Iterator[Result]:
        """The result of every department that has a number on either side."""
        there = self.left.any_number | np.logical_or.reduce([side.any_number for side in self.rights])
        for position in map(int, np.flatnonzero(there)):
            yield self._department(position, broken)

    @cached_property
    def differences(self) -> list[Floats]:
        """Left less right, for each right side."""
        return [snap(self.left.present - side.present) for side in self.rights]

    @cached_property
    def across_years(self) -> bool:
        """Whether figures of two years, or of two years' forms, are compared."""
        sides = (self.left, *self.rights)
        offsets = {wanted.offset for side in sides for wanted in side.wanted}
        return len(offsets) > 1 or any(side.form.startswith(LAST_FORM) for side in sides)

    def _department(self, position: int, broken: Mapping[str, str]) -> Result:
        there = [side for side in self.rights if side.any_number[position]] or self.rights
        results = [self._compare(side, position, broken) for side in there]
        order = [Outcome.AGREES, Outcome.ROUNDING, Outcome.NOT_RUN, Outcome.FAIL]  # what is unknown may yet agree
        outcome, side, reason = min(results, key=lambda result: order.index(result[0]))
        unsure = outcome is Outcome.NOT_RUN and reason != self.check.undecided
        left, right = (NAN if unsure and one.gaps[position] else one.value(position) for one in (self.left, side))
        failed = outcome is Outcome.FAIL
        return Result(
            self.key, self.inputs.departments[position], position, self.year, self._what(side), outcome, reason,
            left, right, NAN if math.isnan(left + right) else self._gap(side, position), self._tolerance(side, position),
            (self.left, side), self._level(side, position) if failed else None,
            failed and self._slipped(side, position), cells=tuple(self._figures(side, position)),
        )  # fmt: skip

    def _what(self, side: Side) -> str:
        return f"{self.left.words} {_SIGNS.get(self.check.relation, '与')} {side.words}"

    def _compare(self, side: Side, position: int, broken: Mapping[str, str]) -> tuple[Outcome, Side, str]:
        reason = self._obstacle(side, position, broken)
        if reason:
            return Outcome.NOT_RUN, side, reason
        gap = self._gap(side, position)
        if self.check.relation in ("similar", "scale", "together"):
            if self._holds(self.left.value(position), side.value(position)):
                return Outcome.AGREES, side, ""
            return (Outcome.NOT_RUN if self.check.undecided else Outcome.FAIL), side, self.check.undecided
        if gap == 0 or (gap < 0 and self.check.relation == "at_most"):
            return Outcome.AGREES, side, ""
        if abs(gap) > self._tolerance(side, position) + 1e-9:
            return Outcome.FAIL, side, ""
        return Outcome.AGREES if self.check.printed else Outcome.ROUNDING, side, ""

    def _holds(self, left: float, right: float) -> bool:
        """The relations that know no rounding."""
        if self.check.relation == "together":
            return (left == 0) == (right == 0)
        if self.check.relation == "similar":
            return abs(left - right) <= (self.check.limit or 0.0) * abs(right) + 1e-9
        if left == 0 or right == 0:
            return True
        low, high = self.check.factor
        ratio = abs(left / right)
        return not (low <= max(ratio, 1 / ratio) <= high)

    def _gap(self, side: Side, position: int) -> float:
        return float(self.differences[self.rights.index(side)][position])

    def _obstacle(self, side: Side, position: int, broken: Mapping[str, str]) -> str:
        """Why the two sides cannot be compared, "" where they can."""
        gaps = bool(self.left.gaps[position] or side.gaps[position])
        if gaps and not self.check.partial:
            return "缺少数据"
        if not (self.left.any_number[position] and side.any_number[position]):
            return "一边没有数据"
        counts = {len(one.figures(position)) for one in (self.left, side)}
        if counts == {len(self._figures(side, position))}:
            return "两边由同一数据推算"
        if self.across_years and (reason := broken.get(self.inputs.departments[position])):
            return reason
        scopes = {row.scope for row in self._figures(side, position)} - {""}
        if self.check.scope == "same" and len(scopes) > 1:
            return f"资金口径不同：{'、'.join(sorted(scopes))}"
        if math.isnan(self._gap(side, position)):
            return "分母为零"
        return "缺少数据" if gaps and self._open(side, position) else ""

    def _level(self, side: Side, position: int) -> Level:
        """The check's level; a warning where `scope: warn` and the figures do not all name one scope."""
        named = {row.scope for row in self._figures(side, position)}
        loose = self.check.scope == "warn" and (len(named) > 1 or "" in named)
        return Level.WARNING if loose and self.check.level is Level.ERROR else self.check.level

    def _slipped(self, side: Side, position: int) -> bool:
        """Whether one amount of two tables stands in 元 in one of them (J14)."""
        left, right = abs(self.left.value(position)), abs(side.value(position))
        tables = [{(r.file, r.sheet) for r in one.figures(position)} for one in (self.left, side)]
        if self.check.relation != "equal" or tables[0] & tables[1] or min(left, right) == 0:
            return False
        return abs(max(left, right) / min(left, right) / SCALE - 1) <= _SCALE_SLACK + 1e-9

    def _open(self, side: Side, position: int) -> bool:
        """Whether what is missing may yet decide: parts only add to the sum, which has not gone beyond the total."""
        gap = self._gap(side, position)
        if self.check.relation == "at_most":
            return bool(side.gaps[position]) or gap <= 0
        return bool(self.left.gaps[position]) or gap > self._tolerance(side, position) + 1e-9

    def _tolerance(self, side: Side, position: int) -> float:
        """r(n) = 0.005 × (n + 1) rounded up to 0.01 万元, 0 in 元 and where no money is compared; or half of the last
        printed digit of a percent.
        """
        if self.check.printed:
            digits = percent_digits(self._raw(Input(self.check.printed, self.shift), position))
            return 0.00005 if digits is None else 0.5 * 10.0 ** -(2 + digits)
        if self.check.relation in ("similar", "scale", "together"):
            return NAN
        figures = self._figures(side, position)
        if all(row.unit != "万元" or row.in_yuan for row in figures):
            return 0.0
        terms = self.check.terms or len(figures) - 1
        return math.ceil(round(0.5 * (terms + 1), 9)) / 100

    def _figures(self, side: Side, position: int) -> list[FactRow]:
        """The facts behind both sides, each once."""
        key = self.rights.index(side), position
        if key not in self._both:
            rows = (*self.left.figures(position), *side.figures(position))
            self._both[key] = list({number_of(row): row for row in rows}.values())
        return self._both[key]

    def _raw(self, wanted: Input, position: int) -> str:
        return next((row.raw for row in self.left.inputs.rows(wanted, position) if row.adopted), "")


def number_of(row: FactRow) -> tuple[object, ...]:
    """What tells one number from every other of a department."""
    return row.field, row.year, row.file, row.sheet, row.cell
