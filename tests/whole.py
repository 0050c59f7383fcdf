"""A batch scored in this process as a run does it in chunks: what tests of single parts are given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from converter.books import tables
from converter.books.crossrefs import first_inputs
from converter.books.overview import summary
from converter.books.summary import SummaryBook
from converter.mapping.departments import Submission
from converter.mapping.library import Library
from converter.scoring.batch import Batch, score_kinds, used_by_scheme
from converter.scoring.checks import CHECK_COLUMNS, load_checks
from converter.scoring.conclusion import conclude as concluded
from converter.scoring.ranking import Totals, columns_of, together
from converter.scoring.ruleset import Rules
from converter.scoring.scorerows import is_ratio
from converter.scoring.whole import Whole, begin
from converter.shares import gist_of
from converter.vocabulary.findings import Finding, Tally


@dataclass
class Scored:
    """A batch, and what was concluded of it as a whole."""

    batch: Batch
    whole: Whole

    @property
    def findings(self) -> list[Finding]:
        """All findings, not numbered."""
        return self.batch.findings + self.whole.findings

    @property
    def checks(self) -> pd.DataFrame:
        """All rows of 勾稽核对, in the order of codes."""
        rows = pd.DataFrame(self.whole.checks, columns=list(CHECK_COLUMNS))
        frames = [part.checks[list(CHECK_COLUMNS)] for part in self.batch.each]
        return pd.concat([*frames, rows]).sort_values("code", kind="stable", ignore_index=True)


def conclude(submissions: Sequence[Submission], rules: Rules, digests: Mapping[str, str] | None = None) -> Scored:
    """The submissions scored as one chunk, and concluded."""
    whole = begin(submissions, rules)
    batch = score_kinds(whole.submissions, rules)
    concluded(whole, [gist_of(batch, rules)], digests or {})
    return Scored(batch, whole)


def totals_of(batch: Batch) -> Totals:
    """The totals of a batch as they are concluded."""
    rows = [{str(key): one for key, one in row.items()} for row in batch.totals.to_dict("records")]
    return together([columns_of(rows)], [""] * len(rows))


def summary_of(batch: Batch, findings: Sequence[Finding], names: Mapping[str, str]) -> SummaryBook:
    """The content of the summary workbook of a batch of one scheme."""
    checks = load_checks(Library())
    rules = Rules({"": batch.scheme}, checks, batch.inputs.derivations, ())
    whole = Whole(rules, batch.submissions, [], [])
    whole.totals = totals_of(batch)
    big: dict[str, tables.Rows] = {
        "指标得分": tables.score_rows(batch.scores, batch.codes),
        "问题清单": tables.finding_rows(findings),
        "勾稽核对": tables.check_rows(batch.checks),
        "规范数据": tables.fact_rows(batch.facts[used_by_scheme(batch)], batch.codes),
    }
    ratios = frozenset(rule.name for rule in batch.scheme.rules if is_ratio(rule, batch.inputs))
    leads = first_inputs(batch, list(big["指标得分"]), list(big["规范数据"]))
    return summary(whole, big, ratios, Tally.of(findings), names, [], [], leads, "", {})


def csv_of(batch: Batch, findings: Sequence[Finding] = ()) -> dict[str, bytes]:
    """The frames of a batch as CSV."""
    return {
        "scores.csv": tables.csv_bytes(tables.SCORE_HEADS, tables.score_rows(batch.scores, batch.codes)),
        "facts.csv": tables.csv_bytes(tables.FACT_HEADS, tables.fact_rows(batch.facts, batch.codes)),
        "findings.csv": tables.csv_bytes(tables.FINDING_HEADS, tables.finding_rows(findings)),
        "checks.csv": tables.csv_bytes(tables.CHECK_HEADS, tables.check_rows(batch.checks)),
    }
