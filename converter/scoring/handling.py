"""What people say about findings: departments' replies (部门说明), and 采纳说明 or 不采纳说明 of the officers (处理)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from converter.mapping.replies import Reply, joined
from converter.scoring.decisions import EVERYONE, Decision, Kind
from converter.scoring.ledger import Claim, Ledger
from converter.vocabulary.findings import Finding, Level, finding, in_order, numbered
from converter.vocabulary.labels import plain

_SAID = {Kind.ACCEPT: "已采纳说明", Kind.REJECT: "不采纳说明"}


def by_number(replies: Iterable[Reply]) -> dict[str, list[Reply]]:
    """The replies by the 编号 that they answer."""
    found: dict[str, list[Reply]] = defaultdict(list)
    for reply in replies:
        found[reply.number].append(reply)
    return dict(found)


def with_replies(findings: Iterable[Finding], replies: Mapping[str, Sequence[Reply]]) -> list[Finding]:
    """Numbered findings with 部门说明, which changes neither a level nor a score."""
    return [item._replace(reply=joined(replies[item.number])) if item.number in replies else item for item in findings]


def in_vain(replies: Mapping[str, Sequence[Reply]], known: Collection[str]) -> list[Finding]:
    """F15 replies to findings that are gone; `known` are the numbers of those there are."""
    return [
        finding(
            "F15", f"部门说明所答的问题 {number} 已不在问题清单里：{joined(said)}", subject=number, place=said[0].place
        )
        for number, said in replies.items()
        if number not in known
    ]


def answered(findings: Sequence[Finding], replies: Sequence[Reply], ledger: Ledger) -> list[Finding]:
    """Numbered findings with 部门说明 and 处理. An accepted one becomes a 提示; no reply changes a level or a score.

    Replies to findings that are gone (F15), and what became of the decisions (P…), are findings themselves.
    """
    said = by_number(replies)
    told = {item.number: item for item in with_replies(findings, said)}
    extra = in_vain(said, told.keys())
    before = len(ledger.findings)
    claims = [claim for decision in ledger.of(*_SAID) for claim in _claims(decision, list(told.values()), ledger)]
    for claim in ledger.uncontested(claims):
        for number in claim.items:
            told[number] = _handled(told[number], claim.decision)
        ledger.applied(claim, f"{claim.before}")
    extra += ledger.findings[before:]
    return in_order([*told.values(), *numbered(extra)])


def _claims(decision: Decision, findings: Sequence[Finding], ledger: Ledger) -> list[Claim]:
    """The findings of its 编号 or 代码 that a decision still speaks of, department by department."""
    wanted, everyone = plain(decision.subject), plain(decision.department) == EVERYONE
    whom = ledger.whom(decision, [item.department for item in findings])
    about: dict[str, list[Finding]] = {}
    for item in findings:
        if item.department in whom and wanted in (item.number, item.code):
            about.setdefault(item.department, []).append(item)
    if whom and not about:
        ledger.idle(decision, "" if everyone else whom[0], f"问题 {decision.subject} 已不在问题清单里")
    claims = []
    for who, items in about.items():
        agreeing = [item for item in items if _agrees(decision, item)]
        if agreeing:
            shown = "；".join(f"{item.number} {item.message}" for item in agreeing)
            claims.append(Claim(decision, who, frozenset(item.number for item in agreeing), shown))
        elif not everyone:
            ledger.outdated(decision, who, "；".join(item.reply or item.message for item in items))
    if everyone and about and not claims:
        ledger.outdated(decision, "", "没有一个部门是这个原值")
    return claims


def _agrees(decision: Decision, item: Finding) -> bool:
    """Whether 原值 is the department's answer, or where there is none the finding's own message or nothing."""
    was = plain(decision.was.text)
    return was == plain(item.reply) or was == plain(item.message)


def _handled(item: Finding, decision: Decision) -> Finding:
    text = f"{_SAID[decision.kind]}；{decision.signature}"
    if decision.kind is Kind.REJECT:
        return item._replace(handling=text)
    return item._replace(handling=f"{text}（原为{item.level}）", level=Level.NOTE)
