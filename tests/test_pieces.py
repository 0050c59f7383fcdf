"""Pieces deflated by themselves, put together: an archive that anybody reads, with the right sums."""

import io
import zipfile
import zlib

import pytest

from converter.books.packing import package
from converter.books.pieces import Held, deflated, joined, part

CONTENTS = (b"", b"a", "汉字".encode() * 40_000, b"<row/>" * 3, bytes(range(256)) * 700)


def test_pieces_are_read_as_one_part() -> None:
    held = Held()
    many = [deflated(content, held) for content in CONTENTS]
    parts = [part("xl/a.xml", many, held), part("empty", [], held), part("last.xml", [deflated(b"end", held)], held)]
    with zipfile.ZipFile(io.BytesIO(package(parts))) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == [b"".join(CONTENTS), b"", b"end"]
        assert archive.getinfo("xl/a.xml").compress_size < len(b"".join(CONTENTS)) / 50


@pytest.mark.parametrize("second", CONTENTS, ids=len)
@pytest.mark.parametrize("first", CONTENTS, ids=len)
def test_sums_are_joined_without_the_bytes(first: bytes, second: bytes) -> None:
    assert joined(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


def test_the_same_bytes_whatever_came_before() -> None:
    assert deflated(CONTENTS[2], Held()) == deflated(CONTENTS[2], Held())
    assert deflated(b"x", Held()).length == 1
