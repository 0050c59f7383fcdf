"""The parts of an office file (a zip of XML or records) by name."""

import io
import struct
import zipfile
import zlib

_LOCAL_HEADER, _NAME_LENGTHS, _SIGNATURE, _UTF8 = 30, 26, b"PK\x03\x04", 0x800


class Package:
    """An opened zip. Names are compared without case and with /, as spreadsheet programs do."""

    def __init__(self, content: bytes) -> None:
        """Reads the directory. Raises zipfile.BadZipFile and its like for a damaged one."""
        self._content = content
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self.entries = self._archive.infolist()
        self.parts = {entry.filename.replace("\\", "/").lower(): entry for entry in self.entries}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.parts

    def read(self, name: str) -> bytes:
        """The bytes of a part, never more than its directory says. Raises KeyError, zipfile.BadZipFile, zlib.error.

        A deflated part is inflated here: zipfile's layers cost more than the inflating of a sheet.
        """
        entry = self.parts[name.lower()]
        if entry.compress_type != zipfile.ZIP_DEFLATED or entry.flag_bits & 1:
            return self._archive.read(entry)
        at = entry.header_offset
        named, extra = struct.unpack_from("<HH", self._content, at + _NAME_LENGTHS)
        start = at + _LOCAL_HEADER + named + extra
        own = self._content[at + _LOCAL_HEADER : at + _LOCAL_HEADER + named]
        said = entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF8 else "cp437")
        if self._content[at : at + 4] != _SIGNATURE or own != said:  # readers that go by it would read something else
            raise zipfile.BadZipFile(f"{name}: local header")
        packed = memoryview(self._content)[start : start + entry.compress_size]
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, entry.file_size + 1)
        if len(data) != entry.file_size or zlib.crc32(data) != entry.CRC:
            raise zipfile.BadZipFile(f"{name}: size or checksum")
        return data
