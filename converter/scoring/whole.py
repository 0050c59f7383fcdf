"""A batch as a whole, of which nobody holds the facts: what comes before its departments are scored, chunk by chunk, and
what follows from all of them together (DESIGN §7): copies, sums of subordinates, narrow bands, ranks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from sys import intern

import pandas as pd

from converter.mapping.departments import Submission
from converter.mapping.facts import Document
from converter.mapping.years import contradicted_folders, in_scope, settle_years
from converter.scoring.batch import Batch, Rules
from converter.scoring.frames import FactRow
from converter.scoring.gist import PART, Gist
from converter.scoring.outcomes import Row, audit_rows
from converter.scoring.prior import Prior
from converter.scoring.submitted import Submitted, audit_submitted, submitted, with_last_output
from converter.scoring.totals import TOTAL_COLUMNS, ranked
from converter.scoring.wholebatch import (
    ACROSS,
    Unrun,
    audit_bands,
    audit_copies,
    audit_parts,
    families,
    figures_of,
    marks_of,
    without_data,
)
from converter.vocabulary.findings import Finding, Place

__all__ = ["Gist", "Whole", "begin", "gist", "shared_out"]


def gist(batch: Batch, rules: Rules) -> Gist:
    """The gist of a scored chunk."""
    numbers = {id(scheme): at for at, scheme in enumerate(rules.distinct)}
    related = {one.name for entry, parts in families(rules.roster) for one in (entry, *parts)}
    figures: dict[tuple[str, str], tuple[float, Place]] = {}
    claims: list[tuple[int, Finding]] = []
    for part in batch.each:
        figures |= figures_of(part.inputs, related, rules.checks)
        number = numbers[id(part.scheme)]
        claims += [(number, item) for item in without_data(part.inputs, part.columns, rules.checks)]
    return Gist(
        [
            {**{str(key): value for key, value in row.items()}, PART: numbers[id(part.scheme)]}
            for part in batch.each
            for row in part.totals.to_dict("records")
        ],
        {submission.department: marks_of(documents, rules.checks) for submission, documents in batch.used},
        figures,
        claims,
        batch.supplied,
    )


@dataclass
class Whole:
    """The batch without its facts and scores. `submissions` are those that are evaluated, in the order of names, `handed`
    the rows of 报送情况; `findings` are about the batch as a whole and not yet numbered, `checks` the rows about it; `lost` are
    the departments of last year's output that none of this year's is.
    """

    rules: Rules
    submissions: list[Submission]
    handed: list[Submitted]
    findings: list[Finding]
    totals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(TOTAL_COLUMNS)))
    checks: list[Row] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def year(self) -> int:
        """The 数据年度."""
        return self.rules.year

    @cached_property
    def codes(self) -> dict[str, str]:
        """Department → its code in the departments list, "" without one."""
        return {submission.department: submission.code for submission in self.submissions}

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Department → its 类别 in the departments list, "" without one."""
        return {submission.department: submission.kind for submission in self.submissions}

    @cached_property
    def departments(self) -> list[str]:
        """Names of the departments that are scored, in order: those with a document of the year."""
        return [s.department for s in self.submissions if any(d.year == self.year for d in s.documents)]

    def used(self) -> list[tuple[Submission, list[Document]]]:
        """The documents in scope of every department that is scored, scheme by scheme."""
        scored = set(self.departments)
        own = sorted((s for s in self.submissions if s.department in scored), key=self.rules.part_of)
        return [(submission, in_scope(submission, self.year)[0]) for submission in own]

    def conclude(self, gists: Iterable[Gist], digests: Mapping[str, str]) -> None:
        """Ranks, and B02–B04 over all departments, whatever scheme scores them. `gists` are gone through once; `digests` are the
        SHA-256 by file.
        """
        frames: list[pd.DataFrame] = []
        supplied: set[str] = set()
        marks: dict[str, tuple[bytes, ...]] = {}
        figures: dict[tuple[str, str], tuple[float, Place]] = {}
        claims: list[tuple[int, Finding]] = []
        for one in gists:
            frames += [_frame(one.totals)] if one.totals else []
            supplied |= one.supplied
            marks |= one.marks
            figures |= one.figures
            claims += one.claims
        joined = pd.concat(frames, ignore_index=True)
        kinds = [f"{part}\0{self.kinds[who]}" for part, who in zip(joined[PART], joined["department"], strict=True)]
        self.totals = ranked(joined, kinds)
        self.handed = with_last_output(self.handed, supplied)
        checks, roster, year, used = self.rules.checks, self.rules.roster, self.year, self.used()
        unrun: Unrun = {} if roster else {("B01", ""): "没有部门名单"}
        if len(self.departments) < 2:
            unrun["B02", ""] = "只有一个部门"
        copies = audit_copies(used, marks, digests, checks, year)
        sums, no_parts = audit_parts(figures, used, roster, self.rules.derivations.dictionary, checks, year)
        claims.sort(key=lambda claim: claim[0])
        bands, too_few = audit_bands(self.totals, [item for _, item in claims], checks, year)
        self.findings += [*copies, *sums, *bands]
        reasons = {**unrun, **no_parts, **too_few}
        self.checks = list(audit_rows(checks, self.findings, self.departments, year, reasons, ACROSS))


def _frame(totals: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Rows of totals, each text held once for all departments."""
    columns = {name: [row[name] for row in totals] for name in totals[0]}
    held = {name: [intern(one) if isinstance(one, str) else one for one in column] for name, column in columns.items()}
    return pd.DataFrame(held)


def begin(submissions: Sequence[Submission], rules: Rules) -> Whole:
    """The batch before any department is scored: its documents dated, and what came from whom. Those whom the departments
    list excuses are not scored.
    """
    year = rules.year
    for submission in submissions:
        settle_years(submission, year)
    handed = submitted(submissions, rules.roster, rules.forms, year)
    findings = contradicted_folders(submissions) + audit_submitted(handed, rules.roster, rules.checks, year)
    return Whole(rules, [s for s in submissions if s.listed is None or s.listed.evaluated], handed, findings)


def shared_out(prior: Prior | None, whole: Whole) -> dict[str, list[FactRow]]:
    """Department → its figures in last year's output; notes in `whole` whose are lost."""
    if prior is None:
        return {}
    rows, whole.lost = prior.fitted(whole.departments, whole.rules.roster)
    shares: dict[str, list[FactRow]] = {}
    for row in rows:
        shares.setdefault(row.department, []).append(row)
    return shares
