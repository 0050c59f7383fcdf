"""Templates: schemes of no region (`template: true`), to be extended and never chosen for scoring.

A template may leave weights (分值) and scoring forms (计分方式) to the region. It is checked as the scheme it would be
with stand-ins for what it leaves open.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from converter.mapping.documents import Document
from converter.mapping.fields import Dictionary
from converter.scoring.extending import Merged
from converter.scoring.indicators import Indicator
from converter.scoring.points import ComputedForm
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import ConfigurationError

WEIGHT, FORM = "分值", "计分方式"
#: What stands for the keys that a template leaves open, while it is checked.
_STAND_IN: dict[str, object] = {"region": {"code": "00", "name": "模板"}, "year": 2000}
_STAND_INS: dict[str, dict[str, Any]] = {
    WEIGHT: {"full": 1.0},
    FORM: {"deduct": {"above": 1.0, "every": 0.01, "points": 1.0}},
}


def is_template(document: Document) -> bool:
    """Whether a file says it is a template."""
    return isinstance(document.plain, Mapping) and "template" in document.plain


class Template(NamedTuple):
    """A loaded template: the name by which it is extended, and what each indicator leaves open (分值, 计分方式)."""

    reference: str
    scheme: Scheme
    unfilled: dict[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        """How it is named on screen."""
        return f"{self.reference}《{self.scheme.file.title}》（模板）"


class _Filled(Merged):
    """A template's document with stand-ins for what it leaves open."""

    def __init__(self, document: Document) -> None:
        super().__init__(document.chain if isinstance(document, Merged) else [document])
        self.unfilled = unfilled(self)
        del self.content["template"]
        self.content.update(_STAND_IN)
        for name, open_keys in self.unfilled.items():
            indicator = _indicators(self)[name]
            for key in open_keys:
                indicator.update(_STAND_INS[key])


def load_template(reference: str, document: Document, dictionary: Dictionary) -> Template:
    """The template of a file. Raises ConfigurationError C02…, at the place where the mistake is written."""
    plain = document.plain
    assert isinstance(plain, Mapping)
    if plain["template"] is not True:
        raise document.error("C02", "template 只能是 true", "不是模板就去掉这一行", "template")
    for key in ("region", "year", "kinds"):
        if key in plain:
            message = f"模板不属于任何地区和年度，不应有“{key}”"
            raise document.error("C02", message, "请去掉；地区、年度和类别写在继承它的方案里", key)
    filled = _Filled(document)
    return Template(reference, Scheme(filled, dictionary), filled.unfilled)


def _indicators(document: Document) -> dict[str, dict[str, Any]]:
    plain = document.plain
    found = plain.get("indicators") if isinstance(plain, Mapping) else None
    return {name: keys for name, keys in found.items() if isinstance(keys, dict)} if isinstance(found, Mapping) else {}


def unfilled(document: Document) -> dict[str, tuple[str, ...]]:
    """Indicator → what it does not say: 分值, or 计分方式 where there is a value to score."""
    found = {}
    for name, keys in _indicators(document).items():
        weight = not keys.keys() & {"full", "shares"}
        form = "value" in keys and not keys.keys() & COMPUTED_FORMS
        if weight or form:
            found[name] = tuple(word for word, missing in ((WEIGHT, weight), (FORM, form)) if missing)
    return found


def refuse_unfilled(document: Document) -> None:
    """C23 where a region's scheme has not said what its template left open."""
    if not isinstance(document, Merged) or not any(map(is_template, document.chain[:-1])):
        return
    inherited = {
        name: words
        for name, words in unfilled(document).items()
        if is_template(document.owner(("indicators", name, "path")))
    }
    if inherited:
        named = "、".join(f"{name}（{'、'.join(words)}）" for name, words in inherited.items())
        message = f"模板留给地区填写的内容还没有写：{named}"
        advice = "请在 indicators 下给这些指标补写；不用的指标写“指标名: null”"
        raise ConfigurationError("C23", message, advice, document.place("extends", key=False))


def _computed(annotation: Any) -> bool:
    """Whether an annotation allows a form that turns a value into points."""
    if isinstance(annotation, type) and issubclass(annotation, ComputedForm):
        return True
    return any(map(_computed, getattr(annotation, "__args__", ())))


#: The keys of an indicator that turn its value into points.
COMPUTED_FORMS = {name for name, key in Indicator.model_fields.items() if _computed(key.annotation)}
