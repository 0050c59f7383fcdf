"""A sheet as a reader of forms sees it: labels with their places, and what stands in its head (unit, name, year)."""

import math
import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from converter.intake.cells import Cell, Sheet
from converter.intake.lines import Line
from converter.mapping.forms import match_head
from converter.vocabulary.labels import label, plain, shown, unit_of
from converter.vocabulary.numbers import USABLE, State

#: Titles, name, year and unit lines stand within the first rows of a sheet.
HEAD_ROWS = 8

_UNIT_LINE = re.compile(r"单\s*位\s*:?\s*(?:人民币)?\s*((?:百\s*万|[万千亿])?\s*元)(?![一-鿿])")
_CHINESE_YEAR = re.compile(r"二[〇○零]([一二三四五六七八九〇○零])([一二三四五六七八九〇○零])年")
_DIGITS = {**{c: i for i, c in enumerate("〇一二三四五六七八九")}, "○": 0, "零": 0}
#: A year, but neither that of a 文号 (〔2020〕2号) nor that of a date (2020年6月30日).
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年(?!度?\s*(?:[\d一二三四五六七八九十]{1,2}\s*月|第?\s*\d+\s*号))")

_NOTHING = re.compile(
    r"(?:注|说明|备注)\d*[:：].*(?:无|没有|未发生|不涉及|未安排).*(?:收入|支出|收支|拨款|经费|数据|情况)|.*空表"
)

_BEHIND_NAME = re.compile(r"(?:金额)?单位:|(?:填[报表]|编报|报送)(?:日期|时间|人)|联系[人电方]|负责人|(?:19|20)\d\d年")
#: What stands behind 单位： where it means the unit of the figures.
_UNITS_ONLY = re.compile(r"(?:人民币|[百千万亿]*元|人次?|个|辆|项|批次|%|平方米|[、,，/])+")

_FIGURES = USABLE | {State.DASH}


class Seen(NamedTuple):
    """Something read off a sheet's head, and the cell it stood in."""

    text: str
    cell: Cell


class Shown(NamedTuple):
    """What a row of heads shows in a column: the matching form of the text, its unit, and the cell it stands in."""

    column: int
    text: str
    unit: str
    cell: Cell


class HeadRow:
    """What a row of heads shows, from left to right. Rows that show the same are one object: what follows from one is kept
    under it, without comparing what it shows.
    """

    __slots__ = ("shown",)

    def __init__(self, shown: tuple[Shown, ...]) -> None:
        self.shown = shown


_head_row = lru_cache(maxsize=1 << 12)(HeadRow)


class Said:
    """What the texts of a row say: each column's matching form, unit lines with their columns, the first year and its column,
    and whether one says that there is nothing to put into the table. What not every row is asked for is told when it is.
    """

    __slots__ = ("_labels", "_nothing", "_words", "_years", "units")

    def __init__(self, line: Line) -> None:
        self._words = line.words
        self.units = [(column, unit) for column, text in line.words if "位" in text and (unit := _unit_in(text))]
        self._labels: dict[int, str] | None = None
        self._years: list[tuple[int, int]] | None = None
        self._nothing: bool | None = None

    @property
    def labels(self) -> dict[int, str]:
        """Column → matching form of its text. Nobody changes it."""
        if self._labels is None:
            self._labels = {column: folded for column, text in self._words if (folded := label(text))}
        return self._labels

    @property
    def year(self) -> tuple[int, int] | None:
        """The first text that names a year: its column and the year."""
        if self._years is None:
            self._years = [(column, year) for column, text in self._words if (year := year_in(text)) is not None]
        return self._years[0] if self._years else None

    @property
    def nothing(self) -> bool:
        """Whether a text says that there is nothing to put into the table."""
        if self._nothing is None:
            self._nothing = any(_NOTHING.match(plain(text)) is not None for _, text in self._words)
        return self._nothing


def said_by(line: Line) -> Said:
    """What the texts of a row say, told once: it is kept as the line's `said`."""
    if line.said is None:
        line.said = Said(line)
    said: Said = line.said
    return said


class Page:
    """A sheet and the matching forms of its labels (numbers and blanks left out)."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._head_rows: dict[int, HeadRow] = {}
        self._figures: dict[int, list[int]] = {}
        self._dated: dict[str, list[Cell]] = {}

    @cached_property
    def said(self) -> list[Said]:
        """What the texts of each row say."""
        return [line.said or said_by(line) for line in self.sheet.lines]

    @cached_property
    def labels(self) -> list[dict[int, str]]:
        """For each row: column → matching form of its text. Nobody changes them: other pages have the same."""
        return [said.labels for said in self.said]

    @cached_property
    def places(self) -> dict[str, list[Cell]]:
        """Label → the cells that hold it, in reading order."""
        places: dict[str, list[Cell]] = {}
        for row, labels in enumerate(self.labels):
            for column, folded in labels.items():
                if folded in places:
                    places[folded].append((row, column))
                else:
                    places[folded] = [(row, column)]
        return places

    def label(self, cell: Cell) -> str:
        """The matching form of what is shown in a cell, merged ranges filled; numbers are texts, too."""
        row, column = self.sheet.anchor(cell)
        folded = self.labels[row].get(column) if row < len(self.labels) else None
        return label(self.sheet.text(cell)) if folded is None else folded

    def heads(self, row: int) -> HeadRow:
        """What a row of heads shows, merged ranges filled."""
        if row not in self._head_rows:
            found, sheet = [], self.sheet
            for column in range(sheet.width):
                at = sheet.covered.get((row, column), (row, column))
                text = sheet.text(at)
                if text and (folded := label(text)):
                    found.append(Shown(column, folded, unit_of(text), at))
            self._head_rows[row] = _head_row(tuple(found))
        return self._head_rows[row]

    def figures(self, row: int) -> list[int]:
        """The columns of a row that hold a number or a dash, from left to right."""
        if row not in self._figures:
            sheet = self.sheet
            as_stored = not (sheet.errors or sheet.stale)
            self._figures[row] = found = list[int]()
            for column, value in enumerate(sheet.rows[row]):
                if as_stored and isinstance(value, float):
                    if math.isfinite(value):
                        found.append(column)
                elif value is not None and value != "" and sheet.number((row, column)).state in _FIGURES:
                    found.append(column)
        return self._figures[row]

    def beside(self, cell: Cell) -> Cell:
        """The first cell right of a cell, or of the merged range that begins there."""
        row, column = cell
        while self.sheet.anchor((row, column + 1)) == cell:
            column += 1
        return row, column + 1

    def find(self, head: str) -> Sequence[Cell]:
        """The cells that hold a head ({本年} and {上年} stand for the years), in reading order."""
        if "{" not in head:
            return self.places.get(label(head), ())
        if head not in self._dated:
            texts = [text for text in self.places if match_head(head, head, text) is not None]
            self._dated[head] = [cell for text in texts for cell in self.places[text]]
        return self._dated[head]

    @cached_property
    def head_texts(self) -> list[str]:
        """The texts of the first rows, where a title may stand."""
        return [text for line in self.sheet.lines[:HEAD_ROWS] for _, text in line.words]

    @cached_property
    def declares_nothing(self) -> bool:
        """Whether a note says that the department has nothing to put into the table (注：本部门无政府性基金…收支。)."""
        return any(said.nothing for said in self.said)

    def unit(self) -> Seen | None:
        """The unit line (单位：万元), wherever it stands; the first of several."""
        return next(iter(self.units), None)

    @cached_property
    def units(self) -> list[Seen]:
        """Every unit line of the sheet, in reading order."""
        return [
            Seen(unit, (row, column)) for row, said in enumerate(self.said) if said.units for column, unit in said.units
        ]

    def department(self, heads: Sequence[str], until: int) -> Seen | None:
        """The name behind 填报单位： in the head area, in the same cell or the next filled one; None where blank."""
        known = _names_first(tuple(heads))
        for row, line in enumerate(self.sheet.lines[:until]):
            for column, text in line.words:
                folded = plain(text)
                if not folded.startswith(known) or not (folded in known or _named(known).match(folded)):
                    continue
                name = _clean_name(folded.partition(":")[2])
                if name:
                    return Seen(name, (row, column))
                beside = next((filled for filled in self.sheet.texts(row) if filled[0] > column), (0, ""))
                if ":" not in plain(beside[1]) and (name := _clean_name(plain(beside[1]))):
                    return Seen(name, (row, beside[0]))
        return None

    def year(self, until: int) -> Seen | None:
        """The year in the head area (2019年度); a 文号's year and dates never count."""
        for row, said in enumerate(self.said[:until]):
            if said.year is not None:
                column, year = said.year
                return Seen(str(year), (row, column))
        return None


@lru_cache(maxsize=1 << 13)
def year_in(text: str) -> int | None:
    """The first year named in a text, None without one."""
    folded = unicodedata.normalize("NFKC", _CHINESE_YEAR.sub(_arabic, text))
    match = _YEAR.search(folded)
    return int(match[1]) if match else None


@lru_cache(maxsize=1 << 12)
def _unit_in(text: str) -> str:
    """The unit that a unit line names, "" where a text is none."""
    match = _UNIT_LINE.search(unicodedata.normalize("NFKC", text)) if len(text) <= 80 else None
    return shown(match[1]) if match else ""


@lru_cache(maxsize=1024)
def _names_first(heads: tuple[str, ...]) -> tuple[str, ...]:
    """What stands before a department's name, folded."""
    return tuple(sorted((plain(head) for head in heads), key=len, reverse=True))


@lru_cache(maxsize=1024)
def _named(known: tuple[str, ...]) -> re.Pattern[str]:
    """填报单位： with or without a stamp."""
    return re.compile(rf"(?:{'|'.join(map(re.escape, known))})(?:\(盖章\)|\(公章\))?:")


def _arabic(match: re.Match[str]) -> str:
    return f"20{_DIGITS[match[1]]}{_DIGITS[match[2]]}年"


@lru_cache(maxsize=1 << 12)
def _clean_name(folded: str) -> str:
    """A department's name without stamps and whatever else stands in the same cell."""
    name = _BEHIND_NAME.split(folded)[0]
    name = shown(re.sub(r"\((?:盖章|公章|签章)\)", "", name)).strip("_:：")
    return "" if _UNITS_ONLY.fullmatch(name) else name
