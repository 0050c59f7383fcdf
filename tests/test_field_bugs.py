"""Public bug reports of programs that do this kind of job, and what ours does with the same file.

Each test is named after the kind and says in which projects it was met; the rows are those of opening files and of the
meaning of cells. Every file goes the whole way: bytes → facts and findings.
"""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import msoffcrypto.format.ooxml as ooxml
import openpyxl
import pytest

from converter.intake.discover import discover
from converter.mapping.facts import Fact, Reading
from converter.mapping.library import Library
from converter.reading import read_file
from converter.vocabulary.numbers import State
from tests.conftest import Command
from tests.outputs import Out
from tests.workbooks import SUINING_BASIC, Grid, Value, basic_data, write_xls, write_xlsx

FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
STYLED_END = '<row r="1048576"><c r="A1048576" s="1"/></row>'


@pytest.fixture
def read(tmp_path: Path, library: Library) -> Callable[..., Reading]:
    """Bytes under a name → what was understood."""

    def through(content: bytes, name: str = "基础数据表.xlsx", *passwords: str) -> Reading:
        path = tmp_path / name
        path.write_bytes(content)
        return read_file(path, name, library.forms, library.dictionary, passwords=passwords)

    return through


def form(path: Path, grid: Grid | None = None) -> bytes:
    """The bytes of a 基础数据表 as .xlsx."""
    return write_xlsx(path / "made.xlsx", grid or basic_data(unit="单位：万元")).read_bytes()


def rows(**changes: tuple[Value, Value, Value]) -> Grid:
    """A 基础数据表 with other figures in some rows, known by a part of their names."""
    changed = dict(SUINING_BASIC)
    for name, values in changes.items():
        changed[next(label for label in changed if name in label)] = values
    return basic_data(rows=changed, unit="单位：万元")


def patched(content: bytes, part: str, change: Callable[[bytes], bytes], rename: Callable[[str], str] = str) -> bytes:
    """The package with one part (or, for "", every part) changed and its parts renamed."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(memory, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(zipfile.ZipInfo(rename(name)), change(data) if part in ("", name) else data)
    return memory.getvalue()


def facts(reading: Reading, year: int = 2019) -> dict[str, Fact]:
    return {fact.field: fact for document in reading.documents for fact in document.facts if fact.year == year}


def value(reading: Reading, field: str, year: int = 2019) -> float:
    return facts(reading, year)[field].value


def codes(reading: Reading) -> set[str]:
    found = [*reading.findings, *(item for document in reading.documents for item in document.findings)]
    return {item.code for item in found}


def is_suining(reading: Reading) -> bool:
    """Whether the figures of the form came through."""
    return (value(reading, "三公经费预算数"), value(reading, "编制数")) == (29, 60)


Read = Callable[..., Reading]


# --- opening files


def test_two_far_corners_of_a_small_legal_file_do_not_abort_the_process(read: Read, tmp_path: Path) -> None:
    # calamine#693, fastexcel#487: 2 KB allocate 549 GB.
    sheet = "xl/worksheets/sheet1.xml"
    bomb = patched(form(tmp_path), sheet, lambda xml: xml.replace(b"</sheetData>", FAR.encode() + b"</sheetData>"))
    (refused,) = read(bomb).findings
    assert refused.code == "F06"
    assert "5000000" in refused.message


def test_one_deadly_file_among_good_ones_costs_only_itself(tmp_path: Path, jixiao: Command) -> None:
    # chancy#94, ai-dial-rag#11: one dead worker, and every later task is lost; xlsx2csv#302, csv2xlsx#11: exit 0.
    for name in ("甲局", "乙局", "丙局"):
        write_xlsx(tmp_path / f"in/绥宁县{name}/基础数据表.xlsx", basic_data(f"绥宁县{name}", unit="单位：万元"))
    bad = tmp_path / "in/坏"
    bad.mkdir()
    (bad / "空.xlsx").write_bytes(b"")
    (bad / "半截.xlsx").write_bytes(form(tmp_path)[:3000])
    done = jixiao("run", tmp_path / "in", "-o", tmp_path / "OUT", "--jobs", "2", "--region", "430527")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    named = [finding["文件"] for finding in Out(tmp_path / "OUT").findings if finding["代码"].startswith("F")]
    assert sorted(named) == ["坏/半截.xlsx", "坏/空.xlsx"]
    assert len(Out(tmp_path / "OUT").scores) == 3 * 15
    assert jixiao("run", tmp_path / "in", "-o", tmp_path / "OUT", "--fail-on", "never").returncode == 0


def test_a_dimension_of_one_cell_hides_no_row(read: Read, tmp_path: Path) -> None:
    # dify#1039, pandas#39001: files of WPS lost all but the first row.
    wrong = re.compile(rb'<dimension ref="[^"]*"/>')
    reading = read(
        patched(form(tmp_path), "xl/worksheets/sheet1.xml", lambda x: wrong.sub(b'<dimension ref="A1"/>', x))
    )
    assert is_suining(reading)


def test_a_style_that_excel_never_writes_costs_no_value(read: Read, tmp_path: Path) -> None:
    # fastexcel#313, allotropy#301: TypeError: expected Fill.
    odd = patched(
        form(tmp_path), "xl/styles.xml", lambda xml: re.sub(rb"<fill>.*?</fill>", b"<fill/>", xml, flags=re.S)
    )
    assert is_suining(read(odd))


@pytest.mark.parametrize(("write", "name"), [(write_xlsx, "表.xls"), (write_xls, "表.xlsx")])
def test_a_workbook_under_the_extension_of_the_other_is_read(
    read: Read, tmp_path: Path, write: Callable[..., Path], name: str
) -> None:
    # pandas#38410, #42535.
    reading = read(write(tmp_path / "made", basic_data(unit="单位：万元")).read_bytes(), name)
    assert is_suining(reading)
    assert "F02" in codes(reading)


def test_a_web_page_dressed_as_xls_is_a_table(read: Read) -> None:
    # xlrd#350: Expected BOF record; found '<html'.
    grid = basic_data(unit="单位：万元")
    lines = []
    for row in range(max(at for at, _ in grid.cells) + 1):
        cells = "".join(f"<td>{grid.cells.get((row, column), '')}</td>" for column in range(4))
        lines.append(f"<tr>{cells if row != 1 else f'<td colspan=4>{grid.cells[1, 0]}</td>'}</tr>")
    page = f"<html><meta charset=gb2312><table>{''.join(lines)}</table></html>".encode("gb18030")
    assert is_suining(read(page, "基础数据表.xls"))


def test_text_with_tabs_in_gbk_named_xls_is_a_table(read: Read) -> None:
    # xlrd#286.
    grid = basic_data(unit="单位：万元")
    last = max(at for at, _ in grid.cells)
    lines = ["\t".join(str(grid.cells.get((row, column), "")) for column in range(4)) for row in range(last + 1)]
    assert is_suining(read("\r\n".join(lines).encode("gb18030"), "基础数据表.xls"))


def test_the_xml_of_excel_2003_is_refused_with_what_to_do(read: Read) -> None:
    # xlrd#188.
    xml = '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    xml += '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
    (refused,) = read(xml.encode(), "决算.xls").findings
    assert (refused.code, "另存为 .xlsx" in refused.advice) == ("F05", True)


def test_a_workbook_with_a_password_says_so_and_opens_with_it(read: Read, tmp_path: Path) -> None:
    # excelize#1877, unstructured#4057: File is not a zip file.
    made = io.BytesIO()
    ooxml.OOXMLFile(io.BytesIO(form(tmp_path))).encrypt("密码123", made)
    assert codes(read(made.getvalue())) == {"F04"}
    opened = read(made.getvalue(), "基础数据表.xlsx", "别的", "密码123")
    assert is_suining(opened)
    assert not any("密码123" in item.message for item in opened.findings)


def test_what_an_open_workbook_and_a_mac_leave_behind_is_passed_over(tmp_path: Path) -> None:
    # dicomsort#36, migrate#39, spatialdata-io#260.
    write_xlsx(tmp_path / "人社局.xlsx", basic_data())
    for junk in ("~$人社局.xlsx", ".DS_Store", "._人社局.xlsx"):
        (tmp_path / junk).write_bytes(b"\x05" * 165)
    found = discover([tmp_path], None)
    assert [source.name for source in found.sources] == ["人社局.xlsx"]
    assert sorted(found.ignored) == [".DS_Store", "._人社局.xlsx", "~$人社局.xlsx"]


def test_backslashes_in_the_package_are_no_obstacle(read: Read, tmp_path: Path) -> None:
    # react-xlsx#21, ExcelDataReader#385.
    assert is_suining(read(patched(form(tmp_path), "?", bytes, lambda name: name.replace("/", "\\"))))


def test_a_strict_workbook_is_not_an_empty_one(read: Read, tmp_path: Path) -> None:
    # EPPlus#2325, ExcelDataReader#498, xlrd#92: no sheet, in silence.
    def strict(xml: bytes) -> bytes:
        xml = xml.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006", b"http://purl.oclc.org/ooxml/spreadsheetml"
        )
        return xml.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006", b"http://purl.oclc.org/ooxml/officeDocument"
        )

    assert is_suining(read(patched(form(tmp_path), "", strict)))


def test_a_style_on_the_last_row_costs_nothing(read: Read, tmp_path: Path) -> None:
    # commcare-hq#23873, QAnything#385: minutes, or no memory left.
    sheet = "xl/worksheets/sheet1.xml"
    tall = patched(
        form(tmp_path), sheet, lambda xml: xml.replace(b"</sheetData>", STYLED_END.encode() + b"</sheetData>")
    )
    assert is_suining(read(tall))


# --- the meaning of cells


def test_a_table_that_starts_far_from_the_corner_is_named_by_excels_addresses(read: Read, tmp_path: Path) -> None:
    # dbx#8638.
    grid = rows(公务接待=("7.16", "约21", "4.12")).moved(7, 1)
    reading = read(form(tmp_path, grid))
    assert is_suining(reading)
    assert facts(reading)["公务接待费预算数"].place.cell == "D19"
    (unclear,) = [item for document in reading.documents for item in document.findings if item.code == "D01"]
    assert unclear.place.cell == "D19"


def test_a_merged_head_heads_all_its_columns_and_an_unmerged_one_only_its_own(read: Read, tmp_path: Path) -> None:
    # readxl#355, #166, openxlsx#128; a print of seven columns, each figure over two of them.
    source = basic_data(unit="单位：万元")
    grid = Grid(source.name)
    for (row, column), text in source.cells.items():
        at = column if column == 0 else 2 * column - 1
        grid.cells[row, at] = text
        if column and row not in (2,):
            grid.merges.append((row, at, row, at + 1))
    assert is_suining(read(form(tmp_path, grid)))


def test_a_blank_under_a_figure_stays_blank(read: Read, tmp_path: Path) -> None:
    # pandas#44837: blanks filled from above.
    reading = read(form(tmp_path, rows(公务接待=("7.16", None, "4.12"))))
    assert facts(reading)["公务接待费预算数"].state is State.BLANK


def test_two_columns_of_one_name_are_a_conflict_and_neither_is_used(tmp_path: Path, jixiao: Command) -> None:
    # pandas#10523, #64198: 预算.1, and the wrong one is used.
    grid = basic_data("绥宁县甲局", unit="单位：万元")
    for row in range(5, 22):
        if (row, 2) in grid.cells:
            grid.cells[row, 4] = grid.cells[row, 2] if row == 5 else 999
    write_xlsx(tmp_path / "in/绥宁县甲局/基础数据表.xlsx", grid)
    jixiao("run", tmp_path / "in", "-o", tmp_path / "OUT", "--region", "430527")
    out = Out(tmp_path / "OUT")
    (conflict,) = [f for f in out.findings if (f["代码"], f["对象"]) == ("D04", "三公经费预算数")]
    assert "999" in conflict["说明"]
    assert [f["采用"] for f in out.facts if f["字段"] == "三公经费预算数"] == ["否", "否"]


@pytest.mark.parametrize("text", ["None", "NA", "nan", "N/A"])
def test_words_that_mean_nothing_to_python_are_texts(read: Read, tmp_path: Path, text: str) -> None:
    # pandas#61788, #39148.
    reading = read(form(tmp_path, rows(公务接待=("7.16", text, "4.12"))))
    assert facts(reading)["公务接待费预算数"].state is State.UNREADABLE
    named = read(form(tmp_path, basic_data(f"{text}局", unit="单位：万元")))
    assert named.documents[0].department == f"{text}局"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("19,550.38", 19550.38),
        ("¥1,020.00", 1020),
        ("１，２３４．５０", 1234.5),
        ("−10.32", -10.32),
        ("－10.32", -10.32),
    ],
)
def test_numbers_as_people_type_them(read: Read, tmp_path: Path, text: str, number: float) -> None:
    # dataease#9206, cashbook#42, dbx#6491; rust#130315, cpython#144095: U+2212.
    assert value(read(form(tmp_path, rows(公务接待=("7.16", text, "4.12")))), "公务接待费预算数") == number


@pytest.mark.parametrize("text", ["—", "——"])
def test_a_dash_is_no_number_and_no_blank(read: Read, tmp_path: Path, text: str) -> None:
    reading = read(form(tmp_path, rows(公务接待=("7.16", text, "4.12"))))
    assert facts(reading)["公务接待费预算数"].state is State.DASH


@pytest.mark.parametrize(
    ("rate", "code", "ratio"),
    [(1.1333, "0%", 1.1333), ("113%", "", 1.13), ("113.33％", "", 1.1333), (113.33, "", None)],
)
def test_a_rate_is_one_number_however_it_is_shown(
    read: Read, tmp_path: Path, rate: Value, code: str, ratio: float | None
) -> None:
    # grist#284, readxl#462, ForLegalAI#143: 0.72, 72% and 72 in one column. 113.33 alone may be either: it is asked.
    grid = basic_data(staff=(60, 68, rate), unit="单位：万元")
    if code:
        grid.formats[4, 3] = code
    reading = read(form(tmp_path, grid))
    known = facts(reading)["在职人员控制率填报数"]
    if ratio is None:
        assert known.state is State.UNREADABLE
        assert "D01" in codes(reading)
    else:
        assert known.value == ratio


def test_an_error_cell_is_not_blank(read: Read, tmp_path: Path) -> None:
    # python-calamine#105, calamine#720.
    reading = read(form(tmp_path, rows(公务接待=("7.16", "#DIV/0!", "4.12"))))
    assert facts(reading)["公务接待费预算数"].state is State.ERROR
    assert "D02" in codes(reading)


def test_a_formula_that_was_never_calculated_is_not_blank(read: Read, tmp_path: Path) -> None:
    # ragflow#19737, onyx#13354, python-calamine#107.
    reading = read(form(tmp_path, rows(公务接待=("7.16", "=B6*2", "4.12"))))
    assert facts(reading)["公务接待费预算数"].state is State.STALE
    assert "D03" in codes(reading)


def test_formulas_that_all_give_zero_are_doubted(read: Read, tmp_path: Path) -> None:
    # XlsxWriter#877: a writer without a calculator stores 0.
    formula = rows(公务接待=(7.16, "=1+20", 4.12), 出国=("=0", "=0+0", "=0"), 办公经费=("=5+1", "=8+1", "=7+1"))
    stored = re.compile(rb"</f><v\s*/>|</f><v></v>|</f></c>")
    zeros = patched(form(tmp_path, formula), "xl/worksheets/sheet1.xml", lambda xml: stored.sub(_with_zero, xml))
    assert "D08" in codes(read(zeros))


def _with_zero(match: re.Match[bytes]) -> bytes:
    return b"</f><v>0</v></c>" if match[0].endswith(b"</c>") else b"</f><v>0</v>"


def test_a_hidden_row_and_an_old_hidden_sheet_do_not_win(read: Read, tmp_path: Path) -> None:
    # pandas#42562, readxl#428, #513.
    path = write_xlsx(tmp_path / "made.xlsx", basic_data(staff=(50, 50, "100%")), basic_data(unit="单位：万元"))
    book = openpyxl.load_workbook(path)
    old, new = book.worksheets
    old.title, old.sheet_state = "基础数据表(旧)", "hidden"
    new.insert_rows(7)
    for column, text in enumerate(("三公经费", "99", "99", "99"), start=1):
        new.cell(7, column, text)
    new.row_dimensions[7].hidden = True
    book.active = 1
    book.save(path)
    reading = read(path.read_bytes())
    assert is_suining(reading)
    assert "M14" in codes(reading)
    assert any("基础数据表(旧)" in item.message for item in reading.findings)


@pytest.mark.parametrize("date", ["2019年12月31日", "2019.12.31", "2019-12-31"])
def test_a_date_is_no_amount(read: Read, tmp_path: Path, date: str) -> None:
    # readxl#266, #641. A serial number in a cell without a date format can be told from an amount by nobody.
    reading = read(form(tmp_path, rows(公务接待=("7.16", date, "4.12"))))
    assert facts(reading)["公务接待费预算数"].state is State.UNREADABLE


def test_a_row_that_was_renamed_or_moved_is_found_by_its_label_or_named(read: Read, tmp_path: Path) -> None:
    # sparc-request#80.
    moved = dict(SUINING_BASIC)
    moved = {"楼堂馆所支出": ("0", "0", "0"), "　三、  “三公经费”　": moved.pop("三公经费"), **moved}
    reading = read(form(tmp_path, basic_data(rows=moved, unit="单位：万元")))
    assert is_suining(reading)
    unknown = [item for document in reading.documents for item in document.findings if item.code == "M02"]
    assert any("楼堂馆所支出" in item.message for item in unknown)


def test_a_sheet_in_yuan_is_held_in_wan_yuan(read: Read, tmp_path: Path) -> None:
    # pytdx#102.
    grid = basic_data(unit="金额单位：元", rows={**SUINING_BASIC, "三公经费": ("161400", "290000", "75900")})
    assert value(read(form(tmp_path, grid)), "三公经费预算数") == 29


def test_the_sum_of_nothing_is_not_zero(tmp_path: Path, jixiao: Command) -> None:
    # pandas#35263, #9422: a total of blanks scored as full marks.
    blank = rows(三公经费=(None, None, None), 公务用车购置和=(None,) * 3, 出国=(None,) * 3, 公务接待=(None,) * 3)
    write_xlsx(tmp_path / "in/绥宁县甲局/基础数据表.xlsx", blank)
    jixiao("run", tmp_path / "in", "-o", tmp_path / "OUT", "--region", "430527")
    (score,) = [row for row in Out(tmp_path / "OUT").scores if row["三级指标"] == "“三公经费”控制率"]
    assert (score["状态"], score["得分"], score["下限"]) == ("缺数", "", "0")
