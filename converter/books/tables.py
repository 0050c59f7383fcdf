"""The tables of the outputs: heads and rows once, for sheets and CSV alike (CONTRACT: OUT)."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from converter.vocabulary.findings import Finding
from converter.vocabulary.numbers import shortest

if TYPE_CHECKING:  # workers write books without pandas, which would cost each a third of a second
    import pandas as pd

Row = tuple[object, ...]


T_co = TypeVar("T_co", covariant=True)


class Listed(Protocol[T_co]):
    """Things that can be counted, gone through more than once, and parted, without being held all at a time."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[T_co]: ...

    def __getitem__(self, part: slice, /) -> "Listed[T_co]": ...


Rows = Listed[Row]


SUMMARY_HEADS = (
    "名次", "名次区间", "部门编码", "部门", "类别", "年度", "自评得分", "自评等次", "复算得分", "复算下限", "复算上限", "等次",
    "自评差异", "数据分值", "数据下限", "数据上限", "沿用自评", "主要扣分", "缺数指标", "错误", "警告", "评分表",
)  # fmt: skip
SCORE_HEADS = (
    "部门编码", "部门", "年度", "一级指标", "二级指标", "三级指标", "分值", "指标值", "得分", "下限", "上限", "状态", "缺少数据",
    "自评得分", "自评差异", "计分口径", "其他口径得分", "计算过程", "依据",
)  # fmt: skip
FINDING_HEADS = (
    "编号", "级别", "代码", "部门", "年度", "对象", "说明", "建议", "影响分值", "责任方", "文件", "工作表", "单元格", "部门说明", "处理",
)  # fmt: skip
FACT_HEADS = (
    "部门编码", "部门", "年度", "字段", "数值", "单位", "状态", "采用", "原文", "表单", "资金口径", "文件", "工作表", "单元格",
)  # fmt: skip
CHECK_HEADS = ("代码", "部门", "年度", "核对内容", "左", "右", "差", "容差", "结果", "原因")
RULE_HEADS = ("一级指标", "二级指标", "三级指标", "分值", "指标公式", "计分方式", "计分口径", "原文", "依据")
SUBMITTED_HEADS = (
    "部门编码", "部门", "类别", "应报", "报送状态", "基础数据表", "指标表", "决算", "上年数据", "错误", "待部门处理",
)  # fmt: skip
SOURCE_HEADS = ("文件", "部门", "年度", "表单", "大小", "SHA-256", "处理结果")
INFO_HEADS = ("项目", "内容")


@dataclass(frozen=True)
class Table:
    """A table with the name of its sheet."""

    name: str
    heads: tuple[str, ...]
    rows: Rows


def score_rows(scores: "pd.DataFrame", codes: Mapping[str, str]) -> list[Row]:
    """Rows of 指标得分 from the scores frame; `codes` maps a department to its code."""
    columns = [
        "department", "year", "level1", "level2", "indicator", "full", "value", "score", "low", "high", "status",
        "missing", "self_score", "gap", "reading", "others", "process", "basis",
    ]  # fmt: skip
    return [(codes.get(row[0], ""), *row) for row in scores[columns].itertuples(index=False, name=None)]


def fact_rows(facts: "pd.DataFrame", codes: Mapping[str, str]) -> list[Row]:
    """Rows of 规范数据 from the facts frame; `codes` maps a department to its code."""
    columns = [
        "department", "year", "field", "value", "unit", "state", "adopted", "raw", "form", "scope", "file", "sheet", "cell",
    ]  # fmt: skip
    rows = facts[columns].itertuples(index=False, name=None)
    return [(codes.get(row[0], ""), *row[:5], str(row[5]), "是" if row[6] else "否", *row[7:]) for row in rows]


def finding_rows(findings: Iterable[Finding]) -> list[Row]:
    """Rows of 问题清单; what departments answered and officers decided stands in 部门说明 and 处理."""
    return [
        (
            f.number, str(f.level), f.code, f.department, f.year, f.subject, f.message, f.advice, f.points, str(f.owner),
            f.place.file, f.place.sheet, f.place.cell, f.reply, f.handling,
        )
        for f in findings
    ]  # fmt: skip


def check_rows(checks: "pd.DataFrame") -> list[Row]:
    """Rows of 勾稽核对 from the checks frame."""
    columns = ["code", "department", "year", "what", "left", "right", "difference", "tolerance", "outcome", "reason"]
    return list(checks[columns].itertuples(index=False, name=None))


def csv_body(heads: Sequence[str], rows: Sequence[Row]) -> bytes:
    """The lines of a table's rows as CSV, to stand behind those of its heads."""
    return csv_bytes(heads, rows)[len(csv_bytes(heads, [])) :]


#: What a text must not begin with, or a spreadsheet takes it for a formula.
_FORMULA = frozenset("=+-@\t\r")


def csv_bytes(heads: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A table as CSV: utf-8-sig, CRLF, shortest floats, text that would start a formula behind an apostrophe."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig", errors="replace")


def _csv_cell(value: object) -> str:
    if not isinstance(value, str):  # most cells are texts
        if value is None or value != value:
            return ""
        if isinstance(value, float):
            return shortest(value)
        if isinstance(value, int):
            return str(value)
    text = str(value)
    return f"'{text}" if text[:1] in _FORMULA else text
