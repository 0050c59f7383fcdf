"""Blocks of summary rows out of the ledger: one whose rows are the same, in the same place, is not made again."""

from array import array
from collections.abc import Iterator, Sequence

from converter.books.pieces import Piece
from converter.books.sheetrows import Block, Layout, Rendered
from converter.ledger import DoubtfulError, Ledger, key_of
from converter.piles import mark_of
from converter.scratch import Scratch
from converter.unpickling import UNREADABLE, load, plainly

#: Blocks that are recalled together: a megabyte or two.
_TOGETHER = 64


class Blocks:
    """What the ledger knows of blocks (converter.books.summary, Memory). `base` stands for the program."""

    def __init__(self, ledger: Ledger, scratch: Scratch, base: bytes) -> None:
        self._ledger, self._scratch, self._base = ledger, scratch, base

    def keys(self, layout: Layout, blocks: Sequence[Block]) -> list[bytes]:
        """Over all that each block of a sheet hangs on: how the sheet looks, where it stands, what its rows hold and lead to."""
        looks = layout.sheet, layout.heads, layout.rooms, sorted(layout.styles.items()), sorted(layout.ratios)
        sheet = key_of("block", self._base, repr((*looks, layout.linked)))
        return [key_of(sheet, block.first, mark_of(block.rows), mark_of(block.leads)) for block in blocks]

    def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of blocks that an earlier run made."""
        return self._ledger.known(keys)

    def recall(self, keys: Sequence[bytes]) -> Iterator[Rendered | None]:
        """Blocks as an earlier run made them, put aside for this one, some together; None for one that was damaged since.
        Raises DoubtfulError.
        """
        for at in range(0, len(keys), _TOGETHER):
            bodies = self._ledger.get_each(keys[at : at + _TOGETHER])
            yield from self._laid([None if body is None else _opened(body) for body in bodies])

    def _laid(self, blocks: Sequence[Rendered | None]) -> list[Rendered | None]:
        """Blocks with their pieces put aside."""
        held = [piece for block in blocks if block for piece in (block.rows, block.links) if piece]
        kept = iter(self._scratch.keep_each(piece.deflated for piece in held))

        def laid(piece: Piece) -> Piece:
            return piece._replace(deflated=next(kept))

        return [block and Rendered(laid(block.rows), block.links and laid(block.links), *block[2:]) for block in blocks]

    def keep(self, key: bytes, made: Rendered) -> None:
        """Keeps a block for later runs."""
        rows, links, notes, heights = made
        own = self._content(rows), links and self._content(links), notes, heights.tobytes()
        self._ledger.put(key, plainly(own))

    def _content(self, piece: Piece) -> tuple[bytes, int, int]:
        return self._scratch.load_bytes(piece.deflated), piece.crc, piece.length


def _opened(body: bytes) -> Rendered:
    """A block, its pieces held."""
    try:
        rows, links, notes, heights = load(body)
        high = array("H", heights)
        noted = [(int(row), int(column), str(text)) for row, column, text in notes]
        return Rendered(_piece(*rows), _piece(*links) if links else None, noted, high)
    except UNREADABLE as error:
        raise DoubtfulError("Block") from error


def _piece(content: bytes, crc: int, length: int) -> Piece:
    if not isinstance(content, bytes) or not isinstance(crc, int) or not isinstance(length, int):
        raise TypeError
    return Piece(content, len(content), crc, length)
