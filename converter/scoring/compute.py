"""Facts + scheme → scores: one row for each indicator of each department, whole columns at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from converter.mapping.facts import SELF_SCORE
from converter.scoring.expressions import Input
from converter.scoring.indicators import Rule
from converter.scoring.inputs import Inputs
from converter.scoring.lacking import REASONS, Missing
from converter.scoring.points import settle
from converter.scoring.rounding import SCORE_DIGITS, Flags, Floats, round_half_up
from converter.scoring.schemes import Scheme
from converter.scoring.status import Status
from converter.vocabulary.numbers import State, shortest

#: What a rule may fix for a gap: the score by the weight, and how it is said.
_FIXED: dict[str, Callable[[float], float]] = {
    "zero": lambda _: 0.0,
    "full": lambda full: full,
    "exclude": lambda _: np.nan,
}
_FIXED_WORDS = {"zero": "按 0 分计", "full": "按满分计", "exclude": "不计入总分，其余分值折算"}


class Verdict(NamedTuple):
    """A score that officers decided: what was recomputed, and the decision with its reason and signatures."""

    before: str
    text: str


@dataclass
class RuleScores:
    """One rule's columns over all departments; `others` are the scores under readings that were not taken, `verdicts`
    the decisions of 复核记录 by position.

    `bounds` are the least and the most points that the answers leave open. `settle_intervals` makes `low` and `high` of
    them: the score itself where there is one.
    """

    rule: Rule
    value: Floats
    score: Floats
    status: np.ndarray[tuple[int], np.dtype[np.object_]]
    self_score: Floats
    others: dict[str, Floats]
    gaps: dict[int, list[Missing]]
    policy: dict[int, str]
    bounds: tuple[Floats, Floats]
    low: Floats = field(default_factory=lambda: np.zeros(0))
    high: Floats = field(default_factory=lambda: np.zeros(0))
    verdicts: dict[int, Verdict] = field(default_factory=dict)

    @property
    def excluded(self) -> Flags:
        """Where the indicator does not apply and its weight is not counted: it has neither score nor interval."""
        return np.isnan(self.low)


def score(inputs: Inputs, scheme: Scheme) -> list[RuleScores]:
    """The columns of every rule, in the scheme's order, with intervals settled within shared weights."""
    columns = [_score_rule(inputs, scheme, rule) for rule in scheme.rules]
    settle_intervals(columns)
    return columns


def settle_intervals(columns: Sequence[RuleScores]) -> None:
    """下限 and 上限 of every rule from its scores and bounds, in place."""
    groups: dict[str, list[RuleScores]] = {}
    for column in columns:
        groups.setdefault(column.rule.group, []).append(column)
    for members in groups.values():
        _settle_interval(members)


def _score_rule(inputs: Inputs, scheme: Scheme, rule: Rule) -> RuleScores:
    if rule.form is None or rule.spec.value is None:
        return _judge(inputs, scheme, rule)
    count = len(inputs.departments)
    self_score = inputs.column(Input(rule.name + SELF_SCORE))
    value, zero = _value(rule.spec.value.values(inputs.column), count)
    points = rule.form.on(inputs.column).points(value, rule.weight)
    lacking = [np.isnan(inputs.column(needed)) for needed in rule.form.inputs()]
    status = np.full(count, Status.SILENT, dtype=object)
    status[np.logical_or.reduce(lacking, axis=0) if lacking else []] = Status.MISSING
    status[~np.isnan(points)] = Status.SCORED
    status[np.isnan(value)] = Status.MISSING
    status[zero] = Status.ZERO_DENOMINATOR
    low, high = np.zeros(count), np.full(count, rule.full)
    others = _others(inputs, rule, value)
    result = RuleScores(rule, value, points, status, self_score, others, {}, {}, (low, high))
    for position in map(int, np.flatnonzero(status == Status.MISSING)):
        gaps = [gap for formula in rule.formulas() for gap in inputs.gaps(formula, position)]
        result.gaps[position] = list(dict.fromkeys(gaps))
    _apply_policies(result, settle(self_score, rule.full))
    return result


def _judge(inputs: Inputs, scheme: Scheme, rule: Rule) -> RuleScores:
    """An indicator that a person judges: by the answers, else by the self score as far as the answers leave it open."""
    assert rule.spec.judging is not None
    count = len(inputs.departments)
    self_score = inputs.column(Input(rule.name + SELF_SCORE))
    answers = [inputs.column(one) for one in rule.answers]
    low, high = rule.spec.judging.bounds(answers, rule.weight)
    decided = low == high
    own = np.clip(settle(self_score, rule.full), low, high)
    points = np.where(decided, low, own if scheme.file.judged == "self" else np.nan)
    status = np.full(count, Status.UNJUDGED, dtype=object)
    status[~np.isnan(points)] = Status.SELF
    status[decided] = Status.SCORED
    result = RuleScores(rule, np.full(count, np.nan), points, status, self_score, {}, {}, {}, (low, high))
    _apply_declared(result, inputs, answers)
    begun = np.logical_or.reduce([~np.isnan(answer) for answer in answers])
    for position in map(int, np.flatnonzero(begun & ~decided)):
        result.gaps[position] = [gap for one in rule.answers for gap in inputs.missing(one, position)]
    return result


def _apply_declared(column: RuleScores, inputs: Inputs, answers: Sequence[Floats]) -> None:
    """What the rule says about a judged indicator whose self score is a declared dash, and about which nothing is answered."""
    choice, full = column.rule.spec.not_applicable, column.rule.full
    if not column.rule.declarable:
        return
    own = Input(column.rule.name + SELF_SCORE)
    silent = np.isnan(column.self_score) & np.logical_and.reduce([np.isnan(answer) for answer in answers])
    for position in map(int, np.flatnonzero(silent)):
        if inputs.declared(own, position):
            column.score[position], column.status[position] = _FIXED[choice](full), Status.NOT_APPLICABLE
            column.policy[position] = f"不适用{_FIXED_WORDS[choice]}"


def _value(computed: tuple[Floats, Flags], count: int) -> tuple[Floats, Flags]:
    values, zero = computed
    return np.broadcast_to(values, (count,)).copy(), np.broadcast_to(zero, (count,)).copy()


def _apply_policies(column: RuleScores, taken: Floats) -> None:
    """What the rule says about a missing input, a declared dash and a zero denominator."""
    spec, full = column.rule.spec, column.rule.full
    direct = {needed.name for needed in column.rule.needs()}
    choice: str
    for position in np.flatnonzero((column.status == Status.MISSING) | (column.status == Status.ZERO_DENOMINATOR)):
        index = int(position)
        gaps = column.gaps.get(index, [])
        if column.status[index] == Status.ZERO_DENOMINATOR:
            choice, what = spec.zero_denominator, "分母为零"
            becomes = Status.NOT_APPLICABLE if choice == "exclude" else Status.SCORED
        elif spec.not_applicable != "unknown" and all(
            g.reason == REASONS[State.DASH] and g.name in direct for g in gaps
        ):
            choice, what, becomes = spec.not_applicable, "不适用", Status.NOT_APPLICABLE
        else:
            choice, what, becomes = spec.missing, "缺数", Status.SCORED
        if choice in _FIXED:
            column.score[index], column.status[index] = _FIXED[choice](full), becomes
            column.policy[index] = what + _FIXED_WORDS[choice]
        elif choice == "self" and not np.isnan(taken[index]):
            column.score[index], column.status[index] = taken[index], Status.SELF
            column.policy[index] = "缺数沿用自评"


def _others(inputs: Inputs, rule: Rule, value: Floats) -> dict[str, Floats]:
    """Scores under the readings that were not taken: steps, sentence against weight, other bases."""
    assert rule.form is not None
    form = rule.form.on(inputs.column)
    others = dict(form.readings(value, rule.weight))
    if rule.spec.text_full is not None:
        other = "text" if rule.spec.reading == "weight" else "weight"
        name = f"按条文 {shortest(rule.spec.text_full)} 分" if other == "text" else "按分值折算"
        others[name] = form.points(value, rule.weight_as(other))
    for name, formula in rule.spec.variants.items():
        variant, _ = _value(formula.values(inputs.column), len(value))
        others[name] = form.points(variant, rule.weight)
    return others


def _settle_interval(members: Sequence[RuleScores]) -> None:
    """下限 and 上限: the score, or what is open of it, no more than the known scores leave of a weight that is added up."""
    known = np.sum([np.nan_to_num(member.score) for member in members], axis=0)
    for member in members:
        unknown, high = np.isnan(member.score), member.bounds[1]
        if len(members) > 1 and member.rule.take == "sum":
            rest = np.maximum(member.rule.full - (known - np.nan_to_num(member.score)), 0.0)
            high = np.minimum(high, round_half_up(rest, SCORE_DIGITS))
        low = np.minimum(member.bounds[0], high)
        out = unknown & (member.status == Status.NOT_APPLICABLE)
        member.low = np.where(out, np.nan, np.where(unknown, low, member.score))
        member.high = np.where(out, np.nan, np.where(unknown, high, member.score))
