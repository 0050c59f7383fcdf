"""A package made of parts is the file that xlsxwriter makes of them but for how they are deflated, and one that any reader of
ZIP files takes.
"""

import io
import zipfile

from converter.books.packing import package, packed, parts_of
from converter.books.styles import Book, Setup


def content() -> bytes:
    book = Book("标题")
    book.sheet("表", Setup()).put(0, 0, "汉字" * 5_000)
    return book.content()


def told(content: bytes) -> list[dict[str, object]]:
    """All that a package says of its parts, but for where they lie and how many bytes they take."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = [{name: getattr(info, name) for name in zipfile.ZipInfo.__slots__} for info in archive.infolist()]
    return [
        {key: info[key] for key in info if key not in {"header_offset", "compress_size", "_end_offset"}}
        for info in infos
    ]


def test_all_but_the_deflating_is_that_of_xlsxwriter() -> None:
    parts = parts_of(content())
    assert len(parts) > 8
    made = package(packed(*part) for part in parts.items())
    assert told(made) == told(content())
    assert parts_of(made) == parts
    assert len(made) < 1.03 * len(content())


def test_parts_come_back_whole_and_in_order() -> None:
    parts = {"b": b"", "a/c.xml": "汉字<&>".encode(), "d": bytes(100_000)}
    made = package([packed(name, part) for name, part in parts.items()])
    assert list(parts_of(made).items()) == list(parts.items())
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
