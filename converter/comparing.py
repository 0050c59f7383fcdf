"""The commands that compare and explain what OUT holds: diff, explain."""

from pathlib import Path
from typing import Annotated

import typer

from converter.console import Command, print_json, print_lines
from converter.vocabulary.findings import EXIT_CLEAN, EXIT_FINDINGS

MappingsOption = Annotated[
    Path | None, typer.Option("--mappings", metavar="DIR", help="自己的映射文件夹，重算成因和临界值时用其中的方案")
]
JsonOption = Annotated[bool, typer.Option("--json", help="结果以 JSON 输出到标准输出")]


def add_commands(app: typer.Typer, exit_codes: str) -> None:
    """Adds the commands to the program's."""
    app.command("explain", cls=Command)(explain_command)
    app.command("diff", cls=Command, epilog=exit_codes)(diff_command)


def explain_command(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="jixiao run 的输出文件夹")],
    department: Annotated[str, typer.Argument(metavar="DEPARTMENT", help="部门名称")],
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="三级指标名称")],
    as_json: JsonOption = False,
) -> int:
    """说明一个得分的来历：条文、公式、代入的数，直到 文件!工作表!单元格。"""
    from converter.audit.explain import explain
    from converter.books.readback import Output

    explanation = explain(Output(out), department, indicator)
    if as_json:
        print_json(explanation.to_dict())
    else:
        print_lines(explanation.lines())
    return EXIT_CLEAN


def diff_command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="旧的输出文件夹，或汇总工作簿")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="新的输出文件夹，或汇总工作簿")],
    as_json: JsonOption = False,
    mappings: MappingsOption = None,
) -> int:
    """比较两次输出：哪些部门、得分、数据变了，因为哪个单元格或规则；年度不同时按年度比较。"""
    from converter.audit.diff import diff
    from converter.books.readback import open_output
    from converter.mapping.library import Library

    found = diff(open_output(old), open_output(new), Library(mappings))
    if as_json:
        print_json(found.to_dict())
    else:
        print_lines(found.lines())
    return EXIT_FINDINGS if found.changes else EXIT_CLEAN
