"""Sentences made from known rules in many wordings: read back as the very rule, or marked."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from converter.drafting.meanings import INFINITE, Banded, Range, Side, Steps
from converter.drafting.sentences import read

NAMES: dict[Side, str] = {"above": "公用经费控制率", "below": "预算完成率", "both": "政府采购执行率"}
VERBS: dict[Side, list[str]] = {
    "above": ["每超过", "每超出", "每超", "每高于标准", "每增加", "每上升"],
    "below": ["每低于", "每降低", "每低", "每下降", "每减少", "每低于目标值"],
    "both": ["每超过（降低）", "每超过或低于", "每高于或低于", "每增减", "每偏离", "每相差"],
}
ENDS = ["，扣完为止。", "。扣完为止。", "，直至扣完", "；扣完为止", "。", ""]
COMMAS = st.sampled_from([",", "，", ""])


def number(value: float) -> str:
    return f"{value:g}"


@dataclass(frozen=True)
class Made:
    """A sentence and the rule it was made from."""

    name: str
    text: str
    meaning: Steps | Banded
    full: float | None


@st.composite
def steps(draw: st.DrawFn) -> Made:
    side: Side = draw(st.sampled_from(["above", "below", "both"]))
    target = draw(st.sampled_from([100, 95, 90, 105, 98.5]))
    every = draw(st.sampled_from([1, 2, 3, 5, 10, 0.5]))
    points = draw(st.sampled_from([0.1, 0.25, 0.5, 1, 2]))
    full = draw(st.sampled_from([None, 5, 8, 10, 2.5]))
    name, comma = NAMES[side], draw(COMMAS)
    step = draw(st.sampled_from([f"{number(every)}%", f"{number(every)}个百分点", f"{number(every)} ％"]))
    step = draw(st.sampled_from(["一个百分点", "1%"])) if every == 1 else step
    score = (
        draw(st.sampled_from(["计满分", "得满分"]))
        if full is None
        else f"{draw(st.sampled_from('计得'))}{number(full)}分"
    )
    mark = f"{number(target)}%"
    limits: dict[Side, list[str]] = {
        "above": [
            f"{name}≦{mark}",
            f"{name}≤{mark}",
            f"{mark}以下（含）",
            f"小于等于{mark}",
            f"不高于{mark}",
            f"{mark}以内（含{mark}）",
        ],
        "below": [
            f"{name}≥{mark}",
            f"{mark}以上（含）",
            f"大于或等于{mark}",
            f"不低于{mark}",
            f"{name}达到{mark}",
            f"{name}在{mark}以上",
        ],
        "both": [mark, f"={mark}"],
    }
    start = draw(st.sampled_from(limits[side])) + comma + score
    start = draw(st.sampled_from(["", f"以{mark}为标准。"])) + start
    verb = draw(st.sampled_from(VERBS[side]))
    penalty = f"{verb}{step}{draw(st.sampled_from(['', '，', '的，']))}扣{number(points)}分"
    text = start + draw(st.sampled_from(["；", "，", "。", ";\n"])) + penalty + draw(st.sampled_from(ENDS))
    meaning = Steps(side, target / 100, every / 100, points)
    return Made(name, text, meaning, full)


@given(steps())
@settings(max_examples=500)
def test_deductions(made: Made) -> None:
    said = read(made.text, made.name)
    assert (said.meaning, said.full, said.doubts) == (made.meaning, made.full, ())


def rising(low: int, high: int | None, form: str) -> str:
    """A band of an indicator that is good when high: its lower edge is in it, its upper edge is not."""
    if high is None:
        return {"signs": f"≥{low}%", "words": f"{low}%（含）以上", "names": f"预算完成率≥{low}%"}[form]
    if low == 0:
        return {"signs": f"<{high}%", "words": f"低于{high}%", "names": f"预算完成率小于{high}%"}[form]
    return {
        "signs": f"≥{low}%且<{high}%",
        "words": f"{low}%（含）-{high}%",
        "names": f"{low}%≤预算完成率＜{high}%",
    }[form]


def falling(low: int, high: int | None, form: str) -> str:
    """A band of an indicator that is good when low: its upper edge is in it, its lower edge is not."""
    if low == 0:
        return {"signs": f"≤{high}%", "words": f"{high}%以下（含）", "names": f"预算控制率≤{high}%"}[form]
    if high is None:
        return {"signs": f">{low}%", "words": f"大于{low}%", "names": f"预算控制率高于{low}%"}[form]
    return {
        "signs": f">{low}%、≤{high}%",
        "words": f"{low}-{high}%（含）",
        "names": f"{low}%＜预算控制率≤{high}%",
    }[form]


@st.composite
def bands(draw: st.DrawFn) -> Made:
    good_high = draw(st.booleans())
    edges = sorted(draw(st.sets(st.integers(1, 30).map(lambda n: 5 * n), min_size=1, max_size=4)))
    points = sorted(draw(st.sets(st.integers(1, 20).map(lambda n: n / 2), min_size=len(edges), max_size=len(edges))))
    scores = [0.0, *points] if good_high else [*reversed(points), 0.0]
    form, comma = draw(st.sampled_from(["signs", "words", "names"])), draw(COMMAS)
    made, clauses = [], []
    for at, score in enumerate(scores):
        low, high = (0 if at == 0 else edges[at - 1]), (edges[at] if at < len(edges) else None)
        told = (rising if good_high else falling)(low, high, form)
        award = draw(st.sampled_from(["不得分", "计0分"])) if score == 0 else f"计{number(score)}分"
        clauses.append(told + comma + award)
        bottom, top = (-INFINITE if at == 0 else low / 100), (INFINITE if high is None else high / 100)
        made.append(Range(bottom, top, good_high or at == 0, not good_high or high is None, score))
    if draw(st.booleans()):
        made.reverse()
        clauses.reverse()
    text = draw(st.sampled_from(["；", "，", "；\n", "。"])).join(clauses) + draw(st.sampled_from(["", "。"]))
    return Made("预算完成率" if good_high else "预算控制率", text, Banded(tuple(made)), max(scores))


@given(bands())
@settings(max_examples=500)
def test_bands(made: Made) -> None:
    said = read(made.text, made.name)
    assert (said.meaning, said.full, said.doubts) == (made.meaning, made.full, ())


@given(bands() | steps(), st.integers(0, 60), st.sampled_from(["", "Q", "W", "。", "，", "和"]))
@settings(max_examples=500)
def test_a_stray_character_is_harmless_or_said(made: Made, at: int, stray: str) -> None:
    """One character that is no digit is replaced: the same rule comes out, or another with a mark."""
    index = at % len(made.text)
    if made.text[index] in "0123456789.%％":
        return
    text = made.text[:index] + stray + made.text[index + 1 :]
    said = read(text, made.name)
    same = (said.meaning, said.full or made.full) == (made.meaning, made.full)
    assert same or said.doubts, text
