"""Parts of a workbook out of pieces that were deflated by themselves, wherever that was: put together, they are not gone
through again.

A piece ends at a whole byte and refers to nothing before it, so that any may stand behind any other (RFC 1951, 3.2.3).
"""

import zlib
from collections.abc import Sequence
from functools import cache, reduce
from itertools import chain
from typing import Any, NamedTuple, Protocol

from converter.books.packing import Packed, as_packed

#: Half the time of the usual level, and a sixteenth more room.
_LIGHT = 3
_END = zlib.compressobj(wbits=-zlib.MAX_WBITS).flush()
#: The polynomial of CRC-32, lowest power in the highest bit.
_POLYNOMIAL, _ONE = 0xEDB88320, 0x80000000


class Aside(Protocol):
    """Where bytes are put aside, perhaps by another process, until they are wanted."""

    def keep_bytes(self, content: bytes) -> Any:
        """Puts bytes aside; where they lie."""

    def load_bytes(self, kept: Any) -> bytes:
        """Bytes that were put aside."""


class Held:
    """Bytes that stay where they are."""

    def keep_bytes(self, content: bytes) -> bytes:
        """The bytes themselves."""
        return content

    def load_bytes(self, kept: bytes) -> bytes:
        """The bytes again."""
        return kept


class Piece(NamedTuple):
    """Some bytes of a part, deflated: where they lie and how many these are; the CRC-32 and the length of what they hold."""

    deflated: Any
    size: int
    crc: int
    length: int


def deflated(content: bytes, aside: Aside) -> Piece:
    """The piece that holds some bytes, put aside."""
    packer = zlib.compressobj(_LIGHT, wbits=-zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)
    return Piece(aside.keep_bytes(packed), len(packed), zlib.crc32(content), len(content))


def part(name: str, pieces: Sequence[Piece], aside: Aside) -> Packed:
    """The part of a package that holds some pieces one behind the other; they are fetched when it is written."""
    crc, length = 0, 0
    for piece in pieces:
        crc, length = joined(crc, piece.crc, piece.length), length + piece.length
    size = sum(piece.size for piece in pieces) + len(_END)
    return as_packed(name, chain((aside.load_bytes(piece.deflated) for piece in pieces), [_END]), size, crc, length)


def joined(first: int, second: int, length: int) -> int:
    """The CRC-32 of two pieces one behind the other, from that of each and the length of the second (as zlib's
    crc32_combine, which Python does not have).
    """
    powers = (_squared(bit) for bit in range(length.bit_length()) if length >> bit & 1)
    return reduce(_times, powers, first) ^ second


@cache
def _squared(times: int) -> int:
    """x^(8·2^times) modulo the polynomial."""
    return _ONE >> 8 if times == 0 else _times(_squared(times - 1), _squared(times - 1))


def _times(one: int, other: int) -> int:
    """The product of two polynomials over GF(2) modulo that of CRC-32."""
    product, bit = 0, _ONE
    while bit:
        if one & bit:
            product ^= other
        other = other >> 1 ^ (_POLYNOMIAL if other & 1 else 0)
        bit >>= 1
    return product
