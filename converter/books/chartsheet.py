"""图表 of the summary workbook: how many departments have which 等次, and the intervals of the first and the last.

Both charts are native and refer to the cells of the small tables below them. Nothing is told by colour alone: the part of a
total that is still open is hatched, and every value stands in the tables.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from converter.books.shown import printable
from converter.books.styles import Book, Page, Setup
from converter.books.tables import SUMMARY_HEADS, Row, Rows

SHEET = "图表"
#: Departments in the chart of totals; of more, the first and the last half of it.
MOST_SHOWN = 30
GRADE_HEADS = ("等次", "部门数")
TOTAL_HEADS = ("部门", "复算下限", "待定（上限－下限）", "复算上限", "自评得分")
_WIDTHS = (40, 13, 19, 13, 13)
_NAME, _LOW, _HIGH, _OWN, _GRADE = map(SUMMARY_HEADS.index, ("部门", "复算下限", "复算上限", "自评得分", "等次"))
_PIXELS, _ROW_PIXELS, _TOP, _GRADE_HEIGHT = 715, 20, 3, 220
_FONT = {"name": "宋体", "size": 9}
_GRID = {"visible": True, "line": {"color": "#D9D9D9"}}
_TITLE_FONT = {"name": "黑体", "size": 12, "bold": False}


def write_charts(book: Book, title: str, rows: Rows) -> None:
    """Writes the sheet from the rows of 汇总, in their order."""
    page = book.sheet(SHEET, Setup(landscape=False, freeze=False))
    page.put(0, 0, f"{title}：{SHEET}", "left_title")
    page.height(0, 24)
    page.put(1, 0, "实心部分是复算下限，斜线部分是还没有定的分数，斜线右端是复算上限。", "note")
    shown, which = chosen(rows)
    grades = Counter(str(row[_GRADE]) for row in rows)  # best first, as the rows are
    high = 22 * len(shown) + 130 if len(shown) <= 20 else 18 * len(shown) + 90  # both charts on the first page
    second = _TOP + _rows_of(_GRADE_HEIGHT)
    below = second + _rows_of(high)
    first = below + 2 + len(grades) + 2
    _table(page, below, GRADE_HEADS, list(grades.items()), "各等次部门数")
    _table(page, first, TOTAL_HEADS, [_total(row) for row in shown], f"部门得分（{which}）")
    _insert(page, _TOP, _GRADE_HEIGHT, _grade_chart(book, below + 2, grades), "柱形图：各等次的部门数，数字见下方小表")
    chart = _total_chart(book, first + 2, [_total(row) for row in shown], which, _most(shown))
    _insert(page, second, high, chart, "条形图：各部门的复算下限和未定的分数，数字见下方小表")
    page.widths(_WIDTHS)


def chosen(rows: Rows) -> tuple[list[Row], str]:
    """The departments of the chart of totals, and how to call them."""
    if len(rows) <= MOST_SHOWN:
        return list(rows), f"全部 {len(rows)} 个部门"
    half = MOST_SHOWN // 2
    return [*rows[:half], *rows[-half:]], f"{len(rows)} 个部门中的前 {half} 个和后 {half} 个"


def _total(row: Row) -> Row:
    low, high = float(str(row[_LOW])), float(str(row[_HIGH]))
    return row[_NAME], low, round(high - low, 2), high, row[_OWN]


def _most(rows: Sequence[Row]) -> int:
    """Where the axis ends: 100, or more where an adjustment goes beyond."""
    return max([100, *(math.ceil(float(str(row[_HIGH]))) for row in rows)])


def _rows_of(pixels: int) -> int:
    return -(-pixels // _ROW_PIXELS) + 1


def _table(page: Page, top: int, heads: Sequence[str], rows: Sequence[Row], name: str) -> None:
    """A title, the heads and the rows that a chart refers to."""
    page.put(top, 0, name, "note")
    for column, head in enumerate(heads):
        page.put(top + 1, column, head, "head")
    for at, row in enumerate(rows, start=top + 2):
        page.put(at, 0, row[0], "text")
        for column, value in enumerate(row[1:], start=1):
            page.put(at, column, value, "whole" if heads is GRADE_HEADS else "score")


def _cells(first: int, count: int, column: int) -> list[Any]:
    return [SHEET, first, column, first + count - 1, column]


def _grade_chart(book: Book, first: int, grades: Mapping[str, int]) -> Any:
    count = len(grades)
    chart = book.chart({"type": "column"})
    chart.add_series(
        {
            "name": [SHEET, first - 1, 1],
            "categories": _cells(first, count, 0),
            "values": _cells(first, count, 1),
            **_held(GRADE_HEADS[1], list(grades), list(grades.values())),
            "fill": {"color": "#44729E"},
            "border": {"color": "#2B4A67"},
            "gap": 120,
            "data_labels": {"value": True, "font": _FONT},
        }
    )
    chart.set_title({"name": "各等次部门数", "name_font": _TITLE_FONT, "overlay": False})
    chart.set_x_axis({"num_font": _FONT})
    step = -(-max(grades.values()) // 5)  # whole departments
    chart.set_y_axis({"num_font": _FONT, "min": 0, "major_unit": step, "major_gridlines": _GRID})
    chart.set_legend({"none": True})
    return chart


def _held(name: str, categories: Sequence[object], values: Iterable[float]) -> dict[str, list[object]]:
    """What the cells of a series hold: the book is streamed and cannot be asked."""
    return {
        "name_data": [name],
        "categories_data": [printable(str(category)) for category in categories],
        "values_data": [f"{value:.16g}" for value in values],
    }


def _total_chart(book: Book, first: int, totals: Sequence[Row], which: str, most: int) -> Any:
    """Bars from 0 to 下限, and hatched from there to 上限; the first department on top."""
    count, names = len(totals), [row[0] for row in totals]
    chart = book.chart({"type": "bar", "subtype": "stacked"})
    looks: tuple[dict[str, Any], ...] = (
        {"fill": {"color": "#44729E"}},
        {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#44729E", "bg_color": "#FFFFFF"}},
    )
    for column, look in enumerate(looks, start=1):
        series = {"categories": _cells(first, count, 0), "values": _cells(first, count, column), "gap": 40}
        held = _held(TOTAL_HEADS[column], names, [float(str(row[column])) for row in totals])
        chart.add_series({"name": [SHEET, first - 1, column], "border": {"color": "#2B4A67"}, **series, **held, **look})
    font = _FONT if count <= MOST_SHOWN // 2 else {**_FONT, "size": 7}
    chart.set_title({"name": f"部门得分：{which}", "name_font": _TITLE_FONT, "overlay": False})
    chart.set_y_axis({"num_font": font, "reverse": True, "interval_unit": 1})
    chart.set_x_axis(
        {
            "num_font": _FONT,
            "min": 0,
            "max": most,
            "major_gridlines": _GRID,
            "label_position": "high",
            "num_format": "0",
        }
    )
    chart.set_legend({"position": "bottom", "font": _FONT})
    return chart


def _insert(page: Page, row: int, pixels: int, chart: Any, description: str) -> None:
    chart.set_size({"width": _PIXELS, "height": pixels})
    page.worksheet.insert_chart(row, 0, chart, {"description": description, "object_position": 2})
