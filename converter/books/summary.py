"""评分汇总_<year>.xlsx: the whole batch in one workbook, its sheets as CONTRACT lists them.

The rows are made a block at a time by whoever is given them (worker processes); here they are put between what stands above
and below them, as they are.
"""

import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Protocol

from converter.books import legend, tables
from converter.books.chartsheet import write_charts
from converter.books.columns import Seen, together
from converter.books.grid import GAP
from converter.books.legend import write_notes
from converter.books.packing import Packed, packed, parts_of, streamed
from converter.books.pieces import Aside, Held, Piece, deflated, part
from converter.books.sheetrows import HEAD_ROW, USED, Block, Layout, Rendered, render
from converter.books.styles import MAX_COMMENTS, MAX_LINKS, MAX_SHEET_ROWS, Book, Page, Setup
from converter.books.tables import Listed, Table
from converter.vocabulary.writing import written

#: Rows of a sheet that are made together (half as many where there are not so many such blocks). Every block is deflated by
#: itself, so that the bytes hang on it: few enough that not much is made again where one row changed, many enough that the
#: workbook is no larger for it.
BLOCK, _MANY = 512, 64
_FIRST = HEAD_ROW + 1
#: The tables of which a CSV file holds every row; of others a sheet holds what Excel takes, but for heads and a note.
_IN_CSV = frozenset({"指标得分", "问题清单", "勾稽核对", "规范数据"})
_LARGEST = 1_048_576 - _FIRST - 1
_FILE = tables.SUMMARY_HEADS.index("评分表")

#: function(item) for each item, in order; the work may begin at once, elsewhere.
Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]


@dataclass(frozen=True)
class SummaryBook:
    """All that the summary workbook shows: a line under each title, the tables in the order of the sheets, the indicators
    whose value is shown as a percent, the lines of 说明, for each row of 指标得分 the position of its first input in 规范数据,
    what stands at the foot of every page, and what widths hang on in the sheets whose rows were seen already.
    """

    title: str
    subtitle: str
    ratios: frozenset[str]
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    leads: Listed[int | None] = ()
    fingerprint: str = ""
    seen: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


class Memory(Protocol):
    """What knows blocks that were made before, of the very same rows in the same place."""

    def keys(self, layout: Layout, blocks: Sequence[Block]) -> list[bytes]:
        """For each block of a sheet what tells it from all others."""

    def known(self, keys: Sequence[bytes]) -> Container[bytes]:
        """The keys of the blocks that need not be made."""

    def recall(self, keys: Sequence[bytes]) -> Iterator[Rendered | None]:
        """Blocks that are known, one after the other; None for one that no longer is."""

    def keep(self, key: bytes, made: Rendered) -> None:
        """Keeps a block that was made."""


class Forgetful:
    """Knows nothing."""

    def keys(self, layout: Layout, blocks: Sequence[Block]) -> list[bytes]:
        """The same for all: nobody asks."""
        return [layout.sheet.encode()] * len(blocks)

    def known(self, _: Sequence[bytes]) -> Container[bytes]:
        """None."""
        return ()

    def recall(self, _: Sequence[bytes]) -> Iterator[None]:
        """Nothing."""
        return iter(())

    def keep(self, key: bytes, made: Rendered) -> None:
        """Keeps nothing."""


def summary_book(book: SummaryBook) -> bytes:
    """The workbook's bytes; the same for the same content."""
    with tempfile.TemporaryDirectory(prefix="jixiao-") as folder:
        target = Path(folder) / "summary.xlsx"
        SummaryWriter(book, map).write(target)
        return target.read_bytes()


#: The pieces of a sheet's rows, and of their links.
_Rows = tuple[list[Piece], list[Piece]]
#: The sheets whose pages are told of their rows' notes and links.
_TOLD = {"汇总", "指标得分"}


class SummaryWriter:
    """A summary workbook whose rows are being made, by `each`, as soon as this is there, but for those that `memory` knows; they
    are put `aside` until `write` has waited for all.
    """

    def __init__(self, book: SummaryBook, each: Each, aside: Aside | None = None, memory: Memory | None = None) -> None:
        self._book, self._writer, self._aside = book, Book(book.title, book.fingerprint), aside or Held()
        self._memory: Memory = memory or Forgetful()
        if sum(len(table.rows) for table in book.tables) <= BLOCK:
            each = map  # so few that handing them on would cost more
        layouts = self._layouts()
        self._blocks = {layout.sheet: self._parted(layout) for layout in layouts}
        every = [one for blocks in self._blocks.values() for one in blocks]
        self._known = self._memory.known([key for key, _ in every])
        fresh = [one for one in every if one[0] not in self._known]
        self._made: Iterator[tuple[bytes, Rendered]] = zip(
            [key for key, _ in fresh], each(render, [block for _, block in fresh]), strict=True
        )
        self._widths = {layout.sheet: layout.widths for layout in layouts}

    def _layouts(self) -> list[Layout]:
        """How the sheets look, once all their rows are seen."""
        styles = {look: self._writer.number(look) for look in USED}
        return [
            Layout(t.name, t.heads, self._seen(t).widths(t.name), styles, self._book.ratios, MAX_LINKS)
            for t in self._book.tables
        ]

    def _seen(self, table: Table) -> Seen:
        if table.name in self._book.seen:
            return Seen(table.heads, self._book.seen[table.name])
        parts = (Seen.of(table.heads, table.rows[at : _end(table, at)]) for at in _starts(table))
        return together([Seen.of(table.heads, ()), *parts])

    def _parted(self, layout: Layout) -> list[tuple[bytes, Block]]:
        """The rows of a sheet, as many together as are made together, each such block with its key."""
        table = self._table(layout.sheet)
        leads = self._book.leads if layout.sheet == "指标得分" else ()
        blocks = [
            Block(layout, _FIRST + at, table.rows[at : _end(table, at)], leads[at : _end(table, at)], self._aside)
            for at in _starts(table)
        ]
        return [*zip(self._memory.keys(layout, blocks), blocks, strict=True)]

    def _table(self, name: str) -> Table:
        return next(table for table in self._book.tables if table.name == name)

    def write(self, target: Path) -> str:
        """The workbook in a file; its SHA-256. What needs no row of others is written while they are made."""
        book, writer = self._book, self._writer
        pages: dict[str, Page] = {}
        for table in book.tables:
            frozen = table.heads.index("部门") + 1 if "部门" in table.heads else 0
            page = pages[table.name] = writer.sheet(table.name, Setup(HEAD_ROW, HEAD_ROW, frozen))
            self._around(page, table)
            if table.name == "汇总":
                _links(page, table)
                write_charts(writer, book.title, table.rows)
        write_notes(writer.sheet(legend.SHEET, Setup(landscape=False)), book.notes)
        last_told = max((at for at, name in enumerate(pages, start=1) if name in _TOLD), default=0)
        told = {name: self._rows(pages[name], name) for name in islice(pages, last_told)}
        around = _surroundings(writer.content())  # while the rows of the others are being made
        with target.open("wb") as stream:
            return written(stream, streamed(self._parts(around, pages, told)))

    def _parts(
        self, around: Mapping[str, bytes | Packed], pages: Mapping[str, Page], told: Mapping[str, _Rows]
    ) -> Iterator[Packed]:
        """The parts of the workbook, one after the other; of those that leave rows out these are asked for when they are wanted."""
        sheets = {f"xl/worksheets/sheet{page.worksheet.index + 1}.xml": name for name, page in pages.items()}
        for name, content in around.items():
            if isinstance(content, Packed):
                yield content
            else:
                sheet = sheets[name]
                yield self._filled(name, content, told.get(sheet) or self._rows(pages[sheet], sheet))

    def _filled(self, name: str, around: bytes, rows: _Rows) -> Packed:
        """A part of the workbook that leaves rows and links out, with these in their places."""
        edges = [[deflated(edge, self._aside)] for edge in around.split(GAP.encode())]
        pairs = zip_longest(edges, rows[: len(edges) - 1], fillvalue=())
        return part(name, [piece for pair in pairs for own in pair for piece in own], self._aside)

    def _around(self, page: Page, table: Table) -> None:
        """What stands above and below the rows of a sheet."""
        book, count = self._book, len(table.rows)
        page.put(0, 0, f"{book.title}：{table.name}", "left_title")
        page.height(0, 24)
        linked = table.name in {"汇总", "指标得分"} and count > MAX_LINKS
        page.put(1, 0, book.subtitle + (f"；前 {MAX_LINKS} 行有链接" if linked else ""), "note")
        page.heads(HEAD_ROW, table.heads, self._widths[table.name])
        shown = min(count, _most(table))
        page.leave(_FIRST, shown, len(table.heads))
        if count > shown:
            note = f"共 {count} 行，本表只列前 {shown} 行，其余见 {'CSV 文件' if table.name in _IN_CSV else 'run.json'}"
            page.put(_FIRST + shown, 0, note, "note")
        if shown:
            page.worksheet.autofilter(HEAD_ROW, 0, HEAD_ROW + shown, len(table.heads) - 1)

    def _rows(self, page: Page, name: str) -> _Rows:
        """The pieces of a sheet's rows and of their links; the page is told what belongs to them."""
        rows, links, noted = [], [], 0
        recalled = self._memory.recall([key for key, _ in self._blocks[name] if key in self._known])
        for key, block in self._blocks[name]:
            one = (next(recalled) or render(block)) if key in self._known else self._fresh(key)
            rows.append(one.rows)
            links += [one.links] if one.links else []
            page.worksheet.known(block.first, one.heights if noted < MAX_COMMENTS else (), linked=bool(one.links))
            for note in one.notes[: max(0, MAX_COMMENTS - noted)]:
                page.comment(*note)
            noted += len(one.notes)
        return rows, links

    def _fresh(self, key: bytes) -> Rendered:
        own, made = next(self._made)
        assert own == key  # the sheets are asked for in their order
        self._memory.keep(key, made)
        return made


def _surroundings(content: bytes) -> dict[str, bytes | Packed]:
    """The parts of a workbook in their order, packed but for those that leave rows or links out."""
    parts = parts_of(content).items()
    return {name: part if GAP.encode() in part else packed(name, part) for name, part in parts}


def _most(table: Table) -> int:
    """The rows of a table that its sheet holds at most."""
    return MAX_SHEET_ROWS if table.name in _IN_CSV else _LARGEST


def _together(table: Table) -> int:
    """How many rows of a table are made together."""
    return BLOCK if len(table.rows) > _MANY * BLOCK else BLOCK // 2


def _starts(table: Table) -> range:
    return range(0, min(len(table.rows), _most(table)), _together(table))


def _end(table: Table, start: int) -> int:
    return min(start + _together(table), len(table.rows), _most(table))


def _links(page: Page, table: Table) -> None:
    """From 汇总 to the departments' workbooks."""
    for at, row in enumerate(table.rows[: min(MAX_LINKS, _most(table))], start=_FIRST):
        if row[_FILE]:
            page.link(at, _FILE, str(row[_FILE]))


SHEETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("汇总", tables.SUMMARY_HEADS),
    ("报送情况", tables.SUBMITTED_HEADS),
    ("指标得分", tables.SCORE_HEADS),
    ("问题清单", tables.FINDING_HEADS),
    ("勾稽核对", tables.CHECK_HEADS),
    ("规范数据", tables.FACT_HEADS),
    ("规则", tables.RULE_HEADS),
    ("来源文件", tables.SOURCE_HEADS),
    ("运行信息", tables.INFO_HEADS),
)
