"""Contents of workbooks as bytes in which what many have in common (rules, formulas, adjustments) is made but once.

A process that reads them gets the same objects again and again: that is quick, and tells stamps which layouts are the same.
"""

import copyreg
import io
import pickle
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from converter.books.contents import DepartmentBook
from converter.scoring.adjustments import Adjustment
from converter.scoring.expressions import Formula
from converter.scoring.indicators import Rule


class Binder:
    """Makes bytes of books, a few at a time; what they have in common must stay as it is meanwhile."""

    def __init__(self) -> None:
        self._common: dict[int, tuple[object, bytes]] = {}

    def bound(self, books: Sequence[DepartmentBook]) -> bytes:
        """Some books as bytes."""
        stream = io.BytesIO()
        pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = {**copyreg.dispatch_table, **dict.fromkeys((Rule, Formula, Adjustment), self._reduced)}
        pickler.dump(list(books))
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
    books: list[DepartmentBook] = pickle.loads(content)  # noqa: S301  # as above
    return books
