"""The 指纹 of a run: the same for the same inputs, rules, lists and decisions, another one for any other."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from converter.intake.discover import Inbox, Source
from converter.manifest import info_rows
from converter.mapping.library import Library
from converter.mapping.roster import Roster
from converter.marks import fingerprint
from converter.scoring.batch import Rules
from converter.scoring.checks import Checks
from converter.scoring.choosing import Choice
from converter.scoring.decisions import Decisions
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme
from converter.scoring.whole import Whole


@pytest.fixture(scope="module")
def whole(library: Library, scheme: Scheme, checks: Checks, derivations: Derivations) -> Whole:
    return Whole(Rules({"": scheme}, checks, derivations, library.forms), [], [], [])


def source(name: str, content: str, folder: str = "a") -> Source:
    return Source(os.fsencode(Path(folder) / name), name, len(content), content * 64)


FILES = [source("甲.xlsx", "1"), source("乙.xlsx", "2")]


def mark(
    whole: Whole,
    library: Library,
    inbox: Inbox | None = None,
    reason: str = "按报送材料所属地区",
    *,
    recalculated: bool = False,
) -> str:
    chosen = {"": Choice(whole.rules.distinct[0], reason)}
    info = info_rows(whole, library, inbox or Inbox(list(FILES)), chosen, recalculated=recalculated)
    return fingerprint(info)


def test_the_same_materials_give_the_same_fingerprint(whole: Whole, library: Library) -> None:
    first = mark(whole, library)
    assert len(first) == 12
    elsewhere = Inbox([replace(one, place=os.fsencode(f"b/{one.name}")) for one in FILES], ignored=["~$甲.xlsx"])
    assert mark(whole, library, elsewhere) == first
    assert mark(whole, library, reason="按 --region") == first


def test_every_other_material_gives_another(whole: Whole, library: Library) -> None:
    marks = [mark(whole, library)]
    marks.append(mark(whole, library, Inbox([FILES[0], source("乙.xlsx", "3")])))
    marks.append(mark(whole, library, Inbox([FILES[0], source("丙.xlsx", "2")])))
    marks.append(mark(whole, library, Inbox(FILES[:1])))
    listed = replace(whole.rules, roster=Roster(shown="名单.xlsx", sha256="5" * 64))
    marks.append(mark(replace(whole, rules=listed), library))
    marks.append(mark(whole, library, recalculated=True))
    decided = replace(whole.rules, decisions=Decisions(shown="复核.xlsx", sha256="6" * 64))
    marks.append(mark(replace(whole, rules=decided), library))
    assert len(set(marks)) == len(marks)
