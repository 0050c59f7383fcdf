"""Rows of a located table: which label is which field, what is no row, which unit counts, and weights level by level."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from converter.intake.cells import Workbook, a1
from converter.mapping.facts import SELF_SCORE, WEIGHT, Document, read_documents
from converter.mapping.library import Library
from converter.vocabulary.numbers import State
from tests.make_forms import Print
from tests.make_published import PUBLISHED
from tests.test_locate import page
from tests.workbooks import INDICATORS, SUINING_SELF, WIDE, Grid, Value, basic_data, indicator_table

Read = Callable[[Grid], Document]


@pytest.fixture
def read(library: Library) -> Read:
    """The only document of a sheet."""

    def through(grid: Grid) -> Document:
        (document,) = read_documents(
            Workbook([page(grid).sheet]), "表.xlsx", library.forms, library.dictionary
        ).documents
        return document

    return through


def values(document: Document, field: str) -> list[float]:
    return [fact.value for fact in document.facts if fact.field == field]


def notes(document: Document) -> list[tuple[str, str]]:
    return [(item.place.cell, item.message) for item in document.findings]


# --- labels


@pytest.mark.parametrize(
    "label",
    [
        "三公经费",
        "“三公”经费",
        " 1、三公　经费：",
        "（一）三公经费合计",
        "①三公经费支出（万元）",
        "其中：三公经费",
        "其中：1.三公经费",
    ],
)
def test_a_row_is_known_by_its_name_and_aliases_however_printed(label: str, read: Read) -> None:
    document = read(basic_data(rows={label: (1, 2, 3)}))
    assert values(document, "三公经费预算数") == [2]
    assert notes(document) == []


def test_a_label_that_is_only_similar_is_named_with_the_nearest_and_not_read(read: Read) -> None:
    document = read(basic_data(rows={"三公经费": (1, 2, 3), "公用经费用": (4, 5, 6)}))
    assert values(document, "公用经费预算数") == []
    ((cell, message),) = notes(document)
    assert cell == "A8"
    assert "“公用经费用”" in message
    assert "最接近的是“公用经费”" in message


def test_figures_without_a_label_are_reported(read: Read) -> None:
    document = read(basic_data(rows={"三公经费": (1, 2, 3), WIDE: (4, 5, 6)}))
    assert notes(document) == [("A8", "第 8 行有数据而没有栏目名")]


@pytest.mark.parametrize("label", ["……", "备用栏", "", "说明：只填本级", "填表人：张三"])
def test_a_row_that_says_nothing_is_passed_over(label: str, read: Read) -> None:
    document = read(basic_data(rows={"三公经费": (1, 2, 3), label: (WIDE, None, "")}))
    assert notes(document) == []
    assert {fact.field for fact in document.facts if fact.unit == "万元"} == {"三公经费预算数", "三公经费决算数"}


def test_notes_of_the_form_are_no_rows_even_with_figures_beside_them(read: Read) -> None:
    assert notes(read(basic_data(rows={"三公经费": (1, 2, 3), "说明（2019）": (4, 5, 6), "注：": (7, 8, 9)}))) == []


def test_a_word_that_only_begins_like_a_note_is_a_row(read: Read) -> None:
    assert [cell for cell, _ in notes(read(basic_data(rows={"注册资本": (1, 2, 3)})))] == ["A7"]


def test_details_below_their_heading_are_listed_until_the_next_known_row(read: Read) -> None:
    rows: Mapping[str, tuple[Value, Value, Value]] = {
        "项目支出：": (9, 9, 9),
        "就业培训": (1, 2, 3),
        "社保大厅": ("——", 4, 5),
        "公用经费": (7, 7, 7),
        "食堂": (8, 8, 8),
    }
    document = read(basic_data(rows=rows))
    assert values(document, "其他专项预算数") == [2, 4]
    assert [(cell, "食堂" in message) for cell, message in notes(document)] == [("A11", True)]


def test_a_page_break_within_a_table_loses_and_invents_nothing(read: Read) -> None:
    grid = basic_data(rows={"三公经费": (1, 2, 3)})
    grid.row(8, "经费控制情况", "2018年决算数", "2019年预算数", "2019年决算数")
    grid.row(9, "公用经费", 4, 5, 6)
    grid.merges = []
    document = read(grid)
    assert (values(document, "三公经费预算数"), values(document, "公用经费预算数")) == ([2], [5])
    assert notes(document) == []


def test_a_figure_in_a_merged_range_belongs_to_its_first_cell(read: Read) -> None:
    grid = basic_data(rows={"三公经费": (1, 2, None), "公务接待": (3, None, 4)})
    grid.merges += [(6, 2, 7, 2)]
    document = read(grid)
    assert values(document, "三公经费预算数") == [2]
    assert [fact.place.cell for fact in document.facts if fact.field == "公务接待费预算数"] == []


# --- heads


def test_years_that_do_not_fit_are_an_error_with_the_head(read: Read) -> None:
    grid = basic_data()
    grid.cells[5, 1] = "2016年决算数"
    document = read(grid)
    assert [(item.code, item.place.cell) for item in document.findings] == [("M04", "B6")]
    assert {fact.year for fact in document.facts if fact.place.cell.startswith("B") and fact.unit == "万元"} == {2016}


def test_a_table_of_another_year_than_the_form_is_an_error(read: Read) -> None:
    grid = basic_data()
    grid.cells[3, 2] = "2018年实际在职人数"
    document = read(grid)
    assert [(item.code, item.place.cell) for item in document.findings] == [("M04", "C4")]
    assert "2019" in document.findings[0].message


def test_a_missing_column_is_reported(read: Read) -> None:
    grid = basic_data()
    del grid.cells[5, 1]
    assert notes(read(grid)) == [("A6", "“经费控制情况”缺少表头“{上年}决算数”")]


def test_values_below_their_heads_may_leave_a_row_free(read: Read) -> None:
    grid = Grid("基础数据表")
    grid.row(0, "财政供养人员情况", "编制数", "2019年实际在职人数", "控制率")
    grid.row(2, None, 60, 68, "113%")
    document = read(grid)
    assert [(fact.value, fact.place.cell) for fact in document.facts] == [(60, "B3"), (68, "C3"), (1.13, "D3")]


def test_a_row_with_a_label_of_its_own_is_not_taken_for_the_values(read: Read) -> None:
    """Nobody is 16.14 persons: the row of another table may follow at once."""
    grid = Grid("基础数据表")
    grid.row(0, "财政供养人员情况", "编制数", "2019年实际在职人数", "控制率")
    grid.row(1, "三公经费", 16.14, 29, 7.59)
    document = read(grid)
    assert document.facts == []
    assert "A1" in [cell for cell, _ in notes(document)]


# --- units


def test_a_sheet_in_yuan_is_held_in_wan_yuan(read: Read) -> None:
    rows = {"三公经费": ("161400", "290000", "75,900.00"), "公用经费": ("1万元", "9元", "0")}
    document = read(basic_data(rows=rows, unit="金额单位：元"))
    money = {(f.field, f.year): f.value for f in document.facts if f.unit == "万元"}
    assert money == {
        ("三公经费决算数", 2018): 16.14,
        ("三公经费预算数", 2019): 29.0,
        ("三公经费决算数", 2019): 7.59,
        ("公用经费决算数", 2018): 1.0,
        ("公用经费预算数", 2019): 0.0009,
        ("公用经费决算数", 2019): 0.0,
    }
    assert values(document, "编制数") == [60]  # people are not money
    assert (document.unit, document.unit_named) == ("元", True)


def test_without_a_unit_line_the_forms_unit_is_presumed_and_known_to_be(read: Read) -> None:
    document = read(basic_data())
    assert (document.unit, document.unit_named) == ("万元", False)
    assert read(basic_data(unit="单位：万元")).unit_named


def test_a_sheet_without_money_needs_no_unit_line(read: Read) -> None:
    assert read(indicator_table()).unit_named


# --- 附件2


def test_weights_follow_the_merged_levels(read: Read) -> None:
    grid = indicator_table()
    grid.cells[5, 1] = 10  # covered: a merge in WPS keeps what stood there
    document = read(grid)
    weights = [
        (f.field.removesuffix(WEIGHT), f.value, f.place.cell) for f in document.facts if f.field.endswith(WEIGHT)
    ]
    assert weights[:3] == [("投入", 10, "B5"), ("预算配置", 10, "D5"), ("在职人员控制率", 5, "F5")]
    assert [cell for name, _, cell in weights if name == "投入"] == ["B5"]
    assert [(value, cell) for name, value, cell in weights if name == "预算管理"] == [(50, "D9")]  # page break: one
    assert [(value, cell) for name, value, cell in weights if name == "履职效益"] == [(10, "D16"), (12, "D18")]
    assert [name for name, *_ in weights if name in ("经济效益", "社会效益")] == ["经济效益"]  # one weight for two
    assert sum(value for name, value, _ in weights if name in {str(row[4]) for row in INDICATORS}) == 90


def test_self_scores_stand_in_their_own_rows(read: Read) -> None:
    document = read(indicator_table())
    scores = {f.field: (f.value, f.place.cell) for f in document.facts if f.field.endswith(SELF_SCORE)}
    assert scores["在职人员控制率" + SELF_SCORE] == (0, "I5")
    assert scores["社会公众或服务对象满意度" + SELF_SCORE] == (6, "I19")
    assert sum(value for value, _ in scores.values()) == 89
    assert len(scores) == 15
    assert notes(document) == []


def test_the_head_printed_again_by_a_page_break_is_no_indicator(read: Read) -> None:
    grid = indicator_table(rows=INDICATORS[:2], scores=SUINING_SELF[:2])
    grid.row(6, "一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "评价标准", "指标说明", "得分")
    grid.row(7, "产出", 90, "职责", 90, "重点工作", 90, "由人评定", None, 80)
    document = read(grid)
    assert [fact.field for fact in document.facts if fact.field.startswith("三级")] == []
    assert values(document, "重点工作" + SELF_SCORE) == [80]
    assert notes(document) == []


def test_a_total_is_kept_apart_and_a_score_without_a_name_is_reported(read: Read) -> None:
    grid = indicator_table()
    grid.row(19, "合计", 100, column=0)
    grid.cells[19, 8] = 89
    grid.cells[20, 8] = 3
    document = read(grid)
    assert values(document, "合计" + SELF_SCORE) == [89]
    assert notes(document) == [("I21", "第 21 行有得分而没有指标名")]


def test_a_second_score_beside_one_indicator_is_reported(read: Read) -> None:
    grid = indicator_table(rows=[*INDICATORS[:1], (None,) * 8], scores=[4, 1])
    grid.merges += [(4, 4, 5, 4)]
    document = read(grid)
    assert values(document, "在职人员控制率" + SELF_SCORE) == [4]
    assert [cell for cell, _ in notes(document)] == ["I6"]


@pytest.mark.parametrize("text", ["5%", "5人", "五分", "4/5"])
def test_a_self_score_that_is_none_is_not_read(text: str, read: Read) -> None:
    document = read(indicator_table(scores=(text, *SUINING_SELF[1:])))
    (one,) = [fact for fact in document.facts if fact.field == "在职人员控制率" + SELF_SCORE]
    assert (one.state, one.raw) == (State.UNREADABLE, text)
    assert [item.code for item in document.findings] == ["D01"]


# --- rows that are details


def gk01() -> Grid:
    return next(sample for sample in PUBLISHED if sample.name == "公开01 of 2021").build(Print())


def sangong_table() -> Grid:
    return next(sample for sample in PUBLISHED if sample.name == "三公, six and six").build(Print())


def test_a_misspelt_row_among_the_details_is_told_and_a_detail_is_not(read: Read) -> None:
    grid = gk01()
    at = next(cell for cell, value in grid.cells.items() if value == "本年支出合计")
    grid.cells[at] = "本年支出和计"
    document = read(grid)
    assert values(document, "本年支出合计决算数") == []
    ((cell, message),) = notes(document)
    assert cell == a1(at)
    assert "最接近的是“本年支出合计”" in message


def test_a_second_row_of_values_below_the_heads_is_told(read: Read) -> None:
    grid = basic_data().moved(1, 0)
    cells = {(row - 1 if row < 6 else row, column): value for (row, column), value in grid.cells.items()}
    grid.cells = cells
    grid.merges = [(3, 0, 5, 0)]
    grid.row(5, None, 18, 18, "100%")
    document = read(grid)
    assert values(document, "编制数") == [60]
    assert [cell for cell, _ in notes(document)] == ["A6"]


@pytest.mark.parametrize("index", [range(1, 13), range(13, 25), [f"（{n}）" for n in range(1, 13)]])
def test_a_row_that_numbers_the_columns_holds_no_amounts(index: Sequence[Value], read: Read) -> None:
    """1 2 3 … satisfies 合计 = 出国 + 用车 + 接待 as well as amounts do (7 = 1 + 3 + 3)."""
    grid = sangong_table()
    for column, number in enumerate(index):
        grid.cells[6, column] = number
    assert values(read(grid), "一般公共预算三公经费预算数") == [29]


def test_a_row_of_small_amounts_is_no_index_row(read: Read) -> None:
    grid = sangong_table()
    for column in range(12):
        del grid.cells[6, column]
        grid.cells[7, column] = [3, 1, 1, 0, 1, 1][column % 6]
    assert values(read(grid), "一般公共预算三公经费决算数") == [3]
