"""复核记录 from the command to the books: shown with who decided, recalculated alike, named in the manifest, reversible."""

import hashlib
import json
from pathlib import Path

import openpyxl
import pytest

from converter.audit.diff import diff
from converter.audit.explain import explain
from converter.audit.verify import verify
from converter.books.readback import Output
from converter.outcome import Report
from converter.run import Options, run
from converter.vocabulary.findings import ConfigurationError
from tests.outputs import Out
from tests.records import DEPARTMENT, row, write_record
from tests.test_run import bytes_of
from tests.workbooks import suining

PURCHASE, VARIATION = "政府采购执行率", "“三公经费”变动率"
ROWS = (
    row("认定得分", PURCHASE, None, 0, department="全部"),
    row("更正数据", "三公经费预算数", "表中无此栏", 29.5, year=2018),
    row("认定得分", "行政效能", 6, "一般"),
    row("加减分", "获省级表彰", None, 2),
    row("采纳说明", "J13", None, None),
    row("认定得分", "公用经费控制率", 8, 5, "", "台账", "经办甲", "复核乙"),
)
SIGNATURE = "理由：按票据核实；依据材料：采购台账；经办人 经办甲，复核人 复核乙，2020-05-01"


def convert(inbox: Path, out: Path, record: Path | None = None, jobs: int = 1) -> Report:
    return run(Options((inbox,), out, jobs=jobs, decisions=record))


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_record(tmp_path_factory.mktemp("record") / "复核.xlsx", ROWS)


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory, suining_inbox: Path, record: Path) -> Path:
    out = tmp_path_factory.mktemp("decided") / "OUT"
    convert(suining_inbox, out, record)
    return out


def test_the_totals_are_the_decided_ones(decided: Path) -> None:
    total = Out(decided).total(DEPARTMENT)
    # 77～88 without decisions: 采购 0, 变动率 5, 行政效能 6 → 3, 表彰 + 2
    assert [total[head] for head in ("复算得分", "复算下限", "复算上限", "自评得分")] == ["81", "81", "81", "89"]
    scores = Out(decided).scores
    assert sum(float(score["得分"]) for score in scores) == 81
    assert [row["级别"] for row in Out(decided).findings if row["代码"] == "S14"] == ["警告"]


def test_every_row_of_the_record_is_accounted_for(decided: Path) -> None:
    findings = Out(decided).findings
    cells = {row["单元格"]: row["代码"] for row in findings if row["文件"] == "复核.xlsx"}
    assert cells == {"G3": "P01", "G4": "P01", "G5": "P01", "G6": "P01", "G7": "P01", "G8": "P03"}
    assert all(SIGNATURE in row["说明"] for row in findings if row["代码"] == "P01")


def test_the_finding_shows_what_was_done_about_it(decided: Path) -> None:
    (found,) = [row for row in Out(decided).sheet("问题清单", "编号") if row["代码"] == "J13"]
    assert (found["级别"], found["处理"]) == ("提示", f"已采纳说明；{SIGNATURE}（原为警告）")


def test_the_departments_book_shows_decisions_and_its_total_is_live(decided: Path) -> None:
    path = decided / "部门" / f"{DEPARTMENT}_2019.xlsx"
    sheet = openpyxl.load_workbook(path)["评分表"]
    rows = {str(cells[4].value): cells for cells in sheet.iter_rows(min_row=5)}
    heads = {str(cell.value): at for at, cell in enumerate(sheet[4])}
    purchase = rows[PURCHASE]
    assert (purchase[heads["得分"]].value, purchase[heads["状态"]].value) == (0, "已复核")
    assert SIGNATURE in str(purchase[heads["其他口径得分"]].value)
    assert str(purchase[heads["上限"]].value).startswith("=IF(ISNUMBER(")
    extra = next(cells for cells in sheet.iter_rows() if cells[0].value == "加减分：获省级表彰")
    assert (extra[heads["指标值"]].value, SIGNATURE in str(extra[heads["评价标准"]].value)) == (2, True)
    data = openpyxl.load_workbook(path)["基础数据"]
    corrected = next(cells for cells in data.iter_rows() if cells[0].value == "上年(三公经费预算数)")
    assert [corrected[at].value for at in (2, 4, 5, 6, 7, 9)] == [29.5, "更正", "29.5", "复核记录", "复核.xlsx", "G4"]


def test_explaining_names_the_decision_and_who_made_it(decided: Path) -> None:
    output = Output(decided)
    text = "\n".join(explain(output, DEPARTMENT, VARIATION).lines())
    assert (
        f"三公经费预算数（2018年）：29.5 ← 复核.xlsx!复核记录!G4 原文“29.5”（更正数据：三公经费预算数（2018年）表中无此栏 → 29.5；{SIGNATURE}）"
        in text
    )
    assert SIGNATURE in "\n".join(explain(output, DEPARTMENT, PURCHASE).lines())
    bonus = list(explain(output, DEPARTMENT, "获省级表彰").lines())
    assert bonus[0] == f"{DEPARTMENT} 2019 年 获省级表彰：2 分（已复核）"
    assert SIGNATURE in "\n".join(bonus)
    (leaf,) = [n for n in explain(output, DEPARTMENT, VARIATION).to_dict()["value"]["inputs"] if "2018" in n["name"]]
    assert SIGNATURE in leaf["decision"]


def test_a_comparison_gives_the_decisions_as_causes(suining_out: Path, decided: Path) -> None:
    found = diff(Output(suining_out), Output(decided))
    causes = {(change.subject, change.column): change.cause for change in found.changes}
    assert causes[PURCHASE, "得分"] == "认定 下限 0、上限 −6；复核认定"
    assert "三公经费预算数（2018年）空→29.5 复核.xlsx!复核记录!G4" in causes[VARIATION, "得分"]


def test_the_manifest_and_the_books_name_the_record(decided: Path, record: Path) -> None:
    digest = hashlib.sha256(record.read_bytes()).hexdigest()
    assert Out(decided).manifest["decisions"] == {"file": "复核.xlsx", "sha256": digest}
    info = {row["项目"]: row["内容"] for row in Out(decided).sheet("运行信息", "项目")}
    assert (info["复核记录"], info["复核记录 SHA-256"]) == ("复核.xlsx，签署齐全 5 条", digest)


def test_recalculation_agrees_with_every_decided_number(decided: Path, libreoffice: str) -> None:
    result = verify(Output(decided))
    assert (result.books, result.mismatches) == (2, [])


def test_taking_the_record_away_gives_the_earlier_bytes_again(
    tmp_path: Path, suining_inbox: Path, record: Path, decided: Path
) -> None:
    out = tmp_path / "OUT"
    convert(suining_inbox, out)
    before = bytes_of(out)
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["decisions"] is None
    convert(suining_inbox, out, record, jobs=2)
    assert bytes_of(out) == bytes_of(decided)
    assert bytes_of(out) != before
    convert(suining_inbox, out)
    assert bytes_of(out) == before


def test_a_record_that_lies_in_the_inbox_is_no_submission(tmp_path: Path) -> None:
    inbox = suining(tmp_path / "in" / DEPARTMENT)
    record = write_record(inbox / "复核.xlsx", ROWS[:1])
    convert(tmp_path / "in", tmp_path / "OUT", record)
    out = Out(tmp_path / "OUT")
    assert out.score(DEPARTMENT, PURCHASE)["状态"] == "已复核"
    (said,) = [row for row in out.sheet("来源文件", "文件") if row["文件"].endswith("复核.xlsx")]
    assert said["处理结果"] == "是本次使用的复核记录"
    assert [row["代码"] for row in out.findings if row["文件"].endswith("/复核.xlsx")] == ["F16"]


def test_a_record_that_cannot_be_read_stops_the_run_before_anything_is_written(
    tmp_path: Path, suining_inbox: Path
) -> None:
    with pytest.raises(ConfigurationError, match="找不到复核记录文件"):
        convert(suining_inbox, tmp_path / "OUT", tmp_path / "无.xlsx")
    assert not (tmp_path / "OUT").exists()
