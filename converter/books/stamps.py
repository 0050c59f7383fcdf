"""Workbooks of departments that share a layout: laid out by xlsxwriter once, then only filled in, part for part the same.

The first two books of a layout are written the plain way (department.department_book). From the first one come the parts that
do not change; the second one proves that the stamp gives exactly what the plain way gives, else the layout stays plain, as does
a book that holds something unusual. tests/test_stamps.py compares every part of many books.
"""

import io
import re
from collections.abc import Iterable, Mapping
from copy import copy
from functools import lru_cache
from itertools import chain
from typing import Any

from xlsxwriter.comments import Comments, CommentType
from xlsxwriter.vml import Vml
from xlsxwriter.xmlwriter import XMLwriter

from converter.books.contents import DepartmentBook
from converter.books.department import book_title, department_book, write_figures, write_findings, write_legend
from converter.books.figures import Figures, Layout, Slot, figures_of, layout_key, layout_of
from converter.books.grid import Grid
from converter.books.livecells import Formulas, Live, written_formulas
from converter.books.moulds import Mould, content, outcome, pixels, shared_string
from converter.books.packing import package, packed, parts_of
from converter.books.sketch import Sketch, SketchPage, UnusualError
from converter.books.styles import MAX_COMMENTS, Book, Setup, as_typed, note, printable
from converter.intake.cells import a1

#: Layouts that a process remembers; texts up to here are surely within Excel's limit.
_MOST, _SURELY_SHORT = 64, 16_000
_SHEETS = tuple(f"xl/worksheets/sheet{number}.xml" for number in range(1, 6))
_STYLES, _STRINGS, _CORE = "xl/styles.xml", "xl/sharedStrings.xml", "docProps/core.xml"
_NOTES, _SHAPES = "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"
_VARYING = frozenset({*_SHEETS, _STYLES, _STRINGS, _CORE, _NOTES, _SHAPES})
_DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')
_STRINGS_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="{}" uniqueCount="{}">{}</sst>'
)


class Stamp:
    """A layout with the parts of a book that was written the plain way. `proven` tells whether it gives what that way gives."""

    def __init__(self, layout: Layout, figures: Figures, parts: Mapping[str, bytes]) -> None:
        self.proven: bool | None = None
        self._layout = layout  # the very rules whose ids make its key
        self._sketch, self._legend = Sketch(), Sketch()
        write_figures(self._sketch, layout, figures.slots())
        write_legend(self._legend, layout)
        self._pages = [*self._sketch.pages, *self._legend.pages]
        self.live = Live.of(_formulas(self._pages))
        self._names, self._frames = list(parts), [_frame(parts[name].decode()) for name in _SHEETS]
        self._fixed = {name: packed(name, part) for name, part in parts.items() if name not in _VARYING}
        self._core = re.split("<dc:title>.*</dc:title>", parts[_CORE].decode(), flags=re.DOTALL)
        self._put = [text.number for text in self._sketch.texts if text.__class__ is Slot]
        cells = [cell for page in self._pages for cell in page.cells.values()]
        self._computed = [cell.value.number for cell in cells if cell.formula and cell.value.__class__ is Slot]
        self._looks = _first([look for page in self._sketch.pages for look in page.looks()])
        self._moulds: dict[tuple[str, ...], list[Mould]] = {}
        self._score_sheet = Grid()
        for column, width in enumerate(self._pages[0].columns):
            self._score_sheet.set_column(column, column, width)

    def filled(self, book: DepartmentBook, figures: Figures) -> bytes:
        """The workbook of a book with this layout. Raises UnusualError where only the plain way will do."""
        made = self._varying(book, figures)
        return package(self._fixed.get(name) or packed(name, made[name].encode()) for name in self._names)

    def _varying(self, book: DepartmentBook, figures: Figures) -> dict[str, str]:
        raw = figures.flat()
        typed = as_typed(raw)
        sketch = Sketch()
        write_findings(sketch, book.findings)
        (page,) = sketch.pages
        own = [typed[text.number] if text.__class__ is Slot else text for text in self._sketch.texts]
        strings = [text for text in chain(own, sketch.texts, self._legend.texts) if text.__class__ is str and text]
        index = _index(strings)
        looks = chain(_resolved(self._looks, raw), page.looks(), self._legend.pages[0].looks())
        order = tuple(dict.fromkeys(looks))
        numbers, styles = _numbered(order, noted=_NOTES in self._names)
        moulds = self._moulds.get(order) or self._moulds.setdefault(order, self._moulded(numbers))
        contents = {number: content(typed[number], index) for number in self._put}
        results = {number: outcome(raw[number]) for number in self._computed}
        *first, last = (mould.filled(raw, contents, results, index) for mould in moulds)
        findings = _mould_of_findings(page, self._frames[3], numbers)
        sheets = (*first, findings.filled((), contents, results, index), last)
        return {
            **dict(zip(_SHEETS, sheets, strict=True)),
            _STYLES: styles,
            _STRINGS: _STRINGS_XML.format(len(strings), len(index), "".join(map(shared_string, index))),
            _CORE: _title(book).join(self._core),
            **(self._notes(raw) if _NOTES in self._names else {}),
        }

    def _moulded(self, numbers: Mapping[str, str]) -> list[Mould]:
        frames = (*self._frames[:3], self._frames[4])
        return [Mould(page, frame, numbers) for page, frame in zip(self._pages, frames, strict=True)]

    def _notes(self, raw: list[Any]) -> dict[str, str]:
        """The notes at scores, and their shapes, which lie where the heights of rows put them."""
        (page, *_), sheet = self._pages, copy(self._score_sheet)
        heights = zip(page.heights, _resolved(page.heights.values(), raw), strict=True)
        sheet.row_sizes = {row: [pixels(points), False] for row, points in heights}
        notes = []
        for row, column, slot in sorted(page.notes, key=lambda one: one[:2]):
            if text := raw[slot.number]:
                one = CommentType(row, column, *note(text))
                one.vertices, one.is_visible = sheet._comment_vertices(one), False  # as grid does
                notes.append(one)
        if len(notes) > MAX_COMMENTS:
            raise UnusualError("more notes than a sheet takes")
        return {_NOTES: _assembled(Comments(), notes), _SHAPES: _assembled(Vml(), 1, 1024, notes)}


def stamped_book(book: DepartmentBook) -> tuple[bytes, Live]:
    """The workbook's bytes and its formulas: the same as `department.department_book` writes, at a fraction of the time."""
    layout, figures = layout_of(book), figures_of(book)
    noted = any(row.note for row in figures.rows)
    key = (noted, *layout_key(layout))
    stamp = _STAMPS.get(key)
    if stamp is not None and stamp.proven:
        try:
            return stamp.filled(book, figures), stamp.live
        except UnusualError:
            pass
    parts = parts_of(department_book(book))
    written = package(packed(name, part) for name, part in parts.items())
    live = Live.of(written_formulas(written))
    try:
        if stamp is None:
            _remember(key, Stamp(layout, figures, parts))
        elif stamp.proven is None:
            stamp.proven = stamp.filled(book, figures) == written and stamp.live == live
    except UnusualError:
        pass
    return written, live


_STAMPS: dict[tuple[Any, ...], Stamp] = {}


def _remember(key: tuple[Any, ...], stamp: Stamp) -> None:
    """Keeps a stamp, in the place of the oldest one where there are many."""
    while len(_STAMPS) >= _MOST:
        del _STAMPS[next(iter(_STAMPS))]
    _STAMPS[key] = stamp


@lru_cache(maxsize=256)
def _numbered(order: tuple[str, ...], *, noted: bool) -> tuple[Mapping[str, str], str]:
    """The numbers of looks that are used in this order, and the styles of the book."""
    book = Book("")
    page = book.sheet("1", Setup())
    page.put_row(0, 0, range(len(order)), [book.look(name) for name in order])
    page.comment(0, 0, "1" if noted else "")
    styles = parts_of(book.content())[_STYLES].decode()
    return {name: str(book.look(name)._get_xf_index()) for name in order}, styles  # as grid does


def _index(strings: Iterable[str]) -> dict[str, str]:
    """The numbers of shared strings."""
    index = {text: str(number) for number, text in enumerate(dict.fromkeys(strings))}
    if max(map(len, index)) > _SURELY_SHORT:
        raise UnusualError("a text that may be too long for Excel")
    return index


def _resolved(things: Iterable[Any], raw: list[Any]) -> list[Any]:
    return [raw[thing.number] if thing.__class__ is Slot else thing for thing in things]


def _first(looks: Iterable[Any]) -> list[Any]:
    """Each look where it first stands, and every slot."""
    return list(dict.fromkeys(looks))


def _frame(xml: str) -> tuple[str, str]:
    """What stands before and behind the rows of a sheet."""
    before, start, rest = xml.partition("<sheetData>")
    _, end, behind = rest.partition("</sheetData>")
    return before + start, end + behind


def _mould_of_findings(page: SketchPage, frame: tuple[str, str], numbers: Mapping[str, str]) -> Mould:
    """问题清单, which has as many rows as there are findings."""
    last = a1((max(row for row, _ in page.cells), max(column for _, column in page.cells)))
    return Mould(page, (_DIMENSION.sub(f'<dimension ref="A1:{last}"/>', frame[0], count=1), frame[1]), numbers)


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


def _assembled(writer: Any, *content: Any) -> str:
    """The XML of a part that the library writes."""
    writer.fh = io.StringIO()
    writer._assemble_xml_file(*content)  # as its packager does
    return str(writer.fh.getvalue())
