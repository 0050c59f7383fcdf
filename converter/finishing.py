"""The second half of the job: the files are read; the year and the schemes are chosen, all is scored, written and published."""

import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from converter.ahead import MANIFEST
from converter.beginning import Job
from converter.engine import Engine
from converter.gathering import Gathered, Scoring
from converter.lastrun import missing
from converter.manifest import info_rows
from converter.mapping.departments import regions_named
from converter.mapping.facts import Reading
from converter.mapping.years import choose_year
from converter.marks import files_of, materials
from converter.options import Options
from converter.outcome import Report
from converter.outputs import Made, publish, stage_manifest, write, write_ahead
from converter.publish import Stage, name_strangers
from converter.receiving import Received, file_findings
from converter.reuse import Reuse
from converter.scoring.choosing import Choice, choices
from converter.scoring.conclusion import conclude
from converter.scoring.prior import Prior
from converter.scoring.ruleset import Rules
from converter.scoring.whole import Whole, begin
from converter.scratch import Scratch
from converter.settings import Settings
from converter.settling import tell_all
from converter.vocabulary.findings import EXIT_CLEAN, EXIT_FINDINGS, Level, RunError, Tally, level_at_least

log = logging.getLogger("jixiao")


class Ending(NamedTuple):
    """A run whose outputs are staged: what became of it, and what the manifest says of its inputs."""

    report: Report
    stage: Stage
    made: Made | None

    def settled(self, job: Job, options: Options) -> None:
        """Stages the manifest, but in a dry run; the report is then whole, and nothing put aside is asked for again."""
        report, made = self.report, self.made
        report.seconds = round(time.monotonic() - job.started, 3)
        if made is not None:
            report.since = made.since
            outcome = {
                "totals": made.totals,
                "since": report.since.to_dict() if report.since else None,
                "reminders": report.reminders(),
                "missing": missing(report.whole.handed),
                "key": job.key,
                "counts": report.counts(),
                "exit_code": report.exit_code,
                "seconds": report.seconds,
            }
            report.removed = stage_manifest(self.stage, options, made, outcome)
        report.outputs = {name: digest for name, digest in self.stage.hashes.items() if name != MANIFEST}

    def publish(self, options: Options) -> None:
        """Moves the outputs to where they belong, but in a dry run; of the stage the rest is left."""
        if not options.dry_run:
            publish(self.stage, self.report.removed)

    def reported(self, options: Options) -> Report:
        """What became of the run; what else lies in OUT is named."""
        if not options.dry_run:
            name_strangers(options.output, self.stage.hashes)
        return self.report


def finish(
    engine: Engine, scratch: Scratch, stage: Stage, received: Received, settings: Settings, options: Options
) -> Ending:
    """Scores what was received and stages the outputs. Raises RunError R07 where there is nothing to score."""
    whole, chosen = _choose(received, settings, options)
    gathered = _score(engine, scratch, whole, received, settings, chosen, options)
    report = Report(whole, gathered.tally)
    report.exit_code = _exit_code(gathered.tally, options.fail_on)
    report.findings = list(gathered.findings()) if options.findings else []
    return Ending(report, stage, write(engine, stage, gathered, received, settings, chosen, options))


def _choose(received: Received, settings: Settings, options: Options) -> tuple[Whole, dict[str, Choice]]:
    """The year and the schemes, and the batch that is to be scored by them."""
    forms, submissions = settings.library.forms, received.submissions
    year = choose_year(submissions, forms, options.year)
    spoken = [] if options.region else regions_named(submissions, settings.regions)
    chosen = choices(settings.shelf, year, options.region, spoken, [s.kind for s in submissions] or [""])
    for choice in dict.fromkeys(chosen.values()):
        log.info("数据年度 %d，评分方案 %s：%s", year, choice.scheme.name, choice)
    if settings.decisions:
        log.info("复核记录 %s：签署齐全 %d 条", settings.decisions.shown, len(settings.decisions.rows))
    schemes = {kind: choice.scheme for kind, choice in chosen.items()}
    rules = Rules(schemes, settings.checks, settings.derivations, forms, settings.roster, settings.decisions)
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
    prior = _prior(options.prior, settings, whole.year)
    if not whole.departments:
        raise _nothing_scored(received.readings, whole.year)
    replies = [reply for reading in received.readings for reply in reading.replies]
    reuse = None
    if received.recall is not None:
        made_of = materials(
            info_rows(whole, settings.library, received.inbox, chosen, prior),
            files_of(whole.submissions, received.digests),
        )
        reuse = Reuse(received.recall.ledger, scratch, received.recall.base, made_of, received.recall.lying)
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
    if not options.dry_run:
        gathered.ahead = write_ahead(engine, gathered)
    conclude(whole, (scratch.load(portion.gist) for portion in gathered.portions), received.digests)
    said = file_findings(received.readings, received.submissions)
    tell_all(engine, gathered, said, replies, kept=options.findings)
    return gathered


def _prior(folder: Path | None, settings: Settings, year: int) -> Prior | None:
    """Last year's output, where one is given."""
    if folder is None:
        return None
    from converter.lastyear import last_output

    return last_output(folder, settings.library.dictionary, year)


def _nothing_scored(readings: Sequence[Reading], year: int) -> RunError:
    reasons = [f"{item.place}：{item.message}" for reading in readings for item in reading.findings][:3]
    why = "；".join(reasons) or f"没有 {year} 年度的报表"
    return RunError(
        "R07", f"没有可以评分的部门（{why}）", "请核对收件箱与数据年度；可用 jixiao describe 文件 查看读取情况"
    )


def _exit_code(tally: Tally, fail_on: str) -> int:
    return EXIT_FINDINGS if any(level_at_least(level, fail_on) and tally.at(level) for level in Level) else EXIT_CLEAN
