"""Checks of the scheme itself: weights that do not add up, sentences that contradict them (CHECKS S01, S04, S05, S10)."""

import re
from collections.abc import Iterable

from converter.scoring.checks import Checks
from converter.scoring.indicators import Rule
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import Finding
from converter.vocabulary.numbers import shortest

_FULL_MARK = re.compile(r"计\s*(\d+(?:\.\d+)?)\s*分")
_STEP_POINTS = re.compile(r"每[^，。；;,]*?扣\s*(\d+(?:\.\d+)?)\s*分")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*年)")


def audit_scheme(scheme: Scheme, checks: Checks) -> list[Finding]:
    """S01 weights that do not add up, S04 another full mark in the sentence, S05 a full mark that its own steps do not
    reach, S10 another year in the sentence.
    """
    findings = list(_weights(scheme, checks))
    for rule in scheme.rules:
        marks = [float(mark) for mark in _FULL_MARK.findall(rule.spec.text)]
        if marks and max(marks) != rule.full:
            said = f"{rule.name}：分值 {shortest(rule.full)} 分，条文写“计{shortest(max(marks))}分”；现{_taken(rule)}"
            details = {"points": rule.full, "place": scheme.place(rule.name, "text")}
            findings.append(checks.finding("S04", said, year=scheme.file.year, subject=rule.name, **details))
        if said := _uneven(rule, marks):
            place = scheme.place(rule.name, "text")
            findings.append(checks.finding("S05", said, year=scheme.file.year, subject=rule.name, place=place))
        for year in dict.fromkeys(_YEAR.findall(rule.spec.text)):
            if int(year) != scheme.file.year:
                said = f"{rule.name}：条文里写的是 {year} 年，数据年度是 {scheme.file.year} 年"
                place = scheme.place(rule.name, "text")
                findings.append(checks.finding("S10", said, year=scheme.file.year, subject=rule.name, place=place))
    return findings


def _uneven(rule: Rule, marks: list[float]) -> str:
    """What to say where the full mark a sentence prints is no whole number of its own deductions, else ""."""
    steps = [float(points) for points in _STEP_POINTS.findall(rule.spec.text)]
    if not marks or not steps or steps[0] == 0:
        return ""
    count = round(max(marks) / steps[0], 9)
    if count == int(count):
        return ""
    return f"{rule.name}：条文写“计{shortest(max(marks))}分”，每步扣 {shortest(steps[0])} 分，第 {int(count) + 1} 步扣不足数"


def _taken(rule: Rule) -> str:
    if rule.spec.text_full is None:
        return "按分值计分"
    return "按分值折算：" + rule.describe() if rule.spec.reading == "weight" else "按条文计分，以分值封顶"


def _weights(scheme: Scheme, checks: Checks) -> Iterable[Finding]:
    """Level by level: the printed weight of a level against the sum of what is below it."""
    own: dict[tuple[str, ...], float] = {}
    for rule in scheme.rules:
        if rule.group == rule.name:
            for depth in range(len(rule.spec.path) + 1):
                path = tuple(rule.spec.path[:depth])
                own[path] = own.get(path, 0.0) + rule.full
    stated: dict[tuple[str, ...], float] = {(): 100.0}
    for name, level in scheme.file.levels.items():
        stated[name,] = level.full
        stated.update({(name, part): full for part, full in level.parts.items()})
    for path in dict.fromkeys([*stated, *(own if scheme.file.levels else ())]):
        total, printed = own.get(path, 0.0), stated.get(path)
        if printed is None or abs(total - printed) > 1e-9:
            name = "、".join(path) or "全部指标"
            told = "方案没有列出它的分值" if printed is None else f"应为 {shortest(printed)} 分"
            said = f"{name}：下级分值合计 {shortest(total)} 分，{told}"
            place = scheme.document.place("levels" if scheme.file.levels else "indicators", *path[:1])
            yield checks.finding("S01", said, year=scheme.file.year, subject=name, place=place)
