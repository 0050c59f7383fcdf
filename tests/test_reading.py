"""One file → its documents and findings, whatever the file is: never an exception, always a line that says what became of it."""

import os
import pickle
import random
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from converter.engine import LocalPool
from converter.intake.discover import Source, discover
from converter.mapping.facts import Reading
from converter.mapping.library import Library
from converter.reading import prepare, read_file, read_source
from tests.workbooks import Grid, accounts, basic_data, indicator_table, write_xls, write_xlsx

OLE2 = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504)


def read(path: Path, library: Library) -> Reading:
    return read_file(path, f"甲局/{path.name}", library.forms, library.dictionary)


def codes(reading: Reading) -> list[str]:
    return sorted(item.code for item in reading.findings)


@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
def test_three_forms_in_one_workbook(tmp_path: Path, library: Library, suffix: str) -> None:
    write = write_xlsx if suffix == ".xlsx" else write_xls
    reading = read(write(tmp_path / f"报表{suffix}", basic_data(), indicator_table(), accounts()), library)
    assert [document.form for document in reading.documents] == ["基础数据表", "指标表", "财决01"]
    assert {document.file for document in reading.documents} == {f"甲局/报表{suffix}"}
    assert codes(reading) == []


def test_a_sheet_without_a_known_form_is_listed(tmp_path: Path, library: Library) -> None:
    notes = Grid("联系方式", {(0, 0): "联系人", (0, 1): "张三"})
    reading = read(write_xlsx(tmp_path / "报表.xlsx", basic_data(), notes), library)
    assert codes(reading) == ["M11"]
    assert "联系方式" in reading.findings[0].message
    assert len(reading.documents) == 1


def test_a_workbook_without_any_known_form(tmp_path: Path, library: Library) -> None:
    reading = read(write_xlsx(tmp_path / "花名册.xlsx", Grid("名单", {(0, 0): "姓名", (1, 0): "张三"})), library)
    assert codes(reading) == ["M01"]
    assert "名单" in reading.findings[0].message


def test_an_empty_workbook(tmp_path: Path, library: Library) -> None:
    reading = read(write_xlsx(tmp_path / "空.xlsx", Grid("Sheet1")), library)
    assert codes(reading) == ["M01"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("空.xlsx", b"", "F03"),
        ("断.xlsx", None, "F01"),
        ("假.xlsx", "不是工作簿".encode(), "F05"),
        ("假.xls", b"<html><table></table></html>", "F05"),
        ("密.xlsx", OLE2 + "EncryptedPackage".encode("utf-16-le"), "F04"),
        ("坏.xls", OLE2 + "Workbook".encode("utf-16-le"), "F01"),
        ("报告.docx", b"PK\x03\x04word/document.xml", "F09"),
        ("说明.txt", "说明".encode("gb18030"), "F09"),
        ("无扩展名", b"\x00\x01", "F09"),
    ],
    ids=["empty", "cut", "text", "html", "encrypted", "broken-biff", "word", "txt", "bare"],
)
def test_an_unreadable_file_is_one_finding(
    tmp_path: Path, library: Library, name: str, content: bytes | None, code: str
) -> None:
    path = tmp_path / name
    if content is None:
        whole = write_xlsx(tmp_path / "whole.xlsx", basic_data()).read_bytes()
        content = whole[: len(whole) * 2 // 3]
    path.write_bytes(content)
    reading = read(path, library)
    assert codes(reading) == [code]
    assert not reading.documents
    (found,) = reading.findings
    assert (found.subject, str(found.place)) == (f"甲局/{name}", f"甲局/{name}")
    assert found.advice


@pytest.mark.parametrize(("name", "write"), [("报表.xls", write_xlsx), ("报表.xlsx", write_xls)], ids=["xls", "xlsx"])
def test_a_wrong_extension_is_noted_and_the_file_read(
    tmp_path: Path, library: Library, name: str, write: object
) -> None:
    right = ".xlsx" if write is write_xlsx else ".xls"
    made = (write_xlsx if write is write_xlsx else write_xls)(tmp_path / f"whole{right}", basic_data())
    shutil.move(made, tmp_path / name)
    reading = read(tmp_path / name, library)
    assert codes(reading) == ["F02"]
    assert len(reading.documents) == 1


def test_a_file_that_is_gone_is_a_finding(tmp_path: Path, library: Library) -> None:
    """Deleted between listing and reading: it costs only itself."""
    reading = read(tmp_path / "没了.xlsx", library)
    assert codes(reading) == ["F01"]
    assert "打不开" in reading.findings[0].message


@pytest.mark.parametrize("name", ["评分汇总_2019.xlsx", "部门"])
def test_our_own_book_is_recognised(suining_out: Path, library: Library, name: str) -> None:
    path = next(suining_out.rglob("绥宁*.xlsx")) if name == "部门" else suining_out / name
    reading = read(path, library)
    assert codes(reading) == ["F08"]
    assert not reading.documents


def with_part(path: Path, name: str, content: bytes) -> Path:
    """The workbook with another content of one of its parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    assert name in parts
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in {**parts, name: content}.items():
            archive.writestr(entry, data)
    return path


@pytest.mark.parametrize(
    "part",
    [
        "xl/workbook.xml",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
        "xl/_rels/workbook.xml.rels",
    ],
)
@pytest.mark.parametrize("content", [b"", b"<sst><si", b"\xff\xfe\x00"], ids=["empty", "cut", "binary"])
def test_a_broken_part_is_a_finding_in_chinese(tmp_path: Path, library: Library, part: str, content: bytes) -> None:
    """Words on screen and in workbooks are Chinese: a library's own complaint is not passed on."""
    reading = read(with_part(write_xlsx(tmp_path / "a.xlsx", basic_data()), part, content), library)
    for found in reading.findings:
        words = found.message.replace("xlsx", "").replace("Sheet", "")
        assert not re.search(r"[A-Za-z]{2,}", words), found.message
    assert reading.findings or reading.documents


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """What a bad disk, a broken copy or a mail gateway may make of a file."""
    content, at, length = bytearray(whole), chance.randrange(len(whole)), chance.randrange(1, 200)
    kind = chance.randrange(4)
    if kind == 0:
        for _ in range(5):
            content[chance.randrange(len(content))] = chance.randrange(256)
    elif kind == 1:
        content[at : at + length] = bytes(length)
    elif kind == 2:
        del content[at : at + length]
    else:
        del content[at:]
    return bytes(content)


@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
def test_a_damaged_file_never_stops_the_batch(tmp_path: Path, library: Library, suffix: str) -> None:
    write = write_xlsx if suffix == ".xlsx" else write_xls
    whole = write(tmp_path / f"whole{suffix}", basic_data(), indicator_table(), accounts()).read_bytes()
    chance, raised = random.Random(77), []
    for number in range(60):
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(damaged(whole, chance))
        try:
            reading = read(path, library)
            assert reading.findings or reading.documents
        except Exception as error:  # whatever it is, it would have ended the run
            raised.append(f"{path.name}: {type(error).__name__}: {error}")
    assert raised == []


def test_a_zip_with_a_password_is_an_encrypted_file(tmp_path: Path, library: Library) -> None:
    content = bytearray(write_xlsx(tmp_path / "a.xlsx", basic_data()).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    (tmp_path / "密.xlsx").write_bytes(bytes(content))
    assert codes(read(tmp_path / "密.xlsx", library)) in (["F04"], ["F01"])


def test_whatever_a_reader_raises_costs_only_its_file(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN §7: one bad file never stops the rest, it becomes a finding; readers fail in ways nobody listed."""

    def fail(*_: object) -> None:
        raise RuntimeError("unexpected")

    monkeypatch.setattr("converter.intake.readers.open_workbook", fail)
    reading = read(write_xlsx(tmp_path / "a.xlsx", basic_data()), library)
    assert codes(reading) in (["F01"], ["F07"])


def test_a_worker_reads_what_this_process_reads(tmp_path: Path, library: Library) -> None:
    write_xlsx(tmp_path / "甲局" / "报表.xlsx", basic_data(), indicator_table())
    (tmp_path / "甲局" / "坏.xlsx").write_bytes(b"x")
    sources = discover([tmp_path], None).sources
    with LocalPool(1, prepare, (library.forms, library.dictionary)) as pool:
        results = list(pool.map(read_source, sources))
    assert list(map(repr, results)) == [repr(read(source.path, library)) for source in sources]


def test_what_a_worker_gives_back_is_small(tmp_path: Path, library: Library) -> None:
    """Facts travel, workbooks do not."""
    path = write_xlsx(
        tmp_path / "报表.xlsx", basic_data(), Grid("流水", {(r, c): r * c for r in range(300) for c in range(30)})
    )
    assert len(pickle.dumps(read(path, library))) < 40_000


def test_a_source_knows_its_folder() -> None:
    source = Source(os.fsencode(os.devnull), "甲局/下级/报表.xlsx", 1, "")
    assert source.folder == "甲局/下级"
