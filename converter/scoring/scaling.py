"""折算: where an indicator does not apply and its weight is not counted, the rest of the points stand for the full total."""

from collections.abc import Sequence

import numpy as np

from converter.scoring.points import number_text
from converter.scoring.rounding import SCORE_DIGITS, Floats, round_half_up

TEXT = "有指标不适用时，其分值不计入，其余得分按计入的分值折算为满分"


def scaled(low: Floats, high: Floats, base: Floats, full: float) -> tuple[Floats, Floats]:
    """The total's interval of `base` points as one of `full` points; nothing is known of it where nothing counts."""
    with np.errstate(divide="ignore", invalid="ignore"):
        least, most = (round_half_up(points * full / base, SCORE_DIGITS) for points in (low, high))
    return np.where(base > 0, least, 0.0), np.where(base > 0, most, full)


def base_text(full: float, leaving: Sequence[tuple[float, Sequence[str]]]) -> str:
    """Excel text of the weight that counts: less every weight of which no 下限 is a number."""
    return number_text(full) + "".join(f"-IF(COUNT({','.join(cells)})=0,{number_text(w)},0)" for w, cells in leaving)


def scaled_texts(full: float, base: str, low: str, high: str) -> tuple[str, str]:
    """Excel texts of `scaled`, over cells."""
    points = number_text(full)
    least, most = (f"ROUND({cell}*{points}/{base},{SCORE_DIGITS})" for cell in (low, high))
    return f"IF({base}>0,{least},0)", f"IF({base}>0,{most},{points})"


def added_texts(points: str, low: str, high: str) -> tuple[str, str]:
    """Excel texts of an interval to which points are added, over cells."""
    least, most = (f"ROUND({cell}+{points},{SCORE_DIGITS})" for cell in (low, high))
    return least, most


def clipped_texts(full: float, low: str, high: str) -> tuple[str, str]:
    """Excel texts of the 总分: no less than 0, no more than the full total."""
    least, most = (f"MAX(0,MIN({number_text(full)},{cell}))" for cell in (low, high))
    return least, most
