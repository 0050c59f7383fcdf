"""Sheets → documents: each recognised form with its facts, every fact with 文件, 工作表, 单元格 and 原文."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from sys import intern
from typing import Any, NamedTuple

from converter.intake.cells import Cell, Sheet, Workbook, a1
from converter.mapping.concealed import idle, shadows, visible_first
from converter.mapping.fields import Dictionary, FieldKind
from converter.mapping.forms import Form
from converter.mapping.indicators import SELF_SCORE, WEIGHT, IndicatorRows, Line
from converter.mapping.layouts import Layouts, Understood
from converter.mapping.locate import Located
from converter.mapping.matching import Match
from converter.mapping.named import NamedRows
from converter.mapping.page import Page, Seen
from converter.mapping.replies import Reply, replies_on
from converter.mapping.rows import Rows, TableRows
from converter.mapping.slots import Entry, Note
from converter.mapping.titles import printed_title
from converter.mapping.unfilled import two_units, unfilled, unsealed
from converter.vocabulary.findings import Finding, Place, finding, mask
from converter.vocabulary.numbers import USABLE, State

__all__ = ["SELF_SCORE", "WEIGHT", "Document", "Fact", "Line", "Printed", "Reading", "read_documents"]
#: Where every sheet is used: one for all files.
_NONE: Mapping[str, str] = {}
#: The sheet of our forms that says how to fill them in; it holds no figures.
_INSTRUCTIONS = "填表说明"
_MONEY = FieldKind.MONEY.unit
#: The code of a formula that was never calculated.
STALE = "D03"
#: Makes facts in half the time, by tuple's own constructor.
_made = tuple.__new__
_PROBLEMS = {State.UNREADABLE: "D01", State.ERROR: "D02", State.STALE: STALE}
#: The sheets by which our own books are known when they come back.
_OWN_SHEETS = ({"评分表", "核对", "说明"}, {"汇总", "指标得分", "规范数据"})


class Fact(NamedTuple):
    """One number from one cell; `year` is None until the submission's year is known (指标表 names none)."""

    year: int | None
    field: str
    value: float
    unit: str
    state: State
    raw: str
    form: str
    scope: str
    place: Place


class Printed(NamedTuple):
    """The sentence a department's 指标表 prints for an indicator, to be compared with the scheme's."""

    indicator: str
    text: str
    place: Place


@dataclass(slots=True)
class Document:
    """One form found on one sheet of one file. A batch holds all of them, without their numbers: hence the slots."""

    file: str
    sheet: str
    form: str
    year: int | None
    department: str
    unit: str = ""
    facts: Sequence[Fact] = ()
    printed: Sequence[Printed] = ()
    lines: Sequence[Line] = ()
    title: str = ""
    findings: Sequence[Finding] = ()
    unit_named: bool = True
    year_cell: Cell | None = None
    title_year: int | None = None
    department_cell: Cell | None = None

    def __getstate__(self) -> tuple[Any, ...]:
        """What is put aside and sent: facts as columns of plain values, which are packed in a tenth of the time."""
        columns = [*zip(*self.facts, strict=True)]
        facts = [*columns[:-1], *zip(*columns[-1], strict=True)] if columns else ()
        return (*_texts(self), facts, *_others(self))

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.file, self.sheet, self.form, self.department, self.unit, self.title = map(intern, state[:6])
        self.facts, self.year, self.printed, self.lines, self.findings, self.unit_named, *cells = state[6:]
        self.year_cell, self.title_year, self.department_cell = cells
        if self.facts:
            *columns, files, sheets, points = self.facts
            places = [_made(Place, place) for place in zip(files, sheets, points, strict=True)]
            self.facts = [_made(Fact, row) for row in zip(*columns, places, strict=True)]


#: The state of a document, but for its facts.
_texts = attrgetter("file", "sheet", "form", "department", "unit", "title")
_others = attrgetter(
    *("year", "printed", "lines", "findings", "unit_named", "year_cell", "title_year", "department_cell")
)


@dataclass(slots=True)
class Reading:
    """What one file gave. `unused` maps each sheet that matched no form to the reason; `kept` says where a worker put the
    documents whose numbers it did not send (converter.scratch).
    """

    file: str
    documents: Sequence[Document] = ()
    unused: Mapping[str, str] = field(default_factory=lambda: _NONE)
    findings: Sequence[Finding] = ()
    own_book: bool = False
    replies: Sequence[Reply] = ()
    reply_sheets: int = 0
    kept: tuple[str, int, int] | None = None


def read_documents(workbook: Workbook, file: str, forms: list[Form], dictionary: Dictionary) -> Reading:
    """Every recognised form of a workbook. Hidden sheets are reported, not read."""
    reading = Reading(file)
    documents: list[Document] = []
    unused: dict[str, str] = {}
    names = {sheet.name for sheet in workbook.sheets}
    if any(own <= names for own in _OWN_SHEETS):
        reading.own_book = True
        for sheet in () if _OWN_SHEETS[1] <= names else workbook.sheets:
            _read_replies(Page(sheet), reading)
        return reading
    layouts = _layouts(tuple(forms), dictionary)
    for sheet in workbook.sheets:
        if sheet.is_empty:
            continue
        if sheet.name == _INSTRUCTIONS and not _holds_numbers(sheet):
            continue
        if not sheet.visible:
            unused[sheet.name] = "隐藏的工作表"
            continue
        page = Page(sheet)
        understood = layouts.understood(sheet)
        if (found := _recognise(page, file, understood, dictionary)) is not None:
            documents.append(found)
        elif not (understood.replies and _read_replies(page, reading)):
            unused[sheet.name] = understood.reason
    reading.documents, reading.unused = tuple(documents), unused or _NONE
    return reading


_layouts = lru_cache(maxsize=16)(Layouts)


def _holds_numbers(sheet: Sheet) -> bool:
    return any(sheet.number((row, at)).state in USABLE for row in range(len(sheet.rows)) for at, _ in sheet.texts(row))


def _read_replies(page: Page, reading: Reading) -> bool:
    """Whether a sheet is a 问题清单 sent back; its 部门说明 are added to the reading."""
    found = replies_on(page, reading.file)
    if found is None:
        return False
    reading.replies = (*reading.replies, *found)
    reading.reply_sheets += 1
    return True


def _recognise(page: Page, file: str, understood: Understood, dictionary: Dictionary) -> Document | None:
    """The sheet as the form that it was understood as, None where it is no form.

    Of forms of one title (收入支出决算总表 as 公开01 and as 财决01) the one that gives most counts.
    """
    read = _fullest(page, file, understood.matches, dictionary)
    return _written(read) if read else None


class _Read:
    """A sheet read as one form: what its tables gave, and the document that it becomes if no other form gives more."""

    def __init__(self, page: Page, match: Match, document: Document, readers: Sequence[Rows]) -> None:
        self.page, self.match, self.document, self.readers = page, match, document, readers
        self.entries, self.hidden = visible_first(page.sheet, [entry for rows in readers for entry in rows.entries])


def _fullest(page: Page, file: str, matches: Sequence[Match], dictionary: Dictionary) -> _Read | None:
    """The sheet read as the form that gives most, the first of equals; one that can give no more is not read."""
    best: _Read | None = None
    for match in matches:
        if best is None or match.most > len(best.entries):
            read = _read(page, file, match, dictionary)
            if best is None or len(read.entries) > len(best.entries):
                best = read
    return best


def _read(page: Page, file: str, match: Match, dictionary: Dictionary) -> _Read:
    """The sheet read as a form that it is."""
    form, document = match.form, _open(page, file, match.form, match.head_row)
    if match.names is not None:
        names = NamedRows(page, form, dictionary, document.unit)
        names.read(match.names)
        return _Read(page, match, document, [names])
    _date(document, match.tables)
    reader = TableRows(page, form, dictionary, document.year, document.unit)
    for reason in match.reasons:
        reader.note("M02", f"{form.form}：{reason}，其中的栏目未读取", (0, 0))
    for table in match.tables:
        reader.read(table)
    readers: list[Rows] = [reader]
    if form.indicators and match.indicators:
        indicators = IndicatorRows(page, form, form.indicators.totals)
        indicators.read(match.indicators)
        document.printed = [Printed(name, text, _place(document, cell)) for name, text, cell in indicators.sentences]
        document.lines, document.title = indicators.lines, printed_title(page, form, match.indicators.head_row)
        readers.append(indicators)
    return _Read(page, match, document, readers)


def _date(document: Document, tables: Sequence[Located]) -> None:
    """The latest year that the tables' heads agree with is the document's, whatever its title says (工作年度)."""
    sound = [column for table in tables for column in table.columns if column not in table.doubts]
    cells = {c.head.year - c.head.offset: c.cell for c in reversed(sound) if c.head.year is not None}
    if cells:
        document.title_year = document.year
        document.year, document.year_cell = max(cells.items())


def _open(page: Page, file: str, form: Form, head_row: int) -> Document:
    """A document with the unit and the year of its head area; the years of the tables' heads are added by the caller."""
    unit, year = page.unit(), page.year(head_row + 1)
    document = Document(file, page.sheet.name, form.form, int(year.text) if year else None, "")
    document.unit, document.unit_named = (unit.text, True) if unit else (form.unit, False)
    document.year_cell = year.cell if year else None
    return document


def _written(read: _Read) -> Document:
    """The document with its department, entries as facts with 原文, notes as findings, both with the full address."""
    document, page, form = read.document, read.page, read.match.form
    name = page.department(form.department, read.match.head_row) or Seen("", (0, 0))
    document.department, document.department_cell = _masked(name.text), name.cell if name.text else None
    facts, wrong = _facts(document, page, form, read.entries)
    notes = [
        *two_units(page, document.unit),
        *wrong,
        *read.hidden,
        *(note for rows in read.readers for note in rows.notes),
        *unfilled(form, read.entries),
        *unsealed(page, form, read.entries),
        *shadows(page.sheet),
        *idle(page.sheet),
    ]
    document.facts, document.findings = facts, [_finding(document, note) for note in notes]
    if form.by_name or all(fact.unit != _MONEY for fact in document.facts):
        document.unit_named = True  # every row names its own, or there is no money whose unit a line would have to name
    return document


#: A department's name stands on each of its sheets.
_masked = lru_cache(maxsize=1 << 8)(mask)


def _facts(document: Document, page: Page, form: Form, entries: Sequence[Entry]) -> tuple[list[Fact], list[Note]]:
    """A fact of each entry's cell, and a note where the cell holds something that is no number."""
    file, sheet, raw_of, own = document.file, document.sheet, page.sheet.raw, form.scope
    facts: list[Fact] = []
    notes = []
    for name, year, (value, state, _, reason), unit, cell, scope in entries:
        raw = raw_of(cell)
        masked = raw if state in USABLE or not raw else mask(raw)
        place = _made(Place, (file, sheet, a1(cell)))
        facts.append(_made(Fact, (year, name, value, unit, state, masked, form.form, scope or own, place)))
        if state in _PROBLEMS:
            others = {State.ERROR: f"错误值 {raw}", State.STALE: "公式没有计算结果"}
            message = f"{name}：{others.get(state, f'“{masked}”{reason}')}"
            notes.append(Note(_PROBLEMS[state], message, cell, name))
    return facts, notes


def _finding(document: Document, note: Note) -> Finding:
    return finding(note.code, note.message, subject=note.subject, place=_place(document, note.cell))


def _place(document: Document, cell: Cell) -> Place:
    return Place(document.file, document.sheet, a1(cell))
