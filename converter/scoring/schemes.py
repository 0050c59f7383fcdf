"""Indicator schemes (mappings/schemes/<区划代码>/<year>.yaml): the rules of one region and year, as data."""

import hashlib
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field as Key
from pydantic import field_validator

from converter.mapping.documents import Document, Strict
from converter.mapping.fields import Dictionary
from converter.scoring.adjustments import Adjustment
from converter.scoring.decisions import ReviewLines
from converter.scoring.indicators import Basis, Indicator, Rule
from converter.vocabulary.findings import Place
from converter.vocabulary.labels import nearest
from converter.vocabulary.numbers import canonical


class Region(Strict):
    """区划代码 and name."""

    code: str = Key(pattern=r"^\d{2,12}$")
    name: str = Key(min_length=2)


class LevelWeight(Strict):
    """分值 of a first-level indicator, and of the second-level ones below it."""

    full: float = Key(gt=0)
    parts: dict[str, float] = {}


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
    review: ReviewLines = Key(default_factory=ReviewLines)  # made when a scheme is read, not by every process
    indicators: dict[str, Indicator] = Key(min_length=1)
    adjustments: dict[str, Adjustment] = {}

    @field_validator("grades")
    @classmethod
    def _from_nothing(cls, grades: dict[str, float]) -> dict[str, float]:
        if min(grades.values()) != 0:
            raise ValueError("最低一等应从 0 分起，否则有的得分没有等次")
        if len(set(grades.values())) < len(grades):
            raise ValueError("有两等从同一分数起")
        return grades


class Scheme:
    """One loaded scheme."""

    def __init__(self, document: Document, dictionary: Dictionary) -> None:
        self.document = document
        self.file = document.parse(SchemeFile, {"dictionary": dictionary})
        for name, spec in self.file.indicators.items():
            self._check_shares(name, spec)
        self.rules = [self._rule(name, spec) for name, spec in self.file.indicators.items()]
        self._check_points()

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
        leader = spec if spec.full is not None else self.file.indicators[spec.shares or ""]
        kinds = f"（{'、'.join(self.file.kinds)}）" if self.file.kinds else ""
        basis = f"{spec.basis or self.file.basis}{kinds}"
        return Rule(name, spec, spec.form, leader.full or 0.0, spec.shares or name, basis, leader.take)

    def _check_points(self) -> None:
        """Refuses what makes no sense with the points at stake, where it is written."""
        for rule in self.rules:
            for path, said in rule.spec.complaints(rule.full):
                raise self.document.error("C02", f"{rule.name}：{said}", "请改正", "indicators", rule.name, *path)
        for name, adjustment in self.file.adjustments.items():
            for path, said in adjustment.complaints(self.full):
                raise self.document.error("C02", f"{name}：{said}", "请改正", "adjustments", name, *path)

    @property
    def full(self) -> float:
        """The points of all indicators together."""
        return canonical(sum(rule.full for rule in self.rules if rule.group == rule.name))

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
