"""The parts of an office file (a zip of XML or records) by name."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import NamedTuple

from deflate import DeflateError, crc32, deflate_decompress

_LOCAL_HEADER, _NAME_LENGTHS, _SIGNATURE, _UTF8 = 30, 26, b"PK\x03\x04", 0x800

#: Of an entry of a directory: signature, version, flags, method, checksum, sizes, lengths of name, extra and comment, place.
_ENTRY = struct.Struct("<4s2xBxHH4xLLLHHH8xL")
#: Of the end of a directory: signature, size and place of the directory, length of the comment.
_END = struct.Struct("<4s8xLLH")
_LOCATOR_64, _LENGTH_64, _NEWEST = b"PK\x06\x07", 20, 63
#: Parts kept are no larger than this, packed and unpacked.
_SMALL = 1 << 14
#: Parts up to here are unpacked at once.
_MODEST = 1 << 20


def _inflated(packed: bytes | memoryview, size: int, checksum: int) -> bytes:
    """A deflated part. Raises zipfile.BadZipFile, zlib.error where it is not what the directory says."""
    data = _unpacked(packed, size)
    if len(data) != size or crc32(data) != checksum:
        raise zipfile.BadZipFile("size or checksum")
    return data


def _unpacked(packed: bytes | memoryview, size: int) -> bytes:
    """What a part holds, one byte more than `size` at most. libdeflate takes two thirds of zlib's time, but makes room for all that
    is promised: zlib is for large parts, and to say what is damaged.
    """
    if 0 < size <= _MODEST:
        with suppress(DeflateError):
            return bytes(deflate_decompress(packed, size))
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)


_inflated_once = lru_cache(maxsize=64)(_inflated)


def _kept(packed: memoryview, size: int, checksum: int) -> bytes:
    small = max(len(packed), size) <= _SMALL
    return _inflated_once(bytes(packed), size, checksum) if small else _inflated(packed, size, checksum)


#: By tuple's own constructor, in half the time.
_entry = tuple.__new__


class Entry(NamedTuple):
    """What a directory says of a part, under the names of zipfile.ZipInfo."""

    filename: str
    orig_filename: str
    flag_bits: int
    compress_type: int
    CRC: int
    compress_size: int
    file_size: int
    header_offset: int


def directory(content: bytes) -> list[Entry] | None:
    """The entries of a zip as nearly every program writes it, in a quarter of zipfile's time; None for any other zip, damaged or
    not: at its very end, without comments and extras, with plain names.
    """
    end = len(content) - _END.size
    if end < 0:
        return None
    signature, size, start, comment = _END.unpack_from(content, end)
    if signature != b"PK\x05\x06" or comment or start + size != end:
        return None
    if content[max(end - _LENGTH_64, 0) :].startswith(_LOCATOR_64):
        return None
    entries, at = list[Entry](), start
    while at < end:
        if at + _ENTRY.size > end:
            return None
        signature, version, flags, method, checksum, packed, unpacked, named, extra, comment, place = (
            _ENTRY.unpack_from(content, at)
        )
        name, at = content[at + _ENTRY.size : at + _ENTRY.size + named], at + _ENTRY.size + named
        if signature != b"PK\x01\x02" or version > _NEWEST or extra or comment or at > end or not name.isascii():
            return None
        text = name.decode("ascii")
        if "\\" in text or "\0" in text:  # zipfile reads them as something else
            return None
        entries.append(_entry(Entry, (text, text, flags, method, checksum, packed, unpacked, place)))
    return entries


class Package:
    """An opened zip. Names are compared without case and with /, as spreadsheet programs do."""

    def __init__(self, content: bytes) -> None:
        """Reads the directory. Raises zipfile.BadZipFile and its like for a damaged one."""
        self._content, self._view = content, memoryview(content)
        plain = directory(content)
        self.entries: Sequence[Entry | zipfile.ZipInfo] = self._archive.infolist() if plain is None else plain
        self.parts = {entry.filename.replace("\\", "/").lower(): entry for entry in self.entries}

    @cached_property
    def _archive(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(io.BytesIO(self._content))

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.parts

    def read(self, name: str) -> bytes:
        """The bytes of a part, never more than its directory says. Raises KeyError, zipfile.BadZipFile, zlib.error.

        A deflated part is inflated here: zipfile's layers cost more than the inflating of a sheet.
        """
        return self._read(name, _inflated)

    def read_alike(self, name: str) -> bytes:
        """As `read`, for a part that workbooks of one program have alike: small ones are kept, and are the same object."""
        return self._read(name, _kept)

    def _read(self, name: str, inflated: Callable[[memoryview, int, int], bytes]) -> bytes:
        entry = self.parts[name.lower()]
        if entry.compress_type != zipfile.ZIP_DEFLATED or entry.flag_bits & 1:
            return self._archive.read(self._archive.infolist()[self.entries.index(entry)])
        at = entry.header_offset
        named, extra = struct.unpack_from("<HH", self._content, at + _NAME_LENGTHS)
        start = at + _LOCAL_HEADER + named + extra
        own = self._content[at + _LOCAL_HEADER : at + _LOCAL_HEADER + named]
        given = entry.orig_filename
        said = given.encode("utf-8" if entry.flag_bits & _UTF8 or given.isascii() else "cp437")
        if self._content[at : at + 4] != _SIGNATURE or own != said:  # readers that go by it would read something else
            raise zipfile.BadZipFile(f"{name}: local header")
        return inflated(self._view[start : start + entry.compress_size], entry.file_size, entry.CRC)
