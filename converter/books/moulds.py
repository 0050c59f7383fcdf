"""The XML of a sheet with holes for what differs by workbook: cells, results of formulas, heights of rows, numbers of strings."""

import io
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.xmlwriter import XMLwriter

from converter.books import paper
from converter.books.figures import Slot
from converter.books.sketch import Cell, SketchPage, UnusualError
from converter.books.styles import pixels, result
from converter.intake.cells import a1

#: Rows that share one `spans` attribute.
_SPAN = 16
#: Pixels of a row that says nothing of its height.
_USUAL = 20
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_INFINITE = (float("inf"), float("-inf"))
_ODD = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x|^\s|\s$")
_PAPER, _LONG = '<pageSetup paperSize="9"', ' fitToHeight="0"'
_escaped = XMLwriter()._escape_data  # as grid does


class Mould:
    """The XML of a page between what stands before and behind the cells (`frame`), looks by their `numbers`; strings by those
    of the `index`, or with holes where it is not known yet.
    """

    def __init__(
        self,
        page: SketchPage,
        frame: tuple[str, str],
        numbers: Mapping[str, str],
        index: Mapping[str, str] | None = None,
    ) -> None:
        self._together, self._numbers, self._index = page.together, numbers, index
        self._pieces: list[str] = []
        self._solid = [frame[0]]
        self._texts: list[tuple[int, str]] = []
        self._values: list[tuple[int, int]] = []
        self._results: list[tuple[int, int]] = []
        self._looks: list[tuple[int, int]] = []
        self._heights: list[tuple[int, int]] = []
        if not page.heights.keys() <= {row for row, _ in page.cells}:
            raise UnusualError("a height of a row without cells")
        spans, letters, last = _spans(page), _Letters(), -1
        for row, column in sorted(page.cells):
            if row != last:
                self._open(row, spans[row // _SPAN], page.heights.get(row), first=last < 0)
                last = row
            self._cell(f"{letters[column]}{row + 1}", page.cells[row, column])
        self._close(frame[1])

    def _hole(self) -> int:
        self._pieces += "".join(self._solid), ""
        self._solid.clear()
        return len(self._pieces) - 1

    def _open(self, row: int, span: str, points: Any, *, first: bool) -> None:
        self._solid.append(f'{"" if first else "</row>"}<row r="{row + 1}" spans="{span}"')
        if points.__class__ is Slot:
            self._heights.append((self._hole(), points.number))
        elif points is not None:
            self._solid.append(_height(points))
        self._solid.append(">")

    def _cell(self, name: str, cell: Cell) -> None:
        look, formula, value = cell
        if self._index is not None and formula is None:
            self._solid.append(f'<c r="{name}" s="{self._numbers[look]}"{content(value, self._index)}')
            return
        self._solid.append(f'<c r="{name}" s="')
        if look.__class__ is Slot:
            self._looks.append((self._hole(), look.number))
        else:
            self._solid.append(self._numbers[look])
        self._solid.append('"')
        if value.__class__ is Slot:
            at = self._hole()
            (self._values if formula is None else self._results).append((at, value.number))
            if formula is not None:
                self._solid.append(f"><f>{_escaped(formula)}</f><v>")
                self._hole()
                self._solid.append("</v></c>")
        elif formula is not None:
            kind, text = outcome(value)
            self._solid.append(f"{kind}><f>{_escaped(formula)}</f><v>{text}</v></c>")
        elif value.__class__ is str and value:
            self._solid.append(' t="s"><v>')
            self._texts.append((self._hole(), value))
            self._solid.append("</v></c>")
        else:
            self._solid.append(content(value, {}))

    def _close(self, behind: str) -> None:
        """The last row and what stands behind it: whether the sheet is printed on one page hangs on the heights."""
        self._solid.append("</row>")
        if self._together is not None:
            before, paper_and, after = behind.replace(_LONG, "", 1).partition(_PAPER)
            self._solid += before, paper_and
            self._hole()
            behind = after
        self._pieces += "".join(self._solid), behind

    def filled(
        self,
        figures: Sequence[Any],
        contents: Mapping[int, str],
        results: Mapping[int, tuple[str, str]],
        index: Mapping[str, str],
    ) -> str:
        """The XML with the figures filled in: `contents` of cells and `results` of formulas by the number of the slot."""
        pieces = self._pieces.copy()
        for at, text in self._texts:
            pieces[at] = index[text]
        for at, number in self._values:
            pieces[at] = contents[number]
        for at, number in self._results:
            pieces[at], pieces[at + 2] = results[number]
        for at, number in self._looks:
            pieces[at] = self._numbers[figures[number]]
        for at, number in self._heights:
            pieces[at] = _height(figures[number])
        if self._together is not None:
            widths, heights = self._together
            points = [figures[one.number] if one.__class__ is Slot else one for one in heights]
            pieces[-3] = "" if paper.scale(widths, points) >= paper.LEAST_SCALE else _LONG
        return "".join(pieces)


class _Letters(dict[int, str]):
    """The names of columns."""

    def __missing__(self, column: int) -> str:
        self[column] = a1((0, column))[:-1]
        return self[column]


def content(value: Any, index: Mapping[str, str]) -> str:
    """The end of a cell with a value; texts by their numbers."""
    if value.__class__ is str:
        return f' t="s"><v>{index[value]}</v></c>' if value else "/>"
    if value is None or value != value:
        return "/>"
    if value in _INFINITE:
        raise UnusualError(value)
    return f"><v>{value:.16G}</v></c>"


def outcome(value: Any) -> tuple[str, str]:
    """The type of a formula's cell and the text of its result."""
    if value.__class__ is float and value == value:
        return "", str(int(value)) if value.is_integer() else str(value)
    shown = result(value)
    if isinstance(shown, bool):
        raise UnusualError(shown)
    if not isinstance(shown, str):
        return "", str(shown)
    if shown in _ERRORS:  # a value of its own in Excel, not a text
        raise UnusualError(shown)
    return ' t="str"' if shown else "", _escaped(shown)


@lru_cache(maxsize=1 << 12)
def shared_string(text: str) -> str:
    """A text as sharedStrings.xml has it."""
    if not _ODD.search(text):
        return f"<si><t>{text}</t></si>"
    writer = SharedStrings()
    writer.fh = io.StringIO()
    writer._write_si(text)
    return str(writer.fh.getvalue())


@lru_cache(maxsize=1 << 10)
def _height(points: float) -> str:
    high = pixels(points)
    return "" if high == _USUAL else f' ht="{high * 0.75:.16g}" customHeight="1"'


def _spans(page: SketchPage) -> dict[int, str]:
    """The first and last column used in each block of rows."""
    blocks: dict[int, list[int]] = {}
    for row, column in page.cells:
        blocks.setdefault(row // _SPAN, []).append(column)
    return {block: f"{min(columns) + 1}:{max(columns) + 1}" for block, columns in blocks.items()}
