"""What an analyst would write instead: pandas.read_excel and openpyxl (naive), pandas over calamine and xlsxwriter (wise).

Both read the sheets they need of both workbooks, score six indicators of 绥宁县 2019 by the sentences, write a formatted
评分表 with its sources for each department and one 汇总. Run as: python -m tests.benchmarks.peers naive|wise IN OUT
"""

import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import xlsxwriter
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

#: Sheets of the accounts, by position, that figures are taken from.
SHEETS = (0, 1, 2, 3, 4)
HEADS = ("序号", "一级指标", "三级指标", "分值", "计算公式", "指标值", "得分", "得分率", "依据")
WIDTHS = (6, 12, 26, 8, 40, 12, 10, 10, 8)
SOURCE_HEADS = ("项目", "数值", "文件", "工作表", "单元格")


def number(cell: object) -> float:
    """A cell as a number, NaN where it is none."""
    try:
        return float("".join(str(cell).split()).replace(",", ""))
    except ValueError:
        return math.nan


@dataclass
class Department:
    """What was read of a department: figures by label and column, and where each stood."""

    file: str
    name: str
    figures: dict[tuple[str, int], float]
    places: dict[tuple[str, int], tuple[str, str, str]]

    def __call__(self, label: str, column: int) -> float:
        return self.figures.get((label, column), math.nan)


def read(basic: Path, wise: bool) -> Department:
    """Both workbooks of a department; a sheet is read once each (naive), or the workbook opened once (wise)."""
    accounts = basic.with_name(basic.name.replace("基础数据表", "部门决算"))
    engine: Any = "calamine" if wise else "openpyxl"
    found = Department(basic.name.split("_")[0], "", {}, {})
    for path, sheets in ((basic, (0,)), (accounts, SHEETS)):
        source: Any = pd.ExcelFile(path, engine=engine) if wise else path
        for sheet in sheets:
            frame = pd.read_excel(source, sheet_name=sheet, header=None, engine=None if wise else engine)
            if path == basic:
                found.name = str(frame.iloc[2, 0]).split("：", 1)[1]
            in_yuan = frame.iloc[2].astype(str).str.contains("：元").any()
            take(found, frame, path.name, sheet, 10000 if in_yuan else 1)
    return found


def take(found: Department, frame: pd.DataFrame, file: str, sheet: int, unit: float) -> None:
    """Every number of a sheet, by the label on its left."""
    for row in range(len(frame)):
        label = ""
        for column in range(frame.shape[1]):
            cell = frame.iloc[row, column]
            value = number(cell)
            if math.isnan(value):
                label = "".join(cell.split()) if isinstance(cell, str) and cell.strip(" \u3000—") else label
            elif (key := (f"{sheet}{file[7:]}{label}", column)) not in found.figures:
                found.figures[key] = value / unit
                found.places[key] = file, f"第{sheet + 1}张表", f"{chr(65 + column)}{row + 1}"


def over(value: float, full: float, points: float, every: float = 0.01) -> float:
    """Points lost for each whole step over 100%."""
    return max(0.0, full - math.floor(round(max(value - 1, 0) / every, 9)) * points)


def score(of: Department) -> list[tuple[str, float, float, float]]:
    """Name, weight, value and points of the six indicators that both workbooks give."""
    base, books = "0基础数据表.xlsx", "0部门决算.xlsx"
    quota, staff = of(f"{base}财政供养人员情况", 1), of(f"{base}财政供养人员情况", 2)
    if math.isnan(quota):
        quota, staff = of(base, 1), of(base, 2)
    buying = of(f"{base}政府采购金额", 3) / of(f"{base}政府采购金额", 2)
    public = of(f"{base}公用经费", 3) / of(f"{base}公用经费", 2)
    guests = of(f"{base}三公经费", 3) / of(f"{base}三公经费", 2)
    return [
        ("在职人员控制率", 5, staff / quota, over(staff / quota, 5, 0.5)),
        ("公用经费控制率", 8, public, over(public, 8, 1)),
        ("“三公经费”控制率", 7, guests, over(guests, 7, 1)),
        ("政府采购执行率", 6, buying, max(0.0, 6 - 2 * math.floor(round(abs(buying - 1) / 0.05, 9)))),
        ("本年支出", 0, of(f"{books}本年支出合计", 9), 0.0),
    ]


def write_naive(path: Path, of: Department, scores: list[tuple[str, float, float, float]]) -> None:
    """A formatted workbook, as openpyxl's tutorial shows."""
    thin = Side(style="thin")
    border, grey = Border(left=thin, right=thin, top=thin, bottom=thin), PatternFill("solid", fgColor="DDEBF7")
    body, head = Font(name="宋体", size=10), Font(name="宋体", size=11, bold=True)
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "评分表"

    def put(on: Any, row: int, column: int, value: object, font: Font = body, form: str = "General") -> None:
        cell = on.cell(row, column, value)
        cell.font, cell.border, cell.number_format = font, border, form
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        if font is head:
            cell.fill = grey

    sheet.merge_cells("A1:I1")
    put(sheet, 1, 1, f"{of.name}部门整体支出绩效评价评分表", head)
    for column, text in enumerate(HEADS, 1):
        put(sheet, 3, column, text, head)
    for at, (name, full, value, points) in enumerate(scores):
        line = (at + 1, "过程", name, full, f"{name}＝实际÷标准", value, points, points / full if full else 0, "查看")
        for column, cell in enumerate(line, 1):
            put(sheet, 4 + at, column, cell, body, "0.00%" if column in (6, 8) else "General")
        sheet.cell(4 + at, 9).hyperlink = f"#'取数依据'!A{at + 2}"
    for letter, width in zip("ABCDEFGHI", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A4"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=8, min_row=4, max_row=3 + len(scores)))
    sheet.add_chart(chart, "K3")
    sources = book.create_sheet("取数依据")
    for column, text in enumerate(SOURCE_HEADS, 1):
        put(sources, 1, column, text, head)
    for row, (key, value) in enumerate(of.figures.items(), 2):
        for column, shown in enumerate((f"{key[0]}{key[1]}", value, *of.places[key]), 1):
            put(sources, row, column, shown, body, "#,##0.00" if column == 2 else "General")
    book.save(path)


def write_wise(path: Path, of: Department, scores: list[tuple[str, float, float, float]]) -> None:
    """The same workbook by xlsxwriter."""
    with xlsxwriter.Workbook(path) as book:
        base = {"font_name": "宋体", "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
        body, head = book.add_format(base), book.add_format({**base, "bold": True, "bg_color": "#DDEBF7"})
        rate, cash = (book.add_format({**base, "num_format": form}) for form in ("0.00%", "#,##0.00"))
        sheet, sources = book.add_worksheet("评分表"), book.add_worksheet("取数依据")
        sheet.merge_range(0, 0, 0, 8, f"{of.name}部门整体支出绩效评价评分表", head)
        sheet.write_row(2, 0, HEADS, head)
        for at, (name, full, value, points) in enumerate(scores, 3):
            row = (at - 2, "过程", name, full, f"{name}＝实际÷标准", value, points, points / full if full else 0)
            for column, cell in enumerate(row):
                sheet.write(at, column, cell if cell == cell else "", rate if column in (5, 7) else body)
            sheet.write_url(at, 8, f"internal:'取数依据'!A{at - 1}", body, "查看")
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(3, 0)
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": ["评分表", 3, 7, 2 + len(scores), 7]})
        sheet.insert_chart("K3", chart)
        sources.write_row(0, 0, SOURCE_HEADS, head)
        for at, (key, value) in enumerate(of.figures.items(), 1):
            sources.write_string(at, 0, f"{key[0]}{key[1]}", body)
            sources.write_number(at, 1, value, cash)
            sources.write_row(at, 2, of.places[key], body)


def main(way: str, folder: Path, out: Path) -> dict[str, dict[str, float]]:
    """The whole job, one department after the other; department → indicator → points."""
    out.mkdir(parents=True, exist_ok=True)
    wise = way == "wise"
    write: Callable[[Path, Department, list[tuple[str, float, float, float]]], None] = (
        write_wise if wise else write_naive
    )
    found: dict[str, dict[str, float]] = {}
    for basic in sorted(folder.glob("*_基础数据表.xlsx")):
        of = read(basic, wise)
        scores = score(of)
        write(out / f"{of.file}_评分表.xlsx", of, scores)
        found[of.name] = {name: points for name, full, _, points in scores if full}
    engine: Any = "xlsxwriter" if wise else "openpyxl"
    pd.DataFrame(found).T.to_excel(out / "汇总.xlsx", engine=engine)
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])), ensure_ascii=False))
