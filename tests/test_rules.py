"""Printed rows as rules: what is written for each, what is marked, and that the scheme language takes every one."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from converter.drafting.rules import NO_SENTENCE, DraftedRule, Printed, draft_rule
from converter.drafting.values import lent
from converter.mapping.library import Library
from converter.scoring.indicators import Indicator
from converter.scoring.shelf import load_schemes
from converter.vocabulary.labels import label
from tests.test_drafted_sentences import PIECES
from tests.wordings import FORMULAS, WORDINGS

LIBRARY = Library()
KNOWN = lent(shelved.scheme for shelved in load_schemes(LIBRARY))
STAFF = "以100%为标准。在职人员控制率≦100%,计5分;每超过一个百分点扣0.5分,扣完为止。"
NOTE = "在职人员控制率=（在职人员数/编制数）×100%"


def rule(
    sentence: str,
    note: str = "",
    name: str = "在职人员控制率",
    full: float | None = 5,
    known: Mapping[str, object] = {},
) -> DraftedRule:
    printed = Printed(name, ("投入", "预算配置"), full, "", sentence, (note,))
    return draft_rule(printed, LIBRARY.dictionary, known)  # type: ignore[arg-type]


def keys(drafted: DraftedRule) -> dict[str, object]:
    return dict(drafted.keys)


def loaded(drafted: DraftedRule) -> Indicator:
    return Indicator.model_validate(keys(drafted), context={"dictionary": LIBRARY.dictionary})


def test_a_row_that_is_understood_has_no_mark() -> None:
    assert rule(STAFF, NOTE) == DraftedRule(
        "在职人员控制率",
        (
            ("path", ["投入", "预算配置"]),
            ("full", 5),
            ("value", "在职人员数 / 编制数"),
            ("deduct", {"above": "100%", "every": "1%", "points": 0.5, "steps": "whole"}),
            ("text", STAFF),
        ),
        (),
    )


def test_an_unknown_name_leaves_the_rule_to_a_person_and_keeps_what_was_understood() -> None:
    drafted = rule(STAFF, "在职人员控制率=（在职人员数/编办批复数）×100%")
    assert keys(drafted)["manual"] is True
    assert "value" not in keys(drafted)
    assert any("编办批复数" in mark for mark in drafted.marks)
    assert "编办批复数" in drafted.remarks[0]
    assert "above: 100%" in drafted.remarks[1]


def test_a_formula_that_is_not_printed_is_borrowed_and_said() -> None:
    drafted = rule(STAFF, known=KNOWN)
    assert keys(drafted)["value"] == "在职人员数 / 编制数"
    assert any("没有写公式" in mark and "绥宁县 2019" in mark for mark in drafted.marks)
    unknown = rule("100%计满分，每低于5%扣2分，扣完为止。", name="预算完成率")
    assert keys(unknown)["manual"] is True
    assert unknown.marks == ("原表没有写公式",)


def test_a_rate_that_departments_report_themselves_is_taken_last_and_said() -> None:
    sentence = "财政供养人员控制率≦100%,计5分;每超过一个百分点扣0.5分。"
    drafted = rule(sentence, name="财政供养人员控制率")
    assert keys(drafted)["value"] == "在职人员控制率填报数"
    assert any("部门填报" in mark for mark in drafted.marks)
    satisfied = rule("90%(含)以上计6分;低于90%计0分", name="群众满意度", full=6, known=KNOWN)
    assert (keys(satisfied)["value"], keys(satisfied)["missing"]) == ("满意度", "self")
    assert satisfied.marks == ("报表里没有“满意度”，补录之前沿用自评得分",)


def test_the_sentence_and_the_explanation_may_speak_of_one_rate() -> None:
    note = "预算执行率=公用经费决算数/公用经费预算数×100%"
    drafted = rule("得分=执行率×分值", note, name="预算执行率", full=10)
    assert keys(drafted)["value"] == "公用经费决算数 / 公用经费预算数"
    assert drafted.marks == ()
    other = rule("得分=完成率×分值", note, name="预算执行率", full=10)
    assert keys(other)["value"] == "公用经费决算数 / 公用经费预算数"
    assert any("“完成率”" in mark and "“预算执行率”" in mark for mark in other.marks)
    third = rule("得分=甲/乙×分值", note, name="预算执行率", full=10)
    assert any("“甲/乙”" in mark for mark in third.marks)


def test_formulas_on_which_schemes_differ_are_not_lent() -> None:
    (shelved,) = load_schemes(LIBRARY)
    assert label("预算控制率") in lent([shelved.scheme])
    other = type(shelved.scheme)(shelved.scheme.document, LIBRARY.dictionary)
    index = next(at for at, one in enumerate(other.rules) if one.name == "预算控制率")
    swapped = other.rules[0].spec.value
    spec = other.rules[index].spec.model_copy(update={"value": swapped})
    other.rules[index] = type(other.rules[index])(**{**vars(other.rules[index]), "spec": spec})
    assert label("预算控制率") not in lent([shelved.scheme, other])


def test_a_weight_that_the_sentence_contradicts_is_scaled_and_said() -> None:
    drafted = rule(STAFF, NOTE, full=8)
    assert keys(drafted)["text_full"] == 5
    assert keys(drafted)["reading"] == "weight"
    assert drafted.marks == ("条文满分 5 分，分值 8 分，按分值折算",)


def test_a_checklist_that_does_not_sum_to_the_weight_is_said() -> None:
    drafted = rule("①健全，2分；②有效，2分。", name="制度健全性", full=5)
    assert keys(drafted)["checklist"] == [2, 2]
    assert drafted.marks == ("条文满分 4 分，分值 5 分，按分值折算",)
    assert loaded(drafted).text_full == 4


def test_what_has_no_such_project_gets_full_marks_where_a_dash_says_so() -> None:
    sentence = "100%以下(含)计满分,每超出5%扣2分,扣完为止。没有楼堂馆所项目的部门按满分计算。"
    assert keys(rule(sentence, NOTE))["not_applicable"] == "full"
    assert rule(sentence, NOTE).marks == ()


def test_every_form_of_a_sentence_is_written() -> None:
    days = keys(rule("超过规定5个工作日扣0.5分,10个工作日扣1分,以此类推", NOTE))
    assert (days["days_late"], "value" in days) == ({"every": 5.0, "points": 0.5}, False)
    carried = rule("无结余3分;有结余但不超过上年结转2分;结余超过上年结转不得分", name="资金结余", full=3)
    assert keys(carried)["value"] == "年末结余"
    assert keys(carried)["relative"] == {"to": "上年结转", "none": 3.0, "within": 2.0, "beyond": 0.0}
    assert carried.marks == ("结余按“年末结余”、上年结转按“上年结转”理解",)
    judged = keys(rule("100%-80%(含80%)、80%-50%(含50%)、50%-0%", full=10))
    assert judged["graded"] == {
        "第1档": {"from": 8.0, "to": 10.0},
        "第2档": {"from": 5.0, "under": 8.0},
        "第3档": {"under": 5.0},
    }
    assert keys(rule("小于或等于1计5分,否则按比例计分", NOTE))["proportional"] == {"target": "100%", "inverse": True}


def test_a_limit_on_what_is_deducted_is_kept() -> None:
    deduct = keys(rule(STAFF + "最多扣3分。", NOTE))["deduct"]
    assert isinstance(deduct, Mapping)
    assert deduct["most"] == 3
    assert keys(rule("每出现一例扣1分，扣满2分为止。"))["violations"] == {"each": 1.0, "most": 2.0}
    assert keys(rule("每出现一例扣1分，扣满5分为止。"))["violations"] == {"each": 1.0}


def test_bands_that_overlap_are_left_to_a_person() -> None:
    drafted = rule("≤100%计5分;≤90%计3分;>100%不得分", NOTE)
    assert keys(drafted)["manual"] is True
    assert any("重叠" in mark for mark in drafted.marks)
    assert "bands" in drafted.remarks[0]


def test_rows_without_sentence_or_weight_are_said() -> None:
    assert keys(rule(""))["text"] == NO_SENTENCE
    assert rule("").marks == ("原表没有印评价标准",)
    assert any("没有印分值" in mark for mark in rule(STAFF, NOTE, full=None).marks)


def test_published_rows_are_right_or_marked_with_their_formulas() -> None:
    """Each sentence with each formula printed for its indicator: computed and unmarked only where both are understood."""
    notes = {label(name): (note, formula) for name, note, formula, _ in FORMULAS if formula}
    computed = 0
    for wording in WORDINGS:
        note, formula = notes.get(label(wording.name), ("", ""))
        drafted = rule(wording.text, note, wording.name, wording.weight)
        assert loaded(drafted).text == wording.text
        if formula and wording.computed and drafted.computed:
            computed += 1
            assert keys(drafted)["value"] == formula
        assert drafted.marks or not (wording.computed and not drafted.computed and wording.points)
    assert computed >= 16


SENTENCES = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40)
NOTES = st.sampled_from(["", NOTE, "在职人员控制率=甲/乙", "(在职人员数/编制数)100%"]) | st.text(max_size=20)


@given(SENTENCES, NOTES, st.none() | st.floats(0.01, 100))
def test_whatever_is_printed_the_scheme_language_takes_the_rule(sentence: str, note: str, full: float | None) -> None:
    drafted = rule(sentence, note, full=full)
    assert loaded(drafted).text in (sentence, NO_SENTENCE)
