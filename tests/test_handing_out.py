"""jixiao template basic-data, indicators, departments: the scheme they are made for, last year's figures, the mistakes."""

from pathlib import Path

import openpyxl
import pytest

from converter.cli import main
from converter.mapping.library import Library
from converter.mapping.roster import load_roster
from converter.reading import read_file
from converter.vocabulary.numbers import USABLE
from tests.form_filler import find
from tests.outputs import Out
from tests.records import DEPARTMENT
from tests.workbooks import INDICATORS

NEXT_YEAR = 'extends: 430527/2019\nregion: {code: "430527", name: 绥宁县}\nyear: 2020\n'


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main(["template", *map(str, arguments)])
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Mappings with the rules of the year behind the built-in ones."""
    folder = tmp_path / "映射" / "schemes" / "430527"
    folder.mkdir(parents=True)
    (folder / "2020.yaml").write_text(NEXT_YEAR, encoding="utf-8")
    return tmp_path / "映射"


def test_a_blank_form_of_the_region(tmp_path: Path, library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    form = tmp_path / "F.xlsx"
    assert call("basic-data", "--region", "430527001", "-o", form) == 0
    assert "绥宁县 2019" in capsys.readouterr().out
    assert openpyxl.load_workbook(form).sheetnames == ["填表说明", "基础数据表", "补充数据", "指标表"]
    reading = read_file(form, form.name, library.forms, library.dictionary)
    assert [document.form for document in reading.documents] == ["基础数据表", "补充数据", "指标表"]
    assert reading.unused == {}
    assert {document.year for document in reading.documents} == {2019}


def test_what_the_printed_table_lacks_is_asked_with_the_indicators_it_is_for(tmp_path: Path) -> None:
    form = tmp_path / "F.xlsx"
    call("basic-data", "--region", "430527", "-o", form)
    sheet = openpyxl.load_workbook(form)["补充数据"]
    head = find(sheet, "项目")
    asked = {}
    for row in range(1, 20):
        name, value = head.offset(row, 0).value, head.offset(row, 3)
        if name and not value.protection.locked:
            asked[name] = [head.offset(row, at).value for at in (1, 2, 4)]
    assert {name: words[:2] for name, words in asked.items()} == {
        "是否涉及政府采购": [2019, "是/否"],
        "三公经费预算数": [2018, "万元"],
        "年初结转和结余决算数": [2019, "万元"],
        "本年支出合计年初预算数": [2019, "万元"],
        "本年支出合计全年预算数": [2019, "万元"],
        "年末结转和结余决算数": [2019, "万元"],
        "重点工作考核得分": [2019, "分"],
        "满意度": [2019, "%"],
    }
    assert "预算完成率、预算控制率" in str(asked["本年支出合计年初预算数"][2])


def test_the_indicators_alone_are_the_printed_table(tmp_path: Path, library: Library) -> None:
    form = tmp_path / "F.xlsx"
    assert call("indicators", "--region", "430527", "--year", 2019, "-o", form) == 0
    (document,) = read_file(form, form.name, library.forms, library.dictionary).documents
    weights = {fact.field: fact.value for fact in document.facts if fact.field.endswith("·分值")}
    assert weights["投入·分值"] == 10
    assert weights["资金使用合规性·分值"] == 16
    assert len(document.lines) == len(INDICATORS)
    sheet = openpyxl.load_workbook(form)["指标表"]
    open_cells = [cell for row in sheet.iter_rows() for cell in row if not cell.protection.locked and not cell.value]
    limits = {str(rule.sqref): float(rule.formula2 or 0) for rule in sheet.data_validations.dataValidation}
    assert limits[find(sheet, "在职人员控制率").offset(0, 4).coordinate] == 5
    assert len({cell.coordinate for cell in open_cells} & set(limits)) == len(INDICATORS)


def test_last_years_figures_are_put_in_and_locked(
    tmp_path: Path, suining_out: Path, county: Path, library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("basic-data", "--prior", suining_out, "--mappings", county, "-o", tmp_path / "表") == 0
    assert "2020 年度基础数据表 1 份" in capsys.readouterr().out
    (form,) = (tmp_path / "表").iterdir()
    assert form.name == f"{DEPARTMENT}_2020.xlsx"
    before = Out(suining_out)
    reading = read_file(form, form.name, library.forms, library.dictionary)
    taken = [f for d in reading.documents for f in d.facts if f.year == 2019 and f.state in USABLE]
    assert {fact.field for fact in taken} >= {"三公经费决算数", "公务接待费决算数", "三公经费预算数", "公用经费决算数"}
    for fact in taken:
        assert fact.value == float(before.fact(DEPARTMENT, fact.field)["数值"])
    sheet = openpyxl.load_workbook(form)["基础数据表"]
    total = find(sheet, "三公经费")
    assert total.offset(0, 1).protection.locked
    source = before.fact(DEPARTMENT, "三公经费决算数")
    assert total.offset(0, 4).value == f"{source['文件']}!{source['工作表']}!{source['单元格']}"
    assert not total.offset(0, 2).protection.locked
    assert find(sheet, "填报单位：").offset(0, 1).value == DEPARTMENT
    opening = find(openpyxl.load_workbook(form)["补充数据"], "年初结转和结余决算数").offset(0, 3)
    assert opening.value == float(before.fact(DEPARTMENT, "年末结转和结余决算数")["数值"])
    assert not opening.protection.locked
    assert "上年年末数，有调整的请改" in str(opening.offset(0, 2).value)


def test_one_department_of_last_year(
    tmp_path: Path, suining_out: Path, county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("basic-data", "--prior", suining_out, "--mappings", county)
    assert call(*asked, "--department", DEPARTMENT, "-o", tmp_path / "F.xlsx") == 0
    assert (tmp_path / "F.xlsx").is_file()
    assert call(*asked, "--department", "绥宁县人社", "-o", tmp_path / "G.xlsx") == 2
    assert f"是否为“{DEPARTMENT}”" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), "C10", "没有指明地区"),
        (("--region", "440000"), "R03", "没有指明数据年度"),
        (("--region", "430527", "--year", 2021), "C10", "没有适用于区划 430527 2021 年度的评分方案"),
        (("--region", "430527", "--department", "甲局"), "R01", "--prior"),
    ],
)
def test_what_cannot_be_made(
    tmp_path: Path, arguments: tuple[object, ...], code: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("basic-data", *arguments, "-o", tmp_path / "F.xlsx") == 2
    said = capsys.readouterr().err
    assert f"[{code}]" in said
    assert words in said
    assert not (tmp_path / "F.xlsx").exists()


def test_a_departments_list(tmp_path: Path, suining_out: Path) -> None:
    blank, known = tmp_path / "A.xlsx", tmp_path / "B.xlsx"
    assert call("departments", "-o", blank) == 0
    assert call("departments", "--from", suining_out, "-o", known) == 0
    roster = load_roster(known, ["绥宁县"])
    assert [(entry.name, entry.expected) for entry in roster.entries] == [(DEPARTMENT, True)]
    book = openpyxl.load_workbook(blank)
    sheet = book["部门名单"]
    head = find(sheet, "名称")
    head.offset(1, 0).value, head.offset(1, -1).value = "教育局", "088001"
    head.offset(1, 1).value, head.offset(1, 5).value = "教委、县教育局", "否"
    book.save(blank)
    (entry,) = load_roster(blank, []).entries
    assert (entry.name, entry.code, entry.expected) == ("教育局", "088001", False)
    assert set(entry.labels) == {"教育局", "教委", "县教育局"}


def test_a_form_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = tmp_path / "F.xlsx"
    call("departments", "-o", form)
    assert call("indicators", "--region", "430527", "-o", form) == 2
    assert "不覆盖" in capsys.readouterr().err
