"""校验码: a short code over the figures of a form, printed at its foot and computed live, so that paper and file compare.

Each figure counts by its row (from 1) and its column (7, 11, 13, the columns with figures from left to right), in
ten-thousandths; a figure counts one more, a —— a hundred more. What two divisions leave over is shown.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from converter.intake.cells import Cell, Sheet
from converter.intake.lines import Line
from converter.vocabulary.labels import plain

COLUMN_WEIGHTS, MODULI, PARTS = (7, 11, 13), (99991, 9973), 10000
DASH, DASH_COUNTS = "——", 100
NAME = "校验码"
_PRINTED = re.compile(NAME + r":(\d{5}-\d{4})")


def code_of(held: Mapping[Cell, float | str], columns: Iterable[int]) -> str:
    """校验码 of what cells hold in the `columns` with figures: numbers, or ——."""
    weights = dict(zip(sorted(columns), COLUMN_WEIGHTS, strict=False))
    total, counted = 0.0, 0
    for (row, column), value in sorted(held.items()):
        if isinstance(value, int | float):
            total += weights[column] * (row + 1) * value
            counted += 1
        elif value == DASH:
            counted += DASH_COUNTS
    whole = int((total * PARTS + 0.5) // 1) + counted
    return "-".join(f"{whole % modulus:0{len(str(modulus))}d}" for modulus in MODULI)


def printed_code(sheet: Sheet) -> tuple[str, Cell] | None:
    """The 校验码 that a sheet shows, and its cell; None on a sheet without one."""
    for row, line in enumerate(sheet.lines):
        if (found := _printed_in(line)) is not None:
            return found[0], (row, found[1])
    return None


@lru_cache(maxsize=1 << 11)
def _printed_in(line: Line) -> tuple[str, int] | None:
    """The first 校验码 in a row, and its column."""
    for column, text in line.words:
        if text.startswith(NAME) and (found := _PRINTED.match(plain(text))):
            return found[1], column
    return None


def broken_seal(sheet: Sheet, asked: Iterable[Cell]) -> tuple[str, Cell] | None:
    """Why the 校验码 of a sheet does not fit its figures, and its cell; None where it does, or where there is none.

    `asked` are the cells with figures; a number typed as text counts for nothing, as it does to the spreadsheet.
    """
    shown = printed_code(sheet)
    if shown is None:
        return None
    cells = set(asked)
    columns = {column for _, column in cells}
    if not cells or len(columns) > len(COLUMN_WEIGHTS):
        return None
    held: dict[Cell, float | str] = {}
    for cell in cells:
        value = sheet.value(cell)
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            held[cell] = value
    code = code_of(held, columns)
    return None if code == shown[0] else (f"表上的校验码是 {shown[0]}，按表中的数应是 {code}", shown[1])
