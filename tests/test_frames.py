"""The facts frame: which of several numbers is adopted, and which contradict each other."""

import math

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from converter.mapping.departments import Submission
from converter.mapping.facts import Document, Fact
from converter.mapping.fields import Dictionary
from converter.mapping.library import Library
from converter.scoring.factrows import FactRow
from converter.scoring.frames import FACT_COLUMNS, Adoption, adopt, fact_rows, facts_frame
from converter.vocabulary.findings import Level, Owner, Place
from converter.vocabulary.numbers import State, convert, read_text, shortest

JC, Z01, ZB = "基础数据表", "财决01", "指标表"
SPENT = "项目支出决算数"  # 财决01 first, then 基础数据表
THREE = "三公经费决算数"


def document(form: str, *numbers: tuple[str, float | State], year: int = 2019, file: str = "", at: int = 0) -> Document:
    """A form with its facts, one below the other in column B; `at` shifts the years of the facts."""
    file = file or f"{form}{year}.xlsx"
    made = Document(file, "表", form, year, "甲局")
    facts = []
    for row, (name, number) in enumerate(numbers, start=5):
        state = number if isinstance(number, State) else State.ZERO if number == 0 else State.NUMBER
        value = math.nan if isinstance(number, State) else number
        raw = "" if isinstance(number, State) else str(number)
        unit = "人" if name in ("编制数", "在职人员数") else "万元"
        facts.append(Fact(year + at, name, value, unit, state, raw, form, "", Place(file, "表", f"B{row}")))
    made.facts = facts
    return made


def frame(*documents: Document, department: str = "甲局") -> pd.DataFrame:
    return facts_frame([(Submission(department), list(documents))])


@pytest.fixture(scope="module")
def dictionary(library: Library) -> Dictionary:
    return library.dictionary


def adopted(adoption: Adoption, field: str, year: int = 2019) -> list[tuple[str, float, str]]:
    """Form, value and cell of the adopted facts of a field."""
    return [
        (row.form, row.value, row.cell)
        for row in fact_rows(adoption.facts)
        if row.adopted and (row.field, row.year) == (field, year)
    ]


# ---- the frame ------------------------------------------------------------------------------------------------------
def test_one_row_is_one_number_from_one_cell() -> None:
    facts = frame(document(JC, ("编制数", 60.0), ("在职人员数", 0.0), (THREE, State.DASH)))
    assert list(facts.columns) == list(FACT_COLUMNS)
    assert [(row.field, row.state, row.adopted, str(row.place)) for row in fact_rows(facts)] == [
        ("编制数", State.NUMBER, False, "基础数据表2019.xlsx!表!B5"),
        ("在职人员数", State.ZERO, False, "基础数据表2019.xlsx!表!B6"),
        (THREE, State.DASH, False, "基础数据表2019.xlsx!表!B7"),
    ]
    assert math.isnan(fact_rows(facts)[2].value)
    assert [str(facts[name].dtype) for name in ("year", "form_year", "value", "adopted")] == [
        "int64",
        "int64",
        "float64",
        "bool",
    ]


def test_the_year_of_a_fact_and_the_year_of_its_form() -> None:
    facts = frame(document(JC, (THREE, 16.14), year=2019, at=-1))
    row = fact_rows(facts)[0]
    assert (row.year, row.form_year) == (2018, 2019)


def test_a_fact_without_a_year_takes_its_documents() -> None:
    made = document(ZB, ("行政效能·自评得分", 6.0))
    made.facts = [made.facts[0]._replace(year=None)]
    assert fact_rows(frame(made))[0].year == 2019


def test_no_facts_at_all(dictionary: Dictionary) -> None:
    adoption = adopt(frame(), dictionary)
    assert len(adoption.facts) == 0
    assert list(adoption.facts.columns) == list(FACT_COLUMNS)
    assert adoption.findings == []


# ---- adoption -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("jc_first", [True, False])
def test_the_first_source_of_the_dictionary_is_adopted(jc_first: bool, dictionary: Dictionary) -> None:
    documents = [document(JC, (SPENT, 745.03)), document(Z01, (SPENT, 745.03))]
    adoption = adopt(frame(*(documents if jc_first else documents[::-1])), dictionary)
    assert adopted(adoption, SPENT) == [(Z01, 745.03, "B5")]
    assert adoption.findings == []


@pytest.mark.parametrize(
    "empty", [State.BLANK, State.DASH, State.ERROR, State.UNREADABLE, State.STALE], ids=lambda state: state.name
)
def test_a_source_without_a_number_gives_way(empty: State, dictionary: Dictionary) -> None:
    adoption = adopt(frame(document(Z01, (SPENT, empty)), document(JC, (SPENT, 745.03))), dictionary)
    assert adopted(adoption, SPENT) == [(JC, 745.03, "B5")]
    assert adoption.findings == []


def test_zero_is_a_number(dictionary: Dictionary) -> None:
    adoption = adopt(frame(document(Z01, (SPENT, 0.0)), document(JC, (SPENT, 0.0))), dictionary)
    assert adopted(adoption, SPENT) == [(Z01, 0.0, "B5")]


def test_nothing_is_adopted_where_nothing_is_a_number(dictionary: Dictionary) -> None:
    adoption = adopt(frame(document(Z01, (SPENT, State.BLANK)), document(JC, (SPENT, State.DASH))), dictionary)
    assert adopted(adoption, SPENT) == []
    assert [row.state for row in fact_rows(adoption.facts)] == [State.BLANK, State.DASH]


def test_the_years_are_settled_one_by_one(dictionary: Dictionary) -> None:
    adoption = adopt(frame(document(JC, (THREE, 7.59)), document(JC, (THREE, 16.14), at=-1)), dictionary)
    assert adopted(adoption, THREE, 2019) == [(JC, 7.59, "B5")]
    assert adopted(adoption, THREE, 2018) == [(JC, 16.14, "B5")]


def test_departments_are_settled_one_by_one(dictionary: Dictionary) -> None:
    one, other = document(JC, ("编制数", 60.0)), document(JC, ("编制数", 61.0))
    facts = facts_frame([(Submission("甲局"), [one]), (Submission("乙局"), [other])])
    adoption = adopt(facts, dictionary)
    assert [(row.department, row.value, row.adopted) for row in fact_rows(adoption.facts)] == [
        ("甲局", 60.0, True),
        ("乙局", 61.0, True),
    ]
    assert adoption.findings == []


def test_the_facts_that_were_given_stay_as_they_are(dictionary: Dictionary) -> None:
    facts = frame(document(JC, (SPENT, 1.0)), document(JC, (SPENT, 2.0), file="again.xlsx"))
    before = facts.copy()
    adopt(facts, dictionary)
    pd.testing.assert_frame_equal(facts, before)


# ---- conflicts (D04) ------------------------------------------------------------------------------------------------
def test_one_form_with_two_figures_is_a_conflict(dictionary: Dictionary) -> None:
    facts = frame(document(JC, (THREE, 7.59), file="a.xlsx"), document(JC, (THREE, 7.95), file="b.xlsx"))
    adoption = adopt(facts, dictionary)
    assert adopted(adoption, THREE) == []
    assert [(row.state, row.raw) for row in fact_rows(adoption.facts)] == [
        (State.CONFLICT, "7.59"),
        (State.CONFLICT, "7.95"),
    ]
    assert all(math.isnan(row.value) for row in fact_rows(adoption.facts))
    (found,) = adoption.findings
    assert (found.code, found.level, found.owner) == ("D04", Level.ERROR, Owner.DEPARTMENT)
    assert (found.department, found.year, found.subject) == ("甲局", 2019, THREE)
    assert "7.59（a.xlsx!表!B5） 与 7.95（b.xlsx!表!B5）" in found.message


def test_a_cent_is_a_conflict_too_where_one_form_was_sent_twice(dictionary: Dictionary) -> None:
    facts = frame(document(JC, (THREE, 7.59), file="a.xlsx"), document(JC, (THREE, 7.60), file="b.xlsx"))
    assert [found.code for found in adopt(facts, dictionary).findings] == ["D04"]


def test_figures_that_agree_are_used(dictionary: Dictionary) -> None:
    facts = frame(document(JC, (THREE, 7.59), file="a.xlsx"), document(JC, (THREE, 7.59), file="b.xlsx"))
    adoption = adopt(facts, dictionary)
    assert [value for _, value, _ in adopted(adoption, THREE)] == [7.59]
    assert adoption.findings == []


def test_a_blank_contradicts_nothing(dictionary: Dictionary) -> None:
    facts = frame(document(JC, (THREE, State.BLANK), file="a.xlsx"), document(JC, (THREE, 7.59), file="b.xlsx"))
    adoption = adopt(facts, dictionary)
    assert [value for _, value, _ in adopted(adoption, THREE)] == [7.59]
    assert adoption.findings == []


def test_zero_against_a_number_is_a_conflict(dictionary: Dictionary) -> None:
    facts = frame(document(JC, (THREE, 0.0), file="a.xlsx"), document(JC, (THREE, 7.59), file="b.xlsx"))
    assert [found.code for found in adopt(facts, dictionary).findings] == ["D04"]


# ---- disagreements (D05) --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("other", "differs"),
    [(745.03, False), (745.04, False), (745.02, False), (745.05, True), (745.041, True), (700.0, True)],
)
def test_another_source_beyond_rounding(other: float, differs: bool, dictionary: Dictionary) -> None:
    adoption = adopt(frame(document(Z01, (SPENT, 745.03)), document(JC, (SPENT, other))), dictionary)
    assert adopted(adoption, SPENT) == [(Z01, 745.03, "B5")]
    assert [found.code for found in adoption.findings] == (["D05"] if differs else [])
    for found in adoption.findings:
        assert (found.level, found.department, found.year, found.subject) == (Level.WARNING, "甲局", 2019, SPENT)
        assert "采用 745.03（财决012019.xlsx!表!B5）" in found.message
        assert "（基础数据表2019.xlsx!表!B5）" in found.message


def test_people_are_not_rounded(dictionary: Dictionary) -> None:
    this, last = document(JC, ("编制数", 60.0)), document(JC, ("编制数", 60.01), year=2018, at=1)
    assert [found.code for found in adopt(frame(this, last), dictionary).findings] == ["D05"]


@pytest.mark.parametrize(("told_before", "differs"), [(16.14, False), (16.15, False), (16.41, True)])
def test_two_years_forms_on_the_same_figure(told_before: float, differs: bool, dictionary: Dictionary) -> None:
    """2019's form gives the 决算 of 2018, and 2018's form gives it again (Y02)."""
    this, last = document(JC, (THREE, 16.14), at=-1), document(JC, (THREE, told_before), year=2018)
    adoption = adopt(frame(this, last), dictionary)
    assert len(adopted(adoption, THREE, 2018)) == 1
    assert [(found.code, found.year) for found in adoption.findings] == ([("D05", 2018)] if differs else [])


# ---- rows that repeat -----------------------------------------------------------------------------------------------
def test_listed_rows_are_all_adopted(dictionary: Dictionary) -> None:
    listed = "其他专项决算数"
    adoption = adopt(
        frame(document(JC, (listed, 5.0), (listed, State.BLANK), (listed, 17.5), (listed, 5.0))), dictionary
    )
    assert adopted(adoption, listed) == [(JC, 5.0, "B5"), (JC, 17.5, "B7"), (JC, 5.0, "B8")]
    assert adoption.findings == []


def test_listed_rows_of_a_second_copy_are_not_added(dictionary: Dictionary) -> None:
    listed = "其他专项决算数"
    one, copy = (
        document(JC, (listed, 5.0), (listed, 17.5)),
        document(JC, (listed, 5.0), (listed, 17.5), file="copy.xlsx"),
    )
    assert [value for _, value, _ in adopted(adopt(frame(one, copy), dictionary), listed)] == [5.0, 17.5]


def test_a_level_with_two_printed_weights(dictionary: Dictionary) -> None:
    """履职效益 has two weight cells, 10 and 12: they are added, not in conflict."""
    weight = "履职效益·分值"
    adoption = adopt(frame(document(ZB, (weight, 10.0), (weight, 12.0))), dictionary)
    assert [value for _, value, _ in adopted(adoption, weight)] == [10.0, 12.0]
    assert adoption.findings == []


@given(st.integers(-(10**12), 10**12), st.integers(0, 8), st.sampled_from(["{}", "{}元", "{}万元", "{:,}"]))
@example(0, 0, "{}")
@example(10**12, 0, "{}")
def test_money_stands_in_yuan_where_its_text_says_ten_thousand_times_the_value(
    whole: int, places: int, form: str
) -> None:
    number = whole / 10**places
    raw = form.format(number if "," in form else shortest(number))
    read = read_text(raw)
    for value in (number, read.value, number / 10000):
        row = FactRow("甲局", 2019, SPENT, value, "万元", State.NUMBER, True, raw, JC, "", "a.xlsx", "表", "B2", 2019)
        assert row.in_yuan == (read.unit in ("", "元") and convert(read.value, "元", "万元") == value)
