"""Pass 2 where nothing is to be scored: shares put together. Nothing here needs pandas."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from converter.books.tables import Row
from converter.ledger import DoubtfulError
from converter.scoring.gist import Gist
from converter.scratch import Kept, Laid, Parts, Scratch, laid
from converter.unpickling import UNREADABLE, PlainWriter, plainly, unpacked
from converter.vocabulary.findings import Finding, Place

if TYPE_CHECKING:
    from converter.scoring.ledger import Ledger

#: Departments whose rows lie together: few, so that the rows near to those of one that changed are still known as the same.
TOGETHER = 4
#: Rows, written `plainly` as a list or several one behind the other; how many there are; the same as CSV. A plain tuple, which is
#: unpickled sooner than one of a class.
Piece = tuple[bytes, int, bytes]
_ROWS, _LENGTH, _CSV = map(itemgetter, range(3))
#: What rows of 勾稽核对 stand by: code, number of the scheme, what tells the comparisons of a code from each other.
Rank = tuple[str, int, str]


def piece(rows: list[Any], csv: bytes = b"", written: Callable[[object], bytes] = plainly) -> Piece:
    """A piece that holds some rows, or what goes with rows; they are `written` plainly."""
    return (written(rows), len(rows), csv) if rows else (b"", 0, csv)


class Put(NamedTuple):
    """Rows laid aside, and the same as CSV."""

    rows: Laid
    csv: Kept


@dataclass(frozen=True)
class Share:
    """What a department gave, as plain data. `total`, `marks`, `figures`, `claims` and `supplied` are its part of the gist
    (converter.scoring.whole), without totals and marks where it is not scored; `leads` count from its first row in `used`;
    `findings` are `written` (converter.telling), and `numbers` theirs; `seen` is what the widths of columns hang on, by sheet
    (converter.books.columns).
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
    checks: Piece
    findings: bytes
    numbers: tuple[str, ...]
    seen: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class AtLarge:
    """What is said about no department, whichever are scored: findings that are not numbered, rows of 勾稽核对, and the
    indicators whose value is shown as a percent.
    """

    findings: list[Finding]
    checks: list[tuple[Rank, Row]]
    ratios: frozenset[str]


@dataclass(frozen=True)
class Portion:
    """What departments that stand side by side gave: where their gist (a Gist) and their shares lie; those of a few departments
    together in `scores`, `used` and `leads`, which count from the first row of their own `used`; `checks` are those of each
    department, who has more of these rows than of others, and all as CSV.
    `findings` are those about the departments, numbered and `written` (converter.telling); `answered` the numbers that have a
    reply.
    """

    gist: Kept
    scores: list[Put]
    facts: Kept
    used: list[Laid]
    leads: list[Laid]
    checks: Parts
    checks_csv: Kept
    findings: Kept
    answered: frozenset[str]
    seen: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Scored:
    """What a chunk gave: portions of its departments, one behind the other; what is said of none of them, which other chunks may
    say too; what became of the decisions, where there are any; the contents of workbooks, and where the share of each
    department lies by itself, as far as they are wanted.
    """

    portions: list[Portion]
    at_large: AtLarge
    ledger: "Ledger | None"
    books: list[tuple[tuple[str, ...], Kept]]
    shares: dict[str, Kept]


@dataclass(frozen=True)
class Merging:
    """Shares of departments that stand side by side, to be put together; `answers` are the numbers that have a reply."""

    scratch: Scratch
    shares: Sequence[Kept]
    answers: frozenset[str]


def at_large_of(said: Iterable[AtLarge]) -> AtLarge:
    """What chunks, or an earlier run, said about no department, one behind the other."""
    every = list(said)
    return AtLarge(
        [item for one in every for item in one.findings],
        [row for one in every for row in one.checks],
        frozenset().union(*(one.ratios for one in every)),
    )


def merge(merging: Merging) -> Portion:
    """The portion of departments of which every share is known. Raises DoubtfulError for what is none."""
    try:
        shares = [unpacked(merging.scratch.load_bytes(kept)) for kept in merging.shares]
        if not all(isinstance(share, Share) for share in shares):
            raise DoubtfulError("Share")
        return put_together(merging.scratch, shares, merging.answers)
    except UNREADABLE as error:
        raise DoubtfulError("Share") from error


def put_together(scratch: Scratch, shares: Sequence[Share], answers: Collection[str]) -> Portion:
    """The portion of departments that stand side by side, put aside."""
    gist = Gist(
        [share.total for share in shares if share.total is not None],
        {share.department: share.marks for share in shares if share.marks is not None},
        {key: figure for share in shares for key, figure in share.figures.items()},
        [claim for share in shares for claim in share.claims],
        frozenset(share.department for share in shares if share.supplied),
    )
    few = [shares[at : at + TOGETHER] for at in range(0, len(shares), TOGETHER)]
    return Portion(
        gist=scratch.keep(gist),
        scores=_put_each(scratch, [_joined([share.scores for share in part]) for part in few]),
        facts=scratch.keep_bytes(b"".join(share.facts for share in shares)),
        used=_lay_each(scratch, [_joined([share.used for share in part]) for part in few]),
        leads=_lay_each(scratch, _shifted(few)),
        checks=Parts(_lay_each(scratch, [share.checks for share in shares])),
        checks_csv=scratch.keep_bytes(b"".join(map(_CSV, (share.checks for share in shares)))),
        findings=scratch.keep_bytes(b"".join(share.findings for share in shares)),
        answered=frozenset(answers).intersection(chain.from_iterable(share.numbers for share in shares)),
        seen=widest(share.seen for share in shares),
    )


def _joined(pieces: Sequence[Piece]) -> Piece:
    """Pieces that stand one behind the other."""
    return b"".join(map(_ROWS, pieces)), sum(map(_LENGTH, pieces)), b"".join(map(_CSV, pieces))


def _lay_each(scratch: Scratch, pieces: Collection[Piece]) -> list[Laid]:
    """The rows of pieces put aside."""
    return list(map(laid, scratch.keep_each(map(_ROWS, pieces)), map(_LENGTH, pieces), map(_ROWS, pieces)))


def _put_each(scratch: Scratch, pieces: Collection[Piece]) -> list[Put]:
    """Pieces put aside, each by itself: its rows and its CSV."""
    return list(map(Put, _lay_each(scratch, pieces), scratch.keep_each(map(_CSV, pieces))))


def _shifted(few: Sequence[Sequence[Share]]) -> list[Piece]:
    """The leads of departments whose rows lie together, counted from the first row that any of them uses."""
    written, pieces = PlainWriter().written, []
    for shares in few:
        before = accumulate((share.used[1] for share in shares), initial=0)
        own = [
            [None if lead is None else first + lead for lead in share.leads]
            for share, first in zip(shares, before, strict=False)
        ]
        pieces.append(_joined([piece(leads, written=written) for leads in own]))
    return pieces


def widest(seen: Iterable[Mapping[str, tuple[float, ...]]]) -> dict[str, tuple[float, ...]]:
    """What the widths of columns hang on, of several parts of the same sheets."""
    found: dict[str, set[tuple[float, ...]]] = {}
    for own in seen:
        for sheet, longest in own.items():
            found.setdefault(sheet, set()).add(longest)
    return {sheet: tuple(map(max, zip(*several, strict=True))) for sheet, several in found.items()}
