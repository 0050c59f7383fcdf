"""The outputs of a run: workbooks by the workers, meanwhile the summary, the page and the CSV files here; then all published."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from converter.audit.report import report as report_page
from converter.blocks import Blocks
from converter.books.assemble import book_names, summary
from converter.books.summary import SummaryBook, SummaryWriter
from converter.bookwork import Books, files_of
from converter.engine import Engine
from converter.gathering import Gathered, alive
from converter.manifest import info_rows, manifest, source_rows
from converter.marks import fingerprint, materials
from converter.pages import Page, write_page
from converter.pages import Written as WrittenPage
from converter.portions import write_books
from converter.progress import tracked
from converter.publish import MANIFEST, Stage, name_strangers, previous_outputs
from converter.receiving import Received
from converter.recorded import recorded
from converter.scoring.choosing import Choice
from converter.settings import Options, Settings

log = logging.getLogger("jixiao")
In = TypeVar("In")
Out = TypeVar("Out")
#: So few tasks are done here: a worker would first have to load what this process has.
_FEW = 3
CSV_NAMES = ("scores.csv", "facts.csv", "findings.csv", "checks.csv")


def write(
    engine: Engine,
    stage: Stage,
    gathered: Gathered,
    received: Received,
    settings: Settings,
    chosen: Mapping[str, Choice],
    options: Options,
) -> dict[str, Any]:
    """Stages every output but the manifest (in a dry run only their names), and gives what the manifest says of the inputs."""
    whole, library, inbox = gathered.whole, settings.library, received.inbox
    names = book_names(whole.departments, whole.year) if options.books else {}
    sources = source_rows(inbox, received.readings, received.submissions, whole, gathered.findings())
    if options.dry_run:
        named = (f"评分汇总_{whole.year}.xlsx", *names.values(), "report.html", *CSV_NAMES)
        stage.hashes.update(dict.fromkeys(named, ""))
        return {}
    info = info_rows(whole, library, inbox, chosen, gathered.prior, recalculated=options.recalculate)
    mark = fingerprint(info)
    leads = gathered.leads()
    book = summary(
        whole, gathered.tables(), gathered.ratios, gathered.tally, names, sources, info, leads, mark, gathered.seen()
    )
    # Its rows are made before the departments' workbooks.
    reuse = gathered.scoring.reuse
    memory = Blocks(reuse.ledger, gathered.scratch, reuse.base) if reuse else None
    writer = SummaryWriter(book, partial(_each, engine), gathered.scratch, memory)
    books = Books(gathered, names, materials(info, files_of(whole, received.digests)), options.output)
    left = books.left()
    for name, digest in left:
        stage.leave(name, digest)
    work = books.writings({one.name for one in left})
    made = map(write_books, work) if len(work) <= _FEW else _each(engine, write_books, work, "写部门工作簿")
    pages = _pages(engine, gathered, book, idle=len(work) <= _FEW and len(gathered.portions) > 1)
    target = gathered.scratch.folder / "summary.xlsx"
    writer.write(target)
    stage.take(f"评分汇总_{whole.year}.xlsx", target)
    for page in pages:
        stage.take(page.name, gathered.scratch.folder / page.file, page.sha256)
    for written in tracked(made, len(work), "写部门工作簿", bar=options.bar):
        for one in written:
            stage.take(one.name, gathered.scratch.folder / one.file, one.sha256)
        books.keep(written)
    made_of = manifest(whole, library, inbox, sources, chosen, gathered.prior)
    return {**made_of, "fingerprint": mark, "formulas": books.formulas()}


def _pages(engine: Engine, gathered: Gathered, book: SummaryBook, *, idle: bool) -> Iterable[WrittenPage]:
    """The page and the CSV files: made here at once, or by workers that would else have nothing to do."""
    shown = partial(report_page, book, gathered.whole.rules.distinct[0].grade_lines())
    work = [Page(gathered.scratch, "report.html", shown)]
    work += [Page(gathered.scratch, name, pieces) for name, pieces in gathered.csv_files()]
    return _each(engine, write_page, work, "写网页和数据表") if idle else [*map(write_page, work)]


def _each(
    engine: Engine, function: Callable[[In], Out], items: Sequence[In], doing: str = "写汇总工作簿"
) -> Iterator[Out]:
    """The function of each item, by the workers."""
    return alive(engine.map(function, items, 1, timed=False), doing)


def publish(stage: Stage, options: Options, made_of: Mapping[str, Any], outcome: Mapping[str, Any]) -> list[str]:
    """Stages the manifest, moves everything into OUT, and removes what the previous run made and this one did not; what that is."""
    outputs = dict(stage.hashes)
    removed = sorted(set(previous_outputs(options.output)) - set(outputs) - {MANIFEST})
    content = {
        **made_of,
        "outputs": [{"file": name, "sha256": digest} for name, digest in sorted(outputs.items())],
        "removed": removed,
        "options": recorded(options),
        **outcome,
    }
    stage.add(MANIFEST, json.dumps(content, ensure_ascii=False, indent=1).encode(errors="replace"))
    stage.publish(removed)
    for name in removed:
        log.warning("已删除上次的输出：%s", name)
    name_strangers(options.output, outputs)
    return removed
