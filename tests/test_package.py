"""Directories of zips, read here and by zipfile."""

import io
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.intake.package import Package, _inflated, directory

_FIELDS = (
    "filename",
    "orig_filename",
    "flag_bits",
    "compress_type",
    "CRC",
    "compress_size",
    "file_size",
    "header_offset",
)


def _zip(names: list[str], comment: bytes = b"", extra: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as archive:
        archive.comment = comment
        for number, name in enumerate(names):
            entry = zipfile.ZipInfo(name)
            entry.extra, entry.compress_type = extra, method
            archive.writestr(entry, f"<part>{number}</part>" * (number + 1))
    return memory.getvalue()


_USUAL = _zip(["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"])


def _by_zipfile(content: bytes) -> list[tuple[object, ...]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [tuple(getattr(entry, name) for name in _FIELDS) for entry in archive.infolist()]


def test_usual_directory_says_what_zipfile_says() -> None:
    assert directory(_USUAL) == _by_zipfile(_USUAL)
    assert directory(_zip([])) == []


@pytest.mark.parametrize(
    "content",
    [
        _zip(["甲.xml"]),
        _zip(["a.xml"], comment=b"by hand"),
        _zip(["a.xml"], extra=b"\xfe\xca\0\0"),
        _zip(["xl\\workbook.xml"]),
        b"before" + _USUAL,
        _USUAL + b"\0",
        _USUAL[:-1],
        _USUAL.replace(b"xl/workbook.xml", b"xl/\0orkbook.xml"),
        b"",
        b"PK",
    ],
)
def test_other_directories_are_left_to_zipfile(content: bytes) -> None:
    assert directory(content) is None


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_changed_bytes_are_read_as_by_zipfile_or_not_at_all(data: st.DataObject) -> None:
    content = bytearray(_USUAL)
    first = content.find(b"PK\x01\x02")
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(first, len(content) - 1))] = data.draw(st.integers(0, 255))
    found = directory(bytes(content))
    if found is not None:
        assert found == _by_zipfile(bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_parts_of_any_method_are_read(method: int) -> None:
    package = Package(_zip(["a.xml", "b.xml"], method=method))
    assert package.read("A.xml") == b"<part>0</part>"
    assert package.read("b.xml") == b"<part>1</part>" * 2


def test_what_is_no_zip_is_refused() -> None:
    with pytest.raises(zipfile.BadZipFile):
        Package(b"no zip at all")


@given(content=st.binary(max_size=400).map(lambda some: some * 9), data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_part_is_unpacked_as_zlib_does_it(content: bytes, data: st.DataObject) -> None:
    """Cut short, changed, or with another size than the directory says: by either the same part, or none."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = bytearray(packer.compress(content) + packer.flush())
    size = max(0, len(content) + data.draw(st.sampled_from((0, 0, -1, 1, 1 << 21))))
    if data.draw(st.booleans()):
        packed[data.draw(st.integers(0, len(packed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    cut = bytes(packed[: len(packed) - data.draw(st.sampled_from((0, 0, 3)))])
    plain = _or_none(lambda: zlib.decompressobj(-zlib.MAX_WBITS).decompress(cut, size + 1))
    expected = content if plain == content and len(content) == size else None
    assert _or_none(lambda: _inflated(cut, size, zlib.crc32(content))) == expected


def _or_none(made: Callable[[], bytes]) -> bytes | None:
    try:
        return made()
    except (zipfile.BadZipFile, zlib.error):
        return None
