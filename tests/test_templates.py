"""Templates: checked like schemes, never chosen, extended by regions that fill in what is left open."""

from pathlib import Path

import pytest

from converter.mapping.library import Library
from converter.scoring.choosing import choose
from converter.scoring.shelf import load_schemes, load_templates
from converter.scoring.templates import FORM, WEIGHT
from converter.vocabulary.findings import ConfigurationError
from tests.test_extending import lay

HEAD = 'region: {code: "430528", name: 新宁县}\nyear: 2023\nbasis: {document: 新财绩〔2023〕2号, clause: 附件}\n'


def test_the_shipped_templates() -> None:
    form, frame = sorted(load_templates(Library()), key=lambda template: len(template.unfilled))
    assert (form.reference, form.unfilled) == ("模板/自评表2020", {})
    assert sum(rule.full for rule in form.scheme.rules) == 100
    assert next(rule.full for rule in form.scheme.rules if rule.name == "预算执行率") == 10
    assert frame.reference == "模板/共性指标2013"
    assert set(frame.unfilled) == {rule.name for rule in frame.scheme.rules}
    assert frame.unfilled["在职人员控制率"] == (WEIGHT, FORM)
    assert frame.unfilled["绩效目标合理性"] == (WEIGHT,)


def test_what_nobody_has_read_is_said_in_the_files() -> None:
    for template in load_templates(Library()):
        assert "没有核对原文" in template.scheme.document.text or "没有见过原文" in template.scheme.document.text


def test_a_template_is_never_chosen(tmp_path: Path) -> None:
    shelf = load_schemes(lay(tmp_path))
    assert [one.reference for one in shelf] == ["430527/2019"]
    for asked in ("00", "0000", None):
        with pytest.raises(ConfigurationError) as caught:
            choose(shelf, 2000, asked, ("00",))
        assert caught.value.code == "C10"


def test_ones_own_template_is_not_chosen_either(tmp_path: Path) -> None:
    template = (Library().layers[0].path / "schemes" / "模板" / "自评表2020.yaml").read_text(encoding="utf-8")
    library = lay(tmp_path, a自己__表=template)
    assert "自己/表" in [one.reference for one in load_templates(library)]
    with pytest.raises(ConfigurationError):
        choose(load_schemes(library), 2000, None, ())


def test_a_region_extends_the_form_of_2020(tmp_path: Path) -> None:
    text = (
        "extends: 模板/自评表2020\n"
        + HEAD
        + "indicators: {满意度指标得分: {full: 8}}\nlevels: {满意度指标: {full: 8}}\n"
    )
    scheme = choose(load_schemes(lay(tmp_path, a430528__2023=text)), 2023, "430528", ())
    assert [rule.full for rule in scheme.rules] == [10, 50, 30, 8]
    assert scheme.name == "新宁县 2023（430528）"
    assert scheme.rules[0].basis == "新财绩〔2023〕2号 附件"


FILLED = """\
  在职人员控制率: {full: 60, deduct: {above: 100%, every: 1%, points: 6}}
  绩效目标合理性: {full: 40}
"""


def test_a_region_fills_in_the_frame_of_2013(tmp_path: Path) -> None:
    (frame,) = [one for one in load_templates(Library()) if one.unfilled]
    out = "".join(f"  {name}: null\n" for name in frame.unfilled if name not in FILLED)
    text = "extends: 模板/共性指标2013\n" + HEAD + "indicators:\n" + FILLED + out
    scheme = choose(load_schemes(lay(tmp_path, a430528__2023=text)), 2023, "430528", ())
    assert {rule.name: rule.full for rule in scheme.rules} == {"绩效目标合理性": 40, "在职人员控制率": 60}


def test_what_is_left_open_is_refused_by_name(tmp_path: Path) -> None:
    text = "extends: 模板/共性指标2013\n" + HEAD + "indicators:\n" + FILLED + "  预算完成率: {full: 5}\n"
    with pytest.raises(ConfigurationError) as caught:
        load_schemes(lay(tmp_path, a430528__2023=text))
    error = caught.value
    assert (error.code, str(error.place)) == ("C23", "本地/schemes/430528/2023.yaml:1:10")
    assert "预算完成率（计分方式）" in error.message
    assert "绩效指标明确性（分值）" in error.message
    assert "在职人员控制率" not in error.message
    assert "绩效目标合理性" not in error.message


OWN = """\
template: true
title: 表
basis: {document: 某文〔2020〕1号, clause: 附件}
grades: {优: 90, 差: 0}
indicators:
  甲: {path: [一级], value: 在职人员数 / 编制数, text: 原文}
"""


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (OWN.replace("template: true", "template: false"), "1:1", "template 只能是 true"),
        (OWN + "year: 2020\n", "7:1", "不应有“year”"),
        (OWN + "kinds: [学校]\n", "7:1", "不应有“kinds”"),
        (OWN.replace("编制数", "编制书"), "6:26", "是否为“编制数”"),
        (OWN.replace("path: [一级], value: 在职人员数 / 编制数", "path: [一级]"), "6:6", "计分方式"),
        (OWN.replace("title: 表\n", ""), "1:1", "title"),
    ],
    ids=["false", "year", "kinds", "field", "nothing-to-score", "title"],
)
def test_a_mistake_in_a_template(text: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_templates(lay(tmp_path, a自己__表=text))
    assert str(caught.value.place) == f"本地/schemes/自己/表.yaml:{place}"
    assert words in str(caught.value)


def test_a_template_may_extend_a_template(tmp_path: Path) -> None:
    text = "extends: 模板/自评表2020\ntemplate: true\nindicators: {预算执行率: {full: 20}, 产出指标得分: {full: 40}}\n"
    templates = {one.reference: one for one in load_templates(lay(tmp_path, a自己__表=text))}
    assert [rule.full for rule in templates["自己/表"].scheme.rules] == [20, 40, 30, 10]
