"""Files that an earlier run read: found by name and content, their documents fetched only when they are asked for."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from converter.intake.discover import Source
from converter.ledger import DoubtfulError, Ledger
from converter.mapping.facts import Document, Reading
from converter.recalling import Contents, Recall, documents_in, lying_in
from converter.scratch import Kept, Scratch
from converter.unpickling import packed
from tests.test_unpickling import document

SOURCE = Source(os.fsencode("表.xlsx"), "甲局/表.xlsx", 10, "a" * 64)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def recall(ledger: Ledger, tmp_path: Path, base: bytes = b"base") -> Recall:
    (tmp_path / "work").mkdir(exist_ok=True)
    return Recall(ledger, Scratch(tmp_path / "work"), base)


def known(own: Recall, source: Source) -> Reading | None:
    """What an earlier run read in a file."""
    return dict(own.readings(own.known([source]))).get(source)


def read(own: Recall, *documents: Document) -> Reading:
    """A file's reading as a worker gives it: the documents put aside."""
    light = [replace(one, facts=(), findings=[]) for one in documents]
    return Reading(SOURCE.name, light, kept=own.scratch.keep_bytes(packed(list(documents))))


def test_what_was_read_once_is_known_by_name_content_and_program(ledger: Ledger, tmp_path: Path) -> None:
    first = recall(ledger, tmp_path)
    first.keep(SOURCE, read(first, document()))
    again = recall(ledger, tmp_path)
    found = known(again, SOURCE)
    assert found == replace(read(again, document()), kept=None)
    assert known(again, replace(SOURCE, sha256="b" * 64)) is None
    assert known(again, replace(SOURCE, name="乙局/表.xlsx")) is None
    assert known(again, replace(SOURCE, sha256="")) is None
    assert known(recall(ledger, tmp_path, b"other"), SOURCE) is None


def test_its_documents_are_fetched_when_they_are_asked_for(ledger: Ledger, tmp_path: Path) -> None:
    own = recall(ledger, tmp_path)
    own.keep(SOURCE, read(own, document()))
    known(own, SOURCE)
    contents = Contents({"乙局/表.xlsx": Kept("x", 0, 1)}, own)
    assert set(contents) == {"乙局/表.xlsx", SOURCE.name}
    assert SOURCE.name in contents
    assert documents_in(own.scratch.load_bytes(contents[SOURCE.name])) == [document()]
    with pytest.raises(KeyError):
        contents["丙局/表.xlsx"]


def test_what_could_not_be_read_is_read_again(ledger: Ledger, tmp_path: Path) -> None:
    own = recall(ledger, tmp_path)
    own.keep(SOURCE, Reading(SOURCE.name))
    assert known(own, SOURCE) is None
    own.keep(SOURCE, Reading(SOURCE.name, unused={"表": "不认识"}))
    assert known(own, SOURCE) is not None


def test_an_entry_of_something_else_is_doubted(ledger: Ledger, tmp_path: Path) -> None:
    own = recall(ledger, tmp_path)
    ledger.put(own._key(SOURCE), b"x")
    with pytest.raises(DoubtfulError):
        known(own, SOURCE)
    own.keep(SOURCE, replace(read(own, document()), file="乙局/表.xlsx"))
    with pytest.raises(DoubtfulError):
        known(own, SOURCE)


class Asked:
    """An engine that says what it was asked for."""

    def __init__(self) -> None:
        self.items: list[object] = []

    def map(
        self, function: Callable[[Any], Any], items: Sequence[Any], size: int = 1, *, timed: bool = True
    ) -> Iterator[Any]:
        assert (size, timed) == (1, False)
        self.items += items
        return map(function, items)


def test_a_worker_looks_at_the_workbooks_in_out_where_something_was_recalled(ledger: Ledger, tmp_path: Path) -> None:
    out = tmp_path / "部门"
    out.mkdir()
    (out / "甲局_2019.xlsx").write_bytes(b"book")
    (out / "说明.txt").write_bytes(b"text")
    (out / "夹.xlsx").mkdir()
    own, engine = recall(ledger, tmp_path), Asked()
    own.look_ahead(engine, out)
    assert (engine.items, next(own.lying, {})) == ([], {})
    own.keep(SOURCE, read(own, document()))
    known(own, SOURCE)
    own.look_ahead(engine, out)
    assert engine.items == [out]
    assert next(own.lying) == {"甲局_2019.xlsx": hashlib.sha256(b"book").digest(), "夹.xlsx": b""}
    assert lying_in(tmp_path / "没有") == {}
