"""OOXML workbooks: Excel's own addresses, cells that a value reader loses, and files that are refused with their code."""

import datetime as dt
import io
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from converter.intake import guards
from converter.intake.cells import Sheet, Workbook, a1, text_of
from converter.intake.guards import UnreadableError
from converter.intake.sheetxml import percent_digits_of_format
from converter.intake.xlsx import read_xlsx
from converter.vocabulary.numbers import Number, State
from tests.workbooks import Grid, basic_data, write_xlsx

ROOT = Path(__file__).resolve().parent.parent

# --- workbooks as raw XML: what other programs write and openpyxl cannot

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">'
    '<sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{LINKS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="176" formatCode="0.0%"/></numFmts>'
    "<fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>"
    '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="176"/></cellXfs></styleSheet>',
}


def worksheet(rows: str, after: str = "") -> str:
    """The XML of a sheet with these rows."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def package(sheet: str | bytes, **parts: str | bytes | None) -> bytes:
    """An .xlsx with this sheet; `parts` replaces other members (by name), None leaves one out."""
    members: dict[str, str | bytes | None] = {**PARTS, "xl/worksheets/sheet1.xml": sheet, **parts}
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return memory.getvalue()


def sheet_of(content: bytes) -> Sheet:
    """The only sheet of a workbook."""
    (sheet,) = read_xlsx(content).sheets
    return sheet


def states(sheet: Sheet) -> dict[str, State]:
    """A1 name → state of every cell that is not blank."""
    found: dict[str, State] = {}
    for row in range(len(sheet.rows) + 1):
        for column in range(sheet.width + 1):
            if (state := sheet.number((row, column)).state) is not State.BLANK:
                found[a1((row, column))] = state
    return found


def saved(book: openpyxl.Workbook) -> bytes:
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def fresh() -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return book, sheet


def opened(content: bytes) -> Workbook | str:
    """The workbook, or the code with which it is refused."""
    try:
        return read_xlsx(content)
    except UnreadableError as error:
        return error.code if error.message else "refused without a word"


def refusal(content: bytes) -> str:
    """The code with which a file is refused."""
    found = opened(content)
    return found if isinstance(found, str) else "it was read"


# --- addresses, values, merged ranges


def test_a_table_that_starts_at_b8_keeps_the_addresses_of_excel(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", basic_data().moved(7, 1))
    moved = sheet_of(path.read_bytes())
    assert moved.text((8, 1)) == "部门整体支出绩效评价基础数据表"
    assert a1((11, 2)) == "C12"
    assert (moved.value((11, 2)), moved.number((11, 2)).value) == ("60　", 60)
    assert moved.value((0, 0)) in {None, ""}


def test_a_table_in_the_corner_and_its_moved_twin_hold_the_same(tmp_path: Path) -> None:
    grid = basic_data()
    plain = sheet_of(write_xlsx(tmp_path / "a.xlsx", grid).read_bytes())
    moved = sheet_of(write_xlsx(tmp_path / "b.xlsx", grid.moved(3, 5)).read_bytes())
    for row, column in grid.cells:
        assert plain.text((row, column)) == moved.text((row + 3, column + 5))
    assert {(t + 3, left + 5, b + 3, right + 5) for t, left, b, right in plain.merges} == set(moved.merges)


def test_merged_ranges_are_known_and_fill_only_themselves(tmp_path: Path) -> None:
    grid = Grid("表", {(0, 0): "三公经费", (0, 3): "项目支出", (1, 0): "上年"}, merges=[(0, 0, 0, 2), (0, 3, 1, 3)])
    sheet = sheet_of(write_xlsx(tmp_path / "a.xlsx", grid).read_bytes())
    assert sorted(sheet.merges) == [(0, 0, 0, 2), (0, 3, 1, 3)]
    assert [sheet.text((0, column)) for column in range(4)] == ["三公经费", "三公经费", "三公经费", "项目支出"]
    assert [sheet.text((1, column)) for column in range(4)] == ["上年", "", "", "项目支出"]


def test_sheets_keep_their_order_and_names(tmp_path: Path) -> None:
    grids = [Grid(name, {(0, 0): name}) for name in ("指标表", "收入&支出", "A<B>", "决算 (2)", "'单引号")]
    book = read_xlsx(write_xlsx(tmp_path / "a.xlsx", *grids).read_bytes())
    assert [(sheet.name, sheet.text((0, 0))) for sheet in book.sheets] == [(grid.name, grid.name) for grid in grids]


@pytest.mark.parametrize("text", ["001", "010", "430527", "NA", "None", "nan", "N/A", "TRUE", "1e5", "=局", "  缩进"])
def test_a_text_stays_the_text_it_is(text: str) -> None:
    book, sheet = fresh()
    sheet["A1"] = text
    sheet["A1"].data_type = "s"
    assert sheet_of(saved(book)).value((0, 0)) == text


def test_a_stored_number_is_read_to_15_digits() -> None:
    sheet = sheet_of(
        package(worksheet('<row r="1"><c r="A1"><v>2087.0249999999996</v></c><c r="B1"><v>1E+2</v></c></row>'))
    )
    assert [sheet.number((0, column)).value for column in (0, 1)] == [2087.025, 100]


def test_truth_values_and_dates_are_no_numbers() -> None:
    book, sheet = fresh()
    sheet["A1"], sheet["B1"], sheet["C1"] = True, dt.date(2019, 12, 31), dt.time(8, 30)
    read = sheet_of(saved(book))
    assert states(read) == dict.fromkeys(["A1", "B1", "C1"], State.UNREADABLE)
    assert [read.raw((0, column)) for column in (0, 1)] == ["TRUE", "2019-12-31"]


def test_inline_and_rich_texts_are_read_without_their_phonetics() -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>001</t></is></c>'
        '<c r="B1" t="inlineStr"><is><r><t>三公</t></r><r><t>经费</t></r><rPh sb="0" eb="1"><t>sān</t></rPh></is></c></row>'
    )
    sheet = sheet_of(package(worksheet(rows)))
    assert [sheet.value((0, column)) for column in (0, 1)] == ["001", "三公经费"]


def test_an_escaped_control_character_is_decoded() -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>三公_x000D_经费</t></is></c></row>'
    assert sheet_of(package(worksheet(rows))).text((0, 0)).split() == ["三公", "经费"]


# --- cells that a value reader loses


@pytest.mark.parametrize("error", ["#DIV/0!", "#REF!", "#N/A", "#NAME?", "#VALUE!", "#NUM!", "#NULL!"])
def test_an_error_cell_is_an_error_and_not_blank(error: str) -> None:
    book, sheet = fresh()
    sheet["A1"], sheet["C2"], sheet["C3"] = "控制率", error, 5
    read = sheet_of(saved(book))
    assert read.number((1, 2)).state is State.ERROR
    assert read.raw((1, 2)) == error
    assert read.number((2, 2)) == Number(5, State.NUMBER)


def test_an_error_of_a_formula_is_an_error_and_not_stale() -> None:
    rows = '<row r="1"><c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B1" t="e"><f>1/0</f></c></row>'
    assert states(sheet_of(package(worksheet(rows)))) == {"A1": State.ERROR, "B1": State.ERROR}


def test_a_formula_without_a_value_is_stale_and_not_blank() -> None:
    book, sheet = fresh()
    sheet["A1"], sheet["B1"] = 2, "=A1*2"
    assert states(sheet_of(saved(book))) == {"A1": State.NUMBER, "B1": State.STALE}


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ('<c r="A1"><f>1+1</f></c>', State.STALE),
        ('<c r="A1"><f>1+1</f><v></v></c>', State.STALE),
        ('<c r="A1"><f>1+1</f><v/></c>', State.STALE),
        ('<c r="A1"><f t="shared" si="0"/></c>', State.STALE),
        ('<c r="A1" t="str"><f>B1</f></c>', State.STALE),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', State.NUMBER),
        ('<c r="A1"><f>1-1</f><v>0</v></c>', State.ZERO),
        ('<c r="A1" t="str"><f>"——"</f><v>——</v></c>', State.DASH),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', State.BLANK),
        ('<c r="A1"><v></v></c>', State.BLANK),
    ],
    ids=[
        *("no value", "empty value", "closed value", "shared formula", "text formula without a value"),
        *("value", "zero", "text value", "empty text", "no formula"),
    ],
)
def test_only_a_formula_that_was_never_calculated_is_stale(cell: str, state: State) -> None:
    sheet = sheet_of(package(worksheet(f'<row r="1">{cell}<c r="B1"><v>7</v></c></row>')))
    assert sheet.number((0, 0)).state is state
    assert sheet.number((0, 1)) == Number(7, State.NUMBER)


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("0%", "1.1333（显示为113%）"),
        ("0.00%", "1.1333（显示为113.33%）"),
        ("0.0%", "1.1333（显示为113.3%）"),
        ("#,##0.00%", "1.1333（显示为113.33%）"),
        ("General", "1.1333"),
        ("0.00", "1.1333"),
    ],
)
def test_a_percent_format_is_known_with_its_digits(tmp_path: Path, code: str, raw: str) -> None:
    grid = Grid("表", {(0, 0): 1.1333, (0, 1): 1.1333}, formats={(0, 0): code})
    sheet = sheet_of(write_xlsx(tmp_path / "a.xlsx", grid).read_bytes())
    assert sheet.raw((0, 0)) == raw
    assert sheet.number((0, 0)) == Number(1.1333, State.NUMBER, "%" if "%" in code else "")
    assert sheet.raw((0, 1)) == "1.1333"


@pytest.mark.parametrize("code", ['0.00"%"', "0.00\\%", '0"%"'])
def test_a_percent_sign_as_mere_text_of_a_format_is_no_percent(tmp_path: Path, code: str) -> None:
    # Excel multiplies by 100 only at a bare %: 113 shown as 113% through "%" is not 11300%.
    sheet = sheet_of(write_xlsx(tmp_path / "a.xlsx", Grid("表", {(0, 0): 113}, formats={(0, 0): code})).read_bytes())
    assert sheet.number((0, 0)).unit == ""


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("0%", 0),
        ("0.0%", 1),
        ("0.00%", 2),
        ("#,##0.00%", 2),
        ("0.0#%", 2),
        ("0.??%", 2),
        ("0.00%;[Red]-0.0%", 2),
        ("0%;-0.00%", 0),
    ],
)
def test_the_digits_of_a_percent_format_are_those_of_its_first_section(code: str, digits: int) -> None:
    assert percent_digits_of_format(code) == digits


@pytest.mark.parametrize(("state", "visible"), [("visible", True), ("hidden", False), ("veryHidden", False)])
def test_a_hidden_sheet_is_read_and_known_to_be_hidden(state: str, visible: bool) -> None:
    book, sheet = fresh()
    sheet["A1"] = 1
    hidden = book.create_sheet("旧表")
    hidden["A1"], hidden.sheet_state = 2, state
    first, second = read_xlsx(saved(book)).sheets
    assert (first.visible, second.visible) == (True, visible)
    assert second.number((0, 0)).value == 2


def test_a_chart_sheet_is_no_table() -> None:
    book, sheet = fresh()
    sheet["A1"] = 1
    book.create_chartsheet("图表")
    assert [sheet.name for sheet in read_xlsx(saved(book)).sheets] == ["Sheet"]


# --- XML as other programs write it

MARKED = {"A1": State.ERROR, "B1": State.STALE, "C1": State.NUMBER, "D1": State.NUMBER}
MARKED_ROW = (
    '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1"><f>1+1</f></c>'
    '<c r="C1" s="1"><v>1.13</v></c><c r="D1"><f>1+4</f><v>5</v></c></row>'
)


def check_marked(content: bytes) -> None:
    """The four cells of MARKED_ROW were all understood."""
    sheet = sheet_of(content)
    assert states(sheet) == MARKED
    assert sheet.raw((0, 2)) == "1.13（显示为113%）"
    assert sheet.raw((0, 0)) == "#N/A"


def test_plain_xml_is_understood() -> None:
    check_marked(package(worksheet(MARKED_ROW)))


def test_a_namespace_prefix_changes_nothing() -> None:
    prefixed = worksheet(MARKED_ROW).replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")
    check_marked(package(prefixed.replace("xmlns=", "xmlns:x=")))


def test_a_namespace_prefix_in_the_styles_changes_nothing() -> None:
    styles = PARTS["xl/styles.xml"].replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")
    check_marked(package(worksheet(MARKED_ROW), **{"xl/styles.xml": styles.replace("xmlns=", "xmlns:x=")}))


def test_single_quotes_around_attributes_change_nothing() -> None:
    check_marked(package(worksheet(MARKED_ROW).replace('"', "'")))


def test_blanks_around_the_equals_sign_change_nothing() -> None:
    check_marked(package(worksheet(MARKED_ROW).replace(' t="e"', ' t = "e"').replace(' s="1"', '\n s\t= "1"')))


def test_cells_and_rows_without_their_address_stand_one_after_the_other() -> None:
    bare = MARKED_ROW.replace('<row r="1">', "<row>")
    for name in MARKED:
        bare = bare.replace(f' r="{name}"', "")
    check_marked(package(worksheet(bare)))


def test_a_cell_without_address_follows_the_one_before_it() -> None:
    rows = '<row r="3"><c r="C3"><v>1</v></c><c><f>1</f></c></row><row><c t="e"><v>#N/A</v></c></row>'
    assert states(sheet_of(package(worksheet(rows)))) == {"C3": State.NUMBER, "D3": State.STALE, "A4": State.ERROR}


def test_a_byte_order_mark_and_a_declaration_change_nothing() -> None:
    check_marked(package(b"\xef\xbb\xbf" + f'<?xml version="1.0" encoding="UTF-8"?>\n{worksheet(MARKED_ROW)}'.encode()))


def test_a_sheet_in_utf_16_is_read_or_refused_but_not_emptied() -> None:
    content = package(f'<?xml version="1.0" encoding="UTF-16"?>{worksheet(MARKED_ROW)}'.encode("utf-16"))
    if refusal(content) != "F01":
        check_marked(content)


def test_a_wrong_dimension_is_not_believed() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="C9"><v>3</v></c></row>'
    for dimension in ("A1", "A1:XFD1048576", "B2:B2"):
        xml = worksheet(rows).replace("<sheetData>", f'<dimension ref="{dimension}"/><sheetData>')
        assert states(sheet_of(package(xml))) == {"A1": State.NUMBER, "C9": State.NUMBER}


def test_backslashes_in_the_names_of_members_change_nothing() -> None:
    names = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"]
    moved = {name.replace("/", "\\"): PARTS[name] for name in names}
    moved["xl\\worksheets\\sheet1.xml"] = worksheet(MARKED_ROW)
    check_marked(package(b"", **dict.fromkeys([*names, "xl/worksheets/sheet1.xml"]), **moved))


def test_strict_ooxml_is_read_like_any_other() -> None:
    strict = {
        name: text.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
            LINKS, "http://purl.oclc.org/ooxml/officeDocument/relationships"
        )
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": worksheet(MARKED_ROW)}.items()
    }
    check_marked(package(**{"sheet": "", **strict}))


def test_a_workbook_without_styles_is_read_without_percents() -> None:
    sheet = sheet_of(package(worksheet(MARKED_ROW), **{"xl/styles.xml": None}))
    assert states(sheet) == MARKED
    assert sheet.raw((0, 2)) == "1.13"


@pytest.mark.parametrize("name", ["收入&amp;支出", "表 &quot;1&quot;", " 表 ", "it's"])
def test_marks_are_found_whatever_the_name_of_the_sheet(name: str) -> None:
    book = PARTS["xl/workbook.xml"].replace('name="表"', f'name="{name}"')
    check_marked(package(worksheet(MARKED_ROW), **{"xl/workbook.xml": book}))


# --- refused


def damaged(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    content = write_xlsx(tmp_path / "a.xlsx", basic_data()).read_bytes()
    for length in (4, 30, len(content) // 2, len(content) - 30, len(content) - 1):
        assert refusal(content[:length]) == "F01"


def test_no_damaged_byte_gives_anything_but_a_refusal(tmp_path: Path) -> None:
    content = write_xlsx(tmp_path / "a.xlsx", Grid("表", {(0, 0): "三公经费", (0, 1): 29})).read_bytes()
    escaped = {}
    for at in range(0, len(content), 13):
        try:
            found = opened(damaged(content, at))
        except Exception as error:  # would cost the whole batch and not one file
            found = repr(error)
        if isinstance(found, str) and found not in {"F01", "F04", "F06"}:  # F04: the bit that says "with a password"
            escaped[at] = found
    assert not escaped, f"{len(escaped)} positions, the first: {sorted(escaped.items())[:3]}"


@pytest.mark.parametrize(
    "sheet",
    [
        "<worksheet><sheetData><row>",
        worksheet('<row r="1"><c r="A1"><f>1</f></c>').replace("</worksheet>", ""),
        worksheet('<row r="1"><c r="??"><f>1</f></c></row>'),
        worksheet('<row r="1"><c r="A0"><v>1</v></c></row>'),
        worksheet('<row r="1"><c r="A1" s="x"><f>1</f></c></row>'),
        worksheet('<row r="1"><c r="A1" t="s"><v>9</v></c></row>'),
        None,
    ],
    ids=["cut XML", "unclosed", "no address", "row 0", "style x", "text that is not there", "no part"],
)
def test_a_sheet_that_makes_no_sense_is_refused(sheet: str | None) -> None:
    assert refusal(package(b"", **{"xl/worksheets/sheet1.xml": sheet})) == "F01"


def test_a_workbook_without_any_sheet_is_refused_and_not_empty() -> None:
    empty = PARTS["xl/workbook.xml"].replace('<sheet name="表" sheetId="1" r:id="rId1"/>', "")
    assert refusal(package(worksheet(""), **{"xl/workbook.xml": empty})) == "F01"


def test_entities_that_multiply_are_refused() -> None:
    ten = {name: f"&{inner};" * 10 for inner, name in zip("abcdefg", "bcdefgh", strict=True)}
    levels = "".join(f'<!ENTITY {name} "{text}">' for name, text in {"a": "9" * 30, **ten}.items())
    cell = '<row r="1"><c r="A1" t="e"><v>&h;</v></c></row>'
    bomb = f"<!DOCTYPE x [{levels}]>" + worksheet(cell)
    assert refusal(package(bomb)) == "F01"


def test_an_external_entity_is_never_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("12345", encoding="utf-8")
    xml = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>' + worksheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c><c r="B1" t="e"><v>&e;</v></c></row>'
    )
    book = opened(package(xml))
    assert isinstance(book, str) or "12345" not in shown(book)


def shown(book: Workbook) -> str:
    return "|".join(text_of(value) for sheet in book.sheets for row in sheet.rows for value in row) + "|".join(
        error for sheet in book.sheets for error in sheet.errors.values()
    )


def test_an_archive_that_claims_to_unpack_to_too_much_is_refused() -> None:
    content = bytearray(package(worksheet(MARKED_ROW)))
    entry = content.index(b"PK\x01\x02")  # the first entry of the central directory; its unpacked size stands at 24
    struct.pack_into("<I", content, entry + 24, guards.MAX_UNPACKED_BYTES + 1)
    assert refusal(bytes(content)) == "F06"


def test_an_archive_with_too_many_members_is_refused() -> None:
    many: dict[str, str | bytes | None] = {f"xl/media/{index}.png": b"" for index in range(guards.MAX_ZIP_ENTRIES)}
    assert refusal(package(worksheet(MARKED_ROW), **many)) == "F06"


def test_a_used_area_beyond_the_limit_is_refused_before_it_is_read() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="F1048576"><v>1</v></c></row>'
    assert refusal(package(worksheet(rows))) == "F06"


def test_the_two_far_corners_of_a_sheet_are_refused_and_do_not_abort_the_process(tmp_path: Path) -> None:
    # calamine would allocate 549 GB and abort (tafia/calamine#693), so this runs in a process of its own.
    path = tmp_path / "a.xlsx"
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path.write_bytes(package(worksheet(rows)))
    script = (
        "import sys, pathlib\n"
        "try:\n    import resource\n    resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))\nexcept ImportError:\n    pass\n"
        "from converter.intake.guards import UnreadableError\n"
        "from converter.intake.xlsx import read_xlsx\n"
        "try:\n    read_xlsx(pathlib.Path(sys.argv[1]).read_bytes())\nexcept UnreadableError as error:\n    print(error.code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "F06"), done.stderr[:300]


def test_formatted_but_empty_cells_far_away_cost_nothing() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="40"><c r="C40"><v>40</v></c></row>'
    far = '<row r="1048576" s="2" customFormat="1"><c r="A1048576" s="1"/><c r="XFD1048576" s="2"/></row>'
    started = time.process_time()
    sheet = sheet_of(package(worksheet(rows + far)))
    assert time.process_time() - started < 1
    assert (len(sheet.rows), sheet.width) == (40, 3)


def test_a_merged_range_over_the_whole_sheet_costs_nothing() -> None:
    xml = worksheet(MARKED_ROW, '<mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>')
    started = time.process_time()
    assert states(sheet_of(package(xml))) == MARKED
    assert time.process_time() - started < 1


def test_many_formatted_cells_do_not_make_reading_slow() -> None:
    # A million formatted blanks took over 30 s in openpyxl (READERS, one_million_formatted_cells).
    blanks = '<c s="1"/>' * 20
    rows = "".join(f'<row r="{row}">{blanks}</row>' for row in range(2, 10_002))
    started = time.process_time()
    sheet = sheet_of(package(worksheet(MARKED_ROW + rows)))
    assert time.process_time() - started < 5
    assert sheet.number((0, 3)).value == 5
