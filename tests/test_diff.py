"""Two outputs compared by 部门 + 年度 + 指标/字段: what changed, and which input cell or rule made it change."""

import csv
import io
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

from converter.audit.changes import KINDS, Change
from converter.audit.diff import Difference, diff
from converter.books.readback import Output
from converter.cli import main
from converter.mapping.library import builtin
from converter.run import Options, run
from converter.vocabulary.findings import RunError
from tests.test_assemble import SUINING
from tests.workbooks import SUINING_SELF, indicator_table, suining, write_xlsx

Rows = list[list[str]]


def converted(inbox: Path, out: Path, mappings: Path | None = None) -> Path:
    """OUT of an inbox, made in this process."""
    run(Options((inbox,), out, jobs=1, mappings=mappings))
    return out


def edit_cells(path: Path, values: dict[str, object]) -> None:
    book = openpyxl.load_workbook(path)
    for cell, value in values.items():
        book.worksheets[0][cell].value = value
    book.save(path)


def rewrite(path: Path, change: Callable[[Rows], Rows]) -> None:
    """The rows of a CSV below its heads, changed."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows([rows[0], *change(rows[1:])])
    path.write_text(buffer.getvalue(), encoding="utf-8-sig", newline="")


@pytest.fixture
def copy(suining_out: Path, tmp_path: Path) -> Path:
    return shutil.copytree(suining_out, tmp_path / "OUT")


@pytest.fixture(scope="module")
def resent(suining_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Difference:
    """Suining's files handed in again with several cells changed, each of them reaching another score."""
    folder = tmp_path_factory.mktemp("resent")
    inbox = suining(folder / "in")
    edit_cells(
        inbox / "基础数据表.xlsx", {"D7": "30", "C21": "0", "B7": "8"}
    )  # 三公 actual; purchases; 三公 2018 actual
    edit_cells(inbox / "决算.xlsx", {"H7": 19000})  # 基本支出 年初
    own = list(SUINING_SELF)
    own[13] = 3  # 行政效能
    write_xlsx(inbox / "指标表.xlsx", indicator_table(scores=own))
    return diff(Output(suining_out), Output(converted(inbox, folder / "OUT")))


def change(found: Difference, kind: str, subject: str, column: str) -> Change:
    """The one change of the scored year that fits."""
    years = ("2019", "") if kind == "方案或映射版本" else ("2019",)
    (one,) = [c for c in found.changes if (c.kind, c.subject, c.column) == (kind, subject, column) and c.year in years]
    return one


def test_the_same_output_has_no_difference(suining_out: Path) -> None:
    found = diff(Output(suining_out), Output(suining_out))
    assert found.changes == ()
    assert found.compared > 100


# --- one department handed in again ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "subject", "column", "before", "after"),
    [
        ("输入数据", "三公经费决算数", "数值", "7.59", "30"),
        ("指标得分", "“三公经费”控制率", "指标值", "0.2617241379310345", "1.0344827586206897"),
        ("指标得分", "“三公经费”控制率", "得分", "7", "4"),
        ("输入数据", "政府采购预算数", "数值", "", "0"),
        ("输入数据", "政府采购预算数", "状态", "空白", "零"),
        ("输入数据", "基本支出年初预算数", "数值", "19030.84", "19000"),
        ("输入数据", "年初预算", "数值", "19504.84", "19474"),
        ("指标得分", "行政效能", "自评得分", "6", "3"),
        ("指标得分", "行政效能", "得分", "6", "3"),
        ("总分与名次", "", "复算下限", "77", "71"),
        ("总分与名次", "", "复算上限", "88", "82"),
        ("总分与名次", "", "自评得分", "89", "86"),
    ],
    ids=ascii,
)
def test_what_changed_is_told_with_both_values(
    resent: Difference, kind: str, subject: str, column: str, before: str, after: str
) -> None:
    one = change(resent, kind, subject, column)
    assert (one.before, one.after) == (before, after)
    assert (one.department, one.year) == (SUINING, "2019")


@pytest.mark.parametrize(
    ("subject", "column", "causes"),
    [
        ("“三公经费”控制率", "得分", ["三公经费决算数（2019年）7.59→30", "基础数据表.xlsx!基础数据表!D7"]),
        (
            "预算控制率",
            "指标值",
            ["基本支出年初预算数（2019年）19030.84→19000", "决算.xlsx!Z01 收入支出决算总表(财决01表)!H7"],
        ),
        ("行政效能", "得分", ["自评得分 6→3", "指标表.xlsx!指标表!I18"]),
        ("“三公经费”变动率", "其他口径得分", ["三公经费决算数（2018年）16.14→8", "基础数据表.xlsx!基础数据表!B7"]),
    ],
    ids=["input", "derived", "self-score", "other-reading"],
)
def test_the_input_cell_is_named_as_the_cause_of_a_score_change(
    resent: Difference, subject: str, column: str, causes: Sequence[str]
) -> None:
    cause = change(resent, "指标得分", subject, column).cause
    for part in causes:
        assert part in cause


def test_a_fact_names_its_cell(resent: Difference) -> None:
    assert change(resent, "输入数据", "三公经费决算数", "数值").cause == "基础数据表.xlsx!基础数据表!D7"


def test_a_total_names_the_indicators_that_moved_it(resent: Difference) -> None:
    assert change(resent, "总分与名次", "", "复算下限").cause == "数据 −6；“三公经费”控制率、行政效能"


def test_every_difference_has_a_cause(resent: Difference) -> None:
    """DESIGN §1: each difference has a cause. A derived amount's cause is what it is derived from."""
    assert [str(one) for one in resent.changes if not one.cause] == []


def test_nothing_else_is_called_changed(resent: Difference) -> None:
    """预算完成率 stays: what 年初预算 lost, 本年追加预算 gained. 政府采购执行率 stays 缺数: the other cell is still blank."""
    touched = {one.subject for one in resent.changes if one.kind == "指标得分"}
    assert touched == {"“三公经费”控制率", "“三公经费”变动率", "预算控制率", "行政效能"}
    assert not any(one.kind in ("方案或映射版本", "部门增减") for one in resent.changes)


def test_changes_stand_in_the_order_of_risk(resent: Difference) -> None:
    kinds = [one.kind for one in resent.changes]
    assert kinds == sorted(kinds, key=KINDS.index)
    assert {"总分与名次", "指标得分", "输入数据", "文字"} <= set(kinds)


def test_a_change_reads_as_one_line(resent: Difference) -> None:
    text = str(change(resent, "输入数据", "政府采购预算数", "数值"))
    assert text.startswith(f"[输入数据] {SUINING} 2019 政府采购预算数 数值：空 → 0（")
    assert "\n" not in text


# --- departments and rules ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two(suining_inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OUT of two departments, one of them Suining's."""
    folder = tmp_path_factory.mktemp("two")
    shutil.copytree(suining_inbox, folder / "in" / SUINING)
    write_xlsx(folder / "in" / "绥宁县档案馆" / "指标表.xlsx", indicator_table("绥宁县档案馆"))
    return converted(folder / "in", folder / "OUT")


@pytest.mark.parametrize(("turned", "before", "after"), [(False, "有", ""), (True, "", "有")], ids=["removed", "added"])
def test_a_department_that_came_or_went(suining_out: Path, two: Path, turned: bool, before: str, after: str) -> None:
    sides = (Output(suining_out), Output(two)) if turned else (Output(two), Output(suining_out))
    found = diff(*sides)
    one = next(c for c in found.changes if c.kind == "部门增减")
    assert (one.department, one.before, one.after) == ("绥宁县档案馆", before, after)
    assert {c.department for c in found.changes if c.kind not in ("总分与名次", "文字")} == {"绥宁县档案馆"}
    moved = [c for c in found.changes if c.column == "文件名"]
    assert {(c.department, c.cause) for c in moved} == {(SUINING, "内容相同")}  # its files stand in a folder there
    ranks = {c.column for c in found.changes if c.kind == "总分与名次"}
    assert ranks <= {"名次", "名次区间"}


@pytest.fixture(scope="module")
def reweighted(suining_inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OUT under a scheme of the county's own: 公用经费控制率 7 points, “三公经费”控制率 8, one step a point and a half."""
    folder = tmp_path_factory.mktemp("reweighted")
    text = (builtin() / "schemes" / "430527" / "2019.yaml").read_text(encoding="utf-8")
    head, _, tail = text.partition("  公用经费控制率:")
    tail = tail.replace("full: 8", "full: 7", 1).replace("full: 7\n    value: 三公", "full: 8\n    value: 三公", 1)
    own = folder / "自己的" / "schemes" / "430527"
    own.mkdir(parents=True)
    (own / "2019.yaml").write_text(f"{head}  公用经费控制率:{tail}", encoding="utf-8")
    return converted(suining_inbox, folder / "OUT", folder / "自己的")


@pytest.mark.parametrize(
    ("indicator", "before", "after"), [("公用经费控制率", "8", "7"), ("“三公经费”控制率", "7", "8")], ids=["down", "up"]
)
def test_a_changed_weight_is_told_as_a_change_of_rule(
    suining_out: Path, reweighted: Path, indicator: str, before: str, after: str
) -> None:
    found = diff(Output(suining_out), Output(reweighted))
    rule = change(found, "方案或映射版本", indicator, "分值")
    score = change(found, "指标得分", indicator, "得分")
    assert (rule.before, rule.after) == (score.before, score.after) == (before, after)
    assert "评分规则改变" in score.cause
    assert not any(one.kind == "输入数据" for one in found.changes)


# --- what is no difference, and what cannot be compared ----------------------------------------------------------------


def test_sorting_the_rows_is_no_difference(suining_out: Path, copy: Path) -> None:
    for name in ("scores.csv", "facts.csv", "findings.csv"):
        rewrite(copy / name, lambda rows: sorted(rows, reverse=True))
    assert diff(Output(suining_out), Output(copy)).changes == ()


@pytest.mark.parametrize(
    ("text", "differs"),
    [("29.0", False), ("29.00000000001", False), ("29.01", True), ("29.000001", True), ("", True), ("——", True)],
    ids=ascii,
)
def test_numbers_differ_beyond_float_noise(suining_out: Path, copy: Path, text: str, differs: bool) -> None:
    def changed(rows: Rows) -> Rows:
        return [[*row[:4], text, *row[5:]] if row[2:4] == ["2019", "三公经费预算数"] else row for row in rows]

    rewrite(copy / "facts.csv", changed)
    found = diff(Output(suining_out), Output(copy)).changes
    assert [(one.subject, one.column, one.after) for one in found] == (
        [("三公经费预算数", "数值", text)] if differs else []
    )


@pytest.mark.parametrize("side", ["old", "new"])
def test_a_key_that_stands_twice_is_refused(suining_out: Path, copy: Path, side: str) -> None:
    rewrite(copy / "scores.csv", lambda rows: [*rows, rows[3]])
    sides = [Output(suining_out), Output(copy)]
    with pytest.raises(RunError, match=r"两次.* 指标得分 .*预算控制率") as caught:
        diff(*(sides if side == "new" else reversed(sides)))
    assert caught.value.code == "R10"


# --- the command -------------------------------------------------------------------------------------------------------


def command(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main(["diff", *map(str, arguments)])
    assert isinstance(left.value.code, int)
    return left.value.code


def test_exit_codes_and_verdicts(suining_out: Path, two: Path, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(suining_out, suining_out) == 0
    assert capsys.readouterr().out.strip().endswith("没有差异")
    assert command(two, suining_out) == 1
    assert "[部门增减] 绥宁县档案馆" in capsys.readouterr().out
    rewrite(copy / "scores.csv", lambda rows: [*rows, rows[0]])
    assert command(suining_out, copy) == 2
    assert capsys.readouterr().err.startswith("[R10]")


def test_json_schema(suining_out: Path, reweighted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(suining_out, reweighted, "--json") == 1
    content = json.loads(capsys.readouterr().out)
    heads = {
        "schema_version",
        "old",
        "new",
        "across_years",
        "compared",
        "within_tolerance",
        "counts",
        "sums",
        "controls",
    }
    assert set(content) == heads | {"notes", "changes"}
    keys = ["kind", "department", "year", "subject", "column", "before", "after", "cause"]
    keys += ["old_place", "new_place", "parts"]
    assert all(list(one) == keys for one in content["changes"])
    assert content["changes"]


def test_json_of_no_difference(suining_out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(suining_out, suining_out, "--json") == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["schema_version"], content["changes"]) == (1, [])
