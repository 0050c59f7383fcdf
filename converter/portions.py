"""Pass 2, in a worker process: a chunk of departments → its share of every output, put aside until the whole is known.

`score` makes the shares; when all chunks are scored it is told what is said of each (converter.merging), for that may hang on
the others; `write_books` makes the workbooks. What a chunk gives does not depend on which departments are in it with which.
"""

import gc
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from converter.books.assemble import department_books
from converter.books.bound import Binder, unbound
from converter.books.contents import DepartmentBook
from converter.books.livecells import Live
from converter.books.stamps import stamped_book
from converter.books.tables import Row
from converter.mapping.departments import Submission
from converter.mapping.facts import Document
from converter.merging import Scored, filed, put_together
from converter.recalling import documents_in
from converter.scoring.batch import Batch, score_kinds
from converter.scoring.ruleset import Rules
from converter.scratch import Kept, Scratch
from converter.shares import gist_of, parted
from converter.syncing import begin_to_sync
from converter.tasks import BOOKS, Chunk, Writing, Written, in_parts


@lru_cache(maxsize=1)
def _rules(scratch_folder: str, kept: Kept) -> Rules:
    rules = Scratch(Path(scratch_folder)).load(kept)
    assert isinstance(rules, Rules)
    return rules


@contextmanager
def _uncollected() -> Iterator[None]:
    """Looks for no garbage in circles meanwhile: what a chunk makes is held until its end, and looking through it again and
    again takes a tenth of the time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_uncollected()
def score(chunk: Chunk) -> Scored:
    """Scores a chunk and puts its shares aside."""
    scratch, rules = chunk.scratch, _rules(str(chunk.scratch.folder), chunk.rules)
    batch = score_kinds(_whole(chunk), rules, chunk.prior, every=chunk.every)
    shares, at_large = parted(batch, rules, gist_of(batch, rules))
    own = filed(scratch, shares)
    return Scored(
        [put_together(scratch, part, chunk.answers) for part in in_parts(own)],
        at_large,
        batch.review.ledger,
        _put_books(batch, scratch) if chunk.books else [],
        {one.share.department: one.kept for one in own},
    )


def _whole(chunk: Chunk) -> list[Submission]:
    """The submissions with their documents whole, of the years that were settled for them."""
    made = []
    for submission in chunk.submissions:
        sheets: dict[tuple[str, str], Document] = {}
        for file in dict.fromkeys(document.file for document in submission.documents):
            if file in chunk.contents:
                there = documents_in(chunk.scratch.load_bytes(chunk.contents[file]))
                sheets |= {(one.file, one.sheet): one for one in there}
        documents = [_dated(sheets.get((one.file, one.sheet), one), one.year) for one in submission.documents]
        made.append(replace(submission, documents=documents))
    return made


def _dated(document: Document, year: int | None) -> Document:
    document.year = year
    document.facts = [fact if fact.year is not None else fact._replace(year=year) for fact in document.facts]
    return document


def _put_books(batch: Batch, scratch: Scratch) -> list[tuple[tuple[str, ...], Kept]]:
    """The workbooks' contents, a few together; their findings come later."""
    books = sorted(department_books(batch, []), key=lambda book: book.department)
    groups, binder = [books[at : at + BOOKS] for at in range(0, len(books), BOOKS)], Binder()
    return [(tuple(book.department for book in group), scratch.keep_bytes(binder.bound(group))) for group in groups]


@_uncollected()
def write_books(writing: Writing) -> list[Written]:
    """Workbooks in the scratch folder."""
    findings: dict[str, list[Row]] = {}
    for kept in writing.findings:
        findings |= writing.scratch.load(kept)
    written, folder = [], writing.scratch.folder
    for book in unbound(writing.scratch.load_bytes(writing.books)):
        if book.department not in writing.names:
            continue
        own = tuple(findings.get(book.department, ()))
        known = vars(book) | {"findings": own, "fingerprint": writing.marks[book.department]}
        content, live = stamped_book(DepartmentBook(**known))
        file = uuid.uuid4().hex
        with open(f"{folder}{os.sep}{file}", "wb") as stream:  # noqa: PTH123  # as scratch
            stream.write(content)
            stream.flush()
            begin_to_sync(stream.fileno())
        name, digest = writing.names[book.department], hashlib.sha256(content).hexdigest()
        written.append(Written(name, file, digest, live.digest, _kept(writing.scratch, live)))
    return written


def _kept(scratch: Scratch, live: Live) -> Kept:
    """Where the formulas of a workbook lie, put aside once by this process: books of one scheme mostly have the same."""
    place = str(scratch.folder), live.digest
    if place not in _FORMULAS:
        _FORMULAS[place] = scratch.keep(live.formulas)
    return _FORMULAS[place]


_FORMULAS: dict[tuple[str, str], Kept] = {}
