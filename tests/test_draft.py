"""A printed indicator table as a scheme: the Suining draft against the hand-written scheme, and what stands in a draft."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from converter.drafting.draft import Draft, draft, head_of, lent, table_of
from converter.intake.cells import Workbook
from converter.mapping.documents import Document
from converter.mapping.facts import Reading, read_documents
from converter.mapping.library import Library
from converter.scoring.cases import run_cases
from converter.scoring.compute import score
from converter.scoring.inputs import Derivations
from converter.scoring.schemes import Scheme
from tests.test_locate import page
from tests.test_oracle import departments, given
from tests.workbooks import Grid, indicator_table

DEPARTMENTS = 5_000
Drafting = Callable[..., tuple[Draft, Scheme]]


@pytest.fixture
def drafting(library: Library, tmp_path: Path) -> Drafting:
    """A sheet as its draft, and the draft as a loaded scheme."""

    def through(grid: Grid, output: str = "430527/2019.yaml", *known: Scheme) -> tuple[Draft, Scheme]:
        reading: Reading = read_documents(Workbook([page(grid).sheet]), "表.xlsx", library.forms, library.dictionary)
        path = tmp_path / output
        table = table_of(reading)
        made = draft(table, head_of(table, path, {"430527": "绥宁县"}), library.dictionary, lent(known))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made.scheme, encoding="utf-8")
        path.with_suffix(".cases.yaml").write_text(made.cases, encoding="utf-8")
        return made, Scheme(Document(path, path.name), library.dictionary)

    return through


def test_the_suining_draft_scores_as_the_scheme_written_by_hand(
    drafting: Drafting, scheme: Scheme, derivations: Derivations
) -> None:
    _, drafted = drafting(indicator_table())
    inputs = given(departments(DEPARTMENTS), derivations)
    by_hand, by_draft = score(inputs, scheme), score(inputs, drafted)
    assert [column.rule.name for column in by_draft] == [column.rule.name for column in by_hand]
    for ours, theirs in zip(by_draft, by_hand, strict=True):
        assert ours.rule.weight == theirs.rule.weight
        for part in ("value", "score", "low", "high", "self_score"):
            np.testing.assert_array_equal(getattr(ours, part), getattr(theirs, part), f"{ours.rule.name} {part}")
        assert (ours.status == theirs.status).all()
        for name, points in ours.others.items():
            np.testing.assert_array_equal(points, theirs.others[name], f"{ours.rule.name} {name}")


def test_the_worked_cases_of_a_draft_come_out_as_they_are_written(drafting: Drafting, derivations: Derivations) -> None:
    made, drafted = drafting(indicator_table())
    results = list(run_cases(drafted, derivations))
    assert len(results) == made.cases.count("- case:") > 80
    assert [line for result in results for line in result.failures] == []
