"""The commands that prove an output: verify and archive."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from converter.console import EXIT_CODES, Command, JsonOption, print_json, print_lines
from converter.vocabulary.findings import EXIT_CLEAN, EXIT_FINDINGS


def add_keeping(app: typer.Typer) -> None:
    """Adds the commands to the program's."""
    app.command("verify", cls=Command, epilog=EXIT_CODES)(verify_command)
    app.command("archive", cls=Command)(archive_command)


def verify_command(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="输出文件夹；或归档文件，则从归档重跑，逐字节比较")],
    as_json: JsonOption = False,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", metavar="F", help="归档里加密工作簿的密码，每行一个")
    ] = None,
) -> int:
    """用 LibreOffice 重算输出里的每个工作簿，逐个公式比较；手工改动过的工作簿，说出哪个公式被改。"""
    if out.suffix.lower() == ".zip" and out.is_file():
        return _verify_archive(out, as_json, password_file)
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


def _verify_archive(path: Path, as_json: bool, password_file: Path | None) -> int:
    from converter.intake.passwords import read_passwords
    from converter.rerunning import verify_archive

    result = verify_archive(path, tuple(read_passwords(password_file)) if password_file else ())
    if as_json:
        print_json(result.to_dict())
    else:
        for line in [*result.notes, *(f"版本不同：{line}" for line in result.versions)]:
            print(line, file=sys.stderr)
        print_lines(result.differences)
        verdict = f"{len(result.differences)} 处不同" if result.differences else "全部一致"
        print(f"核对归档 {result.files} 个文件，重跑 {result.outputs} 个输出：{verdict}")
    return EXIT_FINDINGS if result.differences else EXIT_CLEAN


def archive_command(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="输出文件夹")],
    target: Annotated[Path, typer.Option("-o", "--output", metavar="ZIP", help="归档文件")],
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="ZIP", help="上一份归档；不写则取旁边的最后一份")
    ] = None,
) -> int:
    """把输出连同输入、规则、名单、复核记录和版本打成一个归档，附逐个文件的校验码，并记下上一份归档。"""
    from converter.archiving import archive
    from converter.books.readback import Output

    count, before = archive(Output(out), target, previous)
    print(f"完成：归档 {count} 个文件到 {target}；{f'上一份归档 {before}' if before else '没有上一份归档'}")
    return EXIT_CLEAN
