"""The commands as a user meets them: exit codes, one Chinese line for every mistake, JSON and help on any console."""

import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from converter.cli import main
from converter.mapping.library import builtin
from tests.conftest import ROOT
from tests.test_assemble import SUINING
from tests.workbooks import basic_data, indicator_table, suining, write_xlsx

COMMANDS = [
    [],
    ["run"],
    ["describe"],
    ["explain"],
    ["diff"],
    ["verify"],
    ["fields"],
    ["scheme"],
    ["scheme", "list"],
    ["scheme", "show"],
    ["scheme", "lint"],
    ["scheme", "test"],
    ["scheme", "draft"],
    ["notices"],
    ["publish"],
    ["sample"],
    ["template"],
    ["template", "basic-data"],
    ["template", "indicators"],
    ["template", "departments"],
    ["template", "decisions"],
    ["init"],
    ["archive"],
]
#: [code] what, where（what to do next）, in one line.
ONE_LINE = re.compile(r"\[[RC]\d\d\] [^\n]*[一-鿿][^\n]*（[^\n]*[一-鿿][^\n]*）\n")


def call(*arguments: object) -> int:
    """A command in this process; its exit code."""
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    code = left.value.code
    assert isinstance(code, int)
    return code


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own, with bytes as they come."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_", "LANG"))}
    env |= {"PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "converter", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env=env, check=False, timeout=120)


@pytest.fixture(scope="module")
def workdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inbox, an empty one, a file, and mappings with mistakes."""
    folder = tmp_path_factory.mktemp("cli")
    suining(folder / "in" / SUINING)
    (folder / "empty").mkdir()
    (folder / "file").write_text("文件", encoding="utf-8")
    mistakes = {
        "unknown_key": "fields.yaml:items:\n  甲:\n    kind: 金额\n    meaning: 甲\n    sources: []\n    alias: [乙]\n",
        "duplicate": "fields.yaml:items:\n  甲: {kind: 金额, meaning: 甲, sources: []}\n  甲: {kind: 金额, meaning: 甲, sources: []}\n",
        "full_width": "fields.yaml:items：\n  甲： 1\n",
        "gbk": "fields.yaml:",
    }
    for name, parent in {"no_parent": "430527/2O19", "circle": "430528/2019", "unfilled": "模板/共性指标2013"}.items():
        place = folder / name / "schemes" / "430528"
        place.mkdir(parents=True)
        text = f'extends: {parent}\nregion: {{code: "430528", name: 新宁县}}\nyear: 2019\n'
        (place / "2019.yaml").write_text(text, encoding="utf-8")
    for name, text in mistakes.items():
        (folder / name).mkdir()
        file, _, content = text.partition(":")
        (folder / name / file).write_text(content, encoding="utf-8")
    (folder / "gbk" / "fields.yaml").write_bytes("items: {}  # 数据字典".encode("gb18030"))
    return folder


# --- every mistake of a user is one Chinese line -----------------------------------------------------------------------

MISTAKES: dict[str, tuple[str, str]] = {
    # arguments, with {w} for the work folder and {out} for a whole OUT → code and a word of the message
    "run {w}/none -o {w}/x": ("R01", "找不到收件箱路径"),
    "run {w}/empty -o {w}/x": ("R02", "没有可读取的文件"),
    "run {w}/in": ("R00", "-o"),
    "run -o {w}/x": ("R00", "INBOX"),
    "run {w}/in -o {w}/file": ("R04", "文件"),
    "run {w}/in -o {w}/file/x": ("R04", "不能写入"),
    "run {w}/in -o {w}/x --year 2018": ("C10", "2018"),
    "run {w}/in -o {w}/x --region 11": ("C10", "11"),
    "run {w}/in -o {w}/x --year abc": ("R00", "整数"),
    "run {w}/in -o {w}/x --year": ("R00", "--year"),
    "run {w}/in -o {w}/x --jobs -1": ("R00", "--jobs"),
    "run {w}/in -o {w}/x --fail-on sometimes": ("R00", "error、warning、never"),
    "run {w}/in -o {w}/x --yaer 2019": ("R00", "是否为 --year？"),
    "run {w}/in -o {w}/x --mappings {w}/none": ("C07", "--mappings"),
    "run {w}/in -o {w}/x --mappings {w}/file": ("C07", "--mappings"),
    "run {w}/in -o {w}/x --mappings {w}/unknown_key": ("C02", "fields.yaml:6:5"),
    "run {w}/in -o {w}/x --mappings {w}/duplicate": ("C03", "fields.yaml:3:3"),
    "run {w}/in -o {w}/x --mappings {w}/full_width": ("C04", "fields.yaml:1:6"),
    "run {w}/in -o {w}/x --mappings {w}/gbk": ("C01", "UTF-8"),
    "run {w}/in -o {w}/x --log-file {w}/none/log.txt": ("R04", "log.txt"),
    "rnu": ("R00", "是否为 run？"),
    "nonsense": ("R00", "nonsense"),
    "scheme lsit": ("R00", "是否为 list、lint？"),
    "scheme show": ("R00", "CODE"),
    "scheme show 430527 2031": ("C10", "2031"),
    "scheme test 990000": ("R12", "没有符合条件的方案"),
    "scheme lint 990000": ("R12", "没有符合条件的方案"),
    "scheme show 430527/2031": ("R12", "430527/2031"),
    "run {w}/in -o {w}/x --mappings {w}/no_parent": ("C20", "2019.yaml:1:10"),
    "run {w}/in -o {w}/x --mappings {w}/circle": ("C21", "2019.yaml:1:10"),
    "run {w}/in -o {w}/x --mappings {w}/unfilled": ("C23", "在职人员控制率（分值、计分方式）"),
    "fields --mappings {w}/unknown_key": ("C02", "是否为“aliases”？"),
    "describe": ("R00", "FILE"),
    "describe {w}/none.xlsx": ("R01", "none.xlsx"),
    "describe {w}/in": ("R01", "一个文件"),
    "explain {out}": ("R00", "DEPARTMENT"),
    "explain {w}/empty 甲 乙": ("R08", "run.json"),
    "explain {out} 甲局 预算完成率": ("R09", "甲局"),
    "diff {out}": ("R00", "NEW"),
    "diff {out} {w}/empty": ("R08", "empty"),
    "diff {out} {out} {out}": ("R00", "多写了参数"),
    "verify {w}/none": ("R08", "none"),
    "verify": ("R00", "OUT"),
    "archive {out}": ("R00", "-o"),
    "archive {w}/empty -o {w}/x.zip": ("R08", "run.json"),
    "init {w}/file": ("R04", "文件"),
}


@pytest.mark.parametrize(
    ("command", "code", "word"), [(k, *v) for k, v in MISTAKES.items()], ids=list(map(ascii, MISTAKES))
)
def test_a_mistake_is_one_chinese_line_with_a_code_and_advice(
    workdir: Path, suining_out: Path, capsys: pytest.CaptureFixture[str], command: str, code: str, word: str
) -> None:
    before = sorted(path.relative_to(workdir) for path in workdir.rglob("*"))
    arguments = [part.replace("{w}", str(workdir)).replace("{out}", str(suining_out)) for part in command.split()]
    assert call(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    *progress, last = said.err.splitlines(keepends=True)
    assert ONE_LINE.fullmatch(last), last
    assert last.startswith(f"[{code}] ")
    assert word in last
    assert not any("Traceback" in line or line.startswith("[") for line in progress)
    assert sorted(path.relative_to(workdir) for path in workdir.rglob("*")) == before  # nothing written


def test_a_flag_with_a_value_is_not_asked_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("fields", "--json=5") == 2
    said = capsys.readouterr().err
    assert ONE_LINE.fullmatch(said)
    assert "后面要跟一个值" not in said


@pytest.mark.parametrize("arguments", [[], ["scheme"]], ids=["jixiao", "scheme"])
def test_without_a_command_the_help_is_shown(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*arguments) == 2
    assert "命令：" in capsys.readouterr().err


# --- exit codes --------------------------------------------------------------------------------------------------------


def test_zero_and_one(workdir: Path, suining_out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", workdir / "in", "-o", workdir / "x", "--dry-run", "--jobs", 1) == 1
    assert call("run", workdir / "in", "-o", workdir / "x", "--dry-run", "--jobs", 1, "--fail-on", "never") == 0
    assert call("diff", suining_out, suining_out) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("试运行（未写任何文件）：2019 年度，评分 1 个部门；错误 1，警告 7，提示 4")
    assert len(lines) == 3  # one verdict line for each command


def test_a_bug_is_seventy_with_a_traceback_for_whoever_mends_it(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("converter.run.done", broken)
    assert call("run", workdir / "in", "-o", workdir / "x") == 70
    said = capsys.readouterr()
    assert "ZeroDivisionError: a bug" in said.err
    assert said.err.splitlines()[-1].startswith("[70] 程序缺陷")
    assert said.out == ""


def test_an_interrupted_run_is_a_hundred_and_thirty_and_leaves_nothing(tmp_path: Path) -> None:
    for number in range(40):
        who = f"绥宁县第{number}局"
        write_xlsx(tmp_path / "in" / who / "基础数据表.xlsx", basic_data(who))
    command = [
        sys.executable,
        "-m",
        "converter",
        "run",
        str(tmp_path / "in"),
        "-o",
        str(tmp_path / "OUT"),
        "--jobs",
        "2",
    ]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stderr is not None
        assert "收到 40 个文件" in running.stderr.readline().decode()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, b"")
    said = err.decode()
    assert "已中断" in said
    assert "Traceback" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


# --- what the commands print -------------------------------------------------------------------------------------------


def test_scheme_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("scheme", "list") == 0
    line, *templates = capsys.readouterr().out.splitlines()
    assert [one.split()[:2] for one in templates] == [["模板", "模板/共性指标2013"], ["模板", "模板/自评表2020"]]
    assert "28 个指标留给地区填写" in templates[0]
    for word in (
        "430527 绥宁县 2019 年  县级",
        "430527",
        "绥宁县",
        "2019",
        "绥财绩〔2020〕2号",
        "mappings/schemes/430527/2019.yaml",
    ):
        assert word in line


def test_scheme_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("scheme", "show", "430527", 2019) == 0
    text = capsys.readouterr().out
    for word in (
        "在职人员控制率  5 分",
        "在职人员数 ÷ 编制数",
        "每超过一个百分点扣0.5分",
        "与“经济效益”共用",
        "决算/决算",
    ):
        assert word in text


@pytest.mark.parametrize("arguments", [["430527"], ["430527", "2019"], ["430527/2019"]], ids=["region", "year", "name"])
def test_scheme_test_runs_the_worked_cases(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call("scheme", "test", *arguments) == 0
    assert re.fullmatch(r"绥宁县 2019（430527）：\d\d+ 个算例，全部相符\n", capsys.readouterr().out)


def test_scheme_test_runs_the_cases_of_templates_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("scheme", "test") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition("《")[0].partition(" ")[0] for line in lines] == [
        "绥宁县",
        "模板/共性指标2013",
        "模板/自评表2020",
    ]
    assert all(line.endswith("全部相符") for line in lines)


def test_scheme_show_names_the_origin_of_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("scheme", "show", "430527/2019") == 0
    for line in capsys.readouterr().out.splitlines()[1:]:
        assert re.search(r"〔mappings/schemes/430527/2019\.yaml:\d+〕$", line), line


def test_scheme_show_of_a_template(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("scheme", "show", "模板/共性指标2013") == 0
    text = capsys.readouterr().out
    assert "（模板）" in text
    assert "在职人员控制率  分值待填" in text
    assert "计分：待填" in text


def test_scheme_show_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("scheme", "show", "430527", 2019, "--json") == 0
    content = json.loads(capsys.readouterr().out)
    (full,) = [one for one in content["keys"] if one["key"] == ["indicators", "在职人员控制率", "full"]]
    assert full == {"key": full["key"], "value": 5, "origin": "mappings/schemes/430527/2019.yaml:27:5"}


def test_scheme_lint(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("scheme", "lint") == 0
    *found, verdict = capsys.readouterr().out.splitlines()
    assert verdict == "检查 3 个方案和模板：错误 0，警告 0，提示 3"
    for line in found:
        assert re.fullmatch(r"mappings/schemes/\S+\.yaml:\d+:\d+ \[[SL]\d\d\] 提示 .+（.+）", line)


def test_scheme_lint_of_a_broken_file_is_one_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "自己的" / "schemes" / "430527"
    place.mkdir(parents=True)
    text = (builtin() / "schemes" / "430527" / "2019.yaml").read_text(encoding="utf-8")
    (place / "2019.yaml").write_text(text.replace("every: 5%", "evry: 5%", 1), encoding="utf-8")
    assert call("scheme", "lint", "--mappings", tmp_path / "自己的", "--json") == 1
    content = json.loads(capsys.readouterr().out)
    assert content["counts"] == {"错误": 2, "警告": 0, "提示": 0}  # and a missing key
    found = next(one for one in content["findings"] if "evry" in one["message"])
    assert (found["code"], found["file"], found["line"]) == ("C02", "自己的/schemes/430527/2019.yaml", 47)
    assert found["column"] == 27
    assert "是否为“every”？" in found["advice"]


def test_a_case_that_fails_is_named_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = shutil.copytree(builtin() / "schemes" / "430527", tmp_path / "自己的" / "schemes" / "430527")
    text = (own / "2019.cases.yaml").read_text(encoding="utf-8")
    (own / "2019.cases.yaml").write_text(text.replace("score: 6.86", "score: 6.85"), encoding="utf-8")
    assert call("scheme", "test", "430527", "--mappings", tmp_path / "自己的") == 1
    lines = capsys.readouterr().out.splitlines()
    assert re.match(r"自己的/schemes/430527/2019\.cases\.yaml:\d+:\d+ .*应为 6.85，实为 6.86", lines[0])
    assert "1 个不符" in lines[-1]


def test_fields(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("fields") == 0
    lines = {line.partition("（")[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["编制数"].startswith("编制数（人）")
    assert "基础数据表" in lines["三公经费预算数"]
    assert "推算：本年支出合计年初预算数；否则 基本支出年初预算数 + 项目支出年初预算数" in lines["年初预算"]


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (["fields", "--json"], "fields"),
        (["scheme", "list", "--json"], "schemes"),
        (["scheme", "lint", "--json"], "findings"),
        (["scheme", "show", "430527", "2019", "--json"], "keys"),
        (["describe", "{in}/基础数据表.xlsx", "--json"], "documents"),
        (["diff", "{out}", "{out}", "--json"], "changes"),
        (["explain", "{out}", SUINING, "预算完成率", "--json"], "score"),
        (["run", "{in}", "-o", "{in}/../x", "--dry-run", "--jobs", "1", "--json"], "findings"),
    ],
    ids=["fields", "scheme-list", "scheme-lint", "scheme-show", "describe", "diff", "explain", "run"],
)
def test_json_is_versioned_and_alone_on_stdout(
    suining_out: Path, suining_inbox: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], key: str
) -> None:
    filled = [a.replace("{in}", str(suining_inbox)).replace("{out}", str(suining_out)) for a in arguments]
    assert call(*filled) in (0, 1)
    content = json.loads(capsys.readouterr().out)
    assert content["schema_version"] == 1
    assert key in content


def test_json_of_a_run(suining_inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", suining_inbox, "-o", tmp_path / "OUT", "--jobs", 1, "--json") == 1
    content = json.loads(capsys.readouterr().out)
    assert (content["year"], content["counts"]["错误"], content["exit_code"]) == (2019, 1, 1)
    (total,) = content["totals"]
    assert (total["department"], total["low"], total["high"], total["score"]) == (SUINING, 77, 88, None)
    assert {item["code"] for item in content["findings"]} >= {"S04", "S06", "S13"}
    written = {p.relative_to(tmp_path / "OUT").as_posix() for p in (tmp_path / "OUT").rglob("*") if p.is_file()}
    assert set(content["outputs"]) | {"run.json"} == written


def test_a_dry_run_names_what_a_run_would_write(
    suining_inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = []
    for extra in (["--dry-run"], []):
        call("run", suining_inbox, "-o", tmp_path / "OUT", "--jobs", 1, "--json", *extra)
        outputs.append(json.loads(capsys.readouterr().out)["outputs"])
    assert outputs[0] == outputs[1]


# --- how much is said ----------------------------------------------------------------------------------------------------


def said_by_run(inbox: Path, capsys: pytest.CaptureFixture[str], *options: object) -> list[str]:
    call("run", inbox, "-o", inbox.parent / "x", "--dry-run", "--jobs", 1, *options)
    return capsys.readouterr().err.splitlines()


def test_quiet_and_verbose(suining_inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    usual = said_by_run(suining_inbox, capsys)
    assert any("收到 3 个文件" in line for line in usual)
    assert said_by_run(suining_inbox, capsys, "-q") == []
    assert len(said_by_run(suining_inbox, capsys, "-v")) > len(usual)


def test_the_log_file_holds_what_happened(
    suining_inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call("run", suining_inbox, "-o", tmp_path / "OUT", "--jobs", 1, "-q", "--log-file", tmp_path / "运行.log")
    capsys.readouterr()
    text = (tmp_path / "运行.log").read_text(encoding="utf-8")
    assert "收到 3 个文件" in json.loads(text.splitlines()[0])["message"]


def test_the_log_file_says_why_nothing_was_done(
    workdir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scheduled job has no one watching its stderr."""
    assert call("run", workdir / "empty", "-o", tmp_path / "OUT", "--log-file", tmp_path / "运行.log") == 2
    capsys.readouterr()
    assert "[R02]" in (tmp_path / "运行.log").read_text(encoding="utf-8")


# --- help ----------------------------------------------------------------------------------------------------------------

#: What may be ASCII in a help text: names of options and commands, metavariables, and proper names.
PROPER = {"jixiao", "Excel", "WPS", "LibreOffice", "JSON", "YAML", "xlsx", "xls", "error", "warning", "never", "run"}


def english(text: str, names: Sequence[str]) -> set[str]:
    """English words of a help text that are neither names nor upper-case metavariables."""
    without_options = re.sub(r"(?<![\w])-{1,2}[A-Za-z][\w-]*", " ", text)
    words = set(re.findall(r"[A-Za-z][A-Za-z_]*(?:-[A-Za-z_]+)*", without_options))
    return {word for word in words if not word.isupper() and word not in PROPER and word not in names}


@pytest.mark.parametrize("command", COMMANDS, ids=["-".join(command) or "jixiao" for command in COMMANDS])
def test_help_is_chinese_throughout(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*command, "--help") == 0
    text = capsys.readouterr().out
    assert text.startswith("用法：jixiao")
    assert re.search("[一-鿿]{4}", text)
    assert english(text, [name for names in COMMANDS for name in names]) == set()


@pytest.mark.parametrize("command", ["run", "diff", "verify"])
def test_help_explains_exit_codes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(command, "--help") == 0
    assert "退出码" in capsys.readouterr().out


def test_every_option_of_the_contract_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", "--help") == 0
    text = capsys.readouterr().out
    options = "-o --year --region --mappings --departments --decisions --jobs --no-books --dry-run --fail-on --json -q -v --log-file"
    assert [option for option in options.split() if not re.search(rf"(?<![\w-]){option}\b", text)] == []


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--version") == 0
    assert re.match(r"jixiao \d+\.\d+\.\d+（pandas \d", capsys.readouterr().out)


def test_help_answers_at_once() -> None:
    """Under 0.3 s, the median of five; a machine busy with other tests gets three tries."""
    medians = []
    for _ in range(3):
        seconds = []
        for _ in range(5):
            started = time.monotonic()
            assert process("--help").returncode == 0
            seconds.append(time.monotonic() - started)
        medians.append(statistics.median(seconds))
        if medians[-1] < 0.3:
            return
    pytest.fail(f"jixiao --help took {medians} s")


# --- consoles ------------------------------------------------------------------------------------------------------------

GBK, ASCII = {"PYTHONIOENCODING": "gbk"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}


@pytest.mark.parametrize("environment", [GBK, ASCII], ids=["gbk", "ascii"])
def test_a_run_survives_any_console(tmp_path: Path, environment: dict[str, str]) -> None:
    """A rare character of a name prints as ? where the console has none; JSON is UTF-8 and files are written all the same."""
    who = "绥宁县𠮷€局"
    write_xlsx(tmp_path / "in" / who / "指标表.xlsx", indicator_table(who))
    done = process("run", tmp_path / "in", "-o", tmp_path / "输出", "--year", 2019, "--json", **environment)
    assert done.returncode in (0, 1), done.stderr
    content = json.loads(done.stdout.decode("utf-8"))
    assert content["totals"][0]["department"] == who
    assert (tmp_path / "输出" / "部门" / f"{who}_2019.xlsx").is_file()


@pytest.mark.parametrize("environment", [GBK, ASCII], ids=["gbk", "ascii"])
def test_a_mistake_survives_any_console(tmp_path: Path, environment: dict[str, str]) -> None:
    text = process("run", tmp_path / "没有𠮷€", "-o", tmp_path / "x", **environment)
    assert text.returncode == 2
    assert b"[R01]" in text.stderr
    assert b"Traceback" not in text.stderr


@pytest.mark.parametrize("environment", [GBK, ASCII], ids=["gbk", "ascii"])
def test_help_and_fields_survive_any_console(environment: dict[str, str]) -> None:
    for arguments in (["run", "--help"], ["fields"]):
        done = process(*arguments, **environment)
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"--" in done.stdout or done.stdout.count(b"\n") > 50


def test_a_closed_pipe_is_no_bug(suining_out: Path) -> None:
    """jixiao … | head"""
    command = [sys.executable, "-m", "converter", "fields", "--json"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read().decode()
    assert "Traceback" not in said
    assert "程序缺陷" not in said


@pytest.mark.parametrize(("arguments", "code"), [(["--version"], 0), (["--nowhere"], 2)])
def test_at_the_end_nothing_is_taken_apart_that_could_not_wait(arguments: list[str], code: int) -> None:
    """What is registered for the exit is done and what was printed is out; what is merely held is left to the system."""
    program = (
        "import atexit, sys\n"
        "class Held:\n"
        "    def __del__(self): print('taken apart')\n"
        "sys.held = Held()\n"
        "atexit.register(print, 'registered')\n"
        f"sys.argv = ['jixiao', *{arguments!r}]\n"
        "from converter.__main__ import main\n"
        "print('printed')\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code
    said = done.stdout.splitlines()
    assert (said[0], said[-1], "taken apart" in said) == ("printed", "registered", False)
    assert bool(done.stderr) is bool(code)


def test_a_thread_that_goes_on_is_waited_for_at_the_end() -> None:
    program = (
        "import sys, threading, time\n"
        "threading.Thread(target=lambda: (time.sleep(0.3), print('done'))).start()\n"
        "sys.argv = ['jixiao', '--version']\n"
        "from converter.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "done")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_what_cannot_be_printed_at_the_end_is_no_success() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        line = [sys.executable, "-m", "converter", "--version"]
        env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        done = subprocess.run(line, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, env=env, check=False)
    assert done.returncode == 120
    assert b"No space left" in done.stderr
