"""公开01–09, the published final accounts, in the variants of 2015 to 2025, with the facts each must give."""

from collections.abc import Sequence

from tests.make_forms import Build, Expected, Print, Rows, Sample, head, merge_heads, two_sided
from tests.workbooks import Grid, Value

# --- 公开01

INCOME: Rows = [
    ("一、一般公共预算财政拨款收入", 1112.23),
    ("二、政府性基金预算财政拨款收入", 20),
    ("三、国有资本经营预算财政拨款收入", 0),
    ("四、上级补助收入", 0),
    ("五、事业收入", 1362.9),
    ("六、经营收入", None),
    ("七、附属单位上缴收入", None),
    ("八、其他收入", 30.5),
    ("", None),
    ("本年收入合计", 2525.63),
    ("使用非财政拨款结余（含专用结余）", 0),
    ("年初结转和结余", 100.36),
    ("", None),
    ("总计", 2625.99),
]
SPENDING: Rows = [
    ("一、一般公共服务支出", 1500),
    ("二、外交支出", None),
    ("八、社会保障和就业支出", 326.71),
    ("九、卫生健康支出", 200),
    ("十九、住房保障支出", 180.5),
    ("二十三、其他支出", 210.29),
    ("二十四、债务还本支出", None),
    ("", None),
    ("", None),
    ("本年支出合计", 2417.5),
    ("结余分配", None),
    ("年末结转和结余", 208.49),
    ("", None),
    ("总计", 2625.99),
]
TOTALS: Expected = {
    "一般公共预算财政拨款收入决算数": 1112.23,
    "政府性基金预算财政拨款收入决算数": 20,
    "国有资本经营预算财政拨款收入决算数": 0,
    "上级补助收入决算数": 0,
    "事业收入决算数": 1362.9,
    "其他收入决算数": 30.5,
    "本年收入合计决算数": 2525.63,
    "使用非财政拨款结余决算数": 0,
    "年初结转和结余决算数": 100.36,
    "收入总计决算数": 2625.99,
    "本年支出合计决算数": 2417.5,
    "年末结转和结余决算数": 208.49,
    "支出总计决算数": 2625.99,
}
#: Before 2019: one line of 财政拨款收入, the surplus under its old name.
INCOME_2017: Rows = [
    ("一、财政拨款收入", 1132.23),
    ("   其中：政府性基金", 20),
    ("二、上级补助收入", 0),
    ("三、事业收入", 1362.9),
    ("六、其他收入", 30.5),
    ("本年收入合计", 2525.63),
    ("    用事业基金弥补收支差额", 0),
    ("    年初结转和结余", 100.36),
    ("合计", None),
    ("总计", 2625.99),
]
TOTALS_2017: Expected = {
    **{name: value for name, value in TOTALS.items() if "预算财政拨款" not in str(name)},
    "财政拨款收入决算数": 1132.23,
}


def _gk01(income: Rows, *, numbered: bool = True) -> Build:
    def build(out: Print) -> Grid:
        width = 6 if numbered else 4
        grid = two_sided(
            head(out, "收入支出决算总表", width, number="公开01表"), out, 3, income, SPENDING, numbered=numbered
        )
        grid.row(30, "注：本表反映部门本年度的总收支和年末结转结余情况。")
        return grid

    return build


# --- 公开02, 03, 05: by code

#: Code, name, share: the rows of 类, 款 and 项 overlap.
CODES = [
    ("208", "社会保障和就业支出", 0.75),
    ("20801", "人力资源和社会保障管理事务", 0.75),
    ("2080101", "行政运行", 0.5),
    ("2080199", "其他人力资源和社会保障管理事务支出", 0.25),
    ("221", "住房保障支出", 0.25),
    ("22102", "住房改革支出", 0.25),
    ("2210201", "住房公积金", 0.25),
]
Columns = Sequence[tuple[str, float]]
GK02: Columns = [
    ("本年收入合计", 2400),
    ("财政拨款收入", 2000),
    ("上级补助收入", 0),
    ("事业收入", 360),
    ("经营收入", 0),
    ("附属单位上缴收入", 0),
    ("其他收入", 40),
]
GK03: Columns = [
    ("本年支出合计", 2400),
    ("基本支出", 1600),
    ("项目支出", 800),
    ("上缴上级支出", 0),
    ("经营支出", 0),
    ("对附属单位补助支出", 0),
]
GK05: Columns = [("本年支出合计", 2000), ("基本支出", 1400), ("项目支出", 600)]


def by_code(title: str, number: str, columns: Columns, style: str = "one column", foot: str = "") -> Build:
    """A table by functional code. `style`: one column · 类款项 (of mixed types, 合计 in their line) · 本年支出 (2015)."""

    def build(out: Print) -> Grid:
        codes = 3 if style == "类款项" else 1
        grid = head(out, title, codes + 1 + len(columns), number=number)
        grid.row(3, "项目")
        grid.merges.append((3, 0, 3, codes))
        below = 1 if style == "本年支出" else 0
        if below:
            grid.row(3, "本年支出", column=2)
            grid.merges.append((3, 2, 3, 1 + len(columns)))
        names = ["小计", *(name for name, _ in columns[1:])] if below else [name for name, _ in columns]
        grid.row(3 + below, *names, column=codes + 1)
        grid.row(4, "功能分类科目编码", column=0)
        grid.row(4, "科目名称", column=codes)
        if not below:
            grid.merges += [(3, codes + 1 + c, 5, codes + 1 + c) for c in range(len(columns))]
        if style == "类款项":
            grid.row(6, "类", "款", "项", "栏次", *range(1, len(columns) + 1))
            grid.merges += [(4, 0, 5, 2), (4, 3, 5, 3), (6, 0, 7, 0), (6, 1, 7, 1), (6, 2, 7, 2)]
        else:
            grid.row(6, "栏次", None, *range(1, len(columns) + 1))
        at = 7
        grid.row(at, "合计", column=codes if style == "类款项" else 0)
        grid.row(at, *(out.money(total) for _, total in columns), column=codes + 1)
        for line, (code, name, share) in enumerate(CODES, start=at + 1):
            grid.row(line, *code_cells(code, codes), name, *(out.money(total * share) for _, total in columns))
        grid.row(at + 9, foot or f"注：本表反映部门本年度{title[:2]}情况。")
        return grid

    return build


def code_cells(code: str, cells: int) -> list[Value]:
    """A code in one cell as text, or as 类 (a number), 款 and 项 (text with their leading zeros)."""
    if cells == 1:
        return [code]
    return [float(code[:3]), code[3:5] or None, code[5:] or None]


def _given(columns: Columns, prefix: str = "") -> Expected:
    return {f"{prefix}{name}决算数": value for name, value in columns}


GK05_TITLE = "一般公共预算财政拨款支出决算表"
GK05_FACTS = _given(GK05, prefix="一般公共预算")
FUND: Columns = [
    ("年初结转和结余", 5),
    ("本年收入", 20),
    ("本年支出合计", 10),
    ("基本支出", 0),
    ("项目支出", 10),
    ("年末结转和结余", 15),
]

# --- 公开04


def _gk04(out: Print) -> Grid:
    grid = head(out, "财政拨款收入支出决算总表", 9, number="公开04表")
    grid.row(3, "收     入", None, None, "支     出")
    grid.merges += [(3, 0, 3, 2), (3, 3, 3, 8)]
    funds = ("合计", "一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款")
    grid.row(4, "项    目", "行次", "金额", "项    目", "行次", *funds)
    grid.row(5, "栏    次", None, 1, "栏    次", None, 2, 3, 4, 5)
    left: Rows = [
        ("一、一般公共预算财政拨款", 1112.23),
        ("二、政府性基金预算财政拨款", 20),
        ("三、国有资本经营预算财政拨款", 0),
        ("本年收入合计", 1132.23),
        ("年初财政拨款结转和结余", 60),
        ("  一、一般公共预算财政拨款", 60),
        ("  二、政府性基金预算财政拨款", 0),
        ("总计", 1192.23),
    ]
    right = [
        ("一、一般公共服务支出", (1100, 1090, 10, 0)),
        ("二、外交支出", (None, None, None, None)),
        ("本年支出合计", (1100, 1090, 10, 0)),
        ("年末财政拨款结转和结余", (92.23, 82.23, 10, 0)),
        ("总计", (1192.23, 1172.23, 20, 0)),
    ]
    for line, (label, value) in enumerate(left, start=6):
        grid.row(line, label, line - 5, out.money(value))
    for line, (label, values) in enumerate(right, start=6):
        grid.row(line, label, line + 20, *(out.money(value) for value in values), column=3)
    return grid


GK04: Expected = {
    "财政拨款本年收入合计决算数": 1132.23,
    "财政拨款年初结转和结余决算数": 60,
    "财政拨款收入总计决算数": 1192.23,
    "财政拨款本年支出合计决算数": 1100,
    "财政拨款年末结转和结余决算数": 92.23,
    "财政拨款支出总计决算数": 1192.23,
    "一般公共预算本年支出合计决算数": 1090,
    "一般公共预算年末结转和结余决算数": 82.23,
}

# --- 公开06

Lane = Sequence[tuple[str, str, float]]
LANES: list[Lane] = [
    [
        ("301", "工资福利支出", 700),
        ("30101", "  基本工资", 400),
        ("303", "对个人和家庭的补助", 100),
        ("30302", " 退休费", 100),
    ],
    [
        ("302", "商品和服务支出", 171.07),
        ("30201", "办公费", 100),
        ("30212", "因 公 出 国 （ 境 ） 费用", 1.07),
        ("30217", "公务接待费", 30),
        ("30231", "公 务 用 车 运 行 维 护费", 40),
    ],
    [
        ("309", "资本性支出（基本建设）", 5),
        ("30913", "公务用车购置", 5),
        ("310", "资本性支出", 13.58),
        ("31013", "公务用车购置", 0),
    ],
]
GK06: Expected = {
    "一般公共预算基本支出工资福利支出决算数": 700,
    "一般公共预算基本支出对个人和家庭的补助决算数": 100,
    "一般公共预算基本支出商品和服务支出决算数": 171.07,
    "一般公共预算基本支出因公出国境费决算数": 1.07,
    "一般公共预算基本支出公务接待费决算数": 30,
    "一般公共预算基本支出公务用车运行维护费决算数": 40,
    "一般公共预算基本支出资本性支出决算数": 13.58,
    "一般公共预算基本支出公务用车购置费决算数": 0,
    "一般公共预算基本支出人员经费决算数": 800,
    "一般公共预算基本支出公用经费决算数": 184.65,
}


def _gk06(lanes: Sequence[Lane], *, split: bool = False, merged: bool = True) -> Build:
    """Lanes side by side; `split` codes as 302 | 17; `merged` totals at the foot reach over the lanes."""

    def build(out: Print) -> Grid:
        codes = 2 if split else 1
        per = codes + 2
        width = per * len(lanes)
        grid = head(out, "一般公共预算财政拨款基本支出决算明细表", width, number="公开06表")
        grid.row(3, "人员经费")
        grid.row(3, "公用经费", column=per)
        grid.merges += [(3, 0, 3, per - 1), (3, per, 3, width - 1)]
        for lane, rows in enumerate(lanes):
            left = lane * per
            grid.row(4, "科目编码", column=left)
            grid.row(4, "科目名称", "金额", column=left + codes)
            if split:
                grid.merges.append((4, left, 4, left + 1))
            for line, (code, name, value) in enumerate(rows, start=5):
                cells = [code[:3], code[3:] or None] if split else [code]
                grid.row(line, *cells, name, out.money(value), column=left)
        grid.row(14, "人员经费合计")
        grid.row(14, out.money(800), column=per - 1)
        grid.row(14, "公用经费合计", column=per)
        grid.row(14, out.money(184.65), column=width - 1)
        if merged:
            grid.merges += [(14, 0, 14, per - 2), (14, per, 14, width - 2)]
        return grid

    return build


def _gk06_2015(out: Print) -> Grid:
    grid = head(out, "一般公共预算财政拨款基本支出决算表", 5, number="公开06表")
    grid.row(3, "项目", None, "本年基本支出")
    grid.merges += [(3, 0, 3, 1), (3, 2, 3, 4)]
    grid.row(4, "经济分类科目编码", "科目名称", "合计", "人员经费", "公用经费")
    grid.row(5, "合计", None, *(out.money(v) for v in (984.65, 800, 184.65)))
    grid.row(6, "301", "工资福利支出", *(out.money(v) for v in (700, 700, 0)))
    grid.row(7, "302", "商品和服务支出", *(out.money(v) for v in (171.07, 0, 171.07)))
    grid.row(8, "303", "对个人和家庭的补助", *(out.money(v) for v in (100, 100, 0)))
    grid.row(9, "310", "资本性支出", *(out.money(v) for v in (13.58, 0, 13.58)))
    return grid


GK06_2015: Expected = {
    "一般公共预算基本支出决算数": 984.65,
    "一般公共预算基本支出人员经费决算数": 800,
    "一般公共预算基本支出公用经费决算数": 184.65,
}

# --- 三公

SG_TITLE = "一般公共预算财政拨款“三公”经费支出决算表"
SANGONG = {
    "三公经费": (29, 7.59),
    "因公出国境费": (0, 0),
    "公务用车费": (8, 3.47),
    "公务用车购置费": (0, 0),
    "公务用车运行维护费": (8, 3.47),
    "公务接待费": (21, 4.12),
}
_HEADS = {
    "三公经费": ("合计", ""),
    "因公出国境费": ("因公出国（境）费", ""),
    "公务用车费": ("公务用车购置及运行费", "小计"),
    "公务用车购置费": ("公务用车购置及运行费", "公务用车\n购置费"),
    "公务用车运行维护费": ("公务用车购置及运行费", "公务用车\n运行费"),
    "公务接待费": ("公务接待费", ""),
}
MOF = ["三公经费", "因公出国境费", "公务用车费", "公务用车购置费", "公务用车运行维护费", "公务接待费"]
RECEPTION_FIRST = ["三公经费", "因公出国境费", "公务接待费", "公务用车费", "公务用车购置费", "公务用车运行维护费"]


def sangong(prefix: str) -> Expected:
    """The twelve amounts under the fields of a scope."""
    bases = ("预算数", "决算数")
    return {prefix + item + basis: values[at] for item, values in SANGONG.items() for at, basis in enumerate(bases)}


def _sangong(title: str, order: Sequence[str], *, interleaved: bool = False, info: bool = False) -> Build:
    """预算数 and 决算数 over six columns each, or six items over 预算数 and 决算数 each; an index row 1 … 12."""

    def build(out: Print) -> Grid:
        grid = head(out, title, 12, "三公经费", "公开07表")
        for column in range(12):
            item = order[column // 2 if interleaved else column % 6]
            basis = "预算数" if column % 2 == 0 else "决算数"
            top, below = _HEADS[item]
            texts = (
                [top, below or top, basis] if interleaved else ["预算数" if column < 6 else "决算数", top, below or top]
            )
            for row, text in enumerate(texts, start=3):
                grid.cells[row, column] = text
            value = SANGONG[item][column % 2 if interleaved else column // 6]
            grid.row(6, column + 1, column=column)
            grid.row(7, out.money(value), column=column)
        merge_heads(grid, range(3, 6), range(12))
        grid.row(8, "注：本表反映部门本年度“三公”经费支出预决算情况。")
        if info:
            for row, (label, count) in enumerate(COUNTS, start=9):
                grid.row(row, label)
                grid.row(row, out.money(count) if "经费" in label or "总额" in label else count, column=4)
                grid.merges.append((row, 0, row, 3))
        return grid

    return build


def _sangong_rows(out: Print) -> Grid:
    """One item a row, 预算数 and 决算数 beside it."""
    grid = head(out, SG_TITLE, 3, number="公开10表")
    grid.row(3, "项目", f"{out.year}年预算数", f"{out.year}年决算数")
    names = [
        "合计",
        "1.因公出国（境）费用",
        "3.公务用车购置及运行维护费",
        "（1）公务用车购置费",
        "（2）公务用车运行维护费",
        "2.公务接待费",
    ]
    for at, (name, values) in enumerate(zip(names, SANGONG.values(), strict=True), start=4):
        grid.row(at, name, *(out.money(value) for value in values))
    grid.row(10, "4.会议费", out.money(3), out.money(2.71))
    return grid


COUNTS = [
    ("因公出国（境）团组数（个）", 1),
    ("因公出国（境）人次数（人）", 3),
    ("公务用车购置数（辆）", 0),
    ("公务用车保有量（辆）", 2),
    ("国内公务接待批次（个）", 98),
    ("国内公务接待人次（人）", 622),
    ("机关运行经费", 78.46),
    ("政府采购支出总额", 54.9),
    ("其中：政府采购货物支出", 54.9),
]
RUNNING: Expected = {
    "因公出国境团组数": 1,
    "因公出国境人次数": 3,
    "公务用车购置数": 0,
    "公务用车保有量": 2,
    "国内公务接待批次": 98,
    "国内公务接待人次": 622,
    "机关运行经费决算数": 78.46,
    "政府采购决算数": 54.9,
}


PUBLISHED = [
    Sample("公开01 of 2021", "公开01", _gk01(INCOME), TOTALS),
    Sample("公开01 of 2017", "公开01", _gk01(INCOME_2017), TOTALS_2017),
    Sample("公开01 of four columns", "公开01", _gk01(INCOME, numbered=False), TOTALS),
    Sample("公开02", "公开02", by_code("收入决算表", "公开02表", GK02), _given(GK02)),
    Sample("公开02, 类款项", "公开02", by_code("收入决算表", "公开02表", GK02, "类款项"), _given(GK02)),
    Sample("公开03", "公开03", by_code("支出决算表", "公开03表", GK03), _given(GK03)),
    Sample("公开03, 类款项", "公开03", by_code("支出决算表", "公开03表", GK03, "类款项"), _given(GK03)),
    Sample("公开04", "公开04", _gk04, GK04),
    Sample("公开05", "公开05", by_code(GK05_TITLE, "公开05表", GK05), GK05_FACTS),
    Sample("公开05, 类款项", "公开05", by_code(GK05_TITLE, "公开05表", GK05, "类款项"), GK05_FACTS),
    Sample("公开05 of 2015", "公开05", by_code(GK05_TITLE, "公开05表", GK05, "本年支出"), GK05_FACTS),
    Sample("公开06, three lanes", "公开06", _gk06(LANES), GK06),
    Sample("公开06, two lanes", "公开06", _gk06([LANES[0], [*LANES[1], *LANES[2]]]), GK06),
    Sample("公开06, split codes", "公开06", _gk06(LANES, split=True), GK06),
    Sample("公开06, foot not merged", "公开06", _gk06(LANES, merged=False), GK06),
    Sample("公开06 of 2015", "公开06", _gk06_2015, GK06_2015),
    Sample("三公, six and six", "公开三公", _sangong(SG_TITLE, MOF), sangong("一般公共预算")),
    Sample("三公, in pairs", "公开三公", _sangong(SG_TITLE, MOF, interleaved=True), sangong("一般公共预算")),
    Sample("三公, 接待 first", "公开三公", _sangong(SG_TITLE, RECEPTION_FIRST), sangong("一般公共预算")),
    Sample("三公, one item a row", "公开三公", _sangong_rows, sangong("一般公共预算")),
    Sample("三公 of 2023", "公开三公财拨", _sangong("财政拨款“三公”经费支出决算表", MOF), sangong("财政拨款")),
    Sample(
        "三公 with 机构运行信息", "公开三公", _sangong(SG_TITLE, MOF, info=True), {**sangong("一般公共预算"), **RUNNING}
    ),
    Sample(
        "政府性基金",
        "公开基金",
        by_code("政府性基金预算财政拨款收入支出决算表", "公开08表", FUND),
        _given(FUND, "政府性基金"),
    ),
    Sample(
        "国有资本经营预算",
        "公开国资",
        by_code("国有资本经营预算财政拨款支出决算表", "公开09表", GK05),
        _given(GK05, "国有资本经营预算"),
    ),
]
