"""Forms that came back as they were handed out: nothing in them is filled in."""

from collections.abc import Sequence

from converter.mapping.forms import Form
from converter.mapping.indicators import SELF_SCORE
from converter.mapping.rows import Entry, Note
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
