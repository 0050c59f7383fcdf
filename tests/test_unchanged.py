"""A run whose inputs, rules and outputs are as the last one left them is not done again; whatever changes, it is."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from converter import unchanged as module
from converter.again import run_unless_done
from converter.ahead import begin_loading
from converter.intake.discover import discover
from converter.options import Options
from converter.outcome import Report
from converter.unchanged import Kept
from tests.conftest import ROOT
from tests.test_cli import call
from tests.workbooks import SUINING_BASIC, basic_data, suining, write_xlsx


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an inbox, own mappings, last year's output and an OUT made of them."""
    folder = tmp_path_factory.mktemp("done")
    suining(folder / "收件箱" / "人社局")
    (folder / "本地" / "forms").mkdir(parents=True)
    (folder / "名单.csv").write_text("编码,名称\n1,绥宁县人社局\n", encoding="utf-8")
    assert isinstance(run_unless_done(options(folder)), Report)
    return folder


@pytest.fixture
def place(done: Path, tmp_path: Path) -> Path:
    """A copy of it, file times kept."""
    shutil.copytree(done, tmp_path / "工作", dirs_exist_ok=True)
    (tmp_path / "工作" / "OUT" / "run.json").write_text(json.dumps(moved(tmp_path / "工作")), encoding="utf-8")
    return tmp_path / "工作"


def options(folder: Path) -> Options:
    return Options((folder / "收件箱",), folder / "OUT", mappings=folder / "本地", departments=folder / "名单.csv")


def moved(folder: Path) -> dict[str, object]:
    """run.json with the key of the folder's new place: where inputs and lists lie belongs to it."""
    asked = options(folder)
    manifest: dict[str, object] = json.loads((folder / "OUT" / "run.json").read_text(encoding="utf-8"))
    inbox = discover(asked.inboxes, asked.output)
    return {**manifest, "key": module.key_of_run(asked, inbox)}


def test_the_same_again_is_not_done_again(place: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (place / "OUT").rglob("*")}
    again = run_unless_done(options(place))
    assert isinstance(again, Kept)
    assert (again.year, again.exit_code, again.counts()["部门"]) == (2019, 1, 1)
    assert str(again.since) == "较上次：新收 0，重报 0，得分变动 0，未报 0"
    assert {path: path.stat().st_mtime_ns for path in (place / "OUT").rglob("*")} == before


def test_file_times_do_not_matter_but_the_exit_code_follows_what_is_asked(place: Path) -> None:
    for path in (place / "收件箱").rglob("*.xlsx"):
        os.utime(path, (1, 1))
    again = run_unless_done(replace(options(place), fail_on="never", jobs=2))
    assert isinstance(again, Kept)
    assert again.exit_code == 0


def sent_again(place: Path) -> None:
    rows = {**SUINING_BASIC, "政府采购金额": ("——", 10, 10)}
    write_xlsx(place / "收件箱" / "人社局" / "基础数据表.xlsx", basic_data(rows=rows))


def renamed(place: Path) -> None:
    (place / "收件箱" / "人社局" / "决算.xlsx").rename(place / "收件箱" / "人社局" / "决算2.xlsx")


def one_more(place: Path) -> None:
    (place / "收件箱" / "说明.txt").write_text("说明", encoding="utf-8")


def own_form(place: Path) -> None:
    by_name = "by_name: {name: [项目], year: [年度], unit: [单位], value: [填报数]}"
    (place / "本地" / "forms" / "表.yaml").write_text(f"form: 表\ntitles: [某某表]\n{by_name}\n", encoding="utf-8")


def listed(place: Path) -> None:
    (place / "名单.csv").write_text("编码,名称\n1,绥宁县人社局\n2,绥宁县甲局\n", encoding="utf-8")


def typed_over(place: Path) -> None:
    (place / "OUT" / "scores.csv").write_text("x", encoding="utf-8")


def lost(place: Path) -> None:
    next((place / "OUT" / "部门").iterdir()).unlink()


def no_manifest(place: Path) -> None:
    (place / "OUT" / "run.json").write_text("{", encoding="utf-8")


def odd_manifest(place: Path) -> None:
    content = json.loads((place / "OUT" / "run.json").read_text(encoding="utf-8"))
    (place / "OUT" / "run.json").write_text(json.dumps({**content, "counts": 3}), encoding="utf-8")


def is_done_again(asked: Options, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a run would be done."""
    sign: Any = object()
    monkeypatch.setattr("converter.run.done", lambda *_, **__: sign)
    found: Any = run_unless_done(asked)
    return found is sign


CHANGES = [sent_again, renamed, one_more, own_form, listed, typed_over, lost, no_manifest, odd_manifest]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_it_is_done_again(
    place: Path, change: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_done_again(options(place), monkeypatch)
    change(place)
    assert is_done_again(options(place), monkeypatch)


@pytest.mark.parametrize(
    "asked", [{"year": 2019}, {"region": "430527"}, {"books": False}, {"recalculate": True}, {"passwords": ("1",)}]
)
def test_another_option_is_another_run(place: Path, asked: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_done_again(replace(options(place), **asked), monkeypatch)  # type: ignore[arg-type]


def test_an_inbox_that_was_moved_is_read_again_so_that_archive_finds_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "收件箱").rename(place / "别处")
    asked = replace(options(place), inboxes=(place / "别处",))
    assert is_done_again(asked, monkeypatch)


def test_a_program_is_told_by_its_modules_and_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGE", tmp_path)
    told = []
    for name, text in (("a.py", ""), ("a.py", "1"), ("below/a.py", ""), ("below/b.html", ""), ("c.py", "1")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        told.append(module._code.__wrapped__())
    (tmp_path / "__pycache__").mkdir()
    for name in ("__pycache__/a.py", "notes.txt"):
        (tmp_path / name).write_text("compiled")
    assert len({*told}) == 5
    assert module._code.__wrapped__() == told[-1]


def test_another_program_is_another_run(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_code", lambda: "other")
    assert is_done_again(options(place), monkeypatch)


def test_the_command_says_so_and_can_be_made_to_do_it_again(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    asked = ("run", "收件箱", "-o", "OUT", "--mappings", "本地", "--departments", "名单.csv")
    assert call(*asked) == 1
    first = capsys.readouterr()
    assert "与上次相同" in first.err
    assert first.out.startswith("完成：2019 年度，评分 1 个部门")
    written = (place / "OUT" / "run.json").stat().st_mtime_ns
    assert call(*asked, "--no-cache") == 1
    second = capsys.readouterr()
    assert "与上次相同" not in second.err
    assert second.out.splitlines()[0] == first.out.splitlines()[0]
    assert (place / "OUT" / "run.json").stat().st_mtime_ns > written


def test_what_has_not_changed_is_told_before_anything_heavy_is_loaded() -> None:
    code = (
        "import sys, converter.cli, converter.again, converter.workfile, converter.lastrun, converter.beginning;"
        "sys.exit(bool({'pandas', 'pydantic', 'numpy', 'yaml'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("line", "early"),
    [
        ("run IN -o NEW", True),
        ("run IN --output NEW --year 2019", True),
        ("run IN -o OLD", False),
        ("run IN -o OLD -q --log-file LOG", False),
        ("run CHANGED -o OLD", True),
        ("run IN CHANGED/a/甲.xlsx -o OLD", True),
        ("run IN -o OLD --mappings CHANGED", True),
        ("run . -o OLD", True),
        ("run BOTH -o BOTH/OLD", False),
        ("run NOWHERE -o OLD", False),
        ("run IN -o OLD --no-cache", True),
        ("run --dry-run", True),
        ("run", False),
        ("run IN -o NEW --help", False),
        ("run IN -o NEW --scheduler tcp://a:1", False),
        ("diff NEW OLD --no-cache", False),
        ("", False),
    ],
)
def test_workers_load_before_the_command_line_is_understood_where_they_are_needed_for_sure(
    line: str, early: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = ("IN/.hidden/a.xlsx", "CHANGED/a/甲.xlsx", "BOTH/OLD/books/a.xlsx", "LOG")
    placed(tmp_path, {"IN/a.xlsx": 1, "OLD/run.json": 2, "BOTH/OLD/run.json": 2, **dict.fromkeys(newer, 3)})
    monkeypatch.chdir(tmp_path)
    assert begins(line, monkeypatch) is early


@pytest.mark.parametrize(
    ("times", "early"),
    [
        ({"收件箱/a.xlsx": 1}, True),
        ({"收件箱/a.xlsx": 1, "结果/run.json": 2}, False),
        ({"收件箱/a.xlsx": 3, "结果/run.json": 2}, True),
        ({"复核记录.xlsx": 3, "结果/run.json": 2}, True),
    ],
)
def test_a_run_by_its_settings_asks_for_workers_early_where_anything_beside_them_is_newer(
    times: dict[str, int], early: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(tmp_path, {"设置.yaml": 1, **times})
    monkeypatch.chdir(tmp_path)
    assert begins("run -q", monkeypatch) is early


def placed(folder: Path, times: dict[str, int]) -> None:
    """Files that were changed at these times; folders, before all of them."""
    for name, time in times.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
        os.utime(folder / name, (time, time))
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            os.utime(path, (0, 0))


def begins(line: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a command line has workers loaded."""
    loaded: list[object] = []
    monkeypatch.setattr("converter.ahead.preload", loaded.append)
    begin_loading(line.split())
    return bool(loaded)
