"""部门/<部门>_<year>.xlsx: the printed 评分表 with live formulas over its own 基础数据, re-performed in 核对."""

from collections.abc import Mapping, Sequence

from converter.books import formulas as excel
from converter.books import legend
from converter.books.columns import LOOKS, WIDTHS
from converter.books.contents import DepartmentBook
from converter.books.figures import (
    HIGH_TOTAL,
    LOW_TOTAL,
    OWN_TOTAL,
    SOURCE_WIDTHS,
    Figures,
    Layout,
    figures_of,
    layout_of,
)
from converter.books.legend import write_notes
from converter.books.scoresheet import FROZEN_COLUMNS, HEAD_ROW, ScoreSheet
from converter.books.shown import SMALL
from converter.books.styles import NO_NUMBER, Book, Page, Setup
from converter.books.tables import FINDING_HEADS, Row
from converter.intake.cells import a1
from converter.scoring.expressions import Input
from converter.scoring.rounding import SNAP

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
_FINDING_WIDTHS = [{**WIDTHS, "部门说明": 24.0}[head] for head in FINDING_HEADS]
#: How a finding looks, cell by cell, and how many characters its cells take in a line.
FINDING_LOOKS = [{**LOOKS, "部门说明": "entry"}.get(head, "text") for head in FINDING_HEADS]
FINDING_ROOM = [width * SMALL for width in _FINDING_WIDTHS]
_DATA_WIDTHS = (28, 6, 17, 6.5, 11, *SOURCE_WIDTHS)


def department_book(book: DepartmentBook) -> bytes:
    """The workbook's bytes; the same for the same content."""
    writer = Book(book_title(book), book.fingerprint)
    layout = layout_of(book)
    write_figures(writer, layout, figures_of(book))
    write_findings(writer, book.findings)
    write_legend(writer, layout)
    return writer.content()


def book_title(book: DepartmentBook) -> str:
    """The title among the workbook's properties."""
    return f"{book.department} {book.year} 年度{book.title}"


def write_figures(writer: Book, layout: Layout, figures: Figures) -> None:
    """The sheets 评分表, 基础数据 and 核对."""
    score_page = writer.sheet(SCORE_SHEET, Setup(HEAD_ROW, HEAD_ROW, FROZEN_COLUMNS))
    cells = {
        row.wanted: f"'{DATA_SHEET}'!{_fixed(_DATA_HEAD + 1 + i, _VALUE_COLUMN)}" for i, row in enumerate(layout.data)
    }
    placed = ScoreSheet(score_page, layout, figures, cells).write()
    _write_data(writer.sheet(DATA_SHEET, Setup(_DATA_HEAD, _DATA_HEAD, 1)), layout, figures, cells)
    names = [*dict.fromkeys(line.rule.name for line in layout.lines), LOW_TOTAL, HIGH_TOTAL, OWN_TOTAL]
    checks = dict(zip(names, figures.checks, strict=True))
    _write_check(writer.sheet(CHECK_SHEET, Setup(2, 2, 1, landscape=False)), checks, placed)


def write_legend(writer: Book, layout: Layout) -> None:
    """The sheet 说明."""
    write_notes(writer.sheet(NOTES_SHEET, Setup(landscape=False)), layout.notes)


def _fixed(row: int, column: int) -> str:
    letters = a1((row, column)).rstrip("0123456789")
    return f"${letters}${row + 1}"


def _write_data(page: Page, layout: Layout, figures: Figures, cells: Mapping[Input, str]) -> None:
    page.merge((0, 0), (0, len(DATA_HEADS) - 1), "基础数据", "title")
    page.put(1, 0, "评分表的公式引用本表“数值”一列；在空白处补填数字，评分表随即重算。原数以报送文件为准。", "note")
    for column, head in enumerate(DATA_HEADS):
        page.put(_DATA_HEAD, column, head, "head")
    heights = [30.0, 16.0, 18.0]
    for at, points in enumerate(heights):
        page.height(at, points)
    for at, (row, own) in enumerate(zip(layout.data, figures.data, strict=True), start=_DATA_HEAD + 1):
        look = "input" if row.unit == "万元" else "plain_input"
        sources = (own.raw, own.form, own.file, own.sheet, own.cell)
        looks = ("text", "whole", look, "center", "center", *["text"] * len(sources))
        shown = (str(row.wanted), row.year, None if row.formulas else own.value, row.unit, own.state, *sources)
        page.put_row(at, 0, shown, [page.book.look(name) for name in looks])
        if row.formulas:
            text = excel.derived_formula(
                row.formulas,
                lambda needed, by=row.wanted.offset: cells[Input(needed.name, needed.offset + by)],  # type: ignore[misc]
                SNAP if row.snapped else None,
            )
            page.formula(at, _VALUE_COLUMN, text, own.value, look)
        heights.append(own.height)
        page.height(at, own.height)
    page.widths(_DATA_WIDTHS)
    page.keep_together(_DATA_WIDTHS, heights)


def _write_check(page: Page, checks: Mapping[str, object], placed: Mapping[str, str]) -> None:
    """核对: the program's fixed numbers against the live formulas."""
    first, last = 3, 2 + len(checks)
    page.merge((0, 0), (0, len(CHECK_HEADS) - 1), "核对：程序计算值与公式值", "title")
    verdict = f'IF(COUNTIF(E{first + 1}:E{last + 1},"不一致")=0,"全部一致","有不一致：公式或数据被改动过")'
    page.formula(1, 0, verdict, "全部一致", "note")
    for column, head in enumerate(CHECK_HEADS):
        page.put(2, column, head, "head")
    for at, (name, shown) in enumerate(checks.items(), start=first):
        page.put(at, 0, name)
        page.put(at, 1, shown, "score")
        page.formula(at, 2, f"'{SCORE_SHEET}'!{placed[name]}", shown, "score")
        b, c, d = f"B{at + 1}", f"C{at + 1}", f"D{at + 1}"
        gap = f'IF(AND(ISNUMBER({b}),ISNUMBER({c})),ROUND({c}-{b},6),IF({b}={c},0,"{NO_NUMBER}"))'
        page.formula(at, 3, gap, 0, "score")
        page.formula(at, 4, f'IF(ISNUMBER({d}),IF({d}=0,"一致","不一致"),"不一致")', "一致", "center")
    page.widths((34, 14, 14, 10, 12))
    page.height(0, 30)


def write_findings(writer: Book, findings: Sequence[Row]) -> None:
    """The sheet 问题清单."""
    page = writer.sheet(FINDINGS_SHEET, Setup(1, 1))
    page.put(0, 0, "需要部门核实的问题：请在“部门说明”一列填写，连同本工作簿报回", "left_title")
    page.height(0, 26)
    page.table(1, FINDING_HEADS, findings, _FINDING_WIDTHS, FINDING_LOOKS)
