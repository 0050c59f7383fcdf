"""What is remembered of scored departments until the batch as a whole is asked."""

from dataclasses import dataclass

from converter.vocabulary.findings import Finding, Place

#: The key of a row of totals that has the number of its scheme.
PART = "part"


@dataclass
class Gist:
    """What is remembered of a chunk of departments: the rows of totals with the number of their scheme, what copies, sums and bands
    are told by (`claims` with that number too), and the departments with figures from last year's output.
    """

    totals: list[dict[str, object]]
    marks: dict[str, tuple[bytes, ...]]
    figures: dict[tuple[str, str], tuple[float, Place]]
    claims: list[tuple[int, Finding]]
    supplied: frozenset[str]
