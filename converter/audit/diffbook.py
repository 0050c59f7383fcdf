"""A difference as a workbook: 摘要 (the sides, counts, control totals), 明细 (every change, to filter), 并排 (both sides)."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from converter.audit.changes import KINDS, NOISE, TOLERANCES, number, tolerance_of
from converter.audit.diff import Difference
from converter.books.legend import add_notes
from converter.books.readback import Record
from converter.books.shown import SMALL, row_height, wrapped_lines
from converter.books.styles import MAX_SHEET_ROWS, Book, Page, Setup
from converter.books.tables import Row

DETAIL_HEADS = (
    "序号", "类别", "部门", "年度", "对象", "栏目", "旧", "新", "成因", "成因分解", "旧位置", "新位置",
)  # fmt: skip
_DETAIL_WIDTHS = (6, 14, 18, 10, 22, 14, 22, 22, 44, 18, 28, 28)
#: Columns of 并排: of a score, and what stands there for a department's total.
_COLUMNS = {
    "分值": "",
    "指标值": "",
    "得分": "复算得分",
    "下限": "复算下限",
    "上限": "复算上限",
    "状态": "等次",
    "自评得分": "自评得分",
}
_SUMMARY_WIDTHS = (30, 36, 36, 12, 11, 11, 11)
_SIDE_WIDTHS = (18, 22, 6, *([9] * 2 * len(_COLUMNS)))
_LEGEND = (
    "摘要：比较的是哪两侧（名称、SHA-256），比对、相同、变动、新增、删除各多少，合计数两侧各是多少、差多少。",
    "明细：每处不同一行，按风险从高到低。按部门（编码、曾用名）、年度、指标或字段对应，行的先后不算不同；空白、0、“—”是三种不同的状态。",
    "成因：得分的变动由逐项重算得出，规则、映射、数据、缺数变化、认定各几分，加起来等于全部变动；后面写着是哪个单元格的数变了。",
    "旧位置、新位置：数据在哪个文件、哪张表、哪一格。并排：同一指标两侧的数放在一起，有一列写着改、增、删、同，黑白打印也看得清。",
    "容差以内的差不算不同，个数写在摘要里。",
)
TOTAL, BLANK = "（总分）", "（空）"


def difference_book(found: Difference) -> bytes:
    """The workbook's bytes; the same for the same difference."""
    writer = Book("差异比较")
    _summary(writer.sheet("摘要", Setup(landscape=False)), found)
    details = writer.sheet("明细", Setup(1, 1))
    rows = [*_details(found)][:MAX_SHEET_ROWS]
    _table(details, "差异明细，按风险从高到低", DETAIL_HEADS, rows, _DETAIL_WIDTHS, _detail_look)
    side = writer.sheet("并排", Setup(1, 1, 2))
    heads = ("部门", "指标", "标记", *(f"{word}{head}" for head in _COLUMNS for word in ("旧", "新")))
    pairs = [*_pairs(found)][:MAX_SHEET_ROWS]
    _table(side, "两侧并排：改＝不同，增＝只有新，删＝只有旧，同＝相同", heads, pairs, _SIDE_WIDTHS, _side_look)
    add_notes(writer, *_LEGEND)
    return writer.content()


def _table(
    page: Page,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Row],
    widths: Sequence[float],
    look: Callable[[Sequence[object], str], str],
) -> None:
    page.put(0, 0, title, "left_title")
    page.table(1, heads, rows, widths, look)
    if rows:
        page.worksheet.autofilter(1, 0, 1 + len(rows), len(heads) - 1)


def _detail_look(_: Sequence[object], head: str) -> str:
    return {"旧": "old", "新": "new", "序号": "whole", "类别": "center", "年度": "center"}.get(head, "text")


def _details(found: Difference) -> Iterator[Row]:
    for at, one in enumerate(found.changes, start=1):
        parts = "\n".join(map(str, one.parts))
        values = (_shown(one.before or BLANK), _shown(one.after or BLANK))
        yield (
            at, one.kind, one.department, one.year, one.subject, one.column, *values, one.cause, parts, one.old_place,
            one.new_place,
        )  # fmt: skip


def _pairs(found: Difference) -> Iterator[Row]:
    """Totals and scores of both sides, department by department, its total first."""
    for key, before, after in sorted(found.rows, key=lambda row: (row[0][0], row[0][2])):
        total = not key[2]
        values: list[object] = []
        differs = False
        for head, of_total in _COLUMNS.items():
            column = of_total if total else head
            one, other = before.get(column, ""), after.get(column, "")
            differs |= _differ(column, one, other, after or before)
            values += [_shown(one), _shown(other)]
        mark = "增" if not before else "删" if not after else "改" if differs else "同"
        yield (key[0], key[2] or TOTAL, mark, *values)


def _differ(column: str, one: str, other: str, row: Record) -> bool:
    tolerance, _ = tolerance_of(column, row)
    first, second = number(one), number(other)
    if first is None or second is None:
        return one != other
    return abs(first - second) > max(tolerance, NOISE * max(abs(first), abs(second)))


def _side_look(row: Sequence[object], head: str) -> str:
    if head in ("部门", "指标", "标记"):
        return "center" if head == "标记" else "text"
    at = 3 + 2 * list(_COLUMNS).index(head[1:])
    if row[at] == row[at + 1]:
        return "number"
    return "old" if head.startswith("旧") else "new"


def _shown(text: str) -> object:
    """A text as a cell shows it: a number as a number, a blank said."""
    value = number(text)
    return value if value is not None else text


def _summary(page: Page, found: Difference) -> None:
    page.widths(_SUMMARY_WIDTHS)
    page.put(0, 0, "差异比较", "left_title")
    put = partial(_block, page)
    at = put(2, ("项目", "旧", "新"), _sides(found))
    at = put(at, ("类别（按风险从高到低）", "处数"), [(kind, found.counts()[kind]) for kind in KINDS])
    sums = [(one.what, one.compared, one.same, one.changed, one.added, one.removed) for one in found.sums]
    at = put(at, ("比对", "合计", "相同", "变动", "新增", "删除"), sums)
    limits = [(unit, _plain(limit)) for unit, limit in TOLERANCES.items()]
    limits += [("得分", "四舍五入到 0.01 后相等"), ("其他", _plain(NOISE)), ("在容差以内的", f"{found.within} 处")]
    at = put(at, ("容差", "相差不超过即相等"), limits)
    at = put(at, ("说明",), [(note,) for note in (*found.notes, "格式差异只在要求时比较")])
    controls = [
        (f"{one.what}（{one.year}年）", one.old, one.new, one.difference, one.changed, one.added, -one.removed or 0.0)
        for one in found.controls
    ]
    put(at, ("控制合计", "旧", "新", "差", "其中变动", "其中新增", "其中删除"), controls)


def _plain(limit: float) -> str:
    return f"{limit:.9f}".rstrip("0")


def _sides(found: Difference) -> list[Row]:
    old, new = found.old, found.new
    rows: list[Row] = [
        ("名称", old.name, new.name),
        ("SHA-256", old.sha256, new.sha256),
        ("年度", str(old.year), str(new.year)),
        ("写出以后被改动的", "、".join(sorted(old.edited)), "、".join(sorted(new.edited))),
    ]
    items = dict.fromkeys([*old.info, *new.info])
    return rows + [(item, old.info.get(item, ""), new.info.get(item, "")) for item in items]


def _block(page: Page, at: int, heads: Sequence[str], rows: Sequence[Row]) -> int:
    """A small table at a row; gives the row behind it, one left free."""
    for column, head in enumerate(heads):
        page.put(at, column, head, "head")
    for row, values in enumerate(rows, start=at + 1):
        alone = len(heads) == 1  # a sentence, over the free columns beside it
        for column, value in enumerate(values):
            look = "number" if isinstance(value, int | float) else "note" if alone else "text"
            page.put(row, column, value, look)
        widths = zip(map(str, values), _SUMMARY_WIDTHS, strict=False)
        page.height(row, row_height(1 if alone else max(wrapped_lines(text, w * SMALL) for text, w in widths)))
    return at + len(rows) + 2
