"""The outputs of a run: workbooks by the workers, meanwhile the page, the CSV files and the summary here; then all published."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any, TypeVar

from converter.audit.report import report as report_page
from converter.blocks import Blocks
from converter.books.assemble import book_names, summary
from converter.books.summary import SummaryBook, SummaryWriter
from converter.bookwork import Books, files_of
from converter.engine import Engine, alive
from converter.gathering import Gathered
from converter.manifest import info_rows, manifest, source_rows
from converter.marks import fingerprint, materials
from converter.pages import Page, write_page
from converter.portions import Writing, write_books
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
_WORDS = 5_000
#: A fourth of the departments' workbooks is written before the rows of the summary are made, and while here is told what they
#: are, the page and the CSV files are written; the others come behind them, so that nobody waits for anybody.
_AHEAD, _WRITING = 4, "写部门工作簿"
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
    if options.dry_run:
        named = (f"评分汇总_{whole.year}.xlsx", *names.values(), "report.html", *CSV_NAMES)
        stage.hashes.update(dict.fromkeys(named, ""))
        return {}
    info = info_rows(whole, library, inbox, chosen, gathered.prior, recalculated=options.recalculate)
    mark = fingerprint(info)
    made_of = materials(info, files_of(whole, received.digests)) if options.books else {}
    books = Books(gathered, names, made_of, options.output)
    work = _to_write(books, stage)
    ahead = len(work) // _AHEAD if len(work) > _FEW else 0
    early = _each(engine, write_books, work[:ahead], _WRITING)
    aside = gathered.scratch.pile
    sources = aside(source_rows(inbox, received.readings, received.submissions, whole, gathered.findings()))
    leads = gathered.leads()
    tables, ratios, seen = gathered.tables(), gathered.ratios, gathered.seen()
    book = summary(whole, tables, ratios, gathered.tally, names, sources, info, leads, mark, seen, aside)
    pages, idle = _pages(gathered, book), not ahead and len(gathered.portions) > 1  # the workers have little to write
    here = [] if idle else [*map(write_page, pages)]
    reuse = gathered.scoring.reuse
    memory = Blocks(reuse.ledger, gathered.scratch, reuse.base) if reuse else None
    writer = SummaryWriter(book, partial(_each, engine), gathered.scratch, memory)
    late = _each(engine, write_books, work[ahead:], _WRITING) if ahead else map(write_books, work)
    there = _each(engine, write_page, pages, "写网页和数据表") if idle else here
    target = gathered.scratch.folder / "summary.xlsx"
    writer.write(target)
    stage.take(f"评分汇总_{whole.year}.xlsx", target)
    for page in there:
        stage.take(page.name, gathered.scratch.folder / page.file, page.sha256)
    known = manifest(whole, library, inbox, sources, chosen, gathered.prior)
    for written in tracked(chain(early, late), len(work), _WRITING, bar=options.bar):
        for one in written:
            stage.take(one.name, gathered.scratch.folder / one.file, one.sha256)
        books.keep(written)
    return {**known, "fingerprint": mark, "formulas": books.formulas()}


def _to_write(books: Books, stage: Stage) -> list[Writing]:
    """The workbooks that do not lie in OUT as they are to be."""
    left = books.left()
    for name, digest in left:
        stage.leave(name, digest)
    return books.writings({one.name for one in left})


def _pages(gathered: Gathered, book: SummaryBook) -> list[Page]:
    """The page and the CSV files."""
    shown = partial(report_page, book, gathered.whole.rules.distinct[0].grade_lines())
    csv = [Page(gathered.scratch, name, pieces) for name, pieces in gathered.csv_files()]
    return [Page(gathered.scratch, "report.html", shown), *csv]


def _each(
    engine: Engine, function: Callable[[In], Out], items: Sequence[In], doing: str = "写汇总工作簿"
) -> Iterator[Out]:
    """The function of each item, by the workers."""
    return alive(engine.map(function, items, 1, timed=False), doing)


def _as_json(content: Mapping[str, Any]) -> Iterator[bytes]:
    """JSON, a good many words at a time."""
    words = json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(content)
    while some := "".join(islice(words, _WORDS)):
        yield some.encode(errors="replace")


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
    stage.add_pieces(MANIFEST, _as_json(content))
    stage.publish(removed)
    for name in removed:
        log.warning("已删除上次的输出：%s", name)
    name_strangers(options.output, outputs)
    return removed
