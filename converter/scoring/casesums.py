"""What a worked case expects of a level (小计) and of the total (总分, 等次), and whether it came out."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from converter.mapping.documents import Strict
from converter.scoring.compute import RuleScores
from converter.scoring.inputs import Inputs
from converter.scoring.rounding import Floats
from converter.scoring.schemes import Scheme
from converter.scoring.totals import Step, grades, summed, total_steps
from converter.vocabulary.numbers import shortest

WORDS = {"value": "指标值", "score": "得分", "low": "下限", "high": "上限", "full": "分值"}


class Sums(Strict):
    """What is expected of a level (with the weight that the scheme prints for it) or of the total (with its grade)."""

    full: float | None = None
    score: float | None = None
    low: float | None = None
    high: float | None = None
    grade: str | None = None


@dataclass(frozen=True)
class Found:
    """The sums of one case."""

    full: float
    low: float
    high: float
    grade: str = ""

    @property
    def score(self) -> float:
        """The points, NaN while they are an interval."""
        return self.low if self.low == self.high else math.nan


def level_names(scheme: Scheme) -> list[str]:
    """First- and second-level indicators for which the scheme prints a weight."""
    printed = [*scheme.file.levels, *(part for level in scheme.file.levels.values() for part in level.parts)]
    return [name for name in printed if any(name in rule.spec.path for rule in scheme.rules)]


class AllSums:
    """小计 and 总分 of every case of a scheme, each computed once for all of them."""

    def __init__(self, scheme: Scheme, columns: Sequence[RuleScores], inputs: Inputs) -> None:
        self.scheme, self.columns, self.inputs = scheme, columns, inputs
        self.weights = {part: full for level in scheme.file.levels.values() for part, full in level.parts.items()}
        self.weights |= {first: level.full for first, level in scheme.file.levels.items()}
        self._levels: dict[str, tuple[Floats, Floats]] = {}

    @cached_property
    def _final(self) -> Step:
        return total_steps(self.columns, self.inputs, self.scheme)[-1]

    def level(self, name: str, position: int) -> Found:
        """小计 of a level of one case."""
        if name not in self._levels:
            below = [column for column in self.columns if name in column.rule.spec.path]
            low, high = (summed(below, lambda c: c.low), summed(below, lambda c: c.high, np.nanmax))
            self._levels[name] = (low, high)
        low, high = self._levels[name]
        return Found(self.weights[name], float(low[position]), float(high[position]))

    def total(self, position: int) -> Found:
        """总分 of one case."""
        low, high = float(self._final.low[position]), float(self._final.high[position])
        return Found(self.scheme.full, low, high, grades(self.scheme, low, high))


def compare(case: str, what: str, expected: Sums, found: Found) -> Iterator[str]:
    """A line for everything that did not come out as expected."""
    for key in expected.model_fields_set - {"grade"}:
        wanted, got = getattr(expected, key), getattr(found, key)
        if not same(wanted, got):
            yield f"{case}：{what} {WORDS[key]}应为 {shown(wanted)}，实为 {shown(got)}"
    if expected.grade is not None and expected.grade != found.grade:
        yield f"{case}：{what} 等次应为 {expected.grade}，实为 {found.grade}"


def same(wanted: float | None, got: float) -> bool:
    """Whether a number is what a case expects; None expects none."""
    return math.isnan(got) if wanted is None else abs(got - wanted) <= 1e-9


def shown(value: float | None) -> str:
    """A number in a message, 空 where there is none."""
    return "空" if value is None or math.isnan(value) else shortest(value)
