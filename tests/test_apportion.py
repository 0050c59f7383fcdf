"""One 复核记录 where kinds of departments have schemes of their own: each row reaches whom it is about, and is told of once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from converter.audit.verify import verify
from converter.books.readback import Output
from converter.books.templates import open_items
from converter.run import Options, run
from tests.outputs import Out, Record
from tests.records import row, write_record
from tests.test_kinds import KINDS, OFFICE, SCHOOL, SCHOOLS, TOWN
from tests.workbooks import basic_data, indicator_table, write_xlsx

STAFF, EFFECT = "在职人员控制率", "行政效能"
PURCHASE = "政府采购执行率"
#: Schools are not asked about 行政效能, and need not purchase anything.
WITHOUT = SCHOOLS + f"  {EFFECT}: null\n  {PURCHASE}: {{not_applicable: exclude}}\n"
Decide = Callable[..., Out]


@pytest.fixture
def decide(tmp_path: Path) -> Decide:
    """decide(*rows) → the output for an office, a school (with a scheme of its own) and a town under these decisions."""
    for who in (OFFICE, SCHOOL, TOWN):
        write_xlsx(tmp_path / "收件箱" / who / "基础数据表.xlsx", basic_data(who))
        write_xlsx(tmp_path / "收件箱" / who / "指标表.xlsx", indicator_table(who))
    own = tmp_path / "本地" / "schemes" / "430527" / "2019-学校.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(WITHOUT, encoding="utf-8")
    listed = tmp_path / "部门名单.csv"
    lines = "".join(f"{who},{KINDS.get(who, '')}\n" for who in (OFFICE, SCHOOL, TOWN))
    listed.write_text("名称,类别\n" + lines, "utf-8")

    def made(*rows: list[object]) -> Out:
        record = write_record(tmp_path / "复核.xlsx", rows)
        out = tmp_path / "OUT"
        given = {"mappings": tmp_path / "本地", "departments": listed, "decisions": record, "fail_on": "never"}
        run(Options((tmp_path / "收件箱",), out, **given))  # type: ignore[arg-type]
        return Out(out)

    return made


def told(out: Out) -> list[Record]:
    return [found for found in out.findings if found["代码"].startswith("P")]


def codes(out: Out) -> list[tuple[str, str]]:
    return sorted((found["代码"], found["部门"]) for found in told(out))


def test_a_row_of_one_department_reaches_its_part_only(decide: Decide) -> None:
    out = decide(row("认定得分", STAFF, 3.7, 4, department=SCHOOL), row("认定得分", STAFF, 0, 1, department=TOWN))
    assert codes(out) == sorted([("P01", TOWN), ("P01", SCHOOL)])
    points = {who: out.score(who, STAFF)["得分"] for who in (OFFICE, SCHOOL, TOWN)}
    assert points == {OFFICE: "0", SCHOOL: "4", TOWN: "1"}


def test_a_row_for_all_reaches_every_part(decide: Decide) -> None:
    out = decide(row("认定得分", PURCHASE, None, 2, department="全部"))
    assert {found["部门"] for found in told(out)} == {OFFICE, SCHOOL, TOWN}
    assert {found["代码"] for found in told(out)} == {"P01"}


def test_a_row_for_all_that_fits_one_part_only_is_not_outdated(decide: Decide) -> None:
    out = decide(row("认定得分", STAFF, 3.7, 4, department="全部"))
    assert codes(out) == [("P01", SCHOOL)]


def test_a_row_for_all_about_an_indicator_that_a_scheme_lacks_leaves_that_scheme_alone(decide: Decide) -> None:
    out = decide(row("加减分", EFFECT, 6, -1, department="全部"))
    assert {who for _, who in codes(out)} == {OFFICE, TOWN}
    assert EFFECT not in {score["三级指标"] for score in out.scores if score["部门"] == SCHOOL}
    assert out.score(OFFICE, EFFECT)["得分"] == "5"


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        (row("认定得分", STAFF, 1.23, 4, department="全部"), "P02", "没有一个部门是这个数"),
        (row("认定得分", "在职人员控制律", 0, 4, department="全部"), "P03", "是否为“在职人员控制率”？"),
        (row("认定得分", STAFF, 0, 4, department="绥宁县乙学效"), "P03", f"是否为“{SCHOOL}”？"),
        (row("认定得分", EFFECT, 6, 4, department=SCHOOL), "P03", f"方案里没有指标“{EFFECT}”"),
        (row("认定得分", STAFF, 0, 4, department="全部", year=2018), "P06", "不在本次范围"),
        (row("更正数据", "编制人数", 60, 70, department="全部"), "P03", "不在数据字典中"),
    ],
)
def test_a_row_that_no_part_can_apply_is_told_of_once(
    decide: Decide, rows: list[object], code: str, words: str
) -> None:
    (found,) = told(decide(rows))
    assert (found["代码"], words in found["说明"]) == (code, True)


def test_points_on_totals_and_handled_findings_in_every_part(decide: Decide) -> None:
    out = decide(
        row("加减分", "获省级表彰", None, 2, department="全部"), row("采纳说明", "J13", "", None, department="全部")
    )
    assert {out.score(who, "获省级表彰")["得分"] for who in (OFFICE, SCHOOL, TOWN)} == {"2"}
    assert {found["代码"] for found in told(out)} == {"P01"}
    assert all(found["处理"] for found in out.findings if found["代码"] == "J13")
    assert out.manifest["decisions"]["file"] == "复核.xlsx"


def test_an_indicator_that_is_not_to_count_is_left_out_of_the_total(decide: Decide, libreoffice: str) -> None:
    others = (
        row("加减分", "获表彰", None, 1.25, department=SCHOOL),
        row("加减分", "被通报", None, -3, department=SCHOOL),
    )
    out = decide(row("不适用", PURCHASE, None, None, department=SCHOOL), *others)
    found = out.score(SCHOOL, PURCHASE)
    assert [found[head] for head in ("得分", "下限", "上限", "状态")] == ["", "", "", "不适用"]
    assert "不适用，不计入总分" in found["计算过程"]
    lows = [float(score["下限"]) for score in out.scores if score["部门"] == SCHOOL and score["下限"]]
    total = round(sum(lows[:-2]) * 94 / 88, 2) - 1.75  # 94 points without 行政效能, 6 of them for purchases
    assert float(out.total(SCHOOL)["复算下限"]) == pytest.approx(total)
    assert verify(Output(out.folder)).mismatches == []


def test_not_to_count_and_points_at_once_is_a_conflict(decide: Decide) -> None:
    away = row("不适用", PURCHASE, None, None, department=SCHOOL)
    assert decide(away, row("认定得分", PURCHASE, None, 1, department=SCHOOL)).score(SCHOOL, PURCHASE)["状态"] == "缺数"


def test_the_open_items_know_the_weights_of_every_scheme(decide: Decide) -> None:
    items = open_items(Output(decide().folder))
    points = {item.department: item.points for item in items if item.subject == "社会效益"}
    assert points == {OFFICE: 10, SCHOOL: 10, TOWN: 10}
    assert all("评价标准" in item.about for item in items if item.subject == "社会效益")
