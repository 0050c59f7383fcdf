"""Rows of the summary workbook, made by the block: cell by cell what the writer of single cells makes of them."""

import io
import math
import pickle
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import python_calamine
from lxml import etree
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from converter.books import summary, tables
from converter.books.columns import LOOKS, Seen
from converter.books.packing import package
from converter.books.pieces import part
from converter.books.sheetrows import USED, Block, Layout, render
from converter.books.styles import Book, Setup, WriteError
from converter.books.summary import SHEETS, SummaryBook, SummaryWriter, summary_book
from converter.books.tables import Row, Table

TEXTS = (
    "汉字", "=1+1", "a<b&c>\"d'", "  两头空  ", "两\n行", "_x000D_", "甲_x0041_x0042_", "a\rb", "a\x0bb\ud800", "<r><t>不是富文本</t></r>",
    "1e5", "TRUE", "",
    "字" * 300, "长" * 40_000, "𠮷" * 20_000, "重复", "重复",
)  # fmt: skip
NUMBERS = (0, -3.5, 68 / 60, 0.1 + 0.2, 1e-9, 12345678901234567.0, 2019, 1, 1.0, math.nan, None)
RATIO = "控制率"


def filled(heads: tuple[str, ...], count: int) -> list[Row]:
    """Rows in which every column has every text and every number."""
    values = (*TEXTS, *NUMBERS)
    return [tuple(values[(at + 7 * column) % len(values)] for column in range(len(heads))) for at in range(count)]


#: Columns that hold numbers or nothing.
AMOUNTS = {"数值", "左", "右", "差"}


def _amount(value: object) -> object:
    return float(len(value)) if isinstance(value, str) else value


def sensible(name: str, heads: tuple[str, ...], rows: list[Row]) -> list[Row]:
    """The same with what looks, links and notes hang on."""
    made = []
    for at, row in enumerate(rows):
        own: dict[str, object] = {
            "三级指标": RATIO if at % 2 else "甲 & <乙>", "单位": "万元" if at % 3 else "人", "复算下限": 1.5, "复算上限": 2.5,
            "评分表": f"部门/局 {at}#<1>.xlsx" if at % 4 else "", "等次": "中", "复算得分": 1.5 if at % 2 else math.nan,
            "缺少数据": "甲：空白；乙：空白" if at % 5 else "", "其他口径得分": "" if at % 3 else "按比例 3 分", "缺数指标": "甲",
        }  # fmt: skip
        given = own if name in ("汇总", "指标得分", "规范数据") else {}
        told = (given.get(head, value) for head, value in zip(heads, row, strict=True))
        made.append(tuple(_amount(one) if head in AMOUNTS else one for head, one in zip(heads, told, strict=True)))
    return made


@pytest.fixture(scope="module")
def book() -> SummaryBook:
    made = tuple(Table(name, heads, sensible(name, heads, filled(heads, 40))) for name, heads in SHEETS)
    leads = [None if at % 6 == 0 else at // 2 for at in range(40)]
    return SummaryBook("题", "副题", frozenset({RATIO}), made, ("说明",), leads, "0123456789ab")


@pytest.fixture(scope="module")
def content(book: SummaryBook) -> bytes:
    return summary_book(book)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def look(name: str, heads: Sequence[str], at: int, row: Row, head: str) -> str:
    """By the words of CONTRACT: ratios as percents, money in its own format, links underlined."""
    told = dict(zip(heads, row, strict=True))
    if head == "指标值":
        return "percent" if told["三级指标"] == RATIO else "score"
    if head == "数值":
        return "money" if told["单位"] == "万元" else "number"
    if head == "三级指标" and name == "指标得分":
        return "text" if at % 6 == 0 else "link"
    return LOOKS.get(head, "text")


def told_of(sheet: Worksheet) -> dict[str, object]:
    cells = {
        cell.coordinate: (
            cell.value,
            cell.data_type,
            cell.number_format,
            *map(repr, (cell.font, cell.border, cell.alignment)),
        )
        for row in sheet.iter_rows(min_row=3)
        for cell in row
    }
    heights = {at: row.height for at, row in sheet.row_dimensions.items() if at > 2}
    return {
        "cells": cells,
        "heights": heights,
        "widths": {at: one.width for at, one in sheet.column_dimensions.items()},
    }


def test_cell_by_cell_as_the_writer_of_single_cells_writes_them(book: SummaryBook, content: bytes) -> None:
    """Values, formats, fonts, borders, heights and widths; but for rich text, as which the library takes some texts."""
    plain = Book(book.title, book.fingerprint)
    for table in book.tables:
        rows = [tuple(v.replace("<r>", "(r>") if isinstance(v, str) else v for v in row) for row in table.rows]
        page, looks = plain.sheet(table.name, Setup(2, 2, 0)), {id(row): at for at, row in enumerate(rows)}
        widths = Seen.of(table.heads, table.rows).widths(table.name)
        chosen = lambda row, head: look(table.name, table.heads, looks[id(row)], row, head)  # noqa: B023, E731
        page.table(2, table.heads, rows, widths, chosen)
    theirs, ours = (openpyxl.load_workbook(io.BytesIO(made)) for made in (plain.content(), content))
    for table in book.tables:
        one, other = told_of(ours[table.name]), told_of(theirs[table.name])
        for where, cell in one.pop("cells").items():  # type: ignore[attr-defined]
            same = other["cells"][where]  # type: ignore[index]
            value = cell[0].replace("<r>", "(r>") if isinstance(cell[0], str) else cell[0]
            assert (value, *cell[1:]) == same, (table.name, where)
        other.pop("cells")
        assert one == other, table.name


def test_links_and_notes_stand_where_they_belong(content: bytes) -> None:
    written = openpyxl.load_workbook(io.BytesIO(content))
    scores = written["指标得分"]
    links = {cell.row - 4: cell.hyperlink.location for (cell,) in scores["F4:F43"] if cell.hyperlink}
    assert links == {at: f"'规范数据'!A{at // 2 + 4}" for at in range(40) if at % 6}
    notes = {cell.row - 4 for (cell,) in scores["I4:I43"] if cell.comment}
    open_ = {at for at, row in enumerate(scores.iter_rows(min_row=4, values_only=True)) if row[8] is None and at % 5}
    assert notes == open_ | {at for at in range(40) if at % 3 == 0}
    totals = written["汇总"]
    assert {cell.row - 4 for (cell,) in totals["V4:V43"] if cell.hyperlink} == {at for at in range(40) if at % 4}
    assert {cell.row - 4 for (cell,) in totals["I4:I43"] if cell.comment} == {at for at in range(40) if at % 2 == 0}


def test_every_reader_reads_the_same(book: SummaryBook, content: bytes) -> None:
    calamine = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    for table in book.tables:
        sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True)[table.name]
        theirs = [["" if v is None else v for v in row] for row in sheet.iter_rows(min_row=4, values_only=True)]
        ours = calamine.get_sheet_by_name(table.name).to_python(skip_empty_area=False)[3:]
        frame = pd.read_excel(io.BytesIO(content), sheet_name=table.name, header=2, dtype=object, engine="openpyxl")
        assert list(frame.columns) == list(table.heads)
        assert len(frame) == len(ours) == len(theirs) == 40
        assert [[plain(v) for v in row] for row in ours] == [[plain(v) for v in row] for row in theirs]


def plain(value: object) -> object:
    """What readers differ in: line ends and escapes of control characters."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return re.sub(r"_x000D_|\r", "↵", value).replace("_x005F", "") if isinstance(value, str) else value


def test_the_parts_are_in_the_order_of_the_standard(content: bytes) -> None:
    """ECMA-376 18.3.1.99: an order that Excel insists on; and rows and cells that rise."""
    order = ["sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "autoFilter", "hyperlinks",
             "printOptions", "pageMargins", "pageSetup", "headerFooter", "drawing", "legacyDrawing"]  # fmt: skip
    for name, xml in parts(content).items():
        if not name.startswith("xl/worksheets/sheet"):
            continue
        tree = etree.fromstring(xml)
        names = [order.index(etree.QName(child).localname) for child in tree]
        assert names == sorted(names), name
        rows = [int(row.get("r", "")) for row in tree.iter("{*}row")]
        assert rows == sorted(set(rows))
        for row in tree.iter("{*}row"):
            assert [cell.get("r") for cell in row] == [
                f"{get_column_letter(at + 1)}{row.get('r')}" for at in range(len(row))
            ]


def carried(thing: Any) -> Any:
    """What another process would be given."""
    return pickle.loads(pickle.dumps(thing))  # noqa: S301


def test_the_parts_are_the_same_however_the_rows_are_parted(
    book: SummaryBook, content: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever makes them, wherever, in whatever order."""
    asked: list[str] = []

    def backwards(function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        asked.append(function.__name__)
        results = [carried(function(one)) for one in reversed(carried(items))]
        yield from reversed(results)

    monkeypatch.setattr(summary, "BLOCK", 7)
    SummaryWriter(book, backwards).write(tmp_path / "a.xlsx")
    assert asked == ["render"]
    assert parts((tmp_path / "a.xlsx").read_bytes()) == parts(content)


def test_few_rows_are_made_on_the_spot(book: SummaryBook, content: bytes, tmp_path: Path) -> None:
    def nobody(function: object, items: object) -> Iterator[Any]:
        raise AssertionError

    SummaryWriter(book, nobody).write(tmp_path / "a.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == content


def layout(sheet: str, heads: tuple[str, ...]) -> Layout:
    return Layout(sheet, heads, (10.0,) * len(heads), {name: at for at, name in enumerate(USED)})


def xml_of(block: Block) -> str:
    return parts(package([part("a", [render(block).rows], block.aside)]))["a"].decode()


def test_a_row_is_this_xml() -> None:
    rows: list[Row] = [("程序", " a&b"), ("", 2.50), (None, math.nan)]
    style = USED.index("text")
    assert xml_of(Block(layout("运行信息", tables.INFO_HEADS), 3, rows)) == (
        f'<row r="4" ht="18" customHeight="1"><c r="A4" s="{style}" t="inlineStr"><is><t>程序</t></is></c>'
        f'<c r="B4" s="{style}" t="inlineStr"><is><t xml:space="preserve"> a&amp;b</t></is></c></row>'
        f'<row r="5" ht="18" customHeight="1"><c r="A5" s="{style}"/><c r="B5" s="{style}"><v>2.5</v></c></row>'
        f'<row r="6" ht="18" customHeight="1"><c r="A6" s="{style}"/><c r="B6" s="{style}"/></row>'
    )


def test_a_number_without_end_is_a_bug_and_a_negative_zero_is_none() -> None:
    with pytest.raises(WriteError):
        render(Block(layout("运行信息", tables.INFO_HEADS), 3, [("a", math.inf)]))
    assert "<v>0</v>" in xml_of(Block(layout("运行信息", tables.INFO_HEADS), 3, [("a", -0.0)]))


def test_beyond_the_rows_that_may_have_links_there_are_none() -> None:
    rows = filled(tables.SCORE_HEADS, 6)
    plan = layout("指标得分", tables.SCORE_HEADS)._replace(linked=10)
    block = Block(plan, 3 + 8, rows, [0, 250_000, 2, 3, 4, 5])
    links = render(block).links
    assert links is not None
    shown = zlib.decompressobj(-zlib.MAX_WBITS).decompress(links.deflated).decode()
    assert re.findall(r'ref="(\w+)"', shown) == ["F12"]  # the tenth row leads beyond what the sheet shows
    assert render(replace(block, first=13)).links is None
