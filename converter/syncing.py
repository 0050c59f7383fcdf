"""Outputs made to last through a power cut, beside other work: a disk that takes its time holds nobody up but the last step."""

import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

#: Files synced at one time; a file system writes down together what is asked for together.
_TOGETHER = 4


def begin_to_sync(file: int) -> None:
    """Has the system, where it can be told, write an open file to the disk meanwhile: syncing it then waits half as long."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)


def sync(path: Path) -> None:
    """Returns when a file is on the disk. Raises OSError, of a full disk too."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


class Syncing:
    """Files that are being synced in threads of their own, which begin with the first file."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None
        self._waited_for: list[Future[None]] = []

    def add(self, path: Path) -> None:
        """Begins to sync a file that stays where it is until `finish`."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_TOGETHER, "sync")
        self._waited_for.append(self._threads.submit(sync, path))

    def finish(self) -> None:
        """Returns when all are on the disk. Raises the OSError of the first that could not be written there."""
        waited_for, self._waited_for = self._waited_for, []
        try:
            for one in waited_for:
                one.result()
        finally:
            if self._threads is not None:
                self._threads.shutdown(wait=False, cancel_futures=True)
                self._threads = None
