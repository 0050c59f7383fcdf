"""The shares of all chunks, gathered in the parent: what is asked of the batch as a whole, and the tables and files that the
shares make one behind the other. Nothing here holds the facts, scores or findings of more than one chunk at a time.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from converter.books import tables
from converter.books.columns import Seen
from converter.books.tables import Row, Rows
from converter.engine import Engine, each
from converter.mapping.departments import Submission
from converter.merging import AtLarge, Lists, Portion, Scored, at_large_of, widest
from converter.pages import Written
from converter.piles import Laid, Leads, Parts, Pile, lay
from converter.progress import tracked
from converter.reuse import Mergings, Reuse
from converter.scoring.factrows import FactRow
from converter.scoring.prior import Prior
from converter.scoring.whole import Whole, shared_out
from converter.scratch import Kept, Scratch
from converter.tasks import Chunk, in_chunks, in_parts
from converter.telling import Told, all_rows, is_about_a_file
from converter.vocabulary.findings import Finding, Tally
from converter.workers import score

if TYPE_CHECKING:
    from converter.scoring.ledger import Ledger


@dataclass
class Gathered:
    """The portions of a batch in the order of departments, the first department of each; the contents of workbooks; what became
    of the decisions; what scoring said about none of the departments, the findings of it that are told, and what is told of
    each portion; the CSV files that are being written already.
    """

    scratch: Scratch
    whole: Whole
    firsts: list[str]
    portions: list[Portion]
    books: list[tuple[tuple[str, ...], Kept]]
    scoring: "Scoring"
    scored_at_large: AtLarge
    ledger: "Ledger | None"
    at_large: list[Finding] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    prior: Prior | None = None
    ahead: Iterator[Written] | None = None

    def findings(self) -> Iterator[Finding]:
        """Every finding as it is told, in order, where they were kept (`tell_all`): those about no department first."""
        yield from self.at_large
        for told in self.told:
            if told.findings is not None:
                yield from self.scratch.load(told.findings)

    def about_files(self) -> Iterator[Finding]:
        """The findings that 来源文件 shows, as they are told, in order."""
        yield from filter(is_about_a_file, self.at_large)
        for told in self.told:
            yield from self.scratch.load(told.about_files)

    @cached_property
    def _told_at_large(self) -> "_AtLarge":
        """The rows about no department, and what the widths of 问题清单 hang on in them."""
        rows = tables.finding_rows(self.at_large)
        return self._put(rows, tables.FINDING_HEADS)

    @cached_property
    def _checked_at_large(self) -> "_AtLarge":
        """The rows of 勾稽核对 that hang on more than one department, each once, by code; and what the widths hang on in them.
        The rows of the whole are put aside for good.
        """
        said = [row for _, row in sorted(self.scored_at_large.checks, key=itemgetter(0))]
        rows = list({repr(row): row for row in said}.values()) + self.whole.checks
        self.whole.checks = []
        rows.sort(key=itemgetter(0))
        return self._put(rows, tables.CHECK_HEADS)

    @cached_property
    def _lists(self) -> Lists[Parts]:
        """What each department has of them, one behind the other."""
        whole = Lists(Parts(), Parts(), Parts(), Parts(), Parts())
        for portion in self.portions:
            for own, more in zip(whole, portion.lists, strict=True):
                own.extend(more)
        whole.checks.add(self._checked_at_large.rows)
        return whole

    def tables(self) -> dict[str, Rows]:
        """The tables that grow with the departments, by their sheets. 勾稽核对: behind the departments what hangs on several."""
        return {
            "指标得分": Pile(self.scratch, self._lists.scores),
            "问题清单": Pile(self.scratch, all_rows(self._told_at_large.rows, self.told)),
            "勾稽核对": Pile(self.scratch, self._lists.checks),
            "规范数据": Pile(self.scratch, self._lists.used),
        }

    def seen(self) -> dict[str, tuple[float, ...]]:
        """What the widths of their columns hang on, by sheet."""
        here = {
            "问题清单": self._told_at_large.seen,
            "勾稽核对": self._checked_at_large.seen,
        }
        told = [{"问题清单": told.seen} for told in self.told]
        return widest([*(portion.seen for portion in self.portions), *told, here])

    def points(self) -> Rows:
        """The POINTS of each row of 指标得分."""
        return Pile(self.scratch, self._lists.points)

    def leads(self) -> Leads:
        """For each row of 指标得分 the position among those of 规范数据 that it leads to."""
        before = accumulate(self._lists.used.lengths()[:-1], initial=0)
        return Leads(self.scratch, self._lists.leads, before=array("q", before))

    def scored_csv(self) -> Iterator[tuple[str, Callable[[], Iterator[bytes]]]]:
        """The frames as CSV that are whole when all is scored: what gives them piece by piece, in any process."""
        yield "scores.csv", self._csv(tables.SCORE_HEADS, [portion.scores for portion in self.portions])
        yield "facts.csv", self._csv(tables.FACT_HEADS, [portion.facts for portion in self.portions])

    def told_csv(self) -> Iterator[tuple[str, Callable[[], Iterator[bytes]]]]:
        """Those that are whole when all is told."""
        told = [self._told_at_large.csv, *(told.csv for told in self.told)]
        yield "findings.csv", self._csv(tables.FINDING_HEADS, told)
        checked = [*(portion.checks for portion in self.portions), self._checked_at_large.csv]
        yield "checks.csv", self._csv(tables.CHECK_HEADS, checked)

    def _csv(self, heads: Sequence[str], bodies: Iterable[Kept]) -> Callable[[], Iterator[bytes]]:
        return partial(_csv, self.scratch, heads, [*bodies])

    def _put(self, rows: list[Row], heads: tuple[str, ...]) -> "_AtLarge":
        csv = self.scratch.keep_bytes(tables.csv_body(rows))
        return _AtLarge(lay(self.scratch, rows), csv, Seen.of(heads, rows).longest)


class _AtLarge(NamedTuple):
    """Rows that are no department's, the same as CSV, and what the widths of their columns hang on."""

    rows: Laid
    csv: Kept
    seen: tuple[float, ...]


def _csv(scratch: Scratch, heads: Sequence[str], bodies: Iterable[Kept]) -> Iterator[bytes]:
    yield tables.csv_bytes(heads, [])
    yield from map(scratch.load_bytes, bodies)


@dataclass(frozen=True)
class Scoring:
    """How departments are scored, chunk by chunk, by the workers. `reuse` takes what earlier runs worked out."""

    engine: Engine
    scratch: Scratch
    whole: Whole
    contents: Mapping[str, Kept]
    prior: Prior | None
    answers: frozenset[str]
    size: int
    jobs: int
    books: bool
    bar: bool
    reuse: Reuse | None = None

    @cached_property
    def _figures(self) -> dict[str, list[FactRow]]:
        return shared_out(self.prior, self.whole)

    @cached_property
    def _rules(self) -> Kept:
        return self.scratch.keep(self.whole.rules)

    def _parts(self, submissions: Sequence[Submission]) -> list[Sequence[Submission]]:
        return in_chunks(submissions, self.whole.rules, self.size, self.jobs)

    def gathered(self) -> Gathered:
        """Every department scored."""
        every, reuse = self.whole.submissions, self.reuse
        known: Collection[str] = ()
        if reuse is not None:
            decided = bool(self.whole.rules.decisions)
            reuse.begin(every, self._figures, self.whole.departments if decided else ())
            known = () if decided else reuse.known(every)
        at_large = reuse.at_large() if reuse is not None and known else None
        parts = [part for chunk in self._parts(every) for part in in_parts(chunk)]
        chunks = self._parts([one for one in every if one.department not in known])
        if known and at_large is None and not chunks:
            chunks = [[]]
        shares: dict[str, Kept] = {}
        mergings = Mergings(self.engine, self.scratch, parts, self.answers, shares)
        meanwhile: list[Callable[[], None]] = []
        if reuse is not None and known:
            meanwhile = [partial(mergings.fetch, reuse, known)]
        scored = self._scored(chunks, every=at_large is None, meanwhile=meanwhile)
        if damaged := [one for one in every if one.department in known and one.department not in shares]:
            scored += self._scored(self._parts(damaged), every=False)
        portions = [portion for one in scored for portion in one.portions]
        if known:
            shares |= {who: kept for one in scored for who, kept in one.shares.items()}
            portions = mergings.portions()
        return Gathered(
            self.scratch,
            self.whole,
            [part[0].department for part in parts],
            portions,
            [book for one in scored for book in one.books],
            self,
            at_large_of([*([at_large] if at_large else []), *(one.at_large for one in scored)]),
            scored[0].ledger if scored else None,
        )

    def _scored(
        self, chunks: Sequence[Sequence[Submission]], *, every: bool, meanwhile: Sequence[Callable[[], None]] = ()
    ) -> list[Scored]:
        """Chunks scored, their shares kept for later runs; `every` scheme is audited by the first."""
        work = [self._chunk(own, every=every and at == 0) for at, own in enumerate(chunks)]
        scored: list[Scored] = []
        results = each(self.engine, score, work, "评分")
        for act in meanwhile:
            act()
        for one in tracked(results, len(work), "评分", bar=self.bar):
            if self.reuse is not None:
                self.reuse.keep(one)
                if every and not scored and not self.whole.rules.decisions:
                    self.reuse.keep_at_large(one)
            scored.append(one)
        return scored

    def _chunk(self, submissions: Sequence[Submission], *, every: bool) -> Chunk:
        contents = self.contents
        return Chunk(
            self.scratch,
            self._rules,
            submissions,
            {d.file: contents[d.file] for s in submissions for d in s.documents if d.file in contents},
            _of(self.prior, self._figures, submissions),
            self.answers,
            every=every,
            books=self.books,
        )

    def books_of(self, departments: Collection[str]) -> list[tuple[tuple[str, ...], Kept]]:
        """The contents of the workbooks of departments that were not scored in this run: they are, for that."""
        own = [one for one in self.whole.submissions if one.department in departments]
        return [book for one in self._scored(self._parts(own), every=False) for book in one.books]


def _of(prior: Prior | None, figures: Mapping[str, list[FactRow]], submissions: Sequence[Submission]) -> Prior | None:
    """Last year's output as far as it is about some departments."""
    if prior is None:
        return None
    own = {s.department: figures[s.department] for s in submissions if s.department in figures}
    return Prior(prior.shown, prior.year, prior.sha256, own, {})
