"""四舍五入 as Excel and LibreOffice do it: half away from zero on the 15-digit decimal, vectorised."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

#: Decimals kept where a value meets an edge or a step is counted: one snap, never two (DESIGN: Arithmetic).
SNAP = 9
#: Decimals of a score (得分), rounded indicator by indicator and then added.
SCORE_DIGITS = 2
#: Room for every float64 with all its digits before and behind the point.
_WIDE = Context(prec=350)


def round_half_up(values: Floats, digits: int) -> Floats:
    """`values` rounded to `digits` decimals; NaN stays NaN, −0.0 becomes 0.0. Any shape.

    Equal to Decimal(format(x, ".15g")) rounded ROUND_HALF_UP: values within reach of a tie are settled in Decimal, and a
    value alone (a score that is explained), for which twenty operations on a column would cost ten times as much.
    """
    if values.size == 1:
        return np.array(half_up(values.item(), digits)).reshape(values.shape)
    scale = 10.0**digits
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.abs(values) * scale
        whole = np.floor(scaled)
        part = scaled - whole
    rounded = np.copysign((whole + (part >= 0.5)) / scale, values) + 0.0
    slack = np.maximum(scaled * 1e-14, 1e-300)
    doubtful = (np.abs(part - 0.5) < slack) | (part > 1 - slack)
    doubtful |= np.isinf(scaled) & np.isfinite(values)
    if doubtful.any():
        rounded = np.array(rounded, dtype=np.float64)
        rounded[doubtful] = [half_up(value, digits) for value in np.asarray(values)[doubtful]]
    return rounded


@lru_cache(maxsize=1 << 13)
def half_up(value: float, digits: int) -> float:
    """One number rounded half up on its 15-digit decimal; what is not finite stays as it is."""
    if not math.isfinite(value):
        return value
    exact = Decimal(format(value, ".15g")).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)
    return float(exact) + 0.0


class Sum:
    """A sum that loses no digits to its order, as pandas adds (Kahan)."""

    def __init__(self) -> None:
        self.value = 0.0
        self._lost = 0.0

    def add(self, value: float) -> None:
        """Adds a number."""
        more = value - self._lost
        total = self.value + more
        self._lost = total - self.value - more
        self.value = total


def snap(values: Floats) -> Floats:
    """ROUND(x, 9)."""
    return round_half_up(values, SNAP)
