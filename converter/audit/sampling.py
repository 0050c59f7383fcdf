"""抽查表: facts drawn at random from OUT, to be compared with the papers they were taken from."""

import random
from collections.abc import Sequence

from converter.books.legend import add_notes
from converter.books.readback import Output, Record
from converter.books.styles import Book, Setup
from converter.vocabulary.findings import RunError

#: What is known, and three columns for whoever holds the paper.
HEADS = (
    "序号", "部门", "年度", "字段", "原文", "数值", "单位", "状态", "采用", "文件", "工作表", "单元格", "纸质数", "是否相符", "核对人",
)  # fmt: skip
_WIDTHS = (5, 18, 6, 24, 14, 12, 6, 8, 5, 30, 16, 7, 12, 8, 10)

_LEGEND = (
    "从输出的全部数据里随机抽取，每个数据被抽中的机会相同；用同一份输出和同一个随机种子，任何人都抽出同样的数据。",
    "逐行找到文件、工作表、单元格，与部门的纸质材料核对：写上纸质数、是否相符，核对人签名。",
    "原文是单元格里原来的样子，数值已换算成单位一列的单位；采用为“否”的，是没有用于评分的数。",
)


def sample(output: Output, count: int, seed: int) -> list[Record]:
    """`count` facts that stand in a cell, drawn without repetition, in the order of their cells; the same for a seed.

    Raises RunError R16 where OUT holds no such fact.
    """
    facts = sorted((row for row in output.facts if row["文件"]), key=_where)
    if not facts:
        raise RunError("R16", "输出里没有来自单元格的数据，无法抽样", "请核对 OUT 是否为 jixiao run 的输出")
    chosen = random.Random(seed).sample(facts, min(count, len(facts)))  # noqa: S311  # drawn again by whoever checks
    return sorted(chosen, key=_where)


def _where(row: Record) -> tuple[str, ...]:
    return tuple(row[head] for head in ("部门", "文件", "工作表", "单元格", "字段", "年度"))


def sample_rows(facts: Sequence[Record]) -> list[tuple[object, ...]]:
    """Rows of 抽查表, with room for the paper's figure."""
    known = HEADS[1:12]
    return [(number, *(row[head] for head in known), "", "", "") for number, row in enumerate(facts, start=1)]


def sample_book(output: Output, facts: Sequence[Record], seed: int) -> bytes:
    """抽查表 as a workbook to print and fill in."""
    title = f"{output.manifest['region']['name']} {output.manifest['year']} 年度绩效数据抽查表"
    writer = Book(title, output.fingerprint)
    page = writer.sheet("抽查表", Setup(2, 2))
    page.put(0, 0, title, "left_title")
    drawn = f"从 {sum(1 for row in output.facts if row['文件'])} 个数据中抽取 {len(facts)} 个，随机种子 {seed}，用同一种子可重现"
    page.put(1, 0, drawn, "note")
    page.table(2, HEADS, sample_rows(facts), _WIDTHS, lambda _, head: "center" if head in ("序号", "采用") else "text")
    add_notes(writer, *_LEGEND)
    return writer.content()
