"""A run that would give what lies in OUT already: told by a key over everything that its outputs depend on (DESIGN §7)."""

import hashlib
import json
import os
import platform
import sys
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from converter import __version__
from converter.ahead import MANIFEST
from converter.intake.discover import Inbox, Source
from converter.lastmanifest import last_manifest, may_tell
from converter.lastrun import Since
from converter.ledger import key_of
from converter.mapping.layers import Layers
from converter.marks import LIBRARIES, library_version
from converter.options import Options
from converter.vocabulary.findings import EXIT_CLEAN, EXIT_FINDINGS, Level, level_at_least

_PACKAGE = Path(__file__).parent
#: What of last year's output is looked at.
_PRIOR_FILES = ("facts.csv", MANIFEST)


class Kept(NamedTuple):
    """What the last run gave, and this one would give again."""

    manifest: dict[str, Any]
    exit_code: int

    @property
    def year(self) -> int:
        """The 数据年度."""
        return int(self.manifest["year"])

    @property
    def since(self) -> Since:
        """The comparison with the last run: nothing has changed."""
        return Since(0, 0, 0, (), int(self.manifest["missing"]))

    def counts(self) -> dict[str, int]:
        """Departments and findings by level."""
        return {str(name): int(count) for name, count in self.manifest["counts"].items()}

    def reminders(self) -> list[str]:
        """催报名单."""
        return [str(line) for line in self.manifest["reminders"]]


def key_of_run(options: Options, inbox: Inbox) -> str:
    """SHA-256 over inputs, rules, lists, options, program and libraries; "" where something cannot be told beforehand: a file
    that could not be hashed, passwords (which are recorded nowhere), what LibreOffice will calculate.
    """
    if options.passwords or options.recalculate or not all(source.sha256 for source in inbox.sources):
        return ""
    layers = Layers(options.mappings, options.rules)
    parts = {
        "options": [options.year, options.region, options.books],
        "mappings": [[layer.name for layer in layers.layers], layers.fingerprint],
        "lists": [_list(options.departments), _list(options.decisions)],
        "places": [str(path and path.resolve()) for path in _places(options)],  # run.json says where archive finds them
        "prior": _prior(options.prior),
        "inputs": [_told(source) for source in inbox.sources],
        "void": [_told(source) for source in inbox.void],
        "ignored": inbox.ignored,
        "program": _program(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode(errors="surrogatepass")).hexdigest()


def _program() -> list[object]:
    """Program and libraries, those too that only words or the packing of a workbook hang on."""
    libraries = [[name, library_version(name)] for name in (*LIBRARIES, "rapidfuzz", "deflate")]
    return [__version__, _code(), sys.platform, platform.python_version(), zlib.ZLIB_RUNTIME_VERSION, libraries]


def program(library: Layers) -> bytes:
    """The key of what everything that a run works out hangs on besides the inputs: program, libraries, mappings."""
    return key_of(json.dumps(_program()), library.fingerprint)


def _places(options: Options) -> list[Path | None]:
    return [*options.inboxes, options.mappings, options.departments, options.prior, options.decisions]


def _list(path: Path | None) -> list[str]:
    try:
        return [path.name, _digest(path)] if path else []
    except OSError:  # the run itself says what is wrong with it
        return [path.name, "?"] if path else []


def _told(source: Source) -> list[object]:
    return [source.name, source.size, source.sha256, list(source.inner)]


def _prior(folder: Path | None) -> list[str]:
    if folder is None:
        return []
    try:
        return [folder.name, *(_digest(folder / name) for name in _PRIOR_FILES)]
    except OSError:  # the run itself says what is wrong with it
        return [str(folder), "?"]


@lru_cache(maxsize=1)
def _code() -> str:
    """SHA-256 over this program's modules and templates."""
    digest = hashlib.sha256()
    for folder, below, names in os.walk(_PACKAGE):
        below[:] = sorted({*below} - {"__pycache__"})
        for name in sorted(names):
            if name.endswith((".py", ".html")):
                with open(f"{folder}{os.sep}{name}", "rb", buffering=0) as stream:  # noqa: PTH123  # for each module
                    content = stream.read()
                digest.update(key_of(folder.removeprefix(str(_PACKAGE)), name, content))
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def kept(output: Path, key: str, fail_on: str) -> Kept | None:
    """The last run into OUT, where its key is this one's and every output lies there as it was written; else None."""
    manifest = last_manifest(output) if key and may_tell(output, key) else None
    if manifest is None or manifest.get("key") != key:
        return None
    try:
        if any(_digest(output / str(one["file"])) != one["sha256"] for one in manifest["outputs"]):
            return None
        found = Kept(manifest, EXIT_CLEAN)
        counts = found.counts()
        told = found.year, found.since, found.reminders(), counts["部门"]
        failed = any(level_at_least(level, fail_on) and counts[str(level)] for level in Level)
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        return None
    return Kept(manifest, EXIT_FINDINGS if failed else EXIT_CLEAN) if told else None
