"""run.json of the last run: read once, and the one that lies there."""

import json
from pathlib import Path

import pytest

from converter.lastmanifest import forget_last, last_manifest, may_tell


@pytest.mark.parametrize("text", ["", "[1]", "\x00", "{"])
def test_a_damaged_manifest_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    assert last_manifest(tmp_path) is None


def test_the_last_manifest_is_the_one_that_lies_there_now(tmp_path: Path) -> None:
    for said in ('{"year": 1}', '{"year": 2}'):
        (tmp_path / "new").write_text(said, encoding="utf-8")
        (tmp_path / "new").replace(tmp_path / "run.json")
        assert last_manifest(tmp_path) == last_manifest(tmp_path) == json.loads(said)
    forget_last(tmp_path)
    assert last_manifest(tmp_path) == {"year": 2}
    (tmp_path / "run.json").unlink()
    assert last_manifest(tmp_path) is None


def test_what_it_does_not_hold_is_told_without_parsing_it(tmp_path: Path) -> None:
    assert not may_tell(tmp_path, "key")
    (tmp_path / "run.json").write_text('{"key": "ab12"', encoding="utf-8")
    assert [may_tell(tmp_path, word) for word in ("key", "ab12", "ab1", "year")] == [True, True, False, False]


@pytest.mark.parametrize(("large", "held"), [(0, False), (100, True)])
def test_only_a_large_one_is_let_go(tmp_path: Path, large: int, held: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_last(tmp_path)  # where there is none, nothing is to be let go
    monkeypatch.setattr("converter.lastmanifest._LARGE", large)
    (tmp_path / "run.json").write_text('{"year": 1}', encoding="utf-8")
    first = last_manifest(tmp_path)
    forget_last(tmp_path)
    assert (last_manifest(tmp_path) is first) is held
