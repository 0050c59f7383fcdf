"""Facts + scheme → scores: one row for each indicator of each department, whole columns at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from converter.mapping.facts import SELF_SCORE
from converter.mapping.fields import FieldKind
from converter.scoring.expressions import Formula, Input
from converter.scoring.indicators import TAKEN, Rule
from converter.scoring.inputs import REASONS, Inputs, Missing
from converter.scoring.points import settle
from converter.scoring.rounding import SCORE_DIGITS, Flags, Floats, round_half_up
from converter.scoring.schemes import Scheme
from converter.scoring.status import JUDGED, Status, certain_gap
from converter.vocabulary.numbers import State, percent, shortest

#: Columns of the scores frame. `full` is NaN on the later rows of a shared weight; `weight` never is.
SCORE_COLUMNS = (
    "department", "year", "level1", "level2", "indicator", "full", "value", "score", "low", "high", "status",
    "missing", "self_score", "gap", "reading", "others", "process", "basis", "weight", "group",
)  # fmt: skip


#: What a rule may fix for a gap: the score by the weight, and how it is said.
_FIXED: dict[str, Callable[[float], float]] = {
    "zero": lambda _: 0.0,
    "full": lambda full: full,
    "exclude": lambda _: np.nan,
}
_FIXED_WORDS = {"zero": "按 0 分计", "full": "按满分计", "exclude": "不计入总分，其余分值折算"}


@dataclass
class RuleScores:
    """One rule's columns over all departments; `others` are the scores under readings that were not taken.

    `low` and `high` are what the answers leave open until `score` settles them: the score itself where there is one.
    """

    rule: Rule
    value: Floats
    score: Floats
    status: np.ndarray[tuple[int], np.dtype[np.object_]]
    self_score: Floats
    others: dict[str, Floats]
    gaps: dict[int, list[Missing]]
    policy: dict[int, str]
    low: Floats = field(default_factory=lambda: np.zeros(0))
    high: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def excluded(self) -> Flags:
        """Where the indicator does not apply and its weight is not counted: it has neither score nor interval."""
        return np.isnan(self.low)


def score(inputs: Inputs, scheme: Scheme) -> list[RuleScores]:
    """The columns of every rule, in the scheme's order, with intervals settled within shared weights."""
    columns = [_score_rule(inputs, scheme, rule) for rule in scheme.rules]
    groups: dict[str, list[RuleScores]] = {}
    for column in columns:
        groups.setdefault(column.rule.group, []).append(column)
    for members in groups.values():
        _settle_interval(members)
    return columns


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
    result = RuleScores(rule, value, points, status, self_score, others, {}, {}, low, high)
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
    result = RuleScores(rule, np.full(count, np.nan), points, status, self_score, {}, {}, {}, low, high)
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
            choice, what, becomes = spec.zero_denominator, "分母为零", Status.SCORED
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
        rest = round_half_up(np.maximum(member.rule.full - (known - np.nan_to_num(member.score)), 0.0), SCORE_DIGITS)
        shared = len(members) > 1 and member.rule.take == "sum"
        unknown = np.isnan(member.score)
        high = np.minimum(member.high, rest) if shared else member.high
        low = np.minimum(member.low, high)
        out = unknown & (member.status == Status.NOT_APPLICABLE)
        member.low = np.where(out, np.nan, np.where(unknown, low, member.score))
        member.high = np.where(out, np.nan, np.where(unknown, high, member.score))


def scores_frame(columns: Sequence[RuleScores], inputs: Inputs) -> pd.DataFrame:
    """The scores as a frame, department by department in the scheme's order."""
    rows = [_row(column, inputs, position) for position in range(len(inputs.departments)) for column in columns]
    return pd.DataFrame(rows, columns=list(SCORE_COLUMNS))


def _row(column: RuleScores, inputs: Inputs, position: int) -> tuple[object, ...]:
    rule = column.rule
    low, high, own = column.low[position], column.high[position], column.self_score[position]
    own_row = rule.group == rule.name
    return (
        inputs.departments[position],
        inputs.year,
        rule.spec.path[0],
        rule.spec.path[1] if len(rule.spec.path) > 1 else "",
        rule.name,
        rule.full if own_row else np.nan,
        column.value[position],
        column.score[position],
        low,
        high,
        str(column.status[position]),
        "；".join(map(str, column.gaps.get(position, ()))),
        own,
        certain_gap(own, low, high),
        reading(column, position),
        others_text(column, position),
        process(column, inputs, position),
        rule.basis,
        rule.full,
        rule.group,
    )


def reading(column: RuleScores, position: int) -> str:
    """计分口径 of one score: what was done about a gap, else the reading of the sentence that was taken."""
    if column.rule.judged and column.status[position] in JUDGED:
        return "沿用自评" if column.status[position] == Status.SELF else "待评定"
    return column.policy.get(position) or rule_reading(column.rule)


def rule_reading(rule: Rule) -> str:
    """计分口径 of a rule: how part steps count, which of weight and sentence decides, how a shared weight is taken."""
    words = [rule.form.reading_name()] if rule.form is not None and rule.form.reading_name() else []
    if rule.spec.text_full is not None:
        full = shortest(rule.spec.text_full)
        words.append("分值与条文不一致，" + ("按分值折算" if rule.spec.reading == "weight" else f"按条文 {full} 分"))
    if rule.take != "sum":
        words.append(f"同一分值的几项{TAKEN[rule.take]}")
    return "；".join(words) or ("人工评定" if rule.judged else "按条文")


def others_text(column: RuleScores, position: int) -> str:
    """其他口径得分: the scores under other readings, where they differ from the one taken."""
    own = column.score[position] if column.status[position] == Status.SCORED else np.nan
    shown = []
    for name, points in column.others.items():
        point = points[position]
        if not np.isnan(point) and not abs(point - own) < 1e-9:
            shown.append(f"{name} {shortest(point)}")
    return "；".join(shown)


def process(column: RuleScores, inputs: Inputs, position: int) -> str:
    """计算过程: the formula with its numbers, the value, and how it became points."""
    rule, value = column.rule, float(column.value[position])
    if column.status[position] == Status.SELF:
        return f"沿用自评得分 {shortest(column.score[position])} 分"
    if rule.spec.judging is not None:
        answers = [float(inputs.column(one)[position]) for one in rule.answers]
        if np.isnan(answers).all():
            return column.policy.get(position, "")
        points = column.score[position]
        said = rule.spec.judging.trace(answers, rule.weight)
        return said if np.isnan(points) or said.endswith(" 分") else f"{said}，得 {shortest(points)} 分"
    if rule.form is None or rule.spec.value is None or np.isnan(value):
        return column.policy.get(position, "")
    numbers = rule.spec.value.substituted(lambda needed: float(inputs.column(needed)[position]))
    text = shown_value(value, ratio=is_ratio(rule, inputs))
    equation = numbers if numbers == text else f"{numbers} = {text}"
    form = rule.form.on(lambda needed: inputs.column(needed)[[position]])
    return f"{equation}；{form.trace(value, rule.weight)}"


def is_ratio(rule: Rule, inputs: Inputs) -> bool:
    """Whether an indicator's value is shown as a percent: a quotient, or a single field of kind 比率."""
    return rule.spec.value is not None and is_quotient(rule.spec.value, inputs)


def is_quotient(formula: Formula, inputs: Inputs) -> bool:
    """Whether a formula's value is shown as a percent."""
    needed = formula.inputs()
    dictionary = inputs.derivations.dictionary
    single = len(needed) == 1 and formula.tree == needed[0] and needed[0].name in dictionary
    single = single and dictionary[needed[0].name].kind is FieldKind.RATIO
    return formula.is_ratio() or single


def shown_value(value: float, *, ratio: bool) -> str:
    """An indicator's value for reading: a ratio as percent."""
    return percent(value) if ratio else shortest(value)
