"""Pass 2, in a worker process: a chunk of departments → its share of every output, put aside until the whole is known.

`score` makes the shares; `tell` follows when all chunks are scored, for what is said of a department may hang on the others;
`write_books` makes the workbooks. What a chunk gives does not depend on which departments are in it with which.
"""

import gc
import hashlib
import json
import os
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from converter.books import tables
from converter.books.assemble import department_books
from converter.books.contents import DepartmentBook
from converter.books.crossrefs import first_inputs
from converter.books.department import department_book
from converter.books.livecells import Formulas, written_formulas
from converter.books.tables import Row
from converter.mapping.departments import Submission
from converter.mapping.facts import Document
from converter.mapping.replies import Reply
from converter.scoring.batch import Batch, Rules, score_kinds, used_by_scheme
from converter.scoring.handling import with_replies
from converter.scoring.outcomes import distinct
from converter.scoring.prior import Prior
from converter.scoring.scorerows import is_ratio
from converter.scoring.whole import Gist, gist
from converter.scratch import Kept, Scratch, pickled
from converter.vocabulary.findings import Finding, Owner, Tally, in_order, numbered

#: So many workbooks are written by one task.
BOOKS = 8


@dataclass(frozen=True)
class Chunk:
    """Departments to be scored together. `contents` says where the documents of each file lie, `rules` where the Rules do;
    `every` scheme is audited by one chunk, whether it has departments there or not.
    """

    scratch: Scratch
    rules: Kept
    submissions: Sequence[Submission]
    contents: Mapping[str, Kept]
    prior: Prior | None
    answers: frozenset[str]
    every: bool
    books: bool


class Segment(NamedTuple):
    """Where rows of 勾稽核对 belong: by code, scheme and comparison; departments that are not scored come behind the others."""

    code: str
    scheme: int
    group: str
    unscored: bool


class Put(NamedTuple):
    """A list of rows put aside, the same as CSV, and how many there are."""

    rows: Kept
    csv: Kept
    length: int


@dataclass(frozen=True)
class Portion:
    """What a chunk gave: its gist, and where its shares lie. `findings` are those about its departments, numbered; `at_large`
    those about no department, not numbered, which other chunks may give too; `answered` the numbers that have a reply.
    """

    gist: Gist
    ratios: frozenset[str]
    scores: Put
    facts: Kept
    used: tuple[Kept, int]
    leads: Kept
    checks: dict[Segment, Put]
    checks_at_large: list[tuple[Segment, Row]]
    findings: Kept
    at_large: list[Finding]
    answered: frozenset[str]
    books: list[tuple[tuple[str, ...], Kept]] = field(default_factory=list)


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
def score(chunk: Chunk) -> Portion:
    """Scores a chunk and puts its shares aside."""
    scratch, rules = chunk.scratch, _rules(str(chunk.scratch.folder), chunk.rules)
    batch = score_kinds(_whole(chunk), rules, chunk.prior, every=chunk.every)
    found = numbered(item for item in batch.findings if item.department)
    checks, at_large = _checks(batch, rules, scratch)
    used = tables.fact_rows(used_by_scheme(batch), batch.codes)
    score_rows = tables.score_rows(batch.scores, batch.codes)
    fact_rows = tables.fact_rows(batch.facts, batch.codes)
    return Portion(
        gist=gist(batch, rules),
        ratios=frozenset(r.name for scheme in rules.distinct for r in scheme.rules if is_ratio(r, batch.inputs)),
        scores=_put(scratch, score_rows),
        facts=scratch.keep_bytes(tables.csv_body(fact_rows)),
        used=(scratch.keep(used), len(used)),
        leads=scratch.keep(first_inputs(batch, score_rows, used)),
        checks=checks,
        checks_at_large=at_large,
        findings=scratch.keep(found),
        at_large=[item for item in batch.findings if not item.department],
        answered=frozenset(item.number for item in found if item.number in chunk.answers),
        books=_put_books(batch, scratch) if chunk.books else [],
    )


def _whole(chunk: Chunk) -> list[Submission]:
    """The submissions with their documents whole, of the years that were settled for them."""
    made = []
    for submission in chunk.submissions:
        sheets: dict[tuple[str, str], Document] = {}
        for file in dict.fromkeys(document.file for document in submission.documents):
            if file in chunk.contents:
                sheets |= {(one.file, one.sheet): one for one in chunk.scratch.load(chunk.contents[file])}
        documents = [_dated(sheets.get((one.file, one.sheet), one), one.year) for one in submission.documents]
        made.append(replace(submission, documents=documents))
    return made


def _dated(document: Document, year: int | None) -> Document:
    document.year = year
    document.facts = [fact if fact.year is not None else fact._replace(year=year) for fact in document.facts]
    return document


def _put(scratch: Scratch, rows: list[Row]) -> Put:
    return _put_each(scratch, [(rows, tables.csv_lines(rows))])[0]


def _checks(batch: Batch, rules: Rules, scratch: Scratch) -> tuple[dict[Segment, Put], list[tuple[Segment, Row]]]:
    """The rows of 勾稽核对 by where they belong, and those about no department, which other chunks give too."""
    numbers = {id(scheme): at for at, scheme in enumerate(rules.distinct)}
    scored = set(batch.departments)
    segments: dict[Segment, tuple[list[Row], list[str]]] = {}
    at_large: list[tuple[Segment, Row]] = []
    for part in batch.each:
        grouped = list(distinct(part.checked))
        rows = [row[:-1] for row in grouped]
        for row, line, (*_, group) in zip(rows, tables.csv_lines(rows), grouped, strict=True):
            code, department = str(row[0]), str(row[1])
            segment = Segment(code, numbers[id(part.scheme)], str(group), department not in scored)
            if department:
                own = segments.setdefault(segment, ([], []))
                own[0].append(row)
                own[1].append(line)
            else:
                at_large.append((segment, row))
    return dict(zip(segments, _put_each(scratch, segments.values()), strict=True)), at_large


def _put_each(scratch: Scratch, parts: Collection[tuple[list[Row], list[str]]]) -> list[Put]:
    """Lists of rows put aside with their lines of CSV."""
    kept = iter(scratch.keep_each(one for rows, lines in parts for one in (pickled(rows), tables.encoded(lines))))
    return [Put(own, csv, len(rows)) for (rows, _), own, csv in zip(parts, kept, kept, strict=True)]


def _put_books(batch: Batch, scratch: Scratch) -> list[tuple[tuple[str, ...], Kept]]:
    """The workbooks' contents, a few together; their findings come later."""
    books = sorted(department_books(batch, []), key=lambda book: book.department)
    groups = [books[at : at + BOOKS] for at in range(0, len(books), BOOKS)]
    return [(tuple(book.department for book in group), scratch.keep(group)) for group in groups]


@dataclass(frozen=True)
class Telling:
    """A chunk whose findings are to be told: its own, with `more` of the whole batch (all of them: `settled`), and what the
    departments replied, by number.
    """

    scratch: Scratch
    own: Kept
    more: Sequence[Finding]
    replies: Mapping[str, Sequence[Reply]]
    settled: bool


@dataclass(frozen=True)
class Told:
    """The findings of a chunk as they stand in the outputs: rows, what they count, and those that go into workbooks."""

    rows: Put
    tally: Tally
    findings: Kept
    for_departments: Kept


def tell(telling: Telling) -> Told:
    """The findings about a chunk's departments as they are told."""
    scratch, found = telling.scratch, list(telling.more)
    if not telling.settled:
        found = in_order([*scratch.load(telling.own), *found])
        found = with_replies(found, telling.replies)
    by_department: dict[str, list[Row]] = {}
    for item in found:
        if item.owner is Owner.DEPARTMENT:
            by_department.setdefault(item.department, []).extend(tables.finding_rows([item]))
    rows = tables.finding_rows(found)
    put = _put(scratch, rows)
    return Told(put, Tally.of(found), scratch.keep(found), scratch.keep(by_department))


@dataclass(frozen=True)
class Writing:
    """Workbooks to be written: where their contents and the findings of their departments lie, their names, and the 指纹 at
    the foot of their pages.
    """

    scratch: Scratch
    books: Kept
    findings: Kept
    names: Mapping[str, str]
    fingerprint: str


class Written(NamedTuple):
    """A workbook that lies in the scratch folder, to be moved to where its name says; `formulas` is the digest of its live
    formulas, which lie at `kept`.
    """

    name: str
    file: str
    sha256: str
    formulas: str
    kept: Kept


def write_books(writing: Writing) -> list[Written]:
    """Workbooks on disk."""
    books: list[DepartmentBook] = writing.scratch.load(writing.books)
    findings = writing.scratch.load(writing.findings)
    written = []
    for book in books:
        own = tuple(findings.get(book.department, ()))
        content = department_book(replace(book, findings=own, fingerprint=writing.fingerprint))
        file = uuid.uuid4().hex
        with (writing.scratch.folder / file).open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        digest = hashlib.sha256(content).hexdigest()
        written.append(Written(writing.names[book.department], file, digest, *_formulas(writing.scratch, content)))
    return written


def _formulas(scratch: Scratch, content: bytes) -> tuple[str, Kept]:
    """The digest of a workbook's formulas, and where they lie."""
    formulas = written_formulas(content)
    digest = hashlib.sha256(json.dumps(formulas).encode()).hexdigest()
    return digest, _kept_formulas(str(scratch.folder), digest) or _keep_formulas(scratch, digest, formulas)


#: What this process has put aside: books of one scheme mostly have the same formulas.
_FORMULAS: dict[tuple[str, str], Kept] = {}


def _kept_formulas(folder: str, digest: str) -> Kept | None:
    return _FORMULAS.get((folder, digest))


def _keep_formulas(scratch: Scratch, digest: str, formulas: Formulas) -> Kept:
    kept = scratch.keep(formulas)
    _FORMULAS[str(scratch.folder), digest] = kept
    return kept
