"""A scheme as text, for reading."""

from collections.abc import Iterator

from converter.scoring.schemes import Scheme
from converter.vocabulary.numbers import shortest


def outline(scheme: Scheme) -> Iterator[str]:
    """A scheme as text, indicator by indicator."""
    grades = "，".join(f"{name} {shortest(line)}" for name, line in scheme.file.grades.items())
    yield f"{scheme.name}《{scheme.file.title}》 依据 {scheme.file.basis} 文件 {scheme.document.shown}"
    yield f"等次起点：{grades}；人工评定指标：{'沿用自评' if scheme.file.judged == 'self' else '待评定'}"
    for rule in scheme.rules:
        shared = "" if rule.group == rule.name else f"（与“{rule.group}”共用）"
        yield f"{' / '.join([*rule.spec.path, rule.name])}  {shortest(rule.full)} 分{shared}"
        if rule.spec.value is not None:
            yield f"  指标值＝{rule.spec.value.chinese()}"
        for name, formula in rule.spec.variants.items():
            yield f"  其他口径 {name}＝{formula.chinese()}"
        yield f"  计分：{rule.describe()}"
        yield f"  原文：{' '.join(rule.spec.text.split())}"
