"""Pass 2 where nothing is to be scored: shares put together. Nothing here needs pandas."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate, chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from converter.books.tables import Row
from converter.ledger import DoubtfulError
from converter.piles import DIGEST, Laid, Parts, list_digest
from converter.scoring.gist import Gist
from converter.scratch import Kept, Scratch
from converter.unpickling import UNREADABLE, PlainWriter, packed, squeezed, unpacked
from converter.vocabulary.findings import Finding, Place

if TYPE_CHECKING:
    from converter.scoring.ledger import Ledger

T = TypeVar("T")
#: Bytes that tell how long a share is; its lists lie behind it.
_LENGTH = 4
#: What rows of 勾稽核对 stand by: code, number of the scheme, what tells the comparisons of a code from each other.
Rank = tuple[str, int, str]


class Lists(NamedTuple, Generic[T]):
    """Rows of 指标得分, of 规范数据 and of 勾稽核对; for each of the first where it leads to among the second, and its POINTS."""

    scores: T
    used: T
    leads: T
    points: T
    checks: T


class Share(NamedTuple):
    """What a department gave, as plain data. `total`, `marks`, `figures`, `claims` and `supplied` are its part of the gist
    (converter.scoring.whole), without totals and marks where it is not scored; `scores`, `facts` and `checks` are CSV;
    `findings` are `written` (converter.telling), and `numbers` theirs; `seen` is what the widths of columns hang on, by sheet
    (converter.books.columns). Its Lists lie behind it, unopened: `pieces` tell for each how many bytes it has, how many things,
    and their digest.
    """

    department: str
    total: dict[str, object] | None
    marks: tuple[bytes, ...] | None
    figures: dict[tuple[str, str], tuple[float, Place]]
    claims: list[tuple[int, Finding]]
    supplied: bool
    scores: bytes
    facts: bytes
    checks: bytes
    findings: bytes
    numbers: tuple[str, ...]
    seen: dict[str, tuple[float, ...]]
    pieces: tuple[tuple[int, int, bytes], ...]


class Filed(NamedTuple):
    """A share, where it lies with its lists behind it, and how many bytes are ahead of these."""

    share: Share
    kept: Kept
    ahead: int

    def laid(self) -> list[Laid]:
        """Its Lists. Raises DoubtfulError where they are not what the share says."""
        file, start, length = self.kept
        pieces = self.share.pieces
        ends = [*accumulate((size for size, _, _ in pieces), initial=self.ahead)]
        if ends[-1] != length or any(len(digest) != DIGEST for _, _, digest in pieces):
            raise DoubtfulError("Lists")
        return [
            Laid(Kept(file, start + at, size), count, digest)
            for at, (size, count, digest) in zip(ends, pieces, strict=False)
        ]


class AtLarge(NamedTuple):
    """What is said about no department, whichever are scored: findings that are not numbered, rows of 勾稽核对, and the
    indicators whose value is shown as a percent.
    """

    findings: list[Finding]
    checks: list[tuple[Rank, Row]]
    ratios: frozenset[str]


class Portion(NamedTuple):
    """What departments that stand side by side gave: where their gist (a Gist) lies, and the Lists of each; what is CSV, of all
    of them. `findings` are those about the departments, numbered and `written` (converter.telling); `answered` the numbers that
    have a reply.
    """

    gist: Kept
    lists: Lists[Parts]
    scores: Kept
    facts: Kept
    checks: Kept
    findings: Kept
    answered: frozenset[str]
    seen: dict[str, tuple[float, ...]]


class Scored(NamedTuple):
    """What a chunk gave: portions of its departments, one behind the other; what is said of none of them, which other chunks may
    say too; what became of the decisions, where there are any; the contents of workbooks, and where the share of each
    department lies by itself, as far as they are wanted.
    """

    portions: list[Portion]
    at_large: AtLarge
    ledger: "Ledger | None"
    books: list[tuple[tuple[str, ...], Kept]]
    shares: dict[str, Kept]


class Merging(NamedTuple):
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


def filed(scratch: Scratch, own: Sequence[tuple[Share, bytes]]) -> list[Filed]:
    """Shares put aside with their lists behind them, each so that it can be kept for later runs."""
    lights = [packed(share) for share, _ in own]
    ahead = [_LENGTH + len(light) for light in lights]
    kept = scratch.keep_each(
        len(light).to_bytes(_LENGTH, "big") + light + lists for light, (_, lists) in zip(lights, own, strict=True)
    )
    return list(map(Filed, (share for share, _ in own), kept, ahead))


def in_pieces(lists: Lists[Sequence[Any]], writer: PlainWriter) -> tuple[bytes, tuple[tuple[int, int, bytes], ...]]:
    """The lists of a department as they lie behind its share, and the pieces that they are."""
    plain = [writer.written(list(own)) for own in lists]
    bodies = [squeezed(content) for content in plain]
    return b"".join(bodies), tuple(zip(map(len, bodies), map(len, lists), map(list_digest, plain), strict=True))


def merge(merging: Merging) -> Portion:
    """The portion of departments of which every share is known. Raises DoubtfulError for what is none."""
    try:
        return put_together(
            merging.scratch, [_opened(merging.scratch, kept) for kept in merging.shares], merging.answers
        )
    except UNREADABLE as error:
        raise DoubtfulError("Share") from error


def _opened(scratch: Scratch, kept: Kept) -> Filed:
    body = scratch.load_bytes(kept)
    ahead = _LENGTH + int.from_bytes(body[:_LENGTH], "big")
    share = unpacked(body[_LENGTH:ahead])
    if not isinstance(share, Share):
        raise DoubtfulError("Share")
    return Filed(share, kept, ahead)


_TEXTS = tuple(map(attrgetter, ("scores", "facts", "checks", "findings")))


def put_together(scratch: Scratch, several: Sequence[Filed], answers: Collection[str]) -> Portion:
    """The portion of departments that stand side by side, put aside."""
    shares = [one.share for one in several]
    gist = Gist(
        [share.total for share in shares if share.total is not None],
        {share.department: share.marks for share in shares if share.marks is not None},
        {key: figure for share in shares for key, figure in share.figures.items()},
        [claim for share in shares for claim in share.claims],
        frozenset(share.department for share in shares if share.supplied),
    )
    laid = [one.laid() for one in several]
    scores, facts, checks, findings = scratch.keep_each(b"".join(map(text, shares)) for text in _TEXTS)
    return Portion(
        gist=scratch.keep(gist),
        lists=Lists(*(Parts(own[at] for own in laid) for at in range(len(Lists._fields)))),
        scores=scores,
        facts=facts,
        checks=checks,
        findings=findings,
        answered=frozenset(answers).intersection(chain.from_iterable(share.numbers for share in shares)),
        seen=widest(share.seen for share in shares),
    )


def widest(seen: Iterable[Mapping[str, tuple[float, ...]]]) -> dict[str, tuple[float, ...]]:
    """What the widths of columns hang on, of several parts of the same sheets."""
    found: dict[str, set[tuple[float, ...]]] = {}
    for own in seen:
        for sheet, longest in own.items():
            found.setdefault(sheet, set()).add(longest)
    return {sheet: tuple(map(max, zip(*several, strict=True))) for sheet, several in found.items()}
