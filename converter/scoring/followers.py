"""What follows from a fault is not told again: a self score that fits once the number behind a fault is settled.

A wrong total also moves the recomputed score, and so parts it from the self score; that is the same fault.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from converter.scoring.checks import Checks, code_of
from converter.scoring.compute import RuleScores
from converter.scoring.expressions import Input
from converter.scoring.faults import Fault, level_of, place_of
from converter.scoring.inputs import Inputs
from converter.scoring.sides import Side
from converter.vocabulary.findings import Finding, Level

_FOLLOWING = ("S06", "S09")
_SAME = 0.005


def without_followers(
    findings: Iterable[Finding], found: Sequence[Fault], columns: Sequence[RuleScores], inputs: Inputs, checks: Checks
) -> tuple[list[Finding], dict[tuple[str, str], str]]:
    """The findings without the self scores that an error explains; and what that error is, by code and department."""
    rules = {column.rule.name: column for column in columns}
    errors: dict[str, list[Fault]] = {}
    for fault in found:
        if any(level_of(result, checks) is Level.ERROR for result in fault.results):
            errors.setdefault(fault.results[0].department, []).append(fault)
    kept: list[Finding] = []
    explained: dict[tuple[str, str], str] = {}
    for item in findings:
        cause = _explaining(item, errors, rules, inputs) if item.code in _FOLLOWING else None
        if cause is None:
            kept.append(item)
        else:
            code = code_of(cause.results[0].key)
            explained[item.code, item.department] = f"{item.subject}：所用的数先按 {code} 核实"
    return kept, explained


def _explaining(
    item: Finding, errors: Mapping[str, list[Fault]], rules: Mapping[str, RuleScores], inputs: Inputs
) -> Fault | None:
    """The fault which, settled, lets the recomputed score agree with the self score."""
    column = rules[item.subject]
    if item.department not in errors or column.rule.form is None or column.rule.spec.value is None:
        return None
    position = inputs.departments.index(item.department)
    side = Side("", column.rule.spec.value, inputs, 0)
    there = {place_of(row) for row in side.figures(position)}
    for fault in errors[item.department]:
        for cell, amount in fault.amounts(inputs.year):
            if place_of(cell) not in there:
                continue
            value = side.changed(position, Input(cell.field, cell.year - inputs.year), round(amount, 2))
            points = column.rule.form.points(np.array([value]), column.rule.weight)
            if abs(float(points[0]) - float(column.self_score[position])) < _SAME:
                return fault
    return None
