"""Worked cases beside the rules (<year>.cases.yaml): run by `jixiao scheme test` and by the test suite."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field as Key

from converter.mapping.documents import Document, Ratio, Strict
from converter.mapping.facts import SELF_SCORE
from converter.scoring.compute import RuleScores, score
from converter.scoring.expressions import ExpressionError, Input, parse
from converter.scoring.frames import FACT_COLUMNS
from converter.scoring.inputs import Derivations, Inputs
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import ConfigurationError
from converter.vocabulary.labels import nearest
from converter.vocabulary.numbers import NAN, State, shortest

#: What a case writes for a declared dash; null is a blank cell.
DASH = "——"


class Expected(Strict):
    """What a case expects of one indicator; only what is written is compared. `score: null` expects no score."""

    value: Ratio | None = None
    score: float | None = None
    low: float | None = None
    high: float | None = None
    status: str | None = None
    others: dict[str, float] | None = None


class Case(Strict):
    """One worked case: the given fields (上年(字段) for last year's), self scores, and what is expected."""

    case: str
    given: dict[str, Ratio | Literal["——"] | None] = {}
    self_scores: dict[str, float] = {}
    expect: dict[str, Expected] = Key(min_length=1)


class CasesFile(Strict):
    """mappings/schemes/<区划代码>/<year>.cases.yaml."""

    cases: list[Case] = Key(min_length=1)


@dataclass(frozen=True)
class CaseResult:
    """A case with what did not come out as expected, a line for each."""

    name: str
    place: str
    failures: tuple[str, ...]


def cases_path(scheme: Scheme) -> Path:
    """Where a scheme's worked cases stand."""
    return scheme.document.path.with_suffix(".cases.yaml")


def run_cases(scheme: Scheme, derivations: Derivations) -> Iterator[CaseResult]:
    """Every case of a scheme, each as a department of its own. Raises ConfigurationError C11 for a name nobody knows."""
    path = cases_path(scheme)
    document = Document(path, scheme.document.shown.replace(".yaml", ".cases.yaml"))
    cases = document.parse(CasesFile).cases
    for index, case in enumerate(cases):
        _check_names(case, index, document, scheme, derivations)
    inputs = case_inputs(cases, scheme, derivations)
    columns = {column.rule.name: column for column in score(inputs, scheme)}
    for index, case in enumerate(cases):
        failures = [
            line
            for name, expected in case.expect.items()
            for line in _compare(name, expected, columns[name], index, case)
        ]
        yield CaseResult(case.case, str(document.place("cases", index)), tuple(failures))


def _check_names(case: Case, index: int, document: Document, scheme: Scheme, derivations: Derivations) -> None:
    rules = [rule.name for rule in scheme.rules]
    for part, names in (("expect", case.expect), ("self_scores", case.self_scores)):
        for name in names:
            if name not in rules:
                place = document.place("cases", index, part, name)
                raise ConfigurationError("C11", f"方案里没有指标“{name}”", f"是否为“{nearest(name, rules)}”？", place)
    for name in case.given:
        known = _given(name)
        if known is None or known.name not in derivations.dictionary:
            place = document.place("cases", index, "given", name)
            close = derivations.dictionary.nearest(name)
            advice = (
                f"是否为“{close}”？"
                if known or not re.search(r"[（）()]", name)
                else "写作 上年(字段)，括号成对、用半角"
            )
            raise ConfigurationError("C11", f"数据字典里没有字段“{name}”", advice, place)


def _given(name: str) -> Input | None:
    try:
        tree = parse(name).tree
    except ExpressionError:
        return None
    return tree if isinstance(tree, Input) else None


def case_inputs(cases: list[Case], scheme: Scheme, derivations: Derivations) -> Inputs:
    """The cases as facts; a derived field that is given is taken as given."""
    year = scheme.file.year
    rows: list[tuple[object, ...]] = []
    for index, case in enumerate(cases):
        for name, value in case.given.items():
            wanted = _given(name)
            assert wanted is not None
            rows.append(_fact(f"{index}", year + wanted.offset, wanted.name, value, year))
        for name, points in case.self_scores.items():
            rows.append(_fact(f"{index}", year, name + SELF_SCORE, points, year))
    facts = pd.DataFrame(rows, columns=list(FACT_COLUMNS)).astype({"adopted": "bool"})
    return _CaseInputs(facts, [f"{index}" for index in range(len(cases))], year, derivations)


class _CaseInputs(Inputs):
    """Inputs in which a case may give a derived field directly."""

    def column(self, wanted: Input) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        derived = super().column(wanted)
        given = self._adopted.get((wanted.name, self.year + wanted.offset))
        return derived if given is None else np.where(np.isnan(given), derived, given)


def _fact(department: str, year: int, name: str, value: object, form_year: int) -> tuple[object, ...]:
    state = State.BLANK if value is None else State.DASH if value == DASH else State.NUMBER
    number = float(value) if isinstance(value, int | float) else NAN
    return (department, year, name, number, "", state, state is State.NUMBER, "", "", "", "", "", "", form_year)


def _compare(name: str, expected: Expected, column: RuleScores, index: int, case: Case) -> Iterator[str]:
    got = {
        "value": float(column.value[index]),
        "score": float(column.score[index]),
        "low": float(column.low[index]),
        "high": float(column.high[index]),
    }
    for key in expected.model_fields_set & got.keys():
        wanted = getattr(expected, key)
        same = math.isnan(got[key]) if wanted is None else abs(got[key] - wanted) <= 1e-9
        if not same:
            yield f"{case.case}：{name} {_WORDS[key]}应为 {_shown(wanted)}，实为 {_shown(got[key])}"
    if expected.status is not None and expected.status != column.status[index]:
        yield f"{case.case}：{name} 状态应为 {expected.status}，实为 {column.status[index]}"
    for other, points in (expected.others or {}).items():
        actual = float(column.others[other][index]) if other in column.others else NAN
        if not abs(actual - points) <= 1e-9:
            yield f"{case.case}：{name} 口径“{other}”应为 {shortest(points)}，实为 {_shown(actual)}"


_WORDS = {"value": "指标值", "score": "得分", "low": "下限", "high": "上限"}


def _shown(value: float | None) -> str:
    return "空" if value is None or math.isnan(value) else shortest(value)
