"""An INBOX as a side of a comparison: what the departments handed in, figure by figure, without scoring it."""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from converter.audit.sides import Side
from converter.books import tables
from converter.books.readback import Record
from converter.engine import LocalPool, Lost
from converter.intake.cells import text_of
from converter.intake.discover import Inbox, discover
from converter.mapping.departments import Submission, drop_copies, group
from converter.mapping.facts import Reading
from converter.mapping.library import Library
from converter.mapping.roster import Roster
from converter.mapping.years import settle_years
from converter.reading import prepare, read_source
from converter.scoring.frames import adopt, facts_frame

_LOST = "读取进程异常退出，或超出时间、内存上限"


def inbox_side(inbox: Path, library: Library, roster: Roster, regions: Sequence[str]) -> Side:
    """What lies in an INBOX, read as a run reads it. Raises RunError R01, R02 as `discover` does."""
    found = discover([inbox], None)
    with LocalPool(1, prepare, (library.forms, library.dictionary)) as pool:
        results = [*pool.map(read_source, found.sources)]
    readings = [result for result in results if not isinstance(result, Lost)]
    documents = [document for reading in readings for document in reading.documents]
    submissions = group(documents, regions, roster)
    drop_copies(submissions, {source.name: source.sha256 for source in found.sources})
    year = _year(submissions)
    for submission in submissions:
        settle_years(submission, year)
    frame = adopt(facts_frame([(one, one.documents) for one in submissions]), library.dictionary).facts
    codes = {one.department: one.listed.code for one in submissions if one.listed}
    rows = tables.fact_rows(frame, codes)
    named = "".join(f"{source.name}\0{source.sha256}\n" for source in found.sources)
    return Side(
        name=inbox.name,
        sha256=hashlib.sha256(named.encode(errors="surrogatepass")).hexdigest(),
        year=year,
        facts=[dict(zip(tables.FACT_HEADS, map(_text, row), strict=True)) for row in rows],
        sources=_sources(found, submissions, readings),
        inbox=True,
    )


def _year(submissions: Sequence[Submission]) -> int:
    """The year most documents carry, the later of two that as many do; 0 where none carries one."""
    years = Counter(d.year for s in submissions for d in s.documents if d.year is not None)
    return max(years, key=lambda year: (years[year], year), default=0)


def _sources(inbox: Inbox, submissions: Sequence[Submission], readings: Sequence[Reading]) -> list[Record]:
    """Rows of 来源文件: every file with its department, and why it could not be read."""
    owners = {document.file: one.department for one in submissions for document in one.documents}
    notes = {reading.file: "；".join(item.message for item in reading.findings) for reading in readings}
    return [
        {
            "文件": source.name,
            "部门": owners.get(source.name, ""),
            "SHA-256": source.sha256,
            "处理结果": notes.get(source.name, _LOST),
        }
        for source in inbox.sources
    ]


def _text(value: object) -> str:
    """A value as the CSV has it: "" for what is no number."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return text_of(value) if isinstance(value, int | float) else str(value)
