"""An indicator of a scheme: its weight, its value formula, its scoring form, the sentence of the regulation and its basis."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainValidator, ValidationInfo, model_validator
from pydantic import Field as Key

from converter.mapping.documents import Strict
from converter.mapping.fields import Dictionary
from converter.scoring.expressions import Formula, parse
from converter.scoring.points import Bands, ComputedForm, Deduct, External, Violations, Weight, describe_judged
from converter.vocabulary.labels import label
from converter.vocabulary.numbers import shortest


def _formula(value: object, info: ValidationInfo) -> Formula:
    """A formula whose every name is in the data dictionary (validation context `dictionary`)."""
    if not isinstance(value, str):
        raise ValueError("应为公式")  # noqa: TRY004  # pydantic turns ValueError into a finding with its position
    formula = parse(value)
    dictionary: Dictionary | None = (info.context or {}).get("dictionary")
    for needed in formula.inputs():
        if dictionary is not None and needed.name not in dictionary:
            close = dictionary.nearest(needed.name)
            raise ValueError(f"字段“{needed.name}”不在数据字典中" + (f"，是否为“{close}”？" if close else ""))
    return formula


Written = Annotated[Formula, PlainValidator(_formula)]


#: `bands:` is a plain list in the file.
Listed = Annotated[Bands, BeforeValidator(lambda value: {"bands": value})]


class Basis(Strict):
    """Where a rule is printed: 文号 and 条款."""

    document: str
    clause: str = ""

    def __str__(self) -> str:
        return f"{self.document} {self.clause}".strip()


class Indicator(Strict):
    """One third-level indicator: weight, value formula, one scoring form, the regulation's sentence and its basis."""

    path: list[str] = Key(min_length=1, max_length=3)
    full: float | None = Key(None, gt=0)
    shares: str | None = None
    value: Written | None = None
    variants: dict[str, Written] = {}
    deduct: Deduct | None = None
    bands: Listed | None = None
    external: External | None = None
    violations: Violations | None = None
    checklist: list[float] = []
    graded: dict[str, float] = {}
    manual: bool = False
    text: str = Key(min_length=2)
    text_full: float | None = Key(None, gt=0)
    reading: Literal["weight", "text"] = "weight"
    missing: Literal["unknown", "zero", "full", "self"] = "unknown"
    zero_denominator: Literal["unknown", "zero", "full"] = "unknown"
    not_applicable: Literal["unknown", "zero", "full"] = "unknown"
    basis: Basis | None = None
    aliases: list[str] = []

    @model_validator(mode="after")
    def _consistent(self) -> "Indicator":
        if (self.full is None) == (self.shares is None):
            raise ValueError("full 与 shares 应写且只写一个")
        forms = ("deduct", "bands", "external", "violations", "checklist", "graded", "manual")
        named = [name for name in forms if getattr(self, name)]
        if len(named) != 1:
            raise ValueError(f"计分方式应写且只写一个（{'、'.join(forms)}），现有 {len(named)} 个")
        if named[0] in ("deduct", "bands", "external") and self.value is None:
            raise ValueError(f"{named[0]} 需要 value 公式")
        if named[0] in ("checklist", "graded", "manual") and self.value is not None:
            raise ValueError(f"{named[0]} 由人评定，不应有 value 公式")
        self._check_points()
        return self

    def _check_points(self) -> None:
        full = self.text_full or self.full
        if full is None:
            return
        if self.checklist and abs(sum(self.checklist) - full) > 1e-9:
            raise ValueError(f"checklist 各项合计 {shortest(sum(self.checklist))} 分，与分值 {shortest(full)} 不符")
        if self.graded and max(self.graded.values()) != full:
            raise ValueError(f"graded 最高 {shortest(max(self.graded.values()))} 分，与分值 {shortest(full)} 不符")


@dataclass(frozen=True)
class Rule:
    """An indicator of a scheme, ready for scoring. `group` names the indicator whose weight it shares (itself as a rule)."""

    name: str
    spec: Indicator
    form: ComputedForm | None
    full: float
    group: str
    basis: str

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
        if self.form is not None:
            return self.form.describe(self.weight)
        return describe_judged(self.spec.checklist, self.spec.graded)
