"""复核意见: for each department one printed sheet with its open items and columns for its answer."""

from collections import defaultdict
from collections.abc import Iterator

from converter.books.overview import book_names
from converter.books.readback import Output, Record
from converter.books.styles import Book, Page, Setup
from converter.vocabulary.findings import Owner

#: 编号 leads an answered notice back to its items (部门说明).
HEADS = ("编号", "级别", "对象", "说明", "建议", "影响分值", "部门说明", "佐证材料")
_WIDTHS = (15, 6, 16, 46, 26, 8, 30, 20)
_LOOKS = {"级别": "center", "影响分值": "score"}
_SIGNATURES = (
    "填报单位（盖章）：　　　　　　　　　负责人：　　　　　　　　财务负责人：　　　　　　　　填表人：",
    "财政局绩效管理机构（盖章）：　　　　　经办人：　　　　　　　　复核人：　　　　　　　　　日期：",
)


def notices(output: Output) -> Iterator[tuple[str, bytes]]:
    """File name and bytes of each department's 复核意见; departments without an open item get one that says so."""
    items: dict[str, list[Record]] = defaultdict(list)
    for row in output.findings:
        if row["责任方"] == Owner.DEPARTMENT:
            items[row["部门"]].append(row)
    totals = {row["部门"]: row for row in output.totals}
    names = book_names([*totals, *(name for name in items if name and name not in totals)], output.manifest["year"])
    for department, name in names.items():
        yield name.rpartition("/")[2], _notice(output, department, totals.get(department), items[department])


def _notice(output: Output, department: str, total: Record | None, items: list[Record]) -> bytes:
    year, region = output.manifest["year"], output.manifest["region"]["name"]
    writer = Book(f"{department} {year} 年度复核意见", output.fingerprint)
    page = writer.sheet("复核意见", Setup(3, 3))
    page.merge((0, 0), (0, len(HEADS) - 1), f"{region}{year}年度部门整体支出绩效复核意见", "title")
    page.height(0, 30)
    page.put(1, 0, f"部门：{department}", "note")
    page.put(2, 0, _result(total), "note")
    cells = [tuple(_cell(row, head) for head in HEADS) for row in items]
    page.table(3, HEADS, cells, _WIDTHS, lambda _, head: _LOOKS.get(head, "text"))
    below = 4 + len(cells)
    if not items:
        page.merge((below, below), (0, len(HEADS) - 1), "没有需要说明的事项。", "text")
        below += 1
    _sign(page, below + 1)
    return writer.content()


def _cell(row: Record, head: str) -> object:
    if head == "佐证材料":
        return ""
    if head == "影响分值":
        return float(row[head]) if row[head] else None
    return row[head]


def _result(total: Record | None) -> str:
    """The scores in one line."""
    if total is None:
        return "本年度没有评分。"
    points = total["复算得分"] or f"{total['复算下限']}～{total['复算上限']}"
    own = total["自评得分"] or "—"
    return f"自评得分：{own}　　复算得分：{points}　　等次：{total['等次']}　　请逐项填写部门说明，附佐证材料，盖章后连同本表报回。"


def _sign(page: Page, row: int) -> None:
    for at, line in enumerate(_SIGNATURES):
        page.put(row + 2 * at, 0, line, "note")
        page.height(row + 2 * at, 24)
