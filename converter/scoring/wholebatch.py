"""Checks over all departments together: copies, parts and their sum, self scores in one narrow band (CHECKS B02–B05)."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from converter.mapping.departments import NAMING_FORM, Submission
from converter.mapping.facts import Document
from converter.mapping.fields import Dictionary
from converter.mapping.roster import Listed, Roster
from converter.scoring.audits import audit_sums
from converter.scoring.checks import Checks
from converter.scoring.compute import RuleScores
from converter.scoring.expressions import Input
from converter.scoring.inputs import Inputs
from converter.scoring.lacking import NO_FORM
from converter.scoring.selfscores import INDICATOR_FORM
from converter.scoring.status import Status
from converter.vocabulary.findings import Finding, Place
from converter.vocabulary.labels import plain
from converter.vocabulary.numbers import USABLE, canonical, shortest

Used = Sequence[tuple[Submission, list[Document]]]
#: Why a check was not run, by code and department; "" where it is about nothing in the department and has no row.
Unrun = dict[tuple[str, str], str]
#: A number of a department by its name and the field, with its cell.
Figures = Mapping[tuple[str, str], tuple[float, Place]]
#: The checks that are asked of the batch as a whole.
ACROSS = frozenset({"B01", "B02", "B03", "B04"})
_OWN_LEVEL = re.compile("本级|机关")
_SUMMED = re.compile("汇总|合并")


def audit_copies(
    used: Used, marks: Mapping[str, Sequence[bytes]], digests: Mapping[str, str], checks: Checks, year: int
) -> list[Finding]:
    """B02 one file, or a table of the same numbers, under several departments: once for all that are the same.

    `marks` are those of each department's documents (`marks_of`), `digests` the SHA-256 by file.
    """
    seen: set[tuple[str, object]] = set()
    again: set[tuple[str, object]] = set()
    for _, _, key in _signatures(used, marks, digests):
        (again if key in seen else seen).add(key)
    groups: dict[tuple[str, object], dict[str, Document]] = {}
    for department, document, key in _signatures(used, marks, digests):
        if key in again:
            groups.setdefault(key, {}).setdefault(department, document)
    shared: dict[tuple[str, ...], dict[str, tuple[Document, ...]]] = {}
    for key, owners in groups.items():
        if len(owners) > 1:
            first = next(iter(owners.values()))
            how = "文件完全相同" if key[0] == "file" else f"{first.year} 年的{first.form}各数完全相同"
            shared.setdefault(tuple(owners), {})[how] = tuple(owners.values())
    findings = []
    for names, hows in shared.items():
        same = next(iter(hows.values()))
        cells = "、".join(str(Place(document.file, document.sheet)) for document in same)
        said = f"“{'”与“'.join(names)}”的{'，'.join(hows)}（{cells}）"
        place = Place(same[-1].file, same[-1].sheet)
        about = {"department": names[-1], "year": year, "subject": f"与{'、'.join(names[:-1])}相同", "place": place}
        findings.append(checks.finding("B02", said, **about))
    return findings


def _signatures(
    used: Used, marks: Mapping[str, Sequence[bytes]], digests: Mapping[str, str]
) -> Iterator[tuple[str, Document, tuple[str, object]]]:
    """Departments and their documents, with what two departments' have in common when one is a copy."""
    for submission, documents in used:
        for document, mark in zip(documents, marks[submission.department], strict=True):
            if document.file in digests:
                yield submission.department, document, ("file", digests[document.file])
            if mark:
                yield submission.department, document, ("numbers", mark)


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


def audit_parts(
    figures: Figures, used: Used, roster: Roster, dictionary: Dictionary, checks: Checks, year: int
) -> tuple[list[Finding], Unrun]:
    """B03 the figures of a department that is the sum of its subordinates against their sum, once a department."""
    findings: list[Finding] = []
    there = {submission.department for submission, _ in used}
    unrun: Unrun = {("B03", department): "" for department in there}
    for entry, parts in families(roster):
        if entry.name not in there:
            continue
        reason = _no_sum(entry, parts, there, used)
        unrun["B03", entry.name] = reason
        if not reason:
            del unrun["B03", entry.name]
            findings += _parts(entry, parts, figures, dictionary, checks, year)
    return findings, unrun


def families(roster: Roster) -> list[tuple[Listed, list[Listed]]]:
    """The departments of the list that have subordinates in it, with these."""
    below: dict[str, list[int]] = defaultdict(list)
    for at, entry in enumerate(roster.entries):
        if entry.parent:
            below[plain(entry.parent)].append(at)
    found = []
    for at, entry in enumerate(roster.entries):
        parts = {part for name in entry.labels for part in below.get(name, ()) if part != at}
        if parts:
            found.append((entry, [roster.entries[part] for part in sorted(parts)]))
    return found


def figures_of(inputs: Inputs, names: Collection[str], checks: Checks) -> dict[tuple[str, str], tuple[float, Place]]:
    """The figures of B03 of those of the departments that have one of the names."""
    return {
        (who, field): (float(inputs.column(Input(field))[at]), inputs.place(Input(field), at))
        for at, who in enumerate(inputs.departments)
        if who in names
        for field in checks.audit["B03"].fields
    }


def _no_sum(entry: Listed, parts: Sequence[Listed], there: Collection[str], used: Used) -> str:
    """Why the parts of a department cannot be set against it, "" where they can."""
    absent = [part.name for part in parts if part.name not in there]
    if absent:
        return f"下级 {'、'.join(absent)} 没有报表"
    heads = [d.department for s, documents in used if s.department == entry.name for d in documents]
    summed = any(_SUMMED.search(head) for head in (entry.name, *heads))
    return "" if summed or _own_level(parts) else "看不出是本级表还是汇总表"


def _own_level(parts: Sequence[Listed]) -> bool:
    return any(_OWN_LEVEL.search(part.name) for part in parts)


def _parts(
    entry: Listed, parts: Sequence[Listed], figures: Figures, dictionary: Dictionary, checks: Checks, year: int
) -> list[Finding]:
    whole = _own_level(parts)
    said: list[str] = []
    place = Place()
    for name in checks.audit["B03"].fields:
        total, *others = (figures[one.name, name][0] for one in (entry, *parts))
        if np.isnan(total) or any(map(np.isnan, others)):
            continue
        gap = canonical(total - sum(others))
        money = dictionary[name].unit == "万元"
        tolerance = 0.005 * (len(others) + 1) + 1e-9 if money else 1e-9
        if (abs(gap) if whole else -gap) > tolerance:
            said.append(f"{name}：汇总 {shortest(total)}，下级合计 {shortest(canonical(sum(others)))}")
            place = place if place.file else figures[entry.name, name][1]
    if not said:
        return []
    names = "、".join(part.name for part in parts)
    about = {"department": entry.name, "year": year, "subject": "汇总数", "place": place}
    return [checks.finding("B03", f"{'；'.join(said)}（下级：{names}）", **about)]


def audit_bands(
    totals: pd.DataFrame, claims: Iterable[Finding], checks: Checks, year: int
) -> tuple[list[Finding], Unrun]:
    """B04 self scores that all lie in one narrow band; and the `claims` of points although several indicators lack data."""
    settings = checks.audit["B04"].settings
    own = totals["self_total"].dropna()
    if len(own) < settings["departments"]:
        return [], {("B04", ""): f"有自评总分的不足 {shortest(settings['departments'])} 个部门"}
    findings = []
    low, high = float(own.min()), float(own.max())
    if high - low < settings["band"]:
        said = f"{len(own)} 个部门的自评总分都在 {shortest(low)}～{shortest(high)} 分之间"
        findings.append(checks.finding("B04", said, year=year, subject="自评总分"))
    return [*findings, *claims], {}


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
