"""The share of a department is the same whatever it is scored with; put together, shares are what a chunk gives."""

from array import array
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import pytest

from converter import portions as module
from converter import run as running
from converter.books import tables
from converter.books.columns import Seen
from converter.merging import AtLarge, Lists, Merging, Share, filed, merge, put_together
from converter.piles import Leads, Pile
from converter.run import Options, run
from converter.scoring.batch import Batch, score_kinds
from converter.scoring.gist import Gist
from converter.scoring.ruleset import Rules
from converter.scratch import Scratch
from converter.shares import gist_of, parted
from converter.telling import findings_in
from converter.unpickling import packed, unpacked
from tests.test_reuse import Here, build

Parts = list[tuple[Batch, Rules, list[tuple[Share, bytes]], AtLarge]]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Parts]:
    """What the chunks of a batch are parted into, for chunks of all departments and of one."""
    it = build(tmp_path_factory.mktemp("shares"))
    found: dict[int, Parts] = {}

    def watched(batch: Batch, rules: Rules, told: Gist) -> tuple[list[tuple[Share, bytes]], AtLarge]:
        shares, at_large = parted(batch, rules, told)
        found.setdefault(size, []).append((batch, rules, shares, at_large))
        return shares, at_large

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "LocalPool", Here)
        patch.setattr(module, "parted", watched)
        for size in (100, 1):
            asked = {"books": False, "chunk": size, "fail_on": "never", **it.options}
            run(Options((it.inbox,), it.place / f"OUT{size}", **asked))  # type: ignore[arg-type]
    return found


def test_a_share_does_not_hang_on_what_it_is_scored_with(parts: dict[int, Parts]) -> None:
    together, alone = ([share for *_, shares, _ in parts[size] for share in shares] for size in (100, 1))
    assert len(parts[100]) == 1
    assert len(alone) == len(parts[1]) == 5
    for (one, lists), (other, others) in zip(together, alone, strict=True):
        assert repr(one).replace(repr_of_ranks(one), "") == repr(other).replace(repr_of_ranks(other), "")
        assert lists == others


def repr_of_ranks(share: Share) -> str:
    """The ranks within a chunk, which the batch as a whole gives anew."""
    assert share.total is not None
    return ", ".join(f"{key!r}: {share.total[key]!r}" for key in ("best", "worst"))


def test_what_is_said_of_no_department_hangs_on_the_rules_alone(parts: dict[int, Parts]) -> None:
    batch, rules, _, whole = parts[100][0]
    nobody = score_kinds([], rules, every=True)
    _, empty = parted(nobody, rules, gist_of(nobody, rules))
    for at_large in (empty, *(said for *_, said in parts[1])):
        assert {repr(item) for item in at_large.findings} <= {repr(item) for item in whole.findings}
        assert {repr(row) for row in at_large.checks} <= {repr(row) for row in whole.checks}
        assert at_large.ratios == whole.ratios
    assert {repr(item) for item in empty.findings} == {repr(item) for item in whole.findings}
    assert {repr(row) for row in empty.checks} == {repr(row) for row in whole.checks}
    assert whole.findings
    assert len(batch.each) == 2


def test_shares_put_together_are_what_the_chunk_gives(parts: dict[int, Parts], tmp_path: Path) -> None:
    batch, rules, shares, _ = parts[100][0]
    scratch, own = Scratch(tmp_path), [share for share, _ in shares]
    kept = filed(scratch, shares)
    again = [unpacked(packed(share)) for share in own]
    assert repr(again) == repr(own)
    answers = {own[1].numbers[0], "J12-00000000"}
    portion = put_together(scratch, kept, answers)
    recalled = merge(Merging(scratch, [one.kept for one in kept], frozenset(answers)))
    assert [[*parts.kept()] for parts in recalled.lists] == [[*parts.kept()] for parts in portion.lists]
    assert portion.answered == recalled.answered == {own[1].numbers[0]}
    found = findings_in(scratch, portion.findings)
    assert tuple(item.number for item in found) == tuple(chain.from_iterable(share.numbers for share in own))
    assert {item._replace(number="") for item in found} == {item for item in batch.findings if item.department}
    held: Lists[list[Any]] = Lists(*(list(Pile(scratch, parts)) for parts in portion.lists))
    scores, used = held.scores, held.used
    before = array("q", accumulate(portion.lists.used.lengths()[:-1], initial=0))
    leads = list(Leads(scratch, portion.lists.leads, before=before))
    assert len(scores) == len(leads) == len(batch.scores)
    for at, row in zip(leads, scores, strict=True):
        assert at is None or used[at][1] == row[1]
    assert any(at is not None for at in leads)
    assert portion.seen["指标得分"] == Seen.of(tables.SCORE_HEADS, scores).longest
    assert portion.seen["规范数据"] == Seen.of(tables.FACT_HEADS, used).longest
    assert portion.seen["勾稽核对"] == Seen.of(tables.CHECK_HEADS, held.checks).longest
    assert repr(held.points) == repr([(row[5], row[6], row[8]) for row in scores])
    told = gist_of(batch, rules)
    gathered = scratch.load(portion.gist)
    assert sorted(map(repr, gathered.totals)) == sorted(map(repr, told.totals))
    assert (gathered.marks, repr(gathered.figures)) == (told.marks, repr(told.figures))
    assert gathered.supplied == told.supplied
