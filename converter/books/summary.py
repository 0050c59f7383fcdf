"""评分汇总_<year>.xlsx: the whole batch in one workbook, its sheets as CONTRACT lists them."""

from collections.abc import Mapping
from dataclasses import dataclass

from converter.books import tables
from converter.books.styles import MAX_SHEET_ROWS, Book, Page, Setup, fitting_widths
from converter.books.tables import Table

_HEAD_ROW = 2


@dataclass(frozen=True)
class SummaryBook:
    """All that the summary workbook shows: a line under each title, the tables in the order of the sheets, and the
    indicators whose value is shown as a percent.
    """

    title: str
    subtitle: str
    ratios: frozenset[str]
    tables: tuple[Table, ...]


#: Look of a column by its head, where it is not plain text.
_LOOKS: dict[str, str] = {
    **dict.fromkeys(("名次", "年度", "错误", "警告", "大小"), "whole"),
    **dict.fromkeys(("分值", "数据分值"), "weight"),
    **dict.fromkeys(
        ("自评得分", "复算得分", "复算下限", "复算上限", "自评差异", "数据下限", "数据上限", "沿用自评", "得分", "下限", "上限", "影响分值"),
        "score",
    ),
    **dict.fromkeys(("名次区间", "自评等次", "等次", "状态", "级别", "代码", "责任方", "单元格", "单位", "采用"), "center"),
    "数值": "number",
}
_WIDTHS: Mapping[str, float] = {
    "评分表": 30, "主要扣分": 34, "缺数指标": 34, "说明": 50, "建议": 36, "计算过程": 48, "缺少数据": 40, "原文": 30,
    "SHA-256": 20, "内容": 80, "指标公式": 40, "计分方式": 36, "部门说明": 20, "处理": 14,
}  # fmt: skip
LINKED = "评分表"
_INDICATOR = tables.SCORE_HEADS.index("三级指标")


def summary_book(book: SummaryBook) -> bytes:
    """The workbook's bytes; the same for the same content."""
    writer = Book(book.title)
    for table in book.tables:
        page = writer.sheet(table.name, Setup(_HEAD_ROW, _HEAD_ROW, 0))
        _write(page, table, book)
    return writer.content()


def _write(page: Page, table: Table, book: SummaryBook) -> None:
    page.merge((0, 0), (0, len(table.heads) - 1), f"{book.title}：{table.name}", "title")
    page.put(1, 0, book.subtitle, "note")
    for column, head in enumerate(table.heads):
        page.put(_HEAD_ROW, column, head, "head")
    shown = table.rows[:MAX_SHEET_ROWS]
    for at, row in enumerate(shown, start=_HEAD_ROW + 1):
        for column, (head, value) in enumerate(zip(table.heads, row, strict=True)):
            if head == "指标值":
                page.put(at, column, value, "percent" if row[_INDICATOR] in book.ratios else "score")
            elif head == LINKED and value:
                page.link(at, column, str(value), str(value))
            else:
                page.put(at, column, value, _LOOKS.get(head, "text"))
    if len(table.rows) > MAX_SHEET_ROWS:
        note = f"共 {len(table.rows)} 行，本表只列前 {MAX_SHEET_ROWS} 行，其余见 CSV 文件"
        page.put(_HEAD_ROW + 1 + MAX_SHEET_ROWS, 0, note, "note")
    page.widths(fitting_widths(table.heads, shown, _WIDTHS))
    if shown:
        page.worksheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + len(shown), len(table.heads) - 1)
    page.height(0, 26)


SHEETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("汇总", tables.SUMMARY_HEADS),
    ("指标得分", tables.SCORE_HEADS),
    ("问题清单", tables.FINDING_HEADS),
    ("规范数据", tables.FACT_HEADS),
    ("规则", tables.RULE_HEADS),
    ("来源文件", tables.SOURCE_HEADS),
    ("运行信息", tables.INFO_HEADS),
)
