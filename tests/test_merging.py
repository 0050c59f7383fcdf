"""Shares of departments put together: the rows of each segment one behind the other, whichever departments have it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from converter import segments as module
from converter.ledger import DoubtfulError
from converter.merging import Merging, Share, merge, put_together, widest
from converter.scratch import Laid, Part, Pile, Scratch, pickled
from converter.segments import Checked, Segment, checked, piece
from converter.telling import Telling, findings_in, tell, written
from converter.unpickling import PlainWriter, packed, plainly
from converter.vocabulary.findings import Owner, Place, finding, numbered

At = tuple[str, int, str, bool]
#: By department: how many rows it has where. The first two have the same segments, one has none.
ROWS: dict[str, dict[At, int]] = {
    "甲": {("J01", 0, "", False): 2, ("K02", 0, "三公\t经费", False): 1},
    "乙": {("J01", 0, "", False): 1, ("K02", 0, "三公\t经费", False): 3},
    "丙": {("K02", 0, "三公\t经费", False): 2},
    "丁": {("K02", 1, "三公\t经费", True): 1, ("J01", 0, "", False): 1},
    "戊": {},
    "己": {("J01", 0, "", False): 1, ("K02", 0, "三公\t经费", False): 0},
}


def share(who: str) -> Share:
    """A department's share; every cell tells whose it is and where it belongs."""
    parts = {at: rows(who, at, count) for at, count in ROWS[who].items()}
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
        checks=checked({at: (own, lines(own)) for at, own in parts.items()}, PlainWriter()),
        findings=written(found, PlainWriter()),
        numbers=tuple(item.number for item in found),
        seen={"勾稽核对": (float(len(parts)), 1.0), "指标得分": (1.0,)},
    )


def rows(who: str, at: At, count: int) -> list[tuple[object, ...]]:
    return [(who, *at, number) for number in range(count)]


def lines(own: list[tuple[object, ...]]) -> bytes:
    return "".join(f"{row}\r\n" for row in own).encode()


def things(scratch: Scratch, own: Laid) -> list[Any]:
    return list(Pile(scratch, [Part(own, 0, own.length)]))


def put_aside(folder: Path) -> dict[tuple[object, ...], int]:
    """In how many pieces the rows of each segment lie when they are put together; they are as they are to be."""
    scratch, order = Scratch(folder), list("甲乙丙丁戊己")
    portion = put_together(scratch, [share(who) for who in order], ())
    expected: dict[At, list[tuple[object, ...]]] = {}
    for who in order:
        for at, count in ROWS[who].items():
            expected.setdefault(at, []).extend(rows(who, at, count))
    checks = scratch.load(portion.checks)
    assert all(isinstance(at, Segment) for at in checks.counts)
    pieces = {tuple(at): [things(scratch, checks.rows[one].laid) for one in own] for at, own, _ in checks.each()}
    assert {at: [*chain.from_iterable(own)] for at, own in pieces.items()} == expected
    assert {tuple(at): scratch.load_bytes(checks.csv[one].laid.kept) for at, _, one in checks.each()} == {
        at: lines(own) for at, own in expected.items()
    }
    return {at: len(own) for at, own in pieces.items()}


def test_rows_lie_by_segment_and_in_each_by_department(tmp_path: Path) -> None:
    assert set(put_aside(tmp_path).values()) == {1}


@pytest.mark.parametrize(("near", "pieces"), [(1, 4), (2, 3), (3, 2), (4, 2), (5, 1)])
def test_few_rows_lie_together(near: int, pieces: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_NEAR", near)
    counts = put_aside(tmp_path)
    assert (counts["J01", 0, "", False], counts["K02", 1, "三公\t经费", True]) == (pieces, 1)


def test_the_rest_lies_by_department(tmp_path: Path) -> None:
    scratch, order = Scratch(tmp_path), list("甲乙丙丁戊己")
    portion = put_together(scratch, [share(who) for who in order], ())
    assert [list(things(scratch, own)) for own in portion.leads] == [[0, None, 3, 5, 7], [1, 3]]
    assert [own.length for own in portion.used] == [8, 4]
    assert portion.seen == {"勾稽核对": (2.0, 1.0), "指标得分": (1.0,)}
    assert [item.department for item in findings_in(scratch, portion.findings)] == [*"甲甲乙乙丙丙丁丁戊戊己己"]


def test_nobody_put_together_has_no_rows(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    portion = put_together(scratch, [], ["M09-00000000"])
    assert (portion.scores, scratch.load(portion.checks).counts, portion.answered) == ([], {}, frozenset())
    assert findings_in(scratch, portion.findings) == []


def test_widest_is_the_most_of_every_column() -> None:
    assert widest([{"甲": (1.0, 5.0)}, {"甲": (2.0, 3.0), "乙": (0.0,)}]) == {"甲": (2.0, 5.0), "乙": (0.0,)}


class Evil:
    """What a hostile ledger might hold."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch hostile",)


def merged(scratch: Scratch, thing: object) -> object:
    return merge(Merging(scratch, [scratch.keep_bytes(packed(thing))], frozenset()))


@pytest.mark.parametrize("thing", [(1, 2), [share("甲")], Checked(b"", b"", b"", b"")])
def test_what_is_no_share_is_not_put_together(thing: object, tmp_path: Path) -> None:
    with pytest.raises(DoubtfulError):
        merged(Scratch(tmp_path), thing)


ODD: Mapping[str, Checked] = {
    "no pickle": Checked(b"no pickle", b"", b"", b""),
    "other sizes": share("甲").checks._replace(sizes=share("丙").checks.sizes),
    "cut sizes": share("甲").checks._replace(sizes=share("甲").checks.sizes[:-1]),
    "cut rows": share("甲").checks._replace(rows=share("甲").checks.rows[:-1]),
    "more CSV": share("甲").checks._replace(csv=b"x" * 1000),
    "hostile": share("甲").checks._replace(segments=pickled(Evil())),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_rows_are_not_put_together(odd: Checked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "草稿").mkdir()
    with pytest.raises(DoubtfulError):
        merged(Scratch(tmp_path / "草稿"), replace(share("甲"), checks=odd))
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
