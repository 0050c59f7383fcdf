"""状态 of a score, and the certain part of a self score's gap."""

import math
from enum import StrEnum

from converter.scoring.rounding import SCORE_DIGITS, half_up


class Status(StrEnum):
    """状态 of a score. The last four have no score but the interval [0, 分值]."""

    SCORED = "已评分"
    SELF = "自评"
    DECIDED = "已复核"
    NOT_APPLICABLE = "不适用"
    MISSING = "缺数"
    ZERO_DENOMINATOR = "分母为零"
    SILENT = "未规定"
    UNJUDGED = "未评"


UNKNOWN = (Status.MISSING, Status.ZERO_DENOMINATOR, Status.SILENT, Status.UNJUDGED)
#: Not computed from data: taken from the self score, or waiting for a person.
JUDGED = (Status.SELF, Status.UNJUDGED)


def certain_gap(own: float, low: float, high: float) -> float:
    """自评差异: by how much the self score lies outside the interval, 0 inside it, NaN where either is missing."""
    if math.isnan(own) or math.isnan(low):
        return math.nan
    gap = own - high if own > high else own - low if own < low else 0.0
    return half_up(float(gap), SCORE_DIGITS)
