"""One difference between two sides: its class in the order of risk, its two values, its cause; and what counts as one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from converter.books.readback import Record
from converter.mapping.fields import FieldKind
from converter.scoring.rounding import SCORE_DIGITS, round_half_up
from converter.vocabulary.numbers import shortest

#: Department, year and indicator or field; the year is that of the new side, the texts may be "".
Key = tuple[str, str, str]

DEPARTMENTS, TOTALS, GRADES, SCORES, FACTS = "部门增减", "总分与名次", "等次跨线", "指标得分", "输入数据"
OVERWRITTEN, FORMULAS, VERSIONS, DECISIONS = "公式被数值覆盖", "公式文本", "方案或映射版本", "认定"
TEXTS, LOOKS = "文字", "仅格式"
#: The classes, highest risk first.
KINDS = (DEPARTMENTS, TOTALS, GRADES, SCORES, FACTS, OVERWRITTEN, FORMULAS, VERSIONS, DECISIONS, TEXTS, LOOKS)

#: Two numbers of a unit that differ by no more are equal: half of 0.01 元 (money is held in 万元), half of the seventh
#: digit of a ratio. Everything else may differ by float noise alone.
TOLERANCES = {FieldKind.MONEY.unit: 5e-7, FieldKind.RATIO.unit: 5e-7}
NOISE = 1e-9


@dataclass(frozen=True)
class Part:
    """What one cause did to a score: by how much its 下限 and 上限 moved (分)."""

    cause: str
    low: float
    high: float

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.cause} {signed(self.low)}"
        return f"{self.cause} 下限 {signed(self.low)}、上限 {signed(self.high)}"


@dataclass(frozen=True)
class Change:
    """One difference; `before` and `after` are texts as in the CSV, "" for blank. `parts` add up to the whole change of
    a score; `old_place` and `new_place` are cells of the sources, or of the books themselves.
    """

    kind: str
    department: str
    year: str
    subject: str
    column: str
    before: str
    after: str
    cause: str = ""
    old_place: str = ""
    new_place: str = ""
    parts: tuple[Part, ...] = ()

    def __str__(self) -> str:
        cause = f"（{self.cause}）" if self.cause else ""
        where = " ".join(filter(None, (self.department, self.year, self.subject)))
        return f"[{self.kind}] {where} {self.column}：{self.before or '空'} → {self.after or '空'}{cause}"


def in_order(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes, the riskiest class first; within a class as they were found."""
    return tuple(sorted(changes, key=lambda change: KINDS.index(change.kind)))


@dataclass(frozen=True)
class Sums:
    """How the rows of one kind were compared: same + changed + added + removed is every key of the two sides."""

    what: str
    same: int = 0
    changed: int = 0
    added: int = 0
    removed: int = 0

    @property
    def compared(self) -> int:
        """Every key of the two sides."""
        return self.same + self.changed + self.added + self.removed

    def __str__(self) -> str:
        return f"{self.what}：比对 {self.compared}，相同 {self.same}，变动 {self.changed}，新增 {self.added}，删除 {self.removed}"


@dataclass
class Counter:
    """Rows compared so far, and the differences within tolerance that were passed over."""

    within: int = 0

    def differ(self, before: str, after: str, tolerance: float = NOISE, digits: int | None = None) -> bool:
        """Whether two texts differ. Blank, 0 and — are three things; numbers may differ by `tolerance`, and scores are
        compared as rounded to `digits`.
        """
        if before == after:
            return False
        one, other = number(before), number(after)
        if one is None or other is None:
            return True
        if digits is not None:
            one, other = (float(half) for half in round_half_up(np.array([one, other]), digits))
        if abs(one - other) > max(tolerance, NOISE * max(abs(one), abs(other))):
            return True
        self.within += 1
        return False


def number(text: str) -> float | None:
    """The number of a text as the CSV writes it, None for anything else (blank, —, nan)."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def signed(points: float) -> str:
    """Points with their sign: +2, −1.5, 0."""
    return f"{'+' if points > 0 else ''}{shortest(points)}".replace("-", "−")


Differ = Callable[[str, str], bool]


def tolerance_of(column: str, row: Record) -> tuple[float, int | None]:
    """Tolerance and digits of a column: scores to 0.01 half up, money and ratios by their unit."""
    if column in _SCORED:
        return NOISE, SCORE_DIGITS
    if column == "指标值":
        return TOLERANCES[FieldKind.RATIO.unit], None
    return TOLERANCES.get(row.get("单位", ""), NOISE) if column == "数值" else NOISE, None


_SCORED = frozenset(
    (
        *("得分", "下限", "上限", "自评差异", "复算得分", "复算下限", "复算上限"),
        *("数据下限", "数据上限", "沿用自评"),
    )
)


def dictionary_of(change: Change) -> dict[str, Any]:
    """A change as JSON."""
    content = {key: value for key, value in vars(change).items() if key != "parts"}
    return {**content, "parts": [vars(part) for part in change.parts]}
