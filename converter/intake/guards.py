"""Limits that a file must keep before any reader opens it, all in one place."""

import re
import zipfile
from collections.abc import Sequence

from converter.intake.package import Entry, Package
from converter.vocabulary.findings import KINDS

MAX_FILE_BYTES = 100 * 2**20
MAX_UNPACKED_BYTES = 500 * 2**20
MAX_ZIP_ENTRIES = 5000
MAX_CELLS = 5_000_000
MAX_MERGES = 200_000
#: Excel's own limit for the text of a cell. Many cells may share one text, so a longer one multiplies.
MAX_TEXT = 32_767

#: All texts of a workbook together.
MAX_TEXTS = 200_000_000
_STRING, _TAG, _ENTITY = re.compile(rb"<(?:\w+:)?si[\s>/]"), re.compile(rb"<[^>]*>"), re.compile(rb"&[^;\s]{1,10};")
_USE = re.compile(rb"""t\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v>\s*(\d{1,9})""")
#: Bytes that programs for split archives put before a whole one.
_SPLIT_MARKER = 4
#: Bytes of <c t="s"><v>0</v></c>.
_SHORTEST_CELL = 20


class UnreadableError(Exception):
    """A file that cannot be read as a workbook: a finding code and what was seen. It costs only this file."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message

    @property
    def advice(self) -> str:
        """What to do about it."""
        return KINDS[self.code].advice


def check_size(size: int) -> None:
    """Refuses a file over MAX_FILE_BYTES."""
    if size > MAX_FILE_BYTES:
        raise UnreadableError("F06", f"文件大小 {size / 2**20:.0f} MB，超过上限 {MAX_FILE_BYTES // 2**20} MB")


def check_archive(entries: Sequence[zipfile.ZipInfo | Entry]) -> None:
    """Refuses a zip cut off behind a zip in it (F01), with a password (F04), or that would unpack to too much (F06)."""
    first = min((entry.header_offset for entry in entries), default=0)
    if first > _SPLIT_MARKER:
        # What was found is the directory of an archive inside: the outer one has lost its end.
        raise UnreadableError("F01", "压缩包不完整")
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableError("F04", "压缩包内的部件有密码")
    check_contents(len(entries), sum(entry.file_size for entry in entries))


def check_contents(entries: int, unpacked: int) -> None:
    """Refuses archives that hold too many files, or too much of them (bytes when unpacked)."""
    if entries > MAX_ZIP_ENTRIES:
        raise UnreadableError("F06", f"压缩包内有 {entries} 个部件，超过上限 {MAX_ZIP_ENTRIES}")
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableError("F06", f"解压后 {unpacked / 2**20:.0f} MB，超过上限 {MAX_UNPACKED_BYTES // 2**20} MB")


def check_strings(package: Package) -> None:
    """Refuses a workbook whose shared texts, repeated in every cell that shows them, grow beyond measure."""
    shared = package.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in package else b""
    sheets = [name for name in package.parts if name.startswith("xl/worksheets/")]
    cells = sum(package.parts[name].file_size for name in sheets) // _SHORTEST_CELL
    if len(shared) <= MAX_TEXT and len(shared) * cells <= MAX_TEXTS:
        return  # the usual case, without taking any text apart
    pieces = (_ENTITY.sub(b"?", _TAG.sub(b"", piece)) for piece in _STRING.split(shared)[1:])
    lengths = [len(piece.decode(errors="replace")) for piece in pieces]
    check_text(max(lengths, default=0))
    if max(lengths, default=0) * cells > MAX_TEXTS:
        uses = (int(index) for name in sheets for index in _USE.findall(package.read(name)))
        check_texts(sum(lengths[index] for index in uses if index < len(lengths)))


def check_text(length: int) -> None:
    """Refuses a workbook whose longest text is longer than a cell may hold."""
    if length > MAX_TEXT:
        raise UnreadableError("F06", f"有单元格文字 {length} 字，超过上限 {MAX_TEXT} 字")


def check_texts(total: int) -> None:
    """Refuses a workbook whose cells together hold more text than any form."""
    if total > MAX_TEXTS:
        raise UnreadableError("F06", f"单元格文字共 {total} 字，超过上限 {MAX_TEXTS} 字")


def check_merges(sheet: str, count: int) -> None:
    """Refuses a sheet with more merged ranges than any form."""
    if count > MAX_MERGES:
        raise UnreadableError("F06", f"工作表“{sheet}”有 {count} 个合并区域，超过上限 {MAX_MERGES}")


def check_sheets(count: int) -> None:
    """Refuses a workbook without any worksheet: nothing in it is not the same as nothing to report."""
    if not count:
        raise UnreadableError("F01", "工作簿里没有工作表")


def check_extent(sheet: str, rows: int, columns: int) -> None:
    """Refuses a sheet whose used area, empty cells included, is larger than any form."""
    if rows * columns > MAX_CELLS:
        raise UnreadableError("F06", f"工作表“{sheet}”用到 {rows} 行 × {columns} 列，超过上限 {MAX_CELLS} 个单元格")
