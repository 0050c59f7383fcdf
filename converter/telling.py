"""What is said of departments, told as it stands in the outputs: chunk by chunk, in worker processes. Nothing here needs pandas."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from converter.books import tables
from converter.books.columns import Seen
from converter.books.tables import Row
from converter.ledger import DoubtfulError
from converter.mapping.replies import Reply
from converter.marks import digest_of
from converter.piles import Laid, Parts, lay
from converter.scoring.handling import with_replies
from converter.scratch import Kept, Scratch
from converter.unpickling import UNREADABLE, PlainWriter, each_of
from converter.vocabulary.findings import Finding, Level, Owner, Place, Tally, in_order


def written(findings: Iterable[Finding], writer: PlainWriter) -> bytes:
    """Findings as plain tuples, which are read in half the time; several such bytes may stand one behind the other."""
    return writer.written(
        [
            (
                f.code, str(f.level), str(f.owner), f.message, f.advice, f.department, f.year, f.subject, f.points,
                tuple(f.place), f.number, f.reply, f.handling,
            )
            for f in findings
        ]
    )  # fmt: skip


def findings_in(scratch: Scratch, kept: Kept) -> list[Finding]:
    """The findings that were `written` there. Raises DoubtfulError for anything else: what the ledger kept lies there unopened."""
    try:
        return [
            Finding(
                code, _LEVELS[level], _OWNERS[owner], what, advice, who, year, subject, points, Place(*place), *said
            )
            for some in each_of(scratch.load_bytes(kept))
            for code, level, owner, what, advice, who, year, subject, points, place, *said in some
        ]
    except UNREADABLE as error:
        raise DoubtfulError("Finding") from error


_LEVELS, _OWNERS = {str(one): one for one in Level}, {str(one): one for one in Owner}


#: Rows of 问题清单 that lie together: few, so that little is unpickled that a block of the summary does not show.
_NEAR = 64


class Telling(NamedTuple):
    """A chunk whose findings are to be told: its own, with `more` of the whole batch (all of them: `settled`), and what the
    departments replied, by number; in `books` of departments too, and each as a finding, where they are to be `kept`.
    """

    scratch: Scratch
    own: Kept
    more: Sequence[Finding]
    replies: Mapping[str, Sequence[Reply]]
    settled: bool
    books: bool
    kept: bool


class Told(NamedTuple):
    """The findings of a chunk as they stand in the outputs: rows of 问题清单, the same as CSV, what widths hang on, what they count,
    those that stand by files, and the rows that go into workbooks, with their digest by department; all `findings` where asked.
    """

    rows: Parts
    csv: Kept
    seen: tuple[float, ...]
    tally: Tally
    about_files: Kept
    for_departments: Kept
    digests: dict[str, str]
    findings: Kept | None


def tell(telling: Telling) -> Told:
    """The findings about a chunk's departments as they are told."""
    scratch, found = telling.scratch, list(telling.more)
    if not telling.settled:
        found = in_order([*findings_in(scratch, telling.own), *found])
        found = with_replies(found, telling.replies)
    rows = tables.finding_rows(found)
    by_department: dict[str, list[Row]] = {}
    for item, row in zip(found, rows, strict=True) if telling.books else ():
        if item.owner is Owner.DEPARTMENT:
            by_department.setdefault(item.department, []).append(row)
    parts = Parts()
    for at in range(0, len(rows), _NEAR):
        parts.add(lay(scratch, rows[at : at + _NEAR]))
    return Told(
        parts,
        scratch.keep_bytes(tables.csv_body(rows)),
        Seen.of(tables.FINDING_HEADS, rows).longest,
        Tally.of(found),
        scratch.keep(list(filter(is_about_a_file, found))),
        scratch.keep(by_department),
        {who: digest_of(shown) for who, shown in by_department.items()},
        scratch.keep(found) if telling.kept else None,
    )


def is_about_a_file(item: Finding) -> bool:
    """Whether 来源文件 shows a finding beside its file."""
    return item.code.startswith("F") or item.code == "M01"


def all_rows(first: Laid, every: Iterable[Told]) -> Parts:
    """Where the rows of 问题清单 lie: the `first`, and those of all chunks."""
    rows = Parts()
    rows.add(first)
    for told in every:
        rows.extend(told.rows)
    return rows
