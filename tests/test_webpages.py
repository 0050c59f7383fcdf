"""Web pages named .xls: tables as Excel opens them, nothing between them dropped, no number made of two."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.intake import guards
from converter.intake.cells import Sheet, Value
from converter.intake.guards import UnreadableError
from converter.intake.webpages import read_html
from converter.vocabulary.numbers import State


def sheet_of(page: str | bytes) -> Sheet:
    """The only sheet of a page."""
    (sheet,) = read_html(page.encode() if isinstance(page, str) else page, "决算").sheets
    return sheet


def rows(page: str | bytes) -> list[list[Value]]:
    return sheet_of(page).rows


def cell(content: str) -> Value:
    """What a cell with this content holds."""
    ((value,),) = rows(f"<table><tr><td>{content}</td></tr></table>")
    return value


def refusal(page: str | bytes) -> str:
    """The code with which a page is refused."""
    with pytest.raises(UnreadableError) as caught:
        sheet_of(page)
    assert caught.value.message
    return caught.value.code


PAGE = "<html>{}<body><table><tr><td>三公经费</td><td>29</td></tr></table></body></html>"


# --- encodings


@pytest.mark.parametrize(
    "head",
    [
        "",
        '<meta charset="gbk">',
        "<meta charset=GB2312>",
        '<meta http-equiv="Content-Type" content="text/html; charset=gb18030">',
        '<meta charset="iso-8859-1">',
        '<meta charset="utf-8">',
        '<meta charset="hex">',
        "<meta charset=zlib>",
        "<meta charset='utf-16'>",
    ],
)
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_page_is_read_whatever_it_declares_itself_to_be(head: str, encoding: str) -> None:
    assert rows(PAGE.format(head).encode(encoding)) == [["三公经费", "29"]]


def test_a_declared_encoding_decides_where_the_bytes_do_not() -> None:
    page = "<meta charset=gbk><table><tr><td>一</td></tr></table>"
    assert rows(page.encode("gbk")) == [["一"]]
    declared = '<?xml version="1.0" encoding="gbk"?><html><table><tr><td>一</td></tr></table></html>'
    assert rows(declared.encode("gbk")) == [["一"]]


@pytest.mark.parametrize("page", [b"<table><tr><td>\x00\x01</td></tr></table>", b"<table><tr><td>\xff\xff\xff</td>"])
def test_a_page_that_is_no_text_is_refused(page: bytes) -> None:
    assert refusal(page) in {"F01", "F05"}


# --- tables


def test_tables_stand_one_below_the_other_with_the_lines_between_them() -> None:
    page = (
        "附件3<br>绥宁县<h1>基础<b>数据</b>表</h1>单位：<!-- x -->万元"
        "<table><caption>一、收入</caption><tr><td>1</td></tr></table>"
        "<p>二、<i>支出</i></p><div>单位：元<table><tr><td>2</td></tr></table>说明</div>尾"
    )
    lines = ["附件3", "绥宁县", "基础数据表", "单位：万元", "一、收入", "1", "二、支出", "单位：元", "2", "说明", "尾"]
    assert rows(page) == [[line] for line in lines]


def test_head_and_body_and_foot_of_a_table_are_its_rows() -> None:
    page = "<table><thead><tr><th>项目</th></tr></thead><tbody><tr><td>1</td></tr></tbody><tr><td>2</td></tr></table>"
    assert rows(page) == [["项目"], ["1"], ["2"]]


def test_spans_are_merged_ranges_and_move_the_cells_after_them() -> None:
    page = (
        "<table><tr><td rowspan=2>项目</td><td colspan=2>2019年</td></tr><tr><td>预算</td><td>决算</td></tr>"
        "<tr><td>三公</td><td>29</td><td>7.59</td></tr></table>"
    )
    sheet = sheet_of(page)
    assert sheet.merges == [(0, 0, 1, 0), (0, 1, 0, 2)]
    assert [[sheet.text((row, column)) for column in range(3)] for row in range(3)] == [
        ["项目", "2019年", "2019年"],
        ["项目", "预算", "决算"],
        ["三公", "29", "7.59"],
    ]


def test_a_span_ends_with_its_table() -> None:
    page = "<table><tr><td rowspan=100000000>甲</td><td>1</td></tr><tr><td>2</td></tr></table><table><tr><td>3</table>"
    sheet = sheet_of(page)
    assert sheet.merges == [(0, 0, 1, 0)]
    assert sheet.rows == [["甲", "1"], [None, "2"], ["3"]]


def test_a_wide_title_widens_nothing() -> None:
    sheet = sheet_of("<table><tr><td colspan=100000000>标题</td></tr><tr><td>1</td><td>2</td></tr></table>")
    assert sheet.text((0, 1)) == "标题"
    assert (sheet.width, sheet.rows[1]) == (2, ["1", "2"])


@pytest.mark.parametrize("span", ["0", "-1", "x", "", "1.5", "9" * 5000, "²"])
def test_a_span_that_makes_no_sense_loses_no_cell(span: str) -> None:
    page = f'<table><tr><td rowspan="{span}">a</td><td>b</td></tr><tr><td>c</td></tr></table>'
    assert [value for row in rows(page) for value in row if value] == ["a", "b", "c"]


def test_spans_that_overlap_lose_no_cell() -> None:
    page = "<table><tr><td>a</td><td rowspan=3>b</td></tr><tr><td colspan=3>c</td><td>d</td></tr><tr><td>e</td></tr></table>"
    found = sorted(str(value) for row in rows(page) for value in row if value)
    assert found == ["a", "b", "c", "d", "e"]


def test_spans_without_end_are_refused_in_time() -> None:
    started = time.process_time()
    assert refusal("<table>" + "<tr><td rowspan=9999 colspan=999>x</td></tr>" * 9999 + "</table>") == "F06"
    assert time.process_time() - started < 10


def test_a_hidden_row_or_column_is_read_and_known_to_be_hidden() -> None:
    page = (
        "<table><col><col span=2 style='display:none'><col>"
        '<tr><td>1</td></tr><tr style="height:0; DISPLAY : none"><td>2</td></tr></table>'
        "<table style=display:none><tr><td>3</td></tr></table>"
    )
    sheet = sheet_of(page)
    assert (sheet.rows, sheet.hidden_rows, sheet.hidden_columns) == ([["1"], ["2"], ["3"]], {1, 2}, {1, 2})


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td>1<td>2<tr><td>3<td>4</table>",
        "<table><tr><td>1</td><td>2<tr><td>3</td><td>4",
        "<table><tr><form><td>1</td><td>2</td></form></tr><form><tr><td>3</td><td>4</td></tr></form></table>",
        "<table><td>1</td><td>2</td><tr><td>3</td><td>4</td></tr></table>",
        "<table><tr><td><font>1<td><font>2<tr><td><font>3<td><font>4</table>",
        "<table><tr><td><div>1<td><b>2</tr><tr><td><center>3</td><th>4</table>",
        "<TABLE><TR><TD>1<TD>2</TR></TD><TR><TD>3</TD></B><TD>4</TABLE>",
    ],
)
def test_tags_that_are_left_open_or_out_change_nothing(page: str) -> None:
    assert rows(page) == [["1", "2"], ["3", "4"]]


def test_many_open_tags_lose_no_row() -> None:
    assert rows("<table>" + "".join(f"<tr><td><font>{n}" for n in range(400))) == [[str(n)] for n in range(400)]


def test_a_page_nested_deeper_than_its_parser_goes_is_refused_and_not_cut() -> None:
    page = "<table><tr><td>1</td></tr></table>" + "<div>" * 5000 + "<table><tr><td>2</td></tr></table>"
    assert refusal(page) == "F01"


def test_a_table_that_only_places_another_is_no_table() -> None:
    inner = "<table><tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr></table>"
    page = f"<table><tr><td>菜单</td><td>标题{inner}说明</td></tr></table>"
    assert rows(page) == [["菜单"], ["标题"], ["甲", "1"], ["乙", "2"], ["说明"]]


def test_a_small_table_inside_a_cell_is_the_text_of_that_cell() -> None:
    inner = "<table><tr><td>12</td><td>34</td></tr></table>"
    page = f"<table><tr><td>a</td><td>b</td><td>{inner}</td></tr><tr><td>c</td><td>d</td><td>e</td></tr></table>"
    assert rows(page) == [["a", "b", "12\n34"], ["c", "d", "e"]]


@pytest.mark.parametrize(
    "page", ["<p></p>", "<table></table>", "<table><tr></tr></table>", "<html><body></body></html>", "<p>只有文字</p>"]
)
def test_a_page_without_content_is_refused_as_such(page: str) -> None:
    assert refusal(page) == "F05"


# --- cells


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("0012", "0012"),
        ("1<br>2<br/>3", "1\n2\n3"),
        ("<p>一、</p><p>二、</p>", "一、\n二、"),
        ("三公\n  经费\t（万元）", "三公 经费 （万元）"),
        ("&nbsp;&nbsp;缩进", "\xa0\xa0缩进"),
        ("&lt;3&gt; &amp; &quot;x&quot; &#20013;&#x6587; &yen;5", '<3> & "x" 中文 ¥5'),
        ("1<script>document.write(2)</script><style>.x{}</style>3", "13"),
        ("a<!-- 5 -->b", "ab"),
        ("部门<span style='display:none'>整体支出</span>", "部门整体支出"),
        ("<b>1</b>2", "12"),
        ("1<b>2<i>3</i></b>4<o:p></o:p>5", "12345"),
    ],
)
def test_a_cell_holds_the_text_that_is_seen(content: str, value: str) -> None:
    assert cell(content) == value


@pytest.mark.parametrize(
    "content", ["<div>12</div>34", "12<p>34", "12<sup>3</sup>", "<s>12</s>34", "12<hr>34", "<li>1<li>2"]
)
def test_two_numbers_in_a_cell_never_become_one(content: str) -> None:
    sheet = sheet_of(f"<table><tr><td>{content}</td></tr></table>")
    assert sheet.number((0, 0)).state is State.UNREADABLE, sheet.rows


def test_the_stored_number_counts_and_its_shown_percent_is_known() -> None:
    sheet = sheet_of(
        '<table><tr><td x:num="1.1333">113%</td><td x:num="2087.0249999999996">2,087.02</td><td x:num>5</td>'
        '<td x:num="1.2E-2">1.20%</td><td x:num="12">0012</td></tr></table>'
    )
    assert sheet.rows == [[1.1333, 2087.0249999999996, "5", 0.012, "0012"]]
    assert sheet.percents == {(0, 0): 0, (0, 3): 2}
    assert sheet.raw((0, 0)) == "1.1333（显示为113%）"


@pytest.mark.parametrize("stored", ["1e999", "9" * 400, "nan", "inf", "0x10", "", "1,5"])
def test_a_stored_number_that_is_none_leaves_the_shown_text(stored: str) -> None:
    assert rows(f'<table><tr><td x:num="{stored}">5</td></tr></table>') == [["5"]]


def test_errors_are_errors() -> None:
    sheet = sheet_of("<table><tr><td>#DIV/0!</td><td align=center x:err='#REF!'> #REF! </td><td>#5</td></tr></table>")
    assert [sheet.number((0, column)).state for column in range(2)] == [State.ERROR] * 2
    assert sheet.errors == {(0, 0): "#DIV/0!", (0, 1): "#REF!"}


@pytest.mark.parametrize("length", [guards.MAX_TEXT + 1, 11_000_000])
def test_a_text_longer_than_any_cell_is_refused_and_not_cut(length: int) -> None:
    assert refusal(f"<table><tr><td>{'x' * length}</td><td>5</td></tr></table>") == "F06"


def test_many_blanks_cost_no_time() -> None:
    started = time.process_time()
    assert cell("1" + "<b> </b>" * 40_000 + "<br>2") == "1\n2"
    assert time.process_time() - started < 3


TAGS = (
    "<table> </table> <tr> <td> </td> <td\trowspan=3> <td\tcolspan=2> <th> <div> </div> <b> <br> <!-- --> <![if\tx]> <p "
    "<script> </script> <form> <caption> <col\tspan=9> <?xml?> &amp; &#0; &#xD800; &bad; x:num=5 12 三公 \ufeff \ud7ff"
)
tags = st.sampled_from(re.split(" ", TAGS))


@given(st.lists(tags | st.text(max_size=5), max_size=30).map("".join))
def test_any_text_is_read_or_refused(page: str) -> None:
    assert outcome(page.encode(errors="replace")) in {"", "F01", "F05", "F06"}


def outcome(page: bytes) -> str:
    """The code with which a page is refused, "" where it is read."""
    try:
        return "" if sheet_of(page).rows else "read as nothing"
    except UnreadableError as error:
        return error.code
