"""The XML of a sheet with holes for what differs by workbook: cells, results of formulas, heights of rows, numbers of strings.

It is kept as bytes, which are joined in a tenth of the time that texts of several alphabets take.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.xmlwriter import XMLwriter

from converter.books import paper
from converter.books.figures import Slot
from converter.books.shown import pixels
from converter.books.sketch import Cell, SketchPage, UnusualError
from converter.books.styles import NO_NUMBER, result
from converter.intake.cells import a1

#: Rows that share one `spans` attribute.
_SPAN = 16
#: Pixels of a row that says nothing of its height.
_USUAL = 20
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_INFINITE = (float("inf"), float("-inf"))
_ODD = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x")
#: Stands for a hole while a mould is made; no XML holds it.
_HOLE = "\0"
_PAPER, _LONG = '<pageSetup paperSize="9"', ' fitToHeight="0"'
_escaped = XMLwriter()._escape_data  # as grid does

#: What a hole takes, and of which figure (by the number of its slot), or which text.
Hole = tuple[str, Any]


class Ends(dict[Any, bytes]):
    """The ends of cells by what these hold: shared strings by their texts, numbers when they are asked for."""

    def __init__(self, strings: Iterable[tuple[str, bytes]] = ()) -> None:
        super().__init__(strings)
        self[""] = self[None] = b"/>"

    def __missing__(self, value: Any) -> bytes:
        if value != value:
            return b"/>"
        if value.__class__ is str:
            raise KeyError(value)
        if value in _INFINITE:
            raise UnusualError(value)
        return b"><v>%.16G</v></c>" % value


class Holes:
    """All that is filled into the pages of a layout, each in its place: so that a book's fillings are made one behind the
    other, and taken from there by every page.
    """

    def __init__(self, pages: Iterable[SketchPage]) -> None:
        pages = list(pages)
        cells = [cell for page in pages for cell in page.cells.values()]
        heights = [points for page in pages for points in page.heights.values()]
        values = [cell for cell in cells if cell.value.__class__ is Slot]
        self._cells = _numbers(cell.value for cell in values if cell.formula is None)
        self._results = _numbers(cell.value for cell in values if cell.formula is not None)
        self._looks, self._heights = _numbers(cell.look for cell in cells), _numbers(heights)
        texts = (cell.value for cell in cells if cell.formula is None)
        self._texts = list(dict.fromkeys(text for text in texts if text.__class__ is str and text))
        kinds = ("cell", self._cells), ("kind", self._results), ("result", self._results), ("look", self._looks)
        named = (*kinds, ("height", self._heights), ("text", self._texts))
        holes: list[Hole] = [(kind, thing) for kind, things in named for thing in things]
        self.places = {hole: at for at, hole in enumerate(holes)}

    def filling(
        self, raw: Sequence[Any], typed: Sequence[Any], ends: Ends, numbers: Mapping[str, bytes]
    ) -> list[bytes]:
        """What a book fills in: its figures, `raw` and as cells take them, the latter by their `ends`, looks by their `numbers`."""
        nothing, given = outcome(NO_NUMBER), map(raw.__getitem__, self._results)
        results = [outcome(value) if value == value else nothing for value in given]  # kinds, and texts behind them
        return [
            *map(ends.__getitem__, map(typed.__getitem__, self._cells)),
            *chain(*zip(*results, strict=True)),
            *[numbers[raw[number]] for number in self._looks],
            *[height(raw[number]) for number in self._heights],
            *map(ends.__getitem__, self._texts),
        ]


def _numbers(things: Iterable[Any]) -> list[int]:
    """The numbers of the slots among some things, each once."""
    return list(dict.fromkeys(thing.number for thing in things if thing.__class__ is Slot))


class Mould:
    """The XML of a page between what stands before and behind the cells (`frame`), looks by their `numbers`; what its holes
    take is found in its `places`.
    """

    def __init__(
        self, page: SketchPage, frame: tuple[str, str], numbers: Mapping[str, bytes], places: Mapping[Hole, int]
    ) -> None:
        self._together, self._numbers, self._places = page.together, numbers, places
        self._solid = [frame[0]]
        self._holes: list[int] = []
        if not page.heights.keys() <= {row for row, _ in page.cells}:
            raise UnusualError("a height of a row without cells")
        spans, letters, last = _spans(page), _Letters(), -1
        for row, column in sorted(page.cells):
            if row != last:
                self._row(row, spans[row // _SPAN], page.heights.get(row), first=last < 0)
                last = row
            self._cell(f"{letters[column]}{row + 1}", page.cells[row, column])
        self._close(frame[1])
        solid = "".join(self._solid).encode().split(_HOLE.encode())
        self._pieces = [*chain(*zip(solid, repeat(b"")))][:-1]  # a hole between each two

    def _hole(self, kind: str, thing: Any) -> str:
        self._holes.append(self._places[kind, thing])
        return _HOLE

    def _row(self, row: int, span: str, points: Any, *, first: bool) -> None:
        high = self._hole("height", points.number) if _differs(points) else _fixed_height(points)
        self._solid.append(f'{"" if first else "</row>"}<row r="{row + 1}" spans="{span}"{high}>')

    def _cell(self, name: str, cell: Cell) -> None:
        look, formula, value = cell
        number = self._hole("look", look.number) if _differs(look) else self._numbers[look].decode()
        self._solid.append(f'<c r="{name}" s="{number}"')
        if formula is not None:
            kind, text = self._outcome(value)
            self._solid.append(f"{kind}><f>{_escaped(formula)}</f><v>{text}</v></c>")
        elif _differs(value):
            self._solid.append(self._hole("cell", value.number))
        elif value.__class__ is str and value:
            self._solid.append(self._hole("text", value))
        else:
            self._solid.append(Ends()[value].decode())

    def _outcome(self, value: Any) -> tuple[str, str]:
        if _differs(value):
            return self._hole("kind", value.number), self._hole("result", value.number)
        kind, text = outcome(value)
        return kind.decode(), text.decode()

    def _close(self, behind: str) -> None:
        """The last row and what stands behind it: whether the sheet is printed on one page hangs on the heights."""
        self._solid.append("</row>")
        if self._together is not None:
            before, paper_and, behind = behind.replace(_LONG, "", 1).partition(_PAPER)
            self._solid += before, paper_and, _HOLE
        self._solid.append(behind)

    def filled(self, filling: Sequence[bytes], figures: Sequence[Any]) -> bytes:
        """The XML with the holes filled; of the figures only the heights of rows are asked for."""
        pieces, taken = self._pieces.copy(), list(map(filling.__getitem__, self._holes))
        if self._together is not None:
            widths, heights = self._together
            points = [figures[one.number] if one.__class__ is Slot else one for one in heights]
            taken.append(b"" if paper.scale(widths, points) >= paper.LEAST_SCALE else _LONG.encode())
        pieces[1::2] = taken
        return b"".join(pieces)


def _fixed_height(points: float | None) -> str:
    return "" if points is None else height(points).decode()


def _differs(thing: Any) -> bool:
    return thing.__class__ is Slot


class _Letters(dict[int, str]):
    """The names of columns."""

    def __missing__(self, column: int) -> str:
        self[column] = a1((0, column))[:-1]
        return self[column]


@lru_cache(maxsize=1 << 12, typed=True)
def outcome(value: Any) -> tuple[bytes, bytes]:
    """The type of a formula's cell and the text of its result. Few points come up, again and again."""
    if value.__class__ is float and value == value:
        return b"", str(int(value) if value.is_integer() else value).encode()
    shown = result(value)
    if isinstance(shown, bool):
        raise UnusualError(shown)
    if not isinstance(shown, str):
        return b"", str(shown).encode()
    if shown in _ERRORS:  # a value of its own in Excel, not a text
        raise UnusualError(shown)
    return b' t="str"' if shown else b"", _escaped(shown).encode()


@lru_cache(maxsize=1 << 12)
def shared_string(text: str) -> bytes:
    """A text as sharedStrings.xml has it."""
    if not _ODD.search(text):
        space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
        return f"<si><t{space}>{text}</t></si>".encode()
    writer = SharedStrings()
    writer.fh = io.StringIO()
    writer._write_si(text)
    return str(writer.fh.getvalue()).encode()


@lru_cache(maxsize=1 << 10)
def height(points: float) -> bytes:
    """The attributes of a row that is so many points high."""
    high = pixels(points)
    return b"" if high == _USUAL else f' ht="{high * 0.75:.16g}" customHeight="1"'.encode()


def _spans(page: SketchPage) -> dict[int, str]:
    """The first and last column used in each block of rows."""
    blocks: dict[int, list[int]] = {}
    for row, column in page.cells:
        blocks.setdefault(row // _SPAN, []).append(column)
    return {block: f"{min(columns) + 1}:{max(columns) + 1}" for block, columns in blocks.items()}
