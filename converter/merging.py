"""Pass 2 where nothing is to be scored: shares put together, and what is said of departments told. Nothing here needs pandas."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from converter.books import tables
from converter.books.columns import Seen
from converter.books.tables import Row
from converter.ledger import DoubtfulError
from converter.mapping.replies import Reply
from converter.marks import digest_of
from converter.scoring.gist import Gist
from converter.scoring.handling import with_replies
from converter.scratch import Kept, Laid, Scratch, laid
from converter.unpickling import plainly, unpacked
from converter.vocabulary.findings import Finding, Owner, Place, Tally, in_order

if TYPE_CHECKING:
    from converter.scoring.ledger import Ledger

#: Departments whose rows lie together: few, so that the rows near to those of one that changed are still known as the same.
TOGETHER = 4


class Segment(NamedTuple):
    """Where rows of 勾稽核对 belong: by code, scheme and comparison; departments that are not scored come behind the others."""

    code: str
    scheme: int
    group: str
    unscored: bool


class Put(NamedTuple):
    """Rows laid aside, and the same as CSV."""

    rows: Laid
    csv: Kept


#: Rows, written `plainly` as a list; how many there are; the same as CSV. A plain tuple: a share has hundreds of them, and one of a
#: class of its own takes as long to unpickle as what is in it.
Piece = tuple[bytes, int, bytes]
_ROWS, _LENGTH, _CSV = map(itemgetter, range(3))


def piece(rows: list[Any], csv: bytes = b"", written: Callable[[object], bytes] = plainly) -> Piece:
    """A piece that holds some rows, or what goes with rows; they are `written` plainly."""
    return (written(rows), len(rows), csv) if rows else (b"", 0, csv)


@dataclass(frozen=True)
class Share:
    """What a department gave, as plain data. `total`, `marks`, `figures`, `claims` and `supplied` are its part of the gist
    (converter.scoring.whole), without totals and marks where it is not scored; `leads` count from its first row in `used`;
    `checks` stand by their Segment, `seen` is what the widths of columns hang on, by sheet (converter.books.columns).
    """

    department: str
    total: dict[str, object] | None
    marks: tuple[bytes, ...] | None
    figures: dict[tuple[str, str], tuple[float, Place]]
    claims: list[tuple[int, Finding]]
    supplied: bool
    scores: Piece
    facts: bytes
    used: Piece
    leads: list[int | None]
    checks: dict[tuple[str, int, str, bool], Piece]
    findings: list[Finding]
    seen: dict[str, tuple[float, ...]]


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
    """What a chunk gave: what became of the decisions, where there are any, and where its gist (a Gist) and its shares lie; those
    of a few departments together in `scores`, `used` and `leads`, which count from the first row of their own `used`; `checks`
    are Puts by Segment. `findings` are those about its departments, numbered; `at_large` those about no department, not
    numbered, which other chunks may give too; `answered` the numbers that have a reply. `shares` says where the share of
    each department lies by itself, if it is wanted.
    """

    ledger: "Ledger | None"
    gist: Kept
    ratios: frozenset[str]
    scores: list[Put]
    facts: Kept
    used: list[Laid]
    leads: list[Laid]
    checks: Kept
    checks_at_large: list[tuple[Segment, Row]]
    findings: Kept
    at_large: list[Finding]
    answered: frozenset[str]
    seen: dict[str, tuple[float, ...]]
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
    few = [shares[at : at + TOGETHER] for at in range(0, len(shares), TOGETHER)]
    found = [item for share in shares for item in share.findings]
    segments: dict[tuple[str, int, str, bool], list[Piece]] = {}
    for share in shares:
        for segment, own in share.checks.items():
            segments.setdefault(segment, []).append(own)
    return Portion(
        ledger=ledger,
        gist=scratch.keep(gist),
        ratios=frozenset(),
        scores=_put_each(scratch, [[share.scores for share in part] for part in few]),
        facts=scratch.keep_bytes(b"".join(share.facts for share in shares)),
        used=_lay_each(scratch, [[share.used for share in part] for part in few]),
        leads=_lay_each(scratch, [_shifted(part) for part in few]),
        checks=scratch.keep(dict(zip(starmap(Segment, segments), _put_each(scratch, segments.values()), strict=True))),
        checks_at_large=[],
        findings=scratch.keep(found),
        at_large=[],
        answered=frozenset(item.number for item in found if item.number in answers),
        seen=widest(share.seen for share in shares),
    )


def _put_each(scratch: Scratch, parts: Collection[Sequence[Piece]]) -> list[Put]:
    """Pieces that stand one behind the other, put aside: their rows and their CSV."""
    csv = scratch.keep_each(b"".join(map(_CSV, pieces)) for pieces in parts)
    return list(map(Put, _lay_each(scratch, parts), csv))


def _lay_each(scratch: Scratch, parts: Collection[Sequence[Piece]]) -> list[Laid]:
    """The rows of pieces that stand one behind the other, put aside."""
    contents = [b"".join(map(_ROWS, part)) for part in parts]
    lengths = (sum(map(_LENGTH, part)) for part in parts)
    return list(map(laid, scratch.keep_each(contents), lengths, contents))


def _shifted(shares: Sequence[Share]) -> list[Piece]:
    """The leads of all, counted from the first row that any of them uses."""
    leads = []
    before = 0
    for share in shares:
        leads.append(piece([None if lead is None else before + lead for lead in share.leads]))
        before += share.used[1]
    return leads


def widest(seen: Iterable[Mapping[str, tuple[float, ...]]]) -> dict[str, tuple[float, ...]]:
    """What the widths of columns hang on, of several parts of the same sheets."""
    found: dict[str, tuple[float, ...]] = {}
    for own in seen:
        for sheet, longest in own.items():
            found[sheet] = tuple(map(max, found.get(sheet, longest), longest))
    return found


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
    """The findings of a chunk as they stand in the outputs: rows, what widths hang on, what they count, and those that go into
    workbooks, with their digest by department.
    """

    rows: Put
    seen: tuple[float, ...]
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
    put = Put(scratch.lay(rows), scratch.keep_bytes(tables.csv_body(rows)))
    digests = {who: digest_of(shown) for who, shown in by_department.items()}
    seen = Seen.of(tables.FINDING_HEADS, rows).longest
    return Told(put, seen, Tally.of(found), scratch.keep(found), scratch.keep(by_department), digests)
