"""Pieces deflated by themselves, put together: an archive that anybody reads, with the right sums."""

import io
import zipfile
import zlib

import pytest

from converter.books.packing import package
from converter.books.pieces import deflated, joined, part

CONTENTS = (b"", b"a", "汉字".encode() * 40_000, b"<row/>" * 3, bytes(range(256)) * 700)


def test_pieces_are_read_as_one_part() -> None:
    parts = [part("xl/a.xml", map(deflated, CONTENTS)), part("empty", []), part("last.xml", [deflated(b"end")])]
    with zipfile.ZipFile(io.BytesIO(package(parts))) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == [b"".join(CONTENTS), b"", b"end"]
        assert archive.getinfo("xl/a.xml").compress_size < len(b"".join(CONTENTS)) / 50


@pytest.mark.parametrize("second", CONTENTS, ids=len)
@pytest.mark.parametrize("first", CONTENTS, ids=len)
def test_sums_are_joined_without_the_bytes(first: bytes, second: bytes) -> None:
    assert joined(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


def test_the_same_bytes_whatever_came_before() -> None:
    assert deflated(CONTENTS[2]) == deflated(CONTENTS[2])
    assert deflated(b"x").length == 1
