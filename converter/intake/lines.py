"""A row of a sheet but for its numbers: rows that hold the same texts in the same columns are one object.

Departments fill in the same forms: what follows from a row's texts is kept under that object, and found without comparing them.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

#: Rows of more cells than this are those of no form; they are not kept.
_WIDEST_KEPT = 256


class Line:
    """What a row holds. `words` are column and text (without blanks around) of the cells that hold a text; `floats` the columns that
    hold a float, `others` those that hold anything else but blanks. `shape` has for each cell its text, or its type.

    It is shared: nobody changes it, but for `said`, where the reader of forms keeps what the texts say.
    """

    __slots__ = ("floats", "others", "said", "shape", "words")

    def __init__(self, shape: tuple[str | type, ...]) -> None:
        self.shape = shape
        self.said: Any = None
        self.words = [(c, text) for c, held in enumerate(shape) if isinstance(held, str) and (text := held.strip())]
        self.floats = [c for c, held in enumerate(shape) if held is float]
        no_others = (float, type(None))
        self.others = [c for c, held in enumerate(shape) if not isinstance(held, str) and held not in no_others]

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not (self.words or self.floats or self.others)


_kept = lru_cache(maxsize=1 << 11)(Line)


def lines_of(rows: Sequence[Sequence[object]]) -> list[Line]:
    """The lines of rows of values."""
    shapes = [tuple([held if isinstance(held, str) else held.__class__ for held in row]) for row in rows]
    return [_kept(shape) if len(shape) <= _WIDEST_KEPT else Line(shape) for shape in shapes]


def line_like(shape: tuple[str | type, ...]) -> Line:
    """The line of a shape."""
    return _kept(shape) if len(shape) <= _WIDEST_KEPT else Line(shape)
