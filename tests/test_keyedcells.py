"""Cells of a department's workbook by what they are: rows may move, formulas stay the same; what is typed over shows."""

import shutil
from pathlib import Path

import openpyxl
import pytest

from converter.books.keyedcells import BookCell, CellKey, keyed_cells
from converter.vocabulary.findings import RunError
from tests.test_assemble import SUINING


@pytest.fixture(scope="module")
def book(suining_out: Path) -> Path:
    return suining_out / "部门" / f"{SUINING}_2019.xlsx"


@pytest.fixture(scope="module")
def cells(book: Path) -> dict[CellKey, BookCell]:
    return keyed_cells(book)


def test_a_cell_is_known_by_sheet_row_and_head(cells: dict[CellKey, BookCell]) -> None:
    data = cells[CellKey("基础数据", "三公经费预算数 2019", "数值")]
    assert (data.text, data.is_formula) == ("29", False)
    assert cells[CellKey("基础数据", "上年(三公经费预算数) 2018", "状态")].text == "表中无此栏"
    assert cells[CellKey("核对", "合计下限", "程序计算值")].text == "77"


def test_formulas_name_what_they_refer_to(cells: dict[CellKey, BookCell]) -> None:
    value = cells[CellKey("评分表", "“三公经费”控制率", "指标值")]
    assert value.is_formula
    used, planned = "基础数据![三公经费决算数 2019·数值]", "基础数据![三公经费预算数 2019·数值]"
    assert f"{used}/{planned}" in value.text
    assert "[“三公经费”控制率·指标值]" in cells[CellKey("评分表", "“三公经费”控制率", "得分")].text
    assert '"—"' in value.text


def test_heads_of_one_name_and_sum_rows_are_told_apart(cells: dict[CellKey, BookCell]) -> None:
    assert cells[CellKey("评分表", "预算完成率", "分值3")].text == "5"
    assert cells[CellKey("评分表", "合计", "分值3")].text == "100"
    assert cells[CellKey("评分表", "投入小计", "下限")].is_formula


def test_every_formula_of_the_book_has_a_key(book: Path, cells: dict[CellKey, BookCell]) -> None:
    written = [c for s in openpyxl.load_workbook(book) for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert len([cell for cell in cells.values() if cell.is_formula]) == len(written)
    assert len({cell.place for cell in cells.values()}) == len(cells)


def test_a_row_that_moved_is_the_same_row(book: Path, cells: dict[CellKey, BookCell], tmp_path: Path) -> None:
    """A row inserted above by a spreadsheet moves every cell and every reference below it."""
    copy = tmp_path / book.name
    shutil.copyfile(book, copy)
    opened = openpyxl.load_workbook(copy)
    opened["核对"].insert_rows(1)
    for row in opened["核对"].iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("=IF("):
                at = cell.row
                cell.value = cell.value.replace(f"B{at - 1}", f"B{at}").replace(f"C{at - 1}", f"C{at}")
                cell.value = cell.value.replace(f"D{at - 1}", f"D{at}")
    opened.save(copy)
    moved = keyed_cells(copy)
    for key, before in cells.items():
        if key.sheet == "核对" and key.row != "表头以上":
            assert moved[key].text == before.text, key
            assert moved[key].place != before.place


def test_a_damaged_book_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "坏.xlsx"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(RunError) as caught:
        keyed_cells(path)
    assert caught.value.code == "R08"
