"""Blocks of summary rows that an earlier run made: taken where all they hang on is the same, made anew wherever it is not."""

import sqlite3
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from converter.blocks import Blocks
from converter.books import summary
from converter.books.columns import Seen
from converter.books.sheetrows import render
from converter.books.summary import SHEETS, SummaryBook, SummaryWriter
from converter.books.tables import Row, Rows, Table
from converter.ledger import NAME, DoubtfulError, Ledger, _digest
from converter.piles import Leads, Parts, Pile, lay
from converter.scratch import Scratch
from converter.unpickling import plainly

#: Rows of a sheet, so many of them in a block, so many put aside together.
ROWS, SIZE, TOGETHER = 20, 5, 3
BLOCKS = len(SHEETS) * ROWS // SIZE


def rows_of(heads: Sequence[str]) -> list[Row]:
    """Texts and numbers, and what looks, links and notes hang on."""
    own: dict[str, object] = {
        "三级指标": "控制率",
        "单位": "万元",
        "复算得分": None,
        "复算下限": 1.5,
        "复算上限": 2.5,
        "缺数指标": "甲",
    }
    number = frozenset({"左", "右", "差", "数值", "得分", "年度"})
    return [
        tuple(own.get(head, 1.25 * at if head in number else f"{head}{at % 7}") for head in heads) for at in range(ROWS)
    ]


@dataclass
class Place:
    """A folder in which a summary is written again and again."""

    folder: Path
    base: bytes = b"program"
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: rows_of(heads) for name, heads in SHEETS})
    leads: list[int | None] = field(default_factory=lambda: [None if at % 6 == 0 else at // 2 for at in range(ROWS)])
    ratios: frozenset[str] = frozenset({"控制率"})
    made: int = 0

    def book(self, scratch: Scratch) -> SummaryBook:
        """Its rows put aside as those of a run are, but for 规则, which the parent holds."""

        def pile(rows: Sequence[Row]) -> Rows:
            return Pile(scratch, Parts(lay(scratch, rows[at : at + TOGETHER]) for at in range(0, len(rows), TOGETHER)))

        tables = tuple(Table(n, h, self.rows[n] if n == "规则" else pile(self.rows[n])) for n, h in SHEETS)
        halves = [self.leads[: ROWS // 2], [lead and lead - 3 for lead in self.leads[ROWS // 2 :]]]
        leads = Leads(scratch, Parts(lay(scratch, half) for half in halves), before=array("q", [0, 3]))
        return SummaryBook("题", "副题", self.ratios, tables, ("说明",), leads)

    def _each(self, function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        self.made += len(items) if function is render else 0
        return map(function, items)

    def written(self) -> tuple[int, str]:
        """Writes the summary with what the ledger knows: how many blocks were made, and what the ledger noted. The bytes
        are those of one written without it.
        """
        scratch = Scratch(self.folder)
        self.made = 0
        with Ledger(self.folder / NAME) as ledger:
            memory = Blocks(ledger, scratch, self.base)
            SummaryWriter(self.book(scratch), self._each, scratch, memory).write(self.folder / "warm.xlsx")
            made, note = self.made, ledger.note
        SummaryWriter(self.book(scratch), map).write(self.folder / "cold.xlsx")
        assert (self.folder / "warm.xlsx").read_bytes() == (self.folder / "cold.xlsx").read_bytes()
        return made, note

    def change(self, sheet: str, at: int, column: int, value: object) -> None:
        """Another value in a cell, which does not widen its column."""
        row = list(self.rows[sheet][at])
        row[column] = value
        self.rows[sheet][at] = tuple(row)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(summary, "BLOCK", 2 * SIZE)  # of few rows half as many
    place = Place(tmp_path)
    assert place.written() == (BLOCKS, "")
    return place


def test_of_the_same_rows_nothing_is_made_again(place: Place) -> None:
    assert [place.written() for _ in range(3)] == [(0, "")] * 3


@pytest.mark.parametrize(("sheet", "column"), [("勾稽核对", 9), ("规范数据", 8), ("问题清单", 6), ("规则", 7)])
def test_of_a_changed_row_its_block_is_made_again(place: Place, sheet: str, column: int) -> None:
    """And its neighbour where they share rows that were put aside together."""
    place.change(sheet, 2, column, "改")
    assert place.written()[0] == 1
    place.change(sheet, 4, column, "改")  # of the rows 3 to 5, put aside together
    assert place.written()[0] == (1 if sheet == "规则" else 2)
    assert place.written()[0] == 0


@pytest.mark.parametrize("column", ["左", "右", "差"])
def test_a_longer_amount_widens_its_column_and_leaves_all_other_rows_known(place: Place, column: str) -> None:
    """Of 237 blocks of 勾稽核对 each was made again, as soon as one difference had a digit more than all others."""
    heads = dict(SHEETS)["勾稽核对"]
    before = Seen.of(heads, place.rows["勾稽核对"]).widths("勾稽核对")
    place.change("勾稽核对", 7, heads.index(column), 1234567890.25)
    assert Seen.of(heads, place.rows["勾稽核对"]).widths("勾稽核对") != before
    assert place.written()[0] == 1
    assert place.written()[0] == 0


@pytest.mark.parametrize(("count", "blocks"), [(127, 64), (128, 64), (129, 33)])
def test_of_few_rows_half_as_many_are_made_together(
    count: int, blocks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary, "BLOCK", 4)
    monkeypatch.setattr(summary, "_MANY", 32)
    made: list[Any] = []

    def each(function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        made.extend(items)
        return map(function, items)

    heads = dict(SHEETS)["规则"]
    table = Table("规则", heads, (rows_of(heads) * 7)[:count])
    SummaryWriter(SummaryBook("题", "副题", frozenset(), (table,)), each).write(tmp_path / "汇总.xlsx")
    assert len(made) == blocks
    assert sum(len(block.rows) for block in made) == count


def test_behind_a_row_that_is_new_or_gone_all_is_made_again(place: Place) -> None:
    rows = place.rows["勾稽核对"]
    rows.insert(13, rows[3])
    assert place.written()[0] == 3  # from the third block on, with one more at the end
    rows.pop(13)
    assert place.written()[0] == 0  # as it was before
    rows.pop(13)
    assert place.written()[0] == 2


def test_where_scores_lead_is_part_of_them(place: Place) -> None:
    place.leads[1] = 7
    assert place.written()[0] == 2  # half of all leads are put aside together
    place.leads[1] = None
    assert place.written()[0] == 2


def test_how_a_sheet_looks_is_part_of_its_rows(place: Place) -> None:
    place.ratios = frozenset({"控制率", "变动率"})
    assert place.written()[0] == BLOCKS
    place.change("勾稽核对", 2, 1, "一个名称很长的部门，它的一列更宽")
    assert place.written()[0] == ROWS // SIZE


def test_what_another_program_made_is_not_used(place: Place) -> None:
    place.base = b"another program"
    assert place.written()[0] == BLOCKS


def entries(place: Place, body: bytes, *, fitting: bool) -> None:
    """Puts other bytes into the entries of all blocks, with a digest that fits or not."""
    connection = sqlite3.connect(place.folder / NAME)
    for key, at in connection.execute("SELECT key, body FROM entries").fetchall():
        connection.execute("UPDATE bodies SET content = ? WHERE id = ?", (body, at))
        if fitting:
            connection.execute("UPDATE entries SET digest = ? WHERE key = ?", (_digest(key, body), key))
    connection.commit()
    connection.close()


def test_a_damaged_entry_is_made_again_and_said(place: Place) -> None:
    entries(place, plainly((b"", 0, 0, b"", [], b"")), fitting=False)
    made, note = place.written()  # its bytes are those of a cold run
    assert (made, note) == (0, "已损坏")  # each is made on the spot, when it is asked for
    assert place.written() == (BLOCKS, "")  # for nothing of it was kept
    assert place.written() == (0, "")


@pytest.mark.parametrize(
    "body",
    [
        b"x" * 50,
        plainly((1, 2)),
        plainly((b"", 0, "0", b"", [], b"")),
        plainly((b"", 0, 0, b"no links", [], b"")),
        plainly((b"", 0, 0, b"x\x9c\x03\x00\x00\x00\x00\x01", [(1, 2)], b"")),
        plainly((b"", 0, 0, b"x\x9c\x03\x00\x00\x00\x00\x01", [], b"odd")),
    ],
)
def test_an_entry_that_is_no_block_is_doubtful(place: Place, body: bytes) -> None:
    entries(place, body, fitting=True)
    with pytest.raises(DoubtfulError):
        place.written()


def test_widths_that_were_seen_before_are_those_of_the_rows(place: Place, tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    book = place.book(scratch)
    seen = {table.name: Seen.of(table.heads, table.rows).longest for table in book.tables[2:6]}
    asked: list[str] = []

    def each(function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        asked.append(f"{function.__name__} {len(items)}")
        return map(function, items)

    SummaryWriter(replace(book, seen=seen), each, scratch).write(tmp_path / "seen.xlsx")
    assert asked == [f"render {BLOCKS}"]
    assert (tmp_path / "seen.xlsx").read_bytes() == (tmp_path / "cold.xlsx").read_bytes()
