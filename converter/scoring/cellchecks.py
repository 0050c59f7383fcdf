"""Checks of single numbers: not negative, whole, positive (CHECKS J10, J11)."""

from collections.abc import Callable, Iterator, Sequence

from converter.scoring.checks import CellCheck, Checks, Outcome
from converter.scoring.factrows import FactRow
from converter.scoring.lacking import NO_FORM
from converter.scoring.reconcile import Result
from converter.scoring.sides import Desk
from converter.vocabulary.numbers import USABLE, shortest

_TESTS: dict[str, Callable[[float], bool]] = {
    "not_negative": lambda value: value >= 0,
    "whole": lambda value: value == round(value),
    "positive": lambda value: value > 0,
}


def check_cells(checks: Checks, desk: Desk) -> list[Result]:
    """A result for every number that fails, and one for every department in which none does."""
    results: list[Result] = []
    numbers = [r for r in desk.whole.every if r.form_year == desk.whole.year and r.state in USABLE]
    for key, check in sorted(checks.cells.items()):
        rows = _rows(check, numbers, desk)
        for position, department in enumerate(desk.whole.departments):
            results += _department(key, check, department, position, rows.get(department), desk.whole.year)
    return results


def _rows(check: CellCheck, numbers: Sequence[FactRow], desk: Desk) -> dict[str, list[FactRow]]:
    """The numbers that a check is about, by department, out of those of this year's forms."""
    fields = desk.whole.derivations.dictionary.fields
    names = {name for name, known in fields.items() if known.kind in check.kinds or name in check.fields}
    where = set(check.where)
    found: dict[str, list[FactRow]] = {}
    for row in numbers:
        if row.form in where and row.field in names:
            found.setdefault(row.department, []).append(row)
    return found


def _department(
    key: str, check: CellCheck, department: str, position: int, rows: list[FactRow] | None, year: int
) -> Iterator[Result]:
    if rows is None:
        yield Result(key, department, position, year, check.title, Outcome.NOT_RUN, NO_FORM)
        return
    bad = [row for row in rows if not _TESTS[check.test](row.value)]
    for row in bad:
        what = f"{row.field}：{shortest(row.value)}"
        result = Result(key, department, position, row.year, what, Outcome.FAIL, left=row.value, cell=row)
        yield result
    if not bad:
        yield Result(key, department, position, year, check.title, Outcome.AGREES)
