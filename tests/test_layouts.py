"""What is kept of sheets that are laid out alike is what each of them would give by itself."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converter.intake.cells import Sheet, Value
from converter.mapping.layouts import Layouts, Understood
from converter.mapping.library import Library
from tests.make_forms import Print
from tests.make_published import GK03, by_code
from tests.test_locate import page
from tests.workbooks import Grid, accounts, basic_data, indicator_table

GRIDS: list[Callable[[], Grid]] = [
    basic_data,
    indicator_table,
    accounts,
    lambda: by_code("支出决算表", "公开03表", GK03, "one column")(Print()),
]
#: What a cell may hold that says something, and what says nothing.
HELD: list[Value] = [
    *(
        "",
        "\u3000",
        None,
        0.0,
        1.5,
        2018.0,
        2019.0,
        302.0,
        3,
        True,
        "12",
        " 12.50%",
        "302",
        "2018",
        "——",
        "1 2",
        "栏次",
    ),
    *(
        "合计",
        "2018年度",
        "部门：示例县某局",
        "填报单位：",
        "填报单位：收入支出决算总表编制组",
        "单位：元",
        "指标名称",
        "备注",
    ),
    *(
        "行政运行",
        "　城乡社区支出—0101",
        "部门甲的收入支出决算总表",
        "编号",
        "问题编号",
        "12万元",
        "无",
        "2018年预算",
        "上年决算数",
        "项目",
        "科目名称",
        "功能分类科目编码",
        "小计",
        "注：本部门没有政府性基金收支。",
    ),
]


@pytest.fixture(scope="module")
def layouts(library: Library) -> Layouts:
    return Layouts(library.forms, library.dictionary)


def alone(layouts: Layouts, sheet: Sheet) -> Understood:
    """How a sheet is understood where nothing is kept."""
    fresh = Layouts(layouts.titles.forms, layouts.dictionary)
    fresh._keeps = False
    return fresh.understood(sheet)


def sheet_of(grid: Grid) -> Sheet:
    """The sheet of a grid, whole numbers as readers of files give them."""
    sheet = page(grid).sheet
    sheet.rows = [[float(held) if type(held) is int else held for held in row] for row in sheet.rows]
    return sheet


@pytest.mark.parametrize("made", GRIDS)
def test_sheets_that_differ_in_figures_and_names_alone_are_understood_once(
    made: Callable[[], Grid], layouts: Layouts
) -> None:
    sheet, other = sheet_of(made()), sheet_of(made())
    row = len(other.rows) - 1
    floats = [(r, c) for r, held in enumerate(other.rows[:row]) for c, one in enumerate(held) if isinstance(one, float)]
    for r, c in floats[-1:]:
        other.rows[r][c] = 77.125
    first = layouts.understood(sheet)
    assert first.matches
    assert layouts.understood(other) is first
    assert first == alone(layouts, sheet)


def test_another_department_is_the_same_layout_unless_its_name_bears_a_title(layouts: Layouts) -> None:
    def named(text: str) -> Sheet:
        grid = basic_data()
        at = next(cell for cell, held in grid.cells.items() if isinstance(held, str) and held.startswith("填报单位"))
        grid.cells[at] = f"填报单位：{text}"
        return sheet_of(grid)

    assert layouts.understood(named("甲局")) is layouts.understood(named("乙县教育局（公章）"))
    assert layouts.understood(named("收入支出决算总表")) is not layouts.understood(named("甲局"))


@pytest.mark.parametrize(
    ("item", "alike"),
    [
        ("文化旅游体育与传媒支出", True),
        ("　　文物保护（2120101）", True),
        ("支出决算表", False),
        ("本年支出合计", False),
        ("12万元", False),
        ("编号", False),
    ],
)
def test_items_that_no_form_knows_do_not_make_another_layout(item: str, alike: bool, layouts: Layouts) -> None:
    """Accounts list the 功能分类 that a department has: others in each."""

    def listing(text: str) -> Sheet:
        sheet = sheet_of(GRIDS[3]())
        row, column = next(
            (r, c) for r, held in enumerate(sheet.rows) for c, one in enumerate(held) if "行政运行" in str(one)
        )
        sheet.rows[row][column] = text
        return sheet

    assert (layouts.understood(listing(item)) is layouts.understood(listing("初中教育"))) == alike
    assert layouts.understood(listing(item)) == alone(layouts, listing(item))


def test_a_year_that_is_a_number_counts_where_it_heads_a_column(layouts: Layouts) -> None:
    """The kinds of cells are the same: what was asked as a text tells the sheets apart."""

    def headed(year: float) -> Sheet:
        sheet = sheet_of(accounts())
        head = next(r for r, row in enumerate(sheet.rows) if "项目" in [str(held).strip() for held in row])
        sheet.rows[head] = [held if held else year for held in sheet.rows[head]]
        sheet.merges = []
        return sheet

    for year in (2018.0, 2019.0, 2018.0):
        assert layouts.understood(headed(year)) == alone(layouts, headed(year))


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_read_before_a_sheet_is_understood_as_by_itself(data: st.DataObject, layouts: Layouts) -> None:
    sheet = sheet_of(data.draw(st.sampled_from(GRIDS))())
    for _ in range(data.draw(st.integers(0, 4))):
        row = data.draw(st.integers(0, len(sheet.rows) - 1))
        column = data.draw(st.integers(0, len(sheet.rows[row]) - 1))
        sheet.rows[row][column] = data.draw(st.sampled_from(HELD))
    unmerged, broken = data.draw(st.booleans()), data.draw(st.booleans())
    if unmerged and sheet.merges:
        del sheet.merges[data.draw(st.integers(0, len(sheet.merges) - 1))]
    if broken:
        sheet.errors[data.draw(st.integers(0, 9)), 1] = "#REF!"
    assert layouts.understood(sheet) == alone(layouts, sheet)


def test_what_is_kept_is_bounded(layouts: Layouts) -> None:
    many = [sheet_of(basic_data()) for _ in range(9)]
    for at, sheet in enumerate(many):
        sheet.rows[3] = [float(at) if held in ("", None) else held for held in sheet.rows[3]]
        layouts.understood(sheet)
    long = Sheet("表", [["甲", 1.0]] * 500)
    assert layouts.understood(long) is not layouts.understood(long)
