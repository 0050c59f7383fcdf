"""勾稽核对 and checks.csv: every outcome of CHECKS.md's published case that tables can answer, and the form of the rows."""

import math
from pathlib import Path

import pytest

from converter.books.tables import CHECK_HEADS
from converter.mapping.library import Library
from converter.run import Options, run
from converter.scoring.batch import Batch, score_batch
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.scoring.outcomes import Row, distinct
from converter.scoring.schemes import Scheme
from converter.scoring.wholebatch import ACROSS
from tests.benchmarks.county import write_county
from tests.outputs import Out, Record
from tests.planted import YEAR, Made, department

SUINING = "绥宁县人社局"

#: CHECKS.md, last paragraph: code → 结果 of every row, and what it is about.
PUBLISHED = {
    **dict.fromkeys(("J01", "J02", "J03", "J04", "J05"), ({"通过"}, "")),
    "J07": ({"舍入误差内"}, ""),
    "J08": ({"舍入误差内"}, "年初预算 + 上年结转"),
    "J12": ({"不符"}, "政府采购"),
    "J13": ({"不符"}, "基础数据表"),
    "S01": ({"通过"}, ""),
    "S02": ({"通过"}, ""),
    "S03": ({"未核对"}, "表中没有合计"),
    "S04": ({"不符"}, "“三公经费”变动率"),
    "S06": ({"不符"}, "预算控制率"),
    "S07": ({"不符"}, "政府采购执行率"),
    "S09": ({"不符"}, "“三公经费”变动率"),
    "S10": ({"不符"}, "重点工作实际完成率"),
    "S13": ({"不符"}, "等次"),
}


@pytest.fixture(scope="module")
def rows(suining_out: Path) -> list[Record]:
    return Out(suining_out).csv("checks.csv")


@pytest.mark.parametrize("code", PUBLISHED)
def test_the_outcomes_of_the_published_case(code: str, rows: list[Record]) -> None:
    outcomes, about = PUBLISHED[code]
    found = [row for row in rows if row["代码"] == code]
    assert {row["结果"] for row in found} == outcomes
    assert all(about in row["核对内容"] + row["原因"] for row in found)


def test_nothing_else_fails_in_the_published_case(rows: list[Record]) -> None:
    fails = {code for code, (outcomes, _) in PUBLISHED.items() if outcomes == {"不符"}}
    assert {row["代码"] for row in rows if row["结果"] == "不符"} == fails
    near = {row["代码"] for row in rows if row["结果"] == "舍入误差内"}
    assert near == {"J07", "J08"}


def test_j08_and_j07_say_by_how_much(rows: list[Record]) -> None:
    numbers = {
        row["代码"]: (row["左"], row["右"], row["差"], row["容差"]) for row in rows if row["代码"] in ("J07", "J08")
    }
    assert numbers == {
        "J07": ("568.04", "568.05", "-0.01", "0.02"),
        "J08": ("19550.38", "19550.37", "0.01", "0.02"),
    }


def test_whatever_was_not_run_says_why(rows: list[Record]) -> None:
    assert all(row["原因"] for row in rows if row["结果"] == "未核对")
    assert not any(row["原因"] for row in rows if row["结果"] == "舍入误差内")


def test_every_check_is_asked(rows: list[Record], checks: Checks) -> None:
    codes = {key.partition(".")[0] for key in (*checks.reconcile, *checks.cells, *checks.audit)}
    assert codes - {row["代码"] for row in rows} == {"B03"}  # about departments that have others below them


def test_rows_stand_by_department_and_behind_them_what_hangs_on_more_than_one(tmp_path: Path) -> None:
    """So that another figure of a department moves none of the rows of others."""
    write_county(tmp_path / "county", 3)
    run(Options((tmp_path / "county",), tmp_path / "OUT", region="430527", fail_on="never", books=False))
    out = Out(tmp_path / "OUT")
    rows, order = out.csv("checks.csv"), list(dict.fromkeys(row["部门"] for row in out.csv("scores.csv")))
    behind = [row for row in rows if row["代码"] in ACROSS or not row["部门"]]
    before = rows[: len(rows) - len(behind)]
    assert rows[len(before) :] == behind
    assert [row["代码"] for row in behind] == sorted(row["代码"] for row in behind)
    assert {row["代码"] for row in behind} >= {"B01", "B02", "S05"}
    assert len(order) == 3
    assert [(order.index(row["部门"]), row["代码"]) for row in before] == sorted(
        (order.index(row["部门"]), row["代码"]) for row in before
    )


def test_the_sheet_holds_the_same_rows(suining_out: Path, rows: list[Record]) -> None:
    shown = Out(suining_out).sheet("勾稽核对", CHECK_HEADS[0])
    assert [(r["代码"], r["核对内容"], r["结果"], r["原因"]) for r in shown] == [
        (r["代码"], r["核对内容"], r["结果"], r["原因"]) for r in rows
    ]


# ---- rows -----------------------------------------------------------------------------------------------------------
class Desk:
    def __init__(self, library: Library, scheme: Scheme, derivations: Derivations, checks: Checks) -> None:
        self.library, self.scheme, self.derivations, self.checks = library, scheme, derivations, checks

    def score(self, *made: Made) -> Batch:
        submissions = [one.submission(None) for one in made]
        return score_batch(submissions, self.scheme, self.checks, self.derivations, self.library.forms)


@pytest.fixture(scope="module")
def desk(library: Library, scheme: Scheme, derivations: Derivations, checks: Checks) -> Desk:
    return Desk(library, scheme, derivations, checks)


def reasons(batch: Batch, outcome: str = "不符") -> dict[str, str]:
    rows = batch.checks[batch.checks["outcome"] == outcome].to_dict("records")
    return {row["code"]: row["reason"] for row in rows if row["department"]}


def test_each_row_of_one_fault_names_the_others(desk: Desk) -> None:
    made = department("甲局", 3)
    made.basic["项目支出决算数", YEAR] = 1.0
    assert reasons(desk.score(made)) == {
        "J03": "与 X03 是同一个数引起的",
        "X03": "与 J03 是同一个数引起的",
    }


def test_a_self_score_that_a_wrong_sum_explains_waits_for_it(desk: Desk) -> None:
    """三公 is 3 more than its parts, over budget by 3 %: with the parts' sum the self score of 7 fits."""
    made = department("甲局", 3)
    budget = made.basic["三公经费预算数", YEAR]
    assert isinstance(budget, float)
    made.basic["三公经费决算数", YEAR] = round(budget * 1.03, 2)
    batch = desk.score(made)
    assert [one.code for one in batch.findings if one.department] == ["J01"]
    assert reasons(batch, "未核对")["S06"] == "“三公经费”控制率：所用的数先按 J01 核实"


def test_a_self_score_that_no_sum_explains_is_told(desk: Desk) -> None:
    made = department("甲局", 3)
    budget = made.basic["三公经费预算数", YEAR]
    assert isinstance(budget, float)
    made.basic["三公经费决算数", YEAR] = round(budget * 1.03, 2)
    made.own["“三公经费”控制率"] = 6
    assert sorted(one.code for one in desk.score(made).findings if one.department) == ["J01", "S06"]


def test_a_department_without_an_indicator_table(desk: Desk) -> None:
    submission = department("甲局", 3).submission(None)
    submission.documents = [d for d in submission.documents if d.form != "指标表"]
    batch = score_batch([submission], desk.scheme, desk.checks, desk.derivations, desk.library.forms)
    waiting = reasons(batch, "未核对")
    assert {waiting[code] for code in ("S02", "S03", "S06", "S07", "S09", "S12")} == {"未报该表"}


def test_a_row_of_two_groups_stands_in_the_first_where_every_number_is_the_same() -> None:
    def row(right: float, group: str) -> Row:
        return "J01", "甲局", YEAR, "甲 = 乙", 1.0, right, float("nan"), 0.01, "未核对", "缺少数据", group

    rows = [row(math.nan, "J01.1"), row(2.0, "J01.2"), row(float("nan"), "J01.3"), row(2.0, "J01.4"), row(3.0, "J01.5")]
    assert [group for *_, group in distinct(rows)] == ["J01.1", "J01.2", "J01.5"]
