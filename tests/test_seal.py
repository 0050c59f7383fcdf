"""校验码: it changes with every figure and its place; a file whose figures it does not fit is said to be changed."""

import math

import pytest

from converter.intake.cells import Cell, Sheet
from converter.mapping.seal import broken_seal, code_of, printed_code
from tests.test_locate import page
from tests.workbooks import Grid

HELD: dict[Cell, float | str] = {(5, 1): 60, (6, 1): 7.59, (6, 2): 7.6, (8, 2): "——"}


def sheet(code: str, added: float | str | None = None) -> Sheet:
    grid = Grid("表", dict(HELD))
    grid.row(9, added, column=1)
    grid.row(10, code)
    return page(grid).sheet


def test_the_code_by_hand() -> None:
    whole = math.floor((7 * (6 * 60 + 7 * 7.59) + 11 * 7 * 7.6) * 10000 + 0.5) + 3 + 100
    assert code_of(HELD, [1, 2]) == f"{whole % 99991:05d}-{whole % 9973:04d}"
    assert code_of({}, [1]) == "00000-0000"


def test_every_figure_counts_and_its_place() -> None:
    others: list[dict[Cell, float | str]] = [
        {**HELD, (6, 1): 7.6},
        {**HELD, (6, 1): 7.6, (6, 2): 7.59},
        {**HELD, (7, 1): 0.0},
        {cell: value for cell, value in HELD.items() if value != "——"},
    ]
    assert len({code_of(held, [1, 2]) for held in (HELD, *others)}) == 5


@pytest.mark.parametrize("text", ["校验码：{}", "校验码: {}（纸质与电子两份应当一样）"])
def test_a_code_that_fits(text: str) -> None:
    code = code_of(HELD, [1, 2])
    assert printed_code(sheet(text.format(code))) == (code, (10, 0))
    assert broken_seal(sheet(text.format(code)), HELD) is None


def test_a_code_that_does_not_fit() -> None:
    code = code_of(HELD, [1, 2])
    assert broken_seal(sheet("校验码：12345-6789"), HELD) == (
        f"表上的校验码是 12345-6789，按表中的数应是 {code}",
        (10, 0),
    )
    found = broken_seal(sheet(f"校验码：{code}", added=0.01), [*HELD, (9, 1)])
    assert found is not None
    assert broken_seal(sheet(f"校验码：{code}", added="0.01"), [*HELD, (9, 1)]) is None  # text, to a spreadsheet


def test_nothing_is_said_without_a_code() -> None:
    assert broken_seal(sheet("校验码：待定"), HELD) is None
    assert broken_seal(sheet("校验码：12345-6789"), []) is None
