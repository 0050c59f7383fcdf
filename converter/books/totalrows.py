"""The rows behind 合计 of 评分表: 折算 where a weight does not count, adjustments, 加减分 of 复核记录, and the 总分."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from converter.books.contents import TotalRow
from converter.scoring.batch import Batch
from converter.scoring.rounding import SCORE_DIGITS, round_half_up
from converter.scoring.scaling import TEXT
from converter.scoring.scorerows import is_quotient
from converter.scoring.totals import EXTRA, SCALED, Step, counted, total_steps


def total_rows(batch: Batch) -> Callable[[int], tuple[TotalRow, ...]]:
    """The rows of each department, by its position; none where 合计 is the total whatever the data."""
    scales = any(rule.spec.excludable for rule in batch.scheme.rules)
    adjustments, extras = batch.scheme.file.adjustments, batch.review.extras
    added = batch.review.added
    if not scales and not adjustments and not extras:
        return lambda position: ()
    steps = total_steps(batch.columns, batch.inputs, batch.scheme, added)
    steps = [s for s in steps if s.name != SCALED or scales]
    bases = counted(batch.columns)

    def row(step: Step, position: int) -> TotalRow:
        adjustment = adjustments.get(step.name)
        return TotalRow(
            name=step.name,
            text=TEXT if step.name == SCALED else f"{adjustment.text}（{adjustment.describe()}）" if adjustment else "",
            value=float(step.value[position]),
            ratio=adjustment is not None and is_quotient(adjustment.formula(step.name), batch.inputs),
            low=float(step.low[position]),
            high=float(step.high[position]),
            base=float(bases[position]) if step.name == SCALED else None,
            adjustment=adjustment,
        )

    def each_extra(before: Step, position: int) -> Iterator[TotalRow]:
        """A row for each 加减分 of a department."""
        ends = np.array([before.low[position], before.high[position]])
        for extra in extras:
            if extra.department == batch.departments[position]:
                ends = round_half_up(ends + extra.points, SCORE_DIGITS)
                low, high = map(float, ends)
                yield TotalRow(f"加减分：{extra.name}", extra.text, extra.points, False, low, high, points=extra.points)

    def rows(position: int) -> tuple[TotalRow, ...]:
        if not scales and not adjustments and batch.departments[position] not in added:
            return ()
        made = [row(steps[0], position)]
        for before, step in pairwise(steps):
            made += each_extra(before, position) if step.name == EXTRA else [row(step, position)]
        return tuple(made)

    return rows
