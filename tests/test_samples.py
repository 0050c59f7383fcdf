"""samples/ is what tests.make_samples writes, and shows the difficulty each folder is named for."""

from pathlib import Path

import pytest

from converter.intake.cells import Workbook
from converter.intake.guards import UnreadableError
from converter.intake.readers import open_workbook
from tests.conftest import ROOT, Command
from tests.make_samples import make
from tests.outputs import Out

SAMPLES = ROOT / "samples"


def content(path: Path) -> object:
    """What a reader sees in a file: cells, merges, marks; or why it cannot be read."""
    try:
        book: Workbook = open_workbook(path, path.name).workbook
    except UnreadableError as error:
        return error.code
    return [(s.name, s.rows, sorted(s.merges), s.errors, s.stale, s.percents) for s in book.sheets]


def test_samples_are_what_the_script_writes(tmp_path: Path) -> None:
    make(tmp_path)
    made = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    by_hand = {SAMPLES / "README.md", *(SAMPLES / "schedule").iterdir()}
    kept = sorted(p.relative_to(SAMPLES) for p in SAMPLES.rglob("*") if p.is_file() and p not in by_hand)
    assert made == kept
    for name in made:
        assert content(tmp_path / name) == content(SAMPLES / name), name


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, jixiao: Command) -> Out:
    folder = tmp_path_factory.mktemp("samples") / "OUT"
    done = jixiao("run", SAMPLES, "-o", folder, "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    return Out(folder)


def test_the_form_of_the_year_before_narrows_the_interval_to_82_to_88(out: Out) -> None:
    total = out.total("绥宁县人社局")
    assert (total["复算下限"], total["复算上限"]) == ("82", "88")
    assert out.score("绥宁县人社局", "“三公经费”变动率")["得分"] == "5"
    assert out.score("绥宁县人社局", "“三公经费”变动率")["指标值"] == "-0.09375"


def test_every_sample_department_is_scored(out: Out) -> None:
    assert len(out.totals) == 7


def test_the_schedules_are_no_submissions(out: Out) -> None:
    names = {f"schedule/{path.name}" for path in (SAMPLES / "schedule").iterdir()}
    assert len(names) == 4
    assert names <= set(out.manifest["ignored"])
    assert not [entry for entry in out.manifest["inputs"] if entry["file"].startswith("schedule/")]


def test_xls_files_and_a_lock_file(out: Out) -> None:
    assert out.codes("绥宁县示例甲局") == {"D06", "S09"}
    assert "绥宁县示例甲局/~$指标表.xls" in out.manifest["ignored"]


def test_written_numbers_are_read_in_their_units(out: Out) -> None:
    assert out.score("绥宁县示例乙局", "在职人员控制率")["指标值"] == "1.04"
    assert out.score("绥宁县示例乙局", "预算控制率")["指标值"] == "0.075"
    assert out.fact("绥宁县示例乙局", "项目支出决算数")["数值"] == "210"
    assert out.score("绥宁县示例乙局", "公用经费控制率")["指标值"] == "0.99"


def test_a_half_copied_file_costs_only_its_own_indicators(out: Out) -> None:
    assert {"F01"} <= out.codes("绥宁县示例丙局")
    assert out.score("绥宁县示例丙局", "预算完成率")["状态"] == "缺数"
    assert "未报该表" in out.score("绥宁县示例丙局", "预算完成率")["缺少数据"]
    assert out.score("绥宁县示例丙局", "在职人员控制率")["得分"] == "5"


def test_cells_that_hold_no_number_are_never_zero(out: Out) -> None:
    assert {"D01", "D02", "D03", "J12"} <= out.codes("绥宁县示例丁局")
    for name, reason in (("“三公经费”控制率", "错误值"), ("公用经费控制率", "未计算"), ("政府采购执行率", "无法识别")):
        row = out.score("绥宁县示例丁局", name)
        assert (row["得分"], row["状态"]) == ("", "缺数")
        assert reason in row["缺少数据"]


def test_zero_denominator_silent_rule_and_declared_dash(out: Out) -> None:
    states = {
        name: out.score("绥宁县示例戊局", name)["状态"] for name in ("在职人员控制率", "预算控制率", "政府采购执行率")
    }
    assert states == {"在职人员控制率": "分母为零", "预算控制率": "未规定", "政府采购执行率": "缺数"}
    assert "填“——”" in out.score("绥宁县示例戊局", "政府采购执行率")["缺少数据"]


def test_contradictions_are_found(out: Out) -> None:
    assert {"J01", "J05", "S02", "S06", "M02", "M07", "M08"} <= out.codes("绥宁县示例己局")
