"""Heads in merged rows one above the other: what a column says, how deep the heads go, and labels beside their values."""

from collections.abc import Mapping

import pytest

from converter.intake.cells import Sheet, Value
from converter.mapping.fields import Dictionary
from converter.mapping.forms import Table
from converter.mapping.heads import Heads, read_heads, read_labels
from converter.mapping.library import Library
from converter.mapping.page import Page

Merges = list[tuple[int, int, int, int]]


@pytest.fixture(scope="module")
def dictionary(library: Library) -> Dictionary:
    return library.dictionary


def heads(
    rows: list[list[Value]], columns: Mapping[str, str], dictionary: Dictionary, merges: Merges | None = None
) -> Heads:
    """The heads of a table whose label head is A1."""
    table = Table(label=["项目"], values="below", columns=dict(columns))
    page = Page(Sheet("表", rows, merges or []))
    return read_heads(page, table, (0, 0), page.sheet.width, dictionary)


def said(found: Heads) -> list[tuple[int, str]]:
    return [(column.index, column.head.target) for column in found.columns]


BUDGET, SPENT = "公务接待费预算数", "公务接待费决算数"
PAIR = {"预算数/公务接待费": BUDGET, "决算数/公务接待费": SPENT}


def test_the_parts_of_a_head_may_stand_in_either_order(dictionary: Dictionary) -> None:
    above: list[list[Value]] = [["项目", "预算数", "决算数"], [None, "公务接待费", "公务接待费"], [None, 21, 4.12]]
    below: list[list[Value]] = [["项目", "公务接待费", None], [None, "预算数", "决算数"], [None, 21, 4.12]]
    assert said(heads(above, PAIR, dictionary)) == [(1, BUDGET), (2, SPENT)]
    assert said(heads(below, PAIR, dictionary, [(0, 1, 0, 2)])) == [(1, BUDGET), (2, SPENT)]


def test_an_alias_of_the_item_is_the_last_part_too(dictionary: Dictionary) -> None:
    rows: list[list[Value]] = [["项目", "预算数"], [None, "公务招待费"], [None, 21]]
    assert said(heads(rows, PAIR, dictionary)) == [(1, BUDGET)]


@pytest.mark.parametrize("total", ["小计", "合计"])
def test_a_total_belongs_to_the_head_above_it(total: str, dictionary: Dictionary) -> None:
    rows: list[list[Value]] = [["项目", "工资福利支出", None, "合计"], [None, total, "基本工资", None], [None, 5, 3, 9]]
    keys = {"工资福利支出": "工资福利支出决算数", "合计": "本年支出合计决算数"}
    found = heads(rows, keys, dictionary, [(0, 1, 0, 2), (0, 3, 1, 3)])
    assert said(found) == [(1, "工资福利支出决算数"), (3, "本年支出合计决算数")]


def test_a_total_under_an_unknown_head_is_not_the_total_of_the_table(dictionary: Dictionary) -> None:
    rows: list[list[Value]] = [
        ["项目", "上年结转", None, "本年支出"],
        [None, "合计", "其中：基本支出", "合计"],
        [None, 5, 3, 9],
    ]
    found = heads(rows, {"合计|本年支出": "本年支出合计决算数"}, dictionary, [(0, 1, 0, 2)])
    assert said(found) == [(3, "本年支出合计决算数")]


def test_the_data_begin_below_the_last_row_that_names_a_column(dictionary: Dictionary) -> None:
    keys = {"基本支出": "基本支出决算数"}
    flat = heads([["项目", "基本支出"], ["说明", "见下"], ["合计", 3]], keys, dictionary)
    deep = heads([["项目", "本年支出"], [None, "基本支出"], ["合计", 3]], keys, dictionary)
    assert (flat.first, deep.first) == (1, 2)


def test_a_column_of_a_merged_head_is_its_first(dictionary: Dictionary) -> None:
    rows: list[list[Value]] = [["项目", "基本支出", None], ["合计", 3, None]]
    assert said(heads(rows, {"基本支出": "基本支出决算数"}, dictionary, [(0, 1, 0, 2)])) == [(1, "基本支出决算数")]


def test_only_a_column_that_must_be_there_is_missing(dictionary: Dictionary) -> None:
    keys = {"基本支出|支出": "基本支出决算数", "项目支出": "项目支出决算数", "经营支出?": "经营支出决算数"}
    found = heads([["项目", "项目支出"], ["合计", 3]], keys, dictionary)
    assert (found.missing, found.lacking) == (["基本支出"], {"基本支出决算数"})


def test_heads_that_are_kept_are_those_of_the_same_texts_only(dictionary: Dictionary) -> None:
    keys = {"{本年}预算数": BUDGET, "{本年}决算数": SPENT}

    def read(first: str, second: str, merges: Merges | None = None) -> tuple[int | None, list[tuple[int, str]]]:
        found = heads([["项目", first, second], ["合计", 3, 4]], keys, dictionary, merges)
        return found.year, [(column.index, column.unit) for column in found.columns]

    plain = (2019, [(1, ""), (2, "")])
    assert read("2019年预算数", "2019年决算数") == plain
    assert read("2020年预算数", "2020年决算数") == (2020, [(1, ""), (2, "")])
    assert read("2019年预算数（元）", "2019年决算数") == (2019, [(1, "元"), (2, "")])
    assert read("2019年预算数", "2019年决算数", [(0, 1, 0, 2)]) == (2019, [(1, "")])
    assert read("2019年预算数", "2019年决算数") == plain


# --- labels with their value beside them


def labels(
    rows: list[list[Value]], dictionary: Dictionary, merges: Merges | None = None
) -> list[tuple[str, tuple[int, int]]]:
    """Field and cell of the value."""
    table = Table(
        values="beside", columns={"编制数": "编制数", "{本年}在职人数": "在职人员数", "控制率?": "在职人员控制率填报数"}
    )
    found = read_labels(Page(Sheet("表", rows, merges or [])), table, dictionary)
    return [(column.head.target, (column.cell[0], column.index)) for column in found.columns]


@pytest.mark.parametrize(
    ("rows", "merges", "found"),
    [
        pytest.param(
            [["人员编制", 60, "2019年在职人数", "68人"]], [], [("编制数", (0, 1)), ("在职人员数", (0, 3))], id="pairs"
        ),
        pytest.param([["编制数", None, None, 60]], [(0, 0, 0, 2)], [("编制数", (0, 3))], id="merged label"),
        pytest.param([["编制数", None, 60]], [], [("编制数", (0, 2))], id="a blank between"),
        pytest.param(
            [["编制数", None, "在职人数", 68]], [], [("编制数", (0, 1)), ("在职人员数", (0, 3))], id="blank value"
        ),
        pytest.param([["编制数", "2019年在职人数"], [60, 68]], [], [("在职人员数", (0, 2))], id="heads, values below"),
        pytest.param([["编制数", 60], ["编制数", 61]], [], [("编制数", (0, 1))], id="the first of two"),
    ],
)
def test_labels_beside_values(
    rows: list[list[Value]], merges: Merges, found: list[tuple[str, tuple[int, int]]], dictionary: Dictionary
) -> None:
    assert labels(rows, dictionary, merges) == found


def test_a_year_among_the_labels_is_the_forms_year(dictionary: Dictionary) -> None:
    table = Table(values="beside", columns={"{本年}在职人数": "在职人员数"})
    found = read_labels(Page(Sheet("表", [["2019年在职人数", 68]])), table, dictionary)
    assert (found.year, found.missing) == (2019, [])
