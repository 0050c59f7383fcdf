"""The mappings: built-in ones with a user's own laid over them, entry by entry; the fingerprint follows the contents."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from converter.intake.cells import Workbook
from converter.mapping.facts import read_documents
from converter.mapping.fields import FieldKind
from converter.mapping.library import Layer, Library, builtin
from converter.scoring.checks import load_checks
from converter.vocabulary.findings import EXIT_CANNOT_RUN, ConfigurationError
from tests.test_locate import page
from tests.workbooks import basic_data

Own = Callable[[Mapping[str, str]], Library]


@pytest.fixture
def own(tmp_path: Path) -> Own:
    """The library with a user's own files laid over it."""

    def lay(files: Mapping[str, str]) -> Library:
        folder = tmp_path / "own"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return Library(folder)

    return lay


FIELD = "items:\n  会议费:\n    kind: 金额\n    bases: [决算数]\n    meaning: 会议支出\n    sources: [甲表]\n"
FORM = """\
form: 甲表
titles: [会议费支出明细表]
unit: 元
tables:
  - label: [科目]
    columns: {决算数: 决算数}
    rows: {会议费: }
"""
BUILTIN = (builtin() / "forms" / "基础数据表.yaml").read_text(encoding="utf-8")


# --- layers


def test_the_built_in_mappings_come_with_the_program(library: Library) -> None:
    assert builtin().is_dir()
    assert {"基础数据表", "指标表", "公开01", "财决01"} < {form.form for form in library.forms}
    assert library.layers == [Layer(builtin(), "mappings")]


def test_an_empty_folder_of_ones_own_changes_nothing(own: Own, library: Library) -> None:
    laid = own({})
    assert laid.forms == library.forms
    assert laid.dictionary.fields == library.dictionary.fields
    assert [layer.name for layer in laid.layers] == ["mappings", "own"]


def test_ones_own_fields_and_forms_are_added(own: Own, library: Library) -> None:
    laid = own({"fields.yaml": FIELD, "forms/甲表.yaml": FORM})
    assert set(laid.dictionary.fields) - set(library.dictionary.fields) == {"会议费决算数"}
    assert [form.form for form in laid.forms] == [*(form.form for form in library.forms), "甲表"]


def test_ones_own_field_replaces_the_built_in_one_alone(own: Own, library: Library) -> None:
    laid = own(
        {"fields.yaml": FIELD.replace("会议费", "满意度").replace("    bases: [决算数]\n", "").replace("甲表", "")}
    )
    assert laid.dictionary["满意度"].kind is FieldKind.MONEY
    assert laid.dictionary.places["满意度"].file == "own/fields.yaml"
    others = {name: known for name, known in laid.dictionary.fields.items() if name != "满意度"}
    assert others == {name: known for name, known in library.dictionary.fields.items() if name != "满意度"}
    assert laid.dictionary.places["编制数"].file == "mappings/fields.yaml"


def test_ones_own_form_replaces_the_built_in_one_of_its_name_whatever_the_files_are_called(
    own: Own, library: Library
) -> None:
    laid = own({"forms/z.yaml": BUILTIN.replace("label: [经费控制情况, 经费控制, 项目]", "label: [经费情况]")})
    assert [form.form for form in laid.forms] == [form.form for form in library.forms]
    grid = basic_data()
    grid.cells[5, 0] = "经费情况"
    book = Workbook([page(grid).sheet])
    by_own = read_documents(book, "表.xlsx", laid.forms, laid.dictionary).documents[0]
    by_builtin = read_documents(book, "表.xlsx", library.forms, library.dictionary).documents[0]
    assert "三公经费预算数" in {fact.field for fact in by_own.facts}
    assert "三公经费预算数" not in {fact.field for fact in by_builtin.facts}


def test_ones_own_alias_lets_a_form_be_read(own: Own, library: Library) -> None:
    """The commonest overlay: a county's word for a known row."""
    fields = (builtin() / "fields.yaml").read_text(encoding="utf-8")
    entry = fields[fields.index("  公用经费:") : fields.index("  办公经费:")]
    laid = own({"fields.yaml": "items:\n" + entry.replace("公用经费支出,", "公用经费支出, 机关日常开支,")})
    book = Workbook([page(basic_data(rows={"机关日常开支": (1, 2, 3)})).sheet])
    facts = read_documents(book, "表.xlsx", laid.forms, laid.dictionary).documents[0].facts
    assert [fact.value for fact in facts if fact.field == "公用经费预算数"] == [2]
    without = read_documents(book, "表.xlsx", library.forms, library.dictionary).documents[0]
    assert [item.code for item in without.findings] == ["M02"]


def test_documents_come_layer_by_layer_by_name_and_are_shown_without_their_absolute_path(own: Own) -> None:
    laid = own({"forms/b.yaml": FORM, "forms/a.yaml": FORM.replace("甲表", "乙表"), "fields.yaml": FIELD})
    shown = [document.shown for _, document in laid.documents("forms/*.yaml")]
    built_in = [f"mappings/forms/{path.name}" for path in sorted((builtin() / "forms").iterdir())]
    assert shown == [*built_in, "own/forms/a.yaml", "own/forms/b.yaml"]


def test_ones_own_checks_come_over_the_built_in_ones(own: Own, library: Library) -> None:
    check = "audit:\n  S10:\n    title: 年度\n    level: 错误\n    owner: 规则\n    advice: 请改\n"
    assert str(load_checks(own({"checks.yaml": check})).audit["S10"].level) == "错误"
    assert str(load_checks(library).audit["S10"].level) == "提示"


# --- mistakes


def refusal(library: Library) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        _ = library.dictionary, library.forms
    assert caught.value.exit_code == EXIT_CANNOT_RUN
    assert caught.value.advice
    return caught.value


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "没有", Path(shutil.copy(builtin() / "fields.yaml", tmp_path / "一个文件"))):
        with pytest.raises(ConfigurationError, match="找不到") as caught:
            Library(path)
        assert caught.value.code == "C07"
        assert path.name in str(caught.value)


def test_two_forms_of_one_name_in_one_folder_are_refused(own: Own) -> None:
    error = refusal(own({"fields.yaml": FIELD, "forms/a.yaml": FORM, "forms/b.yaml": "# 注\n" + FORM}))
    assert (error.code, str(error.place)) == ("C06", "own/forms/b.yaml:2:1")
    assert "own/forms/a.yaml" in str(error)
    assert "“甲表”" in str(error)


def test_a_form_of_ones_own_that_a_field_does_not_name_is_its_last_source(own: Own) -> None:
    laid = own({"fields.yaml": FIELD.replace("[甲表]", "[乙表]"), "forms/甲表.yaml": FORM})
    assert [form.form for form in laid.forms if form.form == "甲表"]
    assert laid.dictionary["会议费决算数"].sources == ("乙表", "甲表")


def test_a_form_may_not_give_what_is_derived(own: Own) -> None:
    derived = (
        FIELD.replace("会议费", "会费")
        + "derived:\n  会议费决算数:\n    kind: 金额\n    meaning: 会\n    formulas: [会费决算数]\n"
    )
    error = refusal(own({"fields.yaml": derived, "forms/甲表.yaml": FORM}))
    assert error.code == "C05"


def test_a_form_may_bring_its_own_fields(own: Own) -> None:
    form = FORM + "fields:\n  会议费: {kind: 金额, meaning: 会议支出, bases: [决算数]}\n"
    laid = own({"forms/甲表.yaml": form})
    assert laid.dictionary["会议费决算数"].sources == ("甲表",)
    assert [form.form for form in laid.forms][-1] == "甲表"
    taken = own({"forms/甲表.yaml": form.replace("会议费", "公务接待费")})
    assert refusal(taken).code == "C05"


def test_a_form_of_ones_own_that_needs_an_unknown_field_is_refused_with_its_line(own: Own) -> None:
    error = refusal(own({"forms/甲表.yaml": FORM}))
    assert (error.code, str(error.place)) == ("C06", "own/forms/甲表.yaml:7:12")


def test_a_file_that_would_be_passed_over_for_its_extension_is_refused(own: Own) -> None:
    with pytest.raises(ConfigurationError, match=r"\.yaml") as caught:
        own({"forms/甲表.yml": FORM})
    assert (caught.value.code, str(caught.value.place)) == ("C07", "own/forms/甲表.yml")


def test_a_mistake_in_ones_own_file_is_told_and_the_built_in_ones_stand(own: Own, library: Library) -> None:
    error = refusal(own({"fields.yaml": FIELD.replace("kind", "kinds")}))
    assert str(error.place).startswith("own/fields.yaml:")
    assert "编制数" in library.dictionary


# --- fingerprint


def test_the_fingerprint_does_not_depend_on_where_the_folder_lies(tmp_path: Path) -> None:
    prints = set()
    for parent in ("a", "b/c"):
        folder = tmp_path / parent / "own"
        folder.mkdir(parents=True)
        (folder / "fields.yaml").write_text(FIELD, encoding="utf-8")
        (folder / "README.md").write_text(parent, encoding="utf-8")
        prints.add(Library(folder).fingerprint)
    assert len(prints) == 1


CHANGES: dict[str, dict[str, str]] = {
    "nothing": {},
    "a field": {"fields.yaml": FIELD},
    "one character of it": {"fields.yaml": FIELD.replace("支出", "支岀")},
    "its line ends": {"fields.yaml": FIELD + "\n"},
    "another name": {"forms/甲.yaml": FIELD},
    "another folder": {"schemes/430000/甲.yaml": FIELD},
    "two files": {"fields.yaml": FIELD, "forms/甲.yaml": FORM},
    "the same text parted elsewhere": {"fields.yaml": FIELD + FORM, "forms/甲.yaml": ""},
}


def test_the_fingerprint_covers_the_built_in_mappings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = shutil.copytree(builtin(), tmp_path / "mappings")
    monkeypatch.setattr("converter.mapping.layers.builtin", lambda: copy)
    before = Library().fingerprint
    with (copy / "schemes" / "430527" / "2019.yaml").open("a", encoding="utf-8") as file:
        file.write("# 改\n")
    assert Library().fingerprint != before


def test_the_fingerprint_changes_with_every_name_and_content(tmp_path: Path, library: Library) -> None:
    prints = {"built-in alone": library.fingerprint}
    for number, (case, files) in enumerate(CHANGES.items()):
        folder = tmp_path / str(number) / "own"
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        prints[case] = Library(folder).fingerprint
        assert Library(folder).fingerprint == prints[case]
    assert prints.pop("nothing") == prints["built-in alone"]
    assert len(set(prints.values())) == len(prints)
