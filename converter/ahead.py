"""What the workers of a run load begins to load before the command line is even understood. Light."""

import itertools
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from converter.forking import collect_seldom, preload

#: What a run writes last into OUT, and what says in a work folder how it is run.
MANIFEST, SETTINGS = "run.json", "设置.yaml"
#: What the workers of a run load.
WORK = (
    *("converter.loading", "converter.reading", "converter.intake.readers"),
    *("converter.portions", "converter.workers", "converter.books.sheetrows", "converter.audit.report"),
    *(
        "multiprocessing.queues",
        "concurrent.futures.process",
        "converter.engine",
        "converter.gathering",
        "encodings.ascii",
    ),
)
#: So many files are looked at for one that is newer than the last run.
_MOST = 20_000


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
