"""The job in order: discover → read → map → check → compute → write → publish."""

import logging
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from converter.cluster import Cluster
from converter.engine import Engine, LocalPool
from converter.gathering import Gathered, gather, tell_all
from converter.intake.discover import Inbox, discover
from converter.lastrun import Since, last_manifest, reminders, since
from converter.lastyear import last_output
from converter.mapping.departments import drop_copies, group, regions_named
from converter.mapping.facts import Reading
from converter.mapping.years import choose_year
from converter.outputs import publish, write
from converter.publish import MANIFEST, WORK, Stage, locked, room, workshop
from converter.reading import collect_seldom, prepare
from converter.recalculation import recalculated
from converter.receiving import Received, file_findings, read_all, set_apart
from converter.scoring.batch import Rules
from converter.scoring.checks import load_checks
from converter.scoring.choosing import Choice, choices
from converter.scoring.whole import Whole, begin
from converter.scratch import Scratch
from converter.settings import Options, Settings
from converter.vocabulary.findings import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    Finding,
    Level,
    RunError,
    Tally,
    level_at_least,
)

__all__ = ["Options", "Report", "run"]
log = logging.getLogger("jixiao")


@dataclass
class Report:
    """What became of a run: the batch, its findings, the outputs by name with their SHA-256, and the exit code."""

    whole: Whole
    tally: Tally
    findings: list[Finding] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    since: Since | None = None
    exit_code: int = EXIT_CLEAN
    seconds: float = 0.0

    def totals(self) -> list[dict[str, object]]:
        """A row for each department: names, intervals, grades."""
        totals = self.whole.totals
        rows = totals.astype(object).where(totals.notna(), None)
        return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "year": self.whole.year,
            "scheme": "；".join(scheme.name for scheme in self.whole.rules.distinct),
            "counts": self.counts(),
            "totals": self.totals(),
            "findings": [_finding_dict(item) for item in self.findings],
            "since": self.since.to_dict() if self.since else None,
            "reminders": self.reminders(),
            "outputs": sorted(self.outputs),
            "exit_code": self.exit_code,
        }

    def reminders(self) -> list[str]:
        """催报名单: who has handed in nothing, and who not everything."""
        return reminders(self.whole.handed)

    def counts(self) -> dict[str, int]:
        """Departments and findings by level."""
        return {"部门": len(self.whole.departments), **{str(level): self.tally.at(level) for level in Level}}


def _finding_dict(item: Finding) -> dict[str, Any]:
    content = {**vars(item), **vars(item.place)}
    del content["place"]
    return content


def run(options: Options) -> Report:
    """Converts the inboxes into OUT. Raises RunError or ConfigurationError (exit 2) before anything is written."""
    started = time.monotonic()
    collect_seldom()
    settings = Settings.load(options)
    with nullcontext() if options.dry_run else locked(options.output):
        stage = Stage(options.output)
        if not options.dry_run and stage.recover():
            log.warning("上次运行在写出时中断，已先补写完")
        inbox = discover(options.inboxes, options.output)
        if options.scheduler:  # whose workers start in other folders
            inbox.sources = [replace(source, path=source.path.resolve()) for source in inbox.sources]
        void, ignored = len(inbox.void), len(inbox.ignored)
        log.info("收到 %d 个文件，另有作废或退回 %d 个，忽略临时文件和脚本 %d 个", len(inbox.sources), void, ignored)
        with _scratch(options) as scratch, _engine(options, settings, scratch, inbox) as engine:
            received = _receive(engine, scratch, inbox, settings, options)
            whole, chosen = _choose(received, settings, options)
            gathered = _score(engine, scratch, whole, received, settings, options)
            report = Report(whole, gathered.tally)
            report.exit_code = _exit_code(gathered.tally, options.fail_on)
            report.findings = list(gathered.findings()) if options.findings else []
            made_of = write(engine, stage, gathered, received, settings, chosen, options)
        report.seconds = round(time.monotonic() - started, 3)
        if not options.dry_run:
            totals = whole.totals
            intervals = zip(totals["low"].tolist(), totals["high"].tolist(), strict=True)
            points = dict(zip(totals["department"], intervals, strict=True))
            report.since = since(last_manifest(options.output), made_of, points, whole.handed)
            outcome = {
                "totals": points,
                "since": report.since.to_dict() if report.since else None,
                "reminders": report.reminders(),
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


def _receive(engine: Engine, scratch: Scratch, inbox: Inbox, settings: Settings, options: Options) -> Received:
    """Every file read, and whose it is."""
    named = {"复核记录": options.decisions, "部门名单": options.departments}
    handed_in, lists = set_apart(inbox.sources, named)
    readings = sorted([*read_all(engine, handed_in, bar=options.bar), *lists], key=lambda r: r.file)
    if options.recalculate:
        readings = recalculated(engine, inbox.sources, readings, scratch.folder)
    documents = [document for reading in readings for document in reading.documents]
    received = Received(inbox, readings, group(documents, [*settings.regions.values()], settings.roster))
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
    engine: Engine, scratch: Scratch, whole: Whole, received: Received, settings: Settings, options: Options
) -> Gathered:
    """Every department scored, and what is said of each. Raises RunError R07 where there is none."""
    prior = last_output(options.prior, settings.library.dictionary, whole.year) if options.prior else None
    if not whole.departments:
        raise _nothing_scored(received.readings, whole.year)
    replies = [reply for reading in received.readings for reply in reading.replies]
    answers = [reply.number for reply in replies]
    gathered = gather(
        engine,
        scratch,
        whole,
        received.contents,
        prior,
        answers,
        size=options.chunk,
        books=options.books,
        bar=options.bar,
    )
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
