"""The form 补充数据: what the scheme's formulas need and 附件3 does not print, one figure in a row."""

from converter.books import form_entry as form
from converter.books.form_checks import code_text, live_checks, unfilled
from converter.books.form_plan import EXTRA_HEAD, EXTRA_SHEET, EXTRA_VALUE, Plan
from converter.books.formulas import DASH_TEXT, derived_formula
from converter.books.shown import row_height, wrapped_lines
from converter.books.styles import NO_NUMBER, Book, Page
from converter.intake.cells import Cell, a1
from converter.mapping.fields import FieldKind
from converter.mapping.seal import code_of
from converter.scoring.expressions import Input
from converter.scoring.rounding import SNAP

_HEADS, _WIDTHS = ("项目", "年度", "单位", "填报数", "怎样填"), (34.0, 9.0, 9.0, 17.0, 46.0)
_LAST = 4
_NOTES = (
    "有底色的格子要填。没有发生的填 0；空着就是没有填，程序不当作 0；可以填“——”的格子，确无此项时才填。项目、年度两栏不要改动。",
)


def write_extra(book: Book, plan: Plan) -> None:
    """Writes the sheet."""
    page = form.form_sheet(book, EXTRA_SHEET, EXTRA_HEAD, landscape=False)
    page.worksheet.freeze_panes(EXTRA_HEAD + 1, 1)
    given = {**plan.carried, **{wanted: plan.taken[wanted] for wanted in plan.extra if wanted in plan.taken}}
    page.put(0, 0, "附件3续", "plain")
    page.merge((1, 1), (0, _LAST), f"部门整体支出绩效评价补充数据表（{plan.year}年度）", "title")
    form.name_line(page, _LAST, "金额单位：万元", plan.department)
    for column, head in enumerate((*_HEADS, f"{plan.year - 1}年数的来源") if given else _HEADS):
        page.put(EXTRA_HEAD, column, head, "head")
    for text, row in plan.questions.items():
        _question(page, plan, text, row)
    for wanted, row in plan.extra.items():
        _figure(page, plan, wanted, row)
    held: dict[Cell, float | str] = {(plan.extra[wanted], EXTRA_VALUE): one.value for wanted, one in given.items()}
    _derived(page, plan)
    checks = [check for check in live_checks(plan) if not check.basic]
    at = form.check_lines(page, plan.after_extra, (EXTRA_VALUE, _LAST), checks, sum(_WIDTHS[:EXTRA_VALUE]))
    values = [(row, EXTRA_VALUE) for row in plan.extra.values()]
    columns = [(values[0], values[-1])] if values else [((EXTRA_HEAD, EXTRA_VALUE), (EXTRA_HEAD, EXTRA_VALUE))]
    form.foot_lines(page, at, _LAST, (code_text(columns), code_of(held, [EXTRA_VALUE])), _NOTES, sum(_WIDTHS))
    _status(page, plan)
    page.widths((*_WIDTHS, 30.0) if given else _WIDTHS)
    page.height(1, 26)


def _status(page: Page, plan: Plan) -> None:
    open_rows = {wanted: row for wanted, row in plan.extra.items() if wanted not in plan.taken}
    answers = [wanted for wanted in open_rows if wanted in plan.yes_or_no]
    cells = [(row, EXTRA_VALUE) for wanted, row in open_rows.items() if wanted not in answers]
    gates = {
        (row, EXTRA_VALUE): plan.question(plan.known(wanted).asks)
        for wanted, row in open_rows.items()
        if plan.known(wanted).asks
    }
    chosen = [*plan.questions.values(), *(open_rows[wanted] for wanted in answers)]
    more = "+".join(f"IF(LEN({a1((row, EXTRA_VALUE))})=0,1,0)" for row in chosen) or "0"
    form.status_line(page, unfilled(cells, gates, more), len(cells) + len(chosen) - len(plan.carried))


def _question(page: Page, plan: Plan, text: str, row: int) -> None:
    how = f"选“是”或“否”。选“否”即申明没有此项，有关的格子不用填（{_names(plan, text)}）"
    _words(page, row, (text, plan.year, "是/否"), how)
    form.choice(page, (row, EXTRA_VALUE), form.YES_NO, text)


def _names(plan: Plan, text: str) -> str:
    asked = [*plan.basic, *plan.extra]
    return "、".join(dict.fromkeys(str(one) for one in asked if plan.known(one).asks == text))


def _figure(page: Page, plan: Plan, wanted: Input, row: int) -> None:
    known, year, cell = plan.known(wanted), plan.year + wanted.offset, (row, EXTRA_VALUE)
    used = "、".join(rule.name for rule in plan.users(wanted))
    dash = plan.may_dash(wanted)
    what = f"{known.name} {year}年"
    how = f"{year}年的{known.name.removeprefix('本年')}：{known.meaning}。用于 {used}" if used else known.meaning
    unit = {FieldKind.RATIO: "%"}.get(known.kind, known.unit)
    if wanted in plan.yes_or_no:
        _words(page, row, (known.name, year, "是/否"), how)
        form.choice(page, cell, form.YES_NO, what)
        return
    _words(page, row, (known.name, year, unit), f"{how}；确无此项填“{DASH_TEXT}”" if dash else how)
    if (taken := plan.taken.get(wanted)) is not None:
        form.put_taken(page, cell, taken)
        page.put(row, _LAST + 1, taken.source, "sentence")
    else:
        form.entry(page, cell, known.kind, dash=dash, what=what)
    if (carried := plan.carried.get(wanted)) is not None:
        page.put(*cell, carried.value, "fill")
        page.put(row, _LAST + 1, f"上年年末数，有调整的请改：{carried.source}", "sentence")


def _words(page: Page, row: int, first: tuple[object, ...], how: str) -> None:
    """What a row asks, and how it is filled in."""
    page.put(row, 0, first[0], "text")
    page.put(row, 1, first[1], "whole")
    page.put(row, 2, first[2], "center")
    page.put(row, _LAST, how, "sentence")
    lines = max(wrapped_lines(how, _WIDTHS[_LAST] * form.SMALL_TEXT), wrapped_lines(str(first[0]), _WIDTHS[0] * 1.1))
    page.height(row, row_height(lines))


def _derived(page: Page, plan: Plan) -> None:
    """What is computed from the figures, for the formulas of 指标表 to take."""
    if not plan.derived:
        return
    page.merge((min(plan.derived.values()) - 1,) * 2, (0, _LAST), "计分用：以下由填报的数推算，不用填", "sumtext")
    for wanted, row in plan.derived.items():
        known = plan.known(wanted)
        formulas = [
            one
            for one in plan.derivations.of(wanted)
            if all(plan.reference(Input(n.name, n.offset + wanted.offset)) for n in one.inputs())
        ]
        if formulas:
            digits = None if known.kind is FieldKind.RATIO else SNAP
            by = wanted.offset
            text = derived_formula(formulas, lambda n, by=by: plan.reference(Input(n.name, n.offset + by)), digits)  # type: ignore[misc]
            how, value = "；否则 ".join(one.chinese() for one in formulas), None
        else:  # a figure that hangs on a question
            typed = plan.typed(wanted)
            text = f'IF(ISNUMBER({typed}),{typed},IF({plan.question(known.asks)}="否","{DASH_TEXT}","{NO_NUMBER}"))'
            how, value = f"照填报数；{known.asks}选“否”的，不适用", None
        page.put(row, 0, f"计分用：{known.name}", "text")
        page.put(row, 1, plan.year + wanted.offset, "whole")
        page.put(row, 2, known.unit, "center")
        page.formula(row, EXTRA_VALUE, text, value, "number")
        page.put(row, _LAST, how, "sentence")
        page.height(row, row_height(wrapped_lines(how, _WIDTHS[_LAST] * form.SMALL_TEXT)))
