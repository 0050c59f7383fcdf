"""Checks of blanks, self scores, totals and the scheme itself: each fires where it should and is silent elsewhere."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from converter.mapping.departments import Submission
from converter.mapping.library import Library
from converter.scoring import audits
from converter.scoring.checks import Checks
from converter.scoring.compute import score
from converter.scoring.crosscheck import audit_typed, crosscheck
from converter.scoring.derivations import Derivations
from converter.scoring.schemechecks import audit_scheme
from converter.scoring.schemes import Scheme
from converter.scoring.totals import totals_frame
from converter.vocabulary.findings import Finding, Level, Owner
from converter.vocabulary.numbers import State
from tests.test_compute import handed_in, inputs_of
from tests.test_frames import JC, Z01, ZB, document
from tests.test_schemes import made_scheme, scheme_text
from tests.test_totals import BUDGET_BEFORE, DATA, LAST, OWN

Amounts = Mapping[str, float | State]
BLANK, DASH = State.BLANK, State.DASH
BUYING: dict[str, float | State] = {"政府采购决算数": BLANK, "政府采购预算数": BLANK}


@pytest.fixture(scope="module")
def audit(scheme: Scheme, derivations: Derivations, checks: Checks) -> "Audit":
    return Audit(scheme, derivations, checks)


class Audit:
    """The audits of one department's data and self scores under a scheme."""

    def __init__(self, scheme: Scheme, derivations: Derivations, checks: Checks) -> None:
        self.scheme, self.derivations, self.checks = scheme, derivations, checks

    def inputs(self, data: Amounts, own: Amounts, last: Amounts) -> list[Finding]:
        inputs = inputs_of(self.derivations, handed_in(data, own, last))
        return audits.audit_inputs(inputs, self.scheme, self.checks)

    def scores(self, data: Amounts, own: Amounts, last: Amounts | None = None) -> list[Finding]:
        inputs = inputs_of(self.derivations, handed_in(data, own, last or {}))
        return audits.audit_scores(score(inputs, self.scheme), inputs, self.checks)

    def totals(self, data: Amounts, own: Amounts, last: Amounts) -> list[Finding]:
        inputs = inputs_of(self.derivations, handed_in(data, own, last))
        totals = totals_frame(score(inputs, self.scheme), inputs, self.scheme)
        return audits.audit_totals(totals, self.scheme, self.checks)


def subjects(findings: list[Finding], code: str) -> list[str]:
    return [found.subject for found in findings if found.code == code]


# ---- the scheme: S01, S04, S10 --------------------------------------------------------------------------------------
def test_the_built_in_scheme(scheme: Scheme, checks: Checks) -> None:
    """One sentence of 8 points on a weight of 5, one year of another table; the weights add up."""
    findings = audit_scheme(scheme, checks)
    assert [(found.code, found.subject) for found in findings] == [
        ("S04", "“三公经费”变动率"),
        ("S10", "重点工作实际完成率"),
    ]
    for found in findings:
        assert (found.department, found.year, found.owner) == ("", 2019, Owner.RULES)
        assert found.place.file == "mappings/schemes/430527/2019.yaml"
        line = int(found.place.cell.split(":")[0])
        assert scheme.document.text.splitlines()[line - 1].strip().startswith("text:")
    assert "分值 5 分，条文写“计8分”" in findings[0].message
    assert "2016" in findings[1].message


JUDGED = "  {0}:\n    path: [{1}]\n    full: {2}\n    manual: true\n    text: {3}\n"
LEVELS = "levels:\n  投入: {full: 40, parts: {配置: 40}}\n  产出: {full: 60, parts: {履职: 25, 效果: 35}}\n"


def weighted(folder: Path, library: Library, *weights: float, levels: str = LEVELS) -> Scheme:
    """Three judged indicators in 投入/配置, 产出/履职 and 产出/效果."""
    paths = ("投入, 配置", "产出, 履职", "产出, 效果")
    rules = "".join(JUDGED.format(f"指标{n}", path, weights[n], "某某") for n, path in enumerate(paths))
    return made_scheme(folder, scheme_text(rules).replace("indicators:", levels + "indicators:"), library)


@pytest.mark.parametrize(
    ("weights", "wanted"),
    [
        ((40, 25, 35), []),
        ((40, 35, 25), ["产出、履职", "产出、效果"]),
        ((40, 25, 34), ["全部指标", "产出", "产出、效果"]),
        ((41, 25, 35), ["全部指标", "投入", "投入、配置"]),
        ((40.1, 24.9, 35), ["投入", "投入、配置", "产出", "产出、履职"]),
    ],
)
def test_s01(weights: tuple[float, ...], wanted: list[str], tmp_path: Path, library: Library, checks: Checks) -> None:
    findings = audit_scheme(weighted(tmp_path, library, *weights), checks)
    assert sorted(subjects(findings, "S01")) == sorted(wanted)
    assert {found.level for found in findings} <= {Level.ERROR}


def test_s01_tenths_that_make_a_hundred(tmp_path: Path, library: Library, checks: Checks) -> None:
    """0.1 + 0.2 + 99.7 is 100."""
    scheme = weighted(tmp_path, library, 0.1, 0.2, 99.7, levels="")
    assert subjects(audit_scheme(scheme, checks), "S01") == []


def test_s01_without_levels_only_the_hundred_counts(tmp_path: Path, library: Library, checks: Checks) -> None:
    scheme = weighted(tmp_path, library, 40, 25, 25, levels="")
    (found,) = audit_scheme(scheme, checks)
    assert (found.code, found.subject) == ("S01", "全部指标")
    assert "合计 90 分，应为 100 分" in found.message


def test_s01_a_level_that_is_not_listed(tmp_path: Path, library: Library, checks: Checks) -> None:
    scheme = weighted(tmp_path, library, 40, 25, 35, levels="levels:\n  投入: {full: 40, parts: {配置: 40}}\n")
    assert subjects(audit_scheme(scheme, checks), "S01") == ["产出", "产出、履职", "产出、效果"]


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("100%计满分，每低于5%扣2分", False),
        ("≦100%，计100分；每超过一个百分点扣0.5分", False),
        ("≦100%，计 8 分；每超过一个百分点扣0.8分", True),
        ("=0，计100分；0-10%（含），计80分", False),
        ("=0，计80分；0-10%（含），计60分", True),
        ("好计120分；一般计60分", True),
    ],
)
def test_s04(text: str, fires: bool, tmp_path: Path, library: Library, checks: Checks) -> None:
    scheme = made_scheme(tmp_path, scheme_text(JUDGED.format("甲", "一级", 100, text)), library)
    assert subjects(audit_scheme(scheme, checks), "S04") == (["甲"] if fires else [])


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("根据绩效办2016年考核分数折算", ["2016"]),
        ("按2019年批复的预算", []),
        ("财预〔2013〕53号规定", []),
        ("2017年、2018年两年平均，2017年为准", ["2017", "2018"]),
        ("合同编号12016年报", []),
    ],
)
def test_s10(text: str, years: list[str], tmp_path: Path, library: Library, checks: Checks) -> None:
    scheme = made_scheme(tmp_path, scheme_text(JUDGED.format("甲", "一级", 100, text)), library)
    found = [found for found in audit_scheme(scheme, checks) if found.code == "S10"]
    assert [year for year in years if any(f"{year} 年" in one.message for one in found)] == years
    assert len(found) == len(years)
    assert {one.level for one in found} <= {Level.NOTE}


# ---- blanks: J12, D06 -----------------------------------------------------------------------------------------------
def test_j12_lists_every_needed_blank_once_a_department(audit: Audit) -> None:
    findings = audit.inputs({**DATA, **BUYING, "编制数": BLANK}, OWN, LAST)
    (found,) = [one for one in findings if one.code == "J12"]
    assert (found.level, found.owner, found.department, found.year) == (Level.WARNING, Owner.DEPARTMENT, "甲局0", 2019)
    assert found.subject == "编制数、政府采购决算数、政府采购预算数"
    assert found.points == 11
    assert found.place.cell
    for name in ("编制数", "政府采购决算数", "政府采购预算数"):
        assert f"{name}（2019年）基础数据表2019.xlsx!表!B" in found.message


@pytest.mark.parametrize(
    "more", [{}, {"运行维护专项决算数": BLANK}, {"政府采购预算数": DASH}, {"政府采购预算数": State.ERROR}]
)
def test_j12_is_silent(more: dict[str, float | State], audit: Audit) -> None:
    """About what scoring does not need, and about what has another reason."""
    assert subjects(audit.inputs({**DATA, **more}, OWN, LAST), "J12") == []


def test_j12_is_silent_where_another_formula_works(audit: Audit) -> None:
    assert subjects(audit.inputs({**DATA, "本年支出合计年初预算数": BLANK}, OWN, LAST), "J12") == []


def test_j12_each_department_for_itself(scheme: Scheme, derivations: Derivations, checks: Checks) -> None:
    submissions = [
        handed_in({**DATA, **BUYING}, OWN, LAST),
        handed_in(DATA, OWN, LAST),
        handed_in({**DATA, **BUYING}, {}, {}),
    ]
    findings = audits.audit_inputs(inputs_of(derivations, *submissions), scheme, checks)
    assert [found.department for found in findings if found.code == "J12"] == ["甲局0", "甲局2"]


def test_d06_inputs_that_no_form_has(audit: Audit) -> None:
    """2019's form has no cell for 2018's budget; 满意度 and 重点工作 have their own way out."""
    findings = audit.inputs({**DATA, **BUYING}, OWN, LAST)
    (found,) = [one for one in findings if one.code == "D06"]
    assert (found.level, found.subject, found.points) == (Level.NOTE, "“三公经费”变动率", 5)
    assert "三公经费预算数（2018年，表中无此栏）" in found.message


def test_d06_is_silent_with_last_years_form(audit: Audit) -> None:
    bought: dict[str, float | State] = {**DATA, "政府采购决算数": 1.0, "政府采购预算数": 1.0}
    assert audit.inputs(bought, OWN, BUDGET_BEFORE) == []


def test_d06_a_form_that_was_not_handed_in(audit: Audit) -> None:
    basic = {
        name: value for name, value in DATA.items() if not name.startswith(("年初", "年末", "基本支出", "项目支出"))
    }
    messages = {one.subject: one.message for one in audit.inputs(basic, OWN, BUDGET_BEFORE) if one.code == "D06"}
    assert "年末结转和结余决算数（2019年，未报该表）" in messages["预算完成率"]
    assert "预算控制率" in messages


# ---- self scores: S02, S06, S07 -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("own", "fires"),
    [(0.0, False), (8.0, False), (4.5, False), (8.01, True), (80.0, True), (-0.5, True), (BLANK, False)],
)
def test_s02(own: float | State, fires: bool, audit: Audit) -> None:
    findings = audit.scores({}, {"管理制度健全性": own})
    assert subjects(findings, "S02") == (["管理制度健全性"] if fires else [])
    for found in findings:
        assert found.level is Level.ERROR
        assert "分值 8 分" in found.message
        assert found.place.file == "指标表2019.xlsx"


@pytest.mark.parametrize(
    ("economic", "social", "fires"), [(4.0, 4.0, False), (4.0, 6.0, False), (6.0, 5.0, True), (10.0, BLANK, False)]
)
def test_s02_of_a_shared_weight(economic: float | State, social: float | State, fires: bool, audit: Audit) -> None:
    findings = audit.scores({}, {"经济效益": economic, "社会效益": social})
    assert subjects(findings, "S02") == (["经济效益、社会效益"] if fires else [])
    assert all("自评合计 11 分" in found.message for found in findings)


@pytest.mark.parametrize(
    ("own", "level"),
    [
        (5.0, None),
        (4.996, None),
        (3.0, Level.WARNING),
        (4.93, Level.WARNING),
        (4.0, Level.ERROR),
        (4.99, Level.ERROR),
        (0.0, Level.ERROR),
        (BLANK, None),
    ],
)
def test_s06_against_the_readings_of_the_steps(own: float | State, level: Level | None, audit: Audit) -> None:
    """预算完成率 99.82%: 5 by whole steps, 3 by started ones, 4.93 in proportion; nothing else is right."""
    findings = audit.scores(DATA, {"预算完成率": own})
    assert [(found.code, found.level) for found in findings] == ([("S06", level)] if level else [])
    for found in findings:
        assert found.subject == "预算完成率"
        assert "复算 5 分" in found.message
    if own == 3.0:
        assert "不足一步按一步" in findings[0].message
    if own == 4.93:
        assert "按比例" in findings[0].message


def test_s06_the_published_case(audit: Audit) -> None:
    """预算控制率: 5 claimed, 4 in every reading."""
    found = [one for one in audit.scores({**DATA, **BUYING}, OWN, LAST) if one.code == "S06"]
    assert [(one.subject, one.level, one.points) for one in found] == [("预算控制率", Level.ERROR, 1)]
    assert "自评 5 分，复算 4 分" in found[0].message


@pytest.mark.parametrize(
    ("own", "level", "words"),
    [
        (2.0, None, ""),
        (3.2, Level.WARNING, "按条文 8 分"),
        (5.0, Level.WARNING, "决算/决算"),
        (4.0, Level.ERROR, "任何口径"),
    ],
)
def test_s06_against_the_text_and_the_other_base(own: float, level: Level | None, words: str, audit: Audit) -> None:
    """+6%: 2 by the weight, 3.2 by the text, 5 on 决算/决算."""
    data: dict[str, float | State] = {"三公经费预算数": 106.0, "三公经费决算数": 7.59}
    last: dict[str, float | State] = {"三公经费预算数": 100.0, "三公经费决算数": 16.14}
    findings = audit.scores(data, {"“三公经费”变动率": own}, last)
    assert [found.level for found in findings] == ([level] if level else [])
    assert [found.code for found in findings] == (["S09" if "决算" in words else "S06"] if level else [])
    assert all(words in found.message for found in findings)


def test_s06_is_silent_where_nothing_was_recomputed(audit: Audit) -> None:
    own: dict[str, float | State] = {"政府采购执行率": 3.0, "管理制度健全性": 3.0, "社会公众或服务对象满意度": 3.0}
    assert subjects(audit.scores(BUYING, own), "S06") == []
    assert subjects(audit.scores({"政府采购决算数": 1.0, "政府采购预算数": 0.0}, own), "S06") == []


@pytest.mark.parametrize(
    ("actual", "budget", "own", "fires"),
    [
        (BLANK, BLANK, 6.0, True),
        (BLANK, 10.0, 6.0, True),
        (DASH, DASH, 0.5, True),
        (BLANK, BLANK, 0.0, False),
        (BLANK, BLANK, BLANK, False),
        (10.0, 10.0, 6.0, False),
        (State.ERROR, 10.0, 6.0, False),
        (10.0, 0.0, 6.0, False),
    ],
)
def test_s07(actual: float | State, budget: float | State, own: float | State, fires: bool, audit: Audit) -> None:
    findings = audit.scores({"政府采购决算数": actual, "政府采购预算数": budget}, {"政府采购执行率": own})
    assert subjects(findings, "S07") == (["政府采购执行率"] if fires else [])
    for found in findings:
        assert (found.level, found.points) == (Level.WARNING, own)
        assert "基础数据表2019.xlsx!表!B" in found.message


def test_s07_is_silent_where_no_form_has_the_cell(audit: Audit) -> None:
    findings = audit.scores({**DATA, **BUYING}, OWN, LAST)
    assert subjects(findings, "S07") == ["政府采购执行率"]


# ---- totals: S13 ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("more", "last", "lines"),
    [
        (BUYING, LAST, ["80"]),
        (BUYING, BUDGET_BEFORE, []),
        ({"政府采购决算数": 1.0, "政府采购预算数": 1.0}, LAST, []),
        ({"编制数": BLANK}, LAST, ["90", "80"]),
    ],
)
def test_s13(more: dict[str, float | State], last: dict[str, float | State], lines: list[str], audit: Audit) -> None:
    """77～88 crosses 80; 82～88 and 83～88 do not; 77～93 crosses 80 and 90."""
    findings = audit.totals({**DATA, **more}, OWN, last)
    assert [found.code for found in findings] == (["S13"] if lines else [])
    for found in findings:
        assert (found.level, found.owner, found.department) == (Level.WARNING, Owner.BUREAU, "甲局0")
        assert all(line in found.message for line in lines)


@pytest.mark.parametrize(
    ("low", "high", "crosses"), [(80, 89.99, False), (79.99, 80, True), (80, 90, True), (59, 59.5, False)]
)
def test_s13_on_the_lines(low: float, high: float, crosses: bool, audit: Audit) -> None:
    inputs = inputs_of(audit.derivations, handed_in(DATA, OWN, LAST))
    totals = totals_frame(score(inputs, audit.scheme), inputs, audit.scheme).assign(low=low, high=high)
    assert bool(audits.audit_totals(totals, audit.scheme, audit.checks)) is crosses


# ---- documents: J13, D07 --------------------------------------------------------------------------------------------
def test_j13_fires_for_a_money_table_without_a_unit(checks: Checks) -> None:
    silent, loud = document(Z01), document(JC)
    loud.unit, loud.unit_named = "万元", False
    last = document(JC, year=2018)
    last.unit, last.unit_named = "万元", False
    findings = audits.audit_documents([(Submission("甲局"), [silent, loud, last])], checks)
    assert [(found.code, found.year, found.subject, str(found.place)) for found in findings] == [
        ("J13", 2019, JC, "基础数据表2019.xlsx!表"),
        ("J13", 2018, JC, "基础数据表2018.xlsx!表"),
    ]
    assert all("按万元推定" in found.message for found in findings)
    assert audits.audit_documents([(Submission("甲局"), [silent])], checks) == []


def test_d07_departments_without_this_years_forms() -> None:
    complete = Submission("甲局", [document(JC), document(ZB), document(Z01)])
    partial = Submission("乙局", [document(JC), document(ZB, year=2018)])
    absent = Submission("丙局", [document(JC, year=2018)])
    used = [(one, one.documents) for one in (complete, partial)]
    findings = audits.audit_submissions([complete, partial, absent], used, 2019, [JC, ZB])
    assert [(found.code, found.department, found.subject) for found in findings] == [
        ("D07", "乙局", ZB),
        ("D07", "丙局", "全部报表"),
    ]
    assert "未评分" in findings[1].message
    assert audits.audit_submissions([complete], used[:1], 2019, [JC, ZB]) == []


def test_levels_owners_and_advice_come_from_the_table(checks: Checks) -> None:
    found = checks.finding("S06", "某某", department="甲局")
    assert (found.level, found.owner, found.advice) == (Level.WARNING, Owner.DEPARTMENT, checks.audit["S06"].advice)
    assert found._replace(level=Level.ERROR).advice == found.advice
    assert checks.finding("J01", "某某").level is Level.ERROR


# ---- S03, S05, S11 --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("stated", "fires", "why"),
    [
        (89.0, False, ""),
        (89.004, False, ""),
        (90.0, True, ""),
        (88.99, True, ""),
        (BLANK, False, "表中没有合计"),
    ],
)
def test_s03(stated: float | State, fires: bool, why: str, audit: Audit) -> None:
    inputs = inputs_of(audit.derivations, handed_in(DATA, {**OWN, "合计": stated}, LAST))
    findings, unrun = audits.audit_sums(inputs, score(inputs, audit.scheme), audit.checks)
    assert subjects(findings, "S03") == (["自评得分合计"] if fires else [])
    assert unrun == ({0: why} if why else {})
    for found in findings:
        assert found.level is Level.ERROR
        assert "之和 89，" in found.message
        assert found.place.cell


def test_s03_waits_for_every_self_score(audit: Audit) -> None:
    own = {name: points for name, points in OWN.items() if name != "行政效能"}
    inputs = inputs_of(audit.derivations, handed_in(DATA, {**own, "合计": 83.0}, LAST))
    findings, unrun = audits.audit_sums(inputs, score(inputs, audit.scheme), audit.checks)
    assert (findings, unrun) == ([], {0: "有指标没有自评得分"})


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("计100分；每超过一个百分点扣0.5分", False),
        ("计100分；每超过一个百分点扣0.3分", True),
        ("计100分；每低于5%扣30分，扣完为止", True),
        ("计100分；每低于5%扣0分", False),
        ("100%计满分，每低于5%扣30分", False),
        ("好计100分；一般计60分", False),
    ],
)
def test_s05(text: str, fires: bool, tmp_path: Path, library: Library, checks: Checks) -> None:
    """Only what the sentence itself prints is compared: its full mark with its own steps."""
    scheme = made_scheme(tmp_path, scheme_text(JUDGED.format("甲", "一级", 100, text)), library)
    findings = [found for found in audit_scheme(scheme, checks) if found.code == "S05"]
    assert [found.subject for found in findings] == (["甲"] if fires else [])
    assert {found.level for found in findings} <= {Level.NOTE}


@pytest.mark.parametrize(
    ("quota", "rate", "told", "fires"),
    [
        (0.0, 1.13, (), True),
        (BLANK, 1.13, (), True),
        (0.0, DASH, (), False),
        (60.0, 1.13, (), False),
        (0.0, 1.13, ("J11", "编制数（2019年）"), False),
        (BLANK, 1.13, ("J12", "在职人员数、编制数"), False),
    ],
)
def test_s11(quota: float | State, rate: float | State, told: tuple[str, ...], fires: bool, audit: Audit) -> None:
    """A ratio is typed although there is nothing to divide by; not told again where the denominator has been told."""
    made = document(JC, ("编制数", quota), ("在职人员数", 68.0), ("在职人员控制率填报数", rate))
    submission = Submission("甲局", [made])
    crossed = crosscheck(audit.checks, inputs_of(audit.derivations, submission), [])
    before = [audit.checks.finding(told[0], "某某", department="甲局0", subject=told[1])] if told else []
    findings = audit_typed(crossed.results, audit.checks, before)
    assert [found.code for found in findings] == (["S11"] if fires else [])
    for found in findings:
        assert "编制数 为零或空缺" in found.message
        assert found.place.cell == "B7"
