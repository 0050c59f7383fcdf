"""Lint: a scheme by itself: bands, grades, basis, names, data that no form gives."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from converter.mapping.fields import Dictionary
from converter.scoring.bands import Bands
from converter.scoring.extending import Merged
from converter.scoring.indicators import Rule
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import Finding, finding
from converter.vocabulary.numbers import percent, shortest

_NUMBERED = re.compile(r"[〔\[（(]\d{4}[〕\]）)]\s*\d+\s*号")


def lint_bands(rule: Rule, scheme: Scheme) -> Iterator[Finding]:
    """L03 gaps, L04 open ends, L05 points that go up and down, L06 a best band that is not the weight."""
    form = rule.form
    if not isinstance(form, Bands):
        return
    at = ("indicators", rule.name, "bands", *(() if form.around is None else ("bands",)))
    order = sorted(range(len(form.bands)), key=lambda i: (form.bands[i].low, form.bands[i].high))
    for one, other in pairwise(order):
        lower, upper = form.bands[one], form.bands[other]
        if lower.high < upper.low or (lower.under is not None and upper.over is not None):
            edges = (
                f"{percent(lower.high)} 与 {percent(upper.low)} 之间" if lower.high < upper.low else percent(upper.low)
            )
            yield _found("L03", scheme, f"{rule.name}：{edges}没有规定计几分", rule.name, *at, other)
    first, last = form.bands[order[0]], form.bands[order[-1]]
    ends = []
    if np.isfinite(first.low) and (form.around is None or first.low > 0 or first.over is not None):
        ends.append((f"{'小于' if first.from_ is not None else '不大于'} {percent(first.low)} ", order[0]))
    if np.isfinite(last.high):
        ends.append((f"{'大于' if last.to is not None else '不小于'} {percent(last.high)} ", order[-1]))
    for words, index in ends:
        yield _found("L04", scheme, f"{rule.name}：{words}的数值没有规定计几分", rule.name, *at, index)
    points = [form.bands[index].points for index in order]
    if not _one_hill(points):
        listed = "、".join(map(shortest, points))
        yield _found("L05", scheme, f"{rule.name}：由小到大各档计 {listed} 分，忽高忽低", rule.name, *at)
    full = rule.spec.text_full or rule.full
    if max(points) != full:
        message = f"{rule.name}：最高一档 {shortest(max(points))} 分，满分 {shortest(full)} 分"
        yield _found("L06", scheme, message, rule.name, *at, points_of(form, max(points)))


def points_of(form: Bands, points: float) -> int:
    """The first band that gives these points."""
    return next(index for index, band in enumerate(form.bands) if band.points == points)


def _one_hill(points: list[float]) -> bool:
    """Whether points rise to one top and fall from it: only rising and only falling included."""
    top = points.index(max(points))
    rising, falling = points[: top + 1], points[top:]
    return rising == sorted(rising) and falling == sorted(falling, reverse=True)


def lint_data(rule: Rule, scheme: Scheme, dictionary: Dictionary) -> Iterator[Finding]:
    """L11: a field that no form gives, where the rule does not say what its absence means."""
    if rule.spec.value is None or rule.spec.missing != "unknown":
        return
    for needed in rule.spec.value.inputs():
        known = dictionary[needed.name]
        if not known.sources and not known.formulas:
            message = f"{rule.name}：没有表单提供“{needed.name}”，这个指标总会缺数"
            yield _found("L11", scheme, message, rule.name, "indicators", rule.name, "value")


def lint_names(scheme: Scheme) -> Iterator[Finding]:
    """L17: two indicators that a 指标表 names alike."""
    owners: dict[str, dict[str, None]] = defaultdict(dict)
    for rule in scheme.rules:
        for text in rule.labels:
            owners[text][rule.name] = None
    for text, names in owners.items():
        if len(names) > 1:
            *_, last = names
            message = f"指标表里的“{text}”对应几个指标：{'、'.join(names)}"
            yield _found("L17", scheme, message, last, "indicators", last)


def lint_grades(scheme: Scheme) -> Iterator[Finding]:
    """L12: grade lines that no score can reach."""
    for name, line in scheme.file.grades.items():
        if line > 100:
            message = f"等次“{name}”从 {shortest(line)} 分起，高于满分 100 分"
            yield _found("L12", scheme, message, "等次", "grades", name)


def lint_basis(scheme: Scheme) -> Iterator[Finding]:
    """L07 a basis inherited from another region, L08 a basis without number or clause."""
    document = scheme.document
    if isinstance(document, Merged) and document.owner(("basis",)) is not document.chain[-1]:
        message = f"依据“{scheme.file.basis}”是从 {document.file_of(('basis',))} 继承来的，不是本方案自己的"
        place = document.chain[-1].place("extends", key=False)
        yield finding("L07", message, subject="依据", place=place)
        return
    whole = [((), scheme.file.basis)]
    own = [(("indicators", rule.name), rule.spec.basis) for rule in scheme.rules if rule.spec.basis is not None]
    for path, basis in [*whole, *own]:
        lacking = [
            *(["文号"] if not _NUMBERED.search(basis.document) else []),
            *(["条款"] if not basis.clause.strip() else []),
        ]
        if lacking:
            message = f"{'：'.join([*path[1:], f'依据“{basis}”'])}没有{'和'.join(lacking)}"
            yield _found("L08", scheme, message, path[-1] if path else "依据", *path, "basis")


def lint_place(scheme: Scheme, reference: str) -> Iterator[Finding]:
    """L13 a code that only fits the level itself, L18 a file that lies or is named otherwise than what it says."""
    region, year = scheme.file.region, scheme.file.year
    if len(region.code) == 6 and region.code.endswith("00"):
        message = f"区划代码 {region.code} 以 00 结尾，只适用于本级，不适用于下级地区"
        yield _found("L13", scheme, message, "区划", "region", "code")
    folder, _, stem = reference.partition("/")
    if folder != region.code or not re.fullmatch(rf"{year}(?!\d).*", stem):
        message = f"文件是 {reference}.yaml，内容是 {region.code} {year} 年"
        yield _found("L18", scheme, message, "文件", "region" if folder != region.code else "year")


def _found(code: str, scheme: Scheme, message: str, subject: str, *path: str | int) -> Finding:
    return finding(code, message, subject=subject, place=scheme.document.place(*path))
