"""四舍五入: the vectorised rounding against the decimal a spreadsheet shows, rounded half up."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from converter.scoring.rounding import SCORE_DIGITS, SNAP, half_up, round_half_up, snap

DIGITS = st.integers(0, 9)


def by_decimal(value: float, digits: int) -> float:
    """The definition (DESIGN: Arithmetic): the 15-digit decimal, half away from zero; never −0.0."""
    with localcontext(Context(prec=400)):
        return float(Decimal(format(value, ".15g")).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)) + 0.0


def rounded(value: float, digits: int) -> float:
    """The value rounded in a column of several and alone, which are two ways to the same number."""
    alone, (first, second) = round_half_up(np.array([value]), digits), round_half_up(np.array([value, value]), digits)
    assert alone.shape == (1,)
    assert str(alone[0]) == str(first) == str(second)
    return float(first)


@given(st.floats(-1e9, 1e9), DIGITS)
@example(1.005, 2)
@example(0.29 * 100, 0)
@example(4.999999999999999, 0)
@example(1e9 - 0.5, 0)
def test_any_float(value: float, digits: int) -> None:
    assert rounded(value, digits) == half_up(value, digits) == by_decimal(value, digits)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 1e308, 5e-324])
def test_a_single_number_is_rounded_as_many_are(value: float) -> None:
    assert str(half_up(value, SCORE_DIGITS)) == str(rounded(value, SCORE_DIGITS))


@given(st.integers(-(10**11), 10**11), DIGITS, st.integers(-3, 3))
def test_on_a_tie_and_a_few_ulps_beside_it(count: int, digits: int, ulps: int) -> None:
    """x.xx5 as a float is seldom the tie itself: what the 15 digits show decides."""
    value = float(Decimal(2 * count + 1).scaleb(-digits) / 2)
    for _ in range(abs(ulps)):
        value = math.nextafter(value, math.copysign(math.inf, ulps))
    assert rounded(value, digits) == by_decimal(value, digits)


@given(st.integers(-(10**14), 10**14), st.integers(0, 12), DIGITS)
def test_decimals_as_people_write_them(digits_of: int, places: int, digits: int) -> None:
    value = float(Decimal(digits_of).scaleb(-places))
    assert rounded(value, digits) == by_decimal(value, digits)


@given(st.integers(1, 2000), st.integers(1, 2000), st.sampled_from([0.01, 0.05, 0.1, 0.5, 0.8]))
def test_quotients_with_float_noise(over: int, count: int, every: float) -> None:
    value = ((count + over / 100) / count - 1) / every
    assert float(snap(np.array([value]))[0]) == by_decimal(value, SNAP)


@given(st.sampled_from([-1.0, 1.0]), st.integers(-300, 300), st.floats(1, 9.999), DIGITS)
def test_the_very_large_and_the_very_small(sign: float, exponent: int, mantissa: float, digits: int) -> None:
    """A typing mistake of twenty digits must not stop the run: it is a number like any other."""
    value = sign * float(f"{mantissa}e{exponent}")
    assert rounded(value, digits) == by_decimal(value, digits)


@pytest.mark.parametrize("value", [1e15, 1e18, 1e19, 1e20, 1.2345678901234567e22, 1e300, -1e20])
@pytest.mark.parametrize("digits", [SCORE_DIGITS, SNAP])
def test_large_numbers_stay_what_they_are(value: float, digits: int) -> None:
    assert rounded(value, digits) == by_decimal(value, digits)


@pytest.mark.parametrize(
    ("value", "digits", "wanted"),
    [
        (2.5, 0, 3.0),
        (0.125, 2, 0.13),
        (1.005, 2, 1.01),
        (2.675, 2, 2.68),
        (-2.675, 2, -2.68),
        (-0.5, 0, -1.0),
        (4.505, 2, 4.51),
        (0.1 + 0.2, 1, 0.3),
        ((1.1 - 1) / 0.01, 9, 10.0),
        ((1.29 - 1) / 0.01, 9, 29.0),
        (2.9999999999, 9, 3.0),
        (2.9999999994, 9, 2.999999999),
        (0.0, 2, 0.0),
    ],
)
def test_numbers_that_others_round_wrongly(value: float, digits: int, wanted: float) -> None:
    assert rounded(value, digits) == wanted


@pytest.mark.parametrize("value", [-0.0, -1e-12, -0.004, -5e-324])
def test_never_negative_zero(value: float) -> None:
    assert math.copysign(1.0, rounded(value, 2)) == 1.0


@given(DIGITS)
def test_nan_stays_nan_beside_numbers(digits: int) -> None:
    result = round_half_up(np.array([math.nan, 1.005, math.nan, 2.5]), digits)
    assert np.isnan(result).tolist() == [True, False, True, False]


@settings(max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), max_size=30), DIGITS)
def test_one_at_a_time_as_all_at_once(values: list[float], digits: int) -> None:
    together = round_half_up(np.array(values, dtype=np.float64), digits)
    assert together.tolist() == [rounded(value, digits) for value in values]
    assert np.array_equal(round_half_up(np.array(values, dtype=np.float64).reshape(-1, 1), digits)[:, 0], together)


def test_the_given_array_is_not_changed() -> None:
    values = np.array([1.005, -0.0, math.nan])
    round_half_up(values, 2)
    assert values[0] == 1.005
    assert math.copysign(1.0, values[1]) == -1.0
