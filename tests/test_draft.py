"""A printed indicator table as a scheme: the Suining draft against the hand-written scheme, and what stands in a draft."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from converter.drafting.draft import Draft, draft, head_of, table_of
from converter.drafting.layout import Head
from converter.drafting.values import lent
from converter.intake.cells import Workbook
from converter.mapping.documents import Document
from converter.mapping.facts import Reading, read_documents
from converter.mapping.library import Library
from converter.scoring.cases import run_cases
from converter.scoring.compute import score
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme
from tests.test_locate import page
from tests.test_oracle import departments, given
from tests.workbooks import INDICATORS, WIDE, Grid, Value, indicator_table

DEPARTMENTS = 5_000
LIBRARY = Library()
Drafting = Callable[..., tuple[Draft, Scheme]]


@pytest.fixture
def drafting(library: Library, tmp_path: Path) -> Drafting:
    """A sheet as its draft, and the draft as a loaded scheme."""

    def through(grid: Grid, output: str = "430527/2019.yaml", *known: Scheme) -> tuple[Draft, Scheme]:
        reading: Reading = read_documents(Workbook([page(grid).sheet]), "表.xlsx", library.forms, library.dictionary)
        path = tmp_path / output
        table = table_of(reading)
        made = draft(table, head_of(table, path, {"430527": "绥宁县"}), library.dictionary, lent(known))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made.scheme, encoding="utf-8")
        path.with_suffix(".cases.yaml").write_text(made.cases, encoding="utf-8")
        return made, Scheme(Document(path, path.name), library.dictionary)

    return through


def test_the_suining_draft_scores_as_the_scheme_written_by_hand(
    drafting: Drafting, scheme: Scheme, derivations: Derivations
) -> None:
    _, drafted = drafting(indicator_table())
    inputs = given(departments(DEPARTMENTS), derivations)
    by_hand, by_draft = score(inputs, scheme), score(inputs, drafted)
    assert [column.rule.name for column in by_draft] == [column.rule.name for column in by_hand]
    for ours, theirs in zip(by_draft, by_hand, strict=True):
        assert ours.rule.weight == theirs.rule.weight
        for part in ("value", "score", "low", "high", "self_score"):
            np.testing.assert_array_equal(getattr(ours, part), getattr(theirs, part), f"{ours.rule.name} {part}")
        assert (ours.status == theirs.status).all()
        for name, points in ours.others.items():
            np.testing.assert_array_equal(points, theirs.others[name], f"{ours.rule.name} {name}")


def test_the_worked_cases_of_a_draft_come_out_as_they_are_written(drafting: Drafting, derivations: Derivations) -> None:
    made, drafted = drafting(indicator_table())
    results = list(run_cases(drafted, derivations))
    assert len(results) == made.cases.count("- case:") > 80
    assert [line for result in results for line in result.failures] == []


def test_the_head_leaves_to_a_person_what_the_table_does_not_say(drafting: Drafting) -> None:
    made, drafted = drafting(indicator_table(), "本地.yaml")
    assert drafted.file.region.name == "待填"
    assert [mark for mark in made.marks if "请填写" in mark] == [
        "请填写区划代码",
        "请填写地区名称",
        "请填写数据年度",
        "请填写文号",
    ]
    assert made.scheme.count("待人工确认：") == len(made.marks) + sum(len(rule.marks) for rule in made.rules)
    known, scheme = drafting(indicator_table())
    assert scheme.name == "绥宁县 2019（430527）"
    assert [mark for mark in known.marks if "请填写" in mark] == ["请填写文号"]


def test_marks_about_weights_are_written_even_where_no_level_prints_one(drafting: Drafting) -> None:
    rows = [[None if column in (1, 3) else value for column, value in enumerate(row)] for row in INDICATORS[:3]]
    made, drafted = drafting(indicator_table(rows=rows, scores=[1, 1, 1]))
    assert drafted.file.levels == {}
    assert made.marks[-1] == "各指标分值合计 15 分，不是 100 分"
    assert f"# 待人工确认：{made.marks[-1]}" in made.scheme


def test_a_year_in_the_title_is_the_schemes(drafting: Drafting) -> None:
    _, drafted = drafting(indicator_table(title="2021年度部门整体支出绩效评价指标表"), "本地.yaml")
    assert drafted.file.year == 2021
    assert drafted.file.title == "2021年度部门整体支出绩效评价指标表"


def test_every_sentence_is_kept_to_the_letter(drafting: Drafting) -> None:
    _, drafted = drafting(indicator_table())
    printed = [str(row[6] or INDICATORS[11][6]).strip() for row in INDICATORS]
    assert [rule.spec.text for rule in drafted.rules] == printed


def test_the_same_table_gives_the_same_bytes(drafting: Drafting) -> None:
    one, other = (drafting(indicator_table())[0] for _ in range(2))
    assert (one.scheme, one.cases) == (other.scheme, other.cases)


def test_weights_that_do_not_add_up_are_said(drafting: Drafting) -> None:
    rows = [list(row) for row in INDICATORS]
    rows[4][5] = 18
    made, _ = drafting(indicator_table(rows=rows))
    assert "“过程”印的分值是 60 分，其下各指标合计 70 分" in made.marks
    assert "各指标分值合计 110 分，不是 100 分" in made.marks


@pytest.mark.parametrize("sign", ["Q", "W", ""])
def test_lost_signs_leave_the_scores_as_they_are_and_mark_the_row(drafting: Drafting, sign: str) -> None:
    plain, _ = drafting(indicator_table())
    rows = [
        [str(value).replace("≦", sign) if column == 6 and value else value for column, value in enumerate(row)]
        for row in INDICATORS
    ]
    made, _ = drafting(indicator_table(rows=rows))
    for own, theirs in zip(made.rules, plain.rules, strict=True):
        assert [pair for pair in own.keys if pair[0] != "text"] == [pair for pair in theirs.keys if pair[0] != "text"]
    assert [rule.name for rule in made.marked if any("比较符号" in mark for mark in rule.marks)] == [
        "在职人员控制率",
        "“三公经费”变动率",
    ]


CELLS: list[Value] = [
    None,
    WIDE,
    "5",
    5,
    -3,
    "好",
    "每超过1%扣1分",
    "①一，2分；②二，3分。",
    "甲（5分）",
    "A: b # c",
    '"',
    "- x",
    "控制率",
    "100%计满分，每低于5%扣2分",
]


@examples(st.lists(st.lists(st.sampled_from(CELLS), min_size=8, max_size=8), min_size=1, max_size=5))
@settings(max_examples=40)
def test_whatever_the_table_holds_the_draft_loads_and_its_cases_run(rows: list[list[Value]]) -> None:
    library = LIBRARY
    grid = indicator_table(rows=rows, scores=[None] * len(rows))
    grid.merges = []
    reading = read_documents(Workbook([page(grid).sheet]), "表.xlsx", library.forms, library.dictionary)
    if not any(document.lines for document in reading.documents):
        return
    made = draft(table_of(reading), Head("表.xlsx", "指标表"), library.dictionary, {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "2019.yaml"
        path.write_text(made.scheme, encoding="utf-8")
        path.with_suffix(".cases.yaml").write_text(made.cases, encoding="utf-8")
        drafted = Scheme(Document(path, path.name), library.dictionary)
        results = list(run_cases(drafted, Derivations(library.dictionary)))
    assert [line for result in results for line in result.failures] == []
    assert len(drafted.rules) == len(made.rules)
