"""Tiered bands (RULE-FORMS A4): every edge says whether it belongs (含) or not (不含); what no band covers is 未规定.

bands:                                   # 0-10%（含），计 4 分；80%（含）-90% 计 4 分
  - {from: 0%, to: 0%, points: 5}
  - {over: 0%, to: 10%, points: 4}
bands:                                   # 两侧：±10% 以内 5 分；±10-15% 3 分；±15% 以外 0 分
  around: 0%
  bands: [{to: 10%, points: 5}, {over: 10%, to: 15%, points: 3}, {over: 15%, points: 0}]
"""

import operator
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, model_validator
from pydantic import Field as Key

from converter.mapping.documents import Ratio, Strict
from converter.scoring.points import NO_NUMBER, ComputedForm, Weight, number_text, settle
from converter.scoring.rounding import SNAP, Flags, Floats, half_up, snap
from converter.vocabulary.numbers import percent, shortest


class Edges(Strict):
    """An interval. Its edges say whether they belong to it: `from` and `to` do (含), `over` and `under` do not (不含)."""

    from_: Ratio | None = Key(None, alias="from")
    over: Ratio | None = None
    to: Ratio | None = None
    under: Ratio | None = None

    @model_validator(mode="after")
    def _edges(self) -> "Edges":
        if self.from_ is not None and self.over is not None:
            raise ValueError("from（含）与 over（不含）只能写一个")
        if self.to is not None and self.under is not None:
            raise ValueError("to（含）与 under（不含）只能写一个")
        if self.low > self.high or (self.low == self.high and (self.over is not None or self.under is not None)):
            raise ValueError("下限高于上限，区间是空的")
        return self

    @property
    def low(self) -> float:
        """The lower edge, −inf without one."""
        edges = [edge for edge in (self.from_, self.over) if edge is not None]
        return edges[0] if edges else -np.inf

    @property
    def high(self) -> float:
        """The upper edge, inf without one."""
        edges = [edge for edge in (self.to, self.under) if edge is not None]
        return edges[0] if edges else np.inf

    def conditions(self, scale: float = 1.0) -> Sequence[tuple[str, float]]:
        """The edges as comparisons with a snapped value: snapped too, so that 1/3 lies on the edge 1/3."""
        return _conditions(self.from_, self.over, self.to, self.under, scale)

    def holds(self, snapped: Floats, scale: float = 1.0) -> Flags:
        """Which of the snapped values lie inside."""
        inside = ~np.isnan(snapped)
        for sign, edge in self.conditions(scale):
            inside &= _COMPARE[sign](snapped, edge)
        return inside

    def covers(self, snapped: float) -> bool:
        """Whether one snapped value lies inside."""
        return all(_COMPARE_ONE[sign](snapped, edge) for sign, edge in self.conditions())

    def test(self, snapped: str, scale: float = 1.0) -> str:
        """Excel condition of `holds`; `snapped` is the text of a snapped value."""
        tests = [f"{snapped}{sign}{number_text(edge)}" for sign, edge in self.conditions(scale)] or ["TRUE"]
        return tests[0] if len(tests) == 1 else f"AND({','.join(tests)})"

    def words(self, shown: Callable[[float], str] = percent) -> str:
        """The interval in signs, its edges as percents or as `shown` has them."""
        if self.low == self.high:
            return f"= {shown(self.low)}"
        signs = {">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< "}
        return " 且 ".join(signs[sign] + shown(edge) for sign, edge in self.conditions()) or "任何值"

    def __str__(self) -> str:
        return self.words()


class Band(Edges):
    """One band with its points."""

    points: float = Key(ge=0)


@lru_cache(maxsize=1024)
def _conditions(
    from_: float | None, over: float | None, to: float | None, under: float | None, scale: float
) -> tuple[tuple[str, float], ...]:
    edges = (">=", from_), (">", over), ("<=", to), ("<", under)
    return tuple((sign, half_up(edge * scale, SNAP)) for sign, edge in edges if edge is not None)


_COMPARE_ONE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}
_COMPARE = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less}


def overlap(intervals: Sequence[Edges], shown: Callable[[float], str] = percent) -> str:
    """Two intervals that overlap, in words; empty where none do."""
    ordered = sorted(intervals, key=lambda one: (one.low, one.over is not None))
    for lower, upper in pairwise(ordered):
        meets = lower.high == upper.low and lower.to is not None and upper.from_ is not None
        if lower.high > upper.low or meets:
            return f"区间“{lower.words(shown)}”与“{upper.words(shown)}”重叠"
    return ""


class Bands(ComputedForm):
    """分档计分. Edges are compared after one snap at 9 decimals; with `around` they are distances from it on both sides."""

    bands: list[Band] = Key(min_length=1)
    around: Ratio | None = None

    @model_validator(mode="after")
    def _apart(self) -> "Bands":
        if said := overlap(self.bands):
            raise ValueError(said)
        if self.around is not None and any(-np.inf < band.low < 0 or band.high < 0 for band in self.bands):
            raise ValueError("around 的各档是偏离的大小，不应有负数")
        return self

    def points(self, values: Floats, weight: Weight) -> Floats:
        snapped, result = snap(self._measured(values)), np.full(np.shape(values), np.nan)
        for band in self.bands:
            result[band.holds(snapped)] = weight.scaled(band.points)
        return settle(result, weight.full)

    def _measured(self, values: Floats) -> Floats:
        return values if self.around is None else np.abs(values - self.around)

    def excel(self, cell: str, weight: Weight) -> str:
        measured = cell if self.around is None else f"ABS({cell}-{number_text(self.around)})"
        text = f'"{NO_NUMBER}"'
        for band in reversed(self.bands):
            points = float(settle(np.array([weight.scaled(band.points)]), weight.full)[0])
            text = f"IF({band.test(f'ROUND({measured},9)')},{number_text(points)},{text})"
        return text

    def complaints(self, full: float) -> list[tuple[tuple[str | int, ...], str]]:
        said = "一档计 {} 分，超过分值 {} 分"
        at: tuple[str | int, ...] = () if self.around is None else ("bands",)
        return [
            ((*at, index, "points"), said.format(shortest(band.points), shortest(full)))
            for index, band in enumerate(self.bands)
            if band.points > full
        ]

    def describe(self, weight: Weight) -> str:
        listed = "；".join(f"{band} 计 {shortest(weight.scaled(band.points))} 分" for band in self.bands)
        return listed if self.around is None else f"按偏离 {percent(self.around)} 的大小：{listed}"

    def trace(self, value: float, weight: Weight) -> str:
        measured = value if self.around is None else abs(value - self.around)
        snapped = half_up(measured, SNAP)
        band = next((band for band in self.bands if band.covers(snapped)), None)
        if band is None:
            return "规则没有规定这一数值怎样计分"
        points = float(settle(np.array(weight.scaled(band.points)), weight.full))
        beside = "" if self.around is None else f"偏离 {percent(self.around)} 达 {percent(measured)}，"
        return f"{beside}落在“{band}”一档，计 {shortest(points)} 分"


def _listed(value: object) -> object:
    return {"bands": value} if isinstance(value, list) else value


#: `bands:` is a plain list in the file, or a mapping with `around`.
Listed = Annotated[Bands, BeforeValidator(_listed)]
