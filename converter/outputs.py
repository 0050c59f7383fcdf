"""The outputs of a run: workbooks by the workers, meanwhile the summary, the page and the CSV files here; then all published."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from converter.audit.report import report as report_page
from converter.books.assemble import book_names, summary
from converter.books.summary import SummaryWriter
from converter.engine import Engine
from converter.gathering import Gathered, alive
from converter.manifest import fingerprint, info_rows, manifest, source_rows
from converter.portions import Writing, write_books
from converter.progress import tracked
from converter.publish import MANIFEST, Stage, previous_outputs, strangers
from converter.receiving import Received
from converter.recorded import recorded
from converter.scoring.choosing import Choice
from converter.scratch import Kept, Scratch
from converter.settings import Options, Settings

log = logging.getLogger("jixiao")
In = TypeVar("In")
Out = TypeVar("Out")
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
    book = summary(whole, gathered.tables(), gathered.ratios, gathered.tally, names, sources, info, leads, mark)
    writer = SummaryWriter(book, partial(_each, engine))  # whose rows are made before the departments' workbooks
    work = _writings(gathered, names, mark)
    made = alive(engine.map(write_books, work, 1, timed=False), "写部门工作簿")
    stage.add("report.html", report_page(book, whole.rules.distinct[0].grade_lines()))
    for name, pieces in gathered.csv_files():
        stage.add_pieces(name, pieces)
    target = gathered.scratch.folder / "summary.xlsx"
    writer.write(target)
    stage.take(f"评分汇总_{whole.year}.xlsx", target)
    formulas: dict[str, tuple[Kept, list[str]]] = {}
    for written in tracked(made, len(work), "写部门工作簿", bar=options.bar):
        for one in written:
            stage.take(one.name, gathered.scratch.folder / one.file, one.sha256)
            formulas.setdefault(one.formulas, (one.kept, []))[1].append(one.name)
    made_of = manifest(whole, library, inbox, sources, chosen, gathered.prior)
    return {**made_of, "fingerprint": mark, "formulas": _formulas(gathered.scratch, formulas)}


def _each(engine: Engine, function: Callable[[In], Out], items: Sequence[In]) -> Iterator[Out]:
    """The function of each item, by the workers."""
    return alive(engine.map(function, items, 1, timed=False), "写汇总工作簿")


def _formulas(scratch: Scratch, found: Mapping[str, tuple[Kept, list[str]]]) -> list[dict[str, Any]]:
    """What run.json keeps of the workbooks' formulas: those that are the same stand there once."""
    groups = sorted((sorted(names), kept) for kept, names in found.values())
    return [{"books": names, "sheets": scratch.load(kept)} for names, kept in groups]


def _writings(gathered: Gathered, names: Mapping[str, str], mark: str) -> list[Writing]:
    """The workbooks to be written, a few by each task."""
    return [
        Writing(gathered.scratch, kept, told.for_departments, {who: names[who] for who in departments}, mark)
        for portion, told in zip(gathered.portions, gathered.told, strict=True)
        for departments, kept in portion.books
    ]


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


def name_strangers(output: Path, outputs: Iterable[str]) -> None:
    """Names the files in OUT that no run of ours made."""
    for name in strangers(output, outputs):
        log.warning("输出文件夹里有不是本程序写的文件，未动：%s", name)
