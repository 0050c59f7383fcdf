"""What failed → findings: one fault raises one error.

A wrong total makes every check fail that it stands in. Failures are one fault where one number, changed by one amount,
would settle them all, and no check that holds speaks for that number. Nothing is said to be wrong: both sides are named.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from converter.scoring.checks import CellCheck, Checks, Outcome, Reconciliation, code_of
from converter.scoring.evidence import Number, number_of
from converter.scoring.expressions import Input
from converter.scoring.factrows import FactRow
from converter.scoring.reconcile import Result
from converter.scoring.rounding import SNAP, half_up
from converter.vocabulary.findings import LEVEL_ORDER, Finding, Level, Place
from converter.vocabulary.numbers import percent, shortest

_EVERYWHERE = (-math.inf, math.inf)
_SLACK = 1e-6


class Fault(NamedTuple):
    """Failures of one department that one number explains; `cell` is that number, None where a failure stands alone.

    `change` is the interval by which the number would have to change.
    """

    results: tuple[Result, ...]
    cell: FactRow | None = None
    change: tuple[float, float] = _EVERYWHERE

    def amounts(self, year: int) -> Iterator[tuple[FactRow, float]]:
        """The numbers that would settle it, each with the amount by which it would change, where that is one amount."""
        (first, *_) = self.results
        options = [(self.cell, self.change)] if self.cell else [(c, change_of(first, c, year)) for c in first.cells]
        for cell, (low, high) in options:
            if math.isfinite(low) and math.isfinite(high):
                yield cell, (low + high) / 2


def faults(results: Iterable[Result], year: int) -> list[Fault]:
    """The faults behind all failures, department by department. `year` is the scored one."""
    by_department: dict[str, list[Result]] = {}
    for result in results:
        by_department.setdefault(result.department, []).append(result)
    return [fault for found in by_department.values() for fault in _grouped(found, year)]


def _grouped(results: Sequence[Result], year: int) -> list[Fault]:
    """Greedily the number that explains most failures, until none explains two."""
    failed = [r for r in results if r.outcome is Outcome.FAIL and not (r.slipped or r.follows)]
    if len(failed) < 2:
        return [Fault((result,)) for result in failed]
    doubted = {number for result in failed for number in result.numbers}
    fields = {field for field, *_ in doubted}
    speaking = [result for result in results if result.is_about(fields) and _speaks(result)]
    cleared = {number for result in speaking for number in doubted & result.numbers.keys()}
    known: dict[tuple[int, Number], tuple[float, float]] = {}
    made: list[Fault] = []
    while len(failed) > 1:
        behind: dict[Number, list[Result]] = {}
        for result in failed:
            for number in result.numbers:
                own = behind.setdefault(number, [])
                if number not in cleared or _bound(result):
                    own.append(result)
        options = (_explained(number, own, year, known) for number, own in behind.items() if len(own) > 1)
        best = max(options, key=_size, default=None)
        if best is None or len(best.results) < 2:
            break
        made.append(best)
        failed = [result for result in failed if result not in best.results]
    return made + [Fault((result,)) for result in failed]


def _size(fault: Fault) -> int:
    return len(fault.results)


def place_of(row: FactRow) -> tuple[str, int, Place]:
    """What tells one number from every other of a department."""
    return row.field, row.year, row.place


def _speaks(result: Result) -> bool:
    """Whether a check that holds shows its numbers to fit each other: an equation does, a bound does not."""
    holds = result.outcome in (Outcome.AGREES, Outcome.ROUNDING) and result.sides is not None
    return holds and not _bound(result) and not math.isnan(result.tolerance)


def _bound(result: Result) -> bool:
    """Whether one side has but to be no greater than the other."""
    return " ≤ " in result.what


def _explained(
    number: Number, failed: Sequence[Result], year: int, known: dict[tuple[int, Number], tuple[float, float]]
) -> Fault:
    """Of failures that a number stands behind those that one change of it would settle; `known` keeps what was found of a
    failure and a number.
    """
    change, taken, cell = _EVERYWHERE, [], failed[-1].numbers[number]
    for result in failed:
        if (id(result), number) not in known:
            known[id(result), number] = change_of(result, cell, year)
        low, high = known[id(result), number]
        both = max(low, change[0]), min(high, change[1])
        if low <= high and both[0] <= both[1] + _SLACK:
            change = both
            taken.append(result)
    return Fault(tuple(taken), cell, change)


def change_of(result: Result, cell: FactRow, year: int) -> tuple[float, float]:
    """The interval by which the number must change for the check to hold; an empty one where it stands not in it."""
    nothing = math.inf, -math.inf
    if number_of(cell) not in result.numbers:
        return nothing
    if result.sides is None or math.isnan(result.tolerance):
        return _EVERYWHERE
    leaf = Input(cell.field, cell.year - year)
    if any(side.formula.denominators() for side in result.sides):
        return _EVERYWHERE
    weights = [
        side.weight(leaf, result.position) if number_of(cell) in map(number_of, side.figures(result.position)) else 0.0
        for side in result.sides
    ]
    weight = weights[0] - weights[1]
    if weight == 0 or math.isnan(weight):
        return nothing
    ends = sorted((sign * result.tolerance - result.difference) / weight for sign in (-1, 1))
    if _bound(result):
        return (-math.inf, ends[1]) if weight > 0 else (ends[0], math.inf)
    return ends[0], ends[1]


def fault_findings(found: Sequence[Fault], results: Iterable[Result], checks: Checks) -> list[Finding]:
    """A finding for every fault, and a note for every difference within rounding."""
    near = (result for result in results if result.outcome is Outcome.ROUNDING)
    return [_finding(fault, checks) for fault in found] + [
        _alone(result, checks)._replace(level=Level.NOTE) for result in near
    ]


def _finding(fault: Fault, checks: Checks) -> Finding:
    """The finding of the gravest failure; it tells of the others."""
    first, *others = sorted(fault.results, key=lambda r: (LEVEL_ORDER[level_of(r, checks)], r.key))
    made = _alone(first, checks)
    if fault.cell is None or not others:
        return made
    also = "；".join(dict.fromkeys(f"{code_of(one.key)} {one.what}" for one in others))
    cell = fault.cell
    shared = f"{cell.field}（{cell.year}年）{shortest(cell.value)}（{cell.place}）"
    return made._replace(
        message=f"{made.message}。同一个数 {shared} 还使下列核对不符，一并核实：{also}", place=cell.place
    )


def level_of(result: Result, checks: Checks) -> Level:
    """How bad a failure is."""
    return result.level or checks.of(result.key).level


def _alone(result: Result, checks: Checks) -> Finding:
    check = checks.of(result.key)
    if isinstance(check, CellCheck) or result.sides is None:
        return _of_cell(result, checks)
    assert isinstance(check, Reconciliation)
    left, right = result.sides
    show = percent if check.printed else shortest
    sums = [
        _sum(side.numbers(result.position), value, show) for side, value in ((left, result.left), (right, result.right))
    ]
    gap = shortest(round(result.difference * 100, 6)) + " 个百分点" if check.printed else shortest(result.difference)
    rounding = "，在舍入范围内" if result.outcome is Outcome.ROUNDING else ""
    single = left.formula.tree in left.formula.inputs()
    subject = left.formula.text if single else check.title
    return checks.finding(
        result.key,
        f"{check.title}（{result.year}年）：{result.what}，{sums[0]} 与 {sums[1]}，相差 {gap}{rounding}",
        level=level_of(result, checks),
        department=result.department,
        year=result.year,
        subject=f"{subject}（{result.year}年）",
        place=next((row.place for row in result.cells if row.place.file), Place()),
    )


def _sum(numbers: str, value: float, show: Callable[[float], str]) -> str:
    total = show(half_up(value, SNAP))
    return total if numbers == shortest(value) else f"{numbers} = {total}"


def _of_cell(result: Result, checks: Checks) -> Finding:
    (row,) = result.cells
    about = {"department": result.department, "year": result.year, "place": row.place}
    message = f"{checks.of(result.key).title}：{row.field}（{row.year}年）现为 {row.raw or shortest(row.value)}"
    return checks.finding(result.key, message, subject=f"{row.field}（{row.year}年）", **about)
