"""Forms: what a head says, which fields a table can give, and the mistakes of a form that are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from converter.mapping.documents import Document
from converter.mapping.forms import Form, Head, load_form, match_head
from converter.mapping.library import Library
from converter.vocabulary.findings import ConfigurationError

FORM = """\
form: 试验表
titles: [试验表]
tables:
  - label: [项目]
    columns:
      "{上年}决算数": 决算数
      "{本年}预算数": 预算数
      "{本年}决算数": 决算数
    rows:
      三公经费:
      公务用车费:
      合计: 项目支出
    listed:
      项目支出: 其他专项
  - label: [人员]
    values: below
    columns:
      编制数: 编制数
      实有数: 在职人员数
"""
Load = Callable[[str], Form]


@pytest.fixture
def load(tmp_path: Path, library: Library) -> Load:
    """A form of a YAML text."""

    def of(text: str) -> Form:
        path = tmp_path / "form.yaml"
        path.write_text(text, encoding="utf-8")
        return load_form(Document(path, "own/forms/form.yaml"), library.dictionary)

    return of


# —— heads


@pytest.mark.parametrize(
    ("head", "text", "year", "offset"),
    [
        pytest.param("{上年}决算数", "2018年决算数", 2018, -1, id="year in figures"),
        pytest.param("{上年}决算数", "2018年度决算数", 2018, -1, id="年度"),
        pytest.param("{上年}决算数", " ２０１８ 年\n决算数　", 2018, -1, id="full width, blanks, line break"),
        pytest.param("{上年}决算数", "2018年决算数（万元）", 2018, -1, id="unit in brackets"),
        pytest.param("{上年}决算数", "2018年决算数：", 2018, -1, id="closing colon"),
        pytest.param("{上年}决算数", "上年决算数", None, -1, id="上年"),
        pytest.param("{上年}决算数", "上年度决算数", None, -1, id="上年度"),
        pytest.param("{上年}决算数", "去年决算数", None, -1, id="去年"),
        pytest.param("{本年}决算数", "2019年决算数", 2019, 0, id="this year in figures"),
        pytest.param("{本年}决算数", "本年决算数", None, 0, id="本年"),
        pytest.param("{本年}决算数", "当年决算数", None, 0, id="当年"),
        pytest.param("{本年}实际在职人数", "2019年实际在职人数", 2019, 0, id="staff"),
        pytest.param("决算数", "决算数", None, 0, id="no year at all"),
        pytest.param("全年预算数|调整预算数", "调整预算数", None, 0, id="an alternative"),
        pytest.param("“三公”经费", "三公经费", None, 0, id="quotes"),
        pytest.param("项目(按支出性质)", "项目（按支出性质）", None, 0, id="brackets"),
    ],
)
def test_a_head_is_recognised_with_its_year(head: str, text: str, year: int | None, offset: int) -> None:
    assert match_head(head, "目标", text) == Head("目标", year, offset)


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("{上年}决算数", "2018年预算数"),
        ("{上年}决算数", "决算数"),
        ("{上年}决算数", "本年决算数"),
        ("{本年}决算数", "上年决算数"),
        ("{本年}决算数", "19年决算数"),
        ("{本年}决算数", "2019年决算数占比"),
        ("{本年}决算数", "其他2019年决算数"),
        ("决算数", "2019年决算数"),
        ("决算数", ""),
        ("(境)", "境"),
        ("控制.率", "控制率"),
    ],
)
def test_another_text_is_another_head(head: str, text: str) -> None:
    assert match_head(head, "目标", text) is None


# —— what a form gives


def test_a_form_gives_the_crossings_of_its_rows_and_columns(load: Load) -> None:
    assert load(FORM).fields() == {
        "三公经费预算数",
        "三公经费决算数",
        "公务用车费预算数",
        "公务用车费决算数",
        "项目支出预算数",
        "项目支出决算数",
        "其他专项预算数",
        "其他专项决算数",
        "编制数",
        "在职人员数",
    }


def test_a_row_without_an_item_is_its_own_item(load: Load) -> None:
    assert list(load(FORM).tables[0].known_rows()) == [
        ("三公经费", "三公经费"),
        ("公务用车费", "公务用车费"),
        ("合计", "项目支出"),
    ]


def test_an_indicator_list_gives_no_field_of_the_dictionary(library: Library) -> None:
    form = next(form for form in library.forms if form.form == "指标表")
    assert form.indicators is not None
    assert form.fields() == set()


@pytest.mark.parametrize(
    ("form", "some"),
    [
        ("基础数据表", {"编制数", "在职人员数", "三公经费预算数", "三公经费决算数", "其他专项决算数"}),
        ("财决01", {"收入总计决算数", "支出总计决算数", "基本支出年初预算数", "年末结转和结余决算数"}),
    ],
)
def test_the_built_in_forms_give_what_indicators_need(form: str, some: set[str], library: Library) -> None:
    assert some <= next(known for known in library.forms if known.form == form).fields()


# —— mistakes


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("      公务用车费:", "      公务用车:", ("公务用车决算数", "公务用车费决算数"), id="row"),
        pytest.param("合计: 项目支出", "合计: 项目", ("项目决算数", "项目支出决算数"), id="item of a row"),
        pytest.param('本年}预算数": 预算数', '本年}预算数": 概算数', ("三公经费概算数",), id="basis of a column"),
        pytest.param("项目支出: 其他专项", "项目支出: 其他项", ("其他项", "其他专项"), id="listed"),
        pytest.param("编制数: 编制数", "编制数: 编制", ("编制", "是否为“编制数”"), id="column of values below"),
    ],
)
def test_a_form_that_gives_an_unknown_field_is_refused_with_the_nearest(
    old: str, new: str, words: tuple[str, ...], load: Load
) -> None:
    assert old in FORM
    with pytest.raises(ConfigurationError, match="不在数据字典中") as caught:
        load(FORM.replace(old, new))
    assert caught.value.code == "C06"
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        pytest.param("公务用车费: 三公经费", "公务用车费", id="the row itself"),
        pytest.param("公务用车购置及运行费: 三公经费", "公务用车购置及运行费", id="an alias of another row's item"),
        pytest.param("（一）公务用车费: 三公经费", "公务用车费", id="the same label but for its numbering"),
        pytest.param("三公经费合计: 公务用车费", "三公经费合计", id="an alias of a row above"),
    ],
)
def test_one_label_for_two_rows_of_a_table_is_refused(row: str, shown: str, load: Load) -> None:
    text = FORM.replace("      合计: 项目支出\n", f"      合计: 项目支出\n      {row}\n")
    if row.startswith("公务用车费"):
        text = text.replace("      公务用车费:\n", "      公务用车购置和维护经费: 公务用车费\n")
    with pytest.raises(ConfigurationError, match=rf"“{shown}”既是“.+”又是“.+”的叫法") as caught:
        load(text)
    assert caught.value.code == "C06"
    assert "三公经费" in str(caught.value)
    assert "公务用车费" in str(caught.value)


def test_two_labels_for_one_item_are_fine(load: Load) -> None:
    form = load(FORM.replace("      合计: 项目支出\n", "      合计: 项目支出\n      三公支出: 三公经费\n"))
    assert ("三公支出", "三公经费") in list(form.tables[0].known_rows())


def test_one_label_in_two_tables_is_fine(library: Library) -> None:
    accounts = next(form for form in library.forms if form.form == "财决01")
    assert [dict(table.known_rows())["总计"] for table in accounts.tables] == ["收入总计", "支出总计", "支出总计"]


INDICATORS = "indicators:\n  levels: [[三级指标]]\n  weight: [分值]\n  rule: []\n  self_score: [得分]\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("form: 试验表\ntitles: [试验表]\n", id="neither"),
        pytest.param("form: 试验表\ntitles: [试验表]\ntables: []\n", id="no table"),
    ],
)
def test_a_form_is_tables_or_an_indicator_list_or_both(text: str, load: Load) -> None:
    with pytest.raises(ConfigurationError, match="tables、indicators 或 by_name") as caught:
        load(text)
    assert (caught.value.code, caught.value.place.cell) == ("C06", "1:1")
    both = load(FORM + INDICATORS)
    assert both.tables
    assert both.indicators is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("titles: [试验表]", "titles: ['']", id="empty"),
        pytest.param("titles: [试验表]", "titles: ['　']", id="blank"),
        pytest.param("titles: [试验表]", "titles: []", id="none"),
        pytest.param("label: [项目]", "label: []", id="no label head"),
    ],
)
def test_a_title_or_head_that_would_fit_anything_is_refused(old: str, new: str, load: Load) -> None:
    with pytest.raises(ConfigurationError):
        load(FORM.replace(old, new))


def test_a_form_without_options_takes_the_defaults(load: Load) -> None:
    form = load(FORM)
    assert (form.department, form.unit, form.scope, form.ignore, form.sets_year) == ([], "", "", [], False)
    assert form.tables[0].values == "rows"
    assert form.tables[0].block == []
