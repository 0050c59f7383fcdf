"""Lint: each mistake is found where it stands, once, with its code; what is right is left alone.

tests/broken_rules/ holds a clean scheme with its cases and one file for each mistake, named <code>-<mistake>.yaml.
"""

import shutil
from pathlib import Path

import pytest

from converter.mapping.library import Library
from converter.scoring.linting import Linted, lint
from converter.vocabulary.findings import KINDS, Finding, Level

BROKEN = Path(__file__).with_name("broken_rules")
REGION = "990101"

#: File → all that is found: code, line:column, and words of the message or the advice.
FOUND: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {
    "clean": [],
    "S01-level": [("S01", "8:3", ("过程", "合计 70 分", "应为 60 分"))],
    "S01-part": [("S01", "7:3", ("投入、预算配置", "合计 30 分", "应为 20 分"))],
    "S01-total": [("S01", "6:1", ("全部指标", "合计 102 分", "应为 100 分"))],
    "S01-unlisted": [("S01", "6:1", ("过程", "没有列出它的分值"))],
    "S04-another-mark": [
        ("S04", "15:5", ("在职人员控制率", "分值 20 分", "计25分")),
        ("S05", "15:5", ("在职人员控制率",)),
    ],
    "S10-another-year": [("S10", "36:5", ("资金使用合规性", "2016 年", "2019 年"))],
    "L01-points": [("L01", "14:38", ("在职人员控制率", "规则写 扣 2 分", "条文写 扣 1 分"))],
    "L01-step": [("L01", "14:27", ("在职人员控制率", "规则写 每 1%", "条文写 每 5%"))],
    "L01-band": [("L01", "22:9", ("政府采购执行率", "规则写 5 分", "6 分"))],
    "L01-text-full": [("L01", "14:5", ("text_full 写 40 分", "条文写 20 分"))],
    "L01-edge": [("L01", "21:9", ("规则写 70%", "80%、90%")), ("L01", "22:9", ("规则写 70%",)), ("L10", "21:9", ("70%",))],
    "L01-base": [("L01", "29:16", ("重点工作实际完成率", "÷ 350", "÷ 300"))],
    "L01-violation": [("L01", "35:18", ("资金使用合规性", "扣 2 分", "扣 1 分"))],
    "L01-grade": [("L01", "45:21", ("行政效能", "规则写 10 分", "12 分"))],
    "L02-direction": [("L02", "14:14", ("在职人员控制率", "低于才扣分", "above"))],
    "L02-two-sides": [("L02", "14:14", ("在职人员控制率", "超过和低于都扣分", "above"))],
    "L03-gap": [
        ("L01", "21:9", ("规则写 75%",)),
        ("L10", "21:9", ("75%",)),
        ("L03", "22:9", ("政府采购执行率", "75% 与 80% 之间")),
    ],
    "L03-a-point": [("L03", "22:9", ("政府采购执行率", "80%没有规定"))],
    "L04-open-below": [("L01", "21:9", ("0%",)), ("L04", "21:9", ("小于 0%",)), ("L10", "21:9", ("0%",))],
    "L04-open-above": [("L01", "23:9", ("100%",)), ("L04", "23:9", ("大于 100%",)), ("L10", "23:9", ("100%",))],
    "L05-zigzag": [
        ("L05", "20:5", ("政府采购执行率", "5、0、5、10 分", "忽高忽低")),
        ("L01", "21:9", ("70%",)),
        ("L10", "21:9", ("70%",)),
        ("L01", "22:9", ("70%",)),
    ],
    "L06-best-band": [("L06", "23:9", ("最高一档 8 分", "满分 10 分")), ("S04", "24:5", ("分值 10 分", "计8分"))],
    "L07-inherited-basis": [("L07", "1:10", ("试财绩〔2019〕1号 附件1", "本地/schemes/9901/2019.yaml", "basis"))],
    "L08-number": [("L08", "4:1", ("试验县财政局通知", "没有文号"))],
    "L08-clause": [("L08", "4:1", ("试财绩〔2019〕1号", "没有条款"))],
    "L08-own-basis": [("L08", "36:5", ("资金使用合规性", "口头通知", "没有文号"))],
    "L09-no-case": [("L09", "47:3", ("满意度：没有算例", ".cases.yaml"))],
    "L10-bare-edge": [("L10", "14:5", ("在职人员控制率", "界线 95%"))],
    "L11-no-form": [("L11", "28:5", ("重点工作实际完成率", "重点工作考核得分", "missing"))],
    "L12-lowest": [("C02", "5:9", ("最低一等",))],
    "L12-too-high": [("L12", "5:10", ("“优”", "900 分"))],
    "L12-twice": [("C02", "5:9", ("同一分数",))],
    "L13-code": [("L13", "1:10", ("990100", "本级"))],
    "L14-to-fill": [("L14", "36:5", ("资金使用合规性", "还没有填写"))],
    "L15-items": [("L15", "40:5", ("管理制度健全性", "列了 3 项", "有 2 项"))],
    "L15-points": [("L15", "40:5", ("4、5 分", "4、6 分"))],
    "L16-full-without": [("L16", "36:5", ("没有项目支出的部门按满分", "not_applicable: full"))],
    "L17-one-label": [("L17", "43:3", ("行政效能", "管理制度健全性"))],
    "L18-year": [("L18", "2:1", ("990101/2019.yaml", "2020 年"))],
    "L18-code": [("L18", "1:1", ("990101/2019.yaml", "990102"))],
    "C01-not-closed": [("C01", "11:11", ("括号没有成对",))],
    "C02-basis-missing": [("C02", "1:1", ("缺少必填的键“basis”",))],
    "C02-bands-overlap": [("C02", "21:7", ("重叠", "≤ 90%"))],
    "C02-several": [
        ("C02", "5:1", ("grade", "是否为“grades”")),
        ("C02", "14:34", ("every", "大于 0")),
        ("C02", "1:1", ("缺少必填的键“grades”",)),
    ],
    "C02-template-with-region": [("C02", "2:1", ("模板", "region"))],
    "C02-two-forms": [("C02", "7:5", ("只写一个", "键: null"))],
    "C02-unknown-field": [("C02", "13:12", ("在职人数", "是否为“在职人员数”"))],
    "C20-no-such-parent": [("C20", "1:10", ("9901/2091", "是否为“9901/2019”"))],
    "C21-itself": [("C21", "3:10", ("990101/2019 → 990101/2019",))],
    "C22-nothing-to-take-out": [("C22", "6:3", ("行政效率", "是否为“行政效能”"))],
    "C22-quotes": [("C22", "6:3", ("只差引号或编号", "“行政效能”"))],
    "C23-weights-to-fill": [("C23", "1:10", ("在职人员控制率（分值、计分方式）", "绩效目标合理性（分值）", "null"))],
}  # fmt: skip


def laid(folder: Path, name: str) -> Path:
    """A user's mappings with the clean scheme of the city, and the named file as the county's."""
    region = "990100" if name == "L13-code" else REGION
    text = (BROKEN / "clean.yaml").read_text(encoding="utf-8")
    for code, content in (
        ("9901", text.replace(f'"{REGION}"', '"9901"')),
        (region, (BROKEN / f"{name}.yaml").read_text(encoding="utf-8")),
    ):
        place = folder / "本地" / "schemes" / code
        place.mkdir(parents=True)
        (place / "2019.yaml").write_text(content, encoding="utf-8")
        if "extends:" not in content:
            shutil.copy(BROKEN / "clean.cases.yaml", place / "2019.cases.yaml")
    return folder / "本地"


def linted(folder: Path, name: str) -> list[Finding]:
    """What is found in the county's file."""
    own = laid(folder, name)
    return lint(Library(own), "990100" if name == "L13-code" else REGION).findings


def test_every_broken_file_is_in_the_table() -> None:
    assert {path.name for path in BROKEN.iterdir()} == {*(f"{name}.yaml" for name in FOUND), "clean.cases.yaml"}


def test_every_code_of_lint_has_a_broken_file() -> None:
    codes = {name.split("-")[0] for name in FOUND}
    assert {code for code in KINDS if code.startswith("L")} | {"S01", "S04", "S10", "C20", "C21", "C22", "C23"} <= codes


@pytest.mark.parametrize("name", FOUND)
def test_a_mistake_is_found_where_it_stands_and_nothing_else(name: str, tmp_path: Path) -> None:
    found = sorted(linted(tmp_path, name), key=lambda item: (item.place.cell, item.code))
    wanted = sorted(FOUND[name], key=lambda item: (item[1], item[0]))
    assert [(item.code, item.place.cell) for item in found] == [(code, place) for code, place, _ in wanted]
    for item, (_, _, words) in zip(found, wanted, strict=True):
        said = item.message + item.advice
        assert [word for word in words if word not in said] == [], said
        assert item.advice
        assert item.place.file == f"本地/schemes/{'990100' if name == 'L13-code' else REGION}/2019.yaml"


def test_the_shipped_schemes_lint_clean_but_for_these_hints() -> None:
    """预算控制率 below 0 is not in the regulation, its 2016 is printed there, and nobody has read the clause of 财预〔2020〕10号."""
    result = lint(Library())
    assert len(result.files) == 3
    assert [(item.code, item.level, item.subject) for item in result.findings] == [
        ("L04", Level.NOTE, "预算控制率"),
        ("S10", Level.NOTE, "重点工作实际完成率"),
        ("L08", Level.NOTE, "依据"),
    ]


def test_only_the_users_own_files_are_linted_where_there_are_any(tmp_path: Path) -> None:
    result = lint(Library(laid(tmp_path, "clean")))
    assert result.files == ["本地/schemes/9901/2019.yaml", "本地/schemes/990101/2019.yaml"]
    assert result.findings == []


def test_one_scheme_by_its_name(tmp_path: Path) -> None:
    own = laid(tmp_path, "L12-too-high")
    assert lint(Library(own), "9901/2019") == Linted(["本地/schemes/9901/2019.yaml"], [])
    assert [item.code for item in lint(Library(own), "990101/2019").findings] == ["L12"]
    assert lint(Library(own), "110000").files == []


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    own = laid(tmp_path, "C01-not-closed")
    parent = own / "schemes" / "9901" / "2019.yaml"
    parent.write_text(parent.read_text(encoding="utf-8").replace("优: 90", "优: 190"), encoding="utf-8")
    assert [(item.code, item.place.file) for item in lint(Library(own)).findings] == [
        ("L12", "本地/schemes/9901/2019.yaml"),
        ("C01", "本地/schemes/990101/2019.yaml"),
    ]


def test_two_schemes_for_the_same_departments(tmp_path: Path) -> None:
    own = laid(tmp_path, "clean")
    shutil.copytree(own / "schemes" / REGION, own / "schemes" / "z")
    found = [item for item in lint(Library(own)).findings if item.code == "C12"]
    assert [str(item.place) for item in found] == ["本地/schemes/z/2019.yaml:1:1"]


def test_a_scheme_without_cases_is_told_once(tmp_path: Path) -> None:
    own = laid(tmp_path, "clean")
    (own / "schemes" / REGION / "2019.cases.yaml").unlink()
    (item,) = lint(Library(own), REGION).findings
    assert (item.code, item.place.cell) == ("L09", "1:1")
    assert "6 个指标没有算例" in item.message


def test_a_case_for_a_name_nobody_knows(tmp_path: Path) -> None:
    own = laid(tmp_path, "clean")
    cases = own / "schemes" / REGION / "2019.cases.yaml"
    cases.write_text(
        cases.read_text(encoding="utf-8").replace("    expect: {政府", "    expect: {省府"), encoding="utf-8"
    )
    (item,) = lint(Library(own), REGION).findings
    assert (item.code, str(item.place)) == ("C11", "本地/schemes/990101/2019.cases.yaml:14:14")


EXTENDED = """\
extends: 9901/2019
region: {code: "990101", name: 试验县}
year: 2019
basis: {document: 试财绩〔2019〕2号, clause: 附件1}
indicators:
  行政效能: {text: 效果较好的计20分；一般10分；差的0分。}
"""


def test_only_what_was_changed_needs_cases_of_its_own(tmp_path: Path) -> None:
    """The five indicators left alone are proved by the cases of the scheme they come from."""
    own = laid(tmp_path, "clean")
    (own / "schemes" / REGION / "2019.yaml").write_text(EXTENDED, encoding="utf-8")
    cases = own / "schemes" / REGION / "2019.cases.yaml"
    cases.write_text(
        "cases:\n  - case: 好\n    self_scores: {行政效能: 20}\n    expect: {行政效能: {score: 20}}\n", encoding="utf-8"
    )
    assert lint(Library(own), REGION).findings == []
    cases.unlink()
    (item,) = lint(Library(own), REGION).findings
    assert (item.code, item.place.cell) == ("L09", "1:1")
    assert "1 个指标没有算例" in item.message


def test_broken_cases_of_an_ancestor_do_not_hide_the_rest(tmp_path: Path) -> None:
    own = laid(tmp_path, "clean")
    (own / "schemes" / REGION / "2019.yaml").write_text(
        EXTENDED + "grades: {优: 190, 良: 80, 差: 0}\n", encoding="utf-8"
    )
    (own / "schemes" / "9901" / "2019.cases.yaml").write_text("cases: []\n", encoding="utf-8")
    assert {item.code for item in lint(Library(own), REGION).findings} == {"L12", "C02"}


def test_a_mistake_that_was_inherited_stands_where_it_was_written(tmp_path: Path) -> None:
    own = laid(tmp_path, "clean")
    parent = own / "schemes" / "9901" / "2019.yaml"
    text = parent.read_text(encoding="utf-8")
    parent.write_text(text.replace("每超过一个百分点扣2分", "每超过一个百分点扣1分"), encoding="utf-8")
    (own / "schemes" / REGION / "2019.yaml").write_text(EXTENDED, encoding="utf-8")
    found = [item for item in lint(Library(own), REGION).findings if item.code == "L01"]
    assert [str(item.place) for item in found] == ["本地/schemes/9901/2019.yaml:14:38"]
    assert found[0].message.endswith("（见于方案 990101/2019）")
