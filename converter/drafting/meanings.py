"""What a sentence of a 评价标准 says about points, apart from any scheme: the result of reading it (RULE-FORMS A1–A14).

Ratios are plain numbers (5% is 0.05), points are 分 of the sentence, not of the weight.
"""

from dataclasses import dataclass
from typing import Literal

Side = Literal["above", "below", "both"]
INFINITE = float("inf")


@dataclass(frozen=True)
class Steps:
    """每超过（低于、偏离）`every` 扣 `points` 分, from `target` on; at most `most` points are taken where that is said."""

    side: Side
    target: float
    every: float
    points: float
    part: Literal["whole", "started"] = "whole"
    most: float | None = None


@dataclass(frozen=True)
class Range:
    """One band from `low` to `high`; `low_in` and `high_in` say whether the edges belong to it. None points: full marks."""

    low: float
    high: float
    low_in: bool
    high_in: bool
    points: float | None


@dataclass(frozen=True)
class Banded:
    """分档计分."""

    ranges: tuple[Range, ...]


@dataclass(frozen=True)
class Checklist:
    """Parts that are there or not, each with its points."""

    points: tuple[float, ...]


@dataclass(frozen=True)
class PerCase:
    """每出现一例扣 `each` 分, at most `most` where that is said."""

    each: float
    most: float | None = None


@dataclass(frozen=True)
class DaysLate:
    """超过规定 `every` 天扣 `points` 分, and so on."""

    every: float
    points: float


@dataclass(frozen=True)
class Share:
    """`value` ÷ `base` × the weight, capped at it; `value` is an expression as printed, "" where the sentence has none.

    With `inverse` it is `base` ÷ value (the less the better). Beyond `cut` (a ratio) there are no points.
    """

    value: str = ""
    base: float = 1.0
    cut: float | None = None
    inverse: bool = False


@dataclass(frozen=True)
class Grade:
    """One 等次 of a judged indicator and the points it may get, from `low` to `high`."""

    name: str
    low: float
    high: float


@dataclass(frozen=True)
class Graded:
    """分等评定; `of_weight` where the points are shares of the weight (100%-80%)."""

    grades: tuple[Grade, ...]
    of_weight: bool = False


@dataclass(frozen=True)
class Relational:
    """无结余 `none` 分，不超过上年 `within` 分，超过上年 `beyond` 分."""

    none: float
    within: float
    beyond: float


@dataclass(frozen=True)
class Judged:
    """A person judges it: the sentence counts nothing."""


@dataclass(frozen=True)
class Unread:
    """The sentence speaks of points in a way that was not understood."""


Meaning = (
    Steps | Banded | Checklist | PerCase | DaysLate | Share | Graded | Relational | Judged | Unread
)  # every form a sentence can have


@dataclass(frozen=True)
class Sentence:
    """A sentence as understood: what it says, its full marks where it names them, what has no such thing gets full marks,
    and why a person should look at it (empty where nothing is in doubt).
    """

    meaning: Meaning
    full: float | None = None
    nothing_is_full: bool = False
    doubts: tuple[str, ...] = ()
