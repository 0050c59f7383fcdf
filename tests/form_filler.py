"""Fills in the forms of `jixiao template` as an accountant does, by what they print, with random figures that agree."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

Figures = dict[tuple[str, int], float | str]
#: 附件3's rows, in order, as items of the dictionary (from its printed layout, not from the product).
ITEMS = (
    "三公经费", "公务用车费", "公务用车购置费", "公务用车运行维护费", "因公出国境费", "公务接待费", "项目支出", "业务工作专项",
    "运行维护专项", "其他专项甲", "其他专项乙", "公用经费", "办公经费", "水电差旅费", "会议培训费", "政府采购", "部门整体支出预算调整",
)  # fmt: skip


def figures(draw: random.Random, year: int, *, procurement: bool = True) -> Figures:
    """Every figure a form may ask, by name and year, such that all reconciliations hold."""

    def money(low: float = 50, high: float = 900) -> float:
        return round(draw.uniform(low, high), 2)

    found: Figures = {("编制数", year): draw.randint(5, 120), ("在职人员数", year): draw.randint(5, 130)}
    for basis, at in (("决算数", year - 1), ("预算数", year), ("决算数", year), ("预算数", year - 1)):
        one = {item: money() for item in ITEMS}
        if draw.random() < 0.3:
            one["公务用车购置费"] = one["因公出国境费"] = 0
        one["公务用车费"] = one["公务用车购置费"] + one["公务用车运行维护费"]
        one["三公经费"] = one["公务用车费"] + one["因公出国境费"] + one["公务接待费"]
        one["项目支出"] = one["业务工作专项"] + one["运行维护专项"] + one["其他专项甲"] + one["其他专项乙"]
        one["公用经费"] = one["办公经费"] + one["水电差旅费"] + one["会议培训费"] + draw.choice((0, money()))
        found |= {(item + basis, at): round(value, 2) for item, value in one.items()}
    first, added = money(3000, 6000), draw.choice((0.0, money(0, 2000)))
    for name, value in (("年初预算数", first), ("全年预算数", first + added), ("决算数", money(8000, 9000))):
        found["本年支出合计" + name, year] = round(value, 2)
        found["年度资金总额" + name, year] = round(value, 2)
    found["部门整体支出预算调整预算数", year] = first
    found["部门整体支出预算调整决算数", year] = round(first + added, 2)
    found["年初结转和结余决算数", year] = found["年末结转和结余决算数", year - 1] = money()
    found["年末结转和结余决算数", year] = money()
    found["重点工作考核得分", year] = round(draw.uniform(200, 350), 1)
    found["满意度", year] = round(draw.uniform(0.6, 1), 4)
    found["是否涉及政府采购", year] = "是" if procurement else "否"
    if not procurement:
        found |= {("政府采购预算数", year): "", ("政府采购决算数", year): ""}
    return found


def fill(path: Path, department: str, values: Mapping[tuple[str, int], float | str], draw: random.Random) -> None:
    """Types the figures into the unlocked cells of a form, and a self score into every one of 指标表."""
    book = openpyxl.load_workbook(path)
    year = int(str(find(book["基础数据表"], "经费控制情况").offset(0, 2).value)[:4])
    _basic(book["基础数据表"], department, year, values)
    _extra(book["补充数据"], values)
    judge(book["指标表"], draw)
    book.save(path)


def find(sheet: Worksheet, text: str) -> Cell:
    """The cell that holds a text."""
    return next(cell for row in sheet.iter_rows() for cell in row if cell.value == text and isinstance(cell, Cell))


def type_in(cell: Cell | MergedCell, value: float | str | None) -> None:
    """What a person can do on the protected sheet."""
    assert not cell.protection.locked, f"{cell.coordinate} is locked"
    cell.value = None if value == "" else value


def _basic(sheet: Worksheet, department: str, year: int, values: Mapping[tuple[str, int], float | str]) -> None:
    type_in(find(sheet, "填报单位：").offset(0, 1), department)
    staff = find(sheet, "编制数（人）")
    type_in(staff.offset(1, 0), values["编制数", year])
    type_in(staff.offset(1, 1), values["在职人员数", year])
    head = find(sheet, "经费控制情况")
    columns = [("决算数", year - 1), ("预算数", year), ("决算数", year)]
    assert [head.offset(0, at).value for at in (1, 2, 3)] == [f"{at}年{basis}（万元）" for basis, at in columns]
    for row, item in enumerate(ITEMS, start=1):
        if item.startswith("其他专项"):
            type_in(head.offset(row, 0), f"{row}、{item[-1]}项目")
        for column, (basis, at) in enumerate(columns, start=1):
            cell = head.offset(row, column)
            if not cell.protection.locked:
                type_in(cell, values[item + basis, at])


def _extra(sheet: Worksheet, values: Mapping[tuple[str, int], float | str]) -> None:
    head = find(sheet, "项目")
    for row in range(1, sheet.max_row - head.row):
        cell = head.offset(row, 3)
        if isinstance(cell, Cell) and not cell.protection.locked and head.offset(row, 1).value:
            type_in(cell, values[str(head.offset(row, 0).value), int(str(head.offset(row, 1).value))])


def judge(sheet: Worksheet, draw: random.Random) -> None:
    """A self score that the cell's validation takes, for every indicator that a person judges."""
    for rule in sheet.data_validations.dataValidation:
        for area in rule.sqref.ranges:
            cell = sheet.cell(area.min_row, area.min_col)
            type_in(cell, _allowed(rule.type, str(rule.formula1), rule.formula2, draw))


def _allowed(kind: str, first: str, second: str | None, draw: random.Random) -> float:
    if kind == "list":
        return float(draw.choice(first.strip('"').split(",")))
    if kind == "decimal":
        return round(draw.uniform(float(first), float(second or 0)), 1)
    return 1.0  # together within a shared weight


def own_scores(page: Worksheet) -> Callable[[str], object]:
    """The value under 自评得分 by 三级指标."""
    head = find(page, "三级指标")
    own = find(page, "自评得分").column
    rows = {str(page.cell(row, head.column).value): row for row in range(head.row + 1, page.max_row + 1)}
    return lambda name: page.cell(rows[name], own).value
