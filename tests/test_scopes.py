"""Last year's figures that are not comparable: no change is computed, and it is said why."""

import math
from pathlib import Path

import pytest

from converter.mapping.departments import Submission
from converter.mapping.facts import Document
from converter.mapping.library import Library
from converter.scoring.batch import Batch, score_batch
from converter.scoring.checks import Checks
from converter.scoring.decisions import load_decisions
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import Level
from tests.planted import JC, YEAR, Made, department
from tests.records import row, write_record

CHANGE = "“三公经费”变动率"


class Desk:
    def __init__(self, library: Library, scheme: Scheme, derivations: Derivations, checks: Checks) -> None:
        self.library, self.scheme, self.derivations, self.checks = library, scheme, derivations, checks

    def score(self, *submissions: Submission) -> Batch:
        return score_batch(submissions, self.scheme, self.checks, self.derivations, self.library.forms)


@pytest.fixture(scope="module")
def desk(library: Library, scheme: Scheme, derivations: Derivations, checks: Checks) -> Desk:
    return Desk(library, scheme, derivations, checks)


def change(batch: Batch) -> dict[str, object]:
    rows = batch.scores[batch.scores["indicator"] == CHANGE].to_dict("records")
    return {str(key): value for key, value in rows[0].items()}


def scoped(document: Document, scope: str) -> None:
    document.facts = [fact._replace(scope=scope) for fact in document.facts]


def table(submission: Submission, year: int) -> Document:
    return next(d for d in submission.documents if d.form == JC and d.year == year)


def test_the_same_scope_is_compared(desk: Desk) -> None:
    batch = desk.score(department("甲局", 3).submission(None))
    assert change(batch)["status"] == "已评分"
    assert [one for one in batch.findings if one.department] == []


@pytest.mark.parametrize(
    ("now", "before", "fires"),
    [
        ("甲局（本级）", "甲局（汇总）", True),
        ("甲局", "甲局（合并）", True),
        ("甲局本级", "甲局", True),
        ("甲局（汇总）", "甲局合并", False),
    ],
)
def test_other_units_are_merged_in(now: str, before: str, fires: bool, desk: Desk) -> None:
    submission = department("甲局", 3).submission(None)
    table(submission, YEAR).department, table(submission, YEAR - 1).department = now, before
    batch = desk.score(submission)
    found = [one for one in batch.findings if one.code == "Y06"]
    assert bool(found) is fires
    row = change(batch)
    assert (row["status"] == "缺数") is fires
    if fires:
        assert found[0].level is Level.WARNING
        assert CHANGE in found[0].message
        assert math.isnan(float(str(row["value"])))
        assert (row["low"], row["high"]) == (0, 5)
        assert "三公经费预算数（2018年）：口径不可比" in str(row["missing"])
        outcomes = batch.checks[batch.checks["code"] == "Y01"]
        assert set(outcomes["outcome"]) == {"未核对"}
        assert "合并范围不同" in outcomes["reason"].iloc[0]


def test_a_figure_of_last_year_that_officers_give_is_compared(desk: Desk, tmp_path: Path) -> None:
    submission = department("甲局", 3).submission(None)
    table(submission, YEAR - 1).department = "甲局（汇总）"
    (was,) = [f.value for f in table(submission, YEAR - 1).facts if (f.field, f.year) == ("三公经费预算数", YEAR - 1)]
    given = row("更正数据", "三公经费预算数", was, was + 1, department="甲局", year=YEAR - 1)
    decisions = load_decisions(write_record(tmp_path / "复核.xlsx", [given]))
    batch = score_batch(
        [submission], desk.scheme, desk.checks, desk.derivations, desk.library.forms, decisions=decisions
    )
    assert change(batch)["status"] == "已评分"
    (found,) = [one for one in batch.findings if one.code == "Y06"]
    assert f"{CHANGE} 不按上年数计算（复核更正的数除外）" in found.message


def test_other_funds_are_counted(desk: Desk) -> None:
    """三公经费 of 一般公共预算 and of 财政拨款 (about 2022)."""
    submission = department("甲局", 3).submission(None)
    scoped(table(submission, YEAR), "财政拨款")
    scoped(table(submission, YEAR - 1), "一般公共预算财政拨款")
    batch = desk.score(submission)
    (found,) = [one for one in batch.findings if one.department]
    assert (found.code, found.subject) == ("Y06", CHANGE)
    assert "上年一般公共预算财政拨款，本年财政拨款" in found.message
    assert change(batch)["status"] == "缺数"
    y02 = batch.checks[batch.checks["code"] == "Y02"]
    assert "资金口径不同" in "".join(y02["reason"])


def test_one_scope_that_is_not_named_breaks_nothing(desk: Desk) -> None:
    submission = department("甲局", 3).submission(None)
    scoped(table(submission, YEAR - 1), "一般公共预算财政拨款")
    assert [one for one in desk.score(submission).findings if one.department] == []


def test_a_restated_figure_is_not_computed_with(desk: Desk) -> None:
    """This year's form gives another 三公 of last year than last year's did: 决算/决算 is not shown."""
    made: Made = department("甲局", 3)
    made.last_basic["三公经费决算数"] = 1.0
    batch = desk.score(made.submission(None))
    (found,) = [one for one in batch.findings if one.department]
    assert (found.code, found.level) == ("Y02", Level.ERROR)
    assert f"{CHANGE} 不按上年数计算" in found.message
    (column,) = [c for c in batch.columns if c.rule.name == CHANGE]
    assert math.isnan(column.others["决算/决算"][0])
    assert column.status[0] == "已评分"
