"""A second reading of 绥宁县 2019 (绥财绩〔2020〕2号 附件2), one department at a time, in Decimal.

Written from the regulation's sentences and the design's words, not from the program: it imports nothing of it.
Money is in 万元. A datum is a Decimal; anything else (None, the name of a state) is no number.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

DIGITS = 60
CENT = Decimal("0.01")
NINTH = Decimal("1e-9")
ZERO = Decimal(0)

Datum = Decimal | str | None
Read = Callable[[str], Decimal | None]
Points = dict[str, Decimal]

WHOLE, STARTED, PROPORTIONAL = "整步", "不足一步按一步", "按比例"
TEXT_READING = "按条文 8 分"
VARIANT = "决算/决算"
SCORED, SELF, MISSING, NO_DENOMINATOR, SILENT, UNJUDGED = "已评分", "自评", "缺数", "分母为零", "未规定", "未评"

#: 三级指标 → 分值. 社会效益 has none of its own: it shares the 10 points of 经济效益.
WEIGHTS: dict[str, int] = {
    "在职人员控制率": 5,
    "“三公经费”变动率": 5,
    "预算完成率": 5,
    "预算控制率": 5,
    "公用经费控制率": 8,
    "“三公经费”控制率": 7,
    "政府采购执行率": 6,
    "管理制度健全性": 8,
    "资金使用合规性": 16,
    "预决算信息公开性": 5,
    "重点工作实际完成率": 8,
    "经济效益": 10,
    "社会效益": 10,
    "行政效能": 6,
    "社会公众或服务对象满意度": 6,
}
SHARED = ("经济效益", "社会效益")
JUDGED = ("管理制度健全性", "资金使用合规性", "预决算信息公开性", *SHARED, "行政效能")


@dataclass
class Department:
    """What one department handed in: data by (field, 0 = this year or −1 = last year), self scores by indicator."""

    name: str
    data: Mapping[tuple[str, int], Datum]
    self_scores: Mapping[str, Decimal]


@dataclass
class Outcome:
    """One indicator of one department."""

    status: str
    value: Decimal | None = None
    score: Decimal | None = None
    low: Decimal = ZERO
    high: Decimal = ZERO
    self_score: Decimal | None = None
    gap: Decimal | None = None
    others: Points = field(default_factory=dict)
    from_data: bool = False

    @property
    def different(self) -> Points:
        """其他口径得分: the other readings where they give another score."""
        return {reading: points for reading, points in self.others.items() if points != self.score}


@dataclass
class Total:
    """One department's line of 汇总."""

    low: Decimal
    high: Decimal
    score: Decimal | None
    grade: str
    self_score: Decimal | None
    self_grade: str
    gap: Decimal | None
    data_full: Decimal
    data_low: Decimal
    data_high: Decimal
    from_self: Decimal
    unknown: list[str]


def half_up(number: Decimal, step: Decimal) -> Decimal:
    """四舍五入 as a spreadsheet does it: on the 15 digits it shows, ties away from zero."""
    shown = Context(prec=15, rounding="ROUND_HALF_EVEN").plus(number)
    return shown.quantize(step, rounding=ROUND_HALF_UP) + ZERO


def clip(points: float, full: int) -> Decimal:
    """扣完为止, and never above the weight; two decimals of the float64 that a spreadsheet would round, too.

    5 − 0.5 × 9.99 is 0.00499999999999989 there, and its 四舍五入 0.00.
    """
    return half_up(Decimal(min(max(points, 0.0), float(full))), CENT)


def taken(snapped: Decimal, steps: str) -> Decimal:
    """How many steps a quotient counts as."""
    if steps == WHOLE:
        return Decimal(math.floor(snapped))
    return Decimal(math.ceil(snapped)) if steps == STARTED else snapped


def readings(distance: Decimal, every: str, points: str, full: int) -> Points:
    """The score under each reading of 每超过一步扣若干分, by the distance from the standard."""
    snapped = half_up(max(distance, ZERO) / Decimal(every), NINTH)
    ways = (WHOLE, STARTED, PROPORTIONAL)
    return {steps: clip(full - float(points) * float(taken(snapped, steps)), full) for steps in ways}


# ---- the seven ratios -----------------------------------------------------------------------------------------------
def first(*ways: Callable[[], Decimal | None]) -> Decimal | None:
    """The first way that gives a number."""
    return next((number for number in (way() for way in ways) if number is not None), None)


def added(*numbers: Decimal | None) -> Decimal | None:
    """A sum; unknown when any part is."""
    known = [number for number in numbers if number is not None]
    return sum(known, ZERO) if len(known) == len(numbers) else None


def less(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    """A difference; unknown when either side is."""
    return None if left is None or right is None else left - right


def carry_in(this: Read) -> Decimal | None:
    """上年结转."""
    return first(lambda: this("年初结转和结余决算数"), lambda: this("年初结转和结余年初预算数"))


def initial(this: Read) -> Decimal | None:
    """年初预算: the 合计 line, else 基本支出 + 项目支出."""
    return first(
        lambda: this("本年支出合计年初预算数"),
        lambda: added(this("基本支出年初预算数"), this("项目支出年初预算数")),
    )


def addition(this: Read) -> Decimal | None:
    """本年追加预算: 全年 − 年初 of the 合计 line, else of 基本 + 项目, else by the 预算调整 row of 附件3."""
    return first(
        lambda: less(this("本年支出合计全年预算数"), this("本年支出合计年初预算数")),
        lambda: less(
            added(this("基本支出全年预算数"), this("项目支出全年预算数")),
            added(this("基本支出年初预算数"), this("项目支出年初预算数")),
        ),
        lambda: less(this("部门整体支出预算调整决算数"), this("部门整体支出预算调整预算数")),
    )


def carry_out(this: Read) -> Decimal | None:
    """年末结余."""
    return this("年末结转和结余决算数")


Fraction = tuple[Decimal | None, Decimal | None]


def completion(this: Read) -> Fraction:
    """预算完成率=（上年结转+年初预算+本年追加预算-年末结余）/（上年结转+年初预算+本年追加预算）."""
    whole = added(carry_in(this), initial(this), addition(this))
    return less(whole, carry_out(this)), whole


def change(this: Read, last: Read, basis: str) -> Fraction:
    """“三公经费”变动率=（本年度数-上年度数）/上年度数."""
    return less(this(f"三公经费{basis}"), last(f"三公经费{basis}")), last(f"三公经费{basis}")


def ratio(fraction: Fraction) -> Decimal | str:
    """The quotient, or why there is none: a missing number first, then a denominator of zero."""
    above, below = fraction
    if above is None or below is None:
        return MISSING
    return above / below if below else NO_DENOMINATOR


# ---- the sentences --------------------------------------------------------------------------------------------------
def staff(rate: Decimal) -> Points:
    """以100%为标准。≦100%，计5分；每超过一个百分点扣0.5分，扣完为止。"""
    return readings(rate - 1, "0.01", "0.5", 5)


def sangong_change(rate: Decimal) -> Points:
    """≦0,计8分；每超过一个百分点扣0.8分 — on 5 points: by the weight 0.5 a point; by the text 8 − 0.8n, at most 5."""
    found = readings(rate, "0.01", "0.5", 5)
    whole = taken(half_up(max(rate, ZERO) / Decimal("0.01"), NINTH), WHOLE)
    found[TEXT_READING] = clip(8 - 0.8 * float(whole), 5)
    return found


def completed(rate: Decimal) -> Points:
    """100%计满分，每低于5%扣2分，扣完为止。"""
    return readings(1 - rate, "0.05", "2", 5)


def controlled(rate: Decimal) -> Points:
    """=0，计5分；0-10%（含），计4分；10-20%（含），计3分；20-30%（含），计2分；大于30%不得分. Below 0 it is silent."""
    seen = half_up(rate, NINTH)
    if seen < 0:
        return {}
    if seen == 0:
        return {WHOLE: Decimal(5)}
    bands = ((Decimal("0.1"), 4), (Decimal("0.2"), 3), (Decimal("0.3"), 2))
    return {WHOLE: Decimal(next((points for edge, points in bands if seen <= edge), 0))}


def office(rate: Decimal) -> Points:
    """100%以下（含）计满分，每超出1%扣1分，扣完为止 (8)."""
    return readings(rate - 1, "0.01", "1", 8)


def sangong_control(rate: Decimal) -> Points:
    """100%以下（含）计满分，每超出1%扣1分，扣完为止 (7)."""
    return readings(rate - 1, "0.01", "1", 7)


def procurement(rate: Decimal) -> Points:
    """100%计满分，每超过（降低）5%扣2分。扣完为止。"""
    return readings(abs(rate - 1), "0.05", "2", 6)


def key_work(points: Decimal) -> Points:
    """该项得分=（绩效办对应部分考核得分/350）*8."""
    return {WHOLE: clip(float(points) / 350 * 8, 8)}


def satisfaction(rate: Decimal) -> Points:
    """90%（含）以上计6分；80%（含）-90%，计4分；70%（含）-80%，计2分；低于70%计0分."""
    seen = half_up(rate, NINTH)
    bands = ((Decimal("0.9"), 6), (Decimal("0.8"), 4), (Decimal("0.7"), 2))
    return {WHOLE: Decimal(next((points for edge, points in bands if seen >= edge), 0))}


SENTENCES: dict[str, Callable[[Decimal], Points]] = {
    "在职人员控制率": staff,
    "“三公经费”变动率": sangong_change,
    "预算完成率": completed,
    "预算控制率": controlled,
    "公用经费控制率": office,
    "“三公经费”控制率": sangong_control,
    "政府采购执行率": procurement,
    "重点工作实际完成率": key_work,
    "社会公众或服务对象满意度": satisfaction,
}
#: The two indicators whose data no form holds: without a number the self score stands.
SELF_WHEN_MISSING = ("重点工作实际完成率", "社会公众或服务对象满意度")


def by_data(name: str, value: Decimal | str) -> Outcome:
    """What the sentence says of a value; [0, 分值] where it can say nothing."""
    unknown = Decimal(WEIGHTS[name])
    if isinstance(value, str):
        return Outcome(value, high=unknown, from_data=True)
    points = SENTENCES[name](value)
    if not points:
        return Outcome(SILENT, value, high=unknown, from_data=True)
    score = points[WHOLE]
    others = {reading: other for reading, other in points.items() if reading != WHOLE}
    return Outcome(SCORED, value, score, score, score, others=others, from_data=True)


def by_self(name: str, self_score: Decimal | None, full: Decimal, unscored: str) -> Outcome:
    """The self score within [0, full], or nothing known."""
    if self_score is None:
        return Outcome(unscored, high=full)
    score = half_up(min(max(self_score, ZERO), full), CENT)
    return Outcome(SELF, score=score, low=score, high=score)


def shared(self_scores: Mapping[str, Decimal]) -> dict[str, Outcome]:
    """经济效益 and 社会效益 share 10 points: each may have them all, an unjudged one at most what the other leaves."""
    full = Decimal(WEIGHTS[SHARED[0]])
    judged = {n: by_self(n, self_scores[n], full, UNJUDGED) for n in SHARED if n in self_scores}
    left = full - sum((outcome.low for outcome in judged.values()), ZERO)
    return {name: judged.get(name) or by_self(name, None, left, UNJUDGED) for name in SHARED}


def data_values(department: Department) -> dict[str, Decimal | str]:
    """Each data-based indicator's value, or the reason why it has none."""

    def reader(offset: int) -> Read:
        def read(name: str) -> Decimal | None:
            datum = department.data.get((name, offset))
            return datum if isinstance(datum, Decimal) else None

        return read

    this, last = reader(0), reader(-1)
    one = Decimal(1)
    return {
        "在职人员控制率": ratio((this("在职人员数"), this("编制数"))),
        "“三公经费”变动率": ratio(change(this, last, "预算数")),
        VARIANT: ratio(change(this, last, "决算数")),
        "预算完成率": ratio(completion(this)),
        "预算控制率": ratio((addition(this), initial(this))),
        "公用经费控制率": ratio((this("公用经费决算数"), this("公用经费预算数"))),
        "“三公经费”控制率": ratio((this("三公经费决算数"), this("三公经费预算数"))),
        "政府采购执行率": ratio((this("政府采购决算数"), this("政府采购预算数"))),
        "重点工作实际完成率": ratio((this("重点工作考核得分"), one)),
        "社会公众或服务对象满意度": ratio((this("满意度"), one)),
    }


def certain_gap(self_score: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """The part of 自评 − 复算 that no missing datum can explain away."""
    return self_score - high if self_score > high else self_score - low if self_score < low else ZERO


def score(department: Department) -> dict[str, Outcome]:
    """The fifteen indicators of one department."""
    with localcontext(Context(prec=DIGITS)):
        values = data_values(department)
        found = {name: by_data(name, values[name]) for name in SENTENCES}
        variant = values[VARIANT]
        main = found["“三公经费”变动率"]
        if isinstance(variant, Decimal):
            main.others[VARIANT] = sangong_change(variant)[WHOLE]
        for name in SELF_WHEN_MISSING:
            if values[name] == MISSING and name in department.self_scores:
                found[name] = by_self(name, department.self_scores[name], Decimal(WEIGHTS[name]), MISSING)
        for name in JUDGED:
            if name not in SHARED:
                found[name] = by_self(name, department.self_scores.get(name), Decimal(WEIGHTS[name]), UNJUDGED)
        found.update(shared(department.self_scores))
        for name, outcome in found.items():
            outcome.self_score = department.self_scores.get(name)
            if outcome.self_score is not None:
                outcome.gap = certain_gap(outcome.self_score, outcome.low, outcome.high)
        return {name: found[name] for name in WEIGHTS}


def grade(points: Decimal) -> str:
    """优 90, 良 80, 中 60, 差."""
    return next((name for name, line in (("优", 90), ("良", 80), ("中", 60)) if points >= line), "差")


def summed(outcomes: Mapping[str, Outcome], points: Callable[[Outcome], Decimal]) -> Decimal:
    """The points of several indicators together; those that share a weight count for no more than it."""
    pot = sum((points(o) for name, o in outcomes.items() if name in SHARED), ZERO)
    rest = sum((points(o) for name, o in outcomes.items() if name not in SHARED), ZERO)
    return rest + min(pot, Decimal(WEIGHTS[SHARED[0]]))


def total(outcomes: Mapping[str, Outcome]) -> Total:
    """汇总 of one department."""
    with localcontext(Context(prec=DIGITS)):
        low, high = summed(outcomes, lambda o: o.low), summed(outcomes, lambda o: o.high)
        known = [o.self_score for o in outcomes.values() if o.self_score is not None]
        self_score = sum(known, ZERO) if len(known) == len(outcomes) else None
        data = {name: o for name, o in outcomes.items() if o.from_data}
        taken_over = {name: o for name, o in outcomes.items() if o.status == SELF}
        grades = (grade(low), grade(high))
        return Total(
            low=low,
            high=high,
            score=low if low == high else None,
            grade=grades[0] if grades[0] == grades[1] else "～".join(grades),
            self_score=self_score,
            self_grade="" if self_score is None else grade(self_score),
            gap=None if self_score is None else certain_gap(self_score, low, high),
            data_full=sum((Decimal(WEIGHTS[name]) for name in data), ZERO),
            data_low=summed(data, lambda o: o.low),
            data_high=summed(data, lambda o: o.high),
            from_self=summed(taken_over, lambda o: o.low),
            unknown=[name for name, o in outcomes.items() if o.score is None],
        )
