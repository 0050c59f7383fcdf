"""How processes are begun and left alone while they are: the server of the workers, interruptions, and garbage. Light: what the
workers need begins to load from here, before anything else is.
"""

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Interruptions wait while a worker is started (cut short in its start it would complain in English) and while modules
    are loaded (where compiled ones can swallow them, and the run would go on).

    The worker inherits the mask (which Windows does not have), so that Ctrl-C does not reach it before it has begun.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    handlers = {number: signal.signal(number, lambda number, _: came.append(number)) for number in INTERRUPTIONS}
    mask = None if sys.platform == "win32" else signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTIONS)
    try:
        yield
    finally:
        if sys.platform != "win32" and mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])


def collect_seldom(objects: int = 1_000_000) -> None:
    """Looks for garbage in circles every so many objects instead of every 700: of a department a run leaves four of them behind,
    what else it makes is kept or freed at once, what is loaded stays, and looking through it takes a tenth of the time of
    reading, and of loading. Workers look more often (50,000): some readers leave a whole workbook in a circle.
    """
    gc.set_threshold(objects, 20, 50)


def start_method() -> str:
    """How workers are started: forked from the server where there is one."""
    return _START


def preload(modules: Sequence[str]) -> None:
    """Has the modules of the workers loaded from now on, beside whatever is done here, and once for all workers of this
    process: they are forked from a server that only loads (not on Windows, where each loads for itself).
    """
    global _START  # of the whole process, as the server is
    if _START == "spawn" and "forkserver" in multiprocessing.get_all_start_methods():
        from multiprocessing import forkserver

        multiprocessing.set_forkserver_preload(list(modules))
        with undisturbed():
            forkserver.ensure_running()
        _START = "forkserver"


def unload() -> None:
    """Ends the server, where no worker was needed after all: it would go on loading for a second after this process."""
    if _START == "forkserver":
        from multiprocessing import forkserver

        server: Any = forkserver._forkserver  # its end is for tests only, says its class, but it is what is wanted here
        if server._forkserver_pid is not None:
            with suppress(ProcessLookupError):
                os.kill(server._forkserver_pid, signal.SIGKILL)
            server._stop()


_START = "spawn"
