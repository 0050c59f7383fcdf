"""Delimited text as exports write it: whatever its encoding and marks, every cell is the text that was written."""

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.intake import guards
from converter.intake.cells import Sheet, Value
from converter.intake.guards import UnreadableError
from converter.intake.texts import decode, looks_like_table, read_text
from converter.vocabulary.numbers import State

TABLE = "单位,预算数,决算数\n人社局,29,7.59\n教育局,31,30.2\n"
ROWS = [["单位", "预算数", "决算数"], ["人社局", "29", "7.59"], ["教育局", "31", "30.2"]]


def sheet_of(content: str | bytes) -> Sheet:
    """The only sheet of a text."""
    (sheet,) = read_text(content.encode() if isinstance(content, str) else content, "决算").sheets
    return sheet


def rows(content: str | bytes) -> list[list[Value]]:
    return sheet_of(content).rows


def refusal(content: str | bytes) -> str:
    """The code with which a text is refused."""
    with pytest.raises(UnreadableError) as caught:
        sheet_of(content)
    assert caught.value.message
    return caught.value.code


# --- encodings


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_table_holds_the_same_in_whatever_encoding(encoding: str) -> None:
    assert rows(TABLE.encode(encoding)) == ROWS


def test_a_byte_order_mark_of_utf_16_counts_in_both_directions() -> None:
    assert rows(b"\xfe\xff" + TABLE.encode("utf-16-be")) == ROWS
    assert rows(b"\xff\xfe" + TABLE.encode("utf-16-le")) == ROWS


@pytest.mark.parametrize("word", ["决算数", "无", "合计", "公用经费", "人社局", "“三公”经费", "——", "填报单位：民政局"])
def test_one_word_among_numbers_is_enough_to_know_gbk(word: str) -> None:
    # charset-normalizer takes such a file for Big5: 无 would be 拸, no dash but an unreadable text.
    text = f"334.58\t547.97\t12\n737.92\t{word}\t256.04\n"
    assert decode(text.encode("gb18030")) == text


@pytest.mark.parametrize("text", ["单位,朱镕基\n人社局,喆\n甲,29\n", "卫生健康局,㐀㐁\n民政局,𠮷\n教育局,31\n"])
def test_letters_beyond_gb2312_are_read(text: str) -> None:
    assert decode((text * 4).encode("gb18030")) == text * 4


@pytest.mark.parametrize("declared", ["hex", "zlib", "rot13", "idna", "utf-16", "undefined", "latin-1", "no-such", ""])
def test_an_encoding_that_is_none_or_is_belied_counts_for_nothing(declared: str) -> None:
    assert decode(TABLE.encode(), declared) == TABLE
    assert decode(TABLE.encode("gb18030"), declared) == TABLE


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "x-gbk", "cp936"])
def test_a_declared_encoding_is_believed_where_the_bytes_allow_it(declared: str) -> None:
    assert decode("一".encode("gbk"), declared) == "一"  # as UTF-8 it would be a Cyrillic letter
    assert decode("朱镕基".encode("gbk"), declared) == "朱镕基"
    assert decode("三公经费".encode(), declared) == "三公经费"


def test_text_that_ends_within_a_letter_is_still_text() -> None:
    assert decode("单位,预算".encode()[:-1]) == "单位,预"
    assert decode("单位,预算".encode("gb18030")[:-1]) == "单位,预"


@pytest.mark.parametrize("content", [bytes(64), b"\x89PNG\r\n\x1a\n" + bytes(40), b"a,b\n\x00\x01,2\n"])
def test_what_is_no_text_has_none(content: bytes) -> None:
    assert decode(content) is None
    assert refusal(content) == "F01"


# --- marks


@pytest.mark.parametrize("mark", ["\t", ",", ";"])
def test_the_mark_that_parts_the_cells_is_found(mark: str) -> None:
    assert rows(TABLE.replace(",", mark)) == ROWS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_they_like(end: str) -> None:
    assert rows(TABLE.replace("\n", end)) == ROWS
    assert rows(TABLE.replace("\n", end).removesuffix(end)) == ROWS


def test_thousands_in_a_table_of_tabs_part_no_cells() -> None:
    assert rows("单位\t预算数\n人社局\t1,234.5\n教育局\t2,345.6\n")[1] == ["人社局", "1,234.5"]


def test_a_tab_that_only_keeps_a_long_number_whole_parts_no_cells() -> None:
    # Banks and shops export so, lest Excel show 4.30527E+17.
    for pad in ("\t430527199001011234", "430527199001011234\t"):
        sheet = sheet_of(f"姓名,证件\n张三,{pad}\n李四,{pad}\n")
        assert (sheet.width, sheet.text((1, 0)), sheet.text((1, 1)).strip()) == (2, "张三", pad.strip())


def test_empty_cells_between_tabs_keep_their_columns() -> None:
    assert rows("甲\t\t\t3\n乙\t1\t\t4\n") == [["甲", "", "", "3"], ["乙", "1", "", "4"]]


def test_a_quoted_cell_keeps_marks_quotes_and_line_breaks() -> None:
    text = '指标,评价标准,得分\n控制率,"①不超过100%，5分；\n②每超过""1%"",扣0.5分",5\n"a;b;c",,\n'
    assert rows(text) == [
        ["指标", "评价标准", "得分"],
        ["控制率", '①不超过100%，5分；\n②每超过"1%",扣0.5分', "5"],
        ["a;b;c", "", ""],
    ]


def test_long_quoted_texts_do_not_hide_the_columns() -> None:
    sentence = '"' + "一行没有分隔的说明\n" * 30 + '"'
    text = f"指标,标准\n控制率,{sentence}\n变动率,{sentence}\n"
    assert looks_like_table(text)
    assert [len(row) for row in rows(text)] == [2, 2, 2]


def test_quotes_around_a_word_at_the_start_of_a_cell_lose_nothing() -> None:
    assert [row[1:] for row in rows('栏目,预算,决算\n"三公"经费,29,7.59\n项目支出,1,2\n')[1:]] == [
        ["29", "7.59"],
        ["1", "2"],
    ]


@pytest.mark.parametrize("cell", ['"三公经费,29', 'a,"29', '"', '"a\nb', '"a""'])
def test_a_quote_that_never_ends_swallows_no_rows(cell: str) -> None:
    assert refusal(f"单位,预算数\n{cell}\n项目支出,5\n公用经费,6\n") == "F01"


def test_empty_lines_keep_the_rows_in_their_place() -> None:
    sheet = sheet_of("\n基础数据表,\n\n\n单位,预算数\n人社局,29\n")
    assert (sheet.text((1, 0)), sheet.text((4, 1)), sheet.text((5, 1))) == ("基础数据表", "预算数", "29")
    assert len(sheet.rows) == 6


def test_a_text_without_columns_looks_like_no_table() -> None:
    assert not looks_like_table("本部门无“三公”经费，\n特此说明。\n")
    assert not looks_like_table("一行,而已\n")
    assert not looks_like_table("")
    assert looks_like_table(TABLE)


# --- cells


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('="0012"', "0012"),
        ('"=""0012"""', "0012"),
        ("0012", "0012"),
        ("430527199001011234", "430527199001011234"),
        ("1e5", "1e5"),
        ("=1+1", "=1+1"),
        ("TRUE", "TRUE"),
        ("NA", "NA"),
        ("2019-12-31", "2019-12-31"),
        ("  缩进", "  缩进"),
    ],
)
def test_every_cell_stays_the_text_it_is(cell: str, text: str) -> None:
    assert rows(f"单位,代码\n人社局,{cell}\n")[1][1] == text


def test_numbers_dashes_and_errors_in_text_are_what_they_are() -> None:
    sheet = sheet_of("a,b,c,d,e\n29,——,,#DIV/0!,113%\n1,2,3,4,5\n")
    states = [sheet.number((1, column)).state for column in range(5)]
    assert states == [State.NUMBER, State.DASH, State.BLANK, State.ERROR, State.NUMBER]
    assert (sheet.raw((1, 3)), sheet.number((1, 4)).unit) == ("#DIV/0!", "%")


@pytest.mark.parametrize("length", [guards.MAX_TEXT + 1, 200_000])
def test_a_cell_longer_than_any_is_refused_with_its_limit(length: int) -> None:
    assert rows(f"a,b\n{'x' * guards.MAX_TEXT},1\n")[1][1] == "1"
    assert refusal(f"a,b\n{'x' * length},1\n") == "F06"


def test_an_area_beyond_the_limit_is_refused() -> None:
    assert refusal("a,b\n" * 2_000 + "," * 2_600 + "\n") == "F06"


def test_a_large_table_costs_little_time() -> None:
    started = time.process_time()
    assert len(rows(TABLE * 20_000)) == 60_000
    assert time.process_time() - started < 3


words = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="="), max_size=12)


@given(st.lists(st.lists(words, min_size=2, max_size=4), min_size=2, max_size=6))
def test_what_a_csv_writer_writes_is_read_back(table: list[list[str]]) -> None:
    memory = io.StringIO()
    csv.writer(memory, quoting=csv.QUOTE_ALL).writerows(table)
    assert rows(b"\xef\xbb\xbf" + memory.getvalue().encode()) == table


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert outcome(content) in {"", "F01", "F06"}


def outcome(content: bytes) -> str:
    """The code with which a text is refused, "" where it is read."""
    try:
        return "" if len(read_text(content, "a").sheets) == 1 else "more than one sheet"
    except UnreadableError as error:
        return error.code
