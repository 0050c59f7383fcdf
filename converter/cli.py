"""The commands of `jixiao`, thin: options in, one call, lines and an exit code out (CONTRACT: Commands).

Everything heavy is imported inside the commands, so that --help answers at once.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from converter import __version__, comparing, handing_on
from converter.cli_template import template_app
from converter.console import (
    APP_SETTINGS,
    EXIT_CODES,
    Command,
    JsonOption,
    MappingsOption,
    log,
    print_json,
    print_lines,
    run_app,
    start_log,
)
from converter.keeping import add_keeping
from converter.scheme_commands import scheme_app
from converter.starting import init_command
from converter.vocabulary.findings import EXIT_CLEAN, EXIT_FINDINGS, RunError

if TYPE_CHECKING:
    from converter.options import Options
    from converter.outcome import Report
    from converter.unchanged import Kept

app = typer.Typer(
    **APP_SETTINGS, help="部门整体支出绩效：报表文件夹进，逐项复算、逐数可溯的评分工作簿出。", epilog=EXIT_CODES
)
app.add_typer(scheme_app, name="scheme")
app.add_typer(template_app, name="template")
comparing.add_commands(app, EXIT_CODES)
handing_on.add_commands(app)
add_keeping(app)
app.command("init", cls=Command)(init_command)

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


@app.command("run", cls=Command, epilog=EXIT_CODES)
def run_command(
    inbox: Annotated[
        list[Path] | None, typer.Argument(metavar="INBOX", help="收件箱：文件夹（含下级）、文件或压缩包，可多个")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="OUT", help="输出文件夹")] = None,
    year: Annotated[int | None, typer.Option(metavar="Y", help="数据年度，如 2019；不写则取多数部门报表的年度")] = None,
    region: Annotated[
        str | None, typer.Option(metavar="CODE", help="区划代码，如 430527；不写则按报送材料所属地区")
    ] = None,
    mappings: MappingsOption = None,
    departments: Annotated[
        Path | None, typer.Option(metavar="FILE", help="部门名单：编码、名称、别名、上级、类别、应报等")
    ] = None,
    prior: Annotated[
        Path | None, typer.Option("--prior", metavar="OUT", help="上年度的输出文件夹，补出上年数并核对两年")
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="复核记录：更正数据、认定得分、采纳说明等，逐行签署")
    ] = None,
    jobs: Annotated[int, typer.Option(metavar="N", min=0, help="工作进程数，0 为自动")] = 0,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDR", help="集群调度器地址；不写则用本机的工作进程")
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="即使输入、规则和程序都与上次相同，也全部重算")] = False,
    no_books: Annotated[bool, typer.Option("--no-books", help="不写各部门工作簿")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只读取和计算，不写任何文件")] = False,
    fail_on: Annotated[FailOn | None, typer.Option(help="哪一级问题使退出码为 1，不写为 error")] = None,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="只显示错误")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="显示更多过程")] = False,
    recalculate: Annotated[bool, typer.Option("--recalculate", help="没有计算结果的公式先用 LibreOffice 重算")] = False,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", metavar="F", help="打开加密工作簿的密码，每行一个")
    ] = None,
    log_file: Annotated[Path | None, typer.Option("--log-file", metavar="F", help="把过程写入文件")] = None,
) -> int:
    """把收件箱里的部门报表转换为评分工作簿；没有写的，取当前文件夹的设置文件（见 init）。"""
    start_log(quiet=quiet, verbose=verbose, log_file=None if dry_run else log_file)
    from converter.again import run_anyway, run_unless_done
    from converter.intake.passwords import read_passwords
    from converter.options import Options
    from converter.workfile import settings_of

    own = settings_of(Path())
    inboxes, output = own.inboxes(inbox), own.out(output)
    options = Options(
        inboxes=inboxes,
        output=output,
        year=year or own.year,
        region=region or own.region,
        mappings=own.path("mappings", mappings),
        departments=own.path("departments", departments),
        prior=own.path("prior", prior),
        decisions=own.path("decisions", decisions),
        jobs=jobs or min(os.cpu_count() or 1, 8),
        scheduler=scheduler,
        books=not no_books,
        recalculate=recalculate,
        passwords=tuple(read_passwords(password_file)) if password_file else (),
        dry_run=dry_run,
        fail_on=fail_on.value if fail_on else own.fail_on,
        bar=not quiet,
        findings=as_json,
    )
    if as_json:
        whole_report = run_anyway(options, cached=not no_cache)
        print_json(whole_report.to_dict())
        return whole_report.exit_code
    report = run_anyway(options, cached=False) if no_cache else run_unless_done(options)
    for line in _told(report, options):
        print(line)
        log.debug("%s", line)
    return report.exit_code


def _told(report: "Report | Kept", options: "Options") -> list[str]:
    """What a run ends with: the verdict, 较上次, 催报名单."""
    counts = report.counts()
    levels = "，".join(f"{name} {counts[name]}" for name in ("错误", "警告", "提示"))
    done = "试运行（未写任何文件）" if options.dry_run else "完成"
    where = options.output / f"评分汇总_{report.year}.xlsx"
    verdict = f"{done}：{report.year} 年度，评分 {counts['部门']} 个部门；{levels}；汇总 {where}"
    return [verdict, *([str(report.since)] if report.since else []), *report.reminders()]


@app.command("describe", cls=Command)
def describe_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="一个工作簿")],
    mappings: MappingsOption = None,
    as_json: JsonOption = False,
    draft: Annotated[bool, typer.Option("--draft", help="为没有认出的表起草表单，写到标准输出")] = False,
) -> int:
    """说明程序怎样理解一个工作簿：认作什么表、认出哪些单元格、哪些没有认出。"""
    from converter.intake.discover import discover
    from converter.mapping.describe import describe, lines
    from converter.receiving import describe_one, draft_one

    if file.is_dir():
        raise RunError("R01", "describe 只看一个文件", f"请给出文件，如 {file}/基础数据表.xlsx")
    sources = discover([file], None).sources
    if draft:
        text = draft_one(sources, mappings)
        print(text, end="")
        return EXIT_CLEAN if text else EXIT_FINDINGS
    reading, labels = describe_one(sources, mappings)
    if as_json:
        print_json(describe(reading, labels))
    else:
        print_lines(lines(reading, labels))
    return EXIT_CLEAN if reading.documents else EXIT_FINDINGS


@app.command("fields", cls=Command)
def fields_command(mappings: MappingsOption = None, as_json: JsonOption = False) -> int:
    """列出数据字典：字段、单位、含义、来源表单、别名、推算公式。"""
    from converter.mapping.library import Library

    dictionary = Library(mappings).dictionary
    if as_json:
        keys = ("name", "kind", "unit", "meaning", "sources", "aliases", "formulas")
        listed = dictionary.fields.values()
        rows = [{key: getattr(f, key) for key in keys} | {"place": str(dictionary.places[f.name])} for f in listed]
        print_json({"fields": rows})
        return EXIT_CLEAN
    for field in dictionary.fields.values():
        source = (
            f"推算：{'；否则 '.join(field.formulas)}" if field.formulas else f"来源：{'、'.join(field.sources) or '无'}"
        )
        print(f"{field.name}（{field.unit}）{field.meaning}。{source}；登记在 {dictionary.places[field.name]}")
    return EXIT_CLEAN


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs a command and exits with its code."""
    run_app(app, arguments)
