"""What stands in a sheet's head: titles, the unit line, the department's name, the year — and what only looks like them."""

import datetime as dt
import math

import pytest

from converter.intake.cells import Sheet, Value
from converter.mapping.page import Page, Seen, year_in
from converter.vocabulary.numbers import USABLE, State


def page(*rows: list[Value], name: str = "Sheet1", merges: list[tuple[int, int, int, int]] | None = None) -> Page:
    return Page(Sheet(name, [*rows], merges or []))


# --- labels and titles


def test_labels_are_the_folded_texts_of_each_row() -> None:
    seen = page(["1、公务用车费 ", None, 29, "　"], [True, " “三公”经费（万元）："], [])
    assert seen.labels == [{0: "公务用车费"}, {1: "三公经费"}, {}]


def test_a_label_leads_to_all_its_cells_in_reading_order() -> None:
    seen = page(["总计", None, "总计："], [None, "（一）总计"])
    assert seen.places["总计"] == [(0, 0), (0, 2), (1, 1)]


def test_a_head_is_found_whatever_year_it_names() -> None:
    seen = page(["2019年预算数", "预算数"], ["上年决算数", None, "２０１８年预算数"])
    assert list(seen.find("{本年}预算数")) == [(0, 0), (1, 2)]
    assert list(seen.find("预算数")) == [(0, 1)]


def test_the_cell_beside_a_merged_label_is_the_first_behind_the_range() -> None:
    seen = page(["编制数", None, None, 60], ["在职人员", 68], merges=[(0, 0, 0, 2)])
    assert (seen.beside((0, 0)), seen.beside((1, 0))) == ((0, 3), (1, 1))


VALUES: list[Value] = [12, 1.5, 0.0, math.nan, math.inf, True, dt.date(2019, 1, 1), "——", " 1,234.50 ", "甲", "", None]


@pytest.mark.parametrize("marked", [False, True])
def test_the_figures_of_a_row_are_its_numbers_and_dashes(marked: bool) -> None:
    sheet = Sheet("表", [VALUES])
    if marked:
        sheet.errors, sheet.stale = {(0, 0): "#REF!"}, {(0, 1)}
    states = [sheet.number((0, column)).state for column in range(len(VALUES))]
    wanted = [column for column, state in enumerate(states) if state in USABLE or state is State.DASH]
    assert Page(sheet).figures(0) == wanted == ([2, 7, 8] if marked else [0, 1, 2, 7, 8])


def test_rows_of_heads_that_show_the_same_are_one() -> None:
    one, other = page(["项目", "决算数（万元）"]), page(["项目", "决算数（万元）"], ["项目", "决算数（万元）"])
    unlike = page(["项目", "决算数（元）"])
    assert one.heads(0) is other.heads(0)
    assert other.heads(0) is not other.heads(1)
    assert [(one.column, one.text, one.unit) for one in unlike.heads(0).shown] == [(0, "项目", ""), (1, "决算数", "元")]


# --- the unit line


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("单位：万元", "万元"),
        ("金额单位:元", "元"),
        ("（单位：万元）", "万元"),
        ("金额单位：人民币元", "元"),
        ("单　位：万　元", "万元"),
        ("单位: 千元", "千元"),
        ("金额单位：亿元", "亿元"),
        ("单位：百万元", "百万元"),
        ("填报单位：某局　　　　金额单位：元", "元"),
        ("单位：万元 2019年12月31日", "万元"),
        ("２０１９年　单位：元", "元"),
    ],
)
def test_a_unit_line_names_the_unit(text: str, unit: str) -> None:
    assert page([None, text]).unit() == Seen(unit, (0, 1))


@pytest.mark.parametrize(
    "text",
    [
        "填报单位：元氏县财政局",
        "本单位元旦慰问支出",
        "编制单位：万元镇人民政府",
        "单位：人",
        "单位：",
        "万元",
        "合计（元）",
        "说明：" + "本单位严格执行预算，" * 8 + "单位：万元",
    ],
)
def test_what_only_looks_like_a_unit_line_is_none(text: str) -> None:
    assert page([text]).unit() is None


def test_the_unit_line_may_stand_at_the_foot_and_the_first_one_counts() -> None:
    rows: list[list[Value]] = [[f"行{n}", n] for n in range(20)]
    assert page(["标题"], *rows, [None, None, "单位：元"], ["单位：万元"]).unit() == Seen("元", (21, 2))


def test_a_sheet_without_a_unit_line_has_none() -> None:
    assert page(["基础数据表"], ["三公经费", 29]).unit() is None


# --- the department


HEADS = ["填报单位", "部门", "部门(单位)名称"]


@pytest.mark.parametrize(
    ("row", "name", "column"),
    [
        pytest.param(["填报单位：绥宁县人社局"], "绥宁县人社局", 0, id="in the same cell"),
        pytest.param(["填报单位:", "绥宁县人社局"], "绥宁县人社局", 1, id="in the next cell"),
        pytest.param(["填报单位", None, None, "绥宁县人社局"], "绥宁县人社局", 3, id="in the next filled cell"),
        pytest.param(["填报单位（盖章）：绥宁县人社局"], "绥宁县人社局", 0, id="a stamp in the head"),
        pytest.param(["填报单位：绥宁县人社局（公章）"], "绥宁县人社局", 0, id="a stamp behind the name"),
        pytest.param(["填 报 单 位： 绥宁县 人社局 "], "绥宁县人社局", 0, id="blanks"),
        pytest.param(["填报单位：____绥宁县人社局____"], "绥宁县人社局", 0, id="a line to write on"),
        pytest.param(["填报单位：绥宁县人社局　单位：万元"], "绥宁县人社局", 0, id="the unit in the same cell"),
        pytest.param(["填报单位：绥宁县人社局 2020年6月30日"], "绥宁县人社局", 0, id="a date in the same cell"),
        pytest.param(["填报单位：县人社局 填报日期：6月"], "县人社局", 0, id="another head in the same cell"),
        pytest.param(["填报单位：县人社局 联系人：张三"], "县人社局", 0, id="a person in the same cell"),
        pytest.param(["部门（单位）名称：县财政局（本级）"], "县财政局(本级)", 0, id="brackets of the name are kept"),
        pytest.param(["2019年度", "部门：县财政局"], "县财政局", 1, id="not in the first cell"),
    ],
)
def test_the_name_stands_behind_its_head(row: list[Value], name: str, column: int) -> None:
    assert page(["标题"], row).department(HEADS, 9) == Seen(name, (1, column))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(["填报单位："], id="blank"),
        pytest.param(["填报单位：", "单位：万元"], id="the next cell has a head of its own"),
        pytest.param(["填报单位：", "2019年度"], id="the next cell is a year"),
        pytest.param(["填报单位：（盖章）"], id="a stamp alone"),
        pytest.param(["填报单位：______"], id="a line to write on, left empty"),
        pytest.param(["主管部门：县政府"], id="a head that only ends like one"),
        pytest.param(["部门整体支出绩效评价基础数据表"], id="a title that begins like a head"),
    ],
)
def test_a_head_without_a_name_gives_none(row: list[Value]) -> None:
    assert page(row).department(HEADS, 9) is None


def test_a_name_below_the_head_area_is_not_the_departments() -> None:
    assert page(["标题"], ["项目", "预算数"], ["部门：县财政局"]).department(HEADS, 1) is None


def test_the_first_name_counts() -> None:
    seen = page(["填报单位："], ["部门：甲局"], ["填报单位：乙局"])
    assert seen.department(HEADS, 9) == Seen("甲局", (1, 0))


@pytest.mark.parametrize("text", ["单位：万元", "单位:元", "单位： 人民币万元", "单位：人、万元", "单位：%"])
def test_a_unit_is_no_department(text: str) -> None:
    assert page([text], ["单位：绥宁县人社局"]).department(["单位"], 2) == Seen("绥宁县人社局", (1, 0))


# --- the year


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2019年度", 2019),
        ("２０１９ 年度部门决算", 2019),
        ("二〇一九年度", 2019),
        ("二○二○年部门整体支出", 2020),
        ("二零一八年", 2018),
        ("2019年实际在职人数", 2019),
        ("绥财绩〔2020〕2号 2019年度", 2019),
        ("2020年6月30日填报2019年度决算", 2019),
        ("2020年第2号 2019年", 2019),
        ("1999年度", 1999),
    ],
)
def test_a_year_is_read_from_a_text(text: str, year: int) -> None:
    assert year_in(text) == year


@pytest.mark.parametrize(
    "text",
    [
        "",
        "绥财绩〔2020〕2号",
        "2020年6月30日",
        "2020年 12 月",
        "二〇二〇年六月三十日",
        "2020年第2号",
        "2020年度第2号",
        "12019年",
        "19年",
        "2019",
        "3019年",
        "每年",
    ],
)
def test_a_number_of_a_paper_or_a_date_is_no_year(text: str) -> None:
    assert year_in(text) is None


def test_the_year_of_a_sheet_is_the_first_of_its_head_area() -> None:
    seen = page(["绥财绩〔2020〕2号"], [None, "2019年度"], ["2018年决算数"])
    assert seen.year(3) == Seen("2019", (1, 1))
    assert seen.year(1) is None
