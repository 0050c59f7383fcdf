"""How every run begins: it holds OUT, completes what the last one left unfinished, and looks for the inputs. Light."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import NamedTuple

from converter.intake.discover import Inbox, discover
from converter.options import Options
from converter.publish import Stage, locked
from converter.unchanged import key_of_run

log = logging.getLogger("jixiao")


class Job(NamedTuple):
    """A run that has begun: what it was given, where it writes, since when it runs, and the key of all it depends on."""

    inbox: Inbox
    stage: Stage
    started: float
    key: str


@contextmanager
def begun(options: Options) -> Iterator[Job]:
    """Holds OUT, completes what the last run left unfinished there, and looks for the inputs."""
    started = time.monotonic()
    with nullcontext() if options.dry_run else locked(options.output):
        stage = Stage(options.output)
        if not options.dry_run and stage.recover():
            log.warning("上次运行在写出时中断，已先补写完")
        inbox = discover(options.inboxes, options.output)
        if options.scheduler:  # whose workers start in other folders
            inbox.sources = [replace(source, place=os.fsencode(source.path.resolve())) for source in inbox.sources]
        void, ignored = len(inbox.void), len(inbox.ignored)
        log.info("收到 %d 个文件，另有作废或退回 %d 个，忽略临时文件和脚本 %d 个", len(inbox.sources), void, ignored)
        yield Job(inbox, stage, started, key_of_run(options, inbox))
