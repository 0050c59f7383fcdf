"""Contents of workbooks as bytes in which what many have in common (rules, formulas, adjustments) is made but once.

A process that reads them gets the same objects again and again: that is quick, and tells stamps which layouts are the same.
"""

import copyreg
import io
import pickle
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from converter.books.contents import DataRow, DepartmentBook, ScoreRow, as_data_row, as_score_row
from converter.scoring.adjustments import Adjustment
from converter.scoring.expressions import Formula
from converter.scoring.indicators import Rule


class Binder:
    """Makes bytes of books, a few at a time; what they have in common must stay as it is meanwhile."""

    def __init__(self) -> None:
        self._common: dict[int, tuple[object, bytes]] = {}

    def bound(self, books: Sequence[DepartmentBook]) -> bytes:
        """Some books as bytes: their rows as plain tuples, which takes two thirds of the time."""
        stream = io.BytesIO()
        pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = {**copyreg.dispatch_table, **dict.fromkeys((Rule, Formula, Adjustment), self._reduced)}
        pickler.dump(
            [vars(book) | {"rows": [*map(tuple, book.rows)], "data": [*map(tuple, book.data)]} for book in books]
        )
        return stream.getvalue()

    def _reduced(self, thing: object) -> tuple[Any, ...]:
        if id(thing) not in self._common:
            self._common[id(thing)] = thing, pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
        return _once, (self._common[id(thing)][1],)


@lru_cache(maxsize=1 << 12)
def _once(content: bytes) -> object:
    return pickle.loads(content)  # noqa: S301  # written by this run, in its own folder


def unbound(content: bytes) -> list[DepartmentBook]:
    """The books again."""
    made: list[dict[str, Any]] = pickle.loads(content)  # noqa: S301  # as above
    return [
        DepartmentBook(**book | {"rows": _score_rows(book["rows"]), "data": _data_rows(book["data"])}) for book in made
    ]


def _score_rows(rows: list[tuple[Any, ...]]) -> tuple[ScoreRow, ...]:
    return tuple(map(as_score_row, rows))


def _data_rows(rows: list[tuple[Any, ...]]) -> tuple[DataRow, ...]:
    return tuple(map(as_data_row, rows))
