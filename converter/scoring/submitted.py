"""报送情况: what each department handed in, against the departments list where there is one (CHECKS B01)."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from converter.mapping.departments import NAMING_FORM, Submission
from converter.mapping.forms import Form
from converter.mapping.roster import Listed, Roster
from converter.scoring.checks import Checks
from converter.vocabulary.findings import Finding

INDICATOR_FORM = "指标表"
WHOLE, PART, NOTHING, EXCUSED = "已报", "部分报送", "未报", "不参评"
_LACKING = "缺"


class Submitted(NamedTuple):
    """A row of 报送情况. `expected` is 是, 否, 名单外, or "" without a list; the four last say how many tables came."""

    code: str
    department: str
    kind: str
    expected: str
    status: str
    basic_data: str
    indicators: str
    accounts: str
    prior: str


def submitted(submissions: Sequence[Submission], roster: Roster, forms: Sequence[Form], year: int) -> list[Submitted]:
    """What came from each department: those of the list in its order, then the others by name."""
    by_name = {submission.department: submission for submission in submissions}
    kinds = _kinds(forms)
    listed = [_row(entry.name, entry, by_name.get(entry.name), kinds, year, "") for entry in roster.entries]
    known = {entry.name for entry in roster.entries}
    stranger = "名单外" if roster else ""
    others = [s for s in submissions if s.department not in known]
    return listed + [_row(s.department, None, s, kinds, year, stranger) for s in others]


def with_last_output(rows: Sequence[Submitted], departments: Collection[str]) -> list[Submitted]:
    """The rows, where `departments` have no workbook of last year but figures in last year's output."""
    return [
        row._replace(prior="上年输出") if row.prior == _LACKING and row.department in departments else row
        for row in rows
    ]


def _row(
    name: str,
    entry: Listed | None,
    submission: Submission | None,
    kinds: Mapping[str, str],
    year: int,
    expected: str,
) -> Submitted:
    documents = submission.documents if submission else []
    now = [kinds.get(document.form, "决算") for document in documents if document.year == year]
    prior = sum(document.year == year - 1 for document in documents)
    status = WHOLE if NAMING_FORM in now and INDICATOR_FORM in now else PART if now else NOTHING
    if entry is not None:
        expected = "是" if entry.expected else "否"
        status = status if entry.evaluated else f"{EXCUSED}：{entry.excuse}"
    counts = (*map(now.count, (NAMING_FORM, INDICATOR_FORM, "决算")), prior)
    code, kind = (entry.code, entry.kind) if entry else ("", "")
    return Submitted(code, name, kind, expected, status, *map(_told, counts))


@lru_cache(maxsize=256)
def _told(count: int) -> str:
    return f"{count} 份" if count else _LACKING


def _kinds(forms: Sequence[Form]) -> dict[str, str]:
    """基础数据表, 指标表 for them and every other form that sets the year; "" for lists of figures by name; all others are 决算."""
    kinds = {form.form: INDICATOR_FORM for form in forms if form.sets_year}
    kinds |= {NAMING_FORM: NAMING_FORM, INDICATOR_FORM: INDICATOR_FORM}
    return kinds | {form.form: "" for form in forms if form.by_name}


def audit_submitted(rows: Sequence[Submitted], roster: Roster, checks: Checks, year: int) -> list[Finding]:
    """B01 departments of the list that sent nothing, and departments that the list does not know."""
    findings = []
    for row in rows:
        about = {"department": row.department, "year": year}
        if row.status == NOTHING and row.expected == "是":
            said = f"名单“{roster.shown}”里应报，没有收到 {year} 年度的报表"
            findings.append(checks.finding("B01", said, subject="应报未报", **about))
        elif row.expected == "名单外":
            said = f"名单“{roster.shown}”里没有这个部门"
            findings.append(checks.finding("B01", said, subject="名单外", **about))
    return findings
