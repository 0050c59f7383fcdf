"""Lists put aside, which can be counted, parted, gone through again and told from others without holding them."""

import hashlib
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import accumulate, chain, islice
from typing import Any, Generic, NamedTuple, TypeVar

from converter.scratch import Kept, Scratch
from converter.unpickling import each_of, plainly, unsqueezed

T = TypeVar("T")
#: Bytes of a digest.
DIGEST = hashlib.sha256().digest_size
#: Things of a pile that are put aside, and fetched again, together: as many as rows of a small sheet are made together.
_MANY = 256


class Laid(NamedTuple):
    """A list put aside, or several one behind the other, each written `plainly`, together squeezed or not: where, how many things,
    and a digest of them.
    """

    kept: Kept
    length: int
    digest: bytes


def list_digest(content: bytes) -> bytes:
    """The digest of a list by its content, as it is written `plainly`."""
    return hashlib.sha256(content).digest()


def lay(scratch: Scratch, things: Sequence[object]) -> Laid:
    """Puts a list aside."""
    content = plainly(list(things))
    return Laid(scratch.keep_bytes(content), len(things), list_digest(content))


class Parts:
    """Whole lists that were laid aside, in a fifth of the room that tuples would take."""

    def __init__(self, lists: Iterable[Laid] = ()) -> None:
        self._files: list[str] = []
        self._file, self._numbers, self._digests = array("L"), array("q"), bytearray()
        for own in lists:
            self.add(own)

    def add(self, own: Laid) -> None:
        """Adds a list."""
        file, start, length = own.kept
        self._file.append(self._place(file))
        self._numbers.extend((start, length, own.length))
        self._digests += own.digest

    def extend(self, others: "Parts") -> None:
        """Adds other lists behind these."""
        places = list(map(self._place, others._files))
        self._file.extend(map(places.__getitem__, others._file))
        self._numbers.extend(others._numbers)
        self._digests += others._digests

    def _place(self, file: str) -> int:
        """The number of a file; there are as many as processes put something aside."""
        if file not in self._files:
            self._files.append(file)
        return self._files.index(file)

    def __len__(self) -> int:
        return len(self._file)

    def __getitem__(self, asked: slice) -> "Parts":
        """Lists that stand side by side."""
        start, stop, _ = asked.indices(len(self))
        found = Parts()
        found._files, found._file = self._files, self._file[start:stop]
        found._numbers = self._numbers[3 * start : 3 * stop]
        found._digests = self._digests[DIGEST * start : DIGEST * stop]
        return found

    def lengths(self) -> "array[int]":
        """How many things each list has."""
        return self._numbers[2::3]

    def kept(self) -> Iterator[Kept]:
        """Where each lies."""
        return map(Kept, map(self._files.__getitem__, self._file), self._numbers[::3], self._numbers[1::3])

    @property
    def mark(self) -> bytes:
        """What tells these lists from any others, wherever they lie."""
        return bytes(self._digests) + self.lengths().tobytes()


@dataclass(frozen=True)
class Pile(Generic[T]):
    """Lists put aside, one behind the other, or their things from one to another; they can be gone through again and again, and
    parted, in other processes too.
    """

    scratch: Scratch
    parts: Parts
    start: int = 0
    stop: int = sys.maxsize

    def __reduce__(self) -> "tuple[type[Pile[T]], tuple[Any, ...]]":
        """Without what is worked out meanwhile: a pool pickles what it hands out in a thread of its own."""
        return type(self), tuple(getattr(self, one.name) for one in fields(self))

    def __len__(self) -> int:
        return min(self.stop, self._ends[-1] if self._ends else 0) - self.start

    def __iter__(self) -> Iterator[T]:
        return islice(chain.from_iterable(map(self._things, self.parts.kept())), self.start, self.stop)

    def _things(self, kept: Kept) -> Iterator[T]:
        return chain.from_iterable(each_of(unsqueezed(self.scratch.load_bytes(kept))))

    @property
    def mark(self) -> bytes:
        """What tells these things from any others; nothing has to be loaded for it."""
        return self.parts.mark + array("q", (self.start, len(self))).tobytes()

    def __getitem__(self, asked: slice) -> "Pile[T]":
        start, stop, _ = asked.indices(len(self))
        if start >= stop:
            return self._some(0, 0, 0, 0)
        ends, first_of_all, last_of_all = self._ends, self.start + start, self.start + stop
        first, last = bisect_right(ends, first_of_all), bisect_left(ends, last_of_all)
        before = ends[first - 1] if first else 0
        return self._some(first, last + 1, first_of_all - before, last_of_all - before)

    def _some(self, first: int, last: int, start: int, stop: int) -> "Pile[T]":
        """Things of some of the lists."""
        return replace(self, parts=self.parts[first:last], start=start, stop=stop)

    @cached_property
    def _ends(self) -> "array[int]":
        return array("q", accumulate(self.parts.lengths()))


@dataclass(frozen=True)
class Leads(Pile[int | None]):
    """Lists of positions, each counted from where its list begins: from the first of all of them, so many `before` each list."""

    before: "array[int]" = field(default_factory=lambda: array("q"))

    def __iter__(self) -> Iterator[int | None]:
        lists = (
            (None if lead is None else before + lead for lead in self._things(kept))
            for kept, before in zip(self.parts.kept(), self.before, strict=True)
        )
        return islice(chain.from_iterable(lists), self.start, self.stop)

    @property
    def mark(self) -> bytes:
        """What tells these positions from any others."""
        return super().mark + self.before.tobytes()

    def _some(self, first: int, last: int, start: int, stop: int) -> "Leads":
        return replace(self, parts=self.parts[first:last], start=start, stop=stop, before=self.before[first:last])


def pile(scratch: Scratch, things: Iterable[T]) -> Pile[T]:
    """Puts the things of a list aside, a good many together."""
    rest = iter(things)
    return Pile(scratch, Parts(lay(scratch, some) for some in iter(lambda: list(islice(rest, _MANY)), [])))


def mark_of(things: Iterable[object]) -> bytes:
    """What tells a list, or a Pile, from others."""
    return things.mark if isinstance(things, Pile) else plainly(list(things))
