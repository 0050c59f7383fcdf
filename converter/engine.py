"""Work in worker processes: chunks over a local pool, results in order. A worker that dies costs one item, not the batch."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from typing import Generic, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")

CHUNK = 16


@dataclass(frozen=True)
class Lost(Generic[In]):
    """An item whose worker process died (a reader that aborts, out of memory)."""

    item: In


def _begin(prepare: Callable[..., None], arguments: tuple[object, ...]) -> None:
    """A worker's first act: leave Ctrl-C to the parent, end when the parent ends, take its equipment."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
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


def _run_chunk(function: Callable[[In], Out], items: Sequence[In]) -> list[Out]:
    return [function(item) for item in items]


class LocalPool:
    """A pool of `jobs` spawned processes; `prepare` runs once in each. Use as a context manager."""

    def __init__(self, jobs: int, prepare: Callable[..., None], arguments: tuple[object, ...]) -> None:
        self.jobs, self._prepare, self._arguments = jobs, prepare, arguments
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _start(self, workers: int) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(workers, context, _begin, (self._prepare, self._arguments))
        return self._pool

    def map(self, function: Callable[[In], Out], items: Sequence[In]) -> Iterator[Out | Lost[In]]:
        """function(item) for each item, in order; Lost for an item that kills its worker.

        Exceptions of `function` itself propagate: it must turn what it expects into results.
        """
        chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
        workers = max(1, min(self.jobs, len(chunks)))
        futures = [self._submit(workers, function, chunk) for chunk in chunks]
        for chunk, future in zip(chunks, futures, strict=True):
            results = _result(future)
            if results is None:
                self._pool = None
                yield from self._one_by_one(function, chunk)
            else:
                yield from results

    def _submit(self, workers: int, function: Callable[[In], Out], chunk: Sequence[In]) -> "Future[list[Out]] | None":
        """The chunk's future, None where the pool is already broken (the chunk is then done one by one)."""
        try:
            return self._start(workers).submit(partial(_run_chunk, function), chunk)
        except BrokenProcessPool:
            return None

    def _one_by_one(self, function: Callable[[In], Out], chunk: Sequence[In]) -> Iterator[Out | Lost[In]]:
        """A chunk whose pool broke: each item in a pool of its own worker, so that the guilty one is found."""
        for item in chunk:
            try:
                yield self._start(1).submit(function, item).result()
            except BrokenProcessPool:
                self._pool = None
                yield Lost(item)
