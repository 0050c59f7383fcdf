"""What a department's 指标表 says, set against the scheme: names, printed weights, printed sentences."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from converter.mapping.departments import Submission
from converter.mapping.facts import SELF_SCORE, WEIGHT, Document, Printed
from converter.scoring.factrows import FactRow
from converter.scoring.indicators import Rule
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import Finding, Place, finding
from converter.vocabulary.labels import label, nearest, plain
from converter.vocabulary.numbers import USABLE, State, shortest

INDICATOR_FORM = "指标表"
TOTAL = "合计"


def rename_indicators(facts: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Facts of 自评得分 and 分值 under the scheme's own names of the indicators; unknown names stay as printed."""
    known = {text: rule.name for rule in scheme.rules for text in rule.labels}
    renamed = {}
    for name in facts["field"].unique():
        for suffix in (SELF_SCORE, WEIGHT):
            if name.endswith(suffix):
                renamed[name] = known.get(label(name.removesuffix(suffix)), name.removesuffix(suffix)) + suffix
    return facts.assign(field=facts["field"].replace(renamed))


def compare_tables(
    facts: Sequence[FactRow], used: Sequence[tuple[Submission, list[Document]]], scheme: Scheme
) -> list[Finding]:
    """Findings M05–M08 about the 指标表 of every department: unknown and absent indicators, other weights and sentences."""
    findings: list[Finding] = []
    year, expected = scheme.file.year, expected_weights(scheme)
    tables: dict[str, list[FactRow]] = {}
    for row in facts:
        if row.form == INDICATOR_FORM and row.form_year == year:
            tables.setdefault(row.department, []).append(row)
    declared = {(row.department, row.field, row.year - year) for row in facts if row.state == State.DASH}
    for department, rows in sorted(tables.items()):
        moot = [
            rule.name for rule in scheme.rules if any((department, n.name, n.offset) in declared for n in rule.needs())
        ]
        findings += _names(department, rows, scheme, moot)
        findings += _weights(department, rows, scheme, expected)
    known: dict[str, Rule] = {text: rule for rule in scheme.rules for text in rule.labels}
    for submission, documents in used:
        for document in documents:
            if document.form == INDICATOR_FORM and document.year == year:
                findings += _sentences(submission.department, document.printed, scheme, known)
    return findings


def _names(department: str, rows: Sequence[FactRow], scheme: Scheme, moot: Sequence[str]) -> list[Finding]:
    """M05 and M06; a dash is an answer where the rule takes it, or where the data of a `moot` indicator are declared so."""
    known = [rule.name for rule in scheme.rules]
    scored = [(row.field.removesuffix(SELF_SCORE), row) for row in rows if row.field.endswith(SELF_SCORE)]
    there = {name for name, _ in scored}
    findings = []
    for name, row in scored:
        if name not in known and name != TOTAL:
            close = nearest(name, known)
            message = f"指标表中的“{name}”不在方案中" + (f"，最接近的是“{close}”" if close else "")
            findings.append(_about("M05", message, department, scheme, name, row.place))
    for rule in scheme.rules:
        if rule.name not in there:
            place = Place(rows[0].file, rows[0].sheet)
            message = f"指标表中没有“{rule.name}”"
            findings.append(_about("M06", message, department, scheme, rule.name, place, rule.full))
    declarable = [*(rule.name for rule in scheme.rules if rule.declarable), *moot]
    asked = [(name, row) for name, row in scored if name in known]
    unanswered = [(name, row) for name, row in asked if row.state not in USABLE]
    if len(unanswered) == len(asked) > 1:  # handed in as it was handed out, which M19 says
        return findings
    for name, row in unanswered:
        if row.state != State.DASH or name not in declarable:
            message = f"“{name}”没有自评得分（{row.state}）"
            findings.append(_about("M06", message, department, scheme, name, row.place))
    return findings


def expected_weights(scheme: Scheme) -> dict[str, float]:
    """分值 by name: every level and indicator of the scheme, a shared weight at the first of its group."""
    weights = {rule.name: rule.full for rule in scheme.rules if rule.group == rule.name}
    for name, level in scheme.file.levels.items():
        weights.setdefault(name, level.full)
        for part, full in level.parts.items():
            weights.setdefault(part, full)
    return weights


def _weights(department: str, rows: Sequence[FactRow], scheme: Scheme, expected: Mapping[str, float]) -> list[Finding]:
    printed: dict[str, list[FactRow]] = {}
    for row in rows:
        if row.adopted and row.field.endswith(WEIGHT):  # a table sent twice prints each weight twice
            printed.setdefault(row.field, []).append(row)
    findings = []
    for field, group in sorted(printed.items()):
        name = field.removesuffix(WEIGHT)
        total = float(np.sum([row.value for row in group]))
        if name in expected and abs(total - expected[name]) > 1e-9:
            message = f"指标表所印“{name}”分值 {shortest(total)}，方案为 {shortest(expected[name])}"
            findings.append(_about("M07", message, department, scheme, name, group[0].place))
    return findings


def _sentences(department: str, printed: Sequence[Printed], scheme: Scheme, known: Mapping[str, Rule]) -> list[Finding]:
    findings = []
    for line in printed:
        rule = known.get(label(line.indicator))
        if rule is not None and plain(line.text) != plain(rule.spec.text):
            message = f"指标表所印“{rule.name}”的评价标准与方案原文不同"
            findings.append(_about("M08", message, department, scheme, rule.name, line.place))
    return findings


def _about(
    code: str, message: str, department: str, scheme: Scheme, subject: str, place: Place, points: float | None = None
) -> Finding:
    year = scheme.file.year
    return finding(code, message, department=department, year=year, subject=subject, place=place, points=points)
