"""Widths of columns by what their cells hold."""

import math

import pytest

from converter.books import tables
from converter.books.columns import LOOKS, WIDTHS, Seen, together

HEADS = ("部门", "说明", "数值", "得分")


def widths(*rows: tuple[object, ...]) -> tuple[float, ...]:
    return Seen.of(HEADS, rows).widths("规范数据")


def test_a_column_without_a_value_is_narrow() -> None:
    empty = [(name, value, math.nan, math.nan) for name in ("甲局",) for value in ("", None)]
    assert widths(*empty) == (15, 5.0, 9.0, 5.0)
    assert widths(*empty, ("甲局", "字", 1.0, 0.0)) == (15, 40, 9.0, 7)
    assert widths() == (15, 5.0, 9.0, 5.0)


def test_a_name_widens_its_column_up_to_a_limit() -> None:
    assert widths(("九个字的部门名称局", "", None, None))[0] == pytest.approx(0.92 * 18 + 1)
    assert widths(("字" * 40, "", None, None))[0] == 22


def test_a_number_is_never_cut_off() -> None:
    assert widths(("", "", 1234567.891, None))[2] == len("1,234,567.891") + 1
    assert widths(("", "", -1e14 / 3, None))[2] == 18
    assert widths(("", "", 12, None))[2] == 9.0  # whole numbers are short


def test_parts_tell_together_what_the_whole_tells() -> None:
    rows = [
        ("甲局", "", 1.0, math.nan),
        ("部门名称很长很长的一个局", "", 1234567.5, math.nan),
        ("", "字", math.nan, math.nan),
    ]
    for cut in range(len(rows) + 1):
        assert together([Seen.of(HEADS, rows[:cut]), Seen.of(HEADS, rows[cut:])]) == Seen.of(HEADS, rows)


def test_a_sheet_may_have_widths_of_its_own() -> None:
    seen = Seen.of(("文件",), [("a",)])
    assert (seen.widths("问题清单"), seen.widths("来源文件")) == ((22.0,), (26,))


def test_every_head_has_a_width() -> None:
    heads = {head for name, heads in vars(tables).items() if name.endswith("_HEADS") for head in heads}
    assert heads <= WIDTHS.keys()
    assert LOOKS.keys() <= heads
