"""原值 against what the inputs give: the same number however written, the same interval, and nothing else."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.scoring.ledger import NO_VALUE, Standing
from converter.vocabulary.numbers import read_text, shortest

INTERVAL = Standing(math.nan, "0～6", NO_VALUE | {"0～6", "缺数", "空白"}, dash=True)


def agrees(standing: Standing, text: str) -> bool:
    return standing.agrees(text, read_text(text))


@pytest.mark.parametrize(
    "text", ["0～6", "0-6", "0—6", "0至6", " 0 ~ 6 ", "[0, 6]", "0～6分", "空", "", "缺数", "空白", "——", "无"]
)
def test_an_interval_however_written(text: str) -> None:
    assert agrees(INTERVAL, text)


@pytest.mark.parametrize("text", ["0", "6", "0～5", "1～6", "冲突", "06", "未评"])
def test_anything_else_is_another_value(text: str) -> None:
    assert not agrees(INTERVAL, text)


@pytest.mark.parametrize("text", ["1234.5", "1,234.50", "1 234.5", "１２３４.５"])
def test_a_number_however_written(text: str) -> None:
    assert agrees(Standing(1234.5, "1234.5"), text)


@pytest.mark.parametrize("text", ["", "——", "1234.51", "12345", "空白", "约1234.5"])
def test_a_number_is_no_other_and_no_blank(text: str) -> None:
    assert not agrees(Standing(1234.5, "1234.5"), text)


def test_zero_is_not_blank() -> None:
    assert not agrees(Standing(0.0, "0"), "")
    assert agrees(Standing(0.0, "0"), "0.00")
    assert not agrees(Standing(math.nan, "空白", NO_VALUE | {"空白"}), "0")


@given(st.floats(0.01, 1e9), st.floats(0.01, 1e9))
def test_a_number_agrees_with_itself_alone(one: float, other: float) -> None:
    one, other = (float(f"{value:.8g}") for value in (one, other))
    standing = Standing(one, shortest(one))
    assert standing.agrees(shortest(one), read_text(f"{one:.10f}"))
    assert standing.agrees("", read_text(f"{other:.10f}")) == math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
