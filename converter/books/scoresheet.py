"""评分表: laid out like the county's printed 附件2, with live formulas over 基础数据."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from converter.books import formulas as excel
from converter.books import sums
from converter.books.contents import DepartmentBook, ScoreRow, TotalRow
from converter.books.formulas import DASH_TEXT, RowCells
from converter.books.legend import score_note
from converter.books.styles import NO_NUMBER, Page, row_height, wrapped_lines
from converter.intake.cells import a1
from converter.scoring import scaling
from converter.scoring.expressions import Input
from converter.scoring.indicators import Rule
from converter.scoring.rounding import SCORE_DIGITS
from converter.scoring.status import Status, certain_gap

SHEET_HEADS = (
    "一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "评价标准", "指标值", "得分", "下限", "上限", "自评得分", "差异", "状态",
    "缺少数据", "其他口径得分",
)  # fmt: skip
_WIDTHS = (8.5, 5, 8.5, 5, 15, 5, 54, 8.5, 6.5, 6.5, 6.5, 8, 6.5, 7.5, 26, 14)
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
LOW_TOTAL, HIGH_TOTAL, OWN_TOTAL = "合计下限", "合计上限", "合计自评"


class ScoreSheet:
    """Writes 评分表, level by level; `cells` are the cells of 基础数据 by input."""

    def __init__(self, page: Page, book: DepartmentBook, cells: Mapping[Input, str]) -> None:
        self.page, self.book, self.cells = page, book, cells
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
        self.page.merge((0, 0), (0, last), self.book.title, "title")
        self.page.put(1, 0, f"单位名称：{self.book.department}    数据年度：{self.book.year} 年", "note")
        self.page.put(2, 0, self.book.subtitle, "note")
        for column, head in enumerate(SHEET_HEADS):
            self.page.put(HEAD_ROW, column, head, "head")
        self._place()
        for level, members in groupby(self.book.rows, key=lambda row: row.rule.spec.path[0]):
            self._level(level, list(members))
        self._total()
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
        for _, members in groupby(self.book.rows, key=lambda row: row.rule.spec.path[0]):
            for member in members:
                self.placed[member.rule.name] = at
                at += 1
            at += 1

    def _level(self, level: str, members: Sequence[ScoreRow]) -> None:
        first = self.row
        for member in members:
            self._indicator(member)
            self.row += 1
        last = self.row - 1
        self.page.merge((first, last), (_L1, _L1), level, "center")
        self.page.merge((first, last), (_W1, _W1), self.book.levels.get((level,)), "weight")
        at = first
        for part, below in groupby(
            members, key=lambda row: row.rule.spec.path[1] if len(row.rule.spec.path) > 1 else ""
        ):
            end = at + len(list(below)) - 1
            self.page.merge((at, end), (_L2, _L2), part, "center")
            self.page.merge((at, end), (_W2, _W2), self.book.levels.get((level, part)), "weight")
            at = end + 1
        self._sums(f"{level}小计", members, self.book.levels.get((level,)))
        self.subtotals.append(self.row)
        self.row += 1

    def _sharing(self, rule: Rule) -> list[int]:
        return [self.placed[row.rule.name] for row in self.book.rows if row.rule.group == rule.group]

    def _indicator(self, row: ScoreRow) -> None:
        page, at, rule = self.page, self.row, row.rule
        sharing = self._sharing(rule)
        others = tuple(a1((other, _SCORE)) for other in sharing if other != at) if rule.take == "sum" else ()
        answers = tuple(map(self.reference, rule.answers)) if row.answered else ()
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
            page.formula(at, _VALUE, value, row.value, "percent" if row.ratio else "score")
        if row.decided:  # a decision is a number that somebody signed, not a formula
            page.put(at, _SCORE, NO_NUMBER if row.left_out else row.score, "score")
            page.put(at, _STATUS, row.status, "center")
            out = "TRUE" if row.left_out else ""
        else:
            score = excel.score_formula(rule, cells, self.reference, take_self=self.book.take_self)
            page.formula(at, _SCORE, score, row.score, "score")
            status = excel.status_formula(rule, cells, self.reference, take_self=self.book.take_self)
            page.formula(at, _STATUS, status, row.status, "missing" if row.status == Status.MISSING else "center")
            out = excel.excluded(rule, cells, self.reference)
        page.formula(at, _LOW, excel.low_formula(rule, cells, out), row.low, "score")
        page.formula(at, _HIGH, excel.high_formula(rule, cells, out), row.high, "score")
        page.put(at, _OWN, DASH_TEXT if row.declared else row.own, "score")
        page.formula(at, _GAP, excel.gap_formula(cells, out), row.gap, "score")
        page.put(at, _MISSING, row.missing, "sentence")
        page.put(at, _OTHERS, row.others, "sentence")
        if note := score_note(row.missing, "" if row.decided else row.others):
            page.comment(at, _SCORE, note)
        lines = max(
            wrapped_lines(rule.spec.text, _WIDTHS[_TEXT] * 1.25),
            wrapped_lines(row.missing, _WIDTHS[_MISSING] * 1.25),
            wrapped_lines(row.others, _WIDTHS[_OTHERS] * 1.25),
            wrapped_lines(rule.name, _WIDTHS[_NAME]),
        )
        self._height(at, max(row_height(1), 11.5 * lines + 5))

    def _sums(self, name: str, members: Sequence[ScoreRow], full: float | None) -> None:
        """A subtotal row over the members."""
        at = self.row
        self.page.merge((at, at), (_L1, _NAME), name, "sumtext")
        self.page.put(at, _FULL, full, "sum")
        for column in (_TEXT, _VALUE, _STATUS, _MISSING, _OTHERS):
            self.page.put(at, column, None, "sumtext")
        low, high = self._points(members)
        self.page.formula(at, _LOW, *low, "sum")
        self.page.formula(at, _HIGH, *high, "sum")
        own_text, own = sums.own(members, self._cells(_OWN))
        self.page.formula(at, _OWN, own_text, own, "sum")
        self._closing(at, low[1], high[1], own)
        self._height(at, row_height(1))

    def _cells(self, column: int) -> Callable[[ScoreRow], str]:
        return lambda row: a1((self.placed[row.rule.name], column))

    def _points(self, members: Sequence[ScoreRow]) -> tuple[tuple[str, float], tuple[str, float]]:
        """Formulas and values of the sums of 下限 and 上限."""
        low = sums.points(members, self._cells(_LOW), self._cells(_SCORE), low=True)
        return low, sums.points(members, self._cells(_HIGH), self._cells(_SCORE), low=False)

    def _closing(self, at: int, low: float, high: float, own: float) -> None:
        """得分 where the interval is a point, and 差异, of a sum row."""
        cells = RowCells.of_row(at, _COMPUTED)
        text = f'IF({cells.low}={cells.high},{cells.low},"{NO_NUMBER}")'
        self.page.formula(at, _SCORE, text, low if low == high else None, "sum")
        self.page.formula(at, _GAP, excel.gap_formula(cells), certain_gap(own, low, high), "sum")

    def _total(self) -> None:
        """合计: points over the subtotals, self scores (of any number of decimals) over the indicators themselves."""
        at = self.row
        self.page.merge((at, at), (_L1, _NAME), "合计", "sumtext")
        for column in (_TEXT, _VALUE, _STATUS, _MISSING, _OTHERS):
            self.page.put(at, column, None, "sumtext")
        full = sum(row.rule.full for row in self.book.rows if row.rule.group == row.rule.name)
        self.page.put(at, _FULL, full, "sum")
        low, high, own = (self.book.totals[name] for name in (LOW_TOTAL, HIGH_TOTAL, OWN_TOTAL))
        if self.book.steps:
            low, high = self.book.steps[0].low, self.book.steps[0].high
        for column, value in ((_LOW, low), (_HIGH, high)):
            cells = ",".join(a1((subtotal, column)) for subtotal in self.subtotals)
            self.page.formula(at, column, f"ROUND(SUM({cells}),{SCORE_DIGITS})", value, "sum")
        self.page.formula(at, _OWN, sums.own(self.book.rows, self._cells(_OWN))[0], own, "sum")
        self._closing(at, low, high, own)
        self._height(at, 20)
        self.final = at
        for step in self.book.steps[1:]:
            self.final += 1
            self._step(self.final, step, full)

    def _step(self, at: int, step: TotalRow, full: float) -> None:
        """A row behind 合计: what becomes of the total."""
        page, value, before = self.page, a1((at, _VALUE)), (a1((at - 1, _LOW)), a1((at - 1, _HIGH)))
        page.merge((at, at), (_L1, _NAME), step.name, "sumtext")
        for column in (_FULL, _VALUE, _OWN, _GAP, _STATUS, _MISSING, _OTHERS):
            page.put(at, column, None, "sumtext")
        page.put(at, _TEXT, step.text, "sentence")
        base = a1((at, _FULL))
        if step.adjustment is not None:
            decided = excel.value_formula(step.adjustment.formula(step.name), self.reference)
            page.formula(at, _VALUE, decided, step.value, "percent" if step.ratio else "score")
            texts = step.adjustment.excel(value, *before)
        elif step.base is not None:
            page.formula(at, _FULL, scaling.base_text(full, self._leaving()), step.base, "sum")
            texts = scaling.scaled_texts(full, base, *before)
        elif step.points is not None:
            page.put(at, _VALUE, step.points, "score")
            page.put(at, _STATUS, str(Status.DECIDED), "center")
            texts = scaling.added_texts(value, *before)
        else:
            texts = scaling.clipped_texts(full, *before)
        page.formula(at, _LOW, texts[0], step.low, "sum")
        page.formula(at, _HIGH, texts[1], step.high, "sum")
        equal = f'IF({a1((at, _LOW))}={a1((at, _HIGH))},{a1((at, _LOW))},"{NO_NUMBER}")'
        page.formula(at, _SCORE, equal, step.low if step.low == step.high else None, "sum")
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
            (rows[0].rule.full, [a1((self.placed[row.rule.name], _LOW)) for row in rows])
            for rows in sums.groups(self.book.rows)
            if all(row.rule.spec.excludable for row in rows)
        ]

    def _total_cells(self) -> dict[str, str]:
        own = {OWN_TOTAL: a1((self.row, _OWN))}
        return {LOW_TOTAL: a1((self.final, _LOW)), HIGH_TOTAL: a1((self.final, _HIGH)), **own}
