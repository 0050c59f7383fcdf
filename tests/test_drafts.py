"""`jixiao scheme draft`: from a printed table to a scheme that lists, tests and scores; nothing is overwritten unasked."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.test_cli import ONE_LINE, call
from tests.workbooks import basic_data, indicator_table, suining, write_xlsx


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_xlsx(tmp_path_factory.mktemp("table") / "指标表.xlsx", indicator_table())


def test_a_new_county_from_its_table_to_its_scores(table: Path, tmp_path: Path, jixiao: Command) -> None:
    """draft → finish by hand → lint → test → run, with nothing but the table and a text editor (README.zh-CN)."""
    scheme = tmp_path / "本地" / "schemes" / "430528" / "2019.yaml"
    done = jixiao("scheme", "draft", table, "-o", scheme)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "草拟 15 个指标：按数据计分 9 个，由人评定 6 个；待人工确认 4 个指标（“三公经费”变动率、"
    )
    assert sorted(path.name for path in scheme.parent.iterdir()) == ["2019.cases.yaml", "2019.yaml"]
    text = scheme.read_text(encoding="utf-8")
    scheme.write_text(text.replace("name: 待填", "name: 新宁县"), encoding="utf-8")
    linted = jixiao("scheme", "lint", "430528/2019", "--mappings", tmp_path / "本地")
    assert (linted.returncode, "错误 0" in linted.stdout) == (0, True), linted.stdout + linted.stderr
    tested = jixiao("scheme", "test", "430528", "--mappings", tmp_path / "本地")
    assert (tested.returncode, "全部相符" in tested.stdout) == (0, True), tested.stdout + tested.stderr
    suining(tmp_path / "收件箱" / "新宁县人社局")
    ran = jixiao(
        "run", tmp_path / "收件箱", "-o", tmp_path / "OUT", "--region", "430528", "--mappings", tmp_path / "本地",
        "--fail-on", "never",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    explained = jixiao("explain", tmp_path / "OUT", "绥宁县人社局", "预算控制率").stdout
    assert "4 分" in explained


def test_a_notice_without_a_column_for_self_scores_drafts_alike(table: Path, tmp_path: Path) -> None:
    """As bureaus print it: 评价标准 and 分值, nothing to fill in; in an inbox it is no department's 指标表."""
    grid = indicator_table()
    printed = replace(grid, cells={at: value for at, value in grid.cells.items() if at[1] != 8})
    notice = write_xlsx(tmp_path / "收件箱" / "附件2.xlsx", printed)
    for file in (table, notice):
        assert call("scheme", "draft", file, "-o", tmp_path / file.stem / "2019.yaml") == 0
    written = [(tmp_path / file.stem / "2019.yaml").read_text(encoding="utf-8") for file in (table, notice)]
    with_column, without = (text.split("\n", 3)[3] for text in written)
    assert without == with_column
    assert call("describe", notice) == 1


def test_a_file_that_is_there_is_left_alone(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scheme, cases = tmp_path / "2019.yaml", tmp_path / "2019.cases.yaml"
    for own in (scheme, cases):
        own.write_text("我的", encoding="utf-8")
        assert call("scheme", "draft", table, "-o", scheme) == 2
        said = capsys.readouterr().err
        assert said.startswith("[R04]")
        assert ONE_LINE.fullmatch(said)
        assert "--overwrite" in said
        assert own.read_text(encoding="utf-8") == "我的"
        assert len(list(tmp_path.iterdir())) == 1
        own.unlink()
    scheme.write_text("我的", encoding="utf-8")
    assert call("scheme", "draft", table, "-o", scheme, "--overwrite") == 0
    assert scheme.read_text(encoding="utf-8").startswith("# 由 jixiao scheme draft")


def test_the_figures_as_json(table: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert call("scheme", "draft", table, "-o", tmp_path / "2019.yaml", "--json") == 0
    told = json.loads(capsysbinary.readouterr().out)
    assert told["files"] == ["2019.yaml", "2019.cases.yaml"]
    assert len(told["indicators"]) == 15
    assert next(one["name"] for one in told["indicators"] if one["marks"]) == "“三公经费”变动率"
    assert "请填写文号" in told["marks"]


def test_what_is_no_indicator_table_is_said_in_one_line(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    basic = write_xlsx(tmp_path / "基础数据表.xlsx", basic_data())
    twice = write_xlsx(tmp_path / "两张.xlsx", indicator_table(), replace(indicator_table(), name="另一张"))
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04")
    for file, code, word in (
        (basic, "R13", "没有认出指标表"),
        (tmp_path / "坏.xlsx", "R13", "没有认出指标表"),
        (tmp_path / "没有.xlsx", "R01", "没有.xlsx"),
        (tmp_path, "R01", "一个文件"),
        (twice, "R13", "几张指标表"),
    ):
        assert call("scheme", "draft", file, "-o", tmp_path / "x" / "2019.yaml") == 2
        said = capsys.readouterr().err
        assert ONE_LINE.fullmatch(said), said
        assert said.startswith(f"[{code}]")
        assert word in said
    assert call("scheme", "draft", table, "-o", basic / "x.yaml") == 2
    assert capsys.readouterr().err.startswith("[R04]")
    assert not (tmp_path / "x").exists()
