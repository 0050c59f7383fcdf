"""Two years of one county: 得分率 where the weight differs, and every change split into causes without residue."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from converter.audit.changes import Change
from converter.audit.diff import Difference, compare, diff
from converter.audit.sides import sides_of
from converter.books.readback import Output
from converter.mapping.library import Library, builtin
from converter.mapping.roster import Listed, Roster
from converter.vocabulary.labels import plain
from tests.outputs import Out
from tests.test_assemble import SUINING
from tests.test_diff import converted
from tests.workbooks import SUINING_BASIC, SUINING_SELF, accounts, basic_data, indicator_table, last_year, write_xlsx

OTHER = "绥宁县档案馆"
CAUSES = {"规则", "映射", "口径或机构范围", "缺数变化", "认定", "数据", "程序或映射版本"}


def submitted(folder: Path, year: int, name: str, *, spent: float, own: Sequence[float], staff: str = "68") -> None:
    """One department's three workbooks of a year."""
    rows = {**SUINING_BASIC, "三公经费": (16.14, 29, spent), "政府采购金额": ("——", 20, 20)}
    write_xlsx(folder / "基础数据表.xlsx", basic_data(name, year, rows, ("60", staff, "113%")))
    write_xlsx(folder / "指标表.xlsx", indicator_table(name, scores=own))
    write_xlsx(folder / "决算.xlsx", accounts(name, year))


def rules(folder: Path, year: int) -> Path:
    """The county's rules of 2020 as those of a year: 公用经费控制率 7 points, “三公经费”控制率 8, staff 1 point a step."""
    text = (builtin() / "schemes" / "430527" / "2019.yaml").read_text(encoding="utf-8")
    text = text.replace("year: 2019", f"year: {year}").replace("every: 1%, points: 0.5", "every: 1%, points: 0.2")
    head, _, tail = text.partition("  公用经费控制率:")
    tail = tail.replace("full: 8", "full: 7", 1).replace("full: 7\n    value: 三公", "full: 8\n    value: 三公", 1)
    own = folder / "schemes" / "430527"
    own.mkdir(parents=True)
    (own / f"{year}.yaml").write_text(f"{head}  公用经费控制率:{tail}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """INBOX and OUT of two years, and the mappings of the second."""
    folder = tmp_path_factory.mktemp("years")
    own, better = [float(str(n)) for n in SUINING_SELF], [float(str(n)) for n in SUINING_SELF]
    better[13] = 4
    for name in (SUINING, OTHER):
        submitted(folder / "in2019" / name, 2019, name, spent=7.59, own=own)
    submitted(folder / "in2020" / SUINING, 2020, SUINING, spent=31.2, own=better, staff="63")
    submitted(folder / "in2020" / OTHER, 2020, OTHER, spent=7.59, own=own)
    shutil.copytree(folder / "in2019" / OTHER, folder / "in2020" / OTHER / "上年")
    write_xlsx(folder / "in2019" / SUINING / "上年" / "基础数据表.xlsx", last_year())
    converted(folder / "in2019", folder / "2019")
    converted(folder / "in2020", folder / "2020", rules(folder / "规则", 2020))
    return folder


@pytest.fixture(scope="module")
def found(place: Path) -> Difference:
    return diff(Output(place / "2019"), Output(place / "2020"), Library(place / "规则"))


def one(found: Difference, subject: str, column: str, department: str = SUINING) -> Change:
    (change,) = [c for c in found.changes if (c.department, c.subject, c.column) == (department, subject, column)]
    return change


def bounds(row: dict[str, str], heads: tuple[str, str]) -> tuple[float, float]:
    return float(row[heads[0]]), float(row[heads[1]])


def test_every_change_of_a_score_is_explained_without_residue(place: Path, found: Difference) -> None:
    old, new = Out(place / "2019"), Out(place / "2020")
    told = {
        (c.department, c.subject): c.parts
        for c in found.changes
        if c.kind == "指标得分" and c.column in ("下限", "上限")
    }
    moved = 0
    for row in new.scores:
        before = bounds(old.score(row["部门"], row["三级指标"]), ("下限", "上限"))
        after = bounds(row, ("下限", "上限"))
        parts = told.get((row["部门"], row["三级指标"]), ())
        assert sum(part.low for part in parts) == pytest.approx(after[0] - before[0], abs=1e-9)
        assert sum(part.high for part in parts) == pytest.approx(after[1] - before[1], abs=1e-9)
        assert {part.cause for part in parts} <= CAUSES
        moved += before != after
    assert moved >= 5


@pytest.mark.parametrize("department", [SUINING, OTHER])
def test_the_change_of_a_total_is_the_sum_of_its_causes(place: Path, found: Difference, department: str) -> None:
    old, new = Out(place / "2019").total(department), Out(place / "2020").total(department)
    parts = one(found, "", "复算上限", department).parts
    for head, moved in (("复算下限", [p.low for p in parts]), ("复算上限", [p.high for p in parts])):
        assert sum(moved) == pytest.approx(float(new[head]) - float(old[head]), abs=1e-9)
        assert "规则" in {part.cause for part in parts}


def test_rules_are_what_last_years_data_score_under_this_years_rules(place: Path, found: Difference) -> None:
    """Independent of the rescoring: 2019's files run once more, under 2020's rules dated 2019."""
    swapped = Out(converted(place / "in2019", place / "对照", rules(place / "对照规则", 2019)))
    for row in Out(place / "2019").scores:
        change = next(
            (c for c in found.changes if (c.department, c.subject) == (row["部门"], row["三级指标"]) and c.parts), None
        )
        by_rules = [p for p in change.parts if p.cause == "规则"] if change else []
        moved = float(swapped.score(row["部门"], row["三级指标"])["下限"]) - float(row["下限"])
        assert sum(p.low for p in by_rules) == pytest.approx(moved, abs=1e-9), row["三级指标"]


@pytest.mark.parametrize(
    ("subject", "department", "parts"),
    [
        ("在职人员控制率", SUINING, {"规则": 2.4, "数据": 1.6}),
        ("“三公经费”控制率", SUINING, {"规则": 1, "数据": -7}),
        ("公用经费控制率", SUINING, {"规则": -1}),
        ("行政效能", SUINING, {"数据": -2}),
        ("“三公经费”变动率", SUINING, {"缺数变化": -5}),
        ("“三公经费”变动率", OTHER, {"缺数变化": 5}),
        ("“三公经费”控制率", OTHER, {"规则": 1}),
    ],
)
def test_data_rules_and_gaps_are_told_apart(
    found: Difference, subject: str, department: str, parts: dict[str, float]
) -> None:
    change = one(found, subject, "下限", department)
    assert {part.cause: part.low for part in change.parts} == pytest.approx(parts)


def test_where_the_weight_differs_the_rate_is_compared(found: Difference) -> None:
    change = one(found, "“三公经费”控制率", "得分率")
    assert (change.before, change.after) == ("1", "0.125")
    assert not [c for c in found.changes if c.subject == "公用经费控制率" and c.column == "得分率"]  # full both times


def test_years_are_named_on_both_sides(found: Difference) -> None:
    assert one(found, "“三公经费”控制率", "得分").year == "2019→2020"
    assert "三公经费决算数（2019→2020年）7.59→31.2" in one(found, "“三公经费”控制率", "得分").cause
    assert found.across_years


def test_what_differs_from_year_to_year_as_a_matter_of_course_is_not_told(found: Difference) -> None:
    kinds = {change.kind for change in found.changes}
    assert kinds <= {"部门增减", "总分与名次", "等次跨线", "指标得分", "输入数据", "方案或映射版本"}
    assert any("按年度比较" in note for note in found.notes)


def test_without_either_scheme_the_change_is_told_but_not_split(place: Path) -> None:
    sides = sides_of(Output(place / "2019"), Output(place / "2020"))
    alien = [replace(side, info={**side.info, "方案 SHA-256": "0"}) for side in sides]
    lost = compare(alien[0], alien[1], Library(), Roster())
    assert not any(change.parts for change in lost.changes)
    assert any("--mappings" in note for note in lost.notes)
    assert one(lost, "“三公经费”控制率", "得分").after == "1"


@pytest.mark.parametrize("known", [0, 1], ids=["old", "new"])
def test_one_of_the_two_schemes_is_enough(place: Path, known: int) -> None:
    sides = [*sides_of(Output(place / "2019"), Output(place / "2020"))]
    lost = sides[1 - known]
    sides[1 - known] = replace(lost, info={**lost.info, "方案 SHA-256": "0"})
    half = compare(sides[0], sides[1], Library(place / "规则"), Roster())
    parts = one(half, "在职人员控制率", "下限").parts
    assert sum(part.low for part in parts) == pytest.approx(4)
    assert {part.cause for part in parts} <= {"规则", "数据"}
    assert len(parts) >= 1


def test_a_former_name_is_the_same_department(place: Path) -> None:
    """The departments list says that 档案馆 was called otherwise; without it, one came and one went."""
    old, new = sides_of(Output(place / "2019"), Output(place / "2020"))

    def called(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [{**row, "部门": "绥宁县档案局" if row["部门"] == OTHER else row["部门"]} for row in rows]

    before = replace(
        old,
        facts=called(old.facts),
        totals=called(old.totals),
        scores=called(old.scores),
        findings=called(old.findings),
        sources=called(old.sources),
    )
    roster = Roster([Listed(OTHER, labels=(plain(OTHER), plain("绥宁县档案局")))])
    renamed = [c for c in compare(before, new, Library(place / "规则"), roster).changes if c.kind == "部门增减"]
    assert [(c.column, c.before, c.after) for c in renamed] == [("名称", "绥宁县档案局", OTHER)]
    apart = [c for c in compare(before, new, Library(place / "规则"), Roster()).changes if c.kind == "部门增减"]
    assert {(c.department, c.after) for c in apart} == {(OTHER, "有"), ("绥宁县档案局", "")}
