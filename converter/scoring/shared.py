"""Indicators that share one weight (RULE-FORMS A11): added up to it, or one of them taken (二者择一), or their mean (可选项).

An indicator that does not apply has neither number nor interval here (NaN) and is passed over; Excel's functions pass over
its — in the same way.
"""

from collections.abc import Callable, Sequence

import numpy as np

from converter.scoring.points import number_text
from converter.scoring.rounding import SCORE_DIGITS, Flags, Floats, round_half_up


def picked(amounts: Floats, known: Flags, take: str, open_end: Callable[..., Floats]) -> Floats:
    """What a group counts: `amounts` and `known` by member and department; 0 where no member applies.

    `open_end` (nanmin for 下限, nanmax for 上限) stands in where the first that can be computed is still unknown.
    """
    none = np.isnan(amounts).all(axis=0)
    filled = np.where(none, 0.0, amounts)
    if take == "mean":
        return round_half_up(np.nansum(filled, axis=0) / np.maximum(np.sum(~np.isnan(filled), axis=0), 1), SCORE_DIGITS)
    if take != "first":
        return np.asarray(np.nanmax(filled, axis=0) if take == "higher" else np.nanmin(filled, axis=0))
    result = np.asarray(open_end(filled, axis=0))
    for amount, there in zip(filled[::-1], known[::-1], strict=True):
        result = np.where(there, amount, result)
    return result


def together(amounts: Floats, known: Flags, take: str, full: float, open_end: Callable[..., Floats]) -> Floats:
    """What the members of a group count together, added up to no more than `full` or as `picked`."""
    if take == "sum":
        return np.asarray(np.minimum(np.nansum(amounts, axis=0), full))
    return picked(amounts, known, take, open_end)


def picked_text(cells: Sequence[str], scores: Sequence[str], take: str, full: float, *, low: bool) -> str:
    """Excel text of what a group counts: `cells` hold 下限 or 上限 of its members, `scores` their 得分."""
    listed = ",".join(cells)
    if take == "sum":
        return f"MIN({number_text(full)},SUM({listed}))"
    if take == "mean":
        return f"IF(COUNT({listed})=0,0,ROUND(SUM({listed})/MAX(1,COUNT({listed})),{SCORE_DIGITS}))"
    if take != "first":
        return f"{'MAX' if take == 'higher' else 'MIN'}({listed})"
    text = f"{'MIN' if low else 'MAX'}({listed})"
    for cell, score in reversed(list(zip(cells, scores, strict=True))):
        text = f"IF(ISNUMBER({score}),{cell},{text})"
    return text
