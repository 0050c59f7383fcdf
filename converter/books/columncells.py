"""The cells of a column as XML, texts in place. What a column holds again and again is made once, texts are made together.

They are bytes from the start: these are joined in a tenth of the time that texts of several alphabets take.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from xlsxwriter.utility import _preserve_whitespace
from xlsxwriter.xmlwriter import XMLwriter

from converter.books.columns import holds
from converter.books.grid import letters
from converter.books.shown import MAX_TEXT, SMALL, printable, wrapped_lines
from converter.books.styles import WriteError

_XML = XMLwriter()
_INFINITE = (math.inf, -math.inf)
#: What follows the look of a cell: nothing, a number, a text.
_EMPTY, _NUMBER, _TEXT = b"/>", b"><v>%.16G</v></c>", (b' t="inlineStr"><is><t>', b"</t></is></c>")
_LIKE_ESCAPES = re.compile("(?<=_)(?=x[0-9a-fA-F]{4}_)")
_BLANKS = (" ", "\u3000")
#: By so many values at the top of a column it is told whether they come again: where half of them do.
_SAMPLE = 24

#: The look of a column's cells, or of each of them.
Look = str | list[str]


class ColumnCells:
    """The cells of column `at` of so many, `wide` characters wide, in looks by their numbers in the workbook (`styles`); `lines`
    has the texts that take more than one line.
    """

    def __init__(self, styles: Mapping[str, int], at: int, count: int, wide: float) -> None:
        self._styles, self._room = styles, wide * SMALL
        self._next = f'<c r="{letters(at + 1)}'.encode() if at + 1 < count else b"</row>"
        self.lines: dict[object, int] = {}

    def made(self, values: Sequence[object], look: Look) -> list[bytes]:
        """For each cell what stands between the number of its row and that of the next cell."""
        if isinstance(look, str):
            return self._alike(values, self._styles[look])
        each = {
            name: iter(self._alike([value for value, own in zip(values, look, strict=True) if own == name], style))
            for name, style in self._styles.items()
            if name in look
        }
        return [next(each[name]) for name in look]

    def _alike(self, values: Sequence[object], style: int) -> list[bytes]:
        """Cells of one look."""
        if not values:
            return []
        before = b'" s="%d"' % style
        if values[0] == values[-1] and values.count(values[0]) == len(values):
            self._measure(values[:1])
            return [before + _content(values[0]) + self._next] * len(values)
        if _mostly_new(values):
            _refuse_infinite(values)
            number, blank = before + _NUMBER + self._next, before + _EMPTY + self._next
            return [number % (value or 0) if value == value else blank for value in values]  # not NaN
        held = list({*values} - {""})
        self._measure(held)
        known = dict(zip(held, _together(before, held, self._next), strict=True))
        known[""] = before + _EMPTY + self._next
        return list(map(known.__getitem__, values))

    def _measure(self, values: Sequence[object]) -> None:
        """Looks for texts that take several lines."""
        surely_one = (self._room - 1) / 2
        for text in values:
            if isinstance(text, str) and (len(text) > surely_one or "\n" in text):
                lines = wrapped_lines(text, self._room)
                if lines > 1:
                    self.lines[text] = lines


def _mostly_new(values: Sequence[object]) -> bool:
    """Whether they are numbers, or NaN, that do not come again and again."""
    some = values[:_SAMPLE]
    return values[0].__class__ is float and 2 * len(set(some)) > len(some) and set(map(type, values)) == {float}


def _refuse_infinite(values: Sequence[object]) -> None:
    for value in _INFINITE:
        if value in values:
            raise WriteError(f"{value} 不能写入单元格")


def _together(before: bytes, values: Sequence[object], behind: bytes) -> Iterable[bytes]:
    """Cells from their look up to what stands behind them; usual texts are made all at once, in a fraction of the time."""
    if set(map(type, values)) == {str}:
        texts = cast("Sequence[str]", values)
        together = "\n".join(texts)
        usual = together.count("\n") < len(texts) and "_x" not in together
        shown = together.replace("\n", "").replace("\u3000", "")
        if usual and shown.isprintable() and 2 * max(map(len, texts)) < MAX_TEXT:
            opening, end = before + _TEXT[0], _TEXT[1] + behind
            made = [opening + text + end for text in _XML._escape_data(together).encode().split(b"\n")]
            if not any(f"\n{blank}" in f"\n{together}" or f"{blank}\n" in f"{together}\n" for blank in _BLANKS):
                return made
            blank = (text[0] in _BLANKS or text[-1] in _BLANKS for text in texts)
            return [
                before + _content(text) + behind if odd else cell
                for odd, text, cell in zip(blank, texts, made, strict=True)
            ]
    return (before + _content(value) + behind for value in values)


def _content(value: object) -> bytes:
    """What follows the look of a cell."""
    if not holds(value):
        return _EMPTY
    if isinstance(value, int | float):
        _refuse_infinite((value,))
        return _NUMBER % (value or 0)
    return _text(printable(str(value))).encode()


def _text(text: str) -> str:
    """A text in its cell. One that looks like an escaped character (_x000D_) stands in two runs: not every reader takes the
    escape of an escape out of a cell.
    """
    runs = _LIKE_ESCAPES.split(text) if "_x" in text else [text]
    parts = map(_run, runs) if len(runs) == 1 else (f"<r>{_run(run)}</r>" for run in runs)
    return f' t="inlineStr"><is>{"".join(parts)}</is></c>'


def _run(text: str) -> str:
    space = ' xml:space="preserve"' if _preserve_whitespace(text) else ""
    return f"<t{space}>{_XML._escape_data(_XML._escape_control_characters(text))}</t>"
