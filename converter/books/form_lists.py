"""The form 部门名单: who is expected to hand in, to be kept by the bureau (--departments)."""

from converter.books.form_entry import YES_NO
from converter.books.legend import add_notes
from converter.books.readback import Output
from converter.books.shown import row_height
from converter.books.styles import Book, Setup
from converter.mapping.roster import HEADS

SHEET = "部门名单"
_WIDTHS = {
    "编码": 12.0,
    "名称": 30.0,
    "别名": 30.0,
    "曾用名": 24.0,
    "上级": 20.0,
    "类别": 12.0,
    "应报": 8.0,
    "不参评理由": 24.0,
}
_HEAD_ROW, _ROOM = 1, 40
_NOTE = (
    "名称必填；别名、曾用名有几个的用顿号隔开；类别如 学校、乡镇，评分方案按类别分的必须填；不应报的，应报填否；"
    "不参评的写明理由。填好后用 jixiao run --departments 交给程序。"
)
_LEGEND = (
    "每行一个部门，名称必填。编码用来跨年度认出同一部门，有就填，不会变的最好。",
    "别名、曾用名：报表上会出现的其他叫法，几个用顿号隔开；程序只按这里写的认，不按相似猜。",
    "上级：下属单位写上级部门的名称，用来核对汇总数。类别：如 学校、乡镇；评分方案按类别分的必须填，名次在同类里排。",
    "应报：填“否”的不催报；空着就是应报。不参评理由：写了的不评分，列在报送情况里。",
    "填好后用 jixiao run --departments 交给程序；没有报的部门会列在报送情况和催报名单里。",
)


def departments_form(output: Output | None) -> tuple[bytes, int]:
    """The list as a workbook, with the departments of an output where one is given, and how many there are."""
    rows = output.submitted if output is not None else []
    book = Book(SHEET)
    page = book.sheet(SHEET, Setup(_HEAD_ROW, _HEAD_ROW, 2))
    page.put(0, 0, _NOTE, "note")
    heads = tuple(HEADS)
    for column, head in enumerate(heads):
        page.put(_HEAD_ROW, column, head, "head")
    for at in range(len(rows) + _ROOM):
        known = _known(rows[at]) if at < len(rows) else {}
        for column, head in enumerate(heads):
            page.put(_HEAD_ROW + 1 + at, column, known.get(head), "fill_code")
        page.height(_HEAD_ROW + 1 + at, row_height(1))
    first, last = _HEAD_ROW + 1, _HEAD_ROW + len(rows) + _ROOM
    expected = heads.index("应报")
    said = {"error_title": "请核对", "error_message": "应报填“是”或“否”，空着就是应报"}
    rule = {"validate": "list", "source": list(YES_NO), **said}
    page.worksheet.data_validation(first, expected, last, expected, rule)
    page.widths([_WIDTHS[head] for head in heads])
    page.worksheet.autofilter(_HEAD_ROW, 0, last, len(heads) - 1)
    add_notes(book, *_LEGEND)
    return book.content(), len(rows)


def _known(row: dict[str, str]) -> dict[str, str]:
    """What an output knows of a department."""
    excuse = row["报送状态"].partition("：")[2] if row["报送状态"].startswith("不参评") else ""
    expected = row["应报"] if row["应报"] in YES_NO else ""
    return {"编码": row["部门编码"], "名称": row["部门"], "类别": row["类别"], "应报": expected, "不参评理由": excuse}
