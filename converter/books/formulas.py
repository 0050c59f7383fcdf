"""The live formulas of a department's workbook: guarded so that a gap gives — and never an error cell.

Only functions that every spreadsheet since 2007 has. COUNT ignores blanks, texts and errors, so a cell that is filled in
later computes at once.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from converter.intake.cells import a1
from converter.scoring.expressions import Formula, Input
from converter.scoring.indicators import Rule
from converter.scoring.points import NO_NUMBER
from converter.scoring.status import Status
from converter.vocabulary.numbers import shortest

Reference = Callable[[Input], str]
_NONE = f'"{NO_NUMBER}"'
#: What a dash cell of 基础数据 holds.
DASH_TEXT = "——"


def value_formula(formula: Formula, reference: Reference, digits: int | None = None) -> str:
    """The formula's value, — while an input is missing or a denominator is zero; rounded for derived amounts."""
    return guarded(formula, reference, _NONE, digits)


def guarded(formula: Formula, reference: Reference, otherwise: str, digits: int | None = None) -> str:
    """IF all inputs are numbers and no denominator is zero, the formula, else `otherwise`."""
    body = formula.excel(reference)
    if digits is not None and formula.tree not in formula.inputs():
        body = f"ROUND({body},{digits})"
    for divisor in formula.denominators():  # outer before inner: the innermost is asked first
        body = f"IF({Formula('', divisor).excel(reference)}<>0,{body},{otherwise})"
    return f"IF({_complete(formula, reference)},{body},{otherwise})" if formula.inputs() else body


def derived_formula(formulas: Sequence[Formula], reference: Reference, digits: int | None) -> str:
    """The first of several formulas whose inputs are all there, so that order and fallback survive editing."""
    text = _NONE
    for formula in reversed(formulas):
        text = guarded(formula, reference, text, digits)
    return text


def _complete(formula: Formula, reference: Reference) -> str:
    cells = [reference(needed) for needed in formula.inputs()]
    return f"COUNT({','.join(cells)})={len(cells)}"


class RowCells(NamedTuple):
    """Cells of one indicator's row in 评分表, of the others that share its weight, and of a person's answers about it."""

    value: str
    score: str
    low: str
    high: str
    own: str
    sharing: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    @classmethod
    def of_row(
        cls, row: int, columns: Sequence[int], sharing: tuple[str, ...] = (), answers: tuple[str, ...] = ()
    ) -> "RowCells":
        """The cells of a row, given the columns of value, score, low, high and self score."""
        value, score, low, high, own = (a1((row, column)) for column in columns)
        return cls(value, score, low, high, own, sharing, answers)


def score_formula(rule: Rule, cells: RowCells, reference: Reference, *, take_self: bool) -> str:
    """得分: points of the value; of the answers or the self score for a judged indicator; what the rule says about gaps."""
    own = f"IF(ISNUMBER({cells.own}),ROUND(MAX(0,MIN({_number(rule.full)},{cells.own})),2),{_NONE})"
    fixed = {"unknown": _NONE, "zero": "0", "full": _number(rule.full), "self": own, "exclude": _NONE}
    dash = fixed[rule.spec.not_applicable]
    if rule.form is None or rule.spec.value is None:
        text = own if take_self else _NONE
        if cells.answers:
            low, high = _bounds(rule, cells)
            within = f"IF(ISNUMBER({cells.own}),ROUND(MAX({low},MIN({high},{cells.own})),2),{_NONE})"
            text = f"IF({low}={high},{low},{within if take_self else _NONE})"
        return _unless_dashes(rule, cells, reference, dash, text)
    form = rule.form.over(reference)
    zero, otherwise = fixed[rule.spec.zero_denominator], fixed[rule.spec.missing]
    otherwise = missing = _unless_dashes(rule, cells, reference, dash, otherwise)
    if zero != otherwise:
        otherwise = f"IF({_complete(rule.spec.value, reference)},{zero},{otherwise})"
    points = form.excel(cells.value, rule.weight)
    if complete := form.complete(cells.value):
        points = f"IF({complete},{points},{missing})"
    return f"IF(ISNUMBER({cells.value}),{points},{otherwise})"


def _bounds(rule: Rule, cells: RowCells) -> tuple[str, str]:
    """Least and most points by the answers."""
    assert rule.spec.judging is not None
    return rule.spec.judging.excel(cells.answers, rule.weight)


def _unless_dashes(rule: Rule, cells: RowCells, reference: Reference, dash: str, text: str) -> str:
    """`dash` where the indicator is declared not applicable, if the rule says anything about that."""
    if rule.spec.not_applicable == "unknown":
        return text
    return f"IF({_all_dashes(rule, cells, reference)},{dash},{text})"


def _all_dashes(rule: Rule, cells: RowCells, reference: Reference) -> str:
    """Every input that is no number is declared not applicable, and there is one; the self score of a judged indicator."""
    if rule.judged:
        answered = f",COUNT({','.join(cells.answers)})=0" if cells.answers else ""
        return f"AND({_is_dash(cells.own)}{answered})"
    needed = [reference(one) for one in rule.needs()]
    tests = [f"OR(ISNUMBER({cell}),{_is_dash(cell)})" for cell in needed]
    return f"AND({','.join(tests)},NOT(COUNT({','.join(needed)})={len(needed)}))"


def _is_dash(cell: str) -> str:  # 1/(…) is a number only where the cell holds the dash, and no error where it holds one
    return f"ISNUMBER(1/({cell}={_text(DASH_TEXT)}))"


def excluded(rule: Rule, cells: RowCells, reference: Reference) -> str:
    """Condition under which the indicator does not count; empty where it always does."""
    tests = []
    if rule.spec.not_applicable == "exclude":
        tests.append(_all_dashes(rule, cells, reference))
    if rule.spec.zero_denominator == "exclude" and rule.spec.value is not None:  # all numbers, and yet no value
        tests.append(f"AND({_complete(rule.spec.value, reference)},NOT(ISNUMBER({cells.value})))")
    if not tests:
        return ""
    test = tests[0] if len(tests) == 1 else f"OR({','.join(tests)})"
    return f"AND(NOT(ISNUMBER({cells.score})),{test})"


def low_formula(rule: Rule, cells: RowCells, out: str = "") -> str:
    """下限: the score, else what the answers ensure, 0 without any; — where the indicator does not count (`out`)."""
    low = "0"
    if cells.answers:
        low, high = _bounds(rule, cells)
        low = f"MIN({low},{_rest(rule, cells, high)})" if cells.sharing else low
    low = f"IF({out},{_NONE},{low})" if out else low
    return f"IF(ISNUMBER({cells.score}),{cells.score},{low})"


def high_formula(rule: Rule, cells: RowCells, out: str = "") -> str:
    """上限: the score, else the weight, what the answers leave of it, or what the others have left of a shared weight."""
    high = _bounds(rule, cells)[1] if cells.answers else _number(rule.full)
    high = _rest(rule, cells, high) if cells.sharing else high
    high = f"IF({out},{_NONE},{high})" if out else high
    return f"IF(ISNUMBER({cells.score}),{cells.score},{high})"


def _rest(rule: Rule, cells: RowCells, high: str) -> str:
    """No more than the others leave of a shared weight."""
    rest = f"MAX(0,{_number(rule.full)}-SUM({','.join(cells.sharing)}))"
    return f"MIN({high},{rest})" if cells.answers else rest


def gap_formula(cells: RowCells, out: str = "") -> str:
    """差异: by how much the self score lies outside 下限–上限."""
    outside = (
        f"IF({cells.own}>{cells.high},{cells.own}-{cells.high},IF({cells.own}<{cells.low},{cells.own}-{cells.low},0))"
    )
    there = f"AND(ISNUMBER({cells.own}),ISNUMBER({cells.low}))" if out else f"ISNUMBER({cells.own})"
    return f"IF({there},ROUND({outside},2),{_NONE})"


def status_formula(rule: Rule, cells: RowCells, reference: Reference, *, take_self: bool) -> str:
    """状态, following the cells."""
    spec, dash = rule.spec, _text(Status.NOT_APPLICABLE)
    if rule.form is None or spec.value is None:
        judged = f"IF(ISNUMBER({cells.own}),{_text(Status.SELF)},{_text(Status.UNJUDGED)})"
        text = judged if take_self else _text(Status.UNJUDGED)
        if cells.answers:
            low, high = _bounds(rule, cells)
            text = f"IF({low}={high},{_text(Status.SCORED)},{text})"
        return _unless_dashes(rule, cells, reference, dash, text)
    missing = _text(Status.MISSING) if spec.missing == "unknown" else _text(Status.SCORED)
    if spec.missing == "self":
        missing = f"IF(ISNUMBER({cells.own}),{_text(Status.SELF)},{_text(Status.MISSING)})"
    missing = _unless_dashes(rule, cells, reference, dash, missing)
    fixed = {"unknown": Status.ZERO_DENOMINATOR, "exclude": Status.NOT_APPLICABLE}
    zero = _text(fixed.get(spec.zero_denominator, Status.SCORED))
    otherwise = f"IF({_complete(spec.value, reference)},{zero},{missing})" if spec.value.denominators() else missing
    silent = f"IF(ISNUMBER({cells.score}),{_text(Status.SCORED)},{_text(Status.SILENT)})"
    if complete := rule.form.over(reference).complete(cells.value):
        silent = f"IF({complete},{silent},{missing})"
    return f"IF(ISNUMBER({cells.value}),{silent},{otherwise})"


def sum_formula(terms: Sequence[str]) -> str:
    """A sum of points: of cells, and of what the members of a shared weight count together (shared.picked_text)."""
    return f"ROUND(SUM({','.join(terms)}),2)"


def _number(value: float) -> str:
    return shortest(value)


def _text(text: str) -> str:
    return f'"{text}"'
