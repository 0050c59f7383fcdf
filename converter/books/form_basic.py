"""The form 基础数据表: 附件3 as printed, with input cells, live 勾稽核对, 还有 N 处未填 and 校验码."""

from converter.books import form_entry as form
from converter.books.form_checks import code_text, live_checks, unfilled
from converter.books.form_plan import (
    BASIC_SHEET,
    COLUMNS,
    FIRST_MONEY,
    MONEY_HEAD,
    OTHERS,
    PRINTED,
    STAFF,
    STAFF_ROW,
    Plan,
)
from converter.books.formulas import DASH_TEXT
from converter.books.shown import row_height, wrapped_lines
from converter.books.styles import NO_NUMBER, Book, Page
from converter.intake.cells import Cell, a1
from converter.mapping.seal import code_of
from converter.scoring.expressions import Input

_WIDTHS, _SOURCE_WIDTH = (40.0, 21.0, 21.0, 21.0), 32.0
_LAST = 3
_NOTES = (
    "有底色的格子要填。没有发生的填 0；空着就是没有填，程序不当作 0。“项目支出”填报除专项资金和基本支出以外的所有项目情况，"
    "业务工作、运行维护以外的项目写在“其他专项”两行（改写为项目名称），没有就空着。",
    "“公用经费”填报基本支出中的一般商品和服务支出。“部门整体支出预算调整”的预算数填调整前、决算数填调整后的预算。",
)


def write_basic(book: Book, plan: Plan) -> None:
    """Writes the sheet."""
    page = form.form_sheet(book, BASIC_SHEET, MONEY_HEAD, landscape=False)
    page.worksheet.freeze_panes(FIRST_MONEY, 1)
    sourced = any(wanted in plan.taken for wanted in plan.basic)
    page.put(0, 0, "附件3", "plain")
    page.merge((1, 1), (0, _LAST), "部门整体支出绩效评价基础数据表", "title")
    form.name_line(page, _LAST, "单位：万元", plan.department)
    _staff(page, plan)
    held = _money(page, plan, sourced)
    at = FIRST_MONEY + len(PRINTED)
    page.put(at, 0, "厉行节约保障措施", "text")
    page.merge((at, at), (1, _LAST), None, "fill_text")
    page.height(at, 40)
    checks = [check for check in live_checks(plan) if check.basic]
    at = form.check_lines(page, at + 1, (1, _LAST), checks, _WIDTHS[0])
    last = FIRST_MONEY + len(PRINTED) - 1
    columns = range(1, _LAST + 1)
    code = code_text([((STAFF_ROW, column), (last, column)) for column in columns]), code_of(held, columns)
    form.foot_lines(page, at, _LAST, code, _NOTES, sum(_WIDTHS))
    count = _to_fill(plan)
    form.status_line(page, _count_text(plan, count), len(count) + (not plan.department))
    page.widths((*_WIDTHS, _SOURCE_WIDTH) if sourced else _WIDTHS)
    page.height(1, 26)


def _to_fill(plan: Plan) -> list[Cell]:
    """The cells that have to be filled in: not last year's figures that are there, nor 其他专项."""
    return [
        cell
        for wanted, cells in plan.basic.items()
        if wanted not in plan.taken and plan.known(wanted).item != OTHERS
        for cell in cells
    ]


def _count_text(plan: Plan, to_fill: list[Cell]) -> str:
    asks = {cell: plan.known(wanted).asks for wanted, cells in plan.basic.items() for cell in cells}
    gates = {cell: plan.question(asks[cell]) for cell in to_fill if asks[cell]}
    return unfilled(to_fill, gates, f"IF(LEN({form.NAME_CELL})=0,1,0)")


def _staff(page: Page, plan: Plan) -> None:
    """财政供养人员情况: heads above their numbers; the rate is computed."""
    head = STAFF_ROW - 1
    page.merge((head, STAFF_ROW), (0, 0), "财政供养人员情况", "head")
    for column, text in enumerate(("编制数（人）", f"{plan.year}年实际在职人数（人）", "控制率"), start=1):
        page.put(head, column, text, "head")
    for name in STAFF:
        wanted = Input(name)
        for cell in plan.basic[wanted]:
            form.entry(page, cell, plan.known(wanted).kind, dash=plan.may_dash(wanted), what=name)
    posts, there = a1((STAFF_ROW, 1)), a1((STAFF_ROW, 2))
    rate = f'IF(COUNT({posts},{there})=2,IF({posts}<>0,{there}/{posts},"{NO_NUMBER}"),"{NO_NUMBER}")'
    page.formula(STAFF_ROW, _LAST, rate, None, "percent")


def _money(page: Page, plan: Plan, sourced: bool) -> dict[Cell, float | str]:
    """经费控制情况; gives what the cells already hold."""
    years = [f"{plan.year + offset}年{basis}（万元）" for basis, offset in COLUMNS]
    for column, text in enumerate(("经费控制情况", *years)):
        page.put(MONEY_HEAD, column, text, "head")
    if sourced:
        page.put(MONEY_HEAD, _LAST + 1, f"{plan.year - 1}年数的来源", "head")
    held: dict[Cell, float | str] = {}
    for row, (text, item) in enumerate(PRINTED, start=FIRST_MONEY):
        page.put(row, 0, text, "fill_label" if item == OTHERS else "label")
        page.height(row, row_height(1))
        if sourced:
            page.put(row, _LAST + 1, None, "sentence")
        for column, (basis, offset) in enumerate(COLUMNS, start=1):
            cell, wanted = (row, column), Input(item + basis, offset)
            taken = plan.taken.get(wanted)
            if cell not in plan.basic.get(wanted, []):
                held[cell] = DASH_TEXT
                page.put(row, column, DASH_TEXT, "center")
            elif taken is not None and item != OTHERS:
                held[cell] = taken.value
                form.put_taken(page, cell, taken)
                page.put(row, _LAST + 1, taken.source, "sentence")
                page.height(row, row_height(wrapped_lines(taken.source, _SOURCE_WIDTH * form.SMALL_TEXT)))
            else:
                what = f"{text.strip()} {plan.year + offset}年{basis}"
                form.entry(page, cell, plan.known(wanted).kind, dash=plan.may_dash(wanted), what=what)
    return held
