"""Checks over all departments together: copies, parts and their sum, narrow bands."""

from dataclasses import replace

import pytest

from converter.mapping.departments import Submission
from converter.mapping.library import Library
from converter.mapping.roster import Listed, Roster
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.scoring.ruleset import Rules
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import Finding, Level, Owner
from converter.vocabulary.labels import plain
from converter.vocabulary.numbers import State
from tests.planted import FULL, JC, YEAR, Made, department
from tests.whole import Scored, conclude


class Desk:
    def __init__(self, library: Library, scheme: Scheme, derivations: Derivations, checks: Checks) -> None:
        self.library, self.scheme, self.derivations, self.checks = library, scheme, derivations, checks

    def score(self, *made: Made, roster: Roster | None = None, digests: dict[str, str] | None = None) -> Scored:
        entries = {entry.name: entry for entry in roster.entries} if roster else {}
        submissions: list[Submission] = [one.submission(entries.get(one.name)) for one in made]
        rules = Rules({"": self.scheme}, self.checks, self.derivations, self.library.forms, roster or Roster())
        return conclude(submissions, rules, digests)


@pytest.fixture(scope="module")
def desk(library: Library, scheme: Scheme, derivations: Derivations, checks: Checks) -> Desk:
    return Desk(library, scheme, derivations, checks)


def found(batch: Scored, code: str) -> list[Finding]:
    return [one for one in batch.findings if one.code == code]


def outcomes(batch: Scored, code: str) -> dict[str, tuple[str, str]]:
    rows = batch.checks[batch.checks["code"] == code].to_dict("records")
    return {row["department"]: (row["outcome"], row["reason"]) for row in rows}


# ---- B02 ------------------------------------------------------------------------------------------------------------
def test_different_tables_are_no_copies(desk: Desk) -> None:
    batch = desk.score(department("甲局", 1), department("乙局", 2))
    assert (found(batch, "B02"), outcomes(batch, "B02")) == ([], {"": ("通过", "")})


def test_the_same_figures_under_two_names(desk: Desk) -> None:
    batch = desk.score(department("甲局", 1), replace(department("乙局", 1), own={**FULL, "经济效益": 2}))
    (one,) = found(batch, "B02")
    assert (one.department, one.owner, one.level) == ("乙局", Owner.BUREAU, Level.WARNING)
    assert "“甲局”与“乙局”" in one.message
    assert "基础数据表各数完全相同" in one.message
    assert "2018 年的基础数据表各数完全相同" in one.message
    assert "2018 年的财决01" not in one.message  # one number in it
    assert outcomes(batch, "B02") == {"乙局": ("不符", "与甲局相同")}


def test_one_other_number_is_enough(desk: Desk) -> None:
    other = department("乙局", 1)
    other.basic["会议培训费决算数", YEAR] = 0.01
    other.last_basic["公用经费决算数"] = 1.0
    other.accounts["日常公用经费决算数"] = 1.0
    assert found(desk.score(department("甲局", 1), other), "B02") == []


def test_one_file_under_two_names(desk: Desk) -> None:
    """By its bytes, whatever is read from it."""
    made = department("甲局", 1), department("乙局", 2)
    digests = {f"{one.name}/{JC}_{YEAR}.xlsx": "ab" * 32 for one in made}
    (one,) = found(desk.score(*made, digests=digests), "B02")
    assert "文件完全相同" in one.message
    assert "甲局/基础数据表_2019.xlsx!表" in one.message


def test_three_copies_are_one_finding(desk: Desk) -> None:
    batch = desk.score(*(department(name, 1) for name in ("甲局", "乙局", "丙局")))
    assert [one.department for one in found(batch, "B02")] == ["丙局"]


def test_the_same_self_scores_are_no_copy(desk: Desk) -> None:
    batch = desk.score(replace(department("甲局", 1), own=dict(FULL)), replace(department("乙局", 2), own=dict(FULL)))
    assert found(batch, "B02") == []


# ---- B03 ------------------------------------------------------------------------------------------------------------
def listed(name: str, parent: str = "") -> Listed:
    return Listed(name, name, parent, labels=(plain(name),))


def summed(*parts: Made, name: str = "甲局") -> Made:
    """The sum of some departments."""
    whole = department(name, 9)
    for table in ("basic", "accounts", "last_basic", "last_accounts"):
        tables = [getattr(part, table) for part in parts]
        setattr(whole, table, {key: round(sum(one[key] for one in tables), 2) for key in tables[0]})
    return whole


PARTS = department("甲局本级", 3), department("甲局中心", 4)
FAMILY = Roster([listed("甲局"), listed("甲局本级", "甲局"), listed("甲局中心", "甲局")])


def test_parts_that_add_up(desk: Desk) -> None:
    batch = desk.score(summed(*PARTS), *PARTS, roster=FAMILY)
    assert found(batch, "B03") == []
    assert outcomes(batch, "B03") == {"甲局": ("通过", "")}


@pytest.mark.parametrize(("by", "fires"), [(0.01, False), (-0.01, False), (0.03, True), (-5.0, True)])
def test_parts_that_do_not_add_up(by: float, fires: bool, desk: Desk) -> None:
    """r(2) is 0.02 万元."""
    whole = summed(*PARTS)
    for name in ("政府采购决算数", "政府采购预算数"):
        whole.basic[name, YEAR] = round(float(whole.basic[name, YEAR]) + by, 2)
    findings = found(desk.score(whole, *PARTS, roster=FAMILY), "B03")
    assert bool(findings) is fires
    for one in findings:
        assert (one.department, one.owner) == ("甲局", Owner.BUREAU)
        assert "政府采购决算数：汇总" in one.message
        assert "甲局本级、甲局中心" in one.message
        assert one.place.cell


def test_people_are_counted_exactly(desk: Desk) -> None:
    whole = summed(*PARTS)
    whole.basic["编制数", YEAR] = whole.last_basic["编制数"] = float(whole.basic["编制数", YEAR]) + 1
    (one,) = found(desk.score(whole, *PARTS, roster=FAMILY), "B03")
    assert one.message.startswith("编制数：")


def test_a_part_that_sent_nothing(desk: Desk) -> None:
    batch = desk.score(summed(*PARTS), PARTS[0], roster=FAMILY)
    assert outcomes(batch, "B03") == {"甲局": ("未核对", "下级 甲局中心 没有报表")}


def test_a_department_that_may_not_be_the_sum(desk: Desk) -> None:
    """Two units below it and nothing that says whether its own table includes them."""
    roster = Roster([listed("甲局"), listed("乙站", "甲局"), listed("丙站", "甲局")])
    parts = department("乙站", 3), department("丙站", 4)
    batch = desk.score(department("甲局", 9), *parts, roster=roster)
    assert outcomes(batch, "B03") == {"甲局": ("未核对", "看不出是本级表还是汇总表")}


def test_a_sum_may_hold_more_than_the_parts_that_are_listed(desk: Desk) -> None:
    """甲局（汇总） includes its own level, which has no line: its parts must only not exceed it."""
    roster = Roster([listed("甲局（汇总）"), listed("乙站", "甲局（汇总）"), listed("丙站", "甲局（汇总）")])
    parts = department("乙站", 3), department("丙站", 4)
    more = summed(*parts, department("本级", 5), name="甲局（汇总）")
    assert found(desk.score(more, *parts, roster=roster), "B03") == []
    less = summed(parts[0], name="甲局（汇总）")
    assert [one.department for one in found(desk.score(less, *parts, roster=roster), "B03")] == ["甲局（汇总）"]


# ---- B04, B05 -------------------------------------------------------------------------------------------------------
def scored(*totals: float) -> list[Made]:
    """Departments with these self totals."""
    made = []
    for number, total in enumerate(totals):
        one = department(f"{number}局", number)
        one.own = {**FULL, "资金使用合规性": 16 - (100 - total)}
        made.append(one)
    return made


@pytest.mark.parametrize(
    ("totals", "fires"),
    [((97, 97, 98, 98, 98.5), True), ((97, 97, 98, 98, 99), False), ((97, 97, 98, 98), False)],
)
def test_a_narrow_band(totals: tuple[float, ...], fires: bool, desk: Desk) -> None:
    batch = desk.score(*scored(*totals))
    findings = found(batch, "B04")
    assert bool(findings) is fires
    for one in findings:
        assert (one.department, one.level, one.owner) == ("", Level.NOTE, Owner.BUREAU)
        assert "5 个部门的自评总分都在 97～98.5 分之间" in one.message
    assert outcomes(batch, "B04")[""][0] == ("不符" if fires else "通过" if len(totals) > 4 else "未核对")


def test_points_without_data(desk: Desk) -> None:
    """Two indicators lack their data and are claimed in full."""
    made = scored(90, 92, 94, 96, 98)
    for name in ("政府采购预算数", "公用经费预算数"):
        made[2].basic[name, YEAR] = State.DASH
    batch = desk.score(*made)
    (one,) = found(batch, "B04")
    assert (one.department, one.points) == ("2局", 14)
    made[2].own["公用经费控制率"] = 0
    assert found(desk.score(*made), "B04") == []


def test_two_versions_of_a_table(desk: Desk) -> None:
    made = department("甲局", 1)
    made.second = {"日常公用经费决算数": 1.0}
    batch = desk.score(made, department("乙局", 2))
    assert outcomes(batch, "B05") == {
        "甲局": ("不符", "日常公用经费决算数"),
        "乙局": ("未核对", "只有一个版本"),
    }


# ---- several schemes ------------------------------------------------------------------------------------------------
def test_who_sent_nothing_stands_in_the_table_too(desk: Desk) -> None:
    roster = Roster([listed("甲局"), listed("丙局")])
    batch = desk.score(department("甲局", 1), roster=roster)
    assert outcomes(batch, "B01") == {"甲局": ("通过", ""), "丙局": ("不符", "应报未报")}


def test_copies_are_found_whatever_scheme_scores_them(desk: Desk, library: Library) -> None:
    """Two 类别 with a scheme each: the batch as a whole is asked once."""
    other = Scheme(desk.scheme.document, library.dictionary)
    kinds = {"甲局": "行政", "乙局": "事业"}
    submissions = [
        department(name, 1).submission(Listed(name, kind=kind, labels=(plain(name),))) for name, kind in kinds.items()
    ]
    rules = Rules({"行政": desk.scheme, "事业": other}, desk.checks, desk.derivations, library.forms)
    batch = conclude(submissions, rules)
    assert len(batch.batch.parts) == 2
    (one,) = found(batch, "B02")
    assert one.department == "乙局"
    assert [list(batch.checks["code"]).count(code) for code in ("B02", "B04")] == [1, 1]
    assert list(batch.checks["code"]) == sorted(batch.checks["code"])
