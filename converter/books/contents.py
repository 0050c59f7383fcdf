"""What a department's workbook shows, as plain data: made in the parent, written in a worker."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from converter.books.tables import Row
from converter.scoring.adjustments import Adjustment
from converter.scoring.expressions import Formula, Input
from converter.scoring.indicators import Rule


class DataRow(NamedTuple):
    """One row of 基础数据: an input with its value, or the formulas it is derived by."""

    wanted: Input
    year: int
    value: float
    unit: str
    state: str
    raw: str
    form: str
    file: str
    sheet: str
    cell: str
    formulas: tuple[Formula, ...] = ()
    snapped: bool = True


class ScoreRow(NamedTuple):
    """One row of 评分表: a rule and what was computed for it.

    `declared`: the self score is a declared dash; `answered`: the answers of persons stand in 基础数据;
    `decided`: officers decided the score (复核记录), and `others` says so.
    """

    rule: Rule
    value: float
    ratio: bool
    score: float
    low: float
    high: float
    own: float
    gap: float
    status: str
    missing: str
    others: str
    declared: bool = False
    answered: bool = False
    decided: bool = False

    @property
    def left_out(self) -> bool:
        """Whether it does not count: it has no interval."""
        return math.isnan(self.low)


#: Rows out of tuples of all their fields, without the detour over their own constructors.
as_score_row: Callable[[tuple[Any, ...]], ScoreRow] = partial(tuple.__new__, ScoreRow)
as_data_row: Callable[[tuple[Any, ...]], DataRow] = partial(tuple.__new__, DataRow)


class TotalRow(NamedTuple):
    """One row behind 合计: the total's interval after a step, and the value that decided it.

    折算 has the `base` of the points that count, an adjustment itself, a 加减分 of 复核记录 its `points`; the 总分 has none.
    """

    name: str
    text: str
    value: float
    ratio: bool
    low: float
    high: float
    base: float | None = None
    adjustment: Adjustment | None = None
    points: float | None = None


@dataclass(frozen=True)
class DepartmentBook:
    """All that a department's workbook shows. `totals` are 合计下限, 合计上限 and 合计自评; `levels` 分值 by level path.

    `steps` lead from 合计 (the first) to 总分 (the last); none where 合计 is the total. `fingerprint` stands at the foot of
    every page.
    """

    department: str
    year: int
    title: str
    subtitle: str
    take_self: bool
    rows: tuple[ScoreRow, ...]
    data: tuple[DataRow, ...]
    findings: tuple[Row, ...]
    notes: tuple[str, ...]
    totals: dict[str, float]
    levels: dict[tuple[str, ...], float] = field(default_factory=dict)
    steps: tuple[TotalRow, ...] = ()
    fingerprint: str = ""
