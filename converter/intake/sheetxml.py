"""A light scan of an OOXML package for what value readers lose: error cells, uncalculated formulas, number formats that
change a meaning, hidden rows and columns, real extents (READERS §4, §7).

A sheet whose bytes hold none of these is not parsed.
"""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from lxml import etree

from converter.intake.cells import Cell, from_a1
from converter.intake.guards import UnreadableError
from converter.intake.package import Package

#: Rows and cells beyond row 9,999 or column ZZ: only then can the area be over the limit before calamine allocates it.
#: The look ahead halves the time: the addresses of small sheets have three characters or fewer.
_FAR = re.compile(rb'r="(?=[A-Za-z0-9]{4})(?:[A-Za-z]{3}[0-9]|[A-Za-z]{0,2}[0-9]{5})')
_ROOT = re.compile(r"xl/workbook\d*\.xml")
#: Taken out before searching: XML allows blanks around an equals sign.
_BLANKS = b" \t\r\n"
#: What stands in a styles part that has percents or leading zeros.
_TELLING = (b"%", b"&#", b'numFmtId="9"', b'numFmtId="10"', b'formatCode="00')
#: No entity is resolved and nothing fetched; a text node or a depth beyond any workbook's is an error.
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
_SMALL = 1 << 16
#: Larger sheets are those of no two departments alike.
_SMALL_SHEET = 1 << 14
_TRUE = frozenset({"1", "true"})


@dataclass
class Marks:
    """What the scan of one sheet found. Extents count filled cells only; `zeros` are formulas whose value is 0.

    `merges`, and `texts`, the characters of all shared texts in its cells, only where the scan reads them (.xlsb).
    """

    errors: dict[Cell, str] = field(default_factory=dict)
    stale: set[Cell] = field(default_factory=set)
    percents: dict[Cell, int] = field(default_factory=dict)
    pads: dict[Cell, int] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    texts: int = 0
    formulas: int = 0
    zeros: int = 0
    rows: int = 0
    columns: int = 0


@dataclass
class Styles:
    """Cell styles by index: digits after the point where a percent is shown, width where leading zeros are."""

    percents: dict[int, int] = field(default_factory=dict)
    pads: dict[int, int] = field(default_factory=dict)

    @property
    def telling(self) -> list[int]:
        """The styles that say something."""
        return [*self.percents, *self.pads]

    @cached_property
    def uses(self) -> re.Pattern[bytes] | None:
        """What a cell of such a style has in it, None where no style says anything."""
        if 0 in self.telling:  # every cell without a style shows a percent
            return re.compile(b"")
        numbers = "|".join(map(str, self.telling))
        return re.compile(f's="(?:{numbers})"'.encode()) if numbers else None

    def add(self, index: int, code: str) -> None:
        """Notes what a number format means for the cells of a style."""
        if (digits := percent_digits_of_format(code)) is not None:
            self.percents[index] = digits
        elif re.fullmatch("0{2,}", code):
            self.pads[index] = len(code)


def scan_sheets(package: Package) -> dict[str, Marks]:
    """Marks by sheet name, only for sheets that need them. Raises UnreadableError F01 for a sheet in UTF-16."""
    styles = _styles(package)
    marks = {}
    for name, part in _parts(package).items():
        xml = package.read_alike(part)
        odd, far = _looked_through(xml, styles.uses)
        if is_utf16(xml):  # calamine would give an empty sheet
            raise UnreadableError("F01", f"工作表“{name}”的文字编码不能识别")
        if odd:
            marks[name] = _scan(xml, styles, far=far)
    return marks


def _looked_through(xml: bytes, uses: re.Pattern[bytes] | None) -> tuple[bool, bool]:
    """Whether a sheet needs to be scanned, and whether for cells far away. Departments leave the same sheets empty: told once."""
    return (_sought if len(xml) <= _SMALL_SHEET else _sought.__wrapped__)(xml, uses)


@lru_cache(maxsize=64)
def _sought(xml: bytes, uses: re.Pattern[bytes] | None) -> tuple[bool, bool]:
    squeezed = xml.translate(None, _BLANKS)
    far = _is_odd(squeezed) or _FAR.search(squeezed) is not None
    return far or _is_suspect(squeezed) or (uses is not None and uses.search(squeezed) is not None), far


def _is_suspect(squeezed: bytes) -> bool:
    """Whether there may be errors, formulas or hidden parts; in a prefixed XML there may be anything."""
    return b't="e"' in squeezed or b"<f" in squeezed or b"hidden=" in squeezed or b":worksheet" in squeezed[:1000]


def _is_odd(squeezed: bytes) -> bool:
    """Whether an attribute behind the declaration may stand in single quotes: then no pattern here holds."""
    return squeezed.find(b"'", squeezed.find(b"?>") + 1) >= 0


def is_utf16(xml: bytes) -> bool:
    """Whether a part is encoded in UTF-16."""
    return xml.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"))


def _parts(package: Package) -> dict[str, str]:
    """Sheet name → name of its part, by way of the workbook's relations."""
    root = next((part for part in package.parts if part.startswith("xl/w") and _ROOT.fullmatch(part)), None)
    if root is None:  # another name is allowed, but then nothing here would be found
        raise UnreadableError("F01", "找不到工作簿部件 xl/workbook.xml")
    targets = relations(package, root)
    parts = {}
    for _, attributes in _elements(package.read_alike(root), "sheet"):
        if targets.get(relation := attributes.get("id", "")):
            parts[attributes.get("name", "")] = targets[relation]
    return parts


def relations(package: Package, root: str) -> dict[str, str]:
    """Relation id → name of its part, for the parts that the workbook part `root` names; "" where it is missing."""
    listed = f"xl/_rels/{posixpath.basename(root)}.rels"
    targets: dict[str, str] = {}
    for _, attributes in _elements(package.read_alike(listed), "Relationship") if listed in package else ():
        path = _path(attributes.get("Target", ""))
        targets[attributes.get("Id", "")] = path if path in package else ""
    return targets


@lru_cache(maxsize=256)
def _path(target: str) -> str:
    """The name of the part that a relation of the workbook leads to."""
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _styles(package: Package) -> Styles:
    """The cell styles whose number format changes what a cell means."""
    if "xl/styles.xml" not in package:
        return Styles()
    xml = package.read_alike("xl/styles.xml")
    return (_styles_in if len(xml) <= _SMALL else _styles_in.__wrapped__)(xml)


@lru_cache(maxsize=64)
def _styles_in(xml: bytes) -> Styles:
    styles = Styles()
    squeezed = xml.translate(None, _BLANKS)
    if not (any(mark in squeezed for mark in _TELLING) or _is_odd(squeezed) or is_utf16(xml)):
        return styles
    codes, index, inside = {9: "0%", 10: "0.00%"}, 0, False
    for tag, attributes in _elements(xml, "numFmt", "xf", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
        if tag == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            styles.add(index, codes.get(int(attributes.get("numFmtId", 0)), ""))
            index += 1
    return styles


def percent_digits_of_format(code: str) -> int | None:
    """Digits after the point that a percent number format shows (0.00% → 2); None where % is absent or mere text."""
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.', "", code)
    section = next((section for section in bare.split(";") if "%" in section), None)
    if section is None:
        return None
    match = re.search(r"\.([0#?]+)", section)
    return len(match[1]) if match else 0


def _elements(xml: bytes, *names: str) -> Sequence[tuple[str, Mapping[str, str]]]:
    """Local name and attributes (without namespaces) of every element of these names, in document order.

    Those of small parts are kept: workbooks of one program differ in little but their sheets.
    """
    return (_parsed if len(xml) <= _SMALL else _parsed.__wrapped__)(xml, names)


@lru_cache(maxsize=64)
def _parsed(xml: bytes, names: tuple[str, ...]) -> Sequence[tuple[str, Mapping[str, str]]]:
    root = etree.fromstring(xml, _PARSER)
    return [
        (
            str(element.tag).rpartition("}")[2],
            {str(key).rpartition("}")[2]: str(value) for key, value in element.items()},
        )
        for element in root.iter(*(f"{{*}}{name}" for name in names))
    ]


def _scan(xml: bytes, styles: Styles, *, far: bool) -> Marks:
    """The marks of one sheet. Raises UnreadableError F01 for a sheet with a document type: no spreadsheet writes one."""
    root = etree.fromstring(xml, _PARSER)
    if b"<!DOCTYPE" in xml:
        raise UnreadableError("F01", "工作表内有文档类型声明，可能是恶意文件")
    marks = Marks()
    rows = _row_numbers(root)
    marks.hidden_rows = {number for row, number in rows.items() if row.get("hidden") in _TRUE}
    for column in root.iter("{*}col"):
        if column.get("hidden") in _TRUE:
            first, last = int(column.get("min", "1")), int(column.get("max", "1"))
            marks.hidden_columns.update(range(first - 1, min(last, 16384)))
    places = _places(root, rows)
    for cell in _telling(root, styles):
        _mark(cell, places.get(cell) or from_a1(cell.get("r", "")), styles, marks)
    if far:
        filled = [places.get(cell) or from_a1(cell.get("r", "")) for cell in _cells(root, "x:v or x:is or x:f")]
        marks.rows = max((row + 1 for row, _ in filled), default=0)
        marks.columns = max((column + 1 for _, column in filled), default=0)
    return marks


def _cells(root: etree._Element, condition: str) -> list[etree._Element]:
    """The cells that fulfil an XPath condition; x: is the sheet's own namespace."""
    namespace = etree.QName(root).namespace
    path = f"//x:c[{condition}]" if namespace else f"//c[{condition}]".replace("x:", "")
    found = root.xpath(path, namespaces={"x": namespace} if namespace else None)
    return [cell for cell in found if isinstance(cell, etree._Element)] if isinstance(found, list) else []


def _telling(root: etree._Element, styles: Styles) -> list[etree._Element]:
    """The cells that a value reader would misread: errors, formulas, percents, leading zeros."""
    wanted = [f"@s='{index}'" for index in styles.telling if index]
    return _cells(
        root, " or ".join(["@t='e'", "x:f", *wanted, *(["not(@s)", "@s='0'"] if 0 in styles.telling else [])])
    )


def _row_numbers(root: etree._Element) -> dict[etree._Element, int]:
    """Each row and its number from 0: its own, or the one after the row before it."""
    numbers, number = {}, -1
    for row in root.iter("{*}row"):
        number = int(address) - 1 if (address := row.get("r")) else number + 1
        numbers[row] = number
    return numbers


def _places(root: etree._Element, rows: dict[etree._Element, int]) -> dict[etree._Element, Cell]:
    """Where the cells stand that do not say so: each after the one before it."""
    places: dict[etree._Element, Cell] = {}
    if not _cells(root, "not(@r)"):
        return places
    for row, number in rows.items():
        at = (number, -1)
        for cell in row.iterchildren("{*}c"):
            if address := cell.get("r"):
                at = from_a1(address)
            else:
                at = places[cell] = (at[0], at[1] + 1)
    return places


def _mark(cell: etree._Element, at: Cell, styles: Styles, marks: Marks) -> None:
    kind, style = cell.get("t", "n"), int(cell.get("s", 0))
    value = cell.find("{*}v")
    text = (value.text or "") if value is not None else ""
    is_formula = cell.find("{*}f") is not None
    if kind == "e":
        marks.errors[at] = text or "#错误"
    elif is_formula and not text and not (kind == "str" and value is not None):  # "" is a text, but no number
        marks.stale.add(at)
    elif is_formula and kind == "n":
        marks.formulas += 1
        marks.zeros += float(text) == 0
    if style in styles.percents:
        marks.percents[at] = styles.percents[style]
    elif style in styles.pads:
        marks.pads[at] = styles.pads[style]
