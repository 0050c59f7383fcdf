"""Numbers of many fields as the rows of one matrix."""

import numpy as np

from converter.scoring.columns import matrix
from converter.scoring.factrows import FactRow
from converter.vocabulary.numbers import State


def fact(value: float) -> FactRow:
    return FactRow("甲局", 2019, "编制数", value, "人", State.NUMBER, True, "", "", "", "", "", "", 2019)


def test_a_row_for_each_field_and_a_column_for_each_department() -> None:
    made = matrix([{0: [fact(7.0)], 2: [fact(8.0)]}, {}, {1: [fact(-0.0)]}], 3)
    nothing = np.nan
    expected = [[7.0, nothing, 8.0], [nothing] * 3, [nothing, 0.0, nothing]]
    assert np.array_equal(made, expected, equal_nan=True)
    assert not np.signbit(made[2, 1])


def test_listed_rows_are_added_without_losing_digits_to_their_order() -> None:
    values = [1e16, 1.0, 1.0]
    assert matrix([{0: [fact(value) for value in values]}], 1)[0, 0] == 1e16 + 2


def test_no_field_is_no_row() -> None:
    assert matrix([], 4).shape == (0, 4)
