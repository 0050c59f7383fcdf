"""What a sheet holds without showing it is said, and never takes the place of what it shows."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from converter.mapping.facts import Document
from converter.mapping.library import Library
from converter.reading import read_file
from tests.workbooks import Grid, basic_data, write_xlsx


def document_of(path: Path, library: Library) -> Document:
    (document,) = read_file(path, path.name, library.forms, library.dictionary).documents
    return document


def values(document: Document, field: str) -> list[tuple[str, float]]:
    return [(fact.place.cell, fact.value) for fact in document.facts if fact.field == field]


def noted(document: Document, code: str) -> list[str]:
    return [f"{item.place.cell} {item.message}" for item in document.findings if item.code == code]


def hide(path: Path, rows: tuple[int, ...] = (), columns: str = "") -> Path:
    """Hides rows (numbered as Excel does) and columns."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for row in rows:
        sheet.row_dimensions[row].hidden = True
    for column in columns:
        sheet.column_dimensions[column].hidden = True
    book.save(path)
    return path


def doubled() -> Grid:
    """The form with a second row 三公经费 below the first."""
    grid = basic_data()
    grid.cells = {(row + (row > 6), column): value for (row, column), value in grid.cells.items()}
    grid.row(7, "三公经费", 99, 98, 97)
    grid.merges = [(t + (t > 6), lo, b + (b > 6), r) for t, lo, b, r in grid.merges]
    return grid


@pytest.mark.parametrize(("hidden", "cell", "value"), [(8, "C7", 29.0), (7, "C8", 98.0)], ids=["second", "first"])
def test_a_visible_row_is_preferred_to_a_hidden_one(
    hidden: int, cell: str, value: float, tmp_path: Path, library: Library
) -> None:
    document = document_of(hide(write_xlsx(tmp_path / "a.xlsx", doubled()), (hidden,)), library)
    assert values(document, "三公经费预算数") == [(cell, value)]
    (note,) = noted(document, "M14")
    assert f"C{hidden} 三公经费预算数" in note
    assert "未采用" in note


def test_two_visible_rows_are_both_there(tmp_path: Path, library: Library) -> None:
    document = document_of(write_xlsx(tmp_path / "a.xlsx", doubled()), library)
    assert [cell for cell, _ in values(document, "三公经费预算数")] == ["C7", "C8"]
    assert noted(document, "M14") == []


def test_hidden_data_without_a_visible_twin_is_used_and_said(tmp_path: Path, library: Library) -> None:
    document = document_of(hide(write_xlsx(tmp_path / "a.xlsx", basic_data()), columns="C"), library)
    assert values(document, "三公经费预算数") == [("C7", 29.0)]
    (note,) = noted(document, "M14")
    assert "C7 三公经费预算数" in note
    assert "已采用" in note


def test_a_workbook_that_hides_nothing_is_read_without_a_note(tmp_path: Path, library: Library) -> None:
    document = document_of(write_xlsx(tmp_path / "a.xlsx", basic_data()), library)
    assert [item.code for item in document.findings if item.code in {"M13", "M14", "D08"}] == []


def test_another_value_under_a_merged_range_is_said_and_not_used(tmp_path: Path, library: Library) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", basic_data())
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet["B7"], sheet["C7"], sheet["D7"] = 12, 4, 12
    book.save(path)
    merged = path.read_bytes()
    path.write_bytes(_with_merge(merged, "B7:D7"))
    document = document_of(path, library)
    (note,) = noted(document, "M13")
    assert note.startswith("B7 ")
    assert "“12”" in note
    assert "C7 是“4”" in note
    assert "D7" not in note
    assert "C7" not in {fact.place.cell for fact in document.facts}


def _with_merge(content: bytes, area: str) -> bytes:
    """The package with one more merged range, the values under it kept (openpyxl would drop them)."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(memory, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"<mergeCell ", f'<mergeCell ref="{area}"/><mergeCell '.encode(), 1)
            target.writestr(name, part)
    return memory.getvalue()


@pytest.mark.parametrize(("value", "said"), [(0, 1), (5, 0)], ids=["all zero", "calculated"])
def test_formulas_that_all_give_zero_are_doubted(value: int, said: int, tmp_path: Path, library: Library) -> None:
    path = tmp_path / "a.xlsx"
    grid = basic_data(staff=(60, 68, 1.1333))
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(grid.name)
        for (row, column), held in grid.cells.items():
            sheet.write(row, column, held)
        for row in (6, 10, 12):
            sheet.write_formula(row, 2, "=1+1", None, value)
    document = document_of(path, library)
    assert len(noted(document, "D08")) == said
