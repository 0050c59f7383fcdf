"""Forms that came back as they were handed out, with nothing filled in, with figures that their 校验码 does not fit, or with two
units of money.
"""

from collections.abc import Sequence

from converter.mapping.forms import Form
from converter.mapping.indicators import SELF_SCORE
from converter.mapping.page import Page
from converter.mapping.seal import broken_seal
from converter.mapping.slots import Entry, Note
from converter.vocabulary.numbers import State


def unfilled(form: Form, entries: Sequence[Entry]) -> list[Note]:
    """M19 where every cell to fill in is blank, or a dash that was printed; of a 指标表 its self scores alone count.

    Only forms that departments fill in for the evaluation: published accounts may well be empty.
    """
    if not form.sets_year and form.by_name is None:
        return []
    asked = [one for one in entries if form.indicators is None or one.field.endswith(SELF_SCORE)]
    states = {one.number.state for one in asked}
    if State.BLANK not in states or states - {State.BLANK, State.DASH}:
        return []
    return [Note("M19", f"“{form.form}”还没有填写，{len(asked)} 个格子里没有一个数", asked[0].cell, form.form)]


def unsealed(page: Page, form: Form, entries: Sequence[Entry]) -> list[Note]:
    """D10 where a sheet's 校验码 does not fit its figures; of a 指标表 those are the self scores."""
    cells = (one.cell for one in entries if form.indicators is None or one.field.endswith(SELF_SCORE))
    broken = broken_seal(page.sheet, cells)
    return [] if broken is None else [Note("D10", f"“{form.form}”{broken[0]}", broken[1], form.form)]


def two_units(page: Page, unit: str) -> list[Note]:
    """M20 at the first unit line that contradicts the one that counts."""
    others = [line for line in page.units if line.text != page.units[0].text]
    message = "同一张表写了两种金额单位：“{0}”与“{1}”，现按“{0}”读取"
    return [Note("M20", message.format(unit, other.text), other.cell, "金额单位") for other in others[:1]]
