"""The command `jixiao init`, and how a run started without arguments finds what to do."""

from pathlib import Path
from typing import Annotated

import typer

from converter.vocabulary.findings import EXIT_CLEAN


def init_command(folder: Annotated[Path, typer.Argument(metavar="DIR", help="工作文件夹，如 D:\\绩效")]) -> int:
    """建一个工作文件夹：收件箱、结果、部门名单、复核记录、设置和运行脚本；已有的文件不动。"""
    from converter.workplace import begin

    made, there = begin(folder)
    if there:
        print(f"已有，未动：{'、'.join(there)}")
    print(f"完成：{folder} 新建 {'、'.join(made) or '无'}；报表放入收件箱后，在该文件夹里运行 jixiao run")
    return EXIT_CLEAN
