"""Extending: what a file writes replaces what it inherits, and every place is where the key is really written."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.mapping.library import Library
from converter.scoring.extending import Merged, lineage, merged, written
from converter.scoring.linting import lint
from converter.scoring.outline import extended, keys, outline
from converter.scoring.schemes import Scheme
from converter.scoring.shelf import Shelved, load_schemes
from converter.vocabulary.findings import ConfigurationError

PARENT = """\
region: {code: "4305", name: 邵阳市}
year: 2019
title: 市指标
basis: {document: 邵财绩〔2019〕1号, clause: 附件}
grades: {优: 90, 良: 80, 中: 60, 差: 0}
levels:
  投入: {full: 40}
  过程: {full: 60}
indicators:
  在职人员控制率:
    path: [投入]
    full: 40
    value: 在职人员数 / 编制数
    deduct: {above: 100%, every: 1%, points: 0.5}
    text: 每超过一个百分点扣0.5分。
  制度:
    path: [过程]
    full: 30
    manual: true
    text: 由人评定。
  公开:
    path: [过程]
    full: 30
    manual: true
    text: 由人评定。
"""
DICTIONARY = Library().dictionary
HEAD = """\
extends: 4305/2019
region: {code: "430528", name: 新宁县}
year: 2019
"""


def lay(folder: Path, **files: str) -> Library:
    """A user's mappings with schemes: lay(folder, a4305__2019=text) writes schemes/4305/2019.yaml."""
    own = folder / "本地"
    own.mkdir(parents=True)
    for name, text in files.items():
        place = own / "schemes" / f"{name[1:].replace('__', '/')}.yaml"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return Library(own)


def county(folder: Path, text: str, parent: str = PARENT) -> Scheme:
    """The county's scheme over the city's."""
    shelf = load_schemes(lay(folder, a4305__2019=parent, a430528__2019=HEAD + text))
    return next(one.scheme for one in shelf if one.reference == "430528/2019")


def refused(folder: Path, text: str, parent: str = PARENT) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        county(folder, text, parent)
    return caught.value


def test_nothing_changed_is_the_parents_scheme(tmp_path: Path) -> None:
    scheme = county(tmp_path, "")
    assert [(rule.name, rule.full) for rule in scheme.rules] == [("在职人员控制率", 40), ("制度", 30), ("公开", 30)]
    assert (scheme.name, scheme.file.title) == ("新宁县 2019（430528）", "市指标")
    assert {rule.basis for rule in scheme.rules} == {"邵财绩〔2019〕1号 附件"}


def test_keys_are_replaced_added_and_taken_out(tmp_path: Path) -> None:
    text = """\
basis: {document: 新财绩〔2019〕2号, clause: 附件}
levels:
  过程: {full: 60, parts: {管理: 60}}
indicators:
  在职人员控制率:
    deduct: {above: 105%, every: 1%, points: 2}
    not_applicable: full
  制度: null
  公开: {path: [过程, 管理]}
  满意度:
    path: [过程, 管理]
    full: 30
    manual: true
    text: 由人评定。
"""
    scheme = county(tmp_path, text)
    staff, public, content = scheme.rules
    assert [rule.name for rule in scheme.rules] == ["在职人员控制率", "公开", "满意度"]
    assert staff.spec.value is not None
    assert (staff.full, staff.spec.value.text, staff.spec.not_applicable) == (40, "在职人员数 / 编制数", "full")
    assert staff.describe().startswith("超过 105% 每 1% 扣 2 分")
    assert (public.spec.path, public.full, content.full) == (["过程", "管理"], 30, 30)
    assert {rule.basis for rule in scheme.rules} == {"新财绩〔2019〕2号 附件"}
    assert scheme.file.levels["过程"].parts == {"管理": 60}
    assert scheme.file.levels["投入"].full == 40


def test_a_scoring_form_is_exchanged_by_taking_out_the_inherited_one(tmp_path: Path) -> None:
    bands = "    bands: [{to: 100%, points: 40}, {over: 100%, points: 0}]\n"
    text = "indicators:\n  在职人员控制率:\n" + bands
    error = refused(tmp_path / "a", text)
    assert "写“键: null”" in error.advice
    assert str(error.place) == "本地/schemes/430528/2019.yaml:6:5"
    scheme = county(tmp_path / "b", text + "    deduct: null\n")
    assert scheme.rules[0].spec.deduct is None
    assert scheme.rules[0].describe() == "≤ 100% 计 40 分；> 100% 计 0 分"


def test_the_parent_itself_is_not_changed(tmp_path: Path) -> None:
    library = lay(tmp_path, a4305__2019=PARENT, a430528__2019=HEAD + "indicators: {制度: null}\n")
    city = next(one.scheme for one in load_schemes(library) if one.reference == "4305/2019")
    assert [rule.name for rule in city.rules] == ["在职人员控制率", "制度", "公开"]
    assert not isinstance(city.document, Merged)


# ---- places ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "parent", "place"),
    [
        ("indicators:\n  制度: {fulll: 3}\n", PARENT, "430528/2019.yaml:5:8"),
        ("indicators:\n  在职人员控制率: {value: 在职人数 / 编制数}\n", PARENT, "430528/2019.yaml:5:20"),
        ("indicators: {制度: {full: 20}}\n", PARENT.replace("在职人员数", "在职人数"), "4305/2019.yaml:13:12"),
        ("indicators: {制度: {full: 20}}\n", PARENT.replace("above: 100%", "above: 一"), "4305/2019.yaml:14:21"),
        ("indicators:\n  在职人员控制率: {full: 五}\n", PARENT, "430528/2019.yaml:5:19"),
        ("indicators:\n  新的: {path: [过程], full: 3, manual: true}\n", PARENT, "430528/2019.yaml:5:3"),
        ("indicators:\n  制度: {text: null}\n", PARENT, "430528/2019.yaml:5:8"),
        ("indicators:\n  制度: {full: null, shares: 公安}\n", PARENT, "430528/2019.yaml:5:20"),
        ("grades: {优: 90}\n", PARENT, "430528/2019.yaml:4:9"),
        ("", PARENT.replace("title: 市指标\n", ""), "430528/2019.yaml:1:1"),
    ],
    ids=["key", "field", "parents-field", "parents-percent", "weight", "no-text", "out", "share", "grades", "title"],
)
def test_a_mistake_stands_in_the_file_in_which_it_is_written(
    text: str, parent: str, place: str, tmp_path: Path
) -> None:
    """Of the county's scheme: the city's own loading is left out."""
    files = written(lay(tmp_path, a4305__2019=parent, a430528__2019=HEAD + text))
    one = next(file for file in files if file.reference == "430528/2019")
    with pytest.raises(ConfigurationError) as caught:
        Scheme(merged(one, files), Library().dictionary)
    assert str(caught.value.place) == f"本地/schemes/{place}"


def test_an_indicator_that_is_not_there_cannot_be_taken_out(tmp_path: Path) -> None:
    error = refused(tmp_path, "indicators: {制渡: null}\n")
    assert (error.code, str(error.place)) == ("C22", "本地/schemes/430528/2019.yaml:4:14")
    assert "是否为“制度”？" in error.advice


def test_a_name_in_other_quotes_is_no_new_indicator(tmp_path: Path) -> None:
    error = refused(tmp_path, "indicators: {“制度”: {full: 20}}\n")
    assert (error.code, error.place.cell) == ("C22", "4:14")
    assert "“制度”" in error.advice


# ---- parents --------------------------------------------------------------------------------------------------------
def test_three_generations(tmp_path: Path) -> None:
    town = 'extends: 430528/2019\nregion: {code: "430528001", name: 某镇}\nyear: 2019\nindicators: {制度: {full: 5}}\n'
    library = lay(
        tmp_path,
        a4305__2019=PARENT,
        a430528__2019=HEAD + "indicators: {公开: {full: 7}}\n",
        a430528001__2019=town,
    )
    scheme = next(one.scheme for one in load_schemes(library) if one.reference == "430528001/2019")
    assert [rule.full for rule in scheme.rules] == [40, 5, 7]
    assert extended(scheme) == ["本地/schemes/430528/2019.yaml", "本地/schemes/4305/2019.yaml"]


@pytest.mark.parametrize(
    ("parent", "place", "names"),
    [
        ("extends: 430528/2019\n" + PARENT, "4305/2019.yaml:1:10", "4305/2019 → 430528/2019 → 4305/2019"),
        ("extends: 4305/2019\n" + PARENT, "4305/2019.yaml:1:10", "4305/2019 → 4305/2019"),
    ],
    ids=["two", "itself"],
)
def test_a_circle_is_refused_where_it_closes(parent: str, place: str, names: str, tmp_path: Path) -> None:
    library = lay(tmp_path, a4305__2019=parent, a430528__2019=HEAD)
    with pytest.raises(ConfigurationError) as caught:
        load_schemes(library)
    assert caught.value.code == "C21"
    assert caught.value.place.file.startswith("本地/schemes/43")
    assert " → " in caught.value.message
    files = written(library)
    one = next(file for file in files if file.reference == "4305/2019")
    with pytest.raises(ConfigurationError) as caught:
        lineage(one, files)
    assert names in caught.value.message


@pytest.mark.parametrize(
    ("extends", "words"),
    [
        ("4305/2018", "是否为“4305/2019”？"),
        ("'4305'", "是否为“4305/2019”？"),
        ("模板/自评表2021", "是否为“模板/自评表2020”？"),
    ],
)
def test_a_missing_parent_is_refused_with_the_nearest(extends: str, words: str, tmp_path: Path) -> None:
    library = lay(tmp_path, a4305__2019=PARENT, a430528__2019=HEAD.replace("4305/2019", extends))
    with pytest.raises(ConfigurationError) as caught:
        load_schemes(library)
    assert (caught.value.code, str(caught.value.place)) == ("C20", "本地/schemes/430528/2019.yaml:1:10")
    assert words in caught.value.advice


def test_extends_that_is_no_name(tmp_path: Path) -> None:
    library = lay(tmp_path, a430528__2019=HEAD.replace("4305/2019", "[4305, 2019]"))
    with pytest.raises(ConfigurationError) as caught:
        load_schemes(library)
    assert (caught.value.code, caught.value.place.cell) == ("C20", "1:10")


def test_ones_own_scheme_may_extend_the_built_in_one_of_its_name(tmp_path: Path) -> None:
    text = 'extends: 430527/2019\nregion: {code: "430527", name: 绥宁县}\nyear: 2019\nindicators: {行政效能: {graded: {好: 6, 差: 0}}}\n'
    (one,) = load_schemes(lay(tmp_path, a430527__2019=text))
    assert one.own
    assert len(one.scheme.rules) == 15
    assert {name: grade.high for name, grade in one.scheme.rules[-2].spec.graded.items()} == {"好": 6, "差": 0}
    assert extended(one.scheme) == ["mappings/schemes/430527/2019.yaml"]
    assert one.scheme.place("行政效能", "graded").file == "本地/schemes/430527/2019.yaml"
    assert one.scheme.place("行政效能", "text").file == "mappings/schemes/430527/2019.yaml"


def test_the_digest_covers_the_parent(tmp_path: Path) -> None:
    digests = {county(tmp_path / "a", "").sha256, county(tmp_path / "b", "", PARENT + "# 注\n").sha256}
    assert len(digests) == 2


@pytest.mark.parametrize("name", ["2019.yaml", "430528/2019/县.yaml"])
def test_a_file_where_no_scheme_is_looked_for_is_not_passed_over(name: str, tmp_path: Path) -> None:
    """Else a built-in scheme would be taken without a word."""
    library = lay(tmp_path, a4305__2019=PARENT)
    place = tmp_path / "本地" / "schemes" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(PARENT, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_schemes(library)
    assert (caught.value.code, str(caught.value.place)) == ("C24", f"本地/schemes/{name}:1:1")
    found = lint(library).findings
    assert ("C24", f"本地/schemes/{name}:1:1") in [(item.code, str(item.place)) for item in found]


_SCALARS = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["在职人员控制率", "100%", "在职人员数", "", "："])
)
_NAMES = st.sampled_from(
    [*"甲乙", "制度", "在职人员控制率", "path", "full", "deduct", "text", "levels", "indicators", "grades"]
)
_ANYTHING = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(_NAMES, _ANYTHING, max_size=4))
@settings(max_examples=150)
def test_whatever_a_file_lays_over_another_is_taken_or_refused_with_its_place(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, object]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    body = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in content.items())
    files = written(lay(folder, a4305__2019=PARENT, a430528__2019=HEAD + body))
    one = next(file for file in files if file.reference == "430528/2019")
    refusal = None
    try:
        Scheme(merged(one, files), DICTIONARY)
    except ConfigurationError as error:
        refusal = error
    if refusal is not None:
        assert re.fullmatch(r"本地/schemes/(430528|4305)/2019\.yaml:\d+:\d+", str(refusal.place))
        assert refusal.advice


# ---- shown ----------------------------------------------------------------------------------------------------------
def test_the_outline_names_the_origin_of_each_key(tmp_path: Path) -> None:
    scheme = county(tmp_path, "indicators:\n  在职人员控制率: {full: 30}\n  制度: null\n")
    lines = list(outline(scheme))
    assert "继承（由近到远）：本地/schemes/4305/2019.yaml" in lines
    assert "投入 / 在职人员控制率  30 分〔本地/schemes/430528/2019.yaml:5〕" in lines
    assert "  指标值＝在职人员数 ÷ 编制数〔本地/schemes/4305/2019.yaml:13〕" in lines
    assert lines[-1] == "已去掉 制度〔本地/schemes/430528/2019.yaml:6〕"


def test_keys_for_json(tmp_path: Path) -> None:
    scheme = county(tmp_path, "indicators:\n  在职人员控制率: {full: 30}\n")
    found = {tuple(map(str, one["key"])): one for one in keys(scheme) if isinstance(one["key"], list)}  # fmt: skip
    assert found["indicators", "在职人员控制率", "full"]["origin"] == "本地/schemes/430528/2019.yaml:5:13"
    assert found["indicators", "制度", "full"]["origin"] == "本地/schemes/4305/2019.yaml:18:5"
    assert found["title",]["value"] == "市指标"


def test_a_shelved_scheme_knows_its_name(tmp_path: Path) -> None:
    shelf: list[Shelved] = load_schemes(lay(tmp_path, a4305__2019=PARENT, a430528__2019=HEAD))
    assert [one.reference for one in shelf] == ["430527/2019", "4305/2019", "430528/2019"]
