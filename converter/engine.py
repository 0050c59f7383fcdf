"""Work in worker processes: chunks over a local pool, results in order. A worker that dies costs one item, not the batch."""

import faulthandler
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from converter.forking import INTERRUPTIONS, start_method, undisturbed

if sys.platform != "win32":
    import resource

In = TypeVar("In")
Out = TypeVar("Out")

#: What becomes of chunks; None for one that a broken pool could not take.
_Futures = deque[Future[list[Out]] | None]

CHUNK = 16
#: What one item may take: a reader that hangs or grows beyond this ends its process, and with it only its item.
SECONDS = 60
MEMORY = 4 * 2**30
#: So many workers begin before there is work for them.
_EARLY = 4


@dataclass(frozen=True)
class Lost(Generic[In]):
    """An item whose worker process died: a reader that aborts, or goes beyond SECONDS or MEMORY."""

    item: In


def alive(results: Iterable[Out | Lost[In]], doing: str) -> Iterator[Out]:
    """The results of our own work, of which nothing may be lost: no input can do this, so it is a bug, or no memory left."""
    for result in results:
        if isinstance(result, Lost):
            raise RuntimeError(f"{doing}时进程异常退出")  # noqa: TRY004
        yield result


def each(
    engine: "Engine", function: Callable[[In], Out], items: Sequence[In], doing: str, size: int = 1
) -> Iterator[Out]:
    """The function of each item, by the workers, `size` items by one; it takes as long as it needs, and none may be lost."""
    return alive(engine.map(function, items, size, timed=False), doing)


class Engine(Protocol):
    """Where work is done: something that applies a function to items in worker processes."""

    def map(
        self, function: Callable[[In], Out], items: Sequence[In], size: int = CHUNK, *, timed: bool = True
    ) -> Iterator[Out | Lost[In]]:
        """function(item) for each item, in order; see LocalPool.map."""


def _begin(memory: int, equipment: bytes) -> None:
    """A worker's first act: leave Ctrl-C to the parent, end when the parent ends, take its limit and its equipment (pickled: what
    prepares it, and the arguments of that).

    What libraries print on stderr when they meet damage is no message for an officer; errors travel as results. What is loaded
    stays: it is never looked through for garbage, which takes a tenth of a second and copies all that the workers share.
    """
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTIONS)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    prepare, arguments = pickle.loads(equipment)  # noqa: S301  # of the parent
    prepare(*arguments)


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _result(future: "Future[list[Out]] | None") -> list[Out] | None:
    """A chunk's results, None where the pool broke before or under it."""
    if future is None:
        return None
    try:
        return future.result()
    except BrokenProcessPool:
        return None


def _is_whole(future: "Future[list[Out]] | None") -> bool:
    """Whether a chunk was done before the pool broke."""
    return future is not None and future.done() and not future.cancelled() and future.exception() is None


def run_chunk(function: Callable[[In], Out], seconds: float, items: Sequence[In]) -> list[Out]:
    """The function of each item, one after the other; ends the process when one takes more than so many seconds (0: never), by a
    watchdog that no lock of the interpreter can hold up. Setting it starts a thread: it is set anew after a tenth of the time
    only, so that an item may take a tenth longer.
    """
    if not seconds:
        return [function(item) for item in items]
    results, since = [], -seconds
    with Path(os.devnull).open("w", encoding="ascii") as nowhere:
        try:
            for item in items:
                if time.monotonic() - since > seconds / 10:
                    faulthandler.dump_traceback_later(seconds * 1.1, exit=True, file=nowhere)
                    since = time.monotonic()
                results.append(function(item))
        finally:
            faulthandler.cancel_dump_traceback_later()
    return results


class LocalPool:
    """A pool of `jobs` processes; `prepare` runs once in each. Use as a context manager.

    `seconds` limits each item, `memory` (bytes of address space, not on Windows) each process.
    """

    def __init__(
        self,
        jobs: int,
        prepare: Callable[..., None],
        arguments: tuple[object, ...],
        seconds: float = SECONDS,
        memory: int = MEMORY,
    ) -> None:
        self.jobs, self._seconds = jobs, seconds
        # Pickled here: the thread that starts the workers would do it while what it is made of may be changing.
        self._beginning = memory, pickle.dumps((prepare, arguments), pickle.HIGHEST_PROTOCOL)
        self._pool: ProcessPoolExecutor | None = None
        self._beginner: Future[_Futures[Any]] | None = None

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(self, *_: object) -> None:
        """Nobody waits for what is under way, if there was an error."""
        self.rest()
        self._close()

    def rest(self) -> None:
        """Nothing more will be asked: ends the workers, who would take half a second to put away what they hold."""
        self._begun()
        for process in list((self._pool._processes or {}).values()) if self._pool is not None else ():
            if process.exitcode is None:
                process.kill()

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _start(self, workers: int) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context(start_method())
            self._pool = ProcessPoolExecutor(workers, context, _begin, self._beginning)
            for _ in range(min(workers, _EARLY) if start_method() == "forkserver" else 0):
                self._pool.submit(
                    os.getpid
                )  # each of these starts one, which is there long before it has anything to do
        return self._pool

    def map(
        self, function: Callable[[In], Out], items: Sequence[In], size: int = CHUNK, *, timed: bool = True
    ) -> Iterator[Out | Lost[In]]:
        """function(item) for each item, in order; Lost for an item that kills its worker. The work begins at once.

        `size` items go to a worker together; those that are not `timed` may take as long as they need. Exceptions of
        `function` itself propagate: it must turn what it expects into results.
        """
        chunks = deque(items[start : start + size] for start in range(0, len(items), size))
        bound = partial(run_chunk, function, self._seconds if timed else 0.0)
        return self._results(bound, chunks, self._handed_out(bound, list(chunks)))

    def _handed_out(
        self, bound: Callable[[Sequence[In]], list[Out]], chunks: Sequence[Sequence[In]]
    ) -> Callable[[], _Futures[Out]]:
        """What gives the futures of chunks, which are handed out at once; for the first workers another thread waits, as the
        server that they are forked from may be loading still.
        """

        def futures() -> _Futures[Out]:
            return deque(self._submit(bound, chunk) for chunk in chunks)

        if self._pool is None and self._beginner is None and start_method() == "forkserver":
            thread = ThreadPoolExecutor(1)
            self._beginner = thread.submit(futures)
            thread.shutdown(wait=False)
            return self._beginner.result
        self._begun()
        handed = futures()
        return lambda: handed

    def _begun(self) -> None:
        """Waits until the first chunks are handed out."""
        if self._beginner is not None:
            self._beginner.exception()

    def _results(
        self,
        bound: Callable[[Sequence[In]], list[Out]],
        chunks: deque[Sequence[In]],
        handed: Callable[[], _Futures[Out]],
    ) -> Iterator[Out | Lost[In]]:
        futures = handed()
        while chunks:
            chunk, results = chunks.popleft(), _result(futures.popleft())
            if results is not None:
                yield from results
                continue
            self._pool = None
            yield from self._one_by_one(bound, chunk)
            self._close()  # its one worker; what is left goes on with all of them
            futures = deque(
                future if _is_whole(future) else self._submit(bound, chunk)
                for chunk, future in zip(chunks, futures, strict=True)
            )

    def _submit(self, bound: Callable[[Sequence[In]], list[Out]], chunk: Sequence[In]) -> "Future[list[Out]] | None":
        """The chunk's future, None where the pool is already broken (the chunk is then done one by one)."""
        try:
            with undisturbed():
                return self._start(self.jobs).submit(bound, chunk)
        except BrokenProcessPool:
            return None

    def _one_by_one(self, bound: Callable[[Sequence[In]], list[Out]], chunk: Sequence[In]) -> Iterator[Out | Lost[In]]:
        """A chunk whose pool broke: each item in a pool of its own worker, so that the guilty one is found."""
        for item in chunk:
            try:
                with undisturbed():
                    future = self._start(1).submit(bound, [item])
                yield from future.result()
            except BrokenProcessPool:
                self._pool = None
                yield Lost(item)
