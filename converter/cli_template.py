"""`jixiao template …`: forms to hand out, as workbooks."""

from pathlib import Path
from typing import Annotated

import typer

from converter.console import APP_SETTINGS, Command
from converter.vocabulary.findings import EXIT_CLEAN, Place, RunError

template_app = typer.Typer(**APP_SETTINGS, help="空白的或预先填好的表：复核记录。")


@template_app.callback()
def _group() -> None:
    """空白的或预先填好的表：复核记录。"""


@template_app.command("decisions", cls=Command)
def decisions_command(
    source: Annotated[Path, typer.Option("--from", metavar="OUT", help="jixiao run 的输出文件夹")],
    target: Annotated[Path, typer.Option("-o", "--output", metavar="F", help="写到哪个工作簿（.xlsx）")],
) -> int:
    """列出一次输出里所有待认定的事项，写成复核记录：影响分值大的在前，填好即可交回。"""
    from converter.books.readback import Output
    from converter.books.templates import decisions_template

    content, count = decisions_template(Output(source))
    _write(target, content)
    print(f"待认定 {count} 项，已写到 {target}")
    return EXIT_CLEAN


def _write(target: Path, content: bytes) -> None:
    """Writes a form, but never over one that somebody may have filled in."""
    try:
        with target.open("xb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise RunError("R04", "文件已经在那里，不覆盖", "请换一个文件名，或先移走原来的", Place(str(target))) from error
    except OSError as error:
        raise RunError("R04", "文件写不进去，可能正被打开", "请检查路径与权限", Place(str(target))) from error
