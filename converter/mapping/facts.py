"""Sheets → documents: each recognised form with its facts, every fact with 文件, 工作表, 单元格 and 原文."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from converter.intake.cells import Cell, Workbook, a1
from converter.mapping.fields import Dictionary, Field, FieldKind
from converter.mapping.forms import Form
from converter.mapping.locate import Column, Located, LocatedIndicators, locate_indicators, locate_tables
from converter.mapping.page import Page, Seen
from converter.vocabulary.findings import Finding, Place, finding, mask
from converter.vocabulary.labels import label, nearest, shown, unit_of
from converter.vocabulary.numbers import COUNT, NAN, USABLE, Number, State, convert

SELF_SCORE, WEIGHT = "·自评得分", "·分值"
#: A plain number above this in a ratio field may be percent points as well; it is not guessed.
_LARGEST_PLAIN_RATIO = 5.0
_PROBLEMS = {State.UNREADABLE: "D01", State.ERROR: "D02", State.STALE: "D03"}
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


@dataclass
class Document:
    """One form found on one sheet of one file."""

    file: str
    sheet: str
    form: str
    year: int | None
    department: str
    unit: str = ""
    facts: list[Fact] = field(default_factory=list)
    printed: list[Printed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unit_named: bool = True
    year_cell: Cell | None = None
    department_cell: Cell | None = None


@dataclass
class Reading:
    """What one file gave. `unused` maps each sheet that matched no form to the reason."""

    file: str
    documents: list[Document] = field(default_factory=list)
    unused: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    own_book: bool = False


def read_documents(workbook: Workbook, file: str, forms: list[Form], dictionary: Dictionary) -> Reading:
    """Every recognised form of a workbook. Hidden sheets are reported, not read."""
    reading = Reading(file)
    if any(own <= {sheet.name for sheet in workbook.sheets} for own in _OWN_SHEETS):
        reading.own_book = True
        return reading
    for sheet in workbook.sheets:
        if not any(True for row in range(len(sheet.rows)) for _ in sheet.texts(row)):
            continue
        if not sheet.visible:
            reading.unused[sheet.name] = "隐藏的工作表"
            continue
        found = _recognise(Page(sheet), file, forms, dictionary)
        if isinstance(found, Document):
            reading.documents.append(found)
        else:
            reading.unused[sheet.name] = found
    return reading


def _recognise(page: Page, file: str, forms: list[Form], dictionary: Dictionary) -> Document | str:
    """The sheet as the form whose title it bears and whose tables it holds; without a title, as one it holds wholly."""
    titled = sorted(
        (form for form in forms if page.has_title(form.titles)), key=lambda f: -len(page.has_title(f.titles))
    )
    reasons = []
    for form in titled:
        found = _read(page, file, form, dictionary, partial=True)
        if isinstance(found, Document):
            return found
        reasons.append(f"标题像“{form.form}”，但{found}")
    for form in forms:
        if form not in titled and isinstance(found := _read(page, file, form, dictionary, partial=False), Document):
            return found
    return "；".join(reasons) or "标题和表头与已知的表单都不符"


def _read(page: Page, file: str, form: Form, dictionary: Dictionary, *, partial: bool) -> Document | str:
    """The sheet read as `form`, or why it is not one. `partial` accepts a sheet that lacks some of the form's tables."""
    if form.indicators is not None:
        located = locate_indicators(page, form.indicators)
        if isinstance(located, str):
            return located
        document = _open(page, file, form, located.head_row)
        _IndicatorReader(page, form, document).read(located)
        return document
    tables, reasons = locate_tables(page, form, dictionary)
    if not tables or (reasons and not partial):
        return "；".join(reasons)
    document = _open(page, file, form, min(table.head_row for table in tables))
    years = {table.year for table in tables if table.year is not None}
    document.year = max(years, default=document.year)
    reader = _TableReader(page, form, document, dictionary)
    for reason in reasons:
        reader.note("M02", f"{form.form}：{reason}，其中的栏目未读取", (0, 0))
    for table in tables:
        reader.read(table)
    return document


def _open(page: Page, file: str, form: Form, head_row: int) -> Document:
    """A document with what its head area says; the years of the tables' heads are added by the caller."""
    unit, year = page.unit(), page.year(head_row + 1)
    name = page.department(form.department, head_row) or Seen("", (0, 0))
    document = Document(file, page.sheet.name, form.form, int(year.text) if year else None, mask(name.text))
    document.unit, document.unit_named = (unit.text, True) if unit else (form.unit, not form.unit)
    document.year_cell = year.cell if year else None
    document.department_cell = name.cell if name.text else None
    return document


class _Reader:
    """What both readers of forms share: places, notes, and a cell turned into a fact."""

    def __init__(self, page: Page, form: Form, document: Document) -> None:
        self.page, self.sheet, self.form, self.document = page, page.sheet, form, document
        words = "|".join(sorted((re.escape(label(word)) for word in form.ignore), key=len, reverse=True))
        self._ignored = re.compile(rf"(?:{words})(?:[:;,.(0-9]|$)") if words else re.compile(r"(?!)")

    def place(self, cell: Cell) -> Place:
        """The full address of a cell of this sheet."""
        return Place(self.document.file, self.sheet.name, a1(cell))

    def note(self, code: str, message: str, cell: Cell, subject: str = "") -> None:
        """A finding about a cell of this sheet."""
        self.document.findings.append(finding(code, message, subject=subject, place=self.place(cell)))

    def ignored(self, text: str) -> bool:
        """Whether a label is one the form lists as no row of data (说明：…)."""
        return self._ignored.match(text) is not None

    def add(self, name: str, year: int | None, number: Number, unit: str, cell: Cell) -> None:
        """A fact of the cell, and a finding when the cell holds something that is no number."""
        raw = self.sheet.raw(cell)
        masked = raw if number.state in USABLE else mask(raw)
        fact = Fact(
            year, name, number.value, unit, number.state, masked, self.form.form, self.form.scope, self.place(cell)
        )
        self.document.facts.append(fact)
        if number.state in _PROBLEMS:
            what = {State.ERROR: f"错误值 {raw}", State.STALE: "公式没有计算结果"}.get(
                number.state, f"“{masked}”{number.reason}"
            )
            self.note(_PROBLEMS[number.state], f"{name}：{what}", cell, subject=name)


class _TableReader(_Reader):
    """Reads crossing tables into facts."""

    def __init__(self, page: Page, form: Form, document: Document, dictionary: Dictionary) -> None:
        super().__init__(page, form, document)
        self.dictionary = dictionary

    def read(self, located: Located) -> None:
        """Every known row × column of a located table; unknown rows that hold something are reported."""
        for column in located.doubts:
            text = shown(self.sheet.text(column.cell))
            self.note("M04", f"表头“{text}”的年度与同表其他表头（{located.year}年）不衔接", column.cell, subject=text)
        for key in located.missing:
            self.note(
                "M02", f"“{located.table.label[0]}”缺少表头“{key}”", (located.head_row, located.label_column), key
            )
        if located.table.values == "below":
            self._read_below(located)
        else:
            self._read_rows(located)

    def _read_below(self, located: Located) -> None:
        rows = range(located.first, located.last)
        row = next((r for r in rows if any(self._filled(r, c) for c in located.columns)), located.first)
        for column in located.columns:
            self._add(self.dictionary[column.head.target], column, row)

    def _read_rows(self, located: Located) -> None:
        table = located.table
        items = {
            text: item for name, item in table.known_rows() for text in (label(name), *self.dictionary.labels[item])
        }
        heads = {label(text) for text in table.label}
        listed = ""
        for row in range(located.first, located.last):
            shown_label = self.sheet.text((row, located.label_column))
            text = label(shown_label)
            if text in items:
                listed = table.listed.get(items[text], "")
                self._add_row(items[text], located, row, unit_of(shown_label))
            elif text in heads or self.ignored(text) or not any(self._filled(row, c) for c in located.columns):
                continue
            elif listed and text:
                self._add_row(listed, located, row, unit_of(shown_label))
            else:
                self._report(text, shown_label, items, located, row)

    def _report(self, text: str, shown_label: str, items: dict[str, str], located: Located, row: int) -> None:
        cell = (row, located.label_column)
        if not text:
            self.note("M02", f"第 {row + 1} 行有数据而没有栏目名", cell, subject=f"第{row + 1}行")
            return
        close = nearest(text, items)
        hint = f"，最接近的是“{close}”" if close else ""
        name = shown(mask(shown_label))
        self.note("M02", f"栏目“{name}”不在表单“{self.form.form}”中{hint}，该行未读取", cell, subject=name)

    def _filled(self, row: int, column: Column) -> bool:
        cell = (row, column.index)
        if self.sheet.anchor(cell) != cell:
            return False
        return self.sheet.number(cell).state is not State.BLANK

    def _add_row(self, item: str, located: Located, row: int, unit: str) -> None:
        for column in located.columns:
            self._add(self.dictionary[item + column.head.target], column, row, unit)

    def _add(self, known: Field, column: Column, row: int, row_unit: str = "") -> None:
        cell = (row, column.index)
        if self.sheet.anchor(cell) != cell:
            return  # covered by a merged range: the value belongs to the range's first cell
        number = self.sheet.number(cell)
        if number.state in USABLE:
            number = in_field_unit(number, known, column.unit or row_unit, self.document.unit)
        year = column.head.year
        if year is None and self.document.year is not None:
            year = self.document.year + column.head.offset
        self.add(known.name, year, number, known.unit, cell)


def in_field_unit(number: Number, known: Field, head_unit: str, sheet_unit: str) -> Number:
    """A reading in the field's own unit: the cell's unit counts first, then the head's, then the sheet's.

    What cannot be converted, or a ratio that may be percent points, becomes UNREADABLE with the reason.
    """
    if known.kind is FieldKind.RATIO:
        return _ratio(number, head_unit)
    unit = number.unit or head_unit
    if known.kind is FieldKind.MONEY:
        unit = unit or sheet_unit or known.unit
    elif known.kind in (FieldKind.PEOPLE, FieldKind.COUNT) and unit in COUNT:
        unit = known.unit
    value = convert(number.value, unit or known.unit, known.unit)
    if value is None:
        return Number(NAN, State.UNREADABLE, unit, f"单位“{unit}”与“{known.name}”（{known.unit}）不符")
    return Number(value, number.state, unit)


def _ratio(number: Number, head_unit: str) -> Number:
    if number.unit in ("%", "‰"):
        return number
    if number.unit:
        return Number(NAN, State.UNREADABLE, number.unit, f"比率不应带单位“{number.unit}”")
    if head_unit == "%":
        return Number(number.value / 100, number.state, "%")
    if abs(number.value) > _LARGEST_PLAIN_RATIO:
        return Number(NAN, State.UNREADABLE, "", "没有百分号，无法判断是比值还是百分数")
    return number


class _IndicatorReader(_Reader):
    """Reads an indicator list: self scores, printed weights level by level, printed sentences."""

    def read(self, located: LocatedIndicators) -> None:
        """Every row below the head that names an indicator; weights and levels follow the merged ranges."""
        assert self.form.indicators is not None
        totals = {label(text) for text in self.form.indicators.totals}
        name_column = located.levels[-1]
        for row in range(located.head_row + 1, len(self.sheet.rows)):
            names = [shown(self.sheet.text((row, column))) for column in located.levels]
            if self.ignored(label(names[0])):
                continue
            if any(label(name) in totals for name in names):
                self._add(f"{'合计'}{SELF_SCORE}", (row, located.self_score))
                continue
            own = self.sheet.anchor((row, name_column)) == (row, name_column)
            if own and names[-1]:
                self._indicator(names, row, located)
            elif not names[-1] and self.sheet.number((row, located.self_score)).state in USABLE:
                self.note("M02", f"第 {row + 1} 行有得分而没有指标名", (row, located.self_score), f"第{row + 1}行")

    def _indicator(self, names: list[str], row: int, located: LocatedIndicators) -> None:
        for level, column in enumerate(located.weights):
            if column is None or self.sheet.anchor((row, column)) != (row, column):
                continue  # one weight shared by several rows stands in the first of them
            number = self.sheet.number((row, column))
            if number.state is not State.BLANK and names[level]:
                self._add(names[level] + WEIGHT, (row, column))
        self._add(names[-1] + SELF_SCORE, (row, located.self_score))
        if located.rule is not None and (text := self.sheet.text((row, located.rule)).strip()):
            cell = self.sheet.anchor((row, located.rule))
            self.document.printed.append(Printed(names[-1], text, self.place(cell)))

    def _add(self, name: str, cell: Cell) -> None:
        number = self.sheet.number(cell)
        if number.state in USABLE and number.unit not in ("", "分"):
            number = Number(NAN, State.UNREADABLE, number.unit, f"得分不应带单位“{number.unit}”")
        self.add(name, None, number, "分", cell)
