"""What a person answers: read as written, refused with what is expected, told in Chinese; and as facts of the indicator."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from converter.mapping.library import Library
from converter.scoring.answers import answer_facts, answerable
from converter.scoring.indicators import Indicator
from converter.scoring.judged import AnswerError, JudgedForm
from converter.scoring.points import Weight
from converter.scoring.schemes import Scheme
from tests.test_schemes import made_scheme, scheme_text

EIGHT = Weight(8, 8)
SCALED = Weight(5, 5, 5 / 8)
FORMS: dict[str, object] = {
    "checklist": [2.0, 2.0, 4.0],
    "graded": {"好": 8.0, "一般": {"from": 4.0, "under": 8.0}, "差": {"under": 4.0}},
    "manual": True,
    "violations": {"each": 1.0, "most": 6.0},
    "days_late": {"every": 5.0, "points": 0.5},
}


def judged(kind: str) -> JudgedForm:
    judging = Indicator.model_validate({"path": ["甲"], "full": 8.0, "text": "条文", kind: FORMS[kind]}).judging
    assert judging is not None
    return judging


@pytest.mark.parametrize(
    ("kind", "answer", "numbers"),
    [
        ("checklist", ["是", "否", "是"], [1, 0, 1]),
        ("checklist", [True, False, 0.5], [1, 0, 0.5]),
        ("checklist", [1, None, 0], [1, math.nan, 0]),
        ("graded", "好", [8]),
        ("graded", 6.5, [6.5]),
        ("manual", 0, [0]),
        ("violations", 3, [3]),
        ("days_late", 12, [12]),
    ],
)
def test_an_answer_is_read(kind: str, answer: object, numbers: list[float]) -> None:
    assert np.array_equal(judged(kind).read(answer, EIGHT), numbers, equal_nan=True)


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("checklist", ["是", "否"], "3 项"),
        ("checklist", "是", "3 项"),
        ("checklist", ["是", "也许", "否"], "“是”“否”"),
        ("checklist", ["是", 2, "否"], "0 到 1"),
        ("checklist", [[], "是", "否"], "0 到 1"),
        ("graded", "优秀", "可用：好、一般、差"),
        ("graded", "一般", "4～8（不含） 分的区间"),
        ("graded", True, "数字"),
        ("manual", "六分", "数字"),
        ("manual", None, "数字"),
        ("violations", -1, "不小于 0"),
        ("days_late", "五天", "数字"),
    ],
)
def test_an_answer_that_the_form_does_not_take(kind: str, answer: object, words: str) -> None:
    with pytest.raises(AnswerError, match=re.escape(words)):
        judged(kind).read(answer, EIGHT)


def test_a_grade_has_its_points_in_the_weight() -> None:
    """计8分 on a weight of 5: 好 is 5 points."""
    assert judged("graded").read("好", SCALED) == [5.0]
    low, high = judged("graded").bounds([np.array([5.0, 8.0])], SCALED)
    assert list(zip(low, high, strict=True)) == [(5, 5), (0, 5)]


def test_descriptions() -> None:
    assert judged("checklist").describe(EIGHT) == "逐项核查 3 项，分别计 2、2、4 分"
    assert judged("checklist").describe(SCALED) == "逐项核查 3 项，分别计 1.25、1.25、2.5 分"
    assert judged("graded").describe(EIGHT) == "分等评定：好 8 分、一般 4～8（不含） 分、差 0～4（不含） 分"
    assert judged("manual").describe(EIGHT) == "人工评定"
    assert judged("violations").describe(EIGHT) == "每出现一例扣 1 分，扣满 6 分为止"
    assert judged("days_late").describe(EIGHT) == "逾期 每 5 天 扣 0.5 分，扣完为止（整步）"


def test_traces() -> None:
    assert judged("checklist").trace([1.0, math.nan, 0.5], EIGHT) == "第1项是、第2项未评、第3项0.5"
    assert judged("graded").trace([6.5], EIGHT) == "评为“一般”"
    assert judged("graded").trace([9.0], EIGHT) == "评定得分 9 不属于任何一等"
    assert judged("manual").trace([6.5], EIGHT) == "评定 6.5 分"
    assert judged("violations").trace([7.0], EIGHT) == "7 例 × 1 分（已扣满），得 2 分"
    assert judged("days_late").trace([11.0], EIGHT) == "逾期 计 2 步，8 − 0.5 × 2，得 7 分"
    assert judged("days_late").trace([0.0], EIGHT) == "与规定时限相比不扣分，得 8 分"


RULES = """\
  制度: {path: [甲], full: 50, checklist: [20, {points: 30, value: 满意度}], text: 条文}
  违规: {path: [甲], full: 50, violations: {each: 1}, text: 条文}
adjustments:
  表彰: {bonus: {each: 1, most: 5}, text: 条文}
  封顶: {value: 满意度, caps: [{under: 50%, points: 60}], text: 条文}
"""


@pytest.fixture
def asked(tmp_path: Path, library: Library) -> Scheme:
    return made_scheme(tmp_path, scheme_text(RULES), library)


def test_answers_are_facts_of_the_indicator(asked: Scheme) -> None:
    """An item that a field answers keeps the field's name."""
    assert answerable(asked) == ["制度", "违规", "表彰"]
    assert answer_facts(asked, "制度", ["是", "否"]) == [("制度·第1项", 1), ("满意度", 0)]
    assert answer_facts(asked, "违规", 2) == [("违规·例数", 2)]
    assert answer_facts(asked, "表彰", 3) == [("表彰·例数", 3)]


@pytest.mark.parametrize("answer", [-1, "三次", True, None])
def test_a_count_of_an_adjustment_is_a_number(asked: Scheme, answer: object) -> None:
    with pytest.raises(AnswerError, match="例数"):
        answer_facts(asked, "表彰", answer)
