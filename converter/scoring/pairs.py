"""One side of a check against another, decided for all departments at once: 结果, 差, 容差, and why nothing is compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from converter.scoring.checks import Outcome, Reconciliation
from converter.scoring.evidence import Evidence
from converter.scoring.expressions import Input
from converter.scoring.rounding import Flags, Floats, snap
from converter.scoring.sides import Side
from converter.vocabulary.findings import Level
from converter.vocabulary.numbers import percent_digits

#: From the best to the worst: of several right sides the best decides; what is unknown may yet agree.
ORDER = (Outcome.AGREES, Outcome.ROUNDING, Outcome.NOT_RUN, Outcome.FAIL)
_AGREES, _ROUNDING, _NOT_RUN, _FAIL = range(len(ORDER))
_SIGNS = {"at_most": "≤", "equal": "="}
#: Relations that know no rounding.
_ROUGH = frozenset({"similar", "scale", "together"})
SCALE = 1e4
#: The same amount in 元 and in 万元 may differ by the rounding of both.
_SCALE_SLACK = 0.01
_NOISE = 1e-9

_percent_digits = lru_cache(maxsize=4096)(percent_digits)


class Figures(NamedTuple):
    """What a comparison of one department shows: 结果, 原因, 左, 右, 差, 容差; a side is NaN where it lacks numbers and
    nothing was compared.
    """

    outcome: Outcome
    reason: str
    left: float
    right: float
    difference: float
    tolerance: float


@dataclass(eq=False)
class Pair:
    """The left side of a comparison and one of the right ones, `shift` years from the scored one. `broken` says of a
    department why figures of two years are not comparable, nothing where one year is compared.
    """

    check: Reconciliation
    left: Side
    right: Side
    shift: int
    departments: Sequence[str]
    broken: Mapping[str, str]

    @cached_property
    def what(self) -> str:
        """核对内容."""
        return f"{self.left.words} {_SIGNS.get(self.check.relation, '与')} {self.right.words}"

    @cached_property
    def gap(self) -> Floats:
        """Left less right."""
        return snap(self.left.present - self.right.present)

    @cached_property
    def evidence(self) -> Evidence:
        """The facts behind both sides, each once."""
        return self.left.evidence.joined(self.right.evidence)

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """结果, as its place in ORDER."""
        decided, relation = np.full(len(self.departments), _FAIL), self.check.relation
        if relation in _ROUGH:
            otherwise = _NOT_RUN if self.check.undecided else _FAIL
            both = zip(self.left.values, self.right.values, strict=True)
            decided[:] = [_AGREES if self._holds(left, right) else otherwise for left, right in both]
        else:
            decided[np.abs(self.gap) <= self.tolerance + _NOISE] = _AGREES if self.check.printed else _ROUNDING
            decided[(self.gap == 0) | ((self.gap < 0) & (relation == "at_most"))] = _AGREES
        decided[self.obstacles != ""] = _NOT_RUN
        return decided

    @cached_property
    def figures(self) -> list[Figures]:
        """What the row of each department shows."""
        idle, undecided = self.codes == _NOT_RUN, self.check.undecided
        reasons = np.where(idle, np.where(self.obstacles == "", undecided, self.obstacles), "")
        unsure = idle & (reasons != undecided)
        left, right = (np.where(unsure & side.gaps, np.nan, side.values) for side in (self.left, self.right))
        gap = np.where(np.isnan(left + right), np.nan, self.gap)
        outcomes = [ORDER[code] for code in self.codes.tolist()]
        columns = (column.tolist() for column in (reasons, left, right, gap, self.tolerance))
        return list(map(Figures, outcomes, *columns))

    @cached_property
    def obstacles(self) -> NDArray[np.object_]:
        """Why the two sides cannot be compared, "" where they can. The first that is found counts."""
        gaps = self.left.gaps | self.right.gaps
        found: NDArray[np.object_] = np.full(len(self.departments), "", dtype=object)
        found[gaps & self._open] = "缺少数据"
        found[np.isnan(self.gap)] = "分母为零"
        if self.check.scope == "same":
            for position in [at for at, named in enumerate(self.evidence.scopes) if len(named) > 1]:
                if len(named := self.evidence.scopes[position] - {""}) > 1:
                    found[position] = f"资金口径不同：{'、'.join(sorted(named))}"
        for position, department in enumerate(self.departments if self.broken else ()):
            found[position] = self.broken.get(department) or found[position]
        count = self.evidence.counts
        found[(self.left.evidence.counts == count) & (self.right.evidence.counts == count)] = "两边由同一数据推算"
        found[~(self.left.any_number & self.right.any_number)] = "一边没有数据"
        if not self.check.partial:
            found[gaps] = "缺少数据"
        return found

    @cached_property
    def _open(self) -> Flags:
        """Whether what is missing may yet decide: parts only add to the sum, which has not gone beyond the total."""
        if self.check.relation == "at_most":
            return self.right.gaps | (self.gap <= 0)
        return self.left.gaps | (self.gap > self.tolerance + _NOISE)

    def _holds(self, left: float, right: float) -> bool:
        """The relations that know no rounding."""
        if self.check.relation == "together":
            return (left == 0) == (right == 0)
        if self.check.relation == "similar":
            return abs(left - right) <= (self.check.limit or 0.0) * abs(right) + _NOISE
        if left == 0 or right == 0:
            return True
        low, high = self.check.factor
        ratio = abs(left / right)
        return not (low <= max(ratio, 1 / ratio) <= high)

    @cached_property
    def tolerance(self) -> Floats:
        """r(n) = 0.005 × (n + 1) rounded up to 0.01 万元, 0 in 元 and where no money is compared; or half of the last
        printed digit of a percent.
        """
        if self.check.printed:
            return np.array([self._printed(position) for position in range(len(self.departments))])
        if self.check.relation in _ROUGH:
            return np.full(len(self.departments), np.nan)
        terms = self.check.terms or self.evidence.counts - 1
        return np.where(self.evidence.rounded, np.ceil(0.5 * (terms + 1)) / 100, 0.0)

    def _printed(self, position: int) -> float:
        rows = self.left.inputs.rows(Input(self.check.printed, self.shift), position)
        digits = _percent_digits(next((row.raw for row in rows if row.adopted), ""))
        return 0.00005 if digits is None else 0.5 * 10.0 ** -(2 + digits)

    def level(self, position: int) -> Level:
        """The check's level; a warning where `scope: warn` and the figures do not all name one scope."""
        named = self.evidence.scopes[position]
        loose = self.check.scope == "warn" and (len(named) > 1 or "" in named)
        return Level.WARNING if loose and self.check.level is Level.ERROR else self.check.level

    def slipped(self, position: int) -> bool:
        """Whether one amount of two tables stands in 元 in one of them (J14)."""
        left, right = abs(self.left.values[position]), abs(self.right.values[position])
        tables = [{(r.file, r.sheet) for r in one.figures(position)} for one in (self.left, self.right)]
        if self.check.relation != "equal" or tables[0] & tables[1] or min(left, right) == 0:
            return False
        return abs(max(left, right) / min(left, right) / SCALE - 1) <= _SCALE_SLACK + _NOISE
