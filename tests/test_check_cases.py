"""Every check as data has a case that holds, one within rounding and one that fails (tests/check_cases.yaml)."""

import copy

import pytest
from ruamel.yaml import YAML

from converter.mapping.facts import Document
from converter.scoring.checks import Checks, Outcome
from converter.scoring.crosscheck import crosscheck
from converter.scoring.derivations import Derivations
from converter.vocabulary.numbers import State
from tests.conftest import ROOT
from tests.test_frames import document
from tests.test_inputs import alone

#: Form → field → amount; 空白 leaves the cell blank.
Tables = dict[str, dict[str, float | str]]
CASES: dict[str, dict[str, Tables]] = YAML(typ="safe").load((ROOT / "tests/check_cases.yaml").read_text("utf-8"))
ITEMS = [(key, outcome) for key, cases in CASES.items() for outcome in cases if outcome != "given"]


def documents(given: Tables, changes: Tables) -> list[Document]:
    """The forms of a case."""
    tables = copy.deepcopy(given)
    for form, fields in changes.items():
        tables[form] |= fields
    made = []
    for form, fields in tables.items():
        bare, year = form.removeprefix("上年"), 2018 if form.startswith("上年") else 2019
        columns = [(name, State.BLANK if n == "空白" else float(n)) for name, n in fields.items() if "@" not in name]
        before = [
            (name.removesuffix("@上年"), State.BLANK if n == "空白" else float(n))
            for name, n in fields.items()
            if "@" in name
        ]
        whole = document(bare, *columns, year=year)
        whole.facts = [*whole.facts, *document(bare, *before, year=year, at=-1).facts]
        made.append(whole)
    return made


@pytest.mark.parametrize(("key", "wanted"), ITEMS, ids=[f"{key}-{outcome}" for key, outcome in ITEMS])
def test_a_case(key: str, wanted: str, checks: Checks, derivations: Derivations) -> None:
    made = documents(CASES[key]["given"], CASES[key][wanted])
    crossed = crosscheck(checks, alone(derivations, *made), [])
    found = {str(one.outcome) for one in crossed.results if one.key == key}
    assert found == {wanted}
    told = [one for one in crossed.findings if one.code == key.partition(".")[0]]
    assert bool(told) is (wanted in (Outcome.FAIL, Outcome.ROUNDING))
    assert all(one.is_about({cell.field}) for one in crossed.results for cell in one.cells)
    assert not any(one.is_about({"别的"}) for one in crossed.results)


def test_every_check_has_its_cases(checks: Checks, derivations: Derivations) -> None:
    """Within rounding only where something is rounded: sums of money, not ratios, counts and orders of magnitude."""
    assert CASES.keys() == checks.reconcile.keys() | checks.cells.keys()
    for key, cases in CASES.items():
        check = checks.reconcile.get(key)
        wanted = {"given", "通过", "未核对" if check and check.undecided else "不符"}
        names = {name.partition("@")[0] for fields in cases["given"].values() for name in fields}
        money = any(derivations.dictionary[name].unit == "万元" for name in names)
        if check and check.relation in ("equal", "at_most") and not check.printed and money:
            wanted.add("舍入误差内")
        assert wanted <= cases.keys(), key
