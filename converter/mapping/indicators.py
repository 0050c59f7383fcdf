"""The list of indicators (指标表): where its columns stand, and its rows with weights, sentences and self scores."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from converter.intake.cells import Cell
from converter.mapping.forms import Form, IndicatorTable
from converter.mapping.page import Page
from converter.mapping.rows import Rows
from converter.mapping.slots import Entry
from converter.vocabulary.labels import label, shown
from converter.vocabulary.numbers import NAN, USABLE, Number, State

#: A 指标表's facts are named after its indicators: 预算控制率·自评得分, 预算控制率·分值.
SELF_SCORE, WEIGHT = "·自评得分", "·分值"
#: A weight inside a name: 投入（20分）, and with a bracket lost 部门预算管理80分).
_POINTS = r"(\d+(?:\.\d+)?)分"
_WEIGHT_IN_NAME = re.compile(rf"(.+?)(?:[(（]{_POINTS}[)）]?|(?<!\d){_POINTS}[)）])")


def split_weight(text: str) -> tuple[str, float | None]:
    """An indicator's name as printed on one line, and the weight that stands inside it (None without one)."""
    name = shown(text)
    match = _WEIGHT_IN_NAME.fullmatch(name)
    return (match[1], float(match[2] or match[3])) if match else (name, None)


class Line(NamedTuple):
    """What an indicator list prints of one indicator: its levels from coarse to fine and their weights (None where the row
    prints none, and `shared` where a merged cell gives the indicator the weight of a row above), sentence and explanations.
    """

    levels: tuple[str, ...]
    weights: tuple[float | None, ...]
    shared: bool
    sentence: str
    notes: tuple[str, ...]
    cell: Cell


@dataclass
class LocatedIndicators:
    """The columns of an indicator list: level by level, each level's weight (None without one), and the rest. Only a list
    that a notice prints (Form.as_printed) has no self scores.

    `notes` are the columns that explain an indicator (指标说明, 指标解释), from left to right.
    """

    head_row: int
    levels: list[int]
    weights: list[int | None]
    rule: int | None
    self_score: int | None
    notes: list[int] = field(default_factory=list)


def locate_indicators(page: Page, spec: IndicatorTable) -> LocatedIndicators | str:
    """The head row of an indicator list: every level and the self score in one row (every level and the sentence, where the form
    asks for no self score); else the reason.
    """
    wanted = {label(text) for level in spec.levels for text in level}
    for row, labels in enumerate(page.labels if not page.places.keys().isdisjoint(wanted) else ()):
        if wanted & set(labels.values()):
            located = _indicator_columns(_shown_heads(page, row), row, spec)
            if located is not None:
                return located
    return f"没有同时含有“{spec.levels[-1][0]}”和“{[*spec.rule[:1], *spec.self_score][-1]}”的表头行"


def _shown_heads(page: Page, row: int) -> dict[int, str]:
    """Column → head as shown in a row: a head merged with rows above counts, once, in its first column."""
    width = page.sheet.width
    shown = {c: label(page.sheet.text((row, c))) for c in range(width) if page.sheet.anchor((row, c))[1] == c}
    return {column: text for column, text in shown.items() if text}


def _indicator_columns(labels: dict[int, str], row: int, spec: IndicatorTable) -> LocatedIndicators | None:
    levels = [_first(labels, names) for names in spec.levels]
    known = [column for column in levels if column is not None]
    if len(known) < len(levels):
        return None
    self_score = _first({column: text for column, text in labels.items() if column > known[-1]}, spec.self_score, -1)
    if self_score is None and spec.self_score:
        return None
    others = {column: text for column, text in labels.items() if column != self_score}
    weights = _weights(others, known, spec.weight)
    if not any(column is not None for column in weights):  # all four columns are called 得分
        weights = _weights(others, known, spec.self_score)
    rule = _first(others, spec.rule)
    if self_score is None and rule is None:
        return None
    explained = {label(name) for name in spec.note}
    notes = [column for column in sorted(others) if others[column] in explained]
    return LocatedIndicators(row, known, weights, rule, self_score, notes)


def _weights(labels: dict[int, str], levels: list[int], names: Sequence[str]) -> list[int | None]:
    """For each level the first column of one of `names` before the next level."""
    wanted = {label(name) for name in names}
    bounds = [*levels[1:], max(labels) + 1]
    return [
        next((c for c in sorted(labels) if column < c < until and labels[c] in wanted), None)
        for column, until in zip(levels, bounds, strict=True)
    ]


def _first(labels: dict[int, str], names: Sequence[str], which: int = 0) -> int | None:
    """The column headed by the first of `names` that is there; of several such columns the first (or last, −1)."""
    for name in names:
        if columns := [column for column in sorted(labels) if labels[column] == label(name)]:
            return columns[which]
    return None


class IndicatorRows(Rows):
    """Reads an indicator list: self scores, printed weights level by level, and in `sentences` what is printed."""

    def __init__(self, page: Page, form: Form, totals: Sequence[str]) -> None:
        super().__init__(page, form)
        self.totals = {label(text) for text in totals}
        self.sentences: list[tuple[str, str, Cell]] = []
        self.lines: list[Line] = []

    def read(self, located: LocatedIndicators) -> None:
        """Every row below the head that names an indicator; weights and levels follow the merged ranges."""
        name_column = located.levels[-1]
        heads = self._names(located.head_row, located)
        for row in range(located.head_row + 1, len(self.sheet.rows)):
            names = self._names(row, located)
            cell = (row, name_column if located.self_score is None else located.self_score)
            if self.ignored(label(names[0])) or names == heads:
                continue  # a page break prints the head row again
            if self._is_total(row, names, located):
                if located.self_score is not None:
                    self._add(f"合计{SELF_SCORE}", cell)
            elif names[-1] and not self.covered((row, name_column)):
                self._indicator(names, row, located)
            elif located.self_score is not None and self.sheet.number(cell).state in USABLE:
                self.note("M02", f"第 {row + 1} 行有得分而没有指标名", cell, f"第{row + 1}行")

    def _is_total(self, row: int, names: Sequence[str], located: LocatedIndicators) -> bool:
        """Whether a row is the sum: its word stands for an indicator, or left of them (总分)."""
        before = [split_weight(self.sheet.text((row, column)))[0] for column in range(located.levels[0])]
        return any(label(name) in self.totals for name in (*names, *before))

    def _names(self, row: int, located: LocatedIndicators) -> list[str]:
        return [split_weight(self.sheet.text((row, column)))[0] for column in located.levels]

    def _indicator(self, names: list[str], row: int, located: LocatedIndicators) -> None:
        for level, column in enumerate(located.weights):
            if column is None:
                self._weight_in_name((row, located.levels[level]))
            elif self.covered((row, column)):
                continue  # one weight shared by several rows stands in the first of them
            elif self.sheet.number((row, column)).state is not State.BLANK and names[level]:
                self._add(names[level] + WEIGHT, (row, column))
        if located.self_score is not None:
            self._add(names[-1] + SELF_SCORE, (row, located.self_score))
        if located.rule is not None and (text := self.sheet.text((row, located.rule)).strip()):
            self.sentences.append((names[-1], text, self.sheet.anchor((row, located.rule))))
        self.lines.append(self._line(names, row, located))

    def _line(self, names: list[str], row: int, located: LocatedIndicators) -> Line:
        weights = tuple(self._weight(row, *columns) for columns in zip(located.levels, located.weights, strict=True))
        own = located.weights[-1]
        sentence = "" if located.rule is None else self.sheet.text((row, located.rule)).strip()
        notes = tuple(self.sheet.text((row, column)).strip() for column in located.notes)
        shared = own is not None and self.covered((row, own))
        return Line(tuple(names), weights, shared, sentence, notes, (row, located.levels[-1]))

    def _weight(self, row: int, level: int, column: int | None) -> float | None:
        """The weight of a level that is printed in its own row, beside its name or in it."""
        if column is None:
            return None if self.covered((row, level)) else split_weight(self.sheet.text((row, level)))[1]
        number = self.sheet.number((row, column))
        return number.value if number.state in USABLE and not self.covered((row, column)) else None

    def _weight_in_name(self, cell: Cell) -> None:
        name, points = split_weight(self.sheet.text(cell))
        if points is not None and not self.covered(cell):
            self.entries.append(Entry(name + WEIGHT, None, Number(points, State.NUMBER, "分"), "分", cell))

    def _add(self, name: str, cell: Cell) -> None:
        number = self.sheet.number(cell)
        if number.state in USABLE and number.unit not in ("", "分"):
            number = Number(NAN, State.UNREADABLE, number.unit, f"得分不应带单位“{number.unit}”")
        self.entries.append(Entry(name, None, number, "分", cell))
