"""Deduction by the case (RULE-FORMS A6): 每出现一例扣 N 分，扣完为止.

violations: {each: 1}                  # 每出现一例扣 1 分；没有 value 公式时由人核定例数
violations: {each: 0.02, most: 5}      # 每个问题扣 0.02 分，扣满 5 分为止
"""

import numpy as np
from pydantic import Field as Key

from converter.scoring.points import ComputedForm, Weight, number_text, settle, settled_text
from converter.scoring.rounding import Floats
from converter.vocabulary.numbers import shortest


class Violations(ComputedForm):
    """每出现一例扣 Y 分，扣完为止; without a counted value a person counts."""

    each: float = Key(gt=0)
    most: float | None = Key(None, gt=0)

    def points(self, values: Floats, weight: Weight) -> Floats:
        off = weight.scaled(self.each) * values
        if self.most is not None:
            off = np.minimum(off, weight.scaled(self.most))
        return settle(weight.top - off, weight.full)

    def excel(self, cell: str, weight: Weight) -> str:
        off = f"{number_text(weight.scaled(self.each))}*{cell}"
        if self.most is not None:
            off = f"MIN({number_text(weight.scaled(self.most))},{off})"
        return settled_text(f"{number_text(weight.top)}-{off}", weight.full)

    def complaints(self, full: float) -> list[tuple[tuple[str | int, ...], str]]:
        if self.most is not None and self.most > full:
            return [(("most",), f"最多扣 {shortest(self.most)} 分，超过分值 {shortest(full)} 分")]
        return []

    def describe(self, weight: Weight) -> str:
        until = "扣完为止" if self.most is None else f"扣满 {shortest(weight.scaled(self.most))} 分为止"
        return f"每出现一例扣 {shortest(weight.scaled(self.each))} 分，{until}"

    def trace(self, value: float, weight: Weight) -> str:
        each = weight.scaled(self.each)
        full = "" if self.most is None or each * value <= weight.scaled(self.most) else "（已扣满）"
        return f"{shortest(value)} 例 × {shortest(each)} 分{full}，得 {shortest(self.one(value, weight))} 分"
