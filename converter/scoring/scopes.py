"""上年与本年口径不同: where last year's figures cannot be set against this year's (CHECKS Y06), so that no change is computed.

Three breaks: other units are merged in (本级, 汇总), other funds are counted, or this year's form restates last year's figure.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from converter.mapping.departments import NAMING_FORM, Submission
from converter.mapping.facts import Document
from converter.scoring.checks import Checks, Outcome
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Formula
from converter.scoring.factrows import FactRow
from converter.scoring.indicators import Rule
from converter.scoring.reconcile import Result
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import Finding
from converter.vocabulary.numbers import State

_MERGED = {"本级": "本级", "汇总": "汇总", "合并": "汇总"}
_MERGED_WORD = re.compile("|".join(_MERGED))
RESTATED = "Y02"
Used = Sequence[tuple[Submission, list[Document]]]


@dataclass
class Breaks:
    """Why last year's figures are not comparable: by department, and by department and field. `corrected` are the departments
    for which officers gave some figure of last year (复核记录), which is compared.
    """

    merged: dict[str, str] = field(default_factory=dict)
    funds: dict[tuple[str, str], str] = field(default_factory=dict)
    restated: set[tuple[str, str]] = field(default_factory=set)
    corrected: frozenset[str] = frozenset()

    def incomparable(self) -> set[tuple[str, str]]:
        """(department, field) of every break, the field "" for all."""
        return {(who, "") for who in self.merged} | set(self.funds) | self.restated

    def told(self, who: str, rules: Iterable[str]) -> str:
        """Which indicators are therefore not computed, "" for none."""
        named = "、".join(rules)
        return f"{named} 不按上年数计算{'（复核更正的数除外）' if who in self.corrected else ''}" if named else ""


def find_breaks(facts: Sequence[FactRow], used: Used, year: int) -> Breaks:
    """The breaks that the names of the departments and the scopes of the adopted facts show."""
    merged = {s.department: why for s, found in used if (why := _merged(found, year))}
    adopted = [row for row in facts if row.adopted]
    corrected = {row.department for row in adopted if row.state == State.CORRECTED and row.year == year - 1}
    return Breaks(merged, _funds(adopted, year), corrected=frozenset(corrected))


def _merged(documents: Iterable[Document], year: int) -> str:
    """Whether one year's form says 本级 or 汇总 behind the name and the other does not, or says the other word."""
    words: dict[int, set[str]] = {}
    for document in documents:
        if document.form == NAMING_FORM and document.year is not None:
            word = _MERGED_WORD.search(document.department)
            words.setdefault(document.year, set()).add(_MERGED[word[0]] if word else "")
    now, before = words.get(year, set()), words.get(year - 1, set())
    if not now or not before or now == before:
        return ""
    shown = ["、".join(sorted(filter(None, said))) or "没有注明" for said in (before, now)]
    return f"合并范围不同：上年{shown[0]}，本年{shown[1]}"


def _funds(adopted: Sequence[FactRow], year: int) -> dict[tuple[str, str], str]:
    """Fields whose adopted figures of the two years name different scopes of funds."""
    several: dict[str, set[str]] = {}
    for name, scope in {(row.field, row.scope) for row in adopted if row.scope}:
        several.setdefault(name, set()).add(scope)
    several = {name: scopes for name, scopes in several.items() if len(scopes) > 1}  # others cannot differ
    years: dict[int, dict[tuple[str, str], set[str]]] = {year - 1: {}, year: {}}
    for row in adopted if several else ():
        if row.scope and row.field in several and row.year in years:
            years[row.year].setdefault((row.department, row.field), set()).add(row.scope)
    before, now = years.values()
    return {
        one: f"资金口径不同：上年{'、'.join(sorted(before[one]))}，本年{'、'.join(sorted(now[one]))}"
        for one in sorted(before.keys() & now.keys())
        if before[one] != now[one]
    }


def restated(results: Iterable[Result]) -> set[tuple[str, str]]:
    """(department, field) of the figures of last year that this year's form gives otherwise than last year's did."""
    return {
        (one.department, wanted.name)
        for one in results
        if one.key == RESTATED and one.outcome is Outcome.FAIL and not one.slipped and one.sides
        for wanted in one.sides[0].wanted
    }


def audit_scopes(breaks: Breaks, scheme: Scheme, derivations: Derivations, checks: Checks) -> list[Finding]:
    """Y06, once a department: why, and which indicators are therefore not computed."""
    reasons: dict[str, dict[str, None]] = {who: {why: None} for who, why in breaks.merged.items()}
    stopped: dict[str, dict[str, None]] = {who: dict.fromkeys(_stopped(scheme, derivations, "")) for who in reasons}
    for (who, name), why in breaks.funds.items():
        if rules := _stopped(scheme, derivations, name):
            reasons.setdefault(who, {})[f"{name} {why}"] = None
            stopped.setdefault(who, {}).update(dict.fromkeys(rules))
    findings = []
    for who, whys in sorted(reasons.items()):
        about = {"department": who, "year": scheme.file.year, "subject": "、".join(stopped[who]) or "合并范围"}
        said = "，".join(filter(None, ("；".join(whys), breaks.told(who, stopped[who]))))
        findings.append(checks.finding("Y06", said, **about))
    return findings


def told_of_restatement(
    findings: Iterable[Finding], scheme: Scheme, derivations: Derivations, breaks: Breaks
) -> list[Finding]:
    """The findings, those about a restated figure (Y02) with the indicators that are therefore not computed."""
    words: Mapping[tuple[str, str], str] = {
        (who, f"{name}（{scheme.file.year - 1}年）"): breaks.told(who, _stopped(scheme, derivations, name))
        for who, name in breaks.restated
    }
    made = []
    for item in findings:
        told = words.get((item.department, item.subject), "")
        more = f"；{told}" if item.code == RESTATED and told else ""
        made.append(item._replace(message=item.message + more))
    return made


def _stopped(scheme: Scheme, derivations: Derivations, name: str) -> list[str]:
    """The indicators whose formula, or another base of it, takes the field's figure of last year (any field for "")."""
    return [rule.name for rule in scheme.rules if _takes(rule, derivations, name)]


def _takes(rule: Rule, derivations: Derivations, name: str) -> bool:
    formulas: list[Formula] = [*rule.spec.variants.values(), *([rule.spec.value] if rule.spec.value else [])]
    wanted = derivations.closure(needed for formula in formulas for needed in formula.inputs())
    return any(one.offset < 0 and name in ("", one.name) for one in wanted)
