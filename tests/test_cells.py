"""Addressed cells: Excel's names, merged ranges, and what a cell holds as text, as 原文 and as a number."""

import datetime as dt
import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.intake.cells import Sheet, Value, a1, from_a1, text_of
from converter.vocabulary.numbers import Number, State

cells = st.tuples(st.integers(0, 1_048_575), st.integers(0, 16_383))


# --- addresses


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ((0, 0), "A1"),
        ((7, 1), "B8"),
        ((0, 25), "Z1"),
        ((0, 26), "AA1"),
        ((0, 51), "AZ1"),
        ((0, 52), "BA1"),
        ((0, 701), "ZZ1"),
        ((0, 702), "AAA1"),
        ((1_048_575, 16_383), "XFD1048576"),
    ],
)
def test_a_cell_has_the_name_that_excel_gives_it(cell: tuple[int, int], name: str) -> None:
    assert a1(cell) == name
    assert from_a1(name) == cell


@given(cells)
def test_a_name_leads_back_to_its_cell(cell: tuple[int, int]) -> None:
    assert from_a1(a1(cell)) == cell


@given(cells, cells)
def test_two_cells_never_share_a_name(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert (a1(one) == a1(other)) == (one == other)


def test_small_letters_name_the_same_cell() -> None:
    assert from_a1("xfd12") == from_a1("XFD12")


# --- merged ranges

MERGED = Sheet(
    "表",
    rows=[["三公经费", None, None, "项目支出"], ["上年", "预算", "决算", None], ["", 29.0, "", 7.59]],
    merges=[(0, 0, 0, 2), (0, 3, 1, 3), (2, 1, 2, 2)],
)


@pytest.mark.parametrize(
    ("cell", "anchor", "text"),
    [
        ((0, 0), (0, 0), "三公经费"),
        ((0, 1), (0, 0), "三公经费"),
        ((0, 2), (0, 0), "三公经费"),
        ((0, 3), (0, 3), "项目支出"),
        ((1, 3), (0, 3), "项目支出"),
        ((1, 1), (1, 1), "预算"),
        ((2, 2), (2, 1), "29"),
        ((2, 0), (2, 0), ""),
    ],
)
def test_a_merged_range_shows_its_first_cell_and_fills_nothing_else(
    cell: tuple[int, int], anchor: tuple[int, int], text: str
) -> None:
    assert MERGED.anchor(cell) == anchor
    assert MERGED.text(cell) == text


def test_an_empty_cell_below_a_filled_one_stays_empty_unless_merged() -> None:
    sheet = Sheet("表", [["人社局"], [None]])
    assert sheet.text((1, 0)) == ""


def test_the_stored_value_of_a_covered_cell_is_not_that_of_its_range() -> None:
    assert MERGED.value((0, 1)) is None


def test_the_texts_of_a_row_are_its_own_and_not_those_of_a_range() -> None:
    assert list(MERGED.texts(0)) == [(0, "三公经费"), (3, "项目支出")]
    assert list(MERGED.texts(2)) == [(1, "29"), (3, "7.59")]


@pytest.mark.parametrize("odd", [{}, {"errors": {(1, 1): "#REF!"}}, {"pads": {(1, 0): 4}}])
def test_the_texts_of_several_columns_are_those_of_their_cells(odd: dict[str, Any]) -> None:
    sheet = Sheet("表", [["甲", None, 2.5], [12.0, "", "乙"], ["丙"]], [(0, 0, 0, 1)], **odd)
    for row, columns in ((0, range(3)), (1, range(3)), (1, range(1, 2)), (2, range(0))):
        assert sheet.texts_in(row, columns) == [sheet.text((row, column)) for column in columns]
    assert sheet.texts_in(2, range(1)) == ["丙"]


def test_words_are_texts_of_their_own_without_numbers_and_blanks() -> None:
    sheet = Sheet("表", [[" 甲 ", 1.5, "　"], [None, "乙", True], []], [(0, 0, 0, 1)])
    assert sheet.words == [[(0, "甲")], [(1, "乙")], []]


@pytest.mark.parametrize("value", [None, "", "　", "0", 0.0, "—", "甲", False, math.nan])
def test_a_cell_is_blank_as_its_number_is(value: Value) -> None:
    sheet = Sheet("表", [[value, "", ""]], errors={(0, 1): "#REF!"}, stale={(0, 2)})
    for cell in ((0, 0), (0, 1), (0, 2), (0, 3)):
        assert sheet.is_blank(cell) == (sheet.number(cell).state is State.BLANK)


def test_blank_texts_are_not_listed() -> None:
    assert list(Sheet("表", [[None, "", " ", "\u3000", 0.0, " a "]]).texts(0)) == [(4, "0"), (5, "a")]


def test_a_range_over_the_whole_sheet_costs_no_time() -> None:
    sheet = Sheet("表", [["标题", None], [None, 1.0]], merges=[(0, 0, 1_048_575, 16_383)])
    started = time.process_time()
    assert sheet.anchor((1, 1)) == (0, 0)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("cell", [(3, 0), (0, 4), (-1, 0), (0, -1), (99, 99)])
def test_outside_the_grid_there_is_nothing(cell: tuple[int, int]) -> None:
    assert MERGED.value(cell) is None
    assert MERGED.text(cell) == ""
    assert MERGED.number(cell).state is State.BLANK


def test_rows_may_be_of_different_width() -> None:
    sheet = Sheet("表", [[1.0], [1.0, 2.0, 3.0], []])
    assert sheet.width == 3
    assert sheet.value((0, 2)) is None


def test_a_sheet_without_cells_has_no_width() -> None:
    assert Sheet("表", []).width == 0


# --- numbers


def one(value: Value, **more: object) -> Sheet:
    return Sheet("表", [[value]], **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (60.0, Number(60, State.NUMBER)),
        (60, Number(60, State.NUMBER)),
        (0.0, Number(0, State.ZERO)),
        (0, Number(0, State.ZERO)),
        (-16.88, Number(-16.88, State.NUMBER)),
        (2087.0249999999996, Number(2087.025, State.NUMBER)),
        (0.1 + 0.2, Number(0.3, State.NUMBER)),
        ("60\u3000", Number(60, State.NUMBER)),
        ("19,550.38", Number(19550.38, State.NUMBER)),
        ("113%", Number(1.13, State.NUMBER, "%")),
        ("3.2亿元", Number(3.2, State.NUMBER, "亿元")),
    ],
    ids=ascii,
)
def test_a_number_is_a_number_whether_stored_or_typed_as_text(value: Value, number: Number) -> None:
    assert one(value).number((0, 0)) == number


def test_a_stored_zero_is_never_minus_zero() -> None:
    assert math.copysign(1, one(-0.0).number((0, 0)).value) == 1


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (None, State.BLANK),
        ("", State.BLANK),
        ("\u3000", State.BLANK),
        ("——", State.DASH),
        ("一", State.DASH),
        ("约60", State.UNREADABLE),
        (True, State.UNREADABLE),
        (False, State.UNREADABLE),
        (dt.date(2019, 12, 31), State.UNREADABLE),
        (dt.datetime(2019, 12, 31, 8, 0), State.UNREADABLE),  # noqa: DTZ001  # cells have no time zone
        (dt.time(8, 0), State.UNREADABLE),
        (dt.timedelta(hours=30), State.UNREADABLE),
    ],
    ids=ascii,
)
def test_what_is_no_number_has_its_state_and_no_value(value: Value, state: State) -> None:
    number = one(value).number((0, 0))
    assert number.state is state
    assert math.isnan(number.value)


def test_an_error_cell_is_an_error_and_keeps_its_text() -> None:
    number = one("", errors={(0, 0): "#DIV/0!"}).number((0, 0))
    assert (number.state, number.reason) == (State.ERROR, "#DIV/0!")
    assert math.isnan(number.value)


def test_a_formula_without_a_value_is_stale_and_not_blank() -> None:
    number = one("", stale={(0, 0)}).number((0, 0))
    assert number.state is State.STALE
    assert math.isnan(number.value)


def test_a_percent_format_makes_the_stored_ratio_a_percent() -> None:
    assert one(1.1333, percents={(0, 0): 0}).number((0, 0)) == Number(1.1333, State.NUMBER, "%")


def test_a_percent_format_says_nothing_about_the_cell_beside() -> None:
    sheet = Sheet("表", [[1.13, 113.0]], percents={(0, 0): 0})
    assert sheet.number((0, 1)).unit == ""


def test_a_zero_in_percent_is_zero() -> None:
    assert one(0.0, percents={(0, 0): 2}).number((0, 0)) == Number(0, State.ZERO, "%")


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("percents", [{}, {(0, 0): 1}], ids=["plain", "percent"])
def test_what_is_not_finite_is_no_number(value: float, percents: dict[tuple[int, int], int]) -> None:
    sheet = one(value, percents=percents, pads={(0, 0): 4})
    number = sheet.number((0, 0))
    assert (number.state, bool(number.reason)) == (State.UNREADABLE, True)
    assert math.isnan(number.value)
    assert sheet.raw((0, 0)) == sheet.text((0, 0)) == str(value)


# --- codes and hidden cells


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (12.0, 4, "0012"),
        (12, 4, "0012"),
        (0.0, 3, "000"),
        (12345, 4, "12345"),
        (430527001001, 12, "430527001001"),
        (12.5, 4, "12.5"),
        (-12, 4, "-12"),
        (True, 4, "TRUE"),
        ("7", 4, "7"),
        (None, 4, ""),
        (dt.date(2019, 12, 31), 4, "2019-12-31"),
    ],
    ids=ascii,
)
def test_a_format_of_zeros_pads_whole_numbers_and_nothing_else(value: Value, width: int, text: str) -> None:
    sheet = one(value, pads={(0, 0): width})
    assert sheet.text((0, 0)) == text
    assert sheet.number((0, 0)) == one(value).number((0, 0)) or math.isnan(sheet.number((0, 0)).value)


def test_a_merged_range_shows_the_padded_code_of_its_first_cell() -> None:
    sheet = Sheet("表", [[12.0, None]], merges=[(0, 0, 0, 1)], pads={(0, 0): 4})
    assert [sheet.text((0, column)) for column in (0, 1)] == ["0012", "0012"]


def test_a_cell_is_hidden_with_its_row_its_column_or_its_sheet() -> None:
    places = [(row, column) for row in range(2) for column in range(2)]
    rows: list[list[Value]] = [[1.0, 2.0], [3.0, 4.0]]
    cases: list[tuple[dict[str, Any], list[bool]]] = [
        ({}, [False, False, False, False]),
        ({"hidden_rows": {1}}, [False, False, True, True]),
        ({"hidden_columns": {0}}, [True, False, True, False]),
        ({"hidden_rows": {0}, "hidden_columns": {1}}, [True, True, False, True]),
        ({"visible": False}, [True, True, True, True]),
    ]
    for more, hidden in cases:
        sheet = Sheet("表", rows, **more)
        assert [sheet.hides(cell) for cell in places] == hidden
        assert [sheet.number(cell).value for cell in places] == [1, 2, 3, 4]


# --- 原文


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (60.0, "60"),
        (60, "60"),
        (1.1333, "1.1333"),
        (19550.38, "19550.38"),
        ("60\u3000", "60\u3000"),
        ("001", "001"),
        ("NA", "NA"),
        ("None", "None"),
        (None, ""),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.date(2019, 12, 31), "2019-12-31"),
    ],
    ids=ascii,
)
def test_raw_is_the_text_as_it_stands_or_the_shortest_form_of_a_number(value: Value, raw: str) -> None:
    assert one(value).raw((0, 0)) == raw
    assert text_of(value) == raw


@pytest.mark.parametrize(
    ("value", "digits", "raw"),
    [
        (1.1333, 0, "1.1333（显示为113%）"),
        (1.1333, 2, "1.1333（显示为113.33%）"),
        (0.5, 0, "0.5（显示为50%）"),
        (0.0, 2, "0（显示为0.00%）"),
        (-0.1688, 1, "-0.1688（显示为-16.9%）"),
        (1, 0, "1（显示为100%）"),
    ],
)
def test_raw_adds_the_percent_that_the_cell_shows(value: float, digits: int, raw: str) -> None:
    assert one(value, percents={(0, 0): digits}).raw((0, 0)) == raw


@pytest.mark.parametrize(
    ("value", "digits", "raw"),
    [
        (0.125, 0, "0.125（显示为13%）"),
        (1.005, 0, "1.005（显示为101%）"),
        (0.00125, 2, "0.00125（显示为0.13%）"),
        (1.13345, 2, "1.13345（显示为113.35%）"),
        (-0.125, 0, "-0.125（显示为-13%）"),
    ],
)
def test_the_shown_percent_is_rounded_half_up_as_excel_does(value: float, digits: int, raw: str) -> None:
    assert one(value, percents={(0, 0): digits}).raw((0, 0)) == raw


def test_raw_of_a_text_in_a_percent_cell_is_the_text() -> None:
    assert one("113%", percents={(0, 0): 0}).raw((0, 0)) == "113%"


def test_raw_of_an_error_cell_is_the_error() -> None:
    assert one("", errors={(0, 0): "#REF!"}, percents={(0, 0): 0}).raw((0, 0)) == "#REF!"


def test_raw_of_a_truth_value_in_a_percent_cell_is_no_percent() -> None:
    assert one(True, percents={(0, 0): 0}).raw((0, 0)) == "TRUE"
