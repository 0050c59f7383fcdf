"""Units of cells, heads and sheets: the nearest counts, and what measures something else is not read."""

import pytest

from converter.mapping.fields import Field, FieldKind
from converter.mapping.units import in_field_unit
from converter.vocabulary.numbers import State, read_text


def field(kind: FieldKind) -> Field:
    return Field("某数", "某数", "", kind, "", (), ())


@pytest.mark.parametrize(
    ("kind", "text", "head", "sheet", "value"),
    [
        pytest.param(FieldKind.MONEY, "29", "", "", 29, id="no unit anywhere"),
        pytest.param(FieldKind.MONEY, "290000", "", "元", 29, id="the sheet's"),
        pytest.param(FieldKind.MONEY, "290000", "元", "万元", 29, id="the head's before the sheet's"),
        pytest.param(FieldKind.MONEY, "0.0029亿元", "元", "万元", 29, id="the cell's before all"),
        pytest.param(FieldKind.MONEY, "11122315.04", "", "元", 1112.231504, id="no noise"),
        pytest.param(FieldKind.PEOPLE, "60人", "", "元", 60, id="people with a word for them"),
        pytest.param(FieldKind.PEOPLE, "60", "名", "万元", 60, id="people under a head"),
        pytest.param(FieldKind.COUNT, "3辆", "", "万元", 3, id="anything counted"),
        pytest.param(FieldKind.RATIO, "113%", "", "万元", 1.13, id="a percent"),
        pytest.param(FieldKind.RATIO, "113", "%", "万元", 1.13, id="percent points under a head"),
        pytest.param(FieldKind.RATIO, "1.13", "", "", 1.13, id="a plain ratio"),
        pytest.param(FieldKind.SCORE, "88分", "", "", 88, id="points"),
        pytest.param(FieldKind.AREA, "1200平方米", "", "万元", 1200, id="an area"),
    ],
)
def test_the_nearest_unit_counts(kind: FieldKind, text: str, head: str, sheet: str, value: float) -> None:
    assert in_field_unit(read_text(text), field(kind), head, sheet).value == value


@pytest.mark.parametrize(
    ("kind", "text", "head"),
    [
        (FieldKind.MONEY, "29%", ""),
        (FieldKind.MONEY, "29人", ""),
        (FieldKind.PEOPLE, "60万元", ""),
        (FieldKind.PEOPLE, "60辆", ""),
        (FieldKind.PEOPLE, "60", "%"),
        (FieldKind.RATIO, "113", ""),
        (FieldKind.RATIO, "1.13万元", ""),
    ],
)
def test_what_measures_something_else_or_may_mean_two_things_is_not_read(kind: FieldKind, text: str, head: str) -> None:
    number = in_field_unit(read_text(text), field(kind), head, "万元")
    assert number.state is State.UNREADABLE
    assert number.reason
