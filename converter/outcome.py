"""What became of a run, for the command line: as text, as JSON, as an exit code."""

from dataclasses import dataclass, field
from typing import Any

from converter.lastrun import Since, reminders
from converter.scoring.whole import Whole
from converter.vocabulary.findings import EXIT_CLEAN, Finding, Level, Tally


@dataclass
class Report:
    """What became of a run: the batch, its findings, the outputs by name with their SHA-256, and the exit code."""

    whole: Whole
    tally: Tally
    findings: list[Finding] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    since: Since | None = None
    exit_code: int = EXIT_CLEAN
    seconds: float = 0.0

    def totals(self) -> list[dict[str, object]]:
        """A row for each department: names, intervals, grades."""
        rows = self.whole.totals.rows()
        return [{key: None if value != value else value for key, value in row.items()} for row in rows]

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "year": self.whole.year,
            "scheme": "；".join(scheme.name for scheme in self.whole.rules.distinct),
            "counts": self.counts(),
            "totals": self.totals(),
            "findings": [_finding_dict(item) for item in self.findings],
            "since": self.since.to_dict() if self.since else None,
            "reminders": self.reminders(),
            "outputs": sorted(self.outputs),
            "exit_code": self.exit_code,
        }

    @property
    def year(self) -> int:
        """The 数据年度."""
        return self.whole.year

    def reminders(self) -> list[str]:
        """催报名单: who has handed in nothing, and who not everything."""
        return reminders(self.whole.handed)

    def counts(self) -> dict[str, int]:
        """Departments and findings by level."""
        return {"部门": len(self.whole.departments), **{str(level): self.tally.at(level) for level in Level}}


def _finding_dict(item: Finding) -> dict[str, Any]:
    content = item._asdict()
    place = content.pop("place")
    return {**content, **place._asdict()}
