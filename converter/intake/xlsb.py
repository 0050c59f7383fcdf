"""Binary workbooks (.xlsb): values through python-calamine, and from the records what it loses ([MS-XLSB] 2.1.4, 2.4).

calamine gives '' for error cells, no number formats and no merged ranges; a walk over the records of the styles and of
each sheet finds them, and hidden rows and columns.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

import python_calamine
import xlrd
from lxml import etree

from converter.intake import guards
from converter.intake.cells import Workbook
from converter.intake.guards import UnreadableError
from converter.intake.package import Package
from converter.intake.sheetxml import Marks, Styles, relations
from converter.intake.xlsx import add_marks, calamine_sheets

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, OverflowError, EOFError),
    *(expat.ExpatError, etree.LxmlError, LookupError, ValueError),
)
#: Record numbers of [MS-XLSB] 2.3.
_ROW, _BLANK, _CELL_ERROR, _CELL_SHARED, _FORMULA_NUMBER, _FORMULA_ERROR, _COLUMNS, _MERGE = 0, 1, 3, 7, 9, 11, 60, 176
_TEXT, _FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END, _SHEET = 19, 44, 47, 617, 618, 156
_CELLS = range(1, 12)
#: Cells that calamine passes over: short forms, and rich text within the sheet.
_LOST = frozenset({*range(12, 19), 62})


def read_xlsb(content: bytes) -> Workbook:
    """The sheets of an .xlsb. Raises UnreadableError F01 damaged, F04 with a password, F06 over a limit."""
    try:
        package = Package(content)
        guards.check_archive(package.entries)
        marks = _scan(package)
        for name, mark in marks.items():
            guards.check_extent(name, mark.rows, mark.columns)
        sheets = calamine_sheets(python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)))
    except (*_BROKEN, python_calamine.CalamineError) as error:
        raise UnreadableError("F01", "文件已损坏或不是完整的 xlsb") from error
    guards.check_sheets(len(sheets))
    for sheet in sheets:
        mark = marks.get(sheet.name, Marks())
        add_marks(sheet, mark)
        sheet.merges = mark.merges
        guards.check_merges(sheet.name, len(mark.merges))
    return Workbook(sheets)


def _scan(package: Package) -> dict[str, Marks]:
    """Marks by sheet name."""
    styles = _styles(package.read("xl/styles.bin")) if "xl/styles.bin" in package else Styles()
    lengths = _lengths(package.read("xl/sharedStrings.bin")) if "xl/sharedStrings.bin" in package else []
    targets = relations(package, "xl/workbook.bin")
    marks = {}
    for kind, data in _records(package.read("xl/workbook.bin")):
        if kind == _SHEET:  # hsState, iTabID, then two texts: relation and name
            relation, end = _text(data, 8)
            name, _ = _text(data, end)
            marks[name] = _marks(package.read(targets[relation]), styles, lengths)
    guards.check_texts(sum(mark.texts for mark in marks.values()))
    return marks


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and content of each record: both number and length are written in 7-bit groups."""
    at = 0
    while at < len(data):
        kind, at = data[at], at + 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | (data[at] & 0x7F) << 7, at + 1
        size = shift = 0
        while True:
            size, at, more = size | (data[at] & 0x7F) << shift, at + 1, data[at] & 0x80
            shift += 7
            if not more or shift == 28:
                break
        yield kind, data[at : at + size]
        at += size


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A wide string at a place, and the place after it."""
    (length,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le"), end


def _lengths(data: bytes) -> list[int]:
    """Characters of each shared text."""
    lengths = [struct.unpack_from("<I", record, 1)[0] for kind, record in _records(data) if kind == _TEXT]
    guards.check_text(max(lengths, default=0))
    return lengths


def _styles(data: bytes) -> Styles:
    """The cell styles whose number format changes what a cell means."""
    styles, codes, index, inside = Styles(), {9: "0%", 10: "0.00%"}, 0, False
    for kind, record in _records(data):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", record)[0]] = _text(record, 2)[0]
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            inside = kind == _STYLES_BEGIN
        elif kind == _STYLE and inside:
            styles.add(index, codes.get(struct.unpack_from("<H", record, 2)[0], ""))
            index += 1
    return styles


def _marks(data: bytes, styles: Styles, lengths: list[int]) -> Marks:
    """The marks of one sheet. `lengths` are those of the shared texts."""
    marks, row = Marks(), 0
    for kind, record in _records(data):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", record)
            if len(record) > 11 and record[11] & 0x10:  # fDyZero: hidden
                marks.hidden_rows.add(row)
        elif kind == _COLUMNS:
            first, last, *_, flags = struct.unpack_from("<4IH", record)
            if flags & 1:
                marks.hidden_columns.update(range(first, min(last + 1, 16384)))
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<4I", record)
            marks.merges.append((top, left, bottom, right))
        elif kind in _LOST:
            raise UnreadableError("F01", "xlsb 里有不能识别的单元格记录")
        elif kind in _CELLS:
            _mark(kind, record, row, styles, marks)
            if kind == _CELL_SHARED:  # calamine panics where there is no such text
                marks.texts += lengths[struct.unpack_from("<I", record, 8)[0]]
    return marks


def _mark(kind: int, record: bytes, row: int, styles: Styles, marks: Marks) -> None:
    column, style = struct.unpack_from("<II", record)
    cell, style = (row, column), style & 0xFFFFFF
    if kind in (_CELL_ERROR, _FORMULA_ERROR):
        marks.errors[cell] = xlrd.error_text_from_code.get(record[8], "#错误")
    elif style in styles.percents:
        marks.percents[cell] = styles.percents[style]
    elif style in styles.pads:
        marks.pads[cell] = styles.pads[style]
    if kind == _FORMULA_NUMBER:
        marks.formulas += 1
        marks.zeros += struct.unpack_from("<d", record, 8)[0] == 0
    if kind != _BLANK:
        marks.rows, marks.columns = max(marks.rows, row + 1), max(marks.columns, column + 1)
