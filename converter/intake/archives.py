"""Zip archives as folders: their files are read in memory, never unpacked to disk (so no name in them can lead anywhere)."""

import io
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from converter.intake import guards
from converter.intake.guards import UnreadableError
from converter.intake.sniff import Container, sniff

_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, LookupError, ValueError, EOFError, NotImplementedError)
_UTF8_NAME = 0x800


@dataclass(frozen=True)
class Member:
    """A file in an archive: its place in the directory (names may repeat) and its name with /."""

    index: int
    name: str
    size: int


def members(content: bytes) -> list[Member]:
    """The files of a zip. Raises UnreadableError F01 damaged, F03 empty, F04 with a password, F06 too large or unsafe."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            guards.check_archive(entries)
    except _BROKEN as error:
        raise UnreadableError("F01", "压缩包已损坏或不完整") from error
    named = [Member(index, _name(entry), entry.file_size) for index, entry in enumerate(entries)]
    found = [member for member in named if not member.name.endswith("/")]  # Windows programs write folders with \\
    if unsafe := next((member.name for member in found if _is_unsafe(member.name)), None):
        raise UnreadableError("F06", f"压缩包内的文件名“{unsafe}”指向包外，整包未读取")
    if not found:
        raise UnreadableError("F03", "压缩包里没有文件")
    return found


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as its writer meant it: Chinese programs write GBK without saying so, macOS UTF-8 without saying so."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _is_unsafe(name: str) -> bool:
    return name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name) is not None


def content_of(path: Path | str, inner: tuple[int, ...]) -> bytes:
    """The bytes of a file, or of the file that `inner` leads to through archives.

    Raises OSError for what cannot be opened, UnreadableError F01 or F06 for what an archive does not give.
    """
    with open(path, "rb", buffering=0) as stream:  # noqa: PTH123  # twice as fast, for each file read
        guards.check_size(os.fstat(stream.fileno()).st_size)
        content = stream.read()
    for index in inner:
        content = unpacked(content, index)
    return content


def unpacked(content: bytes, index: int) -> bytes:
    """One file of a zip. Raises UnreadableError F01 damaged, F06 too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpacked(archive, index)
    except _BROKEN as error:
        raise UnreadableError("F01", "压缩包已损坏或不完整") from error


def _unpacked(archive: zipfile.ZipFile, index: int) -> bytes:
    try:
        entry = archive.infolist()[index]
        guards.check_size(entry.file_size)
        return archive.read(entry)
    except _BROKEN as error:
        raise UnreadableError("F01", "压缩包内的这个文件已损坏") from error


def walk(content: bytes) -> Iterator[tuple[tuple[int, ...], str, bytes | None]]:
    """Path of indexes, name and bytes of each file of a zip and of the zips in it.

    A member that cannot be unpacked comes with None, an inner zip that cannot be opened, or is one too deep, as the file
    it is. Raises UnreadableError where the outer zip cannot be opened, F06 when all of them together hold too much.
    """
    count = total = 0
    for member, data in _files(content, members(content)):
        inner = _inner(data) if member.name.lower().endswith(".zip") else None
        if data is None or inner is None:
            yield (member.index,), member.name, data
            continue
        count, total = count + len(inner), total + sum(file.size for file in inner)
        guards.check_contents(count, total)
        for file, inner_data in _files(data, inner):
            yield (member.index, file.index), f"{member.name}/{file.name}", inner_data


def _files(content: bytes, listed: list[Member]) -> Iterator[tuple[Member, bytes | None]]:
    """Each file of a zip with its bytes, None where it cannot be unpacked. The directory is read once for all."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in listed:
            data = None
            with suppress(UnreadableError):
                data = _unpacked(archive, member.index)
            yield member, data


def _inner(content: bytes | None) -> list[Member] | None:
    """The files of a zip within a zip, None where it is none or cannot be opened."""
    try:
        return None if content is None or sniff(content) is not Container.ZIP else members(content)
    except UnreadableError:
        return None
