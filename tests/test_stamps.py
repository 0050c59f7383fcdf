"""A workbook that is stamped is, part for part and byte for byte, the one that is written the plain way."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converter.books import stamps
from converter.books.assemble import department_books
from converter.books.contents import DataRow, DepartmentBook, ScoreRow, TotalRow
from converter.books.department import department_book
from converter.books.figures import Slot, figures_of, layout_key, layout_of
from converter.books.livecells import written_formulas
from converter.books.notes import Notes
from converter.books.packing import package, packed, parts_of
from converter.books.sketch import UnusualError
from converter.books.stamps import Stamp, stamped_book
from converter.books.styles import MAX_COMMENTS
from converter.mapping.library import Library
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme
from converter.scoring.status import Status
from converter.vocabulary.findings import numbered
from converter.vocabulary.numbers import State
from tests import test_whole_schemes as whole
from tests.conftest import ROOT
from tests.test_assemble import Desk
from tests.test_department_book import HOSTILE, random_departments
from tests.test_schemes import made_scheme

FINDING = ("D01-1", "错误", "D01", "甲局", 2019, "对象", "说明", "下一步", 1.5, "部门", "文件.xlsx", "表", "A1", "", "")


@pytest.fixture(scope="module")
def desk(library: Library, scheme: Scheme, checks: Checks, derivations: Derivations) -> Desk:
    return Desk(library, scheme, checks, derivations)


@pytest.fixture(scope="module")
def samples(desk: Desk) -> list[DepartmentBook]:
    batch = desk.grouped(ROOT / "samples")
    made = department_books(batch, numbered(batch.findings))
    return [replace(book, fingerprint=f"{at:012x}") for at, book in enumerate(made)]


@pytest.fixture(scope="module")
def books(
    desk: Desk, samples: list[DepartmentBook], library: Library, derivations: Derivations, suining_inbox: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[DepartmentBook]:  # fmt: skip
    """Of the samples, of departments of which anything may be missing, of schemes with every kind of rule and adjustment."""
    documents = desk.documents(suining_inbox.parent)
    odd = department_books(desk.renamed(documents, random_departments(desk, documents, 12)), [])
    made = [*samples, *odd]
    for judged, missing in (("self", "unknown"), ("unknown", "zero")):
        scheme = made_scheme(tmp_path_factory.mktemp("scheme"), whole.text(judged, missing), library)
        made += department_books(whole.batch_of(scheme, derivations, 3), [])[:20]
    return made


def stamped(books: Sequence[DepartmentBook]) -> Iterator[tuple[DepartmentBook, dict[str, bytes], dict[str, bytes]]]:
    """Each book with its parts when it is stamped and when it is written the plain way; the stamp is made of another book
    of the same layout where there is one.
    """
    plain = [dict(parts_of(department_book(book))) for book in books]
    made: dict[tuple[Any, ...], Stamp] = {}
    for book, parts in zip(reversed(books), reversed(plain), strict=True):
        layout, figures = layout_of(book), figures_of(book)
        key = (bool(book.fingerprint), any(row.note for row in figures.rows), *layout_key(book))
        made[key] = made.get(key) or Stamp(layout, figures, parts, book.fingerprint)
        yield book, dict(parts_of(made[key].filled(book, figures))), parts
        assert made[key].live.formulas == written_formulas(package(packed(*part) for part in parts.items()))


def test_every_part_is_the_plain_one(books: list[DepartmentBook]) -> None:
    statuses = {row.status for book in books for row in book.rows}
    assert statuses >= {Status.SCORED, Status.SELF, Status.MISSING, Status.NOT_APPLICABLE, Status.ZERO_DENOMINATOR}
    assert any(book.steps for book in books)
    assert any(not book.findings for book in books)
    for book, ours, plain in stamped(books):
        assert list(ours) == list(plain)
        assert {name for name, part in ours.items() if part != plain[name]} == set(), book.department


# --- contents that nobody expects ----------------------------------------------------------------------------------------

ALPHABET = st.characters() | st.sampled_from("\t\n\r\x0b\x1f\ud800\ufffe\xa0 &<>\"'_x局；%{}$")
TEXTS = (
    st.text(ALPHABET, max_size=12)
    | st.sampled_from(HOSTILE)
    | st.sampled_from(("", " 两头空 ", "<r>富</r>", "_x000D_", "%s", "&amp;", "评分表", "得分", "字" * 900, "—"))
)
NUMBERS = (
    st.floats(allow_infinity=False)
    | st.sampled_from((math.nan, 0.0, -0.0, 74.18000000000001, 0.1 + 0.2, 1e300, -1e-300, 5e-324, 2.0**63, 68 / 60))
    | st.floats(0, 20).map(lambda value: round(value, 2))
)
STATUSES = st.sampled_from([str(status) for status in Status])
CELLS = TEXTS | NUMBERS | st.none() | st.integers()


@st.composite
def other(draw: st.DrawFn, book: DepartmentBook) -> DepartmentBook:
    """A book of the same layout, or one near it, in which all the rest may be anything."""

    def row(one: ScoreRow) -> ScoreRow:
        numbers: dict[str, Any] = {name: draw(NUMBERS) for name in ("value", "score", "low", "high", "own", "gap")}
        missing, others = draw(TEXTS), draw(TEXTS)
        return one._replace(
            **numbers, status=draw(STATUSES), missing=missing, others=others, declared=draw(st.booleans())
        )

    def datum(one: DataRow) -> DataRow:
        texts: dict[str, Any] = {name: draw(TEXTS) for name in ("raw", "form", "file", "sheet", "cell")}
        state = draw(st.sampled_from([str(State.DASH), str(State.NUMBER), "数值"]))
        return one._replace(value=draw(NUMBERS), state=state, **texts)

    def step(one: TotalRow) -> TotalRow:
        base = None if one.base is None else draw(NUMBERS)
        return one._replace(value=draw(NUMBERS), low=draw(NUMBERS), high=draw(NUMBERS), base=base)

    few = draw(st.sets(st.integers(0, len(book.rows) - 1), max_size=6))
    some = draw(st.sets(st.integers(0, len(book.data) - 1), max_size=6))
    return replace(
        book,
        department=draw(TEXTS),
        rows=tuple(row(one) if at in few else one for at, one in enumerate(book.rows)),
        data=tuple(datum(one) if at in some else one for at, one in enumerate(book.data)),
        totals={name: draw(NUMBERS) for name in book.totals},
        steps=tuple(map(step, book.steps)),
        findings=tuple(draw(st.lists(st.tuples(*[CELLS] * len(FINDING)), max_size=3))),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_a_book_holds(books: list[DepartmentBook], data: st.DataObject) -> None:
    base = data.draw(st.sampled_from([books[0], books[3], books[-1]]))
    for book, ours, plain in stamped([data.draw(other(base)), base]):
        assert list(ours) == list(plain)
        assert {name for name, part in ours.items() if part != plain[name]} == set(), book


def test_notes_of_every_kind(samples: list[DepartmentBook]) -> None:
    """Blanks at the ends, characters of XML and control, texts that make rows and notes high."""
    texts = (" 两头空 ", *HOSTILE, "末尾换行\n", "；" * 40, "<&>\"'", "字" * 3_000, "a\t\r\x1fb", "_x000A_")
    for start in range(0, len(texts), 4):
        rows = [row._replace(missing=texts[(start + at) % len(texts)]) for at, row in enumerate(samples[0].rows)]
        for _, ours, plain in stamped([replace(samples[0], rows=tuple(rows)), samples[0]]):
            assert ours == plain


@pytest.mark.parametrize("count", [0, 1, 16, 40, 300])
def test_as_many_findings_as_there_are(samples: list[DepartmentBook], count: int) -> None:
    many = replace(
        samples[0], findings=tuple((f"D01-{at}", *FINDING[1:6], "长" * at, *FINDING[7:]) for at in range(count))
    )
    for _, ours, plain in stamped([many, samples[0]]):
        assert ours == plain


# --- when a stamp is used, and when not ------------------------------------------------------------------------------------


@pytest.fixture
def plainly(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The departments whose books were written the plain way, by a process that has no stamps yet."""
    written: list[str] = []

    def counted(book: DepartmentBook) -> bytes:
        written.append(book.department)
        return department_book(book)

    monkeypatch.setattr(stamps, "department_book", counted)
    monkeypatch.setattr(stamps, "_KNOWN", {})
    return written


def same(content: bytes, book: DepartmentBook) -> bool:
    """Whether the parts of a workbook are those that xlsxwriter wrote, in their order; they are deflated more lightly."""
    return list(parts_of(content).items()) == list(parts_of(department_book(book)).items())


def test_the_third_book_of_a_layout_is_stamped(samples: list[DepartmentBook], plainly: list[str]) -> None:
    books = [replace(samples[0], department=name, fingerprint=f"{ord(name):x}") for name in "甲乙丙丁"]
    made = list(map(stamped_book, books))
    assert plainly == ["甲", "乙"]
    for book, (content, live) in zip(books, made, strict=True):
        assert same(content, book)
        assert live.formulas == written_formulas(content)
    assert len({live.digest for _, live in made}) == 1


def test_another_text_of_the_layout_is_another_layout(samples: list[DepartmentBook], plainly: list[str]) -> None:
    changes: tuple[dict[str, Any], ...] = (
        {},
        {"title": "甲"},
        {"subtitle": "乙"},
        {"fingerprint": ""},
        {"notes": ("丙",)},
        {"levels": {}},
    )
    for _ in range(2):
        for change in changes:
            stamped_book(replace(samples[0], **change))
    assert len(plainly) == 2 * len(changes)
    first, *rest = samples[0].rows
    stamped_book(replace(samples[0], rows=(first._replace(rule=replace(first.rule, full=9.0)), *rest)))
    stamped_book(replace(samples[0], rows=(first._replace(ratio=not first.ratio), *rest)))
    stamped_book(replace(samples[0], rows=(first._replace(decided=True), *rest)))
    assert len(plainly) == 2 * len(changes) + 3


def test_a_stamp_that_errs_is_not_used(
    samples: list[DepartmentBook], plainly: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "book_title", lambda book: f"{book.department} 别的")
    made = [stamped_book(replace(samples[0], department=name))[0] for name in "甲乙丙丁"]
    assert plainly == list("甲乙丙丁")
    assert all(same(one, replace(samples[0], department=name)) for one, name in zip(made, "甲乙丙丁", strict=True))


def test_what_is_unusual_is_written_the_plain_way(samples: list[DepartmentBook], plainly: list[str]) -> None:
    for name in "甲乙丙":
        stamped_book(replace(samples[0], department=name))
    long = replace(samples[0], department="长", findings=((*FINDING[:6], "长" * 40_000, *FINDING[7:]),))
    assert same(stamped_book(long)[0], long)
    error = replace(samples[0], department="错", rows=tuple(row._replace(status="#N/A") for row in samples[0].rows))
    assert same(stamped_book(error)[0], error)
    marked = replace(samples[0], department="印", fingerprint="a&<b")
    assert same(stamped_book(marked)[0], marked)
    assert plainly[2:] == ["长", "错", "印"]
    shapes = Notes((10.0,), "<comment ></comment>", "<v:shape id></v:shape>")
    with pytest.raises(UnusualError):
        shapes.written([(row, 0, "说") for row in range(1, MAX_COMMENTS + 2)], {})
    endless = replace(samples[0], data=tuple(row._replace(value=math.inf) for row in samples[0].data))
    stamp = Stamp(
        layout_of(endless), figures_of(endless), parts_of(department_book(samples[0])), samples[0].fingerprint
    )
    with pytest.raises(UnusualError):
        stamp.filled(endless, figures_of(endless))


def test_only_so_many_layouts_are_remembered(
    samples: list[DepartmentBook], plainly: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "_MOST", 2)
    for title in "甲乙丙丙甲":
        stamped_book(replace(samples[0], title=title))
    assert len(plainly) == 5
    assert len(stamps._KNOWN) == 2


def test_slots_stand_for_figures_in_their_order(samples: list[DepartmentBook]) -> None:
    figures = figures_of(samples[0])
    slots = figures.slots()
    assert [slot.number for slot in slots.flat()] == list(range(len(figures.flat())))
    assert all(isinstance(slot, Slot) for slot in slots.flat())
    assert figures.flat()[slots.rows[2].status.number] == figures.rows[2].status
    assert figures.flat()[slots.data[-1].cell.number] == figures.data[-1].cell
    assert figures.flat()[slots.sums[0].high.number] == figures.sums[0].high
