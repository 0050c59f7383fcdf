"""Outputs that are written piece by piece (report.html, the CSV files), here or by a worker."""

import uuid
from collections.abc import Callable, Iterable
from typing import NamedTuple

from converter.scratch import Scratch
from converter.syncing import begin_to_sync
from converter.vocabulary.writing import written


class Page(NamedTuple):
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
    file = uuid.uuid4().hex
    with (page.scratch.folder / file).open("wb") as stream:
        digest = written(stream, page.pieces())
        stream.flush()
        begin_to_sync(stream.fileno())
    return Written(page.name, file, digest)
