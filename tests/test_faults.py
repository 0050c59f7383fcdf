"""One fault raises one error: what one number explains is told once, what it does not is told apart."""

from collections.abc import Callable

import pytest

from converter.mapping.facts import Document
from converter.scoring.checks import Checks, Outcome
from converter.scoring.crosscheck import CrossCheck, crosscheck, not_told_twice
from converter.scoring.derivations import Derivations
from converter.vocabulary.findings import Level, Place, finding
from tests.test_frames import JC, Z01, document
from tests.test_inputs import alone

Check = Callable[..., CrossCheck]
THREE = {"三公经费决算数": 7.59, "公务用车费决算数": 3.47, "因公出国境费决算数": 0.0, "公务接待费决算数": 4.12}
CAR = {"公务用车购置费决算数": 0.0, "公务用车运行维护费决算数": 3.47}
PROJECTS = {"项目支出决算数": 745.03, "业务工作专项决算数": 700.0, "运行维护专项决算数": 45.03}


@pytest.fixture(scope="module")
def check(checks: Checks, derivations: Derivations) -> Check:
    def over(*documents: Document) -> CrossCheck:
        return crosscheck(checks, alone(derivations, *documents), [])

    return over


def basic(**changes: float) -> Document:
    return document(JC, *{**THREE, **CAR, **PROJECTS, **changes}.items())


def told(crossed: CrossCheck) -> list[tuple[str, Level]]:
    return sorted((one.code, one.level) for one in crossed.findings)


def failed(crossed: CrossCheck) -> list[str]:
    return sorted(one.key for one in crossed.results if one.outcome is Outcome.FAIL)


def test_what_agrees_is_no_fault(check: Check) -> None:
    crossed = check(basic(), document(Z01, ("项目支出决算数", 745.03)))
    assert (failed(crossed), crossed.findings, crossed.faults) == ([], [], [])


def test_a_wrong_total_is_told_once_with_every_check_that_it_breaks(check: Check) -> None:
    """项目支出 stands in the sum of its parts and beside the account: 10 more breaks both."""
    crossed = check(basic(项目支出决算数=755.03), document(Z01, ("项目支出决算数", 745.03)))
    assert failed(crossed) == ["J03", "X03"]
    assert told(crossed) == [("J03", Level.ERROR)]
    (found,) = crossed.findings
    assert "同一个数 项目支出决算数（2019年）755.03（基础数据表2019.xlsx!表!B11）" in found.message
    assert "X03 项目支出决算数（基础数据表） = 项目支出决算数（财决01）" in found.message
    assert found.place == Place("基础数据表2019.xlsx", "表", "B11")


def test_a_part_that_is_itself_a_sum(check: Check) -> None:
    """公务用车费 0.5 too much breaks J01 one way and J02 the other: one amount would settle both."""
    crossed = check(basic(公务用车费决算数=3.97))
    assert failed(crossed) == ["J01", "J02"]
    assert told(crossed) == [("J01", Level.ERROR)]
    (fault,) = crossed.faults
    assert fault.cell is not None
    assert fault.cell.field == "公务用车费决算数"
    low, high = fault.change
    assert low <= -0.5 <= high


def test_two_amounts_are_two_faults(check: Check) -> None:
    """J01 is out by 2, J02 by 0.5 the same way: no one number explains both."""
    crossed = check(basic(三公经费决算数=9.59, 公务用车运行维护费决算数=2.97))
    assert failed(crossed) == ["J01", "J02"]
    assert told(crossed) == [("J01", Level.ERROR), ("J02", Level.ERROR)]


def test_a_number_that_a_check_speaks_for_is_not_blamed(check: Check) -> None:
    """The sum of 项目支出 holds: the other table and the sum of 三公 are two things."""
    crossed = check(basic(三公经费决算数=8.59), document(Z01, ("项目支出决算数", 700.0)))
    assert told(crossed) == sorted([("J01", Level.ERROR), ("X03", Level.WARNING)])


def test_a_negative_part_is_told_once(check: Check) -> None:
    crossed = check(basic(公务接待费决算数=-4.12))
    assert failed(crossed) == ["J01", "J10"]
    assert told(crossed) == [("J01", Level.ERROR)]
    assert "J10" in crossed.findings[0].message


def test_two_equal_numbers_in_two_cells_are_two_faults(check: Check) -> None:
    """Two listed rows of −1 each: nothing tells them apart but their cells."""
    made = document(JC, ("其他专项决算数", -1.0), ("其他专项决算数", -1.0))
    places = sorted(one.place.cell for one in check(made).findings)
    assert places == ["B5", "B6"]


@pytest.mark.parametrize("words", ["错", "正确", "应为"])
def test_neither_side_is_called_wrong(words: str, check: Check) -> None:
    crossed = check(basic(项目支出决算数=755.03), document(Z01, ("项目支出决算数", 745.03)))
    assert words not in crossed.findings[0].message


# ---- 元 and 万元 ----------------------------------------------------------------------------------------------------
def test_a_table_in_yuan_is_told_once_a_department(check: Check) -> None:
    """Both comparisons with the account differ by 10,000; the bound on 三公 that follows is not told."""
    account = document(Z01, ("项目支出决算数", 745.03), ("日常公用经费决算数", 78.46), ("本年支出合计决算数", 900.0))
    slipped = {name: value * 10000 for name, value in {**THREE, **CAR, **PROJECTS, "公用经费决算数": 78.46}.items()}
    crossed = check(document(JC, *slipped.items()), account)
    assert told(crossed) == [("J14", Level.ERROR)]
    (found,) = crossed.findings
    assert "7450300 与 745.03" in found.message
    assert "784600 与 78.46" in found.message
    assert {one.key for one in crossed.results if one.follows} >= {"J09"}


@pytest.mark.parametrize(("amount", "code"), [(7_450_300.0, "J14"), (7_524_803.0, "J14"), (7_530_000.0, "X03")])
def test_one_percent_around_ten_thousand(amount: float, code: str, check: Check) -> None:
    made = document(JC, ("项目支出决算数", amount))
    assert [one.code for one in check(made, document(Z01, ("项目支出决算数", 745.03))).findings] == [code]


def test_one_cell_in_yuan_is_a_warning(check: Check) -> None:
    crossed = check(document(JC, ("政府采购预算数", 200_000.0), ("政府采购决算数", 19.5)))
    assert told(crossed) == [("J14", Level.WARNING)]


@pytest.mark.parametrize(("budget", "fires"), [(1900.0, False), (2000.0, True), (50_000.0, True), (51_000.0, False)])
def test_the_bounds_of_the_factor(budget: float, fires: bool, check: Check) -> None:
    crossed = check(document(JC, ("政府采购预算数", budget), ("政府采购决算数", 1.0)))
    assert bool(crossed.findings) is fires


# ---- D05 ------------------------------------------------------------------------------------------------------------
def test_two_sources_that_a_check_has_compared_are_not_told_again(check: Check) -> None:
    crossed = check(basic(), document(Z01, ("项目支出决算数", 700.0)))
    about = {"department": "甲局", "year": 2019, "subject": "项目支出决算数"}
    compared = finding("D05", "两处不同", place=Place("基础数据表2019.xlsx", "表", "B11"), **about)
    elsewhere = finding("D05", "两处不同", place=Place("别的.xlsx", "表", "B11"), **about)
    assert not_told_twice([compared, elsewhere], crossed.results) == [elsewhere]
