"""Against another figure, as a rule last year's (RULE-FORMS A10): 无结余 3 分；不超过上年结转 2 分；超过的不得分.

value: 年末结余
relative: {to: 上年结转, none: 3, within: 2, beyond: 0}
"""

from collections.abc import Callable

import numpy as np
from pydantic import Field as Key
from pydantic import PrivateAttr, model_validator

from converter.scoring.expressions import Input
from converter.scoring.points import NO_NUMBER, ComputedForm, Weight, number_text, settle
from converter.scoring.rounding import Floats, snap
from converter.scoring.written import Written
from converter.vocabulary.numbers import shortest


class Relative(ComputedForm):
    """三档 by a second figure `to`: the value is nothing (or less), no more than it, or more; each has its points."""

    to: Written
    none: float = Key(ge=0)
    within: float = Key(ge=0)
    beyond: float = Key(0.0, ge=0)
    _standard: Floats = PrivateAttr(default_factory=lambda: np.array([np.nan]))
    _cell: str = PrivateAttr("")
    _there: str = PrivateAttr("")

    @model_validator(mode="after")
    def _falling(self) -> "Relative":
        if not self.none >= self.within >= self.beyond:
            raise ValueError("none、within、beyond 的分应依次不增：没有、不超过、超过")
        if self.to.denominators():
            raise ValueError("to 应是字段或它们的和差，不能有除法")
        return self

    def inputs(self) -> tuple[Input, ...]:
        return self.to.inputs()

    def on(self, numbers: Callable[[Input], Floats]) -> "Relative":
        bound = self.model_copy()
        bound._standard = np.atleast_1d(self.to.values(numbers)[0])
        return bound

    def over(self, cells: Callable[[Input], str]) -> "Relative":
        bound = self.model_copy()
        bound._cell = self.to.excel(cells)
        bound._there = f"COUNT({','.join(map(cells, self.inputs()))})={len(self.inputs())}"
        return bound

    def points(self, values: Floats, weight: Weight) -> Floats:
        snapped, standard = snap(values), snap(self._standard)
        result = np.where(snapped <= standard, weight.scaled(self.within), weight.scaled(self.beyond))
        result = np.where(np.isnan(snapped + standard), np.nan, result)
        return settle(np.where(snapped <= 0, weight.scaled(self.none), result), weight.full)

    def excel(self, cell: str, weight: Weight) -> str:
        none, within, beyond = (
            number_text(float(settle(np.array([weight.scaled(points)]), weight.full)[0]))
            for points in (self.none, self.within, self.beyond)
        )
        compared = f"IF(ROUND({cell},9)<=ROUND({self._cell},9),{within},{beyond})"
        return f'IF(ROUND({cell},9)<=0,{none},IF({self._there},{compared},"{NO_NUMBER}"))'

    def complete(self, cell: str) -> str:
        return f"OR(ROUND({cell},9)<=0,{self._there})"

    def complaints(self, full: float) -> list[tuple[tuple[str | int, ...], str]]:
        if self.none != full:
            return [(("none",), f"最高一档计 {shortest(self.none)} 分，与分值 {shortest(full)} 分不符")]
        return []

    def describe(self, weight: Weight) -> str:
        none, within, beyond = (shortest(weight.scaled(p)) for p in (self.none, self.within, self.beyond))
        standard = self.to.chinese()
        return f"没有的计 {none} 分；有但不超过 {standard} 的计 {within} 分；超过 {standard} 的计 {beyond} 分"

    def trace(self, value: float, weight: Weight) -> str:
        points, snapped = shortest(self.one(value, weight)), float(snap(np.array([value]))[0])
        if snapped <= 0:
            return f"没有，计 {points} 分"
        standard = float(self._standard[0])
        if np.isnan(standard):
            return f"缺少 {self.to.chinese()}，没有规定的数可比"
        side = "不超过" if snapped <= float(snap(np.array([standard]))[0]) else "超过"
        return f"{side} {self.to.chinese()} {shortest(standard)}，计 {points} 分"
