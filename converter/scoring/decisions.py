"""复核记录 (--decisions): what officers decided, row by row, each with its reason and two signatures (DESIGN §1, 7).

A row that lacks one of them, or says nothing that can be done, is refused with a finding; the others are applied by
`converter.scoring.review`.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import Field as Key
from pydantic import model_validator

from converter.mapping.documents import Strict
from converter.mapping.listings import Line, lines_of, open_sheets
from converter.vocabulary.findings import ConfigurationError, Finding, Place, finding, mask
from converter.vocabulary.labels import nearest, plain
from converter.vocabulary.numbers import Number

SHEET = "复核记录"
#: Heads of the record, each with the other names it goes by.
HEADS: dict[str, tuple[str, ...]] = {
    "序号": ("编号",),
    "部门": ("部门名称", "单位", "单位名称"),
    "年度": ("数据年度",),
    "类型": ("认定类型",),
    "指标/字段": ("指标", "字段", "对象", "指标或字段", "指标、字段"),
    "原值": ("原数",),
    "认定值": ("认定数",),
    "理由": ("认定理由",),
    "依据材料": ("依据",),
    "经办人": ("经办",),
    "复核人": ("复核",),
    "日期": ("认定日期",),
}
_NEEDED = ("部门", "类型", "指标/字段", "原值", "认定值", "理由", "经办人", "复核人")
_SIGNED = ("理由", "经办人", "复核人")
#: What a person fills in; a row without any of it has only been prefilled.
_FILLED = ("认定值", "依据材料", *_SIGNED)
EVERYONE = "全部"


class ReviewLines(Strict):
    """`review:` of a scheme: from how many points between self, recomputed and decided totals on it is said, and reported."""

    warn: float = Key(5, gt=0)
    report: float = Key(10, gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> "ReviewLines":
        if self.report < self.warn:
            raise ValueError("report 不应小于 warn")
        return self


class Kind(StrEnum):
    """类型 of a decision."""

    CORRECT = "更正数据"
    SCORE = "认定得分"
    NOT_APPLICABLE = "不适用"
    FILE = "采用文件"
    ACCEPT = "采纳说明"
    REJECT = "不采纳说明"
    POINTS = "加减分"


#: Kinds that decide without a 认定值 (不适用 may state the points).
_WORDLESS = (Kind.NOT_APPLICABLE, Kind.ACCEPT, Kind.REJECT)


class Stated(NamedTuple):
    """What a cell of the record says: its text, and its reading as a number."""

    text: str
    number: Number


class Decision(NamedTuple):
    """One signed row. `place` is the cell of 认定值; `year` is None where the row names none (the batch's)."""

    number: str
    department: str
    year: int | None
    kind: Kind
    subject: str
    was: Stated
    decided: Stated
    reason: str
    evidence: str
    handler: str
    reviewer: str
    date: str
    place: Place

    @property
    def signature(self) -> str:
        """Why it was decided, on what evidence, and by whom."""
        parts = (
            f"理由：{self.reason}",
            f"依据材料：{self.evidence}" if self.evidence else "",
            f"经办人 {self.handler}，复核人 {self.reviewer}" + (f"，{self.date}" if self.date else ""),
        )
        return "；".join(filter(None, parts))

    @property
    def shown(self) -> str:
        """How a message names it."""
        return f"复核记录第 {self.number} 号（{self.place}）" if self.number else f"复核记录 {self.place}"


@dataclass
class Decisions:
    """The signed rows of a record, and findings about the rows that are refused or say nothing yet."""

    rows: list[Decision] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    shown: str = ""
    sha256: str = ""

    def __bool__(self) -> bool:
        return bool(self.shown)

    def of(self, *kinds: Kind) -> list[Decision]:
        """The rows of some kinds, in the order of the record."""
        return [row for row in self.rows if row.kind in kinds]


def load_decisions(path: Path) -> Decisions:
    """The record in a file. Raises ConfigurationError C14."""
    sheets = open_sheets(path, "C14", SHEET, "--decisions")
    listed = {at: found for at, one in enumerate(sheets) if (found := lines_of([one], HEADS, _NEEDED, path.name))}
    if not listed and lines_of(sheets, HEADS, _NEEDED, path.name) is None:
        raise ConfigurationError("C14", "复核记录里没有完整的表头", f"表头应为 {'、'.join(HEADS)}", Place(path.name))
    decisions = Decisions(shown=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    for at in [at for at in listed if not sheets[at].visible]:
        message = f"隐藏的工作表“{sheets[at].name}”里有 {len(listed.pop(at))} 行复核记录，没有读取"
        decisions.findings.append(
            finding("P06", message, subject="隐藏的工作表", place=Place(path.name, sheets[at].name))
        )
    lines = [line for found in listed.values() for line in found]
    blank = [line for line in lines if not any(line.text(head) for head in _FILLED)]
    for line in lines:
        if line not in blank:
            _take(line, decisions)
    if blank:
        message = f"复核记录有 {len(blank)} 行没有填写认定值、理由和签名，按尚未认定处理"
        decisions.findings.append(finding("P06", message, subject="尚未认定", place=blank[0].place("认定值")))
    return decisions


def _take(line: Line, decisions: Decisions) -> None:
    """A line as a decision, or as the finding that says why it is none."""
    wrong = "；".join(_mistakes(line))
    place = line.place("认定值")
    year = _year(line.text("年度"))
    about = {"year": year, "subject": f"{line.text('部门')} {line.text('指标/字段')}".strip(), "place": place}
    if wrong:
        decisions.findings.append(finding("P03", f"复核记录{_numbered(line)}没有采用：{wrong}", **about))
        return
    row = Decision(
        number=line.text("序号"),
        department=line.text("部门"),
        year=year,
        kind=Kind(plain(line.text("类型"))),
        subject=line.text("指标/字段"),
        was=Stated(line.text("原值"), line.number("原值")),
        decided=Stated(line.text("认定值"), line.number("认定值")),
        reason=mask(line.text("理由")),
        evidence=mask(line.text("依据材料")),
        handler=mask(line.text("经办人")),
        reviewer=mask(line.text("复核人")),
        date=line.text("日期").removesuffix(" 00:00:00"),
        place=place,
    )
    decisions.rows.append(row)
    if plain(row.handler) == plain(row.reviewer):
        message = f"复核记录{_numbered(line)}的经办人与复核人是同一人：{row.handler}"
        decisions.findings.append(finding("P04", message, **about))


def _numbered(line: Line) -> str:
    return f"第 {line.text('序号')} 号" if line.text("序号") else f"第 {line.row + 1} 行"


def _mistakes(line: Line) -> Iterator[str]:
    """Everything that keeps a line from being a decision."""
    if lacking := [head for head in _SIGNED if not line.text(head)]:
        yield f"没有填写{'、'.join(lacking)}"
    if unnamed := [head for head in ("部门", "指标/字段") if not line.text(head)]:
        yield f"没有写明{'、'.join(unnamed)}"
    kind = plain(line.text("类型"))
    if kind not in [str(known) for known in Kind]:
        close = nearest(kind, [str(known) for known in Kind])
        yield f"类型“{line.text('类型')}”不认识，" + (f"是否为“{close}”？" if close else f"应为 {'、'.join(Kind)} 之一")
    elif kind not in _WORDLESS and not line.text("认定值"):
        yield "没有填写认定值"
    if line.text("年度") and _year(line.text("年度")) is None:
        yield f"年度“{line.text('年度')}”看不懂"


def _year(text: str) -> int | None:
    match = re.fullmatch(r"((?:19|20)\d\d)(?:年度?)?", plain(text))
    return int(match[1]) if match else None
