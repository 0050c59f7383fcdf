"""Forms that a person judges (RULE-FORMS A5, A6, A7, A9): points by answers. An answer that is not given leaves an interval.

    graded: {好: 6, 一般: 3, 无效果: 0}                        # 分等评定
    graded: {达成: {from: 8, to: 10}, 部分达成: {from: 5, under: 8}, 未达成: {under: 5}}   # 每等一个得分区间
    manual: true                                             # 0 到满分，由人评定

Answers are facts named after the indicator: 管理制度健全性·第1项 (1 是, 0 否), 资金使用合规性·例数, 行政效能·评定得分.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator
from pydantic import Field as Key

from converter.scoring.bands import Edges
from converter.scoring.expressions import Input
from converter.scoring.points import ComputedForm, Weight, number_text, settle, settled_text
from converter.scoring.rounding import SCORE_DIGITS, Floats, round_half_up, snap
from converter.vocabulary.numbers import shortest

#: Numbers or Excel texts of the least and the most points.
Bounds = tuple[Floats, Floats]
JUDGEMENT, COUNT, DAYS = "·评定得分", "·例数", "·逾期天数"


class AnswerError(ValueError):
    """An answer that the form does not take."""


class JudgedForm(ABC):
    """A form whose points follow from a person's answers."""

    @abstractmethod
    def answers(self, name: str) -> tuple[Input, ...]:
        """The inputs that hold the answers about the indicator of this name."""

    @abstractmethod
    def bounds(self, answers: Sequence[Floats], weight: Weight) -> Bounds:
        """Least and most points by the answers, equal where they decide; a NaN or impossible answer is none."""

    @abstractmethod
    def excel(self, cells: Sequence[str], weight: Weight) -> tuple[str, str]:
        """Excel texts of `bounds` over the cells of the answers."""

    @abstractmethod
    def describe(self, weight: Weight) -> str:
        """计分方式 in Chinese."""

    @abstractmethod
    def trace(self, answers: Sequence[float], weight: Weight) -> str:
        """How the answers became points."""

    def read(self, answer: object, weight: Weight) -> list[float]:
        """What a person writes as the numbers of `answers`. Raises AnswerError with what is expected."""
        if isinstance(answer, bool) or not isinstance(answer, int | float) or answer < 0:
            raise AnswerError("应为不小于 0 的数字")
        return [float(answer)]


def _grade(value: object) -> object:
    return value if isinstance(value, dict) else {"from": value, "to": value}


Grades = Annotated[dict[str, Annotated[Edges, BeforeValidator(_grade)]], Key(min_length=1)]


@dataclass(frozen=True)
class Graded(JudgedForm):
    """分等评定: the points given must be those of a grade, or lie in the range of one."""

    grades: dict[str, Edges]

    def answers(self, name: str) -> tuple[Input, ...]:
        return (Input(name + JUDGEMENT),)

    def bounds(self, answers: Sequence[Floats], weight: Weight) -> Bounds:
        given = answers[0]
        inside = np.zeros(np.shape(given), dtype=np.bool_)
        for grade in self.grades.values():
            inside |= grade.holds(snap(given), weight.scale)
        inside &= given >= 0
        points = settle(given, weight.full)
        return np.where(inside, points, 0.0), np.where(inside, points, weight.full)

    def excel(self, cells: Sequence[str], weight: Weight) -> tuple[str, str]:
        cell = cells[0]
        tests = ",".join(grade.test(f"ROUND({cell},9)", weight.scale) for grade in self.grades.values())
        full = number_text(weight.full)
        points = settled_text(cell, weight.full)
        low, high = (
            f"IF(ISNUMBER({cell}),IF({cell}>=0,IF(OR({tests}),{points},{other}),{other}),{other})"
            for other in ("0", full)
        )
        return low, high

    def describe(self, weight: Weight) -> str:
        return "分等评定：" + "、".join(f"{name} {self._range(name, weight)} 分" for name in self.grades)

    def _range(self, name: str, weight: Weight) -> str:
        grade = self.grades[name]
        low, high = (shortest(weight.scaled(edge)) if np.isfinite(edge) else "0" for edge in (grade.low, grade.high))
        if low == high:
            return low
        return f"{low}{'（不含）' if grade.over is not None else ''}～{high}{'（不含）' if grade.under is not None else ''}"

    def trace(self, answers: Sequence[float], weight: Weight) -> str:
        given = snap(np.array([answers[0]]))
        name = next((n for n, grade in self.grades.items() if grade.holds(given, weight.scale)[0]), "")
        return f"评为“{name}”" if name else f"评定得分 {shortest(answers[0])} 不属于任何一等"

    def read(self, answer: object, weight: Weight) -> list[float]:
        if isinstance(answer, str):
            grade = self.grades.get(answer)
            if grade is None:
                raise AnswerError(f"没有“{answer}”这一等，可用：{'、'.join(self.grades)}")
            if grade.low != grade.high:
                raise AnswerError(f"“{answer}”是 {self._range(answer, weight)} 分的区间，请写得分")
            return [weight.scaled(grade.low)]
        return super().read(answer, weight)


@dataclass(frozen=True)
class Manual(JudgedForm):
    """人工评定: any points from 0 to the weight."""

    def answers(self, name: str) -> tuple[Input, ...]:
        return (Input(name + JUDGEMENT),)

    def bounds(self, answers: Sequence[Floats], weight: Weight) -> Bounds:
        known = (answers[0] >= 0) & (answers[0] <= weight.full)
        points = round_half_up(answers[0], SCORE_DIGITS)
        return np.where(known, points, 0.0), np.where(known, points, weight.full)

    def excel(self, cells: Sequence[str], weight: Weight) -> tuple[str, str]:
        full = number_text(weight.full)
        low, high = (f"ROUND({if_within(cells[0], '0', full, other)},{SCORE_DIGITS})" for other in ("0", full))
        return low, high

    def describe(self, weight: Weight) -> str:
        return "人工评定"

    def trace(self, answers: Sequence[float], weight: Weight) -> str:
        return f"评定 {shortest(answers[0])} 分"


@dataclass(frozen=True)
class Counted(JudgedForm):
    """A computed form whose value a person counts: 例数 or 逾期天数."""

    form: ComputedForm
    suffix: str

    def answers(self, name: str) -> tuple[Input, ...]:
        return (Input(name + self.suffix),)

    def bounds(self, answers: Sequence[Floats], weight: Weight) -> Bounds:
        known, points = answers[0] >= 0, self.form.points(answers[0], weight)
        return np.where(known, points, 0.0), np.where(known, points, weight.full)

    def excel(self, cells: Sequence[str], weight: Weight) -> tuple[str, str]:
        cell, points = cells[0], self.form.excel(cells[0], weight)
        low, high = (
            f"IF(ISNUMBER({cell}),IF({cell}>=0,{points},{other}),{other})" for other in ("0", number_text(weight.full))
        )
        return low, high

    def describe(self, weight: Weight) -> str:
        return self.form.describe(weight)

    def trace(self, answers: Sequence[float], weight: Weight) -> str:
        return self.form.trace(answers[0], weight)


def if_within(cell: str, low: str, high: str, otherwise: str) -> str:
    """The number in a cell if it lies within, else `otherwise`; nested, since AND would hand on an error."""
    return f"IF(ISNUMBER({cell}),IF(MEDIAN({low},{high},{cell})={cell},{cell},{otherwise}),{otherwise})"


def best_grade(grades: dict[str, Edges]) -> float:
    """The most points that a grade gives, 0 without any."""
    return max((grade.high for grade in grades.values()), default=0.0)
