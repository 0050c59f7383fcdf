"""A reading in the unit of its field: the nearest unit counts, and what cannot be converted is not read."""

from converter.mapping.fields import Field, FieldKind
from converter.vocabulary.numbers import NAN, Number, State, convert

#: A plain number above this in a ratio field may be percent points as well; it is not guessed.
_LARGEST_PLAIN_RATIO = 5.0
_number = tuple.__new__  # half the time of NamedTuple's own
_MONEY, _IS_RATIO = (
    FieldKind.MONEY,
    FieldKind.RATIO,
)  # asked of the class for every figure, they take longer than the rest


def in_field_unit(number: Number, known: Field, head_unit: str, sheet_unit: str) -> Number:
    """A reading in the field's own unit: the cell's unit counts first, then the head's, then the sheet's.

    What cannot be converted, or a ratio that may be percent points, becomes UNREADABLE with the reason.
    """
    if known.kind is _IS_RATIO:
        return _ratio(number, head_unit)
    unit = number.unit or head_unit or (sheet_unit if known.kind is _MONEY else "") or known.unit
    value = number.value if unit == known.unit else convert(number.value, unit, known.unit)
    if value is None:
        return Number(NAN, State.UNREADABLE, unit, f"单位“{unit}”与“{known.name}”（{known.unit}）不符")
    return _number(Number, (value, number.state, unit, ""))


def _ratio(number: Number, head_unit: str) -> Number:
    if number.unit in ("%", "‰"):
        return number
    if number.unit:
        return Number(NAN, State.UNREADABLE, number.unit, f"比率不应带单位“{number.unit}”")
    if head_unit == "%":
        return Number(number.value / 100, number.state, "%")
    if abs(number.value) > _LARGEST_PLAIN_RATIO:
        return Number(NAN, State.UNREADABLE, "", "没有百分号，无法判断是比值还是百分数")
    return number
