"""Cells → facts: every number with the cell it stands in, its state and 原文; what is not understood is said."""

import math
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import xlrd

from converter.intake.cells import Cell, Workbook, from_a1
from converter.mapping.departments import Submission
from converter.mapping.facts import Document, Fact, Reading, read_documents
from converter.mapping.library import Library
from converter.reading import read_file
from converter.scoring.frames import adopt, facts_frame
from converter.vocabulary.numbers import NAN, State, shortest
from tests.test_locate import page
from tests.workbooks import (
    INDICATORS,
    SUINING_SELF,
    WIDE,
    Grid,
    Value,
    accounts,
    basic_data,
    indicator_table,
    last_year,
    suining,
    write_xlsx,
)

Read = Callable[..., Reading]
#: Cells of data in the Suining workbooks: staff and 15 rows; 15 scores and 23 weights; 4 and 7 rows.
BASIC, INDICATOR, ACCOUNTS = 3 + 15 * 3, 15 + 23, (4 + 7) * 3


@pytest.fixture
def read(library: Library) -> Read:
    """Grids as the sheets of one workbook."""

    def through(*grids: Grid, **cells: dict[Cell, str]) -> Reading:
        sheets = [page(grid).sheet for grid in grids]
        sheets[0].errors.update(cells.get("errors", {}))
        sheets[0].stale |= set(cells.get("stale", {}))
        return read_documents(Workbook(sheets), "甲局/表.xlsx", library.forms, library.dictionary)

    return through


def only(reading: Reading) -> Document:
    assert reading.unused == {}
    (document,) = reading.documents
    return document


def fact(document: Document, field: str, year: int | None = 2019) -> Fact:
    (found,) = [fact for fact in document.facts if (fact.field, fact.year) == (field, year)]
    return found


def found(document: Document) -> list[tuple[str, str, str]]:
    return [(item.code, item.subject, item.place.cell) for item in document.findings]


# --- 文件, 工作表, 单元格, 原文


def shown_xlsx(path: Path, sheet: str, cell: str) -> object:
    return openpyxl.load_workbook(path, data_only=True)[sheet][cell].value


def shown_xls(path: Path, sheet: str, cell: str) -> object:
    return xlrd.open_workbook(str(path)).sheet_by_name(sheet).cell_value(*from_a1(cell))


@pytest.mark.parametrize(("suffix", "shown"), [(".xlsx", shown_xlsx), (".xls", shown_xls)])
def test_opening_the_cell_of_a_fact_shows_its_raw_text(
    suffix: str, shown: Callable[[Path, str, str], object], tmp_path: Path, library: Library
) -> None:
    folder = suining(tmp_path / "局", suffix)
    count = 0
    for path in sorted(folder.iterdir()):
        for document in read_file(path, path.name, library.forms, library.dictionary).documents:
            for one in document.facts:
                assert one.place.file == path.name
                value = shown(path, one.place.sheet, one.place.cell)
                text = shortest(value) if isinstance(value, int | float) else str(value or "")
                assert one.raw == text, one
                count += 1
    assert count == BASIC + INDICATOR + ACCOUNTS


@pytest.mark.parametrize(
    ("field", "year", "value", "state", "raw", "cell"),
    [
        ("编制数", 2019, 60.0, State.NUMBER, "60　", "B5"),
        ("在职人员数", 2019, 68.0, State.NUMBER, "　68", "C5"),
        ("在职人员控制率填报数", 2019, 1.13, State.NUMBER, "　113%", "D5"),
        ("三公经费决算数", 2018, 16.14, State.NUMBER, "16.14　", "B7"),
        ("三公经费预算数", 2019, 29.0, State.NUMBER, "29　", "C7"),
        ("三公经费决算数", 2019, 7.59, State.NUMBER, "7.59　", "D7"),
        ("公务用车购置费决算数", 2018, 0.0, State.ZERO, "0　", "B9"),
        ("运行维护专项预算数", 2019, NAN, State.BLANK, WIDE, "C15"),
        ("政府采购决算数", 2018, NAN, State.DASH, "——", "B21"),
        ("政府采购预算数", 2019, NAN, State.BLANK, WIDE, "C21"),
        ("部门整体支出预算调整决算数", 2019, 20118.42, State.NUMBER, "20118.42　", "D22"),
    ],
)
def test_a_cell_of_the_basic_data_form(
    field: str, year: int, value: float, state: State, raw: str, cell: str, read: Read
) -> None:
    one = fact(only(read(basic_data())), field, year)
    assert (one.state, one.raw, one.place.cell, one.form) == (state, raw, cell, "基础数据表")
    assert one.value == value or (math.isnan(one.value) and math.isnan(value))


def test_blocks_side_by_side_do_not_mix(read: Read) -> None:
    document = only(read(accounts()))
    cells = {
        name: (fact(document, name).value, fact(document, name).place.cell)
        for name in ("收入总计决算数", "支出总计决算数", "年初结转和结余年初预算数", "基本支出全年预算数")
    }
    assert cells == {
        "收入总计决算数": (20193.94, "E10"),
        "支出总计决算数": (20193.94, "J13"),
        "年初结转和结余年初预算数": (45.53, "C9"),
        "基本支出全年预算数": (19327.86, "I7"),
    }
    assert {one.scope for one in document.facts} == {"全口径"}
    assert found(document) == []  # 栏次 and 行次 are no rows of data


def test_a_sheet_moved_down_and_right_gives_the_same_numbers_elsewhere(read: Read) -> None:
    here, there = only(read(basic_data())), only(read(basic_data().moved(7, 30)))
    assert [(f.field, f.year, f.raw, f.state) for f in here.facts] == [
        (f.field, f.year, f.raw, f.state) for f in there.facts
    ]
    for one, other in zip(here.facts, there.facts, strict=True):
        row, column = from_a1(one.place.cell)
        assert from_a1(other.place.cell) == (row + 7, column + 30)


# --- what is no number


def test_blank_zero_dash_error_text_and_stale_are_six_things(read: Read) -> None:
    rows = {"三公经费": ("", "0", "——"), "公用经费": (None, "约30", None)}
    document = only(read(basic_data(rows=rows), errors={(7, 1): "#DIV/0!"}, stale={(7, 3): ""}))
    states = {(f.field, f.year): f.state for f in document.facts if f.field[:2] in ("三公", "公用")}
    assert states == {
        ("三公经费决算数", 2018): State.BLANK,
        ("三公经费预算数", 2019): State.ZERO,
        ("三公经费决算数", 2019): State.DASH,
        ("公用经费决算数", 2018): State.ERROR,
        ("公用经费预算数", 2019): State.UNREADABLE,
        ("公用经费决算数", 2019): State.STALE,
    }
    assert fact(document, "三公经费预算数").value == 0
    assert all(math.isnan(fact(document, *key).value) for key, state in states.items() if state is not State.ZERO)
    assert sorted(found(document)) == [
        ("D01", "公用经费预算数", "C8"),
        ("D02", "公用经费决算数", "B8"),
        ("D03", "公用经费决算数", "D8"),
    ]


def test_an_error_cell_of_a_file_is_an_error_with_its_text(tmp_path: Path, library: Library) -> None:
    path = write_xlsx(tmp_path / "表.xlsx", basic_data(rows={"三公经费": ("#REF!", "=1/0", None)}))
    document = only(read_file(path, "表.xlsx", library.forms, library.dictionary))
    assert fact(document, "三公经费决算数", 2018)[4:6] == (State.ERROR, "#REF!")
    assert [fact(document, name).state for name in ("三公经费预算数", "三公经费决算数")] == [State.STALE, State.BLANK]
    assert any("#REF!" in item.message for item in document.findings)


def test_a_telephone_number_is_masked_wherever_it_is_shown(read: Read) -> None:
    rows: dict[str, tuple[Value, Value, Value]] = {
        "三公经费": ("见张三13812345678", 1, 2),
        "张三13812345678": (3, 4, 5),
    }
    document = only(read(basic_data("县局 联系人13812345678", rows=rows)))
    assert fact(document, "三公经费决算数", 2018).raw == "见张三138****5678"
    shown = [document.department, *(f.raw for f in document.facts)]
    shown += [text for item in document.findings for text in (item.message, item.subject)]
    assert not any("13812345678" in text for text in shown)
    assert sum("138****5678" in text for text in shown) == 4


# --- duplicates and conflicts


def test_a_row_that_stands_twice_with_two_numbers_is_a_conflict_and_neither_is_adopted(
    read: Read, library: Library
) -> None:
    document = only(read(basic_data(rows={"公用经费": (49.79, 81.35, 78.46), "其中：公用经费": (49.79, 80, 78.46)})))
    twice = [(f.value, f.place.cell) for f in document.facts if f.field == "公用经费预算数"]
    assert twice == [(81.35, "C7"), (80.0, "C8")]
    adoption = adopt(facts_frame([(Submission("甲局", [document]), [document])]), library.dictionary)
    assert [(f.code, f.subject) for f in adoption.findings] == [("D04", "公用经费预算数")]
    assert all(cell in adoption.findings[0].message for cell in ("C7", "C8"))
    rows = adoption.facts[adoption.facts["field"] == "公用经费预算数"]
    assert list(rows["adopted"]) == [False, False]


def test_the_form_of_another_year_on_the_same_sheet_is_named_and_not_mixed_in(read: Read) -> None:
    grid = basic_data()
    lower = last_year().moved(40, 0)
    grid.cells.update(lower.cells)
    grid.merges += lower.merges
    document = only(read(grid))
    assert document.year == 2019
    assert {from_a1(f.place.cell)[0] < 40 for f in document.facts} == {True}
    assert {("M02", "财政供养人员情况", "A44"), ("M02", "经费控制情况", "A46")} <= set(found(document))


def test_two_years_on_two_sheets_are_two_documents(read: Read) -> None:
    first, second = basic_data(), last_year()
    second.name = "上年"
    documents = read(first, second).documents
    assert [(d.sheet, d.year) for d in documents] == [("基础数据表", 2019), ("上年", 2018)]
    assert fact(documents[1], "三公经费预算数", 2018).value == 32
    assert [f.value for f in documents[0].facts if (f.field, f.year) == ("三公经费预算数", 2018)] == []


# --- the year


def test_the_heads_year_counts_and_not_that_of_the_title(read: Read) -> None:
    """A notice of 2020 asks for the figures of 2019."""
    grid = basic_data()
    grid.cells[1, 0] = "2020年度部门整体支出绩效评价基础数据表"
    document = only(read(grid))
    assert (document.year, document.year_cell) == (2019, (3, 2))


def test_heads_without_a_year_take_that_of_the_title(read: Read) -> None:
    grid = basic_data()
    grid.cells[1, 0] = "2020年度部门整体支出绩效评价基础数据表"
    grid.row(3, "财政供养人员情况", "编制数", "本年实际在职人数")
    grid.row(5, "经费控制情况", "上年决算数", "本年预算数", "本年决算数")
    document = only(read(grid))
    assert (document.year, document.year_cell) == (2020, (1, 0))
    assert fact(document, "三公经费决算数", 2019).value == 16.14
    assert fact(document, "三公经费决算数", 2020).value == 7.59


def test_a_list_of_indicators_names_no_year(read: Read) -> None:
    document = only(read(indicator_table()))
    assert document.year is None
    assert {one.year for one in document.facts} == {None}


# --- sheets


def test_sheets_that_are_not_read_are_listed_with_the_reason(read: Read) -> None:
    other, titled, empty = Grid("封面"), Grid("表3"), Grid("空")
    other.row(0, "部门整体支出绩效自评报告")
    titled.row(0, "收入支出决算总表")
    empty.row(0, WIDE)
    reading = read(basic_data(), other, titled, empty)
    assert [d.form for d in reading.documents] == ["基础数据表"]
    assert set(reading.unused) == {"封面", "表3"}
    assert all(word in reading.unused["表3"] for word in ("财决01", "项目"))
    assert "财决01" not in reading.unused["封面"]


def test_a_hidden_sheet_is_listed_and_not_read(library: Library) -> None:
    hidden = page(basic_data()).sheet
    hidden.visible = False
    reading = read_documents(Workbook([hidden]), "表.xlsx", library.forms, library.dictionary)
    assert (reading.documents, list(reading.unused)) == ((), ["基础数据表"])
    assert "隐藏" in reading.unused["基础数据表"]


def test_a_form_without_its_title_is_known_by_its_tables_if_it_holds_them_all(read: Read) -> None:
    grid = basic_data()
    grid.name, grid.cells[1, 0] = "Sheet1", "附表"
    assert only(read(grid)).form == "基础数据表"
    grid.cells[3, 0] = "人员"
    assert (read(grid).documents, list(read(grid).unused)) == ((), ["Sheet1"])


def test_a_titled_form_that_lacks_a_table_is_read_and_the_lack_is_said(read: Read) -> None:
    grid = basic_data()
    grid.cells[3, 0] = "人员"
    document = only(read(grid))
    assert "编制数" not in {one.field for one in document.facts}
    assert fact(document, "三公经费预算数").value == 29
    assert [item.code for item in document.findings] == ["M02"]
    assert "财政供养人员情况" in document.findings[0].message


def test_a_document_put_aside_comes_back_as_it_was(read: Read) -> None:
    for grid in (basic_data(), indicator_table(), accounts()):
        document = only(read(grid))
        again = pickle.loads(pickle.dumps(document))  # noqa: S301  # our own
        assert (repr(again), type(again.facts[0])) == (repr(document), Fact)
        assert again.facts[0].place == document.facts[0].place
    empty = replace(document, facts=())
    assert pickle.loads(pickle.dumps(empty)) == empty  # noqa: S301


def test_printed_sentences_lead_to_their_cells(read: Read) -> None:
    document = only(read(indicator_table()))
    printed = {one.indicator: (one.text, one.place.cell) for one in document.printed}
    assert printed["在职人员控制率"] == (INDICATORS[0][6], "G5")
    assert printed["社会效益"] == printed["经济效益"]  # one merged cell
    assert len(printed) == len(SUINING_SELF) == 15


def test_two_units_on_one_sheet_are_named_and_the_first_is_read(read: Read) -> None:
    grid = basic_data(unit="单位：万元")
    grid.row(26, "单位：元")
    document = only(read(grid))
    assert ("M20", "金额单位", "A27") in found(document)
    assert fact(document, "三公经费决算数").value == 7.59


def test_the_same_unit_twice_is_nothing_to_say(read: Read) -> None:
    grid = basic_data(unit="单位：万元")
    grid.row(26, "金额单位：万元")
    assert "M20" not in [code for code, *_ in found(only(read(grid)))]
