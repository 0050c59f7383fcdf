"""Every sample of every form gives its facts: moved, with rows and columns put in, of another year, in 元."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.intake.cells import Workbook
from converter.mapping.facts import Document, read_documents
from converter.mapping.library import Library
from converter.vocabulary.numbers import USABLE
from tests.make_basic import BASIC, LISTS
from tests.make_forms import DEPARTMENT, Print, Sample
from tests.make_internal import INTERNAL
from tests.make_published import PUBLISHED
from tests.make_selfscores import SELF_SCORED
from tests.test_locate import page
from tests.workbooks import Grid

SAMPLES = [*BASIC, *LISTS, *PUBLISHED, *INTERNAL, *SELF_SCORED]
Read = Callable[[Grid], Document]
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


@pytest.fixture(scope="module")
def read(library: Library) -> Read:
    """The only document of a sheet."""

    def through(grid: Grid) -> Document:
        reading = read_documents(Workbook([page(grid).sheet]), "表.xlsx", library.forms, library.dictionary)
        assert reading.unused == {}
        (document,) = reading.documents
        return document

    return through


def usable(document: Document) -> dict[str | tuple[str, int], float]:
    """Field (of the document's year), or field and years from it → value, of the facts that hold a number."""
    found: dict[str | tuple[str, int], float] = {}
    for fact in document.facts:
        if fact.state in USABLE:
            offset = (fact.year or 0) - (document.year or 0)
            key = fact.field if not offset or not fact.year else (fact.field, offset)
            assert found.setdefault(key, fact.value) == fact.value, f"{fact.field} twice"
    return found


def close(found: dict[str | tuple[str, int], float], expected: object) -> bool:
    assert isinstance(expected, dict)
    same = found.keys() == expected.keys()
    return same and all(math.isclose(found[key], expected[key], abs_tol=1e-9) for key in expected)


@each_sample
def test_a_sample_gives_its_facts_and_nothing_to_complain_of(sample: Sample, read: Read) -> None:
    document = read(sample.build(Print()))
    assert usable(document) == pytest.approx(dict(sample.expected))
    assert (document.form, document.department) == (sample.form, DEPARTMENT)
    assert [item.message for item in document.findings] == []


@each_sample
@pytest.mark.parametrize("year", [2016, 2023])
def test_another_year_is_another_coordinate_and_no_other_value(sample: Sample, year: int, read: Read) -> None:
    document = read(sample.build(Print(year=year)))
    assert document.year == year
    assert usable(document) == pytest.approx(dict(sample.expected))


@each_sample
def test_an_amount_in_yuan_is_the_same_amount(sample: Sample, read: Read) -> None:
    document = read(sample.build(Print(unit="元")))
    assert usable(document) == pytest.approx(dict(sample.expected))


@settings(max_examples=6, deadline=None)
@given(data=st.data())
@each_sample
def test_a_moved_sheet_and_a_row_or_column_put_in_change_no_value(
    sample: Sample, read: Read, data: st.DataObject
) -> None:
    grid = sample.build(Print())
    rows, columns = (max(cell[axis] for cell in grid.cells) + 1 for axis in (0, 1))
    moved = grid.moved(data.draw(st.integers(0, 4)), data.draw(st.integers(0, 6)))
    assert usable(read(moved)) == pytest.approx(dict(sample.expected))
    row = data.draw(st.sampled_from([at for at in range(rows) if at not in heads_of(grid)]), label="row")
    assert usable(read(grid.widened(row, 0))) == pytest.approx(dict(sample.expected))
    column = data.draw(st.integers(0, columns), label="column")
    assert usable(read(grid.widened(column, 1))) == pytest.approx(dict(sample.expected))


def heads_of(grid: Grid) -> range:
    """The rows among which no blank one stands: those of the heads and the one below them."""
    return range(4, 9)
