"""INBOX → the list of files to read, in a fixed order. File times never decide anything."""

import hashlib
import itertools
import os
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from converter.intake.archives import content_of, walk
from converter.intake.guards import UnreadableError
from converter.intake.sniff import Container, sniff
from converter.vocabulary.findings import Place, RunError

#: Folders whose files were withdrawn or sent back (CONTRACT: Re-sent files).
_VOID = re.compile(r"已?(?:作废|退回)(?:件|文件|材料|报表|的)?")
#: What sync clients, file managers and office programs leave behind.
_JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_JUNK_PREFIXES = ("~$", "._", ".~")
#: Scripts, shortcuts and schedules of the machine: nothing that anyone reports.
_JUNK_SUFFIXES = (".service", ".timer", ".cron", ".task.xml", ".bat", ".cmd", ".ps1", ".sh", ".lnk", ".url")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: where it lies (as the system has it: a Path takes many times the room), and the name it has in every output
    (relative to its INBOX, with /).

    `inner` leads through archives to the file in them. `sha256` is "" for a file that cannot be opened; reading it
    tells why.
    """

    place: bytes
    name: str
    size: int
    sha256: str
    inner: tuple[int, ...] = ()

    @property
    def path(self) -> Path:
        """Where it lies."""
        return Path(os.fsdecode(self.place))

    @property
    def folder(self) -> str:
        """The folder part of `name`, "" at the root of the INBOX."""
        return self.name.rpartition("/")[0]


@dataclass
class Inbox:
    """What lies in the INBOX folders: files to read, files in folders 作废 and 退回, and what was passed over (junk, links
    to folders), by name.
    """

    sources: list[Source] = field(default_factory=list)
    void: list[Source] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def discover(inboxes: Sequence[Path], output: Path | None) -> Inbox:
    """Every file below `inboxes` (folders, searched recursively; files; zip archives) but for junk and the output folder.

    Raises RunError R01 for a path that does not exist or a folder that cannot be opened, R02 when there is no file.
    """
    found = Inbox()
    for entry in listed(inboxes, output):
        if entry.ignored:
            found.ignored.append(entry.name)
        else:
            _add(found, entry.place, entry.name)
    found.sources.sort(key=lambda source: source.name)
    found.void = [source for source in found.sources if _is_void(source.folder)]
    found.sources = [source for source in found.sources if not _is_void(source.folder)]
    found.ignored.sort()
    if not found.sources:
        where = Place("、".join(map(str, inboxes)))
        raise RunError("R02", "收件箱里没有可读取的文件", "请把各部门报送的工作簿放入该文件夹后重新运行", where)
    return found


class Entry(NamedTuple):
    """A file of an INBOX, archives unopened: the number of its INBOX from 0, where it lies, its name in every output, and
    that name without what stands for the INBOX. Junk and links to folders are `ignored`.
    """

    inbox: int
    place: str
    name: str
    relative: str
    ignored: bool

    @property
    def path(self) -> Path:
        """Where it lies."""
        return Path(self.place)


def listed(inboxes: Sequence[Path], output: Path | None) -> Iterator[Entry]:
    """Every file below `inboxes` but for the output folder. Raises RunError R01 as `discover` does."""
    taken: set[str] = set()
    for number, (inbox, prefix) in enumerate(zip(inboxes, _prefixes(inboxes), strict=True)):
        if not inbox.exists():
            raise RunError(
                "R01", "找不到收件箱路径", "请核对路径是否写错、移动硬盘或网络盘是否已连接", Place(str(inbox))
            )
        for place, relative, linked in _files(inbox, output):
            name = "/".join(map(_as_meant, f"{prefix}{relative}".split("/")))
            if name in taken:
                name = _free(name, taken)
            taken.add(name)
            yield Entry(number, place, name, name.removeprefix(prefix), linked or _is_junk(relative.rpartition("/")[2]))


def _prefixes(inboxes: Sequence[Path]) -> list[str]:
    """What stands before each relative name: nothing for a single INBOX, else the INBOX's own name (made unique)."""
    if len(inboxes) == 1:
        return [""]
    names = [inbox.resolve().name for inbox in inboxes]
    taken: set[str] = set()
    prefixes = []
    for inbox, name in zip(inboxes, names, strict=True):
        numbers = (f"({number})" for number in itertools.count(2))
        suffix = next(
            s for s in itertools.chain([""], numbers) if name + s not in taken and (not s or name + s not in names)
        )
        taken.add(name + suffix)
        prefixes.append(f"{name}{suffix}/" if inbox.is_dir() else suffix)
    return prefixes


def _files(inbox: Path, output: Path | None) -> Iterator[tuple[str, str, bool]]:
    """Place and relative name of each file and of each link to a folder, and whether it is one; links, hidden folders and the
    output are not entered. The system is asked once for each folder, not for each file.
    """
    if inbox.is_file():
        yield str(inbox), inbox.name, False
        return
    own = output.resolve() if output else None  # what stands beside it is hidden, and hidden folders are not entered
    left = [(str(inbox), "")]
    while left:
        here, prefix = left.pop()
        folders = []
        for entry in _entries(here):
            relative = f"{prefix}{entry.name}"
            if not _is(os.DirEntry.is_dir, entry):
                if _is(os.DirEntry.is_file, entry):
                    yield entry.path, relative, False
            elif entry.name.startswith(".") or _is_own(entry, own):
                continue
            elif _is_link(entry):
                yield entry.path, relative, True
            else:
                folders.append((entry.path, f"{relative}/"))
        left += reversed(folders)


def _entries(folder: str) -> "list[os.DirEntry[str]]":
    """What lies in a folder, by name. Raises RunError R01 where it cannot be opened."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=attrgetter("name"))
    except OSError as error:
        place = Place(str(error.filename or folder))
        raise RunError("R01", "收件箱里有打不开的文件夹", "请检查读取权限", place) from error


def _is(kind: "Callable[[os.DirEntry[str]], bool]", entry: "os.DirEntry[str]") -> bool:
    """Whether an entry, or what it links to, is of a kind; false for a link in a circle."""
    try:
        return kind(entry)
    except OSError:
        return False


def _is_link(entry: "os.DirEntry[str]") -> bool:
    """Whether a folder lies elsewhere: a link, a junction (which Python tells of since 3.12)."""
    return entry.is_symlink() or bool(getattr(entry, "is_junction", bool)())


def _is_own(entry: "os.DirEntry[str]", own: Path | None) -> bool:
    """Whether a folder is the output. One of another name is not, but for links and for Windows, where a folder has several."""
    if own is None or not (entry.name == own.name or _is_link(entry) or os.name == "nt"):
        return False
    return Path(entry.path).resolve() == own


def _as_meant(name: str) -> str:
    """The name of a file or folder in composed characters; where it is no UTF-8 it is GBK, as old programs write it."""
    try:
        name.encode()
    except UnicodeEncodeError:
        with suppress(UnicodeDecodeError):
            name = os.fsencode(name).decode("gb18030")
    return unicodedata.normalize("NFC", name)


def _free(name: str, taken: Collection[str]) -> str:
    """The name, with a number where another file already has it."""
    place = PurePosixPath(name)
    numbered = (str(place.with_stem(f"{place.stem}({number})")) for number in itertools.count(2))
    return next(free for free in itertools.chain([str(place)], numbered) if free not in taken)


def _is_junk(name: str) -> bool:
    """Whether a file, or one of the folders it lies in within an archive, is of no one's making."""
    last = name.rpartition("/")[2].lower()
    known = last in _JUNK_NAMES or last.startswith(_JUNK_PREFIXES) or last.endswith(_JUNK_SUFFIXES)
    return known or "__MACOSX" in name.split("/")[:-1]


@lru_cache(maxsize=4096)
def _is_void(folder: str) -> bool:
    """Whether a folder, an archive too, or one that it lies in, is named 作废 or 退回."""
    folders = (re.sub(r"\.zip$", "", part, flags=re.IGNORECASE) for part in folder.split("/"))
    return any(_VOID.fullmatch(part.strip(" 【】[]()（）")) for part in folders)


def _add(found: Inbox, place: str, name: str) -> None:
    """Adds a file, or the files of an archive; an archive that cannot be opened is a file to be refused."""
    try:
        content = content_of(place, ())
        is_archive = place[-4:].lower() == ".zip" and sniff(content) is Container.ZIP
        members = _members(place, name, content) if is_archive else []
    except (OSError, UnreadableError) as error:
        path = Path(place)
        size = path.stat().st_size if isinstance(error, UnreadableError) else 0
        found.sources.append(Source(os.fsencode(place), name, size, _digest(path)))
        return
    if not members:
        found.sources.append(Source(os.fsencode(place), name, len(content), hashlib.sha256(content).hexdigest()))
    for member in members:
        if _is_junk(member.name.removeprefix(f"{name}/")):
            found.ignored.append(member.name)
        else:
            found.sources.append(member)


def _members(place: str, name: str, content: bytes) -> list[Source]:
    """The files of an archive; where names repeat, the later ones get numbers."""
    members: dict[str, Source] = {}
    for inner, member, data in walk(content):
        shown = _free(unicodedata.normalize("NFC", f"{name}/{member}"), members)
        digest = "" if data is None else hashlib.sha256(data).hexdigest()
        members[shown] = Source(os.fsencode(place), shown, len(data or b""), digest, inner)
    return [*members.values()]


def _digest(path: Path) -> str:
    """SHA-256 of a file too large to hold or too odd to open; "" where it cannot be read at all."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
