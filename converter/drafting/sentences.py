"""A sentence of a 评价标准 → what it says (`Sentence`). What was not understood is a doubt, never a guess left unsaid.

The clauses of a sentence are read by a table (`clauses`); here they are put together. A form uses up the kinds of parts
it is made of; every other part speaks of points too, and becomes a doubt in its own words.
"""

import re
from collections.abc import Callable

from converter.drafting.bands import BAND_KINDS, points_of, ranges
from converter.drafting.clauses import GRADE, LARGEST_RATIO, NO_PERCENT, Part, parts, without_percent
from converter.drafting.meanings import (
    INFINITE,
    Banded,
    Checklist,
    DaysLate,
    Grade,
    Graded,
    Judged,
    Meaning,
    PerCase,
    Range,
    Relational,
    Sentence,
    Share,
    Unread,
)
from converter.drafting.nature import nature
from converter.drafting.penalties import sign_side, steps
from converter.drafting.shares import balanced, shared
from converter.drafting.wording import NUMBER, clauses, items, unified
from converter.vocabulary.labels import plain

_ITEM = re.compile(rf"(?:(?!\d分)[^扣])*?(?:[计得记为])?(?P<points>{NUMBER})分|(?P<alone>{NUMBER})")
#: No printed sentence is longer; one that is would take its time.
MAX_LENGTH = 2000
#: The kind of "part" that a list of items is.
ITEMS = "items"


def read(text: str, name: str = "") -> Sentence:
    """What a sentence says about the points of the indicator `name`; the name decides where a sign is lost."""
    if len(text) > MAX_LENGTH:
        return Sentence(Unread(), doubts=(f"条文有 {len(text)} 字，太长，没有读",))
    before, listed, after = items(unified(text))
    numbered = list(parts(listed))
    if len(numbered) == len(listed) and {part.kind for part in numbered} <= {*BAND_KINDS, "grade"}:
        return _Reading(name, [], [*parts(clauses(before)), *numbered, *parts(clauses(after))]).sentence()
    return _Reading(name, listed, [*parts(clauses(before)), *parts(clauses(after))]).sentence()


class _Reading:
    """One sentence while it is put together."""

    def __init__(self, name: str, listed: list[str], found: list[Part]) -> None:
        self.name, self.nature = plain(name), nature(name)
        self.listed, self.found = listed, found
        self.full: float | None = None
        self.list_used = False
        self.doubts: list[str] = []
        self.used: list[Part] = self.of("nothing", "cap", "total")

    def of(self, *kinds: str) -> list[Part]:
        """The parts of these kinds, in the order of the sentence."""
        return [part for part in self.found if part.kind in kinds]

    def sentence(self) -> Sentence:
        """The whole sentence: the first form whose parts are there."""
        meaning = next(build(self) for kinds, build in _FORMS if self.fits(*kinds))
        for part in self.found:
            if part not in self.used:
                self.doubts.append(
                    f"“{part.clause}”须先选定用哪一个" if part.kind == "choice" else f"没有读懂“{part.clause}”"
                )
        for part in self.of("total"):
            if self.full not in (None, part.number("points")):
                self.doubts.append(f"“{part.clause}”与各项之和不符")
        if self.listed and not self.list_used:
            self.doubts.append(f"没有读懂所列的 {len(self.listed)} 项")
        self.doubts += [f"条文说的是“{other}”" for other in self.other_names()]
        return Sentence(meaning, self.full, bool(self.of("nothing")), tuple(dict.fromkeys(self.doubts)))

    def fits(self, *kinds: str) -> bool:
        """Whether the sentence has a part of one of these kinds, or (ITEMS) a list; no kinds fit everything."""
        return not kinds or bool(self.of(*kinds)) or (ITEMS in kinds and bool(self.listed))

    def other_names(self) -> list[str]:
        """Names of rates in the sentence that are not the indicator's (财政供养人员控制率 beside 在职人员控制率)."""
        told = [part.values.get("name", "") for part in self.of(*BAND_KINDS)]
        rates = [name for name in told if name.endswith(("率", "度"))]
        return [name for name in rates if self.name and not (name in self.name or self.name in name)]

    def days(self) -> Meaning:
        """超过规定5个工作日扣0.5分，10个工作日扣1分，以此类推."""
        first, *more = self.of("days", "moredays")
        self.used += [first, *more, *self.of("on", "until", "clean")]
        every, points = first.number("days"), first.number("points")
        if any(abs(other.number("points") * every - other.number("days") * points) > 1e-9 for other in more):
            self.doubts.append("各档天数与扣分不成比例")
        return DaysLate(every, points)

    def relational(self) -> Meaning:
        """无结余3分；有结余但不超过上年2分；超过上年不得分."""
        three = [self.of(kind) for kind in ("none", "within", "beyond")]
        if not all(three):
            return self.unread("结余与上年相比的三种情形没有写全")
        (none, *_), (within, *_), (beyond, *_) = three
        self.used += [none, within, beyond]
        self.full = none.number("points")
        return Relational(self.full, within.number("points"), points_of(beyond) or 0.0)

    def share(self) -> Meaning:
        """得分=…."""
        formula, *more = self.of("formula")
        expression = formula.values["expression"]
        if not balanced(expression):
            self.doubts.append(f"计分公式“{expression}”的括号不成对，已补")
        found = shared(expression)
        if found is None:
            return self.unread(f"计分公式“{expression}”没有读懂")
        self.used += [formula]
        self.full = found.top
        cuts = [part for part in self.of("level") if points_of(part) == 0 and part.values["sign"] in ">≥"]
        if not cuts or more:
            return Share(found.value, found.base)
        self.used += cuts[:1]
        self.doubts.append(f"“{cuts[0].clause}”是哪个比率，请核对")
        return Share(found.value, found.base, cuts[0].number("edge"))

    def steps(self) -> Meaning:
        """以100%为标准。…≦100%，计5分；每超过一个百分点扣0.5分，扣完为止."""
        levels = [part for part in self.of(*BAND_KINDS) if "edge" in part.values and points_of(part) != 0]
        levels = [part for part in levels if part.kind != "around"]
        kinds = self.of("penalty", "standard", "until", "most", "part")
        found, doubts = steps(kinds, levels, self.nature)
        if isinstance(found, str):
            return self.unread(found)
        self.doubts += doubts
        self.used += [*kinds, *levels]
        self.full = next((points for part in levels if (points := points_of(part))), None)
        return found

    def cases(self) -> Meaning:
        """以上情况每出现一例扣1分: items in front of it have no points of their own."""
        self.list_used = True
        first, *_ = self.of("case")
        self.used += [first, *self.of("until", "clean", "most")]
        if any(_points(item) is not None for item in self.listed):
            self.doubts.append("各项既写了分值，又按例扣分")
        return PerCase(first.number("points"), next((part.number("most") for part in self.of("most")), None))

    def checklist(self) -> Meaning:
        """①…2分；②…2分, or 每项2分, or 每少一项扣1分."""
        self.list_used = True
        for_each = self.of("each", "less")
        self.used += [*for_each[:1], *self.of("until")]
        if for_each and not self.listed:
            return PerCase(for_each[0].number("points")) if for_each[0].kind == "less" else self.unread("没有列出各项")
        points = [_points(item) for item in self.listed]
        if for_each:
            points = [for_each[0].number("points") if own is None else own for own in points]
        self.doubts += [f"没有读懂“{item}”" for item in self.listed if "扣" in item]
        missing = [item for item, own in zip(self.listed, points, strict=True) if own is None]
        if len(missing) == len(points):
            self.doubts.append(f"列了 {len(points)} 项，没有写各项的分值")
            return Judged()
        if missing:
            return self.unread(f"有 {len(missing)} 项没有写分值")
        self.full = sum(own for own in points if own is not None)
        return Checklist(tuple(own for own in points if own is not None))

    def banded(self) -> Meaning:
        """预算控制率=0，计5分；0-10%（含），计4分；…"""
        levels = [part for part in self.of(*BAND_KINDS) if part.values.keys() & {"points", "full", "none"}]
        if not levels or self.of("prorata"):
            return self.prorata()
        if len(levels) == 1 and self.of("left"):
            return self.unread("只读懂了一档")
        self.used += levels
        found, doubts = ranges(levels, self.nature)
        self.doubts += doubts
        if len(found) == 1:
            self.doubts.append("只写了一档，其余数值没有规定")
        known = [band.points for band in found if band.points is not None]
        self.full = None if len(known) < len(found) else max(known) or None
        if unsigned := [part for part in levels if without_percent(part)]:
            self.doubts.append(NO_PERCENT.format(unsigned[0].clause))
            if max(abs(e) for band in found for e in (band.low, band.high) if abs(e) != INFINITE) > LARGEST_RATIO:
                found = tuple(Range(b.low / 100, b.high / 100, b.low_in, b.high_in, b.points) for b in found)
        return Banded(found)

    def prorata(self) -> Meaning:
        """按完成比例计算得分; ≤1计5分，否则按比例计分 does not say which ratio, and has two readings at least."""
        levels = self.of(*BAND_KINDS)
        if not self.of("prorata") or len(levels) > 1:
            return self.unread("“按比例”没有写明怎样算" if self.of("prorata") else "没有读懂计分办法")
        self.used += [*self.of("prorata"), *levels]
        if not levels:
            return Share()
        side, edge = sign_side(levels[0]), levels[0].number("edge") if "edge" in levels[0].values else 0.0
        if side is None or edge <= 0 or without_percent(levels[0]):
            return self.unread("“按比例”没有写明怎样算")
        self.full = points_of(levels[0])
        ratio = "标准÷指标值" if side == "above" else "指标值÷标准"
        self.doubts.append(f"“按比例”没有写明怎样算，按“分值×{ratio}”理解")
        return Share(base=edge, inverse=side == "above")

    def graded(self) -> Meaning:
        """效果较好的计6分；一般3分；无效果0分, or 100%-80%（含80%）、80%-50%（含50%）、50%-0% of the weight."""
        named, shares = self.of("grade"), self.of("shares")
        self.used += [*named, *shares]
        if len(named) + len(shares) < 2 or (named and shares):
            return self.unread("只写了一个等次的分")
        if named:
            grades = [Grade(_grade_name(part), part.number("points"), part.number("points")) for part in named]
            self.full = max(grade.high for grade in grades)
            return Graded(tuple(grades))
        pairs = [(part.number("low") / 100, part.number("high") / 100) for part in shares]
        if any(low >= high for low, high in pairs):
            return self.unread("各档的上下限写反了")
        return Graded(tuple(Grade(f"第{n}档", *pair) for n, pair in enumerate(pairs, start=1)), of_weight=True)

    def judged(self) -> Meaning:
        """No part speaks of points, or only of discretion."""
        self.used += self.of("discretion")
        if [part for part in self.found if part not in self.used]:
            return Unread()
        return Judged()

    def unread(self, why: str) -> Meaning:
        """Not understood, with the reason."""
        self.doubts.append(why)
        self.used = [part for part in self.found if part.kind != "left"]
        return Unread()


def _points(item: str) -> float | None:
    match = _ITEM.fullmatch(item)
    return float(match["points"] or match["alone"]) if match else None


def _grade_name(part: Part) -> str:
    """The 等次 alone where a whole sentence stands before it (降低行政成本效果较好 → 效果较好)."""
    name = part.values["name"]
    match = re.search(rf"(?:效果)?(?:{GRADE})$", name)
    return match[0] if match and len(name) > 8 and "或" not in name else name


#: The parts by which a form is known, and how it is built; the first that fits.
_FORMS: tuple[tuple[tuple[str, ...], Callable[[_Reading], Meaning]], ...] = (
    (("days",), _Reading.days),
    (("within", "beyond"), _Reading.relational),
    (("formula",), _Reading.share),
    (("penalty",), _Reading.steps),
    (("case",), _Reading.cases),
    (("each", "less", ITEMS), _Reading.checklist),
    ((*BAND_KINDS, "prorata"), _Reading.banded),
    (("grade", "shares"), _Reading.graded),
    ((), _Reading.judged),
)
