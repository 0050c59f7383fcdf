"""Lint: the regulation's sentence against the rule beside it: numbers, direction, items, what is said of those without."""

import re
from collections.abc import Iterator

import numpy as np

from converter.scoring.bands import Bands
from converter.scoring.counts import Violations
from converter.scoring.indicators import Rule
from converter.scoring.proportional import External
from converter.scoring.schemes import Scheme
from converter.scoring.steps import Deduct
from converter.vocabulary.findings import Finding, finding
from converter.vocabulary.labels import plain
from converter.vocabulary.numbers import percent, shortest

_NUMBER = r"(\d+(?:\.\d+)?)"
_TAKEN_OFF = re.compile(rf"扣{_NUMBER}分")
_EACH = re.compile(rf"每[^，,。；;\d一]*?(?:{_NUMBER}(?:%|个百分点)|(一)个百分点)")
_MARK = re.compile(rf"(?:计|得|为){_NUMBER}分")
_DIVISOR = re.compile(rf"[/÷]{_NUMBER}")
_ANY_MARK = re.compile(rf"{_NUMBER}分")
_EDGE = re.compile(rf"{_NUMBER}(?=%|-\d)|[=≤≦<≥≧>]{_NUMBER}")
_ITEM = re.compile(r"[①-⑳]")
_UP = re.compile(r"每(?:个)?(?:超|高|多|增)|±|相差|偏离")
_DOWN = re.compile(r"每(?:个)?(?:低|降|少|减)|\((?:降低|低于|减少|下降)\)|±|相差|偏离")
_FULL_WITHOUT = re.compile(r"(?:没有|无|未)[^,，。；;]*?(?:按满分|计满分|得满分|视同满分)")
TO_FILL = "待填"


def against_text(rule: Rule, scheme: Scheme) -> Iterator[Finding]:
    """What one rule says otherwise than its sentence (L01, L02, L14–L16)."""
    text = plain(rule.spec.text)
    if text.startswith(TO_FILL):
        yield _about("L14", rule, scheme, "条文原文还没有填写", "text")
        return
    for numbers, said, key in _pairs(rule, text):
        if numbers and said not in numbers:
            printed = "、".join(numbers)
            message = f"规则写 {said}，条文写 {printed}"
            yield _about("L01", rule, scheme, message, *key)
    marks = _numbers(_MARK, text)
    if rule.spec.text_full is not None and marks and shortest(rule.spec.text_full) not in marks:
        message = f"text_full 写 {shortest(rule.spec.text_full)} 分，条文写 {'、'.join(marks)} 分"
        yield _about("L01", rule, scheme, message, "text_full")
    yield from _direction(rule, scheme, text)
    yield from _items(rule, scheme)
    if rule.spec.not_applicable == "unknown" and (found := _FULL_WITHOUT.search(text)):
        message = f"条文写“{found[0]}”，规则没有写申明不适用时按满分计"
        yield _about("L16", rule, scheme, message, "text")


def _pairs(rule: Rule, text: str) -> Iterator[tuple[list[str], str, tuple[str, ...]]]:
    """Numbers of the sentence, what the rule says in their place, and the key that says it."""
    form = rule.form
    if isinstance(form, Deduct):
        yield [f"扣 {n} 分" for n in _numbers(_TAKEN_OFF, text)], f"扣 {shortest(form.each)} 分", ("deduct", "points")
        steps = [percent(float(number or 1) / 100) for number, _ in _EACH.findall(text)]
        yield [f"每 {n}" for n in dict.fromkeys(steps)], f"每 {percent(form.every)}", ("deduct", "every")
    elif isinstance(form, Violations):
        yield [f"扣 {n} 分" for n in _numbers(_TAKEN_OFF, text)], f"扣 {shortest(form.each)} 分", ("violations", "each")
    elif isinstance(form, External):
        yield [f"÷ {n}" for n in _numbers(_DIVISOR, text)], f"÷ {shortest(form.base)}", ("external", "base")
    elif isinstance(form, Bands):
        printed = _edges(text)
        for index, band in enumerate(form.bands):
            at = ("bands", str(index)) if form.around is None else ("bands", "bands", str(index))
            if band.points:
                yield [f"{n} 分" for n in _numbers(_MARK, text)], f"{shortest(band.points)} 分", at
            for edge in {percent(edge) for _, edge in band.conditions()} - printed:
                yield sorted(printed), edge, at
    for name, grade in rule.spec.graded.items():
        for points in {grade.low, grade.high} - {-np.inf, np.inf, 0.0}:
            yield [f"{n} 分" for n in _numbers(_ANY_MARK, text)], f"{shortest(points)} 分", ("graded", name)


def _edges(text: str) -> set[str]:
    """Edges that a sentence prints; a bare number behind a sign may be a ratio or a percent."""
    edges = set()
    for with_sign, bare in _EDGE.findall(text):
        edges |= {percent(float(with_sign) / 100)} if with_sign else {percent(float(bare) / 100), percent(float(bare))}
    return edges


def _numbers(pattern: re.Pattern[str], text: str) -> list[str]:
    return list(dict.fromkeys(shortest(float(number)) for number in pattern.findall(text)))


def _direction(rule: Rule, scheme: Scheme, text: str) -> Iterator[Finding]:
    form = rule.form
    up, down = bool(_UP.search(text)), bool(_DOWN.search(text))
    if not isinstance(form, Deduct) or not (up or down):
        return
    side = "above" if form.above is not None else "below" if form.below is not None else "both"
    if (up, down) != (side != "below", side != "above"):
        said = "超过和低于都扣分" if up and down else "超过才扣分" if up else "低于才扣分"
        yield _about("L02", rule, scheme, f"条文是{said}，规则写的是 {side}", "deduct", side)


def _items(rule: Rule, scheme: Scheme) -> Iterator[Finding]:
    """L15: as many items as the sentence numbers, with its points where it prints one for each."""
    checklist = [item.points for item in rule.spec.checklist]
    items = dict.fromkeys(_ITEM.findall(rule.spec.text))
    marks = [float(number) for number in _ANY_MARK.findall(plain(rule.spec.text))]
    if not checklist or not items:
        return
    if len(items) != len(checklist):
        message = f"条文列了 {len(items)} 项，checklist 有 {len(checklist)} 项"
        yield _about("L15", rule, scheme, message, "checklist")
    elif len(marks) == len(checklist) and marks != checklist:
        message = (
            f"条文各项是 {'、'.join(map(shortest, marks))} 分，checklist 是 {'、'.join(map(shortest, checklist))} 分"
        )
        yield _about("L15", rule, scheme, message, "checklist")


def _about(code: str, rule: Rule, scheme: Scheme, message: str, *key: str) -> Finding:
    path = [int(step) if step.isdigit() else step for step in key]
    place = scheme.document.place("indicators", rule.name, *path)
    return finding(code, f"{rule.name}：{message}", subject=rule.name, place=place)
