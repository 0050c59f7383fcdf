"""Workbooks of the usual sizes: a 基础数据表 of one sheet and accounts of nine, with merges, indents and figures kept as text."""

import random
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

#: Rows and columns of the nine tables of 部门决算公开, as counties print them.
ACCOUNTS = ((32, 6), (35, 9), (35, 8), (32, 9), (35, 5), (36, 9), (14, 8), (11, 8), (18, 12))


def workbooks(folder: Path, count: int) -> Iterator[Path]:
    """Writes `count` workbooks, every second one an accounts book; the same figures each time."""
    chance = random.Random(1)
    for index in range(count):
        path = folder / f"D{index:05}_{'部门决算' if index % 2 else '基础数据表'}.xlsx"
        with xlsxwriter.Workbook(path) as book:
            label, number = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "#,##0.00"})
            for number_of, (rows, columns) in enumerate(ACCOUNTS if index % 2 else ((40, 7),), start=1):
                sheet = book.add_worksheet(f"公开{number_of:02}表")
                _table(sheet, rows, columns, label, number, chance)
        yield path


def _table(sheet: Worksheet, rows: int, columns: int, label: Format, number: Format, chance: random.Random) -> None:
    sheet.merge_range(0, 0, 0, columns - 1, "收入支出决算总表", label)
    sheet.write_string(1, 0, "填报单位：示例局")
    sheet.merge_range(2, 0, 3, 0, "项目", label)
    for column in range(1, columns):
        sheet.write_string(2, column, f"第{column}栏", label)
        sheet.write_number(3, column, column, label)
    for row in range(4, rows):
        sheet.write_string(row, 0, f"　　{row - 3}、项目支出明细{row}", label)
        for column in range(1, columns):
            value, form = round(chance.uniform(0, 9999), 2), chance.random()
            if form < 0.7:
                sheet.write_number(row, column, value, number)
            elif form < 0.85:
                sheet.write_string(row, column, f"{value:,}　", number)
            else:
                sheet.write_blank(row, column, None, number)
