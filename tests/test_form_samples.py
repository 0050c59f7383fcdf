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
from tests.make_basic import BASIC, BY_NAME, LISTS
from tests.make_forms import DEPARTMENT, Print, Sample
from tests.make_internal import INTERNAL
from tests.make_published import PUBLISHED
from tests.make_selfscores import SELF_SCORED
from tests.test_locate import page
from tests.workbooks import Grid

SAMPLES = [*BASIC, BY_NAME, *LISTS, *PUBLISHED, *INTERNAL, *SELF_SCORED]
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


#: Samples whose rows from the first to before the last may stand in any order.
SHUFFLED = [
    ("基础数据表", 6, 12),
    ("基础数据表 of seven columns", 16, 23),
    ("公开01 of 2021", 6, 20),
    ("公开02", 8, 15),
    ("公开04", 6, 14),
    ("公开06, split codes", 5, 15),
    ("三公, one item a row", 4, 11),
    ("财决01, sums by function", 6, 20),
    ("财决附03", 5, 24),
    ("指标表, weight before the rule", 4, 8),
]


@settings(max_examples=8, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize(("name", "first", "last"), SHUFFLED)
def test_rows_in_another_order_change_no_value(
    name: str, first: int, last: int, read: Read, data: st.DataObject
) -> None:
    sample = next(sample for sample in SAMPLES if sample.name == name)
    grid = sample.build(Print())
    order = data.draw(st.permutations(range(first, last)))
    place = dict(zip(range(first, last), order, strict=True))
    grid.cells = {(place.get(row, row), column): value for (row, column), value in grid.cells.items()}
    grid.merges = [
        (place.get(top, top), left, place.get(bottom, bottom), right)
        for top, left, bottom, right in grid.merges
        if top == bottom or not first <= top < last
    ]
    found = usable(read(grid))
    assert {key: found[key] for key in sample.expected} == pytest.approx(dict(sample.expected))


# --- names and scopes


@pytest.mark.parametrize("sample", INTERNAL[:11], ids=lambda sample: sample.name)
def test_an_internal_account_is_known_by_the_cut_name_of_its_sheet_alone(sample: Sample, read: Read) -> None:
    grid = sample.build(Print())
    del grid.cells[0, 0]
    grid.cells.pop((1, max(column for _, column in grid.cells)), None)
    assert len(grid.name) <= 31
    document = read(grid)
    assert document.form == sample.form
    assert usable(document) == pytest.approx(dict(sample.expected))


#: What the name of a field of a scope begins with.
PREFIXES = {
    "财政拨款": "财政拨款",
    "一般公共预算财政拨款": "一般公共预算",
    "政府性基金预算财政拨款": "政府性基金",
    "国有资本经营预算财政拨款": "国有资本经营预算",
}


def test_a_figure_of_one_scope_never_fills_a_field_of_another(library: Library) -> None:
    """Fields of all funds have no prefix; those of part of the funds begin with it (财政拨款收入 is a kind of income)."""
    income = {
        f"{fund}收入"
        for fund in ("财政拨款", "一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款")
    }
    counted = {known.name for known in library.dictionary.fields.values() if known.unit in ("个", "人")}
    for form in library.forms:
        for table in form.tables:
            scope = table.scope or form.scope
            for name in set(table.fields()) - counted:
                item = library.dictionary[name].item
                partial = next((p for p in PREFIXES.values() if item.startswith(p) and item not in income), "")
                assert partial == PREFIXES.get(scope, ""), f"{form.form}：{name}（{scope}）"


def test_facts_carry_the_scope_of_their_table(read: Read) -> None:
    sample = next(sample for sample in SAMPLES if sample.name == "公开04")
    scopes = {fact.field: fact.scope for fact in read(sample.build(Print())).facts}
    assert scopes["财政拨款本年支出合计决算数"] == "财政拨款"
    assert scopes["一般公共预算本年支出合计决算数"] == "一般公共预算财政拨款"


def test_every_form_has_a_sample(library: Library) -> None:
    assert {sample.form for sample in SAMPLES} == {form.form for form in library.forms}
