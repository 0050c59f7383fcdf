"""Rows written our way: every part of the file is the one that xlsxwriter itself would have written."""

import io
import math
import zipfile

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from converter.books.grid import GAP, Grid, letters
from converter.books.styles import CREATED

TEXTS = (
    "汉字",
    "a<b&c>\"d'",
    "  两头空  ",
    "两\n行",
    "_x000D_",
    "<r>不是富文本</r>",
    "长" * 17_000,
    "重复",
    "重复",
    "",
)
NUMBERS = (0, -3.5, 68 / 60, 0.1 + 0.2, 1e-9, 12345678901234567.0, 2019, math.nan, None)
FORMULAS = (("1+1", 2), ('IF(A1<>"","是","否")', "是"), ("SUM(A1:B2)", 0.30000000000000004), ("A1", "—"), ("A2", "a<b"))


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def book(kind: type[Worksheet]) -> bytes:
    """A workbook whose second sheet has what the first has, with gaps between its rows, and a chart over it."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties({"created": CREATED})
    styles = [
        workbook.add_format({"bold": True}),
        workbook.add_format({"border": 1}),
        workbook.add_format({"border": 1}),
    ]
    for name, gap in (("甲", 1), ("乙", 7)):
        sheet = workbook.add_worksheet(name, kind)
        _fill(sheet, styles, gap)
        chart = workbook.add_chart({"type": "column"})
        chart.add_series({"values": [name, 0, 2, 4 * gap, 2], "categories": [name, 0, 0, 0, 4]})
        sheet.insert_chart("H2", chart)
    workbook.close()
    return buffer.getvalue()


def _fill(sheet: Worksheet, styles: list[object], gap: int) -> None:
    row = 0
    for values in (TEXTS, NUMBERS, ("单",), ("汉字", 1, None)):
        looks = [styles[column % len(styles)] for column in range(len(values))]
        if isinstance(sheet, Grid):
            assert sheet.fill(row, 2, values, looks)
        else:
            _library_row(sheet, row, values, looks)
        sheet.set_row(row, 12.75 if row % 2 else 40)
        row += gap
    for column, (text, value) in enumerate(FORMULAS):
        if isinstance(sheet, Grid):
            assert sheet.calculate(row, column, text, styles[1], value)
        else:
            sheet.write_formula(row, column, f"={text}", styles[1], value)
    row += gap
    sheet.write_url(row, 0, "internal:甲!A1", styles[0], "链接")
    sheet.write_boolean(row, 1, True, styles[0])
    sheet.write_number(row, 2, 5)
    sheet.set_row(row + 1, 33)
    sheet.set_row(row + 2, 20, styles[0])
    sheet.write_number(row + 2, 4, 6)
    sheet.merge_range(row + 3, 0, row + 4, 3, "合并", styles[1])
    sheet.write_comment(row + 18, 3, "批注")


def _library_row(sheet: Worksheet, row: int, values: tuple[object, ...], looks: list[object]) -> None:
    for column, (value, look) in enumerate(zip(values, looks, strict=True), start=2):
        if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
            sheet.write_blank(row, column, None, look)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, look)
        else:
            sheet.write_number(row, column, value, look)


def test_every_part_is_what_the_library_writes() -> None:
    ours, theirs = (parts(book(kind)) for kind in (Grid, Worksheet))
    assert len(ours) > 8
    assert ours.keys() == theirs.keys()
    for name, content in theirs.items():
        assert ours[name] == content, name


def test_what_excel_has_no_room_for_is_refused() -> None:
    workbook = xlsxwriter.Workbook(io.BytesIO())
    sheet: Grid = workbook.add_worksheet("表", Grid)
    look = workbook.add_format()
    assert not sheet.fill(1_048_576, 0, ("字",), [look])
    assert not sheet.fill(0, 16_383, ("字", "字"), [look, look])
    assert not sheet.fill(-1, 0, (1,), [look])
    assert not sheet.fill(0, 0, (math.inf,), [look])
    assert not sheet.calculate(0, 16_384, "1", look, 1)
    assert not sheet.fill(0, 0, ("长" * 40_000,), [look])  # cut by the library, which says so
    assert sheet.fill(1_048_575, 16_383, ("字",), [look])
    workbook.close()


@pytest.mark.parametrize("below", [False, True])
def test_a_sheet_leaves_a_gap_where_its_rows_belong(below: bool) -> None:
    """Above and below it stands what stands there anyway; notes and links of the rows left out are written as ever."""
    whole: dict[str, bytes] = {}
    left: dict[str, bytes] = {}
    for told in (whole, left):
        buffer = io.BytesIO()
        workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
        sheet: Grid = workbook.add_worksheet("表", Grid)
        look = workbook.add_format()
        assert sheet.fill(0, 0, (1, 2), (look, look))
        rows = range(1, 4)
        if told is left:
            assert sheet.leave(rows, 2)
            sheet.known(1, [40] * 3, linked=False)
            assert sheet.lead(2, 1, "external:甲.xlsx")
        else:
            for row in rows:
                assert sheet.fill(row, 0, (3, 4), (look, look))
                assert sheet.height(row, 30)
            sheet.write_url(2, 1, "external:甲.xlsx", look, "4")
        sheet.write_comment(2, 0, "批注")
        if below:
            assert sheet.fill(4, 0, (5,), (look,))
        workbook.close()
        told.update(parts(buffer.getvalue()))
    sheets = [part.pop("xl/worksheets/sheet1.xml").decode() for part in (whole, left)]
    whole.pop("xl/sharedStrings.xml")
    above, gap, rest = sheets[1].partition(GAP)
    assert gap
    assert sheets[0].startswith(above)
    assert sheets[0].endswith(rest)
    assert rest.startswith('<row r="5"' if below else "</sheetData>")
    assert '<dimension ref="A1:B' in above
    assert 'hyperlink ref="B3"' in rest
    assert all(left[name] == content for name, content in whole.items() if "comment" in name or "rels/sheet" in name)
    assert left["xl/drawings/vmlDrawing1.vml"] == whole["xl/drawings/vmlDrawing1.vml"]


def test_a_gap_that_excel_has_no_room_for_is_refused() -> None:
    sheet: Grid = xlsxwriter.Workbook(io.BytesIO()).add_worksheet("表", Grid)
    assert not sheet.leave(range(3, 1_048_577), 2)
    assert sheet.leave(range(3, 1_048_576), 2)


def test_letters_of_columns() -> None:
    assert [letters(column) for column in (0, 25, 26, 255, 256, 16_383)] == ["A", "Z", "AA", "IV", "IW", "XFD"]
