"""What is written beside the numbers: files and where facts stand in them, computed texts, problems and their handling."""

from collections.abc import Iterator

from converter.audit import changes as kinds
from converter.audit.changes import Change
from converter.audit.comparison import Comparison, change

_TOTAL_TEXTS = ("部门编码", "类别", "主要扣分", "缺数指标", "错误", "警告")
_SCORE_TEXTS = ("一级指标", "二级指标", "缺少数据", "计分口径", "计算过程", "依据")
_FACT_TEXTS = ("原文", "文件", "工作表", "单元格")
_FINDING_TEXTS = ("级别", "说明", "建议", "影响分值", "责任方", "文件", "工作表", "单元格")
_SUBMITTED_TEXTS = ("类别", "应报", "报送状态", "基础数据表", "指标表", "决算", "上年数据")
#: Columns that people fill in.
_HANDLED = ("部门说明", "处理")
#: Characters of a SHA-256 that are shown.
_SHOWN = 12


def wording(found: Comparison) -> Iterator[Change]:
    """Changes of files, texts and problems between sides of one year."""
    moved = _moved(found)
    yield from _files(found, moved)
    for key, column, rows in found.differing(found.facts, _FACT_TEXTS):
        if column != "文件" or moved.get((key[0], rows[0]["文件"])) != rows[1]["文件"]:
            yield change(kinds.TEXTS, key, column, rows, found.causes.of_fact(key))
    for key, column, rows in found.differing(found.totals, _TOTAL_TEXTS):
        yield change(kinds.TEXTS, key, column, rows, found.causes.of_total(key, column))
    for key, column, rows in found.differing(found.scores, _SCORE_TEXTS):
        yield change(kinds.TEXTS, key, column, rows, found.causes.of_score(key, column, ()))
    yield from _submitted(found)
    yield from _findings(found)


def _submitted(found: Comparison) -> Iterator[Change]:
    """报送情况: who has handed in what."""
    year = str(found.new.year)
    old, new = ({(r["部门"], year, ""): r for r in side.submitted} for side in (found.old, found.new))
    for key, before, after in found.either((old, new)):
        for column in _SUBMITTED_TEXTS:
            if found.differ(column, before, after):
                yield change(kinds.TEXTS, key, column, (before, after), "报送的文件或部门名单改变")


def _files(found: Comparison, moved: dict[tuple[str, str], str]) -> Iterator[Change]:
    """Files that are other ones now, whether or not a figure changed, and those under another name."""
    sides = [{(r["部门"], r["文件"]): r["SHA-256"] for r in side.sources} for side in (found.old, found.new)]
    year = str(found.new.year)
    for (who, name), other in sorted(moved.items()):
        yield Change(kinds.TEXTS, who, year, other, "文件名", name, other, "内容相同")
    renamed = moved.keys() | {(who, other) for (who, _), other in moved.items()}
    for who, name in sorted((sides[0].keys() | sides[1].keys()) - renamed):
        before, after = (side.get((who, name), "") for side in sides)
        if before != after:
            what = "文件内容" if before and after else "文件增减"
            yield Change(kinds.FACTS, who, year, name, what, before[:_SHOWN], after[:_SHOWN], "重新报送")


def _moved(found: Comparison) -> dict[tuple[str, str], str]:
    """Department and file → its name on the new side, for files of the same bytes under another name."""
    gone, come = (
        {
            (row["部门"], row["SHA-256"]): row["文件"]
            for row in side.sources
            if row["部门"] and row["文件"] not in {one["文件"] for one in other.sources if one["部门"] == row["部门"]}
        }
        for side, other in ((found.old, found.new), (found.new, found.old))
    )
    return {(key[0], gone[key]): come[key] for key in gone.keys() & come.keys()}


def _findings(found: Comparison) -> Iterator[Change]:
    """Problems that came or went or read otherwise, and what people wrote beside them."""
    sides = [{row["编号"]: row for row in side.findings} for side in (found.old, found.new)]
    for number in sorted(sides[0].keys() | sides[1].keys()):
        before, after = (side.get(number, {}) for side in sides)
        row = after or before
        key = row["部门"], row["年度"], f"{row['代码']} {row['对象']}".strip()
        cause = found.causes.of_finding(row)
        if not (before and after):
            yield Change(kinds.TEXTS, *key, "问题", before.get("说明", ""), after.get("说明", ""), cause)
            continue
        for column in (*_FINDING_TEXTS, *_HANDLED):
            if found.differ(column, before, after):
                handled = column in _HANDLED
                kind, why = (kinds.DECISIONS, "填写的处理意见") if handled else (kinds.TEXTS, cause)
                yield Change(kind, *key, column, before[column], after[column], why)
