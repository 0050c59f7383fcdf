"""What is said of a batch, settled: the findings of all chunks and those of the whole, numbered, with what departments replied and
officers decided; the workers tell them chunk by chunk (converter.telling).
"""

from bisect import bisect_right
from collections.abc import Sequence

from converter.engine import Engine, each
from converter.gathering import Gathered
from converter.mapping.replies import Reply
from converter.scoring.handling import answered, by_number, in_vain, with_replies
from converter.telling import Telling, findings_in, tell
from converter.vocabulary.findings import Finding, Tally, in_order, numbered


def tell_all(
    engine: Engine, gathered: Gathered, more: Sequence[Finding], replies: Sequence[Reply], *, kept: bool = True
) -> None:
    """The findings of the chunks and those of the batch as a whole (`more`, not yet numbered), with what departments replied
    and officers decided; each of them is there afterwards if they are to be `kept`.
    """
    added, decided = _settled(gathered, [*gathered.whole.findings, *more], replies)
    said = by_number(replies)
    shares: list[list[Finding]] = [[] for _ in gathered.firsts]
    for item in added:
        at = bisect_right(gathered.firsts, item.department)
        (shares[at - 1] if at else gathered.at_large).append(item)
    work = [
        Telling(gathered.scratch, portion.findings, share, said, decided, gathered.scoring.books, kept)
        for portion, share in zip(gathered.portions, shares, strict=True)
    ]
    gathered.tally = Tally.of(gathered.at_large)
    for told in each(engine, tell, work, "整理问题清单", 4):
        gathered.tally.add(told.tally)
        gathered.told.append(told._replace(tally=Tally()))


def _settled(gathered: Gathered, more: Sequence[Finding], replies: Sequence[Reply]) -> tuple[list[Finding], bool]:
    """The findings that the chunks' own are to be told with; where there are decisions, all of them, and True."""
    rest = numbered([*gathered.scored_at_large.findings, *more])
    if gathered.whole.rules.decisions:
        own = [item for portion in gathered.portions for item in findings_in(gathered.scratch, portion.findings)]
        assert gathered.ledger is not None  # decisions keep all departments in one chunk, which is scored
        return answered([*own, *rest], replies, gathered.ledger), True
    said = by_number(replies)
    known = {number for portion in gathered.portions for number in portion.answered}
    known |= {item.number for item in rest}
    return in_order([*with_replies(rest, said), *numbered(in_vain(said, known))]), False
