"""The form 指标表 (附件2): self scores, those from data computed live by the formulas of the scored workbook."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from converter.books import form_entry as form
from converter.books import formulas as excel
from converter.books import sums
from converter.books.form_checks import code_text, unfilled
from converter.books.form_plan import INDICATOR_SHEET, Plan
from converter.books.formulas import DASH_TEXT, RowCells
from converter.books.shown import row_height, wrapped_lines
from converter.books.styles import Book, Page
from converter.intake.cells import Cell, a1
from converter.mapping.fields import FieldKind
from converter.mapping.seal import code_of
from converter.scoring.indicators import Rule
from converter.scoring.judged import Graded
from converter.scoring.schemes import Scheme
from converter.vocabulary.numbers import canonical

_HEADS = ("一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "评价标准", "指标值", "自评得分")
_WIDTHS = (7.0, 6.0, 9.0, 6.0, 15.0, 6.0, 62.0, 11.0, 10.0)
(_L1, _W1, _L2, _W2, _NAME, _FULL, _TEXT, _VALUE, _OWN), _LAST, _HEAD_ROW = range(9), 8, 4
_LIVE = "有底色的自评得分由人评定，填写得分；其余由基础数据表和补充数据按评价标准算出，缺数时显示“—”，补填后自动重算。"
_TYPED = "自评得分都要填；由数据算出的指标，请按评价标准计算后填写。"


class IndicatorForm:
    """Writes 指标表; with a plan the computed indicators take their data from its sheets, without one all are typed."""

    def __init__(self, page: Page, scheme: Scheme, plan: Plan | None, year: int) -> None:
        self.page, self.scheme, self.plan, self.year = page, scheme, plan, year
        self.rules = scheme.rules
        self.rows = {rule.name: _HEAD_ROW + 1 + at for at, rule in enumerate(self.rules)}
        self.typed: list[Cell] = []

    def write(self) -> None:
        """Writes the sheet."""
        page, title = self.page, self.scheme.file.title
        title = title if "指标表" in title else "部门整体支出绩效评价指标表"
        page.put(0, 0, "附件2", "plain")
        page.merge((1, 1), (0, _LAST), f"{title}（{self.year}年度）", "title")
        for column, head in enumerate(_HEADS):
            page.put(_HEAD_ROW, column, head, "head")
        for rule in self.rules:
            self._indicator(rule)
        self._levels()
        total = self._total()
        first = (_HEAD_ROW + 1, _OWN)
        columns = [(first, (total, _OWN))]
        note = _LIVE if self.plan else _TYPED
        code = code_text(columns), code_of({}, [_OWN])
        form.foot_lines(page, total + 1, _LAST, code, [note], sum(_WIDTHS))
        form.status_line(page, unfilled(self.typed, {}, self._name_open()), self._open_count())
        self._name_line()
        page.widths(_WIDTHS)
        page.height(1, 26)
        page.worksheet.freeze_panes(_HEAD_ROW + 1, 0)

    def _name_line(self) -> None:
        if self.plan is not None:
            form.name_line(self.page, _LAST, "", self.plan.department)
            return
        self.page.merge((form.NAME_ROW, form.NAME_ROW), (0, 1), "填报单位：", "plain")
        self.page.merge((form.NAME_ROW, form.NAME_ROW), (2, _FULL), None, "fill_text")

    def _name_open(self) -> str:
        return "0" if self.plan is not None else f"IF(LEN({a1((form.NAME_ROW, 2))})=0,1,0)"

    def _open_count(self) -> int:
        return len(self.typed) + (self.plan is None)

    def _levels(self) -> None:
        """The levels and their weights, merged over the indicators below them."""
        levels = self.scheme.file.levels
        for level, group in groupby(self.rules, key=lambda rule: rule.spec.path[0]):
            members = list(group)
            weight = levels.get(level)
            self._merge(members, _L1, level, "center")
            self._merge(members, _W1, weight.full if weight else None, "weight")
            for part, below in groupby(members, key=lambda rule: "".join(rule.spec.path[1:2])):
                under = list(below)
                self._merge(under, _L2, part, "center")
                self._merge(under, _W2, weight.parts.get(part) if weight else None, "weight")
        for _, sharing in groupby(self.rules, key=lambda rule: rule.group):
            under = list(sharing)
            self._merge(under, _FULL, under[0].full, "weight")

    def _merge(self, rules: Sequence[Rule], column: int, value: object, look: str) -> None:
        rows = [self.rows[rule.name] for rule in rules]
        self.page.merge((rows[0], rows[-1]), (column, column), value, look)

    def _indicator(self, rule: Rule) -> None:
        page, at = self.page, self.rows[rule.name]
        page.put(at, _NAME, rule.name, "center")
        page.put(at, _TEXT, rule.spec.text, "sentence")
        page.put(at, _VALUE, None, "center")
        if not self._live(rule):
            self._judged(rule, (at, _OWN))
        lines = max(
            wrapped_lines(rule.spec.text, _WIDTHS[_TEXT] * form.SMALL_TEXT), wrapped_lines(rule.name, _WIDTHS[_NAME])
        )
        page.height(at, max(row_height(1), 11.5 * lines + 6))

    def _live(self, rule: Rule) -> bool:
        """Whether the indicator is computed from the form's own data; if so, its value and score are written."""
        plan, at = self.plan, self.rows[rule.name]
        if plan is None:
            return False
        answers = tuple(map(plan.reference, rule.answers)) if rule.answers else ()
        if rule.spec.value is None and not (answers and all(answers)):
            return False
        if rule.spec.missing == "self":  # there is no other self score to fall back upon
            rule = replace(rule, spec=rule.spec.model_copy(update={"missing": "unknown"}))
        columns = (_VALUE, _OWN, _OWN, _OWN, _OWN)
        cells = RowCells.of_row(at, columns, answers=_as_numbers(answers))
        if rule.spec.value is not None:
            ratio = rule.spec.value.is_ratio() or plan.dictionary[rule.needs()[0].name].unit == "比率"
            value = excel.value_formula(rule.spec.value, plan.reference)
            self.page.formula(at, _VALUE, value, None, "percent" if ratio else "score")
        score = excel.score_formula(rule, cells, plan.reference, take_self=False)
        self.page.formula(at, _OWN, score, None, "score")
        return True

    def _judged(self, rule: Rule, cell: Cell) -> None:
        """A self score that a person gives: 0 to the weight, one of the grades, or together no more than a shared weight."""
        self.typed.append(cell)
        judging, what = rule.spec.judging, rule.name
        points = _grades(rule) if isinstance(judging, Graded) else []
        if points and not rule.declarable:
            form.choice(self.page, cell, points, what, "fill_score")
            return
        form.entry(self.page, cell, FieldKind.SCORE, dash=rule.declarable, what=what, most=rule.full)
        sharing = [self.rows[other.name] for other in self.rules if other.group == rule.group]
        if len(sharing) > 1 and rule.take == "sum":
            here, area = a1(cell), f"{a1((sharing[0], _OWN))}:{a1((sharing[-1], _OWN))}"
            dash = f'{here}="{DASH_TEXT}"' if rule.declarable else "FALSE"
            test = f"=IF(ISNUMBER({here}),AND({here}>=0,SUM({area})<={rule.full:g}),{dash})"
            said = f"应填不小于 0 的数，与共用分值的指标合计不超过 {rule.full:g} 分"
            form.accept(self.page, cell, {"validate": "custom", "value": test}, what, said)

    def _total(self) -> int:
        at = max(self.rows.values()) + 1
        self.page.merge((at, at), (0, _NAME), "合计", "sumtext")
        self.page.put(at, _FULL, self.scheme.full, "sumtext")
        for column in (_TEXT, _VALUE):
            self.page.put(at, column, None, "sumtext")
        text = sums.own_text(self.rules, lambda rule: a1((self.rows[rule.name], _OWN)))
        self.page.formula(at, _OWN, text, None, "sum")
        self.page.height(at, 20)
        return at


def write_indicators(book: Book, scheme: Scheme, plan: Plan | None) -> None:
    """Writes the sheet 指标表."""
    page = form.form_sheet(book, INDICATOR_SHEET, _HEAD_ROW, landscape=True)
    IndicatorForm(page, scheme, plan, scheme.file.year).write()


def _grades(rule: Rule) -> list[float]:
    """The points of every grade, best first; none where a grade is a range."""
    assert isinstance(rule.spec.judging, Graded)
    edges = rule.spec.judging.grades.values()
    if any(edge.low != edge.high for edge in edges):
        return []
    return sorted({canonical(rule.weight.scaled(edge.low)) for edge in edges}, reverse=True)


def _as_numbers(answers: Sequence[str]) -> tuple[str, ...]:
    """是 and 否 in the cells of answers as 1 and 0."""
    return tuple(f'IF({cell}="是",1,IF({cell}="否",0,{cell}))' for cell in answers)
