"""Reading OUT back: every value as the text of the CSV, and one clear refusal (R08) of what is no whole OUT."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from converter.books.readback import Output
from converter.books.tables import FACT_HEADS, csv_bytes
from converter.vocabulary.findings import RunError
from tests.outputs import Out
from tests.test_assemble import SUINING


@pytest.fixture
def copy(suining_out: Path, tmp_path: Path) -> Path:
    """An OUT that may be spoilt."""
    return shutil.copytree(suining_out, tmp_path / "OUT")


@pytest.fixture(scope="module")
def output(suining_out: Path) -> Output:
    return Output(suining_out)


# --- what is read ------------------------------------------------------------------------------------------------------


def test_scores_and_facts_are_the_csv_rows(output: Output, suining_out: Path) -> None:
    out = Out(suining_out)
    assert output.scores == out.scores
    assert output.facts == out.facts


def test_a_blank_stays_blank(output: Output) -> None:
    row = next(row for row in output.facts if row["字段"] == "政府采购预算数")
    assert (row["数值"], row["状态"]) == ("", "空白")


def test_totals_come_from_the_summary(output: Output) -> None:
    (row,) = output.totals
    assert (row["部门"], row["复算得分"], row["复算下限"], row["复算上限"]) == (SUINING, "", "77", "88")


def test_rules_are_keyed_by_indicator(output: Output) -> None:
    assert len(output.rules) == 15
    assert output.rules["政府采购执行率"]["指标公式"] == "政府采购决算数 / 政府采购预算数"
    assert output.rules["社会效益"]["分值"] == ""


def test_books_are_those_of_the_manifest(output: Output, suining_out: Path) -> None:
    assert output.books() == [suining_out / "评分汇总_2019.xlsx", suining_out / "部门" / f"{SUINING}_2019.xlsx"]


TEXTS = [
    "=HYPERLINK(1)",
    "+1",
    "-1",
    "-",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "'甲",
    "——",
    "-5",
    '带"引号"',
    "有,逗号",
    "两\n行",
    "\u3000",
    "",
]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_text_comes_back_without_its_apostrophe(copy: Path, text: str) -> None:
    row = ["", SUINING, 2019, "编制数", -3.5, "人", "数值", "是", text, "表", "", "f.xlsx", "s", "A1"]
    (copy / "facts.csv").write_bytes(csv_bytes(FACT_HEADS, [tuple(row)]))
    (fact,) = Output(copy).facts
    assert (fact["原文"], fact["数值"]) == (text, "-3.5")


# --- what is refused ---------------------------------------------------------------------------------------------------

Spoil = Callable[[Path], object]


def remove(name: str) -> Spoil:
    return lambda out: (out / name).unlink()


def write(name: str, content: str, encoding: str = "utf-8") -> Spoil:
    return lambda out: (out / name).write_text(content, encoding=encoding)


def as_gbk(out: Path) -> None:
    """What saving a CSV with an older Excel does."""
    text = (out / "scores.csv").read_text(encoding="utf-8-sig")
    (out / "scores.csv").write_text(text, encoding="gb18030", newline="")


def short_row(out: Path) -> None:
    with (out / "scores.csv").open("a", encoding="utf-8") as stream:
        stream.write("只有,三,格\r\n")


def other_year(out: Path) -> None:
    manifest = json.loads((out / "run.json").read_text(encoding="utf-8"))
    (out / "run.json").write_text(json.dumps({**manifest, "year": 2020}), encoding="utf-8")


def without_sheet(out: Path) -> None:
    book = openpyxl.load_workbook(out / "评分汇总_2019.xlsx")
    del book["汇总"]
    del book["规则"]
    book.save(out / "评分汇总_2019.xlsx")


def without_head(out: Path) -> None:
    book = openpyxl.load_workbook(out / "评分汇总_2019.xlsx")
    book["汇总"]["A3"].value = "排名"
    book["规则"]["A3"].value = "指标"
    book.save(out / "评分汇总_2019.xlsx")


SPOILT: dict[str, Spoil] = {
    "no manifest": remove("run.json"),
    "manifest cut short": write("run.json", '{"schema_version": 1, "yea'),
    "manifest of another program": write("run.json", "{}"),
    "manifest is a list": write("run.json", "[]"),
    "manifest in GBK": write("run.json", '{"程序": "绩效"}', "gb18030"),
    "manifest of another year": other_year,
    "no scores": remove("scores.csv"),
    "no facts": remove("facts.csv"),
    "empty scores": write("scores.csv", ""),
    "other heads": write("facts.csv", "甲,乙\r\n"),
    "scores in GBK": as_gbk,
    "a short row": short_row,
    "no summary": remove("评分汇总_2019.xlsx"),
    "summary no workbook": write("评分汇总_2019.xlsx", "不是工作簿"),
    "summary without its sheets": without_sheet,
    "summary without its heads": without_head,
}


def read_all(folder: Path) -> None:
    """As explain, diff and verify do."""
    output = Output(folder)
    assert output.books()
    assert output.scores
    assert output.facts
    assert output.rules
    assert output.totals


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=list(SPOILT))
def test_what_is_no_whole_out_is_refused_with_one_line(copy: Path, spoil: Spoil) -> None:
    spoil(copy)
    with pytest.raises(RunError) as caught:
        read_all(copy)
    assert caught.value.code == "R08"
    assert caught.value.advice
    assert caught.value.place.file


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="输出文件夹") as caught:
        Output(tmp_path / "没有")
    assert caught.value.code == "R08"
