"""Which year a document speaks of: heads and titles, then the folder, never a 文号; contradictions are said."""

import pytest

from converter.mapping.facts import Document
from converter.mapping.library import Library
from converter.mapping.years import choose_year, contradicted_folders, in_scope, other_titles, settle_years
from converter.vocabulary.findings import RunError
from tests.test_departments import JC, ZB, ZJ, document, submission


def test_the_batch_has_the_year_of_most_basic_data_forms(library: Library) -> None:
    """决算 of another year and last year's forms beside this year's do not move it."""
    batch = [
        submission("甲", document("1", JC, year=2019), document("2", JC, year=2018), document("3", ZJ, year=2021)),
        submission("乙", document("4", JC, year=2019)),
        submission("丙", document("5", JC, year=2020)),
    ]
    assert choose_year(batch, library.forms, None) == 2019
    assert choose_year(batch, library.forms, 2020) == 2020


def test_without_a_basic_data_form_the_other_forms_vote(library: Library) -> None:
    assert choose_year([submission("甲", document("1", ZJ, year=2018))], library.forms, None) == 2018


@pytest.mark.parametrize("years", [(2019, 2020), (None,), ()])
def test_a_tie_or_no_year_at_all_stops_with_an_explanation(years: tuple[int | None, ...], library: Library) -> None:
    batch = [submission(f"{n}局", document(f"{n}", JC, year=year)) for n, year in enumerate(years)]
    with pytest.raises(RunError) as caught:
        choose_year(batch, library.forms, None)
    assert caught.value.code == "R03"
    assert all(word in str(caught.value) for word in ("工作年度", "数据年度", "--year"))
    assert all(f"{year}年" in str(caught.value) for year in years if year)


@pytest.mark.parametrize(
    ("file", "others", "year"),
    [
        pytest.param("局/指标表.xlsx", [("局/1.xlsx", JC, 2019)], 2019, id="its basic data form"),
        pytest.param(
            "局/上年/指标表.xlsx", [("局/1.xlsx", JC, 2019), ("局/上年/1.xlsx", JC, 2018)], 2018, id="beside it"
        ),
        pytest.param(
            "局/指标表.xlsx", [("局/1.xlsx", JC, 2019), ("局/上年/1.xlsx", JC, 2018)], 2019, id="not last year's"
        ),
        pytest.param(
            "局/指标表.xlsx", [("x/1.xlsx", JC, 2019), ("y/1.xlsx", JC, 2018)], 2019, id="the newest elsewhere"
        ),
        pytest.param("局/指标表.xlsx", [("局/决算.xlsx", ZJ, 2018)], 2021, id="no basic data form: the batch's"),
        pytest.param("局/2018年指标表.xlsx", [], 2018, id="the file's name"),
        pytest.param("2018年度/指标表.xlsx", [], 2018, id="the folder's name"),
        pytest.param("局/绥财绩〔2020〕2号.xlsx", [], 2021, id="a paper's number is no year"),
    ],
)
def test_a_form_without_a_year_takes_that_of_its_submission(
    file: str, others: list[tuple[str, str, int]], year: int
) -> None:
    nameless = document(file, ZB, year=None)
    whole = submission("甲局", *(document(f, form, year=y) for f, form, y in others), nameless)
    settle_years(whole, 2021)
    assert (nameless.year, [fact.year for fact in nameless.facts]) == (year, [year])
    assert [(item.code, item.place.file) for item in whole.findings] == ([("M12", file)] if year == 2021 else [])


def test_a_year_that_is_printed_is_never_changed() -> None:
    printed = document("局/2018年.xlsx", JC, year=2020)
    whole = submission("甲局", printed, document("局/1.xlsx", JC, year=2019))
    settle_years(whole, 2019)
    assert (printed.year, printed.facts[0].year, whole.findings) == (2020, 2020, [])


def test_only_the_year_and_the_year_before_are_used_and_the_others_listed() -> None:
    whole = submission("甲局", *(document(f"{year}.xlsx", JC, year=year) for year in (2017, 2018, 2019, 2020)))
    used, listed = in_scope(whole, 2019)
    assert [d.year for d in used] == [2018, 2019]
    assert [(item.code, item.place.file) for item in listed] == [("M09", "2017.xlsx"), ("M09", "2020.xlsx")]
    assert "2020 年" in listed[1].message


def dated(file: str, year: int, title: int | None = None) -> Document:
    """A document whose heads name a year."""
    made = document(file, JC, "甲局", year)
    made.year_cell, made.title_year = (5, 1), title
    return made


def test_a_folder_of_another_year_is_named_once() -> None:
    batch = [
        submission("甲局", dated("2020年度/甲局/1.xlsx", 2019), dated("2020年度/甲局/2018年/2.xlsx", 2018)),
        submission("乙局", dated("2020年度/乙局/1.xlsx", 2019), dated("2020年度/乙局/3.xlsx", 2019)),
    ]
    (item,) = contradicted_folders(batch)
    assert (item.code, item.place.file, item.department) == ("M17", "2020年度", "")
    assert "2020" in item.message
    assert "2019" in item.message
    assert (
        contradicted_folders(
            [submission("甲局", dated("2019年/1.xlsx", 2019), dated("绥财绩〔2020〕2号/2.xlsx", 2019))]
        )
        == []
    )


def test_a_folder_with_a_form_of_its_year_and_one_of_the_year_before_is_no_contradiction() -> None:
    assert contradicted_folders([submission("甲局", dated("2019年/1.xlsx", 2019), dated("2019年/2.xlsx", 2018))]) == []


def test_a_title_of_another_year_than_the_heads_is_said() -> None:
    (item,) = other_titles([dated("1.xlsx", 2019, 2020), dated("2.xlsx", 2019, 2019), dated("3.xlsx", 2019)])
    assert (item.code, item.place.file) == ("M17", "1.xlsx")
    assert all(year in item.message for year in ("2019", "2020"))
