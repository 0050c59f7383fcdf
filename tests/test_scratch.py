"""What is put aside can be read by whoever is told, list by list and in parts."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from converter.scratch import Leads, Part, Parts, Pile, Scratch, laid, let_go, mark_of
from converter.unpickling import plainly

LISTS: tuple[list[str], ...] = (["a", "b", "c"], [], ["d"], ["e", "f"])


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path)


def test_what_is_kept_comes_back_in_a_copy_too(scratch: Scratch) -> None:
    kept = [scratch.keep(LISTS), scratch.keep_bytes(b"\0bytes")]
    for one in (scratch, pickle.loads(pickle.dumps(scratch))):  # noqa: S301
        assert one.load(kept[0]) == LISTS
        assert one.load_bytes(kept[1]) == b"\0bytes"


def test_copies_of_a_process_are_one_and_write_to_one_file(scratch: Scratch) -> None:
    """Each task brings one: files are not opened anew for each."""
    written = pickle.dumps(scratch)
    first = pickle.loads(written)  # noqa: S301
    kept = [pickle.loads(written).keep_bytes(b"some") for _ in range(3)]  # noqa: S301
    assert {one.file for one in kept} == {first.keep_bytes(b"more").file}
    let_go()
    assert [first.load_bytes(one) for one in kept] == [b"some"] * 3
    assert first.keep_bytes(b"anew").file != kept[0].file


@pytest.mark.parametrize("start", range(8))
@pytest.mark.parametrize("stop", [*range(8), None])
def test_a_pile_is_parted_as_a_list_is(scratch: Scratch, start: int, stop: int | None) -> None:
    pile: Pile[str] = Pile(scratch, [Part(scratch.lay(own), 0, len(own)) for own in LISTS])
    whole = [one for own in LISTS for one in own]
    assert (len(pile), list(pile)) == (6, whole)
    some = pile[start:stop]
    assert (len(some), list(some)) == (len(whole[start:stop]), whole[start:stop])
    assert list(some[1:3]) == whole[start:stop][1:3]
    assert list(pickle.loads(pickle.dumps(some))) == whole[start:stop]  # noqa: S301


def test_a_pile_is_pickled_without_what_was_worked_out(scratch: Scratch) -> None:
    """Another thread pickles it while it is asked for its length (RuntimeError: dictionary changed size during iteration)."""
    for kind in (Pile, Leads):
        pile: Pile[Any] = kind(scratch, [Part(scratch.lay([1, 2]), 0, 2)])
        before = pickle.dumps(pile)
        assert len(pile) == 2
        assert vars(pile).keys() > {"scratch", "parts"}
        assert pickle.dumps(pile) == before
        assert type(pickle.loads(before)) is kind  # noqa: S301


def test_leads_count_from_the_first_of_all_lists(scratch: Scratch) -> None:
    lists: list[list[int | None]] = [[0, None, 2], [1, 0]]
    leads = Leads(scratch, [Part(scratch.lay(own), 0, len(own), 10 * at) for at, own in enumerate(lists)])
    assert list(leads) == [0, None, 2, 11, 10]
    assert list(leads[2:4]) == [2, 11]


@pytest.mark.parametrize("count", [0, 1, 256, 257, 1500])
def test_a_long_list_becomes_a_pile(scratch: Scratch, count: int) -> None:
    pile = scratch.pile(iter(range(count)))
    assert (len(pile), list(pile), list(pile[255:258])) == (count, [*range(count)], [*range(count)][255:258])


def test_parts_are_the_tuples_they_stand_for(tmp_path: Path) -> None:
    """Lists that two processes put aside, in files of their own."""
    one, other = (Scratch(tmp_path) for _ in range(2))
    plain = [Part((one, other)[at % 2].lay(own), 0, len(own)) for at, own in enumerate(LISTS)]
    parts, first = Parts(), Parts()
    for part in plain[:1]:
        first.add(part.laid)
    parts.extend(first, 0, 1)
    others = Parts()
    for part in plain:
        others.add(part.laid)
    parts.extend(others, 1, 3)
    parts.extend(others, 3, 3)
    for part in plain[3:]:
        parts.add(part.laid)
    assert len({part.laid.kept.file for part in plain}) == 2
    assert (len(parts), list(parts), parts[1:3]) == (len(plain), plain, plain[1:3])
    assert list(Pile(one, parts)[1:5]) == list("bcde")
    with pytest.raises(IndexError):
        parts[len(plain)]


def test_lists_written_one_behind_the_other_are_one(scratch: Scratch) -> None:
    content = b"".join(map(plainly, LISTS))
    pile: Pile[str] = Pile(scratch, [Part(laid(scratch.keep_bytes(content), 6, content), 1, 5)])
    assert list(pile) == ["b", "c", "d", "e"]


def test_a_mark_tells_what_is_held_and_not_where_it_lies(scratch: Scratch) -> None:
    def pile(*lists: list[object]) -> Pile[object]:
        return Pile(scratch, [Part(scratch.lay(own), 0, len(own)) for own in lists])

    text = "".join(["甲", "局"])
    same, other = pile([text, text], [1.0]), pile(["".join(["甲", "局"]), "".join(["甲", "局"])], [1.0])
    assert same.parts != other.parts
    assert same.mark == other.mark == mark_of(other)
    changed = [
        pile([text, text], [1]),
        pile([text, "乙局"], [1.0]),
        same[:2],
        same[1:],
        pile([text, text], [1.0, None]),
    ]
    assert len({one.mark for one in (same, *changed)}) == 6
    leads = [Leads(scratch, [part._replace(before=at) for part in pile([0]).parts]) for at in (0, 5)]
    assert leads[0].mark != leads[1].mark
    assert mark_of([text, text]) == mark_of(["".join(["甲", "局"]), text]) != mark_of([text])


def test_an_empty_pile(scratch: Scratch) -> None:
    pile: Pile[str] = Pile(scratch, [])
    assert (len(pile), list(pile), list(pile[0:5])) == (0, [], [])


def test_what_was_put_aside_is_removed_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    own = Scratch(folder)
    assert own.load(own.keep("x")) == "x"
    own.remove()
    assert not folder.exists()
    own.remove()
