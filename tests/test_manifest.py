"""The 指纹 of a run: the same for the same inputs, rules, lists and decisions, another one for any other."""

from dataclasses import replace
from pathlib import Path

import pytest

from converter.intake.discover import Inbox, Source
from converter.manifest import fingerprint, info_rows
from converter.mapping.library import Library
from converter.mapping.roster import Roster
from converter.scoring.batch import Batch, Rules
from converter.scoring.checks import Checks, load_checks
from converter.scoring.choosing import Choice
from converter.scoring.decisions import Decisions
from converter.scoring.inputs import Derivations
from converter.scoring.schemes import Scheme
from converter.scoring.whole import Whole
from tests.test_assemble import Desk


@pytest.fixture(scope="module")
def batch(library: Library, scheme: Scheme, checks: Checks, derivations: Derivations, suining_inbox: Path) -> Batch:
    return Desk(library, scheme, checks, derivations).grouped(suining_inbox.parent)


def source(name: str, content: str, folder: str = "a") -> Source:
    return Source(Path(folder) / name, name, len(content), content * 64)


FILES = [source("甲.xlsx", "1"), source("乙.xlsx", "2")]


def mark(
    batch: Batch,
    library: Library,
    inbox: Inbox | None = None,
    roster: Roster | None = None,
    reason: str = "按报送材料所属地区",
    *,
    recalculated: bool = False,
) -> str:
    chosen = {"": Choice(batch.scheme, reason)}
    known = Roster() if roster is None else roster  # a list without entries is false
    rules = Rules({"": batch.scheme}, load_checks(library), batch.inputs.derivations, (), known, batch.review.decisions)
    whole = Whole(rules, batch.submissions, [], [])
    info = info_rows(whole, library, inbox or Inbox(list(FILES)), chosen, recalculated=recalculated)
    return fingerprint(info)


def test_the_same_materials_give_the_same_fingerprint(batch: Batch, library: Library) -> None:
    first = mark(batch, library)
    assert len(first) == 12
    elsewhere = Inbox([replace(one, path=Path("b") / one.name) for one in FILES], ignored=["~$甲.xlsx"])
    assert mark(batch, library, elsewhere) == first
    assert mark(batch, library, reason="按 --region") == first


def test_every_other_material_gives_another(batch: Batch, library: Library) -> None:
    marks = [mark(batch, library)]
    marks.append(mark(batch, library, Inbox([FILES[0], source("乙.xlsx", "3")])))
    marks.append(mark(batch, library, Inbox([FILES[0], source("丙.xlsx", "2")])))
    marks.append(mark(batch, library, Inbox(FILES[:1])))
    marks.append(mark(batch, library, roster=Roster(shown="名单.xlsx", sha256="5" * 64)))
    marks.append(mark(batch, library, recalculated=True))
    ledger = replace(batch.review.ledger, decisions=Decisions(shown="复核.xlsx", sha256="6" * 64))
    marks.append(mark(replace(batch, review=replace(batch.review, ledger=ledger)), library))
    assert len(set(marks)) == len(marks)
