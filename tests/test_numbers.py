"""Cell text → number and state: every line of the conventions of the field (DOMAIN §6), and properties of any text."""

import math
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from converter.vocabulary.numbers import (
    USABLE,
    Number,
    State,
    _read_text,
    canonical,
    convert,
    family,
    percent,
    percent_digits,
    read_text,
    shortest,
)

WIDE, NBSP = "\u3000", "\xa0"
#: ASCII → full-width forms of the characters that amounts are written with.
FULL_WIDTH = str.maketrans({character: chr(ord(character) + 0xFEE0) for character in "0123456789.,-%()"})


def value_of(text: str) -> float:
    """The value of a text that must be a number."""
    number = read_text(text)
    assert number.state in USABLE, f"{text!r} is {number}"
    return number.value


# --- blank, not applicable, zero: three different things


@pytest.mark.parametrize("text", ["", " ", WIDE, NBSP, "\t", "\n", f" {WIDE}{NBSP}\n", "\u200b", "\ufeff"], ids=ascii)
def test_a_blank_is_blank_and_not_zero(text: str) -> None:
    number = read_text(text)
    assert number.state is State.BLANK
    assert math.isnan(number.value)


@pytest.mark.parametrize(
    "text",
    [
        *("——", "—", "－", "-", "−", "–", "―", "─", "/", "\\", "／", "无", "不涉及", "单位不需填列", "一"),
        *(f"——{WIDE}", " - ", "— —", "－－", f"{WIDE}无", "一 "),
    ],
)
def test_a_dash_is_not_applicable_and_not_zero(text: str) -> None:
    number = read_text(text)
    assert number.state is State.DASH
    assert math.isnan(number.value)


@pytest.mark.parametrize(
    "text", ["0", "0.00", "0 万元", "0.00%", "０", "０．００％", "-0", "−0.00", "(0)", f"{WIDE}0", "¥0.00", "0人", ".0"]
)
def test_a_zero_is_zero_and_usable_and_never_minus_zero(text: str) -> None:
    number = read_text(text)
    assert number.state is State.ZERO
    assert number.state in USABLE
    assert math.copysign(1, number.value) == 1


def test_the_usable_states_are_number_zero_derived_and_corrected() -> None:
    assert {State.NUMBER, State.ZERO, State.DERIVED, State.CORRECTED} == USABLE


def test_the_words_of_the_states_are_those_of_the_contract() -> None:
    words = "数值、零、空白、不适用、错误值、无法识别、未计算、冲突、推算、更正"
    assert "、".join(State) == words


# --- numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60", 60),
        ("19550.38", 19550.38),
        (f"60{WIDE}", 60),
        (f"{WIDE}68", 68),
        (f"{NBSP}745.03{NBSP}", 745.03),
        ("12\n", 12),
        ("4,733.14", 4733.14),
        ("4，733.14", 4733.14),
        ("11,122,315.04", 11122315.04),
        ("１２．３", 12.3),
        ("１，２３４．５０", 1234.5),
        ("18. 08", 18.08),
        ("18 .08", 18.08),
        ("7.50.", 7.5),
        ("7.50。", 7.5),
        (".5", 0.5),
        ("5.", 5),
        ("001", 1),
        ("+5", 5),
        ("＋5", 5),
        ("¥1,020.00", 1020),
        ("￥1,020.00", 1020),
        ("¥ 1,020.00", 1020),
    ],
    ids=ascii,
)
def test_numbers_as_departments_type_them(text: str, value: float) -> None:
    assert read_text(text) == Number(value, State.NUMBER)


@pytest.mark.parametrize(
    "text",
    [
        *("-16.88", "－16.88", "−16.88", "–16.88", "- 16.88", "(16.88)", "（16.88）", "( 16.88 )", "△16.88", "▲16.88"),
        *("－１６．８８", "（１６．８８）", f"{WIDE}-16.88"),
    ],
)
def test_every_form_of_a_negative_number(text: str) -> None:
    assert read_text(text) == Number(-16.88, State.NUMBER)


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("113%", 1.13),
        ("113.33％", 1.1333),
        (f"{WIDE}113%", 1.13),
        ("95.\n\n10%", 0.951),
        ("100 %", 1.0),
        ("-16.88%", -0.1688),
        ("（80.38%）", -0.8038),
        ("1,133.5%", 11.335),
        ("29%", 0.29),
        ("57%", 0.57),
        ("0.1%", 0.001),
    ],
)
def test_a_percent_is_read_as_its_ratio(text: str, ratio: float) -> None:
    assert read_text(text) == Number(ratio, State.NUMBER, "%")


def test_a_per_mille_is_read_as_its_ratio() -> None:
    assert read_text("5‰") == Number(0.005, State.NUMBER, "‰")


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2000万", 2000, "万"),
        ("3.2亿元", 3.2, "亿元"),
        ("35人", 35, "人"),
        ("98批次", 98, "批次"),
        ("19327.86元", 19327.86, "元"),
        ("5 万元", 5, "万元"),
        ("3.2 亿 元", 3.2, "亿元"),
        ("12，345，678.00 元", 12345678, "元"),
        ("（5万元）", -5, "万元"),
        ("（5）万元", -5, "万元"),
        ("¥5元", 5, "元"),
        ("120人次", 120, "人次"),
        ("14分", 14, "分"),
    ],
)
def test_a_unit_in_the_cell_is_kept_beside_the_number(text: str, value: float, unit: str) -> None:
    assert read_text(text) == Number(value, State.NUMBER, unit)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.30000000000000004", 0.3),
        ("2087.0249999999996", 2087.025),
        ("1.1333333333333333", 1.13333333333333),
        ("0.0900000762939453", 0.0900000762939453),
        ("-0.300000152587891", -0.300000152587891),
    ],
)
def test_float_noise_in_a_text_is_read_to_15_digits(text: str, value: float) -> None:
    assert value_of(text) == value


# --- what is no number is said to be so


@pytest.mark.parametrize(
    "text",
    ["7,00.0,77", "1,2345", "12,34", "1234,567", ",123", "1,23,456", "1,,234", "1,234,56", "4，73.14", "0,123"],
)
def test_commas_that_are_no_thousands_groups_are_unreadable(text: str) -> None:
    assert read_text(text).state is State.UNREADABLE


@pytest.mark.parametrize(
    "text",
    [
        *("12 34", f"12{WIDE}34", f"12{NBSP}34", "12\n34", "12\t34", "0 0", "1 2 3", "60 68", "1 23", "1.5 25"),
        *("1,234 567", "1 234,567", "1234 567", "16.14\n29"),
    ],
    ids=ascii,
)
def test_two_digit_runs_are_never_joined_into_one_number(text: str) -> None:
    number = read_text(text)
    assert number.state is State.UNREADABLE
    assert number.reason


@pytest.mark.parametrize("text", ["21\n300", f"100{WIDE}200", "68\n113%", "16\r\n140", "8\t980"], ids=ascii)
def test_numbers_on_two_lines_are_not_one_number_with_a_blank_for_thousands(text: str) -> None:
    assert read_text(text).state is State.UNREADABLE


@pytest.mark.parametrize(("text", "number"), [("3.47①", 3.47), ("3.47²", 3.47), ("8⒈", 8), ("16¹", 16), ("29⑴", 29)])
def test_the_mark_of_a_footnote_is_no_digit_of_the_number(text: str, number: float) -> None:
    # NFKC makes ① a 1: 3.47 with a footnote must not become 3.471.
    found = read_text(text)
    assert found.state is State.UNREADABLE or found.value == number


@pytest.mark.parametrize(
    "text",
    [
        *("五", "百分之五", "约5", "5左右", "5-6", "5/6", "5:6", "12.5.3", "1.234.567", "1'234", "$5", "人民币5元"),
        *("XX", "××", "某某", "……", "…", "待定", "详见附件", "2019年", "2019-2020", "#DIV/0!", "#REF!"),
        *("nan", "NaN", "inf", "Infinity", "-inf", "None", "NULL", "TRUE", "1e5", "1E5", "0x1F", "1_000"),
        *("(5", "5)", "((5))", "(-5)", "-(5)", "--5", "+-5", ".", "-.", "%", "万元", "¥", "5元元", "5%元", "5万人"),
        *("=1+1", "@5", "½", "一百", "零"),
    ],
)
def test_everything_else_is_unreadable_with_a_reason_and_never_zero(text: str) -> None:
    number = read_text(text)
    assert number.state is State.UNREADABLE
    assert math.isnan(number.value)
    assert number.reason


def test_a_long_code_is_not_taken_for_an_amount() -> None:
    assert read_text("430527199001011234").state is State.UNREADABLE
    assert read_text("123456789012345").state is State.NUMBER


def test_a_very_long_text_is_answered_at_once() -> None:
    for text in ("9" * 100_000, "1," * 100_000, "1 234 " * 50_000, "(" * 100_000, "5" + " " * 100_000 + "x"):
        assert read_text(text).state is State.UNREADABLE


# --- properties

blanks = st.text(alphabet=[" ", WIDE, NBSP, "\t", "\n", "\r", "\u200b"], max_size=3)
amounts = st.builds(
    lambda whole, part, places: Decimal(whole) + Decimal(part % 10**places).scaleb(-places),
    st.integers(0, 10**10),
    st.integers(0, 9999),
    st.integers(0, 4),
)
SIGNS = {
    "": ("{}", 1),
    "plus": ("+{}", 1),
    "hyphen": ("-{}", -1),
    "minus": ("−{}", -1),
    "wide": ("－{}", -1),
    "dash": ("–{}", -1),
    "triangle": ("△{}", -1),
    "black triangle": ("▲{}", -1),
    "brackets": ("({})", -1),
    "wide brackets": ("（{}）", -1),
}
UNITS = ("", "元", "千元", "万元", "万", "百万元", "亿元", "亿", "%", "‰", "人", "名", "个", "辆", "批次", "人次", "分")


@given(
    amount=amounts,
    sign=st.sampled_from(sorted(SIGNS)),
    unit=st.sampled_from(UNITS),
    money=st.sampled_from(["", "¥", "￥"]),
    grouped=st.booleans(),
    wide=st.booleans(),
    before=blanks,
    between=blanks,
    after=blanks,
)
def test_a_formatted_number_reads_back_to_itself(
    amount: Decimal,
    sign: str,
    unit: str,
    money: str,
    grouped: bool,
    wide: bool,
    before: str,
    between: str,
    after: str,
) -> None:
    pattern, direction = SIGNS[sign]
    digits = f"{amount:,}" if grouped else f"{amount}"
    shown = pattern.format(money + digits + between + unit)
    if wide:
        shown = shown.translate(FULL_WIDTH)
    scale = {"%": Decimal("0.01"), "‰": Decimal("0.001")}.get(unit, Decimal(1))
    expected = float(direction * amount * scale)
    number = read_text(before + shown + after)
    assert (number.value, number.unit) == (expected, unit)
    assert number.state is (State.ZERO if expected == 0 else State.NUMBER)


@given(st.text() | st.text(alphabet="0123456789.,，-－−—()（）%％万元亿人¥ \u3000\n①一无/△", max_size=12))
def test_no_text_at_all_raises_or_gives_a_usable_state_without_a_number(text: str) -> None:
    number = read_text(text)
    assert not math.isinf(number.value)
    assert math.isnan(number.value) == (number.state not in USABLE)
    assert (number.state is State.ZERO) == (number.value == 0)
    assert (number.state is State.UNREADABLE) == bool(number.reason)


@given(st.text(alphabet=st.characters(exclude_categories=["Nd", "Nl", "No", "Cs"])))
def test_a_text_without_a_digit_is_never_a_number(text: str) -> None:
    assert read_text(text).state not in USABLE


@given(
    digits=st.text(alphabet="0123456789", min_size=2, max_size=12),
    at=st.integers(1, 11),
    blank=st.sampled_from([" ", "  ", WIDE, NBSP, "\n", "\n\n", "\t"]),
    unit=st.sampled_from(["", "%", "万元", "人"]),
)
def test_a_digit_run_split_by_a_blank_is_never_joined_in_silence(digits: str, at: int, blank: str, unit: str) -> None:
    assume(at < len(digits))
    left, right = digits[:at], digits[at:]
    assume(len(left) > 3 or len(right) != 3)  # 1 234 is the one form in which a blank parts thousands
    assert read_text(f"{left}{blank}{right}{unit}").state is State.UNREADABLE


@given(st.text() | st.text(alphabet="0123456789.,-%() ", max_size=10))
def test_the_same_text_in_full_width_reads_the_same(text: str) -> None:
    assert str(read_text(text.translate(FULL_WIDTH))) == str(read_text(text))


# --- 15 significant digits


@pytest.mark.parametrize(
    ("stored", "value"),
    [
        (0.1 + 0.2, 0.3),
        (2087.0249999999996, 2087.025),
        ((1.1 - 1) * 100, 10.0),
        (1.1 * 3, 3.3),
        (19550.38, 19550.38),
        (-0.1 - 0.2, -0.3),
        (1e-20, 1e-20),
        (123456789012345.0, 123456789012345.0),
    ],
    ids=str,
)
def test_a_stored_number_is_the_15_digit_decimal_that_excel_shows(stored: float, value: float) -> None:
    assert canonical(stored) == value


def test_canonical_knows_no_minus_zero() -> None:
    assert math.copysign(1, canonical(-0.0)) == 1


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_canonical_is_idempotent_and_moves_by_less_than_half_a_digit(value: float) -> None:
    assume(abs(value) < 1e308)
    once = canonical(value)
    assert canonical(once) == once
    assert math.isclose(once, value, rel_tol=5.1e-15, abs_tol=5e-324)


@given(st.one_of(st.integers(-(10**16), 10**16).map(lambda n: n / 100), st.floats(), st.integers(-(10**15), 10**15)))
@example(9999999999999.99)
@example(99999999999999.99)
@example(0.1 + 0.2)
@example(math.inf)
def test_hundredths_told_by_arithmetic_are_those_told_by_their_digits(value: float) -> None:
    assert repr(canonical(value)) == repr(float(f"{value:.15g}") + 0.0)


# --- shown forms


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (1.13333333333333, "113.33%"),
        (0.1, "10%"),
        (1.0, "100%"),
        (10.0, "1000%"),
        (0.0, "0%"),
        (-0.0, "0%"),
        (0.1 + 0.2, "30%"),
        (-0.1688, "-16.88%"),
        (-0.05, "-5%"),
        (0.00005, "0.01%"),
        (0.00125, "0.13%"),
        (1.00005, "100.01%"),
        (1.10005, "110.01%"),
        (0.000012, "0.0012%"),
        (-0.000012, "-0.0012%"),
        (0.00001, "0.001%"),
        (19550.38, "1955038%"),
    ],
)
def test_a_ratio_is_shown_as_percent_rounded_half_up_to_two_decimals(ratio: float, shown: str) -> None:
    assert percent(ratio) == shown


@given(st.decimals(min_value=-1000, max_value=1000, places=4))
def test_a_percent_of_two_decimals_reads_back_as_its_ratio(ratio: Decimal) -> None:
    assert value_of(percent(float(ratio))) == float(ratio)


@given(st.floats(-1e6, 1e6))
def test_a_ratio_that_is_not_zero_is_never_shown_as_zero(ratio: float) -> None:
    assume(abs(ratio) > 1e-12)
    assert percent(ratio) not in {"0%", "-0%"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (60.0, "60"),
        (60, "60"),
        (0.0, "0"),
        (1.1333, "1.1333"),
        (-16.88, "-16.88"),
        (19550.38, "19550.38"),
        (100.0, "100"),
    ],
)
def test_the_shortest_form_of_a_number_has_no_empty_decimals(value: float, shown: str) -> None:
    assert shortest(value) == shown


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_shortest_form_is_exact_and_not_longer_than_it_must_be(value: float) -> None:
    shown = shortest(value)
    assert float(shown) == value
    assert not shown.endswith(".0")


@pytest.mark.parametrize(
    ("raw", "digits"),
    [
        ("113%", 0),
        ("113.33%", 2),
        ("113.33％", 2),
        ("１１３．３％", 1),
        ("95.\n\n10%", 2),
        ("100 %", 0),
        ("-16.880%", 3),
        ("1.1333（显示为113%）", 0),
        ("1.1333", None),
        ("113", None),
        ("——", None),
        ("%", None),
        ("", None),
    ],
)
def test_the_printed_digits_of_a_percent_are_known(raw: str, digits: int | None) -> None:
    assert percent_digits(raw) == digits


# --- units


@pytest.mark.parametrize(
    ("value", "source", "target", "result"),
    [
        (11122315.04, "元", "万元", 1112.231504),
        (19327.86, "元", "万元", 1.932786),
        (1.932786, "万元", "元", 19327.86),
        (3.2, "亿元", "万元", 32000),
        (3.2, "亿", "元", 320000000),
        (2000, "万", "万元", 2000),
        (32000, "万元", "亿元", 3.2),
        (5, "千元", "元", 5000),
        (5, "千元", "万元", 0.5),
        (1.2, "百万元", "万元", 120),
        (0.07, "万元", "元", 700),
        (1.13, "%", "%", 1.13),
        (-16.88, "万元", "元", -168800),
        (0, "元", "万元", 0),
        (35, "人", "人", 35),
        (35, "名", "人", 35),
    ],
)
def test_money_is_converted_exactly(value: float, source: str, target: str, result: float) -> None:
    assert convert(value, source, target) == result


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("万元", "人"),
        ("人", "万元"),
        ("%", "万元"),
        ("分", "%"),
        ("人", "分"),
        ("美元", "万元"),
        ("万元", "美元"),
        ("", "万元"),
    ],
)
def test_units_of_different_families_are_not_converted(source: str, target: str) -> None:
    assert convert(1.0, source, target) is None


@pytest.mark.parametrize(("source", "target"), [("平方米", "人"), ("辆", "人"), ("批次", "人次")])
def test_counts_of_different_things_are_not_converted(source: str, target: str) -> None:
    assert convert(98.0, source, target) is None


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["元", "千元", "万元", "百万元", "亿元"]))
def test_money_goes_to_wan_yuan_and_back_without_loss(amount: Decimal, unit: str) -> None:
    there = convert(float(amount), unit, "万元")
    assert there is not None
    assert convert(there, "万元", unit) == float(amount)


@given(st.decimals(0, 10**9, places=2))
def test_yuan_in_wan_yuan_is_the_exact_decimal(amount: Decimal) -> None:
    assert convert(float(amount), "元", "万元") == float(amount / 10000)


def test_a_unit_knows_its_family_and_a_stranger_has_none() -> None:
    assert set(family("万元") or ()) >= {"元", "千元", "万元", "亿元"}
    assert family("美元") is None


@given(st.from_regex(r"[ \u3000]?[0-9]{1,17}(\.[0-9]{0,18})?[%.]?[ \n]?", fullmatch=True))
def test_a_number_told_at_a_glance_is_read_as_any_text(text: str) -> None:
    assert read_text(text) == _read_text(text)
