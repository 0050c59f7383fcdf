"""What workers are given in pass 2, and what they give back. Light: who hands it out loads nothing of what does it."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from converter.mapping.departments import Submission
from converter.scratch import Kept, Scratch

if TYPE_CHECKING:
    from converter.scoring.prior import Prior
    from converter.scoring.ruleset import Rules

One = TypeVar("One")
#: So many workbooks are written by one task.
BOOKS = 8
#: So many departments are put together by one task: few, so that most are while those that changed are scored.
_PART = 32
#: So many departments cost more than what a chunk costs by itself.
_WORTH = 32
_HALVINGS = 2


class Chunk(NamedTuple):
    """Departments to be scored together. `contents` says where the documents of each file lie, `rules` where the Rules do;
    `every` scheme is audited by one chunk, whether it has departments there or not.
    """

    scratch: Scratch
    rules: Kept
    submissions: Sequence[Submission]
    contents: Mapping[str, Kept]
    prior: "Prior | None"
    answers: frozenset[str]
    every: bool
    books: bool


def in_chunks(submissions: Sequence[Submission], rules: "Rules", size: int, jobs: int) -> list[Sequence[Submission]]:
    """The departments in chunks of that size at most, as many for each worker (smaller ones, where they are few), the last ones
    halved and halved again where there are several, so that none waits long for another. Decisions are one record about all of
    them, so that they keep all of them together.
    """
    count = 1 if rules.decisions else max(-(-len(submissions) // max(1, size)), min(jobs, len(submissions) // _WORTH))
    if count > 1:
        count = min(len(submissions), -(-count // jobs) * jobs)
    bounds = [*(len(submissions) * at // count for at in range(count)), len(submissions)]
    for _ in range(_HALVINGS if count > jobs else 0):
        halves = ((start + stop) // 2 for start, stop in pairwise(bounds[-jobs - 1 :]))
        bounds = sorted({*bounds, *halves})
    return [submissions[start:stop] for start, stop in pairwise(bounds)]


def in_parts(departments: Sequence[One]) -> list[Sequence[One]]:
    """What there is of the departments of a chunk, as it is put together."""
    return [departments[at : at + _PART] for at in range(0, len(departments), _PART)]


class Writing(NamedTuple):
    """Workbooks to be written: where their contents and the findings of their departments lie (in one of several places); by
    department their names, others are not written, and their 指纹.
    """

    scratch: Scratch
    books: Kept
    findings: Sequence[Kept]
    names: Mapping[str, str]
    marks: Mapping[str, str]


class Written(NamedTuple):
    """A workbook that lies in the scratch folder, to be moved to where its name says; `formulas` is the digest of its live
    formulas, which lie at `kept`.
    """

    name: str
    file: str
    sha256: str
    formulas: str
    kept: Kept
