"""图表: native charts over cells of the sheet, sensible for one department and for ten thousand."""

import io
import re
import zipfile
from dataclasses import dataclass

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from converter.books.chartsheet import MOST_SHOWN, SHEET, chosen, write_charts
from converter.books.styles import Book
from converter.books.tables import SUMMARY_HEADS, Row


def total(name: str, low: float, high: float, grade: str) -> Row:
    given = {"部门": name, "复算下限": low, "复算上限": high, "自评得分": 99.0, "等次": grade}
    return tuple(given.get(head) for head in SUMMARY_HEADS)


def totals(count: int) -> list[Row]:
    return [
        total(f"第{n:05}局", 90 - 60 * n / count, 95 - 60 * n / count, "优" if n < 3 else "中") for n in range(count)
    ]


@dataclass
class Written:
    sheet: Worksheet
    charts: list[str]
    drawing: str


def written(rows: list[Row]) -> Written:
    book = Book("题")
    write_charts(book, "题", rows)
    content = book.content()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = openpyxl.load_workbook(io.BytesIO(content))[SHEET]
    assert isinstance(sheet, Worksheet)
    return Written(sheet, [parts[f"xl/charts/chart{n}.xml"] for n in (1, 2)], parts["xl/drawings/drawing1.xml"])


def referred(made: Written, chart: int) -> list[list[object]]:
    """The values of every range that a chart refers to: names, categories, values."""
    areas = re.findall(rf"<c:f>{SHEET}!\$(\w+)\$(\d+)(?::\$\w+\$(\d+))?</c:f>", made.charts[chart])
    return [[made.sheet[f"{column}{row}"].value for row in range(int(a), int(b or a) + 1)] for column, a, b in areas]


@pytest.mark.parametrize("count", [1, 4, MOST_SHOWN, 200, 10_000])
def test_the_charts_refer_to_the_cells_below(count: int) -> None:
    rows = totals(count)
    made = written(rows)
    name, grades, numbers = referred(made, 0)
    assert name == ["部门数"]
    assert dict(zip(grades, numbers, strict=True)) == {"优": min(3, count), **({"中": count - 3} if count > 3 else {})}
    first, names, low, second, again, opened = referred(made, 1)
    assert (first, second, again) == (["复算下限"], ["待定（上限－下限）"], names)
    assert len(names) == min(count, MOST_SHOWN)
    assert names[0] == rows[0][3]
    assert names[-1] == rows[-1][3]
    assert low[-1] == pytest.approx(rows[-1][9])
    assert opened == [pytest.approx(5)] * len(names)


def test_of_many_departments_the_first_and_the_last_are_shown() -> None:
    shown, how = chosen(totals(200))
    assert [row[3] for row in (shown[0], shown[14], shown[15], shown[-1])] == [
        "第00000局",
        "第00014局",
        "第00185局",
        "第00199局",
    ]
    assert how == "200 个部门中的前 15 个和后 15 个"
    assert len(chosen(totals(MOST_SHOWN))[0]) == MOST_SHOWN


def test_every_chart_has_a_description_and_native_titles() -> None:
    made = written(totals(4))
    assert len(re.findall(r'descr="[^"]{10,}"', made.drawing)) == 2
    assert all("<c:title>" in chart for chart in made.charts)
    assert "pattFill" in made.charts[1]  # hatched: not by colour alone


def test_hostile_names_stay_text() -> None:
    made = written([total("=1+1<b>&", 80, 90, "优")])
    assert referred(made, 1)[1] == ["=1+1<b>&"]
    assert {cell.data_type for row in made.sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_an_adjustment_beyond_100_fits_on_the_axis() -> None:
    assert '<c:max val="104"/>' in written([total("甲", 100, 104, "优")]).charts[1]
    assert '<c:max val="100"/>' in written([total("甲", 10, 14, "差")]).charts[1]
