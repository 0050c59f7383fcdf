"""What people answer about judged indicators and adjustments, as facts: 管理制度健全性·第1项, 资金使用合规性·例数, 行政效能·评定得分.

Worked cases and records of decisions write an answer as a person says it; scoring reads it as a number.
"""

from converter.scoring.judged import COUNT, AnswerError
from converter.scoring.schemes import Scheme


def answerable(scheme: Scheme) -> list[str]:
    """What may be answered: indicators that a person judges, and adjustments whose cases a person counts."""
    counted = [name for name, adjustment in scheme.file.adjustments.items() if adjustment.value is None]
    return [rule.name for rule in scheme.rules if rule.judged] + counted


def answer_facts(scheme: Scheme, name: str, answer: object) -> list[tuple[str, float]]:
    """The facts (field, number; NaN for what is left open) of an answer: a list of 是 and 否 for a checklist, the name of a
    grade or points, a count of cases or days. Raises AnswerError with what is expected.
    """
    rule = next((rule for rule in scheme.rules if rule.name == name), None)
    if rule is not None and rule.spec.judging is not None:
        numbers = rule.spec.judging.read(answer, rule.weight)
        return [(asked.name, number) for asked, number in zip(rule.answers, numbers, strict=True)]
    if isinstance(answer, bool) or not isinstance(answer, int | float) or answer < 0:
        raise AnswerError("应为例数，不小于 0 的数字")
    return [(name + COUNT, float(answer))]
