"""libyaml's trees are ruamel's: the same values at the same places, and what the two could read differently is left to ruamel."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.mapping.libyaml import quickly
from converter.mapping.mistakes import Mistake
from converter.mapping.syntax import carefully
from converter.mapping.trees import Part
from tests.conftest import ROOT

FILES = sorted(path for folder in ("mappings", "tests") for path in (ROOT / folder).rglob("*.yaml"))
#: What a run reads before the first file.
NEEDED = sorted([*(ROOT / "mappings/forms").iterdir(), *(ROOT / "mappings").glob("*.yaml")])


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


def agree(text: str) -> bool:
    """Whether the quick way reads a text, and as the careful one does; false where it leaves it to that."""
    quick, careful = quickly(text), carefully(text)
    if quick is None:
        return False
    assert not isinstance(careful, Mistake), careful
    assert repr(quick.plain) == repr(careful.plain)
    assert quick.parts == careful.parts
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_is_the_same_either_way(path: Path) -> None:
    agree(text_of(path))


@pytest.mark.parametrize("path", NEEDED, ids=lambda path: path.name)
def test_what_every_run_reads_is_read_quickly(path: Path) -> None:
    assert quickly(text_of(path)) is not None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(("yes", "yes"), ("no", "no"), ("on", "on"), ("Off", "Off"), ("y", "y"), ("5%", "5%"), ("1/3", "1/3")),
        *(("true", True), ("False", False), ("TRUE", True), ("null", None), ("~", None), ("", None), ("是", "是")),
        *(
            ("0", 0),
            ("-12", -12),
            ("1.50", 1.5),
            ("-0.5", -0.5),
            ("'1'", "1"),
            ('"null"', "null"),
            ("2019年", "2019年"),
        ),
        *(("[1, 甲]", [1, "甲"]), ("{甲: 1}", {"甲": 1}), ("&a 甲", "甲"), ("&a true", True)),
        ("|-\n  甲\n  乙", "甲\n乙"),
    ],
)
def test_a_plain_value_is_read_quickly(written: str, value: object) -> None:
    quick = quickly(f"a: {written}\n")
    assert quick is not None
    assert repr(quick.plain) == repr({"a": value})
    assert agree(f"a: {written}\n")


@pytest.mark.parametrize(
    "text",
    [
        *("a: 010", "a: 0o17", "a: 0x1F", "a: 1e3", "a: .5", "a: 5.", "a: +1", "a: 1_000", "a: .inf", "a: -.INF", "a: .nan"),
        *("a: 2019-01-01", "a: 12:30:45", "a: 2019-01-01 10:00:00 Z", "a: =", "a: <<", "<<: {a: 1}", "a: !!str 1", "a: ! b"),
        *("1: a", "? [a]\n: b", "a: 1\na: 2", "a: *b", "a: &甲 [乙]", "a: &b [*b]", "a:\n- ", "a: 1\n---\nb: 2", "%YAML 1.1\n---\na: b"),
        *("a:\t1", "a: 1\u2028b: 2", "\ufeffa: 1", "a: '\x85'", "a: >\n \n  b", "a: |#b", "a: @", "", "a", "- a", "[" * 9000 + "]" * 9000),
    ],
    ids=ascii,
)  # fmt: skip
def test_what_could_be_read_differently_is_left_to_ruamel(text: str) -> None:
    assert quickly(text) is None


def test_an_alias_stands_where_it_was_written_first() -> None:
    assert agree("a: &x [1, {b: 2}]\nc: *x\n")
    quick = quickly("a: &x [1, {b: 2}]\nc: *x\n")
    assert quick is not None
    assert quick.plain["c"] == [1, {"b": 2}]
    assert quick.parts["c"].key == (2, 1)
    assert quick.parts["c"].parts[1].parts["b"] == Part((1, 12), (1, 15), {})


def test_an_empty_value_stands_at_its_key() -> None:
    quick = quickly("a:\n  b:\nc: 1\n")
    assert quick is not None
    assert quick.parts["a"].parts["b"] == Part((2, 3), (2, 3), {})
    assert agree("a:\n  b:\nc: 1\n")


#: Pieces that make YAML, and break it.
_PIECES = re.split(r"(?<=\n)", "".join(text_of(path) for path in NEEDED[:6]))
_SIGNS = [
    *(": ", ":", "- ", "{", "}", "[", "]", ", ", '"', "'", "#", " #", "\n", "\n  ", "|", ">", "|-\n", ">+\n", "&a ", "*a", "!", "%", "@"),
    *("`", "? ", "~", "null", "yes", "1", "-1", "1.5", "0x1", "1e3", "<<", "=", "\\", "\\n", "\r\n", "\r", "\t", "：", "甲", " ", "---"),
    *("...", "\n---\n", "\u3000", "2019-01-01", "true", "'a''b'", '"\\u4e00"', '"a\\\nb"', "|2\n"),
]  # fmt: skip


@given(
    st.lists(st.sampled_from(_PIECES), max_size=4).map("".join),
    st.lists(st.tuples(st.integers(0, 120), st.sampled_from(_SIGNS)), max_size=4),
)
@settings(max_examples=300, deadline=None)
@pytest.mark.filterwarnings("ignore")  # of ruamel, about anchors
def test_any_text_is_the_same_either_way(text: str, signs: list[tuple[int, str]]) -> None:
    for at, sign in signs:
        text = text[:at] + sign + text[at:]
    agree(text)
    agree("a: " + "".join(sign for _, sign in signs))
