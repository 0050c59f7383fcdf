"""Where an indicator's value comes from: the formula a table prints, a field entered by hand, or a scheme that is there."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from converter.drafting.formulas_from_text import Drafted, definition, draft
from converter.mapping.fields import Dictionary
from converter.scoring.expressions import Formula, Input
from converter.scoring.schemes import Scheme
from converter.vocabulary.labels import label

#: Label of an indicator → the formula it has in a scheme that is there, and the scheme's name.
Known = Mapping[str, tuple[Formula, str]]


def lent(schemes: Iterable[Scheme]) -> Known:
    """Formulas of the schemes that are there, by label of the indicator; one on which two schemes differ is not lent."""
    found: dict[str, dict[str, tuple[Formula, str]]] = {}
    for scheme in schemes:
        for rule in scheme.rules:
            if (value := rule.spec.value) is not None:
                for text in rule.labels:
                    found.setdefault(text, {}).setdefault(value.text, (value, scheme.name))
    return {text: next(iter(told.values())) for text, told in found.items() if len(told) == 1}


def value_of(name: str, texts: Sequence[str], own: str, dictionary: Dictionary, known: Known) -> Drafted:
    """The value formula of the indicator `name`.

    `texts` are its explanations and its sentence; `own` is the expression its sentence takes a share of (得分=执行率×分值),
    "" without one. Without a formula that was understood, the first that was printed is returned with its doubts.
    """
    printed = list(_printed(name, texts, own, dictionary))
    if found := next((one for one in printed if one.formula is not None), None):
        other = () if found is printed[0] else (f"条文用的是“{own or printed[0].printed}”，公式取自另一处",)
        return replace(found, doubts=(*found.doubts, *other))
    if printed:
        return printed[0]
    by_name = draft(name, "", dictionary)
    if by_name.formula is not None and not _is_reported(by_name.formula, dictionary):
        return by_name
    if label(name) in known:
        formula, source = known[label(name)]
        return Drafted("", formula, (f"原表没有写公式，照“{source}”同名指标的公式草拟",))
    if by_name.formula is not None:
        return replace(by_name, doubts=(f"原表没有写公式，直接采用部门填报的“{by_name.text}”",))
    return Drafted("", None, ("原表没有写公式",))


def _printed(name: str, texts: Sequence[str], own: str, dictionary: Dictionary) -> Iterable[Drafted]:
    """Every formula that is printed for the indicator, that of its sentence first."""
    if own:
        explained = [] if re.search(r"[-+*/]", own) else texts
        inner, doubts = next((told for text in explained if (told := definition(text, own))[0]), ("", ()))
        yield draft(inner or own, name, dictionary, doubts)
    for text in texts:
        expression, doubts = definition(text, name)
        if expression:
            yield draft(expression, name, dictionary, doubts)


def _is_reported(formula: Formula, dictionary: Dictionary) -> bool:
    """Whether a formula is a single field that departments fill in themselves."""
    return isinstance(formula.tree, Input) and bool(dictionary[formula.tree.name].sources)
