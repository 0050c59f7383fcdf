"""部门/<部门>_<year>.xlsx: the printed 评分表 with live formulas, what happens when a person edits it, hostile names."""

import io
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import python_calamine
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from converter.audit.verify import find_libreoffice, recalculate
from converter.books.assemble import department_books
from converter.books.contents import DepartmentBook
from converter.books.department import department_book
from converter.mapping.documents import Document as YamlDocument
from converter.mapping.facts import SELF_SCORE, Document
from converter.mapping.library import Library, builtin
from converter.scoring.batch import Batch
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import ConfigurationError, numbered
from converter.vocabulary.numbers import State
from tests.test_assemble import PLANNED, PURCHASED, SUINING, Changes, Desk
from tests.test_tables import CONTRACT_HEADS

SHEETS = ["评分表", "基础数据", "核对", "问题清单", "说明"]
#: CONTRACT: laid out like the county's printed 附件2.
SCORE_HEADS = (
    "一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "评价标准", "指标值", "得分", "下限", "上限",
    "自评得分", "差异", "状态", "缺少数据",
)  # fmt: skip
CHECK_HEADS = ["指标", "程序计算值", "公式值", "差", "结论"]
ALLOWED = {
    "IF",
    "AND",
    "OR",
    "NOT",
    "COUNT",
    "COUNTIF",
    "ISNUMBER",
    "ROUND",
    "ROUNDUP",
    "INT",
    "MAX",
    "MIN",
    "ABS",
    "SUM",
}
NONE = "—"
HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "绥宁\x0b县\x16",
    "a\ud800b",
    "_x000D_",
    "字" * 300,
    "𠮷" * 300,
    "a/b",
    "CON",
    "Nan",
    "http://x.y/",
    "<b>&\"'",
)


@pytest.fixture(scope="module")
def desk(library: Library, scheme: Scheme, checks: Checks, derivations: Derivations) -> Desk:
    return Desk(library, scheme, checks, derivations)


@pytest.fixture(scope="module")
def documents(desk: Desk, suining_inbox: Path) -> list[Document]:
    return desk.documents(suining_inbox.parent)


@pytest.fixture(scope="module")
def batch(desk: Desk, suining_inbox: Path) -> Batch:
    return desk.grouped(suining_inbox.parent)


@pytest.fixture(scope="module")
def content(batch: Batch) -> DepartmentBook:
    (book,) = department_books(batch, numbered(batch.findings))
    return book


@pytest.fixture(scope="module")
def written(content: DepartmentBook) -> bytes:
    return department_book(content)


@pytest.fixture(scope="module")
def book(written: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(written))


@pytest.fixture(scope="module")
def cached(written: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(written), data_only=True)


def cells_of(book: Workbook) -> Iterator[tuple[Worksheet, Cell]]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell):
                    yield sheet, cell


def row_of(sheet: Worksheet, name: str, column: int) -> int:
    """The row in which a column says `name`."""
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, column).value == name)


def score_row(book: Workbook, indicator: str) -> dict[str, object]:
    """The row of an indicator (or of a sum) in 评分表 by head; of the three columns 分值 the last."""
    sheet = book["评分表"]
    name = next(r for r in range(5, sheet.max_row + 1) if indicator in (sheet.cell(r, 5).value, sheet.cell(r, 1).value))
    return {head: sheet.cell(name, column).value for column, head in enumerate(SCORE_HEADS, start=1)}


def data_cell(book: Workbook, field: str) -> Cell:
    """The 数值 cell of a field in 基础数据."""
    sheet = book["基础数据"]
    cell = sheet.cell(row_of(sheet, field, 1), 3)
    assert isinstance(cell, Cell)
    return cell


# --- layout ------------------------------------------------------------------------------------------------------------


def test_sheets_in_order(book: Workbook) -> None:
    assert book.sheetnames == SHEETS


def test_heads_of_the_score_sheet(book: Workbook) -> None:
    assert tuple(cell.value for cell in book["评分表"][4])[: len(SCORE_HEADS)] == SCORE_HEADS


def test_heads_of_the_other_sheets(book: Workbook) -> None:
    assert [cell.value for cell in book["核对"][3]] == CHECK_HEADS
    assert [cell.value for cell in book["问题清单"][2]] == CONTRACT_HEADS["FINDING_HEADS"].split(" · ")
    heads = [cell.value for cell in book["基础数据"][3]]
    assert {"字段", "年度", "数值", "单位", "原文", "文件", "工作表", "单元格"} <= set(heads)


def test_every_indicator_stands_there_with_its_sentence(book: Workbook, scheme: Scheme) -> None:
    for rule in scheme.rules:
        assert score_row(book, rule.name)["评价标准"] == rule.spec.text


def test_weights_add_up_at_every_level(book: Workbook) -> None:
    sheet = book["评分表"]
    indicators = range(5, sheet.max_row + 1)
    for column in (2, 4):
        assert sum(float(str(sheet.cell(row, column).value or 0)) for row in indicators) == 100
    thirds = [row for row in indicators if sheet.cell(row, 5).value]
    assert sum(float(str(sheet.cell(row, 6).value or 0)) for row in thirds) == 100
    assert sheet.cell(row_of(sheet, "合计", 1), 6).value == 100
    sums = {name: sheet.cell(row_of(sheet, f"{name}小计", 1), 6).value for name in ("投入", "过程", "产出及效率")}
    assert sums == {"投入": 10, "过程": 60, "产出及效率": 30}


def test_levels_are_merged_as_printed(book: Workbook) -> None:
    sheet = book["评分表"]
    merged = {str(area) for area in sheet.merged_cells.ranges}
    first, last = row_of(sheet, "在职人员控制率", 5), row_of(sheet, "“三公经费”变动率", 5)
    assert {f"A{first}:A{last}", f"B{first}:B{last}", f"C{first}:C{last}", f"D{first}:D{last}"} <= merged
    shared = row_of(sheet, "经济效益", 5)
    assert f"F{shared}:F{shared + 1}" in merged
    assert sheet.cell(shared, 6).value == 10
    areas = list(sheet.merged_cells.ranges)
    assert all(one.isdisjoint(other) for i, one in enumerate(areas) for other in areas[:i])


def test_the_score_sheet_prints_on_a4_landscape_under_its_heads(book: Workbook) -> None:
    sheet = book["评分表"]
    assert int(sheet.page_setup.paperSize or 0) == 9
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$4:$4"
    assert str(sheet.freeze_panes).endswith("5")


def test_the_lines_to_sign_stand_below_the_total(book: Workbook) -> None:
    sheet = book["评分表"]
    below = range(row_of(sheet, "合计", 1) + 1, sheet.max_row + 1)
    texts = [str(cell.value) for row in below for cell in sheet[row] if cell.value]
    words = ("填报单位（盖章）", "负责人", "财务负责人", "填表人", "经办人", "复核人", "日期")
    assert [word for word in words if not any(word in text for text in texts)] == []


def test_the_score_sheet_prints_on_one_page(book: Workbook) -> None:
    for name in ("评分表", "基础数据"):
        assert (book[name].page_setup.fitToWidth or 1, book[name].page_setup.fitToHeight or 1) == (1, 1)


def test_a_form_too_long_for_one_page_flows_over_several(content: DepartmentBook) -> None:
    row = content.rows[0]
    many = tuple(row._replace(rule=replace(row.rule, name=f"{row.rule.name}{n}", group=f"组{n}")) for n in range(60))
    sheet = openpyxl.load_workbook(io.BytesIO(department_book(replace(content, rows=many))))["评分表"]
    assert sheet.page_setup.fitToHeight == 0


def test_notes_say_what_is_missing_and_which_reading_gives_which_score(book: Workbook) -> None:
    sheet = book["评分表"]
    notes = {sheet.cell(cell.row, 5).value: cell.comment.text for _, cell in cells_of(book) if cell.comment}
    assert notes["政府采购执行率"].startswith("缺少数据：\n")
    assert "基础数据表.xlsx!基础数据表!D21" in notes["政府采购执行率"]
    assert "4.93" in notes["预算完成率"]
    assert {"在职人员控制率", "公用经费控制率"}.isdisjoint(notes)
    assert {cell.comment.author for _, cell in cells_of(book) if cell.comment} == {"jixiao"}


def test_money_has_decimals_and_persons_have_none(book: Workbook) -> None:
    assert data_cell(book, "三公经费预算数").number_format == "#,##0.00####"
    assert data_cell(book, "在职人员数").number_format == "General"


def test_only_the_departments_own_problems_are_listed(book: Workbook, batch: Batch) -> None:
    sheet = book["问题清单"]
    heads = [str(cell.value) for cell in sheet[2]]
    owners = [row[heads.index("责任方")].value for row in sheet.iter_rows(min_row=3)]
    assert set(owners) == {"部门"}
    mine = [item for item in numbered(batch.findings) if item.department == SUINING and item.owner.value == "部门"]
    assert len(owners) == len(mine)


def test_an_indicator_without_a_second_level(desk: Desk, content: DepartmentBook) -> None:
    """A scheme may have two levels only, and a first level of a single indicator: nothing to merge, nothing lost."""
    row = content.rows[0]
    single = row._replace(rule=replace(row.rule, spec=row.rule.spec.model_copy(update={"path": ["单列"]})))
    made = department_book(replace(content, rows=(single, *content.rows[1:]), levels={}))
    sheet = openpyxl.load_workbook(io.BytesIO(made))["评分表"]
    assert (sheet["A5"].value, sheet["C5"].value, sheet["A6"].value) == ("单列", None, "单列小计")
    assert sheet["A7"].value == "投入"


def reordered(library: Library, folder: Path, name: str, before: str) -> Scheme:
    """The county's scheme with one indicator written before another one."""
    text = (builtin() / "schemes" / "430527" / "2019.yaml").read_text(encoding="utf-8")
    head, mark, body = text.partition("\nindicators:\n")
    blocks = re.findall(r"^  \S.*:\n(?:    .*\n|\n)+", f"{body}\n", re.MULTILINE)
    by_name = {block.strip().partition(":")[0]: block for block in blocks}
    moved = by_name.pop(name)
    ordered = [part for key, block in by_name.items() for part in ([moved, block] if key == before else [block])]
    (folder / "2019.yaml").write_text(head + mark + "".join(ordered), encoding="utf-8")
    scheme = Scheme(YamlDocument(folder / "2019.yaml", "2019.yaml"), library.dictionary)
    assert len(scheme.rules) == 15
    return scheme


@pytest.mark.parametrize(
    ("name", "before"),
    [("行政效能", "社会效益"), ("“三公经费”变动率", "政府采购执行率"), ("管理制度健全性", "预算控制率")],
    ids=["between-two-that-share", "first-level-in-two-parts", "second-level-in-two-parts"],
)
def test_any_order_of_the_indicators_shows_every_weight_once(
    desk: Desk, documents: list[Document], tmp_path: Path, name: str, before: str
) -> None:
    """Rows that belong together need not be neighbours in the YAML, unless the scheme is refused for it."""
    try:
        scheme = reordered(desk.library, tmp_path, name, before)
    except ConfigurationError:
        return
    batch = replace(desk, scheme=scheme).renamed(documents, {"甲局": {}})
    (content,) = department_books(batch, [])
    sheet = openpyxl.load_workbook(io.BytesIO(department_book(content)))["评分表"]
    rows = range(5, sheet.max_row + 1)
    weights = {sheet.cell(row, 5).value: sheet.cell(row, 6).value for row in rows if sheet.cell(row, 5).value}
    assert weights == {rule.name: rule.full if rule.group == rule.name else None for rule in scheme.rules}
    sums = [row for row in rows if str(sheet.cell(row, 1).value).endswith("小计")]
    assert sum(float(str(sheet.cell(row, 6).value)) for row in sums) == 100
    for column in (2, 4):
        assert sum(float(str(sheet.cell(row, column).value or 0)) for row in rows) == 100


# --- formulas and their values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["指标值", "得分", "下限", "上限", "差异", "状态"], ids=ascii)
def test_data_based_indicators_are_live(book: Workbook, scheme: Scheme, column: str) -> None:
    for rule in scheme.rules:
        if rule.spec.value is not None:
            assert str(score_row(book, rule.name)[column]).startswith("="), rule.name


@pytest.mark.parametrize("name", ["投入小计", "过程小计", "产出及效率小计", "合计"], ids=ascii)
def test_sums_are_live(book: Workbook, name: str) -> None:
    row = score_row(book, name)
    assert all(str(row[head]).startswith("=") for head in ("得分", "下限", "上限", "自评得分"))


def test_formulas_use_only_what_2007_had(book: Workbook) -> None:
    used = {
        n for _, c in cells_of(book) if c.data_type == "f" for n in re.findall(r"([A-Z][A-Z0-9.]*)\(", str(c.value))
    }
    assert used
    assert used <= ALLOWED


def test_every_formula_has_a_value_and_no_cell_is_an_error(book: Workbook, cached: Workbook) -> None:
    count = 0
    for sheet, cell in cells_of(book):
        value = cached[sheet.title][cell.coordinate]
        assert value.data_type != "e", (sheet.title, cell.coordinate)
        if cell.data_type == "f":
            count += 1
            assert value.value is not None, (sheet.title, cell.coordinate)
            assert value.value != ""
    assert count > 150


def shown(value: float) -> object:
    return NONE if np.isnan(value) else pytest.approx(value, rel=1e-15)


def test_cached_values_are_those_computed(cached: Workbook, batch: Batch) -> None:
    for column in batch.columns:
        row = score_row(cached, column.rule.name)
        if column.rule.spec.value is not None:
            assert row["指标值"] == shown(column.value[0])
        assert row["得分"] == shown(column.score[0])
        assert (row["下限"], row["上限"]) == (column.low[0], column.high[0])
        assert row["状态"] == str(column.status[0])
        assert row["自评得分"] == column.self_score[0]


def test_cached_sums_are_those_of_the_totals(cached: Workbook, batch: Batch) -> None:
    total = batch.totals.to_dict("records")[0]
    row = score_row(cached, "合计")
    assert (row["下限"], row["上限"], row["自评得分"]) == (total["low"], total["high"], total["self_total"])
    assert (row["得分"], row["差异"]) == (NONE, total["gap"])


def test_cached_data_are_the_inputs(cached: Workbook, batch: Batch) -> None:
    sheet = cached["基础数据"]
    fields = [str(sheet.cell(row, 1).value) for row in range(4, sheet.max_row + 1)]
    assert len(fields) == len(set(fields))
    by_name = {
        str(one): one for one in batch.inputs.derivations.closure([Input(f) for f in batch.facts["field"].unique()])
    }
    by_name |= {"上年(三公经费预算数)": Input("三公经费预算数", -1)}
    for row, name in enumerate(fields, start=4):
        wanted = by_name.get(name, Input(name))
        value = batch.inputs.column(wanted)[0]
        found = sheet.cell(row, 3).value
        assert found == (None if np.isnan(value) and found is None else shown(value)), name
        assert sheet.cell(row, 2).value == 2019 + wanted.offset


def test_derived_data_are_live(book: Workbook, derivations: Derivations) -> None:
    sheet = book["基础数据"]
    for row in range(4, sheet.max_row + 1):
        derived = str(sheet.cell(row, 1).value) in derivations.formulas
        assert str(sheet.cell(row, 3).value).startswith("=") == derived


def test_every_reference_leads_to_a_row_of_data(book: Workbook) -> None:
    data = book["基础数据"]
    rows = {
        int(n)
        for _, c in cells_of(book)
        if c.data_type == "f"
        for n in re.findall(r"'基础数据'!\$C\$(\d+)", str(c.value))
    }
    assert rows == set(range(4, data.max_row + 1))


def test_data_lead_back_to_the_cell_with_its_text(book: Workbook, suining_inbox: Path) -> None:
    sheet = book["基础数据"]
    checked = 0
    for row in range(4, sheet.max_row + 1):
        raw, _, file, name, cell = (sheet.cell(row, column).value for column in range(6, 11))
        if file:
            source = openpyxl.load_workbook(suining_inbox.parent / str(file))[str(name)][str(cell)].value
            assert str(source if source is not None else "") == str(raw or "")
            checked += 1
    assert checked >= 15


def test_the_check_sheet_compares_fixed_numbers_with_live_ones(book: Workbook, cached: Workbook) -> None:
    live, sheet = book["核对"], cached["核对"]
    names = [str(sheet.cell(row, 1).value) for row in range(4, sheet.max_row + 1)]
    assert names[-3:] == ["合计下限", "合计上限", "合计自评"]
    assert len(names) == 15 + 3
    for row in range(4, sheet.max_row + 1):
        assert live.cell(row, 2).data_type != "f"
        assert str(live.cell(row, 3).value).startswith("='评分表'!")
        assert sheet.cell(row, 2).value == sheet.cell(row, 3).value
        assert (sheet.cell(row, 4).value, sheet.cell(row, 5).value) == (0, "一致")
    assert sheet["A2"].value == "全部一致"


def test_same_content_same_bytes(content: DepartmentBook, written: bytes) -> None:
    assert department_book(content) == written


# --- hostile names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_stays_text_and_the_file_opens(content: DepartmentBook, name: str) -> None:
    finding = ("D01-1", "错误", "D01", name, 2019, name, name, name, 1.0, "部门", name, name, "A1", "", "")
    made = department_book(replace(content, department=name, findings=(finding,)))
    safe = re.sub(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", " ", name)
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert safe in str(book["评分表"]["A2"].value)
    row = [cell for cell in book["问题清单"][3] if cell.column in (4, 6, 7, 8, 11, 12)]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in row] == [(safe, "s", None)] * 6
    calamine = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_name("问题清单")
    assert calamine.to_python(skip_empty_area=False)[2][3] == safe


# --- edited by hand and recalculated -----------------------------------------------------------------------------------

Edit = Callable[[Workbook], None]


def put(field: str, value: object) -> Edit:
    """Types a value into a 数值 cell of 基础数据."""

    def edit(book: Workbook) -> None:
        data_cell(book, field).value = value  # type: ignore[assignment]

    return edit


def type_over(cell: str, value: object) -> Edit:
    """Types a value over a formula of 评分表."""

    def edit(book: Workbook) -> None:
        book["评分表"][cell].value = value

    return edit


def self_score(indicator: str, value: object) -> Edit:
    """Types a self score into 评分表."""

    def edit(book: Workbook) -> None:
        sheet = book["评分表"]
        sheet.cell(row_of(sheet, indicator, 5), 12).value = value  # type: ignore[assignment]

    return edit


EDITS: dict[str, tuple[Edit, ...]] = {
    "filled": (put(PURCHASED, 18), put(PLANNED, 20)),
    "zero": (put(PURCHASED, 5), put(PLANNED, 0), self_score("经济效益", None)),
    "dash": (put("编制数", "——"), put(PURCHASED, 20), self_score("行政效能", 3)),
    "text": (put("编制数", "约60"), self_score("行政效能", 9), put("公用经费预算数", "")),
    "error": (put("编制数", "=1/0"), put("三公经费决算数", None)),
    "last_year": (put("上年(三公经费预算数)", 32), put("本年支出合计年初预算数", 20000)),
    "no_formula": (put("基本支出年初预算数", None),),
    "negative": (put("基本支出全年预算数", 15000),),
    "typed_over": (type_over("I9", 5), type_over("K23", 100)),
}


@pytest.fixture(scope="module")
def edited(written: bytes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Workbook]:
    """The book after each edit, recalculated; one call of LibreOffice for all."""
    if find_libreoffice() is None:
        return {}
    folder = tmp_path_factory.mktemp("edited")
    paths = {}
    for name, edits in EDITS.items():
        book = openpyxl.load_workbook(io.BytesIO(written))
        for edit in edits:
            edit(book)
        paths[folder / f"{name}.xlsx"] = name
        book.save(folder / f"{name}.xlsx")
    made = recalculate(list(paths), folder / "soffice")
    return {paths[path]: openpyxl.load_workbook(str(done), data_only=True) for path, done in made}


def parts(book: Workbook, indicator: str) -> Sequence[object]:
    row = score_row(book, indicator)
    return [row[head] for head in ("指标值", "得分", "下限", "上限", "状态")]


def total(book: Workbook) -> Sequence[object]:
    row = score_row(book, "合计")
    return [row[head] for head in ("得分", "下限", "上限")]


def verdict(book: Workbook, name: str) -> object:
    sheet = book["核对"]
    return sheet.cell(row_of(sheet, name, 1), 5).value


@pytest.mark.parametrize(
    ("edit", "indicator", "expected"),
    [
        ("filled", "政府采购执行率", [0.9, 2, 2, 2, "已评分"]),
        ("filled", "管理制度健全性", [None, 6, 6, 6, "自评"]),
        ("zero", "政府采购执行率", [NONE, NONE, 0, 6, "分母为零"]),
        ("zero", "经济效益", [None, NONE, 0, 6, "未评"]),
        ("dash", "政府采购执行率", [NONE, NONE, 0, 6, "缺数"]),
        ("dash", "在职人员控制率", [NONE, NONE, 0, 5, "缺数"]),
        ("dash", "行政效能", [None, 3, 3, 3, "自评"]),
        ("text", "在职人员控制率", [NONE, NONE, 0, 5, "缺数"]),
        ("text", "公用经费控制率", [NONE, NONE, 0, 8, "缺数"]),
        ("text", "行政效能", [None, 6, 6, 6, "自评"]),
        ("error", "在职人员控制率", [NONE, NONE, 0, 5, "缺数"]),
        ("error", "“三公经费”控制率", [NONE, NONE, 0, 7, "缺数"]),
        ("last_year", "“三公经费”变动率", [pytest.approx(-3 / 32), 5, 5, 5, "已评分"]),
        ("last_year", "预算控制率", [pytest.approx(568.05 / 20000), 4, 4, 4, "已评分"]),
        ("no_formula", "预算控制率", [NONE, NONE, 0, 5, "缺数"]),
        ("no_formula", "预算完成率", [NONE, NONE, 0, 5, "缺数"]),
        ("negative", "预算控制率", [pytest.approx(-3759.81 / 19504.84), NONE, 0, 5, "未规定"]),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else "",
)
def test_an_edited_book_computes(
    libreoffice: str, edited: dict[str, Workbook], edit: str, indicator: str, expected: list[object]
) -> None:
    del libreoffice
    assert parts(edited[edit], indicator) == expected


@pytest.mark.parametrize(
    ("edit", "low", "high"),
    [
        ("filled", 79, 84),
        ("zero", 73, 90),
        ("dash", 74, 90),
        ("text", 69, 93),
        ("error", 70, 93),
        ("last_year", 82, 88),
        ("no_formula", 68, 89),
        ("negative", 73, 89),
    ],
)
def test_the_totals_of_an_edited_book_follow(
    libreoffice: str, edited: dict[str, Workbook], edit: str, low: float, high: float
) -> None:
    del libreoffice
    assert total(edited[edit]) == [NONE, low, high]


@pytest.mark.parametrize("edit", [name for name in EDITS if name != "error"])
def test_no_edit_gives_an_error_cell(libreoffice: str, edited: dict[str, Workbook], edit: str) -> None:
    del libreoffice
    assert [f"{s.title}!{c.coordinate}" for s, c in cells_of(edited[edit]) if c.data_type == "e"] == []


def test_an_error_stays_where_it_was_typed(libreoffice: str, edited: dict[str, Workbook]) -> None:
    del libreoffice
    errors = [f"{s.title}!{c.coordinate}" for s, c in cells_of(edited["error"]) if c.data_type == "e"]
    assert errors == [f"基础数据!{data_cell(edited['error'], '编制数').coordinate}"]


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        ("typed_over", "预算控制率"),
        ("typed_over", "合计下限"),
        ("typed_over", "合计上限"),
        ("filled", "政府采购执行率"),
        ("filled", "合计上限"),
        ("dash", "行政效能"),
        ("dash", "合计自评"),
    ],
    ids=ascii,
)
def test_the_check_sheet_exposes_what_was_changed(
    libreoffice: str, edited: dict[str, Workbook], edit: str, name: str
) -> None:
    del libreoffice
    assert verdict(edited[edit], name) == "不一致"
    assert str(edited[edit]["核对"]["A2"].value).startswith("有不一致")
    assert verdict(edited[edit], "管理制度健全性") == "一致"


def disagreements(written: Path, recalculated: Path) -> list[str]:
    """Formula cells whose recalculated value is not the one they hold. LibreOffice writes 15 digits."""
    live, held = openpyxl.load_workbook(written), openpyxl.load_workbook(written, data_only=True)
    computed = openpyxl.load_workbook(str(recalculated), data_only=True)
    found = []
    for sheet, cell in cells_of(live):
        if cell.data_type == "f":
            before, after = (book[sheet.title][cell.coordinate].value for book in (held, computed))
            if not (
                before == after if isinstance(before, str) else after == pytest.approx(before, abs=1e-12, rel=1e-12)
            ):
                found.append(f"{written.stem} {sheet.title}!{cell.coordinate} {before} {after} {cell.value}")
    return found


def written_and_recalculated(batch: Batch, folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each department's workbook as written, and recalculated."""
    books = {folder / f"{book.department}.xlsx": department_book(book) for book in department_books(batch, [])}
    for path, content in books.items():
        path.write_bytes(content)
    for path, made in recalculate(list(books), folder / "soffice"):
        assert made is not None
        yield path, made


# --- random departments ------------------------------------------------------------------------------------------------


def anything(chance: random.Random) -> float | State:
    """A value of any kind a cell may turn out to hold."""
    kinds: tuple[float | State, ...] = (0.0, State.BLANK, State.DASH, State.UNREADABLE, State.ERROR, State.CONFLICT)
    return chance.choice(kinds) if chance.random() < 0.35 else round(chance.uniform(-5, 120), chance.choice((0, 1, 2)))


def random_departments(desk: Desk, documents: Sequence[Document], count: int) -> dict[str, Changes]:
    chance = random.Random(4305)
    fields = sorted(
        {fact.field for document in documents for fact in document.facts if not fact.field.endswith("·分值")}
    )
    names: dict[str, Changes] = {}
    names["第00局"] = {}
    for number in range(1, count):
        changed = {name: anything(chance) for name in fields if chance.random() < 0.6}
        own = {
            rule.name + SELF_SCORE: chance.choice((State.BLANK, -1.0, 0.0, 3.35, 5.0, 20.0))
            for rule in desk.scheme.rules
        }
        names[f"第{number:02}局"] = {**changed, **{k: v for k, v in own.items() if chance.random() < 0.5}}
    return names


THREE_DECIMALS = {name + SELF_SCORE: 3.335 for name in ("在职人员控制率", "预算完成率", "行政效能")}


@pytest.fixture(scope="module")
def found(desk: Desk, documents: list[Document], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The disagreements of each department's workbook: Suining's own, random ones, one with self scores of 3 decimals."""
    if find_libreoffice() is None:
        return {}
    folder = tmp_path_factory.mktemp("random")
    names = {**random_departments(desk, documents, 7), "三位局": THREE_DECIMALS}
    pairs = written_and_recalculated(desk.renamed(documents, names), folder)
    return {written.stem: disagreements(written, made) for written, made in pairs}


def test_books_of_random_departments_recalculate_to_what_they_hold(
    libreoffice: str, found: dict[str, list[str]]
) -> None:
    """Recalculating gives the same number in every cell."""
    del libreoffice
    assert len(found) == 8
    assert [line for name, lines in found.items() if name != "三位局" for line in lines] == []


def test_self_scores_of_three_decimals_recalculate_to_the_same_sums(
    libreoffice: str, found: dict[str, list[str]]
) -> None:
    """Sums are rounded half up, and 合计 is the sum of what it sums, however the self scores are written."""
    del libreoffice
    assert found["三位局"] == []
