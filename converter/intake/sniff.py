"""What a file really is, by its first bytes; the extension is only compared, never believed (READERS §8)."""

from enum import StrEnum
from pathlib import Path

_OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")
_BIFF_STREAMS = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")
#: Extensions that claim to be a workbook: such a file is a finding when it cannot be read, others are only listed.
WORKBOOK_SUFFIXES = frozenset({".xls", ".xlsx", ".xlsm", ".xlsb", ".et", ".ett", ".ods", ".csv", ".tsv"})


class Container(StrEnum):
    """The kinds of content the readers tell apart."""

    EMPTY = "空文件"
    XLSX = "xlsx"
    XLS = "xls"
    ENCRYPTED = "加密文件"
    OTHER = "其他"


def sniff(content: bytes) -> Container:
    """The kind of a file's content. A zip without a workbook part and an OLE2 file without a BIFF stream are OTHER."""
    if not content:
        return Container.EMPTY
    if content.startswith(_OLE2):
        return _sniff_ole2(content)
    if content.startswith(b"PK\x03\x04"):
        return Container.XLSX if b"xl/" in content or b"xl\\" in content else Container.OTHER
    if content.startswith(_BIFF_STREAMS):
        return Container.XLS
    return Container.OTHER


def _sniff_ole2(content: bytes) -> Container:
    """OLE2 directory entries are UTF-16 names: Workbook or Book is BIFF, EncryptedPackage an encrypted OOXML file."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Container.ENCRYPTED
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return Container.XLS
    return Container.OTHER


def expected(name: str) -> Container | None:
    """What the extension of `name` claims, None where it claims nothing we read."""
    suffix = Path(name).suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        return Container.XLSX
    return Container.XLS if suffix in (".xls", ".et", ".ett") else None
