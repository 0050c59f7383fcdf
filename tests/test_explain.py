"""From a score down to 文件!工作表!单元格: every leaf is a cell that shows its 原文, every number that of scores.csv."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import openpyxl
import pytest

from converter.audit.explain import explain
from converter.audit.provenance import Node
from converter.audit.rescoring import Schemes, schemes_of
from converter.books.readback import Output, open_output
from converter.cli import main
from converter.mapping.library import Library
from converter.run import Options, run
from converter.vocabulary.findings import RunError
from tests.conftest import ROOT
from tests.test_assemble import SUINING

INDICATORS = (
    "在职人员控制率",
    "“三公经费”变动率",
    "预算完成率",
    "预算控制率",
    "公用经费控制率",
    "“三公经费”控制率",
    "政府采购执行率",
    "管理制度健全性",
    "资金使用合规性",
    "预决算信息公开性",
    "重点工作实际完成率",
    "经济效益",
    "社会效益",
    "行政效能",
    "社会公众或服务对象满意度",
)


@pytest.fixture(scope="module")
def output(suining_out: Path) -> Output:
    return Output(suining_out)


def leaves(node: Node) -> Iterator[Node]:
    if not node.below:
        yield node
    for below in node.below:
        yield from leaves(below)


def cell_text(inbox: Path, place: str) -> str:
    """What stands in the cell that a place names."""
    file, sheet, cell = place.split("!")
    value = openpyxl.load_workbook(inbox / file)[sheet][cell].value
    return "" if value is None else str(value)


@pytest.mark.parametrize("indicator", INDICATORS, ids=ascii)
def test_every_leaf_is_a_cell_that_shows_its_text(output: Output, suining_inbox: Path, indicator: str) -> None:
    explanation = explain(output, SUINING, indicator)
    assert explanation.self_score is not None
    inputs = [node for node in leaves(explanation.value) if node is not explanation.value]
    for node in [*(node for node in inputs if node.place), explanation.self_score]:
        assert cell_text(suining_inbox, node.place) == node.raw
    assert all(node.place for node in inputs if node.value)
    assert all(node.note for node in inputs if not node.value)


@pytest.mark.parametrize("indicator", INDICATORS, ids=ascii)
def test_numbers_are_those_of_the_scores(output: Output, indicator: str) -> None:
    row = next(row for row in output.scores if row["三级指标"] == indicator)
    explanation = explain(output, SUINING, indicator)
    assert explanation.score == row
    assert explanation.value.value == row["指标值"]
    assert explanation.self_score is not None
    assert explanation.self_score.value == row["自评得分"]


@pytest.mark.parametrize(
    ("indicator", "cells"),
    [
        ("在职人员控制率", {"C5", "B5"}),
        ("预算完成率", {"E9", "H7", "H10", "I7", "I10", "J12"}),
        ("预算控制率", {"H7", "H10", "I7", "I10"}),
        ("“三公经费”控制率", {"C7", "D7"}),
        ("政府采购执行率", {"C21", "D21"}),
    ],
    ids=["staff", "completion", "control", "three", "procurement"],
)
def test_the_tree_reaches_the_cells_the_score_came_from(output: Output, indicator: str, cells: set[str]) -> None:
    tree = explain(output, SUINING, indicator).value
    assert {node.place.rpartition("!")[2] for node in leaves(tree)} == cells


def test_a_derived_field_shows_the_formula_used(output: Output) -> None:
    budget, carried = (
        next(node for node in explain(output, SUINING, "预算完成率").value.below if node.name.startswith(name))
        for name in ("年初预算", "上年结转")
    )
    assert budget.note == "推算：基本支出年初预算数 + 项目支出年初预算数"
    assert [node.value for node in budget.below] == ["19030.84", "474"]
    assert (budget.value, carried.value) == ("19504.84", "45.53")
    assert carried.note == "推算：年初结转和结余决算数"


def test_a_gap_says_why(output: Output) -> None:
    inputs = {node.name: node for node in explain(output, SUINING, "“三公经费”变动率").value.below}
    assert inputs["三公经费预算数（2018年）"].note == "没有这项数据"
    blank = explain(output, SUINING, "政府采购执行率").value.below[0]
    assert (blank.value, blank.note) == ("", "空白")


def test_the_text_holds_rule_process_and_cells(output: Output) -> None:
    text = "\n".join(explain(output, SUINING, "预算完成率").lines())
    assert text.startswith(f"{SUINING} 2019 年 预算完成率：5 分（已评分）")
    for part in (
        "取位：指标值 0.99824986256376 不舍入；比较标准、分档和计步时，商四舍五入到 9 位小数（指标值记作 0.998249863）",
        "取证文件：决算.xlsx，SHA-256 ",
        "方案 SHA-256：",
        "绥财绩〔2020〕2号 附件2",
        "100%计满分，每低于5%扣2分，扣完为止。",
        "不足一步按一步 3；按比例 4.93",
        "0.99824986256376",
        "决算.xlsx!Z01 收入支出决算总表(财决01表)!J12",
        "自评得分：5",
    ):
        assert part in text


def test_an_interval_stands_where_there_is_no_score(output: Output) -> None:
    first = next(explain(output, SUINING, "政府采购执行率").lines())
    assert first == f"{SUINING} 2019 年 政府采购执行率：0～6 分（缺数）"


@pytest.mark.parametrize("asked", ["三公经费变动率", "“三公经费”变动率", " 三公经费变动率 "])
def test_quotes_and_blanks_do_not_matter(output: Output, asked: str) -> None:
    assert explain(output, SUINING, asked).score["三级指标"] == "“三公经费”变动率"


@pytest.mark.parametrize(
    ("department", "indicator", "asked", "nearest"),
    [
        ("绥宁县人社", "预算完成率", "绥宁县人社", SUINING),
        ("人社局", "预算完成率", "人社局", SUINING),
        (SUINING, "预算完成", "预算完成", "预算完成率"),
        (SUINING, "三公控制率", "三公控制率", "“三公经费”控制率"),
        (SUINING, "XYZ", "XYZ", "在职人员控制率"),  # nothing is like it: all are listed
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(
    output: Output, department: str, indicator: str, asked: str, nearest: str
) -> None:
    with pytest.raises(RunError) as caught:
        explain(output, department, indicator)
    assert caught.value.code == "R09"
    assert f"“{asked}”" in caught.value.message
    assert nearest in caught.value.advice


@pytest.mark.parametrize("indicator", INDICATORS, ids=ascii)
def test_json_holds_the_same_tree(suining_out: Path, indicator: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["explain", str(suining_out), SUINING, indicator, "--json"])
    assert left.value.code == 0
    content = json.loads(capsys.readouterr().out)
    assert content["schema_version"] == 1
    del content["schema_version"]
    assert content == explain(Output(suining_out), SUINING, indicator, schemes_of(Library())).to_dict()


def test_readme_describes_every_key_of_the_json(output: Output) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    described = set(re.findall(r"`(\w+)`", text))
    content = explain(output, SUINING, "“三公经费”变动率", schemes_of(Library())).to_dict()
    keys = {*content, "schema_version"}
    assert keys <= described
    assert {*content["value"], *content["value"]["inputs"][0], *content["break_even"][0]} <= described | keys


def test_facts_added_together_are_all_shown(suining_out: Path) -> None:
    """A field that a form lists in several rows: each row is a leaf."""
    output = Output(suining_out)
    row = next(row for row in output.facts if row["字段"] == "三公经费决算数" and row["年度"] == "2019")
    output.facts.append({**row, "单元格": "D99", "数值": "2.41", "原文": "2.41"})
    tree = explain(output, SUINING, "“三公经费”控制率").value
    node = next(node for node in tree.below if node.name.startswith("三公经费决算数"))
    assert [leaf.value for leaf in node.below] == ["7.59", "2.41"]
    assert node.note == "2 处相加"


# --- every indicator of every sample -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("samples") / "OUT"
    run(Options((ROOT / "samples",), out, fail_on="never"))
    return out


def book_rows(path: Path, sheet: str, *keys: str) -> dict[tuple[str, ...], Mapping[str, object]]:
    """The rows of a sheet of a department's workbook by the columns `keys`, read with openpyxl alone."""
    rows = list(openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True))
    start = next(at for at, row in enumerate(rows) if keys[0] in row)
    heads = [str(head) for head in rows[start]]
    named = (dict(zip(heads, row, strict=True)) for row in rows[start + 1 :])
    return {tuple(str(row[key]) for key in keys): row for row in named if row[keys[0]] is not None}


def same(text: str, cell: object) -> bool:
    """Whether a number as text is what a cell holds; no number is — or nothing there."""
    if text == "":
        return cell is None or cell in ("—", "——")
    return isinstance(cell, int | float) and abs(float(text) - cell) <= 1e-9 * max(1.0, abs(cell))


def test_explain_equals_the_workbook_for_every_indicator_of_every_sample(samples: Path) -> None:
    output = Output(samples)
    compared = 0
    for total in output.totals:
        path = samples / total["评分表"]
        scores = book_rows(path, "评分表", "三级指标")
        data = book_rows(path, "基础数据", "字段", "年度")
        for indicator in INDICATORS:
            found, row = explain(output, total["部门"], indicator), scores[indicator,]
            for head, shown in (("得分", "得分"), ("下限", "下限"), ("上限", "上限"), ("自评得分", "自评得分")):
                assert same(found.score[head], row[shown]), (total["部门"], indicator, head)
            assert same(found.value.value, row["指标值"])
            assert found.score["状态"] == row["状态"]
            assert (found.self_score.value if found.self_score else "") == found.score["自评得分"]
            for node in every(found.value):
                if node is not found.value and (wanted := re.fullmatch(r"(.+)（(\d+)年）", node.name)):
                    last = "上年(" if int(wanted[2]) < 2019 else ""
                    cell = data[f"{last}{wanted[1]}{')' if last else ''}", wanted[2]]
                    assert same(node.value, cell["数值"]), (total["部门"], indicator, node.name)
                    compared += 1
    assert compared > 150


def every(node: Node) -> Iterator[Node]:
    yield node
    for below in node.below:
        yield from every(below)


# --- decisions, break-even ---------------------------------------------------------------------------------------------


def test_what_people_wrote_beside_a_problem_is_shown(suining_out: Path) -> None:
    output = Output(suining_out)
    row = next(row for row in output.findings if row["对象"] == "政府采购执行率")
    row["部门说明"], row["处理"] = "当年没有采购", "同意，按不适用"
    (text,) = explain(output, SUINING, "政府采购执行率").decisions
    assert text.startswith(row["编号"])
    assert "部门说明：当年没有采购；处理：同意，按不适用" in text
    assert any(line.strip() == f"认定：{text}" for line in explain(output, SUINING, "政府采购执行率").lines())


def test_a_corrected_value_is_shown_as_a_decision(suining_out: Path) -> None:
    output = Output(suining_out)
    row = next(row for row in output.facts if row["字段"] == "三公经费决算数" and row["年度"] == "2019")
    row |= {"状态": "更正", "数值": "7.95"}
    assert explain(output, SUINING, "“三公经费”控制率").decisions == ("三公经费决算数（2019年）：更正为 7.95",)


def test_the_break_even_of_the_one_missing_figure(output: Output) -> None:
    lines = [*explain(output, SUINING, "“三公经费”变动率", schemes_of(Library())).lines()]
    assert "  临界值：2018 年三公经费预算数 ≥ 29 即满分，不论何种口径；按所取口径 ≥ 28.72 即可（缺数）" in lines


def test_several_missing_figures_have_no_break_even(output: Output) -> None:
    found = explain(output, SUINING, "政府采购执行率", schemes_of(Library()))
    assert (found.break_even, found.no_break_even) == ((), "同时缺几项数据，不能只改一项推算")


def test_without_the_scheme_it_is_said_that_there_is_no_break_even(output: Output) -> None:
    empty = Schemes({}, schemes_of(Library()).derivations)
    assert "--mappings" in explain(output, SUINING, "预算控制率", empty).no_break_even


def test_a_summary_workbook_alone_is_explained(suining_out: Path) -> None:
    alone = explain(open_output(suining_out / "评分汇总_2019.xlsx"), SUINING, "预算完成率")
    whole = explain(Output(suining_out), SUINING, "预算完成率")
    assert [node.name for node in every(alone.value)] == [node.name for node in every(whole.value)]
    assert (alone.sources, alone.versions) == (whole.sources, whole.versions)
