"""report.html: the whole batch on one self-contained page, for paper and for a phone. Every text is escaped (markup)."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from converter.audit import markup
from converter.audit.charts import histogram, scatter
from converter.audit.markup import escaped, in_html, shown
from converter.books.columns import holds
from converter.books.shown import clean
from converter.books.summary import SummaryBook
from converter.books.tables import Rows, Table
from converter.vocabulary.findings import Level, Tally
from converter.vocabulary.numbers import NAN, shortest

#: So many departments' findings stand on the page; findings.csv holds all.
MOST_GROUPS = 1000
_BATCH = "全批与规则"
_OPEN = 3
_HANDED_IN = "已报"
_HANDED = ("部门", "应报", "报送状态", "基础数据表", "指标表", "决算", "上年数据")
_RANKED = ("名次", "名次区间", "部门", "等次", "复算下限", "复算上限", "自评得分", "主要扣分", "缺数指标")
_FOUND = ("部门", "级别", "代码", "说明", "建议", "影响分值", "文件", "工作表", "单元格")
_RULES = ("三级指标", "分值", "指标公式", "计分方式", "原文")


def report(book: SummaryBook, points: Rows, grade_lines: Sequence[float], tally: Tally) -> Iterator[bytes]:
    """The page from the tables of the summary workbook, a piece at a time; the same for the same content. `points` are the POINTS
    of the rows of 指标得分; `tally` counts the rows of 问题清单.
    """
    tables = {table.name: table for table in book.tables}
    totals, findings, handed = tables["汇总"], tables["问题清单"], tables["报送情况"]
    batch = _batch(totals)
    departments = zip(batch.owns, batch.lows, batch.highs, strict=True)
    statuses = Counter(str(status) for (status,) in _below(handed, "报送状态"))
    content: dict[str, Iterable[str]] = {
        "title": escaped([book.title]),
        "subtitle": escaped([book.subtitle]),
        "verdict": map(markup.line, escaped(_verdict(batch, tally))),
        "handed_line": escaped([_handed(statuses)]),
        "unhanded": _unhanded(handed) if len({*statuses, _HANDED_IN}) > 1 else (),
        "ranks": in_html(map(_rank, _below(totals, *_RANKED)), markup.bars(grade_lines)),
        "spread": [histogram(batch.lows, batch.highs)],
        "scatter": scatter([one for one in departments if holds(one[0])]),
        "lost": in_html(_lost(points), markup.lost),
        "findings_line": escaped([_findings_line(len(findings.rows), len(tally.counts))]),
        "groups": _groups(findings, tally, (str(who) for (who,) in _below(totals, "部门"))),
        "rules": in_html((tuple(map(_text, row)) for row in _below(tables["规则"], *_RULES)), markup.rule),
        "made_of": in_html((tuple(map(shown, row)) for row in tables["运行信息"].rows), markup.made_of),
    }
    return (clean(piece).encode() for piece in markup.filled(content))


def _below(table: Table, *heads: str) -> Iterator[tuple[Any, ...]]:
    """What the rows of a table hold below some heads."""
    places = [table.heads.index(head) for head in heads]
    if len(places) == 1:
        return ((row[places[0]],) for row in table.rows)
    return map(itemgetter(*places), table.rows)


def _text(value: object) -> str:
    return shortest(value) if isinstance(value, int | float) and holds(value) else shown(value)


@dataclass
class _Batch:
    """What 汇总 says of the batch: 复算下限, 复算上限 and 自评得分 of each department (NaN where there is none), 等次, how many 复算得分
    are settled, and how many 自评得分 are above and below them.
    """

    lows: "array[float]" = field(default_factory=lambda: array("d"))
    highs: "array[float]" = field(default_factory=lambda: array("d"))
    owns: "array[float]" = field(default_factory=lambda: array("d"))
    grades: Counter[str] = field(default_factory=Counter)
    settled: int = 0
    above: int = 0
    under: int = 0


def _batch(totals: Table) -> _Batch:
    batch = _Batch()
    wanted = ("复算下限", "复算上限", "自评得分", "等次", "复算得分", "自评差异")
    for low, high, own, grade, score, gap in _below(totals, *wanted):
        batch.lows.append(low if holds(low) else NAN)
        batch.highs.append(high if holds(high) else NAN)
        batch.owns.append(own if holds(own) else NAN)
        batch.grades[grade] += 1
        batch.settled += holds(score)
        batch.above += holds(gap) and gap > 0
        batch.under += holds(gap) and gap < 0
    return batch


def _verdict(batch: _Batch, tally: Tally) -> list[str]:
    """What a head of section reads first."""
    count = len(batch.lows)
    counted = "，".join(f"{level} {tally.at(level)} 项" for level in Level)
    graded = "，".join(f"{grade} {members} 个" for grade, members in sorted(batch.grades.items()))
    return [
        f"评分 {count} 个部门，其中 {batch.settled} 个得分已确定，{count - batch.settled} 个因缺数只有区间。",
        f"等次：{graded}。",
        f"自评确定偏高 {batch.above} 个部门，确定偏低 {batch.under} 个部门。",
        f"问题：{counted}。",
    ]


def _handed(statuses: Mapping[str, int]) -> str:
    counts: Counter[str] = Counter()
    for status, count in statuses.items():
        counts[status.partition("：")[0]] += count
    return "，".join(f"{status} {count} 个部门" for status, count in counts.items()) + "。"


def _unhanded(handed: Table) -> Iterator[str]:
    """The departments that have not handed in all, as a table."""
    rows = (tuple(map(shown, row)) for row in _below(handed, *_HANDED) if row[2] != _HANDED_IN)
    yield f'<div class="wide"><table><thead><tr>{"".join(f"<th>{head}</th>" for head in _HANDED)}</tr></thead><tbody>\n'
    yield from in_html(rows, markup.unhanded)
    yield "</tbody></table></div>"


def _rank(row: tuple[Any, ...]) -> tuple[str, ...]:
    place, places, name, grade, low, high, own, deductions, missing = row
    return (
        shown(place or places),
        shown(name),
        shortest(low) if low == high else f"{shortest(low)}～{shortest(high)}",
        shown(grade),
        shortest(own) if holds(own) else "—",
        f"{low * 2:.1f}",
        f"{max(2.0, (high - low) * 2):.1f}",
        f"{min(own, 100.0) * 2:.1f}" if holds(own) else "",
        shown(deductions),
        shown(missing),
    )


def _lost(scores: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, ...]]:
    """Indicators by the mean share of points lost where there is a score; the largest first."""
    fulls: dict[str, float] = {}
    points: dict[str, array[float]] = {}
    members: Counter[str] = Counter()
    for name, full, score in scores:
        members[name] += 1
        if full is not None and full > fulls.setdefault(name, 0.0):  # not where there is none (NaN)
            fulls[name] = full
        if holds(score):
            points.setdefault(name, array("d")).append(score)
    rows = []
    for name, full in fulls.items():
        known = points.get(name, array("d"))
        if not full:
            continue  # shares the weight of the indicator above it
        lost = full - sum(known) / len(known) if known else 0.0
        rows.append((lost / full, name, full, lost, members[name] - len(known), bool(known)))
    for share, name, full, lost, unknown, scored in sorted(rows, key=lambda row: (-row[0], row[1])):
        long = max(0.0, share) * 150
        told = (f"{lost:.2f}", f"{share:.0%}") if scored else ("—", "—")
        yield name, shortest(full), *told, f"{long:.1f}", f"{long + 4:.1f}", str(unknown)


def _groups(findings: Table, tally: Tally, order: Iterable[str]) -> Iterator[str]:
    """Findings by department: those of the whole batch first, then in the order of 汇总; no more than MOST_GROUPS."""
    spoken_of = tally.counts
    names = dict.fromkeys(islice((name for name in chain([""], order) if name in spoken_of), MOST_GROUPS))
    if len(names) < MOST_GROUPS:
        names |= dict.fromkeys(sorted(name for name in spoken_of if name not in names)[: MOST_GROUPS - len(names)])
    found = [row for row in _below(findings, *_FOUND) if row[0] in names]
    by_department: dict[str, list[str]] = {name: [] for name in names}
    for row, told in zip(found, in_html(map(_finding, found), markup.finding), strict=True):
        by_department[row[0]].append(told)
    for at, (name, shown_as) in enumerate(zip(names, escaped([name or _BATCH for name in names]), strict=True)):
        counts = "，".join(f"{level} {count}" for level in Level if (count := tally.of_level(name, level)))
        yield markup.group(shown_as, counts, by_department[name], unfolded=at < _OPEN)


def _finding(row: tuple[Any, ...]) -> tuple[str, ...]:
    _, level, code, message, advice, points, *place = row
    return level, code, message, advice, shortest(points) if holds(points) else "", "!".join(filter(None, place))


def _findings_line(findings: int, groups: int) -> str:
    if not findings:
        return "没有发现问题。"
    more = f"；只列前 {MOST_GROUPS} 组，其余见 findings.csv" if groups > MOST_GROUPS else ""
    return f"共 {findings} 项，按部门分组，点开查看；位置可整体选中复制{more}。"
