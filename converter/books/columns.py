"""The columns of the summary workbook by their heads: looks, and widths that go by what the cells hold."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from converter.books.shown import display_width
from converter.books.tables import Row

#: Look of a column by its head, where it is not plain text.
LOOKS: dict[str, str] = {
    **dict.fromkeys(("名次", "年度", "错误", "警告", "大小", "待部门处理"), "whole"),
    **dict.fromkeys(("分值", "数据分值"), "weight"),
    **dict.fromkeys(
        (
            "自评得分",
            "复算得分",
            "复算下限",
            "复算上限",
            "自评差异",
            "数据下限",
            "数据上限",
            "沿用自评",
            "得分",
            "下限",
            "上限",
            "影响分值",
        ),
        "score",
    ),
    **dict.fromkeys(
        (
            "名次区间",
            "自评等次",
            "等次",
            "状态",
            "级别",
            "代码",
            "责任方",
            "单元格",
            "单位",
            "采用",
            "应报",
            "基础数据表",
            "指标表",
            "决算",
            "上年数据",
            "结果",
        ),
        "center",
    ),
    **dict.fromkeys(("左", "右", "差", "容差"), "number"),
    "评分表": "link",
}
#: Column widths by head; narrow enough that the sheets can be read on A4.
WIDTHS: dict[str, float] = {
    "名次": 5.5, "名次区间": 7.5, "部门编码": 9, "部门": 15, "类别": 7.5, "年度": 5.5, "自评得分": 7.5, "自评等次": 7, "复算得分": 7.5,
    "复算下限": 7.5, "复算上限": 7.5, "等次": 7.5, "自评差异": 7.5, "数据分值": 7.5, "数据下限": 7.5, "数据上限": 7.5, "沿用自评": 7.5,
    "主要扣分": 20, "缺数指标": 22, "错误": 5.5, "警告": 5.5, "评分表": 20, "一级指标": 8, "二级指标": 9, "三级指标": 15, "分值": 5.5,
    "指标值": 9, "得分": 7, "下限": 7, "上限": 7, "状态": 7.5, "缺少数据": 27, "计分口径": 12, "其他口径得分": 14, "计算过程": 32,
    "依据": 13, "编号": 12, "级别": 5.5, "代码": 5.5, "对象": 14, "说明": 40, "建议": 26, "影响分值": 7.5, "责任方": 7, "文件": 26,
    "工作表": 17, "单元格": 7.5, "部门说明": 16, "处理": 10, "字段": 24, "数值": 18, "单位": 6.5, "采用": 5.5, "原文": 22, "表单": 11,
    "资金口径": 9, "指标公式": 34, "计分方式": 30, "应报": 6.5, "报送状态": 20, "基础数据表": 10, "指标表": 8, "决算": 8,
    "上年数据": 9, "待部门处理": 8, "核对内容": 56, "左": 18, "右": 18, "差": 18, "容差": 6.5, "结果": 10, "原因": 26,
    "大小": 9, "SHA-256": 40, "处理结果": 24, "项目": 18, "内容": 90,
}  # fmt: skip
#: Where a sheet needs another width than the others.
_OWN_WIDTHS = {
    ("规则", "原文"): 46.0,
    ("规则", "计分口径"): 20.0,
    ("规则", "三级指标"): 18.0,
    ("问题清单", "文件"): 22.0,
}
#: Of a column without a single value.
_BLANK_WIDTH = 5.0
#: Columns that grow with their longest text: up to how much, and over how many lines it may go.
_GROWING = {"评分表": (38.0, 1), "三级指标": (34.0, 1), "部门": (22.0, 1), "主要扣分": (30.0, 4), "缺数指标": (44.0, 4)}
#: As wide as the longest number needs.
_AMOUNTS, _LEAST_AMOUNT = {"数值", "左", "右", "差"}, 9.0


class Seen(NamedTuple):
    """What the widths of a table's columns hang on: for each the longest of its texts or numbers where it goes by them, else
    1 where there is any value.
    """

    heads: tuple[str, ...]
    longest: tuple[float, ...]

    @classmethod
    def of(cls, heads: tuple[str, ...], rows: Iterable[Row]) -> "Seen":
        """What is to be seen in some rows."""
        columns = list(zip(*rows, strict=True)) or [()] * len(heads)
        return cls(heads, tuple(map(_longest, heads, columns)))

    def widths(self, sheet: str) -> tuple[float, ...]:
        """The usual widths of a sheet; less where a column is empty throughout, more for long texts, for LibreOffice does not
        wrap links.
        """
        usual = (_OWN_WIDTHS.get((sheet, head), WIDTHS[head]) for head in self.heads)
        return tuple(map(_width, self.heads, usual, self.longest))


def together(parts: Sequence[Seen]) -> Seen:
    """What is to be seen in all rows of a table; of at least one part."""
    return Seen(parts[0].heads, tuple(map(max, zip(*(part.longest for part in parts), strict=True))))


def _longest(head: str, values: Sequence[object]) -> float:
    if head in _GROWING:
        return max((display_width(str(value)) for value in set(values)), default=0.0)
    if head in _AMOUNTS:
        known = [value for value in values if value == value]
        unknown = len("nan") if len(known) < len(values) else 0
        return float(max(unknown, max([_digits(value) for value in set(known) if isinstance(value, float)], default=0)))
    return float(len(values) > 0 and (holds(values[0]) or any(map(holds, set(values)))))


@lru_cache(maxsize=1 << 12)
def _digits(amount: float) -> int:
    """How long an amount is as shown."""
    return len(f"{amount:,.15g}")


def _width(head: str, usual: float, longest: float) -> float:
    if head in _GROWING:
        most, lines = _GROWING[head]
        return max(usual, min(most, 0.92 * longest / lines + 1))
    if head in _AMOUNTS:
        return max(_LEAST_AMOUNT, min(usual, longest + 1.0))
    return usual if longest else min(usual, _BLANK_WIDTH)


def room(head: str, width: float) -> float:
    """How wide the texts of a column may be before they take another line. Amounts, which are numbers or nothing, never do: so a
    longer one widens its column, and leaves the rows of all others as they are.
    """
    return math.inf if head in _AMOUNTS else width


def holds(value: object) -> bool:
    """Whether a cell is not empty: there is a value, and no NaN."""
    return not (value is None or value == "" or value != value)
