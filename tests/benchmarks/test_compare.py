"""The peers of `make bench` do the same job: their points are ours."""

import shutil
from pathlib import Path

import pytest

from converter.run import Options, run
from tests.benchmarks.compare import NAIVE, WISE, lines, refuse_unequal
from tests.benchmarks.county import hand_in_again, make, write_county
from tests.benchmarks.floor import floor
from tests.benchmarks.peers import main
from tests.outputs import Out

COUNT = 12


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small county; every tenth department prints its accounts in 元."""
    return write_county(tmp_path_factory.mktemp("county") / "收件箱", COUNT)


@pytest.fixture(scope="module")
def out(inbox: Path) -> Path:
    folder = inbox.with_name("OUT")
    run(Options((inbox,), folder, region="430527", fail_on="never"))
    return folder


def test_both_peers_give_our_points(inbox: Path, out: Path, tmp_path: Path) -> None:
    for way in ("naive", "wise"):
        points = main(way, inbox, tmp_path / way)
        assert len(points) == COUNT
        refuse_unequal(out, points)


def test_other_points_end_the_comparison(out: Path) -> None:
    with pytest.raises(SystemExit, match="在职人员控制率"):
        refuse_unequal(out, {"示例县第00001局": {"在职人员控制率": -1.0}})


def test_the_county_was_read_as_it_was_made(out: Path) -> None:
    facts = {(r["部门"], r["字段"]): r["数值"] for r in Out(out).facts if r["采用"] == "是" and r["年度"] == "2019"}
    for made in map(make, range(1, COUNT + 1)):
        assert float(facts[made.name, "公用经费决算数"]) == made.running[2]
        assert float(facts[made.name, "本年支出合计决算数"]) == made.spent
        assert float(facts[made.name, "在职人员数"]) == made.staff
    assert not [row for row in Out(out).findings if row["级别"] == "错误"]


def test_the_floor_and_the_ratios(inbox: Path, out: Path) -> None:
    assert 0 < floor(inbox, out) < 60
    median = {"ours": 2.0, "floor": 1.0, "wise": 6.0, "naive": 20.0, "unchanged": 0.1, "changed": 0.5}
    shown = lines(median, COUNT)
    assert f"naive / ours 10.00 (wanted ≥ {NAIVE})" in shown
    assert f"wise / ours  3.00 (wanted ≥ {WISE})" in shown
    assert shown[-2:] == ["unchanged / ours 5.0% (wanted ≤ 10%)", "changed / ours 25.0% (wanted ≤ 20%)"]


def test_one_department_in_a_hundred_hands_in_again(inbox: Path, out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "收件箱"
    shutil.copytree(inbox, copy)
    (path,) = hand_in_again(copy, COUNT, 3)
    changed = {file.name for file in copy.iterdir() if file.read_bytes() != (inbox / file.name).read_bytes()}
    assert changed == {path.name}
    run(Options((copy,), tmp_path / "OUT", region="430527", fail_on="never"))
    other = {row["部门"] for row in Out(tmp_path / "OUT").facts if row not in Out(out).facts}
    assert other == {make(3).name}
