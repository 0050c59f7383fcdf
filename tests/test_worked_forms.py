"""Worked cases of every scoring form (tests/worked): published sentences, on each edge and just beside it."""

from functools import lru_cache

import pytest

from converter.mapping.documents import Document
from converter.mapping.library import Library
from converter.scoring.cases import CaseResult, CasesFile, load_cases, run_cases
from converter.scoring.indicators import COMPUTED, COUNTED, JUDGED, TAKEN
from converter.scoring.inputs import Derivations
from converter.scoring.schemes import Scheme, outline
from tests.conftest import ROOT

LIBRARY = Library()
SCHEME = Scheme(Document(ROOT / "tests" / "worked" / "forms.yaml", "tests/worked/forms.yaml"), LIBRARY.dictionary)
NAMES = [case.case for case in load_cases(SCHEME).parse(CasesFile).cases]


@lru_cache
def results() -> list[CaseResult]:
    return list(run_cases(SCHEME, Derivations(LIBRARY.dictionary)))


@pytest.mark.parametrize("index", range(len(NAMES)), ids=NAMES)
def test_a_worked_case(index: int) -> None:
    assert results()[index].failures == ()


def test_every_form_has_an_indicator() -> None:
    """Those of the shipped schemes included, which have their own cases."""
    shipped = next(d for _, d in LIBRARY.documents("schemes/430527/2019.yaml"))
    specs = [rule.spec for scheme in (SCHEME, Scheme(shipped, LIBRARY.dictionary)) for rule in scheme.rules]
    used = {form for spec in specs for form in (*COMPUTED, *COUNTED, *JUDGED) if getattr(spec, form)}
    assert used | {"proportional"} >= {*COMPUTED, *COUNTED, *JUDGED}
    assert {spec.take for spec in specs} >= {"sum", "higher", "mean"}
    assert {spec.not_applicable for spec in specs} >= {"unknown", "full", "exclude"}
    assert TAKEN.keys() >= {spec.take for spec in specs}


def test_every_indicator_is_described_in_chinese() -> None:
    for rule in SCHEME.rules:
        said = rule.describe()
        assert said
        assert not any("a" <= letter.lower() <= "z" for letter in said), said


def test_the_outline_names_every_adjustment() -> None:
    text = "\n".join(outline(SCHEME))
    for name, adjustment in SCHEME.file.adjustments.items():
        assert f"{name}：{adjustment.describe()}" in text
    assert "取高" in text
