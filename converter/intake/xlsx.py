"""OOXML workbooks: values and merges through python-calamine, what it loses through `sheetxml`.

A package that calamine cannot read is repaired in memory and tried again, last by openpyxl (READERS, "Repair before
refusing"); a workbook read that way says so.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

import python_calamine
from lxml import etree

from converter.intake import guards
from converter.intake.cells import Sheet, Value, Workbook
from converter.intake.guards import UnreadableError
from converter.intake.package import Package
from converter.intake.sheetxml import Marks, is_utf16, scan_sheets

_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OverflowError, ValueError)
_ODD = (
    python_calamine.CalamineError,
    expat.ExpatError,
    etree.LxmlError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
)
_STRICT = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)


def read_xlsx(content: bytes) -> Workbook:
    """The sheets of an OOXML file. Raises UnreadableError F01 damaged, F04 with a password, F06 over a limit."""
    try:
        package = Package(content)
        guards.check_archive(package.entries)
        try:
            return _read(package, content, _by_calamine)
        except (*_ODD, UnreadableError) as error:
            if isinstance(error, UnreadableError) and error.code != "F01":
                raise
            return _second_try(content, error)
    except _BROKEN as error:
        raise UnreadableError("F01", "文件已损坏或不是完整的 xlsx") from error


def _second_try(content: bytes, first: Exception) -> Workbook:
    """The workbook read from a repaired package, marked as such; the first refusal where that fails, too."""
    mended = _repaired(content)
    for reader in (_by_calamine, _by_openpyxl):
        try:
            book = _read(Package(mended), mended, reader)
        except Exception as error:  # openpyxl raises whatever a faulty part makes it stumble over
            if isinstance(error, UnreadableError) and error.code != "F01":
                raise
        else:
            book.repaired = True
            return book
    if isinstance(first, UnreadableError):
        raise first
    raise UnreadableError("F01", "文件已损坏或不是完整的 xlsx") from first


def _read(package: Package, content: bytes, reader: Callable[[bytes], list[Sheet]]) -> Workbook:
    """The sheets by one reader, behind the guards, with their marks."""
    guards.check_strings(package)
    marks = scan_sheets(package)
    for name, mark in marks.items():
        guards.check_extent(name, mark.rows, mark.columns)
    sheets = reader(content)
    guards.check_sheets(len(sheets))
    for sheet in sheets:
        guards.check_merges(sheet.name, len(sheet.merges))
        add_marks(sheet, marks.get(sheet.name, Marks()))
    return Workbook(sheets)


def add_marks(sheet: Sheet, mark: Marks) -> None:
    """Lays what a scan found over the values of a sheet."""
    sheet.errors, sheet.stale, sheet.percents, sheet.pads = mark.errors, mark.stale, mark.percents, mark.pads
    sheet.hidden_rows, sheet.hidden_columns = mark.hidden_rows, mark.hidden_columns
    sheet.idle_formulas = mark.formulas if mark.formulas == mark.zeros else 0


def _by_calamine(content: bytes) -> list[Sheet]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return calamine_sheets(book)


def calamine_sheets(book: python_calamine.CalamineWorkbook) -> list[Sheet]:
    """The worksheets of an opened book, addressed from A1; charts and macro sheets are no tables."""
    sheets = []
    for meta in book.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        source = book.get_sheet_by_name(meta.name)
        guards.check_extent(meta.name, source.total_height, source.total_width)
        merges = [(top, left, bottom, right) for (top, left), (bottom, right) in source.merged_cell_ranges or []]
        rows: list[list[Value]] = [*source.to_python(skip_empty_area=False)]  # type: ignore[list-item]  # its values are ours
        visible = meta.visible == python_calamine.SheetVisibleEnum.Visible
        sheets.append(Sheet(name=meta.name, rows=rows, merges=merges, visible=visible))
    return sheets


def _by_openpyxl(content: bytes) -> list[Sheet]:
    import openpyxl  # takes a third of a second, and is seldom asked
    from openpyxl.worksheet.worksheet import Worksheet

    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    sheets = []
    for source in book.worksheets:
        assert isinstance(source, Worksheet)
        guards.check_extent(source.title, source.max_row, source.max_column)
        merges = [(m.min_row - 1, m.min_col - 1, m.max_row - 1, m.max_col - 1) for m in source.merged_cells.ranges]
        rows: list[list[Value]] = [list(row) for row in source.iter_rows(values_only=True)]  # type: ignore[arg-type]
        sheets.append(
            Sheet(
                name=source.title, rows=rows, merges=merges, visible=source.sheet_state == Worksheet.SHEETSTATE_VISIBLE
            )
        )
    return sheets


def _repaired(content: bytes) -> bytes:
    """The package with / in its names, its parts in UTF-8 and strict namespaces replaced by the usual ones."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            part, name = source.read(entry), entry.filename.replace("\\", "/")
            if name.lower().endswith((".xml", ".rels")):
                part = _plain_xml(part)
            target.writestr(name, part)
    return memory.getvalue()


def _plain_xml(part: bytes) -> bytes:
    if is_utf16(part):
        encoding = "utf-16-be" if part.startswith((b"\xfe\xff", b"\0<")) else "utf-16-le"
        text = part.decode(encoding, "replace").lstrip("\ufeff")
        part = re.sub(r"""^(<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""", r"\1", text).encode()
    for strict, usual in _STRICT:
        part = part.replace(strict, usual)
    return part
