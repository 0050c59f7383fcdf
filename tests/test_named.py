"""补充数据: a figure by name, year and unit in every row; a question answered with no declares what hangs on it."""

from collections.abc import Callable

import pytest

from converter.intake.cells import Workbook
from converter.mapping.facts import Document, read_documents
from converter.mapping.library import Library
from tests.test_locate import page
from tests.workbooks import Grid, Value

Read = Callable[..., Document]


@pytest.fixture
def read(library: Library) -> Read:
    """The document of a list with these rows."""

    def through(*rows: tuple[Value, ...], head: tuple[str, ...] = ("项目", "年度", "单位", "填报数")) -> Document:
        grid = Grid("补充数据")
        grid.row(0, "补充数据表（2019年度）")
        grid.row(1, "填报单位：甲局")
        for at, row in enumerate((head, *rows), start=2):
            grid.row(at, *row)
        (document,) = read_documents(
            Workbook([page(grid).sheet]), "表.xlsx", library.forms, library.dictionary
        ).documents
        return document

    return through


@pytest.mark.parametrize(
    ("row", "year", "value", "state"),
    [
        (("三公经费预算数", 2018, "万元", 31.5), 2018, 31.5, "数值"),
        (("1、三公经费预算数", "2018年", "元", 315000), 2018, 31.5, "数值"),
        (("三公经费预算数", 2018, "万元", 0), 2018, 0, "零"),
        (("三公经费预算数", 2018, "万元", None), 2018, None, "空白"),
        (("三公经费预算数", 2018, "万元", "——"), 2018, None, "不适用"),
        (("三公经费预算数", 2018, "万元", "约30"), 2018, None, "无法识别"),
        (("三公经费预算数", 2018, "人", 3), 2018, None, "无法识别"),
        (("满意度", 2019, "%", 95), 2019, 0.95, "数值"),
        (("满意度", "2019年度", "%", "95%"), 2019, 0.95, "数值"),
        (("因公出国境团组数", 2019, "是/否", "是"), 2019, 1, "数值"),
        (("因公出国境团组数", 2019, "是/否", "否"), 2019, 0, "零"),
        (("满意度", None, "%", 95), None, 0.95, "数值"),
    ],
)
def test_a_row(read: Read, row: tuple[Value, ...], year: int | None, value: float | None, state: str) -> None:
    (fact,) = read(row).facts
    assert (fact.year, str(fact.state)) == (year, state)
    if value is not None:
        assert fact.value == pytest.approx(value)
    assert fact.place.cell == "D4"


def test_a_question_declares(read: Read) -> None:
    declared = read(("是否涉及政府采购", 2019, "是/否", "否")).facts
    assert [(fact.field, fact.year, str(fact.state)) for fact in declared] == [
        ("政府采购预算数", 2019, "不适用"),
        ("政府采购决算数", 2019, "不适用"),
    ]
    assert read(("是否涉及政府采购", 2019, "是/否", "是")).facts == []
    assert read(("是否涉及政府采购", 2019, "是/否", None)).facts == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("三公经费预算", 2018, "万元", 31.5), "“三公经费预算”不在数据字典中，最接近的是“三公经费预算数”"),
        (("本年追加预算", 2019, "万元", 5), "“本年追加预算”由其他数推算，不用填"),
    ],
)
def test_what_is_not_read_is_said(read: Read, row: tuple[Value, ...], words: str) -> None:
    document = read(row)
    assert document.facts == []
    (found,) = document.findings
    assert found.code == "M02"
    assert words in found.message
    assert found.place.cell == "D4"


def test_lines_of_our_own_are_no_data(read: Read) -> None:
    document = read(
        ("满意度", 2019, "%", 95),
        ("计分用：以下由填报的数推算，不用填",),
        ("计分用：年末结余", 2019, "万元", 99),
        ("勾稽核对：上年年末结转等于本年年初结转", None, None, "相符"),
        ("校验码：12345-6789",),
        ("某项", 2019, "万元", None),
    )
    assert [fact.field for fact in document.facts] == ["满意度"]
    assert [(found.code, found.subject) for found in document.findings] == [("D10", "补充数据")]  # an invented code


def test_without_its_heads_it_is_no_such_list(library: Library) -> None:
    grid = Grid("补充数据")
    grid.row(0, "补充数据表（2019年度）")
    grid.row(1, "项目", "年度", "金额")
    grid.row(2, "满意度", 2019, 95)
    reading = read_documents(Workbook([page(grid).sheet]), "表.xlsx", library.forms, library.dictionary)
    assert "没有同时含有“项目”“年度”“填报数”的表头行" in reading.unused["补充数据"]
