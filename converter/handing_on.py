"""The commands that hand on what OUT holds: notices, publish, sample."""

from pathlib import Path
from typing import Annotated

import typer

from converter.console import Command, print_json, print_lines
from converter.vocabulary.findings import EXIT_CLEAN, RunError

OutArgument = Annotated[Path, typer.Argument(metavar="OUT", help="输出文件夹")]


def add_commands(app: typer.Typer) -> None:
    """Adds the commands to the program's."""
    app.command("notices", cls=Command)(notices_command)
    app.command("publish", cls=Command)(publish_command)
    app.command("sample", cls=Command)(sample_command)


def notices_command(
    out: OutArgument,
    folder: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="存放复核意见的文件夹")],
) -> int:
    """为每个部门写一份复核意见：待说明的事项，留有部门说明、佐证材料和盖章处。"""
    from converter.audit.notices import notices
    from converter.books.readback import Output

    made = list(notices(Output(out)))
    for name, content in made:
        write_file(folder / name, content)
    print(f"完成：{len(made)} 份复核意见，在 {folder}")
    return EXIT_CLEAN


def publish_command(
    out: OutArgument,
    file: Annotated[Path, typer.Option("-o", "--output", metavar="F", help="公布稿，扩展名 .xlsx")],
    anonymous: Annotated[bool, typer.Option("--anonymous", help="以代号代替部门名称，另存代号对照表")] = False,
) -> int:
    """写公布稿：名次、部门或代号、核定得分、等次；还有未认定事项时不写。"""
    from converter.audit.publication import key_book, publication, publication_book
    from converter.books.readback import Output

    output = Output(out)
    rows = publication(output, anonymous=anonymous)
    write_file(file, publication_book(output, rows, anonymous=anonymous))
    print(f"完成：{len(rows)} 个部门，公布稿 {file}")
    if anonymous:
        key = file.with_name(f"{file.stem}_代号对照{file.suffix}")
        write_file(key, key_book(output, rows))
        print(f"代号对照表（内部） {key}")
    return EXIT_CLEAN


def sample_command(
    out: OutArgument,
    count: Annotated[int, typer.Option("-n", metavar="N", min=1, help="抽取个数")] = 30,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="随机种子，同一种子抽出同样的数据")] = 1,
    file: Annotated[Path | None, typer.Option("-o", "--output", metavar="F", help="存为工作簿；不写则显示")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以机器可读的格式输出")] = False,
) -> int:
    """随机抽取数据，列出文件、单元格、原文和数值，供与纸质材料核对。"""
    from converter.audit.sampling import sample, sample_book
    from converter.books.readback import Output

    output = Output(out)
    facts = sample(output, count, seed)
    if file is not None:
        write_file(file, sample_book(output, facts, seed))
        print(f"完成：抽取 {len(facts)} 个数据，抽查表 {file}")
    elif as_json:
        print_json({"seed": seed, "facts": facts})
    else:
        print_lines(
            f"{number}. {f['部门']} {f['字段']}（{f['年度']}年）：{f['数值'] or f['状态']} {f['单位']}"
            f" ← {f['文件']}!{f['工作表']}!{f['单元格']} 原文“{f['原文'].strip()}”"
            for number, f in enumerate(facts, start=1)
        )
    return EXIT_CLEAN


def write_file(path: Path, content: bytes) -> None:
    """Writes a file that a command was asked for. Raises RunError R04 where it cannot."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise RunError("R04", f"写不了 {path}", "请检查路径与权限，并关闭正在打开的同名文件") from error
