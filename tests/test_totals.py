"""汇总: sums, intervals, grades and ranks over all departments."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.mapping.library import Library
from converter.scoring.compute import score
from converter.scoring.derivations import Derivations
from converter.scoring.inputs import Inputs
from converter.scoring.ranking import TOTAL_COLUMNS, ranks
from converter.scoring.schemes import Scheme
from converter.scoring.totals import totals_frame
from converter.vocabulary.numbers import State
from tests import oracle
from tests.test_compute import handed_in, inputs_of
from tests.test_oracle import SUINING, SUINING_SELF
from tests.test_schemes import made_scheme, scheme_text

DATA: dict[str, float | State] = {name: float(text) for (name, year), text in SUINING.items() if year == 0}
LAST: dict[str, float | State] = {name: float(text) for (name, year), text in SUINING.items() if year == -1}
OWN: dict[str, float | State] = {name: float(points) for name, points in SUINING_SELF.items()}
BUDGET_BEFORE: dict[str, float | State] = {**LAST, "三公经费预算数": 32.0}


def totals_of(scheme: Scheme, inputs: Inputs) -> pd.DataFrame:
    return totals_frame(score(inputs, scheme), inputs, scheme)


def row_of(
    scheme: Scheme,
    derivations: Derivations,
    data: dict[str, float | State] = DATA,
    own: dict[str, float | State] = OWN,
    last: dict[str, float | State] = LAST,
) -> dict[str, object]:
    """One department's line of 汇总."""
    frame = totals_of(scheme, inputs_of(derivations, handed_in(data, own, last)))
    assert tuple(frame.columns) == TOTAL_COLUMNS
    return {str(key): value for key, value in frame.to_dict("records")[0].items()}


def test_the_published_case(scheme: Scheme, derivations: Derivations) -> None:
    row = row_of(scheme, derivations)
    assert np.isnan(float(str(row.pop("score"))))
    assert row == {
        "department": "甲局0",
        "year": 2019,
        "self_total": 89,
        "self_grade": "良",
        "low": 77,
        "high": 88,
        "grade": "中～良",
        "gap": 1,
        "data_full": 41,
        "data_low": 24,
        "data_high": 35,
        "from_self": 53,
        "deductions": "在职人员控制率、预算控制率",
        "missing": "“三公经费”变动率、政府采购执行率",
        "best": 1,
        "worst": 1,
    }


def test_with_last_years_budget(scheme: Scheme, derivations: Derivations) -> None:
    row = row_of(scheme, derivations, last=BUDGET_BEFORE)
    assert [row[key] for key in ("low", "high", "grade", "gap")] == [82, 88, "良", 1]
    assert [row[key] for key in ("data_full", "data_low", "data_high", "from_self")] == [41, 29, 35, 53]
    assert row["missing"] == "政府采购执行率"


def test_a_score_only_where_both_ends_meet(scheme: Scheme, derivations: Derivations) -> None:
    bought: dict[str, float | State] = {**DATA, "政府采购决算数": 95.0, "政府采购预算数": 100.0}
    row = row_of(scheme, derivations, bought, last=BUDGET_BEFORE)
    assert [row[key] for key in ("score", "low", "high", "grade", "gap", "missing")] == [86, 86, 86, "良", 3, ""]
    assert row["deductions"] == "在职人员控制率、政府采购执行率、预算控制率"


def test_a_self_total_only_where_every_indicator_has_one(scheme: Scheme, derivations: Derivations) -> None:
    for name in SUINING_SELF:
        row = row_of(scheme, derivations, own={**OWN, name: State.BLANK})
        assert np.isnan(float(str(row["self_total"]))), name
        assert row["self_grade"] == ""
        assert np.isnan(float(str(row["gap"])))


def test_data_where_there_is_data_for_what_is_else_taken_over(scheme: Scheme, derivations: Derivations) -> None:
    row = row_of(scheme, derivations, {**DATA, "重点工作考核得分": 300.0, "满意度": 0.85})
    assert [row[key] for key in ("data_full", "data_low", "data_high", "from_self")] == [55, 34.86, 45.86, 39]
    assert [row[key] for key in ("low", "high")] == [73.86, 84.86]


def test_nothing_handed_in(scheme: Scheme, derivations: Derivations) -> None:
    """Every indicator unknown: from nothing to full marks, the shared weight counted once."""
    row = row_of(scheme, derivations, {}, {}, {})
    assert [row[key] for key in ("low", "high", "grade", "data_full", "from_self")] == [0, 100, "差～优", 55, 0]
    assert row["missing"] == "、".join(oracle.WEIGHTS)
    assert row["deductions"] == ""


@pytest.mark.parametrize(
    ("economic", "social", "low", "high"),
    [(8.0, 7.0, 10, 10), (12.0, 0.0, 10, 10), (8.0, State.BLANK, 8, 10), (State.BLANK, State.BLANK, 0, 10)],
)
def test_a_shared_weight_counts_once(
    economic: float | State, social: float | State, low: float, high: float, scheme: Scheme, derivations: Derivations
) -> None:
    row = row_of(scheme, derivations, {}, {"经济效益": economic, "社会效益": social}, {})
    assert row["low"] == low
    assert row["from_self"] == low
    assert row["high"] == 90 + high


def _tenths(count: int) -> str:
    rule = "  指标{0}:\n    path: [一级]\n    full: {1}\n    manual: true\n    text: 某某\n"
    return "".join(rule.format(index, "0.1") for index in range(count)) + rule.format("末", round(100 - count / 10, 1))


@pytest.mark.parametrize("count", [3, 7, 9])
def test_sums_have_no_float_noise(count: int, tmp_path: Path, library: Library, derivations: Derivations) -> None:
    """0.1 + 0.1 + 0.1 is 0.3; the full marks of all weights are 100 exactly."""
    scheme = made_scheme(tmp_path, scheme_text(_tenths(count)), library)
    own: dict[str, float | State] = {rule.name: rule.full for rule in scheme.rules}
    row = row_of(scheme, derivations, {}, own, {})
    assert [row[key] for key in ("score", "low", "high", "self_total", "from_self", "gap")] == [100] * 5 + [0]
    own["指标末"] = 0.0
    row = row_of(scheme, derivations, {}, own, {})
    assert [row[key] for key in ("score", "low", "high", "self_total")] == [count / 10] * 4


def test_the_largest_deductions_first(tmp_path: Path, library: Library, derivations: Derivations) -> None:
    rule = "  {0}:\n    path: [一级]\n    full: 10\n    value: {1} / 编制数\n    bands: [{{from: 0, points: {2}}}]\n    text: 某某\n"
    marks = {"甲": 9, "乙": 2, "丙": 10, "丁": 9, "戊": 0, "己": 5, "庚": 6}
    text = "".join(rule.format(name, "在职人员数", points) for name, points in marks.items())
    scheme = made_scheme(tmp_path, scheme_text(text), library)
    row = row_of(scheme, derivations, {"在职人员数": 1.0, "编制数": 1.0}, {}, {})
    named = str(row["deductions"]).split("、")
    assert named == ["戊", "乙", "己", "庚", "甲"]


def test_only_certain_deductions_are_named(scheme: Scheme, derivations: Derivations) -> None:
    row = row_of(scheme, derivations, {"编制数": 60.0}, {}, {})
    assert row["deductions"] == ""


# ---- grades of intervals --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("low", "high", "grade"),
    [
        (95, 100, "优"),
        (90, 100, "优"),
        (89.99, 90, "良～优"),
        (80, 89.99, "良"),
        (79.99, 80, "中～良"),
        (60, 79, "中"),
        (59.99, 60, "差～中"),
        (0, 59.99, "差"),
        (0.5, 100, "差～优"),
    ],
)
def test_the_grade_of_an_interval(
    low: float, high: float, grade: str, tmp_path: Path, library: Library, derivations: Derivations
) -> None:
    """Two judged indicators: one scored `low`, the other unjudged with what is left up to `high`."""
    unknown = round(high - low, 2)
    rules = f"  甲:\n    path: [一级]\n    full: {100 - unknown}\n    manual: true\n    text: 某某\n"
    if unknown:
        rules += f"  乙:\n    path: [一级]\n    full: {unknown}\n    manual: true\n    text: 某某\n"
    scheme = made_scheme(tmp_path, scheme_text(rules), library)
    row = row_of(scheme, derivations, {}, {"甲": low}, {})
    assert [row[key] for key in ("low", "high", "grade")] == [low, high, grade]


# ---- order and ranks ------------------------------------------------------------------------------------------------
def brute_force(low: Sequence[float], high: Sequence[float]) -> list[tuple[int, int]]:
    """Best = 1 + others whose 下限 > my 上限; worst = 1 + others whose 上限 > my 下限."""
    others = [[other for other in range(len(low)) if other != mine] for mine in range(len(low))]
    return [
        (1 + sum(low[o] > high[mine] for o in rest), 1 + sum(high[o] > low[mine] for o in rest))
        for mine, rest in enumerate(others)
    ]


POINTS = st.one_of(st.integers(0, 4).map(float), st.integers(0, 10_000).map(lambda cents: cents / 100))
INTERVALS = st.lists(st.tuples(POINTS, POINTS).map(sorted), max_size=30)


@given(INTERVALS)
def test_ranks(intervals: list[list[float]]) -> None:
    low, high = [one[0] for one in intervals], [one[1] for one in intervals]
    best, worst = ranks(np.array(low, dtype=np.float64), np.array(high, dtype=np.float64))
    assert list(zip(best.tolist(), worst.tolist(), strict=True)) == brute_force(low, high)


@given(st.lists(POINTS, min_size=1, max_size=30))
def test_certain_scores_rank_as_in_any_contest(points: list[float]) -> None:
    """Without intervals best and worst are equal; ties share a rank, and the next is skipped."""
    low = np.array(points)
    best, worst = ranks(low, low)
    assert best.tolist() == worst.tolist() == [1 + sum(other > mine for other in points) for mine in points]


def test_ranks_by_example() -> None:
    best, worst = ranks(np.array([77.0, 82, 88, 60, 88]), np.array([88.0, 88, 88, 60, 95]))
    assert list(zip(best.tolist(), worst.tolist(), strict=True)) == [(1, 4), (1, 4), (1, 2), (5, 5), (1, 1)]


def test_rows_in_order_of_low_high_and_name(scheme: Scheme, derivations: Derivations) -> None:
    full: dict[str, float | State] = {**OWN, "管理制度健全性": 8.0}
    submissions = [
        handed_in(DATA, OWN, LAST),  # 77–88
        handed_in({}, {}, {}),  # 0–100
        handed_in(DATA, OWN, BUDGET_BEFORE),  # 82–88
        handed_in(DATA, OWN, LAST),  # 77–88
        handed_in(DATA, full, LAST),  # 79–90
    ]
    frame = totals_of(scheme, inputs_of(derivations, *submissions))
    assert frame[["department", "low", "high"]].to_numpy().tolist() == [
        ["甲局2", 82, 88],
        ["甲局4", 79, 90],
        ["甲局0", 77, 88],
        ["甲局3", 77, 88],
        ["甲局1", 0, 100],
    ]
    intervals = frame[["low", "high"]].to_numpy().T.tolist()
    assert list(zip(frame["best"], frame["worst"], strict=True)) == brute_force(*intervals)
