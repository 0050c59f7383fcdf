"""OpenDocument spreadsheets (.ods): values through python-calamine, and from content.xml what it loses.

calamine gives neither merged ranges nor error cells of an .ods (calamine#720) and no percent formats.
"""

import io
import re
import struct
import zipfile
import zlib
from xml.parsers import expat

import python_calamine

from converter.intake import guards
from converter.intake.cells import ERROR_TEXTS, Sheet, Workbook
from converter.intake.guards import UnreadableError
from converter.intake.package import Package
from converter.intake.sheetxml import is_utf16
from converter.intake.xlsx import calamine_sheets
from converter.vocabulary.numbers import percent_digits

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, OverflowError, EOFError),
    *(expat.ExpatError, LookupError, ValueError),
)


def read_ods(content: bytes) -> Workbook:
    """The sheets of an .ods. Raises UnreadableError F01 damaged, F04 with a password, F06 over a limit."""
    try:
        package = Package(content)
        guards.check_archive(package.entries)
        if b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise UnreadableError("F04", "文件已加密，没有密码不能读取")
        xml = package.read("content.xml")
        if is_utf16(xml):
            raise UnreadableError("F01", "文件的文字编码不能识别")
        marks = _Scan().run(xml)
        sheets = calamine_sheets(python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)))
    except (*_BROKEN, python_calamine.CalamineError) as error:
        raise UnreadableError("F01", "文件已损坏或不是完整的 ods") from error
    guards.check_sheets(len(sheets))
    for sheet in sheets:
        mark = marks.get(sheet.name, Sheet(sheet.name, []))
        guards.check_merges(sheet.name, len(mark.merges))
        sheet.merges, sheet.errors, sheet.stale = mark.merges, mark.errors, mark.stale
        sheet.percents, sheet.pads = mark.percents, mark.pads
        sheet.hidden_rows, sheet.hidden_columns = mark.hidden_rows, mark.hidden_columns
        sheet.idle_formulas = mark.idle_formulas
    return Workbook(sheets)


class _Scan:
    """One pass over content.xml. Sheets without rows carry the marks; repeated blank rows and cells cost nothing."""

    def __init__(self) -> None:
        self.marks: dict[str, Sheet] = {}
        self.sheet = Sheet("", [])
        self.row = self.column = self.wide = 0
        self.rows = self.across = 1
        self.cell: dict[str, str] | None = None
        self.text: list[str] = []
        self.paragraphs = self.notes = self.total = self.formulas = self.zeros = 0

    def run(self, xml: bytes) -> dict[str, Sheet]:
        """Scans the whole part."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(xml, True)
        return self.marks

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            name = attributes.get("table:name", "")
            self.sheet = self.marks.setdefault(name, Sheet(name, []))
            self.row = self.wide = self.formulas = self.zeros = 0
        elif tag == "table:table-column":
            count = min(int(attributes.get("table:number-columns-repeated", 1)), 16384)
            if attributes.get("table:visibility", "visible") != "visible":
                self.sheet.hidden_columns.update(range(self.wide, self.wide + count))
            self.wide += count
        elif tag == "table:table-row":
            self.rows = int(attributes.get("table:number-rows-repeated", 1))
            self.column = 0
            if attributes.get("table:visibility", "visible") != "visible":
                self.sheet.hidden_rows.update(range(self.row, self.row + min(self.rows, 10_000)))
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.across, self.cell = int(attributes.get("table:number-columns-repeated", 1)), attributes
            self.text, self.paragraphs = [], 0
        elif tag == "office:annotation":
            self.notes += 1
        elif tag == "text:p" and not self.notes:
            self.paragraphs += 1

    def _characters(self, data: str) -> None:
        if self.cell is not None and not self.notes:
            self.text.append(data)

    def _end(self, tag: str) -> None:
        if tag == "office:annotation":
            self.notes -= 1
        elif tag in ("table:table-cell", "table:covered-table-cell") and self.cell is not None:
            self._end_cell(self.cell, "".join(self.text).strip())
            self.column += self.across
            self.cell = None
        elif tag == "table:table-row":
            self.row += self.rows
        elif tag == "table:table":
            self.sheet.idle_formulas = self.formulas if self.formulas == self.zeros else 0

    def _end_cell(self, attributes: dict[str, str], text: str) -> None:
        kind = attributes.get("office:value-type", "")
        down, across = (int(attributes.get(f"table:number-{way}-spanned", 1)) for way in ("rows", "columns"))
        if down > 1 or across > 1:
            self.sheet.merges.append((self.row, self.column, self.row + down - 1, self.column + across - 1))
        if not (kind or text or "table:formula" in attributes):
            return
        guards.check_extent(self.sheet.name, self.row + self.rows, self.column + self.across)
        length = max(len(text), len(attributes.get("office:string-value", "")))
        guards.check_text(length)
        self.total += length * self.rows * self.across
        guards.check_texts(self.total)
        if "table:formula" in attributes and "office:value" in attributes:
            self.formulas += 1
            self.zeros += float(attributes["office:value"]) == 0
        for cell in ((self.row + r, self.column + c) for r in range(self.rows) for c in range(self.across)):
            if "error" in attributes.get("calcext:value-type", "") or _is_error(text, attributes):
                self.sheet.errors[cell] = text or "#错误"
            elif kind == "percentage":
                self.sheet.percents[cell] = percent_digits(text) or 0
            elif kind == "float" and re.fullmatch(r"0\d+", text):
                self.sheet.pads[cell] = len(text)
            elif "table:formula" in attributes and not (kind or self.paragraphs):  # "" is written as an empty text
                self.sheet.stale.add(cell)


def _is_error(text: str, attributes: dict[str, str]) -> bool:
    return "table:formula" in attributes and (text in ERROR_TEXTS or re.fullmatch(r"Err:\d+", text) is not None)
