"""An understood sentence and formula → a rule of the scheme language, with a mark for whatever a person has to confirm.

`WRITERS` says how each meaning of a sentence is written; a meaning that is not in it is drafted as 人工评定 and marked.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pydantic import ValidationError

from converter.drafting.clauses import LARGEST_RATIO
from converter.drafting.formulas_from_text import Drafted
from converter.drafting.meanings import (
    INFINITE,
    Banded,
    Checklist,
    DaysLate,
    Graded,
    Judged,
    PerCase,
    Range,
    Relational,
    Sentence,
    Share,
    Steps,
    Unread,
)
from converter.drafting.sentences import read
from converter.drafting.values import Known, value_of
from converter.drafting.yamltext import Value, flow, percent_text
from converter.mapping.fields import Dictionary
from converter.scoring.indicators import Indicator
from converter.vocabulary.numbers import shortest

#: The sentence of a row that prints none.
NO_SENTENCE = "待填：原表没有印评价标准"
#: The figures that 资金结余 is judged by.
CARRIED_OUT, CARRIED_IN = "年末结余", "上年结转"
_COMPUTED = (Steps, Banded, Share, Relational)
Form = dict[str, Value]


@dataclass(frozen=True)
class Printed:
    """What a table prints of one indicator, levels and weights settled.

    `shares` names the indicator whose weight it has, `namesake` what several indicators of the table are called.
    """

    name: str
    path: tuple[str, ...]
    full: float | None
    shares: str = ""
    sentence: str = ""
    notes: tuple[str, ...] = ()
    namesake: str = ""
    place: str = ""


@dataclass(frozen=True)
class DraftedRule:
    """A rule as keys of a scheme in their order; `marks` are to be confirmed, `remarks` only tell."""

    name: str
    keys: tuple[tuple[str, Value], ...]
    marks: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def computed(self) -> bool:
        """Whether its points come from data."""
        return any(key == "value" for key, _ in self.keys)


def draft_rule(printed: Printed, dictionary: Dictionary, known: Known) -> DraftedRule:
    """The rule of one printed indicator. `known` lends a formula where none is printed."""
    sentence = read(printed.sentence, printed.name)
    form, told = form_of(sentence, printed)
    marks = [*sentence.doubts, *told, *_about_weight(printed)]
    remarks: tuple[str, ...] = ()
    if isinstance(sentence.meaning, _COMPUTED) and "manual" not in form:
        own = sentence.meaning.value if isinstance(sentence.meaning, Share) else ""
        if isinstance(sentence.meaning, Relational):
            own = CARRIED_OUT
            marks.append(f"结余按“{CARRIED_OUT}”、上年结转按“{CARRIED_IN}”理解")
        value = value_of(printed.name, [*printed.notes, printed.sentence], own, dictionary, known)
        marks += value.doubts
        if value.formula is None:
            told_so = (f"公式原文：{value.printed}",) if value.printed else ()
            remarks = (*told_so, f"补上 value 之后可用：{_shown(form)}")
            form = {"manual": True}
        else:
            marks += _about_missing(value, dictionary, form)
            form = {"value": value.text, **form}
    if sentence.nothing_is_full:
        form |= {"not_applicable": "full"} if "value" in form else {}
        marks += [] if "value" in form else ["“没有……按满分”须由人判断"]
    weight: Form = {"shares": printed.shares} if printed.shares else {"full": printed.full or 1.0}
    text = printed.sentence if len(printed.sentence) > 1 else NO_SENTENCE
    keys: Form = {"path": list(printed.path), **weight, **form, "text": text}
    return _sound(DraftedRule(printed.name, tuple(keys.items()), tuple(dict.fromkeys(marks)), remarks), dictionary)


def _about_weight(printed: Printed) -> list[str]:
    """What is to be confirmed about an indicator's weight and name."""
    marks = [] if printed.shares or printed.full is not None else ["原表没有印分值，暂写 1 分"]
    if printed.namesake:
        marks.append(f"原表有几个指标都叫“{printed.namesake}”，按上级指标区分；请与部门约定名称，否则自评得分对不上")
    return marks


def form_of(sentence: Sentence, printed: Printed) -> tuple[Form, list[str]]:
    """The keys of the scoring form, and what is to be confirmed about it."""
    meaning, full = sentence.meaning, printed.full
    marks: list[str] = []
    if not printed.sentence:
        return {"manual": True}, ["原表没有印评价标准"]
    writer = WRITERS.get(type(meaning))
    form = writer(meaning, sentence.full or full or 1.0) if writer else None
    if form is None:
        if not isinstance(meaning, Judged | Unread):
            marks.append("本版方案不能写这种计分方式，先按人工评定")
        return {"manual": True}, marks
    if sentence.full is not None and full is not None and abs(sentence.full - full) > 1e-9:
        form = {**form, "text_full": sentence.full, "reading": "weight"}
        marks.append(f"条文满分 {shortest(sentence.full)} 分，分值 {shortest(full)} 分，按分值折算")
    return form, marks


def _about_missing(value: Drafted, dictionary: Dictionary, form: Form) -> list[str]:
    """A value that no form gives is entered by hand; until then the self score is taken, as for judged indicators."""
    fields = [dictionary[needed.name] for needed in value.formula.inputs()] if value.formula else []
    by_hand = [known.name for known in fields if not known.sources and not known.formulas]
    if not by_hand:
        return []
    form["missing"] = "self"
    return [f"报表里没有“{'、'.join(by_hand)}”，补录之前沿用自评得分"]


def _sound(drafted: DraftedRule, dictionary: Dictionary) -> DraftedRule:
    """The rule if the scheme language takes it, else as `by_hand`."""
    try:
        Indicator.model_validate(dict(drafted.keys), context={"dictionary": dictionary})
    except ValidationError as error:
        return by_hand(drafted, str(error.errors()[0]["msg"]).removeprefix("Value error, "))
    return drafted


def by_hand(drafted: DraftedRule, why: str) -> DraftedRule:
    """A rule that cannot be as drafted: 人工评定, marked with the reason, with what was drafted in a remark."""
    kept = [(key, value) for key, value in drafted.keys if key in _ALWAYS]
    shown = _shown({key: value for key, value in drafted.keys if key not in _ALWAYS})
    at = next(index for index, (key, _) in enumerate(kept) if key == "text")
    keys = (*kept[:at], ("manual", True), *kept[at:])
    return replace(
        drafted, keys=keys, marks=(*drafted.marks, f"草拟的规则不成立（{why}）"), remarks=(f"原拟：{shown}",)
    )


_ALWAYS = ("path", "full", "shares", "text")


def _shown(form: Form) -> str:
    """Keys on one line, for a remark."""
    return "，".join(f"{key}: {flow(value)}" for key, value in form.items())


def _most(meaning: Steps | PerCase, full: float) -> Form:
    """扣满 N 分为止, where that is less than everything."""
    return {"most": meaning.most} if meaning.most is not None and meaning.most < full else {}


def _steps(meaning: Steps, full: float) -> Form:
    edges: Form = {meaning.side: percent_text(meaning.target), "every": percent_text(meaning.every)}
    return {"deduct": {**edges, "points": meaning.points, "steps": meaning.part, **_most(meaning, full)}}


def _bands(meaning: Banded, full: float) -> Form:
    return {"bands": [_band(band, full) for band in meaning.ranges]}


def _band(band: Range, full: float) -> Form:
    edges: Form = {}
    if band.low != -INFINITE:
        edges["from" if band.low_in else "over"] = percent_text(band.low)
    if band.high != INFINITE:
        edges["to" if band.high_in else "under"] = percent_text(band.high)
    return {**edges, "points": full if band.points is None else band.points}


def _share(meaning: Share, full: float) -> Form:
    """A percentage is 按比例, a score 折算."""
    del full
    if meaning.base > LARGEST_RATIO:
        return {"external": {"base": meaning.base}}
    return {"proportional": {"target": percent_text(meaning.base)} | ({"inverse": True} if meaning.inverse else {})}


def _checklist(meaning: Checklist, full: float) -> Form:
    del full
    return {"checklist": list(meaning.points)}


def _per_case(meaning: PerCase, full: float) -> Form:
    return {"violations": {"each": meaning.each, **_most(meaning, full)}}


def _days_late(meaning: DaysLate, full: float) -> Form:
    del full
    return {"days_late": {"every": meaning.every, "points": meaning.points}}


def _relational(meaning: Relational, full: float) -> Form:
    """无结余、不超过上年、超过上年: the names of the two figures are those of the dictionary."""
    del full
    points = {"none": meaning.none, "within": meaning.within, "beyond": meaning.beyond}
    return {"relative": {"to": CARRIED_IN, **points}}


def _graded(meaning: Graded, full: float) -> Form | None:
    """Each 等次 with its points, or with the range of points (a share of the weight) it may get."""
    if len({grade.name for grade in meaning.grades}) < len(meaning.grades):
        return None
    if not meaning.of_weight:
        return {"graded": {grade.name: grade.high for grade in meaning.grades}}
    highest = max(grade.high for grade in meaning.grades)
    return {
        "graded": {
            grade.name: {
                **({"from": grade.low * full} if grade.low else {}),
                "to" if grade.high == highest else "under": grade.high * full,
            }
            for grade in meaning.grades
        }
    }


#: How each meaning is written as a scoring form, given the full marks; None where this one cannot be.
WRITERS: dict[type, Callable[..., Form | None]] = {
    Steps: _steps,
    Banded: _bands,
    Share: _share,
    Checklist: _checklist,
    PerCase: _per_case,
    Graded: _graded,
    DaysLate: _days_late,
    Relational: _relational,
}
