"""OOXML workbooks: values and merges through python-calamine, plus a light scan of the sheet XML.

calamine gives '' for error cells and for formulas saved without a value, and no number formats (READERS §4, §7);
the scan finds those cells. A sheet whose bytes hold none of the three is not parsed a second time.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

import python_calamine

from converter.intake import guards
from converter.intake.cells import Cell, Sheet, Value, Workbook, from_a1
from converter.intake.guards import UnreadableError

_SUSPECT = re.compile(rb"""\bt\s*=\s*["']e["']|<(?:\w+:)?f[\s/>]""")
#: Cells beyond row 9,999 or column ZZ: only then can the area be over the limit before calamine allocates it.
_FAR = re.compile(rb"""\br\s*=\s*["'](?:[A-Za-z]{3}|[A-Za-z]*\d{5})""")
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    LookupError,
    ValueError,
    EOFError,
    expat.ExpatError,
    NotImplementedError,
)
#: Built-in number formats 9 (0%) and 10 (0.00%).
_PERCENT_FORMATS = {9: 0, 10: 2}


def read_xlsx(content: bytes) -> Workbook:
    """The sheets of an OOXML file. Raises UnreadableError F01 for a damaged file, F06 for one over a limit."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        guards.check_archive(archive)
        marks = _scan(archive)
        for name, mark in marks.items():
            guards.check_extent(name, mark.rows, mark.columns)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = [meta for meta in book.sheets_metadata if meta.typ == python_calamine.SheetTypeEnum.WorkSheet]
        guards.check_sheets(len(tables))
        return Workbook([_sheet(book, meta, marks) for meta in tables])
    except _DAMAGES as error:
        raise UnreadableError("F01", "文件已损坏或不是完整的 xlsx") from error
    except python_calamine.CalamineError as error:
        raise UnreadableError("F01", f"文件已损坏或不是完整的 xlsx（{error}）") from error


def _sheet(
    book: python_calamine.CalamineWorkbook, meta: python_calamine.SheetMetadata, marks: "dict[str, _Marks]"
) -> Sheet:
    source = book.get_sheet_by_name(meta.name)
    guards.check_extent(meta.name, source.total_height, source.total_width)
    merges = [(top, left, bottom, right) for (top, left), (bottom, right) in source.merged_cell_ranges or []]
    mark = marks.get(meta.name, _Marks())
    rows: list[list[Value]] = [*source.to_python(skip_empty_area=False)]  # type: ignore[list-item]  # its values are ours
    return Sheet(
        name=meta.name,
        rows=rows,
        merges=merges,
        errors=mark.errors,
        stale=mark.stale,
        percents=mark.percents,
        visible=meta.visible == python_calamine.SheetVisibleEnum.Visible,
    )


@dataclass
class _Marks:
    """What the scan of one sheet's XML found; extents count filled cells only."""

    errors: dict[Cell, str] = field(default_factory=dict)
    stale: set[Cell] = field(default_factory=set)
    percents: dict[Cell, int] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0


def _scan(archive: zipfile.ZipFile) -> dict[str, _Marks]:
    """Marks by sheet name, only for sheets that need them."""
    styles = _percent_styles(archive)
    marks = {}
    for name, part in _parts(archive).items():
        xml = archive.read(part)
        if xml.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):  # calamine would give an empty sheet
            raise UnreadableError("F01", f"工作表“{name}”以 UTF-16 编码，不能读取")
        if _SUSPECT.search(xml) or _FAR.search(xml) or _uses_style(xml, styles):
            marks[name] = _SheetScan(styles).run(xml)
    return marks


def _uses_style(xml: bytes, styles: dict[int, int]) -> bool:
    return any(re.search(rb"""\bs\s*=\s*["']%d["']""" % style, xml) for style in styles)


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → name of its part, by way of the workbook's relations."""
    members = {member.replace("\\", "/").lower(): member for member in archive.namelist()}
    root = next((m for m in members if re.fullmatch(r"xl/workbook\d*\.xml", m)), None)
    if root is None:
        return {}
    relations = members.get(f"xl/_rels/{posixpath.basename(root)}.rels")
    if relations is None:
        return {}
    targets = {}
    for tag, attributes in _elements(archive.read(relations)):
        if tag == "Relationship":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[attributes.get("Id", "")] = members.get(path.lower(), "")
    parts = {}
    for tag, attributes in _elements(archive.read(members[root])):
        if tag == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            if targets.get(relation):
                parts[attributes.get("name", "")] = targets[relation]
    return parts


def _percent_styles(archive: zipfile.ZipFile) -> dict[int, int]:
    """Index of each cell style whose number format shows a percent → digits after the point."""
    member = next((m for m in archive.namelist() if m.replace("\\", "/").lower() == "xl/styles.xml"), None)
    if member is None:
        return {}
    xml = archive.read(member)
    formats, styles, cell_styles = dict(_PERCENT_FORMATS), {}, False
    for tag, attributes in _elements(xml):
        if tag == "numFmt" and (digits := percent_digits_of_format(attributes.get("formatCode", ""))) is not None:
            formats[int(attributes["numFmtId"])] = digits
        elif tag == "cellXfs":
            cell_styles, index = True, 0
        elif tag in ("cellStyles", "dxfs"):
            cell_styles = False
        elif tag == "xf" and cell_styles:
            if (number_format := int(attributes.get("numFmtId", 0))) in formats:
                styles[index] = formats[number_format]
            index += 1
    return styles


def percent_digits_of_format(code: str) -> int | None:
    """Digits after the point that a percent number format shows (0.00% → 2); None where % is absent or mere text."""
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.', "", code)
    if "%" not in bare:
        return None
    match = re.search(r"\.([0#?]+)", bare.split(";", maxsplit=1)[0])
    return len(match[1]) if match else 0


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """Local name and attributes of every element, in document order."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
    parser.Parse(xml, True)
    return found


class _SheetScan:
    """One pass over a sheet's XML: error cells, formulas without a value, cells shown as percent, extents."""

    def __init__(self, styles: dict[int, int]) -> None:
        self.styles, self.marks = styles, _Marks()
        self.row, self.column, self.cell = -1, -1, (0, 0)
        self.is_error = self.is_text = self.has_formula = self.has_value = self.in_value = False
        self.text: list[str] = []

    def run(self, xml: bytes) -> _Marks:
        """Scans the whole part."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(xml, True)
        return self.marks

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif name == "f":
            self.has_formula = True
        elif name in ("v", "is"):
            self.in_value = self.has_value = True

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.cell = from_a1(attributes["r"]) if "r" in attributes else (self.row, self.column + 1)
        self.row, self.column = self.cell
        self.is_error, self.is_text = attributes.get("t") == "e", attributes.get("t") == "str"
        self.has_formula = self.has_value = False
        self.text = []
        if (digits := self.styles.get(int(attributes.get("s", 0)))) is not None:
            self.marks.percents[self.cell] = digits

    def _characters(self, data: str) -> None:
        if self.in_value:
            self.text.append(data)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in ("v", "is"):
            self.in_value = False
        elif name == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        text = "".join(self.text)
        if self.is_error:
            self.marks.errors[self.cell] = text or "#错误"
        elif self.has_formula and not text and not (self.is_text and self.has_value):  # "" is a text, but no number
            self.marks.stale.add(self.cell)
        if text or self.has_formula:
            self.marks.rows = max(self.marks.rows, self.cell[0] + 1)
            self.marks.columns = max(self.marks.columns, self.cell[1] + 1)
