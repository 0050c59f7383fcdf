"""复核记录 as a file: its heads, what makes a row a decision, and every reason for refusing one."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from converter.scoring.decisions import Decisions, Kind, load_decisions
from converter.vocabulary.findings import ConfigurationError, Level
from converter.vocabulary.numbers import State
from tests.records import HEADS, SIGNED, row, write_record
from tests.workbooks import Grid, write_xlsx

GOOD = row("认定得分", "政府采购执行率", "0～6", 0)


def loaded(tmp_path: Path, *rows: list[object]) -> Decisions:
    return load_decisions(write_record(tmp_path / "复核.xlsx", rows))


def test_a_row_is_read_with_its_cell_and_its_signatures(tmp_path: Path) -> None:
    decisions = loaded(tmp_path, GOOD)
    (found,) = decisions.rows
    assert (found.number, found.department, found.year, found.kind) == ("1", "绥宁县人社局", 2019, Kind.SCORE)
    assert (found.subject, found.was.text, found.decided.number.value) == ("政府采购执行率", "0～6", 0)
    assert str(found.place) == "复核.xlsx!复核记录!G3"
    assert found.signature == "理由：按票据核实；依据材料：采购台账；经办人 经办甲，复核人 复核乙，2020-05-01"
    assert (decisions.shown, len(decisions.sha256), decisions.findings) == ("复核.xlsx", 64, [])


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_known(tmp_path: Path, kind: Kind) -> None:
    assert [found.kind for found in loaded(tmp_path, row(str(kind), "某项", "", 1)).rows] == [kind]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (row("认定得分", "政府采购执行率", "", 0, "", "台账", "甲", "乙"), "没有填写理由"),
        (row("认定得分", "政府采购执行率", "", 0, "核实", "台账", "", "乙"), "没有填写经办人"),
        (row("认定得分", "政府采购执行率", "", 0, "核实", "台账", "甲", "　"), "没有填写复核人"),
        (row("认定得分", "政府采购执行率", "", 0, "", "台账", "", ""), "没有填写理由、经办人、复核人"),
        (row("认定得分", "政府采购执行率", "", None), "没有填写认定值"),
        (row("认定分数", "政府采购执行率", "", 0), "类型“认定分数”不认识，是否为“认定得分”？"),
        (row("", "政府采购执行率", "", 0), "类型“”不认识"),
        (row("认定得分", "", "", 0), "没有写明指标/字段"),
        (row("认定得分", "政府采购执行率", "", 0, department=""), "没有写明部门"),
        (row("认定得分", "政府采购执行率", "", 0, year="去年"), "年度“去年”看不懂"),
    ],
)
def test_a_row_is_refused_with_the_reason_and_its_cell(tmp_path: Path, content: list[object], why: str) -> None:
    decisions = loaded(tmp_path, content, GOOD)
    assert [found.number for found in decisions.rows] == ["2"]
    (finding,) = decisions.findings
    assert (finding.code, finding.level) == ("P03", Level.ERROR)
    assert f"第 1 号没有采用：{why}" in finding.message
    assert str(finding.place) == "复核.xlsx!复核记录!G3"


def test_one_person_in_both_roles_is_a_warning_and_the_row_stands(tmp_path: Path) -> None:
    decisions = loaded(tmp_path, row("认定得分", "政府采购执行率", "", 0, "核实", "台账", "甲", " 甲 "))
    assert len(decisions.rows) == 1
    assert [(found.code, found.level) for found in decisions.findings] == [("P04", Level.WARNING)]


def test_rows_that_nobody_has_filled_in_are_counted_once(tmp_path: Path) -> None:
    blank = row("认定得分", "政府采购执行率", "0～6", None, "", "", "", "")
    decisions = loaded(tmp_path, blank, GOOD, blank)
    assert len(decisions.rows) == 1
    assert [(found.code, found.level) for found in decisions.findings] == [("P06", Level.NOTE)]
    assert "2 行没有填写" in decisions.findings[0].message


def test_an_explanation_is_accepted_without_a_value(tmp_path: Path) -> None:
    assert len(loaded(tmp_path, row("采纳说明", "J12-00000000", "", None)).rows) == 1


@pytest.mark.parametrize(("written", "year"), [("2018年度", 2018), ("2018", 2018), (2018.0, 2018), (None, None)])
def test_the_year_as_people_write_it(tmp_path: Path, written: object, year: int | None) -> None:
    assert loaded(tmp_path, row("认定得分", "政府采购执行率", "", 0, year=written)).rows[0].year == year


def test_a_date_cell_reads_as_a_date_and_a_percent_as_its_ratio(tmp_path: Path) -> None:
    path = write_record(
        tmp_path / "复核.xlsx", [row("更正数据", "满意度", "", "92%", *SIGNED[:4], dt.date(2020, 5, 6))]
    )
    (found,) = load_decisions(path).rows
    assert found.date == "2020-05-06"
    assert (found.decided.number.value, found.decided.number.state) == (0.92, State.NUMBER)


def test_phone_numbers_of_officers_are_masked(tmp_path: Path) -> None:
    decisions = loaded(tmp_path, row("认定得分", "政府采购执行率", "", 0, "电话 13812345678 核实", "", "甲", "乙"))
    assert "138****5678" in decisions.rows[0].signature


def test_other_heads_and_more_columns_in_any_order(tmp_path: Path) -> None:
    heads = ["编号", "单位", "影响分值", "类型", "指标", "原数", "认定数", "认定理由", "经办", "复核"]
    path = tmp_path / "复核.xlsx"
    grid = Grid("记录")
    grid.row(0, *heads)
    grid.row(1, 7, "教育局", 6, "认定得分", "政府采购执行率", None, 0, "核实", "甲", "乙")
    write_xlsx(path, grid)
    (found,) = load_decisions(path).rows
    assert (found.number, found.department, found.evidence, found.year) == ("7", "教育局", "", None)


def test_every_sheet_with_the_heads_is_read_but_no_hidden_one(tmp_path: Path) -> None:
    path = write_record(tmp_path / "复核.xlsx", [GOOD])
    book = openpyxl.load_workbook(path)
    first = book.worksheets[0]
    book.copy_worksheet(first).title = "第二批"
    hidden = book.copy_worksheet(first)
    hidden.title, hidden.sheet_state = "草稿", "hidden"
    book.create_sheet("说明")["A1"] = "无关"
    book.save(path)
    decisions = load_decisions(path)
    assert [found.place.sheet for found in decisions.rows] == ["复核记录", "第二批"]
    assert ["“草稿”里有 1 行" in found.message for found in decisions.findings] == [True]


def test_a_missing_file_a_broken_one_and_one_without_heads_stop_the_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="找不到复核记录文件") as missing:
        load_decisions(tmp_path / "无.xlsx")
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(ConfigurationError, match="复核记录读不出来") as broken:
        load_decisions(tmp_path / "坏.xlsx")
    with pytest.raises(ConfigurationError, match="没有完整的表头") as headless:
        load_decisions(write_record(tmp_path / "无头.xlsx", [], HEADS[:6]))
    assert {error.value.code for error in (missing, broken, headless)} == {"C14"}
