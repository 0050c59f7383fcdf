"""A form that comes back as it was handed out is said to be so; one number, or a published table, is enough not to."""

from pathlib import Path

import pytest

from converter.intake.cells import Workbook
from converter.mapping.facts import read_documents
from converter.mapping.library import Library
from tests.test_locate import page
from tests.workbooks import Grid, basic_data, indicator_table

BLANK = {"三公经费": ("", "", ""), "政府采购金额": ("——", "", "")}


def codes(grid: Grid, library: Library) -> list[str]:
    reading = read_documents(Workbook([page(grid).sheet]), "表.xlsx", library.forms, library.dictionary)
    return [found.code for document in reading.documents for found in document.findings if found.code == "M19"]


@pytest.mark.parametrize(
    ("spent", "staff", "found"),
    [("", ("", "", "—"), ["M19"]), (0, ("", "", "—"), []), ("——", ("", "", "—"), ["M19"]), ("", ("", 5, ""), [])],
)
def test_basic_data(spent: str | int, staff: tuple[str, str | int, str], found: list[str], library: Library) -> None:
    rows = {**BLANK, "公用经费": ("", "", spent)}
    assert codes(basic_data("甲局", rows=rows, staff=staff, unit="单位：万元"), library) == found


def test_indicators(library: Library) -> None:
    assert codes(indicator_table("甲局", [""] * 15), library) == ["M19"]
    assert codes(indicator_table("甲局", ["", 5, *[""] * 13]), library) == []


def test_instructions_are_passed_over_unless_they_hold_figures(library: Library, tmp_path: Path) -> None:
    told, figures = Grid("填表说明"), Grid("填表说明")
    told.row(0, "填表说明")
    figures.row(0, "填表说明", 5)
    data = basic_data("甲局", unit="单位：万元")
    for grid, unused in ((told, []), (figures, ["填表说明"])):
        workbook = Workbook([page(grid).sheet, page(data).sheet])
        reading = read_documents(workbook, "表.xlsx", library.forms, library.dictionary)
        assert list(reading.unused) == unused
