"""A run that is stopped, or meets a full disk or vanishing files: OUT stays whole, nothing goes on working."""

import ast
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from converter.engine import LocalPool
from converter.intake.discover import Inbox, discover
from converter.ledger import NAME as LEDGER
from converter.run import Options, run
from tests.conftest import ROOT
from tests.workbooks import basic_data, suining, write_xlsx


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def children(process: int) -> list[int]:
    """Processes that a process started, and those that these did."""
    found: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if state[0] != "Z":
                found[int(entry.name)] = int(state[1])
    family = {process}
    while more := {one for one, of in found.items() if of in family} - family:
        family |= more
    return sorted(family - {process})


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return False
    return state[0] != "Z"


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stopping") / "in"
    suining(folder / "绥宁县人社局")
    content = (folder / "绥宁县人社局" / "基础数据表.xlsx").read_bytes()
    for number in range(300):  # other bytes each, or they would count once
        (folder / f"{number}.xlsx").write_bytes(content + b"\0" * number)
    return folder


@pytest.fixture
def output(tmp_path: Path, suining_inbox: Path) -> Path:
    """An OUT of an earlier run."""
    run(Options((suining_inbox,), tmp_path / "OUT", jobs=1, books=False))
    return tmp_path / "OUT"


@pytest.mark.parametrize(
    ("how", "moment"),
    [(signal.SIGTERM, 4), (signal.SIGINT, 3)],
    ids=["SIGTERM", "SIGINT while workers start"],
)
def test_a_stopped_run_ends_within_five_seconds_with_all_its_workers(
    inbox: Path, output: Path, how: signal.Signals, moment: int
) -> None:
    before = contents(output)
    command = [sys.executable, "-m", "converter", "run", str(inbox), "-o", str(output), "--jobs", "2"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stderr is not None
        assert "收到 303 个文件" in running.stderr.readline().decode()
        limit = time.monotonic() + 30
        while len(workers := children(running.pid)) < moment and time.monotonic() < limit:
            time.sleep(0.02)
        started = time.monotonic()
        running.send_signal(how)
        out, err = running.communicate(timeout=60)
        seconds = time.monotonic() - started
    assert (running.returncode, out) == (130, b"")
    assert seconds < 5
    assert "已中断" in err.decode()
    assert "Traceback" not in err.decode()
    limit = started + 5
    while any(map(alive, workers)) and time.monotonic() < limit:
        time.sleep(0.05)  # the helper of multiprocessing ends when its pipe does
    assert [worker for worker in workers if alive(worker)] == []
    assert contents(output) == before
    assert {path.name for path in (output.parent / ".OUT.jixiao").rglob("*")} <= {"lock", LEDGER}


def _sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def _nothing() -> None:
    """What a worker of this test needs."""


def test_an_error_in_the_parent_waits_for_no_worker() -> None:
    started = time.monotonic()
    with suppress(KeyboardInterrupt), LocalPool(2, _nothing, ()) as pool:
        results = pool.map(_sleep, [0.0] * 16 + [20.0] * 16)
        assert next(results) == 0
        raise KeyboardInterrupt
    assert time.monotonic() - started < 15  # of 320 seconds


def test_a_full_disk_in_the_midst_of_writing_leaves_the_old_out(suining_inbox: Path, output: Path) -> None:
    """No file may grow beyond 30 kB: the summary cannot be written."""
    before = contents(output)
    command = [sys.executable, "-m", "converter", "run", str(suining_inbox), "-o", str(output), "-q"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    limit = (30_000, 30_000)
    done = subprocess.run(
        command,
        env=env,
        capture_output=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith("[R04] ")
    assert "磁盘空间不足，没有写成；原有的输出没有动" in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert contents(output) == before


def test_a_file_that_vanishes_after_listing_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = suining(tmp_path / "in" / "绥宁县人社局")
    write_xlsx(tmp_path / "in" / "绥宁县甲局" / "基础数据表.xlsx", basic_data("绥宁县甲局"))

    def vanishing(*arguments: Any) -> Inbox:
        found = discover(*arguments)
        (folder / "指标表.xlsx").unlink()
        return found

    monkeypatch.setattr("converter.beginning.discover", vanishing)
    report = run(Options((tmp_path / "in",), tmp_path / "OUT", jobs=1, books=False))
    assert len(report.whole.departments) == 2
    gone = [item for item in report.findings if item.place.file == "绥宁县人社局/指标表.xlsx"]
    assert [(item.code, str(item.level)) for item in gone] == [("F01", "错误")]


@pytest.mark.parametrize("path", sorted((ROOT / "converter").rglob("*.py")), ids=lambda path: path.stem)
def test_no_clock_on_the_wall_decides_anything(path: Path) -> None:
    """A clock that is set back or forward in the midst of a run changes nothing: only time stamps of the log use it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert not calls & {"time.time", "time.time_ns", "datetime.now", "datetime.today", "date.today", "time.ctime"}


def test_an_interruption_within_an_exec_of_an_import_ends_with_130_too(tmp_path: Path) -> None:
    """The interpreter would remember it, and end by SIGINT instead."""
    lines = (
        "import typer",
        "from converter.console import run_app",
        "app = typer.Typer()",
        "@app.command()",
        "def stop() -> None: exec('raise KeyboardInterrupt')",
        "@app.command()",
        "def go() -> None: ...",
        "run_app(app, ['stop'])",
    )
    (tmp_path / "stops.py").write_text("\n".join(lines), encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "stops"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (130, b"")
