"""What a run scores by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from converter.mapping.departments import Submission
from converter.mapping.forms import Form
from converter.mapping.roster import Roster
from converter.scoring.checks import Checks
from converter.scoring.decisions import Decisions
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme


@dataclass(frozen=True)
class Rules:
    """What a run scores by, the same for every department: a scheme for each 类别, and what all schemes share."""

    schemes: Mapping[str, Scheme]
    checks: Checks
    derivations: Derivations
    forms: Sequence[Form]
    roster: Roster = field(default_factory=Roster)
    decisions: Decisions = field(default_factory=Decisions)

    @property
    def year(self) -> int:
        """The 数据年度."""
        return self.distinct[0].file.year

    @cached_property
    def distinct(self) -> list[Scheme]:
        """Each scheme once."""
        return list({id(scheme): scheme for scheme in self.schemes.values()}.values())

    def part_of(self, submission: Submission) -> int:
        """Which of the distinct schemes scores a department."""
        scheme = self.schemes[submission.kind]
        return next(at for at, one in enumerate(self.distinct) if one is scheme)
