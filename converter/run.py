"""The job in order: discover → read → map → check → compute → write → publish."""

import json
import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from converter.audit.report import report as report_page
from converter.books.assemble import book_names, csv_files, department_books, summary
from converter.books.contents import DepartmentBook
from converter.books.department import department_book
from converter.books.livecells import grouped, written_formulas
from converter.books.summary import summary_book
from converter.engine import LocalPool, Lost
from converter.intake.discover import Source, discover
from converter.lastyear import last_output
from converter.manifest import fingerprint, info_rows, manifest, source_rows
from converter.mapping.departments import drop_copies, group, regions_named
from converter.mapping.facts import Reading
from converter.mapping.library import Library
from converter.mapping.roster import Roster, load_roster
from converter.mapping.unmatched import Unmatched
from converter.mapping.years import choose_year
from converter.progress import tracked
from converter.publish import MANIFEST, Stage, locked, previous_outputs, strangers
from converter.reading import collect_seldom, describe_source, draft_source, prepare
from converter.recalculation import recalculated
from converter.receiving import file_findings, read_all, set_apart, survived
from converter.recorded import recorded
from converter.scoring.batch import Batch, score_kinds
from converter.scoring.checks import load_checks
from converter.scoring.choosing import choices
from converter.scoring.decisions import Decisions, load_decisions
from converter.scoring.handling import answered
from converter.scoring.inputs import Derivations
from converter.scoring.shelf import load_schemes, region_names
from converter.vocabulary.findings import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    Finding,
    Level,
    Place,
    RunError,
    level_at_least,
    numbered,
)

log = logging.getLogger("jixiao")
CSV_NAMES = ("scores.csv", "facts.csv", "findings.csv", "checks.csv")


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    inboxes: tuple[Path, ...]
    output: Path
    year: int | None = None
    region: str | None = None
    mappings: Path | None = None
    departments: Path | None = None
    prior: Path | None = None
    decisions: Path | None = None
    jobs: int = 1
    books: bool = True
    passwords: tuple[str, ...] = ()
    recalculate: bool = False
    dry_run: bool = False
    fail_on: str = "error"
    bar: bool = False
    rules: Path | None = None  # stands for the built-in mappings


@dataclass
class Report:
    """What became of a run: the batch, its findings, the outputs by name with their SHA-256, and the exit code."""

    batch: Batch
    findings: list[Finding]
    outputs: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    exit_code: int = EXIT_CLEAN
    seconds: float = 0.0

    def totals(self) -> list[dict[str, object]]:
        """A row for each department: names, intervals, grades."""
        rows = self.batch.totals.astype(object).where(self.batch.totals.notna(), None)
        return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "year": self.batch.year,
            "scheme": "；".join(part.scheme.name for part in self.batch.each),
            "counts": self.counts(),
            "totals": self.totals(),
            "findings": [_finding_dict(item) for item in self.findings],
            "outputs": sorted(self.outputs),
            "exit_code": self.exit_code,
        }

    def counts(self) -> dict[str, int]:
        """Departments and findings by level."""
        levels = Counter(str(item.level) for item in self.findings)
        return {"部门": len(self.batch.departments), **{str(level): levels[str(level)] for level in Level}}


def _finding_dict(item: Finding) -> dict[str, Any]:
    content = {**vars(item), **vars(item.place)}
    del content["place"]
    return content


def run(options: Options) -> Report:
    """Converts the inboxes into OUT. Raises RunError or ConfigurationError (exit 2) before anything is written."""
    started = time.monotonic()
    collect_seldom()
    library = Library(options.mappings, options.rules)
    forms, checks, derivations = library.forms, load_checks(library), Derivations(library.dictionary)
    shelf = load_schemes(library)
    regions = region_names(shelf)
    roster = load_roster(options.departments, [*regions.values()]) if options.departments else Roster()
    decisions = load_decisions(options.decisions) if options.decisions else Decisions()
    with nullcontext() if options.dry_run else locked(options.output):
        stage = Stage(options.output)
        if not options.dry_run and stage.recover():
            log.warning("上次运行在写出时中断，已先补写完")
        inbox = discover(options.inboxes, options.output)
        void, ignored = len(inbox.void), len(inbox.ignored)
        log.info("收到 %d 个文件，另有作废或退回 %d 个，忽略临时文件和脚本 %d 个", len(inbox.sources), void, ignored)
        with LocalPool(options.jobs, prepare, (forms, library.dictionary, options.passwords)) as pool:
            handed_in, lists = set_apart(
                inbox.sources, {"复核记录": options.decisions, "部门名单": options.departments}
            )
            readings = sorted([*read_all(pool, handed_in, bar=options.bar), *lists], key=lambda r: r.file)
            if options.recalculate:
                readings = recalculated(pool, inbox.sources, readings)
            documents = [document for reading in readings for document in reading.documents]
            submissions = group(documents, [*regions.values()], roster)
            digests = {source.name: source.sha256 for source in inbox.sources}
            drop_copies(submissions, digests)
            year = choose_year(submissions, forms, options.year)
            spoken = regions_named(submissions, regions)
            chosen = choices(shelf, year, options.region, spoken, [s.kind for s in submissions] or [""])
            for choice in dict.fromkeys(chosen.values()):
                log.info("数据年度 %d，评分方案 %s：%s", year, choice.scheme.name, choice)
            if decisions:
                log.info("复核记录 %s：签署齐全 %d 条", decisions.shown, len(decisions.rows))
            schemes = {kind: choice.scheme for kind, choice in chosen.items()}
            prior = last_output(options.prior, library.dictionary, year) if options.prior else None
            batch = score_kinds(submissions, schemes, checks, derivations, forms, roster, prior, digests, decisions)
            if not batch.departments:
                raise _nothing_scored(readings, year)
            found = numbered([*batch.findings, *file_findings(readings, submissions)])
            replies = [reply for reading in readings for reply in reading.replies]
            findings = answered(found, replies, batch.review.ledger)
            report = Report(batch, findings)
            report.exit_code = _exit_code(findings, options.fail_on)
            names = book_names(batch.departments, year) if options.books else {}
            sources = source_rows(inbox, readings, submissions, batch, findings)
            info = info_rows(batch, library, inbox, chosen, roster, prior, recalculated=options.recalculate)
            mark = fingerprint(info)
            contents = department_books(batch, findings, mark) if options.books else []
            book = summary(batch, findings, names, sources, info, mark)
            if options.dry_run:
                report.outputs = dict.fromkeys([*_names(batch, names)], "")
            else:
                _stage_books(pool, stage, contents, names, bar=options.bar)
                stage.add(f"评分汇总_{year}.xlsx", summary_book(book))
                stage.add("report.html", report_page(book, batch.scheme.grade_lines()))
                for name, content in csv_files(batch, findings).items():
                    stage.add(name, content)
        report.seconds = round(time.monotonic() - started, 3)
        if not options.dry_run:
            made_of = manifest(batch, library, inbox, sources, chosen, roster, prior)
            _publish(stage, options, report, {**made_of, "fingerprint": mark})
    return report


def describe_one(
    sources: Sequence[Source], mappings: Path | None, *, printed: bool = False
) -> tuple[Reading, dict[str, list[Unmatched]]]:
    """One file read in a worker of its own, with the labels that gave nothing by sheet; `printed` takes it for a notice,
    whose indicator list may have no column for self scores.
    """
    library = Library(mappings)
    forms = [form.as_printed() for form in library.forms] if printed else library.forms
    with LocalPool(1, prepare, (forms, library.dictionary)) as pool:
        (result,) = pool.map(describe_source, sources[:1])
    return (survived(result), {}) if isinstance(result, Lost) else result


def draft_one(sources: Sequence[Source], mappings: Path | None) -> str:
    """Forms drafted in a worker for the sheets of one file that no form knows, "" where there is no table.

    Several drafts are parted by lines of ---. Raises RunError R15 for a file that cannot be read.
    """
    library = Library(mappings)
    with LocalPool(1, prepare, (library.forms, library.dictionary)) as pool:
        (result,) = pool.map(draft_source, sources[:1])
    if isinstance(result, Lost | Finding):
        why = result.message if isinstance(result, Finding) else "读取进程异常退出"
        raise RunError("R15", f"文件读不出来：{why}", "可用 jixiao describe 查看原因", Place(sources[0].name))
    return "---\n".join(result)


def _names(batch: Batch, names: dict[str, str]) -> list[str]:
    return [f"评分汇总_{batch.year}.xlsx", *names.values(), "report.html", *CSV_NAMES]


def _nothing_scored(readings: Sequence[Reading], year: int) -> RunError:
    reasons = [f"{item.place}：{item.message}" for reading in readings for item in reading.findings][:3]
    why = "；".join(reasons) or f"没有 {year} 年度的报表"
    return RunError(
        "R07", f"没有可以评分的部门（{why}）", "请核对收件箱与数据年度；可用 jixiao describe 文件 查看读取情况"
    )


def _exit_code(findings: Sequence[Finding], fail_on: str) -> int:
    return EXIT_FINDINGS if any(level_at_least(item.level, fail_on) for item in findings) else EXIT_CLEAN


def _stage_books(
    pool: LocalPool, stage: Stage, contents: Sequence[DepartmentBook], names: dict[str, str], *, bar: bool
) -> None:
    made_books = tracked(pool.map(department_book, contents), len(contents), "写部门工作簿", bar=bar)
    for content, made in zip(contents, made_books, strict=True):
        if isinstance(made, Lost):  # nothing of the input can do this: a bug of ours, or no memory left
            raise RuntimeError(f"写出“{content.department}”的工作簿时进程异常退出")  # noqa: TRY004
        stage.add(names[content.department], made)


def _books_of(outputs: Iterable[str]) -> list[str]:
    return sorted(name for name in outputs if name.startswith("部门/"))


def _publish(stage: Stage, options: Options, report: Report, made_of: dict[str, Any]) -> None:
    """Stages the manifest, moves everything into OUT, removes what the previous run made and this one did not."""
    report.outputs = dict(stage.hashes)
    report.removed = sorted(set(previous_outputs(options.output)) - set(stage.hashes) - {MANIFEST})
    content = {
        **made_of,
        "outputs": [{"file": name, "sha256": digest} for name, digest in sorted(report.outputs.items())],
        "formulas": grouped((name, written_formulas(stage.content(name))) for name in _books_of(report.outputs)),
        "removed": report.removed,
        "counts": report.counts(),
        "options": recorded(options),
        "exit_code": report.exit_code,
        "seconds": report.seconds,
    }
    stage.add(MANIFEST, json.dumps(content, ensure_ascii=False, indent=1).encode(errors="replace"))
    stage.publish(report.removed)
    for name in report.removed:
        log.warning("已删除上次的输出：%s", name)
    for name in strangers(options.output, report.outputs):
        log.warning("输出文件夹里有不是本程序写的文件，未动：%s", name)
