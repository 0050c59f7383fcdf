"""Blocks of summary rows out of the ledger: one whose rows are the same, in the same place, is not made again."""

from array import array

from converter.books.pieces import Piece
from converter.books.sheetrows import Block, Rendered
from converter.ledger import DoubtfulError, Ledger, key_of
from converter.scratch import Scratch, mark_of
from converter.unpickling import UNREADABLE, load, plainly


class Blocks:
    """What the ledger knows of blocks (converter.books.summary, Memory). `base` stands for the program."""

    def __init__(self, ledger: Ledger, scratch: Scratch, base: bytes) -> None:
        self._ledger, self._scratch, self._base = ledger, scratch, base

    def _key(self, block: Block) -> bytes:
        """Over all that a block hangs on: where it stands, how the sheet looks, what its rows hold and lead to."""
        layout = block.layout
        looks = (
            *(layout.sheet, layout.heads, layout.widths, sorted(layout.styles.items()), sorted(layout.ratios)),
            *(layout.linked, block.first),
        )
        return key_of("block", self._base, repr(looks), mark_of(block.rows), mark_of(block.leads))

    def knows(self, block: Block) -> bool:
        """Whether an earlier run made the block."""
        return self._ledger.has(self._key(block))

    def recall(self, block: Block) -> Rendered | None:
        """The block as an earlier run made it, put aside for this one; None where it was damaged since. Raises DoubtfulError."""
        body = self._ledger.get(self._key(block))
        return None if body is None else self._opened(body)

    def keep(self, block: Block, made: Rendered) -> None:
        """Keeps a block for later runs."""
        rows, links, notes, heights = made
        own = self._content(rows), links and self._content(links), notes, heights.tobytes()
        self._ledger.put(self._key(block), plainly(own))

    def _content(self, piece: Piece) -> tuple[bytes, int, int]:
        return self._scratch.load_bytes(piece.deflated), piece.crc, piece.length

    def _opened(self, body: bytes) -> Rendered:
        try:
            rows, links, notes, heights = load(body)
            high = array("H", heights)
            noted = [(int(row), int(column), str(text)) for row, column, text in notes]
            return Rendered(self._piece(*rows), self._piece(*links) if links else None, noted, high)
        except UNREADABLE as error:
            raise DoubtfulError("Block") from error

    def _piece(self, content: bytes, crc: int, length: int) -> Piece:
        if not isinstance(content, bytes) or not isinstance(crc, int) or not isinstance(length, int):
            raise TypeError
        return Piece(self._scratch.keep_bytes(content), len(content), crc, length)
