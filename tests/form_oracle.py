"""A second reading of every scoring form (RULE-FORMS A1–A14), one value at a time, from what the YAML says.

Written from the sentences and the design's words, not from the program: it imports nothing of it. Numbers are float64, as
in a spreadsheet; 四舍五入 is Decimal's, on the 15 digits that a spreadsheet shows. None is no number.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

Number = float | None
Spec = Mapping[str, Any]


@dataclass(frozen=True)
class At:
    """The points at stake: the weight, the full mark of the sentence, and what a point of the sentence is worth."""

    full: float
    top: float
    scale: float = 1.0

    def worth(self, points: float) -> float:
        """Points of the sentence, to the 15 digits of a spreadsheet."""
        return float(format(points * self.scale, ".15g"))


def number(written: Any) -> float:
    """5% is 0.05, 1/3 a third."""
    if isinstance(written, str):
        percent = re.fullmatch(r"(-?[\d.]+)%", written)
        return float(Fraction(percent[1]) / 100) if percent else float(Fraction(written))
    return float(written)


def rounded(value: float, digits: int) -> float:
    """四舍五入: half away from zero on 15 digits."""
    shown = Decimal(format(value, ".15g"))
    return float(shown.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)) + 0.0


def within(points: float, most: float) -> float:
    """扣完为止, never above the most, two decimals."""
    return rounded(min(max(points, 0.0), most), 2)


# ---- A1–A3, A7: steps -----------------------------------------------------------------------------------------------
def steps(spec: Spec, distance: float, at: At) -> float:
    """每 every 扣 points, from the distance beyond what is free."""
    count = rounded(max(distance, 0.0) / number(spec["every"]), 9)
    count = {"whole": math.floor, "started": math.ceil}.get(spec.get("steps", "whole"), float)(count)
    off = at.worth(spec["points"]) * count
    if "most" in spec:
        off = min(off, at.worth(spec["most"]))
    return within(at.top - off, at.full)


def deduct(spec: Spec, value: float, at: At) -> float:
    """每超过、每低于、每偏离."""
    if "above" in spec:
        return steps(spec, value - number(spec["above"]), at)
    if "below" in spec:
        return steps(spec, number(spec["below"]) - value, at)
    return steps(spec, abs(value - number(spec["both"])) - number(spec.get("within", 0)), at)


def days_late(spec: Spec, value: float, at: At) -> float:
    """每逾期 every 天扣 points."""
    return steps(spec, value, at)


# ---- A4: bands ------------------------------------------------------------------------------------------------------
def inside(band: Spec, value: float, scale: float = 1.0) -> bool:
    """Whether a value lies between the edges of a band."""
    seen = rounded(value, 9)
    edges = {key: rounded(number(band[key]) * scale, 9) for key in ("from", "over", "to", "under") if key in band}
    return (
        seen >= edges.get("from", -math.inf)
        and seen > edges.get("over", -math.inf)
        and seen <= edges.get("to", math.inf)
        and seen < edges.get("under", math.inf)
    )


def bands(spec: Any, value: float, at: At) -> Number:
    """The points of the band that the value lies in; nothing is said of what lies in none."""
    listed = spec["bands"] if isinstance(spec, dict) else spec
    measured = abs(value - number(spec["around"])) if isinstance(spec, dict) and "around" in spec else value
    found = [band for band in listed if inside(band, measured)]
    return within(at.worth(found[0]["points"]), at.full) if found else None


# ---- A8: in proportion ----------------------------------------------------------------------------------------------
def shared_out(spec: Spec, raw: float, value: float, at: At, most: float) -> float:
    """Rounded as the rule says, capped, and nothing beyond a cut."""
    digits, way = spec.get("digits", 2), spec.get("rounding", "half")
    points = rounded(raw, digits)
    if way != "half":
        points = {"up": math.ceil, "down": math.floor}[way](rounded(raw * 10**digits, 9)) / 10**digits
    if "zero_below" in spec and rounded(value, 9) < rounded(number(spec["zero_below"]), 9):
        return 0.0
    if "zero_above" in spec and rounded(value, 9) > rounded(number(spec["zero_above"]), 9):
        return 0.0
    return within(points, min(at.full, at.top, most))


def proportional(spec: Spec, value: float, at: At) -> float:
    """分值×指标值÷标准, inverse 分值×标准÷指标值."""
    target = number(spec.get("target", 1))
    most = at.worth(spec["cap"]) if "cap" in spec else at.full
    if not spec.get("inverse"):
        return shared_out(spec, value / target * at.top, value, at, most)
    return shared_out(spec, at.top if value <= target else at.top * target / value, value, at, most)


def linear(spec: Spec, value: float, at: At) -> float:
    """Full marks at one value, none at another, on a straight line between."""
    full_at, zero_at = number(spec["full_at"]), number(spec["zero_at"])
    span = float(format(zero_at - full_at, ".15g"))
    return shared_out(spec, at.top * (zero_at - value) / span, value, at, at.full)


def external(spec: Spec, value: float, at: At) -> float:
    """考核得分÷base×分值."""
    return shared_out(spec, value / spec["base"] * at.top, value, at, at.full)


# ---- A6: by the case ------------------------------------------------------------------------------------------------
def violations(spec: Spec, value: float, at: At) -> float:
    """每出现一例扣 each."""
    off = at.worth(spec["each"]) * value
    return within(at.top - (min(off, at.worth(spec["most"])) if "most" in spec else off), at.full)


# ---- A10: against another figure ------------------------------------------------------------------------------------
def relative(spec: Spec, value: float, standard: Number, at: At) -> Number:
    """Nothing, no more than the other figure, or more."""
    seen = rounded(value, 9)
    if seen <= 0:
        return within(at.worth(spec["none"]), at.full)
    if standard is None:
        return None
    points = spec["within"] if seen <= rounded(standard, 9) else spec.get("beyond", 0)
    return within(at.worth(points), at.full)


# ---- A5, A6, A7, A9: judged, least and most points ------------------------------------------------------------------
def checklist(items: Sequence[float], answers: Sequence[Number], at: At) -> tuple[float, float]:
    """Every item with the points of its answer; without one it may be anything."""
    low = high = 0.0
    for points, answer in zip(items, answers, strict=True):
        known = answer is not None and 0 <= answer <= 1
        low += at.worth(points) * (answer if known and answer is not None else 0.0)
        high += at.worth(points) * (answer if known and answer is not None else 1.0)
    return within(low, at.full), within(high, at.full)


def graded(grades: Spec, answer: Number, at: At) -> tuple[float, float]:
    """The points given, if they are those of a grade."""
    ranges = [grade if isinstance(grade, dict) else {"from": grade, "to": grade} for grade in grades.values()]
    if answer is None or answer < 0 or not any(inside(grade, answer, at.scale) for grade in ranges):
        return 0.0, at.full
    return within(answer, at.full), within(answer, at.full)


def manual(answer: Number, at: At) -> tuple[float, float]:
    """Any points within the weight."""
    return (0.0, at.full) if answer is None or not 0 <= answer <= at.full else (rounded(answer, 2),) * 2


def counted(points: float, answer: Number, at: At) -> tuple[float, float]:
    """A computed form by a person's count."""
    return (0.0, at.full) if answer is None or answer < 0 else (points, points)


# ---- A11: one weight for several ------------------------------------------------------------------------------------
Interval = tuple[float, float]


def together(members: Sequence[Interval | None], take: str, full: float) -> Interval | None:
    """What indicators of one weight count; None for a member (or all of them) that does not apply."""
    there = [member for member in members if member is not None]
    if not there:
        return None
    low, high = ([member[end] for member in there] for end in (0, 1))
    if take == "sum":
        return min(sum(low), full), min(sum(high), full)
    if take == "mean":
        return rounded(sum(low) / len(low), 2), rounded(sum(high) / len(high), 2)
    if take == "first":
        return next((member for member in there if member[0] == member[1]), (min(low), max(high)))
    return (max(low), max(high)) if take == "higher" else (min(low), min(high))


# ---- A14 and the total ----------------------------------------------------------------------------------------------
def scaled(total: Interval, counts: float, full: float) -> Interval:
    """折算 to the full total."""
    if counts <= 0:
        return 0.0, full
    return rounded(total[0] * full / counts, 2), rounded(total[1] * full / counts, 2)


def adjusted(spec: Spec, value: Number, total: Interval) -> Interval:
    """The total after a bonus, a malus, caps or a veto."""
    low, high = total
    sure = spec.get("missing") == "zero"
    if "bonus" in spec or "malus" in spec:
        extra, sign = (spec["bonus"], 1) if "bonus" in spec else (spec["malus"], -1)
        most = 0.0 if sure else extra["most"]
        least, largest = (0.0, most) if value is None else (min(extra["most"], extra["each"] * max(value, 0.0)),) * 2
        ends = (low + least, high + largest) if sign > 0 else (low - largest, high - least)
        return rounded(ends[0], 2), rounded(ends[1], 2)
    if "veto" in spec:
        hit, limit = value is not None and value > 0, spec["veto"]["most"]
        unsure = value is None and not sure
        return min(low, limit) if hit or unsure else low, min(high, limit) if hit else high
    if value is None:
        return min([low, *(band["points"] for band in spec["caps"])]), high
    limit = next((band["points"] for band in spec["caps"] if inside(band, value)), math.inf)
    return min(low, limit), min(high, limit)


def final(total: Interval, full: float) -> Interval:
    """No less than nothing, no more than the full total."""
    return min(max(total[0], 0.0), full), min(max(total[1], 0.0), full)
