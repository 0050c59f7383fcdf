"""What a run puts aside on disk between its steps, so that no process holds the whole batch.

Every process appends to a file of its own and tells where each thing lies; whoever is told can read it, on another machine
too if the folder is shared. A file that a killed process left half written is never asked for beyond what was told.
"""

import os
import pickle
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, NamedTuple
from weakref import WeakValueDictionary


class Kept(NamedTuple):
    """Where a thing lies: a file of the scratch folder, and the bytes in it."""

    file: str
    start: int
    length: int


def pickled(thing: object) -> bytes:
    """A thing as bytes, as `Scratch.load` takes it."""
    return pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)


class Scratch:
    """A folder for things put aside; copies of it in other processes write to files of their own, and stay one in each."""

    _here: ClassVar[WeakValueDictionary[Path, "Scratch"]] = WeakValueDictionary()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._own: tuple[BinaryIO, str, int] | None = None
        self._opened: dict[str, BinaryIO] = {}
        self._lock = threading.Lock()  # a worker of a cluster may have several threads

    def __reduce__(self) -> tuple[Callable[[Path], "Scratch"], tuple[Path]]:
        return Scratch._copied, (self.folder,)

    @classmethod
    def _copied(cls, folder: Path) -> "Scratch":
        """The copy that is here already as long as anything holds it: its files are open."""
        if (here := cls._here.get(folder)) is None:
            here = cls._here[folder] = cls(folder)
        return here

    def keep(self, thing: object) -> Kept:
        """Puts a thing aside."""
        return self.keep_bytes(pickled(thing))

    def keep_bytes(self, content: bytes) -> Kept:
        """Puts bytes aside as they are."""
        return self.keep_each([content])[0]

    def keep_each(self, contents: Iterable[bytes]) -> list[Kept]:
        """Puts several pieces of bytes aside at once. The file stays open: opening it takes longer than writing a document."""
        kept = []
        with self._lock:
            if self._own is None or self._own[2] != os.getpid():
                name = uuid.uuid4().hex
                self._own = (self.folder / name).open("ab", _ROOM), name, os.getpid()
            stream, name, _ = self._own
            at = stream.tell()
            for content in contents:
                kept.append(Kept(name, at, len(content)))
                at += stream.write(content)
            stream.flush()  # others read it
        return kept

    def load(self, kept: Kept) -> Any:
        """A thing put aside, by this process or another of the run."""
        return pickle.loads(self.load_bytes(kept))  # noqa: S301  # written by this run, in its own folder

    def load_bytes(self, kept: Kept) -> bytes:
        """Bytes put aside. The last few files stay open."""
        with self._lock:
            stream = self._opened.get(kept.file)
            if stream is None:
                if len(self._opened) >= _OPEN:
                    self._opened.pop(next(iter(self._opened))).close()
                stream = self._opened[kept.file] = (self.folder / kept.file).open("rb", buffering=0)
            stream.seek(kept.start)
            return stream.read(kept.length)

    def close(self) -> None:
        """Leaves no file open: some systems could not remove it."""
        with self._lock:
            while self._opened:
                self._opened.popitem()[1].close()
            if self._own is not None:
                self._own[0].close()
                self._own = None

    def remove(self) -> None:
        """Removes all that was put aside; what some system does not let go of is left to who made the folder."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def let_go() -> None:
    """Closes the files of the copies that are here: a process that goes on would keep their room when they are removed."""
    for copy in [*Scratch._here.values()]:
        copy.close()


#: Files that stay open: those of a worker or two of each kind of work.
_OPEN = 8
#: Bytes that are written at once where many pieces are put aside.
_ROOM = 2**16
