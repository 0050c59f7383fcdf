"""Decisions about scores, after scoring: 认定得分, 不适用 of an indicator, 加减分; and how far the totals then lie apart."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from converter.scoring.checklist import NO, YES, Checklist
from converter.scoring.checks import Checks
from converter.scoring.compute import RuleScores, Verdict, settle_intervals
from converter.scoring.decisions import EVERYONE, Decision, Kind, Stated
from converter.scoring.indicators import Rule
from converter.scoring.inputs import Inputs
from converter.scoring.judged import COUNT, DAYS, AnswerError, Counted, Graded, JudgedForm
from converter.scoring.ledger import NO_VALUE, Claim, Ledger, Standing
from converter.scoring.points import settle
from converter.scoring.rounding import SCORE_DIGITS, round_half_up
from converter.scoring.schemes import Scheme
from converter.scoring.scorerows import DECIDED
from converter.scoring.status import Status, certain_gap
from converter.vocabulary.findings import Finding
from converter.vocabulary.labels import label, nearest, plain
from converter.vocabulary.numbers import USABLE, shortest

_YES, _NO = frozenset("√✓是1"), frozenset("×✗否0")
#: How a person writes the count that an answer asks for, by the end of the answer's name.
_COUNTS = {COUNT: re.compile(r"(\d+)(?:例|次|起|项)"), DAYS: re.compile(r"(\d+)(?:天|日)")}
#: 原值 of an indicator whose weight is not counted.
LEFT_OUT = "不计入总分"


class Extra(NamedTuple):
    """加减分 on a department's total: what for, how many points, and the decision."""

    department: str
    name: str
    points: float
    text: str
    evidence: str


@dataclass
class Verdicts:
    """Applies decisions to scored columns, in place, and keeps the points added to totals."""

    columns: Sequence[RuleScores]
    inputs: Inputs
    ledger: Ledger
    extras: list[Extra] = field(default_factory=list)

    def __post_init__(self) -> None:
        claims: list[Claim] = []
        for decision in self.ledger.of(Kind.SCORE, Kind.NOT_APPLICABLE, Kind.POINTS):
            column = self._column(decision.subject)
            if column is not None:
                claims += self._claims(decision, column)
            elif decision.kind is Kind.POINTS:
                claims += self._total_claims(decision)
            elif decision.kind is Kind.SCORE:
                names = [column.rule.name for column in self.columns]
                close = nearest(decision.subject, names)
                why = f"方案里没有指标“{decision.subject}”" + (f"，是否为“{close}”？" if close else "")
                self.ledger.refuse(decision, why)
        for claim in self.ledger.uncontested(claims):
            column = self._column(claim.decision.subject)
            if column is None:
                self._add(claim)
            else:
                self._decide(claim, column)
        settle_intervals(self.columns)

    def _column(self, subject: str) -> RuleScores | None:
        return next((column for column in self.columns if label(subject) in column.rule.labels), None)

    def _claims(self, decision: Decision, column: RuleScores) -> Iterator[Claim]:
        """The claims of a decision about one indicator, but for those whose points are out of range."""
        for claim in self.ledger.match(
            decision, column.rule.name, decision.was.number, partial(self._standing, column)
        ):
            _, why = self._points(claim, column)
            if why:  # said once where it is meant for all
                self.ledger.refuse(decision, why, claim.department if plain(decision.department) != EVERYONE else "")
            else:
                yield claim

    def _standing(self, column: RuleScores, who: str) -> Standing:
        position = self.inputs.departments.index(who)
        score = float(column.score[position])
        if not np.isnan(score):
            return Standing(score, shortest(score))
        if column.excluded[position]:
            return Standing(score, LEFT_OUT, NO_VALUE | {LEFT_OUT, str(column.status[position])}, dash=True)
        interval = f"{shortest(column.low[position])}～{shortest(column.high[position])}"
        reasons = {gap.reason for gap in column.gaps.get(position, ())}
        words = NO_VALUE | {interval, str(column.status[position]), *reasons}
        return Standing(score, interval, frozenset(words), dash=True)

    def _points(self, claim: Claim, column: RuleScores) -> tuple[float, str]:
        """The score that a decision gives (NaN where the indicator is not to count), else why it gives none."""
        decision, rule = claim.decision, column.rule
        if decision.kind is Kind.NOT_APPLICABLE and not decision.decided.text:
            policy = {"zero": 0.0, "full": rule.full, "exclude": np.nan}.get(rule.spec.not_applicable)
            if policy is None:
                return np.nan, f"方案没有规定“{rule.name}”不适用时怎样计分，请在认定值写明得分"
            return policy, ""
        points = judged_points(rule, decision.decided)
        if np.isnan(points):
            return np.nan, f"认定值“{decision.decided.text}”看不懂，应为 0 到 {shortest(rule.full)} 之间的得分"
        if decision.kind is Kind.POINTS:
            score = float(column.score[self.inputs.departments.index(claim.department)])
            if np.isnan(score):
                return np.nan, f"“{rule.name}”还没有得分，请改用“{Kind.SCORE}”"
            points = min(max(score + points, 0.0), rule.full)
        if not 0 <= points <= rule.full:
            return np.nan, f"认定值 {shortest(points)} 超出 0 到 {shortest(rule.full)} 分"
        return float(settle(np.array([points]), rule.full)[0]), ""

    def _decide(self, claim: Claim, column: RuleScores) -> None:
        decision, position = claim.decision, self.inputs.departments.index(claim.department)
        points, _ = self._points(claim, column)
        away = decision.kind is Kind.NOT_APPLICABLE
        column.score[position] = points
        column.status[position] = Status.NOT_APPLICABLE if away else Status.DECIDED
        own = float(column.self_score[position])
        given = "不适用，不计入总分" if np.isnan(points) else f"{shortest(points)} 分"
        told = [f"自评 {'无' if np.isnan(own) else shortest(own)}，复算 {claim.before}，认定 {given}"]
        apart = round(abs(points - own), SCORE_DIGITS)
        told += [f"与自评相差 {shortest(apart)} 分"] if not np.isnan(apart) else []
        text = f"{'，'.join(told)}；{decision.signature}"
        column.verdicts[position] = Verdict(claim.before, text)
        self.ledger.applied(claim, f"{column.rule.name} {'，'.join(told)}")

    def _total_claims(self, decision: Decision) -> Iterator[Claim]:
        """加减分 on the total replaces nothing, so that any 原值 but another number stands."""
        number = decision.decided.number
        if number.state not in USABLE or number.unit not in ("", "分"):
            self.ledger.refuse(decision, f"认定值“{decision.decided.text}”不是分数")
            return
        standing = Standing(np.nan, "没有加减分", NO_VALUE | {"0", "无"}, dash=True)
        yield from self.ledger.match(decision, f"\0{plain(decision.subject)}", decision.was.number, lambda _: standing)

    def _add(self, claim: Claim) -> None:
        decision = claim.decision
        points = float(round_half_up(np.array(decision.decided.number.value), SCORE_DIGITS))
        said = f"{decision.subject} {'加' if points >= 0 else '减'} {shortest(abs(points))} 分"
        extra = Extra(claim.department, decision.subject, points, f"{said}；{decision.signature}", decision.evidence)
        self.extras.append(extra)
        self.ledger.applied(claim, said)

    @property
    def added(self) -> dict[str, float]:
        """Department → points added to its total."""
        points: dict[str, float] = {}
        for extra in self.extras:
            points[extra.department] = points.get(extra.department, 0.0) + extra.points
        return points

    def rows(self, scores: pd.DataFrame) -> pd.DataFrame:
        """The scores with a row for each 加减分, behind the indicators of its department."""
        if not self.extras:
            return scores
        made = pd.DataFrame(
            [
                {
                    **dict.fromkeys(scores.columns, ""),
                    **dict.fromkeys(("full", "value", "self_score", "gap"), np.nan),
                    **dict.fromkeys(("score", "low", "high"), extra.points),
                    "department": extra.department,
                    "year": self.inputs.year,
                    "level1": str(Kind.POINTS),
                    "indicator": extra.name,
                    "status": str(Status.DECIDED),
                    "reading": DECIDED,
                    "process": extra.text,
                    "basis": extra.evidence,
                    "weight": 0.0,
                    "group": extra.name,
                }
                for extra in self.extras
            ]
        ).astype(scores.dtypes.to_dict())
        return pd.concat([scores, made]).sort_values("department", kind="stable", ignore_index=True)


def judged_points(rule: Rule, decided: Stated) -> float:
    """The points that a 认定值 states: a number, or what the rule makes of an answer; NaN where it is neither."""
    if decided.number.state in USABLE and decided.number.unit in ("", "分"):
        return decided.number.value
    judging = rule.spec.judging
    try:
        answers = [] if judging is None else judging.read(_answer(judging, plain(decided.text)), rule.weight)
    except AnswerError:
        return np.nan
    if judging is None:
        return np.nan
    low, high = judging.bounds([np.array([answer]) for answer in answers], rule.weight)
    return float(low[0]) if low[0] == high[0] else np.nan


def _answer(judging: JudgedForm, text: str) -> object:
    """What a text says as the form reads it: marks for a checklist (√√×√), a count (3例), the name of a grade."""
    if isinstance(judging, Checklist):
        return [YES if mark in _YES else NO if mark in _NO else mark for mark in text]
    if isinstance(judging, Counted):
        count = _COUNTS[judging.suffix].fullmatch(text)
        return float(count[1]) if count else text
    grades = judging.grades if isinstance(judging, Graded) else ()
    return next((name for name in grades if plain(name) == text), text)


def audit_gaps(
    before: pd.DataFrame, after: pd.DataFrame, touched: Collection[str], scheme: Scheme, checks: Checks
) -> list[Finding]:
    """S14 self, recomputed (`before`) and decided totals that lie apart, for the departments that decisions `touched`."""
    findings = []
    earlier = {row["department"]: row for row in before.to_dict("records")}
    lines = scheme.file.review
    for now in after.to_dict("records"):
        if now["department"] not in touched:
            continue
        was = earlier[now["department"]]
        low, high, own = float(now["low"]), float(now["high"]), float(now["self_total"])
        moved = max(low - was["high"], was["low"] - high, 0.0)
        gap = round(max(abs(np.nan_to_num(certain_gap(own, low, high))), moved), SCORE_DIGITS)
        graded = bool(now["self_grade"]) and "～" not in now["grade"] and now["grade"] != now["self_grade"]
        if gap < lines.warn and not graded:
            continue
        said = f"自评 {_points(own, own)} 分，复算 {_points(was['low'], was['high'])} 分，认定 {_points(low, high)} 分"
        said += f"，最多相差 {shortest(gap)} 分" + (f"，等次由{now['self_grade']}变为{now['grade']}" if graded else "")
        said += "，须报告" if graded or gap >= lines.report else ""
        about = {"department": str(now["department"]), "year": scheme.file.year, "subject": "总分"}
        findings.append(checks.finding("S14", said, points=gap, **about))
    return findings


def _points(low: float, high: float) -> str:
    if np.isnan(low):
        return "（不全）"
    return shortest(low) if low == high else f"{shortest(low)}～{shortest(high)}"
