"""The scoring forms (计分方式): value → points, each with its numpy, Excel and Chinese side (RULE-FORMS A1–A9).

Points are clipped to [0, full] and rounded half up to 2 decimals. NaN in gives NaN out; so does a value on which the
rule is silent (未规定).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from pydantic import Field as Key
from pydantic import model_validator

from converter.mapping.documents import Ratio, Strict
from converter.scoring.rounding import SCORE_DIGITS, Floats, round_half_up, snap
from converter.vocabulary.numbers import canonical, percent, shortest

#: Text of a cell whose number cannot be computed: a real string, so no formula looks uncalculated.
NO_NUMBER = "—"

Steps = Literal["whole", "started", "proportional"]
STEP_NAMES: dict[str, str] = {"whole": "整步", "started": "不足一步按一步", "proportional": "按比例"}


@dataclass(frozen=True)
class Weight:
    """How many points are at stake: capped at `full`, deducted from `top`, points of the sentence times `scale`.

    Where the sentence speaks of 8 points and the weight is 5, `reading: weight` has top 5 and scale 5/8,
    `reading: text` top 8 and scale 1 (and full 5).
    """

    full: float
    top: float
    scale: float = 1.0

    def scaled(self, points: float) -> float:
        """Points of the sentence as points of the weight."""
        return canonical(points * self.scale)


def settle(points: Floats, full: float) -> Floats:
    """Points clipped to [0, full] and rounded as scores are."""
    return round_half_up(np.clip(points, 0.0, full), SCORE_DIGITS)


class ComputedForm(Strict, ABC):
    """A form that turns a value into points by itself."""

    @abstractmethod
    def points(self, values: Floats, weight: Weight) -> Floats:
        """Points of each value, NaN where the value is NaN or the rule is silent."""

    @abstractmethod
    def excel(self, cell: str, weight: Weight) -> str:
        """Excel text of the points of the number in `cell` (without =)."""

    @abstractmethod
    def describe(self, weight: Weight) -> str:
        """计分方式 in Chinese."""

    @abstractmethod
    def trace(self, value: float, weight: Weight) -> str:
        """How `value` became its points, with the numbers."""

    def readings(self, values: Floats, weight: Weight) -> dict[str, Floats]:
        """Points under the readings of the sentence that were not taken, by their names."""
        del values, weight
        return {}


class Deduct(ComputedForm):
    """每超过（低于）X 扣 Y 分，扣完为止: from `above`, `below` or `both` sides of a target."""

    above: Ratio | None = None
    below: Ratio | None = None
    both: Ratio | None = None
    every: Ratio = Key(gt=0)
    each: float = Key(gt=0, alias="points")
    steps: Steps = "whole"

    @model_validator(mode="after")
    def _one_side(self) -> "Deduct":
        if sum(side is not None for side in (self.above, self.below, self.both)) != 1:
            raise ValueError("above、below、both 应写且只写一个")
        return self

    @property
    def target(self) -> float:
        """The value up to which nothing is deducted."""
        return next(side for side in (self.above, self.below, self.both) if side is not None)

    def points(self, values: Floats, weight: Weight) -> Floats:
        return self._points(values, weight, self.steps)

    def readings(self, values: Floats, weight: Weight) -> dict[str, Floats]:
        return {STEP_NAMES[s]: self._points(values, weight, s) for s in STEP_NAMES if s != self.steps}

    def _points(self, values: Floats, weight: Weight, steps: str) -> Floats:
        return settle(weight.top - weight.scaled(self.each) * self._steps(values, steps), weight.full)

    def _steps(self, values: Floats, steps: str) -> Floats:
        """Steps beyond the target, snapped once at 9 decimals before they are counted."""
        over = values - self.target
        if self.below is not None:
            over = self.target - values
        elif self.both is not None:
            over = np.abs(over)
        counted = snap(np.maximum(over, 0.0) / self.every)
        if steps == "whole":
            return np.floor(counted)
        return np.ceil(counted) if steps == "started" else counted

    def excel(self, cell: str, weight: Weight) -> str:
        target = _text(self.target)
        over = f"MAX({cell}-{target},0)"
        if self.below is not None:
            over = f"MAX({target}-{cell},0)"
        elif self.both is not None:
            over = f"ABS({cell}-{target})"
        counted = f"ROUND({over}/{_text(self.every)},9)"
        counted = {"whole": f"INT({counted})", "started": f"ROUNDUP({counted},0)"}.get(self.steps, counted)
        points = f"{_text(weight.top)}-{_text(weight.scaled(self.each))}*{counted}"
        return f"ROUND(MAX(0,MIN({_text(weight.full)},{points})),{SCORE_DIGITS})"

    def describe(self, weight: Weight) -> str:
        side = "超过" if self.above is not None else "低于" if self.below is not None else "偏离"
        each = shortest(weight.scaled(self.each))
        return (
            f"{side} {percent(self.target)} 每 {percent(self.every)} 扣 {each} 分，扣完为止（{STEP_NAMES[self.steps]}）"
        )

    def trace(self, value: float, weight: Weight) -> str:
        steps = float(self._steps(np.array([value]), self.steps)[0])
        if steps == 0:
            exact = float(self._steps(np.array([value]), "proportional")[0])
            less = "，不足一步" if exact else ""
            return f"与标准 {percent(self.target)} 相比{less}不扣分，得 {shortest(min(weight.top, weight.full))} 分"
        points = float(self.points(np.array([value]), weight)[0])
        side = "超出" if self.above is not None else "低于" if self.below is not None else "偏离"
        each = shortest(weight.scaled(self.each))
        counted = f"{side}标准 {percent(self.target)} 计 {shortest(round(steps, 4))} 步"
        return f"{counted}，{shortest(weight.top)} − {each} × {shortest(round(steps, 4))}，得 {shortest(points)} 分"


class Band(Strict):
    """One band. Its edges say whether they belong to it: `from` and `to` do (含), `over` and `under` do not (不含)."""

    from_: Ratio | None = Key(None, alias="from")
    over: Ratio | None = None
    to: Ratio | None = None
    under: Ratio | None = None
    points: float = Key(ge=0)

    @model_validator(mode="after")
    def _edges(self) -> "Band":
        if self.from_ is not None and self.over is not None:
            raise ValueError("from（含）与 over（不含）只能写一个")
        if self.to is not None and self.under is not None:
            raise ValueError("to（含）与 under（不含）只能写一个")
        if self.low > self.high or (self.low == self.high and (self.over is not None or self.under is not None)):
            raise ValueError("下限高于上限，区间是空的")
        return self

    @property
    def low(self) -> float:
        """The lower edge, −inf without one."""
        edges = [edge for edge in (self.from_, self.over) if edge is not None]
        return edges[0] if edges else -np.inf

    @property
    def high(self) -> float:
        """The upper edge, inf without one."""
        edges = [edge for edge in (self.to, self.under) if edge is not None]
        return edges[0] if edges else np.inf

    def conditions(self) -> list[tuple[str, float]]:
        """The edges as comparisons with a snapped value: snapped too, so that 1/3 lies on the edge 1/3."""
        edges = (">=", self.from_), (">", self.over), ("<=", self.to), ("<", self.under)
        return [(sign, float(snap(np.array([edge]))[0])) for sign, edge in edges if edge is not None]

    def __str__(self) -> str:
        if self.low == self.high:
            return f"= {percent(self.low)}"
        words = {">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< "}
        return " 且 ".join(words[sign] + percent(edge) for sign, edge in self.conditions()) or "任何值"


_COMPARE = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less}


class Bands(ComputedForm):
    """分档计分. Edges are compared after one snap at 9 decimals; what no band covers is 未规定."""

    bands: list[Band] = Key(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> "Bands":
        ordered = sorted(self.bands, key=lambda band: (band.low, band.over is not None))
        for lower, upper in pairwise(ordered):
            meets = lower.high == upper.low and lower.to is not None and upper.from_ is not None
            if lower.high > upper.low or meets:
                raise ValueError(f"区间“{lower}”与“{upper}”重叠")
        return self

    def points(self, values: Floats, weight: Weight) -> Floats:
        snapped, result = snap(values), np.full(np.shape(values), np.nan)
        for band in self.bands:
            inside = ~np.isnan(snapped)
            for sign, edge in band.conditions():
                inside &= _COMPARE[sign](snapped, edge)
            result[inside] = weight.scaled(band.points)
        return settle(result, weight.full)

    def excel(self, cell: str, weight: Weight) -> str:
        text = f'"{NO_NUMBER}"'
        for band in reversed(self.bands):
            tests = [f"ROUND({cell},9){sign}{_text(edge)}" for sign, edge in band.conditions()] or ["TRUE"]
            test = tests[0] if len(tests) == 1 else f"AND({','.join(tests)})"
            points = float(settle(np.array([weight.scaled(band.points)]), weight.full)[0])
            text = f"IF({test},{_text(points)},{text})"
        return text

    def describe(self, weight: Weight) -> str:
        return "；".join(f"{band} 计 {shortest(weight.scaled(band.points))} 分" for band in self.bands)

    def trace(self, value: float, weight: Weight) -> str:
        points = float(self.points(np.array([value]), weight)[0])
        if np.isnan(points):
            return "规则没有规定这一数值怎样计分"
        band = next(b for b in self.bands if not np.isnan(Bands(bands=[b]).points(np.array([value]), weight)[0]))
        return f"落在“{band}”一档，计 {shortest(points)} 分"


class External(ComputedForm):
    """外部考核得分折算: value / base × full."""

    base: float = Key(gt=0)

    def points(self, values: Floats, weight: Weight) -> Floats:
        return settle(values / self.base * weight.top, weight.full)

    def excel(self, cell: str, weight: Weight) -> str:
        points = f"{cell}/{_text(self.base)}*{_text(weight.top)}"
        return f"ROUND(MAX(0,MIN({_text(weight.full)},{points})),{SCORE_DIGITS})"

    def describe(self, weight: Weight) -> str:
        return f"考核得分 ÷ {shortest(self.base)} × {shortest(weight.top)} 分"

    def trace(self, value: float, weight: Weight) -> str:
        points = float(self.points(np.array([value]), weight)[0])
        return f"{shortest(value)} ÷ {shortest(self.base)} × {shortest(weight.top)}，得 {shortest(points)} 分"


class Violations(ComputedForm):
    """每出现一例扣 Y 分，扣完为止; without a counted value a person judges it."""

    each: float = Key(gt=0)

    def points(self, values: Floats, weight: Weight) -> Floats:
        return settle(weight.top - weight.scaled(self.each) * values, weight.full)

    def excel(self, cell: str, weight: Weight) -> str:
        points = f"{_text(weight.top)}-{_text(weight.scaled(self.each))}*{cell}"
        return f"ROUND(MAX(0,MIN({_text(weight.full)},{points})),{SCORE_DIGITS})"

    def describe(self, weight: Weight) -> str:
        return f"每出现一例扣 {shortest(weight.scaled(self.each))} 分，扣完为止"

    def trace(self, value: float, weight: Weight) -> str:
        points = float(self.points(np.array([value]), weight)[0])
        each = shortest(weight.scaled(self.each))
        return f"{shortest(value)} 例 × {each} 分，得 {shortest(points)} 分"


def describe_judged(checklist: Sequence[float], graded: dict[str, float]) -> str:
    """计分方式 of an indicator that a person judges."""
    if checklist:
        return f"逐项核查 {len(checklist)} 项，分别计 {'、'.join(map(shortest, checklist))} 分"
    if graded:
        return "分等评定：" + "、".join(f"{name} {shortest(points)} 分" for name, points in graded.items())
    return "人工评定"


def _text(value: float) -> str:
    """A number inside an Excel formula."""
    text = format(value, ".15g")
    return f"({text})" if value < 0 else text
