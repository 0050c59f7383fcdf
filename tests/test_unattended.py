"""Runs that no one watches: without terminal, HOME or locale, by the schedules in samples/, and dry runs that leave no trace."""

import configparser
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import ROOT, Command
from tests.workbooks import suining

SCHEDULE = ROOT / "samples" / "schedule"


def test_a_run_without_home_locale_and_terminal(tmp_path: Path) -> None:
    """As cron starts it: a session of its own, / as folder, three variables."""
    inbox, log = suining(tmp_path / "收件箱" / "绥宁县人社局").parent, tmp_path / "运行.log"
    command = [sys.executable, "-m", "converter", "run", str(inbox), "-o", str(tmp_path / "结果")]
    env = {"PATH": "/usr/bin:/bin", "LANG": "C", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, "-q", "--log-file", str(log)],
        cwd="/",
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr == b""
    assert done.stdout.decode().startswith("完成：2019 年度，评分 1 个部门")
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert lines[0]["message"].startswith("收到 3 个文件")
    assert lines[-1]["message"] == done.stdout.decode().strip()  # the verdict is in the log too
    assert (tmp_path / "结果" / "部门" / "绥宁县人社局_2019.xlsx").is_file()


# --- dry runs ------------------------------------------------------------------------------------------------------------


def everything(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every path below a folder with mode, time of change and content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        stat = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(folder))] = (stat.st_mode, stat.st_mtime_ns, content)
    return found


@pytest.mark.parametrize("existing", [False, True], ids=["new", "existing"])
def test_a_dry_run_writes_nothing_at_all(tmp_path: Path, jixiao: Command, suining_out: Path, existing: bool) -> None:
    """No lock, no ledger, no log, no folder."""
    suining(tmp_path / "in" / "绥宁县人社局")
    out = suining_out if existing else tmp_path / "OUT"
    before = everything(tmp_path), everything(suining_out.parent)
    done = jixiao("run", tmp_path / "in", "-o", out, "--dry-run", "--log-file", tmp_path / "运行.log")
    assert done.returncode == 1
    assert done.stdout.startswith("试运行（未写任何文件）")
    assert (everything(tmp_path), everything(suining_out.parent)) == before


# --- schedules -----------------------------------------------------------------------------------------------------------


def arguments(line: str) -> list[str]:
    """What a schedule gives to jixiao."""
    words = shlex.split(line)
    return words[words.index("run") :]


def test_the_units_of_systemd() -> None:
    service, timer = (configparser.ConfigParser(interpolation=None, strict=True, delimiters=("=",)) for _ in range(2))
    service.optionxform = timer.optionxform = str  # type: ignore[assignment]
    service.read(SCHEDULE / "jixiao.service", encoding="utf-8")
    timer.read(SCHEDULE / "jixiao.timer", encoding="utf-8")
    assert arguments(service["Service"]["ExecStart"]) == ["run", "-q", "--log-file", "运行.log"]
    assert service["Service"]["SuccessExitStatus"] == "1"
    assert timer["Timer"]["OnCalendar"] == "Mon..Fri 22:30"


def test_the_task_of_windows() -> None:
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    task = ElementTree.fromstring((SCHEDULE / "jixiao.task.xml").read_bytes())  # noqa: S314  # our own file
    action = task.find("t:Actions/t:Exec", space)
    assert action is not None
    assert arguments(action.findtext("t:Arguments", "", space)) == ["run", "-q", "--log-file", "运行.log"]
    assert action.findtext("t:WorkingDirectory", "", space).endswith("绩效")


@pytest.mark.parametrize(("code", "speaks"), [(0, False), (1, False), (2, True), (70, True), (130, True)])
def test_the_line_of_cron_speaks_up_only_where_nothing_was_scored(tmp_path: Path, code: int, speaks: bool) -> None:
    line = (SCHEDULE / "jixiao.cron").read_text(encoding="utf-8").splitlines()[-1]
    schedule, command = line.split(maxsplit=5)[:5], line.split(maxsplit=5)[5]
    assert schedule == ["30", "22", "*", "*", "1-5"]
    assert "%" not in command  # cron would break the line there
    program = tmp_path / "jixiao" / "bin" / "jixiao"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\necho "$PWD $@" > "{tmp_path}/called"\necho 完成\nexit {code}\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "绩效").mkdir()
    done = subprocess.run(
        ["/bin/sh", "-c", command], env={"HOME": str(tmp_path), "PATH": os.defpath}, capture_output=True, check=False
    )
    assert (tmp_path / "called").read_text(encoding="utf-8").strip() == f"{tmp_path}/绩效 run -q --log-file 运行.log"
    assert ("没有完成" in done.stdout.decode()) is speaks
