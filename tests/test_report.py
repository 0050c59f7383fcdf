"""report.html: everything of the batch on one page that needs nothing else, hostile names and all."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from converter.audit import report as pages
from converter.audit.charts import histogram, scatter
from converter.audit.markup import escaped, in_html
from converter.books.summary import SHEETS, SummaryBook
from converter.books.tables import POINTS, Row, Table
from converter.vocabulary.findings import LEVEL_ORDER, Level, Tally
from tests.outputs import Out

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">&"\'{{ 7*7 }}'


def report(book: SummaryBook, grade_lines: list[float]) -> bytes:
    """The page whole."""
    tables = {table.name: table for table in book.tables}
    scores, findings = tables["指标得分"], tables["问题清单"].rows
    points = [tuple(row[scores.heads.index(head)] for head in POINTS) for row in scores.rows]
    return b"".join(pages.report(book, points, grade_lines, counted(findings)))


def counted(findings: Iterable[Row]) -> Tally:
    """The tally of rows of 问题清单."""
    counts: dict[str, list[int]] = {}
    for _, level, _, department, *_ in findings:
        of = counts.setdefault(str(department), [0] * (len(LEVEL_ORDER) + 1))
        of[LEVEL_ORDER[Level(str(level))]] += 1
    return Tally({who: tuple(of) for who, of in counts.items()})


def total(name: str, low: float, high: float, own: float | None = 90.0) -> Row:
    score = low if low == high else None
    return (
        1, "1～2", "", name, "", 2019, own, "优", score, low, high, "良～优", 3.0, 41, low / 2, high / 2, 53, "预算控制率", "", 1, 2, ""
    )  # fmt: skip


def made(*totals: Row, findings: list[Row] | None = None) -> SummaryBook:
    """A summary with these rows of 汇总; the other tables hold little."""
    names = [str(row[3]) for row in totals]
    rows: dict[str, list[Row]] = {
        "汇总": list(totals),
        "报送情况": [("", name, "", "是", "已报", "1 份", "1 份", "缺", "缺", 0, 0) for name in names],
        "指标得分": [
            ("", name, 2019, "过程", "预算执行", rule, 5, 0.1, score, 0, 5, "已评分", "", 5, 0, "", "", "", "文")
            for name in names
            for rule, score in (("预算控制率", 3.0), ("预算完成率", None))
        ],
        "问题清单": findings or [],
        "规则": [("过程", "预算执行", "预算控制率", 5, "a / b", "分档", "", HOSTILE, "文")],
        "运行信息": [("程序", "jixiao")],
    }
    return SummaryBook(
        "题", "副题", frozenset(), tuple(Table(name, heads, rows.get(name, [])) for name, heads in SHEETS)
    )


def finding(department: str, message: str = "说明") -> Row:
    return (
        "J01-1",
        "错误",
        "J01",
        department,
        2019,
        "对象",
        message,
        "建议",
        5.0,
        "部门",
        f"{department}/a.xlsx",
        "表",
        "B5",
        "",
        "",
    )


def test_every_department_with_its_interval_and_every_finding_with_its_cell() -> None:
    page = report(
        made(total("甲局", 77, 88), total("乙局", 90, 90, None), findings=[finding("甲局"), finding("")]), [60]
    ).decode()
    assert "77～88" in page
    assert '<td>乙局</td><td class="number">90</td>' in page
    assert "<code>甲局/a.xlsx!表!B5</code>" in page
    assert "评分 2 个部门，其中 1 个得分已确定，1 个因缺数只有区间" in page
    assert page.index("全批与规则") < page.index("甲局（错误 1）")


def test_grade_lines_stand_where_their_points_are_on_the_bar() -> None:
    page = report(made(total("甲局", 77, 88)), [60, 72.5]).decode()
    assert re.findall(r'<line x1="([\d.]+)" y1="0" x2="([\d.]+)"', page) == [("120", "120"), ("145", "145")]


def test_the_page_needs_nothing_from_outside_and_no_script() -> None:
    page = report(made(total("甲局", 77, 88)), [60]).decode()
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert "@import" not in page
    assert "url(" not in page


def test_hostile_text_stays_text() -> None:
    page = report(made(total(HOSTILE, 1, 2), findings=[finding(HOSTILE, HOSTILE)]), [60]).decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "{{ 7*7 }}" in page
    assert report(made(total("甲\x0b局\ud800", 1, 2)), [60])


@given(st.lists(st.text("<>&'\"\0\x1f甲a\n", max_size=4), max_size=6))
def test_texts_escaped_together_are_each_escaped(texts: list[str]) -> None:
    assert escaped(texts) == [str(escape(text)) for text in texts]


def test_rows_are_made_of_escaped_cells_however_many_there_are() -> None:
    rows = [(f"<{n}>", '"') for n in range(1201)]
    assert list(in_html(rows, "{}|{}".format)) == [f"&lt;{n}&gt;|&#34;" for n in range(1201)]
    assert list(in_html([], "{}".format)) == []


def test_indicators_stand_in_the_order_of_what_they_lose_and_unknown_is_not_zero() -> None:
    page = report(made(total("甲局", 1, 2)), [60]).decode()
    lost = page[page.index('id="lost"') : page.index('id="findings"')]
    assert lost.index("预算控制率") < lost.index("预算完成率")
    assert "40%" in lost
    assert re.search(r"预算完成率</td>.*?>—<.*?<td class=\"number\">1</td>", lost, re.S)


def test_two_hundred_departments_take_less_than_two_megabytes() -> None:
    totals = [total(f"绥宁县第{n}局", 60 + n % 40, 60 + n % 40) for n in range(200)]
    findings = [
        finding(f"绥宁县第{n}局", "三公经费等于公务用车、出国、接待三项之和：29 与 8＋0＋20 相差 1 万元" * 2)
        for n in range(200)
        for _ in range(8)
    ]
    page = report(made(*totals, findings=findings), [60, 80, 90])
    assert len(page) < 2_000_000
    assert page.count(b"<details") == 200


def test_the_same_content_gives_the_same_bytes() -> None:
    assert report(made(total("甲局", 77, 88)), [60]) == report(made(total("甲局", 77, 88)), [60])


@pytest.mark.parametrize("values", [[], [0.0], [100.0], [77.5, 77.5, 3.0]])
def test_every_score_stands_in_one_bar(values: list[float]) -> None:
    chart = histogram(values, values)
    counted = [int(n) for n in re.findall(r'text-anchor="middle">(\d+)</text>', chart)]
    scale = list(range(0, 100, 10))
    assert sum(counted) - sum(scale) == 2 * len(values)


def test_a_department_above_the_line_claims_less_than_it_has() -> None:
    chart = "".join(scatter([(80, 90, 95), (100, 70, 70)]))
    assert chart.count("<circle") == 2
    assert "".join(scatter([])).endswith("</svg>")


def test_a_run_writes_it_and_lists_it(suining_out: Path) -> None:
    page = (suining_out / "report.html").read_text(encoding="utf-8")
    assert "77～88" in page
    assert "report.html" in {entry["file"] for entry in Out(suining_out).manifest["outputs"]}


# --- in a browser


def browse(chromium: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    return subprocess.run(
        [*command, "--enable-logging=stderr", *arguments], capture_output=True, text=True, timeout=120, check=True
    )


#: Says on the page how far it is wider than the window, and how many characters of it can be seen.
_MEASURE = "<script>const d=document.documentElement;d.dataset.over=d.scrollWidth-d.clientWidth;</script>"


@pytest.mark.parametrize("width", [500, 820, 1280])
def test_it_fits_a_phone_a_tablet_and_a_desk_without_a_complaint(
    chromium: str, suining_out: Path, tmp_path: Path, width: int
) -> None:
    page = tmp_path / "report.html"
    source = (suining_out / "report.html").read_text(encoding="utf-8")
    page.write_text(source.replace("</body>", f"{_MEASURE}</body>"), encoding="utf-8")
    seen = browse(chromium, tmp_path, f"--window-size={width},900", "--dump-dom", page.as_uri())
    assert 'data-over="0"' in seen.stdout
    assert "CONSOLE" not in seen.stderr


def test_the_print_holds_what_is_folded_on_the_screen(chromium: str, suining_out: Path, tmp_path: Path) -> None:
    many = [finding(f"第{n}局", f"说明{n}号") for n in range(8)]
    page = tmp_path / "report.html"
    page.write_bytes(report(made(total("甲局", 77, 88), findings=many), [60]))
    browse(chromium, tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'a.pdf'}", page.as_uri())
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True)
    assert all(f"说明{n}号" in text.stdout for n in range(8))
    size = subprocess.run(["pdfinfo", tmp_path / "a.pdf"], capture_output=True, text=True, check=True).stdout
    assert "A4" in size
