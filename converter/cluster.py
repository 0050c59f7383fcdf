"""Work on a Dask cluster (--scheduler; the extra `cluster`): the same as LocalPool, where one machine is outgrown.

Every worker must see the inbox and the output folder under the same paths (a shared file system), and have this program in
the same version. A worker that is lost is done without: its work is given to the others.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from converter import __version__
from converter.engine import CHUNK, SECONDS, Lost, run_chunk
from converter.scratch import let_go
from converter.vocabulary.findings import RunError

In = TypeVar("In")
Out = TypeVar("Out")

#: Seconds to wait for the scheduler, and for its first worker.
_PATIENCE = 15


def _seen(paths: Sequence[Path]) -> tuple[str, list[str]]:
    """On a worker: the version of this program there, and which of the paths it cannot see."""
    return __version__, [str(path) for path in paths if not path.exists()]


class Cluster:
    """The workers of a Dask scheduler at `address`; `prepare` runs once in each, in those that come later too.

    Use as a context manager. Raises RunError R20 where Dask is not installed, the scheduler cannot be reached or has no
    workers, and R21 for a worker that cannot see one of the paths `shared`, or has another version of this program.
    """

    def __init__(
        self, address: str, prepare: Callable[..., None], arguments: tuple[object, ...], shared: Sequence[Path]
    ) -> None:
        self._address, self._shared = address, shared
        self._beginning = (prepare, arguments)
        self._client: Any = None

    def __enter__(self) -> "Cluster":
        self._client = _connected(self._address)
        try:
            self._look_around()
            self._client.register_plugin(_plugin(*self._beginning), name="jixiao")
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def rest(self) -> None:
        """Nothing more will be asked: has the workers, which go on, let go of what was put aside."""
        with suppress(Exception):  # whatever became of a worker, the work is done
            self._client.run(let_go, on_error="ignore")

    def _look_around(self) -> None:
        """Refuses a worker that could not do its part."""
        advice = "请在每台机器上把收件箱和输出文件夹挂在相同的路径，再启动工作进程"
        for worker, answer in sorted(self._client.run(_seen, self._shared, on_error="return").items()):
            if isinstance(answer, BaseException):
                raise RunError(
                    "R21", f"工作进程 {worker} 不能运行本程序（{answer}）", "请在那台机器上安装同一版本的本程序"
                )
            version, hidden = answer
            if hidden:
                raise RunError("R21", f"工作进程 {worker} 看不到 {'、'.join(hidden)}", advice)
            if version != __version__:
                message = f"工作进程 {worker} 装的是 {version} 版，这里是 {__version__} 版"
                raise RunError("R21", message, "各台机器请安装同一版本的本程序")

    def map(
        self, function: Callable[[In], Out], items: Sequence[In], size: int = CHUNK, *, timed: bool = True
    ) -> Iterator[Out | Lost[In]]:
        """As LocalPool.map. An item is given up as Lost when it has cost several workers."""
        bound = partial(run_chunk, function, SECONDS if timed else 0.0)
        chunks = deque(items[start : start + size] for start in range(0, len(items), size))
        futures = deque(self._submit(bound, chunk) for chunk in chunks)
        return self._results(bound, chunks, futures)

    def _submit(self, bound: Callable[[Sequence[In]], list[Out]], chunk: Sequence[In]) -> Any:
        return self._client.submit(bound, chunk, pure=False)

    def _results(
        self, bound: Callable[[Sequence[In]], list[Out]], chunks: deque[Sequence[In]], futures: deque[Any]
    ) -> Iterator[Out | Lost[In]]:
        while chunks:
            chunk, found = chunks.popleft(), _result(futures.popleft())
            if found is not None:
                yield from found
                continue
            for item in chunk:
                alone = _result(self._submit(bound, [item]))
                yield Lost(item) if alone is None else alone[0]


def _result(future: Any) -> Any:
    """A chunk's results, None where it cost one worker after the other. Raises RunError R20 when the scheduler is gone."""
    from concurrent.futures import CancelledError

    from distributed.scheduler import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        return None
    except CancelledError as error:
        raise RunError("R20", "与调度器的连接中断", "请查看调度器后重新运行；输出文件夹保持原样") from error


def _connected(address: str) -> Any:
    """A client of the scheduler that has at least one worker."""
    try:
        from distributed import Client
    except ImportError as error:
        raise RunError("R20", "没有安装集群组件", "请安装：pip install jixiao[cluster]") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it tells is not for an officer
    try:
        client: Any = Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise RunError("R20", f"连不上调度器 {address}", "请核对地址（如 tcp://主机:8786）和网络") from error
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        client.close()
        raise RunError("R20", f"调度器 {address} 没有工作进程", "请先启动工作进程：dask worker 地址") from error
    return client


def _plugin(prepare: Callable[..., None], arguments: tuple[object, ...]) -> Any:
    """What gives each worker its equipment, when it starts and when it is started again."""
    from distributed import WorkerPlugin

    class Equipment(WorkerPlugin):  # type: ignore[misc, unused-ignore]
        def setup(self, worker: object) -> None:
            prepare(*arguments)

    return Equipment()
