"""评分汇总_<year>.xlsx: the whole batch in one workbook, its sheets as CONTRACT lists them."""

import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError

from converter.books import legend, tables
from converter.books.chartsheet import write_charts
from converter.books.legend import score_note, write_notes
from converter.books.styles import MAX_LINKS, MAX_SHEET_ROWS, Book, Page, Setup, display_width
from converter.books.tables import Row, Table

_HEAD_ROW = 2
#: Rows of all tables beyond which a workbook is not made in memory: those of some three hundred departments.
STREAMED = 50_000


@dataclass(frozen=True)
class SummaryBook:
    """All that the summary workbook shows: a line under each title, the tables in the order of the sheets, the indicators
    whose value is shown as a percent, the lines of 说明, for each row of 指标得分 the position of its first input in 规范数据,
    and what stands at the foot of every page.
    """

    title: str
    subtitle: str
    ratios: frozenset[str]
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    leads: Iterable[int | None] = ()
    fingerprint: str = ""


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
    **dict.fromkeys(("左", "右", "差", "容差"), "number"),
    "评分表": "link",
}
#: Column widths by head; narrow enough that the sheets can be read on A4.
WIDTHS: dict[str, float] = {
    "名次": 5.5, "名次区间": 7.5, "部门编码": 9, "部门": 15, "类别": 7.5, "年度": 5.5, "自评得分": 7.5, "自评等次": 7, "复算得分": 7.5,
    "复算下限": 7.5, "复算上限": 7.5, "等次": 7.5, "自评差异": 7.5, "数据分值": 7.5, "数据下限": 7.5, "数据上限": 7.5, "沿用自评": 7.5,
    "主要扣分": 20, "缺数指标": 22, "错误": 5.5, "警告": 5.5, "评分表": 20, "一级指标": 8, "二级指标": 9, "三级指标": 15, "分值": 5.5,
    "指标值": 9, "得分": 7, "下限": 7, "上限": 7, "状态": 7.5, "缺少数据": 27, "计分口径": 12, "其他口径得分": 14, "计算过程": 32,
    "依据": 13, "编号": 12, "级别": 5.5, "代码": 5.5, "对象": 14, "说明": 40, "建议": 26, "影响分值": 7.5, "责任方": 7, "文件": 26,
    "工作表": 17, "单元格": 7.5, "部门说明": 16, "处理": 10, "字段": 24, "数值": 18, "单位": 6.5, "采用": 5.5, "原文": 22, "表单": 11,
    "资金口径": 9, "指标公式": 34, "计分方式": 30, "应报": 6.5, "报送状态": 20, "基础数据表": 10, "指标表": 8, "决算": 8,
    "上年数据": 9, "待部门处理": 8, "核对内容": 56, "左": 18, "右": 18, "差": 18, "容差": 6.5, "结果": 10, "原因": 26,
    "大小": 9, "SHA-256": 40, "处理结果": 24, "项目": 18, "内容": 90,
}  # fmt: skip
#: Where a sheet needs another width than the others.
_OWN_WIDTHS = {
    ("规则", "原文"): 46.0,
    ("规则", "计分口径"): 20.0,
    ("规则", "三级指标"): 18.0,
    ("问题清单", "文件"): 22.0,
}
#: Of a column without a single value.
_BLANK_WIDTH = 5.0
#: Columns that grow with their longest text: up to how much, and over how many lines it may go.
_GROWING = {"评分表": (38.0, 1), "三级指标": (34.0, 1), "部门": (22.0, 1), "主要扣分": (30.0, 4), "缺数指标": (44.0, 4)}
#: As wide as the longest number needs.
_AMOUNTS, _LEAST_AMOUNT = {"数值", "左", "右", "差"}, 9.0
_INDICATOR, _SCORE, _LACKING, _OTHERS = map(tables.SCORE_HEADS.index, ("三级指标", "得分", "缺少数据", "其他口径得分"))
_TOTAL, _LOW, _HIGH, _OPEN = map(tables.SUMMARY_HEADS.index, ("复算得分", "复算下限", "复算上限", "缺数指标"))
_UNIT = tables.FACT_HEADS.index("单位")


def summary_book(book: SummaryBook) -> bytes:
    """The workbook's bytes; the same for the same content."""
    with tempfile.TemporaryDirectory(prefix="jixiao-") as folder:
        target = Path(folder) / "summary.xlsx"
        write_summary(book, target)
        return target.read_bytes()


def write_summary(book: SummaryBook, target: Path) -> None:
    """The workbook in a file. From STREAMED rows on it is written row by row, so that no more than one is held at a time."""
    streamed = sum(len(table.rows) for table in book.tables) >= STREAMED
    writer = Book(book.title, book.fingerprint, target if streamed else None)
    for table in book.tables:
        frozen = table.heads.index("部门") + 1 if "部门" in table.heads else 0
        page = writer.sheet(table.name, Setup(_HEAD_ROW, _HEAD_ROW, frozen))
        _write(page, table, book)
        if table.name == "汇总":
            write_charts(writer, book.title, list(table.rows))
    write_notes(writer.sheet(legend.SHEET, Setup(landscape=False)), book.notes)
    try:
        content = writer.content()
    except FileCreateError as error:  # xlsxwriter's cover for what the file system said
        raise error.args[0] from error
    if not streamed:
        target.write_bytes(content)


def _write(page: Page, table: Table, book: SummaryBook) -> None:
    page.put(0, 0, f"{book.title}：{table.name}", "left_title")
    page.height(0, 24)
    linked = table.name in {"汇总", "指标得分"} and len(table.rows) > MAX_LINKS
    page.put(1, 0, book.subtitle + (f"；前 {MAX_LINKS} 行有链接" if linked else ""), "note")
    also: Callable[[int, Sequence[object]], None] | None = None
    if table.name == "汇总":
        also = partial(_note_total, page)
    if table.name == "指标得分":
        also = partial(_lead, page, itertools.chain(book.leads, itertools.repeat(None)))
    shown = page.table(_HEAD_ROW, table.heads, _shown(table), _widths(table), _looks(table, book.ratios), also)
    if len(table.rows) > MAX_SHEET_ROWS:
        note = f"共 {len(table.rows)} 行，本表只列前 {MAX_SHEET_ROWS} 行，其余见 CSV 文件"
        page.put(_HEAD_ROW + 1 + MAX_SHEET_ROWS, 0, note, "note")
    if shown:
        page.worksheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + shown, len(table.heads) - 1)


def _shown(table: Table) -> Iterator[Row]:
    return itertools.islice(table.rows, MAX_SHEET_ROWS)


def _widths(table: Table) -> list[float]:
    """The usual widths; less where a column is empty throughout, more for long texts; LibreOffice does not wrap links."""
    columns = [_Column(head) for head in table.heads]
    asked = list(enumerate(columns))
    for row in _shown(table):
        for at, column in asked:
            column.see(row[at])
        asked = [(at, column) for at, column in asked if not column.settled]
    return [column.width(_OWN_WIDTHS.get((table.name, column.head), WIDTHS[column.head])) for column in columns]


@dataclass
class _Column:
    """What the width of a column hangs on, seen value by value."""

    head: str
    settled: bool = False
    longest: float = 0.0

    def see(self, value: object) -> None:
        """Takes one value into account."""
        if self.head in _GROWING:
            self.longest = max(self.longest, display_width(str(value)))
        elif self.head in _AMOUNTS:
            if isinstance(value, float):
                self.longest = max(self.longest, len(f"{value:,.15g}"))
        else:
            self.settled = _holds(value)

    def width(self, usual: float) -> float:
        """The width, by what is usual for the head."""
        if self.head in _GROWING:
            most, lines = _GROWING[self.head]
            return max(usual, min(most, 0.92 * self.longest / lines + 1))
        if self.head in _AMOUNTS:
            return max(_LEAST_AMOUNT, min(usual, self.longest + 1.0))
        return usual if self.settled else min(usual, _BLANK_WIDTH)


def _holds(value: object) -> bool:
    return not (value is None or value == "" or value != value)  # NaN


def _looks(table: Table, ratios: frozenset[str]) -> Callable[[Sequence[object], str], str] | list[str]:
    """The looks of a table's columns; asked row by row only where one depends on the row."""
    if {"指标值", "数值"} & set(table.heads):
        return partial(_look, ratios)
    return [LOOKS.get(head, "text") for head in table.heads]


def _look(ratios: frozenset[str], row: Sequence[object], head: str) -> str:
    if head == "指标值":
        return "percent" if row[_INDICATOR] in ratios else "score"
    if head == "数值":
        return "money" if row[_UNIT] == "万元" else "number"
    return LOOKS.get(head, "text")


def _note_total(page: Page, line: int, row: Sequence[object]) -> None:
    """A note at a total that is still open."""
    if not _holds(row[_TOTAL]):
        what = f"：{row[_OPEN]}" if row[_OPEN] else ""
        page.comment(line, _TOTAL, f"得分未定{what}。补齐或认定后在 {row[_LOW]:.2f} 到 {row[_HIGH]:.2f} 分之间。")


def _lead(page: Page, leads: Iterator[int | None], line: int, row: Sequence[object]) -> None:
    """A link from a score to its first input, and a note at one that is missing or hangs on a reading."""
    lead = next(leads)
    if lead is not None and lead < MAX_SHEET_ROWS:
        page.jump(line, _INDICATOR, "规范数据", f"A{lead + _HEAD_ROW + 2}", str(row[_INDICATOR]))
    if note := score_note(str(row[_LACKING]) if not _holds(row[_SCORE]) else "", str(row[_OTHERS])):
        page.comment(line, _SCORE, note)


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
