"""Pass 1 out of the ledger: a file that was read before, under the same name by the same forms and program, is not read again."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from converter.intake.discover import Source
from converter.ledger import DoubtfulError, Ledger, key_of
from converter.mapping.facts import Document, Reading
from converter.scratch import Kept, Scratch
from converter.unpickling import UNREADABLE, load, packed, unpacked


class Recall:
    """What a run takes from the ledger about its files, and puts into it. `base` stands for all that reading hangs on besides
    a file's name and content.
    """

    def __init__(self, ledger: Ledger, scratch: Scratch, base: bytes) -> None:
        self.ledger, self.scratch, self.base = ledger, scratch, base
        self._keys: dict[str, bytes] = {}

    def _key(self, source: Source) -> bytes:
        return key_of("file", self.base, source.name, source.sha256)

    def reading(self, source: Source) -> Reading | None:
        """What an earlier run read in a file, the documents without their numbers; None where none did."""
        body = self.ledger.get(self._key(source)) if source.sha256 else None
        if body is None:
            return None
        reading, _ = _opened(body)
        if reading.file != source.name:
            raise DoubtfulError(source.name)
        if reading.documents:
            self._keys[source.name] = self._key(source)
        return reading

    def keep(self, source: Source, reading: Reading) -> None:
        """Keeps what was read in a file, unless it could not be: a lack of memory or permission may be gone the next time."""
        if source.sha256 and (reading.documents or reading.unused or reading.own_book):
            documents = self.scratch.load_bytes(Kept(*reading.kept)) if reading.kept else b""
            body = packed((replace(reading, kept=None), zlib.compress(documents, 1)))
            self.ledger.put(self._key(source), body)

    def files(self) -> Iterator[str]:
        """The files that were read by an earlier run and hold documents."""
        return iter(self._keys)

    def documents(self, file: str) -> Kept:
        """The documents of such a file, whole, put aside for this run. Raises DoubtfulError where they are no longer there."""
        body = self.ledger.get(self._keys[file])
        if body is None:
            raise DoubtfulError(file)
        content = zlib.decompress(_opened(body)[1])
        found = load(content)  # what it would call is known before a worker opens it
        if not isinstance(found, list | tuple) or not all(isinstance(one, Document) for one in found):
            raise DoubtfulError(file)
        return self.scratch.keep_bytes(content)


def _opened(body: bytes) -> tuple[Reading, bytes]:
    """Raises DoubtfulError for an entry that is none of ours."""
    try:
        reading, documents = unpacked(body)
    except UNREADABLE as error:
        raise DoubtfulError(str(error)) from error
    if not isinstance(reading, Reading) or not isinstance(documents, bytes):
        raise DoubtfulError(type(reading).__name__)
    return reading, documents


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
