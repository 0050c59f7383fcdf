"""勾稽核对: J01–J05, J07, J08 — agreeing, within rounding, failing, and not run for a stated reason."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from converter.mapping.facts import Document
from converter.mapping.library import Library
from converter.reading import read_file
from converter.scoring.checks import CHECK_COLUMNS, Checks, load_checks
from converter.scoring.crosscheck import crosscheck
from converter.scoring.derivations import Derivations
from converter.vocabulary.findings import ConfigurationError, Finding, Level, Owner
from converter.vocabulary.numbers import State
from tests.test_frames import JC, Z01, document
from tests.test_inputs import alone, inputs_of
from tests.workbooks import basic_data, write_xlsx

BLANK, DASH = State.BLANK, State.DASH
AGREES, ROUNDING, FAIL, NOT_RUN = "通过", "舍入误差内", "不符", "未核对"
Row = dict[str, object]
#: Runs every check over one department's documents: rows by code, and the findings.
Run = Callable[..., tuple[dict[str, list[Row]], list[Finding]]]


@pytest.fixture(scope="module")
def run(checks: Checks, derivations: Derivations) -> Run:
    def over(*documents: Document) -> tuple[dict[str, list[Row]], list[Finding]]:
        crossed = crosscheck(checks, alone(derivations, *documents), [])
        rows: dict[str, list[Row]] = {}
        for result in crossed.results:
            rows.setdefault(result.key, []).append(dict(zip(CHECK_COLUMNS, result.row(), strict=True)))
        return rows, crossed.findings

    return over


def outcome(rows: dict[str, list[Row]], code: str) -> tuple[object, object]:
    """Outcome and reason of the only comparison of a check."""
    (row,) = rows[code]
    return row["outcome"], row["reason"]


def codes(findings: list[Finding]) -> list[tuple[str, Level]]:
    return [(found.code, found.level) for found in findings]


Amount = float | State


def three(total: Amount, car: Amount, abroad: Amount, reception: Amount, *, at: int = 0) -> Document:
    names = ("三公经费预算数", "公务用车费预算数", "因公出国境费预算数", "公务接待费预算数")
    return document(JC, *zip(names, (total, car, abroad, reception), strict=True), at=at)


def projects(total: Amount, business: Amount, operation: Amount, *listed: Amount) -> Document:
    rows = [("项目支出决算数", total), ("业务工作专项决算数", business), ("运行维护专项决算数", operation)]
    return document(JC, *rows, *(("其他专项决算数", amount) for amount in listed))


def office(total: Amount, *parts: Amount) -> Document:
    names = ("办公经费决算数", "水电差旅费决算数", "会议培训费决算数")
    return document(JC, ("公用经费决算数", total), *zip(names, parts, strict=True))


def staff(quota: Amount, actual: Amount, printed: str, rate: Amount) -> Document:
    made = document(JC, ("编制数", quota), ("在职人员数", actual), ("在职人员控制率填报数", rate))
    *others, last = made.facts
    made.facts = [*others, last._replace(raw=printed, unit="比率")]
    return made


# ---- J01, J02: a total and its parts --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("total", "wanted", "level"),
    [
        (29.0, AGREES, None),
        (0.3 - 0.1 + 28.8, AGREES, None),
        (29.01, ROUNDING, Level.NOTE),
        (29.02, ROUNDING, Level.NOTE),
        (28.98, ROUNDING, Level.NOTE),
        (29.03, FAIL, Level.ERROR),
        (28.97, FAIL, Level.ERROR),
        (0.0, FAIL, Level.ERROR),
    ],
)
def test_j01(total: float, wanted: str, level: Level | None, run: Run) -> None:
    """r(3) = 0.005 × 4 = 0.02 万元."""
    rows, findings = run(three(total, 8.0, 0.0, 21.0))
    assert outcome(rows, "J01") == (wanted, "")
    assert rows["J01"][0]["tolerance"] == 0.02
    assert codes(findings) == ([("J01", level)] if level else [])


@pytest.mark.parametrize(
    ("parts", "wanted", "reason"),
    [
        ((8.0, BLANK, 21.0), AGREES, ""),
        ((8.0, DASH, 21.01), ROUNDING, ""),
        ((8.0, BLANK, BLANK), NOT_RUN, "缺少数据"),
        ((8.0, BLANK, 20.0), NOT_RUN, "缺少数据"),
        ((8.0, State.ERROR, 20.0), NOT_RUN, "缺少数据"),
        ((BLANK, BLANK, BLANK), NOT_RUN, "一边没有数据"),
        ((8.0, BLANK, 25.0), FAIL, ""),
    ],
)
def test_j01_with_a_missing_part(parts: tuple[Amount, Amount, Amount], wanted: str, reason: str, run: Run) -> None:
    """Not run unless the rest already reach the total; what has gone beyond it cannot come back."""
    rows, findings = run(three(29.0, *parts))
    assert outcome(rows, "J01") == (wanted, reason)
    levels = {ROUNDING: [Level.NOTE], FAIL: [Level.ERROR]}.get(wanted, [])
    assert [found.level for found in findings if found.code == "J01"] == levels


def test_j01_without_a_total(run: Run) -> None:
    rows, findings = run(three(BLANK, 8.0, 0.0, 21.0))
    assert outcome(rows, "J01") == (NOT_RUN, "一边没有数据")
    assert findings == []


def test_j01_for_each_basis_and_year(run: Run) -> None:
    """The 预算数 and 决算数 of this year, the 决算数 of the last: every numeric column of the form."""
    last = document(JC, ("三公经费决算数", 16.14), ("公务用车费决算数", 8.98), ("因公出国境费决算数", 0.0), at=-1)
    last.facts = [*last.facts, last.facts[0]._replace(field="公务接待费决算数", value=7.16)]
    this = document(JC, ("三公经费决算数", 7.59), ("公务用车费决算数", 3.47), ("因公出国境费决算数", 0.0))
    this.facts = [*this.facts, this.facts[0]._replace(field="公务接待费决算数", value=4.0)]
    rows, findings = run(three(29.0, 8.0, 0.0, 21.0), this, last)
    assert [(row["year"], row["left"], row["outcome"]) for row in rows["J01"]] == [
        (2019, 29.0, AGREES),
        (2019, 7.59, FAIL),
        (2018, 16.14, AGREES),
    ]
    assert codes(findings) == [("J01", Level.ERROR)]


@pytest.mark.parametrize(("total", "wanted"), [(8.0, AGREES), (8.02, ROUNDING), (8.03, FAIL)])
def test_j02(total: float, wanted: str, run: Run) -> None:
    names = ("公务用车费预算数", "公务用车购置费预算数", "公务用车运行维护费预算数")
    rows, findings = run(document(JC, *zip(names, (total, 0.0, 8.0), strict=True)))
    assert outcome(rows, "J02") == (wanted, "")
    assert rows["J02"][0]["tolerance"] == 0.02
    assert [found.code for found in findings] == ([] if wanted == AGREES else ["J02"])


@pytest.mark.parametrize(("purchase", "wanted"), [(BLANK, AGREES), (0.0, AGREES), (1.0, FAIL)])
def test_j02_with_a_missing_part(purchase: Amount, wanted: str, run: Run) -> None:
    names = ("公务用车费预算数", "公务用车购置费预算数", "公务用车运行维护费预算数")
    rows, _ = run(document(JC, *zip(names, (8.0, purchase, 8.0), strict=True)))
    assert outcome(rows, "J02")[0] == wanted


# ---- J03: projects, with however many rows are listed ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (projects(745.03, 745.03, BLANK), AGREES),
        (projects(745.03, 700.0, 45.03), AGREES),
        (projects(745.03, 700.0, 20.0, 25.03), AGREES),
        (projects(745.03, 700.0, 20.0, 20.0, 5.03), AGREES),
        (projects(745.03, 700.0, 20.0, 20.0, 5.05), ROUNDING),
        (projects(745.03, 700.0, 45.05), ROUNDING),
        (projects(745.03, 700.0, 20.0, 20.0), FAIL),
        (projects(745.03, 700.0, 20.0, 20.0, 15.0), FAIL),
    ],
)
def test_j03(made: Document, wanted: str, run: Run) -> None:
    rows, findings = run(made)
    assert outcome(rows, "J03") == (wanted, "")
    assert [found.code for found in findings] == ([] if wanted == AGREES else ["J03"])


def test_j03_where_no_rows_are_listed(run: Run) -> None:
    """Nothing listed is nothing missing: 474 is not 300 + 100."""
    rows, findings = run(projects(474.0, 300.0, 100.0))
    assert outcome(rows, "J03") == (FAIL, "")
    assert codes(findings) == [("J03", Level.ERROR)]


def test_j03_counts_the_terms_there_are(run: Run) -> None:
    """r(n), n the number of terms: with two terms 0.04 is more than rounding (0.005 × 3, up to 0.02)."""
    rows, _ = run(projects(400.04, 300.0, 100.0))
    assert outcome(rows, "J03") == (FAIL, "")


def test_j03_with_a_listed_row_that_cannot_be_read(run: Run) -> None:
    """A row that holds something unreadable is no zero: the sum is not known."""
    rows, findings = run(projects(474.0, 300.0, 100.0, 50.0, State.UNREADABLE))
    assert outcome(rows, "J03") == (NOT_RUN, "缺少数据")
    assert findings == []


def test_j03_stays_within_its_form(run: Run) -> None:
    """The account's 项目支出 comes first for scoring; the check is about the 基础数据表 alone."""
    rows, findings = run(projects(745.03, 745.03, BLANK), document(Z01, ("项目支出决算数", 999.0)))
    assert outcome(rows, "J03") == (AGREES, "")
    assert [row["left"] for row in rows["J03"]] == [745.03]
    assert [found.code for found in findings] == ["X03"]


def test_last_years_form_is_not_mixed_in(run: Run) -> None:
    rows, _ = run(three(29.0, 8.0, 0.0, 21.0), document(JC, ("三公经费预算数", 32.0), year=2018))
    assert [row["year"] for row in rows["J01"]] == [2019]


# ---- J04: 其中 -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("parts", "wanted", "reason"),
    [
        ((7.6, 11.23, 2.71), AGREES, ""),
        ((50.0, 20.0, 8.46), AGREES, ""),
        ((50.0, 20.0, 8.48), ROUNDING, ""),
        ((50.0, 20.0, 8.49), FAIL, ""),
        ((50.0, BLANK, 8.0), NOT_RUN, "缺少数据"),
        ((50.0, BLANK, 29.0), FAIL, ""),
        ((BLANK, BLANK, BLANK), NOT_RUN, "一边没有数据"),
    ],
)
def test_j04(parts: tuple[Amount, ...], wanted: str, reason: str, run: Run) -> None:
    """The listed parts must not exceed the total; they need not make it up."""
    rows, findings = run(office(78.46, *parts))
    assert outcome(rows, "J04") == (wanted, reason)
    assert [found.level for found in findings] == {ROUNDING: [Level.NOTE], FAIL: [Level.ERROR]}.get(wanted, [])


# ---- J05: the printed rate ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("printed", "rate", "wanted"),
    [
        ("　113%", 1.13, AGREES),
        ("113.3%", 1.133, AGREES),
        ("113.33％", 1.1333, AGREES),
        ("113.34%", 1.1334, FAIL),
        ("113.4%", 1.134, FAIL),
        ("114%", 1.14, FAIL),
        ("112%", 1.12, FAIL),
        ("1.1333333333 (113%)", 1.1333333333, AGREES),
        ("1.1333", 1.1333, AGREES),
    ],
)
def test_j05(printed: str, rate: float, wanted: str, run: Run) -> None:
    """68 / 60 is 113.333…%; the tolerance is half of the last printed digit."""
    rows, findings = run(staff(60.0, 68.0, printed, rate))
    assert outcome(rows, "J05") == (wanted, "")
    assert codes(findings) == ([("J05", Level.ERROR)] if wanted == FAIL else [])


def test_j05_names_both_rates(run: Run) -> None:
    _, (found,) = run(staff(60.0, 68.0, "114%", 1.14))
    assert "114%" in found.message
    assert "68 ÷ 60 = 113.33%" in found.message
    assert "相差 0.666667 个百分点" in found.message


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (staff(BLANK, 68.0, "113%", 1.13), "缺少数据"),
        (staff(60.0, 68.0, "", BLANK), "缺少数据"),
        (staff(0.0, 68.0, "113%", 1.13), "分母为零"),
    ],
)
def test_j05_not_run(made: Document, reason: str, run: Run) -> None:
    rows, findings = run(made)
    assert outcome(rows, "J05") == (NOT_RUN, reason)
    assert "J05" not in [found.code for found in findings]


# ---- J07, J08: the 预算调整 row --------------------------------------------------------------------------------------
PARTS = (
    ("基本支出年初预算数", 19030.84),
    ("项目支出年初预算数", 474.0),
    ("基本支出全年预算数", 19327.86),
    ("项目支出全年预算数", 745.03),
)


def adjustment(planned: Amount, adjusted: Amount) -> Document:
    return document(JC, ("部门整体支出预算调整预算数", planned), ("部门整体支出预算调整决算数", adjusted))


@pytest.mark.parametrize(
    ("adjusted", "wanted", "level"),
    [
        (20118.43, AGREES, None),
        (20118.42, ROUNDING, Level.NOTE),
        (20118.45, ROUNDING, Level.NOTE),
        (20118.46, FAIL, Level.WARNING),
        (20100.0, FAIL, Level.WARNING),
    ],
)
def test_j07(adjusted: float, wanted: str, level: Level | None, run: Run) -> None:
    """The row's third column less its second is the addition of 568.05; r(3)."""
    rows, findings = run(adjustment(19550.38, adjusted), document(Z01, *PARTS))
    assert outcome(rows, "J07") == (wanted, "")
    assert [(f.code, f.level) for f in findings if f.code == "J07"] == ([("J07", level)] if level else [])


def test_j07_proves_nothing_where_the_addition_comes_from_the_row(run: Run) -> None:
    rows, findings = run(adjustment(19550.38, 20118.42))
    assert outcome(rows, "J07") == (NOT_RUN, "两边由同一数据推算")
    assert [found.code for found in findings] == []


def test_j07_without_the_row(run: Run) -> None:
    rows, _ = run(document(Z01, *PARTS), adjustment(BLANK, 20118.42))
    assert outcome(rows, "J07") == (NOT_RUN, "缺少数据")


@pytest.mark.parametrize(
    ("planned", "wanted", "which"),
    [
        (19504.84, AGREES, "年初预算"),
        (19550.37, AGREES, "年初预算 + 上年结转"),
        (19504.85, ROUNDING, "年初预算"),
        (19550.38, ROUNDING, "年初预算 + 上年结转"),
        (19550.40, FAIL, None),
        (19000.0, FAIL, None),
    ],
)
def test_j08(planned: float, wanted: str, which: str | None, run: Run) -> None:
    """Initial budget, or initial budget with the carry-over; which of them is recorded."""
    account = document(Z01, *PARTS, ("年初结转和结余决算数", 45.53))
    rows, findings = run(adjustment(planned, planned + 568.05), account)
    assert outcome(rows, "J08") == (wanted, "")
    if which is not None:
        assert rows["J08"][0]["what"] == f"部门整体支出预算调整预算数 = {which}"
    levels = {ROUNDING: [Level.NOTE], FAIL: [Level.WARNING]}.get(wanted, [])
    assert [found.level for found in findings if found.code == "J08"] == levels


def test_j08_does_not_know_without_the_carry_over(run: Run) -> None:
    """19550.38 may well be 年初预算 + 上年结转: "neither" cannot be said while one of them is unknown."""
    rows, findings = run(adjustment(19550.38, 20118.42), document(Z01, *PARTS))
    assert outcome(rows, "J08") == (NOT_RUN, "缺少数据")
    assert [found.code for found in findings if found.code == "J08"] == []


def test_j08_agrees_with_one_even_if_the_other_is_unknown(run: Run) -> None:
    rows, _ = run(adjustment(19504.84, 20118.42), document(Z01, *PARTS))
    assert outcome(rows, "J08") == (AGREES, "")


def test_a_way_whose_table_is_absent_decides_nothing(tmp_path: Path, derivations: Derivations) -> None:
    """One of two ways has no figure at all: the other is compared, not left open."""
    (tmp_path / "checks.yaml").write_text(CHECK % ("编制数", "在职人员数, 满意度"), encoding="utf-8")
    crossed = crosscheck(load_checks(Library(tmp_path)), alone(derivations, staff(60.0, 68.0, "", BLANK)), [])
    assert [(one.outcome, one.what) for one in crossed.results if one.key == "J01"] == [(FAIL, "编制数 = 在职人员数")]


# ---- rows and findings ----------------------------------------------------------------------------------------------
def test_a_row_names_both_sides_and_the_difference(run: Run) -> None:
    rows, (found,) = run(three(30.0, 8.0, 0.0, 21.0))
    (row,) = rows["J01"]
    assert row == {
        "code": "J01",
        "department": "甲局",
        "year": 2019,
        "what": "三公经费预算数 = 公务用车费预算数 + 因公出国境费预算数 + 公务接待费预算数",
        "left": 30.0,
        "right": 29.0,
        "difference": 1.0,
        "tolerance": 0.02,
        "outcome": "不符",
        "reason": "",
    }
    assert (found.department, found.year, found.owner) == ("甲局", 2019, Owner.DEPARTMENT)
    assert "30 与 8 + 0 + 21 = 29，相差 1" in found.message
    assert "错" not in found.message
    assert str(found.place) == "基础数据表2019.xlsx!表!B5"
    assert found.subject == "三公经费预算数（2019年）"
    assert found.advice


def test_a_missing_side_is_empty_never_zero(run: Run) -> None:
    """Blank is not 0, in the sheet 勾稽核对 as anywhere."""
    rows, _ = run(three(29.0, BLANK, BLANK, BLANK))
    (row,) = rows["J01"]
    assert row["left"] == 29.0
    assert math.isnan(float(str(row["right"])))
    assert math.isnan(float(str(row["difference"])))


def test_nothing_to_compare_is_said_once(run: Run) -> None:
    rows, findings = run(document(JC, ("政府采购预算数", 10.0)))
    assert {key: [(row["outcome"], row["reason"]) for row in rows[key]] for key in ("J01", "Y02", "K03")} == {
        "J01": [(NOT_RUN, "表中无数")],
        "Y02": [(NOT_RUN, "未报该表")],
        "K03": [(NOT_RUN, "未报该表")],
    }
    assert findings == []


def test_departments_are_checked_one_by_one(checks: Checks, derivations: Derivations) -> None:
    inputs = inputs_of(derivations, 甲局=[three(29.0, 8.0, 0.0, 21.0)], 乙局=[three(30.0, 8.0, 0.0, 21.0)])
    crossed = crosscheck(checks, inputs, [])
    j01 = [(one.department, one.outcome) for one in crossed.results if one.key == "J01"]
    assert j01 == [("甲局", AGREES), ("乙局", FAIL)]
    assert [found.department for found in crossed.findings] == ["乙局"]


@pytest.mark.parametrize(("total", "wanted"), [(161400, AGREES), (161450, FAIL), (161401, FAIL)])
def test_amounts_in_yuan_are_exact(total: int, wanted: str, tmp_path: Path, library: Library, run: Run) -> None:
    """r(n) = 0 when every source is in 元: nothing was rounded, so 50 元 are 50 元."""
    rows = {
        "三公经费": ("", "", total),
        "1、公务用车购置和维护经费": ("", "", 89800),
        "2、出国经费": ("", "", 0),
        "3、公务接待": ("", "", 71600),
    }
    path = write_xlsx(tmp_path / "基础数据表.xlsx", basic_data(rows=rows, unit="单位：元"))
    reading = read_file(path, "基础数据表.xlsx", library.forms, library.dictionary)
    found, _ = run(*reading.documents)
    assert outcome(found, "J01") == (wanted, "")


# ---- checks.yaml ----------------------------------------------------------------------------------------------------
CHECK = """\
reconcile:
  J01:
    title: 某某
    level: 警告
    owner: 财政局
    left: %s
    right: [%s]
    advice: 请核对
"""


def own_checks(folder: Path, left: str, right: str) -> Library:
    (folder / "checks.yaml").write_text(CHECK % (left, right), encoding="utf-8")
    return Library(folder)


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        ("编制数 +", "在职人员数", "公式第"),
        ("编制数", "在职人员数 ** 2", "公式第"),
        ("编制书", "在职人员数", "字段“编制书”不在数据字典中"),
        ("编制数", "在职人数数", "是否为“在职人员数”"),
    ],
)
def test_a_check_that_cannot_be(left: str, right: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_checks(own_checks(tmp_path, left, right))
    assert caught.value.code == "C09"
    assert words in str(caught.value)
    assert "J01" in str(caught.value)
    assert caught.value.place.cell == ("7:13" if left == "编制数" else "6:11")


def test_the_users_check_replaces_the_built_in_one_of_its_code(tmp_path: Path, checks: Checks) -> None:
    merged = load_checks(own_checks(tmp_path, "编制数", "在职人员数"))
    assert merged.reconcile["J01"].left == "编制数"
    assert merged.reconcile["J02"] == checks.reconcile["J02"]
    assert merged.audit == checks.audit


def test_ones_own_audit_keeps_the_numbers_it_does_not_give(tmp_path: Path, checks: Checks) -> None:
    text = "audit:\n  B04: {title: 过于集中, level: 警告, owner: 财政局, settings: {band: 5}, advice: 请抽查}\n"
    (tmp_path / "checks.yaml").write_text(text, encoding="utf-8")
    audit = load_checks(Library(tmp_path)).audit["B04"]
    assert audit.settings == {**checks.audit["B04"].settings, "band": 5}
    assert (audit.level, audit.once) == (Level.WARNING, True)


def test_the_levels_are_those_of_the_catalogue(checks: Checks) -> None:
    """E errors, W warnings (CHECKS.md); S06 is raised to an error when no reading gives the self score."""
    wanted = {
        Level.ERROR: "B01 J01 J02 J03 J04 J05 J09 J09.2 J10 J11 J11.2 J14 J15 K01 K01.2 K02 K02.2 K03 K03.2 K05 K05.2 "
        "K05.3 K05.4 K06 K06.2 K06.3 K06.4 K06.5 K08 K08.2 K08.3 K08.4 K09 K09.2 K09.3 K10 K11 K11.2 K12 K12.2 K12.3 "
        "K12.4 K12.5 K12.6 K13 K14 S01 S02 S03 S11 X01 X05 Y02",
        Level.WARNING: "B02 B03 J06 J07 J08 J12 J13 J14.2 J14.3 K15 K15.2 K15.3 S04 S06 S07 S08 S08.2 S08.3 S09 S12 "
        "S13 S14 X02 X03 X04 X06 Y01 Y06",
        Level.NOTE: "B04 B05 S05 S10 S15 Y03 Y04 Y05",
    }
    everything = {**checks.reconcile, **checks.cells, **checks.audit}
    for level, keys in wanted.items():
        assert sorted(key for key, check in everything.items() if check.level is level) == keys.split()
