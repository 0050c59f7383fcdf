"""What earlier runs worked out, by what it was worked out from: an SQLite file beside OUT that a run may use and never trusts.

An entry is found by a key over everything it depends on, so that it is right or not found: a run that ends anywhere leaves a
ledger that can be used. One that is damaged, of another program, too large, or no plain file is begun anew, which is said.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

NAME = "ledger.sqlite"
#: Goes up when what is kept, or how, changes.
_VERSION = 1
_MARK = 0x6A787831  # application_id: says that a file is ours
#: No ledger of ours comes near it: 100,000 departments at some 35 KB are 3.5 GB.
_LARGEST = 8 * 2**30
_LARGEST_ENTRY = 64 * 2**20
_MOST_RUNS = 2**40
#: Entries that are written, or asked for, together.
_TOGETHER = 64
_AMONG = f"key IN ({','.join('?' * _TOGETHER)})"
_WHICH = f"SELECT key FROM entries WHERE {_AMONG}"  # noqa: S608
_SEVERAL = f"SELECT key, digest, content FROM entries JOIN bodies ON id = body WHERE {_AMONG} AND length(content) <= ?"  # noqa: S608
_PATIENCE = 3.0  # seconds to wait for another program that holds it
#: An update of a row writes all of it: the run that last asked for an entry stands apart from its body.
_SCHEMA = (
    "CREATE TABLE entries (key BLOB PRIMARY KEY, digest BLOB NOT NULL, run INTEGER NOT NULL, body INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE bodies (id INTEGER PRIMARY KEY, content BLOB NOT NULL)",
)
_DAMAGED = "已损坏"


class DoubtfulError(Exception):
    """A ledger that is not to be used; the text says why."""


def key_of(*parts: object) -> bytes:
    """The key of what depends on these parts; each part's text counts, and where one ends."""
    digest = hashlib.sha256()
    for part in parts:
        text = part if isinstance(part, bytes) else str(part).encode(errors="surrogatepass")
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.digest()


class Ledger:
    """The ledger in a file; use as a context manager. `note` says why an earlier one was not used, "" where it was or none is;
    `hits` counts what was found.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.note, self.hits = path, "", 0
        self._used: set[bytes] = set()
        self._waiting: dict[bytes, bytes] = {}
        self._given_up = False
        try:
            self._open()
        except (DoubtfulError, sqlite3.Error, OSError) as error:
            if _is_busy(error):
                self._do_without("正被别的程序打开")
            else:
                self.begin_anew(str(error) if isinstance(error, DoubtfulError) else _DAMAGED)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Writes what was kept, and what was asked for."""
        self._write()
        with suppress(sqlite3.Error):
            self._mark_used()
            self._connection.commit()
        self._connection.close()

    def _mark_used(self) -> None:
        """Marks what was asked for: going through all entries takes a third of the time that looking these up would."""
        if self._used:
            self._connection.create_function("used", 1, self._used.__contains__)
            self._connection.execute("UPDATE entries SET run = ? WHERE used(key)", (self._run,))
            self._used.clear()

    def _open(self) -> None:
        there = self.path.is_symlink() or self.path.exists()
        if there:
            if self.path.is_symlink() or not self.path.is_file():
                raise DoubtfulError("不是普通文件")
            if self.path.stat().st_size > _LARGEST:
                raise DoubtfulError("过大")
        self._connection = sqlite3.connect(self.path, _PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            # What a power cut damages is found by its digest; a killed process leaves a journal, which is rolled back.
            self._connection.execute("PRAGMA synchronous = OFF")
            self._check() if there and self.path.stat().st_size else self._create()
            self._run = self._next_run()
            self._connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._connection.close()
            raise

    def _next_run(self) -> int:
        last = self._connection.execute("SELECT max(run) FROM entries").fetchone()[0] or 0
        if not isinstance(last, int) or not 0 <= last < _MOST_RUNS:
            raise DoubtfulError(_DAMAGED)
        return last + 1

    def _create(self) -> None:
        settings = (
            "page_size = 16384",
            "auto_vacuum = INCREMENTAL",
            f"application_id = {_MARK}",
            f"user_version = {_VERSION}",
        )
        for statement in (*(f"PRAGMA {setting}" for setting in settings), *_SCHEMA):
            self._connection.execute(statement)

    def _check(self) -> None:
        """Raises DoubtfulError for a file that is not exactly a ledger of this version: no trigger or view of others runs here."""
        ask = self._connection.execute
        ask("PRAGMA trusted_schema = OFF")
        if ask("PRAGMA application_id").fetchone()[0] != _MARK or ask("PRAGMA user_version").fetchone()[0] != _VERSION:
            raise DoubtfulError("是别的版本或别的程序的")
        if sorted(row[0] for row in ask("SELECT sql FROM sqlite_master")) != sorted(_SCHEMA):
            raise DoubtfulError("被改动过")

    def begin_anew(self, why: str) -> None:
        """Leaves what there is unused, because of `why`. Where nothing can be kept, a run without a ledger is only slower."""
        self.note, self.hits, self._given_up = why, 0, False
        self._used.clear()
        self._waiting.clear()
        with suppress(AttributeError, sqlite3.Error):  # none was opened yet
            self._connection.close()
        for name in (self.path.name, f"{self.path.name}-journal", f"{self.path.name}-wal", f"{self.path.name}-shm"):
            with suppress(OSError):
                self.path.with_name(name).unlink()
        try:
            self._open()
        except (DoubtfulError, sqlite3.Error, OSError):
            self._do_without(why)

    def _do_without(self, why: str) -> None:
        """Keeps what this run keeps nowhere; what lies in the file is left alone."""
        self.note, self._given_up = why, True
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._create()
        self._run = 1

    def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """The keys under which something was kept; whether it still is what it was, only `get` tells."""
        try:
            some = (keys[at : at + _TOGETHER] for at in range(0, len(keys), _TOGETHER))
            written = {key for asked in some for (key,) in self._connection.execute(_WHICH, _padded(asked))}
            return written.union(filter(self._waiting.__contains__, keys))
        except sqlite3.Error:
            self.begin_anew(_DAMAGED)
            return set()

    def get(self, key: bytes) -> bytes | None:
        """What was kept under a key, None where nothing was or it is no longer what it was."""
        return next(self.get_each([key]))

    def get_each(self, keys: Sequence[bytes]) -> Iterator[bytes | None]:
        """As `get`, for each of some keys: asked for together, in half the time."""
        for at in range(0, len(keys), _TOGETHER):
            some = keys[at : at + _TOGETHER]
            found = self._found(some)
            for key in some:
                row = found.get(key)
                if row is not None and (not isinstance(row[1], bytes) or _digest(key, row[1]) != row[0]):
                    self.begin_anew(_DAMAGED)
                    found, row = {}, None
                if row is not None:
                    self._used.add(key)
                    self.hits += 1
                yield None if row is None else row[1]

    def _found(self, keys: Sequence[bytes]) -> dict[bytes, tuple[Any, Any]]:
        """Digest and content of the entries that there are, by key; of none where the file cannot be asked."""
        self._write()
        try:
            rows = self._connection.execute(_SEVERAL, [*_padded(keys), _LARGEST_ENTRY])
            return {key: (digest, content) for key, digest, content in rows}
        except sqlite3.Error:
            return dict.fromkeys(keys, (b"", b""))

    def put(self, key: bytes, body: bytes) -> None:
        """Keeps bytes under a key; they are written with some others. A ledger that cannot be written is given up silently: it
        only saves time.
        """
        self._waiting[key] = body
        if len(self._waiting) >= _TOGETHER:
            self._write()

    def _write(self) -> None:
        """Writes what waits."""
        waiting, self._waiting = self._waiting, {}
        if self._given_up or not waiting:
            return
        several = self._connection.executemany
        try:
            several(
                "DELETE FROM bodies WHERE id = (SELECT body FROM entries WHERE key = ?)", ((key,) for key in waiting)
            )
            first = 1 + (self._connection.execute("SELECT max(id) FROM bodies").fetchone()[0] or 0)
            several("INSERT INTO bodies VALUES (?, ?)", enumerate(waiting.values(), first))
            entries = enumerate(waiting.items(), first)
            several(
                "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)",
                ((key, _digest(key, body), self._run, at) for at, (key, body) in entries),
            )
        except (sqlite3.Error, OverflowError):  # a full disk undoes all that was not yet written
            self._given_up = True

    def forget_unused(self, runs: int = 2) -> None:
        """Drops what the last runs did not ask for, and gives its room back."""
        self._write()
        with suppress(sqlite3.Error):
            self._mark_used()
            old = (self._run - runs,)
            self._connection.execute("DELETE FROM bodies WHERE id IN (SELECT body FROM entries WHERE run <= ?)", old)
            self._connection.execute("DELETE FROM entries WHERE run <= ?", old)
            self._connection.executescript("PRAGMA incremental_vacuum; BEGIN IMMEDIATE")  # commits before

    def __len__(self) -> int:
        self._write()
        return int(self._connection.execute("SELECT count(*) FROM entries").fetchone()[0])


def _is_busy(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY


def _padded(keys: Sequence[bytes]) -> list[bytes]:
    """So many keys that a statement takes them."""
    return [*keys, *[b""] * (_TOGETHER - len(keys))]


def _digest(key: bytes, body: bytes) -> bytes:
    digest = hashlib.sha256(key)
    digest.update(body)
    return digest.digest()
