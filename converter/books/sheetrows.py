"""Rows of the summary workbook as XML, a block at a time: pure functions of their rows, for worker processes.

What the parent needs of a block comes with it: links to other cells, notes, and heights, which notes are placed by. Texts
stand in their cells, so that a block needs nothing of any other. Cells are made column by column (columncells).
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from typing import NamedTuple

from xlsxwriter.xmlwriter import XMLwriter

from converter.books import tables
from converter.books.columncells import ColumnCells, Look
from converter.books.columns import LOOKS, holds, room
from converter.books.grid import letters
from converter.books.legend import score_note
from converter.books.pieces import Aside, Held, Piece, deflated
from converter.books.shown import pixels, printable, row_height
from converter.books.styles import MAX_COMMENTS, MAX_SHEET_ROWS
from converter.books.tables import Listed, Row, Rows

#: Looks that a cell may have.
USED = tuple(sorted({*LOOKS.values(), "text", "percent", "score", "money", "number", "link"}))
#: Where every sheet has its heads; rows count from 0.
HEAD_ROW = 2
_INDICATOR, _VALUE, _SCORE = map(tables.SCORE_HEADS.index, ("三级指标", "指标值", "得分"))
_LACKING, _OTHERS = map(tables.SCORE_HEADS.index, ("缺少数据", "其他口径得分"))
_TOTAL, _LOW, _HIGH, _OPEN, _FILE = map(
    tables.SUMMARY_HEADS.index, ("复算得分", "复算下限", "复算上限", "缺数指标", "评分表")
)
_NUMBER, _UNIT = map(tables.FACT_HEADS.index, ("数值", "单位"))
_XML = XMLwriter()

#: Row, column and text of a note.
Note = tuple[int, int, str]


class Layout(NamedTuple):
    """A sheet: its name, heads and widths, the numbers of the looks in the workbook, the indicators whose value is shown as
    a percent, and how many rows may have a link.
    """

    sheet: str
    heads: tuple[str, ...]
    widths: tuple[float, ...]
    styles: Mapping[str, int]
    ratios: frozenset[str] = frozenset()
    linked: int = 0

    @property
    def rooms(self) -> tuple[float, ...]:
        """How wide texts may be before they take another line: all that the rows hang on of the widths."""
        return tuple(map(room, self.heads, self.widths))


@dataclass(frozen=True)
class Block:
    """Rows of a sheet, the first of them in row `first`; `leads` the positions in 规范数据 that they lead to, if any; its XML is put `aside`.

    A cell holds a text, a number, or nothing (None, NaN).
    """

    layout: Layout
    first: int
    rows: Rows
    leads: Listed[int | None] = field(default=())
    aside: Aside = field(default_factory=Held)


class Rendered(NamedTuple):
    """A block's rows, the links of its cells, if there are any, its notes (MAX_COMMENTS at most), and where there may be
    notes, the heights of the rows in pixels.
    """

    rows: Piece
    links: Piece | None
    notes: list[Note]
    heights: "array[int]"


def render(block: Block) -> Rendered:
    """The block as it stands in the workbook."""
    rows, led = list(block.rows), _led(block)
    columns = list(zip(*rows, strict=True))
    cells, lines = [], [[1] * len(rows)]
    each = zip(_looks(block, columns, led), columns, block.layout.rooms, strict=True)
    for at, (look, values, wide) in enumerate(each):
        column = ColumnCells(block.layout.styles, at, len(columns), wide)
        cells.append(column.made(values, look))
        if column.lines:
            lines.append(list(map(column.lines.get, values, repeat(1))))
    most = list(map(max, *lines)) if len(lines) > 1 else lines[0]
    heights = {count: pixels(row_height(count)) for count in set(most)}
    openings = {
        count: f'" ht="{high * 0.75:.16g}" customHeight="1"><c r="A'.encode() for count, high in heights.items()
    }
    pieces = zip(
        repeat(b'<row r="'), map(openings.__getitem__, most), *cells, strict=False
    )  # its number between each two
    return Rendered(
        deflated(b"".join(map(bytes.join, _numbers(block), pieces)), block.aside),
        deflated(links.encode(), block.aside) if (links := _links(block, rows, led)) else None,
        _notes(block, rows),
        array("H", [heights[count] for count in most] if block.layout.sheet in _NOTES else ()),
    )


def _numbers(block: Block) -> list[bytes]:
    return " ".join(map(str, range(block.first + 1, block.first + 1 + len(block.rows)))).encode().split()


def _linked(block: Block) -> int:
    """How many of the rows may have a link: the first of the sheet."""
    return max(0, block.layout.linked - (block.first - HEAD_ROW - 1))


def _led(block: Block) -> list[int | None]:
    """For each row of 指标得分 the position in 规范数据 that it is linked to."""
    shown = [lead if lead is not None and lead < MAX_SHEET_ROWS else None for lead in block.leads][: _linked(block)]
    return shown + [None] * (len(block.rows) - len(shown))


def _looks(block: Block, columns: Sequence[Sequence[object]], led: Sequence[int | None]) -> list[Look]:
    """The look of each column; of its cells where it depends on the row."""
    layout, linked = block.layout, _linked(block)
    looks: list[Look] = [LOOKS.get(head, "text") for head in layout.heads]
    if layout.sheet == "指标得分":
        looks[_VALUE] = ["percent" if name in layout.ratios else "score" for name in columns[_INDICATOR]]
        looks[_INDICATOR] = ["text" if lead is None else "link" for lead in led]
    elif layout.sheet == "规范数据":
        looks[_NUMBER] = ["money" if unit == "万元" else "number" for unit in columns[_UNIT]]
    elif layout.sheet == "汇总":
        looks[_FILE] = ["text" if file and at >= linked else "link" for at, file in enumerate(columns[_FILE])]
    return looks


def _links(block: Block, rows: Sequence[Row], led: Sequence[int | None]) -> str:
    """Links of our own from scores to their first inputs."""
    if led.count(None) == len(led):
        return ""
    letter = letters(_INDICATOR)
    names = {row[_INDICATOR] for row in rows}
    shown = {name: _XML._escape_attributes(printable(str(name))) for name in names}
    return "".join(
        f'<hyperlink ref="{letter}{number}" location="\'规范数据\'!A{lead + HEAD_ROW + 2}" display="{shown[row[_INDICATOR]]}"/>'
        for number, (lead, row) in enumerate(zip(led, rows, strict=True), start=block.first + 1)
        if lead is not None and shown[row[_INDICATOR]]
    )


def _notes(block: Block, rows: Sequence[Row]) -> list[Note]:
    if block.layout.sheet not in _NOTES:
        return []
    column, text_of = _NOTES[block.layout.sheet]
    noted = ((at, column, text) for at, row in enumerate(rows, start=block.first) if (text := text_of(row)))
    return list(islice(noted, MAX_COMMENTS))


def _open_total(row: Row) -> str:
    """At a total that is still open."""
    if holds(row[_TOTAL]):
        return ""
    what = f"：{row[_OPEN]}" if row[_OPEN] else ""
    return f"得分未定{what}。补齐或认定后在 {row[_LOW]:.2f} 到 {row[_HIGH]:.2f} 分之间。"


def _open_score(row: Row) -> str:
    """At a score that is missing or hangs on a reading."""
    if row[_OTHERS] == "" and holds(row[_SCORE]):
        return ""
    return score_note("" if holds(row[_SCORE]) else str(row[_LACKING]), str(row[_OTHERS]))


#: Where a sheet has notes, and what they say of a row.
_NOTES = {"汇总": (_TOTAL, _open_total), "指标得分": (_SCORE, _open_score)}
