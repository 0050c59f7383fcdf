"""Break-even: how large one input may or must be for full marks, all else as reported (2018 年三公经费预算数 ≥ 29 即满分)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from converter.audit.rescoring import frame_of, only
from converter.books.readback import Record
from converter.mapping.fields import FieldKind
from converter.scoring.compute import score
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input
from converter.scoring.indicators import Rule
from converter.scoring.inputs import Inputs
from converter.scoring.rounding import Flags, Floats
from converter.scoring.schemes import Scheme
from converter.vocabulary.numbers import canonical, percent, shortest

#: The grain of what is reported: 0.01 万元, one person; finer thresholds tell nobody anything.
_GRAINS = {FieldKind.MONEY: 0.01, FieldKind.RATIO: 0.0001, FieldKind.SCORE: 0.01}
#: An input is looked for from 0 up to so many times the largest figure of its unit, which is taken for no less than
#: _LEAST (a ratio for no less than 1).
_FARTHEST, _LEAST = 10, 100
_COARSE, _FINE = 129, 33


@dataclass(frozen=True)
class BreakEven:
    """Where one input gives full marks: `low`–`high` in its unit, None where that side is open; `safe_low`–`safe_high`
    give them under every reading of the sentence. `best` is the most that changing it alone can give (分).
    """

    field: str
    year: int
    unit: str
    now: float | None
    low: float | None
    high: float | None
    safe_low: float | None
    safe_high: float | None
    best: float
    full: bool
    safe: bool

    def __str__(self) -> str:
        name = f"{self.year} 年{self.field}"
        now = "缺数" if self.now is None else f"现为 {self._shown(self.now)}"
        if not self.full:
            return f"单改 {name}（{now}）不能得满分，最高 {shortest(self.best)} 分"
        if self.low is None and self.high is None:
            return f"单改 {name}（{now}），不论多少都是满分"
        taken = self._condition(self.low, self.high)
        if not self.safe or (self.low, self.high) == (self.safe_low, self.safe_high):
            return f"{name} {taken} 即满分（{now}）"
        safe = self._condition(self.safe_low, self.safe_high)
        return f"{name} {safe} 即满分，不论何种口径；按所取口径 {taken} 即可（{now}）"

    def _condition(self, low: float | None, high: float | None) -> str:
        if low == high and low is not None:
            return f"＝ {self._shown(low)}"
        if low is None or high is None:
            return f"≤ {self._shown(high or 0.0)}" if low is None else f"≥ {self._shown(low)}"
        return f"在 {self._shown(low)}～{self._shown(high)} 之间"

    def _shown(self, value: float) -> str:
        return percent(value) if self.unit == FieldKind.RATIO.unit else shortest(value)


def break_evens(
    rows: Sequence[Record], department: str, year: int, rule: Rule, scheme: Scheme, known: Derivations
) -> list[BreakEven]:
    """A break-even for each read input below the rule's formula, or for the one that is missing; none where several are."""
    reported = Inputs(frame_of(rows), [department], year, known)
    wanted = [needed for formula in rule.formulas() for needed in formula.inputs()]
    leaves = [one for one in known.closure(wanted) if not known.of(one)]
    given = {leaf: reported.column(leaf)[0] for leaf in leaves}
    gaps = [(gap.name, gap.year) for one in wanted for gap in reported.missing(one, 0)]
    missing = [leaf for leaf in leaves if (leaf.name, year + leaf.offset) in gaps]
    if len(missing) > 1:
        return []
    used = {leaf for one in wanted for leaf in reported.leaves(one, 0)}
    varied = missing or [leaf for leaf in leaves if leaf in used]
    return [_Search(leaf, given, year, rule, scheme, known).result() for leaf in varied]


class _Varied(Inputs):
    """Inputs of as many departments as there are values of one input, all else equal."""

    def __init__(self, given: dict[Input, Floats], count: int, year: int, known: Derivations) -> None:
        super().__init__(frame_of([]), [f"{at}" for at in range(count)], year, known)
        self._given, self._count = given, count

    def column(self, wanted: Input) -> Floats:
        if self.derivations.of(wanted):
            return super().column(wanted)
        return self._given.get(wanted, np.full(self._count, np.nan))


class _Search:
    """Looks for the values of one input that give full marks. Values are counted in grains."""

    def __init__(
        self, leaf: Input, given: dict[Input, float], year: int, rule: Rule, scheme: Scheme, known: Derivations
    ) -> None:
        self.leaf, self.given, self.year, self.rule, self.known = leaf, given, year, rule, known
        self.scheme = only(scheme, rule)
        self.kind = known.dictionary[leaf.name].kind
        self.grain = _GRAINS.get(self.kind, 1.0)
        alike = [abs(v) for one, v in given.items() if known.dictionary[one.name].kind is self.kind and not np.isnan(v)]
        least = 1.0 if self.kind is FieldKind.RATIO else _LEAST
        self.farthest = round(_FARTHEST * max([least, *alike]) / self.grain)

    def result(self) -> BreakEven:
        """The interval that holds the present value, else the nearest to it."""
        samples = self._samples()
        scores, _, _ = self._points(samples)
        taken = self._interval(samples, lambda at: self._points(at)[0] >= self.rule.full)
        safe = self._interval(samples, lambda at: self._points(at)[1] >= self.rule.full) if taken else None
        now = self.given[self.leaf]
        return BreakEven(
            self.leaf.name,
            self.year + self.leaf.offset,
            self.kind.unit,
            None if np.isnan(now) else float(now),
            *self._ends(taken),
            *self._ends(safe),
            best=float(np.nanmax(scores, initial=0.0)),
            full=taken is not None,
            safe=safe is not None,
        )

    def _points(self, at: Floats) -> tuple[Floats, Floats, Floats]:
        """Points under the reading taken, the least under any, and the indicator's value; NaN counts as none. Here the
        scoring forms enter.
        """
        values = np.array([canonical(one * self.grain) for one in at])
        given = {one: np.full(len(at), value) for one, value in self.given.items()}
        inputs = _Varied({**given, self.leaf: values}, len(at), self.year, self.known)
        (column,) = score(inputs, self.scheme)
        readings = [points for name, points in column.others.items() if name not in self.rule.spec.variants]
        own = np.nan_to_num(column.score, nan=-1.0)
        return own, np.minimum.reduce([own, *(np.nan_to_num(one, nan=-1.0) for one in readings)]), column.value

    def _samples(self) -> Floats:
        """Grains to try: evenly spread, around each other input's figure, and where the value reaches 0 or 1."""
        spread = {round(one) for one in np.linspace(0, self.farthest, _COARSE)}
        for value in self.given.values():
            if not np.isnan(value):
                spread |= {round(value / self.grain) + step for step in (-1, 0, 1)}
        for edge in (0.0, 1.0):
            spread |= set(self._reaching(edge, sorted(spread)))
        return np.array(sorted(one for one in spread if 0 <= one <= self.farthest), dtype=np.float64)

    def _reaching(self, edge: float, grains: list[int]) -> Iterator[int]:
        """Grains next to which the indicator's value crosses an edge, by halving."""
        values = self._points(np.array(grains, dtype=np.float64))[2] - edge
        for at in map(int, np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)):
            low, high, sign = grains[at], grains[at + 1], np.sign(values[at])
            while high - low > 1:
                inner = np.unique(np.linspace(low, high, _FINE).round())
                same = np.flatnonzero(np.sign(self._points(inner)[2] - edge) == sign)
                if not len(same) or same[-1] + 1 >= len(inner):
                    break
                low, high = int(inner[same[-1]]), int(inner[same[-1] + 1])
            yield from (low, high)

    def _interval(self, samples: Floats, full: Callable[[Floats], Flags]) -> tuple[int, int] | None:
        """The run of grains with full marks that holds the present value, or is nearest to it."""
        marks = full(samples)
        runs: list[tuple[int, int]] = []
        start = None
        for at in range(len(samples) + 1):
            if at < len(samples) and marks[at]:
                start = at if start is None else start
            elif start is not None:
                runs.append((start, at - 1))
                start = None
        if not runs:
            return None
        now = self.given[self.leaf] / self.grain
        first, last = min(runs, key=lambda run: self._distance(samples, run, now))
        low = self._edge(full, samples[first], samples[first - 1]) if first else samples[first]
        high = self._edge(full, samples[last], samples[last + 1]) if last + 1 < len(samples) else samples[last]
        return int(low), int(high)

    @staticmethod
    def _distance(samples: Floats, run: tuple[int, int], now: float) -> float:
        low, high = samples[run[0]], samples[run[1]]
        return 0.0 if np.isnan(now) else max(low - now, now - high, 0.0)

    @staticmethod
    def _edge(full: Callable[[Floats], Flags], inside: float, outside: float) -> float:
        """The last grain with full marks between one that has them and one that has not."""
        while abs(outside - inside) > 1:
            inner = np.unique(np.linspace(inside, outside, _FINE).round())
            marks = full(inner)
            inner, marks = (inner, marks) if inside < outside else (inner[::-1], marks[::-1])
            lost = int(np.argmin(marks))
            inside, outside = float(inner[lost - 1]), float(inner[lost])
        return inside

    def _ends(self, run: tuple[int, int] | None) -> tuple[float | None, float | None]:
        """The ends in the unit; None at the ends of what was searched."""
        if run is None:
            return None, None
        low, high = (canonical(one * self.grain) for one in run)
        return (low if run[0] > 0 else None), (high if run[1] < self.farthest else None)
