"""What follows from all departments of a batch together (DESIGN §7): copies, sums of subordinates, narrow bands, ranks. Light."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from numpy.typing import NDArray

from converter.scoring.gist import PART, Gist
from converter.scoring.outcomes import audit_rows
from converter.scoring.ranking import columns_of, together
from converter.scoring.submitted import with_last_output
from converter.scoring.whole import Whole
from converter.scoring.wholebatch import ACROSS, Unrun, audit_bands, audit_copies, audit_parts
from converter.vocabulary.findings import Finding, Place


def conclude(whole: Whole, gists: Iterable[Gist], digests: Mapping[str, str]) -> None:
    """Ranks, and B02–B04 over all departments, whatever scheme scores them. `gists` are gone through once; `digests` are the
    SHA-256 by file.
    """
    parts: list[dict[str, NDArray[Any]]] = []
    supplied: set[str] = set()
    marks: dict[str, tuple[bytes, ...]] = {}
    figures: dict[tuple[str, str], tuple[float, Place]] = {}
    claims: list[tuple[int, Finding]] = []
    for one in gists:
        parts += [columns_of(one.totals)] if one.totals else []
        supplied |= one.supplied
        marks |= one.marks
        figures |= one.figures
        claims += one.claims
    named = (zip(one[PART].tolist(), one["department"].tolist(), strict=True) for one in parts)
    whole.totals = together(parts, [f"{part}\0{whole.kinds[who]}" for part, who in chain.from_iterable(named)])
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
