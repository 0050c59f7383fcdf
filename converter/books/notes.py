"""The notes of a sheet and their shapes as xlsxwriter writes them (comments.py and vml.py of the library), many times as fast."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from xlsxwriter.utility import _preserve_whitespace
from xlsxwriter.xmlwriter import XMLwriter

from converter.books.shown import pixels
from converter.books.sketch import UnusualError
from converter.books.styles import MAX_COMMENTS, note
from converter.intake.cells import a1

#: A note: its cell and its text.
Note = tuple[int, int, str]
#: The number before that of the first shape of a drawing.
_BEFORE = 1024
#: How far a note lies from the next column and from the row before, in pixels.
_RIGHT, _DOWN = 15, 10
#: Pixels of rows and columns that say nothing of their size.
_ROW, _COLUMN = 20, 64
_writer = XMLwriter()


class Notes:
    """Writes the notes of a sheet of such columns; what stands around them is taken from parts with at least one note."""

    def __init__(self, columns: Sequence[float], notes: str, shapes: str) -> None:
        self._across = _Edges([int(width * 7 + 0.5) + 5 for width in columns], _COLUMN)
        self._around_notes = _around(notes, "<comment ", "</comment>")
        self._around_shapes = _around(shapes, "<v:shape id", "</v:shape>")

    def written(self, notes: Iterable[Note], heights: Mapping[int, float]) -> tuple[str, str]:
        """The parts with the notes, below the first row, and with their shapes, which lie where the heights of rows put them."""
        rows = range(max(heights, default=-1) + 1)
        down = _Edges([pixels(heights[row]) if row in heights else _ROW for row in rows], _ROW)
        texts, shapes = [], []
        for number, (row, column, text) in enumerate(sorted(notes), start=1):
            said, look = _said(text)
            texts.append(f'<comment ref="{a1((row, column))}" authorId="0">{said}</comment>')
            across = self._across.place(column + 1, _RIGHT, look["width"])
            place = across, down.place(row - 1, _DOWN, look["height"])
            shapes.append(_shape(number, (row, column), place, (look["width"], look["height"]), look["color"]))
        if len(texts) > MAX_COMMENTS:
            raise UnusualError("more notes than a sheet takes")
        return "".join(texts).join(self._around_notes), "".join(shapes).join(self._around_shapes)


class Place(NamedTuple):
    """Where a shape begins and ends in one direction: row or column and pixels within it, and pixels from the sheet's edge."""

    first: int
    within: int
    last: int
    rest: int
    edge: int


class _Edges:
    """Where rows or columns of such sizes end, in pixels from the sheet's edge; those beyond them are as usual."""

    def __init__(self, sizes: Sequence[int], usual: int) -> None:
        self._ends, self._usual = [0, *accumulate(sizes)], usual

    def place(self, first: int, offset: int, length: int) -> Place:
        """A shape of a length, at an offset from the beginning of row or column `first`."""
        known = len(self._ends) - 1
        edge = self._ends[min(first, known)] + max(0, first - known) * self._usual + offset
        return Place(*self._at(edge), *self._at(edge + length), edge)

    def _at(self, pixel: int) -> tuple[int, int]:
        """The row or column in which a pixel lies, and how far from its beginning."""
        known = len(self._ends) - 1
        beyond = pixel - self._ends[known]
        if beyond >= 0:
            return known + beyond // self._usual, beyond % self._usual
        at = bisect_right(self._ends, pixel) - 1
        return at, pixel - self._ends[at]


@lru_cache(maxsize=1 << 10)
def _said(text: str) -> tuple[str, Mapping[str, Any]]:
    """A note's text as it is written, and how it looks. Many departments have the same."""
    shown, look = note(text)
    space = ' xml:space="preserve"' if _preserve_whitespace(shown) else ""
    shown = _writer._escape_control_characters(_writer._escape_data(shown))
    said = (
        f'<text><r><rPr><sz val="{look["font_size"]}"/><color indexed="81"/><rFont val="{look["font_name"]}"/>'
        f'<family val="{look["font_family"]}"/></rPr><t{space}>{shown}</t></r></text>'
    )
    return said, look


@lru_cache(maxsize=1 << 9)
def _shape(
    number: int, cell: tuple[int, int], place: tuple[Place, Place], size: tuple[float, float], colour: str
) -> str:
    """Where a note lies, how large it is. Many departments have notes at the same rows."""
    (row, column), (across, down), (width, height) = cell, place, size
    style = (
        f"position:absolute;margin-left:{0.75 * across.edge:.15g}pt;margin-top:{0.75 * down.edge:.15g}pt;"
        f"width:{0.75 * width:.15g}pt;height:{0.75 * height:.15g}pt;z-index:{number};visibility:hidden"
    )
    left_top = f"{across.first}, {across.within}, {down.first}, {down.within}"
    right_bottom = f"{across.last}, {across.rest}, {down.last}, {down.rest}"
    return (
        f'<v:shape id="_x0000_s{_BEFORE + number}" type="#_x0000_t202" style="{style}" fillcolor="{colour.lower()}" '
        'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
        '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{left_top}, {right_bottom}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row>"
        f"<x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


def _around(part: str, first: str, last: str) -> tuple[str, str]:
    """What stands before the first of some elements and behind the last."""
    return part[: part.index(first)], part[part.rindex(last) + len(last) :]
