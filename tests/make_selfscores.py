"""部门整体支出绩效自评表 of 2020 and later: budget execution above, indicators with 分值 and 得分 below."""

from collections.abc import Sequence

from tests.make_forms import DEPARTMENT, Build, Expected, Print, Sample
from tests.workbooks import Grid, Value

FUNDS: Expected = {
    "年度资金总额年初预算数": 238.93,
    "年度资金总额全年预算数": 251.89,
    "年度资金总额决算数": 250.1,
    "年度财政拨款资金年初预算数": 230,
    "年度财政拨款资金全年预算数": 240,
    "年度财政拨款资金决算数": 240,
    "年度上年结转资金年初预算数": 8.93,
    "年度上年结转资金全年预算数": 11.89,
    "年度上年结转资金决算数": 10.1,
    "预算执行率填报数": 0.9929,
    "预算执行率分值": 10,
    "预算执行率自评得分": 9.93,
}
ITEMS: Sequence[tuple[str | None, str | None, str, str, Value, float, float]] = [
    ("产出指标", "数量指标", "补贴渔船数", "≥6艘", "6", 20, 20),
    (None, None, "播发稿件", "2200篇", "2859", 10, 10),
    (None, "质量指标", "验收合格率", "≥95%", "完成", 20, 18.5),
    ("效益指标", "社会效益指标", "就业增长", "作用明显", "优秀", 30, 28),
    ("满意度指标", "服务对象满意度指标", "群众满意率", "≥90%", "98%", 10, 10),
]
SCORES: Expected = {
    **{f"{name}·分值": points for _, _, name, _, _, points, _ in ITEMS},
    **{f"{name}·自评得分": score for *_, name, _, _, _, score in ITEMS},
    "合计·自评得分": 96.43,
}


def _form(
    label: str, heads: Sequence[str], rows: Sequence[str], title: str = "部门整体支出绩效自评表", total: str = "总分"
) -> Build:
    """`label` heads the fund rows (merged down over them), `heads` are the six columns, `rows` the names of the funds."""

    def build(out: Print) -> Grid:
        grid = Grid("自评表")
        grid.row(0, title)
        grid.row(1, f"（ {out.year}年度）")
        grid.row(2, "预算部门名称", DEPARTMENT)
        shown = f"{label}（{out.unit}）"
        grid.row(4, shown, None, None, *heads)
        money = [out.money(value) for name, value in FUNDS.items() if "率" not in str(name)]
        for at, name in enumerate(rows, start=5):
            amounts: list[Value] = [*money[(at - 5) * 3 : (at - 5) * 3 + 3]] if at < 8 else [None] * 3
            grid.row(at, None, name, None, *amounts)
        grid.row(5, "10.00", "99.29%", "9.93", column=6)
        last = 4 + len(rows)
        grid.merges += [(4, 0, last, 0), (4, 1, 4, 2), *((row, 1, row, 2) for row in range(5, last + 1))]
        grid.row(last + 1, "年度总体目标", "预期目标", None, None, None, "实际完成情况")
        grid.row(last + 2, None, "完成2200篇稿件的播发。", None, None, None, "播发2859篇。")
        top = last + 3
        grid.row(
            top,
            "绩效指标",
            "一级指标",
            "二级指标",
            "三级指标",
            "年度指标值",
            "实际完成值",
            "分值",
            "得分",
            "偏差原因分析及改进措施",
        )
        for at, values in enumerate(ITEMS, start=top + 1):
            grid.row(at, None, *values)
        end = top + 1 + len(ITEMS)
        grid.merges += [(top, 0, end - 1, 0), (top + 1, 1, top + 3, 1), (top + 1, 2, top + 2, 2)]
        grid.row(end, total, None, None, None, None, None, 100, 96.43)
        return grid

    return build


YUNNAN = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
SICHUAN = ("年初预算", "调整后预算数", "预算执行数", "权重", "预算执行率", "得分")
CITY: Sequence[tuple[str, str, Value, Value, Value, str, float, float]] = [
    ("财政供养人员控制率", "%", "≤", "100%", "92%", "100%", 2, 2),
    ("政府采购执行率", "%", "≥", "100%", "72.74%", "100%", 2, 2),
    ("党性教育培训次数", "次", "≥", "26", "12", "100%", 5, 5),
]


def _one_level(out: Print) -> Grid:
    """The city's form with a single column of names and a coefficient before the weight."""
    grid = Grid("Sheet1")
    grid.row(0, f"{out.year}年度部门整体绩效自评表")
    grid.row(1, f"部门名称：{DEPARTMENT}")
    heads = (
        "指标名称",
        "计量单位",
        "指标性质",
        "年初指标值",
        "全年完成值",
        "得分系数(%)",
        "指标权重",
        "指标得分",
        "是否核心指标",
    )
    grid.row(3, *heads)
    for at, values in enumerate(CITY, start=4):
        grid.row(at, *values)
    grid.row(7, "合计", None, None, None, None, None, 9, 9)
    return grid


CITY_FACTS: Expected = {
    **{f"{name}·分值": points for name, *_, points, _ in CITY},
    **{f"{name}·自评得分": score for name, *_, score in CITY},
    "合计·自评得分": 9,
}
ALL: Expected = {**FUNDS, **SCORES}
SELF_SCORED = [
    Sample(
        "绩效自评表",
        "绩效自评表",
        _form("年度预算申请", YUNNAN, ("年度资金总额", "其中：当年财政拨款", "      上年结转资金", "      其他资金")),
        ALL,
    ),
    Sample(
        "绩效自评表 as a platform exports it",
        "绩效自评表",
        _form("预算执行情况", SICHUAN, ("总额", "财政资金", "上年结转资金"), "部门（单位）整体支出绩效自评表", "合计"),
        ALL,
    ),
    Sample("自评指标表", "自评指标表", _one_level, CITY_FACTS),
]
