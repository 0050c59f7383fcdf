"""The commands of `jixiao`, thin: options in, one call, lines and an exit code out (CONTRACT: Commands).

Everything heavy is imported inside the commands, so that --help answers at once.
"""

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from converter import __version__
from converter.vocabulary.findings import (
    EXIT_BUG,
    EXIT_CANNOT_RUN,
    EXIT_CLEAN,
    EXIT_FINDINGS,
    EXIT_INTERRUPTED,
    ConverterError,
    RunError,
)

JSON_VERSION = 1
_EXIT_CODES = "退出码：0 完成且无错误（或无差异）；1 已完成，但有错误级问题（或有差异、核验不符、算例不符）；2 不能运行；70 程序缺陷；130 中断。"
_HELP_WORDS = (
    ("Usage: ", "用法："),
    ("Options:", "选项："),
    ("Arguments:", "参数："),
    ("Commands:", "命令："),
    ("Show this message and exit.", "显示本说明"),
    ("[required]", "[必填]"),
    ("[default: ", "[默认："),
    ("[OPTIONS]", "[选项]"),
    ("COMMAND [ARGS]...", "命令 [参数]..."),
)


def _in_chinese(text: str) -> str:
    """Typer's own words in a help text, in Chinese."""
    for english, chinese in _HELP_WORDS:
        text = text.replace(english, chinese)
    return text


class _Command(TyperCommand):
    """A command whose help is Chinese throughout."""

    def get_help(self, ctx: Any) -> str:
        return _in_chinese(super().get_help(ctx))


class _Group(TyperGroup):
    """A group of commands whose help is Chinese throughout."""

    def get_help(self, ctx: Any) -> str:
        return _in_chinese(super().get_help(ctx))


_SETTINGS: dict[str, Any] = {
    "cls": _Group,
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["-h", "--help"]},
    "no_args_is_help": True,
}
app = typer.Typer(
    **_SETTINGS, help="部门整体支出绩效：报表文件夹进，逐项复算、逐数可溯的评分工作簿出。", epilog=_EXIT_CODES
)
scheme_app = typer.Typer(**_SETTINGS, help="评分方案：列出、查看、运行算例。")
app.add_typer(scheme_app, name="scheme")

MappingsOption = Annotated[
    Path | None, typer.Option("--mappings", help="自己的映射文件夹，叠加在内置映射之上", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="结果以 JSON 输出到标准输出")]
OutArgument = Annotated[Path, typer.Argument(metavar="OUT", help="jixiao run 的输出文件夹")]


class FailOn(StrEnum):
    """Which findings make the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        names = ("pandas", "openpyxl", "xlsxwriter", "python-calamine", "xlrd")
        print(f"jixiao {__version__}（{'，'.join(f'{name} {version(name)}' for name in names)}）")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本")] = False,
) -> None:
    """部门整体支出绩效：报表文件夹进，逐项复算、逐数可溯的评分工作簿出。"""


@app.command("run", cls=_Command, epilog=_EXIT_CODES)
def run_command(
    inbox: Annotated[list[Path], typer.Argument(metavar="INBOX...", help="收件箱：文件夹（含下级）或文件，可多个")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="输出文件夹")],
    year: Annotated[int | None, typer.Option(help="数据年度，如 2019；不写则取多数部门报表的年度")] = None,
    region: Annotated[
        str | None, typer.Option(metavar="CODE", help="区划代码，如 430527；不写则按报送材料所属地区")
    ] = None,
    mappings: MappingsOption = None,
    jobs: Annotated[int, typer.Option(min=0, help="工作进程数，0 为自动")] = 0,
    no_books: Annotated[bool, typer.Option("--no-books", help="不写各部门工作簿")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只读取和计算，不写任何文件")] = False,
    fail_on: Annotated[FailOn, typer.Option(help="哪一级问题使退出码为 1")] = FailOn.ERROR,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="只显示错误")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="显示更多过程")] = False,
    log_file: Annotated[Path | None, typer.Option("--log-file", help="把过程写入文件")] = None,
) -> int:
    """把收件箱里的部门报表转换为评分工作簿。"""
    _start_log(quiet=quiet, verbose=verbose, log_file=log_file)
    from converter.run import Options, run

    options = Options(
        inboxes=tuple(inbox),
        output=output,
        year=year,
        region=region,
        mappings=mappings,
        jobs=jobs or min(os.cpu_count() or 1, 8),
        books=not no_books,
        dry_run=dry_run,
        fail_on=fail_on.value,
    )
    report = run(options)
    if as_json:
        _print_json(
            {
                "year": report.batch.year,
                "scheme": report.batch.scheme.name,
                "counts": report.counts(),
                "totals": [dict(row) for row in report.totals()],
                "findings": [_finding_json(item) for item in report.findings],
                "outputs": sorted(report.outputs),
                "exit_code": report.exit_code,
            }
        )
        return report.exit_code
    counts = report.counts()
    levels = "，".join(f"{name} {counts[name]}" for name in ("错误", "警告", "提示"))
    done = "试运行（未写任何文件）" if dry_run else "完成"
    where = output / f"评分汇总_{report.batch.year}.xlsx"
    print(f"{done}：{report.batch.year} 年度，评分 {counts['部门']} 个部门；{levels}；汇总 {where}")
    return report.exit_code


@app.command("describe", cls=_Command)
def describe_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="一个工作簿")],
    mappings: MappingsOption = None,
    as_json: JsonOption = False,
) -> int:
    """说明程序怎样理解一个工作簿：认作什么表、认出哪些单元格、哪些没有认出。"""
    from converter.intake.discover import discover
    from converter.mapping.describe import describe, lines
    from converter.run import read_one

    if file.is_dir():
        raise RunError("R01", "describe 只看一个文件", f"请给出文件，如 {file}/基础数据表.xlsx")
    reading = read_one(discover([file], None).sources, mappings)
    if as_json:
        _print_json(describe(reading))
    else:
        _print_lines(lines(reading))
    return EXIT_CLEAN if reading.documents else EXIT_FINDINGS


@app.command("explain", cls=_Command)
def explain_command(
    out: OutArgument,
    department: Annotated[str, typer.Argument(metavar="DEPARTMENT", help="部门名称")],
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="三级指标名称")],
    as_json: JsonOption = False,
) -> int:
    """说明一个得分的来历：条文、公式、代入的数，直到 文件!工作表!单元格。"""
    from converter.audit.explain import explain
    from converter.books.readback import Output

    explanation = explain(Output(out), department, indicator)
    if as_json:
        _print_json(explanation.to_dict())
    else:
        _print_lines(explanation.lines())
    return EXIT_CLEAN


@app.command("diff", cls=_Command, epilog=_EXIT_CODES)
def diff_command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="旧的输出文件夹")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="新的输出文件夹")],
    as_json: JsonOption = False,
) -> int:
    """比较两次输出：哪些部门、得分、数据变了，因为哪个单元格或规则。"""
    from converter.audit.diff import diff
    from converter.books.readback import Output

    found = diff(Output(old), Output(new))
    if as_json:
        _print_json(found.to_dict())
    else:
        _print_lines(map(str, found.changes))
        print(
            f"比较 {found.compared} 项，{len(found.changes)} 处不同"
            if found.changes
            else f"比较 {found.compared} 项，没有差异"
        )
    return EXIT_FINDINGS if found.changes else EXIT_CLEAN


@app.command("verify", cls=_Command, epilog=_EXIT_CODES)
def verify_command(out: OutArgument, as_json: JsonOption = False) -> int:
    """用 LibreOffice 重算输出里的每个工作簿，逐个公式比较。"""
    from converter.audit.verify import verify
    from converter.books.readback import Output

    result = verify(Output(out))
    failed = bool(result.mismatches)
    if as_json:
        _print_json(result.to_dict())
    else:
        _print_lines(map(str, result.mismatches))
        for name in result.changed:
            print(f"[F] {name} 在写出以后被改动过", file=sys.stderr)
        verdict = f"{len(result.mismatches)} 处不符" if failed else "全部相符"
        print(f"重算 {result.books} 个工作簿、{result.formulas} 个公式：{verdict}")
    return EXIT_FINDINGS if failed else EXIT_CLEAN


@app.command("fields", cls=_Command)
def fields_command(mappings: MappingsOption = None, as_json: JsonOption = False) -> int:
    """列出数据字典：字段、单位、含义、来源表单、别名、推算公式。"""
    from converter.mapping.library import Library

    dictionary = Library(mappings).dictionary
    if as_json:
        keys = ("name", "kind", "unit", "meaning", "sources", "aliases", "formulas")
        _print_json({"fields": [{key: getattr(field, key) for key in keys} for field in dictionary.fields.values()]})
        return EXIT_CLEAN
    for field in dictionary.fields.values():
        source = (
            f"推算：{'；否则 '.join(field.formulas)}" if field.formulas else f"来源：{'、'.join(field.sources) or '无'}"
        )
        print(f"{field.name}（{field.unit}）{field.meaning}。{source}")
    return EXIT_CLEAN


@scheme_app.command("list", cls=_Command)
def scheme_list_command(mappings: MappingsOption = None, as_json: JsonOption = False) -> int:
    """列出现有方案。"""
    from converter.mapping.library import Library
    from converter.scoring.schemes import load_schemes

    rows = [
        {
            "region": scheme.file.region.code,
            "name": scheme.file.region.name,
            "year": scheme.file.year,
            "title": scheme.file.title,
            "basis": str(scheme.file.basis),
            "file": scheme.document.shown,
        }
        for scheme in (shelved.scheme for shelved in load_schemes(Library(mappings)))
    ]
    if as_json:
        _print_json({"schemes": rows})
    else:
        _print_lines(
            f"{r['region']} {r['name']} {r['year']} 年  {r['basis']}《{r['title']}》  {r['file']}" for r in rows
        )
    return EXIT_CLEAN


@scheme_app.command("show", cls=_Command)
def scheme_show_command(
    region: Annotated[str, typer.Argument(metavar="CODE", help="区划代码")],
    year: Annotated[int, typer.Argument(metavar="YEAR", help="年度")],
    mappings: MappingsOption = None,
) -> int:
    """逐个指标打印方案：分值、公式、计分方式、原文。"""
    from converter.mapping.library import Library
    from converter.scoring.schemes import choose, load_schemes, outline

    _print_lines(outline(choose(load_schemes(Library(mappings)), year, region, ())))
    return EXIT_CLEAN


@scheme_app.command("test", cls=_Command, epilog=_EXIT_CODES)
def scheme_test_command(
    region: Annotated[str | None, typer.Argument(metavar="[CODE]", help="区划代码；不写则全部")] = None,
    year: Annotated[int | None, typer.Argument(metavar="[YEAR]", help="年度；不写则全部")] = None,
    mappings: MappingsOption = None,
) -> int:
    """运行方案旁边的算例。"""
    from converter.mapping.library import Library
    from converter.scoring.cases import run_cases
    from converter.scoring.inputs import Derivations
    from converter.scoring.schemes import load_schemes

    library = Library(mappings)
    derivations = Derivations(library.dictionary)
    loaded = (shelved.scheme for shelved in load_schemes(library))
    wanted = [s for s in loaded if region in (None, s.file.region.code) and year in (None, s.file.year)]
    if not wanted:
        raise RunError("R12", "没有符合条件的方案", "jixiao scheme list 可列出现有方案")
    failed = 0
    for scheme in wanted:
        results = list(run_cases(scheme, derivations))
        for result in results:
            _print_lines(f"{result.place} {line}" for line in result.failures)
        bad = sum(1 for result in results if result.failures)
        failed += bad
        print(f"{scheme.name}：{len(results)} 个算例，{f'{bad} 个不符' if bad else '全部相符'}")
    return EXIT_FINDINGS if failed else EXIT_CLEAN


def _finding_json(item: Any) -> dict[str, Any]:
    return {
        "number": item.number,
        "level": str(item.level),
        "code": item.code,
        "department": item.department,
        "year": item.year,
        "subject": item.subject,
        "message": item.message,
        "advice": item.advice,
        "points": item.points,
        "owner": str(item.owner),
        "file": item.place.file,
        "sheet": item.place.sheet,
        "cell": item.place.cell,
    }


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_json(content: dict[str, Any]) -> None:
    """JSON in UTF-8 whatever the console's encoding."""
    text = json.dumps({"schema_version": JSON_VERSION, **content}, ensure_ascii=False, indent=1)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode() + b"\n")
    sys.stdout.buffer.flush()


def _start_log(*, quiet: bool, verbose: bool, log_file: Path | None) -> None:
    level = logging.ERROR if quiet else logging.DEBUG if verbose else logging.INFO
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    handlers[0].setLevel(level)
    handlers[0].setFormatter(logging.Formatter("%(message)s"))
    if log_file is not None:
        try:
            handlers.append(logging.FileHandler(log_file, encoding="utf-8"))
        except OSError as error:
            raise RunError("R04", f"日志文件 {log_file} 不能写入", "请检查路径与权限") from error
        handlers[1].setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("jixiao")
    logger.handlers[:] = handlers
    logger.setLevel(logging.DEBUG)
    logger.propagate = False


def _usage_error(error: typer.TyperException) -> str:
    """Typer's complaint about the command line, in Chinese."""
    kind, name = type(error).__name__, getattr(error, "option_name", "")
    param = getattr(error, "param", None)
    hint = name or (param.get_error_hint() if param is not None else "")
    close = "、".join(getattr(error, "possibilities", None) or ())
    ask = f"，是否为 {close}？" if close else ""
    if kind == "NoSuchOption":
        return f"没有选项 {name}{ask}"
    if kind == "MissingParameter":
        return f"缺少参数或选项 {hint}"
    if kind == "BadOptionUsage":
        return f"选项 {name} 的写法不对，它后面要跟一个值"
    if kind == "BadParameter":
        return f"{hint} 的值不对：{_value_error(error.message)}"
    quoted = re.findall(r"'([^']*)'", error.message)
    if "No such command" in error.message and quoted:
        return f"没有命令 {quoted[0]}" + (f"，是否为 {'、'.join(quoted[1:])}？" if quoted[1:] else "")
    return (
        "命令的写法不对，可能多写了参数"
        if "unexpected extra argument" in error.message
        else f"命令的写法不对：{error.message}"
    )


def _value_error(message: str) -> str:
    """A complaint of Typer's about a value, in Chinese."""
    quoted = re.findall(r"'([^']*)'", message)
    if "integer" in message:
        return "应为整数"
    if "greater" in message or "less" in message:
        return "超出允许的范围"
    return f"“{quoted[0]}”不在可选的 {'、'.join(quoted[1:])} 之中" if len(quoted) > 1 else message


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs a command and exits with its code; every expected mistake is one Chinese line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    sys.exit(_guarded(arguments))


def _guarded(arguments: list[str] | None) -> int:
    try:
        result = app(args=arguments, prog_name="jixiao", standalone_mode=False)
    except ConverterError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message(), file=sys.stderr)
        else:
            print(f"[R00] {_usage_error(error)}（请用 jixiao --help 或 jixiao 命令 --help 查看用法）", file=sys.stderr)
        return EXIT_CANNOT_RUN
    except (KeyboardInterrupt, typer.Abort):
        print("已中断，输出文件夹保持原样", file=sys.stderr)
        return EXIT_INTERRUPTED
    except Exception:  # a bug of ours: the traceback is for whoever mends it
        traceback.print_exc()
        print("[70] 程序缺陷：请把以上内容连同命令发给维护人员；输出文件夹保持原样", file=sys.stderr)
        return EXIT_BUG
    return result if isinstance(result, int) else EXIT_CLEAN
