"""评分汇总_<year>.xlsx: the whole batch in one workbook, its sheets as CONTRACT lists them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from converter.books import tables
from converter.books.styles import MAX_SHEET_ROWS, Book, Page, Setup
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
LOOKS: dict[str, str] = {
    **dict.fromkeys(("名次", "年度", "错误", "警告", "大小", "待部门处理"), "whole"),
    **dict.fromkeys(("分值", "数据分值"), "weight"),
    **dict.fromkeys(
        (
            "自评得分",
            "复算得分",
            "复算下限",
            "复算上限",
            "自评差异",
            "数据下限",
            "数据上限",
            "沿用自评",
            "得分",
            "下限",
            "上限",
            "影响分值",
        ),
        "score",
    ),
    **dict.fromkeys(
        (
            "名次区间",
            "自评等次",
            "等次",
            "状态",
            "级别",
            "代码",
            "责任方",
            "单元格",
            "单位",
            "采用",
            "应报",
            "基础数据表",
            "指标表",
            "决算",
            "上年数据",
            "结果",
        ),
        "center",
    ),
    **dict.fromkeys(("数值", "左", "右", "差", "容差"), "number"),
    "评分表": "link",
}
#: Column widths by head; narrow enough that the sheets can be read on A4.
WIDTHS: dict[str, float] = {
    "名次": 6, "名次区间": 9, "部门编码": 9, "部门": 18, "类别": 8, "年度": 6, "自评得分": 8, "自评等次": 8, "复算得分": 8, "复算下限": 8,
    "复算上限": 8, "等次": 8, "自评差异": 8, "数据分值": 8, "数据下限": 8, "数据上限": 8, "沿用自评": 8, "主要扣分": 26, "缺数指标": 26,
    "错误": 6, "警告": 6, "评分表": 30, "一级指标": 10, "二级指标": 10, "三级指标": 20, "分值": 6, "指标值": 9, "得分": 7, "下限": 7,
    "上限": 7, "状态": 8, "缺少数据": 34, "计分口径": 16, "其他口径得分": 18, "计算过程": 44, "依据": 16, "编号": 14, "级别": 6,
    "代码": 6, "对象": 18, "说明": 44, "建议": 30, "影响分值": 8, "责任方": 8, "文件": 26, "工作表": 18, "单元格": 8, "部门说明": 18,
    "处理": 10, "字段": 24, "数值": 13, "单位": 7, "采用": 6, "原文": 32, "表单": 12, "资金口径": 9, "指标公式": 36, "计分方式": 32,
    "应报": 7, "报送状态": 20, "基础数据表": 10, "指标表": 8, "决算": 8, "上年数据": 9, "待部门处理": 10,
    "核对内容": 50, "左": 11, "右": 11, "差": 10, "容差": 7, "结果": 10, "原因": 26,
    "大小": 9, "SHA-256": 40, "处理结果": 24, "项目": 18, "内容": 90,
}  # fmt: skip
_INDICATOR = tables.SCORE_HEADS.index("三级指标")


def summary_book(book: SummaryBook) -> bytes:
    """The workbook's bytes; the same for the same content."""
    writer = Book(book.title)
    for table in book.tables:
        page = writer.sheet(table.name, Setup(_HEAD_ROW, _HEAD_ROW, 0))
        _write(page, table, book)
    return writer.content()


def _write(page: Page, table: Table, book: SummaryBook) -> None:
    page.put(0, 0, f"{book.title}：{table.name}", "left_title")
    page.put(1, 0, book.subtitle, "note")
    shown = table.rows[:MAX_SHEET_ROWS]
    looks = (
        partial(_look, book.ratios) if "指标值" in table.heads else [LOOKS.get(head, "text") for head in table.heads]
    )
    page.table(_HEAD_ROW, table.heads, shown, [WIDTHS[head] for head in table.heads], looks)
    if len(table.rows) > MAX_SHEET_ROWS:
        note = f"共 {len(table.rows)} 行，本表只列前 {MAX_SHEET_ROWS} 行，其余见 CSV 文件"
        page.put(_HEAD_ROW + 1 + MAX_SHEET_ROWS, 0, note, "note")
    if shown:
        page.worksheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + len(shown), len(table.heads) - 1)
    page.height(0, 24)


def _look(ratios: frozenset[str], row: Sequence[object], head: str) -> str:
    if head == "指标值":
        return "percent" if row[_INDICATOR] in ratios else "score"
    return LOOKS.get(head, "text")


SHEETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("汇总", tables.SUMMARY_HEADS),
    ("报送情况", tables.SUBMITTED_HEADS),
    ("指标得分", tables.SCORE_HEADS),
    ("问题清单", tables.FINDING_HEADS),
    ("勾稽核对", tables.CHECK_HEADS),
    ("规范数据", tables.FACT_HEADS),
    ("规则", tables.RULE_HEADS),
    ("来源文件", tables.SOURCE_HEADS),
    ("运行信息", tables.INFO_HEADS),
)
