"""Sheets to fill in: input cells by kind with what they accept, protected labels, the lines at the head and foot."""

from collections.abc import Sequence

from converter.books.form_checks import OPEN, Live, status
from converter.books.form_plan import BASIC_SHEET, Taken
from converter.books.formulas import DASH_TEXT
from converter.books.shown import row_height, wrapped_lines
from converter.books.styles import Book, Page, Setup
from converter.intake.cells import Cell, a1
from converter.mapping.fields import FieldKind
from converter.vocabulary.numbers import shortest

#: Characters of a sheet's small print in the width of one of usual size.
SMALL_TEXT = 1.35
YES_NO = ("是", "否")
_SIGNED = (
    "填表人：                    审核人：                    负责人：                    填报日期：      年    月    日"
)
_WHOLE = (FieldKind.PEOPLE, FieldKind.COUNT)
#: The cell of 基础数据表 into which the department's name goes, and the row of it and of 还有 N 处未填 on every sheet.
NAME_CELL, NAME_ROW, STATUS_ROW = "$B$3", 2, 3


def form_sheet(book: Book, name: str, head_row: int, *, landscape: bool) -> Page:
    """A sheet whose labels are locked without a password; it prints on one page."""
    page = book.sheet(name, Setup(0, head_row, 0, landscape))
    page.worksheet.fit_to_pages(1, 1)
    page.worksheet.protect("", {"format_columns": True, "format_rows": True})
    return page


def entry(page: Page, cell: Cell, kind: FieldKind, *, dash: bool, what: str, most: float | None = None) -> None:
    """An empty input cell for a figure, with what it accepts; `most` is its greatest value (of points, the weight)."""
    looks = {FieldKind.RATIO: "fill_percent"} | dict.fromkeys(_WHOLE, "fill_whole")
    looks |= {FieldKind.SCORE: "fill_score"} if most is not None else {}
    page.put(*cell, None, looks.get(kind, "fill"))
    here = a1(cell)
    most = 1.0 if most is None and kind is FieldKind.RATIO else most
    limits = {"criteria": ">=", "value": 0} if most is None else {"criteria": "between", "minimum": 0, "maximum": most}
    rule: dict[str, object] = {"validate": "integer" if kind in _WHOLE else "decimal", **limits}
    said = "应填不小于 0 的" + ("整数" if kind in _WHOLE else "数")
    if most is not None:
        said = "应填 0% 到 100% 之间的百分数" if kind is FieldKind.RATIO else f"应填 0 到 {most:g} 之间的数"
    if dash:
        number = f"{here}>=0" if most is None else f"AND({here}>=0,{here}<={most:g})"
        whole = f"{here}=INT({here})" if kind in _WHOLE else "TRUE"
        test = f'=IF(ISNUMBER({here}),AND({number},{whole}),{here}="{DASH_TEXT}")'
        rule, said = {"validate": "custom", "value": test}, f"{said}；确无此项的填“{DASH_TEXT}”"
    accept(page, cell, rule, what, said)


def choice(page: Page, cell: Cell, options: Sequence[object], what: str, look: str = "fill_choice") -> None:
    """An empty input cell with a list."""
    page.put(*cell, None, look)
    shown = [shortest(one) if isinstance(one, float) else str(one) for one in options]
    accept(page, cell, {"validate": "list", "source": shown}, what, f"应选 {'、'.join(shown)}")


def accept(page: Page, cell: Cell, rule: dict[str, object], what: str, said: str) -> None:
    """What a cell accepts, and what is said where something else is typed."""
    texts = {"error_title": "请核对", "error_message": f"{what}：{said}"[:255]}
    page.worksheet.data_validation(*cell, *cell, {**rule, **texts, "ignore_blank": True})


def put_taken(page: Page, cell: Cell, taken: Taken) -> None:
    """A figure of last year, locked."""
    page.put(*cell, taken.value, "taken")


def name_line(page: Page, last: int, right: str, department: str) -> None:
    """填报单位, typed on 基础数据表 alone, and what stands at the right end of the line (the unit)."""
    page.put(NAME_ROW, 0, "填报单位：", "plain")
    if page.name == BASIC_SHEET:
        page.merge((NAME_ROW, NAME_ROW), (1, last - 1), department or None, "fill_text")
    else:
        text = f"IF(LEN('{BASIC_SHEET}'!{NAME_CELL})=0,\"\",'{BASIC_SHEET}'!{NAME_CELL})"
        page.formula(NAME_ROW, 1, text, department, "plain")
    page.put(NAME_ROW, last, right, "plain_right")


def status_line(page: Page, count_text: str, count: int) -> None:
    """还有 N 处未填."""
    page.formula(STATUS_ROW, 0, status(count_text), f"还有 {count} 处未填" if count else "已填齐", "status")


def check_lines(page: Page, at: int, columns: tuple[int, int], checks: Sequence[Live], width: float) -> int:
    """The live checks from row `at`, their titles over the columns before `columns`, `width` wide; the first free row."""
    first, last = columns
    for row, check in enumerate(checks, start=at):
        page.merge((row, row), (0, first - 1), f"勾稽核对：{check.title}", "text")
        page.merge((row, row), (first, last), None, "center")
        page.formula(row, first, check.text, OPEN, "center")
        page.height(row, row_height(wrapped_lines(f"勾稽核对：{check.title}", width * SMALL_TEXT)))
    if checks:
        area = f"{a1((at, first))}:{a1((at + len(checks) - 1, first))}"
        rule = {"type": "text", "criteria": "begins with", "value": "不符", "format": page.book.look("wrong")}
        page.worksheet.conditional_format(area, rule)
    return at + len(checks)


def foot_lines(page: Page, at: int, last: int, code: tuple[str, str], notes: Sequence[str], width: float) -> None:
    """校验码, 说明 and the line to sign."""
    page.merge((at, at), (0, last), None, "plain")
    words = "校验码：", "（纸质与电子两份应当一样）"
    page.formula(at, 0, f'"{words[0]}"&{code[0]}&"{words[1]}"', f"{words[0]}{code[1]}{words[1]}", "plain")
    for line, note in enumerate(notes, start=at + 1):
        page.merge((line, line), (0, last), f"说明：{note}", "paragraph")
        page.height(line, row_height(wrapped_lines(f"说明：{note}", width)))
    at += len(notes) + 1
    page.merge((at, at), (0, last), _SIGNED, "sign")
    page.height(at, 30)
