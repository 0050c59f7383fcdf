"""The rows behind 合计 of 评分表: 折算 where a weight does not count, every adjustment of the total, and the 总分."""

from collections.abc import Callable

from converter.books.contents import TotalRow
from converter.scoring.batch import Batch
from converter.scoring.scaling import TEXT
from converter.scoring.scorerows import is_quotient
from converter.scoring.totals import SCALED, Step, counted, total_steps


def total_rows(batch: Batch) -> Callable[[int], tuple[TotalRow, ...]]:
    """The rows of each department, by its position; none where 合计 is the total whatever the data."""
    scales = any(rule.spec.excludable for rule in batch.scheme.rules)
    adjustments = batch.scheme.file.adjustments
    if not scales and not adjustments:
        return lambda position: ()
    steps = [s for s in total_steps(batch.columns, batch.inputs, batch.scheme) if s.name != SCALED or scales]
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

    return lambda position: tuple(row(step, position) for step in steps)
