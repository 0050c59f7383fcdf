"""The checks that come before scoring, together: compared, grouped into faults, breaks of scope noted."""

import math
from collections.abc import Container, Iterable
from dataclasses import dataclass

from converter.scoring.cellchecks import check_cells
from converter.scoring.checks import Checks, Outcome
from converter.scoring.expressions import Input
from converter.scoring.faults import Fault, fault_findings, faults, place_of
from converter.scoring.inputs import Inputs
from converter.scoring.reconcile import Result, reconcile
from converter.scoring.scopes import Breaks, Used, find_breaks, restated
from converter.scoring.sides import Desk, Side
from converter.scoring.slips import slip_findings, with_followers
from converter.vocabulary.findings import Finding


@dataclass
class CrossCheck:
    """What the checks of the data gave."""

    results: list[Result]
    faults: list[Fault]
    findings: list[Finding]
    breaks: Breaks

    def unrun(self) -> dict[tuple[str, str], str]:
        """Departments in which J14 had no two tables to compare."""
        pairs = {result.pair for result in self.results}
        apart = {pair for pair in pairs if pair is not None and pair.left.form != pair.right.form}
        compared = {result.department for result in self.results if result.pair in apart}
        every = dict.fromkeys(result.department for result in self.results)
        return {("J14", who): "没有可以对照的两张表" for who in every if who not in compared}


def crosscheck(checks: Checks, inputs: Inputs, used: Used) -> CrossCheck:
    """Every check of the data over all departments, and its findings: one fault, one error."""
    breaks = find_breaks(inputs.every, used, inputs.year)
    desk = Desk(inputs)
    results = with_followers(reconcile(checks, desk, breaks.merged) + check_cells(checks, desk))
    breaks.restated = restated(results)
    found = faults(results, inputs.year)
    findings = fault_findings(found, results, checks) + slip_findings(results, checks)
    return CrossCheck(results, found, findings, breaks)


def comparable(inputs: Inputs, breaks: Breaks) -> Inputs:
    """The inputs without the figures of last year that are not to be set against this year's."""
    return inputs.without(breaks.incomparable())


def not_told_twice(findings: Iterable[Finding], results: Iterable[Result]) -> list[Finding]:
    """Without the findings D05 about two sources of one number that a check has compared."""
    findings = list(findings)
    doubled: dict[str, set[tuple[str, int | None]]] = {}
    for item in findings:
        if item.code == "D05":
            doubled.setdefault(item.department, set()).add((item.subject, item.year))
    fields = {who: {field for field, _ in asked} for who, asked in doubled.items()}
    told = {
        (result.department, field, year, place)
        for result in results
        if result.department in doubled and result.outcome is not Outcome.NOT_RUN
        if result.is_about(fields[result.department])
        for field, year, place in _twins(result, doubled[result.department])
    }
    return [f for f in findings if f.code != "D05" or (f.department, f.subject, f.year, f.place) not in told]


def _twins(result: Result, asked: Container[tuple[str, int | None]]) -> list[tuple[str, int, object]]:
    """Of the numbers that are `asked` for (field and year) those of a comparison that have another number of the same field and
    year on the other side.
    """
    found = [row for row in result.cells if (row.field, row.year) in asked]
    keys = [(row.field, row.year) for row in found]
    return [place_of(row) for row, key in zip(found, keys, strict=True) if keys.count(key) > 1]


def audit_typed(results: Iterable[Result], checks: Checks, findings: Iterable[Finding]) -> list[Finding]:
    """S11 a ratio that was typed although its denominator is zero or missing, unless that has been told (J11, J12)."""
    told = {(item.department, name) for item in findings if item.code in ("J11", "J12") for name in _names(item)}
    made = []
    for result in results:
        if result.pair is None or result.outcome is not Outcome.NOT_RUN or not result.pair.check.printed:
            continue
        left, right = result.pair.left, result.pair.right
        below = [n for node in right.formula.denominators() for n in right.formula.inputs() if n == node]
        empty = [n.name for n in below if not _divides(right, n, result.position)]
        if empty and left.any_number[result.position] and not {(result.department, name) for name in empty} & told:
            said = f"填了 {left.formula.text}，但 {'、'.join(empty)} 为零或空缺"
            about = {"department": result.department, "year": result.year, "subject": left.formula.text}
            place = left.inputs.place(left.wanted[0], result.position)
            made.append(checks.finding("S11", said, place=place, **about))
    return made


def _names(item: Finding) -> list[str]:
    """The fields that a finding about cells is about."""
    return [name.partition("（")[0] for name in item.subject.split("、")]


def _divides(side: Side, needed: Input, position: int) -> bool:
    """Whether a denominator is a number other than zero."""
    value = float(side.inputs.column(Input(needed.name, needed.offset + side.shift))[position])
    return not math.isnan(value) and value != 0
