"""Published wordings of 评价标准, verbatim, each with what it says: kept apart from the program's reading of them.

`source` names the form (A1–A14) and the published table it was seen in. `points` are examples worked by hand: value →
points of the weight (whole steps). `computed` is False where the points are a person's to give or the sentence leaves
the arithmetic open; such a sentence has to be marked (`marked`), or to say nothing of points.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    Share,
    Steps,
    Unread,
)


@dataclass(frozen=True)
class Wording:
    """One printed sentence."""

    source: str
    name: str
    weight: float
    text: str
    meaning: Meaning
    full: float | None = None
    points: Mapping[float, float | None] = field(default_factory=dict)
    computed: bool = True
    marked: bool = False
    nothing_is_full: bool = False


def _bands(*rows: tuple[float, bool, float, bool, float | None]) -> Banded:
    return Banded(tuple(Range(low, high, low_in, high_in, points) for low, low_in, high, high_in, points in rows))


def _control(first: float, *points: float) -> Banded:
    """=0, 0-10%（含）, 10-20%（含）, 20-30%（含）, above."""
    four, three, two = points
    return _bands(
        (0, True, 0, True, first),
        (0, False, 0.1, True, four),
        (0.1, False, 0.2, True, three),
        (0.2, False, 0.3, True, two),
        (0.3, False, INFINITE, True, 0),
    )


def _falling(*edges: tuple[float, float]) -> Banded:
    """≥90%, 80%（含）-90%, …, below."""
    rows: list[tuple[float, bool, float, bool, float | None]] = []
    high = INFINITE
    for low, points in edges:
        rows.append((low, True, high, high == INFINITE, points))
        high = low
    return _bands(*rows)


STAFF = "以100%为标准。在职人员控制率≦100%,计5分;每超过一个百分点扣0.5分,扣完为止。"
CHANGE = "“三公经费”变动率≦0,计8分;“三公经费”>0,每超过一个百分点扣0.8分,扣完为止。"
STAFF_POINTS = {0.98: 5.0, 1.0: 5.0, 1.009: 5.0, 1.01: 4.5, 50 / 48: 3.0, 1.09: 0.5, 1.1: 0.0, 2.0: 0.0}
ABOVE_ONE = {0.98: 8.0, 1.0: 8.0, 1.0099: 8.0, 1.01: 7.0, 1.5: 0.0}

WORDINGS: tuple[Wording, ...] = (
    # A1 above a ceiling
    Wording("A1 00,02,03,05", "在职人员控制率", 5, STAFF, Steps("above", 1, 0.01, 0.5), 5, STAFF_POINTS),
    Wording("A1 08,19", "财政供养人员控制率", 5, STAFF, Steps("above", 1, 0.01, 0.5), 5, STAFF_POINTS, marked=True),
    Wording(
        "A1 01", "在职人员控制率", 8, "以100%为标准。在职人员控制率Q100%,计8分;每超过一个百分点扣0.5分,扣完为止。",
        Steps("above", 1, 0.01, 0.5), 8, {1.0: 8, 1.02: 7, 1.16: 0}, marked=True,
    ),
    Wording(
        "A1 06", "在职人员控制率", 1, "以100%为标准。在职人员控制率W100%,计1分;每超过一个百分点扣0.1分,扣完为止。",
        Steps("above", 1, 0.01, 0.1), 1, {1.0: 1, 1.01: 0.9, 1.1: 0}, marked=True,
    ),
    Wording(
        "A1 04", "在职人员控制率", 5, "以100%为标准。在职人员控制率100%,计5分;每超过一个百分点扣0.5分,扣完为止。",
        Steps("above", 1, 0.01, 0.5), 5, STAFF_POINTS, marked=True,
    ),
    Wording(
        "A1 00", "公用经费控制率", 8, "100%以下(含)计满分,每超出1%扣1分,扣完为止。",
        Steps("above", 1, 0.01, 1), None, ABOVE_ONE,
    ),
    Wording(
        "A1 00", "“三公经费”控制率", 7, "100%以下（含）计满分，每超出1%扣1分，扣完为止。",
        Steps("above", 1, 0.01, 1), None, {1.0: 7, 1.03: 4},
    ),
    Wording(
        "A1 03,04", "新建楼堂馆所面积控制率", 5, "100%以下(含)计满分,每超出5%扣2分,扣完为止。没有楼堂馆所项目的部门按满分计算。",
        Steps("above", 1, 0.05, 2), None, {1.0: 5, 1.049: 5, 1.05: 3, 1.15: 0}, nothing_is_full=True,
    ),
    Wording(
        "A1 08,19", "三公经费控制率", 6, "以100%为标准。三公经费控制率≦100%,计6分;每超过一个百分点扣1分",
        Steps("above", 1, 0.01, 1), 6, {1.0: 6, 1.02: 4},
    ),
    Wording(
        "A1 01,02,05", "“三公经费”变动率", 8, CHANGE, Steps("above", 0, 0.01, 0.8), 8,
        {-0.5: 8, 0.0: 8, 0.0099: 8, 0.01: 7.2, 0.1: 0},
    ),
    Wording("A1 00,04", "“三公经费”变动率", 5, CHANGE, Steps("above", 0, 0.01, 0.8), 8, {0.0: 5, 0.02: 4, 0.1: 0}, marked=True),
    Wording(
        "A1 03,08,19", "“三公经费”变动率", 5, "“三公经费”变动率≦0,计5分;“三公经费”>0,每超过一个百分点扣0.5分,扣完为止。",
        Steps("above", 0, 0.01, 0.5), 5, {0.0: 5, 0.02: 4},
    ),
    Wording(
        "A1 06", "公务招待费变动率", 3, "公务招待费变动率W0,计3分;公务招待费>0,每超过一个百分点扣0.3分,扣完为止。",
        Steps("above", 0, 0.01, 0.3), 3, {-0.1: 3, 0.01: 2.7}, marked=True,
    ),
    Wording(
        "A1 06", "公务用车购置运行费变动率", 2, "公务用车购置运行费变动率≤0,计2分;公务用车购置运行费>0,每超过一个百分点扣0.2分,扣完为止。",
        Steps("above", 0, 0.01, 0.2), 2, {0.0: 2, 0.03: 1.4},
    ),
    Wording(
        "A1 06", "“三公经费”变动率", 3, "“三公经费”变动率0,计3分；“三公经费” 0，每超过一个百分点扣0.3分,扣完为止。",
        Steps("above", 0, 0.01, 0.3), 3, {0.0: 3, 0.01: 2.7}, marked=True,
    ),
    # A2 below a target
    Wording(
        "A2 00–05", "预算完成率", 5, "100%计满分,每低于5%扣2分,扣完为止。", Steps("below", 1, 0.05, 2), None,
        {1.2: 5, 1.0: 5, 0.9983: 5, 0.95: 3, 0.928: 3, 0.85: 0},
    ),
    Wording(
        "A2 01", "预算完成率", 8, "100%计满分，每低于5%扣2分，扣完为止。", Steps("below", 1, 0.05, 2), None, {0.9927: 8, 0.9: 4},
    ),
    Wording(
        "A2 31", "群众满意率", 10, "群众满意率 90%以上得10分,每降5%扣1分", Steps("below", 0.9, 0.05, 1), 10,
        {0.98: 10, 0.9: 10, 0.85: 9, 0.84: 9, 0.4: 0},
    ),
    Wording(
        "A2 35", "产出数量", 15, "实际与计划每相差3%扣1分,扣满15分为止", Steps("both", 1, 0.03, 1, most=15), None,
        {1.0: 15, 0.97: 14, 1.03: 14, 1.07: 13}, marked=True,
    ),
    Wording(
        "A2 35", "产出质量", 10, "实际与计划每相差4%扣1分", Steps("both", 1, 0.04, 1), None, {0.96: 9, 1.08: 8}, marked=True,
    ),
    # A3 two-sided
    Wording(
        "A3 00", "政府采购执行率", 6, "100%计满分,每超过(降低)5%扣2分。扣完为止。", Steps("both", 1, 0.05, 2), None,
        {1.0: 6, 0.951: 6, 0.95: 4, 1.05: 4, 1.1: 2, 0.85: 0, 1.15: 0},
    ),
    Wording(
        "A3 31", "成本控制率", 5, "±10%以内 5; ±10-15% 3; ±15-20% 1; ±20%以外 0",
        _bands(
            (-0.1, True, 0.1, True, 5),
            (-0.15, True, -0.1, False, 3), (0.1, False, 0.15, True, 3),
            (-0.2, True, -0.15, False, 1), (0.15, False, 0.2, True, 1),
            (-INFINITE, True, -0.2, False, 0), (0.2, False, INFINITE, True, 0),
        ),
        5, {0.0: 5, 0.1: 5, -0.1: 5, 0.12: 3, -0.12: 3, 0.18: 1, -0.3: 0}, marked=True,
    ),
    # A4 bands
    Wording(
        "A4 00,02,03,04", "预算控制率", 5, "预算控制率=0,计5分;0-10%(含),计4分;10-20%(含),计3分;20-30%(含),计2分;大于30%不得分",
        _control(5, 4, 3, 2), 5, {0.0: 5, 0.0291: 4, 0.1: 4, 0.1001: 3, 0.2: 3, 0.3: 2, 0.301: 0, -0.1: None},
    ),
    Wording(
        "A4 01", "预算控制率", 8, "预算控制率=0,计8分;0-10%(含),计6分;10-20%(含),计4分;20-30%(含),计2分;大于30%不得分",
        _control(8, 6, 4, 2), 8, {0.0: 8, 0.1: 6, 0.3994: 0},
    ),
    Wording(
        "A4 08,19", "预算调整率", 3, "预算调整率=0,计3分;0-10%(含),计2分;10-20%(含),计1分;20-30%(含),计0.5分;大于30%不得分",
        _control(3, 2, 1, 0.5), 3, {0.0: 3, 0.3: 0.5, 0.4: 0},
    ),
    Wording(
        "A4 08,19", "重点支出安排率", 5, "重点支出安排率≥90% 5; 80%(含)-90% 4; 70%(含)-80% 3; 60%(含)-70% 2; 低于60%不得分",
        _falling((0.9, 5), (0.8, 4), (0.7, 3), (0.6, 2), (-INFINITE, 0)), 5,
        {1.0: 5, 0.9: 5, 0.8999: 4, 0.8: 4, 0.6: 2, 0.5999: 0},
    ),
    Wording(
        "A4 00", "社会公众或服务对象满意度", 6, "90%(含)以上计6分;80%(含)-90%,计4分;70%(含)-80%,计2分;低于70%计0分",
        _falling((0.9, 6), (0.8, 4), (0.7, 2), (-INFINITE, 0)), 6, {0.9: 6, 0.8999: 4, 0.7: 2, 0.69: 0},
    ),
    Wording("A4 36", "总体等次", 100, "优(≥90) 良(≥80,<90) 中(≥60,<80) 差(<60)", Unread(), computed=False, marked=True),
    Wording("A4 35", "总体等次", 100, "90-100 / 80-89 / 60-79 / 0-59", Unread(), computed=False, marked=True),
    # A5 checklists
    Wording(
        "A5 00", "管理制度健全性", 8,
        "①有内部财务管理制度、会计核算制度等管理制度，2分；\n②有本部门厉行节约制度，2分；\n③相关管理制度合法、合规、完整，2分；④相关管理制度得到有效执行，2分。",
        Checklist((2, 2, 2, 2)), 8,
    ),
    Wording("A5 00", "预决算信息公开性", 5, "①1②1③1④1⑤1", Checklist((1, 1, 1, 1, 1)), 5),
    Wording("A5 08", "管理制度健全性", 3, "①制度健全1分；②制度合法1分；③制度有效执行1分。", Checklist((1, 1, 1)), 3),
    Wording(
        "A5 07", "绩效目标合理性", 2, "①符合国家法律法规、国民经济和社会发展总体规划,计1分;②与职责密切相关,计0.5分;③是否符合部门制定的中长期实施规划,计0.5分。",
        Checklist((1, 0.5, 0.5)), 2,
    ),
    Wording(
        "A5 07", "绩效指标明确性", 3, "①细化分解,计1分;②清晰可衡量,计0.5分;③与任务数对应,计0.5分;④与预算资金匹配,计1分。",
        Checklist((1, 0.5, 0.5, 1)), 3,
    ),
    Wording(
        "A5 06", "“三公经费”管理", 3,
        "①招待费用明确招待标准和招待人数，1分；②车辆维护、燃油使用政府定点，1分。③制定“三公经费”管理办法，1分，每少一项扣1分，扣完为止。",
        Checklist((1, 1, 1)), 3,
    ),
    Wording("A5 06", "基础信息完善性", 3, "①真实；②完整；③准确。每少一项扣1分", Checklist((1, 1, 1)), 3),
    Wording("A5 06", "基础信息完善性", 3, "每少一项扣1分", PerCase(1)),
    # A6 violations
    Wording(
        "A6 00", "资金使用合规性", 16,
        "①支出符合国家财经法规和财务管理制度规定以及有关专项资金管理办法的规定；②资金拨付有完整的审批程序和手续。\n以上情况每出现一例不符合要求的扣1分，扣完为止。",
        PerCase(1),
    ),
    Wording("A6 14", "违规记录", 5, "每个问题扣0.02分,直至扣完", PerCase(0.02)),
    Wording(
        "A6 A13 08,19", "支付进度", 3,
        "春节前下达专项资金的50%；6月底前专项资金指标全部下达完。每出现一个专项未按进度完成资金下达扣0.5分，扣完为止。",
        PerCase(0.5), marked=True,
    ),
    # A7 days
    Wording("A7 14", "报送及时性", 5, "超过规定5个工作日扣0.5分,10个工作日扣1分,以此类推,直至扣完", DaysLate(5, 0.5)),
    # A8 proportional
    Wording("A8 16,39,40", "预算执行率", 10, "得分=执行率×分值", Share("执行率"), None, {0.76: 7.6, 0.862: 8.62, 1.0: 10, 1.3: 10}),
    Wording("A8 30", "预算执行率", 20, "得分(20分*执行率)", Share("执行率"), 20, {0.5: 10, 1.0: 20}),
    Wording("A8 30", "预算执行率", 20, "20分*执行率", Share("执行率"), 20, {0.5: 10}),
    Wording("A8 10", "实际完成率", 10, "按完成比例计算得分,满分为止", Share(), None, {0.5: 5, 1.2: 10}),
    Wording("A8 30", "补贴渔船数", 20, "正向指标得分=权重*B/A,得分不得突破权重总额", Share("B/A"), None, {0.5: 10, 1.5: 20}),
    Wording("A8 31", "成本指标", 10, "反向指标得分=权重*A/B,得分不得突破权重总额", Share("A/B"), None, {0.9: 9, 1.5: 10}),
    Wording("A8 07", "在职人员控制率", 5, "小于或等于1计5分,否则按比例计分", Share(inverse=True), 5, computed=False, marked=True),
    Wording(
        "A8 13", "目标实现", 10, "得分=达到预期值的数量指标个数/全部数量指标个数", Share("达到预期值的数量指标个数/全部数量指标个数"), None, {0.8: 8},
    ),
    Wording(
        "A8 13", "目标实现", 10, "得分=达到预期值的数量指标个数/全部数量指标个数×分值；超过预期30%以上或未达到预期均不计分",
        Share("达到预期值的数量指标个数/全部数量指标个数"), None, {0.8: 8}, marked=True,
    ),
    Wording("A8 14", "资金到位", 5, "(来源-取消-注销)÷来源*分值", Share("(来源-取消-注销)/来源"), None, {0.9: 4.5}),
    Wording(
        "A8 13", "编制准确", 10, "指标得分=(1-10×部门全年预算调剂金额/年初部门预算数)*指标分值。若部门全年预算调剂金额/年初部门预算数>0.1得0",
        Share("1-10*部门全年预算调剂金额/年初部门预算数", cut=0.1), None, {0.98: 9.8}, marked=True,
    ),
    Wording(
        "A8 13", "编制准确", 10, "指标得分=1-10×部门全年预算调剂金额/年初部门预算数))*指标分值",
        Share("1-10*部门全年预算调剂金额/年初部门预算数"), None, {0.98: 9.8}, marked=True,
    ),
    Wording("A8 00", "重点工作实际完成率", 8, "绩效办考核得分/350*8", Share("绩效办考核得分", 350), 8, {350: 8, 175: 4, 400: 8}),
    Wording(
        "A8 00", "重点工作实际完成率", 8,
        "根据绩效办2016年对各部门为民办实事和部门重点工程与重点工作考核分数折算。\n该项得分=（绩效办对应部分考核得分/350）*8",
        Share("绩效办对应部分考核得分", 350), 8, {350: 8, 0: 0},
    ),
    # A9 graded
    Wording(
        "A9 00", "行政效能", 6,
        "促进部门改进文风会风，加强经费及资产管理，推动网上办事，提高行政效率，降低行政成本效果较好的计6分；一般3分；无效果或者效果不明显0分。",
        Graded((Grade("效果较好", 6, 6), Grade("一般", 3, 3), Grade("无效果或者效果不明显", 0, 0))), 6, computed=False,
    ),
    Wording(
        "A9 00", "行政效能", 6, "好6 一般3 无效果0", Graded((Grade("好", 6, 6), Grade("一般", 3, 3), Grade("无效果", 0, 0))), 6,
        computed=False,
    ),
    Wording(
        "A9 30,31", "可持续影响", 10, "定性 三档 100%-80%(含80%), 80%-50%(含50%), 50%-0%",
        Graded((Grade("第1档", 0.8, 1), Grade("第2档", 0.5, 0.8), Grade("第3档", 0, 0.5)), of_weight=True), computed=False,
    ),
    Wording("A9 13", "目标制定", 10, "要素完整5分,否则酌情扣分", Unread(), computed=False, marked=True),
    Wording("A9 26", "社会效益", 10, "酌情扣分", Judged(), computed=False),
    # A10 against last year
    Wording(
        "A10 08,19", "资金结余", 3, "无结余3分;有结余但不超过上年结转2分;结余超过上年结转不得分", Relational(3, 2, 0), 3,
    ),
    Wording(
        "A10 08", "资金结余", 3, "无结余，3分；有结余，但不超过上年结转，2分；结余超过上年结转，不得分。", Relational(3, 2, 0), 3,
    ),
    # A11–A14
    Wording("A11 10", "三公经费变动率", 5, "二者择其一进行考核", Unread(), computed=False, marked=True),
    Wording("A11 11", "生态效益", 10, "可选项", Unread(), computed=False, marked=True),
    Wording("A13 08,19", "支付进度", 3, "春节前50%,6月底前全部", Unread(), computed=False, marked=True),
    Wording("A14 35", "扶贫", 5, "最高加分5分,最高减分5分", Unread(), computed=False, marked=True),
    Wording(
        "A14 13", "目标实现", 10, "超过30%以上不计分", _bands((0.3, False, INFINITE, True, 0)), computed=False, marked=True,
    ),
    Wording(
        "00", "经济效益", 10, "此两项指标为设置部门整体支出绩效评价指标时必须考虑的共性要素，可根据部门实际情况有选择的进行设置，并将其细化为相应的个性化指标。",
        Judged(), computed=False,
    ),
)  # fmt: skip

#: Tables that print the formula of an indicator: name, its 指标说明, and the formula of the rule ("" where a name in it
#: is no field of the dictionary), and whether the row has to be marked.
FORMULAS: tuple[tuple[str, str, str, bool], ...] = (
    ("在职人员控制率", "在职人员控制率=（在职人员数/编制数）×100%，在职人员数：部门（单位）实际在职人数。\n编制数：核定批复的人员编制数。", "在职人员数 / 编制数", False),
    ("在职人员控制率", "(在职人员数/编制数)100%", "在职人员数 / 编制数", True),
    ("在职人员控制率", "在职人员控制率(在职人员数/编制数)100%", "在职人员数 / 编制数", True),
    ("“三公经费”变动率", "“三公经费”变动率=[（本年度“三公经费”预算数-上年度“三公经费”预算数）/上年度“三公经费”预算数]×100%", "(三公经费预算数 - 上年(三公经费预算数)) / 上年(三公经费预算数)", False),
    ("“三公经费”变动率", "“三公经费”变动率=[（本年度“三公经费”总额-上年度“三公经费”总额）/上年度“三公经费”总额]×100%", "", True),
    ("预算完成率", "预算完成率=（上年结转+年初预算+本年追加预算-年末结余）/（上年结转+年初预算+本年追加预算）×100%。", "(上年结转 + 年初预算 + 本年追加预算 - 年末结余) / (上年结转 + 年初预算 + 本年追加预算)", False),
    ("预算完成率", "预算完成率=（上年结转+年初预算+本年追加预算-年末结余/上年结转+年初预算+本年追加预算）×100%。", "(上年结转 + 年初预算 + 本年追加预算 - 年末结余) / (上年结转 + 年初预算 + 本年追加预算)", True),
    ("预算完成率", "预算完成率=预算完成数/预算数×100%", "", True),
    ("预算控制率", "预算控制率=（本年追加预算/年初预算）×100%。", "本年追加预算 / 年初预算", False),
    ("公用经费控制率", "公用经费控制率=（实际支出公用经费总额/预算安排公用经费总额）×100%。\n公用经费支出是指部门基本支出中的一般商品和服务支出。", "公用经费决算数 / 公用经费预算数", False),
    ("“三公经费”控制率", "“三公经费”控制率-（“三公经费”实际支出数/“三公经费”预算安排数）×100%。", "三公经费决算数 / 三公经费预算数", True),
    ("政府采购执行率", "政府采购执行率=（实际政府采购金额/政府采购预算数）×100%", "政府采购决算数 / 政府采购预算数", False),
    ("新建楼堂馆所面积控制率", "楼堂馆所面积控制率=实际建设面积/批准建设面积×100%。", "", True),
    ("重点支出安排率", "重点支出安排率=（重点项目支出/项目总支出）×100%。", "", True),
)  # fmt: skip
