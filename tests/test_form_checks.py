"""What a form says by itself: cells as ranges, blanks counted, checks as formulas, a county's own checks among them."""

from dataclasses import replace

import pytest

from converter.books.form_checks import live_checks, ranges, status, unfilled
from converter.books.form_plan import Plan, Taken
from converter.scoring.checks import Checks
from converter.scoring.expressions import Input
from converter.scoring.inputs import Derivations
from converter.scoring.schemes import Scheme


@pytest.fixture
def plan(scheme: Scheme, derivations: Derivations, checks: Checks) -> Plan:
    return Plan(scheme, derivations, checks)


def test_cells_are_told_as_few_ranges() -> None:
    assert ranges([(5, 1), (7, 1), (6, 1), (9, 1), (5, 2)]) == ["B6:B8", "B10:B10", "C6:C6"]
    assert ranges([]) == []


def test_blanks_are_counted_where_the_gate_is_open() -> None:
    text = unfilled([(5, 1), (6, 1), (7, 1)], {(7, 1): "Z9"})
    assert text == '2-COUNT(B6:B7)-COUNTIF(B6:B7,"——")+IF(Z9="否",0,1-COUNT(B8:B8)-COUNTIF(B8:B8,"——"))+0'
    assert status("3") == 'IF(3=0,"已填齐","还有 "&(3)&" 处未填")'


def test_what_the_form_can_answer_is_checked_live(plan: Plan, checks: Checks) -> None:
    live = {check.title: check for check in live_checks(plan)}
    assert {checks.reconcile[key].title for key in ("J01", "J02", "J03", "J04", "J06", "J07", "J08", "J14.2")} <= set(
        live
    )
    assert live[checks.reconcile["J01"].title].basic
    assert not live[checks.reconcile["J07"].title].basic
    unasked = ("J05", "J09", "K01", "X01", "Y02", "Y05")  # computed, of tables not asked here, of last year's, notes
    assert not {checks.reconcile[key].title for key in unasked if key in checks.reconcile} & set(live)
    assert all(len(check.text) < 8000 for check in live.values())


def test_a_countys_own_check_is_among_them(plan: Plan, checks: Checks) -> None:
    own = checks.reconcile["J06"].model_copy(
        update={"title": "三公经费不大于公用经费", "left": "三公经费决算数", "right": ["公用经费决算数"]}
    )
    mine = replace(plan, checks=replace(checks, reconcile={"Z01": own}))
    live, question = live_checks(mine)
    assert live.title == "三公经费不大于公用经费"
    assert "2019年三公经费决算数" in live.text
    assert question.title == "是否涉及政府采购，选“否”的没有填数"


def test_the_opening_carry_over_is_last_years_closing_one(
    scheme: Scheme, derivations: Derivations, checks: Checks
) -> None:
    closing = Taken(45.53, "结果!Z01!E37")
    plan = Plan(scheme, derivations, checks, {Input("年末结转和结余决算数", -1): closing})
    assert plan.carried == {Input("年初结转和结余决算数"): closing}
    assert Plan(scheme, derivations, checks).carried == {}
