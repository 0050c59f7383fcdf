"""Worked cases of a drafted scheme: on each edge, just beside it, and with missing data; expectations as computed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from converter.drafting.yamltext import Value, flow, scalar
from converter.scoring.bands import Bands
from converter.scoring.cases import Case, Expected, case_inputs
from converter.scoring.compute import score
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Formula, Input
from converter.scoring.indicators import Rule
from converter.scoring.points import ComputedForm, Weight
from converter.scoring.proportional import External, Proportional
from converter.scoring.schemes import Scheme
from converter.scoring.steps import Deduct
from converter.vocabulary.numbers import canonical, percent, shortest

_HEAD = """\
# {name} 的算例，随方案一起草拟：每条界线上、界线旁各一例，以及缺数的情形。
# 期望的得分是程序按草拟的规则算出来的，只说明规则现在怎样算；请对照条文逐条核对，不对的改规则，不要改算例去迁就规则。
cases:
"""
#: What a quotient divides by in a case, and how far beside the edge of a band a value stands.
_BASE, _BESIDE = 200.0, 0.001
Given = dict[str, float | None]


@dataclass(frozen=True)
class Drawn:
    """A case in the making: its name, the indicator it is about, the given values and self scores."""

    name: str
    rule: str
    given: Given = field(default_factory=dict)
    self_scores: dict[str, float] = field(default_factory=dict)


def cases_text(scheme: Scheme, derivations: Derivations) -> str:
    """The text of <year>.cases.yaml for a scheme."""
    drawn = [case for rule in scheme.rules for case in _cases(rule)]
    cases = [
        Case(case=one.name, given=dict(one.given), self_scores=dict(one.self_scores), expect={one.rule: Expected()})
        for one in drawn
    ]
    columns = {
        column.rule.name: column for column in score(case_inputs(cases, scheme, derivations, scheme.document), scheme)
    }
    lines: list[str] = []
    for index, one in enumerate(drawn):
        column = columns[one.rule]
        points, low, high = (float(part[index]) for part in (column.score, column.low, column.high))
        expected: dict[str, Value] = (
            {"score": points} if not np.isnan(points) else {"score": None, "low": low, "high": high}
        )
        lines += _lines(one, {**expected, "status": str(column.status[index])})
    return _HEAD.format(name=scheme.name) + "\n".join(lines) + "\n"


def _lines(case: Drawn, expected: Mapping[str, Value]) -> Iterator[str]:
    yield f"  - case: {scalar(case.name)}"
    if case.given:
        yield f"    given: {flow(dict(case.given))}"
    if case.self_scores:
        yield f"    self_scores: {flow(dict(case.self_scores))}"
    yield f"    expect: {flow({case.rule: expected})}"


def _cases(rule: Rule) -> Iterator[Drawn]:
    formula = rule.spec.value
    if formula is None or rule.form is None:
        yield Drawn(f"{rule.name} 自评满分", rule.name, self_scores={rule.name: rule.full})
        yield Drawn(f"{rule.name} 没有自评", rule.name)
        return
    as_percent = not isinstance(rule.form, External)
    for value in values_of_interest(rule.form, rule.weight):
        given = solve(formula, value)
        if given is not None:
            shown = percent(value) if as_percent else shortest(value)
            yield Drawn(f"{rule.name} 为 {shown}", rule.name, given)
    some = solve(formula, 1.0) or {str(needed): _BASE for needed in formula.inputs()}
    first = str(formula.inputs()[-1])
    yield Drawn(f"{rule.name} 缺{first}", rule.name, {**some, first: None})
    if formula.denominators():
        yield Drawn(f"{rule.name} 分母为零", rule.name, {str(needed): 0.0 for needed in formula.inputs()})


def values_of_interest(form: ComputedForm, weight: Weight) -> list[float]:
    """Values on each edge of a form and just beside it, in order."""
    found: list[float] = []
    if isinstance(form, Deduct):
        signs = {"above": (1,), "below": (-1,), "both": (1, -1)}[_side(form)]
        last = int(np.ceil(weight.top / weight.scaled(form.each) - 1e-9))
        steps = [0.0, 0.5, 1.0, *([last - 1.0] if last > 2 else []), float(last)]
        found = [form.target + sign * step * form.every for sign in signs for step in steps]
        found += [form.target - signs[0] * form.every] if len(signs) == 1 else []
    elif isinstance(form, Bands):
        edges = {edge for band in form.bands for edge in (band.low, band.high) if np.isfinite(edge)}
        found = [edge + step for edge in sorted(edges) for step in (-_BESIDE, 0.0, _BESIDE)]
    elif isinstance(form, External):
        found = [form.base * share for share in (0.0, 0.5, 1.0, 1.1)]
    elif isinstance(form, Proportional):
        found = [form.target * share for share in (0.0, 0.5, 1.0, 1.1)]
    return list(dict.fromkeys(canonical(value) for value in found))


def _side(form: Deduct) -> str:
    return "above" if form.above is not None else "below" if form.below is not None else "both"


def solve(formula: Formula, value: float) -> Given | None:
    """Inputs (none of them negative) for which a formula gives `value`; None where no simple ones do."""
    below = {needed for node in formula.denominators() for needed in Formula("", node).inputs()}
    inputs = formula.inputs()
    fixed = dict.fromkeys(inputs, 0.0)
    if base := next((needed for needed in inputs if needed in below), None):
        fixed[base] = _BASE
    for free in sorted(inputs, key=lambda needed: needed in below):
        at = [_at(formula, {**fixed, free: x}) for x in (0.0, 1.0)]
        if not np.isfinite(at).all() or at[0] == at[1]:
            continue
        chosen = {**fixed, free: canonical(round((value - at[0]) / (at[1] - at[0]), 9))}
        if abs(_at(formula, chosen) - value) < 1e-9 and min(chosen.values()) >= 0:
            return {str(needed): number for needed, number in chosen.items()}
    return None


def _at(formula: Formula, numbers: Mapping[Input, float]) -> float:
    values, _ = formula.values(lambda needed: np.array([numbers[needed]]))
    return float(values[0])
