"""Departments are parted evenly, whatever there are, and the same way when one more comes."""

from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.mapping.departments import Submission
from converter.scoring.ruleset import Rules
from converter.tasks import in_chunks


@dataclass(frozen=True)
class Recorded:
    decisions: Any = None


def lengths(count: int, size: int, jobs: int, rules: Recorded = Recorded()) -> list[int]:
    departments = cast("list[Submission]", list(range(count)))
    chunks = in_chunks(departments, cast("Rules", rules), size, jobs)
    assert [one for chunk in chunks for one in chunk] == departments
    return [len(chunk) for chunk in chunks]


@given(st.integers(0, 5000), st.integers(1, 300), st.integers(1, 16))
def test_no_department_is_lost_and_no_chunk_is_much_larger_than_asked(count: int, size: int, jobs: int) -> None:
    parts = lengths(count, size, jobs)
    assert all(0 < part <= size for part in parts)


@pytest.mark.parametrize(("count", "jobs"), [(1000, 2), (10_000, 2), (1000, 4)])
def test_the_last_rounds_are_of_halves_and_quarters(count: int, jobs: int) -> None:
    parts = lengths(count, 128, jobs)
    assert len(parts) % jobs == 0
    assert max(parts[-2 * jobs :]) <= min(parts[: -3 * jobs]) / 4 + 1
    assert max(parts[-3 * jobs : -2 * jobs]) <= min(parts[: -3 * jobs]) / 2 + 1


def test_where_there_is_work_for_one_round_nothing_is_halved() -> None:
    assert lengths(200, 128, 2) == [100, 100]


def test_few_departments_are_shared_out_where_that_is_worth_it() -> None:
    assert lengths(100, 128, 2) == [50, 50]
    assert lengths(100, 128, 1) == [100]
    assert lengths(60, 128, 8) == [60]


def test_decisions_keep_all_departments_together() -> None:
    assert lengths(1000, 128, 2, Recorded(decisions=object())) == [1000]
