"""The files of a run, read in workers: each once, without the run's own lists, and whose the findings about files are."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING

from converter.books.shown import printable
from converter.engine import Engine, LocalPool, Lost
from converter.intake.discover import Inbox, Source
from converter.mapping.departments import Submission
from converter.mapping.facts import Reading
from converter.mapping.library import Library
from converter.progress import tracked
from converter.reading import describe_source, draft_source, prepare, read_source
from converter.recalling import Contents, Recall
from converter.vocabulary.findings import Finding, Place, RunError, finding

if TYPE_CHECKING:
    from converter.mapping.unmatched import Unmatched

log = logging.getLogger("jixiao")
_NONE: Mapping[str, str] = {}


@dataclass(frozen=True)
class Received:
    """The inbox, read: one reading for each file, and the departments that the documents are from."""

    inbox: Inbox
    readings: list[Reading]
    submissions: list[Submission]
    recall: Recall | None = None

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 by file."""
        return {source.name: source.sha256 for source in self.inbox.sources}

    @cached_property
    def contents(self) -> Contents:
        """Where the documents of each file lie."""
        return Contents({reading.file: reading.kept for reading in self.readings if reading.kept}, self.recall)


def read_all(
    pool: Engine,
    sources: Sequence[Source],
    *,
    bar: bool = False,
    recall: Recall | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> list[Reading]:
    """Every file read in a worker; a file that repeats another of its folder byte by byte is read once, and one that an
    earlier run read (`recall`) not at all. `meanwhile` is done while the workers are at it, as is the recalling.
    """
    first: dict[tuple[str, str], str] = {}
    unique, repeated = [], []
    for source in sources:
        key = (source.folder, source.sha256)
        if key in first and source.size:
            place = Place(source.name)
            note = finding("F10", f"与“{first[key]}”内容完全相同", subject=source.name, place=place)
            repeated.append(Reading(source.name, findings=[note]))
        else:
            first[key] = source.name
            unique.append(source)
    known = recall.known(unique) if recall else {}
    fresh = [source for source in unique if source not in known]
    results = pool.map(read_source, fresh)
    if meanwhile is not None:
        meanwhile()
    recalled = dict(recall.readings(known)) if recall else {}
    readings = [_settled(reading, source) for source, reading in recalled.items()]
    if damaged := [source for source in known if source not in recalled]:
        fresh, results = [*fresh, *damaged], chain(results, pool.map(read_source, damaged))
    for source, result in zip(fresh, tracked(results, len(fresh), "读取文件", bar=bar), strict=True):
        reading = survived(result)
        if recall and reading is result:
            recall.keep(source, reading)
        forms = "、".join(document.form for document in reading.documents)
        log.debug("已读取 %s：%s", printable(reading.file), forms or "没有认出表")
        readings.append(_settled(reading, source))
    return sorted([*readings, *repeated], key=lambda reading: reading.file)


def _settled(reading: Reading, source: Source) -> Reading:
    """A reading to be held with those of all other files: with the texts that are there already, without what is no longer
    asked for.
    """
    reading.file, reading.unused = source.name, _NONE
    for document in reading.documents:
        document.file = source.name
    if reading.kept:
        file, start, length = reading.kept
        reading.kept = intern(file), start, length
    return reading


def set_apart(sources: Sequence[Source], named: Mapping[str, Path | None]) -> tuple[list[Source], list[Reading]]:
    """The sources without the run's own lists (by what each is), which may lie in the inbox, and notes about those."""
    whats = {path.resolve(): what for what, path in named.items() if path is not None}
    asked = sources if whats else ()
    lists = {source: what for source in asked if not source.inner and (what := whats.get(source.path.resolve()))}
    readings = []
    for source, what in lists.items():
        note = finding("F16", f"是本次使用的{what}", subject=source.name, place=Place(source.name))
        readings.append(Reading(source.name, findings=[note]))
    return [source for source in sources if source not in lists], readings


def survived(result: Reading | Lost[Source]) -> Reading:
    """The reading of a file; a finding where the process that read it died."""
    if isinstance(result, Lost):
        name = result.item.name
        lost = finding("F07", "读取进程异常退出，或超出时间、内存上限", subject=name, place=Place(name))
        return Reading(name, findings=[lost])
    return result


def _owners(submissions: Sequence[Submission], folders: Iterable[str]) -> dict[str, set[str]]:
    """For some folders the departments that have documents in each."""
    owners: dict[str, set[str]] = {folder: set() for folder in folders}
    for submission in submissions:
        for document in submission.documents:
            folder = document.file.rpartition("/")[0]
            if folder in owners:
                owners[folder].add(submission.department)
    return owners


def file_findings(readings: Sequence[Reading], submissions: Sequence[Submission]) -> list[Finding]:
    """Findings about files, given to the department that alone has documents in the file's folder."""
    telling = [reading for reading in readings if reading.findings]
    owners = _owners(submissions, [reading.file.rpartition("/")[0] for reading in telling])
    findings = []
    for reading in telling:
        there = owners[reading.file.rpartition("/")[0]]
        department = next(iter(there)) if len(there) == 1 else ""
        findings += [item._replace(department=department) if department else item for item in reading.findings]
    return findings


def describe_one(
    sources: Sequence[Source], mappings: Path | None, *, printed: bool = False
) -> "tuple[Reading, dict[str, list[Unmatched]]]":
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
