"""Recalculating every book with LibreOffice, several at once, and comparing each formula's value with the one we wrote."""

import hashlib
import math
import os
import shutil
import signal
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from converter.audit.recalculated import Compared, Mismatch, compare_book
from converter.books.livecells import formulas_of
from converter.books.readback import Output
from converter.vocabulary.findings import RunError

#: Books converted by one call of LibreOffice; starting it costs more than a book.
_PER_CALL = 50
_SECONDS_PER_BOOK, _SECONDS_TO_START = 10, 120
#: LibreOffice keeps cached values on loading unless its profile says "always recalculate" (0).
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


@dataclass
class Verification:
    """What was recalculated and what did not agree; `changed` are books that are no longer as run.json lists them."""

    books: int = 0
    formulas: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def add(self, compared: Compared) -> None:
        """Adds what one book gave."""
        self.books += 1
        self.formulas += compared.formulas
        self.mismatches += compared.mismatches

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON."""
        return {
            "books": self.books,
            "formulas": self.formulas,
            "mismatches": [vars(found) for found in self.mismatches],
            "changed": self.changed,
        }


def find_libreoffice() -> str | None:
    """The LibreOffice program, None where it is not installed."""
    named = next((found for name in ("soffice", "libreoffice") if (found := shutil.which(name))), None)
    if named or os.name != "nt":
        return named
    usual = Path(os.environ.get("PROGRAMFILES", "")) / "LibreOffice" / "program" / "soffice.exe"
    return str(usual) if usual.exists() else None


def verify(output: Output, jobs: int | None = None) -> Verification:
    """Recalculates every workbook of OUT, several at once. Raises RunError R11 without LibreOffice.

    The result is the same for any number of `jobs` (None: one for each processor).
    """
    result = Verification()
    listed = {entry["file"]: entry["sha256"] for entry in output.manifest["outputs"]}
    books = []
    for path in output.books():
        name = path.relative_to(output.folder).as_posix()
        if not path.is_file():
            result.mismatches.append(Mismatch(name, "", "", "文件", "文件不见了"))
            continue
        books.append(path)
        if hashlib.sha256(path.read_bytes()).hexdigest() != listed[name]:
            result.changed.append(name)
    with tempfile.TemporaryDirectory(prefix="jixiao-") as folder:
        for path, recalculated in recalculate(books, Path(folder), jobs):
            name = path.relative_to(output.folder).as_posix()
            written = formulas_of(output.manifest, name) if name in result.changed else None
            result.add(compare_book(path, recalculated, name, written))
    return result


def recalculate(books: Sequence[Path], folder: Path, jobs: int | None = None) -> Iterator[tuple[Path, Path | None]]:
    """Each book, in order, with its recalculated copy below `folder`, None where LibreOffice gave none.

    Up to `jobs` programs work at once (None: one for each processor), each on a slice of the books with a profile of its own.
    """
    program = find_libreoffice()
    if program is None:
        advice = "请安装 LibreOffice 后再核验；也可打开各部门工作簿的“核对”表，看结论是否全部一致"
        raise RunError("R11", "没有找到 LibreOffice，不能重算", advice)
    jobs = jobs or os.cpu_count() or 1
    size = max(1, min(_PER_CALL, math.ceil(len(books) / jobs)))
    waiting = deque((start, books[start : start + size]) for start in range(0, len(books), size))
    running: deque[_Slice] = deque()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                start, chunk = waiting.popleft()
                running.append(_Slice(program, chunk, folder / f"{start}"))
            yield from running[0].copies()
            running.popleft()
    finally:
        for left in running:
            left.end()


class _Slice:
    """One call of LibreOffice on some books; names and profile of its own: no clash, no encoding trouble."""

    def __init__(self, program: str, books: Sequence[Path], folder: Path) -> None:
        self._books, self._target = books, folder / "out"
        profile, source = folder / "profile", folder / "in"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
        source.mkdir()
        self._copies = [source / f"{index}.xlsx" for index in range(len(books))]
        for book, copy in zip(books, self._copies, strict=True):
            shutil.copyfile(book, copy)
        command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx"]
        command += ["--outdir", str(self._target), *map(str, self._copies)]
        quiet = subprocess.DEVNULL
        self._running = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)

    def copies(self) -> list[tuple[Path, Path | None]]:
        """Waits for the end; each book with what was made of it. Raises RunError R11 where that takes too long."""
        limit = _SECONDS_TO_START + _SECONDS_PER_BOOK * len(self._books)
        try:
            self._running.wait(limit)
        except subprocess.TimeoutExpired as error:
            advice = "请关闭其他 LibreOffice 窗口后重试"
            raise RunError("R11", f"LibreOffice {limit} 秒内没有完成重算", advice) from error
        made = [self._target / copy.name for copy in self._copies]
        return [(book, one if one.exists() else None) for book, one in zip(self._books, made, strict=True)]

    def end(self) -> None:
        """Ends the program if it still runs, with all it started."""
        if self._running.poll() is None:
            _end(self._running)
            self._running.wait()


def _end(running: "subprocess.Popen[bytes]") -> None:
    """Ends the program with all it started: soffice is a script, and soffice.bin would go on without it."""
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(running.pid)], capture_output=True, check=False)
        return
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
