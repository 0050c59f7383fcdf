"""What departments are asked with the others of their chunk: what tells copies and sums of the whole batch, S03, and what cannot
be asked of one for want of a form (CHECKS B02–B05).
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from converter.mapping.departments import NAMING_FORM
from converter.mapping.facts import Document
from converter.scoring.audits import audit_sums
from converter.scoring.checks import Checks
from converter.scoring.compute import RuleScores
from converter.scoring.expressions import Input
from converter.scoring.inputs import Inputs
from converter.scoring.lacking import NO_FORM
from converter.scoring.selfscores import INDICATOR_FORM
from converter.scoring.status import Status
from converter.scoring.wholebatch import Unrun, Used
from converter.vocabulary.findings import Finding, Place
from converter.vocabulary.numbers import USABLE, canonical, shortest


def marks_of(documents: Iterable[Document], checks: Checks) -> tuple[bytes, ...]:
    """A mark for each document, the same for tables of the same numbers; none where there are too few of them.

    Self scores have none: they may well be the same by themselves.
    """
    least = int(checks.audit["B02"].settings["numbers"])
    marks = []
    for document in documents:
        if document.form == INDICATOR_FORM:
            marks.append(b"")
            continue
        numbers = {(f.year, f.field, f.value) for f in document.facts if f.state in USABLE and f.value != 0}
        if len({value for _, _, value in numbers}) < least:
            marks.append(b"")
            continue
        text = "\n".join([document.form, str(document.year), *sorted([f"{y}\0{f}\0{v!r}" for y, f, v in numbers])])
        marks.append(hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:16])
    return tuple(marks)


def figures_of(inputs: Inputs, names: Collection[str], checks: Checks) -> dict[tuple[str, str], tuple[float, Place]]:
    """The figures of B03 of those of the departments that have one of the names."""
    return {
        (who, field): (float(inputs.column(Input(field))[at]), inputs.place(Input(field), at))
        for at, who in enumerate(inputs.departments)
        if who in names
        for field in checks.audit["B03"].fields
    }


def without_data(inputs: Inputs, columns: Sequence[RuleScores], checks: Checks) -> Iterator[Finding]:
    """B04 of each department that claims points although several indicators lack their data."""
    for position, department in enumerate(inputs.departments):
        empty = [c for c in columns if c.status[position] == Status.MISSING and c.self_score[position] > 0]
        if len(empty) >= checks.audit["B04"].settings["no_data"]:
            names = "、".join(column.rule.name for column in empty)
            claimed = canonical(sum(float(column.self_score[position]) for column in empty))
            said = f"{names} 没有数据，自评共给 {shortest(claimed)} 分"
            about = {"department": department, "year": inputs.year, "subject": "缺数指标", "points": claimed}
            yield checks.finding("B04", said, **about)


@dataclass
class Asked:
    """What some checks found, and why others were not run."""

    findings: list[Finding]
    unrun: Unrun


def within(inputs: Inputs, used: Used, columns: Sequence[RuleScores], checks: Checks) -> Asked:
    """S03 of each department, and what cannot be asked of one for want of a form."""
    year = inputs.year
    unrun: Unrun = {}
    summed, without_total = audit_sums(inputs, columns, checks)
    unrun |= {("S03", inputs.departments[at]): why for at, why in without_total.items()}
    for submission, documents in used:
        who = submission.department
        forms = {(d.form, d.file) for d in documents if d.year == year}
        if len(forms) == len({form for form, _ in forms}):
            unrun["B05", who] = "只有一个版本"
        if INDICATOR_FORM not in {form for form, _ in forms}:
            unrun |= {(code, who): NO_FORM for code in ("S02", "S03", "S06", "S07", "S09", "S12")}
    last = {row.department for row in inputs.every if row.form_year == year - 1 and row.form.startswith(NAMING_FORM)}
    for who in set(inputs.departments) - last:
        unrun["Y03", who] = "没有上年的基础数据表"
    return Asked(summed, unrun)
