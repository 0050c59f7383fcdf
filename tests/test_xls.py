"""BIFF workbooks: the same cells as their .xlsx twin, error cells and merges kept, damaged files refused."""

import datetime as dt
import io
import struct
import time
from pathlib import Path

import pytest
import xlwt

from converter.intake import guards
from converter.intake.cells import Sheet, Workbook, a1, text_of
from converter.intake.guards import UnreadableError
from converter.intake.xls import read_xls
from converter.intake.xlsx import read_xlsx
from converter.vocabulary.numbers import Number, State
from tests.workbooks import Grid, accounts, basic_data, indicator_table, write_xls, write_xlsx


def fresh() -> tuple[xlwt.Workbook, xlwt.Worksheet]:
    book = xlwt.Workbook(encoding="utf-8")
    return book, book.add_sheet("表")


def saved(book: xlwt.Workbook) -> bytes:
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def style(code: str) -> xlwt.XFStyle:
    return xlwt.easyxf(num_format_str=code)


def sheet_of(content: bytes) -> Sheet:
    """The only sheet of a workbook."""
    (sheet,) = read_xls(content).sheets
    return sheet


def opened(content: bytes) -> Workbook | str:
    """The workbook, or the code with which it is refused."""
    try:
        return read_xls(content)
    except UnreadableError as error:
        return error.code if error.message else "refused without a word"


def refusal(content: bytes) -> str:
    """The code with which a file is refused."""
    found = opened(content)
    return found if isinstance(found, str) else "it was read"


# --- the twin


def filled(sheet: Sheet) -> dict[str, tuple[str, Number]]:
    """A1 name → 原文 and reading of every cell that is not empty."""
    found = {}
    for row in range(len(sheet.rows)):
        for column in range(len(sheet.rows[row])):
            cell = (row, column)
            if text_of(sheet.value(cell)) or cell in sheet.errors:
                found[a1(cell)] = (sheet.raw(cell), sheet.number(cell))
    return found


PERCENTS = Grid(
    "表",
    {(0, 0): "控制率", (1, 0): 1.1333, (1, 1): 0.5, (2, 1): 60, (2, 2): "001", (3, 0): "＝", (4, 4): -16.88, (5, 0): 0},
    merges=[(0, 0, 0, 3), (6, 1, 8, 1)],
    formats={(1, 0): "0%", (1, 1): "0.00%", (2, 1): "0.00"},
)


@pytest.mark.parametrize(
    "grid",
    [basic_data(), indicator_table(), accounts(), basic_data().moved(7, 1), PERCENTS],
    ids=["基础数据表", "指标表", "决算", "moved to B8", "percents"],
)
def test_an_xls_holds_the_same_as_its_xlsx_twin(tmp_path: Path, grid: Grid) -> None:
    old = sheet_of(write_xls(tmp_path / "a.xls", grid).read_bytes())
    (new,) = read_xlsx(write_xlsx(tmp_path / "a.xlsx", grid).read_bytes()).sheets
    assert str(filled(old)) == str(filled(new))  # as text: NaN is unequal to itself
    assert sorted(old.merges) == sorted(new.merges)
    assert (old.name, old.visible) == (new.name, new.visible)


def test_an_xls_date_reads_like_that_of_its_xlsx_twin(tmp_path: Path) -> None:
    grid = Grid("表", {(0, 0): 43830}, formats={(0, 0): "yyyy-mm-dd"})
    old = sheet_of(write_xls(tmp_path / "a.xls", grid).read_bytes())
    (new,) = read_xlsx(write_xlsx(tmp_path / "a.xlsx", grid).read_bytes()).sheets
    assert (old.raw((0, 0)), old.number((0, 0)).state) == (new.raw((0, 0)), new.number((0, 0)).state)


def test_a_table_that_starts_at_b8_keeps_the_addresses_of_excel(tmp_path: Path) -> None:
    sheet = sheet_of(write_xls(tmp_path / "a.xls", Grid("表", {(7, 1): "项目", (7, 2): 5.0})).read_bytes())
    assert list(filled(sheet)) == ["B8", "C8"]


# --- cells


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (0x00, "#NULL!"),
        (0x07, "#DIV/0!"),
        (0x0F, "#VALUE!"),
        (0x17, "#REF!"),
        (0x1D, "#NAME?"),
        (0x24, "#NUM!"),
        (0x2A, "#N/A"),
    ],
)
def test_an_error_cell_is_an_error_and_not_blank(code: int, error: str) -> None:
    book, sheet = fresh()
    sheet.row(1).set_cell_error(2, code)  # by code: xlwt writes the name #VALUE! as #NUM!
    sheet.write(2, 2, 5)
    read = sheet_of(saved(book))
    assert read.number((1, 2)).state is State.ERROR
    assert read.raw((1, 2)) == error
    assert read.number((2, 2)) == Number(5, State.NUMBER)


def test_truth_values_and_dates_are_no_numbers() -> None:
    book, sheet = fresh()
    sheet.write(0, 0, True)
    sheet.write(0, 1, dt.date(2019, 12, 31), style("yyyy-mm-dd"))
    read = sheet_of(saved(book))
    assert [read.number((0, column)).state for column in (0, 1)] == [State.UNREADABLE] * 2
    assert read.raw((0, 0)) == "TRUE"


@pytest.mark.parametrize("amount", [3_000_000.0, -5.0, 1e9, 13_628_965_890.0, 1e300])
def test_an_amount_formatted_as_a_date_outside_the_calendar_does_not_cost_the_file(amount: float) -> None:
    book, sheet = fresh()
    sheet.write(0, 0, amount, style("yyyy-mm-dd"))
    sheet.write(0, 1, 5)
    assert sheet_of(saved(book)).number((0, 1)) == Number(5, State.NUMBER)


@pytest.mark.parametrize("text", ["001", "430527", "NA", "None", "1e5", "  缩进", "60　"])
def test_a_text_stays_the_text_it_is(text: str) -> None:
    book, sheet = fresh()
    sheet.write(0, 0, text)
    assert sheet_of(saved(book)).value((0, 0)) == text


def test_a_stored_number_is_read_to_15_digits() -> None:
    book, sheet = fresh()
    sheet.write(0, 0, 2087.0249999999996)
    assert sheet_of(saved(book)).number((0, 0)).value == 2087.025


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("0%", "1.1333（显示为113%）"),
        ("0.00%", "1.1333（显示为113.33%）"),
        ("0.0%", "1.1333（显示为113.3%）"),
        ("0.00", "1.1333"),
    ],
)
def test_a_percent_format_is_known_with_its_digits(code: str, raw: str) -> None:
    book, sheet = fresh()
    sheet.write(0, 0, 1.1333, style(code))
    sheet.write(0, 1, 1.1333)
    read = sheet_of(saved(book))
    assert [read.raw((0, column)) for column in (0, 1)] == [raw, "1.1333"]


@pytest.mark.parametrize("code", ['0.00"%"', "0.00\\%"])
def test_a_percent_sign_as_mere_text_of_a_format_is_no_percent(code: str) -> None:
    book, sheet = fresh()
    sheet.write(0, 0, 113, style(code))
    assert sheet_of(saved(book)).number((0, 0)).unit == ""


@pytest.mark.parametrize(
    ("code", "text"), [("0000", "0012"), ("00", "12"), ("000000", "000012"), ("0", "12"), ("0.00", "12")]
)
def test_a_format_of_zeros_keeps_the_zeros_of_a_code(code: str, text: str) -> None:
    book, sheet = fresh()
    sheet.write(0, 0, 12, style(code))
    sheet.write(0, 1, "0012")
    sheet.write(0, 2, "甲", style(code))
    read = sheet_of(saved(book))
    assert [read.text((0, column)) for column in range(3)] == [text, "0012", "甲"]
    assert read.number((0, 0)) == Number(12, State.NUMBER)


def test_hidden_rows_and_columns_are_known() -> None:
    book, sheet = fresh()
    for row in range(4):
        sheet.write(row, 0, row)
        sheet.write(row, 3, row)
    sheet.row(1).hidden = sheet.row(7).hidden = True
    sheet.col(3).hidden = True
    read = sheet_of(saved(book))
    assert (read.hidden_rows & {0, 1, 2, 3}, read.hidden_columns) == ({1}, {3})
    assert [read.hides(cell) for cell in [(0, 0), (1, 0), (0, 3), (2, 2)]] == [False, True, True, False]


@pytest.mark.parametrize(("code", "digits"), [('[=0]"——";0.0%', 1), ("0%;-0.00%", 0), ("#,##0.00%", 2)])
def test_the_digits_of_a_percent_are_those_of_the_section_that_shows_it(code: str, digits: int) -> None:
    book, sheet = fresh()
    sheet.write(0, 0, 0.5, style(code))
    assert sheet_of(saved(book)).percents == {(0, 0): digits}


def test_too_many_merged_ranges_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    book, sheet = fresh()
    for row in range(9):
        sheet.write_merge(row, row, 0, 1, "x")
    monkeypatch.setattr(guards, "MAX_MERGES", 8)
    assert refusal(saved(book)) == "F06"


@pytest.mark.parametrize(
    ("visibility", "visible"), [(0, True), (1, False), (2, False)], ids=["shown", "hidden", "very"]
)
def test_a_hidden_sheet_is_read_and_known_to_be_hidden(visibility: int, visible: bool) -> None:
    book, sheet = fresh()
    sheet.write(0, 0, 1)
    hidden = book.add_sheet("旧表")
    hidden.write(0, 0, 2)
    hidden.visibility = visibility
    first, second = read_xls(saved(book)).sheets
    assert (first.visible, second.visible) == (True, visible)
    assert second.number((0, 0)).value == 2


def test_merged_ranges_fill_only_themselves() -> None:
    book, sheet = fresh()
    sheet.write_merge(0, 0, 0, 2, "三公经费")
    sheet.write_merge(0, 1, 3, 3, "项目支出")
    sheet.write(1, 0, "上年")
    read = sheet_of(saved(book))
    assert sorted(read.merges) == [(0, 0, 0, 2), (0, 3, 1, 3)]
    assert [read.text((1, column)) for column in range(4)] == ["上年", "", "", "项目支出"]


def test_sheets_keep_their_order_and_names() -> None:
    book = xlwt.Workbook(encoding="utf-8")
    names = ["Z01 收入支出决算总表(财决01表)", "收入&支出", "附件3"]
    for name in names:
        book.add_sheet(name).write(0, 0, name)
    assert [(sheet.name, sheet.text((0, 0))) for sheet in read_xls(saved(book)).sheets] == [(n, n) for n in names]


def test_formatted_but_empty_cells_far_away_cost_nothing() -> None:
    # Whole columns formatted down to the last row: as in an .xlsx, they are no part of the used area.
    book, sheet = fresh()
    for row in range(40):
        sheet.write(row, 0, row)
    sheet.write(65_535, 255, None, style("0%"))
    started = time.process_time()
    found = opened(saved(book))
    assert time.process_time() - started < 2
    assert isinstance(found, Workbook), found
    assert found.sheets[0].number((39, 0)).value == 39


def test_an_area_of_filled_cells_beyond_the_limit_is_refused() -> None:
    book, sheet = fresh()
    sheet.write(0, 0, 1)
    sheet.write(65_535, 255, 1)
    assert refusal(saved(book)) == "F06"


# --- refused


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    content = write_xls(tmp_path / "a.xls", basic_data()).read_bytes()
    for length in (8, 100, 512, 600, len(content) // 2):
        assert refusal(content[:length]) == "F01"


def test_no_damaged_byte_gives_anything_but_a_refusal(tmp_path: Path) -> None:
    content = write_xls(tmp_path / "a.xls", Grid("表", {(0, 0): "三公经费", (0, 1): 29})).read_bytes()
    escaped = {}
    for at in range(0, len(content), 29):
        try:
            found = opened(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        except Exception as error:  # would cost the whole batch and not one file
            found = repr(error)
        if isinstance(found, str) and found not in {"F01", "F04", "F06"}:
            escaped[at] = found
    assert not escaped, f"{len(escaped)} positions, the first: {sorted(escaped.items())[:3]}"


def test_an_encrypted_file_is_refused_as_encrypted() -> None:
    begin = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 5, 0x0DBB, 0x07CC, 0, 6)
    password = struct.pack("<HHH", 0x2F, 54, 1) + bytes(52)
    assert refusal(begin + password + struct.pack("<HH", 0x0A, 0)) == "F04"


def test_a_workbook_without_any_sheet_is_refused_and_not_empty() -> None:
    begin = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 5, 0x0DBB, 0x07CC, 0, 6)
    assert refusal(begin + struct.pack("<HH", 0x0A, 0)) == "F01"


def test_reading_writes_nothing_to_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = write_xls(tmp_path / "a.xls", basic_data()).read_bytes()
    for damaged in (content, content[:-100], content[: len(content) // 2]):
        opened(damaged)
    assert capfd.readouterr() == ("", "")
