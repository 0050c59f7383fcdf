"""The scores as rows (CONTRACT: 指标得分): what was computed, how the rule was read, and how the numbers led to the points."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from converter.mapping.fields import FieldKind
from converter.scoring.compute import RuleScores
from converter.scoring.expressions import Formula
from converter.scoring.indicators import TAKEN, Rule
from converter.scoring.inputs import Inputs
from converter.scoring.status import JUDGED, Status, certain_gap
from converter.vocabulary.numbers import percent, shortest

#: Columns of the scores frame. `full` is NaN on the later rows of a shared weight; `weight` never is.
SCORE_COLUMNS = (
    "department", "year", "level1", "level2", "indicator", "full", "value", "score", "low", "high", "status",
    "missing", "self_score", "gap", "reading", "others", "process", "basis", "weight", "group",
)  # fmt: skip

_NUMBERS = ("full", "value", "score", "low", "high", "self_score", "gap", "weight")


def scores_frame(columns: Sequence[RuleScores], inputs: Inputs) -> pd.DataFrame:
    """The scores as a frame, department by department in the scheme's order."""
    rows = [_row(column, inputs, position) for position in range(len(inputs.departments)) for column in columns]
    made = zip(*rows, strict=True) if rows else ((),) * len(SCORE_COLUMNS)
    frame = pd.DataFrame(dict(zip(SCORE_COLUMNS, made, strict=True)), dtype=object)  # to look for kinds is dear
    return frame.astype({"year": "int64"} | dict.fromkeys(_NUMBERS, "float64"))


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
    if position in column.verdicts:
        return DECIDED
    if column.rule.judged and column.status[position] in JUDGED:
        return "沿用自评" if column.status[position] == Status.SELF else "待评定"
    return column.policy.get(position) or rule_reading(column.rule)


#: 计分口径 of a score that officers decided.
DECIDED = "复核认定"
#: Names the formula that a value is compared with (relative), in 计分口径.
COMPARED = "比较基数"


def rule_reading(rule: Rule) -> str:
    """计分口径 of a rule: how part steps count, which of weight and sentence decides, how a shared weight is taken."""
    words = [rule.form.reading_name()] if rule.form is not None and rule.form.reading_name() else []
    if rule.spec.text_full is not None:
        full = shortest(rule.spec.text_full)
        words.append("分值与条文不一致，" + ("按分值折算" if rule.spec.reading == "weight" else f"按条文 {full} 分"))
    if rule.spec.relative is not None:
        words.append(f"{COMPARED}＝{rule.spec.relative.to.text}")
    if rule.take != "sum":
        words.append(f"同一分值的几项{TAKEN[rule.take]}")
    return "；".join(words) or ("人工评定" if rule.judged else "按条文")


def others_text(column: RuleScores, position: int) -> str:
    """其他口径得分: the scores under other readings, where they differ from the one taken."""
    own = column.score[position] if column.status[position] == Status.SCORED else np.nan
    shown = [f"复算 {column.verdicts[position].before}"] if position in column.verdicts else []
    for name, points in column.others.items():
        point = points[position]
        if not np.isnan(point) and not abs(point - own) < 1e-9:
            shown.append(f"{name} {shortest(point)}")
    return "；".join(shown)


def process(column: RuleScores, inputs: Inputs, position: int) -> str:
    """计算过程: the formula with its numbers, the value, how it became points, and what officers decided instead."""
    decided = column.verdicts[position].text if position in column.verdicts else ""
    return "；".join(filter(None, (_computation(column, inputs, position), decided)))


def _computation(column: RuleScores, inputs: Inputs, position: int) -> str:
    rule, value = column.rule, float(column.value[position])
    if column.status[position] == Status.SELF:
        return f"沿用自评得分 {shortest(column.score[position])} 分"
    if rule.spec.judging is not None:
        answers = [float(inputs.column(one)[position]) for one in rule.answers]
        if np.isnan(answers).all():
            return column.policy.get(position, "")
        points = np.nan if position in column.verdicts else column.score[position]
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
