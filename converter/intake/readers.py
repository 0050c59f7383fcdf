"""One door for every workbook: bytes → Workbook, whatever the extension says."""

from dataclasses import dataclass, field
from pathlib import Path

from converter.intake import guards
from converter.intake.cells import Workbook
from converter.intake.guards import UnreadableError
from converter.intake.sniff import WORKBOOK_SUFFIXES, Container, expected, sniff
from converter.intake.xls import read_xls
from converter.intake.xlsx import read_xlsx

_READERS = {Container.XLSX: read_xlsx, Container.XLS: read_xls}


@dataclass
class Opened:
    """An opened file: its sheets and, where the extension tells another story, a note about it."""

    workbook: Workbook
    notes: list[tuple[str, str]] = field(default_factory=list)


def open_workbook(path: Path, name: str) -> Opened:
    """Reads a file by its content. Raises UnreadableError F…; F09 for a file that never claimed to be a workbook."""
    guards.check_size(path.stat().st_size)
    content = path.read_bytes()
    kind = sniff(content)
    if kind not in _READERS:
        raise _refusal(kind, name)
    opened = Opened(_READERS[kind](content))
    if Path(name).suffix.lower() in WORKBOOK_SUFFIXES and expected(name) is not kind:
        opened.notes.append(("F02", f"扩展名是 {Path(name).suffix}，内容是 {kind}"))
    return opened


def _refusal(kind: Container, name: str) -> UnreadableError:
    if kind is Container.EMPTY:
        return UnreadableError("F03", "文件大小为 0")
    if kind is Container.ENCRYPTED:
        return UnreadableError("F04", "文件已加密，没有密码不能读取")
    if Path(name).suffix.lower() in WORKBOOK_SUFFIXES:
        return UnreadableError("F05", f"扩展名是 {Path(name).suffix}，内容不是可读取的 xlsx 或 xls")
    return UnreadableError("F09", "不是工作簿")
