"""Texts as sheets show them: which characters, how wide, in how many lines, how high. Light, for who only measures."""

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

#: Characters of a cell, as Excel counts them.
MAX_TEXT = 32_767
#: Characters of small text in the width of one of usual size.
SMALL = 1.15
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """Text that XML and browsers take: control characters and lone surrogates become spaces."""
    return text if text.isprintable() else _UNPRINTABLE.sub(" ", text)


def printable(text: str) -> str:
    """Text that XML and Excel take: as `clean` gives it, over-long text is cut."""
    shown = clean(text)
    if 2 * len(shown) <= MAX_TEXT or len(units := shown.encode("utf-16-le")) <= 2 * MAX_TEXT:  # Excel counts UTF-16
        return shown
    return units[: 2 * (MAX_TEXT - 1)].decode("utf-16-le", errors="ignore") + "…"


def row_height(lines: int) -> float:
    """Points that so many lines of text take, as far as Excel has rows as high."""
    return min(400.0, 5.0 + 13 * lines)


@lru_cache(maxsize=1 << 10)
def pixels(points: float) -> int:
    """The pixels that a row of so many points is high."""
    return int(points * 4.0 / 3.0 + 0.5)


#: Characters that a process remembers.
_MOST_CHARACTERS = 1 << 16


class _Columns(dict[str, int]):
    """The columns that characters take."""

    def __missing__(self, character: str) -> int:
        if len(self) >= _MOST_CHARACTERS:
            self.clear()
        self[character] = columns = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        return columns


_COLUMNS = _Columns()


def display_width(text: str) -> float:
    """Columns a text takes on screen: wide characters count two."""
    return float(len(text) if text.isascii() else sum(map(_COLUMNS.__getitem__, text)))


@lru_cache(maxsize=1 << 13)
def wrapped_lines(text: str, width: float) -> int:
    """Lines a text takes in a column of a width, for row heights."""
    usable = max(1.0, width - 1)
    if 2 * len(text) <= usable and "\n" not in text:
        return 1
    if "\n" not in text:
        return max(1, math.ceil(display_width(text) / usable))
    return sum(max(1, math.ceil(display_width(line) / usable)) for line in text.split("\n"))


def most_lines(values: Iterable[object], room: Iterable[float]) -> int:
    """The most lines that one of some values takes in its column, where there is room for so many characters in a line."""
    most = 1
    for value, wide in zip(values, room, strict=True):
        if isinstance(value, str) and (2 * len(value) > wide - 1 or "\n" in value):
            most = max(most, wrapped_lines(value, wide))
    return most
