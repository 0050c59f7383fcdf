"""Shares of departments put together: their rows one behind the other, some departments' together."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import pytest

from converter.ledger import DoubtfulError
from converter.merging import Merging, Portion, Share, merge, piece, put_together, widest
from converter.scratch import Laid, Part, Pile, Scratch, pickled
from converter.telling import Telling, findings_in, tell, written
from converter.unpickling import PlainWriter, packed, plainly
from converter.vocabulary.findings import Owner, Place, finding, numbered

#: By department: how many rows of 勾稽核对 it has.
ROWS = {"甲": 3, "乙": 4, "丙": 2, "丁": 2, "戊": 0, "己": 1}


def share(who: str) -> Share:
    """A department's share; every row tells whose it is."""
    own = rows(who)
    found = numbered([finding("M09", f"{who}的表", department=who), finding("M11", "多一张", department=who)])
    leads: list[int | None] = [0, None] if who == "甲" else [1]
    return Share(
        department=who,
        total={"department": who},
        marks=(who.encode(),),
        figures={},
        claims=[],
        supplied=who == "丙",
        scores=piece([(who, "得分")], who.encode()),
        facts=f"{who}\r\n".encode(),
        used=piece([(who, 1), (who, 2)]),
        leads=leads,
        checks=piece(own, lines(own)),
        findings=written(found, PlainWriter()),
        numbers=tuple(item.number for item in found),
        seen={"勾稽核对": (float(len(own)), 1.0), "指标得分": (1.0,)},
    )


def rows(who: str) -> list[tuple[object, ...]]:
    return [("J01", who, number) for number in range(ROWS[who])]


def lines(own: list[tuple[object, ...]]) -> bytes:
    return "".join(f"{row}\r\n" for row in own).encode()


def things(scratch: Scratch, own: Laid) -> list[Any]:
    return list(Pile(scratch, [Part(own, 0, own.length)]))


def test_checks_lie_each_department_by_itself(tmp_path: Path) -> None:
    """Who has none has an empty piece: nobody else's rows stand there."""
    scratch, order = Scratch(tmp_path), list(ROWS)
    portion = put_together(scratch, [share(who) for who in order], ())
    assert [things(scratch, part.laid) for part in portion.checks] == [rows(who) for who in order]
    assert list(portion.checks.lengths()) == list(ROWS.values())
    assert list(Pile(scratch, portion.checks)) == [row for who in order for row in rows(who)]
    assert scratch.load_bytes(portion.checks_csv) == b"".join(lines(rows(who)) for who in order)


def test_the_rest_lies_by_department(tmp_path: Path) -> None:
    scratch, order = Scratch(tmp_path), list("甲乙丙丁戊己")
    portion = put_together(scratch, [share(who) for who in order], ())
    assert [list(things(scratch, own)) for own in portion.leads] == [[0, None, 3, 5, 7], [1, 3]]
    assert [own.length for own in portion.used] == [8, 4]
    assert portion.seen == {"勾稽核对": (4.0, 1.0), "指标得分": (1.0,)}
    assert [item.department for item in findings_in(scratch, portion.findings)] == [*"甲甲乙乙丙丙丁丁戊戊己己"]


def test_nobody_put_together_has_no_rows(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    portion = put_together(scratch, [], ["M09-00000000"])
    assert (portion.scores, len(portion.checks), portion.answered) == ([], 0, frozenset())
    assert findings_in(scratch, portion.findings) == []


def test_widest_is_the_most_of_every_column() -> None:
    assert widest([{"甲": (1.0, 5.0)}, {"甲": (2.0, 3.0), "乙": (0.0,)}]) == {"甲": (2.0, 5.0), "乙": (0.0,)}


class Evil:
    """What a hostile ledger might hold."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch hostile",)


def merged(scratch: Scratch, thing: object) -> object:
    return merge(Merging(scratch, [scratch.keep_bytes(packed(thing))], frozenset()))


@pytest.mark.parametrize("thing", [(1, 2), [share("甲")], piece([])])
def test_what_is_no_share_is_not_put_together(thing: object, tmp_path: Path) -> None:
    with pytest.raises(DoubtfulError):
        merged(Scratch(tmp_path), thing)


ODD: Mapping[str, object] = {
    "no piece": 7,
    "not so many": share("甲").checks[:2],
    "no bytes": (["rows"], 1, b""),
    "no number": (b"", "1", b""),
    "no CSV": (b"", 1, None),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_rows_are_not_put_together(odd: Any, tmp_path: Path) -> None:
    with pytest.raises(DoubtfulError):
        merged(Scratch(tmp_path), replace(share("甲"), checks=odd))


def test_hostile_rows_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not looked at when they are put together, but by whoever makes a sheet of them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "草稿").mkdir()
    scratch = Scratch(tmp_path / "草稿")
    checks = (pickled([Evil()]), 1, b"")
    portion = merged(scratch, replace(share("甲"), checks=checks))
    assert isinstance(portion, Portion)
    with pytest.raises(UnpicklingError):
        list(Pile(scratch, portion.checks))
    assert not (tmp_path / "hostile").exists()


def test_findings_are_read_as_they_were_written(tmp_path: Path) -> None:
    scratch, writer = Scratch(tmp_path), PlainWriter()
    place = Place("甲.xlsx", "表", "B2")
    more = {"points": 1.5, "place": place, "year": 2019, "reply": "已改", "handling": "已采纳说明"}
    found = numbered([finding("D01", "一", **more), finding("M11", "二", department="乙", owner=Owner.DEPARTMENT)])
    kept = scratch.keep_bytes(written(found, writer) + written([], writer) + written(found[:1], writer))
    again = findings_in(scratch, kept)
    assert again == [*found, found[0]]
    assert repr(again) == repr([*found, found[0]])


@pytest.mark.parametrize("odd", [[1], [("D01",)], [("D01", "错误", "谁") + ("",) * 10], "abc", None])
def test_what_are_no_findings_is_not_read(odd: object, tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    with pytest.raises(DoubtfulError):
        findings_in(scratch, scratch.keep_bytes(plainly(odd)))


def test_hostile_findings_are_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scratch = Scratch(tmp_path)
    portion = put_together(scratch, [replace(share("甲"), findings=pickled([Evil()]))], ())
    with pytest.raises(DoubtfulError):
        tell(Telling(scratch, portion.findings, (), {}, settled=False, books=True, kept=False))
    assert not (tmp_path / "hostile").exists()
