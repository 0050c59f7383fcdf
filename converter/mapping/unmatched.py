"""The labels of a sheet that nothing was read by: each with the reason, and the nearest label that is known."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from converter.intake.cells import Cell, from_a1
from converter.mapping.facts import Document
from converter.mapping.fields import Dictionary
from converter.mapping.forms import Form, match_head
from converter.mapping.page import Page
from converter.mapping.rows import OUR_LINES
from converter.vocabulary.findings import mask
from converter.vocabulary.labels import label, nearest, shown
from converter.vocabulary.numbers import USABLE

#: Longer texts are sentences, not labels.
_LONGEST = 40


class Unmatched(NamedTuple):
    """A label that gave nothing: where it stands, why, and the known label most like it ("" where none is)."""

    cell: Cell
    label: str
    reason: str
    nearest: str


def unmatched(
    page: Page, document: Document | None, reason: str, forms: Sequence[Form], dictionary: Dictionary
) -> list[Unmatched]:
    """The labels of a sheet that gave no field; `reason` is why the sheet was not read, where `document` is None."""
    form = next((form for form in forms if document is not None and form.form == document.form), None)
    known = known_labels([form] if form else forms, dictionary)
    seen = _Seen(page, document, form)
    result = []
    for row, labels in enumerate(page.labels):
        for column, text in sorted(labels.items()):
            why = reason if document is None else seen.why((row, column), text)
            if why and page.sheet.number((row, column)).state not in USABLE:
                told = "最接近" in why or len(text) > _LONGEST or text in known
                close = "" if told else nearest(text, known)
                result.append(Unmatched((row, column), mask(shown(page.sheet.text((row, column)))), why, close))
    return result


def known_labels(forms: Iterable[Form], dictionary: Dictionary) -> set[str]:
    """The matching forms of every row and head that the forms know."""
    known: set[str] = set()
    for form in forms:
        for table in form.tables:
            for name, item in table.known_rows():
                known |= {label(name), *dictionary.labels.get(item, ())}
            known |= {label(re.sub(r"\{.*?\}", "", part)) for key in table.columns for part in re.split(r"[|/?]", key)}
            known |= {label(text) for text in table.label}
        if form.indicators is not None:
            own = form.indicators
            heads = [
                *own.weight,
                *own.rule,
                *own.note,
                *own.self_score,
                *(text for level in own.levels for text in level),
            ]
            known |= {label(text) for text in heads}
    return known - {""}


class _Seen:
    """What a document used of its sheet: rows and columns with facts, cells with findings."""

    def __init__(self, page: Page, document: Document | None, form: Form | None) -> None:
        self.page = page
        cells = [from_a1(fact.place.cell) for fact in document.facts] if document else []
        self.rows = {row for row, _ in cells}
        self.columns = {column for _, column in cells}
        self.first = min(self.rows, default=0)
        noted = document.findings if document else []
        self.notes = {from_a1(item.place.cell): item.message for item in noted if item.place.cell}
        self.used = {document.department_cell, document.year_cell} if document else set()
        self.ignored = [label(word) for word in (*OUR_LINES, *form.ignore)] if form else []
        tables = form.tables if form else []
        self.heads = [part for table in tables for key in table.columns for part in re.split(r"[/?]", key) if part]
        self.labels = {label(text) for table in tables for text in (*table.label, *table.block)}
        if form and form.by_name:
            named = form.by_name
            self.labels |= {label(text) for text in (*named.name, *named.year, *named.unit, *named.value)}

    def why(self, cell: Cell, text: str) -> str:
        """Why the label at `cell` gave nothing, "" where it did."""
        row, column = cell
        if cell in self.notes:
            return self.notes[cell]
        if cell in self.used or row in self.rows:
            return ""
        if any(text.startswith(word) for word in self.ignored):
            return "表单列明不读取的文字"
        if text in self.labels or any(match_head(head, "", text) for head in self.heads):
            return ""
        if row < self.first:
            return "" if column in self.columns or self._heads(cell) else "标题或表头区的文字"
        return "该行没有读取到数据"

    def _heads(self, cell: Cell) -> bool:
        """Whether a text of the head area is a merged head over columns that were read."""
        covering = [m for m in self.page.sheet.merges if m[:2] == cell]
        return any(column in self.columns for _, left, _, right in covering for column in range(left, right + 1))
