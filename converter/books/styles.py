"""Typed writing on top of xlsxwriter: formats, widths for Chinese, page set-up. No input text becomes a formula or link."""

import datetime as dt
import io
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, NoReturn

import xlsxwriter
from xlsxwriter.format import Format

from converter.books import fonts, paper
from converter.books.grid import Grid
from converter.books.looks import BASE, LOOKS
from converter.books.shown import MAX_TEXT, SMALL, most_lines, printable, row_height, wrapped_lines

#: Part of every workbook's properties, so that the same inputs give the same bytes on any day.
CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001  # a fixed mark, not a time
MAX_SHEET_ROWS = 200_000
#: Of a sheet: Excel takes 65,530 links; LibreOffice needs a hundredth of a second for each note when it opens the book.
MAX_LINKS, MAX_COMMENTS = 65_000, 200
_LONGEST_COMMENT = 1_000
_A4 = 9

#: Types of values that a cell takes unasked.
_AS_THEY_ARE = frozenset({int, float, type(None)})
#: Characters of a file name that a link would take for its own: an anchor, an escape, the end of the address.
_IN_LINKS = str.maketrans({character: f"%{ord(character):02x}" for character in "%# []{}^`"})

#: What a live formula shows where there is no number: a real string, so that no cell looks uncalculated.
NO_NUMBER = "—"


class WriteError(RuntimeError):
    """xlsxwriter refused a cell: a bug of ours, never to be passed over."""


class Setup(NamedTuple):
    """How a sheet prints: rows repeated on every page, orientation, and the name shown in the footer."""

    repeat_from: int = 0
    repeat_to: int = 0
    freeze_column: int = 0
    landscape: bool = True
    freeze: bool = True


class Book:
    """A workbook whose cells are written by type only."""

    def __init__(self, title: str, fingerprint: str = "") -> None:
        self.fingerprint, self._buffer = fingerprint, io.BytesIO()
        options: dict[str, Any] = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        self._workbook = xlsxwriter.Workbook(self._buffer, {**options, "in_memory": True})
        self._workbook.set_properties({"title": printable(title), "created": CREATED})
        self._workbook.set_calc_mode("auto")
        self._formats: dict[str, Format] = {}

    def look(self, name: str) -> Format:
        """The format of a look."""
        if name not in self._formats:
            self._formats[name] = self._workbook.add_format({**BASE, **LOOKS[name]})
        return self._formats[name]

    def number(self, name: str) -> int:
        """The number of a look in the workbook, which hangs on those that were asked for before."""
        return int(self.look(name)._get_xf_index())

    def sheet(self, name: str, setup: Setup) -> "Page":
        """A new sheet: A4, one page wide, heads repeated and frozen; fingerprint, page numbers and print date below."""
        worksheet: Grid = self._workbook.add_worksheet(name, Grid)
        worksheet.set_paper(_A4)
        if setup.landscape:
            worksheet.set_landscape()
        worksheet.fit_to_pages(1, 0)
        worksheet.set_margins(**paper.MARGINS)
        worksheet.center_horizontally()
        mark = f"&L{fonts.FOOTER}指纹 {self.fingerprint}" if self.fingerprint else ""
        worksheet.set_footer(f"{mark}&C{fonts.FOOTER}第 &P 页，共 &N 页&R{fonts.FOOTER}打印日期 &D", {"margin": 0.3})
        if setup.repeat_to >= setup.repeat_from > 0 or setup.repeat_to > 0:
            worksheet.repeat_rows(setup.repeat_from, setup.repeat_to)
        if setup.freeze:
            worksheet.freeze_panes(setup.repeat_to + 1, setup.freeze_column)
        return Page(self, worksheet, name, setup)

    def chart(self, options: dict[str, str]) -> Any:
        """A chart of xlsxwriter's, not yet in a sheet."""
        return self._workbook.add_chart(options)

    def content(self) -> bytes:
        """Closes the workbook and gives its bytes."""
        self._workbook.close()
        return self._buffer.getvalue()


class Page:
    """A sheet being written; rows and columns from 0."""

    def __init__(self, book: Book, worksheet: Grid, name: str, setup: Setup) -> None:
        self.book, self.worksheet, self.name, self._setup = book, worksheet, name, setup
        self._comments = 0

    def put(self, row: int, column: int, value: object, look: str = "text") -> None:
        """A text, a number or nothing; NaN and None leave an empty cell."""
        self.put_row(row, column, (value,), (self.book.look(look),))

    def put_row(self, row: int, column: int, values: Sequence[object], styles: Sequence[Format]) -> None:
        """As `put` for the cells of a row from `column` on."""
        if not self.worksheet.fill(row, column, as_typed(values), styles):
            self._refuse(row, column)

    def formula(self, row: int, column: int, text: str, value: object, look: str) -> None:
        """A live formula with the value it has now; a value that is no number is written as text."""
        if not self.worksheet.calculate(row, column, text, self.book.look(look), result(value)):
            self._refuse(row, column)

    def leave(self, first: int, count: int, width: int) -> None:
        """Leaves out rows of so many cells from row `first` on, whose XML comes from elsewhere."""
        if count and not self.worksheet.leave(range(first, first + count), width):
            self._refuse(first + count - 1, width - 1)

    def link(self, row: int, column: int, target: str) -> None:
        """A link of our own from a cell that is left out to another of our files."""
        if not self.worksheet.lead(row, column, f"external:{target.translate(_IN_LINKS)}"):
            self._refuse(row, column)

    def comment(self, row: int, column: int, text: str) -> None:
        """A note at a cell, as large as its text needs; none without a text, none beyond MAX_COMMENTS."""
        if not text:
            return
        self._comments += 1
        if self._comments > MAX_COMMENTS:
            return
        if self.worksheet.write_comment(row, column, *note(text)) != 0:
            self._refuse(row, column)

    def merge(self, rows: tuple[int, int], columns: tuple[int, int], value: object, look: str) -> None:
        """A merged range, or a plain cell where the range is a single one."""
        if rows[0] == rows[1] and columns[0] == columns[1]:
            self.put(rows[0], columns[0], value, look)
            return
        style = self.book.look(look)
        if self.worksheet.merge_range(rows[0], columns[0], rows[1], columns[1], "", style) != 0:
            self._refuse(rows[0], columns[0])
        self.put(rows[0], columns[0], value, look)

    def widths(self, widths: Sequence[float]) -> None:
        """Column widths in characters."""
        for column, width in enumerate(widths):
            self.worksheet.set_column(column, column, width)

    def heads(self, top: int, heads: Sequence[str], widths: Sequence[float]) -> None:
        """The head row of a table, and the widths of its columns."""
        self.widths(widths)
        for column, head in enumerate(heads):
            self.put(top, column, head, "head")
        self.height(top, row_height(max(map(wrapped_lines, heads, widths))))

    def table(
        self,
        top: int,
        heads: Sequence[str],
        rows: Iterable[Sequence[object]],
        widths: Sequence[float],
        looks: Callable[[Sequence[object], str], str] | Sequence[str],
    ) -> int:
        """A head row at `top` and the rows below it, each as high as its wrapped texts need; how many there are.

        `looks` gives the look of each column, or of a cell by its row and head.
        """
        self.heads(top, heads, widths)
        room = [width * SMALL for width in widths]
        styles, at = [] if callable(looks) else [self.book.look(name) for name in looks], top
        for at, row in enumerate(rows, start=top + 1):
            if callable(looks):
                styles = [self.book.look(looks(row, head)) for head in heads]
            self.put_row(at, 0, row, styles)
            self.height(at, row_height(most_lines(row, room)))
        return at - top

    def keep_together(self, widths: Sequence[float], heights: Iterable[float]) -> None:
        """Prints the sheet on one page where the type stays readable."""
        if paper.scale(widths, heights, landscape=self._setup.landscape) >= paper.LEAST_SCALE:
            self.worksheet.fit_to_pages(1, 1)

    def height(self, row: int, points: float) -> None:
        """Height of a row in points."""
        if not self.worksheet.height(row, points):
            self._refuse(row, 0)

    def _refuse(self, row: int, column: int) -> NoReturn:
        raise WriteError(f"{self.name} 第 {row + 1} 行第 {column + 1} 列写入失败")


def as_typed(values: Iterable[Any]) -> list[Any]:
    """Numbers and nothing as they are, whatever else as text that can be printed."""
    return [
        value
        if value.__class__ in _AS_THEY_ARE
        or (value.__class__ is str and 2 * len(value) < MAX_TEXT and value.isprintable())
        else _typed(value)
        for value in values
    ]


def result(value: Any) -> Any:
    """What a formula is written to have given: a number, or a text where the value is none."""
    shown = NO_NUMBER if value is None or (isinstance(value, float) and math.isnan(value)) else value
    if isinstance(shown, float):
        return int(shown) if shown.is_integer() else float(shown)
    return shown


def note(text: str) -> tuple[str, dict[str, Any]]:
    """A note as it is written, and how it looks."""
    size = {"width": 300, "height": 22 + 16 * wrapped_lines(text, 46)}
    return printable(text)[:_LONGEST_COMMENT], fonts.NOTE | size


def _typed(value: object) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if number else printable(str(value))
