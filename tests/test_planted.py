"""A synthetic county with planted errors: every one is found once, with the right owner, and nothing else is."""

import pytest

from converter.mapping.library import Library
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.scoring.ruleset import Rules
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import Finding
from tests.planted import KINDS, County, county
from tests.whole import Scored, conclude


def score(made: County, library: Library, scheme: Scheme, derivations: Derivations, checks: Checks) -> Scored:
    return conclude(made.submissions, Rules({"": scheme}, checks, derivations, library.forms, made.roster))


def judged(made: County, batch: Scored) -> None:
    """Each planted department has the one finding of its kind, every other department none."""
    found: dict[str, list[Finding]] = {}
    for item in batch.findings:
        found.setdefault(item.department, []).append(item)
    planted = dict(made.planted)
    assert len(planted) == len(made.planted)
    wanted = {name: [(kind.code, kind.owner)] for name, kind in planted.items()}
    got = {name: [(one.code, one.owner) for one in items] for name, items in found.items() if name}
    wrong = {
        name: (
            planted[name].name if name in planted else "clean",
            [f"{i.level}{i.code} {i.message}" for i in found.get(name, [])],
        )
        for name in wanted.keys() | got.keys()
        if wanted.get(name, []) != got.get(name, [])
    }
    assert not wrong
    assert {one.code for one in found[""]} == {"S04", "S10"}


def test_every_planted_error_is_found_once(
    library: Library, scheme: Scheme, derivations: Derivations, checks: Checks
) -> None:
    made = county(17, 1)
    assert len({kind.name for _, kind in made.planted}) >= 30
    judged(made, score(made, library, scheme, derivations, checks))


@pytest.mark.soak
def test_a_county_of_300_departments(
    library: Library, scheme: Scheme, derivations: Derivations, checks: Checks
) -> None:
    """Sixty errors and more of thirty kinds and more, each twice, among 240 departments without one."""
    made = county(240, 2)
    assert len(made.submissions) >= 300
    assert len(made.planted) >= 60
    judged(made, score(made, library, scheme, derivations, checks))


def test_the_kinds_are_told_apart_by_name() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
