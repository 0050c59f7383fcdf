"""Deduction by steps (RULE-FORMS A1–A3, A7): 每超过（低于、偏离）多少扣多少分, and 逾期 by days.

deduct: {above: 100%, every: 1%, points: 0.5}                # 每超过一个百分点扣 0.5 分，扣完为止
deduct: {below: 100%, every: 5%, points: 2, steps: started}  # 每低于 5% 扣 2 分，不足 5% 按 5% 计
deduct: {both: 100%, within: 10%, every: 5%, points: 2}      # 偏离超过 ±10% 后每 5% 扣 2 分
deduct: {above: 0, every: 3%, points: 1, most: 15}           # 每相差 3% 扣 1 分，扣满 15 分为止
days_late: {every: 5, points: 0.5}                           # 超过规定每 5 个工作日扣 0.5 分
"""

from abc import abstractmethod
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field as Key
from pydantic import model_validator

from converter.mapping.documents import Ratio
from converter.scoring.points import ComputedForm, Weight, number_text, settle, settled_text
from converter.scoring.rounding import SNAP, Floats, half_up, snap
from converter.vocabulary.numbers import percent, shortest

Steps = Literal["whole", "started", "proportional"]
STEP_NAMES: dict[str, str] = {"whole": "整步", "started": "不足一步按一步", "proportional": "按比例"}


class Words(NamedTuple):
    """A step rule in words: the standard it starts from, one step, a value beyond the standard, and one that is not."""

    standard: str
    step: str
    beyond: str
    within: str


class StepForm(ComputedForm):
    """So many points off for every step beyond what is free; `most` is the largest deduction (扣满 N 分为止)."""

    every: Ratio = Key(gt=0)
    each: float = Key(gt=0, alias="points")
    steps: Steps = "whole"
    most: float | None = Key(None, gt=0)

    @abstractmethod
    def over_by(self, values: Floats) -> Floats:
        """How far each value lies beyond what is free, 0 or less within it."""

    @abstractmethod
    def over_text(self, cell: str) -> str:
        """Excel text of `over_by`, never below 0."""

    @abstractmethod
    def words(self) -> Words:
        """The rule in words."""

    def points(self, values: Floats, weight: Weight) -> Floats:
        return self._points(values, weight, self.steps)

    def readings(self, values: Floats, weight: Weight) -> dict[str, Floats]:
        return {STEP_NAMES[s]: self._points(values, weight, s) for s in STEP_NAMES if s != self.steps}

    def reading_name(self) -> str:
        return STEP_NAMES[self.steps]

    def complaints(self, full: float) -> list[tuple[tuple[str | int, ...], str]]:
        if self.most is not None and self.most > full:
            return [(("most",), f"最多扣 {shortest(self.most)} 分，超过分值 {shortest(full)} 分")]
        return []

    def _points(self, values: Floats, weight: Weight, steps: str) -> Floats:
        return self._left(_taken(self._beyond(values), steps), weight)

    def _left(self, steps: Floats, weight: Weight) -> Floats:
        """The points that so many steps leave."""
        off = weight.scaled(self.each) * steps
        if self.most is not None:
            off = np.minimum(off, weight.scaled(self.most))
        return settle(weight.top - off, weight.full)

    def _beyond(self, values: Floats) -> Floats:
        """Steps beyond what is free, whole or not, snapped once at 9 decimals before they are counted."""
        return snap(np.maximum(self.over_by(values), 0.0) / self.every)

    def excel(self, cell: str, weight: Weight) -> str:
        counted = f"ROUND({self.over_text(cell)}/{number_text(self.every)},9)"
        counted = {"whole": f"INT({counted})", "started": f"ROUNDUP({counted},0)"}.get(self.steps, counted)
        off = f"{number_text(weight.scaled(self.each))}*{counted}"
        if self.most is not None:
            off = f"MIN({number_text(weight.scaled(self.most))},{off})"
        return settled_text(f"{number_text(weight.top)}-{off}", weight.full)

    def describe(self, weight: Weight) -> str:
        words = self.words()
        until = "扣完为止" if self.most is None else f"扣满 {shortest(weight.scaled(self.most))} 分为止"
        each = shortest(weight.scaled(self.each))
        return f"{words.standard} 每 {words.step} 扣 {each} 分，{until}（{STEP_NAMES[self.steps]}）"

    def trace(self, value: float, weight: Weight) -> str:
        words, over = self._words, float(self.over_by(np.array(value)))
        beyond = half_up(max(over, 0.0) / self.every, SNAP)
        counted = float(_taken(np.array(beyond), self.steps))
        if counted == 0:
            less = "，不足一步" if beyond else ""
            return f"{words.within}{less}不扣分，得 {shortest(min(weight.top, weight.full))} 分"
        steps, each = shortest(round(counted, 4)), weight.scaled(self.each)
        off = f"{shortest(each)} × {steps}"
        if self.most is not None and each * counted > weight.scaled(self.most):
            off = f"{shortest(weight.scaled(self.most))}（已扣满）"
        points = shortest(float(self._left(np.array(counted), weight)))
        return f"{words.beyond} 计 {steps} 步，{shortest(weight.top)} − {off}，得 {points} 分"

    @cached_property
    def _words(self) -> Words:
        return self.words()


def _taken(steps: Floats, reading: str) -> Floats:
    """How many of the steps count."""
    if reading == "whole":
        return np.floor(steps)
    return np.ceil(steps) if reading == "started" else steps


class Deduct(StepForm):
    """每超过（低于）X 扣 Y 分，扣完为止: from `above`, `below` or `both` sides of a target, ±`within` of which is free."""

    above: Ratio | None = None
    below: Ratio | None = None
    both: Ratio | None = None
    within: Ratio = Key(0.0, ge=0)

    @model_validator(mode="after")
    def _one_side(self) -> "Deduct":
        if sum(side is not None for side in (self.above, self.below, self.both)) != 1:
            raise ValueError("above、below、both 应写且只写一个")
        if self.within and self.both is None:
            raise ValueError("within（允许的偏离）只与 both 同用；单侧请把标准写进 above 或 below")
        return self

    @property
    def target(self) -> float:
        """The value up to which nothing is deducted."""
        return next(side for side in (self.above, self.below, self.both) if side is not None)

    def over_by(self, values: Floats) -> Floats:
        if self.below is not None:
            return self.target - values
        return np.abs(values - self.target) - self.within if self.both is not None else values - self.target

    def over_text(self, cell: str) -> str:
        target = number_text(self.target)
        if self.below is not None:
            return f"MAX({target}-{cell},0)"
        if self.both is not None:
            distance = f"ABS({cell}-{target})"
            return f"MAX({distance}-{number_text(self.within)},0)" if self.within else distance
        return f"MAX({cell}-{target},0)"

    def words(self) -> Words:
        rule, beyond = ("低于", "低于") if self.below is not None else ("超过", "超出")
        if self.both is not None:
            rule = beyond = "偏离"
        target = percent(self.target)
        free = f" ±{percent(self.within)} 以外" if self.within else ""
        return Words(
            f"{rule} {target}{free}", percent(self.every), f"{beyond}标准 {target}{free}", f"与标准 {target} 相比"
        )


class DaysLate(StepForm):
    """超过规定每 N 个工作日扣 Y 分: the value counts days late; early is not late. Without a value a person counts them."""

    def over_by(self, values: Floats) -> Floats:
        return values

    def over_text(self, cell: str) -> str:
        return f"MAX({cell},0)"

    def words(self) -> Words:
        return Words("逾期", f"{shortest(self.every)} 天", "逾期", "与规定时限相比")
