"""Drafted cases: inputs for a wanted value, and every edge with what lies beside it."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.drafting.worked import cases_text, solve, values_of_interest
from converter.mapping.documents import Document
from converter.scoring.bands import Bands
from converter.scoring.cases import CasesFile
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import parse
from converter.scoring.points import Weight
from converter.scoring.proportional import External
from converter.scoring.schemes import Scheme
from converter.scoring.steps import Deduct

FORMULAS = ["甲 / 乙", "(甲 - 上年(甲)) / 上年(甲)", "(甲 + 乙 + 丙 - 丁) / (甲 + 乙 + 丙)", "甲", "乙 / (甲 + 乙)"]


@given(st.sampled_from(FORMULAS), st.integers(0, 1000).map(lambda n: n / 1000))
def test_inputs_give_the_wanted_value(text: str, value: float) -> None:
    formula = parse(text)
    chosen = solve(formula, value)
    if chosen is None:
        assert text == "乙 / (甲 + 乙)"
        return
    assert min(number for number in chosen.values() if number is not None) >= 0
    (got,) = formula.values(lambda needed: np.array([chosen[str(needed)]], dtype=float))[0]
    assert got == pytest.approx(value, abs=1e-9)


def test_what_no_simple_inputs_give_has_no_case() -> None:
    assert solve(parse("甲 / 甲"), 0.5) is None
    assert solve(parse("(甲 + 乙 - 丁) / (甲 + 乙)"), 1.5) is None  # 丁 would have to be negative


def test_edges_of_a_deduction() -> None:
    weight = Weight(5, 5)
    assert values_of_interest(Deduct(above=1.0, every=0.01, points=0.5), weight) == [1.0, 1.005, 1.01, 1.09, 1.1, 0.99]
    assert values_of_interest(Deduct(below=1.0, every=0.05, points=2), weight) == [1.0, 0.975, 0.95, 0.9, 0.85, 1.05]
    both = values_of_interest(Deduct(both=1.0, every=0.05, points=5), weight)
    assert both == [1.0, 1.025, 1.05, 0.975, 0.95]


def test_edges_of_bands_and_shares() -> None:
    bands = Bands.model_validate({"bands": [{"from": 0.9, "points": 6}, {"under": 0.9, "points": 0}]})
    assert values_of_interest(bands, Weight(6, 6)) == [0.899, 0.9, 0.901]
    assert values_of_interest(External(base=350), Weight(8, 8)) == [0.0, 175.0, 350.0, 385.0]


def test_the_cases_of_the_shipped_scheme_hold_each_indicator(
    scheme: Scheme, derivations: Derivations, tmp_path: Path
) -> None:
    path = tmp_path / "2019.cases.yaml"
    path.write_text(cases_text(scheme, derivations), encoding="utf-8")
    cases = Document(path, path.name).parse(CasesFile).cases
    told = {name for case in cases for name in case.expect}
    assert told == {rule.name for rule in scheme.rules}
    for rule in scheme.rules:
        own = [case.expect[rule.name] for case in cases if rule.name in case.expect]
        assert any(one.score == rule.full for one in own)
        assert any(one.score is None and one.status in ("缺数", "未评") for one in own)
