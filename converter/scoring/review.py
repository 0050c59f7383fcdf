"""复核记录 on a batch: data before scoring, scores after it, and the register of what was applied and what was not."""

from dataclasses import dataclass, field

import pandas as pd

from converter.scoring.checks import Checks
from converter.scoring.compute import RuleScores, score
from converter.scoring.corrections import corrected, settle_files
from converter.scoring.crosscheck import comparable, crosscheck
from converter.scoring.decisions import Decisions
from converter.scoring.derivations import Derivations
from converter.scoring.frames import Adoption, adopt
from converter.scoring.inputs import Inputs
from converter.scoring.ledger import Ledger
from converter.scoring.schemes import Scheme
from converter.scoring.scopes import Used
from converter.scoring.scorerows import scores_frame
from converter.scoring.totals import totals_frame
from converter.scoring.verdicts import Extra, Verdicts, audit_gaps
from converter.vocabulary.findings import Finding


@dataclass
class Review:
    """The decisions of a batch. Without any, everything is as if there were no review."""

    ledger: Ledger
    scheme: Scheme
    derivations: Derivations
    extras: list[Extra] = field(default_factory=list)
    added: dict[str, float] = field(default_factory=dict)
    _recomputed: pd.DataFrame | None = None

    @property
    def decisions(self) -> Decisions:
        """The record."""
        return self.ledger.decisions

    def facts(self, raw: pd.DataFrame, used: Used, checks: Checks) -> tuple[Adoption, Inputs]:
        """The facts as adopted from the forms (with re-sent files settled), and the inputs with corrections."""
        departments, year = self.ledger.departments, self.ledger.year
        adoption = adopt(raw, self.derivations.dictionary)
        inputs = Inputs(adoption.facts, departments, year, self.derivations, rows=adoption.rows)
        if self.decisions:
            before = comparable(inputs, crosscheck(checks, inputs, used).breaks)
            self._recomputed = totals_frame(score(before, self.scheme), before, self.scheme)
            settled = settle_files(raw, adoption, self.ledger, self.derivations.dictionary)
            if settled is not adoption:
                adoption, inputs = (
                    settled,
                    Inputs(settled.facts, departments, year, self.derivations, rows=settled.rows),
                )
        return adoption, corrected(inputs, self.ledger, self.scheme)

    def scores(self, inputs: Inputs) -> tuple[list[RuleScores], pd.DataFrame]:
        """The scored columns with decisions in place of what was computed, and the scores frame."""
        columns = score(inputs, self.scheme)
        verdicts = Verdicts(columns, inputs, self.ledger)
        self.extras, self.added = verdicts.extras, verdicts.added
        return columns, verdicts.rows(scores_frame(columns, inputs))

    def audit(self, totals: pd.DataFrame, checks: Checks) -> list[Finding]:
        """S14 totals that now lie far from the self scores or the recomputed ones."""
        if self._recomputed is None:
            return []
        return audit_gaps(self._recomputed, totals, self.ledger.touched, self.scheme, checks)

    def unrun(self) -> dict[tuple[str, str], str]:
        """Departments about which nothing was decided, so that there is nothing to compare (S14)."""
        untouched = [name for name in self.ledger.departments if name not in self.ledger.touched]
        whom = untouched if self.ledger.touched else [""]
        return {("S14", name): "没有复核得分" for name in whom}
