"""What a file really is, by its first bytes; the extension is only compared, never believed (READERS §8)."""

import io
import re
import struct
import zipfile
from enum import StrEnum
from pathlib import Path

from xlrd.compdoc import CompDoc, CompDocError

_OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")
_DOCUMENTS = frozenset({"WordDocument", "PowerPoint Document"})
_STREAMS = _DOCUMENTS | {"Workbook", "Book", "EncryptedPackage"}
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
    """The kind of a file's content, by its directory where it has one: a document that embeds a workbook is OTHER."""
    if not content:
        return Container.EMPTY
    if content.startswith(_OLE2):
        return _sniff_ole2(content)
    if content.startswith(b"PK\x03\x04"):
        return _sniff_zip(content)
    if content.startswith(_BIFF_STREAMS):
        return Container.XLS
    return Container.OTHER


def _sniff_zip(content: bytes) -> Container:
    """A zip with parts below xl/ is a workbook; a damaged one is left to its reader."""
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, LookupError, ValueError, NotImplementedError, struct.error):
        return Container.XLSX if b"xl/" in content else Container.OTHER
    return Container.XLSX if any(re.match(r"/?xl[/\\]", name, re.I) for name in names) else Container.OTHER


def _sniff_ole2(content: bytes) -> Container:
    """A stream Workbook or Book is BIFF, EncryptedPackage an encrypted OOXML file; a damaged one is left to its reader."""
    try:
        streams = {entry.name for entry in CompDoc(content, logfile=io.StringIO()).dirlist}
    except (CompDocError, LookupError, ValueError, AssertionError, struct.error):
        streams = {name for name in _STREAMS if name.encode("utf-16-le") in content}
    if "EncryptedPackage" in streams:
        return Container.ENCRYPTED
    return Container.XLS if streams & {"Workbook", "Book"} and not streams & _DOCUMENTS else Container.OTHER


def expected(name: str) -> Container | None:
    """What the extension of `name` claims, None where it claims nothing we read."""
    suffix = Path(name).suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        return Container.XLSX
    return Container.XLS if suffix in (".xls", ".et", ".ett") else None
