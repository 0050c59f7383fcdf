"""Zip archives: names as their writers meant them, nothing that leads outside, nothing that grows beyond measure."""

import hashlib
import io
import struct
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from converter.intake import guards
from converter.intake.archives import content_of, members, unpacked, walk
from converter.intake.guards import UnreadableError
from tests.workbooks import Grid, write_xlsx

Files = dict[str, bytes]


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these members."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


def renamed(content: bytes, before: bytes, after: bytes, *, flag: int = 0) -> bytes:
    """A zip in which a name of the same length in bytes stands instead, as raw bytes and with this flag."""
    assert len(before) == len(after)
    data = bytearray(content)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(sign)
        while at >= 0:
            struct.pack_into("<H", data, at + offset, flag)
            at = data.find(sign, at + 4)
    return bytes(data).replace(before, after)  # a new name may look like a signature


def raw_name(name: bytes) -> bytes:
    """A zip with one member whose name is these bytes, without the flag that says UTF-8."""
    placeholder = "x" * len(name)
    return renamed(zipped({placeholder: b"1"}), placeholder.encode(), name)


def twice(files: Files, name: bytes, other: bytes) -> bytes:
    """A zip in which the file `name` bears the name of another, too."""
    return renamed(zipped(files), name, other)


def refusal(content: bytes) -> str:
    """The code with which an archive is refused."""
    with pytest.raises(UnreadableError) as caught:
        members(content)
    assert caught.value.message
    return caught.value.code


def names(content: bytes) -> list[str]:
    return [member.name for member in members(content)]


def walked(content: bytes) -> dict[str, bytes | None]:
    return {name: data for _, name, data in walk(content)}


# --- names


@pytest.mark.parametrize(
    "name", ["人社局/基础数据表.xlsx", "绥宁县/一二三.xls", "a/b.xlsx", "说明①（终稿）.docx", "朱镕基.xlsx"]
)
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_name_is_read_whether_its_writer_used_gbk_or_utf_8_without_saying_so(name: str, encoding: str) -> None:
    assert names(raw_name(name.encode(encoding))) == [name]


def test_a_name_that_says_utf_8_is_read_as_such() -> None:
    assert names(zipped({"人社局/决算.xlsx": b"1"})) == ["人社局/决算.xlsx"]


def test_backslashes_part_folders() -> None:
    assert names(raw_name("人社局\\决算.xlsx".encode("gbk"))) == ["人社局/决算.xlsx"]


def test_folders_are_no_files_however_they_are_written() -> None:
    content = zipped({"人社局/": b"", "乙\\": b"", "人社局/a.xlsx": b"1"})
    assert names(content) == ["人社局/a.xlsx"]
    assert refusal(raw_name("人社局\\".encode("gbk"))) == "F03"


@given(st.binary(min_size=1, max_size=12).filter(lambda name: not set(name) & {0, 0x2F, 0x5C, 0x3A, 0x2E}))
@example(b"PK\x03\x04")
@example(b"PK\x01\x02")
def test_any_bytes_are_a_name(name: bytes) -> None:
    assert len(names(raw_name(name))) == 1


# --- refused as a whole


@pytest.mark.parametrize(
    "name",
    [
        "../a.xlsx",
        "a/../../b.xlsx",
        "..\\a.xlsx",
        "a\\..\\..\\b.xlsx",
        "/etc/passwd",
        "\\a.xlsx",
        "C:\\a.xlsx",
        "c:a.xlsx",
        "..",
        "a/..",
    ],
)
def test_a_name_that_leads_outside_costs_the_archive(name: str) -> None:
    assert refusal(zipped({"good.xlsx": b"1", name: b"2"})) == "F06"
    with pytest.raises(UnreadableError):
        list(walk(zipped({"good.xlsx": b"1", name: b"2"})))


@pytest.mark.parametrize("name", ["a..b/c...xlsx", "...xlsx", "附件：1.xlsx", "a/b:c.xlsx", "~$a", "1:2.xlsx"])
def test_a_name_that_only_looks_unsafe_is_a_name(name: str) -> None:
    assert names(zipped({name: b"1"})) == [name]


@pytest.mark.parametrize(
    "content", [zipped({}), zipped({"人社局/": b"", "a/b/": b""})], ids=["nothing", "only folders"]
)
def test_an_archive_without_files_is_empty(content: bytes) -> None:
    assert refusal(content) == "F03"


def test_an_archive_with_a_password_is_refused_as_such() -> None:
    content = bytearray(zipped({"a.xlsx": b"1"}))
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 8, 1)
    assert refusal(bytes(content)) == "F04"


def test_a_damaged_archive_is_refused() -> None:
    content = zipped({"a.xlsx": b"1" * 999, "b.xlsx": b"2"})
    for length in (0, 4, 30, len(content) // 2, len(content) - 1):
        assert refusal(content[:length]) == "F01"
    assert refusal(b"Rar!\x1a\x07\x00" + bytes(90)) == "F01"


def test_no_damaged_byte_gives_anything_but_a_refusal_or_files() -> None:
    content = zipped({"a.xlsx": b"123" * 9, "b.zip": zipped({"c.xls": b"4"})})
    codes = set()
    for at in range(len(content)):
        try:
            assert walked(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        except UnreadableError as error:
            codes.add(error.code)
    assert "F01" in codes
    assert codes <= {"F01", "F03", "F04", "F06"}


def test_too_many_files_are_refused() -> None:
    files = {f"{at}.txt": b"" for at in range(guards.MAX_ZIP_ENTRIES)}
    assert len(members(zipped(files))) == guards.MAX_ZIP_ENTRIES
    assert refusal(zipped({**files, "more.txt": b""})) == "F06"


# --- archives in archives


def test_an_archive_in_an_archive_is_opened_once() -> None:
    third = zipped({"c.xlsx": b"3"})
    content = zipped({"a.xlsx": b"1", "乙.ZIP": zipped({"b.xlsx": b"2", "丙.zip": third})})
    assert walked(content) == {"a.xlsx": b"1", "乙.ZIP/b.xlsx": b"2", "乙.ZIP/丙.zip": third}


def test_an_inner_archive_that_cannot_be_opened_is_the_file_it_is() -> None:
    inner = {"坏.zip": b"PK\x03\x04 damaged", "空.zip": zipped({}), "险.zip": zipped({"../x": b"1"}), "假.zip": b"text"}
    assert walked(zipped({**inner, "a.xlsx": b"1"})) == {**inner, "a.xlsx": b"1"}


def test_a_workbook_that_bears_the_name_of_an_archive_is_not_taken_apart(tmp_path: Path) -> None:
    book = write_xlsx(tmp_path / "a.xlsx", Grid("表", {(0, 0): 1})).read_bytes()
    assert walked(zipped({"决算.zip": book})) == {"决算.zip": book}


def test_each_path_leads_to_its_file_though_names_repeat(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(twice({"a.xlsx": b"1", "b.xlsx": b"2", "a.zip": zipped({"a.xlsx": b"3"})}, b"b.xlsx", b"a.xlsx"))
    found = [(name, content_of(path, inner), data) for inner, name, data in walk(path.read_bytes())]
    assert found == [("a.xlsx", b"1", b"1"), ("a.xlsx", b"2", b"2"), ("a.zip/a.xlsx", b"3", b"3")]


def test_a_damaged_file_costs_only_itself() -> None:
    good, bad = hashlib.sha256(b"good").digest(), hashlib.sha256(b"bad").digest()
    content = zipped({"a.xlsx": bad, "b.xlsx": good}, zipfile.ZIP_STORED).replace(bad, bad[::-1], 1)
    assert walked(content) == {"a.xlsx": None, "b.xlsx": good}
    with pytest.raises(UnreadableError) as caught:
        unpacked(content, 0)
    assert caught.value.code == "F01"


def test_a_file_over_the_limit_costs_only_itself() -> None:
    content = bytearray(zipped({"大.xlsx": b"1", "b.xlsx": b"2"}))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, guards.MAX_FILE_BYTES + 1)
    assert walked(bytes(content)) == {"大.xlsx": None, "b.xlsx": b"2"}
    with pytest.raises(UnreadableError) as caught:
        unpacked(bytes(content), 0)
    assert caught.value.code == "F06"


def claiming(size: int) -> bytes:
    """A zip whose only file claims this size."""
    content = bytearray(zipped({"a.xlsx": b"1"}))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, size)
    return bytes(content)


def test_inner_archives_count_together() -> None:
    # Each within the limits, all of them a bomb: 1,000 archives of 400 MB fit into one of 200 kB.
    started = time.process_time()
    for inner in (claiming(guards.MAX_UNPACKED_BYTES // 2 + 1), zipped({f"{n}": b"" for n in range(3_000)})):
        assert len(members(inner)) > 0
        with pytest.raises(UnreadableError) as caught:
            list(walk(zipped({f"{at}.zip": inner for at in range(100)})))
        assert caught.value.code == "F06"
    assert time.process_time() - started < 5


def test_a_size_that_lies_is_damage_and_not_memory() -> None:
    content = bytearray(zipped({"a.xlsx": bytes(50_000_000)}))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 10)
    assert walked(bytes(content)) == {"a.xlsx": None}


# --- files


def test_a_file_outside_an_archive_is_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"123")
    assert content_of(path, ()) == b"123"
    with path.open("wb") as stream:
        stream.truncate(guards.MAX_FILE_BYTES + 1)  # a hole: nothing is written
    with pytest.raises(UnreadableError) as caught:
        content_of(path, ())
    assert caught.value.code == "F06"
    with pytest.raises(OSError, match="没有"):
        content_of(tmp_path / "没有", ())


def test_a_path_that_an_archive_does_not_have_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"a.xlsx": b"1"}))
    for inner in ((1,), (0, 0), (99,)):
        with pytest.raises(UnreadableError) as caught:
            content_of(path, inner)
        assert caught.value.code == "F01"
