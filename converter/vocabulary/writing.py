"""What is written to a file piece by piece, with the SHA-256 of it all. Light."""

import hashlib
from collections.abc import Iterable
from typing import BinaryIO


def written(stream: BinaryIO, pieces: Iterable[bytes]) -> str:
    """Writes the pieces one after the other; the SHA-256 of them all."""
    digest = hashlib.sha256()
    for piece in pieces:
        stream.write(piece)
        digest.update(piece)
    return digest.hexdigest()
