"""A scheme for each kind of department in one run: every score by its own rules, every output says which."""

from collections.abc import Callable
from pathlib import Path

import pytest

from converter.audit.diff import diff
from converter.audit.explain import explain
from converter.audit.rescoring import schemes_of
from converter.books.readback import Output
from converter.mapping.library import Library
from converter.outcome import Report
from converter.run import Options, run
from converter.vocabulary.findings import ConfigurationError
from tests.outputs import Out
from tests.workbooks import basic_data, indicator_table, write_xlsx

OFFICE, SCHOOL, TOWN = "绥宁县甲局", "绥宁县乙学校", "绥宁县丙镇"
KINDS = {SCHOOL: "学校", TOWN: "乡镇"}

SCHOOLS = """\
extends: 430527/2019
region: {code: "430527", name: 绥宁县}
year: 2019
kinds: [学校]
basis: {document: 绥财绩〔2020〕2号, clause: 附件4}
indicators:
  在职人员控制率:
    deduct: {above: 100%, every: 1%, points: 0.1}
    text: 在职人员控制率≦100%，计5分；每超过一个百分点扣0.1分，扣完为止。
"""

Go = Callable[[Path], Report]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Three departments with the same figures: 68 in 60 posts."""
    for who in (OFFICE, SCHOOL, TOWN):
        write_xlsx(tmp_path / "收件箱" / who / "基础数据表.xlsx", basic_data(who))
        write_xlsx(tmp_path / "收件箱" / who / "指标表.xlsx", indicator_table(who))
    return tmp_path / "收件箱"


@pytest.fixture
def go(tmp_path: Path, inbox: Path) -> Go:
    """Runs with a scheme for schools, the kinds as a departments list would give them."""
    own = tmp_path / "本地" / "schemes" / "430527" / "2019-学校.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(SCHOOLS, encoding="utf-8")

    listed = tmp_path / "部门名单.csv"
    listed.write_text(
        "名称,类别\n" + "".join(f"{who},{KINDS.get(who, '')}\n" for who in (OFFICE, SCHOOL, TOWN)), "utf-8"
    )
    return lambda output: run(
        Options((inbox,), output, mappings=tmp_path / "本地", departments=listed, fail_on="never")
    )


def test_every_department_by_the_rules_of_its_kind(go: Go, tmp_path: Path) -> None:
    go(tmp_path / "OUT")
    out = Out(tmp_path / "OUT")
    name = "在职人员控制率"
    points = {who: out.score(who, name)["得分"] for who in (OFFICE, SCHOOL, TOWN)}
    assert points == {OFFICE: "0", SCHOOL: "3.7", TOWN: "0"}  # 13.33 points over: 13 steps
    assert out.score(SCHOOL, name)["依据"] == "绥财绩〔2020〕2号 附件4（学校）"
    assert out.score(TOWN, name)["依据"] == "绥财绩〔2020〕2号 附件2"
    assert len(out.totals) == 3
    assert [row["三级指标"] for row in out.sheet("规则", "一级指标")].count(name) == 2


def test_the_outputs_name_scheme_level_and_kinds(go: Go, tmp_path: Path) -> None:
    report = go(tmp_path / "OUT")
    out = Out(tmp_path / "OUT")
    listed = {entry["kinds"]: entry for entry in out.manifest["schemes"]}
    assert set(listed) == {"未写类别、乡镇", "学校"}
    school = listed["学校"]
    assert (school["level"], school["reason"]) == ("县级 430527 绥宁县", "按报送材料所属地区，类别 学校")
    assert school["file"] == "本地/schemes/430527/2019-学校.yaml"
    assert school["extends"] == ["mappings/schemes/430527/2019.yaml"]
    info = {row["项目"]: row["内容"] for row in out.sheet("运行信息", "项目")}
    assert info["方案级次（学校）"] == "县级 430527 绥宁县（按报送材料所属地区，类别 学校）"
    assert info["评分方案（未写类别、乡镇）"].startswith("绥宁县 2019（430527）")
    assert "绥宁县 2019 学校（430527）" in report.to_dict()["scheme"]
    assert (tmp_path / "OUT" / "部门" / f"{SCHOOL}_2019.xlsx").is_file()


def test_explain_takes_the_departments_own_rule_and_nothing_differs_from_itself(go: Go, tmp_path: Path) -> None:
    go(tmp_path / "OUT")
    output = Output(tmp_path / "OUT")
    assert "扣 0.1 分" in explain(output, SCHOOL, "在职人员控制率").rule["计分方式"]
    assert "扣 0.5 分" in explain(output, OFFICE, "在职人员控制率").rule["计分方式"]
    assert explain(output, SCHOOL, "预算控制率").rule["三级指标"] == "预算控制率"
    go(tmp_path / "OUT2")
    assert diff(output, Output(tmp_path / "OUT2")).changes == ()


def test_a_changed_rule_of_one_kind_is_the_cause_for_its_departments_only(go: Go, tmp_path: Path) -> None:
    go(tmp_path / "OUT")
    own = tmp_path / "本地" / "schemes" / "430527" / "2019-学校.yaml"
    own.write_text(SCHOOLS.replace("points: 0.1", "points: 0.2"), encoding="utf-8")
    go(tmp_path / "OUT2")
    library = Library(tmp_path / "本地")
    changes = diff(Output(tmp_path / "OUT"), Output(tmp_path / "OUT2"), library).changes
    scores = [change for change in changes if change.kind == "指标得分" and change.column == "得分"]
    assert [(change.department, change.before, change.after) for change in scores] == [(SCHOOL, "3.7", "2.4")]
    assert "评分规则改变" in scores[0].cause
    assert [(part.cause, part.low) for part in scores[0].parts] == [("规则", -1.3)]


def test_changed_data_of_several_schemes_is_split_by_each_departments_own(go: Go, inbox: Path, tmp_path: Path) -> None:
    """64 in 60 posts: 6.67 points over, 6 steps of 0.5 or of 0.1."""
    go(tmp_path / "OUT")
    for who in (OFFICE, SCHOOL):
        write_xlsx(inbox / who / "基础数据表.xlsx", basic_data(who, staff=(60, 64, "106.67%")))
    go(tmp_path / "OUT2")
    found = diff(Output(tmp_path / "OUT"), Output(tmp_path / "OUT2"), Library(tmp_path / "本地"))
    scores = {c.department: c for c in found.changes if c.subject == "在职人员控制率" and c.column == "得分"}
    assert {who: [(part.cause, part.low) for part in one.parts] for who, one in scores.items()} == {
        OFFICE: [("数据", 2)],
        SCHOOL: [("数据", 0.7)],
    }


def test_break_even_is_by_the_departments_own_scheme(go: Go, tmp_path: Path) -> None:
    go(tmp_path / "OUT")
    found = explain(Output(tmp_path / "OUT"), SCHOOL, "在职人员控制率", schemes_of(Library(tmp_path / "本地")))
    assert any("在职人员数 ≤ 60 即满分" in str(one) for one in found.break_even)
    assert "方案 SHA-256（学校）" in found.versions


def test_ranks_are_within_the_departments_of_one_kind(go: Go, tmp_path: Path) -> None:
    go(tmp_path / "OUT")
    out = Out(tmp_path / "OUT")
    assert out.total(SCHOOL)["名次区间"] == "1～1"
    assert out.total(OFFICE)["名次区间"] == out.total(TOWN)["名次区间"] == "1～1"


def test_a_kind_without_a_scheme_stops_the_run(go: Go, tmp_path: Path) -> None:
    base = tmp_path / "本地" / "schemes" / "430527"
    (base / "2019.yaml").write_text(SCHOOLS.replace("[学校]", "[机关]"), encoding="utf-8")
    go(tmp_path / "OUT")  # the built-in scheme for all is still there
    text = SCHOOLS.replace("430527/2019", "430527/2019").replace('"430527", name: 绥宁县', '"430528", name: 新宁县')
    (base / "2019-学校.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        run(Options((tmp_path / "收件箱",), tmp_path / "OUT2", region="430528", mappings=tmp_path / "本地"))
    assert caught.value.code == "C10"
    assert "没有写明类别的部门" in caught.value.message
