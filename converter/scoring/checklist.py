"""逐项核查 (RULE-FORMS A5): the points of every item that is answered with yes.

checklist: [2, 2, 2, 2]                                                # ①…2 分；②…2 分；③…2 分；④…2 分
checklist: [{points: 4/3, name: 按时公开}, {points: 2/3, value: 某字段}]  # 有数据的项目按数据（1 是、0 否）
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, model_validator
from pydantic import Field as Key

from converter.mapping.documents import Ratio, Strict
from converter.scoring.expressions import Input
from converter.scoring.judged import AnswerError, Bounds, JudgedForm, if_within
from converter.scoring.points import Weight, number_text, settle, settled_text
from converter.scoring.rounding import Floats
from converter.scoring.written import Written
from converter.vocabulary.numbers import canonical, shortest

YES, NO = "是", "否"


def _number(value: object) -> object:
    return value if isinstance(value, dict) else {"points": value}


class Item(Strict):
    """One item of a checklist: its points, what it asks, and the field that answers it (1 yes, 0 no), if there is one."""

    points: Ratio = Key(gt=0)
    name: str = ""
    value: Written | None = None

    @model_validator(mode="after")
    def _one_field(self) -> "Item":
        if self.value is not None and not isinstance(self.value.tree, Input):
            raise ValueError("value 应是一个字段名")
        return self


@dataclass(frozen=True)
class Checklist(JudgedForm):
    """逐项核查: the points of every item that is answered with yes, in part where an answer lies between 0 and 1."""

    items: tuple[Item, ...]

    def answers(self, name: str) -> tuple[Input, ...]:
        own = (Input(f"{name}·第{number}项") for number in range(1, len(self.items) + 1))
        return tuple(
            item.value.tree if item.value is not None and isinstance(item.value.tree, Input) else asked
            for item, asked in zip(self.items, own, strict=True)
        )

    def bounds(self, answers: Sequence[Floats], weight: Weight) -> Bounds:
        low, high = np.zeros_like(answers[0]), np.zeros_like(answers[0])
        for item, answer in zip(self.items, answers, strict=True):
            known, points = (answer >= 0) & (answer <= 1), weight.scaled(item.points)
            low = low + np.where(known, points * answer, 0.0)
            high = high + np.where(known, points * answer, points)
        return settle(low, weight.full), settle(high, weight.full)

    def excel(self, cells: Sequence[str], weight: Weight) -> tuple[str, str]:
        def summed(unknown: str) -> str:
            parts = (
                f"{number_text(weight.scaled(item.points))}*{if_within(cell, '0', '1', unknown)}"
                for item, cell in zip(self.items, cells, strict=True)
            )
            return settled_text("+".join(parts), weight.full)

        return summed("0"), summed("1")

    def describe(self, weight: Weight) -> str:
        points = "、".join(shortest(round(weight.scaled(item.points), 4)) for item in self.items)
        return f"逐项核查 {len(self.items)} 项，分别计 {points} 分"

    def trace(self, answers: Sequence[float], weight: Weight) -> str:
        words = {1.0: YES, 0.0: NO}
        said = [
            f"第{number}项{words.get(answer, shortest(answer)) if 0 <= answer <= 1 else '未评'}"
            for number, answer in enumerate(answers, start=1)
        ]
        return "、".join(said)

    def read(self, answer: object, weight: Weight) -> list[float]:
        if not isinstance(answer, list) or len(answer) != len(self.items):
            raise AnswerError(f"应为 {len(self.items)} 项的列表，每项写“{YES}”“{NO}”或 0 到 1 的数，未评写 null")
        return [_yes_or_no(one) for one in answer]


def _yes_or_no(answer: object) -> float:
    """是 1, 否 0, nothing NaN, a part between."""
    if answer is None:
        return np.nan
    if isinstance(answer, str):
        answer = {YES: 1, NO: 0}.get(answer)
    if not isinstance(answer, int | float) or not 0 <= answer <= 1:
        raise AnswerError(f"每项应写“{YES}”“{NO}”或 0 到 1 的数")
    return float(answer)


Items = Annotated[list[Annotated[Item, BeforeValidator(_number)]], Key(min_length=1)]


def checklist_points(items: Sequence[Item]) -> float:
    """The points of all items together, 0 without any."""
    return canonical(sum(item.points for item in items))
