"""The cells of a department's workbook by what they are, not where: sheet, row key (指标, or 字段 and 年度) and head.

References inside formulas are named the same way, so that a sorted or moved row is no other formula.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from converter.books.department import (
    CHECK_HEADS,
    CHECK_SHEET,
    DATA_HEADS,
    DATA_SHEET,
    FINDINGS_SHEET,
    SCORE_SHEET,
)
from converter.books.scoresheet import SHEET_HEADS
from converter.books.tables import FINDING_HEADS
from converter.intake.cells import text_of
from converter.vocabulary.findings import Place, RunError

#: Sheet → the heads whose texts make the key of a row; where they are empty (sums), its first text does.
_KEYS = {
    SCORE_SHEET: ("三级指标",),
    DATA_SHEET: DATA_HEADS[:2],
    CHECK_SHEET: CHECK_HEADS[:1],
    FINDINGS_SHEET: FINDING_HEADS[:1],
}
_HEADS = {SCORE_SHEET: SHEET_HEADS, DATA_SHEET: DATA_HEADS, CHECK_SHEET: CHECK_HEADS, FINDINGS_SHEET: FINDING_HEADS}
#: A text in quotes, or a reference with its sheet.
_TOKEN = re.compile(
    r'"(?:[^"]|"")*"|(?:(?:\'(?P<quoted>(?:[^\']|\'\')+)\'|(?P<plain>[A-Za-z_\u4e00-\u9fff][\w.]*))[!.])?'
    r"\$?(?P<column>[A-Z]{1,3})\$?(?P<row>[0-9]{1,7})(?![\w(])"
)


class CellKey(NamedTuple):
    """What a cell is."""

    sheet: str
    row: str
    head: str


@dataclass(frozen=True)
class BookCell:
    """A cell's formula (references by key) or its constant, where it stands, and how it looks."""

    text: str
    is_formula: bool
    place: str
    look: str


def keyed_cells(path: Path) -> dict[CellKey, BookCell]:
    """Every filled cell of the known sheets of a department's workbook. Raises RunError R08 where it cannot be opened."""
    try:
        book = openpyxl.load_workbook(path)
    except Exception as error:  # openpyxl raises anything on a damaged file
        raise RunError("R08", "部门工作簿打不开", "请重新运行 jixiao run", Place(path.name)) from error
    sheets = [sheet for sheet in book.worksheets if sheet.title in _KEYS]
    named = {(sheet.title, cell.coordinate): key for sheet in sheets for key, cell in _named(sheet)}
    cells: dict[CellKey, BookCell] = {}
    for sheet in sheets:
        for row in sheet.iter_rows():
            for cell in row:
                key = named.get((sheet.title, cell.coordinate))
                if key is not None and cell.value is not None and isinstance(cell, Cell):
                    cells[key] = _content(cell, path.name, named)
    return cells


def _named(sheet: Worksheet) -> Iterator[tuple[CellKey, Cell | MergedCell]]:
    """Each cell with what it is: below the heads by row key and head, above them by its address."""
    heads, key_heads = _HEADS[sheet.title], _KEYS[sheet.title]
    top, columns = 0, dict[int, str]()
    counts: Counter[str] = Counter()
    for at, row in enumerate(sheet.iter_rows(), start=1):
        texts = [str(cell.value).strip() if cell.value is not None else "" for cell in row]
        if not columns and key_heads[0] in texts and sum(text in heads for text in texts) > len(heads) // 2:
            top, columns = at, _columns(texts, heads)
            continue
        if not columns:
            yield from ((CellKey(sheet.title, "表头以上", cell.coordinate), cell) for cell in row)
            continue
        by_head = {head: texts[column] for column, head in columns.items()}
        name = " ".join(filter(None, (by_head.get(head, "") for head in key_heads)))
        name = name or next((text for text in texts if text), f"第 {at - top} 行")
        counts[name] += 1
        name += f"（{counts[name]}）" if counts[name] > 1 else ""
        yield from ((CellKey(sheet.title, name, columns[i]), cell) for i, cell in enumerate(row) if i in columns)


def _columns(texts: list[str], heads: tuple[str, ...]) -> dict[int, str]:
    """Column → head; a head that stands several times (分值) is told apart by the order."""
    seen: Counter[str] = Counter()
    columns = {}
    for column, text in enumerate(texts):
        if text in heads:
            seen[text] += 1
            columns[column] = text + (str(seen[text]) if seen[text] > 1 else "")
    return columns


def _content(cell: Cell, file: str, named: dict[tuple[str, str], CellKey]) -> BookCell:
    sheet = cell.parent.title if cell.parent is not None else ""
    place = f"{file}!{sheet}!{cell.coordinate}"
    look = "；".join((cell.number_format, str(cell.font.name), f"{cell.font.sz}", _colour(cell)))
    if cell.data_type == "f":
        return BookCell(_by_key(str(cell.value), sheet, named), True, place, look)
    value = cell.value if isinstance(cell.value, str | int | float | bool) else str(cell.value)
    return BookCell(text_of(value), False, place, look)


def _colour(cell: Cell) -> str:
    return str(cell.fill.fgColor.rgb) if cell.fill.fill_type else ""


def _by_key(formula: str, sheet: str, named: dict[tuple[str, str], CellKey]) -> str:
    """A formula with every reference named by what it refers to, without blanks; texts stay as they are."""

    def renamed(match: re.Match[str]) -> str:
        if match["column"] is None:
            return match[0]
        there = (match["quoted"] or match["plain"] or sheet).replace("''", "'")
        key = named.get((there, f"{match['column']}{match['row']}"))
        if key is None:
            return match[0]
        where = "" if key.sheet == sheet else f"{key.sheet}!"
        return f"{where}[{key.row}·{key.head}]"

    pieces = re.split(r'("(?:[^"]|"")*")', formula)
    bare = "".join(piece if piece.startswith('"') else re.sub(r"\s+", "", piece) for piece in pieces)
    return _TOKEN.sub(renamed, bare)
