"""How a sheet comes out on A4: whether it fits on one page without becoming too small to read."""

from collections.abc import Iterable, Sequence

#: Points; paper less the margins of styles.Book.sheet.
_LONG, _SHORT = 841.9, 595.3
MARGINS = {"left": 0.5, "right": 0.5, "top": 0.6, "bottom": 0.7}
_SIDES, _ENDS = ((MARGINS[a] + MARGINS[b]) * 72 for a, b in (("left", "right"), ("top", "bottom")))
#: Text of 8 points becomes 4.8: what a printed form can still be read at.
LEAST_SCALE = 0.6


def scale(widths: Sequence[float], heights: Iterable[float], *, landscape: bool = True) -> float:
    """The scale at which columns (in characters) and rows (in points) fit on one page, at most 1."""
    wide, high = (_LONG, _SHORT) if landscape else (_SHORT, _LONG)
    return min(1.0, (wide - _SIDES) / sum(map(points, widths)), (high - _ENDS) / sum(heights))


def points(width: float) -> float:
    """Points of a column so many characters wide: 7 pixels each and 5 between, as Excel counts them."""
    return (7 * width + 5) * 0.75
