"""A row but for its numbers: rows of the same texts are one object, and what is kept of them stays small."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from converter.intake.cells import Sheet, Value
from converter.intake.lines import Line, lines_of

values = st.one_of(
    st.none(),
    st.floats(allow_nan=False),
    st.integers(),
    st.booleans(),
    st.sampled_from(["", " ", "甲", " 乙\u3000", "12"]),
)


def line(*row: Value) -> Line:
    return lines_of([row])[0]


def test_rows_of_the_same_texts_are_one_object_whatever_their_numbers() -> None:
    assert line("合计", 1.0, None) is line("合计", -2.5, None)
    assert line("合计", 1.0, None) is not line("合计", None, 1.0)
    assert line("合计", 1.0) is not line("小计", 1.0)
    assert line("合计", 1.0) is not line("合计", 1)
    assert line("合计", 1.0) is not line("合计", "1.0")


def test_a_row_of_more_cells_than_any_form_has_is_not_kept() -> None:
    wide = ["甲", *[""] * 300]
    assert line(*wide) is not line(*wide)
    assert line(*wide).words == [(0, "甲")]


@given(st.lists(values, max_size=6))
def test_every_cell_is_a_text_a_float_another_thing_or_blank(row: list[Value]) -> None:
    made = line(*row)
    assert made.words == [(at, held.strip()) for at, held in enumerate(row) if isinstance(held, str) and held.strip()]
    assert made.floats == [at for at, held in enumerate(row) if type(held) is float]
    assert made.others == [at for at, held in enumerate(row) if type(held) in (int, bool)]
    assert made.is_empty == Sheet("表", [row]).is_empty == (not any(Sheet("表", [row]).texts(0)))


def test_a_date_is_another_thing() -> None:
    assert line(dt.date(2019, 1, 1), None).others == [0]


def test_an_error_fills_a_sheet_whose_cells_hold_nothing() -> None:
    assert not Sheet("表", [[None]], errors={(0, 0): "#REF!"}).is_empty
    assert Sheet("表", [[None]]).is_empty
