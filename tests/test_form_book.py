"""Forms of several schemes, filled in at random, saved by LibreOffice and read back: nothing to find, and the same scores."""

import io
import random
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import openpyxl
import pytest

from converter.audit.verify import find_libreoffice, recalculate
from converter.books.form_book import basic_data_form
from converter.mapping.departments import group
from converter.mapping.library import Library
from converter.reading import read_file
from converter.scoring.batch import Batch, score_kinds
from converter.scoring.checks import Checks
from converter.scoring.derivations import Derivations
from converter.scoring.ruleset import Rules
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import Finding
from tests.form_filler import Figures, figures, fill, find, own_scores
from tests.test_schemes import made_scheme, scheme_text
from tests.test_worked_forms import SCHEME as WORKED

#: A scheme that needs little of 附件3: execution, a checklist with an item from data, a field nobody prints.
OWN = """\
  预算执行率:
    path: [预算执行]
    full: 40
    value: 本年支出合计决算数 / 本年支出合计全年预算数
    proportional: {target: 100%}
    text: 得分=执行率×分值
  资产利用率:
    path: [资产管理]
    full: 20
    value: 在用固定资产 / 固定资产总额
    bands: [{from: 90%, points: 20}, {under: 90%, points: 10}]
    text: 90%以上计20分，其余计10分。
  按时公开:
    path: [资产管理]
    full: 20
    checklist: [{points: 20, name: 有无出国, value: 因公出国境团组数}]
    text: 按时公开的计20分。
  楼堂馆所规模控制率:
    path: [资产管理]
    full: 20
    value: 楼堂馆所实际面积 / 楼堂馆所批复面积
    deduct: {above: 100%, every: 5%, points: 2}
    not_applicable: full
    text: 以批复规模为准，每超过5%扣2分；没有楼堂馆所项目的部门按满分计算。
"""
NAMES = ("甲局", "乙局")
#: 丙 has no procurement, 丁 figures that do not agree, 戊 hands its form in blank.
DEPARTMENTS = {"绥宁县": (*NAMES, "丙局", "丁局", "戊局"), "示例县": NAMES[:1], "试验县": NAMES}


@dataclass
class Filled:
    """A form as LibreOffice saved it."""

    path: Path
    scheme: Scheme
    values: Figures

    @cached_property
    def book(self) -> openpyxl.Workbook:
        """What the cells hold."""
        return openpyxl.load_workbook(self.path, data_only=True)

    def texts(self, sheet: str) -> dict[str, str]:
        """First text of each row → the one behind it."""
        page = self.book[sheet]
        rows = [[str(cell) for cell in row if cell is not None] for row in page.iter_rows(values_only=True)]
        return {row[0]: (row[1] if len(row) > 1 else "") for row in rows if row}


@pytest.fixture(scope="module")
def schemes(tmp_path_factory: pytest.TempPathFactory, library: Library, scheme: Scheme) -> dict[str, Scheme]:
    own = made_scheme(tmp_path_factory.mktemp("own"), scheme_text(OWN, code="990001", name="试验县"), library)
    return {"绥宁县": scheme, "示例县": WORKED, "试验县": own}


@pytest.fixture(scope="module")
def filled(
    tmp_path_factory: pytest.TempPathFactory,
    schemes: dict[str, Scheme],
    derivations: Derivations,
    checks: Checks,
) -> dict[str, Filled]:
    """By name: forms of every scheme with figures that agree, one with figures that do not, one blank; saved in one call."""
    if find_libreoffice() is None:
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("forms")
    made: dict[str, tuple[Path, Scheme, Figures]] = {}
    for region, one in schemes.items():
        for name in DEPARTMENTS[region]:
            path = folder / f"{region}{name}.xlsx"
            path.write_bytes(basic_data_form(one, derivations, checks))
            draw = random.Random(f"{region}{name}")
            values = figures(draw, 2019, procurement=name != "丙局") | {
                ("在用固定资产", 2019): 95.5, ("固定资产总额", 2019): 100.0, ("因公出国境团组数", 2019): "是",
                ("是否有当年完工的新建楼堂馆所", 2019): "否" if name == "甲局" else "是",
                ("楼堂馆所实际面积", 2019): "" if name == "甲局" else 1130,
                ("楼堂馆所批复面积", 2019): "" if name == "甲局" else 1000,
            }  # fmt: skip
            if name == "丁局":
                values["是否涉及政府采购", 2019] = "否"
                values["三公经费决算数", 2019] = float(values["三公经费决算数", 2019]) + 0.1
                values["部门整体支出预算调整决算数", 2019] = float(values["部门整体支出预算调整决算数", 2019]) + 9
            if name != "戊局":
                fill(path, region + name, values, draw)
            made[region + name] = path, one, values
    copies = recalculate([path for path, *_ in made.values()], folder / "saved")
    saved = {path.stem: copy for path, copy in copies}
    return {name: Filled(_there(saved[name]), one, values) for name, (_, one, values) in made.items()}


def _there(path: Path | None) -> Path:
    assert path is not None
    return path


@pytest.fixture(scope="module")
def batches(
    filled: dict[str, Filled], schemes: dict[str, Scheme], library: Library, derivations: Derivations, checks: Checks
) -> dict[str, tuple[Batch, list[Finding]]]:
    """Each scheme's forms, scored together, with the findings about files."""
    made = {}
    for region, one in schemes.items():
        readings = [
            read_file(form.path, f"{name}/表.xlsx", library.forms, library.dictionary)
            for name, form in filled.items()
            if name.startswith(region)
        ]
        documents = [document for reading in readings for document in reading.documents]
        batch = score_kinds(group(documents, [region]), Rules({"": one}, checks, derivations, library.forms))
        made[region] = batch, [found for reading in readings for found in reading.findings]
    return made


@pytest.mark.parametrize("region", ["绥宁县", "示例县", "试验县"])
def test_a_filled_form_reads_back_with_nothing_to_find(
    region: str, batches: dict[str, tuple[Batch, list[Finding]]]
) -> None:
    batch, about_files = batches[region]
    assert about_files == []
    good = [region + name for name in NAMES]
    beyond = {"S13", "S15"} if region == "示例县" else set()  # its scheme leaves judgement open and adjusts totals
    assert [str(found) for found in batch.findings if found.department in good and found.code not in beyond] == []


@pytest.mark.parametrize("region", ["绥宁县", "示例县", "试验县"])
def test_every_figure_comes_back(
    region: str, filled: dict[str, Filled], batches: dict[str, tuple[Batch, list[Finding]]]
) -> None:
    facts = batches[region][0].facts
    for name in (region + part for part in DEPARTMENTS[region] if part in NAMES):
        rows = facts[(facts["department"] == name) & facts["adopted"]]
        read = {(row.field, row.year): row.value for row in rows.itertuples() if row.state != "推算"}
        typed = {key: value for key, value in filled[name].values.items() if isinstance(value, int | float)}
        assert {key: read[key] for key in typed.keys() & read.keys()} == pytest.approx(
            {key: typed[key] for key in typed.keys() & read.keys()}
        )
        assert len(typed.keys() & read.keys()) > 40
        scored = batches[region][0].inputs
        position = scored.departments.index(name)
        for rule in filled[name].scheme.rules if name != "试验县甲局" else ():
            assert [str(gap) for formula in rule.formulas() for gap in scored.gaps(formula, position)] == []


@pytest.mark.parametrize("region", ["绥宁县", "示例县", "试验县"])
def test_the_live_self_scores_are_the_scores_of_the_program(
    region: str, filled: dict[str, Filled], batches: dict[str, tuple[Batch, list[Finding]]]
) -> None:
    scores = batches[region][0].scores
    for name in (region + part for part in DEPARTMENTS[region] if part in NAMES):
        live = own_scores(filled[name].book["指标表"])
        rows = scores[scores["department"] == name]
        computed = [rule.name for rule in filled[name].scheme.rules if not rule.judged] + ["按时公开"]
        compared = [row for row in rows.itertuples() if row.indicator in computed]
        assert compared
        for row in compared:
            declared = (row.indicator, name) == ("楼堂馆所规模控制率", "试验县甲局")
            assert row.status == ("不适用" if declared else "已评分"), row.indicator
            assert live(str(row.indicator)) == pytest.approx(row.score), row.indicator


def test_a_form_says_that_it_is_complete(filled: dict[str, Filled]) -> None:
    for name, form in filled.items():
        if name[-2:] in (*NAMES, "丙局"):
            for sheet in ("基础数据表", "补充数据", "指标表"):
                assert "已填齐" in form.texts(sheet), (name, sheet)


def test_a_form_checks_itself(filled: dict[str, Filled]) -> None:
    good = {**filled["绥宁县甲局"].texts("基础数据表"), **filled["绥宁县甲局"].texts("补充数据")}
    checks = {text.partition("：")[2]: said for text, said in good.items() if text.startswith("勾稽核对")}
    assert set(checks.values()) == {"相符"}
    assert len(checks) >= 9
    wrong = filled["绥宁县丁局"].texts("基础数据表")
    assert wrong["勾稽核对：三公经费等于公务用车、出国、接待三项之和"] == "不符：2019年三公经费决算数，差 0.10"
    assert wrong["勾稽核对：公务用车费等于购置费与运行维护费之和"] == "相符"
    more = filled["绥宁县丁局"].texts("补充数据")
    assert more["勾稽核对：预算调整行的增加数等于本年追加预算"].startswith(
        "不符：2019年部门整体支出预算调整决算数，差 9"
    )
    assert more["勾稽核对：是否涉及政府采购，选“否”的没有填数"] == "不符：选了“否”，又填了数"
    blank = filled["绥宁县戊局"].texts("基础数据表")
    assert {said for text, said in blank.items() if text.startswith("勾稽核对")} == {"待填"}


def test_what_the_form_says_the_program_says(
    filled: dict[str, Filled], batches: dict[str, tuple[Batch, list[Finding]]]
) -> None:
    found = [one for one in batches["绥宁县"][0].findings if one.department == "绥宁县丁局"]
    assert {one.code for one in found} == {"J01", "J07", "D05"}
    denied = sorted(one.subject for one in found if one.code == "D05")
    assert denied == ["政府采购决算数", "政府采购预算数"]


def test_procurement_declared_not_to_be(
    filled: dict[str, Filled], batches: dict[str, tuple[Batch, list[Finding]]]
) -> None:
    batch, _ = batches["绥宁县"]
    assert [one.code for one in batch.findings if one.department == "绥宁县丙局"] == []
    row = batch.scores[
        (batch.scores["department"] == "绥宁县丙局") & (batch.scores["indicator"] == "政府采购执行率")
    ].iloc[0]
    assert (row["status"], row["low"], row["high"]) == ("缺数", 0, 6)
    assert "填“——”" in row["missing"]
    assert own_scores(filled["绥宁县丙局"].book["指标表"])("政府采购执行率") == "—"


def test_a_blank_form_is_not_a_form_of_zeros(
    filled: dict[str, Filled], batches: dict[str, tuple[Batch, list[Finding]]]
) -> None:
    blank = filled["绥宁县戊局"]
    assert "还有 46 处未填" in blank.texts("基础数据表")
    assert "还有 8 处未填" in blank.texts("补充数据")
    batch, _ = batches["绥宁县"]
    rows = batch.facts[batch.facts["file"] == "绥宁县戊局/表.xlsx"]
    assert {state for name, state in zip(rows["field"], rows["state"], strict=True) if not name.endswith("·分值")} == {
        "空白",
        "不适用",
    }
    told = [one for one in batch.findings if one.place.file == "绥宁县戊局/表.xlsx" and one.code == "M19"]
    assert sorted(one.subject for one in told) == ["基础数据表", "指标表", "补充数据"]
    assert {str(one.level) for one in told} == {"错误"}


def test_the_code_follows_every_figure(filled: dict[str, Filled]) -> None:
    def code(name: str, sheet: str) -> str:
        return next(text for text in filled[name].texts(sheet) if text.startswith("校验码："))

    codes = {code(name, sheet) for name in filled for sheet in ("基础数据表", "补充数据") if not name.endswith("戊局")}
    assert len(codes) == 2 * (len(filled) - 1)
    sheet = filled["绥宁县甲局"].book["基础数据表"]
    total = 0
    for weight, column in ((7, 2), (11, 3), (13, 4)):
        for row in range(6, 25):
            value = sheet.cell(row, column).value
            if isinstance(value, int | float):
                total += round(weight * row * value * 10000) + 1
            elif value == "——":
                total += 100
    assert f"{total % 99991:05d}-{total % 9973:04d}" in code("绥宁县甲局", "基础数据表")


def test_a_figure_changed_behind_the_back_of_the_code_is_told(
    filled: dict[str, Filled], library: Library, tmp_path: Path
) -> None:
    """As a program does that recalculates nothing: the new figure stands, the old code is still shown."""
    book = openpyxl.load_workbook(filled["绥宁县甲局"].path, data_only=True)
    sheet = book["基础数据表"]
    cell = find(sheet, "政府采购金额").offset(0, 3)
    cell.value = float(str(cell.value)) + 1
    book.save(tmp_path / "改.xlsx")
    reading = read_file(tmp_path / "改.xlsx", "改.xlsx", library.forms, library.dictionary)
    (found,) = [one for document in reading.documents for one in document.findings]
    assert (found.code, found.subject) == ("D10", "基础数据表")
    assert found.place.sheet == "基础数据表"


def test_only_cells_to_fill_in_are_open(schemes: dict[str, Scheme], derivations: Derivations, checks: Checks) -> None:
    for one in schemes.values():
        book = openpyxl.load_workbook(io.BytesIO(basic_data_form(one, derivations, checks)))
        for sheet in book.worksheets:
            assert sheet.protection.sheet
            assert not sheet.protection.password
            free = [cell for row in sheet.iter_rows() for cell in row if not cell.protection.locked and cell.value]
            assert all("其他专项" in str(cell.value) or "填表人" in str(cell.value) for cell in free)
            for row in sheet.iter_rows():
                for cell in row:
                    assert len(str(cell.value)) < 8192
        heads = find(book["基础数据表"], "经费控制情况")
        assert [heads.offset(0, at).value for at in (1, 2, 3)] == [
            "2018年决算数（万元）",
            "2019年预算数（万元）",
            "2019年决算数（万元）",
        ]


def test_the_same_form_twice_is_the_same_bytes(scheme: Scheme, derivations: Derivations, checks: Checks) -> None:
    assert basic_data_form(scheme, derivations, checks) == basic_data_form(scheme, derivations, checks)
