"""run.json of the last run into OUT, and what of that run still lies there. It is parsed once, and not before that must be."""

import json
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from converter.ahead import MANIFEST

#: Bytes of a run.json that takes much memory: that of some 3,000 departments.
_LARGE = 4 * 2**20


def may_tell(output: Path, word: str) -> bool:
    """Whether what the last run wrote into a folder holds a word, for which it need not be parsed."""
    try:
        return f'"{word}"'.encode() in (output / MANIFEST).read_bytes()
    except OSError:
        return False


def last_manifest(output: Path) -> dict[str, Any] | None:
    """What the last run into a folder wrote, for reading; None where there is none, or it is no longer one."""
    try:
        file = output / MANIFEST
        now = file.stat()
        return _parsed(str(file), now.st_ino, now.st_mtime_ns, now.st_size)
    except OSError:
        return None


@lru_cache(maxsize=1)
def _parsed(file: str, *_: int) -> dict[str, Any] | None:
    """The content of a file as it is now."""
    try:
        content = json.loads(Path(file).read_text(encoding="utf-8"))
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def forget_last(output: Path) -> None:
    """Lets go of what was parsed, where it is large, for as long as the work lasts."""
    with suppress(OSError):
        if (output / MANIFEST).stat().st_size > _LARGE:
            _parsed.cache_clear()


def previous_outputs(output: Path) -> dict[str, str]:
    """Names and hashes of the files in OUT that its manifest lists; empty without a readable manifest."""
    try:
        listed = (last_manifest(output) or {})["outputs"]
        named = {str(entry["file"]): str(entry["sha256"]) for entry in listed}
        folders = set(map(os.path.dirname, named))
        there = {name for folder in folders for name in _files_in(output, folder)}
        return {name: digest for name, digest in named.items() if name in there}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _lies_in(output: Path, name: str) -> bool:
    """Whether a name from an old manifest is that of something in OUT, wherever links lead."""
    return (output / name).resolve().is_relative_to(output.resolve())


def _files_in(output: Path, folder: str) -> list[str]:
    """The files that really lie in a folder of OUT, by their names from there; asked for together, as there are many."""
    within = folder and f"{folder}/"
    if not _lies_in(output, folder):
        return []
    try:
        with os.scandir(output / folder) as entries:
            files = [(f"{within}{one.name}", one.is_symlink()) for one in entries if one.is_file()]
    except OSError:
        return []
    return [name for name, linked in files if not linked or _lies_in(output, name)]
