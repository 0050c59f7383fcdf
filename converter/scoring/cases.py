"""Worked cases beside the rules (<year>.cases.yaml): run by `jixiao scheme test` and by the test suite."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field as Key

from converter.mapping.documents import Document, Ratio, Strict
from converter.mapping.facts import SELF_SCORE
from converter.scoring.answers import answer_facts, answerable
from converter.scoring.casesums import WORDS, AllSums, Sums, compare, level_names, same, shown
from converter.scoring.compute import RuleScores, score
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import ExpressionError, Input, parse
from converter.scoring.frames import FACT_COLUMNS
from converter.scoring.inputs import Inputs
from converter.scoring.judged import AnswerError
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
    """One worked case: the given fields (上年(字段) for last year's), self scores, answers of persons, and what is expected.

    An answer is a list of 是 and 否 for a checklist, a grade, a count or points, by the indicator or adjustment.
    """

    case: str
    given: dict[str, Ratio | Literal["——"] | None] = {}
    self_scores: dict[str, float | Literal["——"]] = {}
    answers: dict[str, Any] = {}
    expect: dict[str, Expected] = Key(min_length=1)
    subtotals: dict[str, Sums] = {}
    total: Sums | None = None
    grades: dict[float, str] = {}


class CasesFile(Strict):
    """mappings/schemes/<区划代码>/<year>.cases.yaml."""

    cases: list[Case] = Key(min_length=1)


@dataclass(frozen=True)
class CaseResult:
    """A case with what did not come out as expected, a line for each."""

    name: str
    place: str
    failures: tuple[str, ...]


def cases_path(document: Document) -> Path:
    """Where the worked cases of a scheme's file stand."""
    return document.path.with_suffix(".cases.yaml")


def cases_document(document: Document) -> Document:
    """The worked cases of a scheme's file. Raises ConfigurationError C01 where there are none."""
    return Document(cases_path(document), document.shown.replace(".yaml", ".cases.yaml"))


def run_cases(scheme: Scheme, derivations: Derivations, document: Document | None = None) -> Iterator[CaseResult]:
    """Every case of a scheme, each as a department of its own. Raises ConfigurationError C11 for a name nobody knows."""
    document = document or cases_document(scheme.document)
    cases, scored, inputs = _scored(scheme, derivations, document)
    columns = {column.rule.name: column for column in scored}
    sums = AllSums(scheme, scored, inputs)
    for index, case in enumerate(cases):
        failures = [
            line
            for name, expected in case.expect.items()
            for line in _compare(name, expected, columns[name], index, case)
        ]
        for name, wanted in case.subtotals.items():
            failures += compare(case.case, f"{name}小计", wanted, sums.level(name, index))
        for points, grade in case.grades.items():
            if scheme.grade(points) != grade:
                failures.append(f"{case.case}：{shortest(points)} 分的等次应为 {grade}，实为 {scheme.grade(points)}")
        if case.total is not None:
            failures += compare(case.case, "总分", case.total, sums.total(index))
        yield CaseResult(case.case, str(document.place("cases", index)), tuple(failures))


def case_values(scheme: Scheme, derivations: Derivations) -> dict[str, list[float]]:
    """Indicator → its value (指标值) in each case that expects something of it. Raises as `run_cases` does."""
    cases, scored, _ = _scored(scheme, derivations, cases_document(scheme.document))
    columns = {column.rule.name: column for column in scored}
    values: dict[str, list[float]] = {}
    for index, case in enumerate(cases):
        for name in case.expect:
            values.setdefault(name, []).append(float(columns[name].value[index]))
    return values


def _scored(
    scheme: Scheme, derivations: Derivations, document: Document
) -> tuple[list[Case], list[RuleScores], Inputs]:
    """The cases of a file, and the scores of every indicator over them."""
    cases = document.parse(CasesFile).cases
    for index, case in enumerate(cases):
        _check_names(case, index, document, scheme, derivations)
    inputs = case_inputs(cases, scheme, derivations, document)
    return cases, score(inputs, scheme), inputs


def _check_names(case: Case, index: int, document: Document, scheme: Scheme, derivations: Derivations) -> None:
    rules = [rule.name for rule in scheme.rules]
    sections: tuple[tuple[str, Iterable[str], list[str]], ...] = (
        ("expect", case.expect, rules),
        ("self_scores", case.self_scores, rules),
        ("answers", case.answers, answerable(scheme)),
        ("subtotals", case.subtotals, level_names(scheme)),
    )
    for part, names, allowed in sections:
        for name in names:
            if name not in allowed:
                place = document.place("cases", index, part, name)
                what = {"answers": "人工评定的指标或总分调整", "subtotals": "分值"}.get(part, "指标")
                raise ConfigurationError(
                    "C11", f"方案里没有{what}“{name}”", f"是否为“{nearest(name, allowed)}”？", place
                )
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


def _answers(case: Case, index: int, scheme: Scheme, document: Document) -> Iterator[tuple[str, float | None]]:
    """The answers of a case as facts. Raises ConfigurationError C11 for an answer that the form does not take."""
    for name, answer in case.answers.items():
        try:
            facts = answer_facts(scheme, name, answer)
        except AnswerError as error:
            raise document.error("C11", f"{name}：{error}", "请改正", "cases", index, "answers", name) from error
        yield from ((field, None if math.isnan(number) else number) for field, number in facts)


def case_inputs(cases: list[Case], scheme: Scheme, derivations: Derivations, document: Document) -> Inputs:
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
        for name, answer in _answers(case, index, scheme, document):
            rows.append(_fact(f"{index}", year, name, answer, year))
    facts = pd.DataFrame(rows, columns=list(FACT_COLUMNS)).astype({"adopted": "bool"})
    return _CaseInputs(facts, [f"{index}" for index in range(len(cases))], year, derivations)


class _CaseInputs(Inputs):
    """Inputs in which a case may give a derived field directly."""

    def column(self, wanted: Input) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        derived = super().column(wanted)
        given = self.given(wanted)
        return np.where(np.isnan(given), derived, given)


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
        if not same(wanted, got[key]):
            yield f"{case.case}：{name} {WORDS[key]}应为 {shown(wanted)}，实为 {shown(got[key])}"
    if expected.status is not None and expected.status != column.status[index]:
        yield f"{case.case}：{name} 状态应为 {expected.status}，实为 {column.status[index]}"
    for other, points in (expected.others or {}).items():
        actual = float(column.others[other][index]) if other in column.others else NAN
        if not abs(actual - points) <= 1e-9:
            yield f"{case.case}：{name} 口径“{other}”应为 {shortest(points)}，实为 {shown(actual)}"
