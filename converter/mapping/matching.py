"""Whether a sheet is a form: its tables, its list of indicators or its list of figures by name, and where they stand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from converter.mapping.fields import Dictionary
from converter.mapping.forms import Form
from converter.mapping.indicators import LocatedIndicators, locate_indicators
from converter.mapping.locate import Located, holds_needed, locate_tables
from converter.mapping.named import LocatedNames, locate_named
from converter.mapping.page import Page


@dataclass
class Match:
    """A form that a sheet may be: where its tables stand, and why the others were not found."""

    form: Form
    head_row: int
    tables: Sequence[Located] = ()
    indicators: LocatedIndicators | None = None
    names: LocatedNames | None = None
    reasons: Sequence[str] = ()

    @property
    def most(self) -> float:
        """No more facts than this come of it."""
        known = self.indicators is None and self.names is None
        return sum(table.most for table in self.tables) if known else math.inf


def match_form(page: Page, form: Form, dictionary: Dictionary, *, partial: bool) -> Match | str:
    """The sheet as `form`, or why it is not one. `partial` accepts a sheet that lacks some of the form's tables."""
    if form.by_name is not None:
        names = locate_named(page, form.by_name)
        return names if isinstance(names, str) else Match(form, names.head_row, names=names)
    if not partial and not holds_needed(page, form, dictionary):
        return "缺少部分表头"
    indicators = locate_indicators(page, form.indicators) if form.indicators else None
    tables, reasons = locate_tables(page, form, dictionary)
    if isinstance(indicators, str):
        reasons, indicators = [*reasons, indicators], None
    if not tables and indicators is None:
        return "；".join(reasons)
    if not partial and (reasons or any(table.missing and table.table.values != "rows" for table in tables)):
        return "；".join(reasons) or "缺少部分表头"
    heads = [table.head_row for table in tables] + ([] if indicators is None else [indicators.head_row])
    return Match(form, min(heads), tables, indicators, reasons=reasons)
