"""A formula as the value of a key in a scheme."""

from typing import Annotated

from pydantic import PlainValidator, ValidationInfo

from converter.mapping.fields import Dictionary
from converter.scoring.expressions import Formula, parse


def _formula(value: object, info: ValidationInfo) -> Formula:
    """A formula whose every name is in the data dictionary (validation context `dictionary`)."""
    if not isinstance(value, str):
        raise ValueError("应为公式")  # noqa: TRY004  # pydantic turns ValueError into a finding with its position
    formula = parse(value)
    dictionary: Dictionary | None = (info.context or {}).get("dictionary")
    for needed in formula.inputs():
        if dictionary is not None and needed.name not in dictionary:
            close = dictionary.nearest(needed.name)
            raise ValueError(f"字段“{needed.name}”不在数据字典中" + (f"，是否为“{close}”？" if close else ""))
    return formula


Written = Annotated[Formula, PlainValidator(_formula)]
