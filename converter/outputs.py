"""The outputs of a run: workbooks by the workers, meanwhile the page, the CSV files and the summary here; then all published."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from converter.ahead import MANIFEST
from converter.audit.report import report as report_page
from converter.blocks import Blocks
from converter.books.overview import book_names, summary
from converter.books.summary import SummaryBook, SummaryWriter
from converter.books.tables import Row, Rows
from converter.bookwork import Books
from converter.engine import Engine, each
from converter.gathering import Gathered
from converter.lastmanifest import forget_last, last_manifest, previous_outputs
from converter.lastrun import Since, since
from converter.manifest import OUTPUTS, as_json, info_rows, inputs_as_json, manifest, source_rows
from converter.marks import files_of, fingerprint, materials
from converter.pages import Page, Written, write_page
from converter.piles import pile
from converter.progress import tracked
from converter.publish import Stage
from converter.receiving import Received
from converter.recorded import recorded
from converter.scoring.choosing import Choice
from converter.scoring.whole import Whole
from converter.scratch import Scratch
from converter.settings import Options, Settings
from converter.tasks import Writing
from converter.tasks import Written as WrittenBook
from converter.workers import write_books

log = logging.getLogger("jixiao")
#: So few tasks leave the workers time for other things: they come first, and the workers write the pages too.
_FEW = 3
#: A fourth of the departments' workbooks is written before the rows of the summary are made, and while here is told what they
#: are, the page and the CSV files are written; the others come behind them, so that nobody waits for anybody.
_AHEAD, _WRITING = 4, "写部门工作簿"
#: Department → 下限 and 上限.
Intervals = dict[str, tuple[float, float]]
CSV_NAMES = ("scores.csv", "facts.csv", "findings.csv", "checks.csv")


class Made(NamedTuple):
    """What run.json says of what the outputs are made of, and of the totals; how that compares with the last run; and what of
    the outputs of the last run lies in OUT still.
    """

    of: Mapping[str, Any]
    totals: Intervals
    since: Since | None
    before: Collection[str]


def write_ahead(engine: Engine, gathered: Gathered) -> Iterator[Written] | None:
    """The CSV files of what is scored, begun while all is concluded here, where the workers will have little else to write."""
    if len(gathered.books) > _FEW or len(gathered.portions) == 1:
        return None
    return _by_workers(engine, [Page(gathered.scratch, name, pieces) for name, pieces in gathered.scored_csv()])


def _by_workers(engine: Engine, pages: Sequence[Page]) -> Iterator[Written]:
    return each(engine, write_page, pages, "写数据表")


def write(
    engine: Engine,
    stage: Stage,
    gathered: Gathered,
    received: Received,
    settings: Settings,
    chosen: Mapping[str, Choice],
    options: Options,
) -> Made | None:
    """Stages every output but the manifest, for which it gives what these are made of; in a dry run only their names."""
    whole, library, inbox = gathered.whole, settings.library, received.inbox
    names = book_names(whole.departments, whole.year) if options.books else {}
    if options.dry_run:
        named = (f"评分汇总_{whole.year}.xlsx", *names.values(), "report.html", *CSV_NAMES)
        stage.hashes.update(dict.fromkeys(named, ""))
        return None
    info = info_rows(whole, library, inbox, chosen, gathered.prior, recalculated=options.recalculate)
    mark = fingerprint(info)
    reuse = gathered.scoring.reuse
    made_of = (
        reuse.materials if reuse else materials(info, files_of(whole.submissions if names else (), received.digests))
    )
    books = Books(gathered, names, made_of, options.output)
    work = _to_write(books, stage)
    few = len(work) <= _FEW
    ahead = len(work) if few else len(work) // _AHEAD
    early = each(engine, write_books, work[:ahead], _WRITING, _FEW if few else 1)
    scratch, there = gathered.scratch, gathered.ahead
    csv = [Page(scratch, name, pieces) for name, pieces in gathered.told_csv()]
    if there is not None:
        there = chain(there, _by_workers(engine, csv))
    book, sources = _shown(gathered, received, names, info)
    lines = whole.rules.distinct[0].grade_lines()
    shown = Page(scratch, "report.html", partial(report_page, book, gathered.points(), lines, gathered.tally))
    if there is None:
        csv += [Page(scratch, name, pieces) for name, pieces in gathered.scored_csv()]
        pages: Iterable[Written] = [write_page(page) for page in (shown, *csv)]
    else:
        pages = chain(there, _by_workers(engine, [shown]))
    memory = Blocks(reuse.ledger, scratch, reuse.base) if reuse else None
    writer = SummaryWriter(book, partial(each, engine, doing="写汇总工作簿", size=2), scratch, memory)
    late = each(engine, write_books, work[ahead:], _WRITING)
    inputs = Page(scratch, MANIFEST, partial(inputs_as_json, sources, len(inbox.sources)))
    last = _by_workers(engine, [inputs])
    known = manifest(whole, library, inbox, sources, chosen, gathered.prior)
    made = _compared(known, whole, options)  # while the workers are at the rows of the summary
    target = scratch.folder / "summary.xlsx"
    digest = writer.write(target)
    stage.take(f"评分汇总_{whole.year}.xlsx", target, digest)
    _take(stage, scratch, pages)
    for written in tracked(chain(early, late), len(work), _WRITING, bar=options.bar):
        _take(stage, scratch, written)
        books.keep(written)
    (told,) = last
    known["inputs"].file = scratch.folder / told.file
    return made._replace(of={**known, "fingerprint": mark, "formulas": books.formulas()})


def _compared(made_of: Mapping[str, Any], whole: Whole, options: Options) -> Made:
    """What this run is made of, beside the last one."""
    totals = whole.totals
    intervals = zip(totals["low"], totals["high"], strict=True)
    points = dict(zip(totals["department"], intervals, strict=True))
    told = since(last_manifest(options.output), made_of, points, whole.handed)
    before = previous_outputs(options.output)
    forget_last(options.output)
    return Made(made_of, points, told, before)


def _take(stage: Stage, scratch: Scratch, written: Iterable[Written | WrittenBook]) -> None:
    for one in written:
        stage.take(one.name, scratch.folder / one.file, one.sha256)


def _shown(
    gathered: Gathered, received: Received, names: Mapping[str, str], info: Sequence[Row]
) -> tuple[SummaryBook, Rows]:
    """The content of the summary, and its rows of 来源文件."""
    whole, aside = gathered.whole, partial(pile, gathered.scratch)
    sources = aside(source_rows(received.inbox, received.readings, received.submissions, whole, gathered.about_files()))
    tables, ratios, leads = gathered.tables(), gathered.scored_at_large.ratios, gathered.leads()
    tally, seen, mark = gathered.tally, gathered.seen(), fingerprint(info)
    return summary(whole, tables, ratios, tally, names, sources, info, leads, mark, seen, aside), sources


def _to_write(books: Books, stage: Stage) -> list[Writing]:
    """The workbooks that do not lie in OUT as they are to be."""
    left = books.left()
    for name, digest in left:
        stage.leave(name, digest)
    return books.writings({one.name for one in left})


def stage_manifest(stage: Stage, options: Options, made: Made, outcome: Mapping[str, Any]) -> list[str]:
    """Stages the manifest, and gives what the previous run made and this one did not."""
    outputs = dict(stage.hashes)
    removed = sorted(set(made.before) - set(outputs) - {MANIFEST})
    content = {
        **made.of,
        OUTPUTS: [{"file": name, "sha256": digest} for name, digest in sorted(outputs.items())],
        "removed": removed,
        "options": recorded(options),
        **outcome,
    }
    stage.add_pieces(MANIFEST, as_json(content))
    return removed


def publish(stage: Stage, removed: Sequence[str]) -> None:
    """Moves everything into OUT, and removes what the previous run made and this one did not."""
    stage.publish(removed)
    for name in removed:
        log.warning("已删除上次的输出：%s", name)
