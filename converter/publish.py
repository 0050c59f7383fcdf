"""Outputs appear whole: staged beside OUT, moved in by rename, run.json last; one run per OUT at a time."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from converter.vocabulary.findings import Place, RunError

MANIFEST = "run.json"
_JOURNAL, _STAGE, _LOCK = "publish.json", "stage", "lock"


def workshop(output: Path) -> Path:
    """The folder beside OUT that holds lock and stage."""
    place = output.resolve()
    return place.parent / f".{place.name}.jixiao"


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Holds OUT for this run. Raises RunError R04 when OUT cannot be written, R05 when another run holds it."""
    place, fresh = Place(str(output)), not workshop(output).exists()
    try:
        if output.exists() and not output.is_dir():
            raise RunError("R04", "输出位置是一个文件", "请用 -o 指定一个文件夹", place)
        workshop(output).mkdir(parents=True, exist_ok=True)
        for folder in (output if output.exists() else output.parent, workshop(output)):
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(folder)
        lock = FileLock(workshop(output) / _LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise RunError("R05", "另一个运行正在写这个输出文件夹", "请等它结束，或用 -o 指定别的文件夹", place) from error
    except OSError as error:
        raise RunError("R04", "输出文件夹不能写入", "请检查权限、磁盘空间，或用 -o 指定别的文件夹", place) from error
    try:
        yield
    finally:
        lock.release()
        if fresh and not output.exists():
            shutil.rmtree(workshop(output), ignore_errors=True)  # a run that could not begin leaves nothing behind


class Stage:
    """The outputs of one run on their way into OUT."""

    def __init__(self, output: Path) -> None:
        self.output, self._folder = output, workshop(output) / _STAGE
        self._journal = workshop(output) / _JOURNAL
        self.hashes: dict[str, str] = {}

    def recover(self) -> bool:
        """Completes a publish that was interrupted, or clears a stage that never got so far. True when it completed one."""
        interrupted = self._journal.exists()
        if interrupted:
            self._move(json.loads(self._journal.read_text(encoding="utf-8")))
        shutil.rmtree(self._folder, ignore_errors=True)
        return interrupted

    def add(self, name: str, content: bytes) -> None:
        """Stages one output; `name` is relative to OUT, with /."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        self.hashes[name] = hashlib.sha256(content).hexdigest()

    def publish(self, stale: Iterable[str]) -> None:
        """Moves everything staged into OUT and removes the `stale` files of the previous run; the manifest goes last."""
        names = sorted(self.hashes, key=lambda name: (name == MANIFEST, name))
        plan = {"move": names, "remove": sorted(stale)}
        waiting = self._journal.with_suffix(".tmp")
        waiting.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
        waiting.replace(self._journal)
        self._move(plan)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _move(self, plan: dict[str, list[str]]) -> None:
        name = ""
        try:
            for name in plan["remove"]:
                if _inside(self.output, name):
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


def _inside(output: Path, name: str) -> bool:
    """Whether a name from an old manifest really lies in OUT."""
    return (output / name).resolve().is_relative_to(output.resolve())


def previous_outputs(output: Path) -> dict[str, str]:
    """Names and hashes that OUT's manifest lists; empty without a readable manifest."""
    try:
        manifest = json.loads((output / MANIFEST).read_text(encoding="utf-8"))
        return {str(entry["file"]): str(entry["sha256"]) for entry in manifest["outputs"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def strangers(output: Path, known: Iterable[str]) -> list[str]:
    """Files in OUT that no run of ours made: left alone, but named."""
    ours = {*known, MANIFEST}
    found = (path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file())
    return sorted(name for name in found if name not in ours)
