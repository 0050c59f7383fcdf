"""Cells of a column, made together: each what is made of its value alone, whatever stands beside it."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from converter.books.columncells import ColumnCells
from converter.books.shown import SMALL, printable, wrapped_lines
from converter.books.styles import WriteError

STYLES = {"text": 3, "link": 41}
WIDE = 8.0
TEXTS = st.one_of(
    st.text(st.characters() | st.sampled_from("\t\n\r\x0b\ud800\ufffe\xa0\u3000 &<>\"'_x局%"), max_size=8),
    st.sampled_from(
        ("", "甲局", "甲局", "乙 局", " 甲", "乙\u3000", "\u3000", "两\n行", "_x000D_", "a&b<c>", "长" * 30, "1,024.50")
    ),
)
NUMBERS = st.sampled_from((0.0, -0.0, 9.95, 68 / 60, 1e300, 0.1 + 0.2, math.nan, 2.5, 100.0)) | st.floats(
    allow_infinity=False
)
COLUMNS = st.one_of(
    st.lists(TEXTS, max_size=40),
    st.lists(st.sampled_from(("甲局", "乙局", "", " 丙", "_x")), max_size=40),
    st.lists(NUMBERS, max_size=40),
    st.lists(TEXTS | NUMBERS | st.none() | st.integers() | st.booleans(), max_size=40),
    st.builds(lambda value, count: [value] * count, TEXTS | NUMBERS | st.none(), st.integers(1, 40)),
)


def column(at: int = 0, count: int = 2) -> ColumnCells:
    return ColumnCells(STYLES, at, count, WIDE)


@settings(max_examples=300, deadline=None)
@given(COLUMNS, st.data())
def test_each_cell_is_the_one_made_alone(values: list[Any], data: st.DataObject) -> None:
    """In one look, or in looks of their own; so are the lines of texts that take several."""
    looks = data.draw(st.lists(st.sampled_from(list(STYLES)), min_size=len(values), max_size=len(values)))
    ours, mixed = column(), column()
    assert ours.made(values, "link") == [column().made([value], "link")[0] for value in values]
    assert mixed.made(values, looks) == [
        column().made([value], look)[0] for value, look in zip(values, looks, strict=True)
    ]
    lines = {value: wrapped_lines(value, WIDE * SMALL) for value in values if isinstance(value, str)}
    assert ours.lines == mixed.lines == {value: count for value, count in lines.items() if count > 1}


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_text_is_read_again(text: str) -> None:
    """By any reader of XML, as a plain text or as runs of one; blanks at its ends are to be kept."""
    (cell,) = column().made([text], "text")
    read = etree.fromstring(b'<row><c r="A4' + cell + b'B4"/></row>')[0]
    assert read.get("s") == "3"
    assert read.get("t") == ("inlineStr" if text else None)
    shown = "".join(map(str, read.itertext()))
    if all(character in "\t\n" or character >= " " for character in printable(text)):
        assert shown == printable(text)
    kept = [run.get("{http://www.w3.org/XML/1998/namespace}space") for run in read.iter("t")]
    assert all(run == "preserve" for run in kept) or shown.strip() == shown or len(kept) > 1


@settings(max_examples=200, deadline=None)
@given(NUMBERS)
def test_a_number_has_sixteen_digits(number: float) -> None:
    (cell,) = column().made([number], "text")
    shown = "/>" if math.isnan(number) else f"><v>{number or 0:.16G}</v></c>"
    assert cell.decode() == f'" s="3"{shown}<c r="B'


def test_behind_the_last_cell_the_row_ends() -> None:
    assert column(at=1).made(["甲"], "link") == ['" s="41" t="inlineStr"><is><t>甲</t></is></c></row>'.encode()]


@pytest.mark.parametrize("values", [[math.inf], [1.0, 2.0, -math.inf], ["甲", math.inf, None], [math.inf] * 3])
def test_a_number_without_end_is_a_bug(values: list[object]) -> None:
    with pytest.raises(WriteError):
        column().made(values, "text")
