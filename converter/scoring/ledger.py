"""Which decision applies to which department: 原值 against what the inputs give, and one decision for one item."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from converter.mapping.roster import Roster
from converter.scoring.decisions import EVERYONE, Decision, Decisions, Kind
from converter.vocabulary.findings import Finding, finding
from converter.vocabulary.labels import label, nearest, plain
from converter.vocabulary.numbers import USABLE, Number, State

#: Kinds that may speak of the year before too: its figures are used.
_ABOUT_DATA = (Kind.CORRECT, Kind.NOT_APPLICABLE, Kind.FILE)
_SAME = 1e-9
#: Words of a 原值 that say "no number" and nothing more.
NO_VALUE = frozenset({"", "空", "缺数", "无数据"})


class Standing(NamedTuple):
    """What the inputs give for one item of one department: a number, else the words a 原值 may say instead of it."""

    value: float
    shown: str
    words: frozenset[str] = frozenset()
    dash: bool = False

    def agrees(self, text: str, number: Number) -> bool:
        """Whether a 原值 (its text, and its reading in the item's unit) still says the same."""
        if not math.isnan(self.value):
            close = abs(number.value - self.value) <= _SAME * max(1.0, abs(self.value))
            return number.state in USABLE and close
        return _folded(text) in {_folded(word) for word in self.words} or (self.dash and number.state is State.DASH)


def department_of(said: str, known: Sequence[str], roster: Roster) -> str:
    """The known department that a text names (as the departments list or the label says), "" where there is none."""
    listed = roster.named(said)
    wanted = listed.name if listed else said
    found = [name for name in known if name == wanted] or [name for name in known if label(name) == label(said)]
    return found[0] if found else ""


def _folded(text: str) -> str:
    """A text in which every way of writing an interval is the same: 0～6, 0-6分, [0,6]."""
    bare = re.sub(r"^[\[(](.*)[\])]$", r"\1", plain(text)).removesuffix("分")
    return re.sub(r"[~\-–—−至,]+", "~", bare)


class Claim(NamedTuple):
    """A decision about items of one department, with what stood there before."""

    decision: Decision
    department: str
    items: frozenset[str]
    before: str


@dataclass
class Ledger:
    """The decisions of a run and what became of each. `departments` are the scored ones, `touched` those of them for
    which a decision was applied.
    """

    decisions: Decisions
    departments: Sequence[str]
    year: int
    roster: Roster
    findings: list[Finding] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.findings += [found._replace(year=found.year or self.year) for found in self.decisions.findings]
        self._rows: list[Decision] = []
        for row in self.decisions.rows:
            dated = row._replace(year=row.year if row.year is not None else self.year)
            years = (self.year, self.year - 1) if row.kind in _ABOUT_DATA else (self.year,)
            if dated.year in years:
                self._rows.append(dated)
            else:
                self._say("P06", dated, "", f"{row.shown}是 {row.year} 年度的，不在本次范围，未使用")

    def of(self, *kinds: Kind) -> list[Decision]:
        """The rows of some kinds that are of this run's years."""
        return [row for row in self._rows if row.kind in kinds]

    def whom(self, decision: Decision, among: Sequence[str] = ()) -> list[str]:
        """The departments (the scored ones, and those `among`) a decision speaks of; refused where it names none."""
        said, known = decision.department, list(dict.fromkeys([*self.departments, *among]))
        if plain(said) == EVERYONE:
            return known
        found = department_of(said, known, self.roster)
        if not found:
            close = nearest(said, known)
            self.refuse(decision, f"本次没有部门叫“{said}”" + (f"，是否为“{close}”？" if close else ""))
        return [found] if found else []

    def match(self, decision: Decision, item: str, was: Number, standing: Callable[[str], Standing]) -> list[Claim]:
        """The departments for which 原值 is still what stands there; the others are told to decide again."""
        claims, others = [], []
        for who in self.whom(decision):
            now = standing(who)
            if now.agrees(decision.was.text, was):
                claims.append(Claim(decision, who, frozenset({item}), now.shown))
            else:
                others.append((who, now.shown))
        if plain(decision.department) != EVERYONE:
            for who, now_shown in others:
                self.outdated(decision, who, now_shown)
        elif not claims:
            self.outdated(decision, "", "没有一个部门是这个数")
        return claims

    def refuse(self, decision: Decision, why: str, department: str = "") -> None:
        """A finding that a row cannot be applied."""
        self._say("P03", decision, department, f"{decision.shown}没有采用：{why}")

    def outdated(self, decision: Decision, department: str, now: str) -> None:
        """A finding that 原值 is no longer what the inputs give."""
        was = decision.was.text or "空白"
        message = f"原值已变，请重新认定：{decision.shown}“{decision.subject}”原值 {was}，现为 {now}"
        self._say("P02", decision, department, message)

    def idle(self, decision: Decision, department: str, why: str) -> None:
        """A note that there is nothing left for a row to decide."""
        self._say("P06", decision, department, f"{decision.shown}没有用到：{why}")

    def applied(self, claim: Claim, what: str) -> None:
        """The note that a decision was applied: what it changed, why, and who made it."""
        decision = claim.decision
        self.touched.add(claim.department)
        message = f"{decision.kind}：{what}；{decision.signature}"
        self._say("P01", decision, claim.department, message)

    def uncontested(self, claims: Sequence[Claim]) -> list[Claim]:
        """The claims whose items no other decision about the department claims; one finding for each contest."""
        rivals: dict[tuple[str, str], list[Claim]] = defaultdict(list)
        for claim in claims:
            for item in claim.items:
                rivals[claim.department, item].append(claim)
        contests: dict[tuple[str, tuple[str, ...]], list[Claim]] = {}
        for (who, _), rows in rivals.items():
            if len(rows) > 1:
                contests.setdefault((who, tuple(sorted(str(row.decision.place) for row in rows))), rows)
        lost = {(claim.department, claim.decision.place) for rows in contests.values() for claim in rows}
        for (who, places), rows in sorted(contests.items()):
            first = rows[0].decision
            message = f"“{first.subject}”有 {len(rows)} 条复核记录：{'、'.join(places)}"
            self._say("P05", first, who, message)
        return [claim for claim in claims if (claim.department, claim.decision.place) not in lost]

    def _say(self, code: str, decision: Decision, department: str, message: str) -> None:
        about = {"year": decision.year, "subject": decision.subject, "place": decision.place}
        self.findings.append(finding(code, message, department=department, **about))
