"""每超过（低于）X 扣 Y 分: the standard, the side and the step, from the parts that name them."""

import re
from collections.abc import Sequence
from typing import Literal

from converter.drafting.bands import NO_SIGN, sign_lost
from converter.drafting.clauses import ABOVE, BELOW, BOTH, LARGEST_RATIO, NO_PERCENT, Part, without_percent
from converter.drafting.meanings import Side, Steps

_SIDES: dict[Side, str] = {"above": ABOVE, "below": BELOW, "both": BOTH}


def steps(found: Sequence[Part], levels: Sequence[Part], nature: Side | None) -> tuple[Steps | str, list[str]]:
    """The deduction that penalties, standards and levels of one sentence make, or why they make none; and the doubts.

    `levels` are the parts that give points at one edge (≦100%，计5分); `nature` is the side the indicator's name says.
    """
    doubts: list[str] = []
    penalties = [part for part in found if part.kind == "penalty"]
    standards = [part for part in found if part.kind == "standard"]
    targets = {_target(part, doubts) for part in (*standards, *levels)}
    sides = [_side_of(part) for part in penalties]
    if len({(part.number("every"), part.number("points")) for part in penalties}) > 1:
        return "几种扣法不一样", doubts
    if not targets and sides == ["both"] and "计划" in penalties[0].clause:
        targets = {1.0}
        doubts.append("没有写明标准，按实际与计划之比为 100% 理解")
    if len(targets) != 1:
        return "写了几个标准" if targets else "没有写明从多少起扣分", doubts
    side = _settled(sides, levels, nature, doubts)
    every, points = penalties[0].number("every") / 100, penalties[0].number("points")
    if side is None or not every or not points:
        return "每步或每步的扣分是 0" if side else "看不出是超过还是低于标准时扣分", doubts
    kinds = {part.kind: part for part in found}
    counted: Literal["whole", "started"] = "started" if "part" in kinds else "whole"
    most = kinds["most"].number("most") if "most" in kinds else None
    return Steps(side, targets.pop(), every, points, counted, most), doubts


def _target(part: Part, doubts: list[str]) -> float:
    """The standard a part names, as a ratio."""
    edge = part.number("edge")
    if without_percent(part):
        doubts.append(NO_PERCENT.format(part.clause))
        return edge / 100 if edge > LARGEST_RATIO else edge
    return edge


def _side_of(penalty: Part) -> Side | None:
    """On which side of the standard a penalty counts, None where it does not say."""
    verbs = [verb for verb in (penalty.values.get("verb"), penalty.values.get("other")) if verb]
    sides = [side for verb in verbs for side in _SIDES if re.search(_SIDES[side], verb)]
    if not verbs:
        return None
    return sides[0] if len(set(sides)) == 1 else "both"


def _settled(
    sides: Sequence[Side | None], levels: Sequence[Part], nature: Side | None, doubts: list[str]
) -> Side | None:
    """The side the verbs name; where they name none, the sign's or the indicator's own, and said so."""
    told = {side for side in sides if side}
    signed = {said for part in levels if (said := sign_side(part))}
    doubts += [NO_SIGN.format(part.clause) for part in levels if sign_lost(part)]
    side: Side | None = "both" if len(told) > 1 else next(iter(told), None)
    if side is None:
        side = nature if len(signed) != 1 else next(iter(signed))
        doubts.append("没有写明超过还是低于，方向按比较符号或指标名推定")
    elif side != "both" and signed - {side}:
        doubts.append("比较符号与扣分的方向不一致")
    if side and nature and "both" not in (side, nature) and side != nature:
        doubts.append("扣分的方向与指标名不一致")
    return side


def sign_side(part: Part) -> Side | None:
    """The side on which points are lost beyond a level (≤ and 以下: above it; ＞0 without points: above 0)."""
    sign, word = part.values.get("sign", ""), part.values.get("word", "")
    if not part.values.keys() & {"points", "full"}:
        return "above" if sign == ">" else "below" if sign == "<" else None
    if sign in ("≤", "<") or word.endswith(("以下", "以内")):
        return "above"
    return "below" if sign in ("≥", ">") or word.endswith("以上") else None
