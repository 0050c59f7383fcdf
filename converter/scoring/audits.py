"""The checks that need more than two sums: blanks before scoring, self scores and totals after it.

Titles, levels, owners and advice are data (mappings/checks.yaml, audit); the codes are those of CHECKS.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from converter.mapping.departments import Submission
from converter.mapping.facts import SELF_SCORE, Document
from converter.scoring.checks import Checks
from converter.scoring.compute import RuleScores
from converter.scoring.expressions import Input
from converter.scoring.indicators import Rule
from converter.scoring.inputs import Inputs
from converter.scoring.lacking import INCOMPARABLE, NO_CELL, NO_FORM, REASONS, Missing
from converter.scoring.rounding import Floats
from converter.scoring.schemes import Scheme
from converter.scoring.selfscores import TOTAL
from converter.scoring.shared import picked
from converter.scoring.status import Status
from converter.scoring.totals import Step, total_steps
from converter.vocabulary.findings import Finding, Level, Place, finding
from converter.vocabulary.numbers import State, canonical, shortest

#: Points that differ by less are the same.
_SAME = 0.005
_BLANK, _DASH = REASONS[State.BLANK], REASONS[State.DASH]


def audit_documents(used: Sequence[tuple[Submission, list[Document]]], checks: Checks) -> list[Finding]:
    """J13 money tables that name no unit, last year's included: its figures are used too."""
    return [
        checks.finding(
            "J13",
            f"“{document.form}”没有写金额单位，按{document.unit}推定",
            department=submission.department,
            year=document.year,
            subject=document.form,
            place=Place(document.file, document.sheet),
        )
        for submission, documents in used
        for document in documents
        if not document.unit_named
    ]


def audit_inputs(inputs: Inputs, scheme: Scheme, checks: Checks) -> list[Finding]:
    """J12 cells that scoring needs and that are blank (once a department), D06 inputs that no form handed in has."""
    findings: list[Finding] = []
    blanks: dict[int, dict[Missing, None]] = {}
    stakes: dict[int, float] = {}
    for rule in scheme.rules:
        if rule.spec.value is None:
            continue
        lacking = np.logical_or.reduce([np.isnan(inputs.column(needed)) for needed in rule.needs()])
        if rule.form is not None and rule.form.inputs():  # where the value alone decides, nothing is lacking
            value = np.broadcast_to(rule.spec.value.values(inputs.column)[0], lacking.shape)
            lacking &= np.isnan(rule.form.on(inputs.column).points(value, rule.weight))
        for position in map(int, np.flatnonzero(lacking)):
            gaps = list(dict.fromkeys(gap for one in rule.formulas() for gap in inputs.gaps(one, position)))
            if empty := [gap for gap in gaps if gap.reason == _BLANK]:
                blanks.setdefault(position, {}).update(dict.fromkeys(empty))
                stakes[position] = stakes.get(position, 0.0) + rule.full
            absent = [gap for gap in gaps if gap.reason in (NO_CELL, NO_FORM)]
            if absent and rule.spec.missing != "self":
                findings.append(_absent(rule, absent, inputs.departments[position], inputs.year))
    for position, gaps_of in blanks.items():
        names = "、".join(dict.fromkeys(gap.name for gap in gaps_of))
        cells = "；".join(f"{gap.name}（{gap.year}年）{gap.place}" for gap in gaps_of)
        first = next(iter(gaps_of)).place
        details = {"department": inputs.departments[position], "year": inputs.year, "subject": names, "place": first}
        findings.append(checks.finding("J12", f"计分所需的栏目空白：{cells}", points=stakes[position], **details))
    return findings


def _absent(rule: Rule, gaps: Sequence[Missing], department: str, year: int) -> Finding:
    what = "、".join(f"{gap.name}（{gap.year}年，{gap.reason}）" for gap in gaps)
    message = f"{rule.name} 需要 {what}"
    return finding("D06", message, department=department, year=year, subject=rule.name, points=rule.full)


def audit_scores(columns: Sequence[RuleScores], inputs: Inputs, checks: Checks) -> list[Finding]:
    """S02 self scores out of range, S06 and S09 self against recomputed, S07 points claimed on blank data."""
    findings: list[Finding] = []
    for column in columns:
        for position in map(int, np.flatnonzero(~np.isnan(column.self_score))):
            about = {
                "department": inputs.departments[position],
                "year": inputs.year,
                "subject": column.rule.name,
                "place": _self_place(inputs, column.rule, position),
            }
            findings += _self_score(column, position, checks, about)
    return findings + _shared(columns, inputs, checks)


def _self_place(inputs: Inputs, rule: Rule, position: int) -> Place:
    return inputs.place(Input(rule.name + SELF_SCORE), position)


def _self_score(column: RuleScores, position: int, checks: Checks, about: dict[str, object]) -> Iterable[Finding]:
    rule, own = column.rule, float(column.self_score[position])
    name = rule.name
    if not 0 <= own <= rule.full:
        said = f"{name}：自评 {shortest(own)} 分，分值 {shortest(rule.full)} 分"
        yield checks.finding("S02", said, points=canonical(max(own - rule.full, -own)), **about)
        own = min(max(own, 0.0), rule.full)  # S06 about the rest, or one fault would be told twice
    if column.status[position] == Status.SCORED:
        yield from _against(column, position, own, checks, about)
    gaps = column.gaps.get(position, [])
    if own > 0 and column.status[position] == Status.MISSING:
        blank = [gap for gap in gaps if gap.reason in (_BLANK, _DASH)]
        bases = [base for base in rule.spec.variants if abs(column.others[base][position] - own) < _SAME]
        if blank:
            said = f"{name}：自评 {shortest(own)} 分，但 {'；'.join(map(str, blank))}"
            yield checks.finding("S07", said, points=own, **about)
        elif bases and all(gap.reason != INCOMPARABLE for gap in gaps):
            lacking = "；".join(map(str, gaps))
            said = f"{name}：自评 {shortest(own)} 分，只有按“{'、'.join(bases)}”才算得出；条文所需的 {lacking}"
            yield checks.finding("S09", said, points=own, **about)


def _against(
    column: RuleScores, position: int, own: float, checks: Checks, about: dict[str, object]
) -> Iterable[Finding]:
    """S06: an error where no reading of the rule gives the self score, else a warning; S09 where only another base does."""
    rule, score = column.rule, float(column.score[position])
    if abs(own - score) < _SAME:
        return
    agreeing = [name for name, points in column.others.items() if abs(points[position] - own) < _SAME]
    said = f"{rule.name}：自评 {shortest(own)} 分，复算 {shortest(score)} 分"
    if not rule.judged:
        said += f"；只有按“{'、'.join(agreeing)}”口径才是自评分" if agreeing else "，任何口径都算不出自评分"
    based = bool(agreeing) and all(name in rule.spec.variants for name in agreeing)
    found = checks.finding("S09" if based else "S06", said, points=round(abs(own - score), 2), **about)
    yield found if agreeing or rule.judged else found._replace(level=Level.ERROR)


def audit_sums(inputs: Inputs, columns: Sequence[RuleScores], checks: Checks) -> tuple[list[Finding], dict[int, str]]:
    """S03 self scores that do not add up to the printed total; and why it is not run, by the department's position.

    Of indicators that share a weight the total may count all, or what the rule takes of them (取高, 取平均).
    """
    stated = Input(TOTAL + SELF_SCORE)
    own = np.sum([column.self_score for column in columns], axis=0)
    counted = _counted(columns)
    findings, unrun = [], {}
    for position, printed in enumerate(inputs.column(stated)):
        if np.isnan(printed) or np.isnan(own[position]):
            unrun[position] = "表中没有合计" if np.isnan(printed) else "有指标没有自评得分"
            continue
        total = canonical(float(own[position]))
        if abs(total - printed) >= _SAME and not abs(counted[position] - printed) < _SAME:
            said = f"各项自评得分之和 {shortest(total)}，表中合计 {shortest(printed)}"
            about = {"department": inputs.departments[position], "year": inputs.year, "subject": "自评得分合计"}
            place = inputs.place(stated, position)
            findings.append(checks.finding("S03", said, points=canonical(abs(total - printed)), place=place, **about))
    return findings, unrun


def _counted(columns: Sequence[RuleScores]) -> Floats:
    """The self scores together, of each weight that several share what its rule takes."""
    groups: dict[str, list[RuleScores]] = {}
    for column in columns:
        groups.setdefault(column.rule.group, []).append(column)
    parts = []
    for name, members in groups.items():
        given = np.array([member.self_score for member in members])
        take = next(member.rule.take for member in members if member.rule.name == name)
        parts.append(np.sum(given, axis=0) if take == "sum" else picked(given, ~np.isnan(given), take, np.nanmin))
    return np.asarray(np.sum(parts, axis=0))


def _shared(columns: Sequence[RuleScores], inputs: Inputs, checks: Checks) -> list[Finding]:
    """S02 for indicators that share one weight: together they claim more than it."""
    findings = []
    for leader in columns:
        members = [column for column in columns if column.rule.group == leader.rule.name]
        if len(members) < 2 or leader.rule.group != leader.rule.name or leader.rule.take != "sum":
            continue
        claimed = np.sum([np.nan_to_num(member.self_score) for member in members], axis=0)
        for position in map(int, np.flatnonzero(claimed > leader.rule.full + 1e-9)):
            names = "、".join(member.rule.name for member in members)
            total, full = canonical(float(claimed[position])), leader.rule.full
            said = f"{names} 共用分值 {shortest(full)} 分，自评合计 {shortest(total)} 分"
            place = _self_place(inputs, leader.rule, position)
            about = {"department": inputs.departments[position], "year": inputs.year, "subject": names, "place": place}
            findings.append(checks.finding("S02", said, points=canonical(total - full), **about))
    return findings


_CROSSING = "department", "low", "high", "grade"


def audit_totals(totals: pd.DataFrame, scheme: Scheme, checks: Checks) -> list[Finding]:
    """S13 intervals that cross a grade line."""
    findings = []
    for who, low, high, grade in zip(*(totals[name].tolist() for name in _CROSSING), strict=True):
        crossed = [line for line in scheme.grade_lines() if low < line <= high]
        if crossed:
            lines = "、".join(shortest(line) for line in crossed)
            said = f"复算得分 {shortest(low)}～{shortest(high)}，跨越 {lines} 分线，等次 {grade}"
            about = {"department": str(who), "year": scheme.file.year, "subject": "等次"}
            findings.append(checks.finding("S13", said, points=round(high - low, 2), **about))
    return findings


def audit_adjustments(
    columns: Sequence[RuleScores],
    inputs: Inputs,
    scheme: Scheme,
    checks: Checks,
    extra: Mapping[str, float] | None = None,
) -> list[Finding]:
    """S15 totals that are not the sum of the indicators: 折算, a bonus, a malus, a cap or a veto, step by step."""
    steps = total_steps(columns, inputs, scheme, extra)
    findings = []
    for position, department in enumerate(inputs.departments):
        told = [
            f"{step.name} {_span(step, position)}"
            for before, step in pairwise(steps)
            if (before.low[position], before.high[position]) != (step.low[position], step.high[position])
        ]
        if told:
            said = f"合计 {_span(steps[0], position)}；" + "；".join(told)
            about = {"department": department, "year": inputs.year, "subject": "总分"}
            moved = abs(float(steps[-1].low[position] - steps[0].low[position]))
            findings.append(checks.finding("S15", said, points=round(moved, 2), **about))
    return findings


def _span(step: Step, position: int) -> str:
    low, high = shortest(float(step.low[position])), shortest(float(step.high[position]))
    return low if low == high else f"{low}～{high}"


def audit_submissions(
    submissions: Sequence[Submission],
    used: Sequence[tuple[Submission, list[Document]]],
    year: int,
    forms: Sequence[str],
) -> list[Finding]:
    """D07 departments that cannot be scored for want of any document of the year, or that lack one of the main forms."""
    findings = []
    documents_of = {submission.department: documents for submission, documents in used}
    for submission in submissions:
        who, documents = submission.department, documents_of.get(submission.department)
        if documents is None:
            message = f"没有 {year} 年度的报表，未评分"
            findings.append(finding("D07", message, department=who, year=year, subject="全部报表"))
            continue
        there = {document.form for document in documents if document.year == year}
        for form in forms:
            if form not in there:
                message = f"没有 {year} 年度的{form}"
                findings.append(finding("D07", message, department=who, year=year, subject=form))
    return findings
