"""The commands that compare and explain what OUT holds: diff, explain."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from converter.console import Command, print_json, print_lines
from converter.handing_on import write_file
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
    out: Annotated[Path, typer.Argument(metavar="OUT", help="输出文件夹，或汇总工作簿")],
    department: Annotated[str, typer.Argument(metavar="DEPARTMENT", help="部门名称")],
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="三级指标名称")],
    as_json: JsonOption = False,
    mappings: MappingsOption = None,
) -> int:
    """说明一个得分的来历：条文、公式、代入的数，直到 文件!工作表!单元格，以及改到多少即满分。"""
    from converter.audit.explain import explain
    from converter.audit.rescoring import schemes_of
    from converter.books.readback import open_output
    from converter.mapping.library import Library

    explanation = explain(open_output(out), department, indicator, schemes_of(Library(mappings)))
    if as_json:
        print_json(explanation.to_dict())
    else:
        print_lines(explanation.lines())
    return EXIT_CLEAN


def diff_command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="旧的输出文件夹、汇总工作簿或收件箱")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="新的输出文件夹、汇总工作簿或收件箱")],
    as_json: JsonOption = False,
    file: Annotated[Path | None, typer.Option("--xlsx", metavar="F", help="另存为工作簿：摘要、明细、并排")] = None,
    mappings: MappingsOption = None,
    departments: Annotated[
        Path | None, typer.Option("--departments", metavar="FILE", help="部门名单，按编码、别名、曾用名认出同一部门")
    ] = None,
    looks: Annotated[bool, typer.Option("--formats", help="也比较单元格的格式")] = False,
) -> int:
    """比较两次输出：哪些部门、得分、数据变了，因为哪个单元格或规则；年度不同时按年度比较；两个收件箱则比较报送的数。"""
    from converter.audit.diff import compare
    from converter.audit.diffbook import difference_book
    from converter.audit.sides import sides_of
    from converter.books.readback import open_output
    from converter.mapping.library import Library
    from converter.mapping.roster import Roster, load_roster
    from converter.scoring.shelf import load_schemes, region_names

    library = Library(mappings)
    regions = [*region_names(load_schemes(library)).values()]
    roster = load_roster(departments, regions) if departments else Roster()
    if _is_inbox(old) and _is_inbox(new):
        from converter.resubmitted import inbox_side

        sides = [inbox_side(inbox, library, roster, regions) for inbox in (old, new)]
        sides[0] = replace(sides[0], year=sides[1].year)  # figures are compared by their own years
    else:
        sides = [*sides_of(open_output(old), open_output(new))]
    found = compare(sides[0], sides[1], library, roster, looks=looks)
    if file is not None:
        write_file(file, difference_book(found))
    if as_json:
        print_json(found.to_dict())
    else:
        for line in found.about():
            print(line, file=sys.stderr)
        print_lines(found.lines())
    return EXIT_FINDINGS if found.changes else EXIT_CLEAN


def _is_inbox(path: Path) -> bool:
    """A folder that jixiao run did not write."""
    return path.is_dir() and not (path / "run.json").is_file()
