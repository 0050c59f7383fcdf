"""Limits that a file must keep before any reader opens it, all in one place."""

import zipfile

from converter.vocabulary.findings import KINDS

MAX_FILE_BYTES = 100 * 2**20
MAX_UNPACKED_BYTES = 500 * 2**20
MAX_ZIP_ENTRIES = 5000
MAX_CELLS = 5_000_000


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


def check_archive(archive: zipfile.ZipFile) -> None:
    """Refuses a zip with a password (F04) or one that would unpack to too much (F06)."""
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableError("F04", "压缩包内的部件有密码")
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ZIP_ENTRIES:
        raise UnreadableError("F06", f"压缩包内有 {len(entries)} 个部件，超过上限 {MAX_ZIP_ENTRIES}")
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableError("F06", f"解压后 {unpacked / 2**20:.0f} MB，超过上限 {MAX_UNPACKED_BYTES // 2**20} MB")


def check_sheets(count: int) -> None:
    """Refuses a workbook without any worksheet: nothing in it is not the same as nothing to report."""
    if not count:
        raise UnreadableError("F01", "工作簿里没有工作表")


def check_extent(sheet: str, rows: int, columns: int) -> None:
    """Refuses a sheet whose used area, empty cells included, is larger than any form."""
    if rows * columns > MAX_CELLS:
        raise UnreadableError("F06", f"工作表“{sheet}”用到 {rows} 行 × {columns} 列，超过上限 {MAX_CELLS} 个单元格")
