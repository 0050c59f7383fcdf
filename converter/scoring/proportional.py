"""Scores in proportion (RULE-FORMS A8): 得分=完成率×分值, with a cap, inverse, linear with a cut-off, external score ÷ base.

proportional: {target: 100%}                     # 得分=执行率×分值，满分为止
proportional: {target: 90%, zero_below: 60%}     # 达到 90% 满分，其余按比例，低于 60% 不得分
proportional: {target: 100%, inverse: true}      # 小于或等于 1 满分，否则按比例（分值×标准÷指标值）
proportional: {target: 100%, cap: 4, digits: 1}  # 按比例计分，最高 4 分，四舍五入到 1 位小数
linear: {full_at: 0%, zero_at: 10%, zero_above: 10%}   # 得分=（1-10×调剂率）×分值，大于 10% 得 0 分
external: {base: 350}                            # 考核得分÷350×分值
"""

from abc import abstractmethod
from typing import Literal

import numpy as np
from pydantic import Field as Key
from pydantic import model_validator

from converter.mapping.documents import Ratio
from converter.scoring.points import ComputedForm, Weight, number_text, settle, settled_text
from converter.scoring.rounding import SCORE_DIGITS, Floats, round_half_up, snap
from converter.vocabulary.numbers import canonical, percent, shortest

Rounding = Literal["half", "up", "down"]
ROUNDING_NAMES: dict[str, str] = {"half": "四舍五入", "up": "只入不舍", "down": "只舍不入"}


class ShareForm(ComputedForm):
    """Points in proportion to the value, rounded to `digits`; none at all beyond `zero_below` or `zero_above` (不含)."""

    digits: int = Key(SCORE_DIGITS, ge=0, le=SCORE_DIGITS)
    rounding: Rounding = "half"
    zero_below: Ratio | None = None
    zero_above: Ratio | None = None

    @model_validator(mode="after")
    def _cuts(self) -> "ShareForm":
        if self.zero_below is not None and self.zero_above is not None and self.zero_below > self.zero_above:
            raise ValueError("zero_below 高于 zero_above，任何值都不得分")
        return self

    @abstractmethod
    def raw(self, values: Floats, weight: Weight) -> Floats:
        """Points before cuts, rounding and limits."""

    @abstractmethod
    def raw_text(self, cell: str, weight: Weight) -> str:
        """Excel text of `raw`."""

    def limit(self, weight: Weight) -> float:
        """The most points there are."""
        return min(weight.full, weight.top)

    def points(self, values: Floats, weight: Weight) -> Floats:
        return self._points(self.raw(values, weight), values, weight, self.rounding)

    def _points(self, raw: Floats, values: Floats, weight: Weight, rounding: str) -> Floats:
        points, snapped = settle(self._rounded(raw, rounding), self.limit(weight)), snap(values)
        for edge, beyond in ((self.zero_below, np.less), (self.zero_above, np.greater)):
            if edge is not None:
                points = np.where(beyond(snapped, snap(np.array([edge]))), 0.0, points)
        return points

    def _rounded(self, raw: Floats, rounding: str) -> Floats:
        if rounding == "half":
            return round_half_up(raw, self.digits)
        units = snap(raw * 10.0**self.digits)
        whole: Floats = np.ceil(units) if rounding == "up" else np.floor(units)
        return whole / 10.0**self.digits

    def excel(self, cell: str, weight: Weight) -> str:
        raw = self.raw_text(cell, weight)
        if self.rounding != "half":
            units = f"ROUND(({raw})*{10**self.digits},9)"
            whole = f"ROUNDUP({units},0)" if self.rounding == "up" else f"INT({units})"
            raw = f"{whole}/{10**self.digits}"
        elif self.digits != SCORE_DIGITS:
            raw = f"ROUND({raw},{self.digits})"
        text = settled_text(raw, self.limit(weight))
        for edge, sign in ((self.zero_below, "<"), (self.zero_above, ">")):
            if edge is not None:
                text = f"IF(ROUND({cell},9){sign}{number_text(float(snap(np.array([edge]))[0]))},0,{text})"
        return text

    def reading_name(self) -> str:
        if self.digits == SCORE_DIGITS and self.rounding == "half":
            return ""
        return (
            f"{ROUNDING_NAMES[self.rounding]}到 {self.digits} 位小数"
            if self.digits
            else f"{ROUNDING_NAMES[self.rounding]}取整"
        )

    def readings(self, values: Floats, weight: Weight) -> dict[str, Floats]:
        if not self.reading_name():
            return {}
        raw = self.raw(values, weight)
        other = {ROUNDING_NAMES[r]: self._points(raw, values, weight, r) for r in ROUNDING_NAMES if r != self.rounding}
        return other | {
            "保留两位小数": self.model_copy(update={"digits": SCORE_DIGITS, "rounding": "half"}).points(values, weight)
        }

    def extras(self) -> str:
        """Cuts and rounding in Chinese, with a comma before each."""
        below = "" if self.zero_below is None else f"，低于 {percent(self.zero_below)} 不得分"
        above = "" if self.zero_above is None else f"，高于 {percent(self.zero_above)} 不得分"
        return below + above + (f"，{self.reading_name()}" if self.reading_name() else "")

    def ending(self, value: float, weight: Weight) -> str:
        """The end of a trace: what cut or rounding did, and the points."""
        snapped, points = float(snap(np.array([value]))[0]), shortest(self.one(value, weight))
        if self.zero_below is not None and snapped < self.zero_below and not self.one(value, weight):
            return f"低于 {percent(self.zero_below)}，得 {points} 分"
        if self.zero_above is not None and snapped > self.zero_above and not self.one(value, weight):
            return f"高于 {percent(self.zero_above)}，得 {points} 分"
        return f"{self.reading_name()}，得 {points} 分" if self.reading_name() else f"得 {points} 分"


class Proportional(ShareForm):
    """得分=指标值÷标准×分值, or `inverse`: 分值×标准÷指标值; at most `cap` points, never more than the weight."""

    target: Ratio = Key(1.0, gt=0)
    inverse: bool = False
    cap: float | None = Key(None, gt=0)

    @model_validator(mode="after")
    def _in_reach(self) -> "Proportional":
        beyond = self.zero_above if self.inverse else self.zero_below
        if beyond is not None and (beyond <= self.target if self.inverse else beyond >= self.target):
            raise ValueError("不得分的界线应在标准之外，否则没有可按比例计分的数值；只有满分和 0 分时请用 bands")
        return self

    def complaints(self, full: float) -> list[tuple[tuple[str | int, ...], str]]:
        if self.cap is not None and self.cap > full:
            return [(("cap",), f"最高 {shortest(self.cap)} 分，超过分值 {shortest(full)} 分")]
        return []

    def limit(self, weight: Weight) -> float:
        cap = weight.full if self.cap is None else weight.scaled(self.cap)
        return min(weight.full, weight.top, cap)

    def raw(self, values: Floats, weight: Weight) -> Floats:
        if not self.inverse:
            return values / self.target * weight.top
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values <= self.target, weight.top + values * 0.0, weight.top * self.target / values)

    def raw_text(self, cell: str, weight: Weight) -> str:
        target, top = number_text(self.target), number_text(weight.top)
        if self.inverse:
            return f"IF({cell}<={target},{top},{top}*{target}/{cell})"
        return f"{cell}/{target}*{top}"

    def readings(self, values: Floats, weight: Weight) -> dict[str, Floats]:
        others = super().readings(values, weight)
        if self.inverse:  # “否则按比例计分” without a formula: 分值×（2－指标值÷标准）, too
            raw = weight.top * (2 - values / self.target)
            others["按超出部分扣"] = self._points(raw, values, weight, self.rounding)
        return others

    def describe(self, weight: Weight) -> str:
        top, cap = shortest(weight.top), shortest(self.limit(weight))
        if self.inverse:
            return f"不超过 {percent(self.target)} 得 {cap} 分，超过的得 {percent(self.target)} ÷ 指标值 × {top} 分{self.extras()}"
        by = "" if self.target == 1 else f" ÷ {percent(self.target)}"
        return f"指标值{by} × {top} 分，最高 {cap} 分{self.extras()}"

    def trace(self, value: float, weight: Weight) -> str:
        top, shown = shortest(weight.top), percent(value)
        if self.inverse and value <= self.target:
            return f"不超过 {percent(self.target)}，{self.ending(value, weight)}"
        if self.inverse:
            return f"{percent(self.target)} ÷ {shown} × {top}，{self.ending(value, weight)}"
        return f"{shown} ÷ {percent(self.target)} × {top}，{self.ending(value, weight)}"


class Linear(ShareForm):
    """直线计分: full marks at `full_at`, none at `zero_at`, in proportion between; beyond a cut none at all."""

    full_at: Ratio
    zero_at: Ratio

    @model_validator(mode="after")
    def _slopes(self) -> "Linear":
        if self.full_at == self.zero_at:
            raise ValueError("full_at 与 zero_at 相同，没有可按比例计分的数值")
        falling = self.full_at < self.zero_at
        cut = self.zero_above if falling else self.zero_below
        wrong = self.zero_below if falling else self.zero_above
        if wrong is not None:
            raise ValueError("不得分的界线在得满分的一侧；请核对 full_at、zero_at 与界线的方向")
        if cut is not None and not min(self.full_at, self.zero_at) <= cut <= max(self.full_at, self.zero_at):
            raise ValueError("不得分的界线应在 full_at 与 zero_at 之间，在此之外它不起作用")
        return self

    def raw(self, values: Floats, weight: Weight) -> Floats:
        return weight.top * (self.zero_at - values) / canonical(self.zero_at - self.full_at)

    def raw_text(self, cell: str, weight: Weight) -> str:
        span = number_text(canonical(self.zero_at - self.full_at))
        return f"{number_text(weight.top)}*({number_text(self.zero_at)}-{cell})/{span}"

    def describe(self, weight: Weight) -> str:
        full = shortest(self.limit(weight))
        return f"{percent(self.full_at)} 得 {full} 分，{percent(self.zero_at)} 得 0 分，其间按直线计{self.extras()}"

    def trace(self, value: float, weight: Weight) -> str:
        zero, span = percent(self.zero_at), percent(canonical(self.zero_at - self.full_at))
        return f"{shortest(weight.top)} ×（{zero} − {percent(value)}）÷ {span}，{self.ending(value, weight)}"


class External(ShareForm):
    """外部考核得分折算: value / base × full."""

    base: float = Key(gt=0)

    def raw(self, values: Floats, weight: Weight) -> Floats:
        return values / self.base * weight.top

    def raw_text(self, cell: str, weight: Weight) -> str:
        return f"{cell}/{number_text(self.base)}*{number_text(weight.top)}"

    def describe(self, weight: Weight) -> str:
        return f"考核得分 ÷ {shortest(self.base)} × {shortest(weight.top)} 分{self.extras()}"

    def trace(self, value: float, weight: Weight) -> str:
        return f"{shortest(value)} ÷ {shortest(self.base)} × {shortest(weight.top)}，{self.ending(value, weight)}"
