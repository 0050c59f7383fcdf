"""The work on a Dask cluster: a scheduler and two workers of its own, the same bytes as on one machine, workers that die."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from converter.cluster import Cluster
from converter.engine import Lost
from converter.run import Options, run
from converter.vocabulary.findings import RunError

ROOT = Path(__file__).resolve().parent.parent  # workers import this module, and it must be light
_told = ""
_PATIENCE = 60


def remember(word: str) -> None:
    global _told  # as reading.prepare does
    _told = word


def told(item: int) -> tuple[int, str, int]:
    time.sleep(0.02)
    return item, _told, os.getpid()


def exits(item: int) -> int:
    """Ends its process at every negative item."""
    if item < 0:
        os._exit(3)
    return item * 2


def complains(item: int) -> int:
    raise ValueError(f"item {item}")


@dataclass
class Farm:
    """A scheduler and its workers, each a process that the test started."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self) -> "Farm":
        """The scheduler on a free port, and two workers under nannies that start them again."""
        import socket

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._begin("dask_scheduler", "--port", str(self.port), "--host", "127.0.0.1", "--no-dashboard")
        for number in range(2):
            self.work(f"{number}")
        return self

    def work(self, name: str) -> None:
        """One more worker, with one thread."""
        threads = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(self.folder))
        self._begin("dask_worker", self.address, *threads, "--name", name)

    def _begin(self, module: str, *arguments: str) -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
        with (self.folder / "log").open("ab") as log:
            self.processes.append(subprocess.Popen(command, env=env, cwd=self.folder, stdout=log, stderr=log))

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(_PATIENCE)


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    pytest.importorskip("distributed")
    started = Farm(tmp_path_factory.mktemp("farm")).start()
    yield started
    started.stop()


def test_results_come_in_order_from_prepared_workers(farm: Farm, tmp_path: Path) -> None:
    with Cluster(farm.address, remember, ("word",), (tmp_path,)) as cluster:
        results = [result for result in cluster.map(told, range(40), 4) if not isinstance(result, Lost)]
    assert [item for item, *_ in results] == list(range(40))
    assert {word for _, word, _ in results} == {"word"}
    assert os.getpid() not in {process for *_, process in results}


def test_an_item_that_kills_its_worker_costs_only_itself(farm: Farm, tmp_path: Path) -> None:
    with Cluster(farm.address, remember, ("word",), (tmp_path,)) as cluster:
        assert list(cluster.map(exits, [1, -1, 2])) == [2, Lost(-1), 4]


def test_an_exception_of_the_function_is_no_lost_item(farm: Farm, tmp_path: Path) -> None:
    with Cluster(farm.address, remember, ("word",), (tmp_path,)) as cluster, pytest.raises(ValueError, match="item 5"):
        list(cluster.map(complains, [5]))


def test_a_worker_that_cannot_see_the_inbox_is_named(farm: Farm, tmp_path: Path) -> None:
    """A path of this process alone stands for a folder that is not mounted over there."""
    own = os.open(tmp_path, os.O_RDONLY)
    os.dup2(own, 97)
    hidden = Path("/proc/self/fd/97")
    assert hidden.exists()
    with (
        pytest.raises(RunError, match="看不到 /proc/self/fd/97") as caught,
        Cluster(farm.address, remember, ("word",), (hidden,)),
    ):
        pass
    assert caught.value.code == "R21"
    assert "工作进程 tcp://127.0.0.1:" in caught.value.message
    os.close(own)
    os.close(97)


def test_a_scheduler_that_is_not_there_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("converter.cluster._PATIENCE", 1)
    with pytest.raises(RunError, match="连不上调度器") as caught, Cluster("tcp://127.0.0.1:9", remember, ("",), ()):
        pass
    assert caught.value.code == "R20"


def inbox_of(folder: Path) -> Path:
    """Twelve departments; this module may not import what makes them, for workers import it."""
    from tests.workbooks import basic_data, indicator_table, write_xlsx

    for number in range(12):
        who = f"绥宁县示例{number:02}局"
        write_xlsx(folder / who / "基础数据表.xlsx", basic_data(who, staff=(60, 58 + number, "100%")))
        write_xlsx(folder / who / "指标表.xlsx", indicator_table(who))
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "run.json")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def convert(inbox: Path, out: Path, scheduler: str | None) -> dict[str, bytes]:
    run(Options((inbox,), out, region="430527", chunk=3, scheduler=scheduler, fail_on="never"))
    return bytes_of(out)


def open_here() -> list[str]:
    """What this process holds open of what a run put aside."""
    opened = [str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return [name for name in opened if "/work-" in name]


def test_a_worker_holds_nothing_open_that_a_run_put_aside(farm: Farm, tmp_path: Path) -> None:
    """Removed files would take their room until the worker ends."""
    from distributed import Client

    convert(inbox_of(tmp_path / "in"), tmp_path / "out", farm.address)
    with Client(farm.address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        assert set(map(tuple, client.run(open_here).values())) == {()}


def test_the_same_bytes_as_on_one_machine_even_when_a_worker_is_killed(farm: Farm, tmp_path: Path) -> None:
    import threading

    inbox = inbox_of(tmp_path / "in")
    here = convert(inbox, tmp_path / "here", None)
    assert convert(inbox, tmp_path / "there", farm.address) == here

    victim = farm.processes[-1]
    done: list[dict[str, bytes]] = []
    work = threading.Thread(target=lambda: done.append(convert(inbox, tmp_path / "again", farm.address)))
    work.start()
    while work.is_alive() and not list((tmp_path / ".again.jixiao").glob("work-*/*")):
        time.sleep(0.01)
    assert work.is_alive()
    victim.send_signal(signal.SIGKILL)  # its nanny; the worker under it ends with it
    work.join(_PATIENCE)
    farm.work("2")
    assert done == [here]
