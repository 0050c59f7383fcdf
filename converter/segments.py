"""Rows as bytes, and those of 勾稽核对 by where they belong: of one department, and of several, put aside. Nothing here needs pandas."""

import struct
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from converter.books.tables import Row
from converter.scratch import DIGEST, Laid, Parts, Scratch, laid
from converter.unpickling import PlainWriter, load, plainly

#: Rows of a segment of 勾稽核对 that lie together, at least: so few that little is unpickled that a block of the summary does not show.
_NEAR = 64


class Segment(NamedTuple):
    """Where rows of 勾稽核对 belong: by code, scheme and comparison; departments that are not scored come behind the others."""

    code: str
    scheme: int
    group: str
    unscored: bool


#: Rows, written `plainly` as a list or several one behind the other; how many there are; the same as CSV. A plain tuple, which is
#: unpickled sooner than one of a class.
Piece = tuple[bytes, int, bytes]
_ROWS, _LENGTH, CSV = map(itemgetter, range(3))


def piece(rows: list[Any], csv: bytes = b"", written: Callable[[object], bytes] = plainly) -> Piece:
    """A piece that holds some rows, or what goes with rows; they are `written` plainly."""
    return (written(rows), len(rows), csv) if rows else (b"", 0, csv)


def joined(pieces: Sequence[Piece]) -> Piece:
    """Pieces that stand one behind the other."""
    return b"".join(map(_ROWS, pieces)), sum(map(_LENGTH, pieces)), b"".join(map(CSV, pieces))


def lay_each(scratch: Scratch, pieces: Collection[Piece]) -> list[Laid]:
    """The rows of pieces put aside."""
    return list(map(laid, scratch.keep_each(map(_ROWS, pieces)), map(_LENGTH, pieces), map(_ROWS, pieces)))


@dataclass(frozen=True)
class Checks:
    """Rows of 勾稽核对 put aside, segment by segment: how many of `rows` are each one's own, and the same as CSV, of which each
    has one, and of which nobody asks for a digest.
    """

    counts: dict[Segment, int]
    rows: Parts
    csv: Parts

    def each(self) -> Iterator[tuple[Segment, range, int]]:
        """The segments, each with the positions of its own among `rows`, and in `csv`."""
        ends = list(accumulate(self.counts.values(), initial=0))
        return zip(self.counts, map(range, ends, ends[1:]), range(len(self.counts)), strict=True)


class Checked(NamedTuple):
    """A department's rows of 勾稽核对 by where they belong, all as bytes: as many things would take longer to unpickle than the
    rest of a share. `segments` are plain tuples, written `plainly`: the same bytes where departments have rows in the same.
    `sizes` (of _SIZES) tell for each how many rows it has, then for each how many bytes of `rows`, then of `csv`.
    """

    segments: bytes
    sizes: bytes
    rows: bytes
    csv: bytes


_SIZES = "I"
_segments_of = attrgetter("segments")


def checked(parts: Mapping[tuple[str, int, str, bool], tuple[list[Row], bytes]], writer: PlainWriter) -> Checked:
    """The rows of segments, and the same as CSV."""
    rows, csv = [writer.written(own) for own, _ in parts.values()], [lines for _, lines in parts.values()]
    sizes = array(_SIZES, [*(len(own) for own, _ in parts.values()), *map(len, rows), *map(len, csv)])
    return Checked(writer.written(list(parts)), sizes.tobytes(), b"".join(rows), b"".join(csv))


def put_checks(scratch: Scratch, shares: Sequence[Checked]) -> Checks:
    """The rows of departments that stand side by side, by where they belong, put aside."""
    parts: dict[Segment, tuple[list[bytes], list[int], list[bytes]]] = {}
    for written, alike in groupby(shares, _segments_of):
        for segment, own in zip(_segments(written), _across(list(alike)), strict=True):
            rows, lengths, lines = parts.setdefault(segment, ([], [], []))
            rows.extend(own[0])
            lengths.extend(own[1])
            lines.extend(own[2])
    near = {segment: list(_near(rows, lengths)) for segment, (rows, lengths, _) in parts.items()}
    put = Checks({segment: len(own) for segment, own in near.items()}, Parts(), Parts())
    for pieces in lay_each(scratch, [*chain.from_iterable(near.values())]):
        put.rows.add(pieces)
    csv = scratch.keep_each(b"".join(lines) for _, _, lines in parts.values())
    for kept, (_, lengths, _) in zip(csv, parts.values(), strict=True):
        put.csv.add(Laid(kept, sum(lengths), bytes(DIGEST)))
    return put


def _near(rows: Sequence[bytes], lengths: Iterable[int]) -> Iterator[Piece]:
    """The rows of departments, put together until there are enough in each piece, but for the last."""
    ends = list(accumulate(lengths))
    start = before = 0
    while start < len(rows):
        stop = min(bisect_left(ends, before + _NEAR, start) + 1, len(rows))
        yield b"".join(rows[start:stop]), ends[stop - 1] - before, b""
        start, before = stop, ends[stop - 1]


@lru_cache(maxsize=64)
def _segments(written: bytes) -> list[Segment]:
    return [Segment(str(code), int(scheme), str(group), bool(rest)) for code, scheme, group, rest in load(written)]


def _across(shares: Sequence[Checked]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """For each of the segments, which all of the departments have, the rows of each, how many, and the same as CSV."""
    lengths, rows, csv = [], [], []
    for own in shares:
        sizes = array(_SIZES, own.sizes)
        count = len(sizes) // 3
        lengths.append(sizes[:count])
        rows.append(_cut(own.rows, sizes[count : 2 * count]))
        csv.append(_cut(own.csv, sizes[2 * count :]))
    return zip(*(zip(*parts, strict=True) for parts in (rows, lengths, csv)), strict=True)


def _cut(content: bytes, sizes: Sequence[int]) -> tuple[bytes, ...]:
    """Bytes in pieces of some sizes."""
    if sum(sizes) != len(content):
        raise ValueError
    return struct.unpack("%ds" * len(sizes) % tuple(sizes), content)
