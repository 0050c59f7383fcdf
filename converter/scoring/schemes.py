"""Indicator schemes (mappings/schemes/<区划代码>/<year>.yaml): the rules of one region and year, as data."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainValidator, ValidationInfo, model_validator
from pydantic import Field as Key

from converter.mapping.documents import Document, Strict
from converter.mapping.fields import Dictionary
from converter.scoring.expressions import Formula, parse
from converter.scoring.points import Bands, ComputedForm, Deduct, External, Violations, Weight, describe_judged
from converter.vocabulary.findings import Place
from converter.vocabulary.labels import label, nearest
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


class Region(Strict):
    """区划代码 and name."""

    code: str = Key(pattern=r"^\d{2,12}$")
    name: str = Key(min_length=2)


class LevelWeight(Strict):
    """分值 of a first-level indicator, and of the second-level ones below it."""

    full: float = Key(gt=0)
    parts: dict[str, float] = {}


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


class SchemeFile(Strict):
    """mappings/schemes/<区划代码>/<year>.yaml."""

    extends: str | None = None
    region: Region
    year: int = Key(ge=2000, le=2100)
    kinds: list[Annotated[str, Key(min_length=1)]] = []
    title: str
    basis: Basis
    grades: dict[str, float] = Key(min_length=2)
    judged: Literal["self", "unknown"] = "self"
    levels: dict[str, LevelWeight] = {}
    indicators: dict[str, Indicator] = Key(min_length=1)


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


class Scheme:
    """One loaded scheme."""

    def __init__(self, document: Document, dictionary: Dictionary) -> None:
        self.document = document
        self.file = document.parse(SchemeFile, {"dictionary": dictionary})
        for name, spec in self.file.indicators.items():
            self._check_shares(name, spec)
        self.rules = [self._rule(name, spec) for name, spec in self.file.indicators.items()]

    def _check_shares(self, name: str, spec: Indicator) -> None:
        other = self.file.indicators.get(spec.shares or "")
        if spec.shares is not None and (other is None or other.full is None or other.path != spec.path):
            message = f"“{name}”的 shares 应是同一上级下、写有 full 的指标，“{spec.shares}”不是"
            close = nearest(spec.shares, [n for n, i in self.file.indicators.items() if i.full and i.path == spec.path])
            advice = f"是否为“{close}”？" if close else "请改正"
            raise self.document.error("C02", message, advice, "indicators", name, "shares")

    @property
    def name(self) -> str:
        """How the scheme is named in outputs: 绥宁县 2019（430527）, with the kinds of department it is for."""
        kinds = f" {'、'.join(self.file.kinds)}" if self.file.kinds else ""
        return f"{self.file.region.name} {self.file.year}{kinds}（{self.file.region.code}）"

    @cached_property
    def sha256(self) -> str:
        """Digest of the file, and of those it extends."""
        return hashlib.sha256(self.document.text.encode()).hexdigest()

    def _rule(self, name: str, spec: Indicator) -> Rule:
        full = spec.full if spec.full is not None else self.file.indicators[spec.shares or ""].full
        form = spec.deduct or spec.bands or spec.external or spec.violations
        kinds = f"（{'、'.join(self.file.kinds)}）" if self.file.kinds else ""
        return Rule(name, spec, form, full or 0.0, spec.shares or name, f"{spec.basis or self.file.basis}{kinds}")

    def grade(self, score: float) -> str:
        """等次 of a score."""
        lines = sorted(self.file.grades.items(), key=lambda line: -line[1])
        return next((name for name, line in lines if score >= line), lines[-1][0])

    def grade_lines(self) -> list[float]:
        """The scores at which a grade begins, but for the lowest."""
        return sorted(self.file.grades.values())[1:]

    def place(self, indicator: str, *path: str) -> Place:
        """Where an indicator (or a key of it) stands in the file."""
        return self.document.place("indicators", indicator, *path)
