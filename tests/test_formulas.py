"""The live formulas as text: guards, policies, 2007's functions only. Their values: test_excel_agreement."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import pytest

from converter.books import formulas as excel
from converter.books.formulas import RowCells
from converter.scoring.batch import scheme_inputs
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input, parse
from converter.scoring.indicators import Rule
from converter.scoring.schemes import Scheme
from converter.scoring.shared import picked_text

#: Functions of Excel 2007 that the formulas may use; IFS, IFERROR's successors, XLOOKUP … are not among them.
ALLOWED = {
    "IF",
    "AND",
    "OR",
    "NOT",
    "COUNT",
    "ISNUMBER",
    "ROUND",
    "ROUNDUP",
    "INT",
    "MAX",
    "MIN",
    "ABS",
    "SUM",
    "MEDIAN",
}
CELLS = RowCells("H5", "I5", "J5", "K5", "L5")
MOST_NESTED, LONGEST = 64, 8192


def reference(needed: Input) -> str:
    return {"甲": "A1", "乙": "B1", "丙": "C1"}.get(needed.name, "Z1") + ("9" if needed.offset else "")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("甲 / 乙", 'IF(COUNT(A1,B1)=2,IF(B1<>0,A1/B1,"—"),"—")'),
        ("甲", 'IF(COUNT(A1)=1,A1,"—")'),
        ("甲 + 乙", 'IF(COUNT(A1,B1)=2,A1+B1,"—")'),
        ("(甲 - 上年(甲)) / 上年(甲)", 'IF(COUNT(A1,A19)=2,IF(A19<>0,(A1-A19)/A19,"—"),"—")'),
    ],
)
def test_a_value_is_guarded_by_count_and_denominator(formula: str, text: str) -> None:
    """DESIGN §5: =IF(COUNT(inputs)=n, IF(den<>0, expr, "—"), "—")."""
    assert excel.value_formula(parse(formula), reference) == text


def test_a_derived_amount_is_rounded_and_falls_back_in_order() -> None:
    text = excel.derived_formula([parse("甲"), parse("乙 + 丙")], reference, 9)
    assert text == 'IF(COUNT(A1)=1,A1,IF(COUNT(B1,C1)=2,ROUND(B1+C1,9),"—"))'


def test_a_derived_ratio_is_not_rounded() -> None:
    assert "ROUND" not in excel.derived_formula([parse("甲 + 乙")], reference, None)


def test_low_and_high() -> None:
    """DESIGN §5: 下限 IF(ISNUMBER(score),score,0), 上限 IF(ISNUMBER(score),score,full)."""
    rule = fake_rule(6.0)
    assert excel.low_formula(rule, CELLS) == "IF(ISNUMBER(I5),I5,0)"
    assert excel.high_formula(rule, CELLS) == "IF(ISNUMBER(I5),I5,6)"
    assert excel.high_formula(rule, CELLS._replace(sharing=("I6", "I7"))) == "IF(ISNUMBER(I5),I5,MAX(0,6-SUM(I6,I7)))"


def fake_rule(full: float) -> Rule:
    return Rule("指标", None, None, full, "指标", "")  # type: ignore[arg-type]


def test_a_shared_weight_counts_once_in_a_sum() -> None:
    both = picked_text(["J7", "J8"], ["I7", "I8"], "sum", 10.0, low=True)
    assert excel.sum_formula(["J5", "J6", both]) == "ROUND(SUM(J5,J6,MIN(10,SUM(J7,J8))),2)"


def rule_of(scheme: Scheme, name: str, **changed: object) -> Rule:
    rule = next(rule for rule in scheme.rules if rule.name == name)
    return replace(rule, spec=rule.spec.model_copy(update=changed))


@pytest.mark.parametrize(("missing", "last"), [("unknown", '"—"'), ("zero", "0"), ("full", "6"), ("self", "own")])
def test_the_policy_for_gaps_ends_the_score(scheme: Scheme, missing: str, last: str) -> None:
    rule = rule_of(scheme, "政府采购执行率", missing=missing, zero_denominator="unknown")
    text = excel.score_formula(rule, CELLS, reference, take_self=True)
    own = 'IF(ISNUMBER(L5),ROUND(MAX(0,MIN(6,L5)),2),"—")'
    assert re.search(rf"{re.escape(own if last == 'own' else last)}\)*$", text)


@pytest.mark.parametrize(
    ("take_self", "text"), [(True, 'IF(ISNUMBER(L5),ROUND(MAX(0,MIN(16,L5)),2),"—")'), (False, '"—"')]
)
def test_a_judged_indicator_takes_the_self_score_or_waits(scheme: Scheme, take_self: bool, text: str) -> None:
    rule = rule_of(scheme, "资金使用合规性")
    assert excel.score_formula(rule, CELLS, reference, take_self=take_self) == text


@pytest.mark.parametrize(("take_self", "text"), [(True, 'IF(ISNUMBER(L5),"自评","未评")'), (False, '"未评"')])
def test_the_status_of_a_judged_indicator(scheme: Scheme, take_self: bool, text: str) -> None:
    assert excel.status_formula(rule_of(scheme, "行政效能"), CELLS, reference, take_self=take_self) == text


def every_formula(scheme: Scheme, derivations: Derivations) -> Iterator[str]:
    """All formulas of the built-in scheme, under every policy."""
    policies = product(("unknown", "zero", "full", "self"), ("unknown", "zero", "full"), ("unknown", "zero", "full"))
    for missing, zero, dash in policies:
        for rule in scheme.rules:
            changed = rule_of(scheme, rule.name, missing=missing, zero_denominator=zero, not_applicable=dash)
            yield excel.score_formula(changed, CELLS, reference, take_self=True)
            yield excel.status_formula(changed, CELLS, reference, take_self=True)
            yield excel.high_formula(changed, CELLS)
            if rule.spec.value is not None:
                yield excel.value_formula(rule.spec.value, reference)
    yield excel.gap_formula(CELLS)
    for wanted in derivations.closure(scheme_inputs(scheme, variants=True)):
        if derivations.of(wanted):
            yield excel.derived_formula(derivations.of(wanted), reference, 9)


def test_only_functions_that_every_spreadsheet_since_2007_has(scheme: Scheme, derivations: Derivations) -> None:
    texts = list(every_formula(scheme, derivations))
    assert len(texts) > 1500
    assert {name for text in texts for name in re.findall(r"([A-Z][A-Z0-9.]*)\(", text)} <= ALLOWED


def test_every_formula_keeps_within_what_excel_takes(scheme: Scheme, derivations: Derivations) -> None:
    for text in every_formula(scheme, derivations):
        depths = nesting(text)
        assert depths[-1] == 0, text
        assert min(depths) == 0
        assert max(depths) <= MOST_NESTED
        assert len(text) <= LONGEST


def nesting(text: str) -> Sequence[int]:
    """Bracket depth behind every character outside of quotes."""
    depth, depths, quoted = 0, [0], False
    for character in text:
        quoted ^= character == '"'
        depth += 0 if quoted else (character == "(") - (character == ")")
        depths.append(depth)
    return depths
