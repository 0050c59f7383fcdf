"""The parts of an office file (a zip of XML or records) by name."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache

_LOCAL_HEADER, _NAME_LENGTHS, _SIGNATURE, _UTF8 = 30, 26, b"PK\x03\x04", 0x800

#: Parts kept are no larger than this, packed and unpacked.
_SMALL = 1 << 14


def _inflated(packed: bytes | memoryview, size: int, checksum: int) -> bytes:
    """A deflated part. Raises zipfile.BadZipFile, zlib.error where it is not what the directory says."""
    data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)
    if len(data) != size or zlib.crc32(data) != checksum:
        raise zipfile.BadZipFile("size or checksum")
    return data


_inflated_once = lru_cache(maxsize=64)(_inflated)


def _kept(packed: memoryview, size: int, checksum: int) -> bytes:
    small = max(len(packed), size) <= _SMALL
    return _inflated_once(bytes(packed), size, checksum) if small else _inflated(packed, size, checksum)


class Package:
    """An opened zip. Names are compared without case and with /, as spreadsheet programs do."""

    def __init__(self, content: bytes) -> None:
        """Reads the directory. Raises zipfile.BadZipFile and its like for a damaged one."""
        self._content, self._view = content, memoryview(content)
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self.entries = self._archive.infolist()
        self.parts = {entry.filename.replace("\\", "/").lower(): entry for entry in self.entries}

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
            return self._archive.read(entry)
        at = entry.header_offset
        named, extra = struct.unpack_from("<HH", self._content, at + _NAME_LENGTHS)
        start = at + _LOCAL_HEADER + named + extra
        own = self._content[at + _LOCAL_HEADER : at + _LOCAL_HEADER + named]
        given = entry.orig_filename
        said = given.encode("utf-8" if entry.flag_bits & _UTF8 or given.isascii() else "cp437")
        if self._content[at : at + 4] != _SIGNATURE or own != said:  # readers that go by it would read something else
            raise zipfile.BadZipFile(f"{name}: local header")
        return inflated(self._view[start : start + entry.compress_size], entry.file_size, entry.CRC)
