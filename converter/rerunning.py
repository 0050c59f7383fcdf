"""An archive put to the test: every file by its hash, then the run done again from it, every output byte by byte."""

import hashlib
import os
import platform
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as library_version
from pathlib import Path, PurePosixPath
from typing import Any

from converter import __version__
from converter.ahead import MANIFEST
from converter.archiving import BUILTIN, LIST, OUT, damaged, list_of
from converter.run import run
from converter.settings import Options
from converter.vocabulary.findings import Place, RunError

_CHUNK = 2**20


@dataclass
class Rerun:
    """What was found: differences (one line each), versions that are others now, and notes."""

    files: int = 0
    outputs: int = 0
    differences: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON."""
        return vars(self)


def verify_archive(path: Path, passwords: tuple[str, ...] = ()) -> Rerun:
    """Unpacks an archive into a folder of its own, does the run again there and compares every output but run.json.

    Raises RunError R19 for a file that is no archive or would unpack outside its folder.
    """
    listed = list_of(path)
    result = Rerun(versions=_versions(listed), notes=_before(path, listed))
    with tempfile.TemporaryDirectory(prefix="jixiao-") as name:
        folder = Path(name)
        _unpack(path, listed, folder / "in", result)
        if not result.differences:
            if listed["options"].get("passwords") and not passwords:
                raise RunError("R18", "归档里有加密的输入文件", "请用 --password-file 给出密码", Place(path.name))
            _run_again(listed["options"], folder, passwords)
            _compare(folder / "in" / OUT, folder / "out", result)
    return result


def _versions(listed: Mapping[str, Any]) -> list[str]:
    """Program, Python and libraries that are others than those of the run."""
    program = listed["program"]
    pairs = [
        ("jixiao", program.get("version"), __version__),
        ("Python", program.get("python"), platform.python_version()),
    ]
    pairs += [(name, then, _installed(name)) for name, then in sorted(listed["libraries"].items())]
    return [f"{name} {then} → {now}" for name, then, now in pairs if then != now]


def _installed(name: str) -> str:
    try:
        return library_version(name)
    except PackageNotFoundError:
        return "没有安装"


def _before(path: Path, listed: Mapping[str, Any]) -> list[str]:
    """What can be said of the archive before this one."""
    previous = listed.get("previous")
    if not previous:
        return ["没有上一份归档"]
    file = path.parent / PurePosixPath(str(previous["file"])).name
    if not file.is_file():
        return [f"上一份归档 {file.name} 不在旁边，没有核对（SHA-256 {previous['sha256']}）"]
    same = hashlib.sha256(file.read_bytes()).hexdigest() == previous["sha256"]
    return [f"上一份归档 {file.name} 相符" if same else f"上一份归档 {file.name} 与登记的 SHA-256 不符"]


def _unpack(path: Path, listed: Mapping[str, Any], folder: Path, result: Rerun) -> None:
    """Unpacks what the list names, each file checked on the way; anything the list does not name stays packed."""
    try:
        expected = {str(e["file"]): (int(e["size"]), str(e["sha256"])) for e in listed["files"]}
        for name in (*expected, *map(str, listed["linked"])):
            _inside(path, name)
        with zipfile.ZipFile(path) as package:
            members = {member.filename: member for member in package.infolist()}
            for name, (size, digest) in expected.items():
                result.files += 1
                if name not in members:
                    result.differences.append(f"{name}：归档里没有这个文件")
                elif members[name].file_size != size or _extract(package, members[name], folder / name) != digest:
                    result.differences.append(f"{name}：与清单的 SHA-256 不符")
            more = sorted(members.keys() - expected.keys() - {LIST})
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, RuntimeError, zlib.error) as error:
        raise damaged(path) from error
    result.differences += [f"{name}：清单里没有这个文件" for name in more]
    _link(folder, listed["linked"], result)


def _link(folder: Path, names: Sequence[str], result: Rerun) -> None:
    """The links to folders that lay in the inbox, to an empty folder now: they are only listed by name."""
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            (folder / name).symlink_to(elsewhere, target_is_directory=True)
        except OSError:  # Windows lets only some users do it
            result.notes.append(f"{name}：这台机器不能建链接，来源文件表会因此不同")


def _inside(archive: Path, name: str) -> None:
    """Raises RunError R19 for a name that leads out of the folder."""
    parts = name.split("/")
    if not name or any(part in ("", ".", "..") for part in parts) or "\\" in name or ":" in parts[0] or "\0" in name:
        raise RunError("R19", "归档里有指向别处的文件名，没有解开", "这份归档不可信", Place(archive.name, "", name))


def _extract(package: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> str:
    """Unpacks one file, no more of it than it says; its SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), member.file_size
    with package.open(member) as source, target.open("xb") as stream:
        while left > 0 and (piece := source.read(min(_CHUNK, left))):
            digest.update(piece)
            stream.write(piece)
            left -= len(piece)
    return digest.hexdigest()


def _run_again(options: Mapping[str, Any], folder: Path, passwords: tuple[str, ...]) -> None:
    packed = folder / "in"

    def path(key: str) -> Path | None:
        return packed / str(options[key]) if options.get(key) else None

    inboxes = tuple(packed / str(name) for name in options["inboxes"])
    run(
        Options(
            inboxes=inboxes,
            output=folder / "out",
            year=options["year"],
            region=options["region"],
            mappings=path("mappings"),
            departments=path("departments"),
            prior=path("prior"),
            decisions=path("decisions"),
            jobs=min(os.cpu_count() or 1, 8),
            books=options["books"],
            passwords=passwords,
            recalculate=options["recalculate"],
            fail_on=options["fail_on"],
            rules=packed / BUILTIN,
        )
    )


def _compare(then: Path, now: Path, result: Rerun) -> None:
    """Every output of the two folders but run.json. A workbook packed by another zlib is the same in every part."""
    names = {p.relative_to(folder).as_posix() for folder in (then, now) for p in folder.rglob("*") if p.is_file()}
    for name in sorted(names - {MANIFEST}):
        result.outputs += 1
        old, new = then / name, now / name
        if not old.is_file() or not new.is_file():
            result.differences.append(f"{name}：{'重跑多出' if new.is_file() else '重跑没有'}这个输出")
        elif old.read_bytes() != new.read_bytes():
            parts = _other_parts(old, new) if name.endswith(".xlsx") else ["字节"]
            if parts:
                result.differences.append(f"{name}：重跑的结果不同（{'、'.join(parts[:3])}）")
            else:
                result.notes.append(f"{name}：内容相同，只是压缩方式不同")


def _other_parts(old: Path, new: Path) -> list[str]:
    """The parts in which two workbooks differ."""
    contents = []
    for path in (old, new):
        with zipfile.ZipFile(path) as package:
            contents.append({name: package.read(name) for name in package.namelist()})
    return [
        name
        for name in sorted(contents[0].keys() | contents[1].keys())
        if contents[0].get(name) != contents[1].get(name)
    ]
