"""Workbooks of departments that share a layout: laid out by xlsxwriter once, then only filled in, part for part the same.

The first two books of a layout are written the plain way (department.department_book). From the first one come the parts that
do not change; the second one proves that the stamp gives exactly what the plain way gives, else the layout stays plain, as does
a book that holds something unusual. tests/test_stamps.py compares every part of many books.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, count
from typing import Any, NamedTuple

from xlsxwriter.xmlwriter import XMLwriter

from converter.books.contents import DepartmentBook
from converter.books.department import (
    FINDING_LOOKS,
    book_title,
    department_book,
    write_figures,
    write_findings,
    write_legend,
)
from converter.books.figures import Figures, Layout, Slot, figures_of, layout_key, layout_of
from converter.books.findingrows import FindingSheet
from converter.books.livecells import Formulas, Live, written_formulas
from converter.books.moulds import Ends, Holes, Mould, shared_string
from converter.books.notes import Notes
from converter.books.packing import Packed, package, packed, parts_of
from converter.books.shown import MAX_TEXT, printable
from converter.books.sketch import Sketch, SketchPage, UnusualError
from converter.books.styles import Book, Setup, as_typed
from converter.books.tables import Row
from converter.intake.cells import a1

#: Layouts that a process remembers; texts up to here are surely within Excel's limit.
_MOST, _SURELY_SHORT = 64, 16_000
#: Characters of a 指纹 for which the foot of a page surely has room.
_LONGEST_MARK = 64
_SHEETS = tuple(f"xl/worksheets/sheet{number}.xml" for number in range(1, 6))
_STYLES, _STRINGS, _CORE = "xl/styles.xml", "xl/sharedStrings.xml", "docProps/core.xml"
_NOTES, _SHAPES = "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"
#: Parts that are made anew for each workbook, but for styles, which hang on what it holds and are the same for many.
_VARYING = frozenset({*_SHEETS, _STRINGS, _CORE, _NOTES, _SHAPES, _STYLES})
#: Types of values that cells take as they are.
_AS_THEY_ARE = frozenset({str, int, float, type(None)})
#: The ends of cells with the first strings, by their numbers.
_STRING = b' t="s"><v>%d</v></c>'
_STRING_ENDS = tuple(_STRING % number for number in range(1_000))
_STRINGS_XML = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="%d" uniqueCount="%d">%b</sst>'
)


class Stamp:
    """A layout (and as many figures as it takes) with the parts of a book that was written the plain way; `mark` is its 指纹."""

    def __init__(self, layout: Layout, figures: Figures, parts: Mapping[str, bytes], mark: str) -> None:
        self._layout = layout  # the very rules whose ids make its key
        self._sketch, self._head, self._legend = Sketch(), Sketch(), Sketch()
        write_figures(self._sketch, layout, figures.slots())
        write_findings(self._head, ())
        write_legend(self._legend, layout)
        self._pages = [*self._sketch.pages, *self._head.pages, *self._legend.pages]
        self._holes, self.live = Holes(self._pages), Live.of(_formulas(self._pages))
        self._names, foot = list(parts), f"指纹 {mark}&amp;C" if mark else ""
        self._frames, ends = zip(*(_frame(parts[name].decode(), foot) for name in _SHEETS), strict=True)
        self._marked, self._ends = bool(mark), [end.encode() for end in ends]
        self._fixed = {name: packed(name, part) for name, part in parts.items() if name not in _VARYING}
        self._core = re.split("<dc:title>.*</dc:title>", parts[_CORE].decode(), flags=re.DOTALL)
        slots = len(figures.flat())
        held = [text for text in self._sketch.texts if text.__class__ is Slot or _strings([text])]
        self._texts, order = [text for text in held if text.__class__ is not Slot], count(slots)
        self._own = [text.number if text.__class__ is Slot else next(order) for text in held]
        self._head_texts, self._last_texts = _strings(self._head.texts), _strings(self._legend.texts)
        self._looks, self._head_looks, self._last_looks = (
            _first([look for page in sketch.pages for look in page.looks()])
            for sketch in (self._sketch, self._head, self._legend)
        )
        self._moulds: dict[tuple[str, ...], tuple[list[Mould], FindingSheet, Mould]] = {}
        noted = _NOTES in parts
        self._notes = Notes(self._pages[0].columns, parts[_NOTES].decode(), parts[_SHAPES].decode()) if noted else None

    def filled(self, book: DepartmentBook, figures: Figures) -> bytes:
        """The workbook of a book with this layout. Raises UnusualError where only the plain way will do."""
        if (
            len(book.fingerprint) > _LONGEST_MARK
            or not f"0{book.fingerprint}".isalnum()
            or not book.fingerprint.isascii()
        ):
            raise UnusualError("指纹")
        made = self._varying(book, figures)
        return package(self._fixed.get(name) or made[name] for name in self._names)

    def _varying(self, book: DepartmentBook, figures: Figures) -> dict[str, Packed]:
        raw = figures.flat()
        typed, findings = _typed(raw, book.findings)
        own = _strings(map([*typed, *self._texts].__getitem__, self._own))
        strings = [*own, *self._head_texts, *_strings(chain(*findings)), *self._last_texts]
        distinct, order = list(dict.fromkeys(strings)), self._order(raw, findings)
        ends = _ends(distinct)
        numbers, styles = _numbered(order, noted=self._notes is not None)
        first, listed, last = self._moulds.get(order) or self._moulds.setdefault(order, self._moulded(numbers))
        filling = self._holes.filling(raw, typed, ends, numbers)
        sheets = (
            *(mould.filled(filling, raw) for mould in first),
            listed.filled(filling, book.findings, findings, ends),
            last.filled(filling, raw),
        )
        foot = f"指纹 {book.fingerprint}&amp;C".encode() if self._marked else b""
        shared = b"".join(map(shared_string, distinct))
        parts = {
            **{name: sheet + foot + end for name, sheet, end in zip(_SHEETS, sheets, self._ends, strict=True)},
            _STRINGS: _STRINGS_XML % (len(strings), len(distinct), shared),
            _CORE: _title(book).join(self._core).encode(),
            **(self._noted(self._notes, raw) if self._notes else {}),
        }
        return {_STYLES: styles} | {name: packed(name, part) for name, part in parts.items()}

    def _order(self, raw: list[Any], findings: Sequence[Any]) -> tuple[str, ...]:
        """The looks of a book, each where it first stands."""
        listed = FINDING_LOOKS if findings else ()
        return tuple(_first([*_resolved(self._looks, raw), *self._head_looks, *listed, *self._last_looks]))

    def _moulded(self, numbers: Mapping[str, bytes]) -> tuple[list[Mould], FindingSheet, Mould]:
        *first, head, last = self._pages
        places = self._holes.places
        return (
            [
                Mould(page, frame, numbers, places)
                for page, frame in zip(first, self._frames[: len(first)], strict=True)
            ],
            FindingSheet(head, self._frames[-2], numbers, places),
            Mould(last, self._frames[-1], numbers, places),
        )

    def _noted(self, notes: Notes, raw: list[Any]) -> dict[str, bytes]:
        """The notes at scores."""
        page = self._pages[0]
        heights = {row: raw[one.number] if one.__class__ is Slot else one for row, one in page.heights.items()}
        said = [(row, column, raw[slot.number]) for row, column, slot in page.notes if raw[slot.number]]
        return dict(zip((_NOTES, _SHAPES), map(str.encode, notes.written(said, heights)), strict=True))


class First(NamedTuple):
    """The first book of a layout, written the plain way, and its 指纹."""

    layout: Layout
    parts: Mapping[str, bytes]
    mark: str


def stamped_book(book: DepartmentBook) -> tuple[bytes, Live]:
    """The workbook's bytes and its formulas: the same as `department.department_book` writes, at a fraction of the time."""
    figures = figures_of(book)
    key = (any(row.note for row in figures.rows), bool(book.fingerprint), *layout_key(book))
    known = _KNOWN.get(key)
    if isinstance(known, Stamp):
        try:
            return known.filled(book, figures), known.live
        except UnusualError:
            pass
    parts = parts_of(department_book(book))
    written = package(packed(name, part) for name, part in parts.items())
    live = Live.of(written_formulas(written))
    if key not in _KNOWN:
        _remember(key, First(layout_of(book), parts, book.fingerprint))
    elif isinstance(known, First):
        _KNOWN[key] = _proven(known, book, figures, (written, live))
    return written, live


#: Layouts by their keys: those of which one book was written, their stamps, and those whose stamp would err (None).
_KNOWN: dict[tuple[Any, ...], First | Stamp | None] = {}


def _remember(key: tuple[Any, ...], first: First) -> None:
    """Keeps a layout, in the place of the oldest one where there are many."""
    while len(_KNOWN) >= _MOST:
        del _KNOWN[next(iter(_KNOWN))]
    _KNOWN[key] = first


def _proven(first: First, book: DepartmentBook, figures: Figures, plain: tuple[bytes, Live]) -> First | Stamp | None:
    """The stamp of a layout, if it gives exactly what the plain way gave for another book; a book may be too unusual to tell."""
    try:
        stamp = Stamp(first.layout, figures, first.parts, first.mark)
        return stamp if (stamp.filled(book, figures), stamp.live) == plain else None
    except UnusualError:
        return first


@lru_cache(maxsize=256)
def _numbered(order: tuple[str, ...], *, noted: bool) -> tuple[Mapping[str, bytes], Packed]:
    """The numbers of looks that are used in this order, and the styles of the book."""
    book = Book("")
    page = book.sheet("1", Setup())
    page.put_row(0, 0, range(len(order)), [book.look(name) for name in order])
    page.comment(0, 0, "1" if noted else "")
    styles = packed(_STYLES, parts_of(book.content())[_STYLES])
    return {name: b"%d" % book.look(name)._get_xf_index() for name in order}, styles  # as grid does


def _typed(raw: list[Any], findings: Sequence[Row]) -> tuple[list[Any], Sequence[Sequence[Any]]]:
    """Figures and findings as `as_typed` gives them; where their texts are usual, which is told of all at once, they are so."""
    values = [*raw, *chain(*findings)]
    together = "".join([value for value in values if value.__class__ is str])
    usual = together.replace("\n", "").replace("\u3000", "").isprintable() and 2 * len(together) < MAX_TEXT
    if usual and _AS_THEY_ARE.issuperset(map(type, values)):
        return raw, findings
    return as_typed(raw), [as_typed(row) for row in findings]


def _strings(values: Iterable[Any]) -> list[str]:
    """Those values that are shared strings."""
    return [value for value in values if value.__class__ is str and value]


def _ends(texts: Sequence[str]) -> Ends:
    """The ends of cells, shared strings numbered as they stand."""
    if max(map(len, texts)) > _SURELY_SHORT:
        raise UnusualError("a text that may be too long for Excel")
    more = map(_STRING.__mod__, count(len(_STRING_ENDS)))
    return Ends(zip(texts, chain(_STRING_ENDS, more), strict=False))


def _resolved(things: Iterable[Any], raw: list[Any]) -> list[Any]:
    return [raw[thing.number] if thing.__class__ is Slot else thing for thing in things]


def _first(looks: Iterable[Any]) -> list[Any]:
    """Each look where it first stands, and every slot."""
    return list(dict.fromkeys(looks))


def _frame(xml: str, foot: str) -> tuple[tuple[str, str], str]:
    """What stands before and behind the rows of a sheet, up to the 指纹; and what stands behind that."""
    before, start, rest = xml.partition("<sheetData>")
    _, end, behind = rest.partition("</sheetData>")
    if not foot:
        return (before + start, end + behind), ""
    behind, found, last = behind.partition(foot)
    if not found:
        raise UnusualError(foot)
    return (before + start, end + behind), last


def _formulas(pages: Iterable[SketchPage]) -> Formulas:
    """The formulas of a book as run.json keeps them."""
    found = {
        page.name: {
            a1(at): cell.formula for at, cell in sorted(page.cells.items(), key=lambda one: one[0]) if cell.formula
        }
        for page in pages
    }
    return {name: formulas for name, formulas in found.items() if formulas}


def _title(book: DepartmentBook) -> str:
    writer = XMLwriter()
    writer.fh = io.StringIO()
    writer._xml_data_element("dc:title", printable(book_title(book)))  # as the library itself does
    return str(writer.fh.getvalue())
