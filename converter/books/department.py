"""部门/<部门>_<year>.xlsx: the printed 评分表 with live formulas over its own 基础数据, re-performed in 核对."""

import math
from collections.abc import Mapping

from converter.books import formulas as excel
from converter.books import legend
from converter.books.columns import LOOKS, WIDTHS
from converter.books.contents import DepartmentBook
from converter.books.formulas import DASH_TEXT
from converter.books.legend import write_notes
from converter.books.scoresheet import FROZEN_COLUMNS, HEAD_ROW, ScoreSheet
from converter.books.styles import NO_NUMBER, SMALL, Book, Page, Setup, row_height, wrapped_lines
from converter.books.tables import FINDING_HEADS
from converter.intake.cells import a1
from converter.scoring.expressions import Input
from converter.scoring.rounding import SNAP
from converter.vocabulary.numbers import State

SCORE_SHEET, DATA_SHEET, CHECK_SHEET, FINDINGS_SHEET, NOTES_SHEET = (
    "评分表",
    "基础数据",
    "核对",
    "问题清单",
    legend.SHEET,
)
DATA_HEADS = ("字段", "年度", "数值", "单位", "状态", "原文", "表单", "文件", "工作表", "单元格")
CHECK_HEADS = ("指标", "程序计算值", "公式值", "差", "结论")
_DATA_HEAD, _VALUE_COLUMN = 2, 2
_REPLY = "部门说明"
_DATA_WIDTHS = (28, 6, 17, 6.5, 11, 32, 12, 30, 28, 8)


def department_book(book: DepartmentBook) -> bytes:
    """The workbook's bytes; the same for the same content."""
    writer = Book(f"{book.department} {book.year} 年度{book.title}", book.fingerprint)
    score_page = writer.sheet(SCORE_SHEET, Setup(HEAD_ROW, HEAD_ROW, FROZEN_COLUMNS))
    cells = {
        row.wanted: f"'{DATA_SHEET}'!{_fixed(_DATA_HEAD + 1 + i, _VALUE_COLUMN)}" for i, row in enumerate(book.data)
    }
    placed = ScoreSheet(score_page, book, cells).write()
    _write_data(writer.sheet(DATA_SHEET, Setup(_DATA_HEAD, _DATA_HEAD, 1)), book, cells)
    _write_check(writer.sheet(CHECK_SHEET, Setup(2, 2, 1, landscape=False)), book, placed)
    _write_findings(writer.sheet(FINDINGS_SHEET, Setup(1, 1)), book)
    write_notes(writer.sheet(NOTES_SHEET, Setup(landscape=False)), book.notes)
    return writer.content()


def _fixed(row: int, column: int) -> str:
    letters = a1((row, column)).rstrip("0123456789")
    return f"${letters}${row + 1}"


def _write_data(page: Page, book: DepartmentBook, cells: Mapping[Input, str]) -> None:
    page.merge((0, 0), (0, len(DATA_HEADS) - 1), "基础数据", "title")
    page.put(1, 0, "评分表的公式引用本表“数值”一列；在空白处补填数字，评分表随即重算。原数以报送文件为准。", "note")
    for column, head in enumerate(DATA_HEADS):
        page.put(_DATA_HEAD, column, head, "head")
    heights = [30.0, 16.0, 18.0]
    for at, points in enumerate(heights):
        page.height(at, points)
    for at, row in enumerate(book.data, start=_DATA_HEAD + 1):
        look = "input" if row.unit == "万元" else "plain_input"
        value = None if row.formulas else DASH_TEXT if row.state == State.DASH else row.value
        sources = (row.raw, row.form, row.file, row.sheet, row.cell)
        looks = ("text", "whole", look, "center", "center", *["text"] * len(sources))
        shown = (str(row.wanted), row.year, value, row.unit, row.state, *sources)
        page.put_row(at, 0, shown, [page.book.look(name) for name in looks])
        if row.formulas:
            text = excel.derived_formula(
                row.formulas,
                lambda needed, by=row.wanted.offset: cells[Input(needed.name, needed.offset + by)],  # type: ignore[misc]
                SNAP if row.snapped else None,
            )
            page.formula(at, _VALUE_COLUMN, text, row.value, look)
        lines = max(wrapped_lines(t, w * SMALL) for t, w in zip(sources, _DATA_WIDTHS[5:], strict=True))
        heights.append(row_height(lines))
        page.height(at, heights[-1])
    page.widths(_DATA_WIDTHS)
    page.keep_together(_DATA_WIDTHS, heights)


def _write_check(page: Page, book: DepartmentBook, placed: Mapping[str, str]) -> None:
    """核对: the program's fixed numbers against the live formulas."""
    fixed = {**{row.rule.name: row.score for row in book.rows}, **book.totals}
    first, last = 3, 2 + len(fixed)
    page.merge((0, 0), (0, len(CHECK_HEADS) - 1), "核对：程序计算值与公式值", "title")
    verdict = f'IF(COUNTIF(E{first + 1}:E{last + 1},"不一致")=0,"全部一致","有不一致：公式或数据被改动过")'
    page.formula(1, 0, verdict, "全部一致", "note")
    for column, head in enumerate(CHECK_HEADS):
        page.put(2, column, head, "head")
    for at, (name, value) in enumerate(fixed.items(), start=first):
        shown = NO_NUMBER if math.isnan(value) else value
        page.put(at, 0, name)
        page.put(at, 1, shown, "score")
        page.formula(at, 2, f"'{SCORE_SHEET}'!{placed[name]}", shown, "score")
        b, c, d = f"B{at + 1}", f"C{at + 1}", f"D{at + 1}"
        gap = f'IF(AND(ISNUMBER({b}),ISNUMBER({c})),ROUND({c}-{b},6),IF({b}={c},0,"{NO_NUMBER}"))'
        page.formula(at, 3, gap, 0, "score")
        page.formula(at, 4, f'IF(ISNUMBER({d}),IF({d}=0,"一致","不一致"),"不一致")', "一致", "center")
    page.widths((34, 14, 14, 10, 12))
    page.height(0, 30)


def _write_findings(page: Page, book: DepartmentBook) -> None:
    page.put(0, 0, "需要部门核实的问题：请在“部门说明”一列填写，连同本工作簿报回", "left_title")
    page.height(0, 26)
    looks, widths = {**LOOKS, _REPLY: "entry"}, {**WIDTHS, _REPLY: 24.0}
    page.table(
        1,
        FINDING_HEADS,
        book.findings,
        [widths[head] for head in FINDING_HEADS],
        [looks.get(head, "text") for head in FINDING_HEADS],
    )
