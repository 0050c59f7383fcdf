"""OpenDocument spreadsheets, built by hand as LibreOffice and others write them, and one that LibreOffice converts."""

import io
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from converter.intake import guards
from converter.intake.cells import Sheet, Workbook, a1, text_of
from converter.intake.guards import UnreadableError
from converter.intake.opendocument import read_ods
from converter.intake.xlsx import read_xlsx
from converter.vocabulary.numbers import Number, State
from tests.workbooks import Grid, basic_data, indicator_table, write_xlsx

SPACES = "".join(
    f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
    for prefix in ("office", "table", "text", "style")
)
HEAD = f'<office:document-content{SPACES} xmlns:calcext="urn:x" office:version="1.3">'
MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
MIME = "application/vnd.oasis.opendocument.spreadsheet"


def document(*tables: str, styles: str = "", manifest: str = MANIFEST, content: bytes = b"") -> bytes:
    """An .ods with these tables (the inside of office:spreadsheet)."""
    body = f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
    xml = f"{HEAD}<office:automatic-styles>{styles}</office:automatic-styles>{body}</office:document-content>"
    members = {"mimetype": MIME, "content.xml": content or xml, "META-INF/manifest.xml": manifest}
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    return memory.getvalue()


def table(*rows: str, name: str = "表", before: str = "") -> str:
    inside = "".join(
        row if row.startswith("<") and "table-row" in row else f"<table:table-row>{row}</table:table-row>"
        for row in rows
    )
    return f'<table:table table:name="{name}">{before}{inside}</table:table>'


def text(value: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{value}</text:p></table:table-cell>'


def number(value: float, shown: str = "", kind: str = "float", more: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="{kind}" office:value="{value}"{more}>'
        f"<text:p>{shown or value}</text:p></table:table-cell>"
    )


WIDE = ' table:number-columns-repeated="16384"'
EMPTY, COVERED = "<table:table-cell/>", "<table:covered-table-cell/>"


def sheet_of(content: bytes) -> Sheet:
    """The only sheet of a document."""
    (sheet,) = read_ods(content).sheets
    return sheet


def refusal(content: bytes) -> str:
    """The code with which a file is refused."""
    with pytest.raises(UnreadableError) as caught:
        read_ods(content)
    assert caught.value.message
    return caught.value.code


def filled(sheet: Sheet) -> dict[str, str]:
    """A1 name → 原文 of every cell that is not empty."""
    cells = ((row, column) for row in range(len(sheet.rows)) for column in range(len(sheet.rows[row])))
    return {a1(cell): sheet.raw(cell) for cell in cells if sheet.raw(cell)}


# --- addresses


def test_values_stand_where_they_stand() -> None:
    skipped = '<table:table-row table:number-rows-repeated="6"><table:table-cell/></table:table-row>'
    row = '<table:table-cell table:number-columns-repeated="2"/>' + text("项目") + EMPTY + number(5)
    assert filled(sheet_of(document(table(skipped, row)))) == {"C7": "项目", "E7": "5"}


def test_a_repeated_cell_and_a_repeated_row_hold_their_value_in_each_place() -> None:
    row = text("甲") + number(1.13, "113%", "percentage", ' table:number-columns-repeated="2"')
    repeated = f'<table:table-row table:number-rows-repeated="2">{row}</table:table-row>'
    sheet = sheet_of(document(table(repeated, text("乙"))))
    shown = "1.13（显示为113%）"
    assert filled(sheet) == {"A1": "甲", "B1": shown, "C1": shown, "A2": "甲", "B2": shown, "C2": shown, "A3": "乙"}


def test_merged_ranges_are_known_and_fill_only_themselves() -> None:
    spanned = ' table:number-columns-spanned="3" table:number-rows-spanned="1"'
    down = ' table:number-columns-spanned="1" table:number-rows-spanned="2"'
    rows = [text("三公", spanned) + COVERED * 2 + text("项目", down), text("上年") + EMPTY * 2 + COVERED]
    sheet = sheet_of(document(table(*rows)))
    assert sheet.merges == [(0, 0, 0, 2), (0, 3, 1, 3)]
    assert [[sheet.text((row, column)) for column in range(4)] for row in (0, 1)] == [
        ["三公", "三公", "三公", "项目"],
        ["上年", "", "", "项目"],
    ]


def test_a_value_under_a_merged_range_keeps_its_place() -> None:
    hidden = '<table:covered-table-cell office:value-type="float" office:value="4"><text:p>4</text:p></table:covered-table-cell>'
    sheet = sheet_of(document(table(number(12, more=' table:number-columns-spanned="2"') + hidden + number(7))))
    assert [sheet.value((0, column)) for column in range(3)] == [12, 4, 7]
    assert sheet.anchor((0, 1)) == (0, 0)


def test_sheets_keep_their_order_names_and_marks() -> None:
    names = ["指标表", "收入&amp;支出", "A&lt;B&gt;", "决算 (2)"]
    book = read_ods(
        document(*(table(number(at / 100, f"{at}%", "percentage"), name=name) for at, name in enumerate(names)))
    )
    assert [sheet.name for sheet in book.sheets] == ["指标表", "收入&支出", "A<B>", "决算 (2)"]
    assert [sheet.raw((0, 0)) for sheet in book.sheets][3] == "0.03（显示为3%）"


# --- cells that a value reader loses


@pytest.mark.parametrize("error", ["#DIV/0!", "#REF!", "#N/A", "#NAME?", "#VALUE!", "Err:502", "Err:508"])
@pytest.mark.parametrize(
    "value",
    [
        'office:value-type="string" office:string-value="" calcext:value-type="error"',
        'office:value-type="float" office:value="0"',
        'office:value-type="string" office:string-value=""',
        "",
    ],
    ids=["LibreOffice", "old OpenOffice", "another", "no type"],
)
def test_an_error_cell_is_an_error_and_neither_blank_nor_zero(error: str, value: str) -> None:
    cell = f'<table:table-cell table:formula="of:=1/0" {value}><text:p>{error}</text:p></table:table-cell>'
    sheet = sheet_of(document(table(text("控制率") + cell + number(5))))
    assert (sheet.number((0, 1)).state, sheet.raw((0, 1))) == (State.ERROR, error)
    assert sheet.number((0, 2)) == Number(5, State.NUMBER)


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ('<table:table-cell table:formula="of:=1+1"/>', State.STALE),
        ('<table:table-cell table:formula="of:=1+1"></table:table-cell>', State.STALE),
        ('<table:table-cell table:formula="of:=&quot;&quot;"><text:p/></table:table-cell>', State.BLANK),
        ('<table:table-cell table:formula="of:=1-1" office:value-type="float" office:value="0"/>', State.ZERO),
        ('<table:table-cell table:formula="of:=A2" office:value-type="float" office:value="2"/>', State.NUMBER),
        ("<table:table-cell/>", State.BLANK),
        ('<table:table-cell table:style-name="ce1"/>', State.BLANK),
    ],
    ids=["closed", "empty", "empty text", "zero", "value", "nothing", "formatted"],
)
def test_only_a_formula_that_was_never_calculated_is_stale(cell: str, state: State) -> None:
    sheet = sheet_of(document(table(cell + number(7))))
    assert sheet.number((0, 0)).state is state
    assert sheet.number((0, 1)) == Number(7, State.NUMBER)


def test_a_note_on_a_cell_is_no_part_of_it() -> None:
    note = "<office:annotation><text:p>上年为 5.55%</text:p><text:p>#REF!</text:p></office:annotation>"
    percent = f'<table:table-cell office:value-type="percentage" office:value="0.5">{note}<text:p>50%</text:p></table:table-cell>'
    stale = f'<table:table-cell table:formula="of:=1">{note}</table:table-cell>'
    sheet = sheet_of(document(table(percent + stale)))
    assert (sheet.raw((0, 0)), sheet.errors, sheet.stale) == ("0.5（显示为50%）", {}, {(0, 1)})


def test_a_code_keeps_its_leading_zeros() -> None:
    sheet = sheet_of(
        document(table(text("0012") + number(12, "0012") + number(12) + number(0.5, "0.5") + number(0, "0")))
    )
    assert [sheet.text((0, column)) for column in range(5)] == ["0012", "0012", "12", "0.5", "0"]
    assert sheet.number((0, 1)) == Number(12, State.NUMBER)


def test_hidden_rows_columns_and_sheets_are_known() -> None:
    columns = '<table:table-column/><table:table-column table:number-columns-repeated="2" table:visibility="collapse"/>'
    hidden = f'<table:table-row table:visibility="filter" table:number-rows-repeated="2">{number(2)}</table:table-row>'
    collapsed = f'<table:table-row table:visibility="collapse">{number(3)}</table:table-row>'
    style = (
        '<style:style style:name="t" style:family="table"><style:table-properties table:display="false"/></style:style>'
    )
    gone = f'<table:table table:name="旧" table:style-name="t"><table:table-row>{number(9)}</table:table-row></table:table>'
    first, second = read_ods(
        document(table(number(1), hidden, number(1), collapsed, before=columns), gone, styles=style)
    ).sheets
    assert (first.hidden_rows, first.hidden_columns) == ({1, 2, 4}, {1, 2})
    assert (first.visible, second.visible, second.number((0, 0)).value) == (True, False, 9)


# --- refused


@pytest.mark.parametrize(
    "row",
    [
        f'<table:table-row table:number-rows-repeated="1048576">{number(1, more=WIDE)}</table:table-row>',
        f'<table:table-row table:number-rows-repeated="{10**30}">{number(1)}</table:table-row>',
        f"<table:table-row>{text('x' * (guards.MAX_TEXT + 1))}</table:table-row>",
        f'<table:table-row table:number-rows-repeated="9999">{text("x" * 30_000)}</table:table-row>',
    ],
    ids=["whole sheet", "endless", "long text", "long text in many rows"],
)
def test_what_would_grow_beyond_measure_is_refused_before_it_is_read(row: str) -> None:
    started = time.process_time()
    assert refusal(document(table(row))) == "F06"
    assert time.process_time() - started < 2


def test_blank_rows_and_columns_to_the_end_of_the_sheet_cost_nothing() -> None:
    blank = '<table:table-cell table:number-columns-repeated="16383"/>'
    rest = (
        f'<table:table-row table:number-rows-repeated="1048575" table:visibility="collapse">{blank}</table:table-row>'
    )
    started = time.process_time()
    assert filled(sheet_of(document(table(number(1) + blank, rest)))) == {"A1": "1"}
    assert time.process_time() - started < 1


def test_an_encrypted_document_is_refused_as_encrypted() -> None:
    manifest = MANIFEST.replace(
        "/>", "><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    )
    assert refusal(document(manifest=manifest)) == "F04"


def test_a_document_without_any_sheet_is_refused_and_not_empty() -> None:
    assert refusal(document()) == "F01"


def test_entities_that_multiply_are_refused() -> None:
    levels = '<!ENTITY a "9999999999">' + "".join(
        f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with zipfile.ZipFile(io.BytesIO(document(table(text("&i;"))))) as archive:
        bomb = f"<!DOCTYPE x [{levels}]>".encode() + archive.read("content.xml")
    assert refusal(document(content=bomb)) == "F01"


def test_damage_gives_nothing_but_a_refusal_or_a_sheet() -> None:
    content = document(table(text("三公经费") + number(29)))
    outcomes = set()
    for at in range(0, len(content), 5):
        for damaged in (content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :], content[:at]):
            try:
                read_ods(damaged)
            except UnreadableError as error:
                outcomes.add(error.code)
            except BaseException as error:  # would cost more than one file; a panic of calamine is no Exception
                outcomes.add(repr(error))
    assert "F01" in outcomes
    assert outcomes <= {"F01", "F04", "F06"}


# --- the twin


def comparable(book: Workbook) -> list[object]:
    """What an .ods and its .xlsx twin must have in common."""
    found: list[object] = []
    for sheet in book.sheets:
        cells = {
            a1((r, c)): (sheet.text((r, c)).strip(), str(sheet.number((r, c))))
            for r, row in enumerate(sheet.rows)
            for c in range(len(row))
            if text_of(sheet.value((r, c)))
        }
        found.append((sheet.name, cells, sorted(sheet.merges), sheet.errors, sheet.percents, sheet.pads))
    return found


def test_a_document_of_libreoffice_holds_the_same_as_its_xlsx_twin(libreoffice: str, tmp_path: Path) -> None:
    odd = Grid(
        "杂",
        {(0, 0): 1.1333, (0, 1): "=1/0", (0, 2): 12, (0, 3): "=NA()", (1, 0): 43830, (2, 2): "=A1*2", (3, 0): "0012"},
    )
    odd.formats |= {(0, 0): "0.0%", (0, 2): "0000", (1, 0): "yyyy-mm-dd"}
    path = write_xlsx(tmp_path / "a.xlsx", basic_data(staff=(60, 68, 1.1333)).moved(3, 1), indicator_table(), odd)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for source, kind, folder in ((path, "ods", "ods"), (tmp_path / "ods/a.ods", "xlsx", "xlsx")):
        command = [
            libreoffice,
            profile,
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(tmp_path / folder),
            str(source),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    ods = read_ods((tmp_path / "ods/a.ods").read_bytes())
    assert comparable(ods) == comparable(read_xlsx((tmp_path / "xlsx/a.xlsx").read_bytes()))
    assert ods.sheets[2].errors == {(0, 1): "#DIV/0!", (0, 3): "#N/A"}
    assert ods.sheets[2].number((2, 2)).value == 2.2666


@pytest.mark.parametrize(("values", "idle"), [((0, 0), 2), ((0, 5), 0), ((), 0)])
def test_formulas_count_where_every_one_gives_zero(values: tuple[int, ...], idle: int) -> None:
    cells = [number(value, more=' table:formula="of:=[.B1]*2"') for value in values]
    idle_table, other = table(*cells, number(0)), table(number(3, more=' table:formula="of:=1+2"'), name="另一表")
    book = read_ods(document(idle_table, other))
    assert [sheet.idle_formulas for sheet in book.sheets] == [idle, 0]
