"""A batch as a whole, of which nobody holds the facts: what comes before its departments are scored, chunk by chunk, and
what is concluded from all of them together (converter.scoring.conclusion). Light, until then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from converter.mapping.departments import Submission
from converter.mapping.facts import Document
from converter.mapping.years import contradicted_folders, in_scope, settle_years
from converter.scoring.factrows import FactRow
from converter.scoring.prior import Prior
from converter.scoring.ranking import Totals
from converter.scoring.ruleset import Rules
from converter.scoring.submitted import Submitted, audit_submitted, submitted
from converter.vocabulary.findings import Finding

if TYPE_CHECKING:
    from converter.scoring.outcomes import Row


@dataclass
class Whole:
    """The batch without its facts and scores. `submissions` are those that are evaluated, in the order of names, `handed`
    the rows of 报送情况; `findings` are about the batch as a whole and not yet numbered, `checks` the rows about it; `lost` are
    the departments of last year's output that none of this year's is. `totals` are there once it is concluded.
    """

    rules: Rules
    submissions: list[Submission]
    handed: list[Submitted]
    findings: list[Finding]
    totals: Totals = field(init=False)
    checks: "list[Row]" = field(default_factory=list)
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
