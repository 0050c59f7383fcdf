"""Choosing: the scheme a run takes, by code prefix and year; never another year's or another region's."""

from collections.abc import Callable
from pathlib import Path

import pytest

from converter.mapping.library import Library
from converter.scoring.choosing import choice, choices, choose, level_of
from converter.scoring.shelf import Shelved, load_schemes, region_names
from converter.vocabulary.findings import EXIT_CANNOT_RUN, ConfigurationError
from tests.test_schemes import scheme_text

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
    assert str(caught.value.place) == "本地/schemes/b/2019.yaml:1:1"
    assert "本地/schemes/a/2019.yaml" in str(caught.value)


def test_region_names(shelf: Shelf) -> None:
    names = region_names(shelf(("1", "430528", "新宁县", 2019)))
    assert names["430527"] == "绥宁县"
    assert names["430528"] == "新宁县"


# ---- kinds of departments -------------------------------------------------------------------------------------------
@pytest.fixture
def kinds(tmp_path: Path) -> Callable[..., list[Shelved]]:
    """A user's own schemes of 2019 for kinds of departments: kinds((code, "学校、乡镇"), …)."""

    def lay(*own: tuple[str, str]) -> list[Shelved]:
        for number, (code, listed) in enumerate(own):
            path = tmp_path / "本地" / "schemes" / code / f"2019-{number}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = scheme_text(code=code, name=f"地{code}")
            path.write_text(text + (f"kinds: [{listed}]\n" if listed else ""), encoding="utf-8")
        return load_schemes(Library(tmp_path / "本地"))

    return lay


def test_the_scheme_for_a_kind_wins_over_the_one_for_all(kinds: Shelf) -> None:
    shelved = kinds(("430528", ""), ("430528", "学校, 医院"), ("430528", "乡镇"))
    chosen = choices(shelved, 2019, "430528", (), ["学校", "乡镇", "", "机关"])
    assert {kind: one.scheme.file.kinds for kind, one in chosen.items()} == {
        "": [],
        "乡镇": ["乡镇"],
        "学校": ["学校", "医院"],
        "机关": [],
    }
    assert chosen["学校"].scheme.name == "地430528 2019 学校、医院（430528）"
    assert str(chosen["学校"]) == "县级 430528 地430528（按 --region 430528，类别 学校）"
    assert str(chosen["机关"]) == "县级 430528 地430528（按 --region 430528）"


def test_a_kind_that_the_county_does_not_rule_takes_the_citys_scheme_and_says_so(kinds: Shelf) -> None:
    shelved = kinds(("430528", "乡镇"), ("4305", ""))
    taken = choice(shelved, 2019, "430528", (), "学校")
    assert str(taken) == "市级 4305 地4305（按 --region 430528 的前 4 位）"
    assert choose(shelved, 2019, "430528", (), "乡镇").file.region.code == "430528"


def test_a_department_of_no_known_kind_is_not_guessed(kinds: Shelf) -> None:
    shelved = kinds(("430528", "乡镇"), ("430528", "学校"), ("4305", ""))
    said = refusal(lambda: choose(shelved, 2019, "430528", ()))
    assert "只适用于类别 乡镇、学校" in said
    assert "没有写明类别的部门" in said


def test_no_scheme_for_a_kind(kinds: Shelf) -> None:
    shelved = kinds(("430528", "乡镇"))
    for asked, spoken in (("430528", ()), (None, ("430528",)), (None, ())):
        said = refusal(lambda: choose(shelved, 2019, asked, spoken, "学校"))  # noqa: B023  # called at once
        assert "类别“学校”" in said


def test_two_schemes_for_a_kind_are_candidates(kinds: Shelf) -> None:
    shelved = kinds(("430528", "乡镇, 学校"), ("430528", "学校"))
    said = refusal(lambda: choose(shelved, 2019, "430528", (), "学校"))
    assert "地430528 2019 乡镇、学校（430528）、地430528 2019 学校（430528）" in said
    assert choose(shelved, 2019, "430528", (), "乡镇").file.kinds == ["乡镇", "学校"]


def test_the_same_kinds_twice_in_one_folder(kinds: Shelf) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kinds(("430528", "乡镇, 学校"), ("430528", "学校, 乡镇"))
    assert (caught.value.code, caught.value.place.file) == ("C12", "本地/schemes/430528/2019-1.yaml")


def test_ones_own_scheme_for_a_kind_stands_beside_the_built_in_one(kinds: Shelf) -> None:
    shelved = kinds(("430527", "学校"))
    assert choose(shelved, 2019, "430527", (), "学校").document.shown == "本地/schemes/430527/2019-0.yaml"
    assert choose(shelved, 2019, "430527", (), "机关").document.shown == "mappings/schemes/430527/2019.yaml"


# ---- the level used -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("43", "省级 43"),
        ("4305", "市级 4305"),
        ("430528", "县级 430528"),
        ("430500", "市本级 430500"),
        ("430000", "省本级 430000"),
        ("430528001", "乡级 430528001"),
        ("430528001001", "村级 430528001001"),
        ("43052", "代码前 5 位 43052"),
    ],
)
def test_levels(code: str, level: str, kinds: Shelf) -> None:
    scheme = choose(kinds((code, "")), 2019, code, ())
    assert level_of(scheme) == f"{level} 地{code}"


def test_the_reason_is_named(shelf: Shelf) -> None:
    shelved = shelf(("4305", "4305", "邵阳市", 2019))
    assert str(choice(shelved, 2019, "430581002", ())) == "市级 4305 邵阳市（按 --region 430581002 的前 4 位）"
    assert str(choice(shelved, 2019, None, ("430527",))) == "县级 430527 绥宁县（按报送材料所属地区）"
    assert str(choice(shelved, 2019, None, ())) == "市级 4305 邵阳市（自己的映射里该年度唯一的方案）"


def test_of_regions_that_lie_in_one_another_the_inner_one(shelf: Shelf) -> None:
    """邵阳市绥宁县人社局 names both."""
    shelved = shelf(("4305", "4305", "邵阳市", 2019))
    assert choose(shelved, 2019, None, ("4305", "430527")).file.region.name == "绥宁县"
