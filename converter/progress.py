"""How far a run has come: a bar on a terminal, a line now and then where nobody watches."""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

log = logging.getLogger("jixiao")

T = TypeVar("T")

#: Seconds between two lines of a log.
SECONDS = 30.0


def tracked(items: Iterable[T], total: int, doing: str, *, bar: bool) -> Iterator[T]:
    """The items as they come. `bar` asks for a bar, which is drawn on stderr where that is a terminal.

    Elsewhere a line of the log says every 30 seconds how many of `total` are done.
    """
    if bar and sys.stderr.isatty():
        yield from _with_bar(items, total, doing)
    else:
        yield from _with_lines(items, total, doing)


def _with_bar(items: Iterable[T], total: int, doing: str) -> Iterator[T]:
    from rich.console import Console  # a log needs none of it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    started = time.monotonic()
    # A log line printed meanwhile goes through sys.stderr and so above the bar, which leaves nothing behind.
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        task = progress.add_task(doing, total=total, rate="")
        for done, item in enumerate(items, start=1):
            yield item
            rate = done / max(time.monotonic() - started, 1e-3)
            progress.update(task, advance=1, rate=f"每秒 {rate:.1f} 个")


def _with_lines(items: Iterable[T], total: int, doing: str) -> Iterator[T]:
    said = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        if time.monotonic() - said >= SECONDS:
            said = time.monotonic()
            log.info("%s：%d/%d", doing, done, total)
