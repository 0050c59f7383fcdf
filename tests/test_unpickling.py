"""Plain data out of a pickle that somebody may have changed: what is ours comes back, nothing else is called."""

import os
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from converter import unpickling as module
from converter.mapping.facts import Document, Fact
from converter.unpickling import UNREADABLE, PlainWriter, each_of, load, packed, plainly, unpacked
from converter.vocabulary.findings import Owner, Place, finding
from converter.vocabulary.numbers import State


def document() -> Document:
    made = Document("甲局/表.xlsx", "表", "基础数据表", 2019, "甲局")
    place = Place("甲局/表.xlsx", "表", "B2")
    made.facts = [Fact(2019, "编制数", 60.0, "人", State.NUMBER, "60", "基础数据表", "", place)]
    made.findings = [finding("M01", "没有认出", owner=Owner.DEPARTMENT, place=place)]
    return made


def test_what_was_packed_comes_back() -> None:
    things = [document(), {"a": (1, None, 2.5, b"x")}, frozenset({"b"})]
    assert unpacked(packed(things)) == things


def test_a_writer_of_many_writes_each_as_alone() -> None:
    text = "同一个"
    things = [[(text, 1.5, text)], [document()], ["x" * 200_000, b"y" * 200_000, text], [], [None]]
    writer = PlainWriter()
    pieces = [writer.written(thing) for thing in things]
    assert pieces == list(map(plainly, things))
    assert list(each_of(b"".join(pieces))) == things


class Evil:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch hostile",)


def test_nothing_hostile_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pickle.UnpicklingError):
        unpacked(packed([document(), Evil()]))
    assert list(tmp_path.iterdir()) == []
    for called in (eval, Path, open, pickle.loads, finding, getattr, Scratchy):  # noqa: S301, S307
        with pytest.raises(pickle.UnpicklingError):
            load(pickle.dumps(called))


class Scratchy:
    """No plain data of the program's."""


@pytest.mark.parametrize("body", [b"", b"no zlib", zlib.compress(b"no pickle"), zlib.compress(b""), packed(1)[:-3]])
def test_what_is_damaged_is_told_by_one_of_a_few_errors(body: bytes) -> None:
    with pytest.raises(UNREADABLE):
        unpacked(body)


def test_what_would_grow_too_large_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    body = packed("x" * 100_000)
    monkeypatch.setattr(module, "_LARGEST", 1000)
    with pytest.raises(pickle.UnpicklingError):
        unpacked(body)
