"""What workers do in pass 2, by its name: who hands it out need not load what does it, which takes a quarter of a second."""

from converter.merging import Scored
from converter.tasks import Chunk, Writing, Written


def score(chunk: Chunk) -> Scored:
    """Scores a chunk and puts its shares aside (converter.portions)."""
    from converter import portions

    return portions.score(chunk)


def write_books(writing: Writing) -> list[Written]:
    """Workbooks in the scratch folder (converter.portions)."""
    from converter import portions

    return portions.write_books(writing)
