"""元 and 万元 mixed up (CHECKS J14): one finding a department, whatever follows from it."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from converter.scoring.checks import Checks, Outcome
from converter.scoring.factrows import FactRow
from converter.scoring.faults import place_of
from converter.scoring.pairs import SCALE
from converter.scoring.reconcile import Result
from converter.vocabulary.findings import Finding, Place
from converter.vocabulary.numbers import shortest

CODE = "J14"
#: What tells one number from another; see faults.place_of.
Key = tuple[str, int, Place]


def with_followers(results: Iterable[Result]) -> list[Result]:
    """The results, those marked that fail only because one table, or one number, stands in the other unit."""
    results = list(results)
    slipped = _slipped(results)
    return [
        r._replace(follows=CODE) if r.outcome is Outcome.FAIL and _follows(r, slipped.get(r.department)) else r
        for r in results
    ]


def _slipped(results: Iterable[Result]) -> dict[str, set[Key]]:
    """The numbers that stand in a comparison that slipped, by department."""
    found: dict[str, set[Key]] = {}
    for result in results:
        if result.slipped:
            found.setdefault(result.department, set()).update(map(place_of, result.cells))
    return found


def _follows(result: Result, slipped: set[Key] | None) -> bool:
    """Whether a failure shows the slip again: two figures of one number far apart, or a bound that holds in one unit."""
    if slipped is None or result.slipped or result.sides is None:
        return False
    if math.isnan(result.tolerance):
        return bool(slipped & set(map(place_of, result.cells)))
    tables = [{(row.file, row.sheet) for row in side.figures(result.position)} for side in result.sides]
    return " ≤ " in result.what and not tables[0] & tables[1] and result.left / SCALE <= result.right


def slip_findings(results: Iterable[Result], checks: Checks) -> list[Finding]:
    """J14, once a department, with every pair of figures."""
    slips: dict[str, list[Result]] = {}
    for result in results:
        if result.slipped:
            slips.setdefault(result.department, []).append(result)
    findings = []
    for department, found in slips.items():
        pairs = "；".join(f"{one.what}，{shortest(one.left)} 与 {shortest(one.right)}" for one in found)
        place = next((row.place for row in found[0].cells if row.place.file), Place())
        about = {"department": department, "year": found[0].year, "subject": "金额单位", "place": place}
        findings.append(checks.finding(CODE, f"同一数据在两张表里相差一万倍，像是元与万元混填：{pairs}", **about))
    return findings


class Doubts(NamedTuple):
    """What of a department may stand in the wrong unit: numbers, and whole tables."""

    numbers: frozenset[Key]
    tables: frozenset[tuple[str, str]]

    def about(self, rows: Iterable[FactRow]) -> bool:
        """Whether figures that are computed with are in doubt: one of them, or one table's set against another's."""
        rows = list(rows)
        tables = {(row.file, row.sheet) for row in rows}
        return any(place_of(row) in self.numbers for row in rows) or bool(len(tables) > 1 and tables & self.tables)


def doubts(results: Iterable[Result]) -> dict[str, Doubts]:
    """The doubts by department: comparisons that slipped, and failures of J14 itself."""
    found: dict[str, list[Result]] = {}
    for result in results:
        if result.slipped or (result.outcome is Outcome.FAIL and result.key.startswith(CODE)):
            found.setdefault(result.department, []).append(result)
    return {
        department: Doubts(
            frozenset(place_of(row) for one in failed for row in one.cells),
            frozenset((row.file, row.sheet) for one in failed if one.slipped for row in one.cells),
        )
        for department, failed in found.items()
    }
