"""Pieces deflated by themselves, put together: an archive that anybody reads, with the right sums."""

import io
import zipfile
import zlib
from pathlib import Path

import pytest

from converter.books.pieces import deflated, joined, write_part

CONTENTS = (b"", b"a", "汉字".encode() * 40_000, b"<row/>" * 3, bytes(range(256)) * 700)


def test_pieces_are_read_as_one_part() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        write_part(archive, "甲.xml", map(deflated, CONTENTS))
        write_part(archive, "leer", [])
        write_part(archive, "last.xml", [deflated(b"end")])
    with zipfile.ZipFile(buffer) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == [b"".join(CONTENTS), b"", b"end"]
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_DEFLATED}
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.getinfo("甲.xml").compress_size < len(b"".join(CONTENTS)) / 50


def test_other_programs_read_it(tmp_path: Path) -> None:
    """By the local headers too, which zipfile does not look at: bsdtar and `unzip -t` go by them."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        write_part(archive, "a.xml", map(deflated, CONTENTS))
    content = path.read_bytes()
    name_length, extra = (int.from_bytes(content[at : at + 2], "little") for at in (26, 28))
    method, crc, packed, size = (
        int.from_bytes(content[at : at + length], "little") for at, length in ((8, 2), (14, 4), (18, 4), (22, 4))
    )
    start = 30 + name_length + extra
    held = zlib.decompress(content[start : start + packed], wbits=-15)
    assert (method, size, crc) == (8, len(held), zlib.crc32(held))
    assert held == b"".join(CONTENTS)


@pytest.mark.parametrize("second", CONTENTS, ids=len)
@pytest.mark.parametrize("first", CONTENTS, ids=len)
def test_sums_are_joined_without_the_bytes(first: bytes, second: bytes) -> None:
    assert joined(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


def test_the_same_bytes_whatever_came_before() -> None:
    assert deflated(CONTENTS[2]) == deflated(CONTENTS[2])
    assert deflated(b"x").length == 1
