"""勾稽核对: every check of checks.yaml run over all departments; what came out, and the cells behind it.

A check names both sides and never says which is wrong; what cannot be compared is 未核对 with the reason.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from converter.scoring.checks import LAST_FORM, Checks, Outcome, Reconciliation, code_of, filled
from converter.scoring.evidence import Number, number_of
from converter.scoring.factrows import FactRow
from converter.scoring.lacking import NO_FORM
from converter.scoring.pairs import ORDER, Pair, Pairs
from converter.scoring.rounding import Flags
from converter.scoring.sides import Desk, Side
from converter.vocabulary.findings import Level
from converter.vocabulary.numbers import NAN

NOTHING = "表中无数"
#: 结果 as plain texts.
_OUTCOMES = {outcome: outcome.value for outcome in Outcome}


class Result(NamedTuple):
    """One comparison of one department (`pair`), or what became of one number (`cell`). `slipped` says that the sides differ
    by the factor of 元 and 万元, `follows` of which other failure a failure is but a consequence.
    """

    key: str
    department: str
    position: int
    year: int
    what: str
    outcome: Outcome
    reason: str = ""
    left: float = NAN
    right: float = NAN
    difference: float = NAN
    tolerance: float = NAN
    pair: Pair | None = None
    level: Level | None = None
    slipped: bool = False
    follows: str = ""
    cell: FactRow | None = None

    @property
    def sides(self) -> tuple[Side, Side] | None:
        """What was compared."""
        return None if self.pair is None else (self.pair.left, self.pair.right)

    @property
    def numbers(self) -> Mapping[Number, FactRow]:
        """The facts behind it by what tells each from the others."""
        if self.pair is not None:
            return self.pair.numbers(self.position)
        return {} if self.cell is None else {number_of(self.cell): self.cell}

    def is_about(self, fields: Set[str]) -> bool:
        """Whether a fact behind it can be of one of these fields: most results need not be asked for their facts."""
        if self.pair is not None:
            return not self.pair.fields.isdisjoint(fields)
        return self.cell is not None and self.cell.field in fields

    @property
    def cells(self) -> tuple[FactRow, ...]:
        """The facts behind it, each once."""
        return tuple(self.numbers.values())

    def row(self, reason: str = "") -> tuple[object, ...]:
        """The row of 勾稽核对, with another `reason` where it has one."""
        code, numbers = code_of(self.key), self[7:11]
        return code, self.department, self.year, self.what, *numbers, _OUTCOMES[self.outcome], reason or self.reason


#: Result._make without its check of the length, which takes as long again; and what is behind `pair` where nothing failed.
_result: Callable[[tuple[object, ...]], Result] = partial(tuple.__new__, Result)
_AS_IT_IS = (None, False, "", None)


def reconcile(checks: Checks, desk: Desk, broken: Mapping[str, str]) -> list[Result]:
    """The results of all comparisons, check by check; of a check that had nothing to compare in a department, one.

    `broken` says of a department why last year's figures are not comparable: no check between years is run then.
    """
    found: dict[str, list[Result]] = {key: [] for key in sorted(checks.reconcile)}
    comparisons = [
        Comparison(key, check, fill, -1 if year == "上年" else 0, desk, broken)
        for key, check in sorted(checks.reconcile.items())
        for fill in check.filled()
        for year in check.years
    ]
    desk.read()
    for key, made in _results([one for one in comparisons if one.there.any()], desk.whole.departments):
        found[key] += made
    results: list[Result] = []
    for key, own in found.items():
        done = {one.position for one in own}
        results += sorted([*own, *_not_run(key, checks.reconcile[key], desk, done)], key=_position)
    return results


def _position(result: Result) -> int:
    return result.position


def _not_run(key: str, check: Reconciliation, desk: Desk, done: set[int]) -> Iterator[Result]:
    """A result for every department in which the check had no number at all."""
    item, basis = next(check.filled())
    forms = [filled(text, item, basis)[0] or check.where for text in (check.left, *check.right)]
    lacking = [desk.lacking(form) for form in forms if form]
    without = frozenset().union(*lacking)
    for position, department in enumerate(desk.whole.departments):
        if position not in done:
            reason = NO_FORM if department in without else NOTHING
            yield Result(key, department, position, desk.whole.year, check.title, Outcome.NOT_RUN, reason)


class Comparison:
    """One check for one 项目, basis and year, over all departments."""

    def __init__(
        self, key: str, check: Reconciliation, fill: tuple[str, str], shift: int, desk: Desk, broken: Mapping[str, str]
    ) -> None:
        self.key, self.year = key, desk.whole.year + shift
        left, *rights = sides = [
            desk.side(*filled(text, *fill), shift, check.where) for text in (check.left, *check.right)
        ]
        self._sides = sides
        reasons = broken if _across_years(sides) else {}
        self.pairs = [Pair(check, left, right, shift, reasons) for right in rights]

    @cached_property
    def there(self) -> Flags:
        """Where either side has a number."""
        found: Flags = np.logical_or.reduce([side.any_number for side in self._sides])
        return found


def _across_years(sides: Sequence[Side]) -> bool:
    """Whether figures of two years, or of two years' forms, are compared."""
    offsets = {wanted.offset for side in sides for wanted in side.wanted}
    return len(offsets) > 1 or any(side.form.startswith(LAST_FORM) for side in sides)


def _results(comparisons: Sequence[Comparison], departments: Sequence[str]) -> Iterator[tuple[str, list[Result]]]:
    """The key of every comparison, and its result for every department that has a number on either side."""
    if not comparisons:
        return
    pairs = Pairs([pair for one in comparisons for pair in one.pairs], departments)
    figures, start = list(pairs.figures()), 0
    for one in comparisons:
        stop = start + len(one.pairs)
        deciding, key, year, made = _deciding(pairs, start, stop), one.key, one.year, []
        for position in np.flatnonzero(one.there).tolist():
            at = deciding[position]
            pair, shown = pairs.pairs[at], figures[at][position]
            failed = shown[0] is Outcome.FAIL
            more = (pair.level(position), pair.slipped(position), "", None) if failed else _AS_IT_IS
            made.append(_result((key, departments[position], position, year, pair.what, *shown, pair, *more)))
        yield key, made
        start = stop


def _deciding(pairs: Pairs, start: int, stop: int) -> list[int]:
    """For each department the pair of a comparison whose result counts: the first of the best, where its right side has a
    number.
    """
    numbers, codes = pairs.numbers[1][start:stop], pairs.codes[start:stop]
    if stop - start == 1:
        return [start] * codes.shape[1]
    asked = numbers | ~numbers.any(axis=0)
    best: list[int] = (start + np.argmin(np.where(asked, codes, len(ORDER)), axis=0)).tolist()
    return best
