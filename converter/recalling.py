"""Pass 1 out of the ledger: a file that was read before, under the same name by the same forms and program, is not read again."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from converter.engine import Engine, each
from converter.intake.discover import Source
from converter.ledger import DoubtfulError, Ledger, key_of
from converter.mapping.facts import Document, Reading
from converter.scratch import Kept, Scratch, pickled
from converter.unpickling import UNREADABLE, load, unpacked

#: Bytes that tell how long the first part of an entry is.
_LENGTH = 4
#: A department's workbook is a thousandth of it.
_LARGEST_BOOK = 64 * 2**20


class Recall:
    """What a run takes from the ledger about its files, and puts into it. `base` stands for all that reading hangs on besides
    a file's name and content.
    """

    def __init__(self, ledger: Ledger, scratch: Scratch, base: bytes) -> None:
        self.ledger, self.scratch, self.base = ledger, scratch, base
        self._keys: dict[str, bytes] = {}
        self.lying: Iterator[Mapping[str, bytes]] = iter(())

    def look_ahead(self, engine: Engine, folder: Path) -> None:
        """Has a worker look at the workbooks in a folder of OUT, before there is other work for all; `lying` will give their
        digests, by their names. Not where nothing was recalled: then all are written.
        """
        if self._keys:
            self.lying = each(engine, lying_in, [folder.absolute()], "核对部门工作簿")

    def _key(self, source: Source) -> bytes:
        return key_of("file", self.base, source.name, source.sha256)

    def known(self, sources: Iterable[Source]) -> dict[Source, bytes]:
        """The files that an earlier run read, with their keys."""
        keys = [(source, self._key(source)) for source in sources if source.sha256]
        known = self.ledger.known([key for _, key in keys])
        return {source: key for source, key in keys if key in known}

    def readings(self, known: Mapping[Source, bytes]) -> Iterator[tuple[Source, Reading]]:
        """What an earlier run read in each of these files, the documents without their numbers; nothing of one that was
        damaged since.
        """
        for (source, key), body in zip(known.items(), self.ledger.get_each([*known.values()]), strict=True):
            if body is not None:
                yield source, self._reading(source, key, body)

    def _reading(self, source: Source, key: bytes, body: bytes) -> Reading:
        reading = _opened(load, _parts(body)[0])
        if not isinstance(reading, Reading):
            raise DoubtfulError(type(reading).__name__)
        if reading.file != source.name:
            raise DoubtfulError(source.name)
        if reading.documents:
            self._keys[source.name] = key
        return reading

    def keep(self, source: Source, reading: Reading) -> None:
        """Keeps what was read in a file, unless it could not be: a lack of memory or permission may be gone the next time."""
        if source.sha256 and (reading.documents or reading.unused or reading.own_book):
            documents = self.scratch.load_bytes(Kept(*reading.kept)) if reading.kept else b""
            light = pickled(replace(reading, kept=None))
            self.ledger.put(self._key(source), len(light).to_bytes(_LENGTH, "big") + light + documents)

    def files(self) -> Iterator[str]:
        """The files that were read by an earlier run and hold documents."""
        return iter(self._keys)

    def documents(self, file: str) -> Kept:
        """The documents of such a file, put aside for this run. Raises DoubtfulError where they are no longer there."""
        body = self.ledger.get(self._keys[file])
        if body is None:
            raise DoubtfulError(file)
        return self.scratch.keep_bytes(_parts(body)[1])


def documents_in(body: bytes) -> Sequence[Document]:
    """The documents that a worker put aside, or the ledger kept. Raises DoubtfulError for anything else."""
    found = _opened(unpacked, body)
    if not isinstance(found, list | tuple) or not all(isinstance(one, Document) for one in found):
        raise DoubtfulError(type(found).__name__)
    return found


def _parts(body: bytes) -> tuple[bytes, bytes]:
    """A reading without its documents, and these."""
    end = _LENGTH + int.from_bytes(body[:_LENGTH], "big")
    return body[_LENGTH:end], body[end:]


def _opened(how: Callable[[bytes], object], body: bytes) -> object:
    """Raises DoubtfulError for what is none of ours."""
    try:
        return how(body)
    except UNREADABLE as error:
        raise DoubtfulError(str(error)) from error


class Contents(Mapping[str, Kept]):
    """Where the documents of each file lie; those that an earlier run read are fetched when they are asked for."""

    def __init__(self, read: dict[str, tuple[str, int, int]], recall: Recall | None) -> None:
        self._there = read
        self._rest = {} if recall is None else {file: recall for file in recall.files() if file not in read}

    def __getitem__(self, file: str) -> Kept:
        if file not in self._there:
            self._there[file] = self._rest[file].documents(file)
        return Kept(*self._there[file])

    def __contains__(self, file: object) -> bool:
        return file in self._there or file in self._rest

    def __iter__(self) -> Iterator[str]:
        return iter({**self._there, **self._rest})

    def __len__(self) -> int:
        return len({**self._there, **self._rest})


def lying_in(folder: Path) -> dict[str, bytes]:
    """The digests of the workbooks in a folder, by their names."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name: book_digest(entry.path) for entry in entries if entry.name.endswith(".xlsx")}
    except OSError:
        return {}


def book_digest(path: str) -> bytes:
    """The digest of a plain file that may be a department's workbook, b"" where there is none."""
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST_BOOK:
            return b""
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123  # for each workbook
            return hashlib.sha256(stream.read()).digest()
    except OSError:
        return b""
