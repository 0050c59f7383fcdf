"""What is said of departments, told as it stands in the outputs: chunk by chunk, in worker processes. Nothing here needs pandas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from converter.books import tables
from converter.books.columns import Seen
from converter.books.tables import Row
from converter.ledger import DoubtfulError
from converter.mapping.replies import Reply
from converter.marks import digest_of
from converter.merging import Put
from converter.scoring.handling import with_replies
from converter.scratch import Kept, Scratch
from converter.unpickling import UNREADABLE, each_pickled
from converter.vocabulary.findings import Finding, Owner, Tally, in_order


def findings_in(scratch: Scratch, portion: Kept) -> list[Finding]:
    """The findings of a portion. Raises DoubtfulError for anything else: what the ledger kept lies there unopened."""
    try:
        found = [item for share in each_pickled(scratch.load_bytes(portion)) for item in share]
    except UNREADABLE as error:
        raise DoubtfulError("Share") from error
    if not all(isinstance(item, Finding) for item in found):
        raise DoubtfulError("Share")
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
        found = in_order([*findings_in(scratch, telling.own), *found])
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
