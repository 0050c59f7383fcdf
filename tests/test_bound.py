"""Contents of workbooks put aside: they come back equal, and what they have in common comes back as one object."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from converter.books.assemble import department_books
from converter.books.bound import Binder, unbound
from converter.books.contents import DepartmentBook
from converter.mapping.library import Library
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme
from tests.test_assemble import Desk


@pytest.fixture(scope="module")
def books(
    library: Library, scheme: Scheme, checks: Checks, derivations: Derivations, suining_inbox: Path
) -> list[DepartmentBook]:
    desk = Desk(library, scheme, checks, derivations)
    documents = desk.documents(suining_inbox.parent)
    return department_books(desk.renamed(documents, {name: {} for name in "甲乙丙"}), [])


def shown(books: Sequence[DepartmentBook]) -> list[str]:
    """Everything in the books, NaN like any other number."""
    return [repr(book) for book in books]


def test_books_come_back_as_they_were(books: list[DepartmentBook]) -> None:
    assert shown(unbound(Binder().bound(books))) == shown(books)


def test_rules_and_formulas_are_the_same_objects_whoever_bound_them(books: list[DepartmentBook]) -> None:
    binder = Binder()
    one, two, three = (
        unbound(made.bound([book])) for made, book in zip((binder, binder, Binder()), books, strict=True)
    )
    for other in (two, three):
        for mine, theirs in zip(one[0].rows, other[0].rows, strict=True):
            assert mine.rule is theirs.rule
        for row, its in zip(one[0].data, other[0].data, strict=True):
            assert all(a is b for a, b in zip(row.formulas, its.formulas, strict=True))
    assert any(row.formulas for row in one[0].data)
