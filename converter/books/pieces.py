"""Parts of a workbook out of pieces that were deflated by themselves, wherever that was: put together, they are not gone
through again.

A piece ends at a whole byte and refers to nothing before it, so that any may stand behind any other (RFC 1951, 3.2.3).
"""

import zlib
from collections.abc import Sequence
from functools import cache, reduce
from itertools import chain
from operator import xor
from typing import Any, NamedTuple, Protocol

from deflate import crc32

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
    return Piece(aside.keep_bytes(packed), len(packed), crc32(content), len(content))


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
    for bit in range(length.bit_length()):
        if length >> bit & 1:
            first = _times(first, _multiples(bit))
    return first ^ second


#: For each digit of a polynomial in base 16, the lowest first: what each of its values gives.
_Multiples = list[list[int]]


def _times(one: int, multiples: _Multiples) -> int:
    """The product of a polynomial over GF(2), modulo that of CRC-32, with the one that has these multiples."""
    product = 0
    for digit in multiples:
        product ^= digit[one & 15]
        one >>= 4
    return product


@cache
def _multiples(times: int) -> _Multiples:
    """The multiples of x^(8·2^times)."""
    power = _ONE >> 8 if times == 0 else _power(times - 1)
    products = []  # with x^31, x^30 …: the lowest bit is the highest power
    for _ in range(32):
        products.append(power)
        power = power >> 1 ^ (_POLYNOMIAL if power & 1 else 0)
    products.reverse()
    return [[_sum(products[at : at + 4], value) for value in range(16)] for at in range(0, 32, 4)]


def _power(times: int) -> int:
    """x^(8·2^(times + 1))."""
    multiples = _multiples(times)
    return _times(_times(_ONE, multiples), multiples)


def _sum(products: Sequence[int], value: int) -> int:
    """Those products that have a bit in the value."""
    return reduce(xor, (one for at, one in enumerate(products) if value >> at & 1), 0)
