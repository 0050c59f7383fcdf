"""Which forms a sheet is: found once for sheets that are laid out alike, whatever their numbers, their department's name and the
items that it alone has.

What is kept depends on nothing but what it is kept under: the texts of all rows that a form knows, where others stand, the kinds
of their other cells, the merged ranges, and the cells that were asked as a text.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from pydantic import BaseModel

from converter.intake.cells import Cell, Sheet, Value
from converter.intake.lines import Line, line_like
from converter.mapping.fields import Dictionary
from converter.mapping.forms import Form, match_head
from converter.mapping.locate import bound_tables
from converter.mapping.matching import Match, match_form
from converter.mapping.page import Page
from converter.mapping.replies import LABELS as REPLY_LABELS
from converter.mapping.replies import may_be_replies
from converter.mapping.titles import Titles
from converter.vocabulary.labels import label, plain
from converter.vocabulary.numbers import DECIMAL, USABLE, State, read_text

#: Larger sheets are not kept: the rows of what is kept are held in memory.
_MOST_ROWS, _MOST_MERGES, _MOST_VARIANTS = 100, 250, 4
_LETTER = re.compile(r"[^\W\d_]")
_FIGURES = USABLE | {State.DASH}


class Understood(NamedTuple):
    """The forms that a sheet may be, one of which it is: all of one title; none, and why. `replies` is whether its labels may be those
    of a 问题清单 sent back. It is shared: nobody changes it.
    """

    matches: Sequence[Match]
    reason: str
    replies: bool


#: The cells whose number was asked as a text, and what they held; and what was found then.
_Variant = tuple[list[Cell], list[Value], Understood]


class Layouts:
    """How sheets are understood by some forms, with what is kept of it."""

    def __init__(self, forms: Sequence[Form], dictionary: Dictionary) -> None:
        self.titles, self.dictionary = Titles(forms), dictionary
        texts = {*_texts_in(forms), *_texts_in(dictionary.labels)}
        self._numerals = frozenset(folded for text in texts if not _LETTER.search(folded := label(text)))
        heads = {plain(head) for form in forms for head in form.department}
        self._heads = frozenset() if any(":" in label(text) for text in texts) else frozenset(heads)
        self._titles = [plain(text) for form in forms for text in (*form.titles, *form.marks)]
        heads_of = [*_alternatives(texts), *(label(text) for text in texts), *REPLY_LABELS]
        self._known = frozenset(map(label, heads_of))
        self._dated = [head for head in dict.fromkeys(heads_of) if "{" in head]
        dated = (head for form in forms for table in form.tables for head in table.label if "{" in head)
        self._keeps = all(_LETTER.search(part) for head in dated for part in re.sub(r"\{.*?\}", "", head).split("|"))
        self._laid_out = lru_cache(maxsize=1 << 11)(self._general)
        self._marked = lru_cache(maxsize=1 << 12)(self._mark)
        self._variants = lru_cache(maxsize=1 << 7)(_none_yet)

    def understood(self, sheet: Sheet) -> Understood:
        """The forms that a sheet may be."""
        lines = sheet.lines
        general = tuple(map(self._laid_out, lines)) if self._may_be_kept(sheet) else (None,)
        if None in general:
            return _understood(Page(sheet), self.titles, self.dictionary)
        variants = self._variants(sheet.name, general, tuple(sheet.merges))
        rows = sheet.rows
        for cells, values, known in variants:
            if [rows[row][column] for row, column in cells] == values:
                return known
        watched = _Watched.over(sheet)
        found = _understood(Page(watched), self.titles, self.dictionary)
        open_to = {row for row, line in enumerate(lines) if line.floats or line is not general[row]}
        asked = [(row, at) for row, at in watched.asked if row in open_to and 0 <= at < len(rows[row])]
        del variants[: max(0, len(variants) + 1 - _MOST_VARIANTS)]
        variants.append((asked, [rows[row][at] for row, at in asked], found))
        return found

    def _may_be_kept(self, sheet: Sheet) -> bool:
        """Whether all that counts of a sheet is in what is kept of it."""
        if not self._keeps or len(sheet.rows) > _MOST_ROWS or len(sheet.merges) > _MOST_MERGES:
            return False
        if sheet.errors or sheet.stale or sheet.pads:
            return False
        floats = [row[at] for row, line in zip(sheet.rows, sheet.lines, strict=True) for at in line.floats]
        return math.isfinite(sum(floats))  # type: ignore[arg-type]  # these cells hold a float

    def _general(self, line: Line) -> Line | None:
        """A line with a mark in place of each text that says nothing about the form: a figure, a department's name. None where it
        holds a date or the like.
        """
        if line.others:
            return None
        mark = self._marked
        shape = tuple([mark(held) if held and isinstance(held, str) else held for held in line.shape])
        return line if shape == line.shape else line_like(shape)

    def _mark(self, text: str) -> str | type:
        """What stands for a text, itself where it may say something."""
        bare = text.strip()
        if not bare or DECIMAL.fullmatch(bare):
            return float if bare and bare not in self._numerals else bare
        if not _LETTER.search(text):
            is_figure = read_text(text).state in _FIGURES and label(text) not in self._numerals
            return float if is_figure else text
        if self._names_a_department(text):
            return _Name
        return _Other if self._says_nothing(text) else text

    def _says_nothing(self, text: str) -> bool:
        """Whether a text with a letter is no label or title of any form, and no figure (12万元): the name of an item, a remark."""
        if label(text) in self._known or read_text(text).state is not State.UNREADABLE:
            return False
        folded = plain(text)
        named = any(title in folded for title in self._titles)
        return not named and all(match_head(head, head, text) is None for head in self._dated)

    def _names_a_department(self, text: str) -> bool:
        """Whether a text is 填报单位：… with a name that bears no title: no label of a form has a colon in it."""
        folded = plain(text)
        head = folded.partition(":")[0]
        named = head in self._heads and ":" in label(text)
        return named and not any(title in folded for title in self._titles)


class _Name:
    """What stands for a department's name in what is kept."""


class _Other:
    """What stands for a text that no form knows."""


class _Watched(Sheet):
    """A sheet that keeps what was asked of it as a text."""

    asked: set[Cell]

    @classmethod
    def over(cls, sheet: Sheet) -> "_Watched":
        """The same sheet, with all that it keeps."""
        watched = cls.__new__(cls)
        watched.__dict__ = sheet.__dict__ | {"asked": set()}
        return watched

    def text(self, cell: Cell) -> str:
        """As that of a sheet, which is kept."""
        self.asked.add(self.anchor(cell))
        return super().text(cell)


def _none_yet(_name: str, _lines: tuple[Line, ...], _merges: tuple[tuple[int, int, int, int], ...]) -> list[_Variant]:
    return []


def _understood(page: Page, titles: Titles, dictionary: Dictionary) -> Understood:
    """The forms whose title a sheet bears and whose tables it holds; without a title, the one it holds wholly."""
    groups, reasons = titles.of(page), list[str]()
    for group in groups:
        tried = [(form, match_form(page, form, dictionary, partial=True)) for form in group]
        if matches := [_bounded(page, one, dictionary) for _, one in tried if isinstance(one, Match)]:
            return Understood(matches, "", replies=False)
        reasons += [f"标题像“{form.form}”，但{one}" for form, one in tried]
    named = [form for group in groups for form in group]
    for form in titles.forms:
        if form not in named and not form.only_by_title:
            match = match_form(page, form, dictionary, partial=False)
            if isinstance(match, Match):
                return Understood([_bounded(page, match, dictionary)], "", replies=False)
    reason = "；".join(reasons) or "标题和表头与已知的表单都不符"
    return Understood((), reason, may_be_replies(page))


def _bounded(page: Page, match: Match, dictionary: Dictionary) -> Match:
    bound_tables(page, match.form, match.tables, dictionary)
    return match


def _texts_in(held: object) -> Iterator[str]:
    """Every text in nested lists, mappings and what forms are made of."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, BaseModel):
        yield from _texts_in([getattr(held, name) for name in type(held).model_fields])
    elif isinstance(held, dict):
        yield from _texts_in([*held.keys(), *held.values()])
    elif isinstance(held, list | tuple):
        for one in held:
            yield from _texts_in(one)


def _alternatives(texts: Iterable[str]) -> Iterator[str]:
    """What heads are looked for as: 项目/本年|{本年}数? as 项目, 本年 and {本年}数."""
    for text in texts:
        for part in (text, *text.split("/")):
            yield from part.removesuffix("?").split("|")
