"""Outputs appear whole: staged beside OUT, moved in by rename, run.json last; one run per OUT at a time."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from converter.vocabulary.findings import Place, RunError

MANIFEST = "run.json"
_JOURNAL, _STAGE, _LOCK = "publish.json", "stage", "lock"
#: How the names of folders begin in which a run puts things aside.
WORK = "work-"


def workshop(output: Path) -> Path:
    """The folder beside OUT that holds lock and stage."""
    place = output.resolve()
    return place.parent / f".{place.name}.jixiao"


@contextmanager
def writing(output: Path) -> Iterator[None]:
    """Turns a refusal of the file system into the one line that says so."""
    try:
        yield
    except OSError as error:
        advice = "请检查权限、磁盘空间，或用 -o 指定别的文件夹"
        raise RunError("R04", "输出文件夹不能写入", advice, Place(str(output))) from error


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Holds OUT for this run. Raises RunError R04 when OUT cannot be written, R05 when another run holds it.

    A run that could not begin or was broken off before its publish leaves no folder behind.
    """
    place, folder = Place(str(output)), workshop(output)
    if output.exists() and not output.is_dir():
        raise RunError("R04", "输出位置是一个文件", "请用 -o 指定一个文件夹", place)
    fresh = [path for path in (folder, *folder.parents) if not path.exists()]
    with writing(output):
        nearest = next(path for path in (output, *folder.parents) if path.exists())
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise PermissionError(nearest)
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            advice = "请等它结束，或用 -o 指定别的文件夹"
            raise RunError("R05", "另一个运行正在写这个输出文件夹", advice, place) from error
    finished = False
    try:
        yield
        finished = True
    finally:
        lock.release()
        if fresh and not finished and not (folder / _JOURNAL).exists():
            _clear(folder, fresh[1:])


def _clear(folder: Path, parents: Iterable[Path]) -> None:
    """Removes the workshop, and the folders that were made for it as far as nothing else lies in them."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        for parent in parents:
            parent.rmdir()


class Stage:
    """The outputs of one run on their way into OUT."""

    def __init__(self, output: Path) -> None:
        self.output, self._folder = output, workshop(output) / _STAGE
        self._journal = workshop(output) / _JOURNAL
        self.hashes: dict[str, str] = {}

    def recover(self) -> bool:
        """Completes a publish that was interrupted, or clears a stage that never got so far. True when it completed one."""
        for left in workshop(self.output).glob(f"{WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        interrupted = self._journal.exists()
        if interrupted:
            self._move(json.loads(self._journal.read_text(encoding="utf-8")))
        shutil.rmtree(self._folder, ignore_errors=True)
        return interrupted

    def add(self, name: str, *pieces: bytes) -> None:
        """Stages one output; `name` is relative to OUT, with /."""
        self.add_pieces(name, pieces)

    def add_pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        """Stages one output, piece by piece."""
        path, digest = self._folder / name, hashlib.sha256()
        with writing(self.output):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as stream:
                for piece in pieces:
                    stream.write(piece)
                    digest.update(piece)
                stream.flush()
                os.fsync(stream.fileno())
        self.hashes[name] = digest.hexdigest()

    def take(self, name: str, file: Path, sha256: str) -> None:
        """Stages one output that lies on disk already, beside OUT."""
        path = self._folder / name
        with writing(self.output):
            path.parent.mkdir(parents=True, exist_ok=True)
            file.replace(path)
        self.hashes[name] = sha256

    def publish(self, stale: Iterable[str]) -> None:
        """Moves everything staged into OUT and removes the `stale` files of the previous run; the manifest goes last."""
        names = sorted(self.hashes, key=lambda name: (name == MANIFEST, name))
        plan = {"move": names, "remove": sorted(stale)}
        waiting = self._journal.with_suffix(".tmp")
        with writing(self.output):
            waiting.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
            waiting.replace(self._journal)
        self._move(plan)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _move(self, plan: dict[str, list[str]]) -> None:
        name = ""
        try:
            for name in plan["remove"]:
                (self.output / name).unlink(missing_ok=True)
            for name in plan["move"]:
                source, target = self._folder / name, self.output / name
                if source.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    source.replace(target)
        except OSError as error:
            advice = "请关闭正在打开它的 Excel/WPS 后重新运行，程序会接着写完"
            raise RunError(
                "R06", "输出文件写不进去，可能正被打开", advice, Place(f"{self.output.name}/{name}")
            ) from error
        self._journal.unlink(missing_ok=True)


def previous_outputs(output: Path) -> dict[str, str]:
    """Names and hashes of the files in OUT that its manifest lists; empty without a readable manifest."""
    try:
        listed = json.loads((output / MANIFEST).read_text(encoding="utf-8"))["outputs"]
        return {name: str(entry["sha256"]) for entry in listed if _lies_in(output, name := str(entry["file"]))}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _lies_in(output: Path, name: str) -> bool:
    """Whether a name from an old manifest is a file that really lies in OUT."""
    path = (output / name).resolve()
    return path.is_relative_to(output.resolve()) and path.is_file()


def strangers(output: Path, known: Iterable[str]) -> list[str]:
    """Files in OUT that no run of ours made: left alone, but named."""
    ours = {*known, MANIFEST}
    found = (path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file())
    return sorted(name for name in found if name not in ours)
