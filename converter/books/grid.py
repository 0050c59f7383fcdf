"""xlsxwriter's worksheet with its inner loop rewritten: the same XML of the same cells for a fraction of the time.

Only the writing of rows and cells is ours; whatever else a sheet has (merges, links, notes, charts) stays the library's.
tests/test_grid.py compares every part with what the library itself writes. A sheet may leave a gap for rows that are made
elsewhere.
"""

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellBlankTuple, CellFormulaTuple, CellNumberTuple, CellStringTuple, Worksheet

#: Rows that share one `spans` attribute.
_SPAN = 16
#: Texts up to here are within Excel's limit whatever characters they hold; longer ones go through the library.
_SURELY_SHORT = 16_000
_LETTERS = [xl_col_to_name(column) for column in range(256)]
_INFINITE = (math.inf, -math.inf)
#: A named tuple without the detour over its own constructor.
_cell: Any = tuple.__new__
#: Stands where rows are left out, and behind them where their links are; no XML holds it.
GAP = "\0"
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})


def letters(column: int) -> str:
    """The letters of a column (from 0)."""
    return _LETTERS[column] if column < len(_LETTERS) else str(xl_col_to_name(column))


class Grid(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet that takes whole rows of typed cells and writes them in one go."""

    def __init__(self) -> None:
        super().__init__()
        self._heights: dict[float, Any] = {}
        self._openings: dict[tuple[str | None, int], str] = {}
        self._left = range(0)
        self._linked, self._first, self._known = False, 0, array("H")

    def fill(self, row: int, first: int, values: Sequence[object], styles: Sequence[Format]) -> bool:
        """Puts values into the cells of a row from column `first` on; False where the library refuses one.

        Texts must be printable. None and NaN leave an empty cell that keeps its format.
        """
        code = self._check_dimensions(row, first) or self._check_dimensions(row, first + len(values) - 1)
        if code != 0:
            return False
        cells, strings, fine = self.table[row], self.str_table, True
        known = strings.string_table
        for column, (value, style) in enumerate(zip(values, styles, strict=True), start=first):
            if value is None or value != value or value == "":
                cells[column] = _cell(CellBlankTuple, (style,))
            elif value.__class__ is not str:
                if value in _INFINITE:
                    return False
                cells[column] = _cell(CellNumberTuple, (value, style))
            elif len(value) > _SURELY_SHORT:
                fine = self.write_string(row, column, value, style) == 0 and fine
            else:
                index = known.get(value)
                if index is None:
                    index = strings._get_shared_string_index(value)
                else:
                    strings.count += 1
                cells[column] = _cell(CellStringTuple, (index, style))
        return fine

    def height(self, row: int, points: float) -> bool:
        """Sets the height of a row; False where the library refuses."""
        info = self._heights.get(points)
        if info is None or not 0 <= row < self.xls_rowmax or self.dim_colmin is None:
            refused = self.set_row(row, points) != 0
            if not refused:
                self._heights[points] = self.row_info[row]
            return not refused
        if not self.dim_rowmin <= row <= self.dim_rowmax and self._check_dimensions(row, self.dim_colmin) != 0:
            return False
        self.row_info[row] = info
        self.row_sizes[row] = [info.height, info.hidden]
        return True

    def calculate(self, row: int, column: int, formula: str, style: Format, value: object) -> bool:
        """A formula (without =) of functions that every spreadsheet since 2007 has, with its value; False where refused."""
        if self._check_dimensions(row, column) != 0:
            return False
        self.table[row][column] = CellFormulaTuple(formula, style, value)
        return True

    def leave(self, rows: range, width: int) -> bool:
        """Leaves out rows of so many cells, whose XML is put where GAP stands; False where there is no room for them."""
        self._left = rows
        return bool(self._check_dimensions(rows[-1], width - 1) == 0)

    def known(self, first: int, heights: Iterable[int], *, linked: bool) -> None:
        """What must be known of rows that are left out, one block behind the other, the first row of the first `first`: how
        many pixels high they are (notes are placed by it), and whether cells of theirs have links, whose XML comes from
        elsewhere too.
        """
        if not self._known:
            self._first = first
        self._known.extend(heights)
        self._linked = self._linked or linked

    def _size_row(self, row: int, anchor: int = 0) -> Any:
        if 0 <= row - self._first < len(self._known):
            return self._known[row - self._first]
        return super()._size_row(row, anchor)

    def lead(self, row: int, column: int, url: str) -> bool:
        """A link from a cell that is left out; False where the library refuses it."""
        self.ignore_write_string = True
        refused = self.write_url(row, column, url) != 0
        self.ignore_write_string = False
        return not refused

    def _calculate_spans(self) -> None:
        """The first and last column used in each block of rows."""
        blocks: dict[int, tuple[int, int]] = {}
        for source in (self.table, self.comments):
            for row, cells in source.items():
                if cells:
                    least, most = min(cells), max(cells)
                    known = blocks.get(row // _SPAN)
                    if known is not None:
                        least, most = min(least, known[0]), max(most, known[1])
                    blocks[row // _SPAN] = least, most
        self.row_spans = {block: f"{least + 1}:{most + 1}" for block, (least, most) in blocks.items()}

    def _write_rows(self) -> None:
        self._calculate_spans()
        last, left = self.dim_rowmax if self.dim_rowmax is not None else -1, self._left
        for row in sorted({*self.row_info, *self.comments, *(row for row, cells in self.table.items() if cells)}):
            if left and row >= left.start:
                self.fh.write(GAP)
                left = range(0)
            if self.dim_rowmin <= row <= last and row not in self._left:
                self._write_whole_row(row, self.row_spans.get(row // _SPAN))
        if left:
            self.fh.write(GAP)

    def _write_hyperlinks(self) -> None:
        if not self._linked:
            super()._write_hyperlinks()
            return
        self.fh.write(f"<hyperlinks>{GAP}</hyperlinks>")

    def _write_whole_row(self, row: int, span: str | None) -> None:
        cells, info = self.table.get(row), self.row_info.get(row)
        if not cells:
            self._write_empty_row(row, span, info)
            return
        if info is None or info.row_format or info.hidden or info.level or info.collapsed:
            self._write_row(row, span, info)
        else:
            self.fh.write(f'<row r="{row + 1}"{self._opening(span, info.height)}>')
        if info is not None and info.row_format:  # cells without a format of their own take the row's
            for column in sorted(cells):
                self._write_cell(row, column, cells[column])
        else:
            self._write_cells(row, cells)
        self._xml_end_tag("row")

    def _opening(self, span: str | None, height: int) -> str:
        """The attributes of a row of which only the height is given."""
        known = self._openings.get((span, height))
        if known is None:
            spans = f' spans="{span}"' if span else ""
            own = height != self.original_row_height or height != self.default_row_height
            points = f' ht="{height * 0.75:.16g}" customHeight="1"' if own else ""
            known = self._openings[span, height] = spans + points
        return known

    def _write_cells(self, row: int, cells: dict[int, Any]) -> None:
        name = str(row + 1)
        parts: list[str] = []
        for column in sorted(cells):
            cell = cells[column]
            kind, style = cell.__class__, cell.format
            if style is None or column >= len(_LETTERS):
                tail = None
            elif kind is CellStringTuple:
                tail = f' t="s"><v>{cell.string}</v></c>'
            elif kind is CellNumberTuple:
                tail = f"><v>{cell.number:.16G}</v></c>"
            elif kind is CellBlankTuple:
                tail = "/>"
            else:
                tail = self._formula_xml(cell) if kind is CellFormulaTuple else None
            if tail is None:
                self.fh.write("".join(parts))
                parts = []
                self._write_cell(row, column, cell)
                continue
            index = style.xf_index
            if index is None:
                index = style._get_xf_index()
            parts.append(f'<c r="{_LETTERS[column]}{name}" s="{index}"{tail}')
        self.fh.write("".join(parts))

    def _formula_xml(self, cell: Any) -> str | None:
        value, kind = cell.value, ""
        if value.__class__ is bool or (value.__class__ is str and value in _ERRORS):
            return None
        if isinstance(value, str):
            kind = ' t="str"' if value else ""
            value = self._escape_data(value)
        return f"{kind}><f>{self._escape_data(cell.formula)}</f><v>{value}</v></c>"
