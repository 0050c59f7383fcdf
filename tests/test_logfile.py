"""The log file: one JSON object a line, rotated, and never a reason to stop."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from converter import logfile
from converter.logfile import kept_log
from converter.vocabulary.findings import RunError


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """A logger of this test's own."""
    logger = logging.Logger("test")
    yield logger
    for handler in logger.handlers:
        handler.close()


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_is_an_object_with_time_level_code_and_message(tmp_path: Path, log: logging.Logger) -> None:
    log.addHandler(kept_log(tmp_path / "运行.log"))
    log.info("收到 %d 个文件\n第二行", 3)
    log.error("[R02] 没有文件（\ud800）")
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        log.exception("程序内部错误")
    first, second, third = lines(tmp_path / "运行.log")
    assert (first["level"], first["code"], first["message"]) == ("INFO", "", "收到 3 个文件\n第二行")
    assert datetime.fromisoformat(first["time"]).utcoffset() is not None
    assert (second["level"], second["code"]) == ("ERROR", "R02")
    assert "ZeroDivisionError" in third["traceback"]


def test_a_log_is_added_to_and_rotated(tmp_path: Path, log: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "SIZE", 1000)
    monkeypatch.setattr(logfile, "KEPT", 2)
    path = tmp_path / "运行.log"
    for _ in range(3):
        handler = kept_log(path)
        log.addHandler(handler)
        for number in range(20):
            log.info("第 %d 行", number)
        log.removeHandler(handler)
        handler.close()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["运行.log", "运行.log.1", "运行.log.2"]
    assert all(one.stat().st_size <= 1000 for one in tmp_path.iterdir())
    assert lines(path)[-1]["message"] == "第 19 行"


def test_a_log_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="不能写入") as caught:
        kept_log(tmp_path / "没有" / "运行.log")
    assert caught.value.code == "R04"


def test_a_full_disk_under_the_log_is_said_once(
    tmp_path: Path, log: logging.Logger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = kept_log(tmp_path / "运行.log")
    log.addHandler(handler)

    def full(_: str) -> int:
        raise OSError(28, "No space left on device")

    assert isinstance(handler, logging.FileHandler)
    monkeypatch.setattr(handler.stream, "write", full, raising=False)
    log.info("一")
    log.info("二")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "[R04]" in said
