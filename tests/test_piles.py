"""Lists put aside are counted, parted and told from others as if they were held."""

import pickle
from array import array
from pathlib import Path
from typing import Any

import pytest

from converter.piles import Laid, Leads, Parts, Pile, lay, list_digest, mark_of, pile
from converter.scratch import Scratch
from converter.unpickling import plainly, squeezed

LISTS: tuple[list[str], ...] = (["a", "b", "c"], [], ["d"], ["e", "f"])


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path)


@pytest.mark.parametrize("start", range(8))
@pytest.mark.parametrize("stop", [*range(8), None])
def test_a_pile_is_parted_as_a_list_is(scratch: Scratch, start: int, stop: int | None) -> None:
    pile: Pile[str] = Pile(scratch, Parts(lay(scratch, own) for own in LISTS))
    whole = [one for own in LISTS for one in own]
    assert (len(pile), list(pile)) == (6, whole)
    some = pile[start:stop]
    assert (len(some), list(some)) == (len(whole[start:stop]), whole[start:stop])
    assert list(some[1:3]) == whole[start:stop][1:3]
    assert list(pickle.loads(pickle.dumps(some))) == whole[start:stop]  # noqa: S301


def test_a_pile_is_pickled_without_what_was_worked_out(scratch: Scratch) -> None:
    """Another thread pickles it while it is asked for its length (RuntimeError: dictionary changed size during iteration)."""
    parts = Parts([lay(scratch, [1, 2])])
    for some in (Pile[Any](scratch, parts), Leads(scratch, parts, before=array("q", [5]))):
        before = pickle.dumps(some)
        assert len(some) == 2
        assert vars(some).keys() > {"scratch", "parts"}
        assert pickle.dumps(some) == before
        again = pickle.loads(before)  # noqa: S301
        assert (type(again), list(again)) == (type(some), list(some))


def test_leads_count_from_the_first_of_all_lists(scratch: Scratch) -> None:
    lists: list[list[int | None]] = [[0, None, 2], [1, 0]]
    leads = Leads(scratch, Parts(lay(scratch, own) for own in lists), before=array("q", [0, 10]))
    assert list(leads) == [0, None, 2, 11, 10]
    assert list(leads[2:4]) == [2, 11]
    assert list(leads[3:]) == list(leads[2:][1:]) == [11, 10]


@pytest.mark.parametrize("count", [0, 1, 256, 257, 1500])
def test_a_long_list_becomes_a_pile(scratch: Scratch, count: int) -> None:
    some = pile(scratch, iter(range(count)))
    assert (len(some), list(some), list(some[255:258])) == (count, [*range(count)], [*range(count)][255:258])


def test_parts_are_the_lists_they_stand_for(tmp_path: Path) -> None:
    """Lists that two processes put aside, in files of their own."""
    one, other = (Scratch(tmp_path) for _ in range(2))
    laid = [lay((one, other)[at % 2], own) for at, own in enumerate(LISTS)]
    parts = Parts(laid[:1])
    parts.extend(Parts(laid[1:3]))
    parts.extend(Parts())
    parts.add(laid[3])
    assert len({own.kept.file for own in laid}) == 2
    assert (len(parts), list(parts.kept()), list(parts.lengths())) == (4, [own.kept for own in laid], [3, 0, 1, 2])
    assert parts.mark == Parts(laid).mark
    assert list(parts[1:3].kept()) == [own.kept for own in laid[1:3]]
    assert parts[1:3].mark == Parts(laid[1:3]).mark
    assert list(Pile(one, parts)[1:5]) == list("bcde")


def test_lists_written_one_behind_the_other_are_one(scratch: Scratch) -> None:
    content = b"".join(map(plainly, LISTS))
    for body in (content, squeezed(content)):
        laid = Laid(scratch.keep_bytes(body), 6, list_digest(content))
        pile: Pile[str] = Pile(scratch, Parts([laid]), 1, 5)
        assert (len(pile), list(pile)) == (4, ["b", "c", "d", "e"])


def test_a_mark_tells_what_is_held_and_not_where_it_lies(scratch: Scratch) -> None:
    def pile(*lists: list[object]) -> Pile[object]:
        return Pile(scratch, Parts(lay(scratch, own) for own in lists))

    text = "".join(["甲", "局"])
    same, other = pile([text, text], [1.0]), pile(["".join(["甲", "局"]), "".join(["甲", "局"])], [1.0])
    assert list(same.parts.kept()) != list(other.parts.kept())
    assert same.mark == other.mark == mark_of(other)
    changed = [
        pile([text, text], [1]),
        pile([text, "乙局"], [1.0]),
        same[:2],
        same[1:],
        pile([text, text], [1.0, None]),
    ]
    assert len({one.mark for one in (same, *changed)}) == 6
    leads = [Leads(scratch, pile([0]).parts, before=array("q", [at])) for at in (0, 5)]
    assert leads[0].mark != leads[1].mark
    assert mark_of([text, text]) == mark_of(["".join(["甲", "局"]), text]) != mark_of([text])


def test_an_empty_pile(scratch: Scratch) -> None:
    pile: Pile[str] = Pile(scratch, Parts())
    assert (len(pile), list(pile), list(pile[0:5])) == (0, [], [])
