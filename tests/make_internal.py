"""财决, the internal final accounts as 久其 exports them, and the forms around them, with the facts each must give."""

from collections.abc import Sequence

from tests.make_forms import DEPARTMENT, Build, Expected, Print, Sample, head, merge_heads
from tests.make_published import CODES, GK02, GK03, code_cells
from tests.workbooks import Grid, Value

Amounts = tuple[float | None, float | None, float | None]


def _cut(name: str) -> str:
    """A sheet's name as Excel keeps it."""
    return name[:31]


# --- 财决01: three blocks

INCOME: list[tuple[str, Amounts]] = [
    ("一、一般公共预算财政拨款收入", (1900, 2000, 2000)),
    ("二、政府性基金预算财政拨款收入", (0, 20, 20)),
    ("五、事业收入", (300, 300, 280)),
    ("八、其他收入", (None, None, 40)),
    ("本年收入合计", (2200, 2320, 2340)),
    ("使用非财政拨款结余", (None, None, 0)),
    ("年初结转和结余", (45.53, None, 45.53)),
    ("总计", (None, None, 2385.53)),
]
FUNCTIONS: list[tuple[str, Amounts]] = [
    ("一、一般公共服务支出", (None, None, None)),
    ("八、社会保障和就业支出", (2200, 2320, 2350.32)),
]
NATURES: list[tuple[str, Amounts]] = [
    ("一、基本支出", (1700, 1750, 1745.32)),
    ("    人员经费", (1600, 1650, 1650)),
    ("    日常公用经费", (100, 100, 95.32)),
    ("二、项目支出", (500, 570, 605)),
    ("    其中：基本建设类项目", (None, None, None)),
    ("三、上缴上级支出", (None, None, 0)),
    ("四、经营支出", (None, None, 0)),
    ("五、对附属单位补助支出", (None, None, 0)),
    ("经济分类支出合计", (None, None, 2350.32)),
    ("一、工资福利支出", (None, None, 1600)),
]
SUMS: list[tuple[str, Amounts]] = [
    ("本年支出合计", (2200, 2320, 2350.32)),
    ("结余分配", (None, None, 0)),
    ("年末结转和结余", (None, None, 35.21)),
    ("总计", (None, None, 2385.53)),
]
BASES = ("年初预算数", "全年预算数", "决算数")


def _z01_facts() -> Expected:
    names = {"总计": "收入总计"}
    found: dict[str | tuple[str, int], float] = {}
    rows = [(names.get(n, n), values) for n, values in INCOME] + [*NATURES[:4], *NATURES[5:8]]
    rows += [("支出总计" if name == "总计" else name, values) for name, values in SUMS]
    for name, values in rows:
        item = name.strip().split("、")[-1]
        found.update({item + basis: v for basis, v in zip(BASES, values, strict=True) if v is not None})
    return found


def _z01(sums_under_functions: bool, adjusted: str = "全年预算数") -> Build:
    """收入 | 支出 by function | 支出 by nature, each 项目 | 行次 | three amounts; — where nothing applies."""

    def build(out: Print) -> Grid:
        grid = head(out, "收入支出决算总表", 15, _cut("Z01 收入支出决算总表(财决01表)"), "财决01表")
        grid.row(2, f"编制单位：{DEPARTMENT}")
        grid.row(3, "收入", None, None, None, None, "支出")
        grid.merges += [(3, 0, 3, 4), (3, 5, 3, 14)]
        heads = ("行次", "年初预算数", adjusted, "决算数")
        grid.row(4, "项目", *heads, "项目(按功能分类)", *heads, "项目(按支出性质和经济分类)", *heads)
        grid.row(5, "栏次", None, 1, 2, 3, "栏次", None, 4, 5, 6, "栏次", None, 7, 8, 9)
        sides = [INCOME, FUNCTIONS, NATURES]
        sides[1 if sums_under_functions else 2] = [*sides[1 if sums_under_functions else 2], *SUMS]
        for side, rows in enumerate(sides):
            for at, (name, values) in enumerate(rows, start=6):
                cells: list[Value] = ["—" if value is None else out.money(value) for value in values]
                grid.row(at, name, at - 5, *cells, column=side * 5)
        return grid

    return build


# --- 财决03–08: by code, the heads in up to four rows

Tree = Sequence[tuple[tuple[str, ...], float]]


def _tree(title: str, sheet: str, number: str, columns: Tree, depth: int) -> Build:
    """类 | 款 | 项 | 科目名称 and columns under heads of `depth` rows; the sheet's name is cut at 31 characters."""

    def build(out: Print) -> Grid:
        grid = head(out, title, 4 + len(columns), _cut(sheet), number)
        grid.row(2, f"编制单位：{DEPARTMENT}")
        grid.row(3, "项目")
        last = 2 + depth
        for column, (path, _) in enumerate(columns, start=4):
            for row in range(depth):
                grid.row(3 + row, path[min(row, len(path) - 1)], column=column)
        merge_heads(grid, range(3, last + 1), range(4, 4 + len(columns)))
        grid.merges.append((3, 0, 3, 3))
        if depth > 1:
            grid.row(4, "支出功能分类科目编码", None, None, "科目名称")
        grid.row(last + 1, "类", "款", "项", "栏次", *range(1, len(columns) + 1))
        grid.row(last + 2, None, None, None, "合计", *(out.money(total) for _, total in columns))
        grid.merges += [(last + 1, c, last + 2, c) for c in range(3)]
        for at, (code, name, share) in enumerate(CODES, start=last + 3):
            amounts = (out.money(total * share) for _, total in columns)
            grid.row(at, *code_cells(code, 3), name, *amounts)
        return grid

    return build


def _flat(columns: Sequence[tuple[str, float]]) -> Tree:
    return [((name,), value) for name, value in columns]


ECON: Tree = [
    (("合计",), 2000),
    (("工资福利支出", "小计"), 1200),
    (("工资福利支出", "基本工资"), 700),
    (("工资福利支出", "津贴补贴"), 500),
    (("商品和服务支出", "小计"), 500),
    (("商品和服务支出", "办公费"), 400),
    (("商品和服务支出", "因公出国（境）费用"), 10),
    (("商品和服务支出", "公务接待费"), 30),
    (("商品和服务支出", "公务用车运行维护费"), 60),
    (("对个人和家庭的补助", "小计"), 175),
    (("对个人和家庭的补助", "退休费"), 175),
    (("资本性支出（基本建设）", "小计"), 25),
    (("资本性支出（基本建设）", "公务用车购置"), 25),
    (("资本性支出", "小计"), 100),
    (("资本性支出", "公务用车购置"), 18),
]


def _econ(prefix: str, total: str, *, items: bool = False) -> Expected:
    """The totals of the economic classes under the fields of a scope; `items` with those that make up 三公."""
    found: dict[str | tuple[str, int], float] = {f"{total}决算数": 2000}
    classes = {"工资福利支出": 1200, "商品和服务支出": 500, "对个人和家庭的补助": 175, "资本性支出": 100}
    if items:
        classes |= {"因公出国境费": 10, "公务接待费": 30, "公务用车运行维护费": 60, "公务用车购置费": 18}
    return found | {f"{prefix}{name}决算数": value for name, value in classes.items()}


Z07: Tree = [
    (("年初结转和结余", "合计"), 50),
    (("年初结转和结余", "基本支出结转"), 20),
    (("年初结转和结余", "项目支出结转和结余"), 30),
    (("本年收入", "合计"), 2000),
    (("本年收入", "基本支出"), 1400),
    (("本年收入", "项目支出"), 600),
    (("本年支出", "合计"), 1990),
    (("本年支出", "基本支出", "小计"), 1395),
    (("本年支出", "基本支出", "人员经费"), 1300),
    (("本年支出", "基本支出", "日常公用经费"), 95),
    (("本年支出", "项目支出"), 595),
    (("年末结转和结余", "合计"), 60),
    (("年末结转和结余", "基本支出结转"), 25),
]
Z07_FACTS: Expected = {
    "一般公共预算年初结转和结余决算数": 50,
    "一般公共预算本年收入决算数": 2000,
    "一般公共预算本年支出合计决算数": 1990,
    "一般公共预算基本支出决算数": 1395,
    "一般公共预算基本支出人员经费决算数": 1300,
    "一般公共预算基本支出公用经费决算数": 95,
    "一般公共预算项目支出决算数": 595,
    "一般公共预算年末结转和结余决算数": 60,
}

# --- 财决附02, 附03, 部门决算相关信息统计表


def _f02(out: Print) -> Grid:
    """人员 by code: 年末实有人数 holds 在职 and 离退休."""
    staff: Tree = [
        (("机构数（个）",), 1),
        (("编制人数（人）",), 60),
        (("年末实有人数（人）", "合计"), 75),
        (("年末实有人数（人）", "在职人员", "小计"), 68),
        (("年末实有人数（人）", "在职人员", "行政人员"), 18),
        (("年末实有人数（人）", "离休人员"), 0),
        (("年末实有人数（人）", "退休人员"), 7),
    ]
    return _tree("基本数字表", "F02 基本数字表(财决附02表)", "财决附02表", staff, 3)(Print(out.year))


def _f02_rows(out: Print) -> Grid:
    """人员 by kind of person, 编制人数 and 年末实有人数 beside it."""
    grid = head(Print(out.year), "机构人员情况表", 4, "F02", "财决附02表")
    grid.row(3, "人员类别", "行次", "编制人数", "年末实有人数")
    grid.row(4, "合计", 1, 60, 75)
    grid.row(5, "一、在职人员", 2, 60, 68)
    grid.row(6, "  其中：行政人员", 3, 18, 18)
    grid.row(7, "二、离退休人员", 4, "—", 7)
    return grid


SPENT: list[tuple[str, float | str, float | str]] = [
    ("一、“三公”经费支出", "—", "—"),
    ("（一）支出合计", 29, 7.59),
    ("1．因公出国（境）费", 0, 0),
    ("2．公务用车购置及运行维护费", 8, 3.47),
    ("（1）公务用车购置费", 0, 0),
    ("（2）公务用车运行维护费", 8, 3.47),
    ("3．公务接待费", 21, 4.12),
    ("（1）国内接待费", "一", 4.12),
    ("（2）国（境）外接待费", "一", 0),
]
COUNTED: list[tuple[str, float, bool]] = [
    ("1．因公出国（境）团组数（个）", 1, False),
    ("2．因公出国（境）人次数（人）", 3, False),
    ("3．公务用车购置数（辆）", 0, False),
    ("4．公务用车保有量（辆）", 2, False),
    ("5．国内公务接待批次（个）", 98, False),
    ("   其中：外事接待批次（个）", 0, False),
    ("6．国内公务接待人次（人）", 622, False),
    ("二、机关运行经费", 78.46, True),
    ("（一）行政单位", 78.46, True),
    ("四、政府采购支出合计", 54.9, True),
]
INFO: Expected = {
    "一般公共预算三公经费预算数": 29,
    "一般公共预算三公经费决算数": 7.59,
    "一般公共预算因公出国境费预算数": 0,
    "一般公共预算因公出国境费决算数": 0,
    "一般公共预算公务用车费预算数": 8,
    "一般公共预算公务用车费决算数": 3.47,
    "一般公共预算公务用车购置费预算数": 0,
    "一般公共预算公务用车购置费决算数": 0,
    "一般公共预算公务用车运行维护费预算数": 8,
    "一般公共预算公务用车运行维护费决算数": 3.47,
    "一般公共预算公务接待费预算数": 21,
    "一般公共预算公务接待费决算数": 4.12,
    "因公出国境团组数": 1,
    "因公出国境人次数": 3,
    "公务用车购置数": 0,
    "公务用车保有量": 2,
    "国内公务接待批次": 98,
    "国内公务接待人次": 622,
    "机关运行经费决算数": 78.46,
    "政府采购决算数": 54.9,
}


def _info(title: str, sheet: str, number: str, *, lanes: bool) -> Build:
    """项目 | 行次 | 预算数 | 统计数, the counts below or in a lane to the right without 预算数; 一 (U+4E00) for a dash."""

    def build(out: Print) -> Grid:
        grid = head(out, title, 7 if lanes else 4, sheet, number)
        grid.row(3, "项  目", "行次", "预算数", "统计数")
        grid.row(4, "栏  次", None, 1, 2)
        if lanes:
            grid.row(3, "项  目", "行次", "统计数", column=4)
            grid.row(4, "栏  次", None, 3, column=4)
        for at, (name, *amounts) in enumerate(SPENT, start=5):
            cells = [amount if isinstance(amount, str) else out.money(amount) for amount in amounts]
            grid.row(at, name, at - 4, *cells)
        for at, (name, value, money) in enumerate(COUNTED, start=5 if lanes else 5 + len(SPENT)):
            shown = out.money(value) if money else value
            grid.row(at, name, at, *([] if lanes else ["一"]), shown, column=4 if lanes else 0)
        grid.row(5 + len(SPENT) + len(COUNTED), "注：“三公”经费为一般公共预算财政拨款，预算数为年初预算数。")
        return grid

    return build


INTERNAL = [
    Sample("财决01, sums by nature", "财决01", _z01(sums_under_functions=False), _z01_facts()),
    Sample("财决01, sums by function", "财决01", _z01(sums_under_functions=True), _z01_facts()),
    Sample("财决01 of 2018", "财决01", _z01(sums_under_functions=False, adjusted="调整预算数"), _z01_facts()),
    Sample(
        "财决03",
        "财决03",
        _tree("收入决算表", "Z03 收入决算表(财决03表)", "财决03表", _flat(GK02), 2),
        {f"{name}决算数": value for name, value in GK02},
    ),
    Sample(
        "财决04",
        "财决04",
        _tree("支出决算表", "Z04 支出决算表(财决04表)", "财决04表", _flat(GK03), 2),
        {f"{name}决算数": value for name, value in GK03},
    ),
    Sample(
        "财决05",
        "财决05",
        _tree("支出决算明细表", "Z05 支出决算明细表(财决05表)", "财决05表", ECON, 3),
        _econ("", "本年支出合计"),
    ),
    Sample(
        "财决05-1",
        "财决05-1",
        _tree("基本支出决算明细表", "Z05_1 基本支出决算明细表(财决05-1表)", "财决05-1表", ECON, 3),
        _econ("基本支出", "基本支出"),
    ),
    Sample(
        "财决05-2",
        "财决05-2",
        _tree("项目支出决算明细表", "Z05_2 项目支出决算明细表(财决05-2表)", "财决05-2表", ECON, 3),
        _econ("项目支出", "项目支出"),
    ),
    Sample(
        "财决07",
        "财决07",
        _tree(
            "一般公共预算财政拨款收入支出决算表", "Z07 一般公共预算财政拨款收入支出决算表(财决07表)", "财决07表", Z07, 3
        ),
        Z07_FACTS,
    ),
    Sample(
        "财决08-1",
        "财决08-1",
        _tree(
            "一般公共预算财政拨款基本支出决算明细表",
            "Z08_1 一般公共预算财政拨款基本支出决算明细表(财决08-1表)",
            "财决08-1表",
            ECON,
            3,
        ),
        _econ("一般公共预算基本支出", "一般公共预算基本支出", items=True),
    ),
    Sample(
        "财决08-2",
        "财决08-2",
        _tree(
            "一般公共预算财政拨款项目支出决算明细表",
            "Z08_2 一般公共预算财政拨款项目支出决算明细表(财决08-2表)",
            "财决08-2表",
            ECON,
            3,
        ),
        _econ("一般公共预算项目支出", "一般公共预算项目支出", items=True),
    ),
    Sample("财决附02", "财决附02", _f02, {"编制数": 60, "在职人员数": 68, "年末实有人数": 75}),
    Sample("财决附02 by kind", "财决附02", _f02_rows, {"编制数": 60, "在职人员数": 68}),
    Sample(
        "财决附03",
        "财决附03",
        _info("机构运行信息表", "F03 机构运行信息表(财决附03表)", "财决附03表", lanes=False),
        INFO,
    ),
    Sample(
        "财决附03 of a later year",
        "财决附03",
        _info("机构运行信息表", "F05 机构运行信息表(财决附05表)", "财决附05表", lanes=False),
        INFO,
    ),
    Sample(
        "部门决算相关信息统计表",
        "部门决算相关信息统计表",
        _info("部门决算相关信息统计表", "Sheet1", "", lanes=True),
        INFO,
    ),
]
