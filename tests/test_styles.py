"""Typed writing: no text becomes a formula or a link, nothing goes missing, pages print on A4, same bytes every time."""

import io
import math
import time
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
import python_calamine
from openpyxl.worksheet.worksheet import Worksheet

from converter.books import looks, styles
from converter.books.shown import display_width, printable, wrapped_lines
from converter.books.styles import NO_NUMBER, Book, Page, Setup, WriteError

HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "=局机关",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "http://example.com/",
    "mailto:a@b.c",
    "internal:评分表!A1",
    "1e5",
    "001",
    "NaN",
    "#N/A",
    "TRUE",
    "{=1}",
    "<b>&\"'",
    "_x000D_",
    "𠮷€",
)
BROKEN = ("绥宁\x0b县", "a\x00b", "a\x1fb", "a\ufffeb", "a\uffffb", "a\ud800b", "\udc80")


PLAIN = Setup()


def made(fill: Callable[[Page], None], setup: Setup = PLAIN, title: str = "题") -> bytes:
    book = Book(title)
    fill(book.sheet("表", setup))
    return book.content()


def opened(content: bytes) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(content))["表"]
    assert isinstance(sheet, Worksheet)
    return sheet


def seen_by_calamine(content: bytes) -> object:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_name("表").to_python(skip_empty_area=False)[0][0]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_text_stays_the_same_text(text: str) -> None:
    content = made(lambda page: page.put(0, 0, text))
    cell = opened(content)["A1"]
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert cell.value == text
    assert seen_by_calamine(content) == text


@pytest.mark.parametrize("text", BROKEN, ids=ascii)
def test_what_xml_cannot_hold_becomes_a_space(text: str) -> None:
    content = made(lambda page: page.put(0, 0, text))
    expected = "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else " " for c in text)
    assert opened(content)["A1"].value == expected
    assert seen_by_calamine(content) == expected


@pytest.mark.parametrize("text", [*HOSTILE, *BROKEN], ids=ascii)
def test_any_title_gives_a_file_that_opens(text: str) -> None:
    """The title of a department's workbook begins with the department's name."""
    content = made(lambda page: page.put(0, 0, "正文"), title=f"{text} 2019 年度")
    assert openpyxl.load_workbook(io.BytesIO(content)).properties.title
    assert seen_by_calamine(content) == "正文"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (-3.5, -3.5),
        (68 / 60, pytest.approx(68 / 60, rel=1e-15)),
        (2019, 2019),
        (1e-9, 1e-9),
        (12345678.91, 12345678.91),
    ],
)
def test_numbers_stay_numbers(value: float, expected: float) -> None:
    cell = opened(made(lambda page: page.put(0, 0, value, "number")))["A1"]
    assert (cell.data_type, cell.value) == ("n", expected)


@pytest.mark.parametrize("value", [None, math.nan, "", "\x00"], ids=ascii)
def test_nothing_is_an_empty_cell_that_keeps_its_border(value: object) -> None:
    cell = opened(made(lambda page: page.put(0, 0, value)))["A1"]
    assert cell.value in (None, " ")
    assert cell.border.left.style == "thin"


@pytest.mark.parametrize(
    ("value", "cached"),
    [
        (math.nan, NO_NUMBER),
        (None, NO_NUMBER),
        ("已评分", "已评分"),
        (5.0, 5),
        (0.0, 0),
        (-0.0, 0),
        (4.93, 4.93),
        (0, 0),
    ],
)
def test_formulas_carry_their_value(value: object, cached: object) -> None:
    content = made(lambda page: page.formula(0, 0, "1+1", value, "score"))
    assert opened(content)["A1"].value == "=1+1"
    with_values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["表"]["A1"]
    assert with_values.value == cached
    assert str(with_values.value) == str(cached)  # 5, not 5.0; 0, not -0


def test_a_refused_cell_is_never_passed_over() -> None:
    with pytest.raises(WriteError, match="表 第 1048577 行"):
        made(lambda page: page.put(1_048_576, 0, 1))


def test_a_merge_of_one_cell_is_a_plain_cell() -> None:
    sheet = opened(made(lambda page: page.merge((2, 2), (1, 1), "投入", "center")))
    assert sheet["B3"].value == "投入"
    assert not sheet.merged_cells.ranges


def test_merges_hold_their_value_in_the_first_cell() -> None:
    sheet = opened(made(lambda page: page.merge((0, 2), (0, 1), 10.0, "weight")))
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A1:B3"]
    assert sheet["A1"].value == 10


def test_overlapping_merges_are_refused() -> None:
    def fill(page: Page) -> None:
        page.merge((0, 2), (0, 0), "甲", "center")
        page.merge((2, 3), (0, 0), "乙", "center")

    with pytest.raises(Exception, match="overlap"):
        made(fill)


def test_notes_stop_where_they_would_slow_the_book_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(styles, "MAX_COMMENTS", 2)

    def fill(page: Page) -> None:
        for row in range(4):
            page.comment(row, 0, f"第 {row} 处\x00\ud800" + "字" * 5000)

    sheet = opened(made(fill))
    notes = [sheet.cell(row, 1).comment for row in range(1, 5)]
    assert [note is not None for note in notes] == [True, True, False, False]
    assert notes[0] is not None
    assert notes[0].text.startswith("第 0 处  字")
    assert len(notes[0].text) <= 1000


def test_a_sheet_is_kept_on_one_page_only_while_it_can_be_read() -> None:
    for heights, pages in (([20] * 10, 1), ([20] * 200, 0)):
        sheet = opened(made(lambda page, heights=heights: page.keep_together([20], heights)))  # type: ignore[misc]
        assert (sheet.page_setup.fitToHeight if sheet.page_setup.fitToHeight is not None else 1) == pages


def test_chinese_fonts_name_their_character_set() -> None:
    """What is put in the place of a missing font is chosen by it."""
    book = Book("题")
    page = book.sheet("表", Setup())
    for row, look in enumerate(looks.LOOKS):
        page.put(row, 0, "字" if "num_format" not in looks.LOOKS[look] else 1, look)
    sheet = opened(book.content())
    fonts = {cell.font.name: (cell.font.charset, cell.font.family) for (cell,) in sheet.iter_rows(max_col=1)}
    assert {name: fonts[name] for name in ("方正小标宋简体", "黑体", "宋体", "仿宋_GB2312")} == {
        "方正小标宋简体": (134, 1), "黑体": (134, 2), "宋体": (134, 1), "仿宋_GB2312": (134, 1)
    }  # fmt: skip
    assert set(fonts) == {"方正小标宋简体", "黑体", "宋体", "仿宋_GB2312", "Times New Roman"}


def test_excel_takes_more_links_than_we_write() -> None:
    assert styles.MAX_LINKS <= 65_530


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲\n乙\t丙\r", "甲\n乙\t丙\r"),
        ("a\x0bb\ud800", "a b "),
        ("字" * 32_767, "字" * 32_767),
        ("字" * 32_768, "字" * 32_766 + "…"),
        ("𠮷" * 16_383, "𠮷" * 16_383),
        ("𠮷" * 16_384, "𠮷" * 16_383 + "…"),
        ("a" + "𠮷" * 16_384, "a" + "𠮷" * 16_382 + "…"),
    ],
    ids=["kept", "replaced", "longest", "cut", "longest by Excel's count", "cut by it", "cut within a character"],
)
def test_printable(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_overlong_text_is_cut_not_lost() -> None:
    for text, length in (("字" * 40_000, 32_767), ("𠮷" * 20_000, 16_384)):
        value = opened(made(lambda page, text=text: page.put(0, 0, text)))["A1"].value  # type: ignore[misc]
        assert isinstance(value, str)
        assert (len(value), value[-1]) == (length, "…")


def test_pages_print_on_a4_with_heads_repeated_and_frozen() -> None:
    sheet = opened(made(lambda page: page.put(0, 0, "题"), Setup(3, 3, 5)))
    assert int(sheet.page_setup.paperSize or 0) == 9
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)  # one page wide, any number high
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.freeze_panes == "F5"
    assert sheet.oddFooter is not None
    assert "&P" in str(sheet.oddFooter.center)


def test_a_portrait_sheet() -> None:
    sheet = opened(made(lambda page: page.put(0, 0, "题"), Setup(landscape=False)))
    assert sheet.page_setup.orientation in (None, "portrait")


def test_a_table_has_heads_widths_and_rows_high_enough() -> None:
    def fill(page: Page) -> None:
        page.table(1, ("字段", "说明"), [("甲", "字" * 100), ("乙", 3.5)], (10, 20), lambda _, head: "text")

    sheet = opened(made(fill))
    assert [cell.value for cell in sheet[2]] == ["字段", "说明"]
    assert sheet["B4"].value == 3.5
    assert (sheet.row_dimensions[3].height or 0) >= 9 * 10  # 200 columns of text in 20: at least ten lines
    assert (sheet.column_dimensions["B"].width or 0) >= 20


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [("", 10, 1), ("甲乙丙丁", 9, 1), ("甲乙丙丁戊", 9, 2), ("abcdefgh", 9, 1), ("a\nb\nc", 9, 3), ("甲" * 50, 11, 10)],
)
def test_wrapped_lines(text: str, width: float, lines: int) -> None:
    assert wrapped_lines(text, width) == lines


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("三公", 4), ("（1）", 5), ("Ａ", 2), ("“", 1)])
def test_chinese_counts_double(text: str, width: float) -> None:
    assert display_width(text) == width


def test_same_content_same_bytes_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(page: Page) -> None:
        page.put(0, 0, "甲")
        page.formula(1, 0, "A1", "甲", "text")

    first = made(fill)
    later = time.time() + 86_400 * 400
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    assert made(fill) == first


def test_no_user_time_or_path_inside() -> None:
    with zipfile.ZipFile(io.BytesIO(made(lambda page: page.put(0, 0, "甲")))) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        core = archive.read("docProps/core.xml").decode()
    assert "2000-01-01T00:00:00Z" in core
    assert "<dc:creator></dc:creator>" in core
