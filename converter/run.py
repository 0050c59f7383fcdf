"""The job in order: discover → read → map → check → compute → write → publish. Light until the workers read."""

import logging
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from converter.beginning import Job, begun
from converter.books.tables import FOLDER
from converter.cluster import Cluster
from converter.engine import Engine, LocalPool
from converter.forking import collect_seldom, undisturbed, unload
from converter.intake.discover import Inbox
from converter.lastmanifest import forget_last
from converter.ledger import NAME as LEDGER
from converter.ledger import Ledger
from converter.mapping.departments import drop_copies, group
from converter.options import Options
from converter.publish import WORK, room, workshop
from converter.reading import prepare
from converter.recalling import Recall
from converter.receiving import Received, read_all, set_apart
from converter.scratch import Scratch
from converter.settings import Settings
from converter.unchanged import program
from converter.vocabulary.findings import ConverterError

if TYPE_CHECKING:
    from converter.outcome import Report

__all__ = ["Options", "done", "run"]
log = logging.getLogger("jixiao")


def run(options: Options, *, cached: bool = False) -> "Report":
    """Converts the inboxes into OUT; `cached`: by what earlier runs left in the ledger beside it.

    Raises RunError or ConfigurationError (exit 2) before anything is written.
    """
    settings = Settings.load(options)
    with begun(options) as job:
        return done(options, job, settings, cached=cached)


def done(options: Options, job: Job, settings: Settings, *, cached: bool) -> "Report":
    """A run that has begun, with the ledger where it may be used: it keeps nothing that passwords or LibreOffice opened."""
    if not cached or options.dry_run or options.passwords or options.recalculate:
        return _worked(options, job, settings, None)
    with Ledger(workshop(options.output) / LEDGER) as ledger:
        try:
            report = _worked(options, job, settings, ledger)
        except ConverterError:
            raise
        except Exception as error:  # what is wrong with the ledger shows in ways that nobody can list
            if not ledger.hits:
                raise
            log.debug("账本：%r", error)
            ledger.begin_anew("内容不对")
            job.stage.hashes.clear()
            report = _worked(options, job, settings, ledger)
        if ledger.note:
            log.warning("上次运行留下的账本%s，没有采用，已重新建立；结果不受影响", ledger.note)
        return report


def _worked(options: Options, job: Job, settings: Settings, ledger: Ledger | None) -> "Report":
    collect_seldom()
    forget_last(options.output)
    with (
        _scratch(options) as scratch,
        _engine(options, settings, scratch, job.inbox) as engine,
        ThreadPoolExecutor(3, "ending") as beside,
    ):
        recall = Recall(ledger, scratch, program(settings.library)) if ledger is not None else None
        received = _receive(engine, scratch, job.inbox, settings, options, recall)
        from converter.finishing import finish

        ending = finish(engine, scratch, job.stage, received, settings, options)
        engine.rest()
        beside.submit(unload)
        forgetting = beside.submit(ledger.forget_unused) if ledger is not None else None
        ending.settled(job, options)
        beside.submit(scratch.remove)
        ending.publish(options)
        beside.submit(ending.stage.clear)
        report = ending.reported(options)
        if forgetting is not None:
            forgetting.result()
        return report


def _load_ahead() -> None:
    """What comes when all is read is loaded while the workers read."""
    with undisturbed():
        import converter.finishing  # noqa: F401


@contextmanager
def _scratch(options: Options) -> Iterator[Scratch]:
    """A folder for what is put aside, beside OUT, so that a workbook made in it can be moved; nothing of it remains.

    A dry run has it elsewhere, but where the workers of a cluster can see it.
    """
    beside: Path | None = workshop(options.output)
    if options.dry_run:
        beside = next(path for path in workshop(options.output).parents if path.is_dir()) if options.scheduler else None
    holder = tempfile.TemporaryDirectory(prefix=WORK, dir=beside, ignore_cleanup_errors=True)
    with room(options.output), holder as folder, closing(Scratch(Path(folder))) as scratch:
        yield scratch


def _engine(options: Options, settings: Settings, scratch: Scratch, inbox: Inbox) -> LocalPool | Cluster:
    equipment = (settings.library.forms, settings.library.dictionary, options.passwords, scratch)
    if options.scheduler is None:
        return LocalPool(options.jobs, prepare, equipment)
    return Cluster(options.scheduler, prepare, equipment, (inbox.sources[0].path, scratch.folder))


def _receive(
    engine: Engine, scratch: Scratch, inbox: Inbox, settings: Settings, options: Options, recall: Recall | None
) -> Received:
    """Every file read, and whose it is."""
    named = {"复核记录": options.decisions, "部门名单": options.departments}
    handed_in, lists = set_apart(inbox.sources, named)
    read = read_all(engine, handed_in, bar=options.bar, recall=recall, meanwhile=_load_ahead)
    if recall is not None and options.books:
        recall.look_ahead(engine, options.output / FOLDER)
    readings = sorted([*read, *lists], key=lambda r: r.file)
    if options.recalculate:
        from converter.recalculation import recalculated

        readings = recalculated(engine, inbox.sources, readings, scratch.folder)
    documents = [document for reading in readings for document in reading.documents]
    received = Received(inbox, readings, group(documents, [*settings.regions.values()], settings.roster), recall)
    drop_copies(received.submissions, received.digests)
    return received
