"""One door for every workbook: bytes → Workbook, whatever the extension says."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from converter.intake import archives
from converter.intake.cells import Workbook
from converter.intake.guards import UnreadableError
from converter.intake.passwords import decrypted
from converter.intake.sniff import WORKBOOK_SUFFIXES, Container, expected, sniff, suffix_of
from converter.intake.xlsx import read_xlsx

#: Excel's limit for the name of a sheet; a text or a web page gives its own name to its only sheet.
_SHEET_NAME = 31
_PACKED = frozenset({".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz"})
_PACKED_BYTES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08")


@dataclass
class Opened:
    """An opened file: its sheets and, where it is not what it seems, notes about it."""

    workbook: Workbook
    notes: list[tuple[str, str]] = field(default_factory=list)


def open_workbook(path: Path | str, name: str, inner: tuple[int, ...] = (), passwords: Sequence[str] = ()) -> Opened:
    """Reads a file, or a file in an archive, by its content.

    Raises UnreadableError F…; F09 for a file that never claimed to be a workbook.
    """
    content = archives.content_of(path, inner)
    kind = sniff(content)
    try:
        workbook = _read(kind, content, name)
        secret = False
    except UnreadableError as error:
        if error.code != "F04" or kind is Container.ZIP:
            raise
        content, secret = decrypted(content, passwords), True
        kind = sniff(content)
        workbook = _read(kind, content, name)
    opened = Opened(workbook)
    if expected(name) is not kind and suffix_of(name) in WORKBOOK_SUFFIXES:
        opened.notes.append(("F02", f"扩展名是 {Path(name).suffix}，内容是 {kind}"))
    if workbook.repaired:
        opened.notes.append(("F11", "文件结构有缺陷，修复后读取"))
    if secret:
        opened.notes.append(("F12", "文件已加密，用密码打开后读取"))
    return opened


def _read(kind: Container, content: bytes, name: str) -> Workbook:
    """A workbook of any kind; the readers of the kinds that hardly anyone hands in are loaded with the first such file."""
    if kind is Container.XLSX:
        return read_xlsx(content)
    if kind is Container.XLS:
        from converter.intake.xls import read_xls

        return read_xls(content)
    if kind is Container.XLSB:
        from converter.intake.xlsb import read_xlsb

        return read_xlsb(content)
    if kind is Container.ODS:
        from converter.intake.opendocument import read_ods

        return read_ods(content)
    if kind is Container.TEXT:
        from converter.intake.texts import read_text

        return read_text(content, Path(name).stem[:_SHEET_NAME])
    if kind is Container.HTML:
        from converter.intake.webpages import read_html

        return read_html(content, Path(name).stem[:_SHEET_NAME])
    raise _refusal(kind, content, name)


def _refusal(kind: Container, content: bytes, name: str) -> UnreadableError:
    """Why a file is not read."""
    suffix = suffix_of(name)
    if kind is Container.EMPTY:
        return UnreadableError("F03", "文件大小为 0")
    if kind is Container.ENCRYPTED:
        return UnreadableError("F04", "文件已加密，没有密码不能读取")
    if suffix in _PACKED or content.startswith(_PACKED_BYTES):
        return UnreadableError("F05", "是 .rar、.7z 一类的压缩包，不能读取，请解压或改用 .zip")
    if suffix == ".zip":
        deque(archives.walk(content), maxlen=0)  # says what is wrong with the archive, if anything is
        return UnreadableError("F05", "压缩包套压缩包超过两层，未展开")
    if kind in (Container.SPREADSHEETML, Container.MHTML):
        return UnreadableError("F05", f"是 {kind} 格式，不能读取")
    if kind is Container.ZIP and suffix in WORKBOOK_SUFFIXES:
        return UnreadableError("F05", f"扩展名是 {suffix}，内容是压缩包，请解压或把扩展名改为 .zip")
    if suffix in WORKBOOK_SUFFIXES:
        return UnreadableError("F05", f"扩展名是 {suffix}，内容不是可读取的表格")
    return UnreadableError("F09", "不是工作簿")
