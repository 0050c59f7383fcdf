"""问题清单 of a workbook that is stamped: the head as it is laid out once, and as many rows as there are findings."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from converter.books.department import FINDING_LOOKS, FINDING_ROOM
from converter.books.moulds import Ends, Hole, Mould, height
from converter.books.shown import most_lines, row_height
from converter.books.sketch import SketchPage
from converter.books.tables import FINDING_HEADS, Row
from converter.intake.cells import a1

_DIMENSION = re.compile(r'(?<=<dimension ref=")[^"]*')
_LETTERS = [a1((0, column))[:-1] for column in range(len(FINDING_HEADS))]
#: Rows above those of findings.
_ABOVE = 2


class FindingSheet:
    """The sheet of a layout: `head` has the rows above the findings, `frame` is what stands before and behind the rows."""

    def __init__(
        self, head: SketchPage, frame: tuple[str, str], numbers: Mapping[str, bytes], places: Mapping[Hole, int]
    ) -> None:
        before, behind = frame
        self._before, self._above = map(str.encode, _DIMENSION.split(before, maxsplit=1))
        self._behind = behind.encode()
        self._head = Mould(head, ("", ""), numbers, places)
        ends = [f'<c r="{letters}'.encode() for letters in _LETTERS[1:]] + [b"</row>"]
        looks = [
            b'" s="%b"' % numbers.get(look, b"") for look in FINDING_LOOKS
        ]  # without findings not all have a number
        self._around = list(zip(looks, ends, strict=True))

    def filled(
        self,
        filling: Sequence[bytes],
        findings: Iterable[Row],
        typed: Iterable[Sequence[Any]],
        ends: Ends,
    ) -> bytes:
        """The XML of some findings, `typed` as cells take them, each by its `ends`; the head takes its `filling`."""
        rows, number = [], _ABOVE
        for number, (finding, cells) in enumerate(zip(findings, typed, strict=True), start=_ABOVE + 1):
            high, name = height(row_height(most_lines(finding, FINDING_ROOM))), b"%d" % number
            row = [look + ends[cell] + end for (look, end), cell in zip(self._around, cells, strict=True)]
            rows.append(b'<row r="%b" spans="1:%d"%b><c r="A%b%b' % (name, len(row), high, name, name.join(row)))
        size = f"A1:{_LETTERS[-1]}{number}".encode()
        return b"".join((self._before, size, self._above, self._head.filled(filling, ()), *rows, self._behind))
