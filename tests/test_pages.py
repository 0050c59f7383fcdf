"""An output that is written piece by piece is the same file whichever process writes it."""

import hashlib
import pickle
from functools import partial
from pathlib import Path

from converter.pages import Page, write_page
from converter.scratch import Scratch


def test_a_page_lies_in_the_scratch_folder_with_its_digest(tmp_path: Path) -> None:
    page = Page(Scratch(tmp_path), "a.csv", partial(map, str.encode, ["甲", "乙\r\n"]))
    for one in (page, pickle.loads(pickle.dumps(page))):  # noqa: S301
        written = write_page(one)
        content = (tmp_path / written.file).read_bytes()
        assert (written.name, content) == ("a.csv", "甲乙\r\n".encode())
        assert written.sha256 == hashlib.sha256(content).hexdigest()
