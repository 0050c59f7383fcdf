"""更正数据, 采用文件, and 不适用 of a field: the new fact points at the record, the forms' facts stay and are not adopted."""

from pathlib import Path

import pandas as pd
import pytest

from converter.scoring.batch import Batch
from tests.records import DEPARTMENT, Review, row, said, score_of, write_record
from tests.workbooks import SUINING_BASIC, BasicRows, basic_data, indicator_table, suining, write_xlsx

FIELD = "公用经费决算数"
FORM = "基础数据表"


def record(tmp_path: Path, *rows: list[object]) -> Path:
    return write_record(tmp_path / "复核.xlsx", rows)


def facts_of(batch: Batch, field: str, year: int = 2019) -> pd.DataFrame:
    facts = batch.facts
    return facts[(facts["field"] == field) & (facts["year"] == year)]


def test_a_corrected_figure_is_adopted_and_the_original_stays(
    tmp_path: Path, review: Review, suining_inbox: Path
) -> None:
    was = facts_of(review(suining_inbox), FIELD)["value"].iloc[0]
    batch = review(suining_inbox, record(tmp_path, row("更正数据", FIELD, was, 60)))
    found = facts_of(batch, FIELD).set_index("state")
    assert list(found.loc["更正", ["value", "adopted", "file", "sheet", "cell", "raw"]]) == [
        60, True, "复核.xlsx", "复核记录", "G3", "60",
    ]  # fmt: skip
    assert list(found.loc["数值", ["value", "adopted"]]) == [was, False]
    assert score_of(batch, "公用经费控制率")["value"] == 60 / facts_of(batch, "公用经费预算数")["value"].iloc[0]
    (note,) = said(batch, "P01")
    assert note.startswith(f"更正数据：{FIELD}（2019年）{was} → 60；理由：按票据核实")


def test_the_unit_of_the_cell_counts(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    was = facts_of(review(suining_inbox), FIELD)["value"].iloc[0]
    batch = review(suining_inbox, record(tmp_path, row("更正数据", FIELD, f"{was}万元", "601234元")))
    assert facts_of(batch, FIELD).set_index("state").loc["更正", "value"] == 60.1234


@pytest.mark.parametrize("was", [None, "表中无此栏"])
def test_a_figure_of_last_year_that_no_form_has(
    tmp_path: Path, review: Review, suining_inbox: Path, was: object
) -> None:
    batch = review(suining_inbox, record(tmp_path, row("更正数据", "三公经费预算数", was, 58, year=2018)))
    assert score_of(batch, "“三公经费”变动率")["score"] == 5
    assert score_of(batch, "“三公经费”变动率")["status"] == "已评分"


@pytest.mark.parametrize("was", [None, "空白", "50", "——"])
def test_an_outdated_correction_is_not_applied(
    tmp_path: Path, review: Review, suining_inbox: Path, was: object
) -> None:
    batch = review(suining_inbox, record(tmp_path, row("更正数据", FIELD, was, 60)))
    assert list(facts_of(batch, FIELD)["state"]) == ["数值"]
    assert len(said(batch, "P02")) == 1


@pytest.mark.parametrize(
    ("field", "decided", "why"),
    [
        ("公用经费实际数", 60, "“公用经费实际数”不在数据字典中，是否为"),
        ("本年追加预算", 60, "是推算的"),
        ("其他专项决算数", 60, "由几行相加"),
        (FIELD, "大约60", "认定值“大约60”不是规范的数字"),
        (FIELD, "60人", "单位“人”与“公用经费决算数”（万元）不符"),
    ],
)
def test_what_cannot_be_corrected_is_refused(
    tmp_path: Path, review: Review, suining_inbox: Path, field: str, decided: object, why: str
) -> None:
    batch = review(suining_inbox, record(tmp_path, row("更正数据", field, None, decided)))
    (message,) = said(batch, "P03")
    assert why in message
    assert batch.facts.equals(review(suining_inbox).facts)


def test_two_corrections_of_one_figure_are_a_conflict(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    rows = [row("更正数据", FIELD, 78.46, value) for value in (60, 61)]
    was = facts_of(review(suining_inbox), FIELD)["value"].iloc[0]
    for content in rows:
        content[4] = was
    batch = review(suining_inbox, record(tmp_path, *rows))
    assert list(facts_of(batch, FIELD)["state"]) == ["数值"]
    assert len(said(batch, "P05")) == 1


def test_a_self_score_can_be_corrected(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    batch = review(suining_inbox, record(tmp_path, row("更正数据", "行政效能·自评得分", 6, 3)))
    assert (score_of(batch, "行政效能")["self_score"], score_of(batch, "行政效能")["score"]) == (3, 3)


def test_a_field_declared_not_applicable(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    was = facts_of(review(suining_inbox), FIELD)["value"].iloc[0]
    batch = review(suining_inbox, record(tmp_path, row("不适用", FIELD, was, None)))
    found = facts_of(batch, FIELD)
    assert list(found["state"]) == ["不适用", "数值"]
    assert not found["adopted"].any()
    assert score_of(batch, "公用经费控制率")["status"] == "缺数"
    assert "填“——” 复核.xlsx!复核记录!G3" in str(score_of(batch, "公用经费控制率")["missing"])


# --- re-sent files ---------------------------------------------------------------------------------------------------


def resent(folder: Path, rows: BasicRows | None = None) -> Path:
    """Suining's files with a second 基础数据表 whose 三公 budget is another."""
    suining(folder)
    other = {**SUINING_BASIC, "三公经费": ("16.14", "31", "7.59")}
    write_xlsx(folder / "基础数据表2.xlsx", basic_data(rows=rows or other))
    return folder


def states(batch: Batch) -> set[tuple[str, str, bool]]:
    found = facts_of(batch, "三公经费预算数")
    return {
        (str(file).rpartition("/")[2], str(state), bool(adopted))
        for file, state, adopted in zip(found["file"], found["state"], found["adopted"], strict=True)
    }


@pytest.mark.parametrize("was", [None, "冲突", "冲突：三公经费预算数 29／31"])
@pytest.mark.parametrize("file", ["基础数据表2.xlsx", f"{DEPARTMENT}/基础数据表2.xlsx", "基础数据表2.xlsx!基础数据表"])
def test_a_decision_settles_which_of_two_files_counts(tmp_path: Path, review: Review, was: object, file: str) -> None:
    inbox = resent(tmp_path / DEPARTMENT)
    assert states(review(inbox)) == {("基础数据表.xlsx", "冲突", False), ("基础数据表2.xlsx", "冲突", False)}
    batch = review(inbox, record(tmp_path, row("采用文件", FORM, was, file)))
    assert states(batch) == {("基础数据表.xlsx", "数值", False), ("基础数据表2.xlsx", "数值", True)}
    adopted = batch.facts[batch.facts["adopted"] & (batch.facts["form"] == FORM)]
    assert set(adopted["file"]) == {f"{DEPARTMENT}/基础数据表2.xlsx"}
    assert said(batch, "D04") == []
    assert score_of(batch, "“三公经费”控制率")["status"] == "已评分"
    assert len(said(batch, "P01")) == 1


def test_one_field_alone_can_be_settled(tmp_path: Path, review: Review) -> None:
    inbox = resent(tmp_path / DEPARTMENT)
    batch = review(inbox, record(tmp_path, row("采用文件", "三公经费预算数", "冲突", "基础数据表2.xlsx")))
    assert states(batch) == {("基础数据表.xlsx", "数值", False), ("基础数据表2.xlsx", "数值", True)}
    assert "基础数据表.xlsx" in {str(file).rpartition("/")[2] for file in batch.facts[batch.facts["adopted"]]["file"]}


def test_the_choice_of_a_file_is_outdated_when_a_figure_has_changed(tmp_path: Path, review: Review) -> None:
    inbox = resent(tmp_path / DEPARTMENT, {**SUINING_BASIC, "三公经费": ("16.14", "32", "7.59")})
    was = "冲突：三公经费预算数 29／31"
    batch = review(inbox, record(tmp_path, row("采用文件", FORM, was, "基础数据表2.xlsx")))
    assert said(batch, "P02")[0].endswith("现为 冲突：三公经费预算数 29／32")
    assert {state for _, state, _ in states(batch)} == {"冲突"}


def test_without_a_conflict_there_is_nothing_to_choose(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    batch = review(suining_inbox, record(tmp_path, row("采用文件", FORM, "冲突", "基础数据表.xlsx")))
    assert said(batch, "P02")[0].endswith("现为 没有冲突")


def test_a_choice_for_all_where_nobody_has_a_conflict_is_said(
    tmp_path: Path, review: Review, suining_inbox: Path
) -> None:
    batch = review(suining_inbox, record(tmp_path, row("采用文件", FORM, "冲突", "基础数据表.xlsx", department="全部")))
    (note,) = said(batch, "P06")
    assert f"没有一个部门的“{FORM}”有冲突" in note


def test_a_file_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path, review: Review) -> None:
    inbox = resent(tmp_path / DEPARTMENT)
    batch = review(inbox, record(tmp_path, row("采用文件", FORM, "冲突", "基础数据表3.xlsx")))
    assert (
        "冲突的是 绥宁县人社局/基础数据表.xlsx!基础数据表、绥宁县人社局/基础数据表2.xlsx!基础数据表"
        in said(batch, "P03")[0]
    )


def test_two_choices_of_a_file_are_a_conflict(tmp_path: Path, review: Review) -> None:
    inbox = resent(tmp_path / DEPARTMENT)
    rows = [
        row("采用文件", FORM, "冲突", "基础数据表.xlsx"),
        row("采用文件", "三公经费预算数", "冲突", "基础数据表2.xlsx"),
    ]
    batch = review(inbox, record(tmp_path, *rows))
    assert {state for _, state, _ in states(batch)} == {"冲突"}
    assert len(said(batch, "P05")) == 1


def test_a_re_sent_indicator_table_is_settled_likewise(tmp_path: Path, review: Review) -> None:
    inbox = suining(tmp_path / DEPARTMENT)
    scores = [0, 5, 5, 5, 8, 7, 6, 6, 14, 5, 8, 4, 4, 3, 6]
    write_xlsx(inbox / "指标表2.xlsx", indicator_table(scores=scores))
    assert score_of(review(inbox), "行政效能")["status"] == "未评"
    batch = review(inbox, record(tmp_path, row("采用文件", "指标表", None, "指标表2.xlsx")))
    assert score_of(batch, "行政效能")["score"] == 3
    assert said(batch, "M07") == []  # a weight printed in two tables is not twice the weight


def test_a_correction_can_settle_a_conflict_too(tmp_path: Path, review: Review) -> None:
    inbox = resent(tmp_path / DEPARTMENT)
    batch = review(inbox, record(tmp_path, row("更正数据", "三公经费预算数", "冲突", 30)))
    assert ("复核.xlsx", "更正", True) in states(batch)
    assert len(said(review(inbox, record(tmp_path, row("更正数据", "三公经费预算数", None, 30))), "P02")) == 1
