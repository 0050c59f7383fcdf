"""Values written as YAML read back as they were, whatever a county printed."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from converter.drafting.yamltext import Value, comment, entry, flow, percent_text, scalar

TEXT = st.text(max_size=40) | st.text("①②。，：:；“”\"'#{}[]-&*!|>%@` \n\t0123真true", max_size=30)


def back(key: str, value: Value, indent: int = 0) -> object:
    lines = ["a:", *entry(key, value, indent)] if indent else entry(key, value, 0)
    found = YAML(typ="safe", pure=True).load("\n".join(lines) + "\n")
    assert isinstance(found, Mapping)
    return found["a"][key] if indent else found[key]


@given(TEXT, TEXT, st.sampled_from([0, 4]))
def test_a_text_reads_back_unchanged(key: str, text: str, indent: int) -> None:
    assert back(key, text, indent) == text


@given(TEXT, TEXT)
def test_a_text_in_a_flow_mapping_reads_back_unchanged(key: str, text: str) -> None:
    assert YAML(typ="safe", pure=True).load(flow({key: [text]})) == {key: [text]}


@given(st.text(max_size=60))
def test_a_comment_holds_no_value(text: str) -> None:
    assert YAML(typ="safe", pure=True).load("\n".join([*comment(text, 2), "a: 1"])) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("在职人员数 / 编制数", "在职人员数 / 编制数"),
        ("100%以下（含）计满分，每超出1%扣1分。", "100%以下（含）计满分，每超出1%扣1分。"),
        ("“三公经费”变动率≦0,计8分", "“三公经费”变动率≦0,计8分"),
        ("100%", "100%"),
        ("5", '"5"'),
        ("是: 否", '"是: 否"'),
        ("true", '"true"'),
        ("# 注", '"# 注"'),
    ],
)
def test_plain_where_that_is_possible(text: str, written: str) -> None:
    assert scalar(text, alone=True) == written


def test_several_lines_are_a_literal() -> None:
    assert entry("text", "①一；\n②二。", 4) == ["    text: |-", "      ①一；", "      ②二。"]


def test_bands_are_a_block_and_numbers_are_short() -> None:
    assert entry("bands", [{"from": "0%", "points": 5.0}], 0) == ["bands:", "  - {from: 0%, points: 5}"]
    assert flow({"points": 0.5, "parts": [2.0, True, None]}) == "{points: 0.5, parts: [2, true, null]}"


@pytest.mark.parametrize(("ratio", "text"), [(0.05, "5%"), (0.001, "0.1%"), (-0.15, "-15%"), (0.07, "7%"), (1, "100%")])
def test_a_ratio_as_percent(ratio: float, text: str) -> None:
    assert percent_text(ratio) == text
