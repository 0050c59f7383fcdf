"""Progress: a bar on a terminal, lines elsewhere, nothing where it is not asked for."""

import logging
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from converter import progress
from converter.progress import tracked
from tests.conftest import ROOT


def on_terminal(*arguments: object) -> tuple[str, str]:
    """stdout, and what a terminal on stderr was sent."""
    master, slave = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "converter", *map(str, arguments)], stdout=subprocess.PIPE, stderr=slave, env=env
    )
    os.close(slave)
    sent = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        sent += piece
    os.close(master)
    out, _ = process.communicate(timeout=60)
    return out.decode(), sent.decode()


def test_a_terminal_shows_a_bar_with_counts_below_the_log(suining_inbox: Path, tmp_path: Path) -> None:
    out, sent = on_terminal("run", suining_inbox, "-o", tmp_path / "OUT")
    assert "读取文件" in sent
    assert "3/3" in sent
    assert "数据年度 2019" in sent
    assert out.startswith("完成：2019 年度")


def test_quiet_shows_no_bar(suining_inbox: Path, tmp_path: Path) -> None:
    _, sent = on_terminal("run", suining_inbox, "-o", tmp_path / "OUT", "-q")
    assert "读取文件" not in sent


def test_a_pipe_gets_no_bar_and_no_control_characters(suining_inbox: Path, tmp_path: Path, jixiao) -> None:  # type: ignore[no-untyped-def]
    done = jixiao("run", suining_inbox, "-o", tmp_path / "OUT")
    assert "\x1b" not in done.stderr
    assert "3/3" not in done.stderr


class Kept(logging.Handler):
    """Keeps the lines of a log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def test_where_nobody_watches_a_line_now_and_then_says_how_many_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, log = Kept(), logging.getLogger("jixiao")
    monkeypatch.setattr(log, "handlers", [kept])
    monkeypatch.setattr(log, "propagate", False)
    monkeypatch.setattr(log, "level", logging.INFO)
    monkeypatch.setattr(progress, "SECONDS", 0)
    assert list(tracked("甲乙", 2, "读取文件", bar=False)) == ["甲", "乙"]
    assert kept.lines == ["读取文件：1/2", "读取文件：2/2"]
    monkeypatch.setattr(progress, "SECONDS", 30)
    list(tracked("甲乙", 2, "读取文件", bar=False))
    assert len(kept.lines) == 2
