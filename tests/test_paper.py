"""Whether a sheet fits on one page of A4."""

import pytest

from converter.books.paper import LEAST_SCALE, points, scale


def test_a_column_is_as_wide_as_excel_makes_it() -> None:
    """8.43 characters of Calibri 11 are 64 pixels."""
    assert points(8.43) == pytest.approx(64 * 0.75, abs=0.1)


def test_a_small_sheet_is_not_enlarged() -> None:
    assert scale([10], [20]) == 1


def test_width_and_height_both_bind() -> None:
    wide, high = scale([200], [20]), scale([10], [1000])
    assert wide == pytest.approx((841.9 - 72) / points(200))
    assert high == pytest.approx((595.3 - 93.6) / 1000)
    assert scale([200], [1000]) == min(wide, high)


def test_a_portrait_page_is_narrow_and_high() -> None:
    assert scale([200], [20], landscape=False) < scale([200], [20])
    assert scale([10], [1000], landscape=False) > scale([10], [1000])


def test_print_stays_readable() -> None:
    assert LEAST_SCALE * 8 >= 4.8
