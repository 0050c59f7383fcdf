"""Reading with addresses, merges, guards and the scan for errors costs at most twice what python-calamine alone costs."""

import gc
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import python_calamine

from converter.intake.readers import open_workbook
from tests.benchmarks.corpus import workbooks


def by_calamine(path: Path) -> None:
    """What anyone would write: every value from A1 on, and the merged ranges."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        assert sheet.to_python(skip_empty_area=False)
        assert sheet.merged_cell_ranges


def by_us(path: Path) -> None:
    assert open_workbook(path, path.name).workbook.sheets


def seconds(read: Callable[[Path], None], path: Path) -> float:
    started = time.process_time()
    read(path)
    return time.process_time() - started


def ratio(folder: Path, count: int, repeats: int) -> float:
    """Our time by calamine's: of each workbook the best of `repeats` readings, taken in turns."""
    ours = theirs = 0.0
    for path in list(workbooks(folder, count)):
        gc.collect()
        turns = [(seconds(by_us, path), seconds(by_calamine, path)) for _ in range(repeats)]
        ours, theirs = ours + min(turn[0] for turn in turns), theirs + min(turn[1] for turn in turns)
    print(f"{count} workbooks: {theirs:.2f} s by calamine, {ours:.2f} s by us, {ours / theirs:.2f} ×", file=sys.stderr)
    return ours / theirs


def test_reading_costs_little_more_than_the_values_alone(tmp_path: Path) -> None:
    # A short run on a busy machine: the line is drawn by the long one.
    assert ratio(tmp_path, 30, 7) < 2.5


@pytest.mark.soak
def test_reading_a_thousand_workbooks_costs_at_most_twice_the_values_alone(tmp_path: Path) -> None:
    assert ratio(tmp_path, 1000, 5) <= 2
