"""Rows of a department's workbook out of the columns of a batch; what is the same for every department is looked up once."""

from collections.abc import Callable, Container

from converter.books.contents import DataRow, ScoreRow, as_data_row, as_score_row
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
    others, statuses = others_texts(column), [_STATUS[one] for one in column.status.tolist()]
    answers, declared = rule.answers, Input(rule.name + SELF_SCORE) if rule.declarable else None
    value, score, low, high, own = (
        numbers.tolist() for numbers in (column.value, column.score, column.low, column.high, column.self_score)
    )

    def row(at: int, there: Container[Input]) -> ScoreRow:
        gaps, verdict = column.gaps.get(at), column.verdicts.get(at)
        is_declared = declared is not None and inputs.declared(declared, at)
        answered = bool(answers) and all(one in there for one in answers)
        missing = "；".join(map(str, gaps)) if gaps else ""
        shown = verdict.text if verdict else others[at]
        ends = low[at], high[at], own[at], certain_gap(own[at], low[at], high[at])
        said = statuses[at], missing, shown, is_declared, answered, verdict is not None
        return as_score_row((rule, value[at], ratio, score[at], *ends, *said))

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
        source = raw, first.form, first.file, first.sheet, cell
        return as_data_row((wanted, year, values[at], unit, _STATES[first.state], *source, (), True))

    return computed if formulas else read
