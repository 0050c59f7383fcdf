"""Pass 2 where nothing is to be scored: shares put together, and what is said of departments told. Nothing here needs pandas."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from converter.books import tables
from converter.books.tables import Row
from converter.ledger import DoubtfulError
from converter.mapping.replies import Reply
from converter.marks import digest_of
from converter.scoring.gist import Gist
from converter.scoring.handling import with_replies
from converter.scratch import Kept, Scratch, pickled
from converter.unpickling import unpacked
from converter.vocabulary.findings import Finding, Owner, Place, Tally, in_order

if TYPE_CHECKING:
    from converter.scoring.ledger import Ledger


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


class Piece(NamedTuple):
    """Rows, and the same as CSV."""

    rows: list[Row]
    csv: bytes


class Checked(NamedTuple):
    """Rows of 勾稽核对, for each the Segment where it belongs (plain, for there are nearly as many as rows), and its line of CSV."""

    places: list[tuple[str, int, str, bool]]
    rows: list[Row]
    lines: list[str]


@dataclass(frozen=True)
class Share:
    """What a department gave, as plain data. `total`, `marks`, `figures`, `claims` and `supplied` are its part of the gist
    (converter.scoring.whole), without totals and marks where it is not scored; `leads` count from its first row in `used`.
    """

    department: str
    total: dict[str, object] | None
    marks: tuple[bytes, ...] | None
    figures: dict[tuple[str, str], tuple[float, Place]]
    claims: list[tuple[int, Finding]]
    supplied: bool
    scores: Piece
    facts: bytes
    used: list[Row]
    leads: list[int | None]
    checks: Checked
    findings: list[Finding]


@dataclass(frozen=True)
class AtLarge:
    """What is said about no department, whichever are scored: findings that are not numbered, rows of 勾稽核对, and the
    indicators whose value is shown as a percent.
    """

    findings: list[Finding]
    checks: list[tuple[Segment, Row]]
    ratios: frozenset[str]


@dataclass(frozen=True)
class Portion:
    """What a chunk gave: what became of the decisions, where there are any, and where its gist (a Gist) and its shares lie;
    `checks` are by Segment. `findings` are those about its departments, numbered; `at_large` those about no department, not
    numbered, which other chunks may give too; `answered` the numbers that have a reply. `shares` says where the share of
    each department lies by itself, if it is wanted.
    """

    ledger: "Ledger | None"
    gist: Kept
    ratios: frozenset[str]
    scores: Put
    facts: Kept
    used: tuple[Kept, int]
    leads: Kept
    checks: Kept
    checks_at_large: list[tuple[Segment, Row]]
    findings: Kept
    at_large: list[Finding]
    answered: frozenset[str]
    books: list[tuple[tuple[str, ...], Kept]] = field(default_factory=list)
    shares: dict[str, Kept] = field(default_factory=dict)


@dataclass(frozen=True)
class Merging:
    """Shares of departments that stand side by side, to be put together; `answers` are the numbers that have a reply."""

    scratch: Scratch
    shares: Sequence[Kept]
    answers: frozenset[str]


def merge(merging: Merging) -> Portion:
    """The portion of departments of which every share is known."""
    shares = [unpacked(merging.scratch.load_bytes(kept)) for kept in merging.shares]
    if not all(isinstance(share, Share) for share in shares):
        raise DoubtfulError("Share")
    return put_together(merging.scratch, shares, merging.answers)


def put_together(
    scratch: Scratch, shares: Sequence[Share], answers: Collection[str], ledger: "Ledger | None" = None
) -> Portion:
    """The portion of departments that stand side by side, put aside; with nothing that is about none of them."""
    gist = Gist(
        [share.total for share in shares if share.total is not None],
        {share.department: share.marks for share in shares if share.marks is not None},
        {key: figure for share in shares for key, figure in share.figures.items()},
        [claim for share in shares for claim in share.claims],
        frozenset(share.department for share in shares if share.supplied),
    )
    used = [row for share in shares for row in share.used]
    found = [item for share in shares for item in share.findings]
    scores = [row for share in shares for row in share.scores.rows], b"".join(share.scores.csv for share in shares)
    segments = _segments(shares)
    return Portion(
        ledger=ledger,
        gist=scratch.keep(gist),
        ratios=frozenset(),
        scores=_put_each(scratch, [scores])[0],
        facts=scratch.keep_bytes(b"".join(share.facts for share in shares)),
        used=(scratch.keep(used), len(used)),
        leads=scratch.keep(_shifted(shares)),
        checks=scratch.keep(dict(zip(segments, _put_each(scratch, segments.values()), strict=True))),
        checks_at_large=[],
        findings=scratch.keep(found),
        at_large=[],
        answered=frozenset(item.number for item in found if item.number in answers),
    )


def _segments(shares: Sequence[Share]) -> dict[Segment, tuple[list[Row], bytes]]:
    """The rows of 勾稽核对 of all by where they belong, and their CSV."""
    found: dict[tuple[str, int, str, bool], tuple[list[Row], list[str]]] = {}
    for share in shares:
        for place, row, line in zip(*share.checks, strict=True):
            if place not in found:
                found[place] = [], []
            rows, lines = found[place]
            rows.append(row)
            lines.append(line)
    return {Segment(*place): (rows, tables.encoded(lines)) for place, (rows, lines) in found.items()}


def _put_each(scratch: Scratch, lists: Collection[tuple[list[Row], bytes]]) -> list[Put]:
    """Lists of rows put aside, each with its CSV."""
    kept = iter(scratch.keep_each(one for rows, csv in lists for one in (pickled(rows), csv)))
    return [Put(own, csv, len(rows)) for (rows, _), own, csv in zip(lists, kept, kept, strict=True)]


def _shifted(shares: Sequence[Share]) -> list[int | None]:
    """The leads of all, counted from the first row that any of them uses."""
    leads: list[int | None] = []
    before = 0
    for share in shares:
        leads += [None if lead is None else before + lead for lead in share.leads]
        before += len(share.used)
    return leads


@dataclass(frozen=True)
class Telling:
    """A chunk whose findings are to be told: its own, with `more` of the whole batch (all of them: `settled`), and what the
    departments replied, by number; in `books` of departments too.
    """

    scratch: Scratch
    own: Kept
    more: Sequence[Finding]
    replies: Mapping[str, Sequence[Reply]]
    settled: bool
    books: bool


@dataclass(frozen=True)
class Told:
    """The findings of a chunk as they stand in the outputs: rows, what they count, and those that go into workbooks, with
    their digest by department.
    """

    rows: Put
    tally: Tally
    findings: Kept
    for_departments: Kept
    digests: dict[str, str]


def tell(telling: Telling) -> Told:
    """The findings about a chunk's departments as they are told."""
    scratch, found = telling.scratch, list(telling.more)
    if not telling.settled:
        found = in_order([*scratch.load(telling.own), *found])
        found = with_replies(found, telling.replies)
    by_department: dict[str, list[Row]] = {}
    for item in found if telling.books else ():
        if item.owner is Owner.DEPARTMENT:
            by_department.setdefault(item.department, []).extend(tables.finding_rows([item]))
    rows = tables.finding_rows(found)
    put = Put(scratch.keep(rows), scratch.keep_bytes(tables.csv_body(rows)), len(rows))
    digests = {who: digest_of(shown) for who, shown in by_department.items()}
    return Told(put, Tally.of(found), scratch.keep(found), scratch.keep(by_department), digests)
