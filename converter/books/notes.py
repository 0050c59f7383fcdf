"""The notes of a sheet and their shapes as xlsxwriter writes them (comments.py and vml.py of the library), many times as fast."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy

from xlsxwriter.utility import _preserve_whitespace
from xlsxwriter.xmlwriter import XMLwriter

from converter.books.grid import Grid
from converter.books.sketch import UnusualError
from converter.books.styles import MAX_COMMENTS, note, pixels
from converter.intake.cells import a1

#: A note, and the number of the first shape of a drawing.
Note = tuple[int, int, str]
_FIRST = 1025
#: How far a note lies from its cell: a column to the right and a row up, and so many pixels more.
_RIGHT, _DOWN = 15, 10
_NOTE = (
    '<comment ref="{cell}" authorId="0"><text><r><rPr><sz val="{size}"/><color indexed="81"/><rFont val="{font}"/>'
    '<family val="{family}"/></rPr><t{space}>{text}</t></r></text></comment>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:{left:.15g}pt;'
    'margin-top:{top:.15g}pt;width:{wide:.15g}pt;height:{high:.15g}pt;z-index:{level};visibility:hidden" '
    'fillcolor="{colour}" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
    '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_writer = XMLwriter()


class Notes:
    """Writes the notes of a sheet of such columns; what stands around them is taken from parts with at least one note."""

    def __init__(self, columns: Sequence[float], notes: str, shapes: str) -> None:
        self._sheet = Grid()
        for column, width in enumerate(columns):
            self._sheet.set_column(column, column, width)
        self._around_notes = _around(notes, "<comment ", "</comment>")
        self._around_shapes = _around(shapes, "<v:shape id", "</v:shape>")

    def written(self, notes: Iterable[Note], heights: Mapping[int, float]) -> tuple[str, str]:
        """The parts with the notes, below the first row, and with their shapes, which lie where the heights of rows put them."""
        sheet = copy(self._sheet)
        sheet.row_sizes = {row: [pixels(points), False] for row, points in heights.items()}
        made = [_written(sheet, level, *one) for level, one in enumerate(sorted(notes), start=1)]
        if len(made) > MAX_COMMENTS:
            raise UnusualError("more notes than a sheet takes")
        texts, shapes = ("".join(pieces) for pieces in zip(*made, strict=True))
        return texts.join(self._around_notes), shapes.join(self._around_shapes)


def _written(sheet: Grid, level: int, row: int, column: int, text: str) -> tuple[str, str]:
    """A note and its shape."""
    said, look = note(text)
    place = column + 1, row - 1, _RIGHT, _DOWN, look["width"], look["height"], 0
    left, top, x1, y1, right, bottom, x2, y2, x, y = sheet._position_object_pixels(*place)
    written = _NOTE.format(
        cell=a1((row, column)),
        size=look["font_size"],
        font=look["font_name"],
        family=look["font_family"],
        space=' xml:space="preserve"' if _preserve_whitespace(said) else "",
        text=_writer._escape_control_characters(_writer._escape_data(said)),
    )
    shape = _SHAPE.format(
        number=_FIRST - 1 + level,
        left=0.75 * x,
        top=0.75 * y,
        wide=0.75 * look["width"],
        high=0.75 * look["height"],
        level=level,
        colour=look["color"].lower(),
        anchor=f"{left}, {x1}, {top}, {y1}, {right}, {x2}, {bottom}, {y2}",
        row=row,
        column=column,
    )
    return written, shape


def _around(part: str, first: str, last: str) -> tuple[str, str]:
    """What stands before the first of some elements and behind the last."""
    return part[: part.index(first)], part[part.rindex(last) + len(last) :]
