"""One 复核记录 over departments of several schemes: each scheme gets the rows about its departments; a row is told of once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from converter.mapping.roster import Roster
from converter.scoring.decisions import EVERYONE, Decision, Decisions, Kind
from converter.scoring.ledger import Ledger, department_of
from converter.scoring.review import Review
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import Finding, Place
from converter.vocabulary.labels import label, nearest, plain

#: A scheme, and the departments that it scores.
Part = tuple[Scheme, Sequence[str]]
_ABOUT_INDICATORS = (Kind.SCORE, Kind.POINTS, Kind.NOT_APPLICABLE)


def shares(decisions: Decisions, parts: Sequence[Part], roster: Roster) -> list[Decisions]:
    """The rows for each part; `whole_review` tells of the record's own findings."""
    if len(parts) == 1:
        return [decisions]
    whose = [(row, _whose(row, parts, roster)) for row in decisions.rows]
    return [
        replace(decisions, rows=[row for row, owners in whose if at in owners], findings=[]) for at in range(len(parts))
    ]


def _whose(row: Decision, parts: Sequence[Part], roster: Roster) -> list[int]:
    """The parts that a row is about: for all departments those whose scheme has the indicator. Every row has a part,
    which refuses it where it is about nothing.
    """
    if _for_all(row):
        every = list(range(len(parts)))
        has = [at for at in every if row.kind in _ABOUT_INDICATORS and _has_indicator(parts[at][0], row.subject)]
        return has or every
    names = [name for _, own in parts for name in own]
    who = department_of(row.department, names, roster) or nearest(row.department, names) or ""
    return [at for at, (_, own) in enumerate(parts) if who in own] or [0]


def _for_all(row: Decision) -> bool:
    return plain(row.department) == EVERYONE


def _has_indicator(scheme: Scheme, subject: str) -> bool:
    return any(label(subject) in rule.labels for rule in scheme.rules)


def whole_review(reviews: Sequence[Review], decisions: Decisions, year: int, roster: Roster) -> Review:
    """The reviews of all parts as one."""
    departments = [name for review in reviews for name in review.ledger.departments]
    ledger = Ledger(decisions, departments, year, roster)
    everyone = {row.place for row in decisions.rows if _for_all(row)}
    own = frozenset(ledger.findings)
    for review in reviews:
        ledger.findings += [
            f for f in review.ledger.findings if f not in own and (f.department or f.place not in everyone)
        ]
        ledger.touched |= review.ledger.touched
    ledger.findings += _in_vain(reviews, everyone, own)
    extras = [extra for review in reviews for extra in review.extras]
    added = {who: points for review in reviews for who, points in review.added.items()}
    return Review(ledger, reviews[0].scheme, reviews[0].derivations, extras, added)


def _in_vain(reviews: Sequence[Review], everyone: set[Place], own: frozenset[Finding]) -> Iterator[Finding]:
    """Why a row for all departments could not be applied, where no part could: what most nearly fits, once a row."""
    told: list[dict[Place, list[Finding]]] = [
        {row.place: [] for row in review.decisions.rows if row.place in everyone} for review in reviews
    ]
    for complaints, review in zip(told, reviews, strict=True):
        for item in review.ledger.findings:
            if not item.department and item not in own and item.place in complaints:
                complaints[item.place].append(item)
    for place in sorted(everyone, key=str):
        found = [complaints[place] for complaints in told if place in complaints]
        if all(found):
            yield min((item for items in found for item in items), key=lambda item: item.code)
