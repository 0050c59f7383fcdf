"""What a file really is, by its content; the extension is only compared, never believed (READERS §8)."""

import io
import re
import struct
import zipfile
import zlib
from enum import StrEnum

_OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")
#: A member, the end of an empty archive, and what programs that split archives put before a whole one.
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK")
_DOCUMENTS = frozenset({"WordDocument", "PowerPoint Document"})
_STREAMS = _DOCUMENTS | {"Workbook", "Book", "EncryptedPackage"}
_BIFF_STREAMS = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")
#: The first element of a page, behind what may stand before it; nothing there is ever tried twice.
_PAGE = re.compile(r"(?:<\?xml[^>]*>|<!--.*?-->|\s)*+<(?:!doctype html|[a-z]+[1-6]?[\s/>])", re.S)
#: Extensions that claim to be a workbook: such a file is a finding when it cannot be read, others are only listed.
WORKBOOK_SUFFIXES = frozenset(
    {
        ".xls",
        ".xlsx",
        ".xlsm",
        ".xltx",
        ".xlt",
        ".xlsb",
        ".et",
        ".ett",
        ".ods",
        ".csv",
        ".tsv",
        ".xml",
        ".mht",
        ".mhtml",
    }
)


class Container(StrEnum):
    """The kinds of content the readers tell apart."""

    EMPTY = "空文件"
    XLSX = "xlsx"
    XLS = "xls"
    XLSB = "xlsb"
    ODS = "ods"
    HTML = "网页"
    TEXT = "文本表格"
    SPREADSHEETML = "Excel 2003 XML"
    MHTML = "MHTML 网页"
    ZIP = "压缩包"
    ENCRYPTED = "加密文件"
    OTHER = "其他"


_CLAIMS = {
    Container.XLSX: {".xlsx", ".xlsm", ".xltx"},
    Container.XLS: {".xls", ".xlt", ".et", ".ett"},
    Container.XLSB: {".xlsb"},
    Container.ODS: {".ods"},
    Container.TEXT: {".csv", ".tsv", ".txt"},
    Container.HTML: {".htm", ".html"},
    Container.ZIP: {".zip"},
}
_CLAIMED = {suffix: kind for kind, suffixes in _CLAIMS.items() for suffix in suffixes}


def sniff(content: bytes) -> Container:
    """The kind of a file's content, by its directory where it has one: a document that embeds a workbook is OTHER."""
    if not content:
        return Container.EMPTY
    if content.startswith(_OLE2):
        return _sniff_ole2(content)
    if content.startswith(_ZIPS):
        return _sniff_zip(content)
    if content.startswith(_BIFF_STREAMS):
        return Container.XLS
    return _sniff_text(content)


def _sniff_zip(content: bytes) -> Container:
    """A zip with parts below xl/ is a workbook; a damaged one is left to its reader."""
    if b"xl/workbook.xml" in (listed := _directory(content)) and b"word/" not in listed and b"ppt/" not in listed:
        return Container.XLSX  # the usual case, without taking the directory apart twice
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}
        mimetype = archive.read(members["mimetype"]) if "mimetype" in members else b""
    except (zipfile.BadZipFile, LookupError, ValueError, RuntimeError, EOFError, struct.error, zlib.error):
        return Container.XLSX if b"xl/" in content else Container.OTHER
    if any(part.startswith("xl/workbook") and part.endswith(".bin") for part in members):
        return Container.XLSB
    if any(part.startswith("xl/") for part in members):
        return Container.XLSX
    if mimetype or any(part.startswith(("[content_types]", "word/", "ppt/")) for part in members):
        return Container.ODS if b"opendocument.spreadsheet" in mimetype else Container.OTHER
    return Container.ZIP


def _directory(content: bytes) -> bytes:
    """The central directory of a zip as bytes, "" where its end does not say where it stands."""
    end = content.rfind(b"PK\x05\x06")
    if end < 0 or end + 20 > len(content):
        return b""
    size, start = struct.unpack_from("<II", content, end + 12)
    return content[start : start + size]


def _sniff_ole2(content: bytes) -> Container:
    """A stream Workbook or Book is BIFF, EncryptedPackage an encrypted OOXML file; a damaged one is left to its reader."""
    from xlrd.compdoc import CompDoc, CompDocError  # with the first such file

    try:
        streams = {entry.name for entry in CompDoc(content, logfile=io.StringIO()).dirlist}
    except (CompDocError, LookupError, ValueError, AssertionError, struct.error):
        streams = {name for name in _STREAMS if name.encode("utf-16-le") in content} or {"Workbook"}
    if "EncryptedPackage" in streams:
        return Container.ENCRYPTED
    return Container.XLS if streams & {"Workbook", "Book"} and not streams & _DOCUMENTS else Container.OTHER


def _sniff_text(content: bytes) -> Container:
    """Web pages and delimited text, in whatever encoding; text without columns is no table."""
    from converter.intake.texts import decode, looks_like_table  # with the first such file

    text = decode(content[:65536])
    if text is None:
        return Container.OTHER
    head = text[:4096].lstrip().lower()
    if re.match(r"(?:[\w-]+:.*\n|[ \t].*\n)*?mime-version:", head):
        return Container.MHTML
    if "urn:schemas-microsoft-com:office:spreadsheet" in head and re.search(r"<(?:\w+:)?workbook\b", head):
        return Container.SPREADSHEETML
    if _PAGE.match(head) or re.search(r"<table[\s>].*?<t[rdh][\s>]", head, re.S):
        return Container.HTML if re.search(rb"<table[\s>]", content.replace(b"\0", b""), re.I) else Container.OTHER
    return Container.TEXT if looks_like_table(text) else Container.OTHER


def expected(name: str) -> Container | None:
    """What the extension of `name` claims, None where it claims nothing we read."""
    return _CLAIMED.get(suffix_of(name))


def suffix_of(name: str) -> str:
    """The extension of a file's name in the outputs, in small letters: Path's, without taking the path apart."""
    last = name.rpartition("/")[2]
    at = last.rfind(".")
    return last[at:].lower() if 0 < at < len(last) - 1 else ""
