"""What a run puts aside on disk between its steps, so that no process holds the whole batch.

Every process appends to a file of its own and tells where each thing lies; whoever is told can read it, on another machine
too if the folder is shared. A file that a killed process left half written is never asked for beyond what was told.
"""

import hashlib
import os
import pickle
import shutil
import threading
import uuid
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, chain, islice, repeat
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Generic, NamedTuple, TypeVar, overload
from weakref import WeakValueDictionary

from converter.unpickling import each_of, plainly

T = TypeVar("T")


class Kept(NamedTuple):
    """Where a thing lies: a file of the scratch folder, and the bytes in it."""

    file: str
    start: int
    length: int


class Laid(NamedTuple):
    """A list put aside, or several one behind the other, each written `plainly`: where, how many things, and a digest of them."""

    kept: Kept
    length: int
    digest: bytes


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

    def lay(self, things: Sequence[object]) -> Laid:
        """Puts a list aside as part of a Pile."""
        content = plainly(list(things))
        return laid(self.keep_bytes(content), len(things), content)

    def pile(self, things: Iterable[T]) -> "Pile[T]":
        """Puts the things of a list aside, a good many together."""
        rest, parts = iter(things), Parts()
        for some in iter(lambda: list(islice(rest, _MANY)), []):
            parts.add(self.lay(some))
        return Pile(self, parts)

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


#: Makes tuples in a third of the time, by tuple's own constructor.
_made: Any = tuple.__new__
#: Files that stay open: those of a worker or two of each kind of work.
_OPEN = 8
#: Bytes that are written at once where many pieces are put aside.
_ROOM = 2**16
#: Bytes of a digest.
DIGEST = hashlib.sha256().digest_size
#: Things of a pile that are put aside, and fetched again, together: as many as rows of a small sheet are made together.
_MANY = 256


def laid(kept: Kept, length: int, content: bytes) -> Laid:
    """What was put aside as this content."""
    return Laid(kept, length, hashlib.sha256(content).digest())


class Part(NamedTuple):
    """Some of the things of what was laid aside; `before` is what a Leads adds to them."""

    laid: Laid
    start: int
    stop: int
    before: int = 0


class Parts(Sequence[Part]):
    """Whole lists that were laid aside, in a fifth of the room that tuples would take."""

    def __init__(self, lists: Iterable[Laid] = ()) -> None:
        self._files: list[str] = []
        self._places: dict[str, int] = {}
        self._file, self._numbers, self._digests = array("L"), array("q"), bytearray()
        for own in lists:
            self.add(own)

    def add(self, own: Laid) -> None:
        """Adds a list."""
        file, start, length = own.kept
        self._file.append(self._place(file))
        self._numbers.extend((start, length, own.length))
        self._digests += own.digest

    def extend(self, others: "Parts", start: int, stop: int) -> None:
        """Adds some of the other lists behind these."""
        places = list(map(self._place, others._files))
        self._file.extend(map(places.__getitem__, others._file[start:stop]))
        self._numbers.extend(others._numbers[3 * start : 3 * stop])
        self._digests += others._digests[DIGEST * start : DIGEST * stop]

    def _place(self, file: str) -> int:
        """The number of a file."""
        if file not in self._places:
            self._places[file] = len(self._files)
            self._files.append(file)
        return self._places[file]

    def lengths(self) -> "array[int]":
        """How many things each list has."""
        return self._numbers[2::3]

    def __len__(self) -> int:
        return len(self._file)

    @overload
    def __getitem__(self, at: int) -> Part: ...

    @overload
    def __getitem__(self, at: slice) -> list[Part]: ...

    def __getitem__(self, at: int | slice) -> Part | list[Part]:
        if isinstance(at, slice):
            start, stop, _ = at.indices(len(self))
            return list(self._some(start, stop))
        if not 0 <= at < len(self):
            raise IndexError(at)
        return next(self._some(at, at + 1))

    def _some(self, start: int, stop: int) -> Iterator[Part]:
        """Lists that stand side by side, made all at once: there are thousands."""
        numbers, digests = self._numbers[3 * start : 3 * stop], self._digests[DIGEST * start : DIGEST * stop]
        files = map(self._files.__getitem__, self._file[start:stop])
        kept = map(_made, repeat(Kept), zip(files, numbers[::3], numbers[1::3], strict=True))
        marks = (bytes(digests[at : at + DIGEST]) for at in range(0, len(digests), DIGEST))
        held = map(_made, repeat(Laid), zip(kept, numbers[2::3], marks, strict=True))
        return map(_made, repeat(Part), zip(held, repeat(0), numbers[2::3], repeat(0)))


@dataclass(frozen=True)
class Pile(Generic[T]):
    """Lists put aside, one behind the other; they can be gone through again and again, and parted, in other processes too."""

    scratch: Scratch
    parts: Sequence[Part]

    def __reduce__(self) -> "tuple[type[Pile[T]], tuple[Scratch, Sequence[Part]]]":
        """Without what is worked out meanwhile: a pool pickles what it hands out in a thread of its own."""
        return type(self), (self.scratch, self.parts)

    def __len__(self) -> int:
        return self._ends[-1] if self.parts else 0

    def __iter__(self) -> Iterator[T]:
        for part in self.parts:
            yield from islice(self._things(part), part.start, part.stop)

    def _things(self, part: Part) -> Iterator[T]:
        return chain.from_iterable(each_of(self.scratch.load_bytes(part.laid.kept)))

    @property
    def mark(self) -> bytes:
        """What tells these things from any others; nothing has to be loaded for it."""
        numbers = array("q", chain.from_iterable(part[1:] for part in self.parts))
        return b"".join([part.laid.digest for part in self.parts]) + numbers.tobytes()

    def __getitem__(self, asked: slice) -> "Pile[T]":
        start, stop, _ = asked.indices(len(self))
        if start >= stop:
            return replace(self, parts=())
        ends = self._ends
        first, last = bisect_right(ends, start), bisect_left(ends, stop)
        parts = list(self.parts[first : last + 1])
        parts[-1] = parts[-1]._replace(stop=parts[-1].stop - (ends[last] - stop))
        parts[0] = parts[0]._replace(start=parts[0].start + start - (ends[first - 1] if first else 0))
        return replace(self, parts=parts)

    @cached_property
    def _ends(self) -> "array[int]":
        own = self.parts
        return array(
            "q", accumulate(own.lengths() if isinstance(own, Parts) else (one.stop - one.start for one in own))
        )


class Leads(Pile[int | None]):
    """Lists of positions, each counted from where its list begins: from the first of all of them."""

    def __iter__(self) -> Iterator[int | None]:
        for part in self.parts:
            for lead in islice(self._things(part), part.start, part.stop):
                yield None if lead is None else part.before + lead


def mark_of(things: Iterable[object]) -> bytes:
    """What tells a list, or a Pile, from others."""
    return things.mark if isinstance(things, Pile) else plainly(list(things))
