"""Outputs that are written piece by piece (report.html, the CSV files), here or by a worker."""

import hashlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from converter.scratch import Scratch
from converter.syncing import begin_to_sync


@dataclass(frozen=True)
class Page:
    """An output by its name: `pieces` gives its bytes, wherever it is called."""

    scratch: Scratch
    name: str
    pieces: Callable[[], Iterable[bytes]]


class Written(NamedTuple):
    """An output that lies in the scratch folder, to be moved to where its name says."""

    name: str
    file: str
    sha256: str


def write_page(page: Page) -> Written:
    """The output in the scratch folder."""
    digest, file = hashlib.sha256(), uuid.uuid4().hex
    with (page.scratch.folder / file).open("wb") as stream:
        for piece in page.pieces():
            stream.write(piece)
            digest.update(piece)
        stream.flush()
        begin_to_sync(stream.fileno())
    return Written(page.name, file, digest.hexdigest())
