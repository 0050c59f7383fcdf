"""评分汇总_<year>.xlsx: sheets, heads and values to the letter of CONTRACT, and nothing private in any output."""

import getpass
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
import python_calamine
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from converter.books import summary as summary_module
from converter.books.overview import book_names
from converter.books.summary import SummaryBook, summary_book
from converter.mapping.facts import Document
from converter.mapping.library import Library
from converter.options import Options
from converter.run import run
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import numbered
from tests.outputs import Out
from tests.test_assemble import RANKED, SUINING, Desk
from tests.test_tables import CONTRACT_HEADS
from tests.whole import summary_of

#: CONTRACT: the sheets with heads, in this order; 图表 stands behind 汇总, 说明 at the end.
SHEETS = {
    "汇总": "SUMMARY_HEADS",
    "报送情况": "SUBMITTED_HEADS",
    "指标得分": "SCORE_HEADS",
    "问题清单": "FINDING_HEADS",
    "勾稽核对": "CHECK_HEADS",
    "规范数据": "FACT_HEADS",
    "规则": "RULE_HEADS",
    "来源文件": "SOURCE_HEADS",
    "运行信息": "INFO_HEADS",
}
HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1",
    "@SUM(1)",
    "_x000D_",
    "字" * 300,
    "a/b",
    "CON",
    "Nan",
    "绥宁\x0b县\x16",
    "教育局#1",
    "A%20B局",
    "甲 乙&丙局",
    "TRUE",
)


@pytest.fixture(scope="session")
def desk(library: Library, scheme: Scheme, checks: Checks, derivations: Derivations) -> Desk:
    return Desk(library, scheme, checks, derivations)


@pytest.fixture(scope="session")
def documents(desk: Desk, suining_inbox: Path) -> list[Document]:
    return desk.documents(suining_inbox.parent)


@pytest.fixture(scope="session")
def out(suining_out: Path) -> Out:
    return Out(suining_out)


@pytest.fixture(scope="session")
def book(suining_out: Path) -> Workbook:
    return openpyxl.load_workbook(suining_out / "评分汇总_2019.xlsx")


def rows_of(sheet: Worksheet) -> tuple[int, Sequence[tuple[object, ...]]]:
    """Number of the head row (the first whose first cell is the first head), and the rows below it."""
    first = CONTRACT_HEADS[SHEETS[sheet.title]].split(" · ")[0]
    rows = list(sheet.iter_rows(values_only=True))
    at = next(i for i, row in enumerate(rows) if row[0] == first)
    return at, rows[at + 1 :]


def made(desk: Desk, documents: list[Document], names: tuple[str, ...]) -> tuple[bytes, dict[str, str], SummaryBook]:
    """A summary workbook over departments of the given names."""
    batch = desk.renamed(documents, {name: {} for name in names})
    links = book_names(batch.departments, 2019)
    content = summary_of(batch, numbered(batch.findings), links)
    return summary_book(content), links, content


# --- sheets and heads --------------------------------------------------------------------------------------------------


def test_sheets_in_order(book: Workbook) -> None:
    first, *others = SHEETS
    assert book.sheetnames == [first, "图表", *others, "说明"]


@pytest.mark.parametrize("name", SHEETS, ids=ascii)
def test_heads_to_the_letter(book: Workbook, name: str) -> None:
    sheet = book[name]
    at, rows = rows_of(sheet)
    heads = [cell.value for cell in sheet[at + 1]]
    assert heads == CONTRACT_HEADS[SHEETS[name]].split(" · ")
    assert rows


@pytest.mark.parametrize("name", SHEETS, ids=ascii)
def test_sheets_print_with_their_heads(book: Workbook, name: str) -> None:
    sheet = book[name]
    at, _ = rows_of(sheet)
    assert int(sheet.page_setup.paperSize or 0) == 9
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == f"${at + 1}:${at + 1}"
    heads = CONTRACT_HEADS[SHEETS[name]].split(" · ")
    behind = heads.index("部门") + 1 if "部门" in heads else 0
    assert sheet.freeze_panes == f"{get_column_letter(behind + 1)}{at + 2}"
    assert sheet.auto_filter.ref == f"A{at + 1}:{get_column_letter(len(heads))}{sheet.max_row}"


def test_no_cell_is_an_error_or_a_formula(book: Workbook) -> None:
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n"}


# --- 指标得分 -------------------------------------------------------------------------------------------------------------


def test_weights_add_up_to_100_and_a_shared_one_stands_on_its_first_row(out: Out) -> None:
    rows = out.sheet("指标得分", "部门编码")
    assert sum(float(row["分值"]) for row in rows if row["分值"]) == 100
    assert [row["三级指标"] for row in rows if not row["分值"]] == ["社会效益"]


def test_values_are_never_rounded(book: Workbook) -> None:
    sheet = book["指标得分"]
    at, _ = rows_of(sheet)
    cells = {str(row[5].value): row[7] for row in sheet.iter_rows(min_row=at + 2)}
    for name, ratio in (
        ("在职人员控制率", 68 / 60),
        ("公用经费控制率", 78.46 / 81.35),
        ("预算控制率", 568.05 / 19504.84),
    ):
        assert cells[name].value == pytest.approx(ratio, rel=1e-15)
        assert cells[name].number_format == "0.00%"
    assert cells["政府采购执行率"].value is None


def test_scores_are_those_of_the_csv(out: Out) -> None:
    sheet = out.sheet("指标得分", "部门编码")
    assert len(sheet) == len(out.scores) == 15
    for shown, row in zip(sheet, out.scores, strict=True):
        for head, text in row.items():
            if head == "指标值" and text:
                assert float(shown[head]) == pytest.approx(float(text), rel=1e-15)
            else:
                assert shown[head] == text, head


def test_gaps_name_field_year_reason_and_cell(out: Out) -> None:
    gaps = {row["三级指标"]: row["缺少数据"] for row in out.scores if row["缺少数据"]}
    assert gaps["“三公经费”变动率"] == "三公经费预算数（2018年）：表中无此栏"
    assert gaps["政府采购执行率"].split("；") == [
        "政府采购决算数（2019年）：空白 基础数据表.xlsx!基础数据表!D21",
        "政府采购预算数（2019年）：空白 基础数据表.xlsx!基础数据表!C21",
    ]


# --- the other sheets --------------------------------------------------------------------------------------------------


def test_totals_row_by_row(out: Out) -> None:
    row = out.total(SUINING)
    expected = {
        "名次": "1",
        "名次区间": "1～1",
        "年度": "2019",
        "自评得分": "89",
        "自评等次": "良",
        "复算得分": "",
        "复算下限": "77",
        "复算上限": "88",
        "等次": "中～良",
        "自评差异": "1",
        "数据分值": "41",
        "数据下限": "24",
        "数据上限": "35",
        "沿用自评": "53",
        "错误": "1",
        "评分表": f"部门/{SUINING}_2019.xlsx",
    }
    assert {head: row[head] for head in expected} == expected
    assert set(row["缺数指标"].split("、")) == {"“三公经费”变动率", "政府采购执行率"}
    assert row["主要扣分"].split("、") == ["在职人员控制率", "预算控制率"]


def test_findings_are_those_of_the_csv(out: Out) -> None:
    assert out.sheet("问题清单", "编号") == out.findings
    assert len({row["编号"] for row in out.findings}) == len(out.findings)


def test_a_problem_of_the_scheme_stands_once_without_department(out: Out) -> None:
    rules = [row for row in out.findings if row["责任方"] == "规则"]
    assert {row["代码"] for row in rules} == {"S04", "S10"}
    for row in rules:
        assert row["部门"] == ""
        assert row["文件"] == "mappings/schemes/430527/2019.yaml"
        assert re.fullmatch(r"\d+:\d+", row["单元格"])


def test_facts_are_exactly_those_the_scheme_uses(out: Out, desk: Desk) -> None:
    """规范数据 holds what the indicators use, adopted or not; facts.csv holds every fact."""
    shown = out.sheet("规范数据", "部门编码")
    keys = {(row["字段"], row["年度"]) for row in shown}
    wanted: set[tuple[str, str]] = set()
    waiting = [
        (needed.name, 2019 + needed.offset)
        for rule in desk.scheme.rules
        for formula in (rule.spec.value, *rule.spec.variants.values())
        if formula is not None
        for needed in formula.inputs()
    ]
    while waiting:
        name, year = waiting.pop()
        wanted.add((name, str(year)))
        for formula in desk.derivations.formulas.get(name, []):
            waiting += [(needed.name, year + needed.offset) for needed in formula.inputs()]
    wanted |= {(f"{rule.name}·自评得分", "2019") for rule in desk.scheme.rules}
    assert keys == {(row["字段"], row["年度"]) for row in out.facts} & wanted
    assert [row for row in out.facts if (row["字段"], row["年度"]) in wanted] == shown
    assert len(out.facts) > len(shown)


def test_self_scores_and_printed_weights_are_facts(out: Out) -> None:
    assert out.fact(SUINING, "行政效能·自评得分")["单元格"] == "I18"
    assert out.fact(SUINING, "行政效能·分值")["数值"] == "6"


def test_the_rules_sheet_cites_sentence_and_basis(out: Out) -> None:
    row = next(row for row in out.sheet("规则", "一级指标") if row["三级指标"] == "预算完成率")
    assert (row["原文"], row["依据"]) == ("100%计满分，每低于5%扣2分，扣完为止。", "绥财绩〔2020〕2号 附件2")
    assert row["指标公式"] == "(上年结转 + 年初预算 + 本年追加预算 - 年末结余) / (上年结转 + 年初预算 + 本年追加预算)"


def test_every_file_is_listed_with_what_became_of_it(out: Out) -> None:
    rows = out.sheet("来源文件", "文件")
    assert [(row["文件"], row["表单"], row["处理结果"]) for row in rows] == [
        ("决算.xlsx", "财决01", "已采用"),
        ("基础数据表.xlsx", "基础数据表", "已采用"),
        ("指标表.xlsx", "指标表", "已采用"),
    ]
    assert [row["SHA-256"] for row in rows] == [entry["sha256"] for entry in out.manifest["inputs"]]


# --- links, names, size ------------------------------------------------------------------------------------------------


def path_of(target: object) -> str:
    """The file that a link's target names; Excel's way of writing it is a Windows path with a few escapes."""
    return unquote(str(target)).replace("\\", "/")


def test_links_are_relative_and_lead_to_the_books(book: Workbook, suining_out: Path) -> None:
    links = [cell.hyperlink for row in book["汇总"].iter_rows() for cell in row if cell.hyperlink]
    targets = [path_of(link.target) for link in links]
    assert targets == [f"部门/{SUINING}_2019.xlsx"]
    assert (suining_out / targets[0]).is_file()


def test_every_score_leads_to_a_row_of_its_first_input(book: Workbook) -> None:
    sheet, data = book["指标得分"], book["规范数据"]
    at, rows = rows_of(sheet)
    led = {}
    for line in range(at + 2, at + 2 + len(rows)):
        link = sheet.cell(line, 6).hyperlink
        assert link is not None
        assert link.target is None
        name, _, cell = str(link.location).partition("!")
        assert name == "'规范数据'"
        led[sheet.cell(line, 6).value] = [cell.value for cell in data[data[cell].row]]
    assert all(row[1] == SUINING for row in led.values())
    assert {name: (row[3], row[2]) for name, row in led.items() if name in ("在职人员控制率", "行政效能")} == {
        "在职人员控制率": ("在职人员数", 2019),
        "行政效能": ("行政效能·自评得分", 2019),
    }
    assert led["政府采购执行率"][3] == "政府采购决算数"  # blank, and yet the place to look at


def test_beyond_the_links_a_sheet_takes_there_are_none_and_a_note_says_so(
    desk: Desk, documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary_module, "MAX_LINKS", 2)
    content, _, _ = made(desk, documents, ("甲局", "乙局", "丙局"))
    written = openpyxl.load_workbook(io.BytesIO(content))
    for name in ("汇总", "指标得分"):
        sheet = written[name]
        assert sum(1 for row in sheet.iter_rows() for cell in row if cell.hyperlink) == 2
        assert str(sheet["A2"].value).endswith("；前 2 行有链接")


def test_open_totals_and_scores_have_notes(book: Workbook) -> None:
    at, _ = rows_of(book["汇总"])
    note = book["汇总"].cell(at + 2, 9).comment
    assert note is not None
    assert "77.00 到 88.00 分" in note.text
    assert "政府采购执行率" in note.text
    sheet = book["指标得分"]
    notes = {row[5].value: row[8].comment.text for row in sheet.iter_rows(min_row=4) if row[8].comment}
    assert set(notes) == {"“三公经费”变动率", "政府采购执行率", "预算完成率"}
    assert "基础数据表.xlsx!基础数据表!D21" in notes["政府采购执行率"]
    assert notes["预算完成率"].startswith("换一种读法：\n")


def test_the_fingerprint_stands_in_the_foot_of_every_page(out: Out, book: Workbook, suining_out: Path) -> None:
    mark = next(row["内容"] for row in out.sheet("运行信息", "项目") if row["项目"] == "指纹")
    assert re.fullmatch("[0-9a-f]{12}", mark)
    assert out.manifest["fingerprint"] == mark
    (department,) = (suining_out / "部门").iterdir()
    assert feet(book) == {mark}
    (own,) = feet(openpyxl.load_workbook(department))
    assert re.fullmatch("[0-9a-f]{12}", own)


def feet(book: Workbook) -> set[str]:
    """The 指纹 at the foot of the sheets, each of which shows the date of printing too."""
    marks = set()
    for sheet in book.worksheets:
        foot = sheet.oddFooter
        assert foot is not None
        left, right = (str(part.text) for part in (foot.left, foot.right) if part is not None)
        marks |= set(re.findall("指纹 ([0-9a-f]+)", left)) or {sheet.title}
        assert "打印日期 &D" in right, sheet.title
    return marks


def test_hostile_names_stay_text(desk: Desk, documents: list[Document]) -> None:
    content, _, _ = made(desk, documents, HOSTILE)
    _, rows = rows_of(openpyxl.load_workbook(io.BytesIO(content))["汇总"])
    expected = {re.sub(r"[\x0b\x16]", " ", name) for name in HOSTILE}
    assert {row[3] for row in rows} == expected
    calamine = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("汇总")
    assert {row[3] for row in calamine.to_python(skip_empty_area=False)[3:]} == expected


def test_links_reach_books_with_odd_names(desk: Desk, documents: list[Document]) -> None:
    """A # or a % in a name is part of the path, not an anchor or an escape."""
    content, links, _ = made(desk, documents, HOSTILE)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["汇总"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert len(cells) == len(HOSTILE)
    for cell in cells:
        link = cell.hyperlink
        assert link is not None
        assert not link.location, cell.value
        assert path_of(link.target) in links.values()


def test_a_sheet_stops_with_a_note(desk: Desk, documents: list[Document], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary_module, "MAX_SHEET_ROWS", 4)
    monkeypatch.setattr(summary_module, "_LARGEST", 4)
    content, _, book = made(desk, documents, tuple(RANKED))
    everything = {table.name: len(table.rows) for table in book.tables}
    written = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in (written[name] for name in SHEETS):
        _, rows = rows_of(sheet)
        if everything[sheet.title] > 4:
            assert len(rows) == 5
            assert f"共 {everything[sheet.title]} 行" in str(rows[-1][0])
            assert ("CSV" if sheet.title in {"指标得分", "问题清单", "勾稽核对", "规范数据"} else "run.json") in str(
                rows[-1][0]
            )
        else:
            assert len(rows) == everything[sheet.title]


def test_the_title_is_not_taken_for_a_head(desk: Desk, documents: list[Document]) -> None:
    """The head row is the first row whose first cell is the first head, whatever the region is called."""
    _, _, book = made(desk, documents, ("甲局",))
    content = summary_book(replace(book, title="名次", subtitle="编号"))
    at, _ = rows_of(openpyxl.load_workbook(io.BytesIO(content))["汇总"])
    assert at == 2


# --- nothing private ---------------------------------------------------------------------------------------------------


def texts_of(path: Path) -> str:
    """Everything readable in an output: the text itself, or every part of a workbook."""
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(path) as archive:
        return "\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


def test_no_path_user_time_or_worker_count_in_any_output_but_the_manifest(
    suining_out: Path, suining_inbox: Path
) -> None:
    files = [path for path in suining_out.rglob("*") if path.is_file() and path.name != "run.json"]
    assert len(files) == 7
    private = [str(suining_out.parent), str(suining_inbox.parent), str(Path.home()), "/tmp/"]  # noqa: S108
    private += ["jobs", "进程数", f"/{getpass.getuser()}/"]
    for path in files:
        text = texts_of(path)
        assert [word for word in private if word in text] == [], path.name
        # a moment of the day, or the fixed mark of every workbook
        assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z?|\b\d\d:\d\d:\d\d\b", text)) <= {"2000-01-01T00:00:00Z"}, (
            path.name
        )


# --- rows made by the workers ------------------------------------------------------------------------------------------


def test_made_by_the_workers_every_part_is_the_same(
    suining_inbox: Path, suining_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary_module, "BLOCK", 30)
    run(Options((suining_inbox,), tmp_path / "OUT", jobs=2, fail_on="never"))
    parts = []
    for folder in (tmp_path / "OUT", suining_out):
        with zipfile.ZipFile(folder / "评分汇总_2019.xlsx") as archive:
            parts.append({name: archive.read(name) for name in archive.namelist()})
    assert parts[0] == parts[1]
