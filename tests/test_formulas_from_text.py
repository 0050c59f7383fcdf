"""Formulas as 指标说明 prints them, and the fields their names mean: by label or alias, never by likeness."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.drafting.formulas_from_text import Drafted, definition, draft
from converter.drafting.names import resolve
from converter.mapping.library import Library
from tests.wordings import FORMULAS

DICTIONARY = Library().dictionary


def of(note: str, name: str) -> Drafted:
    printed, doubts = definition(note, name)
    return draft(printed, name, DICTIONARY, doubts)


@pytest.mark.parametrize(("name", "note", "formula", "marked"), FORMULAS)
def test_a_published_formula(name: str, note: str, formula: str, *, marked: bool) -> None:
    drafted = of(note, name)
    assert drafted.text == formula
    assert bool(drafted.doubts) is marked


@pytest.mark.parametrize(
    ("printed", "field"),
    [
        ("在职人员数", "在职人员数"),
        ("实际在职人数", "在职人员数"),
        ("人员编制", "编制数"),
        ("“三公”经费预算数", "三公经费预算数"),
        ("本年度“三公经费”预算数", "三公经费预算数"),
        ("上年度“三公经费”预算数", "上年(三公经费预算数)"),
        ("上年三公经费决算数", "上年(三公经费决算数)"),
        ("上年结转", "上年结转"),
        ("年初预算", "年初预算"),
        ("年初预算数", "年初预算"),
        ("本年追加预算", "本年追加预算"),
        ("实际支出公用经费总额", "公用经费决算数"),
        ("预算安排公用经费总额", "公用经费预算数"),
        ("公务招待费实际支出数", "公务接待费决算数"),
        ("实际政府采购金额", "政府采购决算数"),
        ("政府采购金额预算数", "政府采购预算数"),
        ("绩效办对应部分考核得分", "重点工作考核得分"),
        ("服务对象满意度", "满意度"),
    ],
)
def test_a_name_that_is_known(printed: str, field: str) -> None:
    assert str(resolve(printed, DICTIONARY).field) == field


@pytest.mark.parametrize(
    "printed",
    ["三公经费", "三公经费总额", "预算数", "预算完成数", "实际建设面积", "三公经费年初预算数", "本年支出预算数", "",
     "2019年三公经费预算数"],
)  # fmt: skip
def test_a_name_that_is_only_like_a_field_is_none(printed: str) -> None:
    found = resolve(printed, DICTIONARY)
    assert found.field is None
    assert found.why


def test_a_label_of_two_items_is_taken_for_the_one_that_is_called_so() -> None:
    """公用经费 is an item, and an alias of 日常公用经费 (which has no 预算数)."""
    assert str(resolve("公用经费决算数", DICTIONARY).field) == "公用经费决算数"


@pytest.mark.parametrize(
    ("note", "name", "printed"),
    [
        ("控制率=A/B×100%，A：甲；B：乙", "控制率", "A/B"),
        ("控制率=A*100%/B", "控制率", "A/B"),
        ("说明\n控制率=（A/B）*100%。用以反映…", "控制率", "(A/B)"),
        ("控制率=A/B=C", "控制率", "A/B"),
        ("控制率：反映人员控制情况", "控制率", ""),
        ("控制率=0", "控制率", ""),
        ("得分=A/B×分值", "控制率", ""),
    ],
)
def test_where_a_definition_begins_and_ends(note: str, name: str, printed: str) -> None:
    assert definition(note, name)[0] == printed


@pytest.mark.parametrize(
    ("printed", "why"),
    [
        ("在职人员数/编制人员", "编制人员"),
        ("(在职人员数/编制数", "括号"),
        ("在职人员数//编制数", "括号和运算符"),
        ("在职人员数+编制数", "没有读懂"),
        ("公用经费决算数/在职人员数", "混在一起"),
    ],
)
def test_what_is_doubtful_about_a_formula_is_said(printed: str, why: str) -> None:
    assert any(why in doubt for doubt in draft(printed, "控制率", DICTIONARY).doubts)


@given(st.text(alphabet="在职人员数编制/（）()[]=+-×÷*100%。，：三公经费预算 \n", max_size=40) | st.text(max_size=30))
def test_no_note_breaks_the_reader(note: str) -> None:
    drafted = of(note, "在职人员控制率")
    assert drafted.formula is not None or not drafted.printed or drafted.doubts
