"""Clauses of bands (0-10%（含），计4分；大于30%不得分) → ranges whose edges each belong to one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from converter.drafting.clauses import Part, ratio
from converter.drafting.meanings import INFINITE, Range, Side
from converter.vocabulary.numbers import percent

#: Kinds of clauses that give points to a range of values.
BAND_KINDS = ("between", "two", "around", "side", "level", "bare")
NO_SIGN = "“{}”前后没有印出比较符号，方向按指标名推定"


@dataclass
class _Draft:
    """A range in the making: an edge is in it (True), out of it (False) or not said (None)."""

    low: float
    high: float
    low_in: bool | None
    high_in: bool | None
    points: float | None
    clause: str


def ranges(found: Sequence[Part], nature: Side | None) -> tuple[tuple[Range, ...], list[str]]:
    """The ranges in the order of the sentence, and what is doubtful about them."""
    doubts: list[str] = []
    drafts = [draft for part in found for draft in _drafts(part, nature, found, doubts)]
    ordered = sorted(drafts, key=lambda draft: (draft.low, draft.high))
    for lower, upper in pairwise(ordered):
        _settle_edge(lower, upper, nature, doubts)
    doubts.extend(f"“{draft.clause}”的下限高于上限" for draft in drafts if draft.low > draft.high)
    _check_order(ordered, nature, doubts)
    made = (Range(d.low, d.high, d.low_in is not False, d.high_in is not False, d.points) for d in drafts)
    return tuple(made), doubts


def points_of(part: Part) -> float | None:
    """The points a clause gives; None for full marks."""
    if "none" in part.values:
        return 0.0
    return float(part.values["points"]) if "points" in part.values else None


def sign_lost(part: Part) -> bool:
    """Whether a number stands behind a name or a stray letter (≦ printed as Q) as no sentence would put it."""
    return part.kind == "bare" and (
        "lost" in part.values or part.values.get("name", "").endswith(("率", "度", "费", "额"))
    )


def _drafts(part: Part, nature: Side | None, all_parts: Sequence[Part], doubts: list[str]) -> list[_Draft]:
    points, kind = points_of(part), part.kind
    if kind == "around":
        return _around(part, points)
    if kind == "between":
        return [_between(part, points)]
    if kind == "two":
        low_in = part.values.get("low_sign") == "≥" or part.values.get("turned_sign") == "≤"
        low, high = _pair(part)
        return [_Draft(low, high, low_in, part.values["high_sign"] == "≤", points, part.clause)]
    edge = part.number("edge")
    if kind == "side":
        return [_side(part, edge, points)]
    if kind == "level":
        sign = part.values["sign"]
        if sign == "=":
            return [_Draft(edge, edge, True, True, points, part.clause)]
        inside = sign in "≤≥" or _end(part.values.get("end")) is True
        if sign in "≤<":
            return [_Draft(-INFINITE, edge, True, inside, points, part.clause)]
        return [_Draft(edge, INFINITE, inside, True, points, part.clause)]
    return [_bare(part, edge, points, nature, all_parts, doubts)]


def _bare(
    part: Part, edge: float, points: float | None, nature: Side | None, found: Sequence[Part], doubts: list[str]
) -> _Draft:
    """A number without a sign: exactly this value, or a lost sign where a name or a stray letter stands before it."""
    beside = any(edge in _edges(other) for other in found if other is not part)
    if not (sign_lost(part) or beside):
        return _Draft(edge, edge, True, True, points, part.clause)
    doubts.append(NO_SIGN.format(part.clause))
    if nature == "above":
        return _Draft(-INFINITE, edge, True, True, points, part.clause)
    if nature == "below":
        return _Draft(edge, INFINITE, True, True, points, part.clause)
    return _Draft(edge, edge, True, True, points, part.clause)


def _edges(part: Part) -> tuple[float, ...]:
    """The edges that a clause names."""
    if "edge" in part.values:
        return (part.number("edge"),)
    return _pair(part) if part.kind in ("between", "two") else ()


def _pair(part: Part) -> tuple[float, float]:
    """The two edges of a range; 0-10% and 80-90% carry one sign for both."""
    low, high = part.values["low"], part.values["high"]
    if high.endswith("%") != low.endswith("%"):
        low, high = low.rstrip("%") + "%", high.rstrip("%") + "%"
    return ratio(low), ratio(high)


def _between(part: Part, points: float | None) -> _Draft:
    """The edge that （含） stands behind is in; what is said of no edge, its neighbour or the end of the scale decides."""
    low, high = _pair(part)
    low_in, high_in = _end(part.values.get("low_end")), _end(part.values.get("high_end"))
    named = (part.values.get("high_end") or "").strip("(含)不")
    if named and high_in and ratio(named if named.endswith("%") else f"{named}%") == low != high:  # 80%-90%(含80%)
        low_in, high_in = True, None
    if low > high:
        low, high, low_in, high_in = high, low, high_in, low_in
    return _Draft(low, high, low_in, high_in, points, part.clause)


def _end(text: str | None) -> bool | None:
    return None if text is None else "不含" not in text


def _side(part: Part, edge: float, points: float | None) -> _Draft:
    """以上 and 以下 include their number (民法典 第1259条) unless a neighbour claims it; 以外 does not."""
    word = part.values["word"]
    inside = _end(part.values.get("end") or part.values.get("end_after"))
    inside = False if inside is None and word == "以外" else inside
    if word in ("以上", "及以上", "以外"):
        return _Draft(edge, INFINITE, inside, True, points, part.clause)
    return _Draft(-INFINITE, edge, True, inside, points, part.clause)


def _around(part: Part, points: float | None) -> list[_Draft]:
    """±10%以内, ±10-15%, ±20%以外: the same on both sides of 0."""
    if "word" in part.values:
        edge = part.number("edge")
        if part.values["word"].endswith("内"):
            return [_Draft(-edge, edge, True, True, points, part.clause)]
        return [
            _Draft(-INFINITE, -edge, True, False, points, part.clause),
            _Draft(edge, INFINITE, False, True, points, part.clause),
        ]
    low, high = float(part.values["low"]) / 100, float(part.values["high"]) / 100
    return [
        _Draft(-high, -low, None, None, points, part.clause),
        _Draft(low, high, None, None, points, part.clause),
    ]


def _settle_edge(lower: _Draft, upper: _Draft, nature: Side | None, doubts: list[str]) -> None:
    """A shared edge belongs to one band: where only one of the two says so, the other follows."""
    if lower.high > upper.low:
        doubts.append(f"“{lower.clause}”与“{upper.clause}”重叠")
    elif lower.high < upper.low:
        doubts.append(f"“{lower.clause}”与“{upper.clause}”之间有缺口")
    elif lower.high_in is None and upper.low_in is None:
        doubts.append(f"{percent(upper.low)} 属于哪一档没有写明")
        lower.high_in = lower.low >= 0 and nature != "below"  # to the department's advantage, but said
        upper.low_in = not lower.high_in
    elif lower.high_in is None:
        lower.high_in = not upper.low_in
    elif upper.low_in is None:
        upper.low_in = not lower.high_in
    elif lower.high_in == upper.low_in:
        both = "两档都含" if lower.high_in else "两档都不含"
        doubts.append(f"{percent(upper.low)} {both}")


def _check_order(ordered: Sequence[_Draft], nature: Side | None, doubts: list[str]) -> None:
    """Points fall towards the side on which the indicator is bad (± bands fall on both sides)."""
    if nature not in ("above", "below") or len({draft.clause for draft in ordered}) < len(ordered):
        return
    scores = [INFINITE if draft.points is None else draft.points for draft in ordered]
    falls = nature == "above"
    if any((later > earlier) if falls else (later < earlier) for earlier, later in pairwise(scores)):
        doubts.append("分数的升降与指标名不一致")
