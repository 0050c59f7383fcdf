"""How a workbook was understood, for a person and as JSON: every sheet, every cell read, every note."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from converter.intake.cells import Cell, Workbook
from converter.mapping.describe import describe, lines
from converter.mapping.facts import Reading, read_documents
from converter.mapping.library import Library
from converter.reading import read_file
from tests.conftest import Command
from tests.test_locate import page
from tests.workbooks import WIDE, Grid, accounts, basic_data, indicator_table, write_xlsx

Read = Callable[..., Reading]


@pytest.fixture
def read(library: Library) -> Read:
    """Grids as the sheets of one workbook."""

    def through(*grids: Grid, errors: dict[Cell, str] | None = None) -> Reading:
        sheets = [page(grid).sheet for grid in grids]
        sheets[0].errors.update(errors or {})
        return read_documents(Workbook(sheets), "甲局/表.xlsx", library.forms, library.dictionary)

    return through


def text(reading: Reading) -> str:
    return "\n".join(lines(reading))


def described(reading: Reading) -> dict[str, Any]:
    """As it is after a way through JSON: no NaN, nothing that has no place there."""
    whole: dict[str, Any] = json.loads(json.dumps(describe(reading), allow_nan=False))
    return whole


def cells(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {fact["cell"]: fact for fact in document["facts"]}


# --- what a document says of itself


def test_a_document_names_its_sheet_form_year_department_and_unit_with_their_cells(read: Read) -> None:
    (document,) = described(read(basic_data(unit="单位：元")))["documents"]
    facts = document.pop("facts")
    assert document == {
        "sheet": "基础数据表",
        "form": "基础数据表",
        "year": 2019,
        "year_cell": "C4",
        "department": "绥宁县人社局",
        "department_cell": "A3",
        "unit": "元",
        "unit_named": True,
        "notes": [],
    }
    assert len(facts) == 48


def test_the_year_leads_to_the_head_it_was_read_from_and_not_to_a_title(read: Read) -> None:
    grid = basic_data()
    grid.cells[1, 0] = "2020年度部门整体支出绩效评价基础数据表"
    (document,) = described(read(grid))["documents"]
    assert (document["year"], document["year_cell"]) == (2019, "C4")
    assert "年度：2019（C4）" in text(read(grid))


def test_what_the_sheet_does_not_say_is_said_to_be_so(read: Read) -> None:
    reading = read(indicator_table(""))
    (document,) = described(reading)["documents"]
    assert (document["year"], document["year_cell"], document["department"]) == (None, "", "")
    assert text(reading).count("表内没有写") == 2
    assert "金额单位" not in text(reading)


def test_a_presumed_unit_is_not_shown_as_a_printed_one(read: Read) -> None:
    assert "金额单位：万元（表内没有写，按表单推定）" in text(read(basic_data()))
    assert "按表单推定" not in text(read(basic_data(unit="单位：万元")))
    assert described(read(basic_data()))["documents"][0]["unit_named"] is False


# --- facts


@pytest.mark.parametrize(
    ("cell", "field", "year", "value", "unit", "state", "raw", "shown"),
    [
        ("B5", "编制数", 2019, 60, "人", "数值", "60　", "60 人"),
        ("D5", "在职人员控制率填报数", 2019, 1.13, "比率", "数值", "　113%", "1.13 比率"),
        ("B7", "三公经费决算数", 2018, 16.14, "万元", "数值", "16.14　", "16.14 万元"),
        ("B9", "公务用车购置费决算数", 2018, 0, "万元", "零", "0　", "0 万元"),
        ("C21", "政府采购预算数", 2019, None, "万元", "空白", WIDE, "空白"),
        ("B21", "政府采购决算数", 2018, None, "万元", "不适用", "——", "不适用"),
        ("D22", "部门整体支出预算调整决算数", 2019, None, "万元", "错误值", "#REF!", "错误值"),
    ],
)
def test_a_fact_is_described_with_its_cell(
    cell: str,
    field: str,
    year: int,
    value: float | None,
    unit: str,
    state: str,
    raw: str,
    shown: str,
    read: Read,
) -> None:
    reading = read(basic_data(), errors={(21, 3): "#REF!"})
    (document,) = described(reading)["documents"]
    given = {"field": field, "year": year, "value": value, "unit": unit, "state": state, "raw": raw, "cell": cell}
    assert cells(document)[cell] == given
    (line,) = [line for line in lines(reading) if line.split()[0].startswith(cell + field) or line.split()[0] == cell]
    assert line.endswith(f"{field}（{year}年）：{shown}")


def test_the_number_of_cells_and_their_lines_agree(read: Read) -> None:
    reading = read(accounts())
    listed = [line for line in lines(reading) if line.startswith("    ")]
    assert f"认出 {len(listed)} 个数据单元格" in text(reading)
    assert len(listed) == len(described(reading)["documents"][0]["facts"]) == (4 + 7) * 3


def test_a_fact_without_a_year_is_shown_without_one(read: Read) -> None:
    shown = text(read(indicator_table()))
    assert "在职人员控制率·自评得分：0 分" in shown
    assert "None" not in shown


def test_a_described_cell_is_the_one_in_the_file(tmp_path: Path, library: Library) -> None:
    path = write_xlsx(tmp_path / "表.xlsx", basic_data().moved(4, 2), accounts())
    sheets = openpyxl.load_workbook(path)
    documents = described(read_file(path, "表.xlsx", library.forms, library.dictionary))["documents"]
    assert len(documents) == 2
    for document in documents:
        for cell, fact in cells(document).items():
            value = sheets[document["sheet"]][cell].value
            assert fact["raw"] == ("" if value is None else str(value))


# --- what was not understood


def test_notes_stand_under_their_sheet_with_code_cell_and_what_to_do(read: Read) -> None:
    reading = read(basic_data(rows={"三公经费": (1, "约2", 3), "公用经费用": (4, 5, 6)}))
    (document,) = described(reading)["documents"]
    assert [(note["code"], note["cell"]) for note in document["notes"]] == [("D01", "C7"), ("M02", "A8")]
    shown = text(reading)
    assert "[D01] C7 三公经费预算数：“约2”" in shown
    assert "[M02] A8 栏目“公用经费用”" in shown
    assert "最接近的是“公用经费”" in shown
    assert shown.count("（请") >= 2


def test_sheets_that_were_not_used_are_listed_with_the_reason(read: Read) -> None:
    cover, titled = Grid("封面"), Grid("Z01")
    cover.row(0, "自评报告")
    titled.row(0, "收入支出决算总表")
    reading = read(cover, titled, basic_data())
    assert set(described(reading)["unused_sheets"]) == {"封面", "Z01"}
    shown = text(reading)
    assert "工作表“封面”：未采用（标题和表头与已知的表单都不符）" in shown
    assert "工作表“Z01”：未采用（标题像“财决01”" in shown


def test_a_file_that_cannot_be_read_is_described_by_its_finding(tmp_path: Path, library: Library) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(b"")
    reading = read_file(path, "表.xlsx", library.forms, library.dictionary)
    whole = described(reading)
    assert (whole["file"], whole["documents"], whole["unused_sheets"]) == ("表.xlsx", [], {})
    assert [note["code"] for note in whole["notes"]] == ["F03"]
    assert text(reading).startswith("文件：表.xlsx\n[F03] ")


def test_our_own_book_is_said_to_be_one(library: Library) -> None:
    grids = [Grid(name, {(0, 0): "x"}) for name in ("评分表", "核对", "说明")]
    reading = read_documents(
        Workbook([page(grid).sheet for grid in grids]), "部门/甲局_2019.xlsx", library.forms, library.dictionary
    )
    assert described(reading)["own_book"] is True
    assert described(reading)["documents"] == []


def test_the_command_describes_the_same_in_both_ways(tmp_path: Path, jixiao: Command) -> None:
    path = write_xlsx(tmp_path / "表.xlsx", basic_data(), indicator_table())
    plain, as_json = jixiao("describe", path), jixiao("describe", path, "--json")
    assert (plain.returncode, as_json.returncode) == (0, 0)
    whole = json.loads(as_json.stdout)
    assert [document["form"] for document in whole["documents"]] == ["基础数据表", "指标表"]
    for document in whole["documents"]:
        assert f"工作表“{document['sheet']}”：{document['form']}" in plain.stdout
        assert all(f"{fact['cell']:<6}{fact['field']}" in plain.stdout for fact in document["facts"])
