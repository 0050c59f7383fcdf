"""Shares of departments put together: what each has by itself, and the rest one behind the other."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import pytest

from converter.ledger import DoubtfulError
from converter.merging import Lists, Merging, Portion, Share, filed, in_pieces, merge, put_together, widest
from converter.piles import Parts, Pile, lay
from converter.scratch import Scratch, pickled
from converter.telling import Telling, findings_in, tell, written
from converter.unpickling import PlainWriter, packed, plainly, squeezed
from converter.vocabulary.findings import Owner, Place, finding, numbered

#: By department: how many rows of 勾稽核对 it has.
ROWS = {"甲": 3, "乙": 4, "丙": 2, "丁": 2, "戊": 0, "己": 1}


Own = tuple[Share, bytes]


def share(who: str) -> Own:
    """A department's share and its lists; every row tells whose it is."""
    own = rows(who)
    found = numbered([finding("M09", f"{who}的表", department=who), finding("M11", "多一张", department=who)])
    leads: list[int | None] = [0, None] if who == "甲" else [1]
    lists = Lists[Sequence[Any]]([(who, "得分")], [(who, 1), (who, 2)], leads, [("指标", 5.0, 4.0)], own)
    content, pieces = in_pieces(lists, PlainWriter())
    light = Share(
        department=who,
        total={"department": who},
        marks=(who.encode(),),
        figures={},
        claims=[],
        supplied=who == "丙",
        scores=f"{who}的得分\r\n".encode(),
        facts=f"{who}\r\n".encode(),
        checks=lines(own),
        findings=written(found, PlainWriter()),
        numbers=tuple(item.number for item in found),
        seen={"勾稽核对": (float(len(own)), 1.0), "指标得分": (1.0,)},
        pieces=pieces,
    )
    return light, content


def rows(who: str) -> list[tuple[object, ...]]:
    return [("J01", who, number) for number in range(ROWS[who])]


def lines(own: list[tuple[object, ...]]) -> bytes:
    return "".join(f"{row}\r\n" for row in own).encode()


def each_list(scratch: Scratch, parts: Parts) -> list[list[Any]]:
    """What each department has, who may have nothing."""
    return [list(Pile(scratch, parts[at : at + 1])) for at in range(len(parts))]


def in_order(scratch: Scratch, way: str) -> Portion:
    """All departments put together, as they were scored or as they are recalled."""
    kept = filed(scratch, [share(who) for who in ROWS])
    if way == "scored":
        return put_together(scratch, kept, ())
    return merge(Merging(scratch, [one.kept for one in kept], frozenset()))


@pytest.mark.parametrize("way", ["scored", "recalled"])
def test_lists_lie_each_department_by_itself(way: str, tmp_path: Path) -> None:
    """Who has none has an empty one: nobody else's rows stand there."""
    scratch = Scratch(tmp_path)
    lists = in_order(scratch, way).lists
    assert each_list(scratch, lists.checks) == [rows(who) for who in ROWS]
    assert list(lists.checks.lengths()) == list(ROWS.values())
    assert each_list(scratch, lists.scores) == [[(who, "得分")] for who in ROWS]
    assert each_list(scratch, lists.used) == [[(who, 1), (who, 2)] for who in ROWS]
    assert each_list(scratch, lists.leads) == [[0, None], *[[1]] * 5]
    assert each_list(scratch, lists.points) == [[("指标", 5.0, 4.0)]] * 6
    assert len({parts.mark for parts in lists}) == 5
    assert lists.scores.mark == Parts(lay(scratch, [(who, "得分")]) for who in ROWS).mark


@pytest.mark.parametrize("way", ["scored", "recalled"])
def test_the_rest_stands_in_the_order_of_departments(way: str, tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    portion = in_order(scratch, way)
    assert scratch.load_bytes(portion.checks) == b"".join(lines(rows(who)) for who in ROWS)
    assert scratch.load_bytes(portion.scores).decode() == "".join(f"{who}的得分\r\n" for who in ROWS)
    assert scratch.load_bytes(portion.facts).decode() == "".join(f"{who}\r\n" for who in ROWS)
    assert portion.seen == {"勾稽核对": (4.0, 1.0), "指标得分": (1.0,)}
    assert [item.department for item in findings_in(scratch, portion.findings)] == [*"甲甲乙乙丙丙丁丁戊戊己己"]
    assert [row["department"] for row in scratch.load(portion.gist).totals] == list(ROWS)


def test_nobody_put_together_has_no_rows(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    portion = put_together(scratch, [], ["M09-00000000"])
    assert ([len(parts) for parts in portion.lists], portion.answered) == ([0] * 5, frozenset())
    assert findings_in(scratch, portion.findings) == []


def test_widest_is_the_most_of_every_column() -> None:
    assert widest([{"甲": (1.0, 5.0)}, {"甲": (2.0, 3.0), "乙": (0.0,)}]) == {"甲": (2.0, 5.0), "乙": (0.0,)}


class Evil:
    """What a hostile ledger might hold."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch hostile",)


def merged(scratch: Scratch, body: bytes) -> Portion:
    return merge(Merging(scratch, [scratch.keep_bytes(body)], frozenset()))


def body_of(thing: object, lists: bytes = b"") -> bytes:
    """What lies in the ledger, with anything in the place of a share."""
    light = packed(thing)
    return len(light).to_bytes(4, "big") + light + lists


@pytest.mark.parametrize("thing", [(1, 2), [share("甲")[0]], "Share", Evil()])
def test_what_is_no_share_is_not_put_together(thing: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "草稿").mkdir()
    with pytest.raises(DoubtfulError):
        merged(Scratch(tmp_path / "草稿"), body_of(thing))
    assert not (tmp_path / "hostile").exists()


@pytest.mark.parametrize("body", [b"", b"\0", b"\0\0\0\5abcde", b"\xff" * 40, body_of(share("甲")[0])[:-9]])
def test_what_is_cut_is_not_put_together(body: bytes, tmp_path: Path) -> None:
    with pytest.raises(DoubtfulError):
        merged(Scratch(tmp_path), body)


PIECES = share("甲")[0].pieces
ODD: Mapping[str, object] = {
    "none": (),
    "too few": PIECES[1:],
    "no pieces": 7,
    "not so many": tuple(piece[:2] for piece in PIECES),
    "no number": tuple((size, "1", digest) for size, _, digest in PIECES),
    "no size": tuple((str(size), count, digest) for size, count, digest in PIECES),
    "another size": tuple((size + 1, count, digest) for size, count, digest in PIECES),
    "a short digest": tuple((size, count, digest[1:]) for size, count, digest in PIECES),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_lists_are_not_put_together(odd: Any, tmp_path: Path) -> None:
    light, lists = share("甲")
    with pytest.raises(DoubtfulError):
        merged(Scratch(tmp_path), body_of(light._replace(pieces=odd), lists))


@pytest.mark.parametrize("squeeze", [bytes, squeezed])
def test_hostile_rows_are_not_read(
    squeeze: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not looked at when they are put together, but by whoever makes a sheet of them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "草稿").mkdir()
    scratch, hostile = Scratch(tmp_path / "草稿"), squeeze(pickled([Evil()]))
    pieces = ((len(hostile), 1, bytes(32)),) * 5
    portion = merged(scratch, body_of(share("甲")[0]._replace(pieces=pieces), hostile * 5))
    with pytest.raises(UnpicklingError):
        list(Pile(scratch, portion.lists.checks))
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
    light, lists = share("甲")
    portion = put_together(scratch, filed(scratch, [(light._replace(findings=pickled([Evil()])), lists)]), ())
    with pytest.raises(DoubtfulError):
        tell(Telling(scratch, portion.findings, (), {}, settled=False, books=True, kept=False))
    assert not (tmp_path / "hostile").exists()
