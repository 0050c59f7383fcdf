"""What follows from all departments of a batch together (DESIGN §7): copies, sums of subordinates, narrow bands, ranks; and
what is remembered of each chunk for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from sys import intern

import pandas as pd

from converter.scoring.batch import Batch
from converter.scoring.gist import PART, Gist
from converter.scoring.outcomes import audit_rows
from converter.scoring.ruleset import Rules
from converter.scoring.submitted import with_last_output
from converter.scoring.totals import ranked
from converter.scoring.whole import Whole
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


def conclude(whole: Whole, gists: Iterable[Gist], digests: Mapping[str, str]) -> None:
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
    kinds = [f"{part}\0{whole.kinds[who]}" for part, who in zip(joined[PART], joined["department"], strict=True)]
    whole.totals = ranked(joined, kinds)
    whole.handed = with_last_output(whole.handed, supplied)
    checks, roster, year, used = whole.rules.checks, whole.rules.roster, whole.year, whole.used()
    unrun: Unrun = {} if roster else {("B01", ""): "没有部门名单"}
    if len(whole.departments) < 2:
        unrun["B02", ""] = "只有一个部门"
    copies = audit_copies(used, marks, digests, checks, year)
    sums, no_parts = audit_parts(figures, used, roster, whole.rules.derivations.dictionary, checks, year)
    claims.sort(key=lambda claim: claim[0])
    bands, too_few = audit_bands(whole.totals, [item for _, item in claims], checks, year)
    whole.findings += [*copies, *sums, *bands]
    reasons = {**unrun, **no_parts, **too_few}
    whole.checks = list(audit_rows(checks, whole.findings, whole.departments, year, reasons, ACROSS))


def _frame(totals: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Rows of totals, each text held once for all departments."""
    columns = {name: [row[name] for row in totals] for name in totals[0]}
    held = {name: [intern(one) if isinstance(one, str) else one for one in column] for name, column in columns.items()}
    return pd.DataFrame(held)
