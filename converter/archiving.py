"""One ZIP with all that an output rests on: OUT, the inputs, the rules, the lists, last year's figures, and hashes of it all.

清单.json in it lists every file with size and SHA-256, the versions, the options of the run (paths within the archive) and
the archive before it, so that a chain of archives cannot be changed unseen. The same OUT gives the same bytes.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from converter.ahead import MANIFEST
from converter.books.readback import Output
from converter.intake.discover import discover, listed
from converter.mapping.library import Library
from converter.vocabulary.findings import Place, RunError

LIST = "清单.json"
SCHEMA_VERSION = 1
OUT, INPUTS, BUILTIN, OWN, LISTS, PRIOR = "输出", "输入", "规则/内置", "规则/自有", "名单与记录", "上年输出"
_PRIOR_FILES = (MANIFEST, "facts.csv")
_CHUNK = 2**20
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass
class Contents:
    """What goes into an archive: files by their name in it (a path, or bytes), and the options of the run within it."""

    files: dict[str, Path | bytes] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    linked: list[str] = field(default_factory=list)


def collect(output: Output) -> Contents:
    """Everything that belongs to an output. Raises RunError R18 for an output or input that is not as run.json says."""
    manifest = output.manifest
    asked = manifest.get("options") or {}
    if "inboxes" not in asked:
        advice = "请用本版本重新运行 jixiao run 后再归档"
        raise RunError("R18", "run.json 没有记录收件箱的位置", advice, Place(str(output.folder)))
    contents = Contents(options={key: asked[key] for key in ("year", "region", "books", "recalculate", "fail_on")})
    contents.options["passwords"] = asked["passwords"]
    for entry in manifest["outputs"]:
        path = output.folder / entry["file"]
        _unchanged(path, entry["sha256"], f"{output.folder.name}/{entry['file']}", "输出写出以后被改动过")
        contents.files[f"{OUT}/{entry['file']}"] = path
    contents.files[f"{OUT}/{MANIFEST}"] = output.folder / MANIFEST
    _inputs(contents, manifest, [Path(inbox) for inbox in asked["inboxes"]], Path(asked["output"]))
    _rules(contents, manifest, asked["mappings"])
    _lists(contents, manifest, asked)
    return contents


def _inputs(contents: Contents, manifest: Mapping[str, Any], inboxes: list[Path], out: Path) -> None:
    """The inboxes as they lie, each file checked; of junk and links to folders only the names."""
    found = discover(inboxes, out)
    now = {source.name: source.sha256 for source in (*found.sources, *found.void)}
    then = {str(e["file"]): str(e["sha256"]) for e in (*manifest["inputs"], *manifest["void"])}
    wrong = {
        "输入文件与运行时不同": [name for name in then if name in now and now[name] != then[name]],
        "输入文件不见了": [name for name in then if name not in now],
        "收件箱里多了运行时没有的文件": [name for name in now if name not in then],
        "输入文件打不开": [name for name, digest in now.items() if not digest],
    }
    for message, names in wrong.items():
        if names:
            more = f"（等 {len(names)} 个）" if len(names) > 1 else ""
            raise RunError("R18", f"{message}{more}", "请恢复原样，或重新运行 jixiao run 后再归档", Place(names[0]))
    contents.options["inboxes"] = [f"{INPUTS}/{n}/{inbox.resolve().name}" for n, inbox in enumerate(inboxes, start=1)]
    for entry in listed(inboxes, out):
        place = contents.options["inboxes"][entry.inbox]
        name = f"{place}/{entry.relative}" if inboxes[entry.inbox].is_dir() else place
        if entry.ignored and entry.path.is_dir():
            contents.linked.append(name)
        else:
            contents.files[name] = b"" if entry.ignored else entry.path


def _rules(contents: Contents, manifest: Mapping[str, Any], own: str | None) -> None:
    """Every YAML file of the mappings in force. Raises RunError R18 where they are not those of the run."""
    library = Library(Path(own) if own else None)
    if library.fingerprint != manifest["mappings"]["sha256"]:
        then, now = manifest["mappings"]["files"], library.digests
        name = next((n for n in sorted(then.keys() | now.keys()) if then.get(n) != now.get(n)), "")
        raise RunError("R18", "规则文件与运行时不同", "请恢复原样，或重新运行 jixiao run 后再归档", Place(name))
    for number, layer in enumerate(library.layers):
        place = f"{OWN}/{layer.name}" if number else BUILTIN
        for path in layer.path.rglob("*.yaml"):
            contents.files[f"{place}/{path.relative_to(layer.path).as_posix()}"] = path
    contents.options["mappings"] = f"{OWN}/{library.layers[1].name}" if own else None


def _lists(contents: Contents, manifest: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """The departments list, the record of decisions, and what is needed of last year's output."""
    for key, what in (("departments", "部门名单"), ("decisions", "复核记录")):
        contents.options[key] = None
        if asked[key]:
            path = Path(asked[key])
            expected = (manifest[key] or {}).get("sha256")
            _unchanged(path, expected, path.name, f"{what}与运行时不同")
            place = _handed_in(contents, path) or f"{LISTS}/{key}/{path.name}"
            contents.options[key] = place
            contents.files[place] = path
    contents.options["prior"] = None
    if asked["prior"]:
        folder = Path(asked["prior"])
        shown = folder.resolve().name
        _unchanged(folder / "facts.csv", manifest["prior"]["sha256"], f"{shown}/facts.csv", "上年输出与运行时不同")
        contents.options["prior"] = f"{PRIOR}/{shown}"
        contents.files |= {f"{PRIOR}/{shown}/{name}": folder / name for name in _PRIOR_FILES}


def _handed_in(contents: Contents, path: Path) -> str | None:
    """The name of a list that lies in the inbox: it is known there by its place."""
    real = path.resolve()
    files = contents.files.items()
    return next((name for name, file in files if isinstance(file, Path) and file.resolve() == real), None)


def _unchanged(path: Path, expected: str | None, shown: str, message: str) -> None:
    """Raises RunError R18 for a file that is gone or whose hash is not the `expected` one (None: known to nobody)."""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise RunError("R18", "归档要用的文件打不开", "请恢复后重试，或重新运行 jixiao run", Place(shown)) from error
    if expected is not None and digest != expected:
        raise RunError("R18", message, "请恢复原样，或重新运行 jixiao run 后再归档", Place(shown))


def archive(output: Output, target: Path, previous: Path | None) -> tuple[int, str]:
    """Writes the archive of an output to `target`; how many files it holds, and the name of the archive before it.

    `previous` is the archive before it; without one it is the last of those beside `target`. Raises RunError R04 where
    the archive cannot be written or is there already, R18 where something is not as it was, R19 for no archive.
    """
    if target.exists():
        raise RunError("R04", "文件已经在那里，不覆盖", "归档不改写；请换一个文件名", Place(str(target)))
    contents = collect(output)
    before = previous or latest(target.parent)
    link = {"file": before.name, "sha256": _digest(before)} if before else None
    waiting = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with waiting.open("wb") as stream:
            _pack(stream, contents, output.manifest, link)
        waiting.replace(target)
    except OSError as error:
        raise RunError("R04", f"写不了 {target}", "请检查路径、权限与磁盘空间") from error
    finally:
        waiting.unlink(missing_ok=True)
    return len(contents.files), before.name if before else ""


def _pack(
    stream: IO[bytes], contents: Contents, manifest: Mapping[str, Any], previous: Mapping[str, str] | None
) -> None:
    """Writes the archive: the list first, then the files in the order of their names, each read piece by piece."""
    names = sorted(contents.files)
    files = {name: _measured(contents.files[name]) for name in names}
    head = {
        "schema_version": SCHEMA_VERSION,
        "year": manifest["year"],
        "program": manifest["program"],
        "libraries": manifest["libraries"],
        "options": contents.options,
        "linked": sorted(contents.linked),
        "previous": previous,
        "files": [{"file": name, "size": size, "sha256": digest} for name, (size, digest) in files.items()],
    }
    with zipfile.ZipFile(stream, "w") as package:
        text = json.dumps(head, ensure_ascii=False, indent=1).encode(errors="replace")
        _add(package, LIST, io.BytesIO(text), len(text))
        for name, (size, digest) in files.items():
            with _opened(contents.files[name]) as source:
                if _add(package, name, source, size) != digest:
                    raise RunError("R18", "归档时文件正在改动", "请等它写完后重试", Place(name))


def _opened(content: Path | bytes) -> IO[bytes]:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _measured(content: Path | bytes) -> tuple[int, str]:
    """Size and SHA-256."""
    with _opened(content) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary stream will do
        return stream.tell(), digest


def _add(package: zipfile.ZipFile, name: str, source: IO[bytes], size: int) -> str:
    """Adds a file, with the same date, rights and system whoever adds it; the SHA-256 of what was added."""
    member = zipfile.ZipInfo(name, _DATE)
    member.compress_type, member.create_system, member.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
    member.file_size, digest = size, hashlib.sha256()
    with package.open(member, "w") as target:
        while piece := source.read(_CHUNK):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


def list_of(path: Path) -> dict[str, Any]:
    """清单.json of an archive. Raises RunError R19 for a file that is no archive of ours."""
    try:
        with zipfile.ZipFile(path) as package:
            content = json.loads(package.read(LIST))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, RuntimeError, NotImplementedError, zlib.error) as error:
        raise damaged(path) from error
    needed = {"schema_version": int, "program": dict, "libraries": dict, "options": dict, "linked": list, "files": list}
    if not isinstance(content, dict) or not all(isinstance(content.get(k), kind) for k, kind in needed.items()):
        raise damaged(path)
    if content["schema_version"] != SCHEMA_VERSION:
        raise damaged(path)
    return content


def damaged(path: Path) -> RunError:
    """The error of a file that is no archive of ours."""
    advice = "请给出 jixiao archive 写的归档文件"
    return RunError("R19", "不是本程序的归档，或已损坏", advice, Place(path.name))


def latest(folder: Path) -> Path | None:
    """The archive in a folder that no other one there names as the one before it; None where there is no archive.

    Raises RunError R18 where there are several such: the chain has two ends.
    """
    archives: dict[Path, str] = {}
    named: set[str] = set()
    for path in sorted(folder.glob("*.zip")):
        try:
            before = list_of(path).get("previous")
        except RunError:
            continue
        archives[path] = _digest(path)
        named |= {before["sha256"]} if before else set()
    ends = [path for path, digest in archives.items() if digest not in named]
    if len(ends) > 1:
        names = "、".join(path.name for path in ends)
        raise RunError("R18", f"看不出上一份归档是哪个：{names}", "请用 --previous 指明", Place(str(folder)))
    return ends[0] if ends else None


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
