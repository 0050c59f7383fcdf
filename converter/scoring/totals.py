"""Scores → one row for each department: intervals, grades, ranks (CONTRACT: 汇总)."""

import numpy as np
import pandas as pd

from converter.scoring.rounding import Floats, round_half_up
from converter.scoring.schemes import Scheme
from converter.scoring.status import JUDGED, UNKNOWN, Status, certain_gap

#: Columns of the totals frame, in points (分).
TOTAL_COLUMNS = (
    "department", "year", "self_total", "self_grade", "score", "low", "high", "grade", "gap", "data_full", "data_low",
    "data_high", "from_self", "deductions", "missing", "best", "worst",
)  # fmt: skip
_MOST_NAMED = 5


def capped_sum(rows: pd.DataFrame, column: str) -> float:
    """Sum of a column of points in which rows that share a weight count together for no more than that weight."""
    grouped = rows.groupby("group", sort=False)
    sums = np.minimum(grouped[column].sum(), grouped["weight"].first())
    return float(round_half_up(np.array([sums.sum()]), 2)[0])


def totals_frame(scores: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """One row for each department, in the order of 复算下限, 复算上限 and name, with ranks."""
    rows = [_total(str(name), part, scheme) for name, part in scores.groupby("department", sort=True)]
    frame = pd.DataFrame(rows, columns=list(TOTAL_COLUMNS[:-2]))
    frame["best"], frame["worst"] = ranks(frame["low"].to_numpy(), frame["high"].to_numpy())
    return frame.sort_values(["low", "high", "department"], ascending=[False, False, True], ignore_index=True)


def _total(department: str, rows: pd.DataFrame, scheme: Scheme) -> tuple[object, ...]:
    low, high = capped_sum(rows, "low"), capped_sum(rows, "high")
    own = float(round_half_up(np.array([rows["self_score"].sum(skipna=False)]), 2)[0])
    judged = rows["status"].isin(list(JUDGED))
    data, from_self = rows[~judged], rows[rows["status"] == Status.SELF]
    lost = data[data["high"] < data["weight"]].assign(loss=lambda part: part["high"] - part["weight"])
    unknown = rows[rows["status"].isin(list(UNKNOWN))]
    return (
        department,
        scheme.file.year,
        own,
        "" if np.isnan(own) else scheme.grade(own),
        low if low == high else np.nan,
        low,
        high,
        scheme.grade(low) if scheme.grade(low) == scheme.grade(high) else f"{scheme.grade(low)}～{scheme.grade(high)}",
        certain_gap(own, low, high),
        float(data.groupby("group", sort=False)["weight"].first().sum()),
        capped_sum(data, "low"),
        capped_sum(data, "high"),
        capped_sum(from_self, "score"),
        "、".join(lost.sort_values("loss", kind="stable")["indicator"].head(_MOST_NAMED)),
        "、".join(unknown["indicator"]),
    )


def ranks(low: Floats, high: Floats) -> tuple[np.ndarray, np.ndarray]:
    """Best and worst rank: 1 + others whose 下限 exceeds my 上限, 1 + others whose 上限 exceeds my 下限. Ties share."""
    lows, highs = np.sort(low), np.sort(high)
    best = 1 + len(low) - np.searchsorted(lows, high, side="right")
    above_low = len(high) - np.searchsorted(highs, low, side="right")
    worst = 1 + above_low - (high > low)  # a department does not stand above itself
    return best, worst
