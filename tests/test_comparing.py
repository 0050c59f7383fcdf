"""The commands diff and explain: outputs, workbooks and inboxes as sides; exit codes; what is refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from converter.cli import main
from tests.test_assemble import SUINING
from tests.test_diff import edit_cells
from tests.workbooks import indicator_table, suining, write_xlsx

ARCHIVE = "绥宁县档案馆"


def command(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([*map(str, arguments)])
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture(scope="module")
def inboxes(suining_inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two inboxes: one figure changed, one file under another name, one department withdrawn and one new, one file spoilt."""
    folder = tmp_path_factory.mktemp("inboxes")
    old, new = folder / "旧", folder / "新"
    shutil.copytree(suining_inbox, old / SUINING)
    write_xlsx(old / "绥宁县统计局" / "指标表.xlsx", indicator_table("绥宁县统计局"))
    shutil.copytree(old / SUINING, new / SUINING)
    edit_cells(new / SUINING / "基础数据表.xlsx", {"D7": "30"})
    (new / SUINING / "决算.xlsx").rename(new / SUINING / "决算（定稿）.xlsx")
    write_xlsx(new / ARCHIVE / "指标表.xlsx", indicator_table(ARCHIVE))
    return old, new


def test_two_inboxes_tell_what_was_resubmitted(inboxes: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert command("diff", *inboxes, "--json") == 1
    content = json.loads(capsys.readouterr().out)
    told = {(c["kind"], c["department"], c["subject"], c["column"]) for c in content["changes"]}
    name = f"{SUINING}/基础数据表.xlsx"
    assert ("输入数据", SUINING, "三公经费决算数", "数值") in told
    assert ("输入数据", SUINING, name, "文件内容") in told
    assert ("文字", SUINING, f"{SUINING}/决算（定稿）.xlsx", "文件名") in told
    assert {d for k, d, *_ in told if k == "部门增减"} == {ARCHIVE, "绥宁县统计局"}
    figures = [c for c in content["changes"] if c["kind"] == "输入数据" and c["column"] == "数值"]
    assert {c["subject"] for c in figures if c["department"] == SUINING} == {"三公经费决算数"}
    (one,) = [c for c in figures if c["subject"] == "三公经费决算数"]
    assert (one["before"], one["after"], one["new_place"]) == ("7.59", "30", f"{name}!基础数据表!D7")


def test_the_same_inbox_twice(inboxes: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert command("diff", inboxes[0], inboxes[0]) == 0
    captured = capsys.readouterr()
    assert captured.out.strip().endswith("没有差异")
    assert len(captured.out.splitlines()) == 1  # what was compared stands on stderr
    assert "部门：比对 2，相同 2，变动 0，新增 0，删除 0" in captured.err
    assert captured.err.count("SHA-256") == 2


def test_a_file_that_cannot_be_read_any_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = suining(tmp_path / "旧" / SUINING).parent
    new = shutil.copytree(old, tmp_path / "新")
    (new / SUINING / "决算.xlsx").write_bytes(b"PK\x03\x04")
    assert command("diff", old, new, "--json") == 1
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert any(c["subject"] == "基本支出年初预算数" and (c["before"], c["after"]) == ("19030.84", "") for c in changes)
    assert any(c["subject"] == f"{SUINING}/决算.xlsx" and c["kind"] == "输入数据" for c in changes)


def test_an_inbox_is_not_compared_with_an_output(
    suining_out: Path, inboxes: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("diff", suining_out, inboxes[0]) == 2
    assert capsys.readouterr().err.startswith("[R08]")


def test_the_workbook_is_written_beside_the_text(
    suining_out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, files = shutil.copytree(suining_out, tmp_path / "OUT"), [tmp_path / f"{n}.xlsx" for n in (1, 2)]
    book = openpyxl.load_workbook(out / "部门" / f"{SUINING}_2019.xlsx")
    book["评分表"]["I6"].value = 5
    book.save(out / "部门" / f"{SUINING}_2019.xlsx")
    for file in files:
        assert command("diff", suining_out, out, "--xlsx", file) == 1
    assert "[公式被数值覆盖]" in capsys.readouterr().out
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_workbook_that_cannot_be_written_is_one_line(
    suining_out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("diff", suining_out, suining_out, "--xlsx", tmp_path) == 2
    assert capsys.readouterr().err.startswith("[R04]")


def test_formats_are_compared_when_asked(suining_out: Path, tmp_path: Path) -> None:
    out = shutil.copytree(suining_out, tmp_path / "OUT")
    path = out / "部门" / f"{SUINING}_2019.xlsx"
    book = openpyxl.load_workbook(path)
    book["评分表"]["I6"].number_format = "0.0"
    book.save(path)
    assert command("diff", suining_out, out) == 0
    assert command("diff", suining_out, out, "--formats") == 1


Spoil = Callable[[Path], Path]


def no_year(path: Path) -> Path:
    book = openpyxl.load_workbook(path)
    for row in book["运行信息"].iter_rows():
        if row[0].value == "数据年度":
            row[1].value = None
    book.save(path)
    return path


def other_workbook(path: Path) -> Path:
    return write_xlsx(path, indicator_table())


def no_column(path: Path) -> Path:
    book = openpyxl.load_workbook(path)
    book["指标得分"].delete_cols(8)
    book.save(path)
    return path


@pytest.mark.parametrize("spoil", [no_year, other_workbook, no_column, lambda path: path.with_name("没有.xlsx")])
def test_what_is_no_summary_workbook_is_refused(
    suining_out: Path, tmp_path: Path, spoil: Spoil, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "汇总.xlsx"
    shutil.copyfile(suining_out / "评分汇总_2019.xlsx", path)
    assert command("diff", suining_out, spoil(path)) == 2
    assert capsys.readouterr().err.startswith("[R08]")


def test_the_departments_list_pairs_names(
    inboxes: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """档案馆 is the former 统计局, says the list: then none came and none went."""
    roster = tmp_path / "名单.yaml"
    roster.write_text(f"部门:\n  - {{名称: {ARCHIVE}, 曾用名: [绥宁县统计局]}}\n", encoding="utf-8")
    assert command("diff", *inboxes, "--departments", roster, "--json") == 1
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert [c for c in changes if c["kind"] == "部门增减" and c["column"] == "部门"] == []


def test_explain_says_the_break_even(suining_out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("explain", suining_out, SUINING, "三公经费变动率") == 0
    assert "2018 年三公经费预算数 ≥ 29 即满分" in capsys.readouterr().out
