"""公布稿: ranks, names or 代号, 核定得分 and 等次, made only when nothing is open any more."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from converter.books.readback import Output, Record
from converter.books.styles import Book, Setup
from converter.scoring.status import Status
from converter.vocabulary.findings import RunError
from converter.vocabulary.numbers import State

HEADS = ("名次", "部门", "核定得分", "等次")
_MOST_NAMED = 8


@dataclass(frozen=True)
class Published:
    """A row of 公布稿; `name` is the department's, or its 代号."""

    rank: int
    name: str
    score: float
    grade: str
    department: str


def still_open(output: Output) -> Iterator[str]:
    """What keeps a result from being published: intervals, conflicts, self scores that nobody has accepted."""
    unknown = {row["部门"] for row in output.scores if row["下限"] != row["上限"]}
    for row in output.scores:
        what = f"{row['部门']} {row['三级指标']}"
        if row["下限"] != row["上限"]:
            yield f"{what}：得分是区间 {row['下限']}～{row['上限']}（{row['状态']}）"
        elif row["状态"] == Status.SELF:
            yield f"{what}：沿用自评 {row['得分']} 分，没有认定"
    for row in output.totals:
        if row["部门"] not in unknown and row["复算下限"] != row["复算上限"]:  # an adjustment of the total may be open
            yield f"{row['部门']} 总分：{row['复算下限']}～{row['复算上限']}"
    for row in output.facts:
        if row["状态"] == State.CONFLICT:
            yield f"{row['部门']} {row['字段']}（{row['年度']}年）：冲突（{row['文件']}!{row['工作表']}!{row['单元格']}）"


def publication(output: Output, *, anonymous: bool) -> list[Published]:
    """The rows of 公布稿 in the order of ranks. Raises RunError R14 while anything is open, with what and how much."""
    if pending := list(dict.fromkeys(still_open(output))):
        listed = "；".join(pending[:_MOST_NAMED]) + ("；……" if len(pending) > _MOST_NAMED else "")
        advice = "请在复核记录里认定后，用 --decisions 重新运行；jixiao template decisions 可列出待认定事项"
        raise RunError("R14", f"还有 {len(pending)} 项没有认定，不能公布：{listed}", advice)
    signs = _signs(output) if anonymous else {}
    rows = [_published(row, signs) for row in output.totals]
    return sorted(rows, key=lambda row: (row.rank, row.name))


def _published(row: Record, signs: dict[str, str]) -> Published:
    who = row["部门"]
    return Published(int(row["名次"]), signs.get(who, who), float(row["复算得分"]), row["等次"], who)


def _signs(output: Output) -> dict[str, str]:
    """Department → 代号, in an order that follows from the inputs but tells nobody without them anything."""
    salt = "".join(str(entry["sha256"]) for entry in output.manifest["inputs"])
    names = [row["部门"] for row in output.totals]
    mixed = sorted(names, key=lambda name: hashlib.sha256(f"{salt}\0{name}".encode()).digest())
    return {name: f"{number:0{len(str(len(names)))}}号" for number, name in enumerate(mixed, start=1)}


def publication_book(output: Output, rows: list[Published], *, anonymous: bool) -> bytes:
    """公布稿 as a workbook."""
    title = f"{output.manifest['region']['name']}{output.manifest['year']}年度部门整体支出绩效评价结果"
    writer = Book(title, output.fingerprint)
    page = writer.sheet("公布稿", Setup(2, 2, landscape=False))
    heads = tuple("代号" if head == "部门" and anonymous else head for head in HEADS)
    page.merge((0, 0), (0, len(heads) - 1), title, "title")
    page.put(1, 0, f"评分依据：{next(iter(output.rules.values()))['依据']}", "note")
    looks = {"名次": "whole", "核定得分": "score", "等次": "center"}
    cells = [(row.rank, row.name, row.score, row.grade) for row in rows]
    page.table(2, heads, cells, (8, 44, 12, 10), lambda _, head: looks.get(head, "text"))
    page.height(0, 30)
    return writer.content()


def key_book(output: Output, rows: list[Published]) -> bytes:
    """Who bears which 代号, for the bureau alone."""
    writer = Book("代号对照表", output.fingerprint)
    page = writer.sheet("代号对照", Setup(1, 1, landscape=False))
    page.put(0, 0, f"{output.manifest['year']} 年度代号对照表（内部，不公布）", "left_title")
    cells = [(row.name, row.department) for row in sorted(rows, key=lambda row: row.name)]
    page.table(1, ("代号", "部门"), cells, (10, 44), lambda *_: "text")
    return writer.content()
