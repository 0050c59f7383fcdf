"""The scan of an OOXML package: every mark that a value reader loses, and none that is not there."""

import time
import zipfile
from collections.abc import Callable

import pytest

from converter.intake.guards import UnreadableError
from converter.intake.package import Entry, Package
from converter.intake.sheetxml import Marks, Styles, percent_digits_of_format, scan_sheets
from converter.intake.xlsx import read_xlsx
from tests.test_xlsx import MAIN, PARTS, opened, package, sheet_of, worksheet


def scanned(content: bytes) -> Marks:
    """The marks of the only sheet; none where it needs no scan."""
    return scan_sheets(Package(content)).get("表", Marks())


def marks(rows: str, before: str = "", styling: str | bytes = "") -> Marks:
    """The marks of a sheet with these rows, with another styles part if one is given."""
    xml = worksheet(rows).replace("<sheetData>", f"{before}<sheetData>")
    return scanned(package(xml, **({"xl/styles.xml": styling} if styling else {})))


def styles(*codes: str) -> str:
    """A styles part whose cell styles 0, 1, 2 … have these number formats; the named styles before them are percents."""
    formats = "".join(f'<numFmt numFmtId="{at}" formatCode="{code}"/>' for at, code in enumerate(codes, start=170))
    cells = "".join(f'<xf numFmtId="{at}"/>' for at in range(170, 170 + len(codes)))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
        f'<cellXfs>{cells}</cellXfs><dxfs><dxf><numFmt numFmtId="9" formatCode="0%"/></dxf></dxfs></styleSheet>'
    )


NUMBER = '<row r="1"><c r="A1" s="1"><v>12</v></c></row>'


# --- number formats


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("0%", 0),
        ("0.00%", 2),
        ("#,##0.0%", 1),
        ("0%;[Red]-0.00%", 0),
        ('[=0]"——";0.0%', 1),
        ("0.0_ %", 1),
        ("[红色]0.00%", 2),
        ('0"%"', None),
        ("0\\%", None),
        ("0_%", None),
        ("0*%", None),
        ('"占比 50% 以上"0.00', None),
        ("0.00", None),
        ("General", None),
        ("@", None),
        ("", None),
    ],
)
def test_a_percent_is_one_only_where_the_format_multiplies(code: str, digits: int | None) -> None:
    assert percent_digits_of_format(code) == digits
    found = marks(NUMBER, styling=styles("General", code.replace('"', "&quot;")))
    assert found.percents == ({} if digits is None else {(0, 0): digits})


@pytest.mark.parametrize(
    ("code", "width"), [("0000", 4), ("00", 2), ("0" * 18, 18), ("0", None), ("0.00", None), ("00.0", None)]
)
def test_a_format_of_zeros_alone_pads_a_code(code: str, width: int | None) -> None:
    given = Styles()
    given.add(7, code)
    assert given.pads == ({} if width is None else {7: width})
    assert marks(NUMBER, styling=styles("General", code)).pads == ({} if width is None else {(0, 0): width})


def test_a_padded_code_is_shown_as_excel_shows_it() -> None:
    sheet = sheet_of(package(worksheet(NUMBER), **{"xl/styles.xml": styles("General", "0000")}))
    assert (sheet.text((0, 0)), sheet.number((0, 0)).value) == ("0012", 12)


def test_a_default_style_that_shows_percents_counts_for_cells_without_a_style() -> None:
    rows = '<row r="1"><c r="A1"><v>0.5</v></c><c r="B1" s="0"><v>0.5</v></c><c r="C1" s="1"><v>0.5</v></c></row>'
    assert marks(rows, styling=styles("0.0%", "General")).percents == {(0, 0): 1, (0, 1): 1}


@pytest.mark.parametrize(
    "written",
    [
        lambda xml: xml.replace("%", "&#37;"),
        lambda xml: xml.replace('"', "'"),
        lambda xml: xml.replace('="', ' =\n "'),
        lambda xml: f'<?xml version="1.0" encoding="UTF-16"?>{xml}'.encode("utf-16"),
        lambda xml: xml.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:").replace("xmlns=", "xmlns:x="),
    ],
    ids=["entity", "single quotes", "blanks", "UTF-16", "prefix"],
)
def test_styles_are_understood_however_they_are_written(written: Callable[[str], str | bytes]) -> None:
    rows = '<row r="1"><c r="A1" s="1"><v>0.5</v></c><c r="B1" s="2"><v>7</v></c></row>'
    found = marks(rows, styling=written(styles("General", "0.0%", "0000")))
    assert (found.percents, found.pads) == ({(0, 0): 1}, {(0, 1): 4})


@pytest.mark.parametrize("number", [9, 10])
def test_the_percents_that_excel_has_built_in_need_no_code(number: int) -> None:
    for equals in ("=", " = "):
        xml = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId{equals}"{number}"/></cellXfs></styleSheet>'
        declared = f'<?xml version="1.0" encoding="UTF-16"?>{xml}'.encode("utf-16")
        for styling in (xml, xml.replace('"', "'"), declared):
            assert marks(NUMBER, styling=styling).percents == {(0, 0): 0 if number == 9 else 2}


def test_named_styles_behind_the_cell_styles_are_not_counted() -> None:
    xml = (
        f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/></cellXfs><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
        "<cellStyles/></styleSheet>"
    )
    assert marks(NUMBER, styling=xml).percents == {}


# --- hidden parts


@pytest.mark.parametrize(("value", "hidden"), [("1", True), ("true", True), ("0", False), ("false", False)])
def test_hidden_rows_and_columns_are_known(value: str, hidden: bool) -> None:
    row = f'<row r="2" hidden="{value}"><c r="A2"><v>1</v></c></row><row hidden="{value}"/><row r="9"/>'
    columns = f'<cols><col min="1" max="1"/><col min="3" max="5" hidden="{value}"/></cols>'
    found = marks(row, columns)
    assert (found.hidden_rows, found.hidden_columns) == (({1, 2}, {2, 3, 4}) if hidden else (set(), set()))


def test_columns_hidden_to_the_end_of_the_sheet_end_there() -> None:
    found = marks(NUMBER, '<cols><col min="16000" max="99999999" hidden="1"/></cols>')
    assert found.hidden_columns == set(range(15_999, 16_384))


# --- formulas


@pytest.mark.parametrize(
    ("cells", "formulas", "zeros"),
    [
        ('<c r="A1"><f>B1</f><v>0</v></c><c r="B1"><f>C1</f><v>0.0</v></c>', 2, 2),
        ('<c r="A1"><f>B1</f><v>0</v></c><c r="B1"><f>C1</f><v>5</v></c>', 2, 1),
        ('<c r="A1"><f>B1</f><v>-0</v></c><c r="B1"><v>0</v></c>', 1, 1),
        ('<c r="A1" t="str"><f>B1</f><v>0</v></c><c r="B1" t="b"><f>1</f><v>0</v></c>', 0, 0),
        ('<c r="A1"><f>B1</f></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', 0, 0),
        ('<c r="A1"><v>0</v></c>', 0, 0),
    ],
    ids=["all zero", "one not", "minus zero", "texts and truths", "stale and error", "no formula"],
)
def test_formulas_and_those_that_give_zero_are_counted(cells: str, formulas: int, zeros: int) -> None:
    content = package(worksheet(f'<row r="1">{cells}</row>'))
    found = scanned(content)
    assert (found.formulas, found.zeros) == (formulas, zeros)
    assert sheet_of(content).idle_formulas == (formulas if formulas == zeros else 0)


# --- places


def test_cells_without_addresses_stand_one_after_the_other_whatever_is_between_them() -> None:
    rows = "<row><c><v>1</v></c><!-- x --><?y z?><c><f>1</f></c></row><!-- x --><row><c t='e'><v>#N/A</v></c></row>"
    found = marks(rows)
    assert (found.stale, found.errors) == ({(0, 1)}, {(1, 0): "#N/A"})


def test_many_cells_without_addresses_cost_little_time() -> None:
    started = time.process_time()
    found = marks("".join("<row>" + "<c><f>1</f></c>" * 10_000 + "</row>" for _ in range(5)))
    assert time.process_time() - started < 4
    assert (4, 9_999) in found.stale
    assert len(found.stale) == 50_000


def test_the_true_extent_of_a_far_sheet_counts_filled_cells_only() -> None:
    rows = '<row r="7"><c r="AAB7"><v>1</v></c></row><row r="90000"><c r="B90000" s="1"/></row>'
    found = marks(rows)
    assert (found.rows, found.columns) == (7, 704)


@pytest.mark.parametrize(
    ("row", "cell", "measured"),
    [
        ('r="9999"', 'r="ZZ9999"', False),
        ('r="10000"', 'r="A10000"', True),
        ('r="10000"', "", True),
        ('r="1048576"', 'r="A1"', True),
        ("", 'r="AA10000"', True),
        ('r="7"', 'r="AAA7"', True),
        ('r="7"', 'r="xfd7"', True),
        ('r = "7"', 'r = "AAA7"', True),
        ("r='7'", "r='A7'", True),
    ],
)
def test_a_sheet_is_measured_only_where_a_cell_may_stand_far_away(row: str, cell: str, measured: bool) -> None:
    content = package(worksheet(f"<row {row}><c {cell}><v>1</v></c></row>"))
    assert ("表" in scan_sheets(Package(content))) is measured


# --- packages


def test_parts_that_workbooks_have_alike_are_inflated_once_and_are_as_they_were_read() -> None:
    first, second = (Package(package(worksheet(rows), **{"xl/styles.xml": styles("0%")})) for rows in (NUMBER, ""))
    assert first.read_alike("xl/styles.xml") is second.read_alike("xl/styles.xml")
    assert second.read_alike("xl/styles.xml") == second.read("xl/styles.xml")
    assert second.read_alike("xl/workbook.xml") == second.read("xl/workbook.xml")


def test_the_same_sheet_is_looked_through_anew_under_other_styles() -> None:
    sheet = worksheet('<row r="1"><c r="A1" s="1"><v>0.5</v></c></row>')
    plain, shown = (package(sheet, **{"xl/styles.xml": styles("0", code)}) for code in ("0.00", "0%"))
    for _ in range(2):
        assert scan_sheets(Package(plain)) == {}
        assert scan_sheets(Package(shown))["表"].percents == {(0, 0): 0}


def test_a_part_that_is_not_what_the_directory_says_is_refused_though_it_was_read_before() -> None:
    content = package(worksheet(NUMBER), **{"xl/styles.xml": styles("0%")})
    opened_once = Package(content)
    opened_once.read_alike("xl/styles.xml")
    lying = Package(content)
    entry = lying.parts["xl/styles.xml"]
    assert isinstance(entry, Entry)
    lying.parts["xl/styles.xml"] = entry._replace(CRC=entry.CRC ^ 1)
    with pytest.raises(zipfile.BadZipFile):
        lying.read_alike("xl/styles.xml")


def test_shared_texts_in_utf_16_are_read_or_refused_but_not_emptied() -> None:
    texts = f'<?xml version="1.0" encoding="UTF-16"?><sst xmlns="{MAIN}"><si><t>三公经费</t></si></sst>'
    links = PARTS["xl/_rels/workbook.xml.rels"]
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    more = f'<Relationship Id="rId3" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    parts: dict[str, str | bytes | None] = {
        "xl/sharedStrings.xml": texts.encode("utf-16"),
        "xl/_rels/workbook.xml.rels": links.replace("</Relationships>", more),
    }
    content = package(worksheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), **parts)
    found = opened(content)
    assert found == "F01" or (not isinstance(found, str) and found.sheets[0].text((0, 0)) == "三公经费")


def test_a_sheet_in_utf_16_is_repaired_and_says_so() -> None:
    rows = '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1" s="1"><v>0.5</v></c></row>'
    book = read_xlsx(package(f'<?xml version="1.0" encoding="UTF-16"?>{worksheet(rows)}'.encode("utf-16")))
    (sheet,) = book.sheets
    assert book.repaired
    assert (sheet.errors, sheet.percents) == ({(0, 0): "#N/A"}, {(0, 1): 0})


def test_a_workbook_part_of_another_name_is_not_read_without_its_marks() -> None:
    rows = '<row r="1"><c r="A1"><f>1/3</f></c></row>'
    moved = {"xl/book.xml": PARTS["xl/workbook.xml"], "xl/_rels/book.xml.rels": PARTS["xl/_rels/workbook.xml.rels"]}
    types = PARTS["[Content_Types].xml"].replace("/xl/workbook.xml", "/xl/book.xml")
    root = PARTS["_rels/.rels"].replace("xl/workbook.xml", "xl/book.xml")
    gone = dict.fromkeys(["xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
    parts: dict[str, str | bytes | None] = {**moved, **gone, "[Content_Types].xml": types, "_rels/.rels": root}
    found = opened(package(worksheet(rows), **parts))
    assert found == "F01" or (not isinstance(found, str) and found.sheets[0].stale == {(0, 0)})


def test_a_document_type_in_a_sheet_is_refused() -> None:
    with pytest.raises(UnreadableError) as caught:
        scanned(package("<!DOCTYPE worksheet>" + worksheet('<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>')))
    assert caught.value.code == "F01"
