"""Outputs appear whole: staged beside OUT, moved in by rename, run.json last; one run per OUT at a time."""

import errno
import hashlib
import json
import logging
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from converter.ahead import MANIFEST
from converter.lastmanifest import previous_outputs
from converter.syncing import Syncing, sync
from converter.vocabulary.findings import Place, RunError
from converter.vocabulary.writing import written

log = logging.getLogger("jixiao")
_JOURNAL, _STAGE, _LOCK = "publish.json", "stage", "lock"
#: What Excel and WPS, and LibreOffice, lay beside a workbook that they hold open.
_OWNER_FILES = ("~${}", ".~{}", ".~lock.{}#")
_WINDOWS = os.name == "nt"
#: How the other name of a large file begins that another one takes the place of, and the bytes that it has at least.
_OLD, _LARGE = "replaced-", 2**20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
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
        raise _refused(output, error) from error


@contextmanager
def room(output: Path) -> Iterator[None]:
    """Turns a full disk, wherever in the work it is met, into the one line that says so."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise _refused(output, error) from error


def _refused(output: Path, error: OSError) -> RunError:
    full = error.errno in _FULL
    message = "磁盘空间不足，没有写成；原有的输出没有动" if full else "输出文件夹不能写入"
    advice = "请清理磁盘后重新运行，或用 -o 指定别的磁盘" if full else "请检查权限，或用 -o 指定别的文件夹"
    return RunError("R04", message, advice, Place(str(output)))


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Holds OUT for this run. Raises RunError R04 when OUT cannot be written, R05 when another run holds it.

    Raises R06 when a file that the run may replace is open elsewhere.
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
        _free_to_write(output)
        yield
        finished = True
    finally:
        lock.release()
        if fresh and not finished and not (folder / _JOURNAL).exists():
            _clear(folder, fresh[1:])


def _free_to_write(output: Path) -> None:
    """Asks before the work what would only be told after it: whether every output can be replaced."""
    names = [*previous_outputs(output), *([MANIFEST] if (output / MANIFEST).is_file() else [])]
    beside: dict[str, frozenset[str]] = {}
    with writing(output):
        for folder in sorted(set(map(os.path.dirname, names))):
            if not os.access(output / folder, os.W_OK | os.X_OK):
                raise PermissionError(output / folder)
            beside[folder] = frozenset(os.listdir(output / folder))  # noqa: PTH208  # names are all that is asked
    for name in names:
        folder, own = os.path.split(name)
        owner = next((mark for form in _OWNER_FILES if (mark := form.format(own)) in beside[folder]), "")
        if owner or (_WINDOWS and not _opens(output / name)):
            advice = "请关闭正在打开它的 Excel/WPS 后重新运行"
            left = f"；确实没有人打开时，请删除残留的 {owner}" if owner else ""
            raise RunError("R06", "输出文件正被打开", advice + left, Place(f"{output.name}/{name}"))


def _opens(path: Path) -> bool:
    """Whether a file can be opened for writing: on Windows one that Excel holds cannot."""
    try:
        path.open("r+b").close()
    except OSError:
        return False
    return True


def _sync(folder: Path) -> None:
    """Makes the names in a folder last through a power cut, where the file system can."""
    if not _WINDOWS:
        with suppress(OSError):
            opened = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)


def _take_mode(source: Path, target: Path) -> None:
    """Gives a staged file the permissions of the output it replaces; a new one has what the umask left."""
    with suppress(OSError):
        source.chmod(stat.S_IMODE(target.stat().st_mode))


def _hold(output: Path, link: Path) -> None:
    """Keeps a large file that another one takes the place of under another name: where a system gives its room back meanwhile, all
    that come behind are held up. Not on Windows, where a scanner may look into the link.
    """
    with suppress(OSError):
        if not _WINDOWS and output.stat().st_size >= _LARGE:
            link.hardlink_to(output)


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
        self._syncing = Syncing()
        self.hashes: dict[str, str] = {}
        self._made: set[Path] = set()
        self._left: set[str] = set()

    def recover(self) -> bool:
        """Completes a publish that was interrupted, or clears a stage that never got so far. True when it completed one."""
        for left in workshop(self.output).glob(f"{WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        interrupted = self._journal.exists()
        if interrupted:
            self._move(json.loads(self._journal.read_text(encoding="utf-8")))
        self.clear()
        return interrupted

    def add(self, name: str, *pieces: bytes) -> None:
        """Stages one output; `name` is relative to OUT, with /."""
        self.add_pieces(name, pieces)

    def add_pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        """Stages one output, piece by piece."""
        path = self._folder / name
        with writing(self.output):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as stream:
                digest = written(stream, pieces)
        self._syncing.add(path)
        self.hashes[name] = digest

    def take(self, name: str, file: Path, sha256: str = "") -> None:
        """Stages one output that lies beside OUT already."""
        path = self._folder / name
        with writing(self.output):
            if not sha256:
                with file.open("rb") as stream:
                    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            self._make(path.parent)
            file.replace(path)
        self._syncing.add(path)
        self.hashes[name] = sha256
        self._left.discard(name)

    def _make(self, folder: Path) -> None:
        """Makes a folder of the stage, once: to be told that it is there takes longer than a move."""
        if folder not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._made.add(folder)

    def leave(self, name: str, sha256: str) -> None:
        """Takes note of an output that lies in OUT as it is to be."""
        self.hashes[name] = sha256
        self._left.add(name)

    def publish(self, stale: Iterable[str]) -> None:
        """Moves everything staged into OUT and removes the `stale` files of the previous run; the manifest goes last. What is left
        of the stage is for `clear`.
        """
        names = sorted(self.hashes.keys() - self._left, key=lambda name: (name == MANIFEST, name))
        plan = {"move": names, "remove": sorted(stale)}
        waiting = self._journal.with_suffix(".tmp")
        with writing(self.output):
            self._syncing.finish()
            waiting.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
            sync(waiting)
            for folder in sorted(set(map(os.path.dirname, names))):
                _sync(self._folder / folder)
            waiting.replace(self._journal)
            _sync(self._journal.parent)
        self._move(plan)

    def clear(self) -> None:
        """Removes what is left of the stage."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _move(self, plan: dict[str, list[str]]) -> None:
        name = ""
        try:
            for name in plan["remove"]:
                (self.output / name).unlink(missing_ok=True)
            for folder in set(map(os.path.dirname, plan["move"])):
                (self.output / folder).mkdir(parents=True, exist_ok=True)
            for at, name in enumerate(plan["move"]):
                source, target = self._folder / name, self.output / name
                if source.exists():
                    _take_mode(source, target)
                    _hold(target, self._folder / f"{_OLD}{at}")
                    source.replace(target)
            for folder in sorted(set(map(os.path.dirname, (*plan["remove"], *plan["move"])))):
                _sync(self.output / folder)
        except OSError as error:
            advice = "请关闭正在打开它的 Excel/WPS 后重新运行，程序会接着写完"
            raise RunError(
                "R06", "输出文件写不进去，可能正被打开", advice, Place(f"{self.output.name}/{name}")
            ) from error
        self._journal.unlink(missing_ok=True)


def strangers(output: Path, known: Iterable[str]) -> list[str]:
    """Files in OUT that no run of ours made: left alone, but named."""
    ours, found = {*known, MANIFEST}, []
    for folder, _, files in os.walk(output):
        within = Path(folder).relative_to(output).as_posix()
        names = (name if within == "." else f"{within}/{name}" for name in files)
        found += [name for name in names if name not in ours and (output / name).is_file()]
    return sorted(found)


def name_strangers(output: Path, outputs: Iterable[str]) -> None:
    """Names the files in OUT that no run of ours made."""
    for name in strangers(output, outputs):
        log.warning("输出文件夹里有不是本程序写的文件，未动：%s", name)
