"""Batch → contents of books and CSV files: file names, order and ranks, what each department's workbook is given."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from converter.books.assemble import department_books
from converter.books.legend import department_notes
from converter.books.overview import book_names, rule_rows, summary_rows
from converter.books.tables import FACT_HEADS, RULE_HEADS, SCORE_HEADS, SUMMARY_HEADS
from converter.mapping.departments import Submission, group
from converter.mapping.facts import SELF_SCORE, Document
from converter.mapping.library import Library
from converter.reading import read_file
from converter.scoring.batch import Batch, score_batch
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input
from converter.scoring.readings import reading_of
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import Finding, Owner, Tally, numbered
from converter.vocabulary.numbers import NAN, State
from tests.whole import csv_of, totals_of

SUINING = "绥宁县人社局"
PURCHASED, PLANNED = "政府采购决算数", "政府采购预算数"
Changes = Mapping[str, float | State]


@dataclass(frozen=True)
class Desk:
    """What a batch is scored with, in this process."""

    library: Library
    scheme: Scheme
    checks: Checks
    derivations: Derivations

    def documents(self, inbox: Path) -> list[Document]:
        """Every document below a folder."""
        paths = sorted(path for path in inbox.rglob("*.xls*"))
        read = [
            read_file(path, path.relative_to(inbox).as_posix(), self.library.forms, self.library.dictionary)
            for path in paths
        ]
        return [document for reading in read for document in reading.documents]

    def batch(self, submissions: Sequence[Submission]) -> Batch:
        """The submissions scored."""
        return score_batch(submissions, self.scheme, self.checks, self.derivations, self.library.forms)

    def grouped(self, inbox: Path) -> Batch:
        """A folder's submissions scored."""
        return self.batch(group(self.documents(inbox), ["绥宁县"]))

    def renamed(self, documents: Sequence[Document], names: Mapping[str, Changes]) -> Batch:
        """The same documents handed in by every one of `names`, with some numbers changed."""
        return self.batch([Submission(name, changed(documents, changes)) for name, changes in sorted(names.items())])


def changed(documents: Sequence[Document], changes: Changes) -> list[Document]:
    """Copies of documents in which fields hold other numbers, or none (a state)."""
    made = copy.deepcopy(list(documents))
    for document in made:
        facts = list(document.facts)
        for index, fact in enumerate(facts):
            if fact.field in changes and (fact.year is None or fact.year == 2019):
                new = changes[fact.field]
                value, state = (NAN, new) if isinstance(new, State) else (new, State.NUMBER if new else State.ZERO)
                facts[index] = fact._replace(value=value, state=state)
        document.facts = facts
    return made


@pytest.fixture(scope="session")
def desk(library: Library, scheme: Scheme, checks: Checks, derivations: Derivations) -> Desk:
    return Desk(library, scheme, checks, derivations)


@pytest.fixture(scope="session")
def documents(desk: Desk, suining_inbox: Path) -> list[Document]:
    return desk.documents(suining_inbox.parent)


#: Departments of which some surely stand above others, some may, and two are equal.
RANKED: dict[str, Changes] = {
    "甲局": {PURCHASED: 20.0, PLANNED: 20.0},
    "乙局": {PURCHASED: 20.0, PLANNED: 20.0, f"管理制度健全性{SELF_SCORE}": 0.0},
    "丙局": {PURCHASED: 20.0, PLANNED: 20.0, f"管理制度健全性{SELF_SCORE}": 0.0},
    "丁局": {},
    "戊局": {f"资金使用合规性{SELF_SCORE}": State.BLANK},
    "己局": {f"资金使用合规性{SELF_SCORE}": 0.0, PURCHASED: 5.0, PLANNED: 20.0},
}


@pytest.fixture(scope="session")
def ranked(desk: Desk, documents: list[Document]) -> Batch:
    return desk.renamed(documents, RANKED)


def records(batch: Batch, findings: Sequence[Finding] = ()) -> list[dict[str, object]]:
    rows = summary_rows(
        totals_of(batch), batch.codes, {s.department: s.kind for s in batch.submissions}, Tally.of(findings), {}
    )
    return [dict(zip(SUMMARY_HEADS, row, strict=True)) for row in rows]


# --- file names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("department", "name"),
    [
        ("绥宁县人社局", "部门/绥宁县人社局_2019.xlsx"),
        ("a/b", "部门/a_b_2019.xlsx"),
        ('a\\b:c*d?"e<f>g|h', "部门/a_b_c_d__e_f_g_h_2019.xlsx"),
        ("..", "部门/__2019.xlsx"),
        ("../../etc/passwd", "部门/_.._etc_passwd_2019.xlsx"),
        (" 甲局. ", "部门/甲局_2019.xlsx"),
        ("CON", "部门/_CON_2019.xlsx"),
        ("nul", "部门/_nul_2019.xlsx"),
        ("com1", "部门/_com1_2019.xlsx"),
        ("绥宁\x0b县\x00", "部门/绥宁_县__2019.xlsx"),
        ("Nan", "部门/Nan_2019.xlsx"),
    ],
    ids=ascii,
)
def test_a_name_that_every_file_system_takes(department: str, name: str) -> None:
    assert book_names([department], 2019) == {department: name}


@pytest.mark.parametrize(
    "departments",
    [
        ["a/b", "a:b", "a_b"],
        ["ABC", "abc", "Abc"],
        ["甲" * 90, "甲" * 100],
        ["a/b", "a:b", "a_b(2)"],
        ["a_b(2)", "a/b", "a:b"],
    ],
    ids=["sanitised", "case", "cut", "suffix-taken-after", "suffix-taken-before"],
)
def test_no_two_departments_share_a_file(departments: list[str]) -> None:
    names = book_names(departments, 2019)
    assert list(names) == departments
    assert len({name.casefold() for name in names.values()}) == len(departments)


@pytest.mark.parametrize("character", ["甲", "𠮷", "a", "\u0301"], ids=ascii)
def test_a_long_name_fits_into_a_file_name(character: str) -> None:
    """File systems take 255 bytes (Linux) or 255 UTF-16 units (Windows)."""
    name = book_names([character * 300], 2019)[character * 300].removeprefix("部门/")
    assert len(name.encode()) <= 255
    assert len(name.encode("utf-16-le")) <= 2 * 255


@pytest.mark.parametrize("department", ["a\ud800b", "\udcd0\udcc5"], ids=ascii)
def test_a_name_that_cannot_be_encoded_gives_a_file_name_that_can(department: str) -> None:
    """The file is written, and run.json names it in UTF-8."""
    assert book_names([department], 2019)[department].encode().endswith(b"_2019.xlsx")


# --- 汇总 ----------------------------------------------------------------------------------------------------------------


def test_rows_stand_in_order_of_low_high_and_name(ranked: Batch) -> None:
    rows = records(ranked)
    keys = [(-float(str(row["复算下限"])), -float(str(row["复算上限"])), str(row["部门"])) for row in rows]
    assert keys == sorted(keys)
    assert {str(row["部门"]) for row in rows} == set(RANKED)


def test_ranks_count_who_surely_and_who_possibly_stands_above(ranked: Batch) -> None:
    """CONTRACT: best = 1 + others whose 下限 > my 上限; worst = 1 + others whose 上限 > my 下限; 名次 only when equal."""
    rows = records(ranked)
    bounds = {str(row["部门"]): (float(str(row["复算下限"])), float(str(row["复算上限"]))) for row in rows}
    for row in rows:
        low, high = bounds[str(row["部门"])]
        others = [bound for name, bound in bounds.items() if name != row["部门"]]
        best = 1 + sum(other_low > high for other_low, _ in others)
        worst = 1 + sum(other_high > low for _, other_high in others)
        assert row["名次区间"] == f"{best}～{worst}"
        assert row["名次"] == (best if best == worst else None)


def test_the_score_is_there_only_when_certain(ranked: Batch) -> None:
    for row in records(ranked):
        certain = row["复算下限"] == row["复算上限"]
        score = row["复算得分"]
        assert (score == row["复算下限"]) if certain else (isinstance(score, float) and np.isnan(score))


def test_a_self_total_needs_every_self_score(ranked: Batch) -> None:
    own = {row["部门"]: row["自评得分"] for row in records(ranked)}
    assert own["丁局"] == 89
    assert np.isnan(float(str(own["戊局"])))


def test_errors_and_warnings_are_counted_for_each_department(ranked: Batch) -> None:
    rows = {str(row["部门"]): row for row in records(ranked, numbered(ranked.findings))}
    for name in RANKED:
        mine = [item for item in ranked.findings if item.department == name]
        assert rows[name]["错误"] == len({item for item in mine if item.level.name == "ERROR"})
        assert rows[name]["警告"] == len({item for item in mine if item.level.name == "WARNING"})


def test_the_book_is_named_where_there_is_one(ranked: Batch) -> None:
    rows = summary_rows(
        totals_of(ranked),
        ranked.codes,
        {s.department: s.kind for s in ranked.submissions},
        Tally(),
        {"甲局": "部门/甲局_2019.xlsx"},
    )
    assert {str(row[3]): row[-1] for row in rows} == {**dict.fromkeys(RANKED, ""), "甲局": "部门/甲局_2019.xlsx"}


# --- the other tables --------------------------------------------------------------------------------------------------


def test_the_rules_are_the_scheme(ranked: Batch, scheme: Scheme) -> None:
    rows = [dict(zip(RULE_HEADS, row, strict=True)) for row in rule_rows([ranked.scheme])]
    assert [row["三级指标"] for row in rows] == [rule.name for rule in scheme.rules]
    assert [row["原文"] for row in rows] == [rule.spec.text for rule in scheme.rules]
    weights = [float(str(row["分值"])) for row in rows]
    assert np.nansum(weights) == 100
    assert [row["三级指标"] for row, weight in zip(rows, weights, strict=True) if np.isnan(weight)] == ["社会效益"]


@pytest.mark.parametrize(
    ("indicator", "reading"),
    [
        ("在职人员控制率", "整步"),
        ("“三公经费”变动率", "整步；分值与条文不一致，按分值折算"),
        ("预算控制率", "按条文"),
        ("重点工作实际完成率", "按条文；缺数沿用自评"),
        ("行政效能", "人工评定"),
    ],
)
def test_the_reading_of_a_rule(ranked: Batch, indicator: str, reading: str) -> None:
    assert reading_of(next(rule for rule in ranked.scheme.rules if rule.name == indicator)) == reading


def test_csv_files_hold_every_department_and_fact(ranked: Batch) -> None:
    files = {name: content.decode("utf-8-sig").split("\r\n") for name, content in csv_of(ranked).items()}
    assert files["scores.csv"][0] == ",".join(SCORE_HEADS)
    assert files["facts.csv"][0] == ",".join(FACT_HEADS)
    assert len(files["scores.csv"]) - 2 == 15 * len(RANKED)
    assert len(files["facts.csv"]) - 2 >= len(ranked.facts)
    owners = [line.split(",")[1] for line in files["facts.csv"][1:] if line.count(",") >= 13]
    assert owners == sorted(owners)


@pytest.mark.parametrize(("own", "left"), [(6.7, 3.3), (8.9, 1.1), (4.35, 5.65)])
def test_what_a_shared_weight_leaves_has_no_more_than_two_decimals(
    desk: Desk, documents: list[Document], own: float, left: float
) -> None:
    """下限 and 上限 are scores: 10 − 8.9 is 1.1, not 1.0999999999999996."""
    changes: Changes = {f"经济效益{SELF_SCORE}": own, f"社会效益{SELF_SCORE}": State.BLANK}
    scores = desk.renamed(documents, {"甲局": changes}).scores.set_index("indicator")
    assert scores["high"]["社会效益"] == left


# --- contents of a department's workbook -------------------------------------------------------------------------------


def test_a_book_for_every_department_with_its_own_findings(ranked: Batch) -> None:
    findings = numbered(ranked.findings)
    books = department_books(ranked, findings)
    assert [book.department for book in books] == ranked.departments
    for book in books:
        numbers = [item.number for item in findings if item.department == book.department]
        owners = {item.number: item.owner for item in findings}
        shown = [str(row[0]) for row in book.findings]
        assert shown == [number for number in numbers if owners[number] is Owner.DEPARTMENT]


def test_data_rows_come_before_what_is_derived_from_them(ranked: Batch) -> None:
    book = department_books(ranked, [])[0]
    seen: set[Input] = set()
    for row in book.data:
        for formula in row.formulas:
            needed = {Input(n.name, n.offset + row.wanted.offset) for n in formula.inputs()}
            assert needed <= seen
        seen.add(row.wanted)
    used = {needed for row in book.rows if row.rule.spec.value for needed in row.rule.spec.value.inputs()}
    assert used <= seen


def test_a_missing_input_says_why(ranked: Batch) -> None:
    book = next(book for book in department_books(ranked, []) if book.department == "丁局")
    rows = {str(row.wanted): row for row in book.data}
    assert (rows[PLANNED].state, rows[PLANNED].cell) == ("空白", "C21")
    assert rows["上年(三公经费预算数)"].state == "表中无此栏"
    assert np.isnan(rows[PLANNED].value)


def test_totals_are_those_of_the_summary(ranked: Batch) -> None:
    rows = {str(row["部门"]): row for row in records(ranked)}
    for book in department_books(ranked, []):
        row = rows[book.department]
        assert [book.totals["合计下限"], book.totals["合计上限"]] == [row["复算下限"], row["复算上限"]]


def test_the_notes_name_grades_and_basis(ranked: Batch) -> None:
    text = "".join(department_notes(ranked))
    assert "优 90 分起，良 80 分起，中 60 分起" in text
    assert "绥财绩〔2020〕2号 附件2" in text
