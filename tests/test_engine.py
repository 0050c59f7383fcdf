"""The pool: results in order, a worker that dies costs one item, and no worker outlives its parent."""

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from converter.engine import CHUNK, LocalPool, Lost

ROOT = (
    Path(__file__).resolve().parent.parent
)  # not from tests.conftest: workers import this module, and it must be light
_told = ""


def remember(word: str) -> None:
    global _told  # as reading.prepare does
    _told = word


def nothing() -> None:
    """A preparation that prepares nothing."""


def double(item: int) -> int:
    return item * 2


def slow_first(item: int) -> int:
    """The first items take longest, so that the others are ready before them."""
    time.sleep(max(0.0, 0.05 - item / 400))
    return item


def told(item: int) -> tuple[int, str, int]:
    return item, _told, os.getpid()


def ignores_interrupt(_: int) -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def exits(item: int) -> int:
    """Ends its process without a word at every negative item."""
    if item < 0:
        os._exit(3)
    return item * 2


def aborts(item: int) -> int:
    """Aborts, as a reader that runs out of memory does, at every negative item."""
    if item < 0:
        os.abort()
    return item * 2


def sleeps(item: int) -> int:
    if item < 0:
        time.sleep(120)
    return item * 2


def backtracks(item: int) -> int:
    if item < 0:
        re.fullmatch("(a+)+b", "a" * 60)
    return item * 2


def hoards(item: int) -> int:
    if item < 0:
        try:
            bytearray(2**31)
        except MemoryError:
            os.abort()  # what a reader outside Python does
    return item * 2


def where(item: int) -> int:
    if item < 0:
        os.abort()
    time.sleep(0.02)
    return os.getpid()


def complains(item: int) -> int:
    if item == 3:
        raise ValueError(f"item {item}")
    return item


def dies_in_preparation() -> None:
    os._exit(4)


def expected(items: Sequence[int]) -> list[object]:
    return [Lost(item) if item < 0 else item * 2 for item in items]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_order(jobs: int) -> None:
    items = range(2 * CHUNK + 3)
    with LocalPool(jobs, nothing, ()) as pool:
        assert list(pool.map(slow_first, items)) == list(items)


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK + 1])
def test_any_number_of_items(count: int) -> None:
    with LocalPool(2, nothing, ()) as pool:
        assert list(pool.map(double, range(count))) == [2 * item for item in range(count)]


def test_work_is_never_done_in_the_parent_and_is_prepared_there() -> None:
    with LocalPool(2, remember, ("word",)) as pool:
        results = [result for result in pool.map(told, range(40)) if not isinstance(result, Lost)]
    assert {word for _, word, _ in results} == {"word"}
    assert os.getpid() not in {process for *_, process in results}
    assert 1 <= len({process for *_, process in results}) <= 2
    assert _told == ""


def test_a_pool_maps_more_than_once() -> None:
    with LocalPool(1, nothing, ()) as pool:
        first = list(pool.map(double, [1, 2]))
        assert (first, list(pool.map(double, [3]))) == ([2, 4], [6])


def test_workers_leave_interruption_to_the_parent() -> None:
    with LocalPool(1, nothing, ()) as pool:
        assert list(pool.map(ignores_interrupt, [0])) == [True]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("guilty", [0, CHUNK + 2, 2 * CHUNK], ids=["first", "middle", "last"])
def test_a_worker_that_dies_costs_exactly_its_item(jobs: int, guilty: int) -> None:
    items = [-1 if at == guilty else at for at in range(2 * CHUNK + 1)]
    with LocalPool(jobs, nothing, ()) as pool:
        assert list(pool.map(exits, items)) == expected(items)


@pytest.mark.parametrize(
    "items",
    [[-1], [-1, -2], [5, -1, 6, -2, 7], [-1, *range(1, CHUNK), -2, *range(1, CHUNK), 5]],
    ids=["alone", "all", "two-in-a-chunk", "one-in-each-chunk"],
)
def test_several_guilty_items_cost_only_themselves(items: list[int]) -> None:
    with LocalPool(2, nothing, ()) as pool:
        assert list(pool.map(aborts, items)) == expected(items)


def test_the_pool_still_works_after_a_death() -> None:
    with LocalPool(2, nothing, ()) as pool:
        assert list(pool.map(exits, [1, -1])) == [2, Lost(-1)]
        assert list(pool.map(exits, [3, 4])) == [6, 8]


def test_a_preparation_that_dies_costs_every_item_but_ends() -> None:
    with LocalPool(1, dies_in_preparation, ()) as pool:
        assert list(pool.map(double, [1, 2])) == [Lost(1), Lost(2)]


@pytest.mark.parametrize("hangs", [sleeps, backtracks], ids=["asleep", "in-a-call-that-holds-the-interpreter"])
def test_an_item_that_hangs_costs_only_itself(hangs: Callable[[int], int]) -> None:
    with LocalPool(2, nothing, (), seconds=1.5) as pool:
        assert list(pool.map(hangs, [1, -1, 2])) == [2, Lost(-1), 4]


def test_an_item_that_wants_too_much_memory_costs_only_itself() -> None:
    with LocalPool(1, nothing, (), memory=2**30) as pool:
        assert list(pool.map(hoards, [1, -1, 2])) == [2, Lost(-1), 4]


def test_after_a_death_the_rest_is_done_by_all_workers() -> None:
    items = [-1, *[1] * (6 * CHUNK)]
    with LocalPool(2, nothing, ()) as pool:
        results = list(pool.map(where, items))
    assert results[0] == Lost(-1)
    assert len(set(results[CHUNK:])) >= 2


def test_an_exception_of_the_function_is_no_lost_item() -> None:
    with LocalPool(2, nothing, ()) as pool, pytest.raises(ValueError, match="item 3"):
        list(pool.map(complains, range(5)))


# --- no worker outlives its parent -------------------------------------------------------------------------------------

SCRIPT = """
import sys, time
from converter.engine import LocalPool
from tests.test_engine import nothing, linger

if __name__ == "__main__":
    with LocalPool(2, nothing, ()) as pool:
        list(pool.map(linger, [sys.argv[1]] * 33))
"""


def linger(folder: str) -> None:
    """Says that it is there, and stays."""
    (Path(folder) / f"{os.getpid()}").touch()
    time.sleep(120)


def marked(mark: str) -> list[int]:
    """Processes that carry the mark in their environment; those that only wait to be buried do not count."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            if entry.name.isdigit() and state != "Z" and mark.encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except (OSError, IndexError, UnicodeDecodeError):
            continue
    return found


def until(done: Path, count: int) -> bool:
    """Waits until a folder holds `count` files."""
    end = time.monotonic() + 60
    while len(list(done.iterdir())) < count and time.monotonic() < end:
        time.sleep(0.02)
    return len(list(done.iterdir())) >= count


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_when_the_parent_is_killed(tmp_path: Path, how: signal.Signals) -> None:
    script, there, mark = tmp_path / "parent.py", tmp_path / "there", f"mark-{uuid.uuid4()}"
    script.write_text(SCRIPT, encoding="utf-8")
    there.mkdir()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "JIXIAO_TEST_MARK": mark}
    with subprocess.Popen([sys.executable, str(script), str(there)], env=env) as parent:
        try:
            assert until(there, 2)
            assert len(marked(mark)) >= 3  # the parent and its two workers
        finally:
            parent.send_signal(how)
            parent.wait(10)
    end = time.monotonic() + 10
    while marked(mark) and time.monotonic() < end:
        time.sleep(0.05)
    left = marked(mark)
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert left == []


def test_workers_can_be_had_after_the_server_that_loads_them_was_ended() -> None:
    code = (
        "from converter.engine import LocalPool\nfrom converter.forking import preload, unload\n"
        "preload(['converter.loading', 'converter.portions'])\n"
        "unload()\n"
        "unload()\n"
        "with LocalPool(1, int, ()) as pool:\n"
        "    print(*pool.map(abs, [-1, 2]))\n"
    )
    assert said(code) == (0, "1 2\n", "")


def said(code: str, *more: Path) -> tuple[int, str, str]:
    """The exit code, and what another interpreter prints that finds modules here and in `more` folders."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *more)))}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_whoever_reads_what_a_run_says_does_not_wait_for_the_server_that_loaded(tmp_path: Path) -> None:
    """It took all apart that it had loaded, for a quarter of a second after the run, and held what the run writes to open."""
    (tmp_path / "slow.py").write_text("import atexit, time\natexit.register(time.sleep, 60)\n", encoding="utf-8")
    code = (
        "from converter.__main__ import _leave\nfrom converter.engine import LocalPool\n"
        "from converter.forking import preload\n"
        "preload(['slow'])\n"
        "with LocalPool(1, int, ()) as pool:\n"
        "    print(*pool.map(abs, [-1]))\n"
        "_leave(3)\n"
    )
    began = time.monotonic()
    assert said(code, tmp_path) == (3, "1\n", "")
    assert time.monotonic() - began < 40


def test_what_workers_begin_with_is_what_it_was_when_the_pool_was_made() -> None:
    """They are started by another thread, meanwhile it may change (RuntimeError: dictionary changed size during iteration)."""
    words = {"first": 1}
    with LocalPool(1, remember, (words,)) as pool:
        words["second"] = 2
        (result,) = pool.map(told, [0])
    assert not isinstance(result, Lost)
    assert result[1] == {"first": 1}  # type: ignore[comparison-overlap]


def test_nobody_waits_for_the_server_that_loads_while_there_is_other_work(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(1.5)\n", encoding="utf-8")
    code = (
        "import time\n"
        "from converter.engine import LocalPool\nfrom converter.forking import preload\n"
        "preload(['slow'])\n"
        "began = time.monotonic()\n"
        "with LocalPool(1, int, ()) as pool:\n"
        "    first = pool.map(abs, [-1])\n"
        "    handed = time.monotonic() - began\n"
        "    second = pool.map(abs, [-2])\n"
        "    print(*first, *second, handed < 1 < time.monotonic() - began)\n"
        "with LocalPool(1, int, ()) as pool:\n"
        "    pool.map(abs, [-3])\n"
    )
    assert said(code, tmp_path) == (0, "1 2 True\n", "")


def test_at_rest_the_workers_are_ended_before_anybody_waits_for_them() -> None:
    with LocalPool(2, nothing, ()) as pool:
        assert list(pool.map(double, range(8), 1)) == [double(item) for item in range(8)]
        assert pool._pool is not None
        workers = [*pool._pool._processes.values()]
        pool.rest()
        end = time.monotonic() + 5
        while any(worker.exitcode is None for worker in workers) and time.monotonic() < end:
            time.sleep(0.01)  # not join: the pool's own thread waits for them too, and one of the two is told nothing
        assert workers
        assert {worker.exitcode for worker in workers} <= {-signal.SIGKILL, 255}  # 255: the server does not tell how
        pool.rest()
