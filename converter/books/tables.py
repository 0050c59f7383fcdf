"""The tables of the outputs: heads and rows once, for sheets and CSV alike (CONTRACT: OUT)."""

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import copysign, nan
from operator import itemgetter
from types import NoneType
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar, cast

from converter.vocabulary.findings import Finding
from converter.vocabulary.numbers import State, shortest

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


#: What report.html shows of rows of 指标得分 as a whole, which are read in a third of the time that they take.
POINTS = ("三级指标", "分值", "得分")
#: Where the departments' workbooks lie in OUT.
FOLDER = "部门"
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


class Table(NamedTuple):
    """A table with the name of its sheet."""

    name: str
    heads: tuple[str, ...]
    rows: Rows


def _columns(frame: "pd.DataFrame", names: Sequence[str]) -> list[list[object]]:
    """Columns of a frame as lists of plain values, each in one go: going through a column of texts is dear."""
    return [frame[name].to_numpy(dtype=object).tolist() for name in names]


def score_rows(scores: "pd.DataFrame", codes: Mapping[str, str]) -> list[Row]:
    """Rows of 指标得分 from the scores frame; `codes` maps a department to its code."""
    names = [
        "department", "year", "level1", "level2", "indicator", "full", "value", "score", "low", "high", "status",
        "missing", "self_score", "gap", "reading", "others", "process", "basis",
    ]  # fmt: skip
    columns = _columns(scores, names)
    return list(zip(_codes(columns[0], codes), *columns, strict=True))


def fact_rows(facts: "pd.DataFrame", codes: Mapping[str, str]) -> list[Row]:
    """Rows of 规范数据 from the facts frame; `codes` maps a department to its code."""
    before = _columns(facts, ["department", "year", "field", "value", "unit"])
    behind = _columns(facts, ["raw", "form", "scope", "file", "sheet", "cell"])
    states, adopted = _columns(facts, ["state", "adopted"])
    taken = ["是" if one else "否" for one in adopted]
    words = [_STATES[cast("State", state)] for state in states]
    return list(zip(_codes(before[0], codes), *before, words, taken, *behind, strict=True))


#: 状态 as plain texts, the same ones in every row.
_STATES = {state: state.value for state in State}


def _codes(departments: Sequence[object], codes: Mapping[str, str]) -> list[str]:
    return [codes.get(str(department), "") for department in departments]


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
    names = ["code", "department", "year", "what", "left", "right", "difference", "tolerance", "outcome", "reason"]
    return list(zip(*_columns(checks, names), strict=True))


def csv_body(rows: Sequence[Row]) -> bytes:
    """The lines of a table's rows as CSV, to stand behind those of its heads."""
    return ended(csv_lines(rows))


def csv_bytes(heads: Sequence[str], rows: Sequence[Row]) -> bytes:
    """A table as CSV: utf-8-sig, CRLF, shortest floats, text that would start a formula behind an apostrophe."""
    return codecs.BOM_UTF8 + csv_body([tuple(heads)]) + csv_body(rows)


def ended(lines: Iterable[bytes]) -> bytes:
    """Lines of CSV, each with its end."""
    return b"\r\n".join([*lines, b""])


def csv_lines(rows: Sequence[Row]) -> list[bytes]:
    """The line of each row as CSV, without its end. The cells are made column by column: most columns hold one kind of value, a
    few of them again and again, and no mark that CSV needs quotes for. They are bytes, which are joined in a third of the time
    that texts of several alphabets take.
    """
    columns = list(map(_csv_column, zip(*rows, strict=True)))
    if len(columns) == 1:
        columns = [[cell or b'""' for cell in columns[0]]]  # an empty line would be no row
    return list(map(b",".join, zip(*columns, strict=True)))


_QUOTED = ',"\r\n'
#: What a text must not begin with, or a spreadsheet takes it for a formula.
_FORMULA = frozenset("=+-@\t\r")
_first = itemgetter(slice(1))


def _csv_column(column: Sequence[object]) -> Sequence[bytes]:
    """The cells of a column as they stand between commas."""
    if column[0].__class__ is str and set(map(type, texts := set(column))) == {str}:
        return _each(_csv_texts(cast("set[str]", texts)), column)
    kinds = set(map(type, column))
    if kinds == {float}:
        return _csv_floats(cast("Sequence[float]", column))
    if kinds == {float, NoneType}:
        return _csv_floats([nan if value is None else cast("float", value) for value in column])
    if kinds == {int}:
        return _each({one: _quoted(one) for one in set(column)}, column)
    return list(map(_quoted, column))  # what is equal may differ: 1, 1.0 and True


def _each(cells: Mapping[object, bytes], column: Sequence[object]) -> Sequence[bytes]:
    """The cell of each value of a column: all looked up in one call, which takes half the time of one for each."""
    return itemgetter(*column)(cells) if len(column) > 1 else [cells[value] for value in column]


def _csv_texts(texts: set[str]) -> dict[object, bytes]:
    """Texts as they stand between commas; all those that need nothing are encoded at once."""
    together = "".join(texts)
    odd = {text for mark in _QUOTED if mark in together for text in texts if mark in text}
    if not _FORMULA.isdisjoint(map(_first, texts)):
        odd |= {text for text in texts if text[:1] in _FORMULA}
    usual = list(texts - odd)
    cells: dict[object, bytes] = dict(zip(usual, _encoded("\n".join(usual)).split(b"\n"), strict=bool(usual)))
    return cells | {text: _quoted(text) for text in odd} if odd else cells


def _csv_floats(column: Sequence[float]) -> Sequence[bytes]:
    """Floats at their shortest, those that come again and again made once (but where there are zeros of both signs)."""
    values = [value if value == value else None for value in column]  # NaN is not equal to itself
    few = list({*values} - {None})
    if 2 * len(few) > len(values) or (0.0 in few and -1.0 in {copysign(1.0, value) for value in column if not value}):
        return _csv_each_float(column)
    cells: dict[object, bytes] = {None: b"", **dict(zip(few, _csv_each_float(few), strict=bool(few)))}
    return _each(cells, values)


def _csv_each_float(column: Sequence[float | None]) -> list[bytes]:
    """All by one repr, which takes a third of the time of one for each."""
    together = f"{[*column]!r}"[1:-1]
    return f"{together}, ".replace(".0, ", ", ").replace("nan, ", ", ").encode().split(b", ")[:-1]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")


def _quoted(value: object) -> bytes:
    """A value as it stands between commas."""
    cell = _csv_cell(value)
    return _encoded('"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in _QUOTED) else cell)


def _csv_cell(value: object) -> str:
    if not isinstance(value, str):
        if value is None or value != value:
            return ""
        if isinstance(value, float):
            return shortest(value)
        if isinstance(value, int):
            return str(value)
    text = str(value)
    return f"'{text}" if text[:1] in _FORMULA else text
