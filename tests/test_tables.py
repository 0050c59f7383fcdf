"""The tables of the outputs: CSV bytes, the apostrophe, and rows that fit their heads."""

import csv
import io
import math

import numpy as np
import pandas as pd
import pytest

from converter.books import tables
from converter.books.tables import csv_bytes
from converter.scoring.frames import FACT_COLUMNS
from converter.scoring.scorerows import SCORE_COLUMNS
from converter.vocabulary.findings import Level, Owner, Place, finding
from converter.vocabulary.numbers import State

HEADS = ("甲", "乙")

#: CONTRACT, to the letter.
CONTRACT_HEADS = {
    "SUMMARY_HEADS": "名次 · 名次区间 · 部门编码 · 部门 · 类别 · 年度 · 自评得分 · 自评等次 · 复算得分 · 复算下限 · 复算上限 · 等次 · "
    "自评差异 · 数据分值 · 数据下限 · 数据上限 · 沿用自评 · 主要扣分 · 缺数指标 · 错误 · 警告 · 评分表",
    "SCORE_HEADS": "部门编码 · 部门 · 年度 · 一级指标 · 二级指标 · 三级指标 · 分值 · 指标值 · 得分 · 下限 · 上限 · 状态 · 缺少数据 · "
    "自评得分 · 自评差异 · 计分口径 · 其他口径得分 · 计算过程 · 依据",
    "FINDING_HEADS": "编号 · 级别 · 代码 · 部门 · 年度 · 对象 · 说明 · 建议 · 影响分值 · 责任方 · 文件 · 工作表 · 单元格 · 部门说明 · 处理",
    "FACT_HEADS": "部门编码 · 部门 · 年度 · 字段 · 数值 · 单位 · 状态 · 采用 · 原文 · 表单 · 资金口径 · 文件 · 工作表 · 单元格",
    "CHECK_HEADS": "代码 · 部门 · 年度 · 核对内容 · 左 · 右 · 差 · 容差 · 结果 · 原因",
    "RULE_HEADS": "一级指标 · 二级指标 · 三级指标 · 分值 · 指标公式 · 计分方式 · 计分口径 · 原文 · 依据",
    "SUBMITTED_HEADS": "部门编码 · 部门 · 类别 · 应报 · 报送状态 · 基础数据表 · 指标表 · 决算 · 上年数据 · 错误 · 待部门处理",
    "SOURCE_HEADS": "文件 · 部门 · 年度 · 表单 · 大小 · SHA-256 · 处理结果",
    "INFO_HEADS": "项目 · 内容",
}


def cell(value: object) -> str:
    """What one value becomes, read back by a plain CSV reader."""
    rows = list(csv.reader(io.StringIO(csv_bytes(("甲",), [(value,)]).decode("utf-8-sig"), newline="")))
    return rows[1][0] if rows[1] else ""


@pytest.mark.parametrize(("name", "heads"), CONTRACT_HEADS.items(), ids=list(CONTRACT_HEADS))
def test_heads_are_those_of_the_contract(name: str, heads: str) -> None:
    assert getattr(tables, name) == tuple(heads.split(" · "))


def test_bytes_are_utf8_with_bom_and_crlf() -> None:
    content = csv_bytes(HEADS, [("绥宁县人社局", 1.5), ("b", None)])
    assert content == b"\xef\xbb\xbf" + "甲,乙\r\n绥宁县人社局,1.5\r\nb,\r\n".encode()


def test_an_empty_table_is_its_heads() -> None:
    assert csv_bytes(HEADS, []) == b"\xef\xbb\xbf" + "甲,乙\r\n".encode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (60.0, "60"),
        (0.0, "0"),
        (-3.0, "-3"),
        (-0.5, "-0.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (68 / 60, "1.1333333333333333"),
        (19504.84, "19504.84"),
        (0.03, "0.03"),
        (2019, "2019"),
        (-7, "-7"),
        (np.float64(-4.93), "-4.93"),
        (math.nan, ""),
        (np.float64("nan"), ""),
        (None, ""),
        ("", ""),
    ],
)
def test_numbers_are_shortest_and_gaps_empty(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, 19504.84, 1e-7, 123456789.12, 5e-324, 1e22])
def test_floats_come_back_exactly(value: float) -> None:
    assert float(cell(value)) == value


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"], ids=ascii)
def test_text_that_would_start_a_formula_gets_an_apostrophe(start: str) -> None:
    assert cell(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize("text", ["-5", "-", "——", "=", "+1", "@"])
def test_text_is_guarded_even_where_it_looks_like_a_number(text: str) -> None:
    assert cell(text) == (f"'{text}" if text[0] in "=+-@" else text)


@pytest.mark.parametrize(
    "text", ["甲=乙", " =1", "'甲", "nan", "NA", "001", '带"引号"', "有,逗号", "两\n行", "\u3000", "𠮷€"]
)
def test_other_text_is_kept(text: str) -> None:
    assert cell(text) == text


def test_a_column_of_any_kinds_reads_as_each_value_alone() -> None:
    values: list[object] = [
        "甲",
        "=1",
        "-",
        1.5,
        math.nan,
        None,
        7,
        True,
        State.BLANK,
        "a\0=b",
        "",
        np.float64(2),
        "一,二",
    ]
    alone = [tables.csv_lines([("x", value, 1.0)])[0] for value in values]
    assert tables.csv_lines([("x", value, 1.0) for value in values]) == alone
    assert alone[1:3] == [b"x,'=1,1", b"x,'-,1"]


def test_a_column_of_floats_reads_as_each_value_alone() -> None:
    values = [0.0, -0.0, 10.0, 0.5, -745.03, 1e16, 1.5e300, 1e-07, math.nan, math.inf, -math.inf, 123456789.125]
    expected = ["0", "-0", "10", "0.5", "-745.03", "1e+16", "1.5e+300", "1e-07", "", "inf", "-inf", "123456789.125"]
    assert tables.csv_lines([("x", value) for value in values]) == [f"x,{text}".encode() for text in expected]


@pytest.mark.parametrize("others", [[], [-0.0], [math.inf], [None], [None, *map(float, range(90))]])
def test_floats_that_come_again_read_as_each_value_alone(others: list[float | None]) -> None:
    values = [0.0, 1.5, math.nan, 1.5, float("nan"), 1e16, -3.0, *others] * 9
    lines = tables.csv_lines([("x", value) for value in values])
    assert lines == [tables.csv_lines([("x", value)])[0] for value in values]
    nothing = [("x", math.nan)] * 3
    assert tables.csv_lines(nothing) == [b"x,"] * 3


def test_texts_that_need_marks_stand_among_usual_ones() -> None:
    texts = ["甲", "1,5", "=1", "", '"', "-", "乙", "两\n行", "=a,b"]
    lines = tables.csv_lines([("x", text) for text in texts * 2])
    assert (
        lines
        == [f"x,{shown}".encode() for shown in ("甲", '"1,5"', "'=1", "", '""""', "'-", "乙", '"两\n行"', '"\'=a,b"')]
        * 2
    )


def test_a_lone_surrogate_does_not_stop_the_file() -> None:
    assert cell("a\ud800b") == "a?b"


def test_a_finding_fills_every_column_of_its_heads() -> None:
    place = Place("甲/表.xlsx", "表", "B2")
    found = finding("D01", "说明", department="甲局", year=2019, subject="编制数", points=5.0, place=place)
    row = dict(zip(tables.FINDING_HEADS, tables.finding_rows([found])[0], strict=True))
    assert row == {
        "编号": "",
        "级别": str(Level.ERROR),
        "代码": "D01",
        "部门": "甲局",
        "年度": 2019,
        "对象": "编制数",
        "说明": "说明",
        "建议": found.advice,
        "影响分值": 5.0,
        "责任方": str(Owner.DEPARTMENT),
        "文件": "甲/表.xlsx",
        "工作表": "表",
        "单元格": "B2",
        "部门说明": "",
        "处理": "",
    }


@pytest.mark.parametrize(("adopted", "shown"), [(True, "是"), (False, "否")])
def test_a_fact_fills_every_column_of_its_heads(adopted: bool, shown: str) -> None:
    fact = (
        "甲局",
        2018,
        "编制数",
        60.0,
        "人",
        State.NUMBER,
        adopted,
        "60　",
        "基础数据表",
        "",
        "甲/表.xlsx",
        "表",
        "B5",
        2019,
    )
    row = tables.fact_rows(pd.DataFrame([fact], columns=list(FACT_COLUMNS)), {"甲局": "101"})[0]
    expected = (
        "101",
        "甲局",
        2018,
        "编制数",
        60.0,
        "人",
        "数值",
        shown,
        "60　",
        "基础数据表",
        "",
        "甲/表.xlsx",
        "表",
        "B5",
    )
    assert row == expected
    assert len(row) == len(tables.FACT_HEADS)


def test_a_score_fills_every_column_of_its_heads() -> None:
    values = {name: name for name in SCORE_COLUMNS}
    row = tables.score_rows(pd.DataFrame([values]), {})[0]
    by_head = dict(zip(tables.SCORE_HEADS, row, strict=True))
    assert by_head["部门"] == "department"
    assert by_head["三级指标"] == "indicator"
    assert by_head["指标值"] == "value"
    assert by_head["自评差异"] == "gap"
    assert by_head["其他口径得分"] == "others"
    assert by_head["依据"] == "basis"


@pytest.mark.parametrize("width", [1, 2, 14])
def test_cells_are_quoted_as_the_library_does(width: int) -> None:
    texts = ["", "a", "a,b", 'a"b', '"', "a\nb", "a\rb", "a\r\nb", " a ", "a\0b", "'=1", "，", "𠮷", ";", "a\tb"]
    rows = [tuple(texts[(at + shift) % len(texts)] for shift in range(width)) for at in range(len(texts))]
    expected = io.StringIO(newline="")
    csv.writer(expected, lineterminator="\r\n").writerows(rows)
    assert tables.ended(tables.csv_lines(rows)) == expected.getvalue().encode()
    assert [tables.csv_lines([row])[0] for row in rows] == tables.csv_lines(rows)
