"""说明 and the notes at scores."""

import io
from pathlib import Path

import openpyxl

from converter.books.legend import score_note, write_notes
from converter.books.styles import Book, Setup
from converter.scoring.status import Status

BOOKS = ("评分汇总_2019.xlsx", "部门/绥宁县人社局_2019.xlsx")


def lines(out: Path, book: str) -> str:
    sheet = openpyxl.load_workbook(out / book)["说明"]
    return "\n".join(str(row[0].value) for row in sheet.iter_rows())


def test_every_sheet_of_a_book_is_explained(suining_out: Path) -> None:
    for name in BOOKS:
        text = lines(suining_out, name)
        others = [sheet for sheet in openpyxl.load_workbook(suining_out / name).sheetnames if sheet != "说明"]
        assert [sheet for sheet in others if sheet not in text] in ([], ["基础数据"])


def test_every_state_is_explained(suining_out: Path) -> None:
    for name in BOOKS:
        text = lines(suining_out, name)
        assert [status for status in Status if status not in text] == []


def test_what_to_do_with_problems_and_what_the_fingerprint_is(suining_out: Path) -> None:
    text = lines(suining_out, BOOKS[0])
    assert "jixiao notices" in text
    assert "复核记录" in text
    assert "指纹" in text
    assert "优 90 分起，良 80 分起，中 60 分起" in text


def test_a_note_says_what_is_missing_and_what_other_readings_give() -> None:
    assert score_note("编制数（2019年）：空白 a.xlsx!表!B5；在职人员数（2019年）：冲突", "") == (
        "缺少数据：\n编制数（2019年）：空白 a.xlsx!表!B5\n在职人员数（2019年）：冲突"
    )
    assert score_note("", "按比例 4.93；不足一步按一步 3") == "换一种读法：\n按比例 4.93\n不足一步按一步 3"
    assert score_note("", "") == ""


def test_lines_stay_whole() -> None:
    book = Book("题")
    write_notes(book.sheet("说明", Setup(landscape=False)), ["字" * 500, "=1"])
    sheet = openpyxl.load_workbook(io.BytesIO(book.content()))["说明"]
    assert [row[0].value for row in sheet.iter_rows()] == ["说明", "字" * 500, "=1"]
    assert (sheet.row_dimensions[2].height or 0) >= 11 * 1000 / 96
