"""附件3 基础数据表 and 附件2 指标表 in the variants that counties print, with the facts each must give."""

from collections.abc import Sequence
from itertools import pairwise

from tests.make_forms import DEPARTMENT, Build, Expected, Print, Sample
from tests.workbooks import WIDE, Grid, Value

Money = tuple[float | None, float | None, float | None]
ROWS: dict[str, Money] = {
    "三公经费": (16.14, 29, 7.59),
    "公务用车费": (8.98, 8, 3.47),
    "公务用车购置费": (0, 0, 0),
    "公务用车运行维护费": (8.98, 8, 3.47),
    "因公出国境费": (0, 0, 0),
    "公务接待费": (7.16, 21, 4.12),
    "项目支出": (3482.92, 474, 745.03),
    "业务工作专项": (3482.92, 400, 700),
    "运行维护专项": (0, 74, 45.03),
    "公用经费": (49.79, 81.35, 78.46),
    "办公经费": (5.8, 8, 7.6),
    "水电差旅费": (8.16, 12, 11.23),
    "会议培训费": (3.89, 3, 2.71),
    "政府采购": (None, 20, 19.5),
    "部门整体支出预算调整": (None, 800, 860),
}
STAFF: Expected = {"编制数": 60, "在职人员数": 68, "在职人员控制率填报数": 1.13}
PLAIN = [
    ("三公经费", "三公经费"),
    ("   1、公务用车购置和维护经费", "公务用车费"),
    ("       其中：公车购置", "公务用车购置费"),
    ("             公车运行维护", "公务用车运行维护费"),
    ("   2、出国经费", "因公出国境费"),
    ("   3、公务接待", "公务接待费"),
    ("项目支出：", "项目支出"),
    ("    1、业务工作专项", "业务工作专项"),
    ("    2、运行维护专项", "运行维护专项"),
    ("          ……", ""),
    ("公用经费", "公用经费"),
    ("    其中：办公经费", "办公经费"),
    ("          水费、电费、差旅费", "水电差旅费"),
    ("          会议费、培训费", "会议培训费"),
    ("", ""),
    ("政府采购金额", "政府采购"),
    ("部门整体支出预算调整 ", "部门整体支出预算调整"),
]
#: The same rows as other counties name and order them: 接待 first, parts before their sum, no 其中.
RENAMED = [
    ("“三公”经费支出合计", "三公经费"),
    ("（一）公务招待费", "公务接待费"),
    ("（二）因公出国（境）费用", "因公出国境费"),
    ("  (1)公务用车购置", "公务用车购置费"),
    ("  (2)公务车辆运行费", "公务用车运行维护费"),
    ("（三）公务用车购置及运行费", "公务用车费"),
    ("项目支出", "项目支出"),
    ("①业务工作项目", "业务工作专项"),
    ("②运行维护项目", "运行维护专项"),
    ("基本支出——公用经费", "公用经费"),
    ("办公费", "办公经费"),
    ("水费 电费 差旅费", "水电差旅费"),
    ("会议费 培训费", "会议培训费"),
    ("政府采购支出", "政府采购"),
    ("部门整体支出预算调整情况", "部门整体支出预算调整"),
]


def _facts(rows: dict[str, Money], staff: Expected = STAFF) -> Expected:
    """Fields of all rows: last year's 决算数, this year's 预算数 and 决算数."""
    found: dict[str | tuple[str, int], float] = dict(staff)
    for item, (before, budget, spent) in rows.items():
        keys: list[str | tuple[str, int]] = [(item + "决算数", -1), item + "预算数", item + "决算数"]
        amounts = zip(keys, (before, budget, spent), strict=True)
        found.update({key: value for key, value in amounts if value is not None})
    return found


def _top(out: Print, title: str = "部门整体支出绩效评价基础数据表") -> Grid:
    grid = Grid("基础数据表")
    grid.row(0, "附件3")
    grid.row(1, title)
    grid.row(2, f"填报单位：{DEPARTMENT}", None, f"单位：{out.unit}")
    return grid


def _basic(
    rows: Sequence[tuple[str, str]] = PLAIN, heads: tuple[str, str, str] | None = None, wide: bool = False
) -> Build:
    """附件3. `heads` replace 2018年决算数, 2019年预算数, 2019年决算数; `wide` prints each number over two columns."""

    def build(out: Print) -> Grid:
        grid = _top(out)
        step = 2 if wide else 1

        def line(at: int, name: str, values: Sequence[Value]) -> None:
            grid.row(at, name or None)
            for place, value in enumerate(values):
                grid.row(at, value, column=1 + step * place)
                if wide:
                    grid.merges.append((at, 1 + step * place, at, 2 + step * place))

        line(3, "财政供养人员情况", ("编制数", f"{out.year}年实际在职人数", "控制率"))
        line(4, "", ("60　", "　68", "　113%"))
        grid.merges.append((3, 0, 4, 0))
        years = (f"{out.year - 1}年决算数", f"{out.year}年预算数", f"{out.year}年决算数")
        line(5, "经费控制情况", tuple(text.format(out.year - 1, out.year) for text in heads) if heads else years)
        for at, (name, item) in enumerate(rows, start=6):
            line(at, name, [WIDE if value is None else out.money(value) for value in ROWS.get(item, (None,) * 3)])
        foot = 6 + len(rows)
        grid.row(foot, "厉行节约保障措施", "严格执行部门预算；压缩“三公经费”支出。　")
        grid.row(foot + 1, "说明：“项目支出”需要填报除专项资金和基本支出以外的所有项目情况。")
        grid.row(foot + 2, "填表人：", None, f"填报日期：{out.year + 1}年6月30日")
        return grid

    return build


def _no_totals(out: Print) -> Grid:
    """项目支出 and 公用经费 are headings without numbers; more columns; a row of listed projects."""
    bare = {**ROWS, "项目支出": (None,) * 3, "公用经费": (None,) * 3}
    grid = _basic()(out)
    for at, (_, item) in enumerate(PLAIN, start=6):
        if item in bare and bare[item] == (None,) * 3:
            for column in (1, 2, 3):
                grid.cells.pop((at, column), None)
    grid.row(5, "金额差异", "节约比率（%）", column=4)
    grid.row(6, -21.41, "73.83%", column=4)
    return grid


BARE = {item: values for item, values in ROWS.items() if item not in ("项目支出", "公用经费")}


def _buildings(out: Print) -> Grid:
    """The older form: 楼堂馆所控制情况 below, with its own heads over six columns."""
    grid = _basic()(out)
    foot = 9 + len(PLAIN)
    heads = ("批复规模（㎡）", "实际规模（㎡）", "规模控制率", "预算投资（万元）", "实际投资（万元）", "投资概算控制率")
    grid.row(foot, f"楼堂馆所控制情况（{out.year}年完工项目）", *heads)
    grid.row(foot + 1, None, 1200, 1260, "105%", 300, 315.5, "105.17%")
    grid.merges.append((foot, 0, foot + 1, 0))
    return grid


BUILDINGS: Expected = {
    "楼堂馆所批复面积": 1200,
    "楼堂馆所实际面积": 1260,
    "楼堂馆所规模控制率填报数": 1.05,
    "楼堂馆所预算投资": 300,
    "楼堂馆所实际投资": 315.5,
    "楼堂馆所概算控制率填报数": 1.0517,
}


def _pairs(out: Print) -> Grid:
    """A label-value form: 编制数 | 60 | 在职人数 | 68, the money table below."""
    grid = _basic(RENAMED)(out)
    for row in (3, 4):
        for column in range(4):
            grid.cells.pop((row, column), None)
    grid.merges.clear()
    grid.row(3, "人员编制", "60人", f"{out.year}年末在职人数", "68名", "实有人数", "75")
    grid.row(4, "控制率", "113%", "单位性质", "行政")
    return grid


BASIC = [
    Sample("基础数据表", "基础数据表", _basic(), _facts(ROWS)),
    Sample("基础数据表 of seven columns", "基础数据表", _basic(wide=True), _facts(ROWS)),
    Sample("基础数据表 under other names", "基础数据表", _basic(RENAMED), _facts(ROWS)),
    Sample(
        "基础数据表 with 年初 and 年末",
        "基础数据表",
        _basic(heads=("{0}年末决算数", "{1}年初预算数", "{1}年末决算数")),
        _facts(ROWS),
    ),
    Sample(
        "基础数据表 with years cut off",
        "基础数据表",
        _basic(heads=("{0}-决算数", "{1}-预算数", "{1}-决算数")),
        _facts(ROWS),
    ),
    Sample("基础数据表 without sums", "基础数据表", _no_totals, _facts(BARE)),
    Sample("基础数据表 with 楼堂馆所", "基础数据表", _buildings, _facts(ROWS, {**STAFF, **BUILDINGS})),
    Sample("基础数据表 in pairs", "基础数据表", _pairs, _facts(ROWS, {**STAFF, "年末实有人数": 75})),
]

# --- 补充数据: figures by name


def _by_name(out: Print) -> Grid:
    grid = Grid("补充数据")
    grid.row(0, f"部门整体支出绩效评价补充数据表（{out.year}年度）")
    grid.row(1, f"填报单位：{DEPARTMENT}", None, f"金额单位：{out.unit}")
    grid.row(2, "还有 0 处未填")
    grid.row(3, "项目", "年度", "单位", "填报数", "怎样填")
    rows: list[tuple[str, int, str, Value]] = [
        ("是否涉及政府采购", 0, "是/否", "是"),
        ("三公经费预算数", -1, out.unit, out.money(31.5)),
        ("年末结转和结余决算数", 0, out.unit, out.money(0)),
        ("重点工作考核得分", 0, "分", 345.5),
        ("满意度", 0, "%", 96.25),
        ("在用固定资产", 0, out.unit, "——"),
    ]
    for at, (name, offset, unit, value) in enumerate(rows, start=4):
        grid.row(at, name, out.year + offset, unit, value, "照实填报")
    grid.row(10, "计分用：以下由填报的数推算，不用填")
    grid.row(11, "计分用：年末结余", out.year, "万元", 99, "年末结转和结余决算数")
    grid.row(12, "勾稽核对：上年年末结转等于本年年初结转", None, None, "相符")
    grid.row(13, "校验码：（纸质与电子两份应当一样）")
    return grid


BY_NAME = Sample(
    "补充数据",
    "补充数据",
    _by_name,
    {("三公经费预算数", -1): 31.5, "年末结转和结余决算数": 0, "重点工作考核得分": 345.5, "满意度": 0.9625},
)

# --- 附件2 指标表

#: 一级, 二级, 三级, each with its weight (None where the level goes on), the sentence, the self score.
LIST: list[tuple[tuple[str, float] | None, tuple[str, float] | None, tuple[str, float], str, float]] = [
    (("投入", 10), ("预算配置", 10), ("在职人员控制率", 5), "≦100%，计5分；每超过一个百分点扣0.5分。", 0),
    (None, None, ("“三公经费”变动率", 5), "≦0，计5分；每超过一个百分点扣0.5分。", 5),
    (("过程", 13), ("预算执行", 5), ("预算控制率", 5), "=0，计5分；0-10%（含），计4分。", 4),
    (None, ("预算管理", 8), ("公用经费控制率", 8), "100%以下（含）计满分，每超出1%扣1分。", 7.5),
]
SELF: Expected = {
    "在职人员控制率·自评得分": 0,
    "“三公经费”变动率·自评得分": 5,
    "预算控制率·自评得分": 4,
    "公用经费控制率·自评得分": 7.5,
    "合计·自评得分": 16.5,
}
FINEST: Expected = {
    "在职人员控制率·分值": 5,
    "“三公经费”变动率·分值": 5,
    "预算控制率·分值": 5,
    "公用经费控制率·分值": 8,
}
LEVELS: Expected = {
    "投入·分值": 10,
    "预算配置·分值": 10,
    "过程·分值": 13,
    "预算执行·分值": 5,
    "预算管理·分值": 8,
}


def _list(heads: Sequence[str], named: str = "{0}", group: str = "") -> Build:
    """A 指标表 with these heads. `named` puts a weight into every name; `group` is a head over the three levels."""

    def build(out: Print) -> Grid:
        grid = Grid("指标表")
        grid.row(0, f"{out.year}年度部门整体支出绩效评价指标评分表")
        grid.row(1, f"单位名称：{DEPARTMENT}")
        grid.row(3, *heads)
        if group:
            first = heads.index("一级指标")
            grid.row(2, group, column=first)
            grid.merges.append((2, first, 2, first + 2))
            for column, text in enumerate(heads):
                if not first <= column <= first + 2:
                    grid.row(2, text, column=column)
                    grid.merges.append((2, column, 3, column))
                    del grid.cells[3, column]
        for at, (*levels, rule, score) in enumerate(LIST, start=4):
            _line(grid, at, heads, levels, rule, score, named)
        grid.row(8, "合计")
        grid.row(8, f"{WIDE}16.5", column=max(c for c, text in enumerate(heads) if "得分" in text or "自评" in text))
        _merge_levels(grid, heads)
        return grid

    return build


def _line(
    grid: Grid,
    at: int,
    heads: Sequence[str],
    levels: Sequence[tuple[str, float] | None],
    rule: str,
    score: float,
    named: str,
) -> None:
    """One row: a weight stands in the next column of a weight's name behind its level."""
    level = -1
    scored = max(column for column, text in enumerate(heads) if "得分" in text or "自评" in text)
    for column, text in enumerate(heads):
        if "级" in text:
            level += 1
            if levels[level] is not None:
                grid.row(at, named.format(*levels[level]), column=column)  # type: ignore[misc]
        elif column == scored:
            grid.row(at, f"{WIDE}{score}", column=column)
        elif ("分值" in text or "权" in text or text == "得分") and levels[level] is not None:
            grid.row(at, levels[level][1], column=column)  # type: ignore[index]
        elif "标准" in text or "要点" in text or text == "指标说明":
            grid.row(at, rule, column=column)


def _merge_levels(grid: Grid, heads: Sequence[str]) -> None:
    for column, text in enumerate(heads):
        if text.startswith(("一级", "二级")):
            starts = [row for row in range(4, 8) if (row, column) in grid.cells] + [8]
            grid.merges += [(a, column, b - 1, column) for a, b in pairwise(starts) if b - a > 1]


ALL: Expected = {**SELF, **FINEST, **LEVELS}
THREE = ("一级指标", "二级指标", "三级指标")
LISTS = [
    Sample(
        "指标表",
        "指标表",
        _list(("一级指标", "分值", "二级指标", "分值", "三级\n指标", "分值", "评价标准", "指标说明", "得分")),
        ALL,
    ),
    Sample(
        "指标表, all columns 得分",
        "指标表",
        _list(("一级指标", "得分", "二级指标", "得分", "三级指标", "得分", "评价标准", "得分")),
        ALL,
    ),
    Sample(
        "指标表, weights in names", "指标表", _list((*THREE, "指标解释", "指标说明", "自评分"), "{0}（{1}分）"), ALL
    ),
    Sample("指标表, a bracket lost", "指标表", _list((*THREE, "计分标准", "自评得分"), "{0}{1}分)"), ALL),
    Sample(
        "指标表, weight before the rule",
        "指标表",
        _list((*THREE, "分值", "评分标准", "考评得分", "备注")),
        {**SELF, **FINEST},
    ),
    Sample(
        "指标表, weight after the rule",
        "指标表",
        _list((*THREE, "评价要点", "权重", "自评得分", "扣分原因")),
        {**SELF, **FINEST},
    ),
    Sample(
        "指标表 under a head over the levels",
        "指标表",
        _list((*THREE, "指标分值", "指标解释", "计分标准", "自评得分", "备注"), group="绩效指标"),
        {**SELF, **FINEST},
    ),
    Sample(
        "指标表 with 指标权重",
        "指标表",
        _list((*THREE, "计分标准（备注）", "指标权重（分）", "指标得分（分）")),
        {**SELF, **FINEST},
    ),
]
