"""Who a workbook belongs to: names are never merged by likeness alone, nothing is silent."""

import time
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.mapping.departments import Submission, group, regions_named, signed
from converter.mapping.facts import Document, Fact
from converter.vocabulary.findings import Finding, Place, finding
from converter.vocabulary.numbers import State

JC, ZB, ZJ = "基础数据表", "指标表", "财决01"
REGIONS = ["绥宁县", "武冈市"]


def document(file: str, form: str, name: str = "", year: int | None = 2019, sheet: str = "表") -> Document:
    made = Document(file, sheet, form, year, name)
    made.facts = [Fact(year, "编制数", 60.0, "人", State.NUMBER, "60", form, "", Place(file, sheet, "B5"))]
    return made


def grouped(*documents: Document, regions: Sequence[str] = REGIONS) -> dict[str, list[str]]:
    """Department → its files."""
    return {s.department: [d.file for d in s.documents] for s in group(documents, regions)}


def findings(*documents: Document, regions: Sequence[str] = REGIONS) -> list[tuple[str, str, Finding]]:
    return [(s.department, item.code, item) for s in group(documents, regions) for item in s.findings]


# --- grouping


def test_the_same_head_line_is_one_department_in_whatever_folder() -> None:
    files = document("a/1.xlsx", JC, "甲局"), document("b/2.xlsx", ZB, "甲局"), document("3.xlsx", ZJ, "乙局")
    assert grouped(*files) == {"乙局": ["3.xlsx"], "甲局": ["a/1.xlsx", "b/2.xlsx"]}
    assert findings(*files) == []


def test_an_abbreviation_in_one_folder_is_one_department_named_as_its_basic_data_form() -> None:
    short, long = "绥宁县人社局", "绥宁县人力资源和社会保障局"
    files = document("局/决算.xlsx", ZJ, long), document("局/基础.xlsx", JC, short)
    assert grouped(*files) == {short: ["局/决算.xlsx", "局/基础.xlsx"]}
    ((owner, code, item),) = findings(*files)
    assert (owner, code, item.subject, item.place.file) == (short, "M03", long, "局/决算.xlsx")
    assert all(text in item.message for text in (short, long, "局/基础.xlsx", "按同一部门处理"))
    files = document("局/决算.xlsx", ZJ, short), document("局/基础.xlsx", JC, long)
    assert list(grouped(*files)) == [long]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("人社局", "绥宁县人力资源和社会保障局"),
        ("绥宁县人社局", "人力资源和社会保障局"),
        ("绥宁县财政局", "财政局"),
        ("绥宁县 人社局", "绥宁县人力资源和社会保障局"),
    ],
)
def test_the_regions_name_does_not_count(one: str, other: str) -> None:
    assert len(grouped(document("局/1.xlsx", JC, one), document("局/2.xlsx", ZJ, other))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("财政局", "财政局监督科", id="a prefix"),
        pytest.param("财政局", "财政中心", id="another last character"),
        pytest.param("人社局", "社会保障和人力资源局", id="another order"),
        pytest.param("教育局", "卫生健康局", id="nothing alike"),
        pytest.param("教育局", "教育局.", id="only similar"),
        pytest.param("甲中心", "乙中心", id="one character"),
    ],
)
def test_two_names_that_do_not_abbreviate_each_other_are_two_departments(one: str, other: str) -> None:
    files = document("局/1.xlsx", JC, one), document("局/2.xlsx", ZJ, other)
    assert set(grouped(*files)) == {one, other}
    assert findings(*files) == []


def test_two_regions_are_two_departments() -> None:
    files = document("局/1.xlsx", JC, "绥宁县人社局"), document("局/2.xlsx", ZJ, "武冈市人力资源和社会保障局")
    assert len(grouped(*files)) == 2
    assert findings(*files) == []
    same = document("局/1.xlsx", JC, "绥宁县财政局"), document("局/2.xlsx", ZJ, "武冈市财政局")
    assert len(grouped(*same)) == 2


DOUBTFUL = {
    "a form of one year twice": (
        document("局/1.xlsx", JC, "人社局"),
        document("局/2.xlsx", JC, "人力资源和社会保障局"),
    ),
    "an indicator list twice": (
        document("局/1.xlsx", ZB, "人社局", None),
        document("局/2.xlsx", ZB, "人力资源和社会保障局", None),
    ),
    "a flat folder of many": (
        document("1.xlsx", JC, "财政局"),
        document("2.xlsx", ZJ, "财政监督局"),
        document("3.xlsx", ZB, "教育局"),
    ),
}


@pytest.mark.parametrize("case", DOUBTFUL)
def test_in_doubt_it_is_two_departments_and_a_finding(case: str) -> None:
    files = DOUBTFUL[case]
    assert len(grouped(*files)) == len(files)
    ((_, code, item),) = findings(*files)
    assert code == "M03"
    assert "按两个部门处理" in item.message
    assert all(d.department in item.message for d in files if d.department != "教育局")


def test_names_in_different_folders_are_never_merged() -> None:
    files = document("a/1.xlsx", JC, "人社局"), document("b/2.xlsx", ZJ, "人力资源和社会保障局")
    assert len(grouped(*files)) == 2


def test_the_order_of_files_changes_nothing() -> None:
    files = [
        document("局/1.xlsx", JC, "人社局"),
        document("局/2.xlsx", ZJ, "人力资源和社会保障局"),
        document("局/3.xlsx", ZB),
        document("x/4.xlsx", JC, "教育局"),
    ]
    assert set(grouped(*files)) == set(grouped(*reversed(files))) == {"人社局", "教育局"}
    assert {repr(f) for f in findings(*files)} == {repr(f) for f in findings(*reversed(files))}


# --- no name in the head


@pytest.mark.parametrize(
    ("files", "name", "words"),
    [
        pytest.param([("局/1.xlsx", "甲局"), ("局/2.xlsx", "")], "甲局", "同一文件夹的其他表", id="its neighbour's"),
        pytest.param([("2019/县教育局/2.xlsx", "")], "县教育局", "文件夹或文件名", id="its folder's"),
        pytest.param([("县教育局.zip/2.xlsx", "")], "县教育局", "文件夹或文件名", id="its archive's"),
        pytest.param([("第一批.ZIP/县教育局/2.xlsx", "")], "县教育局", "文件夹或文件名", id="a folder in an archive"),
        pytest.param([("县教育局/上年/2.xlsx", "")], "县教育局", "文件夹或文件名", id="not that of a year"),
        pytest.param([("县教育局/2018年度资料/2.xlsx", "")], "县教育局", "文件夹或文件名", id="nor of a year's papers"),
        pytest.param([("县教育局.xlsx", "")], "县教育局", "文件夹或文件名", id="its file's"),
        pytest.param([("2019/县教育局.xlsx", "")], "县教育局", "文件夹或文件名", id="its file's in a year's folder"),
    ],
)
def test_a_workbook_without_a_name_is_given_to_someone_and_it_is_said(
    files: list[tuple[str, str]], name: str, words: str
) -> None:
    documents = [document(file, form, stated) for (file, stated), form in zip(files, (JC, ZB), strict=False)]
    assert grouped(*documents) == {name: [file for file, _ in files]}
    ((owner, code, item),) = findings(*documents)
    assert (owner, code, item.subject) == (name, "M10", files[-1][0])
    assert words in item.message
    assert f"“{name}”" in item.message


def test_among_several_departments_a_nameless_workbook_is_none_of_theirs() -> None:
    files = document("县直/1.xlsx", JC, "甲局"), document("县直/2.xlsx", JC, "乙局"), document("县直/3.xlsx", ZB)
    assert grouped(*files) == {"县直": ["县直/3.xlsx"], "甲局": ["县直/1.xlsx"], "乙局": ["县直/2.xlsx"]}


def submission(name: str, *documents: Document) -> Submission:
    return Submission(name, list(documents))


# --- findings and regions


def test_findings_are_signed_only_where_they_are_not() -> None:
    own = finding("M02", "某", department="乙局", year=2018)
    given = signed([finding("M02", "某"), own], "甲局", 2019)
    assert [(item.department, item.year) for item in given] == [("甲局", 2019), ("乙局", 2018)]


def test_regions_are_named_by_departments_or_folders() -> None:
    known = {"430527": "绥宁县", "430581": "武冈市", "4305": "邵阳市"}
    batch = [submission("绥宁县人社局", document("报送/武冈市/1.xlsx", JC, "绥宁县人社局"))]
    assert regions_named(batch, known) == ["430527", "430581"]
    assert regions_named([submission("人社局", document("1.xlsx", JC))], known) == []


# --- many names in one folder


@given(st.lists(st.text("绥宁县人社力资源教局1", min_size=1, max_size=6), unique=True, max_size=12))
def test_a_folder_of_many_names_tells_the_same_pairs_as_comparing_each_with_each(names: list[str]) -> None:
    files = [document(f"{at}.xlsx", JC, name) for at, name in enumerate([*names, "甲", "乙"])]
    said = {frozenset((owner, item.subject)) for owner, code, item in findings(*files) if code == "M03"}
    each = {
        frozenset(pair)
        for pair in combinations(names, 2)
        if any(code == "M03" for _, code, _ in findings(*(document(f"{n}.xlsx", JC, n) for n in (*pair, "甲", "乙"))))
    }
    assert said == each


def test_ten_thousand_names_in_one_folder_are_told_apart_in_seconds() -> None:
    files = [document(f"{number}.xlsx", JC, f"第{number}中学") for number in range(10_000)]
    started = time.process_time()
    assert len(group(files, REGIONS)) == 10_000
    assert time.process_time() - started < 10
