"""How time and memory grow with the departments (make soak): hard-linked workbooks, runs in processes of their own."""

from pathlib import Path

import pytest

from tests.benchmarks.province import MIB, cost_of, misleading_links, missing_rows, output_of


@pytest.mark.soak
def test_ten_times_the_departments_cost_ten_times_as_much(tmp_path: Path) -> None:
    few, many = cost_of(1_000, tmp_path), cost_of(10_000, tmp_path)
    assert many.seconds / 10_000 <= 1.1 * few.seconds / 1_000
    assert (many.parent - few.parent) / 9 <= 12 * MIB
    assert many.worker - few.worker <= 15 * MIB


@pytest.mark.soak
def test_a_hundred_thousand_departments_fit_into_two_gibibytes(tmp_path: Path) -> None:
    cost, output = cost_of(100_000, tmp_path), output_of(100_000, tmp_path)
    assert max(cost.parent, cost.together) < 2 * 2**30
    assert missing_rows(100_000, output) == []
    links, wrong = misleading_links(output)
    assert (links > 0, wrong) == (True, [])
