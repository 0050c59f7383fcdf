"""Sums of rows of 评分表, as formulas and as values, in which a weight that several share counts as its rule takes it."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np

from converter.books import formulas as excel
from converter.books.contents import ScoreRow
from converter.books.styles import NO_NUMBER
from converter.scoring.indicators import Rule
from converter.scoring.rounding import SCORE_DIGITS, half_up
from converter.scoring.shared import picked, picked_text, together

#: The cell of an indicator's row in one of the columns.
Cell = Callable[[Rule], str]


def groups(rules: Iterable[Rule]) -> list[list[Rule]]:
    """The indicators by the weight they share."""
    by_group: dict[str, list[Rule]] = {}
    for rule in rules:
        by_group.setdefault(rule.group, []).append(rule)
    return list(by_group.values())


def points_text(rules: Iterable[Rule], cell: Cell, score: Cell, *, low: bool) -> str:
    """Formula of the sum of 下限 (`low`) or 上限: `cell` gives those cells, `score` those of 得分."""
    singles, shared = [], []
    for members in groups(rules):
        cells = [cell(rule) for rule in members]
        if len(members) == 1:
            singles += cells
        else:
            take, full = members[0].take, members[0].full
            shared.append(picked_text(cells, [score(rule) for rule in members], take, full, low=low))
    return excel.sum_formula([*singles, *shared])


def own_text(rules: Iterable[Rule], cell: Cell) -> str:
    """Formula of the sum of 自评得分: — while one is missing, or all of a weight of which one is taken."""
    singles, conditions, taken = [], [], []
    for members in groups(rules):
        cells, take = [cell(rule) for rule in members], members[0].take
        if take == "sum" or len(members) == 1:
            singles += cells
            continue
        conditions.append(f"COUNT({','.join(cells)})>0")
        taken.append(picked_text(cells, cells, take, members[0].full, low=True))
    if singles:
        conditions.insert(0, f"COUNT({','.join(singles)})={len(singles)}")
    test = conditions[0] if len(conditions) == 1 else f"AND({','.join(conditions)})"
    return f'IF({test},ROUND(SUM({",".join([*singles, *taken])}),{SCORE_DIGITS}),"{NO_NUMBER}")'


def values(rows: Sequence[ScoreRow]) -> tuple[float, float, float]:
    """Values of the sums of 下限, 上限 and 自评得分; the last is NaN where one is missing, or all of a weight of which one is
    taken.
    """
    low = high = own = 0.0
    for members in _rows_by_weight(rows):
        if len(members) == 1:
            (row,) = members
            low += row.low if row.low == row.low else 0.0  # not NaN
            high += row.high if row.high == row.high else 0.0
            own += row.own
            continue
        rule, known = members[0].rule, tuple([not math.isnan(row.score) for row in members])
        take, full = rule.take, rule.full
        low += _together(tuple([row.low for row in members]), known, take, full, low=True)
        high += _together(tuple([row.high for row in members]), known, take, full, low=False)
        given = [row.own for row in members]
        own += sum(given) if take == "sum" else _picked(tuple(given), take)
    return round(low, SCORE_DIGITS), round(high, SCORE_DIGITS), half_up(own, SCORE_DIGITS)


@lru_cache(maxsize=1 << 12)
def _together(amounts: tuple[float, ...], known: tuple[bool, ...], take: str, full: float, *, low: bool) -> float:
    """What the members of a group count together in one department. Few amounts come up, again and again."""
    column, there = np.array(amounts)[:, np.newaxis], np.array(known)[:, np.newaxis]
    return float(together(column, there, take, full, np.nanmin if low else np.nanmax)[0])


@lru_cache(maxsize=1 << 12)
def _picked(given: tuple[float, ...], take: str) -> float:
    """The self score that counts of those of a group; NaN where there is none."""
    if all(map(math.isnan, given)):
        return math.nan
    column = np.array(given)[:, np.newaxis]
    return float(picked(column, ~np.isnan(column), take, np.nanmin)[0])


def _rows_by_weight(rows: Sequence[ScoreRow]) -> Iterable[list[ScoreRow]]:
    by_group: dict[str, list[ScoreRow]] = {}
    for row in rows:
        by_group.setdefault(row.rule.group, []).append(row)
    return by_group.values()
