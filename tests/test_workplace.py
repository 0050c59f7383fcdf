"""A folder to work in: init makes it and overwrites nothing; run takes what the command line does not say from 设置.yaml."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from converter.mapping.roster import load_roster
from converter.scoring.decisions import load_decisions
from converter.vocabulary.findings import ConfigurationError, RunError
from converter.workfile import Settings, settings_of
from converter.workplace import begin
from tests.conftest import ROOT
from tests.workbooks import suining

NAMES = ["收件箱", "结果", "部门名单.xlsx", "复核记录.xlsx", "设置.yaml", "运行.bat", "运行.sh"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    begin(tmp_path / "绩效")
    return tmp_path / "绩效"


def settings(folder: Path, text: str) -> Settings:
    (folder / "设置.yaml").write_text(text, encoding="utf-8")
    return settings_of(folder)


def test_init_makes_everything(place: Path) -> None:
    assert sorted(path.name for path in place.iterdir()) == sorted(NAMES)
    batch = (place / "运行.bat").read_bytes()
    assert batch.count(b"\r\n") == batch.count(b"\n") > 5
    assert b"chcp 65001" in batch
    assert batch.splitlines()[0] == b"@echo off"
    assert stat.S_IMODE((place / "运行.sh").stat().st_mode) & 0o111 == 0o111
    for name in ("部门名单.xlsx", "复核记录.xlsx"):
        assert openpyxl.load_workbook(place / name).sheetnames == [name.removesuffix(".xlsx"), "说明"]


def test_init_overwrites_nothing(place: Path) -> None:
    for name in NAMES[2:]:
        (place / name).write_bytes(b"mine")
    (place / "收件箱" / "a.xlsx").write_bytes(b"mine")
    (place / "运行.sh").unlink()
    made, there = begin(place)
    assert (made, len(there)) == (["运行.sh"], 6)
    assert all((place / name).read_bytes() == b"mine" for name in [*NAMES[2:6], "收件箱/a.xlsx"])


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_init_where_no_folder_can_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RunError) as caught:
        begin(tmp_path / name)
    assert caught.value.code == "R04"


def test_empty_lists_are_no_list_and_no_decisions(place: Path) -> None:
    assert not load_roster(place / "部门名单.xlsx", [])
    decisions = load_decisions(place / "复核记录.xlsx")
    assert (decisions.rows, decisions.findings) == ([], [])


def test_the_settings_that_init_writes(place: Path) -> None:
    found = settings_of(place)
    assert (found.inbox, found.output, found.year) == (["收件箱"], "结果", None)
    assert (found.departments, found.decisions, found.fail_on) == ("部门名单.xlsx", "复核记录.xlsx", "error")
    text = (place / "设置.yaml").read_text(encoding="utf-8")
    (place / "映射").mkdir()
    (place.parent / "2018" / "结果").mkdir(parents=True)
    found = settings(place, text.replace("# year", "year").replace("# region", "region").replace("# prior", "prior"))
    assert (found.year, found.region, found.prior) == (2019, "430527", "../2018/结果")


def test_without_settings_everything_must_be_said(tmp_path: Path) -> None:
    own = settings_of(tmp_path)
    for ask in (lambda: own.inboxes([]), lambda: own.out(None)):
        with pytest.raises(RunError) as caught:
            ask()
        assert caught.value.code == "R00"
    assert own.path("prior", None) is None


def test_the_command_line_wins(place: Path) -> None:
    own = settings_of(place)
    assert own.inboxes([Path("a")]) == (Path("a"),)
    assert own.inboxes(None) == (Path("收件箱"),)
    assert (own.out(Path("b")), own.out(None)) == (Path("b"), Path("结果"))
    assert (own.path("decisions", Path("c")), own.path("decisions", None)) == (Path("c"), Path("复核记录.xlsx"))


@pytest.mark.parametrize(
    ("text", "code", "cell", "word"),
    [
        ("inbox: 没有\n", "C25", "1:1", "没有"),
        ("output: 结果\nprior: 2018\n", "C02", "2:8", "2018"),
        ("output: 结果\nprior: '2018'\n", "C25", "2:1", "2018"),
        ("output: 结果\nouptut: 结果\n", "C02", "2:1", "output"),
        ("region: 430527\n", "C02", "1:9", "引号"),
        ("year: '2019'\n", "C02", "1:7", "整数"),
        ("fail_on: sometimes\n", "C02", "1:10", "never"),
        ("inbox： 收件箱\n", "C04", "1:6", "冒号"),
        ("output: a\noutput: b\n", "C03", "2:1", "重复"),
    ],
)
def test_a_mistake_has_a_place(place: Path, text: str, code: str, cell: str, word: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings(place, text)
    assert (caught.value.code, caught.value.place.file, caught.value.place.cell) == (code, "设置.yaml", cell)
    assert word in str(caught.value)


def test_a_run_in_the_folder_needs_no_arguments(place: Path) -> None:
    """By the script that init wrote, from another folder and without HOME, as a scheduled job."""
    suining(place / "收件箱" / "绥宁县人社局")
    env = {"PATH": os.defpath, "LANG": "C"}
    done = subprocess.run(
        [place / "运行.sh"], cwd="/", env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 1, done.stderr
    manifest = json.loads((place / "结果" / "run.json").read_text(encoding="utf-8"))
    assert manifest["departments"] is None
    assert manifest["decisions"]["file"] == "复核记录.xlsx"
    assert manifest["options"]["inboxes"] == [str(place / "收件箱")]
    assert (place / "run.log").is_file()
    command = [sys.executable, "-m", "converter", "run", "-o", "另存", "--fail-on", "never", "-q"]
    env |= {"PYTHONPATH": str(ROOT)}
    assert subprocess.run(command, cwd=place, env=env, capture_output=True, check=False).returncode == 0
    assert (place / "另存" / "run.json").is_file()
