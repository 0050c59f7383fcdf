"""认定得分, 不适用, 加减分: applied to the score, the interval, the total and the grade; out of range or outdated, not."""

import math
from pathlib import Path

import pytest

from converter.mapping.library import Library
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.vocabulary.findings import Level
from tests.records import DEPARTMENT, Review, reviewer, row, said, score_of, write_record
from tests.test_schemes import made_scheme
from tests.workbooks import SUINING_BASIC, accounts, basic_data, indicator_table, suining, write_xlsx

PURCHASE = "政府采购执行率"


def record(tmp_path: Path, *rows: list[object]) -> Path:
    return write_record(tmp_path / "复核.xlsx", rows)


def total(batch_totals: object, column: str) -> float:
    return float(batch_totals[column].iloc[0])  # type: ignore[index]


@pytest.mark.parametrize("was", [None, "缺数", "0～6", "0-6", "0 ~ 6", "——", "空白"])
def test_an_interval_is_closed_by_a_decided_score(
    tmp_path: Path, review: Review, suining_inbox: Path, was: object
) -> None:
    batch = review(suining_inbox, record(tmp_path, row("认定得分", PURCHASE, was, 2)))
    found = score_of(batch, PURCHASE)
    assert [found[key] for key in ("score", "low", "high", "status", "gap")] == [2, 2, 2, "已复核", 4]
    assert (found["reading"], found["others"]) == ("复核认定", "复算 0～6")
    assert "自评 6，复算 0～6，认定 2 分，与自评相差 4 分；理由：按票据核实" in str(found["process"])
    assert "经办人 经办甲，复核人 复核乙" in str(found["process"])
    assert (total(batch.totals, "low"), total(batch.totals, "high")) == (79, 84)
    assert len(said(batch, "P01")) == 1


@pytest.mark.parametrize("was", ["0～5", "6", 0, "未评", "1～6"])
def test_an_outdated_row_is_not_applied_and_says_what_there_is_now(
    tmp_path: Path, review: Review, suining_inbox: Path, was: object
) -> None:
    batch = review(suining_inbox, record(tmp_path, row("认定得分", PURCHASE, was, 2)))
    assert score_of(batch, PURCHASE)["status"] == "缺数"
    (message,) = said(batch, "P02")
    assert message.startswith("原值已变，请重新认定")
    assert message.endswith("现为 0～6")


def test_a_decision_is_outdated_once_the_department_has_sent_the_figure(tmp_path: Path, review: Review) -> None:
    inbox = suining(tmp_path / DEPARTMENT)
    rows = {**SUINING_BASIC, "政府采购金额": ("——", 100, 100)}
    write_xlsx(inbox / "基础数据表.xlsx", basic_data(rows=rows))
    batch = review(inbox, record(tmp_path, row("认定得分", PURCHASE, "0～6", 0)))
    assert (score_of(batch, PURCHASE)["score"], score_of(batch, PURCHASE)["status"]) == (6, "已评分")
    assert said(batch, "P02")[0].endswith("现为 6")
    assert next(f for f in batch.findings if f.code == "P02").level is Level.ERROR


def departments(folder: Path) -> Path:
    """Three departments: two without purchases, one with."""
    bought = {**SUINING_BASIC, "政府采购金额": ("——", 100, 100)}
    for name, rows in (("绥宁县甲子局", SUINING_BASIC), ("绥宁县乙丑局", bought), ("绥宁县丙寅局", SUINING_BASIC)):
        write_xlsx(folder / name / "基础数据表.xlsx", basic_data(name, rows=rows))
        write_xlsx(folder / name / "指标表.xlsx", indicator_table(name))
        write_xlsx(folder / name / "决算.xlsx", accounts(name))
    return folder


def test_one_row_for_all_closes_every_such_interval_and_no_score(tmp_path: Path, review: Review) -> None:
    inbox = departments(tmp_path / "in")
    batch = review(inbox, record(tmp_path, row("认定得分", PURCHASE, None, 0, department="全部")))
    scored = {name: score_of(batch, PURCHASE, name) for name in batch.departments}
    closed = ("绥宁县甲子局", "绥宁县丙寅局")
    assert [(scored[name]["score"], scored[name]["status"]) for name in closed] == [(0, "已复核")] * 2
    assert (scored["绥宁县乙丑局"]["score"], scored["绥宁县乙丑局"]["status"]) == (6, "已评分")
    assert said(batch, "P02") == []
    assert sorted(f.department for f in batch.findings if f.code == "P01") == sorted(closed)


def test_a_row_for_all_that_fits_nobody_is_outdated(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    batch = review(suining_inbox, record(tmp_path, row("认定得分", PURCHASE, 3, 0, department="全部")))
    assert len(said(batch, "P02")) == 1
    assert score_of(batch, PURCHASE)["status"] == "缺数"


def test_two_decisions_on_one_item_are_a_conflict_and_none_is_applied(
    tmp_path: Path, review: Review, suining_inbox: Path
) -> None:
    rows = (
        row("认定得分", PURCHASE, None, 0, department="全部"),
        row("认定得分", PURCHASE, "0～6", 6),
        row("认定得分", "行政效能", 6, 3),
    )
    batch = review(suining_inbox, record(tmp_path, *rows))
    assert score_of(batch, PURCHASE)["status"] == "缺数"
    assert score_of(batch, "行政效能")["score"] == 3
    (message,) = said(batch, "P05")
    assert "2 条复核记录：复核.xlsx!复核记录!G3、复核.xlsx!复核记录!G4" in message
    assert next(f for f in batch.findings if f.code == "P05").level is Level.ERROR


@pytest.mark.parametrize(
    ("indicator", "decided", "score"),
    [
        ("行政效能", "一般", 3),
        ("资金使用合规性", "3例", 13),
        ("管理制度健全性", "√√×√", 6),
        ("管理制度健全性", "7.005", 7.01),
        ("经济效益", "5分", 5),
    ],
)
def test_judged_indicators_by_points_grade_violations_or_marks(
    tmp_path: Path, review: Review, suining_inbox: Path, indicator: str, decided: object, score: float
) -> None:
    before = review(suining_inbox)
    was = score_of(before, indicator)["score"]
    batch = review(suining_inbox, record(tmp_path, row("认定得分", indicator, was, decided)))
    assert (score_of(batch, indicator)["score"], score_of(batch, indicator)["status"]) == (score, "已复核")
    kept = total(before.totals, "from_self") - float(str(was))
    assert total(batch.totals, "from_self") == pytest.approx(kept)
    assert total(batch.totals, "data_full") == total(before.totals, "data_full")


@pytest.mark.parametrize(
    ("kind", "indicator", "was", "decided", "why"),
    [
        ("认定得分", PURCHASE, None, 7, "认定值 7 超出 0 到 6 分"),
        ("认定得分", PURCHASE, None, -1, "认定值 -1 超出 0 到 6 分"),
        ("认定得分", PURCHASE, None, "95%", "看不懂"),
        ("认定得分", PURCHASE, None, "好", "看不懂"),
        ("认定得分", "管理制度健全性", 6, "√√×", "看不懂"),
        ("认定得分", "行政效能", 6, "优秀", "看不懂"),
        ("认定得分", "资金使用合规性", 14, "若干例", "看不懂"),
        ("认定得分", "政府采购完成率", None, 1, "方案里没有指标“政府采购完成率”，是否为“政府采购执行率”？"),
        ("不适用", PURCHASE, None, None, "没有规定“政府采购执行率”不适用时怎样计分"),
        ("加减分", PURCHASE, None, 1, "还没有得分，请改用“认定得分”"),
        ("加减分", "获得表彰", None, "很多", "不是分数"),
    ],
)
def test_what_cannot_be_done_is_refused(
    tmp_path: Path,
    review: Review,
    suining_inbox: Path,
    kind: str,
    indicator: str,
    was: object,
    decided: object,
    why: str,
) -> None:
    batch = review(suining_inbox, record(tmp_path, row(kind, indicator, was, decided)))
    (message,) = said(batch, "P03")
    assert why in message
    assert batch.scores.equals(review(suining_inbox).scores)


def test_an_unknown_department_is_refused_with_the_nearest(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    batch = review(suining_inbox, record(tmp_path, row("认定得分", PURCHASE, None, 0, department="绥宁县人设局")))
    assert "是否为“绥宁县人社局”？" in said(batch, "P03")[0]


def test_not_applicable_with_its_points(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    batch = review(suining_inbox, record(tmp_path, row("不适用", PURCHASE, "缺数", 6)))
    assert (score_of(batch, PURCHASE)["score"], score_of(batch, PURCHASE)["status"]) == (6, "不适用")


def test_points_added_to_an_indicator_stay_within_its_weight(
    tmp_path: Path, review: Review, suining_inbox: Path
) -> None:
    rows = (row("加减分", "行政效能", 6, -1.5), row("加减分", "管理制度健全性", 6, 9))
    batch = review(suining_inbox, record(tmp_path, *rows))
    assert (score_of(batch, "行政效能")["score"], score_of(batch, "管理制度健全性")["score"]) == (4.5, 8)


def test_points_on_the_total_have_a_row_of_their_own(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    rows = (row("加减分", "获省级表彰", None, 2), row("加减分", "被通报", None, -0.5))
    batch = review(suining_inbox, record(tmp_path, *rows))
    assert (total(batch.totals, "low"), total(batch.totals, "high")) == (78.5, 89.5)
    found = score_of(batch, "获省级表彰")
    assert (found["level1"], found["score"], found["status"], found["basis"]) == ("加减分", 2, "已复核", "采购台账")
    assert math.isnan(float(str(found["full"])))
    assert batch.scores["low"].sum() == pytest.approx(total(batch.totals, "low"))


def test_a_total_never_leaves_nought_to_the_full_weight(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    batch = review(suining_inbox, record(tmp_path, row("加减分", "表彰", None, 50)))
    assert (total(batch.totals, "low"), total(batch.totals, "high")) == (100, 100)


@pytest.mark.parametrize(
    ("decided", "words"),
    [
        (12, []),  # 89 against 75～86: 3 at most
        (8, ["自评 89 分，复算 77～88 分，认定 71～82 分，最多相差 7 分"]),
        (1, ["自评 89 分，复算 77～88 分，认定 64～75 分，最多相差 14 分，等次由良变为中，须报告"]),
    ],
)
def test_totals_far_from_self_or_recomputed_ones_are_said(
    tmp_path: Path, review: Review, suining_inbox: Path, decided: float, words: list[str]
) -> None:
    batch = review(suining_inbox, record(tmp_path, row("认定得分", "资金使用合规性", 14, decided)))
    assert said(batch, "S14") == words


def test_another_year_is_out_of_scope_and_said(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    batch = review(suining_inbox, record(tmp_path, row("认定得分", PURCHASE, None, 0, year=2018)))
    assert score_of(batch, PURCHASE)["status"] == "缺数"
    assert len(said(batch, "P06")) == 1


def test_no_record_is_no_change(review: Review, tmp_path: Path, suining_inbox: Path) -> None:
    before, empty = review(suining_inbox), review(suining_inbox, record(tmp_path))
    assert before.scores.equals(empty.scores)
    assert before.totals.equals(empty.totals)
    assert before.facts.equals(empty.facts)
    assert set(before.findings) == set(empty.findings)


SHARED = """\
region: {code: "990001", name: 测试县}
year: 2019
title: 共用分值
basis: {document: 测试〔2020〕1号}
grades: {优: 90, 差: 0}
indicators:
  甲: {path: [投入], full: 10, value: 在职人员数 / 编制数, deduct: {above: 100%, every: 1%, points: 0.1}, text: 甲的标准}
  乙: {path: [投入], shares: 甲, value: 公用经费决算数 / 公用经费预算数, deduct: {above: 100%, every: 1%, points: 1}, text: 乙的标准}
"""


def test_what_is_left_of_a_shared_weight_follows_the_decision(
    tmp_path: Path, library: Library, derivations: Derivations, checks: Checks
) -> None:
    """乙 has no figure: it could have what 甲 leaves of the 10 points, before the decision and after it."""
    inbox = tmp_path / DEPARTMENT
    write_xlsx(inbox / "基础数据表.xlsx", basic_data(rows={**SUINING_BASIC, "公用经费": ("——", 100, None)}))
    review = reviewer(library, made_scheme(tmp_path, SHARED, library), derivations, checks)
    before = review(inbox)
    first = float(str(score_of(before, "甲")["score"]))
    assert 8 < first < 9
    after = review(inbox, record(tmp_path, row("认定得分", "甲", first, 3)))
    assert score_of(before, "乙")["high"] == pytest.approx(10 - first)
    assert (score_of(after, "乙")["low"], score_of(after, "乙")["high"]) == (0, 7)
    assert (total(after.totals, "low"), total(after.totals, "high")) == (3, 10)
