"""What is written is what was given, and so is its digest."""

import hashlib
import io

from hypothesis import given
from hypothesis import strategies as st

from converter.vocabulary.writing import written


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_the_pieces_stand_one_behind_the_other_and_are_hashed(pieces: list[bytes]) -> None:
    stream = io.BytesIO()
    digest = written(stream, iter(pieces))
    assert stream.getvalue() == b"".join(pieces)
    assert digest == hashlib.sha256(b"".join(pieces)).hexdigest()
