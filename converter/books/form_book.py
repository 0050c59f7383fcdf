"""The forms that a department fills in, as workbooks: basic-data (填表说明, 基础数据表, 补充数据, 指标表) and indicators."""

from collections.abc import Mapping

from converter.books.form_basic import write_basic
from converter.books.form_extra import write_extra
from converter.books.form_indicators import write_indicators
from converter.books.form_plan import BASIC_SHEET, EXTRA_SHEET, INDICATOR_SHEET, Plan, Taken
from converter.books.shown import row_height, wrapped_lines
from converter.books.styles import Book, Setup
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input
from converter.scoring.schemes import Scheme

_NOTES_SHEET, _WIDTH = "填表说明", 78.0
_HOW = (
    f"先填“{BASIC_SHEET}”，再填“{EXTRA_SHEET}”，最后填“{INDICATOR_SHEET}”里由人评定的自评得分；其余自评得分由前两张表自动算出。",
    "只填有底色的格子，其他格子已锁定。不要增删行列、改表名和栏目名。",
    "没有发生的填零；空着就是没有填，程序不会把空着的当作零。可以填“——”的格子，确无此项时填“——”。",
    "金额一律用万元，可保留到小数点后四位；百分数直接写百分号。",
    "每张表上方写着还有几处未填；下方“勾稽核对”写“不符”的，请改正，确实如此的在报送时说明。",
    "每张表最下面有校验码，由表中的数算出。打印盖章后不要再改；改了任何一个数，校验码就会变。",
    "填好后连同决算报表交财政局，不用另存为别的格式。",
)


def basic_data_form(
    scheme: Scheme,
    derivations: Derivations,
    checks: Checks,
    taken: Mapping[Input, Taken] | None = None,
    department: str = "",
) -> bytes:
    """The form of a scheme as a workbook; `taken` are figures of the year before, locked with their source."""
    plan = Plan(scheme, derivations, checks, taken or {}, department)
    book = Book(f"{scheme.name} {BASIC_SHEET}")
    _notes(book, plan)
    write_basic(book, plan)
    write_extra(book, plan)
    write_indicators(book, scheme, plan)
    return book.content()


def indicators_form(scheme: Scheme) -> bytes:
    """The 指标表 of a scheme alone, every self score to be typed."""
    book = Book(f"{scheme.name} {INDICATOR_SHEET}")
    write_indicators(book, scheme, None)
    return book.content()


def _notes(book: Book, plan: Plan) -> None:
    page = book.sheet(_NOTES_SHEET, Setup(landscape=False))
    page.worksheet.fit_to_pages(1, 1)
    page.worksheet.protect("", {"format_columns": True, "format_rows": True})
    page.put(0, 0, "填表说明", "title")
    whose = f"{plan.scheme.file.region.name} {plan.year} 年度，依据 {plan.scheme.file.basis}"
    lines = [whose, *(f"{number}．{text}" for number, text in enumerate(_HOW, start=1))]
    if plan.taken:
        lines.append(
            f"{len(lines)}．灰色格子是上年复核后的数，已锁定，旁边写着来自哪个文件；有异议的请另附说明，不要改动。"
        )
    for at, line in enumerate(lines, start=1):
        page.put(at, 0, line, "paragraph")
        page.height(at, row_height(wrapped_lines(line, _WIDTH)))
    page.widths((_WIDTH,))
