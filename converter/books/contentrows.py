"""Rows of a department's workbook out of the columns of a batch; what is the same for every department is looked up once."""

from collections.abc import Callable, Container

from converter.books.contents import DataRow, ScoreRow
from converter.mapping.facts import SELF_SCORE
from converter.mapping.fields import FieldKind
from converter.scoring.compute import RuleScores
from converter.scoring.expressions import Input
from converter.scoring.inputs import Inputs
from converter.scoring.scorerows import is_ratio, others_texts
from converter.scoring.status import Status, certain_gap
from converter.vocabulary.numbers import State


def score_rows_of(column: RuleScores, inputs: Inputs) -> Callable[[int, Container[Input]], ScoreRow]:
    """The row of 评分表 of an indicator, by a department's position and the inputs that stand in its 基础数据."""
    rule, ratio = column.rule, is_ratio(column.rule, inputs)
    others = others_texts(column)
    answers, declared = rule.answers, Input(rule.name + SELF_SCORE) if rule.declarable else None
    value, score, low, high, own = (
        numbers.tolist() for numbers in (column.value, column.score, column.low, column.high, column.self_score)
    )

    def row(at: int, there: Container[Input]) -> ScoreRow:
        gaps, verdict = column.gaps.get(at), column.verdicts.get(at)
        return ScoreRow(
            rule=rule,
            value=value[at],
            ratio=ratio,
            score=score[at],
            low=low[at],
            high=high[at],
            own=own[at],
            gap=certain_gap(own[at], low[at], high[at]),
            status=_STATUS[column.status[at]],
            missing="；".join(map(str, gaps)) if gaps else "",
            others=verdict.text if verdict else others[at],
            declared=declared is not None and inputs.declared(declared, at),
            answered=bool(answers) and all(one in there for one in answers),
            decided=verdict is not None,
        )

    return row


#: 状态 as plain texts.
_STATES = {state: state.value for state in State}
_STATUS = {status: status.value for status in Status}


def data_rows_of(wanted: Input, inputs: Inputs) -> Callable[[int], DataRow]:
    """The row of 基础数据 of an input, by a department's position."""
    year, values = inputs.year + wanted.offset, inputs.column(wanted).tolist()
    known = inputs.derivations.dictionary.fields.get(wanted.name)  # a person's answer is no field
    unit, formulas = known.unit if known else "", tuple(inputs.derivations.of(wanted))
    snapped, derived = known is not None and known.kind is not FieldKind.RATIO, str(State.DERIVED)

    def computed(at: int) -> DataRow:
        used = inputs.formula_used(wanted, at)
        state, raw = (derived, used.text) if used else (inputs.missing(wanted, at)[0].reason, "")
        return DataRow(wanted, year, values[at], unit, state, raw, "", "", "", "", formulas, snapped)

    def read(at: int) -> DataRow:
        rows = inputs.rows(wanted, at)
        if not rows:
            return DataRow(wanted, year, values[at], unit, inputs.missing(wanted, at)[0].reason, "", "", "", "", "")
        first = rows[0]
        raw, cell = first.raw, first.cell
        if len(rows) > 1:
            raw, cell = "；".join([row.raw for row in rows]), "；".join([row.cell for row in rows])
        return DataRow(
            wanted, year, values[at], unit, _STATES[first.state], raw, first.form, first.file, first.sheet, cell
        )

    return computed if formulas else read
