"""A department's workbook in two: its layout, which says what stands where, and its figures, which differ by department.

What writes the sheets sees the layout, and passes the figures on without looking at them: so one workbook that is laid out
serves for all that have the same layout (stamps).
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, count, groupby, islice
from typing import Any, NamedTuple

from converter.books import sums
from converter.books.contents import DataRow, DepartmentBook, ScoreRow, TotalRow
from converter.books.formulas import DASH_TEXT
from converter.books.legend import score_note
from converter.books.shown import SMALL, most_lines, row_height
from converter.books.styles import NO_NUMBER
from converter.scoring.adjustments import Adjustment
from converter.scoring.expressions import Formula, Input
from converter.scoring.indicators import Rule
from converter.scoring.status import Status, certain_gap
from converter.vocabulary.numbers import State

LOW_TOTAL, HIGH_TOTAL, OWN_TOTAL = "合计下限", "合计上限", "合计自评"
#: Widths of the columns that wrap: 三级指标, 评价标准, 缺少数据, 其他口径得分; and 原文 to 单元格 of 基础数据.
NAME_WIDTH, TEXT_WIDTH, MISSING_WIDTH, OTHERS_WIDTH = 15, 54, 26, 14
SOURCE_WIDTHS = (32, 12, 30, 28, 8)
_ROW_ROOM = (NAME_WIDTH, TEXT_WIDTH * 1.25, MISSING_WIDTH * 1.25, OTHERS_WIDTH * 1.25)
_MISSING, _DASH = str(Status.MISSING), str(State.DASH)
#: A named tuple without the detour over its own constructor.
_made: Any = tuple.__new__
_RAW_ROOM, *_SHARED_ROOM, _CELL_ROOM = (width * SMALL for width in SOURCE_WIDTHS)
_OWN_ROOM = _RAW_ROOM, _CELL_ROOM
#: Characters that surely take one line.
_SHORT_RAW, _SHORT_CELL = ((room - 1) / 2 for room in _OWN_ROOM)


class Line(NamedTuple):
    """An indicator as 评分表 lays it out; `out`: officers decided that it does not count."""

    rule: Rule
    ratio: bool
    answered: bool
    decided: bool
    out: bool


class Datum(NamedTuple):
    """A row of 基础数据 as laid out."""

    wanted: Input
    year: int
    unit: str
    formulas: tuple[Formula, ...]
    snapped: bool


class Extra(NamedTuple):
    """A row behind 合计 as laid out: 折算 (`scales`), an adjustment, a 加减分 (`added`), or the 总分."""

    name: str
    text: str
    ratio: bool
    scales: bool
    adjustment: Adjustment | None
    added: bool


class Layout(NamedTuple):
    """Everything that decides what stands where in a workbook, and every text that is the same for many departments."""

    title: str
    subtitle: str
    year: int
    take_self: bool
    notes: tuple[str, ...]
    levels: dict[tuple[str, ...], float]
    lines: tuple[Line, ...]
    extras: tuple[Extra, ...]
    data: tuple[Datum, ...]


class RowFigures(NamedTuple):
    """What differs in the row of an indicator; `look` is that of 状态, `note` the note at 得分."""

    value: Any
    score: Any
    low: Any
    high: Any
    own: Any
    gap: Any
    status: Any
    look: Any
    missing: Any
    others: Any
    note: Any
    height: Any


class SumFigures(NamedTuple):
    """What differs in a sum row."""

    score: Any
    low: Any
    high: Any
    own: Any
    gap: Any


class ExtraFigures(NamedTuple):
    """What differs in a row behind 合计."""

    value: Any
    base: Any
    score: Any
    low: Any
    high: Any


class DataFigures(NamedTuple):
    """What differs in a row of 基础数据."""

    value: Any
    state: Any
    raw: Any
    form: Any
    file: Any
    sheet: Any
    cell: Any
    height: Any


class Slot:
    """The place of a figure that is filled in later, by its number."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


class Figures(NamedTuple):
    """All that differs; `sums` of each first level and of 合计, `checks` the fixed numbers of 核对."""

    heading: Any
    checks: tuple[Any, ...]
    rows: tuple[RowFigures, ...]
    sums: tuple[SumFigures, ...]
    extras: tuple[ExtraFigures, ...]
    data: tuple[DataFigures, ...]

    def flat(self) -> list[Any]:
        """Every figure, in the order of the numbers of `slots`."""
        return [self.heading, *self.checks, *chain(*self.rows, *self.sums, *self.extras, *self.data)]

    def slots(self) -> "Figures":
        """As many slots as there are figures, in their places."""
        free: Iterator[Any] = map(Slot, count())
        heading, checks = next(free), tuple(islice(free, len(self.checks)))
        made: Any = (tuple(type(one)(*islice(free, len(one))) for one in group) for group in self[2:])
        return Figures(heading, checks, *made)


def layout_of(book: DepartmentBook) -> Layout:
    """What stands where in a book."""
    return Layout(
        title=book.title,
        subtitle=book.subtitle,
        year=book.year,
        take_self=book.take_self,
        notes=book.notes,
        levels=book.levels,
        lines=tuple(
            Line(row.rule, row.ratio, row.answered, row.decided, row.decided and row.left_out) for row in book.rows
        ),
        extras=tuple(
            Extra(one.name, one.text, one.ratio, one.base is not None, one.adjustment, one.points is not None)
            for one in book.steps[1:]
        ),
        data=tuple(Datum(row.wanted, row.year, row.unit, row.formulas, row.snapped) for row in book.data),
    )


def layout_key(book: DepartmentBook) -> tuple[Any, ...]:
    """The same for two books whose layouts have the same rules, formulas and adjustments (the very objects) and equal texts."""
    return (
        *(book.title, book.subtitle, book.year, book.take_self, book.notes, *book.levels.items()),
        *[(id(row.rule), row.ratio, row.answered, row.decided, row.decided and row.left_out) for row in book.rows],
        *[
            (one.name, one.text, one.ratio, one.base is None, id(one.adjustment), one.points is None)
            for one in book.steps[1:]
        ],
        *[(*row.wanted, row.year, row.unit, row.snapped, *map(id, row.formulas)) for row in book.data],
    )


def figures_of(book: DepartmentBook) -> Figures:
    """What is filled into the layout of a book."""
    fixed = {**{row.rule.name: row.score for row in book.rows}, **book.totals}
    levels = [list(members) for _, members in groupby(book.rows, key=lambda row: row.rule.spec.path[0])]
    low, high, own = (book.totals[name] for name in (LOW_TOTAL, HIGH_TOTAL, OWN_TOTAL))
    if book.steps:
        low, high = book.steps[0].low, book.steps[0].high
    return Figures(
        heading=f"单位名称：{book.department}    数据年度：{book.year} 年",
        checks=tuple(NO_NUMBER if math.isnan(value) else value for value in fixed.values()),
        rows=tuple(map(_row, book.rows)),
        sums=(*map(_level, levels), _sum(low, high, own)),
        extras=tuple(map(_extra, book.steps[1:])),
        data=tuple(map(_datum, book.data)),
    )


def _row(row: ScoreRow) -> RowFigures:
    rule, missing, others, decided = row.rule, row.missing, row.others, row.decided
    made: RowFigures = _made(
        RowFigures,
        (
            row.value,
            NO_NUMBER if decided and row.left_out else row.score,
            row.low,
            row.high,
            DASH_TEXT if row.declared else row.own,
            row.gap,
            row.status,
            "missing" if row.status == _MISSING and not decided else "center",
            missing,
            others,
            score_note(missing, "" if decided else others),
            _row_height(rule.name, rule.spec.text, missing, others),
        ),
    )
    return made


@lru_cache(maxsize=1 << 10)
def _row_height(*texts: str) -> float:
    """The height of a row with such a 三级指标, 评价标准, 缺少数据 and 其他口径得分. Most rows of an indicator have the same."""
    return max(row_height(1), 11.5 * most_lines(texts, _ROW_ROOM) + 5)


def _level(rows: list[ScoreRow]) -> SumFigures:
    return _sum(*sums.values(rows))


def _sum(low: float, high: float, own: float) -> SumFigures:
    """得分 where the interval is a point, and 差异."""
    return SumFigures(low if low == high else None, low, high, own, certain_gap(own, low, high))


def _extra(step: TotalRow) -> ExtraFigures:
    score = step.low if step.low == step.high else None
    return ExtraFigures(step.value if step.points is None else step.points, step.base, score, step.low, step.high)


def _datum(row: DataRow) -> DataFigures:
    value = DASH_TEXT if row.state == _DASH and not row.formulas else row.value
    raw, form, file, sheet, cell = row.raw, row.form, row.file, row.sheet, row.cell
    lines = _source_lines(form, file, sheet)
    if len(raw) > _SHORT_RAW or len(cell) > _SHORT_CELL or "\n" in raw or "\n" in cell:
        lines = max(lines, most_lines((raw, cell), _OWN_ROOM))
    made: DataFigures = _made(DataFigures, (value, row.state, raw, form, file, sheet, cell, row_height(lines)))
    return made


@lru_cache(maxsize=1 << 10)
def _source_lines(*sources: str) -> int:
    """The lines that 表单, 文件 and 工作表 take. Many figures of a department have the same."""
    return most_lines(sources, _SHARED_ROOM)
