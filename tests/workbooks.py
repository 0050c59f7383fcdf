"""Small department workbooks built by code: the forms as counties print them, in .xlsx and .xls.

The Suining figures are those published by 绥宁县人社局 for 2019; everything else is invented.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import xlwt
from openpyxl.styles import Font

Value = str | float | int | None
Cell = tuple[int, int]
WIDE = "\u3000"


@dataclass
class Grid:
    """One sheet to be written: values by (row, column) from 0, merged ranges, percent formats, error cells."""

    name: str
    cells: dict[Cell, Value] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    formats: dict[Cell, str] = field(default_factory=dict)

    def row(self, at: int, *values: Value, column: int = 0) -> None:
        """Puts values side by side."""
        for offset, value in enumerate(values):
            if value is not None:
                self.cells[at, column + offset] = value

    def moved(self, rows: int, columns: int) -> "Grid":
        """The same sheet further down and right."""
        cells = {(r + rows, c + columns): value for (r, c), value in self.cells.items()}
        merges = [(t + rows, lo + columns, b + rows, r + columns) for t, lo, b, r in self.merges]
        formats = {(r + rows, c + columns): code for (r, c), code in self.formats.items()}
        return replace(self, cells=cells, merges=merges, formats=formats)

    def widened(self, at: int, axis: int) -> "Grid":
        """The same sheet with a blank row (axis 0) or column (axis 1) put in before `at`; merged ranges grow with it."""

        def shift(cell: Cell) -> Cell:
            moved = list(cell)
            moved[axis] += cell[axis] >= at
            return moved[0], moved[1]

        merges = []
        for top, left, bottom, right in self.merges:
            merges.append((*shift((top, left)), *shift((bottom, right))))
        cells = {shift(cell): value for cell, value in self.cells.items()}
        formats = {shift(cell): code for cell, code in self.formats.items()}
        return replace(self, cells=cells, merges=merges, formats=formats)


def write_xlsx(path: Path, *grids: Grid) -> Path:
    """Writes the sheets as .xlsx; a text that starts with = becomes a formula without a value."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for grid in grids:
        sheet = book.create_sheet(grid.name)
        for (row, column), value in grid.cells.items():
            cell = sheet.cell(row + 1, column + 1, value)
            cell.font = Font(name="宋体")
        for (row, column), code in grid.formats.items():
            sheet.cell(row + 1, column + 1).number_format = code
        for top, left, bottom, right in grid.merges:
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def write_xls(path: Path, *grids: Grid) -> Path:
    """Writes the sheets as BIFF8."""
    book = xlwt.Workbook(encoding="utf-8")
    styles: dict[str, xlwt.XFStyle] = {}
    for grid in grids:
        sheet = book.add_sheet(grid.name[:31], cell_overwrite_ok=True)
        for (row, column), value in grid.cells.items():
            code = grid.formats.get((row, column), "General")
            if code not in styles:
                styles[code] = xlwt.XFStyle()
                styles[code].num_format_str = code
            sheet.write(row, column, value, styles[code])
        for top, left, bottom, right in grid.merges:
            sheet.merge(top, bottom, left, right)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(str(path))
    return path


#: Rows of 附件3: label → (上年决算数, 本年预算数, 本年决算数). None leaves the cell out, "" blank is U+3000.
BasicRows = Mapping[str, tuple[Value, Value, Value]]

SUINING_STAFF: tuple[Value, Value, Value] = ("60　", "　68", "　113%")
SUINING_BASIC: dict[str, tuple[Value, Value, Value]] = {
    "三公经费": ("16.14　", "29　", "7.59　"),
    "   1、公务用车购置和维护经费": ("8.98　", "　8", "3.47　"),
    "       其中：公车购置": ("0　", "0　", "0　"),
    "             公车运行维护": ("8.98　", "8　", "3.47　"),
    "   2、出国经费": ("0　", "0　", "　0"),
    "   3、公务接待": ("7.16　", "21　", "4.12　"),
    "项目支出：": ("3482.92　", "474　", "745.03　"),
    "    1、业务工作专项": ("3482.92　", "474　", "745.03　"),
    "    2、运行维护专项": (WIDE, WIDE, WIDE),
    "          ……": (WIDE, WIDE, WIDE),
    "公用经费": ("49.79　", "81.35　", "78.46　"),
    "    其中：办公经费": ("5.8　", "8　", "7.6　"),
    "          水费、电费、差旅费": ("8.16　", "12　", "　11.23"),
    "          会议费、培训费": ("3.89　", "3　", "2.71　"),
    "政府采购金额": ("——", WIDE, WIDE),
    "部门整体支出预算调整 ": ("——", "19550.38　", "20118.42　"),
}


def basic_data(
    department: str = "绥宁县人社局",
    year: int = 2019,
    rows: BasicRows = SUINING_BASIC,
    staff: tuple[Value, Value, Value] = SUINING_STAFF,
    unit: str = "",
) -> Grid:
    """附件3 部门整体支出绩效评价基础数据表."""
    grid = Grid("基础数据表")
    grid.row(0, "附件3")
    grid.row(1, "部门整体支出绩效评价基础数据表")
    grid.row(2, f"填报单位：{department}", None, None, unit or None)
    grid.row(3, "财政供养人员情况", "编制数", f"{year}年实际在职人数", "控制率")
    grid.row(4, None, *staff)
    grid.row(5, "经费控制情况", f"{year - 1}年决算数", f"{year}年预算数", f"{year}年决算数")
    grid.merges += [(1, 0, 1, 3), (3, 0, 4, 0)]
    at = 6
    for name, values in rows.items():
        grid.row(at, name, *values)
        at += 1
    grid.row(at + 1, "厉行节约保障措施", "严格执行部门预算；压缩“三公经费”支出，控制行政运行成本。　")
    grid.row(at + 2, "说明：“项目支出”需要填报除专项资金和基本支出以外的所有项目情况。")
    grid.merges += [(at + 1, 1, at + 1, 3), (at + 2, 0, at + 2, 3)]
    return grid


#: Rows of 附件2: 一级, its 分值, 二级, its 分值, 三级, its 分值, 评价标准, 指标说明. None continues a merged cell.
INDICATORS: tuple[tuple[Value, ...], ...] = (
    ("投入", 10, "预算配置", 10, "在职人员控制率", 5, "以100%为标准。在职人员控制率≦100%，计5分；每超过一个百分点扣0.5分，扣完为止。", "在职人员控制率=（在职人员数/编制数）×100%"),
    (None, None, None, None, "“三公经费”变动率", 5, "“三公经费”变动率≦0,计8分；“三公经费”＞0，每超过一个百分点扣0.8分，扣完为止。", "“三公经费”变动率=[（本年度“三公经费”预算数-上年度“三公经费”预算数）/上年度“三公经费”预算数]×100%"),
    ("过\n\n                              程", 60, "预算执行", 10, "预算完成率", 5, "100%计满分，每低于5%扣2分，扣完为止。", "预算完成率=（上年结转+年初预算+本年追加预算-年末结余）/（上年结转+年初预算+本年追加预算）×100%。"),
    (None, None, None, None, "预算控制率", 5, "预算控制率=0，计5分；0-10%（含），计4分；10-20%（含），计3分；20-30%（含），计2分；大于30%不得分。", "预算控制率=（本年追加预算/年初预算）×100%。"),
    (None, None, "预算管理", 50, "公用经费控制率", 8, "100%以下（含）计满分，每超出1%扣1分，扣完为止。", "公用经费控制率=（实际支出公用经费总额/预算安排公用经费总额）×100%。"),
    (None, None, None, None, "“三公经费”控制率", 7, "100%以下（含）计满分，每超出1%扣1分，扣完为止。", "“三公经费”控制率-（“三公经费”实际支出数/“三公经费”预算安排数）×100%。"),
    (None, None, None, None, "政府采购执行率", 6, "100%计满分，每超过（降低）5%扣2分。扣完为止。", "政府采购执行率=（实际政府采购金额/政府采购预算数）×100%"),
    (None, None, "预算管理", "", "管理制度健全性", 8, "①有内部财务管理制度、会计核算制度等管理制度，2分；\n②有本部门厉行节约制度，2分；\n③相关管理制度合法、合规、完整，2分；④相关管理制度得到有效执行，2分。", WIDE),
    (None, None, None, None, "资金使用合规性", 16, "①支出符合国家财经法规和财务管理制度规定以及有关专项资金管理办法的规定；②资金拨付有完整的审批程序和手续；③项目支出按规定经过评估论证；④支出符合部门预算批复的用途；⑤资金使用无截留、挤占、挪用、虚列支出等情况。\n以上情况每出现一例不符合要求的扣1分，扣完为止。", WIDE),
    (None, None, None, None, "预决算信息公开性", 5, "①按规定内容公开预决算信息，1分；②按规定时限公开预决算信息，1分；③基础数据信息和会计信息资料真实，1分；④基础数据信息和会计信息资料完整，1分；⑤基础数据信息和汇集信息资料准确，1分。  ", WIDE),
    ("产出及效率", 30, "职责履行", 8, "重点工作实际完成率", 8, "根据绩效办2016年对各部门为民办实事和部门重点工程与重点工作考核分数折算。\n该项得分=（绩效办对应部分考核得分/350）*8", WIDE),
    (None, None, "履职 效益", 10, "经济\n效益", 10, "此两项指标为设置部门整体支出绩效评价指标时必须考虑的共性要素，可根据部门实际情况有选择的进行设置，并将其细化为相应的个性化指标。", WIDE),
    (None, None, None, None, "社会\n效益", None, None, WIDE),
    (None, None, None, 12, "行政效能", 6, "促进部门改进文风会风，加强经费及资产管理，推动网上办事，提高行政效率，降低行政成本效果较好的计6分；一般3分；无效果或者效果不明显0分。", WIDE),
    (None, None, None, None, "社会公众或服务对象满意度", 6, "90%（含）以上计6分；\n80%（含）-90%，计4分；\n70%（含）-80%，计2分；\n低于70%计0分。", WIDE),
)  # fmt: skip
SUINING_SELF: tuple[Value, ...] = tuple(f"{WIDE}{n}" for n in (0, 5, 5, 5, 8, 7, 6, 6, 14, 5, 8, 4, 4, 6, 6))


def indicator_table(
    department: str = "绥宁县人社局",
    scores: Sequence[Value] = SUINING_SELF,
    rows: Sequence[Sequence[Value]] = INDICATORS,
    title: str = "部门整体支出绩效评价指标表",
) -> Grid:
    """附件2 部门整体支出绩效评价指标表: three columns named 分值, merged levels, a weight shared by two rows."""
    grid = Grid("指标表")
    grid.row(0, "附件2")
    grid.row(1, title)
    grid.row(2, f"单位名称：{department}")
    grid.row(3, "一级指标", "分值", "二级指标", "分值", "三级\n指标", "分值", "评价标准", "指标说明", "得分")
    grid.merges.append((1, 0, 1, 8))
    for at, (row, score) in enumerate(zip(rows, scores, strict=True), start=4):
        grid.row(at, *row, score)
    for column in (0, 1, 2, 3, 5, 6):
        starts = [at for at, row in enumerate(rows, start=4) if row[column] is not None] + [4 + len(rows)]
        for first, following in pairwise(starts):
            if following - first > 1:
                grid.merges.append((first, column, following - 1, column))
    return grid


#: 财决01: left and right rows of label → (年初预算数, 全年预算数, 决算数).
AccountRows = Mapping[str, tuple[Value, Value, Value]]
SUINING_INCOME: dict[str, tuple[Value, Value, Value]] = {
    "一、财政拨款收入": (None, None, 20072.89),
    "本年收入合计": (None, None, 20148.41),
    "年初结转和结余": (45.53, None, 45.53),
    "总计": (None, None, 20193.94),
}
SUINING_SPENDING: dict[str, tuple[Value, Value, Value]] = {
    "一、基本支出": (19030.84, 19327.86, 19338.18),
    "    人员经费": (None, None, None),
    "    日常公用经费": (81.35, None, 78.46),
    "二、项目支出": (474, 745.03, 745.03),
    "本年支出合计": (None, None, 20158.73),
    "年末结转和结余": (None, None, 35.21),
    "总计": (None, None, 20193.94),
}


def accounts(
    department: str = "绥宁县人力资源和社会保障局",
    year: int = 2019,
    income: AccountRows = SUINING_INCOME,
    spending: AccountRows = SUINING_SPENDING,
    unit: str = "万元",
) -> Grid:
    """财决01 收入支出决算总表: two blocks side by side, 总计 on both sides."""
    grid = Grid("Z01 收入支出决算总表(财决01表)")
    grid.row(0, "收入支出决算总表")
    grid.row(1, "财决01表", column=9)
    grid.row(2, f"编制单位：{department}", None, None, None, f"{year}年度", None, None, None, None, f"金额单位：{unit}")
    grid.row(3, "收入", None, None, None, None, "支出")
    head: tuple[Value, ...] = ("行次", "年初预算数", "全年预算数", "决算数")
    grid.row(4, "项目", *head, "项目(按支出性质和经济分类)", *head)
    grid.row(5, "栏次", None, 1, 2, 3, "栏次", None, 4, 5, 6)
    grid.merges += [(0, 0, 0, 9), (3, 0, 3, 4), (3, 5, 3, 9)]
    for at, (name, values) in enumerate(income.items(), start=6):
        grid.row(at, name, at - 5, *values)
    for at, (name, values) in enumerate(spending.items(), start=6):
        grid.row(at, name, at + 22, *values, column=5)
    return grid


def suining(folder: Path, suffix: str = ".xlsx") -> Path:
    """The three workbooks of the Suining case in a folder."""
    write = write_xlsx if suffix == ".xlsx" else write_xls
    write(folder / f"基础数据表{suffix}", basic_data())
    write(folder / f"指标表{suffix}", indicator_table())
    write(folder / f"决算{suffix}", accounts())
    return folder


#: 附件3 of the year before, invented: it supplies the 三公 budget of 2018 that 2019's form does not hold.
LAST_YEAR_BASIC: dict[str, tuple[Value, Value, Value]] = {
    "三公经费": (17.2, 32, 16.14),
    "   1、公务用车购置和维护经费": (9.6, 9, 8.98),
    "       其中：公车购置": (0, 0, 0),
    "             公车运行维护": (9.6, 9, 8.98),
    "   2、出国经费": (0, 0, 0),
    "   3、公务接待": (7.6, 23, 7.16),
    "项目支出：": (3100, 3300, 3482.92),
    "    1、业务工作专项": (3100, 3300, 3482.92),
    "    2、运行维护专项": (0, 0, 0),
    "公用经费": (48.3, 60, 49.79),
    "政府采购金额": ("——", 20, 18.5),
    "部门整体支出预算调整 ": ("——", 18000, 18600),
}


def last_year(department: str = "绥宁县人社局") -> Grid:
    """The 2018 form."""
    return basic_data(department, 2018, LAST_YEAR_BASIC, (60, 66, "110%"), unit="单位：万元")
