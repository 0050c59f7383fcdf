"""Recalculating every book with LibreOffice and comparing each formula's value with the one we wrote."""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

from converter.books.readback import Output
from converter.vocabulary.findings import RunError

#: Books converted by one call of LibreOffice; starting it costs more than a book.
_PER_CALL = 100
_SECONDS_PER_BOOK, _SECONDS_TO_START = 10, 120
TOLERANCE = 1e-9
#: LibreOffice keeps cached values on loading unless its profile says "always recalculate" (0).
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


@dataclass(frozen=True)
class Mismatch:
    """A formula cell whose recalculated value is not the written one, or a book that was changed or lost."""

    file: str
    sheet: str
    cell: str
    written: str
    recalculated: str

    def __str__(self) -> str:
        where = "!".join(part for part in (self.file, self.sheet, self.cell) if part)
        return f"{where}：写入 {self.written or '空'}，重算 {self.recalculated or '空'}"


@dataclass
class Verification:
    """What was recalculated and what did not agree; `changed` are books that are no longer as run.json lists them."""

    books: int = 0
    formulas: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

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


def verify(output: Output) -> Verification:
    """Recalculates every workbook of OUT. Raises RunError R11 without LibreOffice."""
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
        for path, recalculated in recalculate(books, Path(folder)):
            compare_book(path, recalculated, path.relative_to(output.folder).as_posix(), result)
    return result


def recalculate(books: Sequence[Path], folder: Path) -> Iterator[tuple[Path, Path | None]]:
    """Each book with its recalculated copy below `folder`, None where LibreOffice gave none; many books for one call."""
    program = find_libreoffice()
    if program is None:
        advice = "请安装 LibreOffice 后再核验；也可打开各部门工作簿的“核对”表，看结论是否全部一致"
        raise RunError("R11", "没有找到 LibreOffice，不能重算", advice)
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    for start in range(0, len(books), _PER_CALL):
        chunk = books[start : start + _PER_CALL]
        source, target = folder / f"in{start}", folder / f"out{start}"
        source.mkdir()
        copies = [
            source / f"{index}.xlsx" for index in range(len(chunk))
        ]  # names of our own: no clash, no encoding trouble
        for book, copy in zip(chunk, copies, strict=True):
            shutil.copyfile(book, copy)
        _convert(program, profile, copies, target)
        for book, copy in zip(chunk, copies, strict=True):
            made = target / copy.name
            yield book, made if made.exists() else None


def _convert(program: str, profile: Path, books: Sequence[Path], target: Path) -> None:
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx"]
    command += ["--outdir", str(target), *map(str, books)]
    limit = _SECONDS_TO_START + _SECONDS_PER_BOOK * len(books)
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as running:
        try:
            running.wait(limit)
        except subprocess.TimeoutExpired as error:
            advice = "请关闭其他 LibreOffice 窗口后重试"
            raise RunError("R11", f"LibreOffice {limit} 秒内没有完成重算", advice) from error
        finally:
            if running.returncode is None:
                _end(running)


def _end(running: "subprocess.Popen[bytes]") -> None:
    """Ends the program with all it started: soffice is a script, and soffice.bin would go on without it."""
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(running.pid)], capture_output=True, check=False)
        return
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)


def compare_book(path: Path, recalculated: Path | None, name: str, result: Verification) -> None:
    """Adds to `result` what a recalculated copy of a book (None where there is none) says otherwise than the book."""
    result.books += 1
    if recalculated is None:
        result.mismatches.append(Mismatch(name, "", "", "工作簿", "LibreOffice 打不开"))
        return
    formulas, written = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    computed = openpyxl.load_workbook(recalculated, data_only=True)
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                result.formulas += 1
                before = written[sheet.title][cell.coordinate].value
                after = computed[sheet.title][cell.coordinate]
                if after.data_type == "e" or not same_value(before, after.value):
                    result.mismatches.append(
                        Mismatch(name, sheet.title, cell.coordinate, str(before), str(after.value))
                    )


def same_value(before: object, after: object) -> bool:
    """Equal texts, or numbers within 1e-9; a missing value equals nothing."""
    if isinstance(before, int | float) and isinstance(after, int | float):
        return abs(before - after) <= TOLERANCE * max(1.0, abs(before), abs(after))
    return before is not None and before == after
