"""Labels in their matching form: what is stripped, what stays, and that likeness is only ever suggested."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.vocabulary.labels import _label, abbreviates, label, nearest, plain, shown, unit_of

WIDE = "\u3000"


# --- numbering


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1、公务用车购置和维护经费", "公务用车购置和维护经费"),
        ("   1、公务用车购置和维护经费", "公务用车购置和维护经费"),
        ("１、公务接待", "公务接待"),
        ("1．公务接待费", "公务接待费"),
        ("1.公务接待费", "公务接待费"),
        ("12、其他", "其他"),
        ("一、财政拨款收入", "财政拨款收入"),
        ("十二、其他", "其他"),
        ("（1）购置费", "购置费"),
        ("(1)购置费", "购置费"),
        ("（一）支出合计", "支出合计"),
        ("(一)、支出合计", "支出合计"),
        ("①购置费", "购置费"),
        ("⑴购置费", "购置费"),
        ("⒈购置费", "购置费"),
        ("㈠支出合计", "支出合计"),
        ("②、运行费", "运行费"),
        ("其中：公车购置", "公车购置"),
        ("       其中:公车购置", "公车购置"),
        ("其中：1、公车", "公车"),
        ("1、其中：公车", "公车"),
        ("其中：其中：公车", "公车"),
        ("其中：（1）公车", "公车"),
        ("一、（一）1、①公车", "公车"),
    ],
)
def test_numbering_before_a_separator_is_stripped_however_often(text: str, form: str) -> None:
    assert label(text) == form


@pytest.mark.parametrize("text", ["2、2018年结转", "1、5个专项", "（2）2019年决算数", "一、2019年收入"])
def test_numbering_is_stripped_from_a_label_that_goes_on_with_a_digit(text: str) -> None:
    assert label(text) in {"2018年结转", "5个专项", "2019年决算数", "2019年收入"}


@pytest.mark.parametrize(
    "text",
    [
        *("三公经费", "五险一金", "一般公共预算财政拨款", "十四五规划", "二级单位", "一", "一次性补助"),
        *(
            "2019年决算数",
            "2019年度",
            "302商品和服务支出",
            "30217、公务接待费",
            "2019.决算数",
            "1.5倍",
            "10:30",
            "100%以下",
        ),
        *("水费、电费、差旅费", "会议费、培训费", "其中公车", "三公经费合计(一)"),
    ],
)
def test_a_numeral_that_numbers_nothing_stays(text: str) -> None:
    assert label(text) == text


def test_a_year_before_a_blank_stays() -> None:
    assert label("2019 年 决算数") == "2019年决算数"


def test_a_mark_in_the_middle_or_at_the_end_leaves_the_words() -> None:
    assert label("公务接待费①") == "公务接待费"


# --- quotes, blanks, brackets, colons


@pytest.mark.parametrize(
    "text",
    [
        *("“三公”经费", "“三公经费”", '"三公"经费', "＂三公＂经费", "「三公」经费", "『三公』经费", "‘三公’经费"),
        *(
            "'三公'经费",
            "《三公》经费",
            "三公 经费",
            f"三{WIDE}公{WIDE}经费",
            "三公\n\n     经费",
            f"{WIDE}三公经费{WIDE}",
        ),
        *(
            "三\xa0公经费",
            "三\u200b公经费",
            "\ufeff三公经费",
            "三公经费：",
            "三公经费:",
            "三公经费；",
            "一、“三公”经费：",
        ),
    ],
    ids=ascii,
)
def test_quotes_blanks_and_a_closing_colon_do_not_tell_labels_apart(text: str) -> None:
    assert label(text) == "三公经费"


@pytest.mark.parametrize(
    "text", ["因公出国（境）费", "因公出国(境)费", "因公出国〔境〕费", "因公出国【境】费", "因公出国[境]费"]
)
def test_one_kind_of_bracket_stands_for_all(text: str) -> None:
    assert label(text) == "因公出国(境)费"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("⼈⺠政府", "人民政府"),
        ("⼀般公共预算", "一般公共预算"),
        ("公务⽤⻋购置", "公务用车购置"),
        ("增⻓率", "增长率"),
    ],
)
def test_radicals_of_a_converted_pdf_are_read_as_the_characters_they_look_like(text: str, form: str) -> None:
    assert label(text) == form


@pytest.mark.parametrize(
    "text", ["过\n\n                              程", "过 程", f"过{WIDE}程"], ids=["lines", "blank", "wide blank"]
)
def test_a_merged_vertical_head_loses_its_white_space(text: str) -> None:
    assert label(text) == "过程"


@pytest.mark.parametrize("text", ["", " ", WIDE, "1、", "一、", "（1）", "①", "其中：", "……"], ids=ascii)
def test_numbering_alone_is_no_label(text: str) -> None:
    assert label(text) == ""


# --- units in brackets


@pytest.mark.parametrize(
    ("text", "form", "unit"),
    [
        ("满意度（%）", "满意度", "%"),
        ("满意度（％）", "满意度", "%"),
        ("2019年预算数（万元）", "2019年预算数", "万元"),
        ("三公经费  预算数（万元）", "三公经费预算数", "万元"),
        ("金额（单位：元）", "金额", "元"),
        ("金额(单位:万元)", "金额", "万元"),
        ("编制数（人）", "编制数", "人"),
        ("国内公务接待批次（个）", "国内公务接待批次", "个"),
        ("公务用车保有量（辆）：", "公务用车保有量", "辆"),
        ("1、编制数（人）：", "编制数", "人"),
        ("因公出国（境）费（万元）", "因公出国(境)费", "万元"),
        ("公务接待费", "公务接待费", ""),
        ("因公出国（境）", "因公出国(境)", ""),
        ("公车（不含租赁）", "公车(不含租赁)", ""),
        ("（万元）合计", "(万元)合计", ""),
    ],
)
def test_a_unit_in_brackets_at_the_end_is_taken_off_and_known(text: str, form: str, unit: str) -> None:
    assert (label(text), unit_of(text)) == (form, unit)


# --- whole sentences


def test_sentences_are_compared_without_blanks_quotes_and_widths() -> None:
    printed = "“三公经费”变动率≦0，计８分；\n“三公经费”＞0，每超过一个百分点扣0.8分。"
    typed = '"三公经费"变动率≦0,计8分; 三公经费>0,每超过一个百分点扣0.8分。'
    assert plain(printed) == plain(typed)


@pytest.mark.parametrize(("one", "other"), [("计8分", "计5分"), ("100%以下（含）", "100%以下（不含）"), ("≦0", "≧0")])
def test_sentences_that_differ_in_a_word_stay_different(one: str, other: str) -> None:
    assert plain(one) != plain(other)


def test_a_sentence_keeps_its_numbering() -> None:
    assert plain("1、有制度，2分") == "1、有制度,2分"


def test_a_label_is_shown_on_one_line() -> None:
    assert shown(" 三级\n指标 ") == "三级指标"


# --- properties

PIECES = [
    *(
        "1、",
        "一、",
        "（1）",
        "(一)",
        "①",
        "⒈",
        "其中：",
        "三公",
        "经费",
        "2019年",
        "决算数",
        "“",
        "”",
        "（境）",
        "（人）",
    ),
    *("（%）", "（单位：万元）", "：", "；", "、", ".", " ", WIDE, "\n", "302", "1.5", "x"),
]
label_like = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@given(label_like | st.text())
def test_the_form_of_a_form_is_itself(text: str) -> None:
    assert label(label(text)) == label(text)


@given(label_like | st.text())
def test_a_form_has_no_white_space_and_no_quotes(text: str) -> None:
    assert not any(character.isspace() or character in "“”「」『』\"'" for character in label(text))


@given(label_like, st.sampled_from(["", " ", WIDE, "   ", "\n"]), st.sampled_from(["", " ", WIDE, "\n"]))
def test_indentation_is_no_part_of_a_label(text: str, before: str, after: str) -> None:
    assert label(before + text + after) == label(text)


@given(
    st.sampled_from(["1、", "（2）", "一、", "①", "其中：", "其中：1、"]),
    st.sampled_from(["三公经费", "公务接待费", "2019年收入"]),
)
def test_numbering_never_tells_two_labels_apart(numbering: str, text: str) -> None:
    assert label(numbering + text) == text


# --- suggestions

KNOWN = ["公务接待费", "公务用车购置费", "公务用车运行维护费", "因公出国(境)费", "项目支出"]


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("公务招待费", "公务接待费"),
        ("公务用车运行费", "公务用车运行维护费"),
        ("项目支岀", "项目支出"),
        ("公务接待费", "公务接待费"),
    ],
)
def test_the_nearest_known_name_is_suggested(text: str, suggestion: str) -> None:
    assert nearest(text, KNOWN) == suggestion


@pytest.mark.parametrize("text", ["编制数", "ABC", ""])
def test_nothing_is_suggested_where_nothing_is_alike(text: str) -> None:
    assert nearest(text, KNOWN) == ""


def test_nothing_is_suggested_where_nothing_is_known() -> None:
    assert nearest("公务接待费", []) == ""


def test_a_suggestion_does_not_depend_on_the_order_of_the_known_names() -> None:
    equally_near = ["公务接待贵", "公务接待非"]
    assert nearest("公务接待费", equally_near) == nearest("公务接待费", reversed(equally_near)) != ""


def test_likeness_never_makes_two_labels_one() -> None:
    assert nearest("公务招待费", ["公务接待费"]) == "公务接待费"
    assert label("公务招待费") != label("公务接待费")


# --- abbreviations


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("人社局", "人力资源和社会保障局"),
        ("发改局", "发展和改革局"),
        ("卫健局", "卫生健康局"),
        ("市监局", "市场监督管理局"),
        ("文旅广体局", "文化旅游广电体育局"),
        ("统战部", "统一战线工作部"),
        ("第12中学", "第12初级中学"),
    ],
)
def test_an_ordered_abbreviation_is_recognised(short: str, long: str) -> None:
    assert abbreviates(short, long)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("人社局", "人社局"),
        ("人力资源和社会保障局", "人社局"),
        ("人力资源", "人力资源和社会保障局"),
        ("财政局", "财政局国库支付局"),
        ("人社", "人力资源和社会保障局"),
        ("人社局", "人力资源和社会保障厅"),
        ("社人局", "人力资源和社会保障局"),
        ("社会局", "人力资源和社会保障局"),
        ("人医局", "人力资源和社会保障局"),
        ("农业农村局", "林业局"),
        ("", "人社局"),
        ("人社局", ""),
        ("第1中学", "第12中学"),
        ("第一小学", "第二十一小学"),
    ],
    ids=[
        *("the same", "the longer first", "a prefix", "a prefix that ends alike", "another end", "another office"),
        *(
            "another order",
            "another beginning",
            "a strange character",
            "longer than the name",
            "no name",
            "no long name",
            "another number",
            "another number in characters",
        ),
    ],
)
def test_what_is_no_abbreviation_is_refused(short: str, long: str) -> None:
    assert not abbreviates(short, long)


@given(st.text("人力资源和社会保障财政监督局委", max_size=8), st.text("人力资源和社会保障财政监督局委", max_size=12))
def test_an_abbreviation_is_always_shorter_and_works_one_way_only(one: str, other: str) -> None:
    if abbreviates(one, other):
        assert len(one) < len(other)
        assert not abbreviates(other, one)


@given(st.from_regex(r"[ \u3000]?[0-9]{1,17}(\.[0-9]{0,3})?[%.]?[ \n]?", fullmatch=True))
def test_a_number_told_at_a_glance_has_the_form_of_any_text(text: str) -> None:
    assert label(text) == _label(text)
