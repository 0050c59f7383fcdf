"""report.html: the whole batch on one self-contained page, for paper and for a phone. Every text is escaped."""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from typing import Any

import jinja2

from converter.audit.charts import histogram, scatter
from converter.books.columns import holds
from converter.books.styles import clean
from converter.books.summary import SummaryBook
from converter.books.tables import Table
from converter.vocabulary.findings import Level
from converter.vocabulary.numbers import NAN, shortest

Record = dict[str, Any]

#: So many departments' findings stand on the page; findings.csv holds all.
MOST_GROUPS = 1000
_BATCH = "全批与规则"
_OPEN = 3
_HANDED_IN = "已报"


@cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("converter.audit", ".")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.get_template("report.html.j2")


def report(book: SummaryBook, grade_lines: Sequence[float]) -> Iterator[bytes]:
    """The page from the tables of the summary workbook, a piece at a time; the same for the same content."""
    tables = {table.name: Records(table) for table in book.tables}
    totals, findings, handed = tables["汇总"], tables["问题清单"], tables["报送情况"]
    lows, highs, owns = totals.numbers("复算下限"), totals.numbers("复算上限"), totals.numbers("自评得分")
    spoken_of, levels = _counted(findings)
    groups = _groups(findings, spoken_of, (who for (who,) in totals.only("部门")))
    statuses = Counter(str(status) for (status,) in handed.only("报送状态"))
    content = {
        "title": book.title,
        "subtitle": book.subtitle,
        "verdict": _verdict(totals, levels),
        "handed_line": _handed(statuses),
        "unhanded": (r for r in handed if r["报送状态"] != _HANDED_IN) if len({*statuses, _HANDED_IN}) > 1 else (),
        "grade_lines": [shortest(line) for line in grade_lines],
        "ranks": map(_rank, totals),
        "spread": histogram(lows, highs),
        "scatter": scatter([point for point in zip(owns, lows, highs, strict=True) if holds(point[0])]),
        "lost": _lost(tables["指标得分"]),
        "findings_line": _findings_line(len(findings), len(spoken_of)),
        "groups": groups,
        "rules": [{key: _text(value) for key, value in row.items()} for row in tables["规则"]],
        "made_of": tables["运行信息"],
    }
    stream = _template().stream(content)
    stream.enable_buffering(256)
    return (clean(piece).encode() for piece in stream)


@dataclass(frozen=True)
class Records:
    """The rows of a table by head, gone through as often as is needed; NaN and None are blank."""

    table: Table

    def __len__(self) -> int:
        return len(self.table.rows)

    def __iter__(self) -> Iterator[Record]:
        for row in self.table.rows:
            cells = zip(self.table.heads, row, strict=True)
            yield {head: "" if value is None or value != value else value for head, value in cells}  # NaN

    def only(self, *heads: str) -> Iterator[tuple[Any, ...]]:
        """What the rows hold below some heads."""
        places = [self.table.heads.index(head) for head in heads]
        return (tuple(row[at] for at in places) for row in self.table.rows)

    def numbers(self, head: str) -> "array[float]":
        """The numbers below a head, NaN where there is none."""
        return array("d", (value if holds(value) else NAN for (value,) in self.only(head)))


def _text(value: object) -> str:
    return shortest(value) if isinstance(value, int | float) else str(value)


def _counted(findings: Records) -> tuple[dict[str, None], Counter[str]]:
    """Whom the findings are about, each once, and how many there are of each level."""
    spoken_of: dict[str, None] = {}
    levels: Counter[str] = Counter()
    for who, level in findings.only("部门", "级别"):
        spoken_of[who] = None
        levels[level] += 1
    return spoken_of, levels


def _verdict(totals: Records, levels: Mapping[str, int]) -> list[str]:
    """What a head of section reads first."""
    settled = sum(1 for (score,) in totals.only("复算得分") if holds(score))
    grades = Counter(grade for (grade,) in totals.only("等次"))
    counted = "，".join(f"{level} {levels[str(level)]} 项" for level in Level)
    graded = "，".join(f"{grade} {count} 个" for grade, count in sorted(grades.items()))
    gaps = totals.numbers("自评差异")
    high, low = sum(1 for gap in gaps if gap > 0), sum(1 for gap in gaps if gap < 0)
    return [
        f"评分 {len(totals)} 个部门，其中 {settled} 个得分已确定，{len(totals) - settled} 个因缺数只有区间。",
        f"等次：{graded}。",
        f"自评确定偏高 {high} 个部门，确定偏低 {low} 个部门。",
        f"问题：{counted}。",
    ]


def _handed(statuses: Mapping[str, int]) -> str:
    counts: Counter[str] = Counter()
    for status, count in statuses.items():
        counts[status.partition("：")[0]] += count
    return "，".join(f"{status} {count} 个部门" for status, count in counts.items()) + "。"


def _rank(row: Record) -> Record:
    low, high, own = row["复算下限"], row["复算上限"], row["自评得分"]
    return {
        "place": row["名次"] or row["名次区间"],
        "name": row["部门"],
        "points": shortest(low) if low == high else f"{shortest(low)}～{shortest(high)}",
        "grade": row["等次"],
        "own": shortest(own) if isinstance(own, float) else "—",
        "x": f"{low * 2:.1f}",
        "width": f"{max(2.0, (high - low) * 2):.1f}",
        "own_x": f"{min(own, 100.0) * 2:.1f}" if isinstance(own, float) else None,
        "deductions": row["主要扣分"],
        "missing": row["缺数指标"],
    }


def _lost(scores: Records) -> list[Record]:
    """Indicators by the mean share of points lost where there is a score; the largest first."""
    fulls: dict[str, float] = {}
    points: dict[str, array[float]] = {}
    members: Counter[str] = Counter()
    for name, full, score in scores.only("三级指标", "分值", "得分"):
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
        share = lost / full
        rows.append((share, name, full, lost, members[name] - len(known), bool(known)))
    return [
        {
            "name": name,
            "full": shortest(full),
            "lost": f"{lost:.2f}" if known else "—",
            "share": f"{share:.0%}" if known else "—",
            "width": f"{max(0.0, share) * 150:.1f}",
            "label_x": f"{max(0.0, share) * 150 + 4:.1f}",
            "unknown": unknown,
        }
        for share, name, full, lost, unknown, known in sorted(rows, key=lambda row: (-row[0], row[1]))
    ]


def _groups(findings: Records, spoken_of: Collection[str], order: Iterable[str]) -> list[Record]:
    """Findings by department: those of the whole batch first, then in the order of 汇总; no more than MOST_GROUPS."""
    names = dict.fromkeys(islice((name for name in chain([""], order) if name in spoken_of), MOST_GROUPS))
    if len(names) < MOST_GROUPS:
        names |= dict.fromkeys(sorted(name for name in spoken_of if name not in names)[: MOST_GROUPS - len(names)])
    by_department: dict[str, list[Record]] = {name: [] for name in names}
    wanted = ("部门", "级别", "代码", "说明", "建议", "影响分值", "文件", "工作表", "单元格")
    for department, level, code, message, advice, points, *place in findings.only(*wanted):
        if department in by_department:
            shown = {
                "级别": level,
                "代码": code,
                "说明": message,
                "建议": advice,
                "place": "!".join(filter(None, place)),
            }
            by_department[department].append({**shown, "影响分值": shortest(points) if holds(points) else ""})
    groups = []
    for at, name in enumerate(names):
        counts = Counter(row["级别"] for row in by_department[name])
        counted = "，".join(f"{level} {counts[str(level)]}" for level in Level if counts[str(level)])
        groups.append({"name": name or _BATCH, "counts": counted, "rows": by_department[name], "open": at < _OPEN})
    return groups


def _findings_line(findings: int, groups: int) -> str:
    if not findings:
        return "没有发现问题。"
    more = f"；只列前 {MOST_GROUPS} 组，其余见 findings.csv" if groups > MOST_GROUPS else ""
    return f"共 {findings} 项，按部门分组，点开查看；位置可整体选中复制{more}。"
