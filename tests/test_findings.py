"""Findings: 编号 that do not move, masked persons, levels against --fail-on, and errors that say where and what next."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.vocabulary import findings as catalogue
from converter.vocabulary.findings import (
    KINDS,
    ConfigurationError,
    ConverterError,
    Finding,
    Level,
    Owner,
    Place,
    RunError,
    finding,
    level_at_least,
    mask,
    numbered,
)

ROOT = Path(__file__).resolve().parent.parent


def problem(
    code: str = "D01", department: str = "人社局", subject: str = "三公经费预算数", **details: object
) -> Finding:
    return finding(code, "无法识别", department=department, subject=subject, **details)


SEVERAL = (
    problem(),
    problem("D02"),
    problem(department="财政局"),
    problem(subject="公用经费决算数"),
    problem("F02", subject="a.xls"),
    problem("M02", year=2018),
    problem("M02", year=2019),
)


# --- the catalogue


@pytest.mark.parametrize("code", KINDS)
def test_every_catalogued_code_names_its_room_and_says_what_to_do_next(code: str) -> None:
    assert re.fullmatch(r"[FMDPL]\d\d", code)
    assert KINDS[code].advice


def test_a_finding_takes_level_owner_and_advice_from_its_code() -> None:
    one = finding("F09", "不是工作簿")
    assert (one.level, one.owner, one.advice) == (Level.NOTE, Owner.BUREAU, KINDS["F09"].advice)


def test_a_finding_may_overrule_what_its_code_says() -> None:
    one = finding("D05", "两处不一致", level=Level.ERROR, owner=Owner.RULES, advice="请核对", points=5.0)
    assert (one.level, one.owner, one.advice, one.points) == (Level.ERROR, Owner.RULES, "请核对", 5.0)


def test_a_code_outside_the_catalogue_is_a_bug_and_not_a_finding() -> None:
    with pytest.raises(KeyError):
        finding("F99", "没有这个代码")


def test_the_words_of_levels_and_owners_are_those_of_the_contract() -> None:
    assert [str(level) for level in Level] == ["错误", "警告", "提示"]
    assert [str(owner) for owner in Owner] == ["部门", "财政局", "规则"]


# --- 编号


def test_a_number_starts_with_the_code_and_no_two_are_equal() -> None:
    found = numbered(SEVERAL)
    assert len({item.number for item in found}) == len(SEVERAL)
    assert all(item.number.startswith(f"{item.code}-") for item in found)


def test_numbers_and_order_do_not_depend_on_the_order_of_arrival() -> None:
    expected = numbered(SEVERAL)
    for arrival in itertools.islice(itertools.permutations(SEVERAL), 0, None, 97):
        assert numbered(arrival) == expected


def test_a_number_does_not_depend_on_what_else_was_found() -> None:
    alone = numbered([SEVERAL[0]])[0].number
    assert alone in {item.number for item in numbered(SEVERAL)}


def test_a_number_does_not_depend_on_message_year_or_place() -> None:
    plain = numbered([problem()])[0].number
    moved = problem()._replace(message="另一句话", year=2020, place=Place("b.xlsx", "表", "C5"), points=3.0)
    assert numbered([moved])[0].number == plain


@pytest.mark.parametrize(
    "other", [{"code": "D02"}, {"department": "财政局"}, {"subject": "公用经费决算数"}], ids=["代码", "部门", "对象"]
)
def test_a_number_changes_with_code_department_and_subject(other: dict[str, str]) -> None:
    assert numbered([problem(**other)])[0].number != numbered([problem()])[0].number


def test_findings_of_one_subject_are_told_apart_by_a_suffix() -> None:
    places = [Place("a.xlsx", "表", f"C{row}") for row in (5, 6, 7)]
    numbers = [item.number for item in numbered(problem(place=place) for place in places)]
    assert numbers == [numbers[0], f"{numbers[0]}-2", f"{numbers[0]}-3"]


def test_suffixes_follow_the_place_and_not_the_order_of_arrival() -> None:
    first, second = (problem(place=Place("a.xlsx", "表", cell)) for cell in ("C5", "C6"))
    assert [item.place.cell for item in numbered([second, first])] == ["C5", "C6"]


def test_the_same_finding_twice_is_one_finding() -> None:
    assert len(numbered([problem(), problem()])) == 1


def test_a_number_leaves_all_else_as_it_is() -> None:
    item = problem()._replace(points=1.5, place=Place("表.xlsx", "表", "A1"), reply="已核对", handling="予以认可")
    (with_number,) = numbered([item])
    assert with_number == item._replace(number=with_number.number)


def test_numbering_again_changes_nothing() -> None:
    assert numbered(numbered(SEVERAL)) == numbered(SEVERAL)


def test_findings_are_ordered_by_department_then_by_severity() -> None:
    found = numbered([problem("F02"), problem("M02"), problem("D01"), problem("D01", department="乡镇")])
    assert [(item.department, item.code) for item in found] == [
        ("乡镇", "D01"),
        ("人社局", "D01"),
        ("人社局", "M02"),
        ("人社局", "F02"),
    ]


def test_numbers_do_not_depend_on_the_hash_seed() -> None:
    # Two findings that differ only in 影响分值: the promise is the same bytes whatever PYTHONHASHSEED.
    script = (
        "from converter.vocabulary.findings import finding, numbered\n"
        "pair = [finding('D04', '冲突', department='人社局', subject='在职人员数', points=p) for p in (5.0, 2.0)]\n"
        "print([(item.number, item.points) for item in numbered(pair)])"
    )
    shown = set()
    for seed in range(6):
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed), "PYTHONUTF8": "1"}
        done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
        shown.add(done.stdout)
    assert len(shown) == 1, shown


# --- masks


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13812345678", "138****5678"),
        ("联系人张三 19912345678，已核对", "联系人张三 199****5678，已核对"),
        ("电话：15012345678、16612345678", "电话：150****5678、166****5678"),
        ("430527199001011234", "430527********1234"),
        ("身份证43052719900101123X。", "身份证430527********123X。"),
        ("43052719900101123x", "430527********123x"),
    ],
    ids=["mobile", "mobile in a sentence", "two mobiles", "identity number", "with X", "with small x"],
)
def test_phone_and_identity_numbers_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Tel.13812345678", "1234"),
        ("联系电话 13812345678.", "1234"),
        ("+8613812345678", "1234"),
        ("138-1234-5678", "1234-5678"),
        ("138 1234 5678", "1234 5678"),
        ("１３８１２３４５６７８", "１２３４５６"),
        ("办公电话：0739-7611234", "7611234"),
    ],
    ids=["after Tel.", "before a full stop", "+86", "with hyphens", "with blanks", "full-width", "landline"],
)
def test_phone_numbers_are_masked_however_they_are_written(text: str, hidden: str) -> None:
    assert hidden not in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "19327.86",
        "13812345678.50",
        "1381234567.8",
        "13,812,345,678",
        "138123456789",
        "1381234567",
        "0.13812345678",
        "12812345678",
        "20193.94 与 20193.95 差 0.01",
        "4305271990",
        "43052719900101",
        "2019年",
        "113.33%",
        "",
    ],
)
def test_amounts_years_and_codes_are_not_masked(text: str) -> None:
    assert mask(text) == text


def test_a_finding_never_carries_an_unmasked_person() -> None:
    assert finding("D01", "“13812345678”不是规范的数字").message == "“138****5678”不是规范的数字"


def test_masking_twice_is_masking_once() -> None:
    once = mask("张三13812345678，430527199001011234")
    assert mask(once) == once


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_no_amount_with_decimals_is_ever_masked(amount: object) -> None:
    assert mask(f"{amount}") == f"{amount}"


@given(st.integers(10**9, 2 * 10**10 - 1), st.text(alphabet="，。：电话 a\n", max_size=3))
def test_a_mask_keeps_the_length_of_what_it_hides(number: int, around: str) -> None:
    text = f"{around}{number}{around}"
    assert len(mask(text)) == len(text)


# --- levels


@pytest.mark.parametrize(
    ("line", "counted"),
    [("error", {Level.ERROR}), ("warning", {Level.ERROR, Level.WARNING}), ("never", set())],
    ids=["error", "warning", "never"],
)
def test_fail_on_draws_the_line_between_clean_and_findings(line: str, counted: set[Level]) -> None:
    assert {level for level in Level if level_at_least(level, line)} == counted


# --- places and errors


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (Place(), ""),
        (Place("a.xlsx"), "a.xlsx"),
        (Place("a.xlsx", "表"), "a.xlsx!表"),
        (Place("人社局/a.xlsx", "表", "C5"), "人社局/a.xlsx!表!C5"),
        (Place("fields.yaml", cell="12:3"), "fields.yaml:12:3"),
    ],
    ids=["nowhere", "file", "sheet", "cell", "yaml line and column"],
)
def test_a_place_reads_as_file_sheet_cell_or_as_yaml_position(place: Place, shown: str) -> None:
    assert str(place) == shown


def test_an_error_says_code_place_what_and_what_to_do_next() -> None:
    error = RunError("R01", "找不到收件箱路径", "请核对路径", Place("收件箱/2019"))
    assert str(error) == "[R01] 收件箱/2019：找不到收件箱路径（请核对路径）"


def test_an_error_of_a_yaml_file_names_line_and_column() -> None:
    error = ConfigurationError("C03", "分值应为数字", "请改正", Place("2019.yaml", cell="7:12"))
    assert str(error) == "[C03] 2019.yaml:7:12：分值应为数字（请改正）"


def test_an_error_without_place_and_advice_has_no_empty_marks() -> None:
    assert str(ConverterError("R09", "输出文件夹正在使用")) == "[R09] 输出文件夹正在使用"


@pytest.mark.parametrize("error", [ConverterError, RunError, ConfigurationError])
def test_what_stops_a_run_exits_with_2(error: type[ConverterError]) -> None:
    assert error("R00", "不能运行").exit_code == 2


def test_exit_codes_are_those_of_the_contract() -> None:
    assert [
        catalogue.EXIT_CLEAN,
        catalogue.EXIT_FINDINGS,
        catalogue.EXIT_CANNOT_RUN,
        catalogue.EXIT_BUG,
        catalogue.EXIT_INTERRUPTED,
    ] == [0, 1, 2, 70, 130]
