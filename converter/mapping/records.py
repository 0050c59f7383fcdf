"""Rows known by a code: 类 ⊃ 款 ⊃ 项 in one column (2080101) or in several (208 | 01 | 01, of mixed types)."""

from collections.abc import Iterable


def code_of(texts: Iterable[str]) -> str:
    """The code in the cells before a row's name: later parts keep their leading zeros, whatever a number lost of them."""
    parts = [text.strip() for text in texts if text.strip().isdecimal()]
    return "".join([*parts[:1], *(part.zfill(2) for part in parts[1:])])
