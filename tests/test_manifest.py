"""The 指纹 of a run: the same for the same inputs, rules, lists and decisions, another one for any other."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from converter import manifest
from converter.books.tables import Row
from converter.intake.discover import Inbox, Source
from converter.manifest import Inputs, as_json, info_rows, inputs_as_json
from converter.mapping.library import Library
from converter.mapping.roster import Roster
from converter.marks import fingerprint
from converter.scoring.checks import Checks
from converter.scoring.choosing import Choice
from converter.scoring.decisions import Decisions
from converter.scoring.derivations import Derivations
from converter.scoring.ruleset import Rules
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


@pytest.mark.parametrize("together", [1, 500])
def test_the_inputs_are_written_as_the_list_that_they_stand_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    """Each file once with its documents; files that were put away or passed over are no inputs."""
    rows: list[Row] = [
        ("甲局/表.xlsx", "甲局", 2019, "基础数据表", 10, "a", "已采用"),
        ("甲局/表.xlsx", "甲局", 2018, "指标表", 10, "a", "作为上年数据采用"),
        ("坏.xlsx", "", None, "", 3, "b", "未采用"),
        ("作废/表.xlsx", "", None, "", 4, "c", "在“作废”或“退回”文件夹，未采用"),
    ]
    monkeypatch.setattr(manifest, "_ENTRIES", together)
    heads = ("department", "year", "form", "result")
    uses = [dict(zip(heads, (*row[1:4], row[6]), strict=True)) for row in rows]
    plain = [
        {"file": "甲局/表.xlsx", "size": 10, "sha256": "a", "documents": uses[:2]},
        {"file": "坏.xlsx", "size": 3, "sha256": "b", "documents": uses[2:3]},
    ]
    for count in (0, 1, 2):
        made = Inputs(rows, count)
        assert (len(made), list(made), list(made)) == (count, plain[:count], plain[:count])
        (file := tmp_path / str(count)).write_bytes(b"".join(inputs_as_json(rows, count)))
        whole = {
            "year": 2019,
            "inputs": plain[:count],
            "void": [],
            "counts": {"a": "一\n二", "b": [{}, {"c": "\ud800"}]},
            "outputs": [{"file": f"部门/“{at}”.xlsx", "sha256": "a" * 64} for at in range(count)],
            "totals": {f"“{at}”局\ud800": (70.0 + at, 88.5) for at in range(count)},
        }
        text = json.dumps(whole, ensure_ascii=False, indent=1).encode(errors="replace")
        for inputs in (made, Inputs(rows, count, file)):
            assert b"".join(as_json({**whole, "inputs": inputs})) == text
