"""The job end to end: the Suining case from .xlsx and .xls, the same bytes every time, and inboxes as they really are."""

import hashlib
import io
import json
import logging
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
import xlrd
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.utils.cell import coordinate_to_tuple

from converter.manifest import SCHEMA_VERSION
from converter.outcome import Report
from converter.outputs import CSV_NAMES
from converter.run import Options, run
from converter.vocabulary.findings import RunError
from tests.conftest import Command
from tests.outputs import Out, Record
from tests.test_assemble import SUINING
from tests.workbooks import Grid, basic_data, indicator_table, last_year, suining, write_xlsx

MANIFEST = "run.json"


def convert(inbox: Path, out: Path, **options: object) -> Report:
    """A run in this process."""
    return run(Options((inbox,), out, **{"jobs": 1, **options}))  # type: ignore[arg-type]


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file but the manifest."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def tree(folder: Path) -> dict[str, bytes]:
    """Everything below a folder, hidden things and empty folders too."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else b"" for p in sorted(folder.rglob("*"))}


@contextmanager
def warnings_said() -> Iterator[list[str]]:
    """What the run says on stderr."""
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("jixiao")
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


@pytest.fixture(scope="module")
def xls_inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return suining(tmp_path_factory.mktemp("xls") / SUINING, ".xls")


@pytest.fixture(scope="module")
def xls_out(tmp_path_factory: pytest.TempPathFactory, xls_inbox: Path, jixiao: Command) -> Path:
    out = tmp_path_factory.mktemp("xls-out") / "OUT"
    done = jixiao("run", xls_inbox, "-o", out)
    assert done.returncode == 1, done.stderr
    return out


@pytest.fixture(scope="module", params=["xlsx", "xls"])
def out(request: pytest.FixtureRequest, suining_out: Path, xls_out: Path) -> Out:
    return Out(suining_out if request.param == "xlsx" else xls_out)


# --- the acceptance table of the issue ---------------------------------------------------------------------------------

TABLE = [
    ("在职人员控制率", 1.133333, "0", "0", "0", "已评分", "0", ""),
    ("“三公经费”变动率", None, "", "0", "5", "缺数", "5", "决算/决算 5"),
    ("预算完成率", 0.998250, "5", "5", "5", "已评分", "5", "不足一步按一步 3；按比例 4.93"),
    ("预算控制率", 0.029124, "4", "4", "4", "已评分", "5", ""),
    ("公用经费控制率", 0.964474, "8", "8", "8", "已评分", "8", ""),
    ("“三公经费”控制率", 0.261724, "7", "7", "7", "已评分", "7", ""),
    ("政府采购执行率", None, "", "0", "6", "缺数", "6", ""),
    *(
        (name, None, points, points, points, "自评", points, "")
        for name, points in {
            "管理制度健全性": "6",
            "资金使用合规性": "14",
            "预决算信息公开性": "5",
            "重点工作实际完成率": "8",
            "经济效益": "4",
            "社会效益": "4",
            "行政效能": "6",
            "社会公众或服务对象满意度": "6",
        }.items()
    ),
]


@pytest.mark.parametrize(
    ("indicator", "value", "score", "low", "high", "status", "own", "others"), TABLE, ids=[str(i) for i in range(15)]
)
def test_the_acceptance_table(
    out: Out, indicator: str, value: float | None, score: str, low: str, high: str, status: str, own: str, others: str
) -> None:
    row = out.score(SUINING, indicator)
    assert (row["得分"], row["下限"], row["上限"], row["状态"], row["自评得分"]) == (score, low, high, status, own)
    assert row["其他口径得分"] == others
    assert (row["指标值"] == "") if value is None else float(row["指标值"]) == pytest.approx(value, abs=1e-6)


def test_the_totals(out: Out) -> None:
    expected = {
        "复算下限": "77",
        "复算上限": "88",
        "复算得分": "",
        "等次": "中～良",
        "数据分值": "41",
        "数据下限": "24",
        "数据上限": "35",
        "沿用自评": "53",
        "自评得分": "89",
        "自评等次": "良",
        "自评差异": "1",
    }
    row = out.total(SUINING)
    assert {head: row[head] for head in expected} == expected


#: code → level, times, a word of the message.
FINDINGS = {
    "J12": ("警告", 1, "政府采购"),
    "J13": ("警告", 1, "单位"),
    "S04": ("警告", 1, "分值 5 分，条文写“计8分”"),
    "S06": ("错误", 1, "预算控制率：自评 5 分，复算 4 分"),
    "S07": ("警告", 1, "政府采购执行率"),
    "S09": ("警告", 1, "决算/决算"),
    "S10": ("提示", 1, "2016"),
    "S13": ("警告", 1, "80"),
    "M03": ("警告", 1, "绥宁县人力资源和社会保障局"),
    "J08": ("提示", 1, "舍入范围内"),
}


@pytest.mark.parametrize(("code", "level", "times", "word"), [(c, *rest) for c, rest in FINDINGS.items()])
def test_the_findings_of_the_issue(out: Out, code: str, level: str, times: int, word: str) -> None:
    found = [row for row in out.findings if row["代码"] == code]
    assert len(found) == times
    assert {row["级别"] for row in found} == {level}
    assert word in found[0]["说明"]


def test_no_other_finding_but_notes(out: Out) -> None:
    assert {row["代码"] for row in out.findings if row["级别"] != "提示"} <= set(FINDINGS)
    assert {row["代码"] for row in out.findings} - set(FINDINGS) == {"J07", "D06"}


def test_xls_gives_the_same_facts_scores_and_findings(suining_out: Path, xls_out: Path) -> None:
    one, other = Out(suining_out), Out(xls_out)

    def same(rows: list[Record], others: list[Record]) -> None:
        as_xlsx = [{head: text.replace(".xls", ".xlsx") for head, text in row.items()} for row in others]
        assert rows == as_xlsx

    same(one.scores, other.scores)
    same(one.facts, other.facts)
    same(one.findings, other.findings)


def cell_text(path: Path, sheet: str, cell: str) -> str:
    """What stands in a cell, by the readers that users' own programs are made of."""
    if path.suffix == ".xlsx":
        value = openpyxl.load_workbook(path)[sheet][cell].value
    else:
        at = coordinate_to_tuple(cell)
        value = xlrd.open_workbook(str(path)).sheet_by_name(sheet).cell_value(at[0] - 1, at[1] - 1)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def test_every_fact_leads_to_the_cell_that_shows_its_text(out: Out, suining_inbox: Path, xls_inbox: Path) -> None:
    inbox = suining_inbox if out.facts[0]["文件"].endswith("x") else xls_inbox
    read = [row for row in out.facts if row["状态"] != "推算"]
    assert len(read) > 80
    for row in read:
        assert row["文件"]
        assert row["工作表"]
        assert row["单元格"]
    for row in read[::7]:
        assert cell_text(inbox / row["文件"], row["工作表"], row["单元格"]) == row["原文"]
    for row in out.facts:
        if row["状态"] == "推算":
            assert row["原文"]
            assert row["文件"] == ""


def test_last_years_form_narrows_the_interval(suining_inbox: Path, tmp_path: Path) -> None:
    inbox = shutil.copytree(suining_inbox, tmp_path / "in")
    write_xlsx(inbox / "2018基础数据表.xlsx", last_year())
    convert(inbox, tmp_path / "OUT")
    out = Out(tmp_path / "OUT")
    total, row = out.total(SUINING), out.score(SUINING, "“三公经费”变动率")
    assert (total["复算下限"], total["复算上限"], total["等次"]) == ("82", "88", "良")
    assert (row["指标值"], row["得分"], row["状态"]) == ("-0.09375", "5", "已评分")
    assert "S13" not in {finding["代码"] for finding in out.findings}
    fact = out.fact(SUINING, "三公经费预算数", 2018)
    assert (fact["文件"], fact["单元格"]) == ("2018基础数据表.xlsx", "C7")


# --- the same bytes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jobs", "environment"),
    [
        (1, {"PYTHONHASHSEED": "0", "TZ": "UTC"}),
        (2, {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONOPTIMIZE": "1"}),
    ],
    ids=["one", "two"],
)
def test_workers_hash_seed_and_time_zone_change_no_byte(
    suining_out: Path, suining_inbox: Path, jixiao: Command, tmp_path: Path, jobs: int, environment: dict[str, str]
) -> None:
    inbox = shutil.copytree(suining_inbox, tmp_path / "别处" / "收件", copy_function=shutil.copyfile)  # other times too
    done = jixiao("run", inbox, "-o", tmp_path / "OUT", "--jobs", jobs, **environment)
    assert done.returncode == 1, done.stderr
    assert bytes_of(tmp_path / "OUT") == bytes_of(suining_out)


def test_a_second_run_into_the_same_out_changes_no_byte(suining_inbox: Path, tmp_path: Path) -> None:
    convert(suining_inbox, tmp_path / "OUT")
    first = bytes_of(tmp_path / "OUT")
    report = convert(suining_inbox, tmp_path / "OUT", jobs=2)
    assert bytes_of(tmp_path / "OUT") == first
    assert report.removed == []


def test_no_input_file_is_changed(tmp_path: Path) -> None:
    inbox = suining(tmp_path / "in")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in inbox.iterdir()}
    convert(inbox, tmp_path / "OUT")
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in inbox.iterdir()} == before


# --- run.json ------------------------------------------------------------------------------------------------------------


def test_the_manifest(suining_out: Path, suining_inbox: Path) -> None:
    manifest = Out(suining_out).manifest
    assert manifest["schema_version"] == SCHEMA_VERSION
    assert (manifest["year"], manifest["region"]) == (2019, {"code": "430527", "name": "绥宁县"})
    assert {"name", "version"} <= manifest["program"].keys()
    assert {"pandas", "xlsxwriter"} <= manifest["libraries"].keys()
    assert manifest["exit_code"] == 1
    assert manifest["seconds"] > 0
    assert manifest["counts"] == {"部门": 1, "错误": 1, "警告": 7, "提示": 4}
    assert len(manifest["mappings"]["sha256"]) == 64
    assert "decisions" in manifest
    scheme = Path(__file__).resolve().parent.parent / manifest["scheme"]["file"]
    assert manifest["scheme"]["sha256"] == hashlib.sha256(scheme.read_bytes()).hexdigest()


def test_the_manifest_lists_every_input_with_what_became_of_it(suining_out: Path, suining_inbox: Path) -> None:
    inputs = Out(suining_out).manifest["inputs"]
    assert [entry["file"] for entry in inputs] == ["决算.xlsx", "基础数据表.xlsx", "指标表.xlsx"]
    for entry in inputs:
        content = (suining_inbox / entry["file"]).read_bytes()
        assert (entry["sha256"], entry["size"]) == (hashlib.sha256(content).hexdigest(), len(content))
        assert [document["result"] for document in entry["documents"]] == ["已采用"]


def test_the_manifest_lists_every_output_with_its_hash(suining_out: Path) -> None:
    listed = {entry["file"]: entry["sha256"] for entry in Out(suining_out).manifest["outputs"]}
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in bytes_of(suining_out).items()}


def test_what_lies_in_out(suining_out: Path) -> None:
    names = {"评分汇总_2019.xlsx", f"部门/{SUINING}_2019.xlsx", "report.html", *CSV_NAMES, MANIFEST}
    assert {p.relative_to(suining_out).as_posix() for p in suining_out.rglob("*") if p.is_file()} == names


# --- inboxes as they are -------------------------------------------------------------------------------------------------


def two_departments(folder: Path) -> Path:
    """Suining's bureau and an archive that handed in two of the three forms."""
    suining(folder / SUINING)
    write_xlsx(folder / "绥宁县档案馆" / "基础数据表.xlsx", basic_data("绥宁县档案馆"))
    write_xlsx(folder / "绥宁县档案馆" / "指标表.xlsx", indicator_table("绥宁县档案馆"))
    return folder


def scores_of(out: Path, department: str) -> list[Record]:
    return [{**row, "缺少数据": ""} for row in Out(out).scores if row["部门"] == department]


def test_a_bad_file_costs_exactly_that_file(suining_out: Path, tmp_path: Path) -> None:
    inbox = two_departments(tmp_path / "in")
    whole = (inbox / SUINING / "决算.xlsx").read_bytes()
    bad = {
        "断.xlsx": whole[: len(whole) // 2],
        "空.xlsx": b"",
        "假.xls": b"no workbook",
        "花名册.docx": b"PK\x03\x04word/",
    }
    for name, content in bad.items():
        (inbox / "绥宁县档案馆" / name).write_bytes(content)
    write_xlsx(inbox / "绥宁县档案馆" / "名单.xlsx", Grid("名单", {(0, 0): "姓名"}))
    report = convert(inbox, tmp_path / "OUT", jobs=2)
    out = Out(tmp_path / "OUT")
    assert report.exit_code == 1
    found = {
        row["文件"].rpartition("/")[2]: row["代码"]
        for row in out.findings
        if row["代码"][0] == "F" or row["代码"] == "M01"
    }
    assert found == {"断.xlsx": "F01", "空.xlsx": "F03", "假.xls": "F05", "花名册.docx": "F09", "名单.xlsx": "M01"}
    assert scores_of(tmp_path / "OUT", SUINING) == scores_of(suining_out, SUINING)
    assert len(out.scores) == 30
    sources = {row["文件"].rpartition("/")[2]: row["处理结果"] for row in out.sheet("来源文件", "文件")}
    assert all(sources[name] for name in found)
    assert len(out.manifest["inputs"]) == 10


def test_junk_is_ignored_and_listed(tmp_path: Path) -> None:
    inbox = suining(tmp_path / "in")
    for name in ("~$基础数据表.xlsx", "._指标表.xlsx", ".DS_Store", "Thumbs.db"):
        (inbox / name).write_bytes(b"junk")
    convert(inbox, tmp_path / "OUT")
    out = Out(tmp_path / "OUT")
    assert sorted(out.manifest["ignored"]) == sorted(["~$基础数据表.xlsx", "._指标表.xlsx", ".DS_Store", "Thumbs.db"])
    listed = {row["文件"]: row["处理结果"] for row in out.sheet("来源文件", "文件")}
    assert "忽略" in listed["~$基础数据表.xlsx"]
    assert not any(row["代码"][0] == "F" for row in out.findings)


def test_a_file_name_that_is_no_utf8_costs_no_more_than_itself(tmp_path: Path) -> None:
    """A GBK name, as an old archive program leaves it on Linux: the batch is scored, and every output is written."""
    inbox = two_departments(tmp_path / "in")
    path = inbox / "绥宁县档案馆" / "基础数据表.xlsx"
    path.rename(path.parent / os.fsdecode("基础数据表.xlsx".encode("gb18030")))
    report = convert(inbox, tmp_path / "OUT")
    assert set(report.whole.departments) == {SUINING, "绥宁县档案馆"}
    assert len(Out(tmp_path / "OUT").manifest["inputs"]) == 5


def test_a_dry_run_writes_nothing_at_all(tmp_path: Path, jixiao: Command) -> None:
    suining(tmp_path / "in")
    before = tree(tmp_path)
    done = jixiao("run", tmp_path / "in", "-o", tmp_path / "OUT", "--dry-run")
    assert done.returncode == 1
    assert "未写" in done.stdout
    assert tree(tmp_path) == before


def test_a_dry_run_leaves_an_existing_out_alone(suining_out: Path, tmp_path: Path) -> None:
    out = shutil.copytree(suining_out, tmp_path / "OUT")
    inbox = two_departments(tmp_path / "in")
    before = tree(tmp_path)
    report = convert(inbox, out, dry_run=True)
    assert report.counts()["部门"] == 2
    assert tree(tmp_path) == before


def test_without_books_there_are_none(suining_inbox: Path, suining_out: Path, tmp_path: Path) -> None:
    convert(suining_inbox, tmp_path / "OUT", books=False)
    out = Out(tmp_path / "OUT")
    assert set(bytes_of(out.folder)) == {"评分汇总_2019.xlsx", "report.html", *CSV_NAMES}
    assert out.total(SUINING)["评分表"] == ""
    assert out.scores == Out(suining_out).scores


def test_what_is_no_longer_made_is_removed_and_named(tmp_path: Path) -> None:
    inbox, out = two_departments(tmp_path / "in"), tmp_path / "OUT"
    convert(inbox, out)
    (out / "批注.docx").write_bytes(b"mine")
    shutil.rmtree(inbox / "绥宁县档案馆")
    with warnings_said() as said:
        report = convert(inbox, out)
    gone = "部门/绥宁县档案馆_2019.xlsx"
    assert report.removed == [gone]
    assert not (out / gone).exists()
    assert any(gone in line and "删除" in line for line in said)
    assert any("批注.docx" in line and "未动" in line for line in said)
    assert (out / "批注.docx").read_bytes() == b"mine"
    assert Out(out).manifest["removed"] == [gone]


def test_what_was_not_removed_is_not_said_to_be(suining_inbox: Path, tmp_path: Path) -> None:
    """A name outside of OUT in a tampered run.json: nothing is deleted there, and nothing is claimed."""
    out, bystander = tmp_path / "下级" / "OUT", tmp_path / "x"
    bystander.write_bytes(b"not yours")
    out.mkdir(parents=True)
    (out / MANIFEST).write_text('{"outputs": [{"file": "../../x", "sha256": ""}]}', encoding="utf-8")
    with warnings_said() as said:
        report = convert(suining_inbox, out)
    assert bystander.read_bytes() == b"not yours"
    assert report.removed == []
    assert not any("删除" in line for line in said)


def test_out_inside_the_inbox_is_skipped(tmp_path: Path) -> None:
    inbox = suining(tmp_path / "in" / SUINING).parent
    convert(inbox, inbox / "输出")
    first = bytes_of(inbox / "输出")
    convert(inbox, inbox / "输出")
    assert bytes_of(inbox / "输出") == first
    assert len(Out(inbox / "输出").manifest["inputs"]) == 3


def test_our_own_out_given_back_is_no_submission(suining_inbox: Path, suining_out: Path, tmp_path: Path) -> None:
    """CONTRACT: our own books coming back are recognised and never read as submissions; nor is our CSV an error."""
    inbox = shutil.copytree(suining_inbox, tmp_path / "in" / SUINING).parent
    shutil.copytree(suining_out, inbox / "上次的输出")
    convert(inbox, tmp_path / "OUT")
    out = Out(tmp_path / "OUT")
    assert scores_of(out.folder, SUINING) == scores_of(suining_out, SUINING)
    assert Counter(row["代码"] for row in out.findings)["F08"] == 2
    assert [row["文件"] for row in out.findings if row["级别"] == "错误" and row["文件"].startswith("上次")] == []
    assert len(out.manifest["inputs"]) == 3 + 8


def test_a_department_with_last_years_form_alone_is_not_scored(tmp_path: Path) -> None:
    inbox = suining(tmp_path / "in" / SUINING).parent
    write_xlsx(inbox / "绥宁县档案馆" / "基础数据表.xlsx", last_year("绥宁县档案馆"))
    convert(inbox, tmp_path / "OUT", year=2019)
    out = Out(tmp_path / "OUT")
    assert {row["部门"] for row in out.scores} == {SUINING}
    mine = [row for row in out.findings if row["部门"] == "绥宁县档案馆"]
    assert any("没有 2019 年度的报表" in row["说明"] for row in mine)
    assert [row["部门"] for row in out.totals] == [SUINING]


def test_a_tie_of_years_is_refused_with_an_explanation(tmp_path: Path) -> None:
    inbox = suining(tmp_path / "in" / SUINING).parent
    write_xlsx(inbox / "绥宁县档案馆" / "基础数据表.xlsx", last_year("绥宁县档案馆"))
    before = tree(tmp_path)
    with pytest.raises(RunError, match="2018年 1 个部门、2019年 1 个部门") as caught:
        convert(inbox, tmp_path / "OUT")
    assert caught.value.code == "R03"
    assert "工作年度" in caught.value.advice
    assert "数据年度" in caught.value.advice
    assert tree(tmp_path) == before


def test_several_inboxes_prefix_their_names(tmp_path: Path) -> None:
    one = suining(tmp_path / "甲" / SUINING).parent
    write_xlsx(tmp_path / "乙" / "绥宁县档案馆" / "指标表.xlsx", indicator_table("绥宁县档案馆"))
    run(Options((one, tmp_path / "乙"), tmp_path / "OUT", year=2019, jobs=1))
    files = [entry["file"] for entry in Out(tmp_path / "OUT").manifest["inputs"]]
    assert files[0] == "乙/绥宁县档案馆/指标表.xlsx"
    assert files[1:] == [f"甲/{SUINING}/{name}.xlsx" for name in ("决算", "基础数据表", "指标表")]


def test_an_inbox_without_anything_to_score_is_refused(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "in" / "绥宁县档案馆" / "名单.xlsx", Grid("名单", {(0, 0): "姓名"}))
    before = tree(tmp_path)
    with pytest.raises(RunError) as caught:
        convert(tmp_path / "in", tmp_path / "OUT", year=2019, region="430527")
    assert caught.value.code == "R07"
    assert "名单.xlsx" in caught.value.message
    assert tree(tmp_path) == before


@pytest.mark.parametrize(("fail_on", "code"), [("warning", 1), ("never", 0)])
def test_fail_on_moves_the_line(suining_inbox: Path, tmp_path: Path, fail_on: str, code: int) -> None:
    report = convert(suining_inbox, tmp_path / "OUT", fail_on=fail_on, dry_run=True)
    assert report.exit_code == code


def test_the_manifest_of_a_clean_run_says_so(suining_inbox: Path, tmp_path: Path) -> None:
    convert(suining_inbox, tmp_path / "OUT", fail_on="never", books=False)
    assert json.loads((tmp_path / "OUT" / MANIFEST).read_text(encoding="utf-8"))["exit_code"] == 0


# --- passwords


def test_an_encrypted_workbook_is_read_with_the_password_file_and_the_password_appears_nowhere(
    tmp_path: Path, jixiao: Command
) -> None:
    inbox, out, log = suining(tmp_path / "绥宁县人社局"), tmp_path / "OUT", tmp_path / "log.txt"
    accounts, secret = inbox / "决算.xlsx", "绥宁-Pa55"
    encrypted = io.BytesIO()
    OOXMLFile(io.BytesIO(accounts.read_bytes())).encrypt(secret, encrypted)
    accounts.write_bytes(encrypted.getvalue())
    passwords = tmp_path / "passwords.txt"
    passwords.write_text(f"别的密码\n{secret}\n", encoding="utf-8")

    refused = jixiao("run", inbox, "-o", out, "--fail-on", "never")
    assert refused.returncode == 0, refused.stderr
    assert "F04" in (out / "findings.csv").read_text(encoding="utf-8-sig")

    done = jixiao("run", inbox, "-o", out, "--password-file", passwords, "--log-file", log, "-v")
    assert done.returncode == 1, done.stderr
    findings = (out / "findings.csv").read_text(encoding="utf-8-sig")
    assert "F12" in findings
    assert "F04" not in findings
    written = [path.read_bytes() for path in [*out.rglob("*.csv"), out / "run.json", log]]
    assert not [text for text in [done.stdout.encode(), done.stderr.encode(), *written] if secret.encode() in text]
