"""tests/overlay: a county's own 基础数据表 with more rows, laid over the built-in one, brings its own fields."""

import pytest

from converter.intake.cells import Workbook
from converter.mapping.facts import read_documents
from converter.mapping.library import Library
from tests.conftest import ROOT
from tests.test_locate import page
from tests.workbooks import WIDE, BasicRows, basic_data

OVERLAY = ROOT / "tests" / "overlay"
ROWS: BasicRows = {
    "三公经费": (16.14, 29, 7.59),
    "部门整体支出预算调整 ": ("——", 800, 860),
    "固定资产（总额/在用）": ("——", 500, 480.5),
    "社会公众满意度（%）": ("——", WIDE, "92.5"),
    "信息公开达标项数": ("——", 5, 4),
    "制度健全性自评": ("——", 8, 7),
    "资金使用合规性自评": ("——", 16, 14),
    "重点工作考核得分": ("——", 350, "336.5　"),
}


@pytest.fixture(scope="module")
def county() -> Library:
    return Library(OVERLAY)


def test_rows_of_the_countys_own_are_read_and_none_is_left_over(county: Library, library: Library) -> None:
    book = Workbook([page(basic_data(rows=ROWS)).sheet])
    (document,) = read_documents(book, "表.xlsx", county.forms, county.dictionary).documents
    values = {fact.field: fact.value for fact in document.facts if fact.year == 2019}
    assert (values["固定资产预算数"], values["固定资产决算数"]) == (500, 480.5)
    assert (values["社会公众满意度决算数"], values["信息公开达标项数决算数"]) == (0.925, 4)
    assert (values["制度健全性自评决算数"], values["资金使用合规性自评决算数"]) == (7, 14)
    assert values["重点工作考核决算数"] == 336.5
    assert document.findings == []
    (without,) = read_documents(book, "表.xlsx", library.forms, library.dictionary).documents
    assert [item.code for item in without.findings] == ["M02"] * 6


def test_the_overlay_has_kept_up_with_the_form_it_replaces(county: Library, library: Library) -> None:
    """A form of one's own replaces the built-in one whole; what that learns later has to be copied."""
    own, built_in = (next(form for form in each.forms if form.form == "基础数据表") for each in (county, library))
    for mine, theirs in zip(own.tables, built_in.tables, strict=True):
        assert mine.model_copy(update={"rows": theirs.rows}) == theirs
        assert theirs.rows.items() <= mine.rows.items()
    assert (own.titles, own.ignore, own.department) == (built_in.titles, built_in.ignore, built_in.department)
