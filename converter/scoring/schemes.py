"""Indicator schemes (mappings/schemes/<区划代码>/<year>.yaml): the rules of one region and year, as data."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import Field as Key
from pydantic import field_validator

from converter.mapping.documents import Document, Strict
from converter.mapping.fields import Dictionary
from converter.mapping.library import Library
from converter.scoring.adjustments import Adjustment
from converter.scoring.indicators import TAKEN, Basis, Indicator, Rule
from converter.vocabulary.findings import ConfigurationError, Place
from converter.vocabulary.labels import nearest
from converter.vocabulary.numbers import canonical, shortest


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

    region: Region
    year: int = Key(ge=2000, le=2100)
    title: str
    basis: Basis
    grades: dict[str, float] = Key(min_length=2)
    judged: Literal["self", "unknown"] = "self"
    levels: dict[str, LevelWeight] = {}
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
        """How the scheme is named in outputs: 绥宁县 2019 (430527)."""
        return f"{self.file.region.name} {self.file.year}（{self.file.region.code}）"

    @cached_property
    def sha256(self) -> str:
        """Digest of the file."""
        return hashlib.sha256(self.document.text.encode()).hexdigest()

    def _rule(self, name: str, spec: Indicator) -> Rule:
        leader = spec if spec.full is not None else self.file.indicators[spec.shares or ""]
        basis = str(spec.basis or self.file.basis)
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


@dataclass(frozen=True)
class Shelved:
    """A scheme of the library; `own` says whether it comes from the user's own mappings."""

    scheme: Scheme
    own: bool


def load_schemes(library: Library) -> list[Shelved]:
    """Every scheme; a user's own replaces the built-in one of its region and year.

    Raises ConfigurationError C02… for a bad file, C12 where one folder has two schemes of one region and year.
    """
    shelf: dict[tuple[str, int], Shelved] = {}
    for layer, document in library.documents("schemes/*/*.yaml"):
        if document.shown.endswith(".cases.yaml"):
            continue
        scheme, own = Scheme(document, library.dictionary), layer != library.layers[0]
        key = scheme.file.region.code, scheme.file.year
        if key in shelf and shelf[key].own == own:
            other = shelf[key].scheme.document.shown
            raise ConfigurationError(
                "C12", f"与 {other} 是同一地区、同一年度的方案", "请只保留一个", Place(document.shown)
            )
        shelf[key] = Shelved(scheme, own)
    return list(shelf.values())


def choose(shelf: Sequence[Shelved], year: int, asked: str | None, spoken: Sequence[str]) -> Scheme:
    """The scheme of the run: of the asked region (longest code prefix), of the region the submissions name, or the only
    one for the year in the user's own mappings. Raises ConfigurationError C10 with the candidates.
    """
    of_year = [shelved for shelved in shelf if shelved.scheme.file.year == year]
    if asked is not None:
        fitting = [shelved.scheme for shelved in of_year if asked.startswith(shelved.scheme.file.region.code)]
        longest = max((len(scheme.file.region.code) for scheme in fitting), default=0)
        fitting = [scheme for scheme in fitting if len(scheme.file.region.code) == longest]
    else:
        fitting = [shelved.scheme for shelved in of_year if shelved.scheme.file.region.code in spoken]
        fitting = fitting or [shelved.scheme for shelved in of_year if shelved.own]
    if len(fitting) == 1:
        return fitting[0]
    raise _no_scheme(year, asked, fitting, [shelved.scheme for shelved in shelf])


def _no_scheme(year: int, asked: str | None, several: Sequence[Scheme], known: Sequence[Scheme]) -> ConfigurationError:
    candidates = "、".join(dict.fromkeys(s.name for s in several or known)) or "无"
    if several:
        message = f"{year} 年度有几个方案都适用：{candidates}"
        return ConfigurationError("C10", message, "请用 --region 指明区划代码")
    whom = f"区划 {asked}" if asked else "报送材料所属地区"
    message = f"没有适用于{whom} {year} 年度的评分方案；现有方案：{candidates}"
    return ConfigurationError(
        "C10", message, "请用 --region 指明区划代码，或用 --mappings 提供本地方案；程序不会借用其他年度或地区的方案"
    )


def region_names(shelf: Sequence[Shelved]) -> dict[str, str]:
    """Code → name of every region that has a scheme."""
    return {shelved.scheme.file.region.code: shelved.scheme.file.region.name for shelved in shelf}


def outline(scheme: Scheme) -> Iterator[str]:
    """A scheme as text, indicator by indicator."""
    grades = "，".join(f"{name} {shortest(line)}" for name, line in scheme.file.grades.items())
    yield f"{scheme.name}《{scheme.file.title}》 依据 {scheme.file.basis} 文件 {scheme.document.shown}"
    yield f"等次起点：{grades}；人工评定指标：{'沿用自评' if scheme.file.judged == 'self' else '待评定'}"
    for rule in scheme.rules:
        shared = "" if rule.group == rule.name else f"（与“{rule.group}”共用）"
        shared += "" if rule.take == "sum" else f"（同一分值的几项{TAKEN[rule.take]}）"
        yield f"{' / '.join([*rule.spec.path, rule.name])}  {shortest(rule.full)} 分{shared}"
        if rule.spec.value is not None:
            yield f"  指标值＝{rule.spec.value.chinese()}"
        for name, formula in rule.spec.variants.items():
            yield f"  其他口径 {name}＝{formula.chinese()}"
        yield f"  计分：{rule.describe()}"
        yield f"  原文：{' '.join(rule.spec.text.split())}"
    for name, adjustment in scheme.file.adjustments.items():
        yield f"总分调整  {name}：{adjustment.describe()}"
        if adjustment.value is not None:
            yield f"  指标值＝{adjustment.value.chinese()}"
        yield f"  原文：{' '.join(adjustment.text.split())}"
