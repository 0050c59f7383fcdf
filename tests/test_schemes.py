"""Schemes: which one a run takes, what it says, and the mistakes that are refused where they stand."""

import re
from pathlib import Path

import pytest

from converter.mapping.documents import Document
from converter.mapping.library import Library
from converter.scoring.bands import Bands
from converter.scoring.outline import outline
from converter.scoring.points import Weight
from converter.scoring.proportional import External
from converter.scoring.schemes import Scheme
from converter.scoring.steps import Deduct
from converter.vocabulary.findings import ConfigurationError
from converter.vocabulary.labels import plain
from tests.workbooks import INDICATORS

HEAD = """\
region: {code: "%(code)s", name: %(name)s}
year: %(year)s
title: 指标
basis: {document: 测试〔2020〕1号, clause: 附件}
grades: {优: 90, 良: 80, 中: 60, 差: 0}
indicators:
"""
STAFF = """\
  在职人员控制率:
    path: [投入, 预算配置]
    full: 100
    value: 在职人员数 / 编制数
    deduct: {above: 100%, every: 1%, points: 0.5}
    text: 每超过一个百分点扣0.5分，扣完为止。
"""


def scheme_text(indicators: str = STAFF, *, code: str = "430527", name: str = "绥宁县", year: int = 2019) -> str:
    """A scheme with the given indicators."""
    return HEAD % {"code": code, "name": name, "year": year} + indicators


def made_scheme(folder: Path, text: str, library: Library) -> Scheme:
    """The text as a loaded scheme."""
    path = folder / "scheme.yaml"
    path.write_text(text, encoding="utf-8")
    return Scheme(Document(path, "scheme.yaml"), library.dictionary)


# ---- what a scheme says ---------------------------------------------------------------------------------------------
def test_every_sentence_is_the_printed_one(scheme: Scheme) -> None:
    """附件2 as the county prints it, row by row: names, sentences, weights."""
    printed = {plain(str(row[4])): row for row in INDICATORS}
    assert [plain(rule.name) for rule in scheme.rules] == list(printed)
    for rule in scheme.rules:
        row = printed[plain(rule.name)]
        if plain(rule.name) != "社会效益":  # merged with 经济效益: one sentence and one weight for both
            assert plain(rule.spec.text) == plain(str(row[6]))
            assert rule.full == row[5]
        assert rule.basis == "绥财绩〔2020〕2号 附件2"


def test_the_weights_add_up(scheme: Scheme) -> None:
    assert sum(rule.full for rule in scheme.rules if rule.group == rule.name) == 100
    assert {rule.name: rule.group for rule in scheme.rules if rule.group != rule.name} == {"社会效益": "经济效益"}


def test_rules_as_the_scheme_writes_them(scheme: Scheme) -> None:
    rules = {rule.name: rule for rule in scheme.rules}
    change = rules["“三公经费”变动率"]
    assert isinstance(change.form, Deduct)
    assert change.weight == Weight(5, 5, 5 / 8)
    assert change.weight_as("text") == Weight(5, 8)
    assert rules["在职人员控制率"].weight_as("text") == Weight(5, 5)
    assert isinstance(rules["预算控制率"].form, Bands)
    assert isinstance(rules["重点工作实际完成率"].form, External)
    judged = [rule.name for rule in scheme.rules if rule.judged]
    assert judged == ["管理制度健全性", "资金使用合规性", "预决算信息公开性", "经济效益", "社会效益", "行政效能"]
    assert [rule.name for rule in scheme.rules if rule.spec.missing == "self"] == [
        "重点工作实际完成率",
        "社会公众或服务对象满意度",
    ]


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        (100, "优"),
        (90, "优"),
        (89.99, "良"),
        (80, "良"),
        (79.99, "中"),
        (60, "中"),
        (59.99, "差"),
        (0, "差"),
        (-3, "差"),
        (103, "优"),
    ],
)
def test_grades(scheme: Scheme, points: float, grade: str) -> None:
    assert scheme.grade(points) == grade


def test_grades_in_whatever_order_they_are_written(tmp_path: Path, library: Library) -> None:
    text = scheme_text().replace("{优: 90, 良: 80, 中: 60, 差: 0}", "{差: 0, 优: 95, 中: 70}")
    scheme = made_scheme(tmp_path, text, library)
    assert [scheme.grade(points) for points in (95, 94.99, 70, 69.99)] == ["优", "中", "中", "差"]
    assert scheme.grade_lines() == [70, 95]


def test_grade_lines_leave_out_the_lowest(scheme: Scheme) -> None:
    assert scheme.grade_lines() == [60, 80, 90]


def test_an_indicator_may_have_its_own_basis(tmp_path: Path, library: Library) -> None:
    text = scheme_text(STAFF + "    basis: {document: 另文〔2019〕3号, clause: 第五条}\n")
    assert made_scheme(tmp_path, text, library).rules[0].basis == "另文〔2019〕3号 第五条"


def test_the_outline_tells_every_rule(scheme: Scheme) -> None:
    text = "\n".join(outline(scheme))
    for rule in scheme.rules:
        assert rule.name in text
        assert " ".join(rule.spec.text.split()) in text
        assert rule.describe() in text
    assert "绥宁县 2019（430527）" in text
    assert "优 90，良 80，中 60，差 0" in text
    assert "（与“经济效益”共用）" in text
    assert "其他口径 决算/决算＝(三公经费决算数 - 上年(三公经费决算数)) ÷ 上年(三公经费决算数)" in text


def test_the_place_of_a_rule_is_its_line(scheme: Scheme) -> None:
    place = scheme.place("“三公经费”变动率", "text")
    line, column = map(int, place.cell.split(":"))
    assert place.file == "mappings/schemes/430527/2019.yaml"
    assert scheme.document.text.splitlines()[line - 1][column - 1 :].startswith("text: “三公经费”变动率")


# ---- mistakes, refused where they stand -----------------------------------------------------------------------------
def _replaced(old: str, new: str) -> str:
    text = scheme_text()
    assert old in text
    return text.replace(old, new)


_VALUE = "    value: 在职人员数 / 编制数\n"
_DEDUCT = "    deduct: {above: 100%, every: 1%, points: 0.5}\n"
_SHARER = "  乙:\n    path: [投入, 预算配置]\n    shares: %s\n    manual: true\n    text: 某某\n"
MISTAKES: dict[str, tuple[str, str]] = {
    "two forms": (_replaced(_DEDUCT, _DEDUCT + "    manual: true\n"), "计分方式应写且只写一个"),
    "no form": (_replaced(_DEDUCT, ""), "计分方式应写且只写一个"),
    "deduct without a value": (_replaced(_VALUE, ""), "deduct 需要 value 公式"),
    "checklist with a value": (_replaced(_DEDUCT, "    checklist: [50, 50]\n"), "不应有 value 公式"),
    "manual with a value": (_replaced(_DEDUCT, "    manual: true\n"), "不应有 value 公式"),
    "checklist that does not add up": (_replaced(_VALUE + _DEDUCT, "    checklist: [50, 40]\n"), "合计 90 分"),
    "graded below the weight": (_replaced(_VALUE + _DEDUCT, "    graded: {好: 90, 差: 0}\n"), "最高 90 分"),
    "a field nobody knows": (_replaced("编制数\n", "编制人数合计\n"), "不在数据字典中，是否为“编制数”"),
    "last year's field nobody knows": (_replaced("/ 编制数", "/ 上年(编制书)"), "不在数据字典中，是否为“编制数”"),
    "a formula that is none": (_replaced("/ 编制数", "/ 编制数 ** 2"), "公式第"),
    "full-width brackets": (_replaced("/ 编制数", "/ （编制数）"), "请改为半角"),
    "a variant that is none": (_replaced(_DEDUCT, _DEDUCT + "    variants: {甲: 编制数 +}\n"), "公式第"),
    "a value that is a number": (_replaced("在职人员数 / 编制数", "5"), "应为公式"),
    "both weight and share": (_replaced("full: 100", "full: 100\n    shares: 乙"), "full 与 shares 应写且只写一个"),
    "neither weight nor share": (_replaced("    full: 100\n", ""), "full 与 shares 应写且只写一个"),
    "a share of nothing": (scheme_text(STAFF + _SHARER % "丙"), "shares 应是"),
    "a share of itself": (scheme_text(STAFF + _SHARER % "乙"), "shares 应是"),
    "a share across levels": (
        scheme_text(STAFF + (_SHARER % "在职人员控制率").replace("预算配置", "预算执行")),
        "shares 应是同一上级下",
    ),
    "a weight of nothing": (_replaced("full: 100", "full: 0"), "应大于 0"),
    "a weight in quotes": (_replaced("full: 100", 'full: "100"'), "应为数字"),
    "a step of nothing": (_replaced("every: 1%", "every: 0%"), "应大于 0"),
    "a deduction on two sides": (_replaced("above: 100%", "above: 100%, below: 90%"), "写且只写一个"),
    "overlapping bands": (
        _replaced(_DEDUCT, "    bands: [{from: 0, to: 1, points: 5}, {from: 1, points: 0}]\n"),
        "重叠",
    ),
    "a step reading nobody knows": (_replaced("points: 0.5}", "points: 0.5, steps: half}"), "不是允许的取值"),
    "a policy nobody knows": (_replaced(_DEDUCT, _DEDUCT + "    missing: guess\n"), "不是允许的取值"),
    "a misspelt key": (_replaced("    deduct:", "    deducts:"), "不认识的键“deducts”"),
    "an unquoted code": (_replaced('"430527"', "430527"), "编码和名称应为文字"),
    "a code with letters": (_replaced('"430527"', '"43O527"'), "格式不对"),
    "a year long past": (_replaced("year: 2019", "year: 19"), "year"),
    "only one grade": (_replaced("{优: 90, 良: 80, 中: 60, 差: 0}", "{优: 90}"), "不能为空|至少|at least"),
    "no sentence": (_replaced("    text: 每超过一个百分点扣0.5分，扣完为止。\n", ""), "缺少必填的键“text”"),
    "no basis": (_replaced("basis: {document: 测试〔2020〕1号, clause: 附件}\n", ""), "缺少必填的键“basis”"),
    "no indicators": (HEAD % {"code": "430527", "name": "绥宁县", "year": 2019} + "  {}\n", "不能为空"),
}


@pytest.mark.parametrize("name", sorted(MISTAKES))
def test_a_mistake_is_refused_with_its_place(name: str, tmp_path: Path, library: Library) -> None:
    text, words = MISTAKES[name]
    with pytest.raises(ConfigurationError) as caught:
        made_scheme(tmp_path, text, library)
    assert caught.value.code == "C02"
    assert re.search(words, str(caught.value)), str(caught.value)
    match = re.fullmatch(r"(\d+):(\d+)", caught.value.place.cell)
    assert match is not None
    assert 1 <= int(match[1]) <= len(text.splitlines())


def test_the_line_of_a_mistake(tmp_path: Path, library: Library) -> None:
    text = scheme_text().replace("/ 编制数", "/ 编制数 ** 2")
    with pytest.raises(ConfigurationError) as caught:
        made_scheme(tmp_path, text, library)
    line = next(n for n, one in enumerate(text.splitlines(), start=1) if "value:" in one)
    assert caught.value.place.cell.startswith(f"{line}:")


def test_the_unbroken_text_is_taken(tmp_path: Path, library: Library) -> None:
    assert [rule.name for rule in made_scheme(tmp_path, scheme_text(), library).rules] == ["在职人员控制率"]
    shared = made_scheme(tmp_path, scheme_text(STAFF + _SHARER % "在职人员控制率"), library)
    assert [(rule.group, rule.full) for rule in shared.rules] == [("在职人员控制率", 100)] * 2
