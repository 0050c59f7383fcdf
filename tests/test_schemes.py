"""Schemes: which one a run takes, what it says, and the mistakes that are refused where they stand."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from converter.mapping.documents import Document
from converter.mapping.library import Library
from converter.scoring.bands import Bands
from converter.scoring.points import Weight
from converter.scoring.proportional import External
from converter.scoring.schemes import Scheme, Shelved, choose, load_schemes, outline, region_names
from converter.scoring.steps import Deduct
from converter.vocabulary.findings import EXIT_CANNOT_RUN, ConfigurationError
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


Shelf = Callable[..., list[Shelved]]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """The built-in schemes with a user's own laid over them: shelf((folder, code, name, year), …)."""

    def lay(*own: tuple[str, str, str, int]) -> list[Shelved]:
        layer = tmp_path / "本地"
        layer.mkdir()
        for folder, code, name, year in own:
            path = layer / "schemes" / folder / f"{year}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(scheme_text(code=code, name=name, year=year), encoding="utf-8")
        return load_schemes(Library(layer))

    return lay


def refusal(taking: Callable[[], object]) -> str:
    """The one line for the user when no scheme can be chosen."""
    with pytest.raises(ConfigurationError) as caught:
        taking()
    assert caught.value.code == "C10"
    assert caught.value.exit_code == EXIT_CANNOT_RUN
    assert "--region" in str(caught.value)
    return str(caught.value)


# ---- which scheme ---------------------------------------------------------------------------------------------------
def test_the_asked_region(shelf: Shelf) -> None:
    assert choose(shelf(), 2019, "430527", ()).file.region.name == "绥宁县"


def test_a_longer_code_finds_the_county_it_lies_in(shelf: Shelf) -> None:
    assert choose(shelf(), 2019, "430527103", ()).name == "绥宁县 2019（430527）"


@pytest.mark.parametrize(
    ("asked", "name"), [("430527", "绥宁县"), ("430581", "邵阳市"), ("4305", "邵阳市"), ("430600", "湖南省")]
)
def test_the_longest_prefix_wins(shelf: Shelf, asked: str, name: str) -> None:
    shelved = shelf(("4305", "4305", "邵阳市", 2019), ("43", "43", "湖南省", 2019))
    assert choose(shelved, 2019, asked, ()).file.region.name == name


@pytest.mark.parametrize("asked", ["43", "4305", "530527", "430528"])
def test_no_other_region_is_borrowed(shelf: Shelf, asked: str) -> None:
    shelved = shelf()
    said = refusal(lambda: choose(shelved, 2019, asked, ("430527",)))
    assert asked in said
    assert "绥宁县 2019（430527）" in said


@pytest.mark.parametrize("year", [2018, 2020])
def test_no_other_year_is_borrowed(shelf: Shelf, year: int) -> None:
    shelved = shelf()
    for asked, spoken in (("430527", ()), (None, ("430527",)), ("430527", ("430527",))):
        said = refusal(lambda: choose(shelved, year, asked, spoken))  # noqa: B023  # called at once
        assert str(year) in said
        assert "绥宁县 2019（430527）" in said


def test_each_year_has_its_own_scheme(shelf: Shelf) -> None:
    shelved = shelf(("430527", "430527", "绥宁县", 2020))
    assert [choose(shelved, year, "430527", ()).file.year for year in (2019, 2020)] == [2019, 2020]


def test_the_region_that_the_submissions_name(shelf: Shelf) -> None:
    assert choose(shelf(("1", "430528", "新宁县", 2019)), 2019, None, ("430527",)).file.region.name == "绥宁县"


def test_a_built_in_scheme_of_a_region_nobody_named_is_not_taken(shelf: Shelf) -> None:
    shelved = shelf()
    assert "绥宁县 2019（430527）" in refusal(lambda: choose(shelved, 2019, None, ()))


def test_the_only_one_of_the_users_own(shelf: Shelf) -> None:
    shelved = shelf(("1", "430528", "新宁县", 2019), ("2", "430529", "城步县", 2018))
    assert choose(shelved, 2019, None, ()).file.region.name == "新宁县"
    assert choose(shelved, 2018, None, ()).file.region.name == "城步县"


def test_several_of_the_users_own_are_candidates(shelf: Shelf) -> None:
    shelved = shelf(("1", "430528", "新宁县", 2019), ("2", "430529", "城步县", 2019))
    said = refusal(lambda: choose(shelved, 2019, None, ()))
    assert "新宁县 2019（430528）、城步县 2019（430529）" in said
    assert "绥宁县" not in said


def test_several_regions_named_are_candidates(shelf: Shelf) -> None:
    shelved = shelf(("1", "430528", "新宁县", 2019))
    said = refusal(lambda: choose(shelved, 2019, None, ("430527", "430528")))
    assert "绥宁县 2019（430527）、新宁县 2019（430528）" in said


def test_no_scheme_at_all() -> None:
    assert "无" in refusal(lambda: choose([], 2019, "430527", ()))


def test_the_users_scheme_replaces_the_built_in_one(shelf: Shelf) -> None:
    shelved = shelf(("430527", "430527", "绥宁县", 2019))
    assert [one.own for one in shelved if one.scheme.file.region.code == "430527"] == [True]
    chosen = choose(shelved, 2019, "430527", ())
    assert len(chosen.rules) == 1
    assert chosen.document.shown == "本地/schemes/430527/2019.yaml"


def test_two_schemes_of_one_region_and_year(shelf: Shelf) -> None:
    with pytest.raises(ConfigurationError) as caught:
        shelf(("a", "430528", "新宁县", 2019), ("b", "430528", "新宁县", 2019))
    assert caught.value.code == "C12"
    assert str(caught.value.place) == "本地/schemes/b/2019.yaml"
    assert "本地/schemes/a/2019.yaml" in str(caught.value)


def test_region_names(shelf: Shelf) -> None:
    names = region_names(shelf(("1", "430528", "新宁县", 2019)))
    assert names["430527"] == "绥宁县"
    assert names["430528"] == "新宁县"


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
