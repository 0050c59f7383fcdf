"""A workbook that is written nowhere: it keeps what its pages hold, for stamps. Figures may be slots, filled in later."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from converter.books.figures import Slot
from converter.books.styles import Book, Page, Setup, as_typed


class UnusualError(Exception):
    """Something that only the plain way of writing can do."""


class Cell(NamedTuple):
    """What a cell holds: the name of its look (or a slot), a formula or none, a value (or a slot)."""

    look: Any
    formula: str | None
    value: Any


class Sketch(Book):
    """Takes what a Book takes; `texts` are the values put into cells, in the order in which the shared strings are numbered."""

    def __init__(self) -> None:
        self.pages: list[SketchPage] = []
        self.texts: list[Any] = []

    def look(self, name: str) -> Any:
        """A look goes by its name."""
        return name

    def sheet(self, name: str, setup: Setup) -> "SketchPage":
        """A new page; its setup is that of the plain book's sheet."""
        del setup
        page = SketchPage(self, name)
        self.pages.append(page)
        return page


class SketchPage(Page):
    """The cells, columns, heights and notes of a page, and the widths and heights that are to fit on one sheet of paper."""

    def __init__(self, book: Sketch, name: str) -> None:
        self.sketch, self.book, self.name = book, book, name
        self.cells: dict[tuple[int, int], Cell] = {}
        self.columns: Sequence[float] = ()
        self.heights: dict[int, Any] = {}
        self.notes: list[tuple[int, int, Any]] = []
        self.together: tuple[Sequence[float], list[Any]] | None = None

    def put_row(self, row: int, column: int, values: Sequence[object], styles: Sequence[Any]) -> None:
        """Keeps the cells, each with its look."""
        kept = [
            value if value.__class__ is Slot else typed for value, typed in zip(values, as_typed(values), strict=True)
        ]
        self.sketch.texts += kept
        for at, (value, look) in enumerate(zip(kept, styles, strict=True), start=column):
            self.cells[row, at] = Cell(look, None, value)

    def formula(self, row: int, column: int, text: str, value: object, look: str) -> None:
        """Keeps a formula."""
        self.cells[row, column] = Cell(look, text, value)

    def merge(self, rows: tuple[int, int], columns: tuple[int, int], value: object, look: str) -> None:
        """Keeps the cells of a range; that they are merged stands in the plain book's sheet."""
        for row in range(rows[0], rows[1] + 1):
            for column in range(columns[0], columns[1] + 1):
                self.cells[row, column] = Cell(look, None, None)
        self.put(rows[0], columns[0], value, look)

    def widths(self, widths: Sequence[float]) -> None:
        """Keeps them for the places of notes; the columns stand in the plain book's sheet."""
        self.columns = widths

    def height(self, row: int, points: Any) -> None:
        """Keeps the height of a row."""
        self.heights[row] = points

    def comment(self, row: int, column: int, text: Any) -> None:
        """Keeps a note."""
        self.notes.append((row, column, text))

    def keep_together(self, widths: Sequence[float], heights: Iterable[Any]) -> None:
        """Keeps what is to fit on one sheet of paper."""
        self.together = widths, list(heights)

    def _link(self, row: int, column: int, url: str, text: str) -> None:
        raise UnusualError(url)

    def looks(self) -> list[Any]:
        """The looks of the cells as they stand, row by row."""
        return [cell.look for _, cell in sorted(self.cells.items(), key=itemgetter(0))]
