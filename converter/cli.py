"""The commands of `jixiao`, thin: options in, one call, lines and an exit code out (CONTRACT: Commands).

Everything heavy is imported inside the commands, so that --help answers at once.
"""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from converter import __version__, comparing, handing_on
from converter.console import Command, Group, print_json, print_lines, run_app, start_log
from converter.vocabulary.findings import EXIT_CLEAN, EXIT_FINDINGS, RunError

_EXIT_CODES = "退出码：0 完成且无错误（或无差异）；1 已完成，但有错误级问题（或有差异、核验不符、算例不符）；2 不能运行；70 程序缺陷；130 中断。"

_SETTINGS: dict[str, Any] = {
    "cls": Group,
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
comparing.add_commands(app, _EXIT_CODES)
handing_on.add_commands(app)

MappingsOption = Annotated[
    Path | None, typer.Option("--mappings", metavar="DIR", help="自己的映射文件夹，叠加在内置映射之上")
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


@app.command("run", cls=Command, epilog=_EXIT_CODES)
def run_command(
    inbox: Annotated[
        list[Path], typer.Argument(metavar="INBOX", help="收件箱：文件夹（含下级）、文件或压缩包，可多个")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="输出文件夹")],
    year: Annotated[int | None, typer.Option(metavar="Y", help="数据年度，如 2019；不写则取多数部门报表的年度")] = None,
    region: Annotated[
        str | None, typer.Option(metavar="CODE", help="区划代码，如 430527；不写则按报送材料所属地区")
    ] = None,
    mappings: MappingsOption = None,
    departments: Annotated[
        Path | None, typer.Option(metavar="FILE", help="部门名单：编码、名称、别名、上级、类别、应报等")
    ] = None,
    jobs: Annotated[int, typer.Option(metavar="N", min=0, help="工作进程数，0 为自动")] = 0,
    no_books: Annotated[bool, typer.Option("--no-books", help="不写各部门工作簿")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只读取和计算，不写任何文件")] = False,
    fail_on: Annotated[FailOn, typer.Option(help="哪一级问题使退出码为 1")] = FailOn.ERROR,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="只显示错误")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="显示更多过程")] = False,
    recalculate: Annotated[bool, typer.Option("--recalculate", help="没有计算结果的公式先用 LibreOffice 重算")] = False,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", metavar="F", help="打开加密工作簿的密码，每行一个")
    ] = None,
    log_file: Annotated[Path | None, typer.Option("--log-file", metavar="F", help="把过程写入文件")] = None,
) -> int:
    """把收件箱里的部门报表转换为评分工作簿。"""
    start_log(quiet=quiet, verbose=verbose, log_file=log_file)
    from converter.intake.passwords import read_passwords
    from converter.run import Options, run

    options = Options(
        inboxes=tuple(inbox),
        output=output,
        year=year,
        region=region,
        mappings=mappings,
        departments=departments,
        jobs=jobs or min(os.cpu_count() or 1, 8),
        books=not no_books,
        recalculate=recalculate,
        passwords=tuple(read_passwords(password_file)) if password_file else (),
        dry_run=dry_run,
        fail_on=fail_on.value,
        bar=not quiet,
    )
    report = run(options)
    if as_json:
        print_json(report.to_dict())
        return report.exit_code
    counts = report.counts()
    levels = "，".join(f"{name} {counts[name]}" for name in ("错误", "警告", "提示"))
    done = "试运行（未写任何文件）" if dry_run else "完成"
    where = output / f"评分汇总_{report.batch.year}.xlsx"
    print(f"{done}：{report.batch.year} 年度，评分 {counts['部门']} 个部门；{levels}；汇总 {where}")
    return report.exit_code


@app.command("describe", cls=Command)
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
        print_json(describe(reading))
    else:
        print_lines(lines(reading))
    return EXIT_CLEAN if reading.documents else EXIT_FINDINGS


@app.command("verify", cls=Command, epilog=_EXIT_CODES)
def verify_command(out: OutArgument, as_json: JsonOption = False) -> int:
    """用 LibreOffice 重算输出里的每个工作簿，逐个公式比较。"""
    from converter.audit.verify import verify
    from converter.books.readback import Output

    result = verify(Output(out))
    failed = bool(result.mismatches)
    if as_json:
        print_json(result.to_dict())
    else:
        print_lines(map(str, result.mismatches))
        for name in result.changed:
            print(f"[F] {name} 在写出以后被改动过", file=sys.stderr)
        verdict = f"{len(result.mismatches)} 处不符" if failed else "全部相符"
        print(f"重算 {result.books} 个工作簿、{result.formulas} 个公式：{verdict}")
    return EXIT_FINDINGS if failed else EXIT_CLEAN


@app.command("fields", cls=Command)
def fields_command(mappings: MappingsOption = None, as_json: JsonOption = False) -> int:
    """列出数据字典：字段、单位、含义、来源表单、别名、推算公式。"""
    from converter.mapping.library import Library

    dictionary = Library(mappings).dictionary
    if as_json:
        keys = ("name", "kind", "unit", "meaning", "sources", "aliases", "formulas")
        print_json({"fields": [{key: getattr(field, key) for key in keys} for field in dictionary.fields.values()]})
        return EXIT_CLEAN
    for field in dictionary.fields.values():
        source = (
            f"推算：{'；否则 '.join(field.formulas)}" if field.formulas else f"来源：{'、'.join(field.sources) or '无'}"
        )
        print(f"{field.name}（{field.unit}）{field.meaning}。{source}")
    return EXIT_CLEAN


@scheme_app.command("list", cls=Command)
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
        print_json({"schemes": rows})
    else:
        print_lines(
            f"{r['region']} {r['name']} {r['year']} 年  {r['basis']}《{r['title']}》  {r['file']}" for r in rows
        )
    return EXIT_CLEAN


@scheme_app.command("show", cls=Command)
def scheme_show_command(
    region: Annotated[str, typer.Argument(metavar="CODE", help="区划代码")],
    year: Annotated[int, typer.Argument(metavar="YEAR", help="年度")],
    mappings: MappingsOption = None,
) -> int:
    """逐个指标打印方案：分值、公式、计分方式、原文。"""
    from converter.mapping.library import Library
    from converter.scoring.schemes import choose, load_schemes, outline

    print_lines(outline(choose(load_schemes(Library(mappings)), year, region, ())))
    return EXIT_CLEAN


@scheme_app.command("test", cls=Command, epilog=_EXIT_CODES)
def scheme_test_command(
    region: Annotated[str | None, typer.Argument(metavar="CODE", help="区划代码；不写则全部")] = None,
    year: Annotated[int | None, typer.Argument(metavar="YEAR", help="年度；不写则全部")] = None,
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
            print_lines(f"{result.place} {line}" for line in result.failures)
        bad = sum(1 for result in results if result.failures)
        failed += bad
        print(f"{scheme.name}：{len(results)} 个算例，{f'{bad} 个不符' if bad else '全部相符'}")
    return EXIT_FINDINGS if failed else EXIT_CLEAN


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs a command and exits with its code."""
    run_app(app, arguments)
