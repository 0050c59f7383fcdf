"""Encrypted workbooks: opened with Excel's own password or a given one, and no password ever shown."""

import io
import logging
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msoffcrypto
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from converter.intake.guards import UnreadableError
from converter.intake.passwords import DEFAULT, decrypted, read_passwords
from converter.intake.readers import Opened, open_workbook
from converter.intake.sniff import Container, sniff
from converter.vocabulary.findings import RunError
from tests.test_sniff import compound
from tests.workbooks import Grid, write_xlsx

CHINESE = "财政局2019年度"


@cache
def plain() -> bytes:
    with TemporaryDirectory() as folder:
        return write_xlsx(Path(folder) / "a.xlsx", Grid("表", {(0, 0): "三公经费", (0, 1): 29})).read_bytes()


@cache
def encrypted(password: str) -> bytes:
    memory = io.BytesIO()
    OOXMLFile(io.BytesIO(plain())).encrypt(password, memory)
    return memory.getvalue()


def opened(tmp_path: Path, content: bytes, *passwords: str, name: str = "决算.xlsx") -> Opened:
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    return open_workbook(path, name, passwords=passwords)


def refused(content: bytes, *passwords: str) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        decrypted(content, passwords)
    assert caught.value.code == "F04"
    assert caught.value.message
    return caught.value


# --- opened


def test_what_is_only_protected_opens_without_asking(tmp_path: Path) -> None:
    # Excel encrypts a workbook with a protected structure so, and opens it without a word.
    assert sniff(encrypted(DEFAULT)) is Container.ENCRYPTED
    found = opened(tmp_path, encrypted(DEFAULT))
    assert found.workbook.sheets[0].number((0, 1)).value == 29
    assert [code for code, _ in found.notes] == ["F12"]


@pytest.mark.parametrize("password", [CHINESE, "123456", " 两头有空格 ", "p\u00e4ss\U0001f511", "x" * 200])
def test_a_given_password_opens_its_file(password: str) -> None:
    assert decrypted(encrypted(password), [password]) == plain()


def test_the_right_one_among_several_opens_the_file(tmp_path: Path) -> None:
    found = opened(tmp_path, encrypted(CHINESE), "123456", CHINESE, "不对")
    assert found.workbook.sheets[0].text((0, 0)) == "三公经费"


def test_an_encrypted_xlsx_under_another_extension_has_both_notes(tmp_path: Path) -> None:
    found = opened(tmp_path, encrypted(DEFAULT), name="决算.xls")
    assert sorted(code for code, _ in found.notes) == ["F02", "F12"]


def test_what_is_not_encrypted_needs_no_note(tmp_path: Path) -> None:
    assert opened(tmp_path, plain(), CHINESE).notes == []


# --- refused


@pytest.mark.parametrize(
    "passwords", [[], ["不对"], ["不对", "", "123456"], [CHINESE.lower() + " "], [CHINESE[:-1]]], ids=str
)
def test_without_its_password_a_file_is_refused_as_encrypted(passwords: list[str]) -> None:
    error = refused(encrypted(CHINESE), *passwords)
    assert ("都打不开" in error.message) == bool(passwords)


def test_an_encrypted_file_is_refused_by_the_door_as_well(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as caught:
        opened(tmp_path, encrypted(CHINESE), "不对")
    assert (caught.value.code, bool(caught.value.advice)) == ("F04", True)


def test_no_password_stands_in_a_message_a_note_or_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "错误的密码4711"
    error = refused(encrypted(CHINESE), wrong)
    found = opened(tmp_path, encrypted(CHINESE), wrong, CHINESE)
    shown = " ".join([str(error), repr(error), *map(str, found.notes), caplog.text])
    cause: BaseException | None = error.__cause__ or error.__context__
    while cause is not None:
        shown += repr(cause)
        cause = cause.__cause__ or cause.__context__
    for password in (wrong, CHINESE, DEFAULT):
        assert password not in shown


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        compound("EncryptionInfo", "EncryptedPackage"),
        compound("Workbook"),
        encrypted(CHINESE)[:3000],
        b"PK\x03\x04" + bytes(40),
    ],
    ids=["nothing", "text", "empty streams", "no encryption", "cut", "zip"],
)
def test_what_cannot_be_decrypted_is_refused_and_nothing_else(content: bytes) -> None:
    refused(content)
    refused(content, CHINESE)


def test_damage_to_an_encrypted_file_gives_nothing_but_a_refusal_or_the_file(tmp_path: Path) -> None:
    content, codes = encrypted(DEFAULT), set()
    for at in range(0, len(content), len(content) // 25):
        try:
            opened(tmp_path, content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        except UnreadableError as error:
            codes.add(error.code)
    assert "F04" in codes
    assert codes <= {"F01", "F04", "F05", "F06"}


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msoffcrypto", None)
    assert "jixiao[crypto]" in refused(encrypted(DEFAULT)).message


def test_the_library_is_there_for_these_tests() -> None:
    assert msoffcrypto.OfficeFile(io.BytesIO(encrypted(DEFAULT))).is_encrypted()


# --- the file of passwords


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_holds_a_password_in_each_line(tmp_path: Path, start: bytes, end: str) -> None:
    path = tmp_path / "密码.txt"
    path.write_bytes(start + end.join([CHINESE, "", "  ", " a b ", "#不是注释", ""]).encode())
    assert read_passwords(path) == [CHINESE, " a b ", "#不是注释"]


def test_an_empty_file_holds_none(tmp_path: Path) -> None:
    path = tmp_path / "密码.txt"
    path.write_bytes(b"")
    assert read_passwords(path) == []


@pytest.mark.parametrize(
    "content", [CHINESE.encode("gbk"), CHINESE.encode("utf-16"), None], ids=["GBK", "UTF-16", "gone"]
)
def test_a_file_that_cannot_be_read_stops_the_run_and_says_nothing_of_its_content(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "密码.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunError) as caught:
        read_passwords(path)
    assert caught.value.code == "R01"
    assert "密码.txt" in str(caught.value)
    assert "财政局" not in str(caught.value)
