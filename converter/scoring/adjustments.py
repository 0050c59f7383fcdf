"""What happens to the total after the indicators (RULE-FORMS A14, DOMAIN 1.3): caps by 执行率, bonus and malus, veto.

    adjustments:                       # 按书写的先后依次调整总分，最后不低于 0、不高于满分
      执行率封顶:
        value: 预算执行率
        caps: [{from: 70%, under: 80%, points: 89}, {from: 60%, under: 70%, points: 79}, {under: 60%, points: 69}]
        text: 预算执行率 70%-80% 的，总分不超过 89 分……
      脱贫攻坚: {bonus: {each: 1, most: 5}, text: 每获一次表彰加 1 分，最高加 5 分}
      审计问题: {malus: {each: 2, most: 10}, missing: zero, text: 每个问题扣 2 分，最高扣 10 分}
      重大违纪: {veto: {most: 59}, text: 发生重大违纪的，总分不超过 59 分}

A count without a `value` formula is a fact of its own, 审计问题·例数. What is missing leaves an interval, unless
`missing: zero` says that nothing reported is nothing happened.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from pydantic import Field as Key
from pydantic import model_validator

from converter.mapping.documents import Strict
from converter.scoring.bands import Band, overlap
from converter.scoring.expressions import Formula, Input
from converter.scoring.judged import COUNT
from converter.scoring.points import number_text
from converter.scoring.rounding import SCORE_DIGITS, Floats, round_half_up, snap
from converter.scoring.written import Written
from converter.vocabulary.numbers import shortest


class Extra(Strict):
    """So many points for each case, no more than `most` together."""

    each: float = Key(gt=0)
    most: float = Key(gt=0)


class Veto(Strict):
    """一票否决: one case, and the total is no more than `most`."""

    most: float = Key(ge=0)


class Adjustment(Strict):
    """One adjustment of the total: caps by a value, or a bonus, a malus or a veto by a count."""

    text: str = Key(min_length=2)
    value: Written | None = None
    caps: list[Band] = []
    bonus: Extra | None = None
    malus: Extra | None = None
    veto: Veto | None = None
    missing: Literal["unknown", "zero"] = "unknown"

    @model_validator(mode="after")
    def _one_kind(self) -> "Adjustment":
        kinds = [name for name in ("caps", "bonus", "malus", "veto") if getattr(self, name)]
        if len(kinds) != 1:
            raise ValueError(f"caps、bonus、malus、veto 应写且只写一个，现有 {len(kinds)} 个")
        if self.caps and self.value is None:
            raise ValueError("caps 需要 value 公式")
        if self.caps and self.missing == "zero":
            raise ValueError("caps 不能写 missing: zero，缺数不等于比率为 0")
        if said := overlap(self.caps):
            raise ValueError(said)
        return self

    def formula(self, name: str) -> Formula:
        """The formula of the value, or the count under the adjustment's name."""
        counted = Input(name + COUNT)
        return self.value if self.value is not None else Formula(str(counted), counted)

    def complaints(self, total: float) -> list[tuple[tuple[str | int, ...], str]]:
        """What makes no sense with `total` points in all: the keys that lead to it, and the reason."""
        limits: list[tuple[tuple[str | int, ...], float]] = [
            (("caps", index, "points"), band.points) for index, band in enumerate(self.caps)
        ]
        if self.veto is not None:
            limits.append((("veto", "most"), self.veto.most))
        full, said = shortest(total), "封顶 {} 分，不低于总分 {} 分，不起作用"
        found = [(path, said.format(shortest(points), full)) for path, points in limits if points >= total]
        for kind, extra in (("bonus", self.bonus), ("malus", self.malus)):
            if extra is not None and extra.most > total:
                found.append(((kind, "most"), f"最多 {shortest(extra.most)} 分，超过总分 {full} 分"))
        return found

    def apply(self, values: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """The total's interval after the adjustment; `values` are NaN where nothing is known."""
        known = ~np.isnan(values)
        if extra := self.bonus or self.malus:
            gain = np.minimum(extra.each * np.maximum(values, 0.0), extra.most)
            least, most = np.where(known, gain, 0.0), np.where(known, gain, self._open(extra))
            changed = (low + least, high + most) if self.bonus else (low - most, high - least)
        else:
            limit = self._limits(values)
            changed = (
                np.where(known, np.minimum(low, limit), self._worst(low)),
                np.where(known, np.minimum(high, limit), high),
            )
        return round_half_up(changed[0], SCORE_DIGITS), round_half_up(changed[1], SCORE_DIGITS)

    def _open(self, extra: Extra) -> float:
        return 0.0 if self.missing == "zero" else extra.most

    def _lowest(self) -> float:
        return self.veto.most if self.veto is not None else min(band.points for band in self.caps)

    def _worst(self, low: Floats) -> Floats:
        return low if self.missing == "zero" else np.minimum(low, self._lowest())

    def _limits(self, values: Floats) -> Floats:
        """The cap of each value, inf where there is none."""
        if self.veto is not None:
            return np.where(values > 0, self.veto.most, np.inf)
        result, snapped = np.full(np.shape(values), np.inf), snap(values)
        for band in self.caps:
            result[band.holds(snapped)] = band.points
        return result

    def excel(self, cell: str, low: str, high: str) -> tuple[str, str]:
        """Excel texts of `apply`: `cell` holds the value or —, `low` and `high` the interval before."""
        if extra := self.bonus or self.malus:
            gain, most = (
                f"MIN({number_text(extra.most)},{number_text(extra.each)}*MAX({cell},0))",
                number_text(self._open(extra)),
            )
            least, largest = f"IF(ISNUMBER({cell}),{gain},0)", f"IF(ISNUMBER({cell}),{gain},{most})"
            pair = (f"{low}+{least}", f"{high}+{largest}") if self.bonus else (f"{low}-{largest}", f"{high}-{least}")
        else:
            worst = low if self.missing == "zero" else f"MIN({low},{number_text(self._lowest())})"
            pair = (
                f"IF(ISNUMBER({cell}),{self._limited(cell, low)},{worst})",
                f"IF(ISNUMBER({cell}),{self._limited(cell, high)},{high})",
            )
        return f"ROUND({pair[0]},{SCORE_DIGITS})", f"ROUND({pair[1]},{SCORE_DIGITS})"

    def _limited(self, cell: str, points: str) -> str:
        if self.veto is not None:
            return f"IF({cell}>0,MIN({points},{number_text(self.veto.most)}),{points})"
        text = points
        for band in reversed(self.caps):
            text = f"IF({band.test(f'ROUND({cell},9)')},MIN({points},{number_text(band.points)}),{text})"
        return text

    def describe(self) -> str:
        """The adjustment in Chinese."""
        missing = "（没有记录的按没有发生）" if self.missing == "zero" else ""
        if self.bonus:
            return f"加分：每例加 {shortest(self.bonus.each)} 分，最多加 {shortest(self.bonus.most)} 分{missing}"
        if self.malus:
            return f"减分：每例减 {shortest(self.malus.each)} 分，最多减 {shortest(self.malus.most)} 分{missing}"
        if self.veto:
            return f"一票否决：有一例的，总分不超过 {shortest(self.veto.most)} 分{missing}"
        return "总分封顶：" + "；".join(f"{band} 的不超过 {shortest(band.points)} 分" for band in self.caps)


def values_of(name: str, adjustment: Adjustment, column: Callable[[Input], Floats]) -> Floats:
    """The value or count of an adjustment, NaN where it is not known."""
    return adjustment.formula(name).values(column)[0]
