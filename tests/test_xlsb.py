"""Binary workbooks, record by record as [MS-XLSB] has them: calamine's values, and the marks that calamine loses."""

import io
import struct
import zipfile
from collections.abc import Iterable

import pytest
import python_calamine

from converter.intake import guards
from converter.intake.cells import Sheet, Workbook, a1
from converter.intake.guards import UnreadableError
from converter.intake.xlsb import read_xlsb
from converter.vocabulary.numbers import Number, State

LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
)


def record(kind: int, content: bytes = b"") -> bytes:
    """Number and length in 7-bit groups, then the content."""
    return groups(kind) + groups(len(content)) + content


def groups(number: int) -> bytes:
    low, high = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + groups(high) if high else bytes([low])


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + value)


def real(column: int, value: float, style: int = 0) -> bytes:
    return cell(5, column, struct.pack("<d", value), style)


def shared(column: int, index: int) -> bytes:
    return cell(7, column, struct.pack("<I", index))


def error(column: int, code: int) -> bytes:
    return cell(3, column, bytes([code]))


def formula(column: int, value: float, style: int = 0) -> bytes:
    return cell(9, column, struct.pack("<dHII", value, 0, 0, 0), style)


def row(number: int, *cells: bytes, hidden: bool = False) -> bytes:
    head = struct.pack("<IIHBBBI", number, 0, 300, 0, 0x10 if hidden else 0, 0, 0)
    return record(0, head) + b"".join(cells)


def column(first: int, last: int, *, hidden: bool) -> bytes:
    return record(390) + record(60, struct.pack("<4IH", first, last, 2304, 0, hidden)) + record(391)


def sheet(*rows: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    size = record(148, struct.pack("<4I", 0, 99, 0, 20))
    return record(129) + size + before + record(145) + b"".join(rows) + record(146) + after + record(130)


def merges(*ranges: tuple[int, int, int, int]) -> bytes:
    """Ranges as top, bottom, left, right."""
    inside = b"".join(record(176, struct.pack("<4I", *place)) for place in ranges)
    return record(177, struct.pack("<I", len(ranges))) + inside + record(178)


def styles(*formats: int, codes: Iterable[tuple[int, str]] = ()) -> bytes:
    """Cell styles by the number of their format; a style of named styles before them must not be counted."""
    listed = [record(44, struct.pack("<H", number) + wide(code)) for number, code in codes]
    named = record(626, count(1)) + record(47, struct.pack("<HH12x", 0xFFFF, 9)) + record(627)
    cells = b"".join(record(47, struct.pack("<HH12x", 0, number)) for number in formats)
    custom = record(615, count(len(listed))) + b"".join(listed) + record(616) if listed else b""
    return record(278) + custom + named + record(617, count(len(formats))) + cells + record(618) + record(279)


def count(number: int) -> bytes:
    return struct.pack("<I", number)


def package(*sheets: bytes, texts: Iterable[str] = (), style: bytes = b"", state: int = 0, damage: str = "") -> bytes:
    """An .xlsb whose sheets are named 表1, 表2 …; `state` is that of the last (1 hidden), `damage` a part to spoil."""
    bundles, links, members = b"", "", {}
    for at, content in enumerate(sheets, start=1):
        shown = struct.pack("<II", state if at == len(sheets) else 0, at)
        bundles += record(156, shown + wide(f"rId{at}") + wide(f"表{at}"))
        links += f'<Relationship Id="rId{at}" Type="{LINKS}/worksheet" Target="worksheets/sheet{at}.bin"/>'
        members[f"xl/worksheets/sheet{at}.bin"] = content
    links += f'<Relationship Id="s" Type="{LINKS}/styles" Target="styles.bin"/>'
    links += f'<Relationship Id="t" Type="{LINKS}/sharedStrings" Target="sharedStrings.bin"/>'
    listed = [record(19, b"\0" + wide(text)) for text in texts]
    office = f'<Relationship Id="r" Type="{LINKS}/officeDocument" Target="xl/workbook.bin"/>'
    members |= {
        "[Content_Types].xml": TYPES.encode(),
        "_rels/.rels": RELATIONS.format(office).encode(),
        "xl/workbook.bin": record(131) + record(143) + bundles + record(144) + record(157, bytes(26)) + record(132),
        "xl/_rels/workbook.bin.rels": RELATIONS.format(links).encode(),
        "xl/styles.bin": style or styles(0),
        "xl/sharedStrings.bin": record(159, count(len(listed)) * 2) + b"".join(listed) + record(160),
    }
    if damage:
        members[damage] = b"\x83"
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return memory.getvalue()


def sheet_of(content: bytes) -> Sheet:
    """The only sheet of a workbook."""
    (found,) = read_xlsb(content).sheets
    return found


def opened(content: bytes) -> Workbook | str:
    """The workbook, or the code with which it is refused."""
    try:
        return read_xlsb(content)
    except UnreadableError as refused:
        return refused.code if refused.message else "refused without a word"


# --- values


TEXTS = ("三公经费", "决算数", "——")
PLAIN = sheet(row(2, shared(1, 0), shared(2, 1)), row(3, real(1, 29), real(2, -16.88), shared(4, 2)))


def test_values_are_those_of_calamine_at_the_addresses_of_excel() -> None:
    content = package(PLAIN, texts=TEXTS)
    read = sheet_of(content)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert read.rows == book.get_sheet_by_name("表1").to_python(skip_empty_area=False)
    assert {a1((r, c)): v for r, line in enumerate(read.rows) for c, v in enumerate(line) if v != ""} == {
        "B3": "三公经费",
        "C3": "决算数",
        "B4": 29.0,
        "C4": -16.88,
        "E4": "——",
    }


def test_sheets_keep_their_order_names_and_marks_and_hidden_ones_are_known() -> None:
    marked = sheet(row(0, error(0, 0x07)))
    first, second = read_xlsb(package(PLAIN, marked, texts=TEXTS, state=2)).sheets
    assert [(first.name, first.visible), (second.name, second.visible)] == [("表1", True), ("表2", False)]
    assert (first.errors, second.errors) == ({}, {(0, 0): "#DIV/0!"})


# --- cells that a value reader loses


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0x00, "#NULL!"),
        (0x07, "#DIV/0!"),
        (0x0F, "#VALUE!"),
        (0x17, "#REF!"),
        (0x1D, "#NAME?"),
        (0x24, "#NUM!"),
        (0x2A, "#N/A"),
    ],
)
def test_an_error_cell_is_an_error_and_not_blank(code: int, text: str) -> None:
    computed = cell(11, 1, struct.pack("<BHII", code, 0, 0, 0))
    read = sheet_of(package(sheet(row(0, error(0, code), computed, real(2, 5)))))
    assert [read.number((0, at)).state for at in range(3)] == [State.ERROR, State.ERROR, State.NUMBER]
    assert [read.raw((0, at)) for at in range(2)] == [text, text]


@pytest.mark.parametrize(
    "lost", [record(13, bytes(8)), record(17, bytes(4) + wide("29")), cell(62, 1, b"\0" + wide("29"))]
)
def test_a_cell_that_calamine_passes_over_is_not_dropped_in_silence(lost: bytes) -> None:
    assert opened(package(sheet(row(0, real(0, 1), lost)))) == "F01"


def test_a_percent_format_is_known_with_its_digits() -> None:
    style = styles(0, 9, 10, 176, 177, codes=[(176, "0.0%"), (177, '0.00"%"')])
    cells = [real(at, 1.1333, at) for at in range(5)]
    read = sheet_of(package(sheet(row(0, *cells, formula(5, 0.5, 1))), style=style))
    assert read.percents == {(0, 1): 0, (0, 2): 2, (0, 3): 1, (0, 5): 0}
    assert read.raw((0, 3)) == "1.1333（显示为113.3%）"
    assert read.number((0, 4)) == Number(1.1333, State.NUMBER)


def test_a_format_of_zeros_keeps_the_zeros_of_a_code() -> None:
    read = sheet_of(package(sheet(row(0, real(0, 12, 1), real(1, 12))), style=styles(0, 176, codes=[(176, "0000")])))
    assert [read.text((0, at)) for at in range(2)] == ["0012", "12"]


def test_hidden_rows_and_columns_are_known() -> None:
    rows = [row(0, real(0, 1)), row(1, real(0, 2), hidden=True), row(4, real(0, 3), hidden=True)]
    content = package(sheet(*rows, before=column(0, 0, hidden=False) + column(2, 3, hidden=True)))
    read = sheet_of(content)
    assert (read.hidden_rows, read.hidden_columns) == ({1, 4}, {2, 3})
    assert [read.hides(place) for place in [(0, 0), (1, 0), (0, 2)]] == [False, True, True]


def test_merged_ranges_are_known_and_fill_only_themselves() -> None:
    rows = [row(0, shared(0, 0), shared(3, 1)), row(1, real(0, 1))]
    read = sheet_of(package(sheet(*rows, after=merges((0, 0, 0, 2), (0, 1, 3, 3))), texts=TEXTS))
    assert sorted(read.merges) == [(0, 0, 0, 2), (0, 3, 1, 3)]
    assert [read.text((0, at)) for at in range(4)] == ["三公经费"] * 3 + ["决算数"]
    assert [read.text((1, at)) for at in range(4)] == ["1", "", "", "决算数"]


@pytest.mark.parametrize(("values", "idle"), [((0.0, 0.0), 2), ((0.0, 5.0), 0), ((), 0)])
def test_formulas_count_where_every_one_gives_zero(values: tuple[float, ...], idle: int) -> None:
    cells = [formula(at, value) for at, value in enumerate(values)]
    assert sheet_of(package(sheet(row(0, *cells, real(9, 0))))).idle_formulas == idle


# --- refused


def test_a_filled_cell_far_away_is_refused_before_it_is_read() -> None:
    assert opened(package(sheet(row(0, real(0, 1)), row(1_048_575, real(16_383, 1))))) == "F06"


def test_formatted_but_empty_cells_far_away_cost_nothing() -> None:
    read = sheet_of(package(sheet(row(0, real(0, 1)), row(1_048_575, cell(1, 16_383, b"")))))
    assert (len(read.rows), read.width) == (1, 1)


def test_long_texts_are_refused_whether_long_by_themselves_or_together() -> None:
    long, many = "x" * (guards.MAX_TEXT + 1), sheet(*(row(at, shared(0, 0)) for at in range(7_000)))
    assert opened(package(PLAIN, texts=[long, "", ""])) == "F06"
    assert opened(package(many, texts=["x" * 30_000])) == "F06"


def test_what_is_not_whole_is_refused() -> None:
    content = package(PLAIN, texts=TEXTS)
    assert {str(opened(content[:length])) for length in range(0, len(content), 50)} == {"F01"}
    assert opened(package(sheet(row(0, shared(0, 7))), texts=TEXTS)) == "F01"
    assert opened(package(sheet(row(0, error(0, 0x99))))) == "F01"
    for name in ("xl/workbook.bin", "xl/worksheets/sheet1.bin", "xl/_rels/workbook.bin.rels"):
        assert opened(package(PLAIN, texts=TEXTS, damage=name)) == "F01", name


def test_a_workbook_without_any_sheet_is_refused_and_not_empty() -> None:
    assert opened(package()) == "F01"


def test_no_damaged_byte_gives_anything_but_a_refusal_or_a_workbook() -> None:
    content = package(PLAIN, texts=TEXTS)
    escaped = {}
    for at in range(0, len(content), 7):
        try:
            found = opened(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        except BaseException as raised:  # a panic of calamine is no Exception
            found = repr(raised)
        if isinstance(found, str) and found not in {"F01", "F04", "F06"}:
            escaped[at] = found
    assert not escaped, f"{len(escaped)} positions, the first: {sorted(escaped.items())[:3]}"
