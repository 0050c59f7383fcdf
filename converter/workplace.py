"""A folder to work in: what `jixiao init` lays there, 设置.yaml first."""

import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from converter.ahead import SETTINGS
from converter.books.form_lists import departments_form
from converter.books.legend import add_notes
from converter.books.styles import Book, Setup
from converter.books.templates import LEGEND
from converter.scoring.decisions import HEADS as DECISION_HEADS
from converter.scoring.decisions import SHEET
from converter.vocabulary.findings import Place, RunError

INBOX, OUTPUT, ROSTER, DECISIONS = "收件箱", "结果", "部门名单.xlsx", "复核记录.xlsx"
_TEXT = f"""\
# 在这个文件夹里运行 jixiao run（或双击 运行.bat）时读取本文件；命令行写了的，以命令行为准。
# 路径从本文件夹算起。行首的 # 去掉才起作用。
inbox: {INBOX}                 # 各部门报送的文件，一个部门一个文件夹最好；几处可写 [甲, 乙]
output: {OUTPUT}                  # 评分结果
departments: {ROSTER}   # 应报的部门；空表等于没有名单
decisions: {DECISIONS}     # 更正、认定，逐行签署；空表等于没有认定
fail_on: error                # 哪一级问题使退出码为 1：error、warning、never
# year: 2019                  # 数据年度；不写则取多数部门报表的年度
# region: "430527"            # 区划代码，要加引号；不写则按报送材料所属地区
# prior: ../2018/{OUTPUT}         # 上年度的输出文件夹
# mappings: 映射              # 自己的评分方案和表单
"""
#: Starts the program where it lies; an embeddable Python heeds no PYTHONPATH.
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from converter.__main__ import main; main()"
_BATCH = """\
@echo off
chcp 65001 >nul
cd /d "%~dp0"
set "PROGRAM={program}"
if exist "%PROGRAM%" (
  "%PROGRAM%" -X utf8 -c "{start}" "{root}" run --log-file run.log %*
) else (
  jixiao run --log-file run.log %*
)
set "CODE=%ERRORLEVEL%"
if not defined JIXIAO_QUIET pause
exit /b %CODE%
"""
_SHELL = """\
#!/bin/sh
cd "$(dirname "$0")" || exit 2
program='{program}'
if [ -x "$program" ]; then
    exec "$program" -X utf8 -c '{start}' '{root}' run --log-file run.log "$@"
fi
exec jixiao run --log-file run.log "$@"
"""


def begin(folder: Path) -> tuple[list[str], list[str]]:
    """Makes a folder to work in; the names of what was made and of what was there already and left alone.

    Raises RunError R04 where it cannot be written.
    """
    made: list[str] = []
    there: list[str] = []
    place = Place(str(folder))
    if folder.exists() and not folder.is_dir():
        raise RunError("R04", "这个位置是一个文件", "请给出一个文件夹", place)
    try:
        for name in (INBOX, OUTPUT):
            (there if (folder / name).exists() else made).append(f"{name}/")
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name, content in _contents().items():
            (there if not _create(folder / name, content) else made).append(name)
    except OSError as error:
        raise RunError("R04", "文件夹不能写入", "请检查路径与权限", place) from error
    return made, there


def _contents() -> Mapping[str, bytes]:
    program, root = sys.executable, str(Path(__file__).resolve().parent.parent)
    doubled, quoted = ([text.replace(a, b) for text in (program, root)] for a, b in (("%", "%%"), ("'", "'\\''")))
    batch = _BATCH.format(program=doubled[0], root=doubled[1], start=_START).replace("\n", "\r\n")
    return {
        ROSTER: departments_form(None)[0],
        DECISIONS: _record("用 jixiao template decisions 列出待认定的事项，填好后接在下面。"),
        SETTINGS: _TEXT.encode(),
        "运行.bat": batch.encode(),
        "运行.sh": _SHELL.format(program=quoted[0], root=quoted[1], start=_START).encode(),
    }


def _record(note: str) -> bytes:
    """An empty 复核记录: a note, the heads, nothing below them."""
    book = Book(SHEET)
    page = book.sheet(SHEET, Setup(1, 1))
    page.put(0, 0, note, "note")
    heads = tuple(DECISION_HEADS)
    page.table(1, heads, [], [max(10, 2 * len(head) + 4) for head in heads], lambda _, __: "text")
    add_notes(book, *LEGEND)
    return book.content()


def _create(path: Path, content: bytes) -> bool:
    """Writes a file that is not there; whether it did."""
    try:
        with path.open("xb") as stream:
            stream.write(content)
    except FileExistsError:
        return False
    if path.suffix == ".sh":
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return True
