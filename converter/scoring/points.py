"""What every scoring form (计分方式) has in common: value → points, each with its numpy, Excel and Chinese side.

Points are clipped to [0, full] and rounded half up to 2 decimals. NaN in gives NaN out; so does a value on which the
rule is silent (未规定). The forms themselves stand in steps, bands, proportional, counts, relative and judged.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from converter.mapping.documents import Strict
from converter.scoring.expressions import Input
from converter.scoring.rounding import SCORE_DIGITS, Floats, half_up, round_half_up
from converter.vocabulary.numbers import canonical

#: Text of a cell whose number cannot be computed: a real string, so no formula looks uncalculated.
NO_NUMBER = "—"


class Weight(NamedTuple):
    """How many points are at stake: capped at `full`, deducted from `top`, points of the sentence times `scale`.

    Where the sentence speaks of 8 points and the weight is 5, `reading: weight` has top 5 and scale 5/8,
    `reading: text` top 8 and scale 1 (and full 5).
    """

    full: float
    top: float
    scale: float = 1.0

    def scaled(self, points: float) -> float:
        """Points of the sentence as points of the weight."""
        return canonical(points * self.scale)


def settle(points: Floats, full: float) -> Floats:
    """Points clipped to [0, full] and rounded as scores are."""
    if points.size == 1:
        return np.array(half_up(min(max(points.item(), 0.0), full), SCORE_DIGITS)).reshape(points.shape)
    return round_half_up(np.clip(points, 0.0, full), SCORE_DIGITS)


def settled_text(points: str, full: float) -> str:
    """Excel text of `settle`."""
    return f"ROUND(MAX(0,MIN({number_text(full)},{points})),{SCORE_DIGITS})"


class ComputedForm(Strict, ABC):
    """A form that turns a value into points by itself."""

    @abstractmethod
    def points(self, values: Floats, weight: Weight) -> Floats:
        """Points of each value, NaN where the value is NaN or the rule is silent."""

    @abstractmethod
    def excel(self, cell: str, weight: Weight) -> str:
        """Excel text of the points of the number in `cell` (without =)."""

    @abstractmethod
    def describe(self, weight: Weight) -> str:
        """计分方式 in Chinese."""

    @abstractmethod
    def trace(self, value: float, weight: Weight) -> str:
        """How `value` became its points, with the numbers."""

    def readings(self, values: Floats, weight: Weight) -> dict[str, Floats]:
        """Points under the readings of the sentence that were not taken, by their names."""
        del values, weight
        return {}

    def reading_name(self) -> str:
        """The reading that was taken, where the form has several; else empty."""
        return ""

    def inputs(self) -> tuple[Input, ...]:
        """Fields that the form needs beside the value."""
        return ()

    def on(self, numbers: Callable[[Input], Floats]) -> "ComputedForm":
        """The form with the numbers of its own inputs, one for each value."""
        del numbers
        return self

    def over(self, cells: Callable[[Input], str]) -> "ComputedForm":
        """The form with the cells of its own inputs."""
        del cells
        return self

    def complete(self, cell: str) -> str:
        """Excel condition under which the form has all it needs; empty where the value is enough."""
        del cell
        return ""

    def complaints(self, full: float) -> list[tuple[tuple[str | int, ...], str]]:
        """What makes no sense with `full` points at stake: the keys that lead to it, and the reason."""
        del full
        return []

    def one(self, value: float, weight: Weight) -> float:
        """Points of a single value."""
        return float(self.points(np.array([value]), weight)[0])


def number_text(value: float) -> str:
    """A number inside an Excel formula."""
    text = format(value, ".15g")
    return f"({text})" if value < 0 else text
