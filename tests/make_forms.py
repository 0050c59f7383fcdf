"""What the samples of forms have in common: how a sample is printed, its head, its two sides.

Figures are invented, in 万元; a sample is built for a year and a unit (元 multiplies what it prints by 10,000).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.workbooks import Grid, Value

DEPARTMENT = "示例县甲局"
#: What a sample must give: field → amount in 万元, people or pieces; a pair names another year relative to the form's.
Expected = Mapping[str | tuple[str, int], float]
Build = Callable[["Print"], Grid]


@dataclass(frozen=True)
class Print:
    """How a sample is printed: its year and the unit of its amounts."""

    year: int = 2019
    unit: str = "万元"

    def money(self, value: float | None) -> Value:
        """An amount as the table prints it."""
        return None if value is None else round(value * (10000 if self.unit == "元" else 1), 2)


@dataclass(frozen=True)
class Sample:
    """A form as departments print it, and what must be read from it."""

    name: str
    form: str
    build: Build
    expected: Expected


def head(out: Print, title: str, width: int, name: str = "Sheet1", number: str = "") -> Grid:
    """Title, table number, 部门, 金额单位: the first three rows of an accounts table."""
    grid = Grid(name)
    grid.row(0, f"{out.year}年度{title}")
    grid.row(1, number or None, column=width - 1)
    grid.row(2, f"部门：{DEPARTMENT}")
    grid.row(2, f"金额单位：{out.unit}", column=width - 1)
    grid.merges.append((0, 0, 0, width - 1))
    return grid


Rows = Sequence[tuple[str, float | None]]


def two_sided(grid: Grid, out: Print, top: int, left: Rows, right: Rows, *, numbered: bool = True) -> Grid:
    """收入 | 支出, 项目 | 行次 | 金额 on both sides, with the index row 栏次."""
    per = 3 if numbered else 2
    grid.row(top, "收     入")
    grid.row(top, "支     出", column=per)
    grid.merges += [(top, 0, top, per - 1), (top, per, top, 2 * per - 1)]
    heads = ("项  目", "行次", "金额") if numbered else ("项目", "决算数")
    grid.row(top + 1, *heads, *heads)
    at = top + 2
    if numbered:
        grid.row(at, "栏  次", None, 1, "栏  次", None, 2)
        at += 1
    for side, rows in enumerate((left, right)):
        for line, (label, value) in enumerate(rows):
            grid.row(at + line, label, *([line + 1] if numbered else []), out.money(value), column=side * per)
    return grid


def merge_heads(grid: Grid, rows: range, columns: range) -> None:
    """Merges neighbouring heads of one text, across (under one head) and then down; the covered cells are emptied."""
    texts = dict(grid.cells)

    def under_one(left: int, right: int, row: int) -> bool:
        return all(texts.get((above, left)) == texts.get((above, right)) for above in range(rows[0], row + 1))

    for row in rows:
        for column in columns:
            if (row, column) not in grid.cells:
                continue
            right = column
            while right + 1 in columns and under_one(column, right + 1, row):
                right += 1
            bottom = row
            while bottom + 1 in rows and all(
                texts.get((bottom + 1, c)) == texts[row, column] for c in range(column, right + 1)
            ):
                bottom += 1
            covered = [(r, c) for r in range(row, bottom + 1) for c in range(column, right + 1)]
            for cell in covered[1:]:
                del grid.cells[cell]
            if len(covered) > 1:
                grid.merges.append((row, column, bottom, right))
