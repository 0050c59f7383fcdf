"""A department's 指标表 against the scheme: M05 unknown and M06 absent indicators, M07 weights, M08 sentences."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from converter.mapping.departments import Submission
from converter.mapping.facts import SELF_SCORE, WEIGHT
from converter.mapping.library import Library
from converter.reading import read_file
from converter.scoring.frames import adopt, fact_rows, facts_frame
from converter.scoring.schemes import Scheme
from converter.scoring.selfscores import compare_tables, expected_weights, rename_indicators
from converter.vocabulary.findings import Finding, Level
from tests.test_frames import ZB, document
from tests.test_schemes import made_scheme
from tests.workbooks import INDICATORS, SUINING_SELF, Value, indicator_table, write_xlsx

Rows = list[tuple[Value, ...]]
Compare = Callable[..., list[Finding]]
STAFF, CHANGE, CONTROL = 0, 1, 3  # rows of INDICATORS


@pytest.fixture
def compare(tmp_path: Path, library: Library, scheme: Scheme) -> Compare:
    """Findings about a 指标表 with the given rows and self scores, printed for 2019 as a rule."""

    def through(
        rows: Sequence[Sequence[Value]] = INDICATORS,
        scores: Sequence[Value] = SUINING_SELF,
        year: int = 2019,
        against: Scheme = scheme,
    ) -> list[Finding]:
        path = write_xlsx(tmp_path / "指标表.xlsx", indicator_table(scores=scores, rows=rows))
        documents = [*read_file(path, "甲局/指标表.xlsx", library.forms, library.dictionary).documents]
        for one in documents:
            one.year = year
            one.facts = [fact._replace(year=year) for fact in one.facts]
        used = [(Submission("甲局", documents), documents)]
        facts = adopt(rename_indicators(facts_frame(used), against), library.dictionary).facts
        return compare_tables(fact_rows(facts), used, against)

    return through


def changed(row: int, column: int, value: Value) -> Rows:
    """The county's table with one cell altered."""
    rows = [list(one) for one in INDICATORS]
    rows[row][column] = value
    return [tuple(one) for one in rows]


def briefly(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(found.code, found.subject) for found in findings]


def test_the_countys_own_table_agrees(compare: Compare) -> None:
    """Merged cells, three columns named 分值, a page break, 经济⏎效益: nothing to report."""
    assert compare() == []


@pytest.mark.parametrize(
    ("row", "printed"),
    [
        (STAFF, "1、在职人员控制率"),
        (STAFF, " 在职人员\n控制率 "),
        (CHANGE, "三公经费变动率"),
        (CHANGE, '"三公经费"变动率'),
        (CHANGE, "「三公经费」变动率"),
    ],
)
def test_other_ways_to_print_a_name(row: int, printed: str, compare: Compare) -> None:
    assert compare(changed(row, 4, printed)) == []


def test_m05_an_indicator_that_is_not_in_the_scheme(compare: Compare) -> None:
    findings = compare(changed(STAFF, 4, "财政供养人员控制率"))
    assert briefly(findings) == [("M05", "财政供养人员控制率"), ("M06", "在职人员控制率")]
    unknown, absent = findings
    assert "最接近的是“在职人员控制率”" in unknown.message
    assert (unknown.department, unknown.year, str(unknown.place)) == ("甲局", 2019, "甲局/指标表.xlsx!指标表!I5")
    assert "没有“在职人员控制率”" in absent.message
    assert absent.points == 5


def test_m05_an_alias_of_the_scheme_is_known(
    tmp_path: Path, library: Library, scheme: Scheme, compare: Compare
) -> None:
    value = "    value: 在职人员数 / 编制数\n"
    text = scheme.document.text.replace(value, f"{value}    aliases: [财政供养人员控制率]\n")
    renamed = made_scheme(tmp_path, text, library)
    assert compare(changed(STAFF, 4, "财政供养人员控制率"), against=renamed) == []


def test_the_line_of_totals_is_no_indicator(compare: Compare) -> None:
    total: tuple[Value, ...] = ("合计", 100, None, None, None, None, None, None)
    assert compare([*INDICATORS, total], [*SUINING_SELF, 89]) == []


def test_m06_an_indicator_that_is_not_in_the_table(compare: Compare) -> None:
    findings = compare(INDICATORS[:-1], SUINING_SELF[:-1])
    assert briefly(findings) == [("M06", "社会公众或服务对象满意度")]
    assert (findings[0].points, findings[0].level) == (6, Level.WARNING)


@pytest.mark.parametrize("score", ["\u3000", "", None, "——", "优", "6分左右"])
def test_m06_an_indicator_without_a_self_score(score: Value, compare: Compare) -> None:
    findings = compare(scores=(*SUINING_SELF[:3], score, *SUINING_SELF[4:]))
    assert briefly(findings) == [("M06", "预算控制率")]
    assert "没有自评得分" in findings[0].message
    assert findings[0].place.cell == "I8"


def test_a_self_score_of_nought_is_a_self_score(compare: Compare) -> None:
    assert compare(scores=(0, *SUINING_SELF[1:])) == []


def test_m07_another_weight(compare: Compare) -> None:
    (found,) = compare(changed(CHANGE, 5, 8))
    assert (found.code, found.subject) == ("M07", "“三公经费”变动率")
    assert "分值 8，方案为 5" in found.message
    assert found.place.cell == "F6"


def test_m07_another_weight_of_a_level(compare: Compare) -> None:
    """投入 13 in the province's table of 2015; 履职效益 as 10 + 13."""
    assert briefly(compare(changed(0, 1, 13))) == [("M07", "投入")]
    (found,) = compare(changed(13, 3, 13))
    assert (found.code, found.subject) == ("M07", "履职效益")
    assert "分值 23，方案为 22" in found.message


@pytest.mark.parametrize("printed", [5.0, "5", "５", "5分", "", None])
def test_m07_is_silent_about_the_same_weight_and_about_none(printed: Value, compare: Compare) -> None:
    assert [found for found in compare(changed(CONTROL, 5, printed)) if found.code == "M07"] == []


def test_m08_another_sentence(compare: Compare) -> None:
    """The repaired copies say 计5分 … 扣0.5分: not what this county has issued."""
    text = "“三公经费”变动率≦0,计5分；“三公经费”＞0，每超过一个百分点扣0.5分，扣完为止。"
    (found,) = compare(changed(CHANGE, 6, text))
    assert (found.code, found.subject, found.level) == ("M08", "“三公经费”变动率", Level.WARNING)
    assert found.place.cell == "G6"


@pytest.mark.parametrize(
    "printed",
    [
        "100%计满分， 每低于5%扣2分，\n扣完为止。",
        "１００％计满分，每低于５％扣２分，扣完为止。",
        "",
    ],
)
def test_m08_is_silent_about_blanks_and_widths(printed: str, compare: Compare) -> None:
    assert compare(changed(2, 6, printed)) == []


def test_another_years_table_is_not_compared(compare: Compare) -> None:
    assert compare(changed(CHANGE, 5, 8), year=2018) == []


def test_facts_go_by_the_schemes_names(library: Library, scheme: Scheme) -> None:
    printed = [("三公经费变动率", SELF_SCORE), ("1、预算完成率", WEIGHT), ("生态效益", SELF_SCORE)]
    facts = facts_frame([(Submission("甲局"), [document(ZB, *((name + suffix, 5.0) for name, suffix in printed))])])
    assert [row.field for row in fact_rows(rename_indicators(facts, scheme))] == [
        "“三公经费”变动率·自评得分",
        "预算完成率·分值",
        "生态效益·自评得分",
    ]


def test_expected_weights(scheme: Scheme) -> None:
    weights = expected_weights(scheme)
    assert "社会效益" not in weights
    assert [weights[name] for name in ("投入", "过程", "预算管理", "履职效益", "经济效益")] == [10, 60, 50, 22, 10]
