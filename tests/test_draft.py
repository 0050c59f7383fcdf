"""A form drafted from a table that no form knows: it loads, and reads the table it was drafted from."""

import copy
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.mapping.documents import Document
from converter.mapping.draft import draft
from converter.mapping.facts import Reading
from converter.mapping.fields import add_items
from converter.mapping.forms import Form, load_form
from converter.mapping.library import Library
from converter.reading import read_file
from tests.conftest import Command
from tests.test_locate import page
from tests.workbooks import Grid, Value, basic_data, write_xlsx

KNOWN = Library().dictionary


def unknown(unit: str = "单位：万元") -> Grid:
    """A table that no form knows: 专项资金 with three columns, a known row among its own."""
    grid = Grid("专项资金执行情况")
    grid.row(0, "附件6")
    grid.row(1, "2019年专项资金执行情况表")
    grid.row(2, "填报单位：绥宁县水利局", None, None, unit)
    grid.row(3, "项目", "2018年执行数", "2019年预算安排数", "2019年执行数", "执行率（%）")
    rows: tuple[tuple[Value, ...], ...] = (
        ("一、农田水利（含维修）", 10, 20, 18, "90%"),
        ("二、河道整治", 5, 6, 6, "100%"),
        ("公务接待费", 1, 2, 1.5, "75%"),
        ("合计", 16, 28, 25.5, "91.07%"),
    )
    for at, row in enumerate(rows, start=4):
        grid.row(at, *row)
    grid.row(9, "注：本表不含结转资金。")
    return grid


def own(folder: Path, text: str) -> Library:
    (folder / "own" / "forms").mkdir(parents=True, exist_ok=True)
    (folder / "own" / "forms" / "草稿.yaml").write_text(text, encoding="utf-8")
    return Library(folder / "own")


def read_with(library: Library, folder: Path, grid: Grid) -> Reading:
    path = write_xlsx(folder / "表.xlsx", grid)
    return read_file(path, "甲局/表.xlsx", library.forms, library.dictionary)


def test_the_draft_loads_and_reads_the_table_it_came_from(tmp_path: Path, library: Library) -> None:
    text = draft(page(unknown()), "专项资金执行情况", library.dictionary)
    laid = own(tmp_path, text)
    (document,) = read_with(laid, tmp_path, unknown()).documents
    assert (document.form, document.department, document.year) == ("专项资金执行情况", "绥宁县水利局", 2019)
    read = {(fact.field, fact.year): fact.value for fact in document.facts}
    assert read["农田水利含维修执行数", 2019] == 18
    assert read["农田水利含维修执行数", 2018] == 10
    assert read["合计预算安排数", 2019] == 28
    assert len(read) == 12
    assert not [item for item in document.findings if item.code.startswith("M")]


def test_it_says_what_was_left_out_and_what_a_person_must_confirm(library: Library) -> None:
    text = draft(page(unknown("")), "专项资金执行情况", library.dictionary)
    assert "# “执行率（%）”一栏是比率，没有列入" in text
    assert "# unit: 万元          # 待人工确认：表内没有写金额单位" in text
    assert "待人工确认：河道整治" in text
    assert '"{上年}执行数": 执行数' in text


def test_a_name_that_the_dictionary_has_for_something_else_is_not_taken(library: Library) -> None:
    text = draft(page(unknown()), "专项资金", library.dictionary)
    assert '"公务接待费": 专项资金公务接待费' in text


def test_what_the_dictionary_knows_becomes_its_field(tmp_path: Path, library: Library) -> None:
    grid = Grid("三公经费明细")
    grid.row(0, "三公经费支出明细表")
    grid.row(1, "支出项目", "2019年预算数", "2019年决算数")
    grid.row(2, "公务接待", 2, 1.5)
    grid.row(3, "公车运行维护", 8, 7)
    text = draft(page(grid), "三公明细", library.dictionary)
    assert '"公务接待": 公务接待费' in text
    assert "fields:" not in text
    laid = own(tmp_path, text)
    (document,) = read_with(laid, tmp_path, grid).documents
    assert {fact.field: fact.value for fact in document.facts}["公务接待费决算数"] == 1.5


@pytest.mark.parametrize(
    "grid",
    [
        Grid("字", {(0, 0): "说明", (1, 0): "本表无数据"}),
        Grid("数", {(0, 0): 1, (1, 1): 2}),
        Grid("一", {(0, 0): "甲", (0, 1): 1}),
    ],
    ids=["words", "numbers", "no head"],
)
def test_a_sheet_without_a_table_gives_no_draft(grid: Grid, library: Library) -> None:
    assert draft(page(grid), "表", library.dictionary) == ""


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 7), st.integers(0, 4)),
        st.one_of(
            st.text(max_size=12),
            st.floats(-1e6, 1e6),
            st.sampled_from(
                ["2019年决算数", "项目", "三公经费", "50%", "合计", "a: b", "'", "# x", "{本年}", "a|b", "- c"]
            ),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_whatever_the_sheet_its_draft_loads(cells: dict[tuple[int, int], Value]) -> None:
    dictionary = copy.deepcopy(KNOWN)
    text = draft(page(Grid("表", dict(cells))), "草稿", dictionary)
    if text:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "草稿.yaml"
            path.write_text(text, encoding="utf-8")
            document = Document(path, "草稿.yaml")
            add_items(dictionary, "草稿", document.parse(Form).items, document)
            assert load_form(document, dictionary).form == "草稿"


def test_the_command_drafts_what_was_not_known(tmp_path: Path, jixiao: Command) -> None:
    path = write_xlsx(tmp_path / "甲局.xlsx", basic_data(unit="单位：万元"), unknown())
    done = jixiao("describe", path, "--draft")
    assert done.returncode == 0
    assert done.stdout.count("form:") == 1
    (tmp_path / "own" / "forms").mkdir(parents=True)
    (tmp_path / "own" / "forms" / "专项资金.yaml").write_text(done.stdout, encoding="utf-8")
    after = jixiao("describe", path, "--mappings", tmp_path / "own")
    assert "工作表“专项资金执行情况”：专项资金执行情况" in after.stdout
    known = jixiao("describe", write_xlsx(tmp_path / "乙局.xlsx", basic_data()), "--draft")
    assert (known.returncode, known.stdout) == (1, "")
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04")
    refused = jixiao("describe", broken, "--draft")
    assert refused.returncode == 2
    assert "[R15]" in refused.stderr
