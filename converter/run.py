"""The job in order: discover → read → map → check → compute → write → publish."""

import logging
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from converter.beginning import Job, begun
from converter.bookwork import files_of
from converter.cluster import Cluster
from converter.engine import Engine, LocalPool
from converter.gathering import Gathered, Scoring, tell_all
from converter.intake.discover import Inbox
from converter.lastrun import last_manifest, missing, since
from converter.lastyear import last_output
from converter.ledger import NAME as LEDGER
from converter.ledger import Ledger
from converter.manifest import info_rows
from converter.mapping.departments import drop_copies, group, regions_named
from converter.mapping.facts import Reading
from converter.mapping.years import choose_year
from converter.marks import materials
from converter.outcome import Report
from converter.outputs import publish, write
from converter.publish import MANIFEST, WORK, room, workshop
from converter.reading import collect_seldom, prepare
from converter.recalculation import recalculated
from converter.recalling import Recall
from converter.receiving import Received, file_findings, read_all, set_apart
from converter.reuse import Reuse
from converter.scoring.batch import Rules
from converter.scoring.checks import load_checks
from converter.scoring.choosing import Choice, choices
from converter.scoring.whole import Whole, begin
from converter.scratch import Scratch
from converter.settings import Options, Settings
from converter.unchanged import program
from converter.vocabulary.findings import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    ConverterError,
    Level,
    RunError,
    Tally,
    level_at_least,
)

__all__ = ["Options", "Report", "done", "run"]
log = logging.getLogger("jixiao")


def run(options: Options, *, cached: bool = False) -> Report:
    """Converts the inboxes into OUT; `cached`: by what earlier runs left in the ledger beside it.

    Raises RunError or ConfigurationError (exit 2) before anything is written.
    """
    settings = Settings.load(options)
    with begun(options) as job:
        return done(options, job, settings, cached=cached)


def done(options: Options, job: Job, settings: Settings, *, cached: bool) -> Report:
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
        ledger.forget_unused()
        if ledger.note:
            log.warning("上次运行留下的账本%s，没有采用，已重新建立；结果不受影响", ledger.note)
        return report


def _worked(options: Options, job: Job, settings: Settings, ledger: Ledger | None) -> Report:
    collect_seldom()
    inbox, stage = job.inbox, job.stage
    with _scratch(options) as scratch, _engine(options, settings, scratch, inbox) as engine:
        recall = Recall(ledger, scratch, program(settings.library)) if ledger is not None else None
        received = _receive(engine, scratch, inbox, settings, options, recall)
        whole, chosen = _choose(received, settings, options)
        gathered = _score(engine, scratch, whole, received, settings, chosen, options)
        report = Report(whole, gathered.tally)
        report.exit_code = _exit_code(gathered.tally, options.fail_on)
        report.findings = list(gathered.findings()) if options.findings else []
        made_of = write(engine, stage, gathered, received, settings, chosen, options)
    report.seconds = round(time.monotonic() - job.started, 3)
    if not options.dry_run:
        totals = whole.totals
        intervals = zip(totals["low"].tolist(), totals["high"].tolist(), strict=True)
        points = dict(zip(totals["department"], intervals, strict=True))
        report.since = since(last_manifest(options.output), made_of, points, whole.handed)
        outcome = {
            "totals": points,
            "since": report.since.to_dict() if report.since else None,
            "reminders": report.reminders(),
            "missing": missing(whole.handed),
            "key": job.key,
            "counts": report.counts(),
            "exit_code": report.exit_code,
            "seconds": report.seconds,
        }
        report.removed = publish(stage, options, made_of, outcome)
    report.outputs = {name: digest for name, digest in stage.hashes.items() if name != MANIFEST}
    return report


@contextmanager
def _scratch(options: Options) -> Iterator[Scratch]:
    """A folder for what is put aside, beside OUT, so that a workbook made in it can be moved; nothing of it remains.

    A dry run has it elsewhere, but where the workers of a cluster can see it.
    """
    beside: Path | None = workshop(options.output)
    if options.dry_run:
        beside = next(path for path in workshop(options.output).parents if path.is_dir()) if options.scheduler else None
    holder = tempfile.TemporaryDirectory(prefix=WORK, dir=beside, ignore_cleanup_errors=True)
    with room(options.output), holder as folder:
        yield Scratch(Path(folder))


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
    readings = sorted([*read_all(engine, handed_in, bar=options.bar, recall=recall), *lists], key=lambda r: r.file)
    if options.recalculate:
        readings = recalculated(engine, inbox.sources, readings, scratch.folder)
    documents = [document for reading in readings for document in reading.documents]
    received = Received(inbox, readings, group(documents, [*settings.regions.values()], settings.roster), recall)
    drop_copies(received.submissions, received.digests)
    return received


def _choose(received: Received, settings: Settings, options: Options) -> tuple[Whole, dict[str, Choice]]:
    """The year and the schemes, and the batch that is to be scored by them."""
    forms, submissions = settings.library.forms, received.submissions
    year = choose_year(submissions, forms, options.year)
    spoken = regions_named(submissions, settings.regions)
    chosen = choices(settings.shelf, year, options.region, spoken, [s.kind for s in submissions] or [""])
    for choice in dict.fromkeys(chosen.values()):
        log.info("数据年度 %d，评分方案 %s：%s", year, choice.scheme.name, choice)
    if settings.decisions:
        log.info("复核记录 %s：签署齐全 %d 条", settings.decisions.shown, len(settings.decisions.rows))
    schemes = {kind: choice.scheme for kind, choice in chosen.items()}
    checks = load_checks(settings.library)
    rules = Rules(schemes, checks, settings.derivations, forms, settings.roster, settings.decisions)
    return begin(submissions, rules), chosen


def _score(
    engine: Engine,
    scratch: Scratch,
    whole: Whole,
    received: Received,
    settings: Settings,
    chosen: Mapping[str, Choice],
    options: Options,
) -> Gathered:
    """Every department scored, and what is said of each. Raises RunError R07 where there is none."""
    prior = last_output(options.prior, settings.library.dictionary, whole.year) if options.prior else None
    if not whole.departments:
        raise _nothing_scored(received.readings, whole.year)
    replies = [reply for reading in received.readings for reply in reading.replies]
    reuse = None
    if received.recall is not None:
        made_of = materials(
            info_rows(whole, settings.library, received.inbox, chosen, prior), files_of(whole, received.digests)
        )
        reuse = Reuse(received.recall.ledger, scratch, received.recall.base, made_of)
    scoring = Scoring(
        engine,
        scratch,
        whole,
        received.contents,
        prior,
        frozenset(reply.number for reply in replies),
        options.chunk,
        options.jobs,
        books=options.books,
        bar=options.bar,
        reuse=reuse,
    )
    gathered = scoring.gathered()
    gathered.prior = prior
    whole.conclude([portion.gist for portion in gathered.portions], received.digests)
    tell_all(engine, gathered, file_findings(received.readings, received.submissions), replies)
    return gathered


def _nothing_scored(readings: Sequence[Reading], year: int) -> RunError:
    reasons = [f"{item.place}：{item.message}" for reading in readings for item in reading.findings][:3]
    why = "；".join(reasons) or f"没有 {year} 年度的报表"
    return RunError(
        "R07", f"没有可以评分的部门（{why}）", "请核对收件箱与数据年度；可用 jixiao describe 文件 查看读取情况"
    )


def _exit_code(tally: Tally, fail_on: str) -> int:
    return EXIT_FINDINGS if any(level_at_least(level, fail_on) and tally.at(level) for level in Level) else EXIT_CLEAN
