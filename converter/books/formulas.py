"""The live formulas of a department's workbook: guarded so that a gap gives — and never an error cell.

Only functions that every spreadsheet since 2007 has. COUNT ignores blanks, texts and errors, so a cell that is filled in
later computes at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class RowCells:
    """Cells of one indicator's row in 评分表, and the cells of the others that share its weight."""

    value: str
    score: str
    low: str
    high: str
    own: str
    sharing: tuple[str, ...] = ()

    @classmethod
    def of_row(cls, row: int, columns: Sequence[int], sharing: tuple[str, ...] = ()) -> "RowCells":
        """The cells of a row, given the columns of value, score, low, high and self score."""
        value, score, low, high, own = (a1((row, column)) for column in columns)
        return cls(value, score, low, high, own, sharing)


def score_formula(rule: Rule, cells: RowCells, reference: Reference, *, take_self: bool) -> str:
    """得分: points of the value; the self score for a judged indicator; what the rule says about gaps."""
    own = f"IF(ISNUMBER({cells.own}),ROUND(MAX(0,MIN({_number(rule.full)},{cells.own})),2),{_NONE})"
    if rule.form is None or rule.spec.value is None:
        return own if take_self else _NONE
    fixed = {"unknown": _NONE, "zero": "0", "full": _number(rule.full), "self": own}
    zero, missing = fixed[rule.spec.zero_denominator], fixed[rule.spec.missing]
    otherwise = missing
    if rule.spec.not_applicable != "unknown":
        otherwise = f"IF({_all_dashes(rule, reference)},{fixed[rule.spec.not_applicable]},{missing})"
    if zero != otherwise:
        otherwise = f"IF({_complete(rule.spec.value, reference)},{zero},{otherwise})"
    return f"IF(ISNUMBER({cells.value}),{rule.form.excel(cells.value, rule.weight)},{otherwise})"


def _all_dashes(rule: Rule, reference: Reference) -> str:
    """Every input that is no number is declared not applicable, and there is one."""
    assert rule.spec.value is not None
    dash = _text(DASH_TEXT)  # 1/(…) is a number only where the cell holds the dash, and no error where it holds one
    tests = [f"OR(ISNUMBER({c}),ISNUMBER(1/({c}={dash})))" for c in map(reference, rule.spec.value.inputs())]
    return f"AND({','.join(tests)},NOT({_complete(rule.spec.value, reference)}))"


def low_formula(cells: RowCells) -> str:
    """下限: the score, else 0."""
    return f"IF(ISNUMBER({cells.score}),{cells.score},0)"


def high_formula(rule: Rule, cells: RowCells) -> str:
    """上限: the score, else the weight, or what the others have left of a shared weight."""
    rest = _number(rule.full)
    if cells.sharing:
        rest = f"MAX(0,{rest}-SUM({','.join(cells.sharing)}))"
    return f"IF(ISNUMBER({cells.score}),{cells.score},{rest})"


def gap_formula(cells: RowCells) -> str:
    """差异: by how much the self score lies outside 下限–上限."""
    outside = (
        f"IF({cells.own}>{cells.high},{cells.own}-{cells.high},IF({cells.own}<{cells.low},{cells.own}-{cells.low},0))"
    )
    return f"IF(ISNUMBER({cells.own}),ROUND({outside},2),{_NONE})"


def status_formula(rule: Rule, cells: RowCells, reference: Reference, *, take_self: bool) -> str:
    """状态, following the cells."""
    judged = f"IF(ISNUMBER({cells.own}),{_text(Status.SELF)},{_text(Status.UNJUDGED)})"
    if rule.form is None or rule.spec.value is None:
        return judged if take_self else _text(Status.UNJUDGED)
    spec = rule.spec
    missing = _text(Status.MISSING) if spec.missing == "unknown" else _text(Status.SCORED)
    if spec.missing == "self":
        missing = f"IF(ISNUMBER({cells.own}),{_text(Status.SELF)},{_text(Status.MISSING)})"
    if spec.not_applicable != "unknown":
        missing = f"IF({_all_dashes(rule, reference)},{_text(Status.NOT_APPLICABLE)},{missing})"
    assert spec.value is not None
    zero = _text(Status.ZERO_DENOMINATOR if spec.zero_denominator == "unknown" else Status.SCORED)
    otherwise = f"IF({_complete(spec.value, reference)},{zero},{missing})" if spec.value.denominators() else missing
    silent = f"IF(ISNUMBER({cells.score}),{_text(Status.SCORED)},{_text(Status.SILENT)})"
    return f"IF(ISNUMBER({cells.value}),{silent},{otherwise})"


def sum_formula(singles: Sequence[str], groups: Sequence[tuple[Sequence[str], float]]) -> str:
    """A sum of points in which cells of a shared weight count together for no more than it."""
    terms = [*singles, *(f"MIN({_number(full)},SUM({','.join(cells)}))" for cells, full in groups)]
    return f"ROUND(SUM({','.join(terms)}),2)"


def _number(value: float) -> str:
    return shortest(value)


def _text(text: str) -> str:
    return f'"{text}"'
