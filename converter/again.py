"""A run again: where it would give what lies in OUT already, that is told before anything heavy is loaded."""

import itertools
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from converter.engine import preload, undisturbed
from converter.options import Options

if TYPE_CHECKING:
    from converter.outcome import Report
    from converter.unchanged import Kept

#: What the workers of a run load.
WORK = (
    *("converter.reading", "converter.intake.readers"),
    *("converter.portions", "converter.merging", "converter.books.sheetrows"),
)
log = logging.getLogger("jixiao")


def begin_loading(arguments: Sequence[str]) -> None:
    """Has the workers' modules loaded from now on, before the command line is even understood (which takes as long as a fifth of
    them), where it is that of a run that is sure to need workers here: nothing lies in OUT, or it does not matter.
    """
    if arguments[:1] != ["run"] or {"-h", "--help", "--scheduler"} & set(arguments):
        return
    outputs = [Path(after) for option, after in itertools.pairwise(arguments) if option in ("-o", "--output")]
    if {"--no-cache", "--dry-run"} & set(arguments) or any(not (output / "run.json").is_file() for output in outputs):
        preload(WORK)


def run_anyway(options: Options, *, cached: bool) -> "Report":
    """As `run` (converter.run), with the workers' modules loaded beside its own."""
    preload(WORK)
    with undisturbed():
        from converter.run import run

    return run(options, cached=cached)


def run_unless_done(options: Options) -> "Report | Kept":
    """As `run`, cached; where the last run into OUT was made of the very same, and its outputs lie there untouched, only that
    is told.
    """
    from converter.lastrun import last_manifest

    if options.dry_run or not (last_manifest(options.output) or {}).get("key"):
        return run_anyway(options, cached=True)
    from converter.beginning import begun
    from converter.publish import name_strangers
    from converter.unchanged import kept

    with begun(options) as job:
        last = kept(options.output, job.key, options.fail_on)
        if last is not None:
            log.info("输入、规则和程序都与上次相同，输出没有改动，不再重算（--no-cache 强制重算）")
            name_strangers(options.output, [str(one["file"]) for one in last.manifest["outputs"]])
            return last
        preload(WORK)
        with undisturbed():
            from converter.run import done
            from converter.settings import Settings

        return done(options, job, Settings.load(options), cached=True)
