"""A workbook beside its recalculated copy, formula by formula; a book changed by hand beside the formulas it was written with."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.workbook.workbook import Workbook

from converter.books.department import CHECK_SHEET
from converter.books.livecells import Formulas, spelt

TOLERANCE = 1e-9
TYPED_OVER, OTHER_FORMULA, LOST, MOVED, VALUE = "公式被数值覆盖", "公式被改动", "公式被删除", "公式不在原处", "值不符"
_DISAGREES = "不一致"


@dataclass(frozen=True)
class Mismatch:
    """A cell that is not as it was written: its recalculated value, or its formula; or a book that was lost.

    `problem` is one of the words above; `formula` is the formula the program wrote, where a hand changed it.
    """

    file: str
    sheet: str
    cell: str
    written: str
    recalculated: str
    problem: str = VALUE
    formula: str = ""

    def __str__(self) -> str:
        where = "!".join(part for part in (self.file, self.sheet, self.cell) if part)
        if self.problem == VALUE:
            return f"{where}：写入 {self.written or '空'}，重算 {self.recalculated or '空'}"
        if self.problem == MOVED:
            return f"{self.problem}：{where}（插入、删除或移动过行列，逐格核对不了；请用重新运行得到的工作簿）"
        return f"{self.problem}：{where}（现为 {self.written or '空'}，原公式 ={self.formula}）"


@dataclass(frozen=True)
class Compared:
    """What comparing one book gave: how many formulas it has, and which disagree."""

    formulas: int
    mismatches: list[Mismatch]


def compare_book(path: Path, copy: Path | None, name: str, written: Formulas | None = None) -> Compared:
    """Each formula's value in a book and in its recalculated copy (None where LibreOffice made none).

    `written` are the formulas of a book that was changed since: each is looked for in its place, and what 核对 then says.
    """
    if copy is None:
        return Compared(0, [Mismatch(name, "", "", "工作簿", "LibreOffice 打不开")])
    formulas, before = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    after = openpyxl.load_workbook(copy, data_only=True)
    cells = list(_formula_cells(formulas))
    found = list(changed_formulas(formulas, name, written)) if written else []
    known = {(one.sheet, one.cell) for one in found}
    for sheet, cell in cells:
        old, new = before[sheet][cell].value, after[sheet][cell]
        wrong = new.data_type == "e" or not same_value(old, new.value)
        if wrong or (written and sheet == CHECK_SHEET and new.value == _DISAGREES and (sheet, cell) not in known):
            found.append(Mismatch(name, sheet, cell, _shown(old), _shown(new.value)))
    return Compared(len(cells), found)


def _formula_cells(book: Workbook) -> Iterator[tuple[str, str]]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from ((sheet.title, cell.coordinate) for cell in row if cell.data_type == "f")


def changed_formulas(book: Workbook, name: str, written: Formulas) -> Iterator[Mismatch]:
    """The formulas that a hand typed over, changed or removed; a sheet whose rows were moved is one mismatch."""
    for sheet, cells in written.items():
        if sheet not in book.sheetnames:
            yield Mismatch(name, sheet, "", "工作表", "工作表不见了")
            continue
        page = book[sheet]
        changed = [one for cell, text in cells.items() if (one := _changed(page[cell], text, name, sheet)) is not None]
        others = sum(one.problem != TYPED_OVER or not _is_number(one.written) for one in changed)
        if others > len(cells) / 2:
            yield Mismatch(name, sheet, "", "", "", MOVED)
        else:
            yield from changed


def _changed(cell: Cell, formula: str, name: str, sheet: str) -> Mismatch | None:
    value = cell.value
    if cell.data_type == "f":
        text = str(getattr(value, "text", value))  # an array formula keeps its text in an object
        if spelt(text) == spelt(formula):
            return None
        return Mismatch(name, sheet, cell.coordinate, text, "", OTHER_FORMULA, formula)
    return Mismatch(name, sheet, cell.coordinate, _shown(value), "", LOST if value is None else TYPED_OVER, formula)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def same_value(before: object, after: object) -> bool:
    """Equal texts, or numbers within 1e-9; a missing value equals nothing."""
    if isinstance(before, int | float) and isinstance(after, int | float):
        return abs(before - after) <= TOLERANCE * max(1.0, abs(before), abs(after))
    return before is not None and before == after
