"""Pass 2 and the workbooks out of the ledger: a department that depends on nothing that has changed is not scored again, and
its workbook that lies in OUT stays there.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from converter.books.livecells import Formulas
from converter.engine import Engine, each
from converter.ledger import DoubtfulError, Ledger, key_of
from converter.mapping.departments import Submission
from converter.mapping.facts import Document
from converter.merging import AtLarge, Merging, Portion, Scored, merge
from converter.recalling import book_digest
from converter.scoring.factrows import FactRow
from converter.scratch import Kept, Scratch
from converter.unpickling import UNREADABLE, PlainWriter, packed, unpacked

_DIGEST = hashlib.sha256().digest_size
#: So many parts of a batch are fetched together: few, so that workers that wait need not wait long.
_PARTS = 4
_of_document = attrgetter(*Document.__slots__)


class Book(NamedTuple):
    """A workbook that was written: its digest, and that of its formulas, as hex digits."""

    sha256: str
    formulas: str


@dataclass
class Reuse:
    """What a run takes from the ledger about its departments, and puts into it. `base` stands for the program, `materials` for
    all that each department's workbook is made of (converter.marks), `lying` gives the digests of those in OUT, by their names.
    """

    ledger: Ledger
    scratch: Scratch
    base: bytes
    materials: Mapping[str, str]
    lying: Iterator[Mapping[str, bytes]]
    _keys: dict[str, bytes] = field(default_factory=dict)

    def begin(
        self, submissions: Sequence[Submission], figures: Mapping[str, Sequence[FactRow]], together: Sequence[str]
    ) -> None:
        """Tells what each department depends on: its documents as they were sorted out, last year's figures, and the
        departments of the batch where one record is about all of them (`together`).
        """
        writer = PlainWriter()
        for one in submissions:
            who = one.department
            parts = (
                self.base,
                self.materials[who],
                _said(one, writer),
                repr(figures.get(who, ())),
                "\n".join(together),
            )
            self._keys[who] = key_of("share", *parts)

    def known(self, submissions: Sequence[Submission]) -> set[str]:
        """The departments whose share an earlier run worked out."""
        keys = {self._keys[one.department]: one.department for one in submissions}
        return {keys[key] for key in self.ledger.known([*keys])}

    def shares(self, departments: Collection[str]) -> dict[str, Kept]:
        """The shares of such departments, put aside for this run; none of one that was damaged since."""
        there: list[str] = []
        kept = self.scratch.keep_each(self._bodies(departments, there))
        return dict(zip(there, kept, strict=True))

    def _bodies(self, departments: Collection[str], there: list[str]) -> Iterator[bytes]:
        """The shares that are known, one after the other; `there` is told whose they are."""
        bodies = self.ledger.get_each([self._keys[who] for who in departments])
        for who, body in zip(departments, bodies, strict=True):
            if body is not None:
                there.append(who)
                yield body

    def keep(self, scored: Scored) -> None:
        """Keeps the shares of a scored chunk."""
        for who, kept in scored.shares.items():
            self.ledger.put(self._keys[who], self.scratch.load_bytes(kept))

    def _at_large(self) -> bytes:
        return key_of("at large", self.base, self.materials[""])

    def at_large(self) -> AtLarge | None:
        """What is said of no department; it hangs on the rules alone."""
        body = self.ledger.get(self._at_large())
        found = None if body is None else _opened(body)
        if not isinstance(found, AtLarge | None):
            raise DoubtfulError("AtLarge")
        return found

    def keep_at_large(self, scored: Scored) -> None:
        """Keeps what the chunk that audits every scheme said of no department."""
        self.ledger.put(self._at_large(), packed(scored.at_large))

    def books(self, paths: Mapping[str, str], findings: Mapping[str, str]) -> Iterator[tuple[str, Book]]:
        """The departments whose workbook lies at its path as it would be written there with these `findings` (digests)."""
        lying = next(self.lying, {})
        bodies = self.ledger.get_each([self._book(who, findings.get(who, "")) for who in paths])
        for (who, path), body in zip(paths.items(), bodies, strict=True):
            if body is None or len(body) != 2 * _DIGEST:
                continue
            if body[:_DIGEST] == (lying.get(path.rpartition("/")[2]) or book_digest(path)):
                yield who, Book(body[:_DIGEST].hex(), body[_DIGEST:].hex())

    def _book(self, who: str, findings: str) -> bytes:
        return key_of("book", self._keys[who], findings)

    def formulas(self, digest: str) -> Kept | None:
        """The formulas of a digest, put aside for this run."""
        body = self.ledger.get(key_of("formulas", digest))
        return None if body is None else self.scratch.keep(_opened(body))

    def keep_book(self, who: str, findings: str, book: Book, formulas: Formulas | None) -> None:
        """Keeps what a workbook became, and its formulas where they are new."""
        self.ledger.put(self._book(who, findings), b"".join(map(bytes.fromhex, book)))
        if formulas is not None:
            self.ledger.put(key_of("formulas", book.formulas), packed(formulas))


def _said(one: Submission, writer: PlainWriter) -> bytes:
    """All that a submission holds, in a third of the time that its text takes."""
    return writer.written(([*map(_of_document, one.documents)], one.department, one.findings, one.listed))


def _opened(body: bytes) -> object:
    try:
        return unpacked(body)
    except UNREADABLE as error:
        raise DoubtfulError(str(error)) from error


class Mergings:
    """Parts of a batch put together out of the `shares` of their departments, where more and more lie."""

    def __init__(
        self,
        engine: Engine,
        scratch: Scratch,
        parts: Sequence[Sequence[Submission]],
        answers: frozenset[str],
        shares: dict[str, Kept],
    ) -> None:
        self._engine, self._scratch, self._answers, self._shares = engine, scratch, answers, shares
        self._left = [[one.department for one in part] for part in parts]
        self._order = [part[0] for part in self._left]
        self._made: list[Iterator[tuple[str, Portion]]] = []

    def fetch(self, reuse: Reuse, known: Collection[str]) -> None:
        """Fetches the shares of the departments that are `known`, and begins with some parts while others are fetched."""
        own = [[who for who in part if who in known] for part in self._left]
        for at in range(0, len(own), _PARTS):
            self._shares |= reuse.shares([*chain.from_iterable(own[at : at + _PARTS])])
            self.begin()

    def begin(self) -> None:
        """Begins with the parts of which every share is there."""
        whole = [part for part in self._left if self._shares.keys() >= {*part}]
        self._left = [part for part in self._left if not self._shares.keys() >= {*part}]
        work = [Merging(self._scratch, [self._shares[who] for who in part], self._answers) for part in whole]
        self._made.append(zip([part[0] for part in whole], each(self._engine, merge, work, "评分", 2), strict=True))

    def portions(self) -> list[Portion]:
        """All of them, now that every share is there."""
        self.begin()
        made = dict(chain.from_iterable(self._made))
        return [made[first] for first in self._order]
