"""Rows by code overlap: only 合计 is a field, the leaves are compared with it, an empty table says so or is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.intake.cells import Workbook
from converter.mapping.facts import Document, read_documents
from converter.mapping.library import Library
from converter.mapping.records import _leaves, code_of
from converter.vocabulary.numbers import State
from tests.make_forms import Print
from tests.make_published import GK03, by_code
from tests.test_locate import page
from tests.workbooks import Grid

GK03_TITLE, FUND_TITLE = "支出决算表", "国有资本经营预算财政拨款支出决算表"


def read(grid: Grid, library: Library) -> Document:
    (document,) = read_documents(Workbook([page(grid).sheet]), "表.xlsx", library.forms, library.dictionary).documents
    return document


def codes(document: Document) -> list[tuple[str, str]]:
    return [(item.code, item.place.cell) for item in document.findings]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["2080101", "行政运行"], "2080101"),
        (["208", "01", "01", "行政运行"], "2080101"),
        (["208", "1", "1"], "2080101"),
        (["205", "", "", "教育支出"], "205"),
        ([" 302 ", "17", "公务接待费"], "30217"),
        (["合计"], ""),
        ([], ""),
    ],
)
def test_a_code_in_one_cell_or_several_of_mixed_types(cells: list[str], code: str) -> None:
    assert code_of(cells) == code


@given(st.lists(st.sampled_from(["208", "20801", "2080101", "2080199", "20899", "221", "22102"]), max_size=9))
def test_a_leaf_has_no_longer_code_and_every_code_lies_over_a_leaf(given_codes: list[str]) -> None:
    ends = [given_codes[at] for at in _leaves(given_codes)]
    assert all(not other.startswith(end) or other == end for end in ends for other in given_codes)
    assert all(any(end.startswith(code) for end in ends) for code in given_codes)


@pytest.mark.parametrize("style", ["one column", "类款项"])
def test_leaves_that_do_not_add_up_are_a_finding_at_the_total(style: str, library: Library) -> None:
    grid = by_code(GK03_TITLE, "公开03表", GK03, style)(Print())
    total = next(cell for cell, value in grid.cells.items() if value == 1600 and cell[0] == 7)
    grid.cells[total] = 1600.5
    document = read(grid, library)
    (found,) = document.findings
    assert (found.code, found.subject) == ("D09", "基本支出决算数")
    assert "1600" in found.message
    assert "1600.5" in found.message
    assert {fact.value for fact in document.facts if fact.field == "基本支出决算数"} == {1600.5}


def test_leaves_off_by_their_rounding_are_no_finding(library: Library) -> None:
    """Four leaves and the total, each rounded: up to 0.025, so 0.03."""
    grid = by_code(GK03_TITLE, "公开03表", GK03)(Print())
    total = next(cell for cell, value in grid.cells.items() if value == 1600 and cell[0] == 7)
    for given_total, found in ((1600.02, []), (1600.03, ["D09"])):
        grid.cells[total] = given_total
        assert [code for code, _ in codes(read(grid, library))] == found


def test_a_leaf_that_cannot_be_read_leaves_the_comparison_out(library: Library) -> None:
    grid = by_code(GK03_TITLE, "公开03表", GK03)(Print())
    for cell, value in list(grid.cells.items()):
        if value == 800 and cell[0] > 7:
            grid.cells[cell] = "约800"
    assert codes(read(grid, library)) == []


def empty(foot: str) -> Grid:
    grid = by_code(FUND_TITLE, "公开09表", [("本年支出", 0.0), ("基本支出", 0.0), ("项目支出", 0.0)], foot=foot)(
        Print()
    )
    for cell in [cell for cell, value in grid.cells.items() if value == 0]:
        del grid.cells[cell]
    return grid


def test_an_empty_table_with_a_note_is_declared_not_applicable(library: Library) -> None:
    document = read(empty("注：本部门没有国有资本经营预算财政拨款支出，故本表无数据。"), library)
    assert {fact.state for fact in document.facts} == {State.DASH}
    assert codes(document) == []


def test_an_empty_table_without_a_note_is_blank_and_asked_about(library: Library) -> None:
    document = read(empty("注：本表反映部门本年度国有资本经营预算财政拨款支出情况。"), library)
    assert {fact.state for fact in document.facts} == {State.BLANK}
    assert [code for code, _ in codes(document)] == ["M18"]


def test_a_table_without_its_total_gives_no_field(library: Library) -> None:
    grid = by_code(GK03_TITLE, "公开03表", GK03)(Print())
    del grid.cells[7, 0]
    document = read(grid, library)
    assert document.facts == []
    assert [code for code, _ in codes(document)] == ["M02"]
