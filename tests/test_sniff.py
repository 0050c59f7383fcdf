"""What a file really is, by its bytes: the extension is compared, never believed."""

import io
import struct
import time
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.intake.sniff import WORKBOOK_SUFFIXES, Container, expected, sniff, suffix_of
from tests.workbooks import Grid, write_xls, write_xlsx


def zipped(**parts: str | bytes) -> bytes:
    """A zip with the given members, stored as they are."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return memory.getvalue()


def compound(*streams: str) -> bytes:
    """A well-formed OLE2 file with empty streams: header, one FAT sector, one directory sector (three streams fit)."""
    end, free, fat_sector, nothing = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16)
    header += struct.pack("<5H6x9I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    directory = b""
    for index, (name, kind) in enumerate([("Root Entry", 5), *((name, 2) for name in streams)]):
        sibling = index + 1 if 0 < index < len(streams) else nothing
        child = 1 if index == 0 and streams else nothing
        encoded = name.encode("utf-16-le")
        directory += encoded.ljust(64, b"\0") + struct.pack(
            "<HBB3I36xIQ", len(encoded) + 2, kind, 1, nothing, sibling, child, end, 0
        )
    fat = struct.pack("<2I", fat_sector, end) + struct.pack("<I", free) * 126
    return header + fat + directory.ljust(512, b"\0")


def xlsx_bytes(folder: Path) -> bytes:
    return write_xlsx(folder / "a.xlsx", Grid("表", {(0, 0): 1})).read_bytes()


def xls_bytes(folder: Path) -> bytes:
    return write_xls(folder / "a.xls", Grid("表", {(0, 0): 1})).read_bytes()


def test_real_workbooks_are_known_by_their_content(tmp_path: Path) -> None:
    assert sniff(xlsx_bytes(tmp_path)) is Container.XLSX
    assert sniff(xls_bytes(tmp_path)) is Container.XLS


def test_a_zip_with_backslash_names_is_a_workbook_too() -> None:
    assert sniff(zipped(**{"[Content_Types].xml": "", "xl\\workbook.xml": ""})) is Container.XLSX


def test_nothing_is_an_empty_file() -> None:
    assert sniff(b"") is Container.EMPTY


@pytest.mark.parametrize("stream", ["Workbook", "Book"], ids=["BIFF8", "BIFF5"])
def test_an_ole_file_with_a_workbook_stream_is_xls(stream: str) -> None:
    assert sniff(compound(stream, "\x05SummaryInformation")) is Container.XLS


@pytest.mark.parametrize(
    "version", [b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00"], ids=["2", "3", "4"]
)
def test_a_bare_stream_of_an_old_excel_is_xls(version: bytes) -> None:
    assert sniff(version + bytes(20)) is Container.XLS


def test_an_ole_file_with_an_encrypted_package_is_encrypted() -> None:
    assert sniff(compound("EncryptionInfo", "EncryptedPackage")) is Container.ENCRYPTED


@pytest.mark.parametrize(
    "content",
    [
        compound("WordDocument", "1Table"),
        compound("PowerPoint Document"),
        zipped(**{"[Content_Types].xml": "", "word/document.xml": "内容"}),
        zipped(**{"[Content_Types].xml": "", "ppt/presentation.xml": ""}),
        b"%PDF-1.7",
        b"\xff\xd8\xff\xe0",
        "﻿单位,预算数\n".encode(),
        b"<html><body><p>1</p></body></html>",
        "本部门无“三公”经费，\n特此说明。\n".encode("gb18030"),
        bytes(4096),
        b"PK",
        b"\xd0\xcf\x11\xe0",
    ],
    ids=[
        *("doc", "ppt", "docx", "pptx", "pdf", "jpeg", "one line", "page without a table", "prose"),
        *("only zeros", "two bytes of a zip", "four bytes of an OLE file"),
    ],
)
def test_everything_else_is_other(content: bytes) -> None:
    assert sniff(content) is Container.OTHER


TABLE = "单位\t预算数\n人社局\t29\n教育局\t31\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "big5"])
def test_text_with_columns_is_a_table_in_whatever_encoding(encoding: str) -> None:
    text = TABLE.translate(str.maketrans("单预数", "單預數")) if encoding == "big5" else TABLE
    assert sniff((text * 8).encode(encoding)) is Container.TEXT


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ("<html><body><table><tr><td>1</td></tr></table></body></html>", Container.HTML),
        ("<!DOCTYPE html>\n<HTML><TABLE><tr><td>1</td></tr></TABLE>", Container.HTML),
        ("<meta charset=gbk><table border=1><tr><td>1</td></tr></table>", Container.HTML),
        ("  <table><tr><td>三公经费</td></tr></table>", Container.HTML),
        (
            '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
            '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            Container.SPREADSHEETML,
        ),
        ("MIME-Version: 1.0\nX-Document-Type: Workbook\n", Container.MHTML),
        ("From: <Saved by Blink>\nSubject: =?utf-8?Q?a?=\n =?utf-8?Q?b?=\nMIME-Version: 1.0\n", Container.MHTML),
        (
            '<ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><ss:Worksheet/></ss:Workbook>',
            Container.SPREADSHEETML,
        ),
        ("<div align=center><table><tr><td>1</td></tr></table></div>", Container.HTML),
        ("<!-- 导出 --><!-- 2019 --><h3>决算</h3><table><tr><td>1</td></tr></table>", Container.HTML),
        ("单位：万元<br><TABLE border=1>\n<TR><TD>1</TD></TR></TABLE>", Container.HTML),
        ('<office:document xmlns:office="urn:x"><table:table table:name="a"/></office:document>', Container.OTHER),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_what_is_dressed_as_a_workbook_is_known_by_its_beginning(start: str, kind: Container, encoding: str) -> None:
    assert sniff(start.encode(encoding)) is kind


def test_a_page_of_nothing_but_comments_costs_no_time() -> None:
    started = time.process_time()
    assert sniff(b"<!---->" * 580) is Container.OTHER
    assert time.process_time() - started < 1


@pytest.mark.parametrize("marker", [b"PK\x07\x08", b"PK00"])
def test_the_marker_of_a_split_archive_before_a_whole_one_changes_nothing(marker: bytes) -> None:
    assert sniff(marker + zipped(**{"人社局/说明.txt": "内容"})) is Container.ZIP


def test_an_archive_of_anything_is_an_archive(tmp_path: Path) -> None:
    assert sniff(zipped(**{"人社局/说明.txt": "内容"})) is Container.ZIP
    assert sniff(zipped(**{"a.xlsx": xlsx_bytes(tmp_path)})) is Container.ZIP


def test_open_document_and_binary_workbooks_are_known_by_their_parts() -> None:
    ods = zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": ""})
    odt = zipped(mimetype="application/vnd.oasis.opendocument.text", **{"content.xml": ""})
    xlsb = zipped(**{"[Content_Types].xml": "", "xl/workbook.bin": ""})
    assert [sniff(content) for content in (ods, odt, xlsb)] == [Container.ODS, Container.OTHER, Container.XLSB]


def test_an_open_document_packed_again_is_known_wherever_its_type_stands() -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", "内容" * 200)
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert sniff(memory.getvalue()) is Container.ODS


def test_a_word_document_with_a_worksheet_inside_is_no_workbook(tmp_path: Path) -> None:
    # Word stores an embedded .xlsx uncompressed, so that its member names stand in the bytes of the document.
    document = zipped(**{"word/document.xml": b"", "word/embeddings/Microsoft_Excel.xlsx": xlsx_bytes(tmp_path)})
    assert sniff(document) is Container.OTHER


def test_an_archive_of_workbooks_is_no_workbook(tmp_path: Path) -> None:
    assert sniff(zipped(**{"人社局/基础数据表.xlsx": xlsx_bytes(tmp_path)})) is not Container.XLSX


def test_an_old_word_document_that_speaks_of_a_workbook_is_no_workbook() -> None:
    assert sniff(compound("WordDocument", "1Table") + "见 Excel Workbook 附件".encode("utf-16-le")) is Container.OTHER


@given(st.binary(max_size=64))
def test_any_bytes_have_a_kind(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1"), b"\x09\x08"):
        assert sniff(start + content) in Container


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.xlsx", Container.XLSX),
        ("a.XLSX", Container.XLSX),
        ("a.xlsm", Container.XLSX),
        ("a.xls", Container.XLS),
        ("人社局/决算.XLS", Container.XLS),
        ("a.et", Container.XLS),
        ("a.xlsx.xls", Container.XLS),
        ("a.docx", None),
        ("a.txt", Container.TEXT),
        ("a.xlsb", Container.XLSB),
        ("a.ods", Container.ODS),
        ("a.csv", Container.TEXT),
        ("a.htm", Container.HTML),
        ("a.zip", Container.ZIP),
        ("a.pdf", None),
        ("xls", None),
        ("a", None),
    ],
)
def test_the_extension_says_what_it_claims(name: str, kind: Container | None) -> None:
    assert expected(name) is kind


def test_every_extension_that_claims_a_kind_claims_a_workbook() -> None:
    assert {".xls", ".xlsx", ".xlsm", ".et"} <= WORKBOOK_SUFFIXES
    assert not {".doc", ".docx", ".pdf", ".txt", ".zip", ""} & WORKBOOK_SUFFIXES


@given(st.text(st.sampled_from("甲aX. /"), max_size=9).filter(lambda name: not name.endswith(("/", "/."))))
def test_the_extension_of_a_name_is_the_one_that_paths_have(name: str) -> None:
    assert suffix_of(name) == PurePosixPath(name).suffix.lower()
