"""Scores → one row for each department: intervals, grades, ranks (CONTRACT: 汇总). Whole columns at a time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from converter.scoring.adjustments import values_of
from converter.scoring.compute import RuleScores
from converter.scoring.inputs import Inputs
from converter.scoring.ranking import TOTAL_COLUMNS, placed
from converter.scoring.rounding import SCORE_DIGITS, Flags, Floats, round_half_up
from converter.scoring.scaling import scaled
from converter.scoring.schemes import Scheme
from converter.scoring.shared import picked
from converter.scoring.status import JUDGED, UNKNOWN, Status, certain_gap

_MOST_NAMED = 5


class Step(NamedTuple):
    """The total's interval after one step, and the value that decided it (NaN for 折算 and for what is not known)."""

    name: str
    value: Floats
    low: Floats
    high: Floats


SUM, SCALED, EXTRA, FINAL = "合计", "折算", "复核记录的加减分", "总分"


def total_steps(
    columns: Sequence[RuleScores], inputs: Inputs, scheme: Scheme, extra: Mapping[str, float] | None = None
) -> list[Step]:
    """合计, 折算 to the full total where a weight does not count, every adjustment in its order, what 复核记录 adds (`extra`,
    by department, in whole 0.01), and the 总分.
    """
    full, count = scheme.full, len(inputs.departments)
    nothing = np.full(count, np.nan)
    low, high, base = summed(columns, lambda c: c.low), summed(columns, lambda c: c.high, np.nanmax), counted(columns)
    steps = [Step(SUM, nothing, low, high)]
    low, high = scaled(low, high, base, full)
    steps.append(Step(SCALED, nothing, low, high))
    for name, adjustment in scheme.file.adjustments.items():
        value = np.broadcast_to(values_of(name, adjustment, inputs.column), (count,))
        low, high = adjustment.apply(value, low, high)
        steps.append(Step(name, value, low, high))
    if extra:
        points = np.array([extra.get(name, 0.0) for name in inputs.departments])
        low, high = (round_half_up(ends + points, SCORE_DIGITS) for ends in (low, high))
        steps.append(Step(EXTRA, points, low, high))
    return [*steps, Step(FINAL, nothing, np.clip(low, 0.0, full), np.clip(high, 0.0, full))]


def totals_frame(
    columns: Sequence[RuleScores],
    inputs: Inputs,
    scheme: Scheme,
    kinds: Mapping[str, str] | None = None,
    extra: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """One row for each department, in the order of 复算下限, 复算上限 and name, with ranks within its 类别 (`kinds`).

    `extra` are points decided by 复核记录 (加减分) on the total of a department, which stays within 0 and the weights.
    """
    final = total_steps(columns, inputs, scheme, extra)[-1]
    low, high = final.low, final.high
    own, data = own_total(columns), _from_data(columns)
    taken_over = [np.asarray(column.status == Status.SELF) for column in columns]
    frame = pd.DataFrame(
        {
            "department": inputs.departments,
            "year": inputs.year,
            "self_total": own,
            "self_grade": ["" if np.isnan(points) else scheme.grade(points) for points in own],
            "score": np.where(low == high, low, np.nan),
            "low": low,
            "high": high,
            "grade": [grades(scheme, *interval) for interval in zip(low, high, strict=True)],
            "gap": [certain_gap(*points) for points in zip(own, low, high, strict=True)],
            "data_full": summed(columns, lambda c: np.where(c.excluded, np.nan, c.rule.full), np.nanmax, data),
            "data_low": summed(columns, lambda c: c.low, np.nanmin, data),
            "data_high": summed(columns, lambda c: c.high, np.nanmax, data),
            "from_self": summed(columns, lambda c: c.low, np.nanmin, taken_over, every=True),
            "deductions": _named(columns, _losses(columns, data), most=_MOST_NAMED),
            "missing": _named(columns, _among(columns, UNKNOWN).astype(np.float64)),
        }
    )
    own_kinds = [(kinds or {}).get(name, "") for name in inputs.departments]
    order, best, worst = placed(inputs.departments, low, high, own_kinds)
    ordered = frame.assign(best=best, worst=worst)[list(TOTAL_COLUMNS)].take(order)
    return ordered.reset_index(drop=True)


def _among(columns: Sequence[RuleScores], those: Collection[Status]) -> Flags:
    """Where the 状态 of a rule is one of those, a row for each rule."""
    return np.array([[status in those for status in column.status.tolist()] for column in columns], dtype=bool)


def _from_data(columns: Sequence[RuleScores]) -> list[Flags]:
    """Where the score of each rule was computed from data."""
    told, decided = _among(columns, JUDGED), _among(columns, (Status.DECIDED,))
    return [~(one | two) if c.rule.judged else ~one for c, one, two in zip(columns, told, decided, strict=True)]


def _losses(columns: Sequence[RuleScores], data: Sequence[Flags]) -> list[Floats]:
    """Points certainly lost on `data`, by column; those of a weight of which one is taken under its first indicator."""
    computed = {c.rule.name: own for c, own in zip(columns, data, strict=True)}
    lost = {c.rule.name: np.nan_to_num(np.where(computed[c.rule.name], c.rule.full - c.high, 0.0)) for c in columns}
    for first, *others in groups_of(columns):
        if others and first.rule.take != "sum":
            lost |= {other.rule.name: np.zeros_like(first.high) for other in others}
            group, full = [first, *others], np.full_like(first.high, first.rule.full)
            kinds = [computed[c.rule.name] for c in group]
            most = summed(group, lambda c: c.high, np.nanmax, kinds)
            here = np.any([kind & ~c.excluded for kind, c in zip(kinds, group, strict=True)], axis=0)
            lost[first.rule.name] = np.where(here, full - most, 0.0)
    return [lost[column.rule.name] for column in columns]


def own_total(columns: Sequence[RuleScores]) -> Floats:
    """自评得分: the sum of all self scores, NaN while one is missing; of a weight of which one is taken, as it is taken."""
    parts = []
    for members in groups_of(columns):
        given = np.array([member.self_score for member in members])
        if members[0].rule.take == "sum":
            parts.append(np.sum(given, axis=0))
        else:
            taken = picked(given, ~np.isnan(given), members[0].rule.take, np.nanmin)
            parts.append(np.where(np.isnan(given).all(axis=0), np.nan, taken))
    return round_half_up(np.sum(parts, axis=0), SCORE_DIGITS)


def groups_of(columns: Sequence[RuleScores]) -> list[list[RuleScores]]:
    """The columns by the weight they share."""
    groups: dict[str, list[RuleScores]] = {}
    for column in columns:
        groups.setdefault(column.rule.group, []).append(column)
    return list(groups.values())


def counted(columns: Sequence[RuleScores]) -> Floats:
    """The weight that counts for each department: that of every group of which some member applies."""
    groups = groups_of(columns)
    counts = [np.where(np.all([c.excluded for c in g], axis=0), 0.0, g[0].rule.full) for g in groups]
    return np.asarray(np.sum(counts, axis=0))


def summed(
    columns: Sequence[RuleScores],
    points: Callable[[RuleScores], Floats],
    open_end: Callable[..., Floats] = np.nanmin,
    of: Sequence[Flags] | None = None,
    *,
    every: bool = False,
) -> Floats:
    """Points over all rules, or where each is `of` a kind; rules that share a weight count as its `take` says.

    Where one of several is taken, the group is of a kind when any of its members is (all of them: `every`).
    """
    flags = np.ones((len(columns), len(columns[0].low)), dtype=bool) if of is None else np.array(of)
    listed, places = np.array([points(column) for column in columns]), {id(c): at for at, c in enumerate(columns)}
    counts = np.where(flags & ~np.isnan(listed), listed, 0.0)
    sums = []
    for members in groups_of(columns):
        own = [places[id(member)] for member in members]
        amounts, kinds = listed[own], flags[own]
        if len(members) == 1 and members[0].rule.take == "sum":
            sums.append(np.minimum(counts[own[0]], members[0].rule.full))
        elif members[0].rule.take == "sum":
            sums.append(np.minimum(np.nansum(np.where(kinds, amounts, 0.0), axis=0), members[0].rule.full))
        else:
            known = np.array([~np.isnan(member.score) for member in members])
            taken = picked(amounts, known, members[0].rule.take, open_end)
            excluded = np.array([member.excluded for member in members])
            kind = np.all(kinds | excluded, axis=0) if every else np.any(kinds & ~excluded, axis=0)
            sums.append(np.where(kind, taken, 0.0))
    return round_half_up(np.sum(sums, axis=0), SCORE_DIGITS)


def _named(columns: Sequence[RuleScores], listed: Sequence[Floats] | Floats, most: int | None = None) -> list[str]:
    """For each department the indicators with an amount, the largest first (in the scheme's order where equal)."""
    names, amounts = [column.rule.name for column in columns], np.array(listed)
    orders, there = (each.T.tolist() for each in (np.argsort(-amounts, axis=0, kind="stable"), amounts > 0))
    named = ([names[at] for at in order if own[at]] for order, own in zip(orders, there, strict=True))
    return ["、".join(own[:most]) for own in named]


def grades(scheme: Scheme, low: float, high: float) -> str:
    """等次, or the grades of both ends (中～良)."""
    one, other = scheme.grade(low), scheme.grade(high)
    return one if one == other else f"{one}～{other}"
