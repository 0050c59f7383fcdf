"""Scores → one row for each department: intervals, grades, ranks (CONTRACT: 汇总). Whole columns at a time."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from converter.scoring.compute import RuleScores
from converter.scoring.inputs import Inputs
from converter.scoring.rounding import SCORE_DIGITS, Flags, Floats, round_half_up
from converter.scoring.schemes import Scheme
from converter.scoring.status import JUDGED, UNKNOWN, Status, certain_gap

#: Columns of the totals frame, in points (分).
TOTAL_COLUMNS = (
    "department",
    "year",
    "self_total",
    "self_grade",
    "score",
    "low",
    "high",
    "grade",
    "gap",
    "data_full",
    "data_low",
    "data_high",
    "from_self",
    "deductions",
    "missing",
    "best",
    "worst",
)
_MOST_NAMED = 5


def totals_frame(
    columns: Sequence[RuleScores], inputs: Inputs, scheme: Scheme, kinds: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """One row for each department, in the order of 复算下限, 复算上限 and name, with ranks within its 类别 (`kinds`)."""
    low, high = _sum(columns, lambda c: c.low), _sum(columns, lambda c: c.high)
    own = round_half_up(np.sum([column.self_score for column in columns], axis=0), SCORE_DIGITS)
    frame = pd.DataFrame(
        {
            "department": inputs.departments,
            "year": inputs.year,
            "self_total": own,
            "self_grade": ["" if np.isnan(points) else scheme.grade(points) for points in own],
            "score": np.where(low == high, low, np.nan),
            "low": low,
            "high": high,
            "grade": [_grades(scheme, *interval) for interval in zip(low, high, strict=True)],
            "gap": [certain_gap(*points) for points in zip(own, low, high, strict=True)],
            "data_full": _sum(columns, lambda c: np.where(_from_data(c), c.rule.full, 0.0)),
            "data_low": _sum(columns, lambda c: np.where(_from_data(c), c.low, 0.0)),
            "data_high": _sum(columns, lambda c: np.where(_from_data(c), c.high, 0.0)),
            "from_self": _sum(columns, lambda c: np.where(c.status == Status.SELF, c.score, 0.0)),
            "deductions": _named(columns, inputs, _lost, most=_MOST_NAMED),
            "missing": _named(columns, inputs, lambda c: np.isin(c.status, UNKNOWN).astype(np.float64)),
        }
    )
    frame["best"], frame["worst"] = 0, 0
    for _, alike in frame.groupby([(kinds or {}).get(name, "") for name in inputs.departments]):
        best, worst = ranks(low[alike.index], high[alike.index])
        frame.loc[alike.index, "best"], frame.loc[alike.index, "worst"] = best, worst
    ordered = frame.sort_values(["low", "high", "department"], ascending=[False, False, True], ignore_index=True)
    return ordered[list(TOTAL_COLUMNS)]


def _from_data(column: RuleScores) -> Flags:
    return ~np.isin(column.status, JUDGED)


def _lost(column: RuleScores) -> Floats:
    """Points certainly lost on data."""
    return np.where(_from_data(column), column.rule.full - column.high, 0.0)


def _sum(columns: Sequence[RuleScores], points: Callable[[RuleScores], Floats]) -> Floats:
    """Points over all rules, in which rules that share a weight count together for no more than it."""
    groups: dict[str, list[Floats]] = {}
    for column in columns:
        groups.setdefault(column.rule.group, []).append(points(column))
    full = {column.rule.group: column.rule.full for column in columns}
    sums = [np.minimum(np.sum(members, axis=0), full[name]) for name, members in groups.items()]
    return round_half_up(np.sum(sums, axis=0), SCORE_DIGITS)


def _named(
    columns: Sequence[RuleScores], inputs: Inputs, amount: Callable[[RuleScores], Floats], most: int | None = None
) -> list[str]:
    """For each department the indicators with an amount, the largest first (in the scheme's order where equal)."""
    amounts = np.array([amount(column) for column in columns])
    names = [column.rule.name for column in columns]
    result = []
    for position in range(len(inputs.departments)):
        order = np.argsort(-amounts[:, position], kind="stable")
        result.append("、".join([names[i] for i in order if amounts[i, position] > 0][:most]))
    return result


def _grades(scheme: Scheme, low: float, high: float) -> str:
    """等次, or the grades of both ends (中～良)."""
    one, other = scheme.grade(low), scheme.grade(high)
    return one if one == other else f"{one}～{other}"


def ranks(low: Floats, high: Floats) -> tuple[NDArray[np.signedinteger], NDArray[np.signedinteger]]:
    """Best and worst rank: 1 + others whose 下限 exceeds my 上限, 1 + others whose 上限 exceeds my 下限. Ties share."""
    lows, highs = np.sort(low), np.sort(high)
    best = 1 + len(low) - np.searchsorted(lows, high, side="right")
    worst = 1 + len(high) - np.searchsorted(highs, low, side="right") - (high > low)  # none stands above itself
    return best, worst
