"""Checks over all departments together: copies, parts and their sum, self scores in one narrow band (CHECKS B02–B04)."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import isnan

from converter.mapping.departments import Submission
from converter.mapping.facts import Document
from converter.mapping.fields import Dictionary
from converter.mapping.roster import Listed, Roster
from converter.scoring.checks import Checks
from converter.scoring.ranking import Totals
from converter.vocabulary.findings import Finding, Place
from converter.vocabulary.labels import plain
from converter.vocabulary.numbers import canonical, shortest

Used = Sequence[tuple[Submission, list[Document]]]
#: Why a check was not run, by code and department; "" where it is about nothing in the department and has no row.
Unrun = dict[tuple[str, str], str]
#: A number of a department by its name and the field, with its cell.
Figures = Mapping[tuple[str, str], tuple[float, Place]]
#: What tells a file (its SHA-256), or the numbers of a table (a digest of them), from others.
Signature = str | bytes
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
    seen: set[Signature] = set()
    again: set[Signature] = set()
    for submission, documents in used:
        own: set[Signature] = {mark for mark in marks[submission.department] if mark}
        own |= {digests[file] for file in {document.file for document in documents} if file in digests}
        again |= seen & own
        seen |= own
    groups: dict[Signature, dict[str, Document]] = {}
    for department, document, key in _signatures(used, marks, digests) if again else ():
        if key in again:
            groups.setdefault(key, {}).setdefault(department, document)
    shared: dict[tuple[str, ...], dict[str, tuple[Document, ...]]] = {}
    for key, owners in groups.items():
        if len(owners) > 1:
            first = next(iter(owners.values()))
            how = "文件完全相同" if isinstance(key, str) else f"{first.year} 年的{first.form}各数完全相同"
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
) -> Iterator[tuple[str, Document, Signature]]:
    """Departments and their documents, with what two departments' have in common when one is a copy."""
    for submission, documents in used:
        for document, mark in zip(documents, marks[submission.department], strict=True):
            if document.file in digests:
                yield submission.department, document, digests[document.file]
            if mark:
                yield submission.department, document, mark


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
        if any(map(isnan, (total, *others))):
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


def audit_bands(totals: Totals, claims: Iterable[Finding], checks: Checks, year: int) -> tuple[list[Finding], Unrun]:
    """B04 self scores that all lie in one narrow band; and the `claims` of points although several indicators lack data."""
    settings = checks.audit["B04"].settings
    own = [points for points in totals["self_total"] if not isnan(points)]
    if len(own) < settings["departments"]:
        return [], {("B04", ""): f"有自评总分的不足 {shortest(settings['departments'])} 个部门"}
    findings = []
    low, high = min(own), max(own)
    if high - low < settings["band"]:
        said = f"{len(own)} 个部门的自评总分都在 {shortest(low)}～{shortest(high)} 分之间"
        findings.append(checks.finding("B04", said, year=year, subject="自评总分"))
    return [*findings, *claims], {}
