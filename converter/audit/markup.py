"""How report.html is put together: its frame (report.html) is filled with pieces; every text in them is escaped."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

from markupsafe import escape

from converter.vocabulary.numbers import shortest

_MARK = re.compile(r"\{\{ (\w+) \}\}")
#: Rows, or pieces of the page, that are made together.
_TOGETHER = 500


def filled(content: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """The page in pieces: where its frame says {{ name }}, the HTML of that name."""
    for at, part in enumerate(_frame()):
        pieces = iter(content[part] if at % 2 else [part])
        while some := "".join(islice(pieces, _TOGETHER)):
            yield some


@cache
def _frame() -> list[str]:
    """The page without its content: text, name, text, …"""
    return _MARK.split(Path(__file__).with_name("report.html").read_text(encoding="utf-8").rstrip("\n"))


def shown(value: object) -> str:
    """What a cell shows: nothing for None and NaN."""
    return "" if value is None or value != value else str(value)


def escaped(texts: Sequence[str]) -> list[str]:
    """Texts as they stand in HTML. All are escaped in one go, which takes a sixth of the time, with a character between them that
    no page holds; a text that has it nevertheless is escaped as the others are.
    """
    found = str(escape("\0".join(texts))).split("\0")
    return found if len(found) == len(texts) else [str(escape(text)) for text in texts]


def in_html(rows: Iterable[Sequence[str]], row: Callable[..., str]) -> Iterator[str]:
    """Rows of a table as HTML; `row` makes one of its cells, which are escaped. All rows have as many."""
    rest = iter(rows)
    while some := list(islice(rest, _TOGETHER)):
        cells = iter(escaped([cell for one in some for cell in one]))
        yield from [row(*one) for one in zip(*[cells] * len(some[0]), strict=True)]


def line(text: str) -> str:
    """A line of 核查结论."""
    return f"<p>{text}</p>\n"


def unhanded(department: str, due: str, status: str, basic: str, indicators: str, final: str, before: str) -> str:
    """A row of 报送情况."""
    counts = "".join([f'<td class="short">{count}</td>' for count in (basic, indicators, final, before)])
    return f'<tr><td>{department}</td><td class="short">{due}</td><td>{status}</td>{counts}</tr>\n'


def bars(lines: Sequence[float]) -> Callable[..., str]:
    """What makes a row of 名次, over lines at these points."""
    places = [shortest(points * 2) for points in lines]
    ruled = "".join(
        [f'<line x1="{x}" y1="0" x2="{x}" y2="16" stroke="#cfcfcf" stroke-dasharray="2 2"/>' for x in places]
    )

    def rank(
        place: str,
        name: str,
        points: str,
        grade: str,
        own: str,
        x: str,
        width: str,
        own_x: str,
        deductions: str,
        missing: str,
    ) -> str:
        diamond = f'<path d="M {own_x} 4 l 4 4 l -4 4 l -4 -4 z" fill="#fff" stroke="#8a3b00" stroke-width="1.5"/>'
        return (
            f'<tr><td class="number">{place}</td><td>{name}</td><td class="number">{points}</td><td class="short">{grade}</td>'
            f'<td class="number spare">{own}</td><td class="bar"><svg viewBox="0 0 200 16" role="img" '
            f'aria-label="{points} 分，自评 {own} 分"><line x1="0" y1="8" x2="200" y2="8" stroke="#cfcfcf"/>{ruled}'
            f'<rect x="{x}" y="3" width="{width}" height="10" fill="#7fa6cf" stroke="#1d3f66"/>{diamond if own_x else ""}</svg></td>'
            f'<td class="spare">{deductions}</td><td class="spare">{missing}</td></tr>\n'
        )

    return rank


def lost(name: str, full: str, points: str, share: str, width: str, label_x: str, unknown: str) -> str:
    """A row of 失分最多的指标."""
    return (
        f'<tr><td>{name}</td><td class="number">{full}</td><td class="number">{points}</td><td class="bar">'
        f'<svg viewBox="0 0 200 16" role="img" aria-label="失分 {share}">'
        f'<rect x="0" y="3" width="{width}" height="10" fill="#c98a5b" stroke="#6b3a12"/>'
        f'<text x="{label_x}" y="12">{share}</text></svg></td><td class="number">{unknown}</td></tr>\n'
    )


def finding(level: str, code: str, message: str, advice: str, points: str, place: str) -> str:
    """A row of 问题清单."""
    at_stake = f'<span class="quiet">（影响 {points} 分）</span>' if points else ""
    cell = f"<code>{place}</code>" if place else ""
    return (
        f'<tr><td class="level">{level}</td><td class="short">{code}</td><td>{message}{at_stake}</td>'
        f'<td class="quiet">{advice}</td><td>{cell}</td></tr>\n'
    )


def group(name: str, counts: str, rows: Iterable[str], *, unfolded: bool) -> str:
    """The findings of a department."""
    heads = "<th>级别</th><th>代码</th><th>说明</th><th>建议</th><th>位置</th>"
    return (
        f"<details{' open' if unfolded else ''}><summary>{name}（{counts}）</summary>\n"
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>\n{"".join(rows)}</tbody></table></div></details>\n'
    )


def rule(name: str, full: str, formula: str, method: str, text: str) -> str:
    """A row of 采用的规则."""
    return (
        f'<tr><td>{name}</td><td class="number">{full}</td><td>{formula}</td><td>{method}</td>'
        f'<td class="spare quiet">{text}</td></tr>\n'
    )


def made_of(name: str, value: str) -> str:
    """A row of 运行信息."""
    return f"<tr><th>{name}</th><td>{value}</td></tr>\n"
