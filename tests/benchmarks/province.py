"""A province to measure with: departments by the hundred thousand, their workbooks links to a few, run without books.

`python -m tests.benchmarks.province [DEPARTMENTS] [FOLDER]` tells the time, the most memory of the parent, of a worker, and of
all processes together at one moment (Linux only), and opens the summary: whether every sheet holds the rows it has to, and
every link leads to a figure of the department that it stands at.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import python_calamine

from tests.conftest import ROOT
from tests.workbooks import basic_data, indicator_table, write_xlsx

MIB = 2**20
#: Different workbooks; every department's are links to one of them.
CONTENTS = 20
#: What a sheet holds of the tables of which a CSV file holds all, with its title, heads and the note below it.
MOST_ROWS = 200_000
ABOVE = 3
BY_CSV = {"指标得分": "scores.csv", "问题清单": "findings.csv", "勾稽核对": "checks.csv", "规范数据": None}
SCRIPT = """
import json, resource, sys, time
from pathlib import Path
from converter.run import Options, run

if __name__ == "__main__":
    started = time.monotonic()
    options = Options(
        (Path(sys.argv[1]),), Path(sys.argv[2]), region="430527", jobs=2, books=False, findings=False, fail_on="never"
    )
    run(options, cached=True)
    most = {name: resource.getrusage(who).ru_maxrss * 1024 for name, who in
            (("parent", resource.RUSAGE_SELF), ("worker", resource.RUSAGE_CHILDREN))}
    print(json.dumps({"seconds": time.monotonic() - started, **most}))
"""


@dataclass(frozen=True)
class Cost:
    """What a run took: seconds, and the most memory (bytes) of the parent, of its largest worker, and of all processes at one
    moment, what they share counted for each (0 where it cannot be told).
    """

    seconds: float
    parent: float
    worker: float
    together: float


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


def output_of(count: int, place: Path) -> Path:
    """Where the output of a run over so many departments lies."""
    return place / f"OUT{count}"


def cost_of(count: int, place: Path) -> Cost:
    """A run over so many departments without books."""
    script = place / "go.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(inbox_of(count, place)), str(output_of(count, place))]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE)
    most, over = [0], threading.Event()
    watching = threading.Thread(target=_watch, args=(process.pid, most, over))
    watching.start()
    told, _ = process.communicate()
    over.set()
    watching.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(**json.loads(told.splitlines()[-1]), together=most[0])


def _watch(process: int, most: list[int], over: threading.Event) -> None:
    while not over.wait(0.25):
        most[0] = max(most[0], sum(_rss(one) for one in _family(process)))


def _family(process: int) -> Iterator[int]:
    """A process and those below it."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in _read(children).split():
            yield from _family(int(child))


def _rss(process: int) -> int:
    """Bytes of memory that a process holds."""
    found = re.search(r"VmRSS:\s+(\d+) kB", _read(Path(f"/proc/{process}/status")))
    return int(found[1]) * 1024 if found else 0


def _read(path: Path) -> str:
    """A file of /proc; "" where its process has ended."""
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def missing_rows(count: int, output: Path) -> list[str]:
    """What is wrong with the sheets of the summary: rows that they should hold and do not."""
    (path,) = output.glob("评分汇总_*.xlsx")
    book, wrong = python_calamine.CalamineWorkbook.from_path(str(path)), []
    wanted = {"汇总": count, "报送情况": count, "来源文件": 2 * count}
    for sheet, name in BY_CSV.items():
        if name:
            wanted[sheet] = _records(output / name)
    for sheet, rows in wanted.items():
        most = MOST_ROWS if sheet in BY_CSV else rows
        height = ABOVE + min(rows, most) + (1 if rows > most else 0)
        found = book.get_sheet_by_name(sheet).height
        wrong += [f"{sheet}：应有 {height} 行，实有 {found} 行"] if found != height else []
    return wrong


def _records(path: Path) -> int:
    """The records of a CSV file, which may have line breaks in their texts."""
    with path.open("rb") as stream:
        quotes = lines = 0
        for line in stream:
            quotes += line.count(b'"')
            lines += quotes % 2 == 0
    return lines - 1


def misleading_links(output: Path) -> tuple[int, list[str]]:
    """How many links 指标得分 has, and those that lead to no figure of the department in their row."""
    (path,) = output.glob("评分汇总_*.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    scores, facts = ([row[1] for row in book.get_sheet_by_name(name).to_python()] for name in ("指标得分", "规范数据"))
    with zipfile.ZipFile(path) as archive:
        sheet = f"xl/worksheets/sheet{book.sheet_names.index('指标得分') + 1}.xml"
        links = re.findall(rb"<hyperlink ref=\"[A-Z]+(\d+)\" location=\"'([^']+)'!A(\d+)\"", archive.read(sheet))
    wrong = [
        f"第 {row.decode()} 行的链接到 {name.decode()} 第 {target.decode()} 行"
        for row, name, target in links
        if name.decode() != "规范数据" or int(target) > len(facts) or scores[int(row) - 1] != facts[int(target) - 1]
    ]
    return len(links), wrong


def main(count: int, place: Path) -> int:
    """Runs, tells, and gives the exit code: 1 where the summary is not as it has to be."""
    place.mkdir(parents=True, exist_ok=True)
    cost = cost_of(count, place)
    output = output_of(count, place)
    print(f"{count} departments: {cost.seconds:.0f} s, {1000 * cost.seconds / count:.1f} ms each")
    for what, most in (("parent", cost.parent), ("largest worker", cost.worker), ("all at once", cost.together)):
        print(f"  {what}: {most / MIB:.0f} MiB")
    for path in sorted(output.iterdir()):
        print(f"  {path.name}: {path.stat().st_size / MIB:.1f} MiB")
    links, misleading = misleading_links(output)
    wrong = [*missing_rows(count, output), *misleading]
    print(f"  {links} links; {'all sheets and links as they have to be' if not wrong else '; '.join(wrong[:20])}")
    return 1 if wrong else 0


if __name__ == "__main__":
    departments = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if len(sys.argv) > 2:
        sys.exit(main(departments, Path(sys.argv[2])))
    with tempfile.TemporaryDirectory(prefix="province-") as folder:
        sys.exit(main(departments, Path(folder)))
