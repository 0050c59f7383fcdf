"""勾稽核对: reconciliation checks as data (mappings/checks.yaml), evaluated over all departments at once.

A check names both sides and never says which is wrong; what cannot be compared is 未核对 with the reason.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field as Key

from converter.mapping.documents import Document, Strict
from converter.mapping.library import Library
from converter.scoring.expressions import ExpressionError, Formula, Input, parse
from converter.scoring.frames import FactRow, adopt
from converter.scoring.inputs import Inputs
from converter.scoring.rounding import Flags, Floats, snap
from converter.vocabulary.findings import ConfigurationError, Finding, Level, Owner, Place
from converter.vocabulary.labels import nearest
from converter.vocabulary.numbers import NAN, USABLE, percent, percent_digits, shortest


class Check(Strict):
    """What every check says about itself."""

    title: str
    level: Level = Key(strict=False)
    owner: Owner = Key(strict=False)
    advice: str


class Reconciliation(Check):
    """Two formulas compared; see the head of mappings/checks.yaml for the keys."""

    left: str
    right: list[str] = Key(min_length=1)
    relation: Literal["equal", "at_most"] = "equal"
    where: str = ""
    each: list[str] = [""]
    years: list[Literal["本年", "上年"]] = ["本年"]
    terms: int | None = Key(None, ge=1)
    printed: str = ""
    partial: bool = False


class ChecksFile(Strict):
    """mappings/checks.yaml."""

    reconcile: dict[str, Reconciliation] = {}
    audit: dict[str, Check] = {}


class Outcome(StrEnum):
    """结果 of one comparison."""

    AGREES = "相符"
    ROUNDING = "舍入范围内"
    FAIL = "不符"
    NOT_RUN = "未核对"


CHECK_COLUMNS = (
    "code", "department", "year", "what", "left", "right", "difference", "tolerance", "outcome", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Checks:
    """All checks of the library."""

    reconcile: dict[str, Reconciliation]
    audit: dict[str, Check]

    def finding(self, code: str, message: str, **details: object) -> Finding:
        """A finding of a check; level, owner and advice are the check's own unless given."""
        check = self.audit.get(code) or self.reconcile[code]
        given = {"level": check.level, "owner": check.owner, "advice": check.advice, **details}
        return Finding(code=code, message=message, **given)  # type: ignore[arg-type]


def load_checks(library: Library) -> Checks:
    """The checks of all layers, a later layer's check replacing an earlier one of its code. Raises C09 for a bad formula."""
    merged = Checks({}, {})
    for _, document in library.documents("checks.yaml"):
        content = document.parse(ChecksFile)
        merged.reconcile.update(content.reconcile)
        merged.audit.update(content.audit)
        for code, check in content.reconcile.items():
            _check_names(code, check, document, library)
            if check.where and check.where not in (known := [form.form for form in library.forms]):
                message, advice = f"{code}：没有表单“{check.where}”", f"是否为“{nearest(check.where, known)}”？"
                raise document.error("C09", message, advice, "reconcile", code, "where")
    return merged


def _check_names(code: str, check: Reconciliation, document: Document, library: Library) -> None:
    """Refuses a side that is no formula of known fields, or an unknown field in `printed` (C09)."""
    sides: list[tuple[str, tuple[str | int, ...]]] = [(check.left, ("left",))]
    sides += [(text, ("right", at)) for at, text in enumerate(check.right)]
    sides += [(check.printed, ("printed",))] if check.printed else []
    for text, path in sides:
        place = document.place("reconcile", code, *path, key=path == ("printed",))
        for basis in check.each:
            try:
                names = [needed.name for needed in parse(text.replace("{口径}", basis)).inputs()]
            except ExpressionError as error:
                raise ConfigurationError("C09", f"{code}：{error}", "请改正算式", place) from error
            for name in names:
                if name not in library.dictionary:
                    message, close = f"{code}：字段“{name}”不在数据字典中", library.dictionary.nearest(name)
                    raise ConfigurationError("C09", message, f"是否为“{close}”？", place)


@dataclass(frozen=True)
class _Side:
    """One side of a comparison over all departments; `present` takes gaps as nothing, `gaps` says where there are any."""

    formula: Formula
    present: Floats
    gaps: Flags
    any_number: Flags


def reconcile(checks: Checks, inputs: Inputs) -> tuple[pd.DataFrame, list[Finding]]:
    """The checks frame (one row for each comparison that has a cell on either side) and the findings."""
    rows: list[tuple[object, ...]] = []
    findings: list[Finding] = []
    narrowed: dict[str, Inputs] = {"": inputs}
    for code, check in sorted(checks.reconcile.items()):
        if check.where not in narrowed:
            narrowed[check.where] = _only(inputs, check.where)
        for basis in check.each:
            for year in check.years:
                shift = -1 if year == "上年" else 0
                comparison = _Comparison(code, check, basis, shift, narrowed[check.where])
                for row, found in comparison.run(checks):
                    rows.append(row)
                    findings += found
    return pd.DataFrame(rows, columns=list(CHECK_COLUMNS)), findings


def _only(inputs: Inputs, form: str) -> Inputs:
    """The same departments with the facts of one form of the scored year alone."""
    facts = inputs.facts[(inputs.facts["form"] == form) & (inputs.facts["form_year"] == inputs.year)]
    own = adopt(facts.assign(adopted=False), inputs.derivations.dictionary).facts
    return Inputs(own, inputs.departments, inputs.year, inputs.derivations)


class _Comparison:
    """One check for one basis and year, over all departments."""

    def __init__(self, code: str, check: Reconciliation, basis: str, shift: int, inputs: Inputs) -> None:
        self.code, self.check, self.shift, self.inputs = code, check, shift, inputs
        self.year = inputs.year + shift
        self.left = self._side(check.left.replace("{口径}", basis))
        self.rights = [self._side(text.replace("{口径}", basis)) for text in check.right]

    def _column(self, needed: Input) -> Floats:
        return self.inputs.column(Input(needed.name, needed.offset + self.shift))

    def _side(self, text: str) -> _Side:
        formula = parse(text)
        gaps = np.logical_or.reduce([self._gaps(needed) for needed in formula.inputs()])
        numbers = np.logical_or.reduce([~np.isnan(self._column(needed)) for needed in formula.inputs()])
        present, _ = formula.values(lambda needed: np.nan_to_num(self._column(needed)))
        return _Side(formula, present, gaps, numbers)

    def _gaps(self, needed: Input) -> Flags:
        """Where a number is missing; of listed rows any without a number, while nothing listed is nothing missing."""
        if not self.inputs.derivations.dictionary[needed.name].repeats:
            return np.isnan(self._column(needed))
        wanted, departments = Input(needed.name, needed.offset + self.shift), range(len(self.inputs.departments))
        return np.array([any(r.state not in USABLE for r in self.inputs.about(wanted, d)) for d in departments])

    def run(self, checks: Checks) -> Iterator[tuple[tuple[object, ...], list[Finding]]]:
        """The row and the findings of every department that has a number on either side."""
        there = self.left.any_number | np.logical_or.reduce([side.any_number for side in self.rights])
        for position in np.flatnonzero(there):
            yield self._department(int(position), checks)

    def _department(self, position: int, checks: Checks) -> tuple[tuple[object, ...], list[Finding]]:
        results = [self._compare(side, position) for side in self.rights]
        order = [Outcome.AGREES, Outcome.ROUNDING, Outcome.NOT_RUN, Outcome.FAIL]  # what is unknown may yet agree
        outcome, side, reason = min(results, key=lambda result: order.index(result[0]))
        unsure = outcome is Outcome.NOT_RUN
        left, right = (NAN if unsure and one.gaps[position] else one.present[position] for one in (self.left, side))
        tolerance = self._tolerance(side, position)
        difference = float(snap(np.array([left - right]))[0])
        department = self.inputs.departments[position]
        what = (
            f"{self.left.formula.chinese()} {'=' if self.check.relation == 'equal' else '≤'} {side.formula.chinese()}"
        )
        row = (self.code, department, self.year, what, left, right, difference, tolerance, str(outcome), reason)
        if outcome not in (Outcome.FAIL, Outcome.ROUNDING):
            return row, []
        return row, [self._finding(checks, position, outcome, what, side, difference)]

    def _compare(self, side: _Side, position: int) -> tuple[Outcome, _Side, str]:
        reason = self._obstacle(side, position)
        if reason:
            return Outcome.NOT_RUN, side, reason
        gap = self._gap(side, position)
        if gap == 0 or (gap < 0 and self.check.relation == "at_most"):
            return Outcome.AGREES, side, ""
        if abs(gap) > self._tolerance(side, position) + 1e-9:
            return Outcome.FAIL, side, ""
        return Outcome.AGREES if self.check.printed else Outcome.ROUNDING, side, ""

    def _gap(self, side: _Side, position: int) -> float:
        return float(snap(self.left.present[position : position + 1] - side.present[position : position + 1])[0])

    def _obstacle(self, side: _Side, position: int) -> str:
        """Why the two sides cannot be compared, "" where they can."""
        gaps = bool(self.left.gaps[position] or side.gaps[position])
        if gaps and not self.check.partial:
            return "缺少数据"
        if not (self.left.any_number[position] and side.any_number[position]):
            return "一边没有数据"
        if self._leaves(self.left, position) == self._leaves(side, position):
            return "两边由同一数据推算"
        if math.isnan(self._gap(side, position)):
            return "分母为零"
        return "缺少数据" if gaps and self._open(side, position) else ""

    def _open(self, side: _Side, position: int) -> bool:
        """Whether what is missing may yet decide: parts only add to the sum, which has not gone beyond the total."""
        gap = self._gap(side, position)
        if self.check.relation == "at_most":
            return bool(side.gaps[position]) or gap <= 0
        return bool(self.left.gaps[position]) or gap > self._tolerance(side, position) + 1e-9

    def _tolerance(self, side: _Side, position: int) -> float:
        """r(n) = 0.005 × (n + 1) rounded up to 0.01 万元, 0 in 元; or half of the last printed digit of a percent."""
        if self.check.printed:
            digits = percent_digits(self._raw(Input(self.check.printed, self.shift), position))
            return 0.00005 if digits is None else 0.5 * 10.0 ** -(2 + digits)
        figures = self._figures(side, position)
        if all(row.in_yuan for row in figures):
            return 0.0
        terms = self.check.terms or len(figures) - 1
        return math.ceil(round(0.5 * (terms + 1), 9)) / 100

    def _figures(self, side: _Side, position: int) -> list[FactRow]:
        """The facts behind both sides."""
        leaves = self._leaves(self.left, position) | self._leaves(side, position)
        return [row for leaf in leaves for row in self.inputs.rows(leaf, position) if row.adopted]

    def _raw(self, wanted: Input, position: int) -> str:
        return next((row.raw for row in self.inputs.rows(wanted, position) if row.adopted), "")

    def _leaves(self, side: _Side, position: int) -> frozenset[Input]:
        inputs = (Input(n.name, n.offset + self.shift) for n in side.formula.inputs())
        return frozenset().union(*(self.inputs.leaves(needed, position) for needed in inputs))

    def _finding(
        self, checks: Checks, position: int, outcome: Outcome, what: str, side: _Side, difference: float
    ) -> Finding:
        show = percent if self.check.printed else shortest
        numbers = f"{self._numbers(self.left, position, show)} 与 {self._numbers(side, position, show)}"
        gap = shortest(round(difference * 100, 6)) + " 个百分点" if self.check.printed else shortest(difference)
        rounding = "，在舍入范围内" if outcome is Outcome.ROUNDING else ""
        found = checks.finding(
            self.code,
            f"{self.check.title}（{self.year}年）：{what}，{numbers}，相差 {gap}{rounding}",
            department=self.inputs.departments[position],
            year=self.year,
            subject=f"{self._subject()}（{self.year}年）",
            place=self._place(position),
        )
        return replace(found, level=Level.NOTE) if outcome is Outcome.ROUNDING else found

    def _subject(self) -> str:
        """The field on the left where it is one, else the check's title."""
        return self.left.formula.text if self.left.formula.tree in self.left.formula.inputs() else self.check.title

    def _numbers(self, side: _Side, position: int, show: Callable[[float], str]) -> str:
        value = float(side.present[position])
        numbers = side.formula.substituted(lambda needed: float(self._column(needed)[position]))
        total = show(float(snap(np.array([value]))[0]))
        return total if numbers == shortest(value) else f"{numbers} = {total}"

    def _place(self, position: int) -> Place:
        places = (self.inputs.place(Input(n.name, n.offset + self.shift), position) for n in self.left.formula.inputs())
        return next((place for place in places if place.file), Place())
