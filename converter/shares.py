"""What a scored chunk gave, by department: parted so that a later run can take a department's share as it is, and put
together again for any departments that stand side by side.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from converter.books import tables
from converter.books.crossrefs import first_inputs
from converter.books.tables import Row
from converter.scoring.batch import Batch, Rules, used_by_scheme
from converter.scoring.ledger import Ledger
from converter.scoring.outcomes import distinct
from converter.scoring.scorerows import is_ratio
from converter.scoring.whole import Gist
from converter.scratch import Kept, Scratch, pickled
from converter.vocabulary.findings import Finding, Place, numbered

#: Where the department stands in rows of 指标得分, 规范数据 and 勾稽核对.
_WHO = 1


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
    checks: dict[Segment, Piece]
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
    """What a chunk gave: its gist, and where its shares lie. `findings` are those about its departments, numbered; `at_large`
    those about no department, not numbered, which other chunks may give too; `answered` the numbers that have a reply.
    `shares` says where the share of each department lies by itself, if it is wanted.
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
    shares: dict[str, Kept] = field(default_factory=dict)


def parted(batch: Batch, rules: Rules, gist: Gist) -> tuple[list[Share], AtLarge]:
    """The share of every submission of a scored batch, in their order, and what is about none of them."""
    names = [submission.department for submission in batch.submissions]
    scores, used = tables.score_rows(batch.scores, batch.codes), tables.fact_rows(used_by_scheme(batch), batch.codes)
    facts = _pieces(tables.fact_rows(batch.facts, batch.codes))
    score_pieces, used_rows = _pieces(scores), _by_department(used)
    leads = _leads(first_inputs(batch, scores, used), scores, used)
    checks, checks_at_large = _checks(batch, rules, names)
    found = _findings([item for item in batch.findings if item.department], names)
    totals = {
        str(row["department"]): {str(key): one for key, one in row.items()} for row in gist.totals.to_dict("records")
    }
    nothing = Piece([], b"")
    shares = [
        Share(
            who,
            totals.get(who),
            gist.marks.get(who),
            {key: figure for key, figure in gist.figures.items() if key[0] == who},
            [claim for claim in gist.claims if claim[1].department == who],
            who in gist.supplied,
            score_pieces.get(who, nothing),
            facts.get(who, nothing).csv,
            used_rows.get(who, []),
            leads.get(who, []),
            checks.get(who, {}),
            found.get(who, []),
        )
        for who in names
    ]
    ratios = frozenset(r.name for scheme in rules.distinct for r in scheme.rules if is_ratio(r, batch.inputs))
    return shares, AtLarge([item for item in batch.findings if not item.department], checks_at_large, ratios)


def _by_department(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row[_WHO]), []).append(row)
    return found


def _pieces(rows: Sequence[Row]) -> dict[str, Piece]:
    """The rows of each department, and their lines."""
    lines: dict[str, list[str]] = {}
    for row, line in zip(rows, tables.csv_lines(rows), strict=True):
        lines.setdefault(str(row[_WHO]), []).append(line)
    return {who: Piece(own, tables.encoded(lines[who])) for who, own in _by_department(rows).items()}


def _leads(leads: Sequence[int | None], scores: Sequence[Row], used: Sequence[Row]) -> dict[str, list[int | None]]:
    """The leads of each department's rows, counted from its own first row among those used, which stand together."""
    first: dict[str, int] = {}
    for at, row in enumerate(used):
        first.setdefault(str(row[_WHO]), at)
    found: dict[str, list[int | None]] = {}
    for lead, row in zip(leads, scores, strict=True):
        who = str(row[_WHO])
        found.setdefault(who, []).append(None if lead is None else lead - first[who])
    return found


def _findings(findings: Sequence[Finding], names: Sequence[str]) -> dict[str, list[Finding]]:
    """The findings of each department, numbered; the first has those about departments that are not there."""
    found: dict[str, list[Finding]] = {who: [] for who in names}
    for item in numbered(findings):
        found[item.department if item.department in found else names[0]].append(item)
    return found


def _checks(
    batch: Batch, rules: Rules, names: Sequence[str]
) -> tuple[dict[str, dict[Segment, Piece]], list[tuple[Segment, Row]]]:
    """The rows of 勾稽核对 of each department by where they belong, and those about none, which other chunks give too."""
    numbers = {id(scheme): at for at, scheme in enumerate(rules.distinct)}
    scored, known = set(batch.departments), set(names)
    parts: dict[str, dict[Segment, tuple[list[Row], list[str]]]] = {}
    at_large: list[tuple[Segment, Row]] = []
    for part in batch.each:
        grouped = list(distinct(part.checked))
        rows = [row[:-1] for row in grouped]
        for row, line, (*_, group) in zip(rows, tables.csv_lines(rows), grouped, strict=True):
            department = str(row[_WHO])
            segment = Segment(str(row[0]), numbers[id(part.scheme)], str(group), department not in scored)
            if not department:
                at_large.append((segment, row))
                continue
            own = parts.setdefault(department if department in known else names[0], {})
            shown, lines = own.setdefault(segment, ([], []))
            shown.append(row)
            lines.append(line)
    made = {
        who: {at: Piece(rows, tables.encoded(lines)) for at, (rows, lines) in own.items()} for who, own in parts.items()
    }
    return made, at_large


def put_together(
    scratch: Scratch, shares: Sequence[Share], answers: Collection[str], ledger: Ledger | None = None
) -> Portion:
    """The portion of departments that stand side by side, put aside; with nothing that is about none of them."""
    gist = Gist(
        pd.DataFrame([share.total for share in shares if share.total is not None]),
        {share.department: share.marks for share in shares if share.marks is not None},
        {key: figure for share in shares for key, figure in share.figures.items()},
        [claim for share in shares for claim in share.claims],
        frozenset(share.department for share in shares if share.supplied),
        ledger,
    )
    used = [row for share in shares for row in share.used]
    found = [item for share in shares for item in share.findings]
    segments: dict[Segment, list[Piece]] = {}
    for share in shares:
        for segment, piece in share.checks.items():
            segments.setdefault(segment, []).append(piece)
    return Portion(
        gist=gist,
        ratios=frozenset(),
        scores=_put_each(scratch, [[share.scores for share in shares]])[0],
        facts=scratch.keep_bytes(b"".join(share.facts for share in shares)),
        used=(scratch.keep(used), len(used)),
        leads=scratch.keep(_shifted(shares)),
        checks=dict(zip(segments, _put_each(scratch, segments.values()), strict=True)),
        checks_at_large=[],
        findings=scratch.keep(found),
        at_large=[],
        answered=frozenset(item.number for item in found if item.number in answers),
    )


def _put_each(scratch: Scratch, parts: Collection[Sequence[Piece]]) -> list[Put]:
    """Pieces that stand one behind the other, put aside as one list of rows and their CSV."""
    lists = [
        ([row for piece in pieces for row in piece.rows], b"".join(piece.csv for piece in pieces)) for pieces in parts
    ]
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
