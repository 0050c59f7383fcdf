"""--prior: last year's output supplies last year's figures, and the checks between the two years."""

import csv
import shutil
from pathlib import Path

import pytest

from converter.cli import main
from converter.lastyear import last_output
from converter.mapping.library import Library
from converter.mapping.roster import Listed, Roster
from converter.run import Options, run
from converter.scoring.prior import PRIOR_MARK, read_prior
from converter.vocabulary.findings import RunError
from converter.vocabulary.labels import plain
from tests.conftest import ROOT
from tests.outputs import Out
from tests.workbooks import SUINING_SELF, accounts, basic_data, indicator_table, last_year, suining, write_xlsx

SUINING = "绥宁县人社局"
CHANGE = "“三公经费”变动率"
HEADS = (
    "部门编码",
    "部门",
    "年度",
    "字段",
    "数值",
    "单位",
    "状态",
    "采用",
    "原文",
    "表单",
    "资金口径",
    "文件",
    "工作表",
    "单元格",
)


@pytest.fixture(scope="module")
def prior(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OUT of 2018, by a scheme of that year."""
    place = tmp_path_factory.mktemp("prior")
    scheme = (ROOT / "mappings/schemes/430527/2019.yaml").read_text(encoding="utf-8")
    own = place / "mine" / "schemes" / "430527"
    own.mkdir(parents=True)
    (own / "2018.yaml").write_text(scheme.replace("year: 2019", "year: 2018"), encoding="utf-8")
    folder = place / "in" / SUINING
    write_xlsx(folder / "基础数据表.xlsx", last_year())
    write_xlsx(folder / "指标表.xlsx", indicator_table(SUINING, SUINING_SELF))
    spending = {"年末结转和结余": (None, None, 45.53)}
    write_xlsx(folder / "决算.xlsx", accounts(SUINING, 2018, {"年初结转和结余": (None, None, 1.0)}, spending))
    old = place / "in" / "绥宁县旧局"
    write_xlsx(old / "基础数据表.xlsx", basic_data("绥宁县旧局", 2018, unit="单位：万元"))
    out = place / "OUT2018"
    run(Options((place / "in",), out, mappings=place / "mine"))
    return out


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, prior: Path) -> Out:
    place = tmp_path_factory.mktemp("now")
    run(Options((suining(place / SUINING),), place / "OUT", prior=prior))
    return Out(place / "OUT")


def test_last_years_budget_is_supplied(out: Out) -> None:
    """2018's 三公 budget of 32 gives the change of −9.375 % and full marks: the interval is 82～88."""
    assert out.score(SUINING, CHANGE)["指标值"] == "-0.09375"
    assert out.score(SUINING, CHANGE)["得分"] == "5"
    total = out.total(SUINING)
    assert (total["复算下限"], total["复算上限"]) == ("82", "88")
    assert "S09" not in out.codes(SUINING)


def test_a_supplied_figure_leads_back_to_last_years_output(out: Out, prior: Path) -> None:
    fact = out.fact(SUINING, "三公经费预算数", 2018)
    assert (fact["表单"], fact["文件"], fact["采用"]) == ("基础数据表" + PRIOR_MARK, "OUT2018/facts.csv", "是")
    with (prior / "facts.csv").open(encoding="utf-8-sig", newline="") as stream:
        line = list(csv.reader(stream))[int(fact["单元格"]) - 1]
    assert dict(zip(HEADS, line, strict=True))["字段"] == "三公经费预算数"
    assert line[4] == fact["数值"] == "32"


def test_the_two_years_are_checked(out: Out) -> None:
    rows = {(r["代码"], r["核对内容"].partition("（")[0]): (r["结果"], r["左"], r["右"]) for r in out.csv("checks.csv")}
    assert rows["Y01", "上年(年末结转和结余决算数) = 年初结转和结余决算数"] == ("通过", "45.53", "45.53")
    assert rows["Y02", "三公经费决算数"] == ("通过", "16.14", "16.14")
    assert rows["Y04", "编制数 与 上年(编制数)"][0] == "通过"


def test_the_output_says_what_it_was_made_of(out: Out, prior: Path) -> None:
    info = {row["项目"]: row["内容"] for row in out.sheet("运行信息", "项目")}
    assert info["上年输出"] == "OUT2018/facts.csv，2018 年度，2 个部门，本年没有的：绥宁县旧局"
    digests = {entry["file"]: entry["sha256"] for entry in Out(prior).manifest["outputs"]}
    assert info["上年输出 SHA-256"] == digests["facts.csv"]
    assert out.manifest["prior"] == {"folder": "OUT2018", "year": 2018, "sha256": digests["facts.csv"]}
    (row,) = out.sheet("报送情况", "部门编码")
    assert row["上年数据"] == "上年输出"


def test_without_it_nothing_is_named(suining_out: Path) -> None:
    assert Out(suining_out).manifest["prior"] is None


def test_last_years_workbook_goes_before_last_years_output(prior: Path, tmp_path: Path) -> None:
    """Both are there and differ: the workbook is used, and the difference is said."""
    folder = suining(tmp_path / SUINING)
    rows = {"三公经费": (17.2, 30, 16.14)}
    write_xlsx(
        folder / "上年" / "基础数据表_2018.xlsx", basic_data(SUINING, 2018, rows, (60, 66, "110%"), "单位：万元")
    )
    run(Options((folder,), tmp_path / "OUT", prior=prior))
    out = Out(tmp_path / "OUT")
    assert out.fact(SUINING, "三公经费预算数", 2018)["数值"] == "30"
    (found,) = [row for row in out.findings if row["代码"] == "D05"]
    assert "采用 30" in found["说明"]
    assert "32（OUT2018/facts.csv:" in found["说明"]


# ---- what cannot be used --------------------------------------------------------------------------------------------
def refused(folder: Path, library: Library, year: int = 2019) -> RunError:
    with pytest.raises(RunError) as caught:
        last_output(folder, library.dictionary, year)
    return caught.value


def test_an_output_of_another_year(prior: Path, library: Library) -> None:
    error = refused(prior, library, 2021)
    assert (error.code, error.exit_code) == ("R17", 2)
    assert "2018 年度的，本次评分 2021 年度" in str(error)
    assert "2020" in error.advice


def test_a_folder_that_is_no_output(tmp_path: Path, library: Library) -> None:
    assert refused(tmp_path, library).code == "R08"


def test_an_output_that_was_changed(prior: Path, tmp_path: Path, library: Library) -> None:
    copy = tmp_path / "OUT2018"
    shutil.copytree(prior, copy)
    text = (copy / "facts.csv").read_bytes()
    (copy / "facts.csv").write_bytes(text.replace(b",32,", b",33,"))
    error = refused(copy, library)
    assert error.code == "R17"
    assert "改动过" in str(error)


# ---- rows and names -------------------------------------------------------------------------------------------------
def record(**changes: str) -> dict[str, str]:
    values = (
        "",
        "甲局",
        "2018",
        "三公经费预算数",
        "32",
        "万元",
        "数值",
        "是",
        "32",
        "基础数据表",
        "",
        "a.xlsx",
        "表",
        "B5",
    )
    return {**dict(zip(HEADS, values, strict=True)), **changes}


@pytest.mark.parametrize(
    "changes",
    [{"采用": "否"}, {"年度": "2017"}, {"状态": "推算"}, {"状态": "空白", "数值": ""}, {"字段": "行政效能·自评得分"}],
    ids=str,
)
def test_what_is_not_taken_over(changes: dict[str, str], library: Library) -> None:
    assert read_prior([record(**changes)], library.dictionary, "OUT", 2018, "").facts == {"甲局": []}


@pytest.mark.parametrize("state", ["数值", "零", "更正"])
def test_numbers_are_taken_over_with_their_line(state: str, library: Library) -> None:
    (fact,) = read_prior([record(状态=state)], library.dictionary, "OUT", 2018, "").facts["甲局"]
    assert (fact.value, fact.year, fact.form_year, str(fact.place)) == (32.0, 2018, 2018, "OUT/facts.csv:2")
    assert (fact.state, fact.form) == (state, "基础数据表（上年输出）")


def test_a_number_that_is_none(library: Library) -> None:
    with pytest.raises(RunError) as caught:
        read_prior([record(), record(数值="三十二")], library.dictionary, "OUT", 2018, "")
    assert (caught.value.code, caught.value.place.cell) == ("R17", "3")


def test_a_department_is_known_by_its_code_or_any_name_of_the_list(library: Library) -> None:
    roster = Roster(
        [Listed("新局", "001", labels=(plain("新局"), plain("旧局"))), Listed("乙局", "002", labels=("乙局",))]
    )
    records = [record(部门="旧局"), record(部门="乙办", 部门编码="002"), record(部门="丙局")]
    made = read_prior(records, library.dictionary, "OUT", 2018, "")
    rows, lost = made.fitted(["新局", "乙局", "丁局"], roster)
    assert [row.department for row in rows] == ["新局", "乙局"]
    assert lost == ["丙局"]


def test_the_command_refuses_a_folder_that_is_no_output(
    suining_inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["run", str(suining_inbox), "-o", str(tmp_path / "OUT"), "--prior", str(tmp_path / "没有")]
    with pytest.raises(SystemExit) as stopped:
        main(command)
    assert stopped.value.code == 2
    assert "[R08]" in capsys.readouterr().err
    assert not (tmp_path / "OUT").exists()
