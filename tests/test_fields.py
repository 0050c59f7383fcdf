"""The data dictionary: items and bases become fields, names can stand in formulas, every source is ranked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from converter.mapping.documents import Document
from converter.mapping.fields import Dictionary, FieldKind, check_sources, load_fields
from converter.mapping.library import Library
from converter.scoring.expressions import Input, parse
from converter.vocabulary.findings import ConfigurationError, Place
from converter.vocabulary.labels import label

SMALL = """\
items:
  编制数:
    kind: 人数
    meaning: 核定的人员编制数
    sources: [基础数据表]
  三公经费:
    bases: [预算数, 决算数]
    kind: 金额
    meaning: 三项经费之和
    sources: [财决01, 基础数据表]
    aliases: [“三公”经费合计, 1、三公经费（万元）]
  其他专项:
    bases: [决算数]
    kind: 金额
    meaning: 逐行列出的项目
    sources: []
    repeats: true
derived:
  三公结余:
    kind: 金额
    meaning: 预算减决算
    formulas:
      - 三公经费预算数 - 三公经费决算数
      - 三公经费预算数
"""
Load = Callable[..., Dictionary]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """The dictionary of some fields.yaml texts, later ones laid over earlier ones."""

    def of(*texts: str) -> Dictionary:
        layers = []
        for number, text in enumerate(texts, start=1):
            path = tmp_path / f"{number}.yaml"
            path.write_text(text, encoding="utf-8")
            layers.append(Document(path, f"layer{number}/fields.yaml"))
        return load_fields(layers)

    return of


def entry(name: str, bases: str = "", extra: str = "") -> str:
    """An item of a fields.yaml."""
    lines = [
        f"  {name}:",
        "    kind: 金额",
        "    meaning: 试验",
        "    sources: []",
        *([f"    bases: {bases}"] if bases else []),
        *([f"    {extra}"] if extra else []),
    ]
    return "\n".join(lines) + "\n"


def test_an_item_with_bases_gives_one_field_for_each(load: Load) -> None:
    dictionary = load(SMALL)
    assert set(dictionary.fields) == {"编制数", "三公经费预算数", "三公经费决算数", "其他专项决算数", "三公结余"}
    budget = dictionary["三公经费预算数"]
    assert (budget.item, budget.basis, budget.kind) == ("三公经费", "预算数", FieldKind.MONEY)
    assert budget.meaning == "三项经费之和"


def test_an_item_without_bases_is_one_field_of_its_own_name(load: Load) -> None:
    quota = load(SMALL)["编制数"]
    assert (quota.name, quota.item, quota.basis) == ("编制数", "编制数", "")


def test_sources_keep_their_order_and_belong_to_every_basis(load: Load) -> None:
    dictionary = load(SMALL)
    assert dictionary["三公经费预算数"].sources == ("财决01", "基础数据表")
    assert dictionary["三公经费决算数"].sources == ("财决01", "基础数据表")


def test_a_field_that_may_have_several_rows_says_so(load: Load) -> None:
    dictionary = load(SMALL)
    assert dictionary["其他专项决算数"].repeats
    assert not dictionary["三公经费决算数"].repeats


def test_a_derived_field_keeps_its_formulas_in_order_and_has_no_source(load: Load) -> None:
    derived = load(SMALL)["三公结余"]
    assert derived.formulas == ("三公经费预算数 - 三公经费决算数", "三公经费预算数")
    assert derived.sources == ()


def test_an_item_is_known_by_its_name_and_the_matching_form_of_its_aliases(load: Load) -> None:
    assert load(SMALL).labels["三公经费"] == ("三公经费", "三公经费合计")


@pytest.mark.parametrize(
    ("kind", "unit"),
    [("金额", "万元"), ("人数", "人"), ("比率", "比率"), ("得分", "分"), ("计数", "个")],
)
def test_the_kind_fixes_the_unit(kind: str, unit: str, load: Load) -> None:
    assert load(SMALL.replace("kind: 人数", f"kind: {kind}"))["编制数"].unit == unit


def test_membership_and_the_nearest_name(load: Load) -> None:
    dictionary = load(SMALL)
    assert "三公经费预算数" in dictionary
    assert "三公经费" not in dictionary
    assert dictionary.nearest("三公经费预算") == "三公经费预算数"
    assert dictionary.nearest("xyz") == ""


@pytest.mark.parametrize(
    ("name", "line"), [("编制数", 2), ("三公经费决算数", 6), ("其他专项决算数", 12), ("三公结余", 19)]
)
def test_every_field_knows_where_it_is_written(name: str, line: int, load: Load) -> None:
    assert load(SMALL).places[name] == Place("layer1/fields.yaml", "", f"{line}:3")


# —— names


@pytest.mark.parametrize(
    ("more", "name", "line"),
    [
        pytest.param(entry("三公经费预算数"), "三公经费预算数", 19, id="an item named like an item with its basis"),
        pytest.param(entry("结余", "[年末, 年末]"), "结余年末", 19, id="one basis twice"),
        pytest.param(entry("三公经费预", "[算数]"), "三公经费预算数", 19, id="two items that end up alike"),
    ],
)
def test_two_entries_of_one_name_are_refused(more: str, name: str, line: int, load: Load) -> None:
    items = SMALL[: SMALL.index("derived:")]
    with pytest.raises(ConfigurationError, match=rf"{name}.*重复") as caught:
        load(items + "\n" + more)
    assert caught.value.code == "C05"
    assert caught.value.place == Place("layer1/fields.yaml", "", f"{line}:3")


def test_a_derived_field_named_like_an_item_is_refused(load: Load) -> None:
    with pytest.raises(ConfigurationError, match=r"编制数.*重复"):
        load(SMALL.replace("三公结余:", "编制数:"))


@pytest.mark.parametrize(
    "name",
    [
        "因公出国(境)费",
        "因公出国（境）费",
        "“三公”经费",
        "三公 经费",
        "三公-经费",
        "2019年经费",
        "经费/收入",
        "经费%",
        "三公经费：",
        "·自评得分",
    ],
)
@pytest.mark.parametrize("part", ["items", "derived"])
def test_a_name_that_no_formula_can_hold_is_refused(part: str, name: str, load: Load) -> None:
    old, new = ("  编制数:", f"  {name!r}:") if part == "items" else ("  三公结余:", f"  {name!r}:")
    with pytest.raises(ConfigurationError, match="公式里不能用的字符") as caught:
        load(SMALL.replace(old, new))
    assert caught.value.code == "C05"
    assert name in str(caught.value)


@pytest.mark.parametrize("name", ["Ａ类经费", "经费Ｂ", "lambda", "None", "if"])
def test_a_name_that_formulas_read_as_something_else_is_refused(name: str, load: Load) -> None:
    """DESIGN §5: ast.parse folds identifiers; a full-width letter or a keyword never arrives as this field."""
    with pytest.raises(ConfigurationError):
        load(SMALL.replace("  编制数:", f"  {name!r}:"))


def test_every_built_in_name_stands_in_a_formula_as_itself(library: Library) -> None:
    names = set(library.dictionary.fields)
    assert len(names) > 60
    assert {name for name in names if parse(name).inputs() != (Input(name),)} == set()


# —— layers


def test_a_later_layer_replaces_an_entry_and_keeps_the_others(load: Load) -> None:
    later = "items:\n" + entry("编制数", extra="aliases: [核定编制]").replace("金额", "计数")
    dictionary = load(SMALL, later)
    assert dictionary["编制数"].kind is FieldKind.COUNT
    assert dictionary.labels["编制数"] == ("编制数", "核定编制")
    assert dictionary.places["编制数"].file == "layer2/fields.yaml"
    assert dictionary["三公经费预算数"].sources == ("财决01", "基础数据表")


def test_a_later_layer_adds_an_entry(load: Load) -> None:
    dictionary = load(SMALL, "items:\n" + entry("会议费", "[决算数]"))
    assert "会议费决算数" in dictionary
    assert "三公结余" in dictionary


def test_a_replaced_entry_leaves_none_of_its_former_bases(load: Load) -> None:
    dictionary = load(SMALL, "items:\n" + entry("三公经费", "[年初预算数, 决算数]"))
    assert {name for name in dictionary.fields if name.startswith("三公经费")} == {
        "三公经费年初预算数",
        "三公经费决算数",
    }


def test_a_later_layer_may_derive_what_was_read_before(load: Load) -> None:
    later = "items: {}\nderived:\n  编制数:\n    kind: 人数\n    meaning: 推算\n    formulas: [其他专项决算数]\n"
    quota = load(SMALL, later)["编制数"]
    assert quota.formulas == ("其他专项决算数",)
    assert quota.sources == ()


# —— sources


def test_a_form_that_gives_a_field_must_be_among_its_sources(load: Load) -> None:
    dictionary = load(SMALL)
    with pytest.raises(ConfigurationError, match=r"公开07.*三公经费决算数.*sources") as caught:
        check_sources(dictionary, {"基础数据表": {"编制数"}, "公开07": {"三公经费决算数"}})
    assert caught.value.code == "C05"
    assert caught.value.place == Place("layer1/fields.yaml", "", "6:3")


def test_forms_that_are_among_the_sources_are_accepted(load: Load) -> None:
    check_sources(load(SMALL), {"基础数据表": {"编制数", "三公经费决算数"}, "财决01": {"三公经费决算数"}})


# —— the built-in dictionary


def test_no_built_in_alias_names_two_items_of_one_source(library: Library) -> None:
    owners: dict[tuple[str, str], str] = {}
    for known in library.dictionary.fields.values():
        for source in known.sources:
            for text in library.dictionary.labels[known.item]:
                assert owners.setdefault((source, text), known.item) == known.item


def test_built_in_names_and_aliases_are_not_lost_in_folding(library: Library) -> None:
    assert all(all(texts) for texts in library.dictionary.labels.values())
    assert label("因公出国（境）费") in library.dictionary.labels["因公出国境费"]


@pytest.mark.parametrize(
    ("name", "kind", "sources"),
    [
        ("编制数", FieldKind.PEOPLE, ("基础数据表", "财决附02")),
        ("在职人员控制率填报数", FieldKind.RATIO, ("基础数据表",)),
        ("三公经费决算数", FieldKind.MONEY, ("基础数据表",)),
        ("项目支出决算数", FieldKind.MONEY, ("公开03", "财决01", "财决04", "财决05-2", "基础数据表")),
        ("满意度", FieldKind.RATIO, ()),
        ("重点工作考核得分", FieldKind.SCORE, ()),
    ],
)
def test_built_in_fields(name: str, kind: FieldKind, sources: tuple[str, ...], library: Library) -> None:
    known = library.dictionary[name]
    assert (known.kind, known.sources) == (kind, sources)


@pytest.mark.parametrize("name", ["上年结转", "年初预算", "本年追加预算", "年末结余"])
def test_built_in_derived_fields_use_known_fields_only(name: str, library: Library) -> None:
    formulas = library.dictionary[name].formulas
    assert formulas
    for formula in formulas:
        assert all(needed.name in library.dictionary for needed in parse(formula).inputs())


LIKE = """\
items:
  财政拨款三公经费:
    bases: [决算数]
    kind: 金额
    meaning: 财政拨款的三公经费
    sources: [公开三公]
    like: 三公经费
"""


def test_an_item_like_another_is_known_by_its_labels_too(load: Load) -> None:
    dictionary = load(SMALL, LIKE)
    assert set(dictionary.labels["财政拨款三公经费"]) == {"财政拨款三公经费", *dictionary.labels["三公经费"]}


def test_an_alias_laid_over_one_item_holds_for_those_like_it(load: Load) -> None:
    own = SMALL[: SMALL.index("derived")].replace("1、三公经费（万元）", "三项经费")
    assert "三项经费" in load(SMALL, LIKE, own).labels["财政拨款三公经费"]


def test_an_area_is_held_in_square_metres() -> None:
    assert FieldKind.AREA.unit == "平方米"
