"""What is put aside can be read by whoever is told."""

import pickle
from pathlib import Path

import pytest

from converter.scratch import Scratch, let_go

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


def test_what_was_put_aside_is_removed_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    own = Scratch(folder)
    assert own.load(own.keep("x")) == "x"
    own.remove()
    assert not folder.exists()
    own.remove()
