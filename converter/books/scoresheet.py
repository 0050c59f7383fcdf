"""评分表: laid out like the county's printed 附件2, with live formulas over 基础数据."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from converter.books import formulas as excel
from converter.books import sums
from converter.books.figures import (
    HIGH_TOTAL,
    LOW_TOTAL,
    MISSING_WIDTH,
    NAME_WIDTH,
    OTHERS_WIDTH,
    OWN_TOTAL,
    TEXT_WIDTH,
    Extra,
    ExtraFigures,
    Figures,
    Layout,
    Line,
    RowFigures,
    SumFigures,
)
from converter.books.formulas import RowCells
from converter.books.shown import row_height, wrapped_lines
from converter.books.styles import NO_NUMBER, Page
from converter.intake.cells import a1
from converter.scoring import scaling
from converter.scoring.expressions import Input
from converter.scoring.indicators import Rule
from converter.scoring.rounding import SCORE_DIGITS
from converter.scoring.status import Status

SHEET_HEADS = (
    "一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "评价标准", "指标值", "得分", "下限", "上限", "自评得分", "差异", "状态",
    "缺少数据", "其他口径得分",
)  # fmt: skip
_WIDTHS = (
    8.5, 5, 8.5, 5, NAME_WIDTH, 5, TEXT_WIDTH, 8.5, 6.5, 6.5, 6.5, 8, 6.5, 7.5, MISSING_WIDTH, OTHERS_WIDTH,
)  # fmt: skip
(_L1, _W1, _L2, _W2, _NAME, _FULL, _TEXT, _VALUE, _SCORE, _LOW, _HIGH, _OWN, _GAP, _STATUS, _MISSING, _OTHERS) = range(
    16
)
#: The lines to sign, as on the printed form: who fills it in, and who checks it; each with the columns it takes.
_SIGNATURES = (
    ("填报单位（盖章）：", "负责人：", "财务负责人：", "填表人："),
    ("财政局经办人：", "复核人：", "", "日期：　　　　年　　月　　日"),
)
_SIGNED_COLUMNS = ((0, _FULL), (_TEXT, _TEXT), (_VALUE, _STATUS), (_MISSING, _OTHERS))
_COMPUTED = (_VALUE, _SCORE, _LOW, _HIGH, _OWN)
HEAD_ROW = 3
FROZEN_COLUMNS = _FULL
#: An indicator with its figures.
Member = tuple[Line, RowFigures]


class ScoreSheet:
    """Writes 评分表, level by level; `cells` are the cells of 基础数据 by input."""

    def __init__(self, page: Page, layout: Layout, figures: Figures, cells: Mapping[Input, str]) -> None:
        self.page, self.layout, self.figures, self.cells = page, layout, figures, cells
        self.rules = [line.rule for line in layout.lines]
        self.row = HEAD_ROW + 1
        self.placed: dict[str, int] = {}
        self.subtotals: list[int] = []
        self.final = 0
        self.heights: dict[int, float] = {}

    def reference(self, needed: Input) -> str:
        """The cell of 基础数据 that holds an input."""
        return self.cells[needed]

    def write(self) -> dict[str, str]:
        """Writes the sheet; gives the cells of each indicator's score and of the totals, for 核对."""
        last = len(SHEET_HEADS) - 1
        self.page.merge((0, 0), (0, last), self.layout.title, "title")
        self.page.put(1, 0, self.figures.heading, "note")
        self.page.put(2, 0, self.layout.subtitle, "note")
        for column, head in enumerate(SHEET_HEADS):
            self.page.put(HEAD_ROW, column, head, "head")
        self._place()
        members = zip(self.layout.lines, self.figures.rows, strict=True)
        levels = groupby(members, key=lambda member: member[0].rule.spec.path[0])
        for (level, own), figures in zip(levels, self.figures.sums, strict=False):
            self._level(level, list(own), figures)
        self._total(self.figures.sums[-1])
        self._sign(self.final + 2)
        self.page.widths(_WIDTHS)
        for row, points in enumerate((30, 16, 16, 18)):
            self._height(row, points)
        self.page.keep_together(_WIDTHS, self.heights.values())
        return {**{name: a1((row, _SCORE)) for name, row in self.placed.items()}, **self._total_cells()}

    def _height(self, row: int, points: float) -> None:
        self.heights[row] = points
        self.page.height(row, points)

    def _place(self) -> None:
        """Rows of the indicators, a subtotal behind each first level."""
        at = self.row
        for _, members in groupby(self.rules, key=lambda rule: rule.spec.path[0]):
            for rule in members:
                self.placed[rule.name] = at
                at += 1
            at += 1

    def _level(self, level: str, members: Sequence[Member], figures: SumFigures) -> None:
        first = self.row
        for member in members:
            self._indicator(*member)
            self.row += 1
        last = self.row - 1
        self.page.merge((first, last), (_L1, _L1), level, "center")
        self.page.merge((first, last), (_W1, _W1), self.layout.levels.get((level,)), "weight")
        at = first
        rules = [line.rule for line, _ in members]
        for part, below in groupby(rules, key=lambda rule: rule.spec.path[1] if len(rule.spec.path) > 1 else ""):
            end = at + len(list(below)) - 1
            self.page.merge((at, end), (_L2, _L2), part, "center")
            self.page.merge((at, end), (_W2, _W2), self.layout.levels.get((level, part)), "weight")
            at = end + 1
        self._sums(f"{level}小计", rules, self.layout.levels.get((level,)), figures)
        self.subtotals.append(self.row)
        self.row += 1

    def _sharing(self, rule: Rule) -> list[int]:
        return [self.placed[other.name] for other in self.rules if other.group == rule.group]

    def _indicator(self, line: Line, row: RowFigures) -> None:
        page, at, rule = self.page, self.row, line.rule
        sharing = self._sharing(rule)
        others = tuple(a1((other, _SCORE)) for other in sharing if other != at) if rule.take == "sum" else ()
        answers = tuple(map(self.reference, rule.answers)) if line.answered else ()
        cells = RowCells.of_row(at, _COMPUTED, others, answers)
        page.put(at, _NAME, rule.name, "center")
        if len(sharing) == 1:
            page.put(at, _FULL, rule.full, "weight")
        elif at == sharing[0]:
            page.merge((sharing[0], sharing[-1]), (_FULL, _FULL), rule.full, "weight")
        page.put(at, _TEXT, rule.spec.text, "sentence")
        if rule.spec.value is None:
            page.put(at, _VALUE, None, "center")
        else:
            value = excel.value_formula(rule.spec.value, self.reference)
            page.formula(at, _VALUE, value, row.value, "percent" if line.ratio else "score")
        if line.decided:  # a decision is a number that somebody signed, not a formula
            page.put(at, _SCORE, row.score, "score")
            page.put(at, _STATUS, row.status, "center")
            out = "TRUE" if line.out else ""
        else:
            score = excel.score_formula(rule, cells, self.reference, take_self=self.layout.take_self)
            page.formula(at, _SCORE, score, row.score, "score")
            status = excel.status_formula(rule, cells, self.reference, take_self=self.layout.take_self)
            page.formula(at, _STATUS, status, row.status, row.look)
            out = excel.excluded(rule, cells, self.reference)
        page.formula(at, _LOW, excel.low_formula(rule, cells, out), row.low, "score")
        page.formula(at, _HIGH, excel.high_formula(rule, cells, out), row.high, "score")
        page.put(at, _OWN, row.own, "score")
        page.formula(at, _GAP, excel.gap_formula(cells, out), row.gap, "score")
        page.put(at, _MISSING, row.missing, "sentence")
        page.put(at, _OTHERS, row.others, "sentence")
        page.comment(at, _SCORE, row.note)
        self._height(at, row.height)

    def _sums(self, name: str, rules: Sequence[Rule], full: float | None, figures: SumFigures) -> None:
        """A subtotal row over some indicators."""
        at = self.row
        self.page.merge((at, at), (_L1, _NAME), name, "sumtext")
        self.page.put(at, _FULL, full, "sum")
        for column in (_TEXT, _VALUE, _STATUS, _MISSING, _OTHERS):
            self.page.put(at, column, None, "sumtext")
        low, high = (sums.points_text(rules, self._cells(c), self._cells(_SCORE), low=c == _LOW) for c in (_LOW, _HIGH))
        self.page.formula(at, _LOW, low, figures.low, "sum")
        self.page.formula(at, _HIGH, high, figures.high, "sum")
        self.page.formula(at, _OWN, sums.own_text(rules, self._cells(_OWN)), figures.own, "sum")
        self._closing(at, figures)
        self._height(at, row_height(1))

    def _cells(self, column: int) -> sums.Cell:
        return lambda rule: a1((self.placed[rule.name], column))

    def _closing(self, at: int, figures: SumFigures) -> None:
        """得分 where the interval is a point, and 差异, of a sum row."""
        cells = RowCells.of_row(at, _COMPUTED)
        text = f'IF({cells.low}={cells.high},{cells.low},"{NO_NUMBER}")'
        self.page.formula(at, _SCORE, text, figures.score, "sum")
        self.page.formula(at, _GAP, excel.gap_formula(cells), figures.gap, "sum")

    def _total(self, figures: SumFigures) -> None:
        """合计: points over the subtotals, self scores (of any number of decimals) over the indicators themselves."""
        at = self.row
        self.page.merge((at, at), (_L1, _NAME), "合计", "sumtext")
        for column in (_TEXT, _VALUE, _STATUS, _MISSING, _OTHERS):
            self.page.put(at, column, None, "sumtext")
        full = sum(rule.full for rule in self.rules if rule.group == rule.name)
        self.page.put(at, _FULL, full, "sum")
        for column, value in ((_LOW, figures.low), (_HIGH, figures.high)):
            cells = ",".join(a1((subtotal, column)) for subtotal in self.subtotals)
            self.page.formula(at, column, f"ROUND(SUM({cells}),{SCORE_DIGITS})", value, "sum")
        self.page.formula(at, _OWN, sums.own_text(self.rules, self._cells(_OWN)), figures.own, "sum")
        self._closing(at, figures)
        self._height(at, 20)
        self.final = at
        for step, own in zip(self.layout.extras, self.figures.extras, strict=True):
            self.final += 1
            self._step(self.final, step, own, full)

    def _step(self, at: int, step: Extra, figures: ExtraFigures, full: float) -> None:
        """A row behind 合计: what becomes of the total."""
        page, value, before = self.page, a1((at, _VALUE)), (a1((at - 1, _LOW)), a1((at - 1, _HIGH)))
        page.merge((at, at), (_L1, _NAME), step.name, "sumtext")
        for column in (_FULL, _VALUE, _OWN, _GAP, _STATUS, _MISSING, _OTHERS):
            page.put(at, column, None, "sumtext")
        page.put(at, _TEXT, step.text, "sentence")
        base = a1((at, _FULL))
        if step.adjustment is not None:
            decided = excel.value_formula(step.adjustment.formula(step.name), self.reference)
            page.formula(at, _VALUE, decided, figures.value, "percent" if step.ratio else "score")
            texts = step.adjustment.excel(value, *before)
        elif step.scales:
            page.formula(at, _FULL, scaling.base_text(full, self._leaving()), figures.base, "sum")
            texts = scaling.scaled_texts(full, base, *before)
        elif step.added:
            page.put(at, _VALUE, figures.value, "score")
            page.put(at, _STATUS, str(Status.DECIDED), "center")
            texts = scaling.added_texts(value, *before)
        else:
            texts = scaling.clipped_texts(full, *before)
        page.formula(at, _LOW, texts[0], figures.low, "sum")
        page.formula(at, _HIGH, texts[1], figures.high, "sum")
        equal = f'IF({a1((at, _LOW))}={a1((at, _HIGH))},{a1((at, _LOW))},"{NO_NUMBER}")'
        page.formula(at, _SCORE, equal, figures.score, "sum")
        self._height(at, max(row_height(1), 11.5 * wrapped_lines(step.text, _WIDTHS[_TEXT] * 1.25) + 5))

    def _sign(self, at: int) -> None:
        """The lines to sign, below the totals."""
        for row, texts in enumerate(_SIGNATURES, start=at):
            for columns, text in zip(_SIGNED_COLUMNS, texts, strict=True):
                self.page.merge((row, row), columns, text, "signature")
            self._height(row, 24)
        last = at + len(_SIGNATURES)  # LibreOffice may lose the last row of a sheet that it shrinks: never one to sign
        self.page.put(last, 0, "得分由公式复算，状态、颜色和批注的意思见“说明”。", "note")
        self._height(last, 16)

    def _leaving(self) -> list[tuple[float, list[str]]]:
        """The weights that may not count, each with the cells of 下限 that say so."""
        return [
            (rules[0].full, [a1((self.placed[rule.name], _LOW)) for rule in rules])
            for rules in sums.groups(self.rules)
            if all(rule.spec.excludable for rule in rules)
        ]

    def _total_cells(self) -> dict[str, str]:
        own = {OWN_TOTAL: a1((self.row, _OWN))}
        return {LOW_TOTAL: a1((self.final, _LOW)), HIGH_TOTAL: a1((self.final, _HIGH)), **own}
