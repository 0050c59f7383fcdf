"""What follows from a fault is not told again: a self score that fits once the number behind a fault is settled.

A wrong total also moves the recomputed score, and so parts it from the self score; that is the same fault. So does an
amount in 元 where 万元 are meant.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from converter.scoring.checks import Checks, code_of
from converter.scoring.compute import RuleScores
from converter.scoring.crosscheck import CrossCheck
from converter.scoring.expressions import Input
from converter.scoring.faults import Fault, level_of, place_of
from converter.scoring.inputs import Inputs
from converter.scoring.sides import Side
from converter.scoring.slips import CODE as SLIP
from converter.scoring.slips import Doubts, doubts
from converter.vocabulary.findings import Finding, Level

_FOLLOWING = ("S06", "S09")
_SAME = 0.005


def without_followers(
    findings: Iterable[Finding], crossed: CrossCheck, columns: Sequence[RuleScores], inputs: Inputs, checks: Checks
) -> tuple[list[Finding], dict[tuple[str, str], str]]:
    """The findings without the self scores that an error explains; and what that error is, by code and department."""
    rules = {column.rule.name: column for column in columns}
    slips = doubts(crossed.results)
    errors: dict[str, list[Fault]] = {}
    for fault in crossed.faults:
        if any(level_of(result, checks) is Level.ERROR for result in fault.results):
            errors.setdefault(fault.results[0].department, []).append(fault)
    kept: list[Finding] = []
    explained: dict[tuple[str, str], str] = {}
    for item in findings:
        cause = ""
        if item.code in _FOLLOWING and item.department in errors.keys() | slips.keys():
            cause = _cause(
                item, errors.get(item.department, []), slips.get(item.department), rules[item.subject], inputs
            )
        if cause:
            explained[item.code, item.department] = f"{item.subject}：所用的数先按 {cause} 核实"
        else:
            kept.append(item)
    return kept, explained


def _cause(item: Finding, errors: Sequence[Fault], slips: Doubts | None, column: RuleScores, inputs: Inputs) -> str:
    """The code of what explains a self score, "" where nothing does: a number in the other unit, or a fault which,
    settled, lets the recomputed score agree.
    """
    rule, position = column.rule, inputs.departments.index(item.department)
    if rule.form is None or rule.spec.value is None:
        return ""
    side = Side("", rule.spec.value, inputs, 0)
    if slips is not None and slips.about(side.figures(position)):
        return SLIP
    there = {place_of(row) for row in side.figures(position)}
    for fault in errors:
        for cell, amount in fault.amounts(inputs.year):
            if place_of(cell) not in there:
                continue
            value = side.changed(position, Input(cell.field, cell.year - inputs.year), round(amount, 2))
            points = rule.form.points(np.array([value]), rule.weight)
            if abs(float(points[0]) - float(column.self_score[position])) < _SAME:
                return code_of(fault.results[0].key)
    return ""
