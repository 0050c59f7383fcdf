"""The scores as rows (CONTRACT: 指标得分): what was computed, how the rule was read, and how the numbers led to the points."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from converter.mapping.fields import FieldKind
from converter.scoring.compute import RuleScores
from converter.scoring.expressions import Formula, Input
from converter.scoring.frames import typed
from converter.scoring.indicators import Rule
from converter.scoring.inputs import Inputs
from converter.scoring.readings import rule_reading
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
    shown = [_rows(column, inputs) for column in columns]
    rows = [own[position] for position in range(len(inputs.departments)) for own in shown]
    made = zip(*rows, strict=True) if rows else ((),) * len(SCORE_COLUMNS)
    return typed(dict(zip(SCORE_COLUMNS, made, strict=True)), {"year": "int64"} | dict.fromkeys(_NUMBERS, "float64"))


def _rows(column: RuleScores, inputs: Inputs) -> list[tuple[object, ...]]:
    """The row of every department for one indicator."""
    rule, positions = column.rule, range(len(inputs.departments))
    levels = (*rule.spec.path, "")[:2]
    full = rule.full if rule.group == rule.name else np.nan
    value, score, low, high, own = (
        numbers.tolist() for numbers in (column.value, column.score, column.low, column.high, column.self_score)
    )
    shown, others, taken = _Process(column, inputs), others_texts(column), rule_reading(rule)
    return [
        (
            inputs.departments[at], inputs.year, *levels, rule.name, full, value[at], score[at], low[at], high[at],
            _STATUS[column.status[at]], "；".join(map(str, column.gaps[at])) if at in column.gaps else "", own[at],
            certain_gap(own[at], low[at], high[at]), reading(column, at, taken), others[at], shown.of(at),
            rule.basis, rule.full, rule.group,
        )
        for at in positions
    ]  # fmt: skip


#: A name of its own for each 状态, the same object in every row.
_STATUS = {status: status.value for status in Status}


def reading(column: RuleScores, position: int, taken: str) -> str:
    """计分口径 of one score: what was done about a gap, else the reading of the sentence that was `taken`."""
    if position in column.verdicts:
        return DECIDED
    if column.rule.judged and column.status[position] in JUDGED:
        return "沿用自评" if column.status[position] == Status.SELF else "待评定"
    return column.policy.get(position) or taken


#: 计分口径 of a score that officers decided.
DECIDED = "复核认定"


def others_texts(column: RuleScores) -> list[str]:
    """其他口径得分 of every department: the scores under other readings, where they differ from the one taken."""
    own = np.where(column.status == Status.SCORED, column.score, np.nan)
    shown: dict[int, list[str]] = {at: [f"复算 {verdict.before}"] for at, verdict in column.verdicts.items()}
    for name, points in column.others.items():
        differs = ~np.isnan(points) & ~(np.abs(points - own) < 1e-9)
        for at in np.flatnonzero(differs).tolist():
            shown.setdefault(at, []).append(f"{name} {shortest(points[at])}")
    return ["；".join(shown[at]) if at in shown else "" for at in range(len(own))]


class _Process:
    """计算过程 of an indicator, department by department."""

    def __init__(self, column: RuleScores, inputs: Inputs) -> None:
        self._column, self._inputs = column, inputs
        self._ratio = is_ratio(column.rule, inputs)
        self._value, self._score = column.value.tolist(), column.score.tolist()
        self._numbers: dict[Input, list[float]] = {}

    def of(self, position: int) -> str:
        """The formula with its numbers, the value, how it became points, and what officers decided instead."""
        decided = self._column.verdicts.get(position)
        said = self._computation(position)
        return said if decided is None else "；".join(filter(None, (said, decided.text)))

    def _computation(self, position: int) -> str:
        column, rule = self._column, self._column.rule
        value, score = self._value[position], self._score[position]
        if column.status[position] == Status.SELF:
            return f"沿用自评得分 {shortest(score)} 分"
        if rule.spec.judging is not None:
            answers = [self._column_of(one)[position] for one in rule.answers]
            if all(map(math.isnan, answers)):
                return column.policy.get(position, "")
            points = math.nan if position in column.verdicts else score
            said = rule.spec.judging.trace(answers, rule.weight)
            return said if math.isnan(points) or said.endswith(" 分") else f"{said}，得 {shortest(points)} 分"
        if rule.form is None or rule.spec.value is None or math.isnan(value):
            return column.policy.get(position, "")
        numbers = rule.spec.value.substituted(lambda needed: self._column_of(needed)[position])
        text = shown_value(value, ratio=self._ratio)
        equation = numbers if numbers == text else f"{numbers} = {text}"
        form = rule.form.on(lambda needed: self._inputs.column(needed)[[position]])
        return f"{equation}；{form.trace(value, rule.weight)}"

    def _column_of(self, needed: Input) -> list[float]:
        if needed not in self._numbers:
            self._numbers[needed] = self._inputs.column(needed).tolist()
        return self._numbers[needed]


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
