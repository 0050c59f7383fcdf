"""A batch from workbooks to scores: 绥宁县人社局 2019 as the issue's table has it, and what else may lie in a folder."""

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from converter.mapping.departments import group
from converter.mapping.facts import Document
from converter.mapping.library import Library
from converter.reading import read_file
from converter.scoring.batch import Batch, score_batch, used_by_scheme
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.scoring.frames import fact_rows
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import Finding, Level
from converter.vocabulary.numbers import State
from tests.workbooks import (
    SUINING_BASIC,
    SUINING_SELF,
    BasicRows,
    accounts,
    basic_data,
    indicator_table,
    last_year,
    suining,
    write_xlsx,
)

Score = Callable[[Path], Batch]
DEPARTMENT = "绥宁县人社局"


@pytest.fixture(scope="module")
def scored(library: Library, scheme: Scheme, derivations: Derivations, checks: Checks) -> Score:
    """Reads every workbook below a folder and scores the departments found."""

    def through(folder: Path) -> Batch:
        documents: list[Document] = []
        for path in sorted(folder.rglob("*.xls*")):
            name = path.relative_to(folder.parent).as_posix()
            documents += read_file(path, name, library.forms, library.dictionary).documents
        return score_batch(group(documents, ["绥宁县"]), scheme, checks, derivations, library.forms)

    return through


@pytest.fixture(scope="module")
def batch(scored: Score, suining_inbox: Path) -> Batch:
    return scored(suining_inbox)


def codes(findings: list[Finding], level: Level) -> list[str]:
    return sorted(found.code for found in findings if found.level is level)


#: 三级指标 → 指标值, 得分, 下限, 上限, 状态, 自评, other readings (issue 2).
TABLE: dict[str, tuple[float | None, float | None, float, float, str, float, str]] = {
    "在职人员控制率": (1.133333, 0, 0, 0, "已评分", 0, ""),
    "“三公经费”变动率": (None, None, 0, 5, "缺数", 5, "决算/决算 5"),
    "预算完成率": (0.998250, 5, 5, 5, "已评分", 5, "不足一步按一步 3；按比例 4.93"),
    "预算控制率": (0.029124, 4, 4, 4, "已评分", 5, ""),
    "公用经费控制率": (0.964474, 8, 8, 8, "已评分", 8, ""),
    "“三公经费”控制率": (0.261724, 7, 7, 7, "已评分", 7, ""),
    "政府采购执行率": (None, None, 0, 6, "缺数", 6, ""),
    "管理制度健全性": (None, 6, 6, 6, "自评", 6, ""),
    "资金使用合规性": (None, 14, 14, 14, "自评", 14, ""),
    "预决算信息公开性": (None, 5, 5, 5, "自评", 5, ""),
    "重点工作实际完成率": (None, 8, 8, 8, "自评", 8, ""),
    "经济效益": (None, 4, 4, 4, "自评", 4, ""),
    "社会效益": (None, 4, 4, 4, "自评", 4, ""),
    "行政效能": (None, 6, 6, 6, "自评", 6, ""),
    "社会公众或服务对象满意度": (None, 6, 6, 6, "自评", 6, ""),
}


def table(batch: Batch) -> dict[str, tuple[float | None, float | None, float, float, str, float, str]]:
    """A batch of one department as TABLE shows it."""
    found = {}
    for row in batch.scores.to_dict("records"):
        value, points = (None if math.isnan(row[key]) else float(row[key]) for key in ("value", "score"))
        value = None if value is None else round(value, 6)
        rest = (row["low"], row["high"], row["status"], row["self_score"], row["others"])
        found[str(row["indicator"])] = (value, points, *rest)
    return found


# ---- the published case ---------------------------------------------------------------------------------------------
def test_every_indicator_of_the_published_case(batch: Batch) -> None:
    assert batch.departments == [DEPARTMENT]
    assert batch.year == 2019
    assert table(batch) == TABLE


def test_the_totals_of_the_published_case(batch: Batch) -> None:
    (row,) = batch.totals.to_dict("records")
    assert math.isnan(row["score"])
    wanted = {"low": 77, "high": 88, "grade": "中～良", "data_full": 41, "data_low": 24, "data_high": 35}
    wanted |= {"from_self": 53, "self_total": 89, "self_grade": "良", "gap": 1, "best": 1, "worst": 1}
    assert {key: row[key] for key in wanted} == wanted


def test_the_findings_of_the_published_case(batch: Batch) -> None:
    assert codes(batch.findings, Level.ERROR) == ["S06"]
    assert codes(batch.findings, Level.WARNING) == ["J12", "J13", "M03", "S04", "S07", "S09", "S13"]
    assert codes(batch.findings, Level.NOTE) == ["D06", "J07", "J08", "S10"]
    found = {one.code: one for one in batch.findings}
    assert found["S06"].subject == "预算控制率"
    assert "自评 5 分，复算 4 分" in found["S06"].message
    assert found["S07"].subject == "政府采购执行率"
    assert found["S04"].subject == "“三公经费”变动率"
    assert found["S04"].department == found["S10"].department == ""
    assert "80 分线" in found["S13"].message
    assert "19550.38" in found["J08"].message
    assert "年初预算 + 上年结转" in found["J08"].message
    assert "“绥宁县人社局”" in found["M03"].message
    assert "“绥宁县人力资源和社会保障局”" in found["M03"].message
    assert all(one.department == DEPARTMENT for one in batch.findings if one.code not in ("S04", "S10"))
    assert {one.year for one in batch.findings} == {2019}


def test_the_checks_of_the_published_case(batch: Batch) -> None:
    """J01–J05 pass, J07 and J08 within rounding (CHECKS.md); what is blank is not compared."""
    outcomes = batch.checks.groupby("code")["outcome"].agg(set).to_dict()
    assert outcomes["J07"] == outcomes["J08"] == {"舍入误差内"}
    for code in ("J01", "J02", "J03", "J04", "J05"):
        assert outcomes[code] == {"通过"}, code


def test_every_read_fact_has_its_cell(batch: Batch) -> None:
    facts = fact_rows(batch.facts)
    assert len(facts) > 100
    for fact in facts:
        assert bool(fact.place.file and fact.place.sheet and fact.place.cell) is (fact.state is not State.DERIVED)
    derived = {fact.field: (fact.value, fact.raw) for fact in facts if fact.state is State.DERIVED}
    assert derived == {
        "上年结转": (45.53, "年初结转和结余决算数"),
        "年初预算": (19504.84, "基本支出年初预算数 + 项目支出年初预算数"),
        "本年追加预算": (
            568.05,
            "(基本支出全年预算数 + 项目支出全年预算数) - (基本支出年初预算数 + 项目支出年初预算数)",
        ),
        "年末结余": (35.21, "年末结转和结余决算数"),
    }


def test_the_facts_that_the_scheme_uses(batch: Batch) -> None:
    used = batch.facts[used_by_scheme(batch)]
    fields = set(zip(used["field"], used["year"], strict=True))
    assert {
        ("编制数", 2019),
        ("三公经费决算数", 2018),
        ("基本支出年初预算数", 2019),
        ("政府采购预算数", 2019),
    } <= fields
    assert ("行政效能·自评得分", 2019) in fields
    assert not {("办公经费决算数", 2019), ("在职人员控制率填报数", 2019), ("行政效能·分值", 2019)} & fields
    assert len(used[used["field"] == "年初预算"]) == 1


def test_the_same_from_xls(batch: Batch, scored: Score, tmp_path: Path) -> None:
    other = scored(suining(tmp_path / DEPARTMENT, ".xls"))
    pd.testing.assert_frame_equal(other.totals, batch.totals)
    moved = other.scores.assign(missing=other.scores["missing"].str.replace(".xls!", ".xlsx!"))
    pd.testing.assert_frame_equal(moved, batch.scores)
    keys = ["department", "year", "field", "value", "unit", "state", "adopted", "form", "sheet", "cell"]
    one, two = ([tuple(map(str, row)) for row in b.facts[keys].to_numpy()] for b in (other, batch))
    assert sorted(one) == sorted(two)
    assert sorted(f"{f.code} {f.subject}" for f in other.findings) == sorted(
        f"{f.code} {f.subject}" for f in batch.findings
    )


def test_with_last_years_form_the_interval_narrows(scored: Score, tmp_path: Path) -> None:
    """A 三公预算 of 32 in 2018: 29 is less, full marks; only 政府采购 is left open."""
    folder = suining(tmp_path / DEPARTMENT)
    write_xlsx(folder / "2018" / "基础数据表.xlsx", last_year())
    found = scored(folder)
    wanted = TABLE | {"“三公经费”变动率": (-0.09375, 5, 5, 5, "已评分", 5, "")}
    assert table(found) == wanted
    (row,) = found.totals.to_dict("records")
    assert [row[key] for key in ("low", "high", "grade", "gap")] == [82, 88, "良", 1]
    assert [row[key] for key in ("data_full", "data_low", "data_high", "from_self")] == [41, 29, 35, 53]
    assert codes(found.findings, Level.ERROR) == ["S06"]
    assert {"S13", "D05", "D06"} & {one.code for one in found.findings} == set()


def test_with_the_blanks_filled_there_is_a_score(scored: Score, tmp_path: Path) -> None:
    folder = suining(tmp_path / DEPARTMENT)
    rows: BasicRows = {**SUINING_BASIC, "政府采购金额": ("——", "60", "57")}
    write_xlsx(folder / "基础数据表.xlsx", basic_data(rows=rows))
    write_xlsx(folder / "2018" / "基础数据表.xlsx", last_year())
    (row,) = scored(folder).totals.to_dict("records")
    assert [row[key] for key in ("score", "low", "high", "grade", "missing")] == [86, 86, 86, "良", ""]


# ---- what else may lie in a folder ----------------------------------------------------------------------------------
def _small(rows: BasicRows, folder: Path, department: str) -> None:
    write_xlsx(folder / department / "基础数据表.xlsx", basic_data(department, rows=rows, staff=(60, 60, "100%")))


SPENT: BasicRows = {"三公经费": ("", 29, 29), "公用经费": ("", 80, 80)}


def test_departments_do_not_touch_each_other(scored: Score, tmp_path: Path) -> None:
    _small(SPENT, tmp_path, "甲局")
    _small({"三公经费": ("", 29, 30), "公用经费": ("", 80, "abc")}, tmp_path, "乙局")
    found = scored(tmp_path)
    scores = {(row["department"], row["indicator"]): row for row in found.scores.to_dict("records")}
    assert scores["甲局", "公用经费控制率"]["score"] == 8
    assert scores["乙局", "公用经费控制率"]["status"] == "缺数"
    assert scores["乙局", "公用经费控制率"]["missing"].startswith("公用经费决算数（2019年）：无法识别")
    assert [scores[who, "“三公经费”控制率"]["score"] for who in ("甲局", "乙局")] == [7, 4]
    assert {one.department for one in found.findings if one.code == "D01"} == {"乙局"}


def test_an_unreadable_year_is_no_department_of_the_batch(scored: Score, tmp_path: Path) -> None:
    _small(SPENT, tmp_path, "甲局")
    write_xlsx(tmp_path / "丙局" / "基础数据表.xlsx", basic_data("丙局", 2018, SPENT, (60, 60, "100%")))
    write_xlsx(tmp_path / "丁局" / "基础数据表.xlsx", basic_data("丁局", 2015, SPENT, (60, 60, "100%")))
    found = scored(tmp_path)
    assert found.departments == ["甲局"]
    assert {(one.code, one.department) for one in found.findings if one.code in ("D07", "M09")} == {
        ("D07", "甲局"),
        ("D07", "丙局"),
        ("D07", "丁局"),
        ("M09", "丁局"),
    }


def test_a_form_sent_twice_with_other_figures(scored: Score, tmp_path: Path) -> None:
    _small(SPENT, tmp_path, "甲局")
    more: BasicRows = {**SPENT, "三公经费": ("", 29, 31)}
    write_xlsx(tmp_path / "甲局" / "基础数据表2.xlsx", basic_data("甲局", rows=more, staff=(60, 60, "100%")))
    found = scored(tmp_path)
    row = next(row for row in found.scores.to_dict("records") if row["indicator"] == "“三公经费”控制率")
    assert (row["status"], row["low"], row["high"]) == ("缺数", 0, 7)
    assert "冲突" in row["missing"]
    (conflict,) = [one for one in found.findings if one.code == "D04"]
    assert conflict.subject == "三公经费决算数"
    assert "基础数据表.xlsx" in conflict.message
    assert "基础数据表2.xlsx" in conflict.message


@pytest.mark.parametrize("typed", [1e19, 1e20, 2.9e25])
def test_too_many_digits_cost_one_indicator(typed: float, scored: Score, tmp_path: Path) -> None:
    """A slip of the key must not end the run for every other department."""
    _small(SPENT, tmp_path, "甲局")
    _small({**SPENT, "三公经费": ("", 29, typed)}, tmp_path, "乙局")
    found = scored(tmp_path)
    scores = {(row["department"], row["indicator"]): row["score"] for row in found.scores.to_dict("records")}
    assert scores["甲局", "“三公经费”控制率"] == 7
    assert scores["乙局", "公用经费控制率"] == 8
    assert not scores["乙局", "“三公经费”控制率"] > 0


def test_self_scores_under_the_printed_names(scored: Score, tmp_path: Path) -> None:
    """Self scores find their indicator through quotes, line breaks and numbering."""
    folder = tmp_path / "甲局"
    write_xlsx(folder / "基础数据表.xlsx", basic_data("甲局"))
    write_xlsx(folder / "指标表.xlsx", indicator_table("甲局"))
    write_xlsx(folder / "决算.xlsx", accounts("甲局"))
    found = scored(tmp_path)
    assert found.scores["self_score"].tolist() == [float(str(points).strip()) for points in SUINING_SELF]
