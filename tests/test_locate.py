"""A form's tables are found by their heads, wherever they stand; what is not found or stands twice is said."""

from pathlib import Path

import pytest

from converter.intake.cells import Sheet, Value
from converter.mapping.documents import Document
from converter.mapping.fields import Dictionary
from converter.mapping.forms import Form, Table, load_form
from converter.mapping.library import Library
from converter.mapping.locate import Located, bound_tables, locate_tables
from converter.mapping.page import Page
from tests.workbooks import Grid, accounts, basic_data


def page(grid: Grid) -> Page:
    """A grid as a reader of xlsx files would give it."""
    rows, columns = (max(cell[axis] for cell in grid.cells) + 1 for axis in (0, 1))
    cells: list[list[Value]] = [[grid.cells.get((row, column)) for column in range(columns)] for row in range(rows)]
    return Page(Sheet(grid.name, cells, grid.merges))


@pytest.fixture(scope="module")
def forms(library: Library) -> dict[str, Form]:
    return {form.form: form for form in library.forms}


@pytest.fixture(scope="module")
def dictionary(library: Library) -> Dictionary:
    return library.dictionary


def tables(seen: Page, form: Form, dictionary: Dictionary) -> tuple[list[Located], list[str]]:
    """The tables of a sheet with their ends, as they are read, and the reasons for those not found."""
    found, reasons = locate_tables(seen, form, dictionary)
    bound_tables(seen, form, found, dictionary)
    return found, reasons


def columns(located: Located) -> list[tuple[int, str, int | None, int]]:
    """Column, target, year, offset."""
    return [(column.index, column.head.target, column.head.year, column.head.offset) for column in located.columns]


# --- 附件3: two tables with different heads over the same columns


@pytest.mark.parametrize(("rows", "right"), [(0, 0), (3, 2), (40, 25)])
def test_two_tables_over_the_same_columns(
    rows: int, right: int, forms: dict[str, Form], dictionary: Dictionary
) -> None:
    """By their labels alone: the same wherever the sheet's author began."""
    found, reasons = tables(page(basic_data().moved(rows, right)), forms["基础数据表"], dictionary)
    assert reasons == []
    staff, money = found
    assert (staff.head_row, staff.label_column, staff.first, staff.last) == (rows + 3, right, rows + 4, rows + 5)
    assert columns(staff) == [
        (right + 1, "编制数", None, 0),
        (right + 2, "在职人员数", 2019, 0),
        (right + 3, "在职人员控制率填报数", None, 0),
    ]
    assert (money.head_row, money.first) == (rows + 5, rows + 6)
    assert columns(money) == [
        (right + 1, "决算数", 2018, -1),
        (right + 2, "预算数", 2019, 0),
        (right + 3, "决算数", 2019, 0),
    ]
    assert (staff.year, money.year, money.doubts, money.missing, money.others) == (2019, 2019, [], [], [])


def test_columns_may_stand_in_any_order(forms: dict[str, Form], dictionary: Dictionary) -> None:
    grid = basic_data()
    grid.row(5, "经费控制情况", "2019年决算数", "2018年决算数", "2019年预算数")
    found, _ = tables(page(grid), forms["基础数据表"], dictionary)
    assert columns(found[1]) == [(1, "决算数", 2019, 0), (2, "决算数", 2018, -1), (3, "预算数", 2019, 0)]


def test_a_year_that_fits_no_other_head_is_a_doubt(forms: dict[str, Form], dictionary: Dictionary) -> None:
    grid = basic_data()
    grid.row(5, "经费控制情况", "2016年决算数")
    found, _ = tables(page(grid), forms["基础数据表"], dictionary)
    assert [column.cell for column in found[1].doubts] == [(5, 1)]


def test_a_missing_head_is_named_and_a_missing_basis_is_no_table(
    forms: dict[str, Form], dictionary: Dictionary
) -> None:
    grid = basic_data()
    del grid.cells[5, 1]
    found, reasons = tables(page(grid), forms["基础数据表"], dictionary)
    assert (found[1].missing, reasons) == (["{上年}决算数"], [])
    grid.row(5, "经费控制情况", None, "预算")
    found, reasons = tables(page(grid), forms["基础数据表"], dictionary)
    assert [table.table.label[0] for table in found] == ["财政供养人员情况"]
    assert reasons == ["表头“经费控制情况”右边缺少“{上年}决算数”“{本年}预算数”"]


def test_a_table_whose_label_is_not_there_is_told_by_its_name(forms: dict[str, Form], dictionary: Dictionary) -> None:
    grid = basic_data()
    grid.cells[3, 0] = "人员"
    found, reasons = tables(page(grid), forms["基础数据表"], dictionary)
    assert [table.table.label[0] for table in found] == ["经费控制情况"]
    assert reasons == ["没有找到表头“财政供养人员情况”"]


def test_a_label_without_heads_beside_it_is_passed_over(forms: dict[str, Form], dictionary: Dictionary) -> None:
    grid = basic_data().moved(1, 0)
    grid.row(0, "经费控制情况", "见下表")
    found, reasons = tables(page(grid), forms["基础数据表"], dictionary)
    assert (reasons, found[1].head_row, found[1].others) == ([], 6, [])


# --- the same heads again


def test_heads_printed_again_by_a_page_break_are_the_same_table(forms: dict[str, Form], dictionary: Dictionary) -> None:
    grid = basic_data()
    grid.row(14, "经费控制情况", "2018年决算数", "2019年预算数", "2019年决算数")
    found, _ = tables(page(grid), forms["基础数据表"], dictionary)
    assert (found[1].repeats, found[1].others, found[1].last) == ({14}, [], len(page(grid).sheet.rows))


def test_the_form_of_another_year_below_is_another_table(forms: dict[str, Form], dictionary: Dictionary) -> None:
    both = basic_data()
    lower = basic_data(year=2018).moved(40, 0)
    both.cells.update(lower.cells)
    both.merges += lower.merges
    (staff, money), _ = tables(page(both), forms["基础数据表"], dictionary)
    assert (staff.others, money.others) == ([(43, 0)], [(45, 0)])
    assert (money.last, money.year, money.repeats) == (43, 2019, set())


# --- 财决01: blocks side by side


@pytest.mark.parametrize(("rows", "right"), [(0, 0), (5, 3)])
def test_blocks_side_by_side_keep_to_their_own_columns(
    rows: int, right: int, forms: dict[str, Form], dictionary: Dictionary
) -> None:
    found, reasons = tables(page(accounts().moved(rows, right)), forms["财决01"], dictionary)
    assert reasons == []
    assert [table.table.block for table in found] == [["收入"], ["支出"]]
    assert [[column.index - right for column in table.columns] for table in found] == [[2, 3, 4], [7, 8, 9]]
    assert [table.label_column - right for table in found] == [0, 5]
    assert {table.head_row for table in found} == {rows + 4}
    assert all(not table.others for table in found)


def test_blocks_are_known_by_their_heads_not_by_their_order(forms: dict[str, Form], dictionary: Dictionary) -> None:
    grid = accounts()
    grid.row(3, "支出", None, None, None, None, "收入")
    grid.cells[4, 0], grid.cells[4, 5] = "项目(按支出性质和经济分类)", "项目"
    found, _ = tables(page(grid), forms["财决01"], dictionary)
    assert [(table.table.block[0], table.label_column) for table in found] == [("收入", 5), ("支出", 0)]


def test_a_block_without_its_head_is_not_taken_for_the_other(forms: dict[str, Form], dictionary: Dictionary) -> None:
    grid = accounts()
    del grid.cells[3, 0]
    found, reasons = tables(page(grid), forms["财决01"], dictionary)
    assert [table.table.block[0] for table in found] == ["支出"]
    assert reasons == ["“收入”之下没有找到表头“项目”"]


def test_a_head_with_its_unit_names_the_unit_of_its_column(tmp_path: Path, library: Library) -> None:
    path = tmp_path / "form.yaml"
    path.write_text(
        "form: 甲\ntitles: [甲]\ntables:\n  - {label: [项目], columns: {预算数: 预算数}, rows: {三公经费: }}\n", "utf-8"
    )
    form = load_form(Document(path, "form.yaml"), library.dictionary)
    found, _ = tables(Page(Sheet("甲", [["项目", "预算数（元）"]])), form, library.dictionary)
    assert [column.unit for column in found[0].columns] == ["元"]


def test_a_column_that_names_a_field_is_known_by_its_aliases_too(dictionary: Dictionary) -> None:
    form = Form(
        form="甲",
        titles=["甲"],
        tables=[Table(label=["人员"], values="below", columns={"编制数": "编制数"})],
    )
    found, _ = tables(Page(Sheet("甲", [["人员", "单位编制人数"], [None, 60]])), form, dictionary)
    assert columns(found[0]) == [(1, "编制数", None, 0)]


# --- lanes: one table, its heads side by side


def lanes(library: Library, *rows: list[Value]) -> list[Located]:
    form = Form(
        form="甲",
        titles=["甲"],
        tables=[
            Table(label=["科目编码", "科目名称"], lanes=True, columns={"金额": "决算数"}, rows={"公务接待费": None})
        ],
    )
    found, _ = tables(Page(Sheet("甲", [*rows])), form, library.dictionary)
    return found


def test_each_lane_has_its_own_names_and_numbers(library: Library) -> None:
    head: list[Value] = ["科目编码", "科目名称", "金额"] * 3
    found = lanes(library, head, ["302", "公务接待费", 1, None, None, None, None, None, None])
    assert [(lane.label_column, lane.names, [c.index for c in lane.columns]) for lane in found] == [
        (0, range(2), [2]),
        (3, range(3, 5), [5]),
        (6, range(6, 8), [8]),
    ]
    assert [lane.left for lane in found] == [None, found[0], found[1]]
    assert not any(lane.others for lane in found)


def test_the_names_of_a_lane_reach_back_to_the_numbers_of_the_one_before(library: Library) -> None:
    head: list[Value] = ["编码", "科目名称", "金额", "编码", "科目名称", "金额"]
    found = lanes(library, head, ["302", "公务接待费", 1, "310", "资本性支出", 2])
    assert [lane.names for lane in found] == [range(1, 2), range(3, 5)]


def test_lanes_printed_again_by_a_page_break_are_the_same_lanes(library: Library) -> None:
    head: list[Value] = ["科目名称", "金额", "科目名称", "金额"]
    found = lanes(library, head, ["公务接待费", 1, None, None], head, ["会议费", 2, None, None])
    assert [(lane.repeats, lane.last) for lane in found] == [({2}, 4), ({2}, 4)]
