"""The ledger of earlier runs: found by key or not at all; damaged, foreign, hostile or huge ones are begun anew and named."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from converter import ledger as module
from converter.ledger import Ledger, key_of
from tests.conftest import ROOT

KEY, BODY = key_of("甲局/表.xlsx", "sha"), b"body" * 100


def kept(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.put(KEY, BODY)


def test_what_was_kept_is_found_again(tmp_path: Path) -> None:
    kept(tmp_path / "ledger")
    with Ledger(tmp_path / "ledger") as ledger:
        assert ledger.get(KEY) == BODY
        assert ledger.get(key_of("甲局/表.xlsx", "other")) is None
        assert (ledger.note, ledger.hits) == ("", 1)


def test_which_of_many_keys_are_known(tmp_path: Path) -> None:
    keys = [key_of(at) for at in range(200)]
    with Ledger(tmp_path / "ledger") as ledger:
        for key in keys[::3]:
            ledger.put(key, BODY)
        assert ledger.known(keys) == {*keys[::3]}
        assert ledger.known([]) == set()


def test_keys_tell_where_a_part_ends() -> None:
    assert key_of("ab", "c") != key_of("a", "bc")
    assert key_of("a") != key_of("a", "")


def not_ours(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 a workbook")


def cut(path: Path) -> None:
    kept(path)
    path.write_bytes(path.read_bytes()[:3000])


def changed(path: Path, *statements: str) -> None:
    kept(path)
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def of_another_version(path: Path) -> None:
    changed(path, "PRAGMA user_version = 99")


def of_too_many_runs(path: Path) -> None:
    changed(path, "UPDATE entries SET run = 9223372036854775807")


def of_no_run(path: Path) -> None:
    changed(path, "UPDATE entries SET run = 'x'")


def with_a_trigger(path: Path) -> None:
    changed(path, "CREATE TRIGGER evil AFTER UPDATE ON entries BEGIN DELETE FROM entries; END")


def with_a_view(path: Path) -> None:
    changed(path, "DROP TABLE bodies", "CREATE VIEW bodies AS SELECT 1 AS id, x'00' AS content")


def a_link(path: Path) -> None:
    kept(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def a_folder(path: Path) -> None:
    (path / "below").mkdir(parents=True)


DOUBTFUL = [
    not_ours,
    cut,
    of_another_version,
    of_too_many_runs,
    of_no_run,
    with_a_trigger,
    with_a_view,
    a_link,
    a_folder,
]


@pytest.mark.parametrize("spoil", DOUBTFUL)
def test_a_doubtful_ledger_is_begun_anew_and_named(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    path = tmp_path / "ledger"
    spoil(path)
    with Ledger(path) as ledger:
        assert ledger.get(KEY) is None
        assert ledger.note
        ledger.put(KEY, BODY)
        assert ledger.get(KEY) == (None if spoil is a_folder else BODY)
    if spoil is a_link:
        with Ledger(path.with_name("elsewhere")) as other:
            assert other.get(KEY) == BODY  # what the link led to was left alone
    if spoil is not a_folder:
        with Ledger(path) as ledger:
            assert (ledger.get(KEY), ledger.note) == (BODY, "")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE bodies SET content = x'00'", "UPDATE bodies SET content = 7", "UPDATE entries SET key = x'01'"],
)
def test_a_changed_entry_is_not_used(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "ledger"
    changed(path, statement)
    with Ledger(path) as ledger:
        assert ledger.get(b"\x01" if "key =" in statement else KEY) is None
        assert ledger.note == "已损坏"
        assert len(ledger) == 0


def test_a_huge_ledger_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path / "ledger")
    monkeypatch.setattr(module, "_LARGEST", 1000)
    with Ledger(tmp_path / "ledger") as ledger:
        assert ledger.note == "过大"


def test_a_huge_entry_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path / "ledger")
    monkeypatch.setattr(module, "_LARGEST_ENTRY", 10)
    with Ledger(tmp_path / "ledger") as ledger:
        assert ledger.get(KEY) is None


def test_what_two_runs_did_not_ask_for_is_dropped_and_its_room_given_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    with Ledger(path) as ledger:
        ledger.put(KEY, os.urandom(1_000_000))
        ledger.put(key_of("used"), BODY)
    large = path.stat().st_size
    for run in range(3):
        with Ledger(path) as ledger:
            ledger.put(key_of(run), BODY)
            assert ledger.get(key_of("used")) == BODY
            ledger.forget_unused()
    assert path.stat().st_size < large / 5
    with Ledger(path) as ledger:
        assert ledger.get(KEY) is None
        assert ledger.get(key_of(2)) == BODY
        assert ledger.get(key_of("used")) == BODY


def test_a_folder_that_cannot_be_written_is_a_run_without_a_ledger(tmp_path: Path) -> None:
    with Ledger(tmp_path / "no" / "such" / "folder" / "ledger") as ledger:
        ledger.put(KEY, BODY)
        assert ledger.get(KEY) is None
        ledger.forget_unused()


def test_one_that_another_program_holds_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.01)
    path = tmp_path / "ledger"
    kept(path)
    with Ledger(path), Ledger(path) as second:
        assert second.get(KEY) is None
        assert second.note
    with Ledger(path) as again:
        assert again.get(KEY) == BODY


def test_a_full_disk_ends_the_keeping_not_the_run(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    kept(path)
    with Ledger(path) as ledger:
        ledger._connection.execute("PRAGMA max_page_count = 8")
        for at in range(3):
            ledger.put(key_of(at), os.urandom(200_000))
        ledger.forget_unused()
    with Ledger(path) as ledger:
        assert ledger.note == ""
        assert ledger.get(key_of(2)) is None


def test_a_killed_run_leaves_what_was_there_before(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    kept(path)
    code = f"""
import os
from pathlib import Path
from converter.ledger import Ledger, key_of
ledger = Ledger(Path({str(path)!r}))
for at in range(300):
    ledger.put(key_of(at), os.urandom(20_000))  # more than fits into memory: some of it is in the file already
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    with Ledger(path) as ledger:
        assert ledger.note == ""
        assert ledger.get(KEY) == BODY
        assert len(ledger) == 1
