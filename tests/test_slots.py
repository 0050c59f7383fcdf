"""What is filled in by a plan is what a sheet gives by itself, whatever was read before it."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converter.intake.cells import Sheet, Workbook
from converter.mapping import facts
from converter.mapping.facts import read_documents
from converter.mapping.layouts import Layouts
from converter.mapping.library import Library
from converter.mapping.rows import TableRows
from converter.mapping.slots import Plan, Plans
from tests.make_forms import Print
from tests.make_published import GK03, by_code
from tests.test_layouts import GRIDS, HELD, sheet_of
from tests.workbooks import Grid, accounts

Read = Callable[[Sheet, Layouts], str]
#: Figures as they are typed, with units and without, and what is none.
FIGURES = [*HELD, -0.0, 0.1 + 0.2, 1e300, float("inf"), "3万元", "40元", "1,234.5", "-", "五", "97.62%", "12\u3000"]
#: What may name a row, or be part of its code.
NAMES: list[str | float] = [
    "合计",
    "合 计",
    "小计",
    "2080101",
    "20801",
    "208",
    "2210201",
    "01",
    "行政运行",
    "",
    208.0,
    2080101.0,
    5.0,
    "—",
]


@pytest.fixture
def read(library: Library, monkeypatch: pytest.MonkeyPatch) -> Read:
    """All that a sheet gives, with what some layouts keep."""

    def through(sheet: Sheet, layouts: Layouts) -> str:
        monkeypatch.setattr(facts, "_layouts", lambda *_: layouts)
        return repr(read_documents(Workbook([sheet]), "表.xlsx", library.forms, library.dictionary))

    return through


@pytest.fixture(scope="module")
def layouts(library: Library) -> Layouts:
    return Layouts(library.forms, library.dictionary)


def public() -> Grid:
    return by_code("支出决算表", "公开03表", GK03, "one column")(Print())


def by_parts() -> Grid:
    return by_code("支出决算表", "公开03表", GK03, "类款项")(Print())


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_read_before_a_sheet_gives_what_it_gives_by_itself(
    data: st.DataObject, layouts: Layouts, read: Read, library: Library
) -> None:
    sheet = sheet_of(data.draw(st.sampled_from(GRIDS))())
    for _ in range(data.draw(st.integers(0, 4))):
        row = data.draw(st.integers(0, len(sheet.rows) - 1))
        column = data.draw(st.integers(0, len(sheet.rows[row]) - 1))
        sheet.rows[row][column] = data.draw(st.sampled_from(FIGURES))
        if data.draw(st.integers(0, 5)) == 0:
            sheet.percents[row, column] = 2
    assert read(sheet, layouts) == read(sheet, Layouts(library.forms, library.dictionary))


@pytest.mark.parametrize("made", [accounts, public])
def test_another_departments_figures_are_read_by_the_plan(
    made: Callable[[], Grid], library: Library, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, fresh = (Layouts(library.forms, library.dictionary) for _ in range(2))
    first, other = sheet_of(made()), sheet_of(made())
    row = next(row for row in reversed(other.rows) if sum(isinstance(held, float) for held in row) > 1)
    column = max(at for at, held in enumerate(row) if isinstance(held, float))
    row[column] = 77.125
    read(first, kept)
    with monkeypatch.context() as patch:
        patch.setattr(TableRows, "_read_anew", lambda *_: pytest.fail("no plan"))
        filled = read(other, kept)
    assert filled == read(other, fresh) != read(first, fresh)


@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_total_and_its_parts_are_found_whatever_names_other_rows(
    data: st.DataObject, layouts: Layouts, read: Read, library: Library
) -> None:
    sheet = sheet_of(data.draw(st.sampled_from([public, by_parts]))())
    for _ in range(data.draw(st.integers(0, 4))):
        row = data.draw(st.integers(0, len(sheet.rows) - 1))
        cell = row, data.draw(st.integers(0, min(3, len(sheet.rows[row]) - 1)))
        sheet.rows[row][cell[1]] = data.draw(st.sampled_from(NAMES))
        if data.draw(st.integers(0, 9)) == 0:
            sheet.errors[cell] = "#REF!"
        if data.draw(st.integers(0, 9)) == 0:
            sheet.pads[cell] = 7
    assert read(sheet, layouts) == read(sheet, Layouts(library.forms, library.dictionary))


def test_where_only_the_total_is_a_field_other_parts_need_no_other_plan(
    library: Library, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, fresh = (Layouts(library.forms, library.dictionary) for _ in range(2))
    first, other = sheet_of(public()), sheet_of(public())
    at = next(row for row, held in enumerate(other.rows) if "2080101" in held)
    other.rows[at][other.rows[at].index("2080101")] = "20899"
    read(first, kept)
    with monkeypatch.context() as patch:
        patch.setattr(TableRows, "_read_anew", lambda *_: pytest.fail("no plan"))
        filled = read(other, kept)
    assert filled == read(other, fresh)
    assert read(first, kept) == read(first, Layouts(library.forms, library.dictionary))


def test_a_row_that_is_named_otherwise_is_another_plan(library: Library, read: Read) -> None:
    """Codes are figures: the layout does not tell them apart."""
    kept, fresh = (Layouts(library.forms, library.dictionary) for _ in range(2))
    for code in ("2080101", "2080199", "2080101", "20801", "2080102", "2080103", "2080104"):
        sheet = sheet_of(public())
        cell = next((r, c) for r, row in enumerate(sheet.rows) for c, held in enumerate(row) if held == "2080101")
        sheet.rows[cell[0]][cell[1]] = code
        assert read(sheet, kept) == read(sheet, fresh)
        fresh = Layouts(library.forms, library.dictionary)


def test_of_many_plans_the_last_ones_are_kept() -> None:
    sheet, plans = Sheet("表", [["甲", 1.0]]), Plans()
    made = [Plan([], [], number) for number in range(6)]
    for number, plan in enumerate(made):
        plans.keep(sheet, [(0, 0)], (number, "万元", False), plan)
    assert [plans.of(sheet, (number, "万元", False)) for number in range(6)] == [None, None, *made[2:]]
    assert plans.of(Sheet("表", [["乙", 1.0]]), (5, "万元", False)) is None
