"""`jixiao scheme draft`: a county's own 指标表 → a scheme to be finished by hand, and its worked cases beside it.

Everything heavy is imported inside, so that --help answers at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from converter.console import print_json
from converter.vocabulary.findings import EXIT_CLEAN, RunError

if TYPE_CHECKING:
    from converter.drafting.draft import Draft


def draft_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="印发的指标表")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="F", help="写到哪个方案文件；算例写在它旁边")],
    mappings: Annotated[
        Path | None, typer.Option("--mappings", metavar="DIR", help="自己的映射文件夹，叠加在内置映射之上")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="覆盖已有的文件")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="结果以 JSON 输出到标准输出")] = False,
) -> int:
    """从印发的指标表草拟评分方案和算例；没有读懂的地方标明待人工确认。"""
    drafted, paths = draft_file(file, output, mappings, overwrite=overwrite)
    if as_json:
        print_json({**drafted.to_dict(), "files": [path.name for path in paths]})
    else:
        print(f"{drafted.verdict()}；已写入 {paths[0]} 和 {paths[1].name}")
    return EXIT_CLEAN


def draft_file(
    file: Path, output: Path, mappings: Path | None, *, overwrite: bool
) -> "tuple[Draft, tuple[Path, Path]]":
    """Drafts the scheme of the indicator table in `file` and writes it. Returns the draft and the two files written.

    Raises RunError R01 for a folder, R04 where a file would be lost or cannot be written, R13 without an indicator table.
    """
    from converter.drafting.draft import check_free, draft, head_of, table_of, write
    from converter.drafting.values import lent
    from converter.intake.discover import discover
    from converter.mapping.library import Library
    from converter.receiving import describe_one
    from converter.scoring.shelf import load_schemes, region_names

    if file.is_dir():
        raise RunError("R01", "draft 只看一个文件", f"请给出文件，如 {file}/指标表.xlsx")
    check_free(output, overwrite=overwrite)
    library = Library(mappings)
    sources = discover([file], None).sources
    reading, _ = describe_one(sources, mappings)
    if not any(document.lines for document in reading.documents):
        reading, _ = describe_one(sources, mappings, printed=True)
    table = table_of(reading)
    shelf = load_schemes(library)
    head = head_of(table, output, region_names(shelf))
    drafted = draft(table, head, library.dictionary, lent(shelved.scheme for shelved in shelf))
    return drafted, write(drafted, output)
