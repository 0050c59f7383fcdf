"""A run again: where it would give what lies in OUT already, that is told before anything heavy is loaded."""

import logging
from typing import TYPE_CHECKING

from converter.ahead import WORK
from converter.forking import preload, undisturbed, unload
from converter.lastmanifest import may_tell
from converter.options import Options

if TYPE_CHECKING:
    from converter.outcome import Report
    from converter.unchanged import Kept

log = logging.getLogger("jixiao")


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
    if options.dry_run or not may_tell(options.output, "key"):
        return run_anyway(options, cached=True)
    from converter.beginning import begun
    from converter.publish import name_strangers
    from converter.unchanged import kept

    with begun(options) as job:
        last = kept(options.output, job.key, options.fail_on)
        if last is not None:
            unload()
            log.info("输入、规则和程序都与上次相同，输出没有改动，不再重算（--no-cache 强制重算）")
            name_strangers(options.output, [str(one["file"]) for one in last.manifest["outputs"]])
            return last
        preload(WORK)
        with undisturbed():
            from converter.run import done
            from converter.settings import Settings

        return done(options, job, Settings.load(options), cached=True)
