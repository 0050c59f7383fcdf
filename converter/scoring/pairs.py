"""The sides of checks against each other, decided for all comparisons and departments at once: 结果, 差, 容差, and why nothing
is compared. A column of the departments is short, so that twenty operations on each of a hundred cost more than what they do.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from converter.scoring.checks import Outcome, Reconciliation
from converter.scoring.evidence import Counts, Number, counted, numbers_of
from converter.scoring.expressions import Input
from converter.scoring.factrows import FactRow
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


#: What a comparison of one department shows: 结果, 原因, 左, 右, 差, 容差; a side is NaN where it lacks numbers and nothing was
#: compared. A plain tuple: there are a hundred for each department.
Figures = tuple[Outcome, str, float, float, float, float]


@dataclass(eq=False)
class Pair:
    """The left side of a comparison and one of the right ones, `shift` years from the scored one. `broken` says of a
    department why figures of two years are not comparable, nothing where one year is compared.
    """

    check: Reconciliation
    left: Side
    right: Side
    shift: int
    broken: Mapping[str, str]
    _numbers: dict[int, dict[Number, FactRow]] = field(default_factory=dict)

    @cached_property
    def what(self) -> str:
        """核对内容."""
        return f"{self.left.words} {_SIGNS.get(self.check.relation, '与')} {self.right.words}"

    def numbers(self, position: int) -> dict[Number, FactRow]:
        """The facts behind both sides of a department, each once."""
        if position not in self._numbers:
            both = (*self.left.figures(position), *self.right.figures(position))
            self._numbers[position] = numbers_of(both)
        return self._numbers[position]

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that the facts behind both sides can be of."""
        return frozenset(leaf.name for leaf in self.left.leaves | self.right.leaves)

    @cached_property
    def counts(self) -> Counts:
        """How many numbers stand behind both sides."""
        return counted(self.left.evidence, self.right.evidence, apart=not self.left.leaves & self.right.leaves)

    def mixed(self) -> Iterator[tuple[int, set[str]]]:
        """The departments whose figures name several 资金口径, and which."""
        if len(self.left.evidence.every_scope | self.right.evidence.every_scope) < 2:
            return
        for position, (left, right) in enumerate(self._scopes):
            if left != right or len(left) > 1:
                named = (left | right) - {""}
                if len(named) > 1:
                    yield position, named

    @cached_property
    def _scopes(self) -> list[tuple[set[str], set[str]]]:
        return list(zip(self.left.evidence.scopes, self.right.evidence.scopes, strict=True))

    def holds(self) -> Flags:
        """Whether a relation that knows no rounding holds."""
        left, right = np.array(self.left.values), np.array(self.right.values)
        nothing: tuple[Flags, Flags] = (left == 0, right == 0)
        if self.check.relation == "together":
            return ~(nothing[0] ^ nothing[1])
        if self.check.relation == "similar":
            return np.asarray(np.abs(left - right) <= (self.check.limit or 0.0) * np.abs(right) + _NOISE)
        low, high = self.check.factor
        with np.errstate(all="ignore"):
            ratio = np.abs(left / right)
            far = np.maximum(ratio, 1 / ratio)
        near: Flags = (low <= far) & (far <= high)
        return nothing[0] | nothing[1] | ~near

    def printed(self) -> Floats:
        """Half of the last digit of the percent that each department printed."""
        wanted, inputs = Input(self.check.printed, self.shift), self.left.inputs
        found = []
        for position in range(len(inputs.departments)):
            digits = _percent_digits(next((row.raw for row in inputs.rows(wanted, position) if row.adopted), ""))
            found.append(0.00005 if digits is None else 0.5 * 10.0 ** -(2 + digits))
        return np.array(found)

    def level(self, position: int) -> Level:
        """The check's level; a warning where `scope: warn` and the figures do not all name one scope."""
        named = set().union(*self._scopes[position])
        loose = self.check.scope == "warn" and (len(named) > 1 or "" in named)
        return Level.WARNING if loose and self.check.level is Level.ERROR else self.check.level

    def slipped(self, position: int) -> bool:
        """Whether one amount of two tables stands in 元 in one of them (J14)."""
        left, right = abs(self.left.values[position]), abs(self.right.values[position])
        tables = [{(r.file, r.sheet) for r in one.figures(position)} for one in (self.left, self.right)]
        if self.check.relation != "equal" or tables[0] & tables[1] or min(left, right) == 0:
            return False
        return abs(max(left, right) / min(left, right) / SCALE - 1) <= _SCALE_SLACK + _NOISE


class Pairs:
    """Pairs decided together, at least one: what is told of them is a matrix with a row for each and a column for each
    department.
    """

    def __init__(self, pairs: Sequence[Pair], departments: Sequence[str]) -> None:
        self.pairs, self._departments = pairs, departments
        self._sides = list({id(side): side for pair in pairs for side in (pair.left, pair.right)}.values())
        rows = {id(side): at for at, side in enumerate(self._sides)}
        self._ends = [rows[id(pair.left)] for pair in pairs], [rows[id(pair.right)] for pair in pairs]

    def _both(self, told: Callable[[Side], object]) -> tuple[NDArray[Any], NDArray[Any]]:
        """What is told of the left sides and of the right ones."""
        every = np.array([told(side) for side in self._sides])
        return every[self._ends[0]], every[self._ends[1]]

    def _where(self, holds: Callable[[Pair], bool]) -> Flags:
        """The pairs of which something holds, as a column."""
        return np.array([[holds(pair)] for pair in self.pairs])

    @cached_property
    def numbers(self) -> tuple[Flags, Flags]:
        """Where there is any number, left and right."""
        return self._both(lambda side: side.any_number)

    @cached_property
    def _gaps(self) -> tuple[Flags, Flags]:
        """Where a number is missing, left and right."""
        return self._both(lambda side: side.gaps)

    @cached_property
    def _gap(self) -> Floats:
        """Left less right."""
        left, right = self._both(lambda side: side.present)
        return snap(left - right)

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """结果, as its place in ORDER."""
        exact, printed = self._where(_exact), self._where(lambda pair: bool(pair.check.printed))
        below = self._where(lambda pair: pair.check.relation == "at_most")
        near = exact & (np.abs(self._gap) <= self._tolerance + _NOISE)
        decided = np.where(near, np.where(printed, _AGREES, _ROUNDING), _FAIL)
        decided[exact & ((self._gap == 0) | ((self._gap < 0) & below))] = _AGREES
        for at, pair in enumerate(self.pairs):
            if not exact[at]:
                decided[at] = np.where(pair.holds(), _AGREES, _NOT_RUN if pair.check.undecided else _FAIL)
        decided[self._obstacles != ""] = _NOT_RUN
        return decided

    def figures(self) -> Iterator[list[Figures]]:
        """What the rows of each pair show, department by department."""
        idle = self.codes == _NOT_RUN
        undecided = np.array([[pair.check.undecided] for pair in self.pairs], dtype=object)
        reasons = np.where(idle, np.where(self._obstacles == "", undecided, self._obstacles), "")
        unsure = idle & (reasons != undecided)
        values = self._both(lambda side: side.values)
        left, right = (np.where(unsure & gaps, np.nan, own) for gaps, own in zip(self._gaps, values, strict=True))
        gap = np.where(np.isnan(left + right), np.nan, self._gap)
        columns = (each.tolist() for each in (self.codes, reasons, left, right, gap, self._tolerance))
        for codes, *others in zip(*columns, strict=True):
            yield list(zip(map(ORDER.__getitem__, codes), *others, strict=True))

    @cached_property
    def _obstacles(self) -> NDArray[np.object_]:
        """Why the two sides cannot be compared, "" where they can. The first that is found counts."""
        gaps = self._gaps[0] | self._gaps[1]
        found: NDArray[np.object_] = np.full(gaps.shape, "", dtype=object)
        found[gaps & self._open] = "缺少数据"
        found[np.isnan(self._gap)] = "分母为零"
        for at, pair in enumerate(self.pairs):
            for position, named in pair.mixed() if pair.check.scope == "same" else ():
                found[at, position] = f"资金口径不同：{'、'.join(sorted(named))}"
            for position, department in enumerate(self._departments if pair.broken else ()):
                found[at, position] = pair.broken.get(department) or found[at, position]
        left, right = self._both(lambda side: side.evidence.counts)
        found[(left == self._counts) & (right == self._counts)] = "两边由同一数据推算"
        found[~(self.numbers[0] & self.numbers[1])] = "一边没有数据"
        found[gaps & self._where(lambda pair: not pair.check.partial)] = "缺少数据"
        return found

    @cached_property
    def _open(self) -> Flags:
        """Whether what is missing may yet decide: parts only add to the sum, which has not gone beyond the total."""
        below, (left, right) = self._where(lambda pair: pair.check.relation == "at_most"), self._gaps
        return np.where(below, right | (self._gap <= 0), left | (self._gap > self._tolerance + _NOISE))

    @cached_property
    def _counts(self) -> Counts:
        return np.array([pair.counts for pair in self.pairs])

    @cached_property
    def _tolerance(self) -> Floats:
        """r(n) = 0.005 × (n + 1) rounded up to 0.01 万元, 0 in 元 and where no money is compared; or half of the last
        printed digit of a percent.
        """
        left, right = self._both(lambda side: side.evidence.rounded)
        terms = np.array([[pair.check.terms or 0] for pair in self.pairs])
        terms = np.where(terms, terms, self._counts - 1)
        found = np.where(left | right, np.ceil(0.5 * (terms + 1)) / 100, 0.0)
        for at, pair in enumerate(self.pairs):
            if pair.check.printed:
                found[at] = pair.printed()
            elif not _exact(pair):
                found[at] = np.nan
        return found


def _exact(pair: Pair) -> bool:
    return pair.check.relation not in _ROUGH
