"""What may stand in 设置.yaml."""

from typing import Annotated, Literal

from pydantic import BeforeValidator
from pydantic import Field as Key

from converter.mapping.documents import Strict


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Written(Strict):
    """The keys of 设置.yaml, with what holds where one is missing."""

    inbox: Annotated[list[str], BeforeValidator(_several)] = []
    output: str | None = None
    year: int | None = Key(None, ge=1900, le=2999)
    region: str | None = None
    departments: str | None = None
    decisions: str | None = None
    prior: str | None = None
    mappings: str | None = None
    fail_on: Literal["error", "warning", "never"] = "error"
