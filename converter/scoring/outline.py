"""A scheme as text or as keys, each with its origin (file:line), whatever it extends."""

from collections.abc import Iterator, Mapping
from typing import Any

from converter.scoring.extending import Merged
from converter.scoring.indicators import TAKEN, Rule
from converter.scoring.schemes import Scheme
from converter.scoring.templates import COMPUTED_FORMS, FORM, WEIGHT, Template
from converter.vocabulary.numbers import shortest

_FORMS = COMPUTED_FORMS | {"checklist", "graded", "manual"}
_IN_THE_HEAD = ("path", "full", "shares")
_BY_ENTRY = ("indicators", "levels", "adjustments")


def outline(scheme: Scheme, template: Template | None = None) -> Iterator[str]:
    """A scheme as text, indicator by indicator, each key followed by where it is written."""
    file = scheme.file
    grades = "，".join(f"{name} {shortest(line)}" for name, line in file.grades.items())
    judged = "沿用自评" if file.judged == "self" else "待评定"
    title = template.name if template else f"{scheme.name}《{file.title}》"
    yield f"{title} 依据 {file.basis} 文件 {scheme.document.shown}"
    if ancestors := extended(scheme):
        yield f"继承（由近到远）：{'、'.join(ancestors)}"
    yield f"等次起点：{grades}{_origin(scheme, 'grades')}；人工评定指标：{judged}{_origin(scheme, 'judged')}"
    for name, level in file.levels.items():
        parts = "，".join(f"{part} {shortest(full)} 分" for part, full in level.parts.items())
        yield f"{name} {shortest(level.full)} 分" + (f"：{parts}" if parts else "") + _origin(scheme, "levels", name)
    for rule in scheme.rules:
        yield from _rule(rule, scheme, template.unfilled.get(rule.name, ()) if template else ())
    for name, adjustment in file.adjustments.items():
        yield f"总分调整  {name}：{adjustment.describe()}{_origin(scheme, 'adjustments', name)}"
        if adjustment.value is not None:
            yield f"  指标值＝{adjustment.value.chinese()}"
        yield f"  原文：{' '.join(adjustment.text.split())}"
    if isinstance(scheme.document, Merged):
        for path, place in scheme.document.removed.items():
            yield f"已去掉 {'.'.join(map(str, path[1:]))}〔{place.file}:{place.cell.partition(':')[0]}〕"


def _rule(rule: Rule, scheme: Scheme, unfilled: tuple[str, ...]) -> Iterator[str]:
    shared = "" if rule.group == rule.name else f"（与“{rule.group}”共用）"
    shared += "" if rule.take == "sum" else f"（同一分值的几项{TAKEN[rule.take]}）"
    weight = "分值待填" if WEIGHT in unfilled else f"{shortest(rule.full)} 分{shared}"
    at = ("indicators", rule.name)
    written = _keys(scheme, *at)
    head = (*at, next((key for key in ("full", "shares") if key in written), "path"))
    yield f"{' / '.join([*rule.spec.path, rule.name])}  {weight}{_origin(scheme, *head)}"
    if FORM in unfilled:
        yield "  计分：待填"
    for key, value in written.items():
        if key in _IN_THE_HEAD or (key in _FORMS and FORM in unfilled):
            continue
        for line in _key(rule, key, value):
            yield f"  {line}{_origin(scheme, *at, key)}"


def _key(rule: Rule, key: str, value: Any) -> Iterator[str]:
    """A key of an indicator in Chinese, or as it is written."""
    if key == "value" and rule.spec.value is not None:
        yield f"指标值＝{rule.spec.value.chinese()}"
    elif key == "variants":
        yield from (f"其他口径 {name}＝{formula.chinese()}" for name, formula in rule.spec.variants.items())
    elif key in _FORMS:
        yield f"计分：{rule.describe()}"
    elif key == "text":
        yield f"原文：{' '.join(rule.spec.text.split())}"
    elif key == "basis":
        yield f"依据：{rule.basis}"
    else:
        yield f"{key}: {'、'.join(map(str, value)) if isinstance(value, list) else value}"


def _keys(scheme: Scheme, *path: str) -> dict[str, Any]:
    """The keys written below a node."""
    node: Any = scheme.document.plain
    for step in path:
        node = node[step]
    assert isinstance(node, Mapping)
    return dict(node)


def _origin(scheme: Scheme, *path: str) -> str:
    """〔file:line〕 of a node, "" for a default that nobody wrote."""
    if path[-1] not in _keys(scheme, *path[:-1]):
        return ""
    place = scheme.document.place(*path)
    return f"〔{place.file}:{place.cell.partition(':')[0]}〕"


def extended(scheme: Scheme) -> list[str]:
    """The files a scheme extends, the nearest first."""
    document = scheme.document
    return [one.shown for one in reversed(document.chain[:-1])] if isinstance(document, Merged) else []


def keys(scheme: Scheme) -> Iterator[dict[str, object]]:
    """Every key of the merged scheme with its value and origin (file:line:column), for JSON."""
    for key, value in _keys(scheme).items():
        if key in _BY_ENTRY:
            for name, entry in value.items():
                for inner, content in entry.items():
                    yield _as_json(scheme, content, key, name, inner)
        else:
            yield _as_json(scheme, value, key)


def _as_json(scheme: Scheme, value: object, *path: str) -> dict[str, object]:
    return {"key": list(path), "value": value, "origin": str(scheme.document.place(*path))}
