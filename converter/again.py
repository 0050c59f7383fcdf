"""A run again: where it would give what lies in OUT already, that is told before anything heavy is loaded."""

import itertools
import logging
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from converter.engine import collect_seldom, preload, undisturbed, unload
from converter.lastmanifest import MANIFEST, last_manifest
from converter.options import Options
from converter.workfile import SETTINGS

if TYPE_CHECKING:
    from converter.outcome import Report
    from converter.unchanged import Kept

#: What the workers of a run load.
WORK = (
    *("converter.loading", "converter.reading", "converter.intake.readers"),
    *("converter.portions", "converter.workers", "converter.books.sheetrows", "converter.audit.report", "rapidfuzz"),
)
#: So many files are looked at for one that is newer than the last run.
_MOST = 20_000
log = logging.getLogger("jixiao")


def begin_loading(arguments: Sequence[str]) -> None:
    """Has the workers' modules loaded from now on, before the command line is even understood and inputs are hashed (which takes
    as long), where it is that of a run that will hardly do without: nothing lies in OUT, it does not matter, or something that
    the line names is newer. Where this is wrong, the run itself tells: it takes a second longer, or ends the loading.
    """
    if arguments[:1] != ["run"] or {"-h", "--help", "--scheduler"} & set(arguments):
        return
    collect_seldom()
    pairs = [*itertools.pairwise(arguments)]
    outputs = {value for option, value in pairs if option in ("-o", "--output")}
    written = outputs | {value for option, value in pairs if option == "--log-file"}
    named: Sequence[str] = [one for one in arguments[1:] if one not in written]
    if not outputs and Path(SETTINGS).is_file():
        outputs, named = {str(manifest.parent) for manifest in Path().glob(f"*/{MANIFEST}")} or {""}, ["."]
    if {"--no-cache", "--dry-run"} & set(arguments) or (outputs and _is_newer(named, outputs, written | outputs)):
        preload(WORK)


def _is_newer(places: Sequence[str], outputs: Collection[str], but: Collection[str]) -> bool:
    """Whether there was no last run into one of the outputs, or anything below these places is newer."""
    try:
        last = min(Path(output, MANIFEST).stat().st_mtime_ns for output in outputs)
        times = _times(places, {os.path.realpath(one) for one in but})
        return any(time > last for time in itertools.islice(times, _MOST))
    except OSError:
        return True


def _times(places: Sequence[str], but: Collection[str]) -> Iterator[int]:
    """When each file and folder below these places was changed, but for some and for what is hidden."""
    left = []
    for place in filter(os.path.exists, places):
        yield os.stat(place).st_mtime_ns  # noqa: PTH116  # not every argument is a path
        left += [os.path.realpath(place)] if os.path.isdir(place) else []  # noqa: PTH112
    while left:
        with os.scandir(left.pop()) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and entry.path not in but:
                    yield entry.stat(follow_symlinks=False).st_mtime_ns
                    left += [entry.path] if entry.is_dir(follow_symlinks=False) else []


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
    if options.dry_run or not (last_manifest(options.output) or {}).get("key"):
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
