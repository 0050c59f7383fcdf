"""An indicator of a scheme: its weight, its value formula, its scoring form, the sentence of the regulation and its basis."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field as Key
from pydantic import model_validator

from converter.mapping.documents import Strict
from converter.scoring.bands import Edges, Listed, overlap
from converter.scoring.checklist import Checklist, Item, Items, checklist_points
from converter.scoring.counts import Violations
from converter.scoring.expressions import Formula, Input
from converter.scoring.judged import (
    COUNT,
    DAYS,
    Counted,
    Graded,
    Grades,
    JudgedForm,
    Manual,
    best_grade,
)
from converter.scoring.points import ComputedForm, Weight
from converter.scoring.proportional import External, Linear, Proportional
from converter.scoring.relative import Relative
from converter.scoring.steps import DaysLate, Deduct
from converter.scoring.written import Written
from converter.vocabulary.labels import label
from converter.vocabulary.numbers import shortest

#: Forms that need a value, forms that take a value or a person's count, forms that a person judges.
COMPUTED = ("deduct", "bands", "proportional", "linear", "external", "relative")
COUNTED = ("violations", "days_late")
JUDGED = ("checklist", "graded", "manual")
#: How indicators that share one weight count together: 合计封顶, 二者择一 (取高、取低、先算得出的), 可选项的平均.
TAKEN = {"sum": "合计不超过共用分值", "higher": "取高", "lower": "取低", "first": "取先算得出的", "mean": "取平均"}
Take = Literal["sum", "higher", "lower", "first", "mean"]


def _ill_judged(items: Sequence[Item], grades: dict[str, Edges], full: float) -> str:
    """Why a checklist or grades do not fit the full marks; empty where they do."""
    summed = checklist_points(items)
    if items and abs(summed - full) > 1e-9:
        return f"checklist 各项合计 {shortest(summed)} 分，与分值 {shortest(full)} 不符"
    if not grades:
        return ""
    if any(np.isfinite(edge) and edge < 0 for grade in grades.values() for edge in (grade.low, grade.high)):
        return "graded 的得分不应小于 0"
    best = best_grade(grades)
    if best != full:
        return f"graded 最高 {shortest(best)} 分，与分值 {shortest(full)} 不符"
    said = overlap(list(grades.values()), shortest)
    return f"graded 的{said}" if said else ""


class Basis(Strict):
    """Where a rule is printed: 文号 and 条款."""

    document: str
    clause: str = ""

    def __str__(self) -> str:
        return f"{self.document} {self.clause}".strip()


class Indicator(Strict):
    """One third-level indicator: weight, value formula, one scoring form, the regulation's sentence and its basis.

    Several indicators may share one weight; `take` of the one that has it says how they count together:

        结转结余率: {full: 5, take: higher, …}     # 与“结转结余变动率”二者择一，取高
        结转结余变动率: {shares: 结转结余率, …}
    """

    path: list[str] = Key(min_length=1, max_length=3)
    full: float | None = Key(None, gt=0)
    shares: str | None = None
    take: Take = "sum"
    value: Written | None = None
    variants: dict[str, Written] = {}
    deduct: Deduct | None = None
    bands: Listed | None = None
    proportional: Proportional | None = None
    linear: Linear | None = None
    external: External | None = None
    relative: Relative | None = None
    violations: Violations | None = None
    days_late: DaysLate | None = None
    checklist: Items = []
    graded: Grades = {}
    manual: bool = False
    text: str = Key(min_length=2)
    text_full: float | None = Key(None, gt=0)
    reading: Literal["weight", "text"] = "weight"
    missing: Literal["unknown", "zero", "full", "self"] = "unknown"
    zero_denominator: Literal["unknown", "zero", "full", "exclude"] = "unknown"
    not_applicable: Literal["unknown", "zero", "full", "exclude"] = "unknown"
    basis: Basis | None = None
    aliases: list[str] = []

    @model_validator(mode="after")
    def _consistent(self) -> "Indicator":
        if (self.full is None) == (self.shares is None):
            raise ValueError("full 与 shares 应写且只写一个")
        if self.shares is not None and self.take != "sum":
            raise ValueError("take 写在有 full 的指标上，不写在 shares 的一方")
        forms = (*COMPUTED, *COUNTED, *JUDGED)
        named = [name for name in forms if getattr(self, name)]
        if len(named) != 1:
            raise ValueError(f"计分方式应写且只写一个（{'、'.join(forms)}），现有 {len(named)} 个")
        if named[0] in COMPUTED and self.value is None:
            raise ValueError(f"{named[0]} 需要 value 公式")
        if named[0] in JUDGED and self.value is not None:
            raise ValueError(f"{named[0]} 由人评定，不应有 value 公式")
        full = self.text_full or self.full
        if full is not None and (said := _ill_judged(self.checklist, self.graded, full)):
            raise ValueError(said)
        return self

    @property
    def excludable(self) -> bool:
        """Whether its weight may be left out of the total."""
        return "exclude" in (self.not_applicable, self.zero_denominator)

    @property
    def form(self) -> ComputedForm | None:
        """The form that computes points from a value, whether the value is computed or counted by a person."""
        return next((form for name in (*COMPUTED, *COUNTED) if (form := getattr(self, name)) is not None), None)

    @property
    def judging(self) -> JudgedForm | None:
        """How a person judges it, None where a value formula decides."""
        if self.value is not None:
            return None
        if self.violations is not None:
            return Counted(self.violations, COUNT)
        if self.days_late is not None:
            return Counted(self.days_late, DAYS)
        if self.checklist:
            return Checklist(tuple(self.checklist))
        return Graded(dict(self.graded)) if self.graded else Manual()

    def complaints(self, full: float) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What makes no sense with `full` points at stake: the keys that lead to it in the file, and the reason."""
        for name, most in (("checklist", checklist_points(self.checklist)), ("graded", best_grade(self.graded))):
            if most > (self.text_full or full) + 1e-9:
                yield (name,), f"最多可得 {shortest(most)} 分，超过共用的分值 {shortest(full)} 分"
        for name in (*COMPUTED, *COUNTED):
            form = getattr(self, name)
            for path, said in () if form is None else form.complaints(self.text_full or full):
                yield (name, *path), said


@dataclass(frozen=True)
class Rule:
    """An indicator of a scheme, ready for scoring. `group` names the indicator whose weight it shares (itself as a rule)."""

    name: str
    spec: Indicator
    form: ComputedForm | None
    full: float
    group: str
    basis: str
    take: Take = "sum"

    @property
    def judged(self) -> bool:
        """Whether a person judges it: there is no value to compute from."""
        return self.spec.value is None

    @property
    def weight(self) -> Weight:
        """The weight under the reading the scheme takes."""
        return self.weight_as(self.spec.reading)

    def weight_as(self, reading: str) -> Weight:
        """The weight under a reading of a sentence that speaks of another full mark."""
        if self.spec.text_full is None:
            return Weight(self.full, self.full)
        if reading == "weight":
            return Weight(self.full, self.full, self.full / self.spec.text_full)
        return Weight(self.full, self.spec.text_full)

    @property
    def labels(self) -> tuple[str, ...]:
        """The matching forms by which a 指标表 may name it."""
        return tuple(label(text) for text in (self.name, *self.spec.aliases))

    def describe(self) -> str:
        """计分方式 in Chinese."""
        if self.spec.judging is not None:
            return self.spec.judging.describe(self.weight)
        assert self.form is not None
        return self.form.describe(self.weight)

    @property
    def answers(self) -> tuple[Input, ...]:
        """The inputs that hold a person's answers, none for an indicator that is computed."""
        return () if self.spec.judging is None else self.spec.judging.answers(self.name)

    @property
    def declarable(self) -> bool:
        """Whether a dash as the self score says that it does not apply: a person judges it, and the rule says what then."""
        return self.judged and self.spec.not_applicable != "unknown"

    def needs(self) -> tuple[Input, ...]:
        """The fields its score is computed from: those of the value formula and of the form."""
        own = self.spec.value.inputs() if self.spec.value is not None else ()
        return tuple(dict.fromkeys((*own, *(self.form.inputs() if self.form is not None else ()))))

    def formulas(self) -> tuple[Formula, ...]:
        """Its formulas: of the value, and of what the form compares it with."""
        compared = (self.spec.relative.to,) if self.spec.relative is not None else ()
        return (*((self.spec.value,) if self.spec.value is not None else ()), *compared)
