"""Sums of rows of 评分表: formulas and their values, in which a weight that several share counts as its rule takes it."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from converter.books import formulas as excel
from converter.books.contents import ScoreRow
from converter.books.styles import NO_NUMBER
from converter.scoring.rounding import SCORE_DIGITS, round_half_up
from converter.scoring.shared import picked, picked_text, together

#: The cell of a row in one of the columns.
Cell = Callable[[ScoreRow], str]


def groups(rows: Sequence[ScoreRow]) -> list[list[ScoreRow]]:
    """The rows by the weight they share."""
    by_group: dict[str, list[ScoreRow]] = {}
    for row in rows:
        by_group.setdefault(row.rule.group, []).append(row)
    return list(by_group.values())


def points(rows: Sequence[ScoreRow], cell: Cell, score: Cell, *, low: bool) -> tuple[str, float]:
    """Formula and value of the sum of 下限 (`low`) or 上限: `cell` gives those cells, `score` those of 得分."""
    singles, shared, value = [], [], 0.0
    open_end = np.nanmin if low else np.nanmax
    for members in groups(rows):
        rule, amounts = members[0].rule, np.array([[row.low if low else row.high] for row in members])
        cells = [cell(row) for row in members]
        if len(members) == 1:
            singles.append(cells[0])
            value += float(np.nan_to_num(amounts[0, 0]))
            continue
        shared.append(picked_text(cells, [score(row) for row in members], rule.take, rule.full, low=low))
        known = np.array([[not math.isnan(row.score)] for row in members])
        value += float(together(amounts, known, rule.take, rule.full, open_end)[0])
    return excel.sum_formula([*singles, *shared]), round(value, SCORE_DIGITS)


def own(rows: Sequence[ScoreRow], cell: Cell) -> tuple[str, float]:
    """Formula and value of the sum of 自评得分: — while one is missing, or all of a weight of which one is taken."""
    singles, conditions, taken, total = [], [], [], 0.0
    for members in groups(rows):
        cells, take = [cell(row) for row in members], members[0].rule.take
        given = np.array([[row.own] for row in members])
        if take == "sum" or len(members) == 1:
            singles += cells
            total += float(np.sum(given))
            continue
        conditions.append(f"COUNT({','.join(cells)})>0")
        taken.append(picked_text(cells, cells, take, members[0].rule.full, low=True))
        total += math.nan if np.isnan(given).all() else float(picked(given, ~np.isnan(given), take, np.nanmin)[0])
    if singles:
        conditions.insert(0, f"COUNT({','.join(singles)})={len(singles)}")
    test = conditions[0] if len(conditions) == 1 else f"AND({','.join(conditions)})"
    text = f'IF({test},ROUND(SUM({",".join([*singles, *taken])}),{SCORE_DIGITS}),"{NO_NUMBER}")'
    return text, float(round_half_up(np.array([total]), SCORE_DIGITS)[0])
