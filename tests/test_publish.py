"""Outputs appear whole: each is old or new whatever interrupts the publishing, and the next run completes it."""

import errno
import hashlib
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from converter import publish as publishing
from converter.ahead import MANIFEST
from converter.lastmanifest import previous_outputs
from converter.publish import Stage, locked, strangers, workshop
from converter.run import Options, run
from converter.vocabulary.findings import EXIT_CLEAN, EXIT_FINDINGS, RunError
from tests.workbooks import basic_data, indicator_table, suining, write_xlsx

ROOT = Path(__file__).resolve().parent.parent
Files = dict[str, bytes]
OLD: Files = {
    "汇总.xlsx": b"old summary",
    "部门/甲.xlsx": b"old a",
    "部门/乙.xlsx": b"old b",
    "scores.csv": b"old scores",
}
NEW: Files = {
    "汇总.xlsx": b"new summary",
    "部门/甲.xlsx": b"new a",
    "部门/丙.xlsx": b"new c",
    "scores.csv": b"new scores",
}


@pytest.fixture(autouse=True)
def _every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is done to large files is done to those of the tests."""
    monkeypatch.setattr(publishing, "_LARGE", 0)


class Killed(BaseException):
    """The process ends here: nothing may catch it."""


def manifest(files: Files) -> bytes:
    outputs = [{"file": name, "sha256": hashlib.sha256(content).hexdigest()} for name, content in sorted(files.items())]
    return json.dumps({"outputs": outputs}, ensure_ascii=False).encode()


def publish(output: Path, files: Files) -> bool:
    """A run's last act, as run.py does it; True when it completed an interrupted one first."""
    stage = Stage(output)
    recovered = stage.recover()
    before = previous_outputs(output)
    for name, content in files.items():
        stage.add(name, content)
    stale = set(before) - set(files)
    stage.add(MANIFEST, manifest(files))
    stage.publish(stale)
    stage.clear()
    return recovered


def wholly(files: Files) -> Files:
    """An OUT that holds these files and nothing else."""
    return {**files, MANIFEST: manifest(files)}


def contents(output: Path) -> Files:
    return {p.relative_to(output).as_posix(): p.read_bytes() for p in output.rglob("*") if p.is_file()}


@pytest.fixture
def output(tmp_path: Path) -> Iterator[Path]:
    """OUT with the old files in it, its lock held as during a run."""
    out = tmp_path / "OUT"
    with locked(out):
        publish(out, OLD)
        yield out


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, step: int, *, after: bool, error: BaseException) -> Iterator[list[str]]:
    """Raises at the step-th act on the file system: before it happens, or just after. Gives the acts so far."""
    acts: list[str] = []
    counting = threading.Lock()  # files are synced by several threads

    def counted(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            with counting:
                acts.append(name)
                own = len(acts)
            if own == step and not after:
                raise error
            result = act(*arguments, **options)
            if own == step:
                raise error
            return result

        return wrapped

    with monkeypatch.context() as patch:
        for name in ("replace", "unlink", "mkdir", "write_text"):
            patch.setattr(Path, name, counted(name, getattr(Path, name)))
        patch.setattr(os, "fsync", counted("fsync", os.fsync))
        patch.setattr(shutil, "rmtree", counted("rmtree", shutil.rmtree))
        yield acts


def steps_of(publishing: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many acts a publish takes."""
    with dying(monkeypatch, 0, after=False, error=Killed()) as acts:
        publishing()
    return len(acts)


# --- what a publish does -----------------------------------------------------------------------------------------------


def test_everything_is_there_and_nothing_else(output: Path) -> None:
    publish(output, NEW)
    assert contents(output) == wholly(NEW)


@pytest.mark.skipif(os.name == "nt", reason="not done there")
def test_what_a_large_output_replaces_is_kept_until_all_are_moved(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its room was given back by the rename that took its place: nearly all of the time of the moves."""
    monkeypatch.setattr(publishing, "_LARGE", len(b"old summary"))
    stage = Stage(output)
    for name, content in NEW.items():
        stage.add(name, content)
    stage.publish([])
    held = [path.read_bytes() for path in workshop(output).glob("stage/replaced-*")]
    assert held == [b"old summary"]
    assert NEW.items() <= contents(output).items()
    stage.clear()
    assert not (workshop(output) / "stage").exists()


def test_where_files_have_one_name_each_outputs_are_replaced_all_the_same(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory sticks and some shares know no second name of a file."""
    monkeypatch.setattr(Path, "hardlink_to", no_links)
    publish(output, NEW)
    assert contents(output) == wholly(NEW)


def no_links(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_an_output_that_is_left_stays_and_one_that_is_taken_after_all_is_moved(output: Path, tmp_path: Path) -> None:
    stage = Stage(output)
    for name in ("部门/甲.xlsx", "部门/乙.xlsx"):
        stage.leave(name, "as it was")
    (tmp_path / "new").write_bytes(b"new b")
    stage.take("部门/乙.xlsx", tmp_path / "new")
    stage.add(MANIFEST, b"{}")
    assert sorted(stage.hashes) == ["run.json", "部门/乙.xlsx", "部门/甲.xlsx"]
    stage.publish(["scores.csv"])
    expected = {"汇总.xlsx": b"old summary", "部门/甲.xlsx": b"old a", "部门/乙.xlsx": b"new b", MANIFEST: b"{}"}
    assert contents(output) == expected


def test_the_workshop_stands_beside_and_is_swept(output: Path) -> None:
    publish(output, NEW)
    assert workshop(output) == output.parent / ".OUT.jixiao"
    assert [path.name for path in workshop(output).iterdir()] == ["lock"]


def test_the_manifest_goes_last(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        moved.append(target.name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    publish(output, NEW)
    assert moved[-1] == MANIFEST
    assert moved.count(MANIFEST) == 1


def test_hashes_are_of_what_was_added(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "OUT")
    stage.add("部门/甲.xlsx", b"abc")
    assert stage.hashes == {"部门/甲.xlsx": hashlib.sha256(b"abc").hexdigest()}


# --- interrupted -------------------------------------------------------------------------------------------------------


def whole(output: Path) -> None:
    """Each output is old or new, never partial and never both missing."""
    there = contents(output)
    for name in {*OLD, *NEW}:
        allowed = {files.get(name) for files in (OLD, NEW)}
        assert there.get(name) in allowed, name
    assert there[MANIFEST] in (manifest(OLD), manifest(NEW))
    if there[MANIFEST] == manifest(NEW):
        assert there == wholly(NEW)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_step_each_output_is_old_or_new_and_the_next_run_completes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    out = tmp_path / "OUT"
    with locked(out):
        publish(out, OLD)
        steps = steps_of(lambda: publish(out, NEW), monkeypatch)
        assert steps > 15
        completed = 0
        for step in range(1, steps + 1):
            shutil.rmtree(out)
            publish(out, OLD)
            with dying(monkeypatch, step, after=after, error=Killed()), pytest.raises(Killed):
                publish(out, NEW)
            whole(out)
            journal = (workshop(out) / "publish.json").exists()
            stage = Stage(out)
            assert stage.recover() == journal
            assert contents(out) in ([wholly(NEW)] if journal else [wholly(OLD), wholly(NEW)])
            completed += journal
            publish(out, NEW)
            assert contents(out) == wholly(NEW)
            assert [path.name for path in workshop(out).iterdir()] == ["lock"]
        assert completed >= len(NEW)


def test_killed_again_while_completing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run that completes an interrupted one may itself be killed, at every step."""
    out = tmp_path / "OUT"

    def interrupted() -> None:
        shutil.rmtree(out, ignore_errors=True)
        shutil.rmtree(workshop(out) / "stage", ignore_errors=True)
        publish(out, OLD)
        with dying(monkeypatch, middle, after=True, error=Killed()), pytest.raises(Killed):
            publish(out, NEW)

    with locked(out):
        publish(out, OLD)
        middle = steps_of(lambda: publish(out, NEW), monkeypatch) - 5
        interrupted()
        steps = steps_of(lambda: Stage(out).recover(), monkeypatch)
        assert steps >= 3
        for step in range(1, steps + 1):
            interrupted()
            with dying(monkeypatch, step, after=False, error=Killed()), pytest.raises(Killed):
                Stage(out).recover()
            whole(out)
            Stage(out).recover()
            assert contents(out) == wholly(NEW)


@pytest.mark.parametrize("held", [*NEW, "部门/乙.xlsx", MANIFEST], ids=ascii)
def test_an_output_that_is_open_elsewhere_is_one_clear_error_and_completed_later(
    output: Path, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    """Windows refuses to replace or remove a file that Excel holds open."""
    replace, unlink = Path.replace, Path.unlink

    def refuse(path: Path) -> None:
        if path == output / held:
            raise PermissionError(13, "denied")

    def replacing(self: Path, target: Path) -> Path:
        refuse(target)
        return replace(self, target)

    def unlinking(self: Path, missing_ok: bool = False) -> None:
        refuse(self)
        unlink(self, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replacing)
        patch.setattr(Path, "unlink", unlinking)
        with pytest.raises(RunError, match="正被打开") as caught:
            publish(output, NEW)
    assert (caught.value.code, caught.value.place.file) == ("R06", f"OUT/{held}")
    assert "请关闭" in caught.value.advice
    whole(output)
    assert Stage(output).recover()
    assert contents(output) == wholly(NEW)


def no_space(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("owner", "act"), [(os, "fsync"), (Path, "write_text")], ids=["staging", "journal"])
def test_a_full_disk_is_one_clear_error(output: Path, monkeypatch: pytest.MonkeyPatch, owner: object, act: str) -> None:
    """No space left is nothing the program did wrong: a line with a code, and OUT as it was."""
    monkeypatch.setattr(owner, act, no_space)
    with pytest.raises(RunError) as caught:
        publish(output, NEW)
    assert caught.value.code in ("R04", "R06")
    assert contents(output) == wholly(OLD)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_called_so(output: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def full(_: int) -> None:
        raise OSError(code, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="磁盘空间不足，没有写成；原有的输出没有动") as caught:
        publish(output, NEW)
    assert caught.value.code == "R04"


def test_names_and_contents_are_on_the_disk_before_the_plan_and_before_it_is_forgotten(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut after any step finds what the steps before it promised."""
    acts: list[str] = []
    fsync, replace, unlink = os.fsync, Path.replace, Path.unlink

    def syncing(number: int) -> None:
        acts.append(f"sync {Path(f'/proc/self/fd/{number}').readlink().relative_to(output.parent)}")
        fsync(number)

    def replacing(self: Path, target: Path) -> Path:
        acts.append(f"move {self.relative_to(output.parent)}")
        return replace(self, target)

    def unlinking(self: Path, missing_ok: bool = False) -> None:
        acts.append(f"unlink {self.relative_to(output.parent)}")
        unlink(self, missing_ok)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(Path, "replace", replacing)
    monkeypatch.setattr(Path, "unlink", unlinking)
    publish(output, NEW)
    shop = ".OUT.jixiao"
    plan, end = acts.index(f"move {shop}/publish.tmp"), acts.index(f"unlink {shop}/publish.json")
    for name in (*NEW, MANIFEST):
        assert acts.index(f"sync {shop}/stage/{name}") < plan
    assert {f"sync {shop}/publish.tmp", f"sync {shop}/stage", f"sync {shop}/stage/部门"} <= {*acts[:plan]}
    assert acts[plan + 1] == f"sync {shop}"
    assert acts[end - 2 : end] == ["sync OUT", "sync OUT/部门"]


def test_an_output_keeps_the_permissions_it_has_and_a_new_one_has_those_of_the_umask(output: Path) -> None:
    (output / "scores.csv").chmod(0o640)
    before = os.umask(0o027)
    try:
        publish(output, {**NEW, "新.csv": b"new"})
    finally:
        os.umask(before)
    assert stat.S_IMODE((output / "scores.csv").stat().st_mode) == 0o640
    assert stat.S_IMODE((output / "新.csv").stat().st_mode) == 0o640
    assert stat.S_IMODE((output / "部门" / "甲.xlsx").stat().st_mode) == stat.S_IMODE(0o666 & ~before)


# --- open elsewhere, known before the work --------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["~$甲.xlsx", ".~甲.xlsx", ".~lock.甲.xlsx#"])
def test_an_output_that_excel_holds_open_is_named_before_the_work(tmp_path: Path, mark: str) -> None:
    out = tmp_path / "OUT"
    with locked(out):
        publish(out, OLD)
    (out / "部门" / mark).write_bytes(b"")
    before = contents(out)
    with pytest.raises(RunError, match="正被打开") as caught, locked(out):
        pytest.fail("the work began")
    assert (caught.value.code, caught.value.place.file) == ("R06", "OUT/部门/甲.xlsx")
    assert "请关闭" in caught.value.advice
    assert mark in caught.value.advice  # left behind by a crash, it can be removed
    assert contents(out) == before
    (out / "部门" / mark).unlink()
    with locked(out):
        pass


def test_on_windows_an_output_that_cannot_be_opened_is_open_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "OUT"
    with locked(out):
        publish(out, OLD)
    opened = Path.open

    def refusing(self: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if self == out / "汇总.xlsx" and "+" in mode:
            raise PermissionError(13, "denied")
        return opened(self, mode, *arguments, **options)

    monkeypatch.setattr("converter.publish._WINDOWS", True)
    monkeypatch.setattr(Path, "open", refusing)
    with pytest.raises(RunError, match="正被打开") as caught, locked(out):
        pytest.fail("the work began")
    assert caught.value.place.file == "OUT/汇总.xlsx"


def test_a_folder_in_out_without_right_to_write_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "OUT"
    with locked(out):
        publish(out, OLD)
    monkeypatch.setattr(os, "access", lambda path, _: path != out / "部门")
    with pytest.raises(RunError, match="不能写入") as caught, locked(out):
        pytest.fail("the work began")
    assert caught.value.code == "R04"


# --- stale files and strangers -----------------------------------------------------------------------------------------


def test_what_is_no_longer_made_is_removed_and_strangers_are_left(output: Path) -> None:
    (output / "批注.docx").write_bytes(b"mine")
    (output / "部门" / "甲 (审核).xlsx").write_bytes(b"mine")
    publish(output, NEW)
    assert not (output / "部门" / "乙.xlsx").exists()
    assert strangers(output, NEW) == ["批注.docx", "部门/甲 (审核).xlsx"]
    assert (output / "批注.docx").read_bytes() == b"mine"


def name_in_manifest(output: Path, name: str) -> None:
    """run.json, tampered with."""
    listed = {"outputs": [{"file": name, "sha256": ""}]}
    (output / MANIFEST).write_text(json.dumps(listed), encoding="utf-8")


@pytest.mark.parametrize("name", ["../../x", "../x", "部门/../../x", "{tmp}/x", "没有.xlsx"])
def test_a_manifest_never_removes_anything_outside(output: Path, name: str) -> None:
    bystanders = [output.parent / "x", output.parent.parent / "x"]
    for path in bystanders:
        path.write_bytes(b"not yours")
    name_in_manifest(output, name.replace("{tmp}", str(output.parent)))
    publish(output, NEW)
    assert all(path.read_bytes() == b"not yours" for path in bystanders)
    assert wholly(NEW).items() <= contents(output).items()
    for path in bystanders:
        path.unlink()


@pytest.mark.parametrize("name", ["部门", "", ".", ".."], ids=ascii)
def test_a_folder_named_in_a_manifest_is_left_alone_and_stops_no_run(output: Path, name: str) -> None:
    name_in_manifest(output, name)
    publish(output, NEW)
    assert wholly(NEW).items() <= contents(output).items()


def test_a_link_in_out_leads_nowhere_else(output: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.xlsx").write_bytes(b"not yours")
    (output / "链接").symlink_to(outside)
    (output / MANIFEST).write_text('{"outputs": [{"file": "链接/x.xlsx", "sha256": ""}]}', encoding="utf-8")
    publish(output, NEW)
    assert (outside / "x.xlsx").read_bytes() == b"not yours"


def test_a_link_among_the_outputs_counts_where_it_does_not_lead_out(output: Path, tmp_path: Path) -> None:
    (tmp_path / "外.xlsx").write_bytes(b"not yours")
    (output / "部门" / "外.xlsx").symlink_to(tmp_path / "外.xlsx")
    (output / "部门" / "内.xlsx").symlink_to(output / "汇总.xlsx")
    (output / "部门" / "空.xlsx").symlink_to(output / "没有.xlsx")
    names = [f"部门/{name}.xlsx" for name in "甲外内空"]
    listed = {"outputs": [{"file": name, "sha256": name} for name in names]}
    (output / MANIFEST).write_text(json.dumps(listed), encoding="utf-8")
    assert previous_outputs(output) == {"部门/甲.xlsx": "部门/甲.xlsx", "部门/内.xlsx": "部门/内.xlsx"}


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"outputs": 5}', '{"outputs": [{}]}', '{"outputs": ["a"]}', "null"]
)
def test_an_unreadable_manifest_lists_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / MANIFEST).write_text(content, encoding="utf-8")
    assert previous_outputs(tmp_path) == {}


# --- the lock ----------------------------------------------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from converter.publish import locked

with locked(Path(sys.argv[1])):
    Path(sys.argv[2]).touch()
    time.sleep(60)
"""


def wait_for(path: Path) -> None:
    end = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < end, path
        time.sleep(0.02)


def test_a_lock_held_by_another_process_is_refused_at_once(tmp_path: Path) -> None:
    out, ready = tmp_path / "OUT", tmp_path / "ready"
    command = [sys.executable, "-c", HOLD, str(out), str(ready)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}) as other:
        try:
            wait_for(ready)
            started = time.monotonic()
            with pytest.raises(RunError) as caught, locked(out):
                pass
            assert time.monotonic() - started < 1
            assert caught.value.code == "R05"
        finally:
            other.kill()
    with locked(out):  # a lock whose holder was killed holds no longer
        pass


def test_a_lock_is_free_again_after_use(tmp_path: Path) -> None:
    for _ in range(2):
        with locked(tmp_path / "OUT"):
            pass


@pytest.mark.parametrize("where", ["", "/below", "/far/below"])
def test_an_out_that_cannot_be_is_refused(tmp_path: Path, where: str) -> None:
    """OUT is a file, or lies below one (a root user may write everywhere else)."""
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(RunError) as caught, locked(Path(f"{tmp_path}/file{where}")):
        pass
    assert caught.value.code == "R04"
    assert contents(tmp_path) == {"file": b"mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_out_without_right_to_write_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(RunError) as caught, locked(tmp_path / "OUT"):
        pass
    assert caught.value.code == "R04"


@pytest.mark.parametrize("where", ["OUT", "a/b/OUT"], ids=["beside", "nested"])
def test_a_failed_start_leaves_no_folder_behind(tmp_path: Path, where: str) -> None:
    """Exit 2: nothing written."""
    with pytest.raises(RunError, match="没有"), locked(tmp_path / where):
        raise RunError("R02", "没有文件")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_start_on_an_existing_out_leaves_it_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "OUT").mkdir()
    (tmp_path / "OUT" / "批注.docx").write_bytes(b"mine")
    with pytest.raises(RunError), locked(tmp_path / "OUT"):
        raise RunError("R02", "没有文件")
    assert [path.name for path in tmp_path.iterdir()] == ["OUT"]
    assert contents(tmp_path / "OUT") == {"批注.docx": b"mine"}


# --- a run that is really killed ---------------------------------------------------------------------------------------


def inbox_of(folder: Path, name: str, departments: int) -> Path:
    inbox = suining(folder / name / "绥宁县人社局").parent
    for number in range(departments):
        who = f"绥宁县第{number}局"
        write_xlsx(inbox / who / "基础数据表.xlsx", basic_data(who))
        write_xlsx(inbox / who / "指标表.xlsx", indicator_table(who))
    return inbox


def outputs_but_manifest(out: Path) -> Files:
    return {name: content for name, content in contents(out).items() if name != MANIFEST}


def workers_of(parent: int) -> list[int]:
    """The worker processes of a run (the leader of its group): the children of the server that forks them."""
    found: list[tuple[int, int]] = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state = status.read_text("utf-8").rpartition(")")[2].split()
            if int(state[2]) == parent and b"forkserver" in (status.parent / "cmdline").read_bytes():
                found.append((int(state[1]), int(status.parent.name)))
    servers = {process for of, process in found if of == parent}
    return sorted(process for of, process in found if of in servers)


def kill_in_a_run(inbox: Path, out: Path, seconds: float, victim: int | None) -> int | None:
    """Starts a run and kills after some time its parent (`victim` None) or that worker; how the run ended, None where the
    kill came too late.
    """
    command = [sys.executable, "-m", "converter", "run", str(inbox), "-o", str(out), "-q", "--jobs", "2"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    nothing = subprocess.DEVNULL
    with subprocess.Popen(command, env=env, stdout=nothing, stderr=nothing, start_new_session=True) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return None
        if victim is None:
            process.kill()
            return process.wait()
        there = workers_of(process.pid)
        with suppress(ProcessLookupError, IndexError):
            os.kill(there[victim % len(there) if there else 0], signal.SIGKILL)
        return process.wait()


def survive_kills(folder: Path, count: int, seed: int) -> None:
    """Kills the parent and a worker in turns. A run that lost a worker goes on to its end; one that was killed leaves every
    output old or new; the next run gives what a cold one gives.
    """
    inboxes = [inbox_of(folder, "一", 0), inbox_of(folder, "二", 1)]
    results: list[Files] = []
    for number, inbox in enumerate(inboxes):
        started = time.monotonic()
        run(Options((inbox,), folder / f"whole{number}", jobs=1))
        seconds = time.monotonic() - started + 1.5  # and the start of the interpreter
        results.append(outputs_but_manifest(folder / f"whole{number}"))
    out, chance, ends = folder / "OUT", random.Random(seed), set()
    run(Options((inboxes[1],), out, jobs=1))
    before = 1
    for number in range(count):
        victim = chance.randrange(2) if number % 2 else None
        end = kill_in_a_run(inboxes[1 - before], out, chance.uniform(0.2, seconds), victim)
        ends.add((victim is None, end))
        listed = {
            entry["file"]: entry["sha256"] for entry in json.loads((out / MANIFEST).read_text("utf-8"))["outputs"]
        }
        there = outputs_but_manifest(out)
        if not (workshop(out) / "publish.json").exists():
            assert there in results
            assert {name: hashlib.sha256(content).hexdigest() for name, content in there.items()} == listed
        for name, content in there.items():
            assert content in (results[0].get(name), results[1].get(name)), name
        if victim is not None:
            assert end in (None, EXIT_CLEAN, EXIT_FINDINGS)
            assert there == results[1 - before]
        before = chance.randrange(2)
        run(Options((inboxes[before],), out, jobs=1))
        assert outputs_but_manifest(out) == results[before]
    assert (True, -signal.SIGKILL) in ends
    assert count < 10 or ends & {(False, EXIT_CLEAN), (False, EXIT_FINDINGS)}


def test_a_killed_run_leaves_the_previous_out_whole_or_completable(tmp_path: Path) -> None:
    survive_kills(tmp_path, 2, seed=1)


@pytest.mark.soak
def test_fifty_kills(tmp_path: Path) -> None:
    survive_kills(tmp_path, 50, seed=2)
