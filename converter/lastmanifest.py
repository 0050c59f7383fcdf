"""run.json of the last run into OUT. A run asks for it several times: it is parsed once, and not before that must be."""

import json
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
