"""What each cause did to a score, by rescoring with one thing swapped: decisions, mappings, the program, edits."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from converter.audit.diff import Difference, compare
from converter.audit.rescoring import schemes_of
from converter.audit.sides import Side, sides_of
from converter.books.readback import Output, Record
from converter.mapping.library import Library
from converter.mapping.roster import Roster

Rows = list[Record]


@pytest.fixture(scope="module")
def side(suining_out: Path) -> Side:
    output = Output(suining_out)
    return sides_of(output, output)[0]


def with_row(rows: Rows, head: str, name: str, **values: str) -> Rows:
    """The rows, one of them (of 2019) with other values."""
    return [{**row, **values} if row[head] == name and row["年度"] == "2019" else row for row in rows]


def rescored(side: Side, indicator: str, points: str, low: str, high: str, **status: str) -> Side:
    """A side on which one indicator has other points, and the total follows."""
    scores = with_row(side.scores, "三级指标", indicator, 得分=points, 下限=points, 上限=points, **status)
    totals = [{**row, "复算下限": low, "复算上限": high} for row in side.totals]
    return replace(side, scores=scores, totals=totals)


def compared(old: Side, new: Side) -> Difference:
    return compare(old, new, Library(), Roster())


def parts(found: Difference, subject: str, column: str) -> dict[str, float]:
    (one,) = [c for c in found.changes if (c.subject, c.column) == (subject, column) and c.kind != "文字"]
    return {part.cause: part.low for part in one.parts}


def test_a_decided_score_is_the_decisions_doing(side: Side) -> None:
    new = rescored(side, "行政效能", "3", "74", "85", 状态="已复核", 计分口径="复核认定")
    found = compared(side, new)
    assert parts(found, "行政效能", "下限") == {"认定": -3}
    assert parts(found, "", "复算下限") == {"认定": -3}
    assert "复核认定" in next(c.cause for c in found.changes if c.subject == "行政效能" and c.column == "得分")
    (status,) = [c for c in found.changes if c.kind == "认定"]
    assert (status.subject, status.column, status.after) == ("行政效能", "状态", "已复核")


def test_a_decision_that_was_taken_back(side: Side) -> None:
    old = rescored(side, "行政效能", "3", "74", "85", 状态="已复核")
    assert parts(compared(old, side), "行政效能", "上限") == {"认定": 3}
    assert parts(compared(old, side), "", "复算上限") == {"认定": 3}


def test_a_corrected_value_is_the_decisions_doing(side: Side) -> None:
    """7.59 corrected to 31: 106.9% of 29, six whole points over, 1 of 7 points left."""
    facts = with_row(side.facts, "字段", "三公经费决算数", 数值="31", 状态="更正")
    new = rescored(replace(side, facts=facts), "“三公经费”控制率", "1", "71", "82")
    found = compared(side, new)
    assert parts(found, "“三公经费”控制率", "得分") == {"认定": -6}
    assert {c.kind for c in found.changes if c.subject == "三公经费决算数"} == {"认定"}


def test_a_field_that_officers_declared_not_applicable_is_their_doing(side: Side) -> None:
    """A decision's fact stands in the 复核记录, beside the blank it speaks of."""
    (blank,) = [r for r in side.facts if r["字段"] == "政府采购决算数" and r["年度"] == "2019"]
    dash = {
        **blank,
        "状态": "不适用",
        "表单": "复核记录",
        "文件": "复核记录.xlsx",
        "工作表": "复核记录",
        "单元格": "E4",
    }
    found = compared(side, replace(side, facts=[dash, *side.facts]))
    assert {c.kind for c in found.changes if c.subject == "政府采购决算数" and c.column == "状态"} == {"认定"}


def same_file(side: Side, **info: str) -> Side:
    facts = with_row(side.facts, "字段", "三公经费决算数", 数值="31")
    new = rescored(replace(side, facts=facts), "“三公经费”控制率", "1", "71", "82")
    return replace(new, info={**side.info, **info})


def test_another_reading_of_the_same_file_is_the_mappings_doing(side: Side) -> None:
    found = compared(side, same_file(side, **{"映射 SHA-256": "0"}))
    assert parts(found, "“三公经费”控制率", "得分") == {"映射": -6}
    (fact,) = [c for c in found.changes if c.subject == "三公经费决算数"]
    assert fact.cause.startswith("文件没有变，映射改变；")


def test_a_new_file_is_data(side: Side) -> None:
    sources = [{**row, "SHA-256": "0"} if "基础" in row["文件"] else row for row in side.sources]
    found = compared(side, replace(same_file(side), sources=sources))
    assert parts(found, "“三公经费”控制率", "得分") == {"数据": -6}


def test_an_edited_sheet_is_an_edit(side: Side) -> None:
    new = replace(same_file(side), edited=frozenset({"评分汇总_2019.xlsx"}))
    assert parts(compared(side, new), "“三公经费”控制率", "得分") == {"手工改动": -6}


@pytest.mark.parametrize(
    ("edited", "cause"), [(frozenset[str](), "程序或映射版本"), (frozenset({"scores.csv"}), "手工改动")]
)
def test_what_nothing_else_explains(side: Side, edited: frozenset[str], cause: str) -> None:
    new = replace(rescored(side, "预算完成率", "3", "75", "86"), edited=edited)
    assert parts(compared(side, new), "预算完成率", "下限") == {cause: -2}
    assert parts(compared(side, new), "", "复算下限") == {cause: -2}


@pytest.mark.parametrize(
    "damage",
    [
        lambda rows: with_row(rows, "字段", "三公经费决算数", 状态="不认识的状态"),
        lambda rows: with_row(rows, "字段", "三公经费决算数", 数值="很多"),
        lambda rows: [{**row, "年度": "某年"} if row["字段"] == "编制数" else row for row in rows],
    ],
    ids=["state", "value", "year"],
)
def test_facts_that_make_no_sense_are_told_and_stop_nothing(side: Side, damage: Callable[[Rows], Rows]) -> None:
    found = compared(side, replace(side, facts=damage(side.facts)))
    assert any(change.kind == "输入数据" for change in found.changes)


def test_blank_zero_and_dash_are_three_things(side: Side) -> None:
    states = ("", "空白"), ("0", "零"), ("", "不适用")
    told = []
    for value, state in states:
        for other, another in states:
            old, new = (
                replace(side, facts=with_row(side.facts, "字段", "政府采购决算数", 数值=v, 状态=s))
                for v, s in ((value, state), (other, another))
            )
            changes = [c for c in compared(old, new).changes if c.subject == "政府采购决算数" and c.kind == "输入数据"]
            told.append(bool(changes) == (state != another))
    assert all(told)


def test_schemes_are_found_by_digest_under_any_name(side: Side) -> None:
    assert schemes_of(Library()).of(side).keys() == set(side.departments)
    assert schemes_of(Library()).of(replace(side, info={})) == {}
