"""The sentence against its rule, on wordings that counties really print (RULE-FORMS A1–A9)."""

from pathlib import Path

import pytest

from converter.mapping.library import Library
from converter.scoring.schemes import Scheme
from converter.scoring.sentences import against_text
from tests.test_schemes import made_scheme, scheme_text

ABOVE, BELOW = "deduct: {above: 100%%, every: %s, points: %s}", "deduct: {below: 100%%, every: %s, points: %s}"
CONTROL = "bands: [{from: 0%, to: 0%, points: 8}, {over: 0%, to: 10%, points: 6}, {over: 10%, points: 0}]"
SATISFIED = "bands: [{from: 90%, points: 6}, {from: 80%, under: 90%, points: 4}, {under: 80%, points: 0}]"

#: Sentence and rule that say the same.
AGREE = [
    ("以100%为标准。在职人员控制率≦100%,计5分;每超过一个百分点扣0.5分,扣完为止。", ABOVE % ("1%", "0.5")),
    ("在职人员控制率Q100%，计5分；每超过１个百分点扣０.５分，扣完为止。", ABOVE % ("1%", "0.5")),
    ("100%以下(含)计满分,每超出5%扣2分,扣完为止。", ABOVE % ("5%", "2")),
    ("100%计满分,每低于5%扣2分,扣完为止。", BELOW % ("5%", "2")),
    ("每降5%扣1分", BELOW % ("5%", "1")),
    ("实际与计划每相差3%扣1分,扣满15分为止", "deduct: {both: 100%, every: 3%, points: 1}"),
    ("100%计满分,每超过（降低）5%扣2分。扣完为止。", "deduct: {both: 100%, every: 5%, points: 2}"),
    ("预算控制率=0,计8分;0-10%(含),计6分;大于10%不得分。", CONTROL),
    ("90%（含）以上计6分；80%（含）-90%，计4分；低于80%计0分。", SATISFIED),
    ("满意度≥0.9计6分，≥0.8计4分", SATISFIED),
    ("由群众评议。", SATISFIED),
    ("按规定办理。", ABOVE % ("1%", "0.5")),
    ("该项得分=（绩效办对应部分考核得分/350）*8", "external: {base: 350}"),
]  # fmt: skip
#: Sentence and rule that do not, with the code and a word of what is said.
DISAGREE = [
    ("每超过一个百分点扣0.8分", ABOVE % ("1%", "0.5"), "L01", "扣 0.8 分"),
    ("每超过5%扣0.5分", ABOVE % ("1%", "0.5"), "L01", "每 5%"),
    ("每低于5%扣2分", ABOVE % ("5%", "2"), "L02", "低于才扣分"),
    ("每超过5%扣2分", BELOW % ("5%", "2"), "L02", "超过才扣分"),
    ("每超过（降低）5%扣2分", BELOW % ("5%", "2"), "L02", "超过和低于都扣分"),
    ("每超过5%扣2分", "deduct: {both: 100%, every: 5%, points: 2}", "L02", "both"),
    ("预算控制率=0,计8分;0-15%(含),计6分;大于15%不得分。", CONTROL, "L01", "规则写 10%"),
    ("90%（含）以上计6分；80%（含）-90%，计5分；低于80%计0分。", SATISFIED, "L01", "规则写 4 分"),
    ("没有政府采购项目的部门按满分计算，每低于5%扣2分", BELOW % ("5%", "2"), "L16", "按满分"),
    ("待填", BELOW % ("5%", "2"), "L14", "还没有填写"),
]  # fmt: skip


def said(text: str, form: str, folder: Path, library: Library) -> list[tuple[str, str]]:
    """Codes and messages about an indicator of 100 points with this sentence and this form."""
    indicator = (
        f"  甲率:\n    path: [一级]\n    full: 100\n    value: 在职人员数 / 编制数\n    {form}\n    text: {text}\n"
    )
    scheme = made_scheme(folder, scheme_text(indicator), library)
    return [(item.code, item.message) for item in against_text(scheme.rules[0], scheme)]


@pytest.mark.parametrize(("text", "form"), AGREE, ids=[text[:12] for text, _ in AGREE])
def test_what_agrees_is_left_alone(text: str, form: str, tmp_path: Path, library: Library) -> None:
    assert said(text, form, tmp_path, library) == []


@pytest.mark.parametrize(("text", "form", "code", "words"), DISAGREE, ids=[text[:12] for text, *_ in DISAGREE])
def test_what_disagrees_is_said(text: str, form: str, code: str, words: str, tmp_path: Path, library: Library) -> None:
    found = said(text, form, tmp_path, library)
    assert {one for one, _ in found} == {code}
    assert any(words in message for _, message in found), found


def test_the_shipped_sentences_agree_with_their_rules(scheme: Scheme) -> None:
    assert [item.message for rule in scheme.rules for item in against_text(rule, scheme)] == []
