"""How time and memory grow with the departments (make soak): hard-linked workbooks, runs in processes of their own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import python_calamine

from tests.conftest import ROOT
from tests.workbooks import basic_data, indicator_table, write_xlsx

#: Different workbooks; every department's are links to one of them.
CONTENTS = 20
MIB = 2**20
SCRIPT = """
import json, resource, sys, time
from pathlib import Path
from converter.run import Options, run

if __name__ == "__main__":
    started = time.monotonic()
    run(Options((Path(sys.argv[1]),), Path(sys.argv[2]), region="430527", jobs=2, books=False, findings=False, fail_on="never"))
    most = {name: resource.getrusage(who).ru_maxrss * 1024 for name, who in
            (("parent", resource.RUSAGE_SELF), ("worker", resource.RUSAGE_CHILDREN))}
    print(json.dumps({"seconds": time.monotonic() - started, **most}))
"""


@dataclass(frozen=True)
class Cost:
    """What a run took: seconds, and the most memory (bytes) of the parent and of its largest worker."""

    seconds: float
    parent: float
    worker: float


def inbox_of(count: int, place: Path) -> Path:
    """So many departments in folders of their own. Their head lines name nobody, so that the folder does."""
    for number in range(CONTENTS):
        write_xlsx(place / "内容" / f"基础数据表{number}.xlsx", basic_data("", staff=(60, 50 + number, "100%")))
        write_xlsx(place / "内容" / f"指标表{number}.xlsx", indicator_table(""))
    for number in range(count):
        folder = place / f"收件箱{count}" / f"绥宁县示例{number:06}局"
        folder.mkdir(parents=True)
        for form in ("基础数据表", "指标表"):
            os.link(place / "内容" / f"{form}{number % CONTENTS}.xlsx", folder / f"{form}.xlsx")
    return place / f"收件箱{count}"


def cost_of(count: int, place: Path) -> Cost:
    """A run over so many departments without books; its output lies in OUT<count>."""
    script = place / "go.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(inbox_of(count, place)), str(place / f"OUT{count}")]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.soak
def test_ten_times_the_departments_cost_ten_times_as_much(tmp_path: Path) -> None:
    few, many = cost_of(1_000, tmp_path), cost_of(10_000, tmp_path)
    assert many.seconds / 10_000 <= 1.1 * few.seconds / 1_000
    assert (many.parent - few.parent) / 9 <= 12 * MIB
    assert many.worker - few.worker <= 15 * MIB


@pytest.mark.soak
def test_a_hundred_thousand_departments_fit_into_two_gibibytes(tmp_path: Path) -> None:
    cost = cost_of(100_000, tmp_path)
    assert cost.parent < 2 * 2**30
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "OUT100000" / "评分汇总_2019.xlsx"))
    assert book.get_sheet_by_name("汇总").height > 100_000
