"""Which form a sheet is, by its title: the longest known one, never by a table number."""

import pytest

from converter.intake.cells import Sheet, Value
from converter.mapping.forms import Form
from converter.mapping.library import Library
from converter.mapping.page import HEAD_ROWS, Page
from converter.mapping.titles import Titles
from tests.test_page import page

BASIC = [Form(form="甲", titles=["基础数据表", "部门整体支出绩效评价基础数据表"])]


def names(groups: list[list[Form]]) -> list[list[str]]:
    return [[form.form for form in group] for group in groups]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([["部门整体支出绩效评价基础数据表"]], True, id="in full"),
        pytest.param([["附件3"], [None, "基 础 数 据 表"]], True, id="spaced out, further right"),
        pytest.param([["绥宁县2019年度部门整体支出绩效评价基础数据表"]], True, id="inside a longer title"),
        pytest.param([["基础"], ["数据表"]], False, id="over two cells"),
        pytest.param([["x"]] * HEAD_ROWS + [["基础数据表"]], False, id="below the head"),
        pytest.param([["填报说明：" + "本表" * 30 + "见基础数据表"]], False, id="named in a sentence"),
        pytest.param([[]], False, id="nothing at all"),
    ],
)
def test_a_title_is_looked_for_in_the_head(rows: list[list[Value]], found: bool) -> None:
    assert names(Titles(BASIC).of(page(*rows))) == ([["甲"]] if found else [])


def test_a_title_may_be_the_name_of_the_sheet() -> None:
    assert names(Titles(BASIC).of(page(["x"], name="基础数据表 (2)"))) == [["甲"]]


def test_a_title_in_the_sheet_goes_before_the_sheets_name() -> None:
    forms = [Form(form="甲", titles=["收入支出决算总表"]), Form(form="乙", titles=["财政拨款收支总表"])]
    assert names(Titles(forms).of(page(["财政拨款收支总表"], name="收入支出决算总表"))) == [["乙"]]


def test_of_forms_of_one_title_the_marked_one_comes_first() -> None:
    forms = [Form(form="甲", titles=["支出决算表"]), Form(form="乙", titles=["支出决算表"], marks=["财决04"])]
    assert names(Titles(forms).of(page(["支出决算表"], [None, "财决04表"]))) == [["乙"], ["甲"]]
    assert names(Titles(forms).of(page(["支出决算表"]))) == [["甲", "乙"]]


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("收入支出决算总表", "公开01"),
        ("2021年度部门收支决算总表", "公开01"),
        ("财政拨款收入支出决算总表", "公开04"),
        ("支出决算表", "公开03"),
        ("一般公共预算财政拨款支出决算表", "公开05"),
        ("一般公共预算财政拨款基本支出决算明细表", "公开06"),
        ("一般公共预算财政拨款“三公”经费支出决算表", "公开三公"),
        ("财政拨款“三公”经费支出决算表", "公开三公财拨"),
        ("政府性基金预算财政拨款收入支出决算表", "公开基金"),
        ("国有资本经营预算财政拨款支出决算表", "公开国资"),
    ],
)
@pytest.mark.parametrize("number", ["", "公开07表", "公开09表", "公开13表"])
def test_published_tables_are_known_by_title_whatever_their_number(
    title: str, form: str, number: str, library: Library
) -> None:
    assert Titles(library.forms).of(Page(Sheet("Sheet1", [[title], [None, number]])))[0][0].form == form


@pytest.mark.parametrize(
    "title",
    [
        "一般公共预算财政拨款项目支出决算表",
        "财政拨款支出决算表",
        "政府采购支出决算表",
        "政府性基金预算财政拨款“三公”经费支出决算表",
        "财政拨款基本支出决算表",
    ],
)
def test_tables_of_the_thirteen_table_provinces_are_not_taken_for_another(title: str, library: Library) -> None:
    assert Titles(library.forms).of(page([title])) == []
