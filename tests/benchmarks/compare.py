"""`make bench`: the whole job beside the scripts one would write instead and the floor of its own bytes, in turns; then the job
again where nothing has changed, and where one department in a hundred handed in again.

Prints medians and ratios, after the scores of all have been found equal where they overlap. Run as:
python -m tests.benchmarks.compare [-n 1000] [--rounds 3]
"""

import argparse
import csv
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.county import hand_in_again, write_county

#: What the whole job is to reach: at least so many times faster, at most so many times the floor.
NAIVE, WISE, FLOOR = 10, 3, 4
#: What part of its time it is to take at most where nothing, or one in a hundred, has changed.
UNCHANGED, CHANGED = 0.1, 0.2
Points = dict[str, dict[str, float]]


def python(*arguments: str) -> str:
    """What another interpreter prints."""
    done = subprocess.run([sys.executable, "-m", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def ours(inbox: Path, out: Path, *options: str) -> float:
    """Seconds of a cold run, department books on."""
    for path in (out, out.with_name(f".{out.name}.jixiao")):
        shutil.rmtree(path, ignore_errors=True)
    return again(inbox, out, *options)


def again(inbox: Path, out: Path, *options: str) -> float:
    """Seconds of a run over what is there."""
    started = time.perf_counter()
    python("converter", "run", str(inbox), "-o", str(out), "--region", "430527", "--fail-on", "never", "-q", *options)
    return time.perf_counter() - started


def peer(way: str, inbox: Path, out: Path) -> tuple[float, Points]:
    """Seconds of a peer, and the points it gave."""
    started = time.perf_counter()
    printed = python("tests.benchmarks.peers", way, str(inbox), str(out))
    return time.perf_counter() - started, json.loads(printed)


def refuse_unequal(out: Path, points: Points) -> None:
    """Ends with a complaint where a peer's points are not ours."""
    with (out / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        mine = {(row["部门"], row["三级指标"]): float(row["得分"] or "nan") for row in csv.DictReader(file)}
    unequal = [
        f"{who} {name}: {mine[who, name]} and {value}"
        for who, scores in points.items()
        for name, value in scores.items()
        if abs(mine[who, name] - value) > 1e-9
    ]
    if unequal or not points:
        raise SystemExit("not the same scores: " + "; ".join(unequal[:10]))


def measure(count: int, rounds: int, folder: Path) -> dict[str, float]:
    """Median seconds of each contender over `count` departments, taken in turns."""
    inbox, out = write_county(folder / "收件箱", count), folder / "OUT"
    taken: dict[str, list[float]] = {}

    def add(name: str, work: Callable[[], float]) -> None:
        taken.setdefault(name, []).append(work())

    for _ in range(rounds):
        add("ours", lambda: ours(inbox, out))
        add("floor", lambda: float(python("tests.benchmarks.floor", str(inbox), str(out))))
        for way in ("wise", "naive"):
            seconds, points = peer(way, inbox, folder / way)
            refuse_unequal(out, points)
            taken.setdefault(way, []).append(seconds)
    for first in range(1, rounds + 1):
        add("unchanged", lambda: again(inbox, out))
        hand_in_again(inbox, count, first)
        add("changed", lambda: again(inbox, out))
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def lines(median: dict[str, float], count: int) -> list[str]:
    """Medians and ratios as text."""
    own = median["ours"]
    shown = [
        f"{name:9} {seconds:8.2f} s  {1000 * seconds / count:7.2f} ms a department" for name, seconds in median.items()
    ]
    return [
        f"{count} departments = {2 * count} workbooks, medians",
        *shown,
        f"naive / ours {median['naive'] / own:.2f} (wanted ≥ {NAIVE})",
        f"wise / ours  {median['wise'] / own:.2f} (wanted ≥ {WISE})",
        f"ours / floor {own / median['floor']:.2f} (wanted ≤ {FLOOR})",
        f"unchanged / ours {median['unchanged'] / own:.1%} (wanted ≤ {UNCHANGED:.0%})",
        f"changed / ours {median['changed'] / own:.1%} (wanted ≤ {CHANGED:.0%})",
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        print("\n".join(lines(measure(asked.n, asked.rounds, Path(scratch)), asked.n)))
