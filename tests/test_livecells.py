"""The formulas that run.json keeps of the books, and telling whether two are the same."""

from pathlib import Path

import openpyxl
import pytest

from converter.books.livecells import formulas_of, spelt, written_formulas
from converter.books.readback import Output
from tests.test_assemble import SUINING

BOOK = f"部门/{SUINING}_2019.xlsx"


def test_every_formula_of_a_book_is_kept(suining_out: Path) -> None:
    book = openpyxl.load_workbook(suining_out / BOOK)
    expected = {
        (sheet.title, cell.coordinate): str(cell.value)[1:]
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    for kept in (written_formulas((suining_out / BOOK).read_bytes()), formulas_of(Output(suining_out).manifest, BOOK)):
        assert {(sheet, cell): text for sheet, cells in kept.items() for cell, text in cells.items()} == expected
    assert len(expected) > 150


def test_the_formulas_of_a_book_are_those_of_its_group() -> None:
    one, other = {"评分表": {"A1": "B1+1"}}, {"评分表": {"A1": "B1+2"}}
    manifest = {"formulas": [{"books": ["甲", "丙"], "sheets": one}, {"books": ["乙"], "sheets": other}]}
    assert formulas_of(manifest, "丙") == one
    assert formulas_of(manifest, "乙") == other
    assert formulas_of(manifest, "丁") == formulas_of({}, "甲") == {}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("='基础数据'!$C$4+1", "基础数据!$C$4 + 1", True),
        ("if(a1,1,2)", "=IF(A1,1,2)", True),
        ('IF(A1," x","—")', 'IF(A1,"x","—")', False),
        ('IF(A1,"\'基础数据\'!A1","a")', 'IF(A1,"基础数据!A1","a")', False),
        ("'a b'!A1", "a b!A1", False),
        ("A1+1", "A1+2", False),
    ],
)
def test_spelling_is_no_difference(one: str, other: str, same: bool) -> None:
    assert (spelt(one) == spelt(other)) is same
