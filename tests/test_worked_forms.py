"""Worked cases of every scoring form (tests/worked): published sentences, on each edge and just beside it."""

import re
from functools import lru_cache
from pathlib import Path

import pytest

from converter.mapping.documents import Document
from converter.mapping.library import Library
from converter.scoring.cases import CaseResult, CasesFile, cases_document, run_cases
from converter.scoring.derivations import Derivations
from converter.scoring.indicators import COMPUTED, COUNTED, JUDGED, TAKEN
from converter.scoring.outline import outline
from converter.scoring.schemes import Scheme
from tests.conftest import ROOT
from tests.test_schemes import made_scheme, scheme_text

LIBRARY = Library()
SCHEME = Scheme(Document(ROOT / "tests" / "worked" / "forms.yaml", "tests/worked/forms.yaml"), LIBRARY.dictionary)
NAMES = [case.case for case in cases_document(SCHEME.document).parse(CasesFile).cases]


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


README = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8").split("### 计分方式")[1]
BLOCKS = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
LINES = [line.split(" # ")[0].strip() for line in BLOCKS[0].splitlines() if not line.startswith("#")]
RULE = "  某指标: {path: [某], full: 5, %s text: 条文, %s}\n"


@pytest.mark.parametrize("line", LINES)
def test_a_form_of_the_readme_is_taken(line: str, tmp_path: Path) -> None:
    """Each with a value formula, or without one where a person judges."""
    judged = line.split(":")[0] in (*JUDGED, *COUNTED)
    rule = RULE % ("" if judged else "value: 编制数 / 在职人员数,", line)
    scheme = made_scheme(tmp_path, scheme_text(rule), LIBRARY)
    assert scheme.rules[0].describe()


def test_the_readme_shows_every_form() -> None:
    assert {line.split(":")[0] for line in LINES} == {*COMPUTED, *COUNTED, *JUDGED}


def test_the_adjustments_of_the_readme_are_taken(tmp_path: Path) -> None:
    scheme = made_scheme(tmp_path, scheme_text() + BLOCKS[1], LIBRARY)
    assert [a.describe()[:2] for a in scheme.file.adjustments.values()] == ["加分", "减分", "总分", "一票"]
