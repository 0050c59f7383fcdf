"""Files are on the disk when `finish` returns, and what a disk refuses is told then."""

import errno
import os
import threading
from pathlib import Path

import pytest

from converter.syncing import Syncing, begin_to_sync, sync


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"{number}" for number in range(9)]
    for path in made:
        path.write_bytes(b"x" * 5000)
    return made


def test_all_are_synced_when_it_has_finished(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    synced, fsync = [], os.fsync

    def watched(number: int) -> None:
        fsync(number)
        synced.append(Path(f"/proc/self/fd/{number}").resolve())

    monkeypatch.setattr(os, "fsync", watched)
    own = Syncing()
    for path in files:
        own.add(path)
    own.finish()
    assert sorted(synced) == sorted(path.resolve() for path in files)


def test_what_the_disk_refuses_is_told_at_the_end(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    own = Syncing()
    own.add(files[0])
    with pytest.raises(OSError, match="full"):
        own.finish()
    monkeypatch.undo()
    own.add(files[1])  # what was told is over
    own.finish()


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    own = Syncing()
    own.add(tmp_path / "gone")
    with pytest.raises(FileNotFoundError):
        own.finish()


def test_no_thread_runs_before_the_first_file_or_after_the_last(files: list[Path]) -> None:
    before = threading.enumerate()  # a run that was broken off by another test may have left some

    def running() -> list[threading.Thread]:
        return [one for one in threading.enumerate() if one.name.startswith("sync") and one not in before]

    own = Syncing()
    own.finish()
    assert not running()
    own.add(files[0])
    assert running()
    threads = running()
    own.finish()
    for thread in threads:
        thread.join(5)
    assert not running()


def test_syncing_changes_nothing(files: list[Path]) -> None:
    with files[0].open("r+b") as stream:
        begin_to_sync(stream.fileno())
    sync(files[0])
    assert files[0].read_bytes() == b"x" * 5000
