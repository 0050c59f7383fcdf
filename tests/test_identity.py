"""An inbox of 60 departments in every layout that counties know, with planted mix-ups: one department each, each found once."""

import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import Command
from tests.outputs import Out
from tests.workbooks import SUINING_BASIC, Value, basic_data, indicator_table, write_xlsx

_LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
Rows = dict[str, tuple[Value, Value, Value]]


def names(count: int) -> list[str]:
    """Departments of invented names that neither hold nor abbreviate each other."""
    return [f"绥宁县{a}{b}局" for a in _LETTERS for b in _LETTERS if a != b][:count]


def rows(quota: float) -> Rows:
    """Figures of a department's own."""
    return {**SUINING_BASIC, "公用经费": (40, quota, quota)}


def basic(path: Path, name: str, quota: int, year: int = 2019) -> Path:
    return write_xlsx(path, basic_data(name, year, rows(quota), (quota, quota, "100%"), "单位：万元"))


def indicators(path: Path, name: str) -> Path:
    return write_xlsx(path, indicator_table(name))


def folder_each(inbox: Path, name: str, quota: int) -> None:
    basic(inbox / name / "基础数据表.xlsx", name, quota)
    indicators(inbox / name / "指标表.xlsx", name)


def flat(inbox: Path, name: str, quota: int) -> None:
    basic(inbox / f"{name}_基础数据表.xlsx", name, quota)
    indicators(inbox / f"{name}_指标表.xlsx", name)


def two_folders(inbox: Path, name: str, quota: int) -> None:
    basic(inbox / "基础数据表" / f"{name}.xlsx", name, quota)
    indicators(inbox / "自评材料" / f"{name}.xlsx", name)


def several_years(inbox: Path, name: str, quota: int) -> None:
    basic(inbox / name / "2019年" / "基础数据表.xlsx", name, quota)
    indicators(inbox / name / "2019年" / "指标表.xlsx", name)
    basic(inbox / name / "上年" / "基础数据表.xlsx", name, quota + 1000, 2018)


def with_withdrawn(inbox: Path, name: str, quota: int) -> None:
    folder_each(inbox, name, quota)
    basic(inbox / name / "作废" / "基础数据表.xlsx", name, quota + 1000)
    basic(inbox / "退回" / name / "基础数据表.xlsx", name, quota + 2000)


def sent_again(inbox: Path, name: str, quota: int) -> None:
    """The same figures in another file: 修改后 may have changed a sentence only."""
    folder_each(inbox, name, quota)
    path = basic(inbox / name / "基础数据表（修改后）.xlsx", name, quota)
    book = openpyxl.load_workbook(path)
    book.active["A1"] = "附件3（修改后）"  # type: ignore[index]
    book.save(path)


def zipped(inbox: Path, name: str, quota: int) -> None:
    folder_each(inbox / "zip", name, quota)
    with zipfile.ZipFile(inbox / f"{name}.zip", "w") as archive:
        for path in sorted((inbox / "zip" / name).iterdir()):
            archive.write(path, path.name)
    shutil.rmtree(inbox / "zip")


def batches(inbox: Path, name: str, quota: int) -> None:
    basic(inbox / "第一批" / f"{name}.xlsx", name, quota)
    indicators(inbox / "第二批" / f"{name}（补报）.xlsx", name)


LAYOUTS: tuple[tuple[Callable[[Path, str, int], None], int], ...] = (
    (folder_each, 14), (flat, 12), (two_folders, 8), (several_years, 6), (with_withdrawn, 4), (sent_again, 4), (zipped, 4), (batches, 8)
)  # fmt: skip


def county(inbox: Path) -> dict[str, int]:
    """60 clean departments; name → its own 编制数."""
    waiting = {name: 100 + number for number, name in enumerate(names(60))}
    known = iter(waiting.items())
    for layout, count in LAYOUTS:
        for _ in range(count):
            layout(inbox, *next(known))
    assert next(known, None) is None
    return waiting


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory, jixiao: Command) -> tuple[Out, dict[str, int], Path]:
    folder = tmp_path_factory.mktemp("county")
    expected = county(folder / "收件箱")
    done = jixiao("run", folder / "收件箱", "-o", folder / "OUT", "--no-books", "--region", "430527")
    assert done.returncode in (0, 1), done.stderr
    return Out(folder / "OUT"), expected, folder / "收件箱"


def test_every_layout_gives_one_department_each_with_its_own_figures(
    clean: tuple[Out, dict[str, int], Path],
) -> None:
    out, expected, _ = clean
    assert {row["部门"] for row in out.totals} == set(expected)
    assert out.manifest["year"] == 2019
    used = {
        row["部门"]: row for row in out.facts if (row["字段"], row["年度"], row["采用"]) == ("编制数", "2019", "是")
    }
    assert {name: float(row["数值"]) for name, row in used.items()} == expected


def test_no_layout_is_a_mix_up(clean: tuple[Out, dict[str, int], Path]) -> None:
    out, _, _ = clean
    assert [(f["代码"], f["部门"], f["说明"]) for f in out.findings if f["代码"] in WATCHED] == []


def test_what_was_handed_in_is_listed(clean: tuple[Out, dict[str, int], Path]) -> None:
    out, expected, _ = clean
    rows = out.sheet("报送情况", "部门编码")
    assert {row["部门"] for row in rows} == set(expected)
    assert {row["报送状态"] for row in rows} == {"已报"}
    assert Counter(row["上年数据"] for row in rows) == {"缺": 54, "1 份": 6}
    void = [row for row in out.sheet("来源文件", "文件") if "作废" in row["处理结果"]]
    assert len(void) == 8


#: Codes of mix-ups, each planted once below.
WATCHED = ("M03", "M09", "M10", "M15", "M16", "M17", "D04", "F10", "B01", "D07")


def plant(inbox: Path) -> list[tuple[str, str]]:
    """Ten mix-ups; (code, a word of the message) of each."""
    folder_each(inbox, "绥宁县天山局", 1)
    basic(inbox / "绥宁县天山局" / "基础数据表(1).xlsx", "绥宁县天山局", 9)  # 1 sent again with other figures
    folder_each(inbox, "绥宁县地水局", 2)
    basic(inbox / "绥宁县地水局" / "决算.xlsx", "绥宁县风火局", 3)  # 2 a head line that is not the folder's
    for township, quota in (("龙潭镇", 4), ("武阳镇", 5)):  # 3 equal names in two folders
        basic(inbox / township / "基础数据表.xlsx", "财政所", quota)
        indicators(inbox / township / "指标表.xlsx", "财政所")
    basic(inbox / "绥宁县自规局" / "基础数据表.xlsx", "绥宁县自规局", 6)  # 4 an abbreviation and its long form
    indicators(inbox / "绥宁县自规局" / "指标表.xlsx", "绥宁县自然资源和规划局")
    folder_each(inbox / "2021年度", "绥宁县星月局", 7)  # 5 a folder of another year
    grid = basic_data("绥宁县雨雪局", 2019, rows(8), (8, 8, "100%"), "单位：万元")
    grid.cells[1, 0] = "2020年度部门整体支出绩效评价基础数据表"  # 6 a title of another year
    write_xlsx(inbox / "绥宁县雨雪局" / "基础数据表.xlsx", grid)
    indicators(inbox / "绥宁县雨雪局" / "指标表.xlsx", "绥宁县雨雪局")
    folder_each(inbox, "绥宁县江河局", 10)  # 7 the same bytes in another folder
    (inbox / "补报").mkdir()
    shutil.copy(inbox / "绥宁县江河局" / "基础数据表.xlsx", inbox / "补报" / "江河局.xlsx")
    write_xlsx(
        inbox / "绥宁县湖海局基础数据表2019.xlsx", basic_data("", 2019, rows(11), (11, 11, "100%"), "单位：万元")
    )
    indicators(inbox / "绥宁县湖海局指标表.xlsx", "绥宁县湖海局")  # 8 no name in the head
    folder_each(inbox, "绥宁县竹木局", 12)
    basic(inbox / "绥宁县竹木局" / "旧" / "基础数据表.xlsx", "绥宁县竹木局", 13, 2016)  # 9 a year out of scope
    basic(inbox / "绥宁县花草局" / "基础数据表.xlsx", "绥宁县花草局", 14, 2018)  # 10 nothing of the year
    return [
        ("D04", "绥宁县天山局/基础数据表(1).xlsx"),
        ("M15", "绥宁县风火局"),
        ("M16", "财政所"),
        ("M03", "绥宁县自然资源和规划局"),
        ("M17", "2021年度"),
        ("M17", "标题写的是 2020 年"),
        ("F10", "绥宁县江河局/基础数据表.xlsx"),
        ("M10", "绥宁县湖海局"),
        ("M09", "2016"),
        ("D07", "没有 2019 年度的报表"),
    ]


@pytest.fixture(scope="module")
def planted(
    tmp_path_factory: pytest.TempPathFactory, clean: tuple[Out, dict[str, int], Path], jixiao: Command
) -> tuple[Out, list[tuple[str, str]]]:
    folder = tmp_path_factory.mktemp("planted")
    shutil.copytree(clean[2], folder / "收件箱")
    expected = plant(folder / "收件箱")
    jixiao("run", folder / "收件箱", "-o", folder / "OUT", "--no-books", "--region", "430527")
    return Out(folder / "OUT"), expected


def test_each_of_ten_mix_ups_is_found_once(planted: tuple[Out, list[tuple[str, str]]]) -> None:
    out, expected = planted
    found = [(f["代码"], f["说明"]) for f in out.findings if f["代码"] in WATCHED]
    for code, word in expected:
        assert len([1 for c, said in found if c == code and word in said]) == 1, (code, word, found)
    # A department that sent one form lacks the other: that is no mix-up of its own.
    others = [(c, s) for c, s in found if not any(c == code and word in s for code, word in expected)]
    assert all(code == "D07" and "没有 2019 年度的指标表" in said for code, said in others), others


def test_the_mixed_up_ones_are_departments_of_their_own(planted: tuple[Out, list[tuple[str, str]]]) -> None:
    out, _ = planted
    there = {row["部门"] for row in out.totals}
    assert {"财政所（龙潭镇）", "财政所（武阳镇）", "绥宁县自规局", "绥宁县风火局", "绥宁县湖海局"} <= there
    assert "绥宁县自然资源和规划局" not in there
    assert len(there) == 60 + 11


# --- with a departments list


LIST = (
    ("部门编码", "部门名称", "简称", "曾用名", "上级部门", "类别", "应报", "不参评理由"),
    ("001", "绥宁县教育局", "教育局；县教育局", "教育和体育局", "", "政府部门", "是", ""),
    ("002", "绥宁县人力资源和社会保障局", "人社局", "", "", "政府部门", "是", ""),
    ("101", "中心学校", "", "", "龙潭镇", "学校", "是", ""),
    ("102", "中心学校", "", "", "武阳镇", "学校", "是", ""),
    ("201", "绥宁县档案馆", "", "", "", "事业单位", "是", "当年机构改革"),
    ("202", "绥宁县气象局", "", "", "", "垂管", "否", ""),
    ("203", "绥宁县信访局", "", "", "", "党委部门", "是", ""),
)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory, jixiao: Command) -> Out:
    folder = tmp_path_factory.mktemp("listed")
    inbox = folder / "收件箱"
    basic(inbox / "a" / "1.xlsx", "县教育局", 1)
    indicators(inbox / "b" / "2.xlsx", "教育和体育局")
    basic(inbox / "人社局" / "1.xlsx", "", 2)
    indicators(inbox / "人社局" / "2.xlsx", "绥宁县人力资源和社会保障局")
    for township, quota in (("龙潭镇", 3), ("武阳镇", 4)):
        basic(inbox / township / "中心学校" / "1.xlsx", "中心学校", quota)
    folder_each(inbox, "绥宁县档案馆", 5)
    folder_each(inbox, "绥宁县粮食局", 6)
    table = openpyxl.Workbook()
    for row in (("部门名单",), *LIST):
        table.active.append(row)  # type: ignore[union-attr]
    table.save(folder / "部门名单.xlsx")
    done = jixiao(
        "run",
        inbox,
        "-o",
        folder / "OUT",
        "--no-books",
        "--region",
        "430527",
        "--departments",
        folder / "部门名单.xlsx",
    )
    assert done.returncode == 1, done.stderr
    return Out(folder / "OUT")


def test_the_list_decides_for_every_name_it_knows(listed: Out) -> None:
    used = {
        (row["部门编码"], row["部门"]): float(row["数值"])
        for row in listed.facts
        if (row["字段"], row["年度"], row["采用"]) == ("编制数", "2019", "是")
    }
    assert used == {
        ("001", "绥宁县教育局"): 1,
        ("002", "绥宁县人力资源和社会保障局"): 2,
        ("101", "中心学校（101）"): 3,
        ("102", "中心学校（102）"): 4,
        ("", "绥宁县粮食局"): 6,
    }
    codes = Counter(f["代码"] for f in listed.findings if f["代码"] in WATCHED)
    assert (codes["M03"], codes["M15"], codes["M16"], codes["D04"]) == (0, 0, 0, 0)


def test_who_has_not_handed_in_and_who_was_not_expected(listed: Out) -> None:
    rows = {row["部门"]: row for row in listed.sheet("报送情况", "部门编码")}
    assert [row["部门编码"] for row in listed.sheet("报送情况", "部门编码")][:7] == [row[0] for row in LIST[1:]]
    assert rows["绥宁县信访局"]["报送状态"] == "未报"
    assert rows["绥宁县气象局"]["应报"] == "否"
    assert rows["绥宁县档案馆"]["报送状态"] == "不参评：当年机构改革"
    assert rows["绥宁县粮食局"]["应报"] == "名单外"
    assert rows["中心学校（101）"]["报送状态"] == "部分报送"
    missing = [(f["部门"], f["对象"]) for f in listed.findings if f["代码"] == "B01"]
    assert sorted(missing) == [("绥宁县信访局", "应报未报"), ("绥宁县粮食局", "名单外")]


def test_the_excused_are_not_scored_and_their_files_say_so(listed: Out) -> None:
    assert "绥宁县档案馆" not in {row["部门"] for row in listed.totals}
    files = {row["文件"]: row["处理结果"] for row in listed.sheet("来源文件", "文件")}
    assert "不参评" in files["绥宁县档案馆/基础数据表.xlsx"]


def test_ranks_are_within_the_kind(listed: Out) -> None:
    kinds = {row["部门"]: (row["类别"], row["名次区间"]) for row in listed.totals}
    assert kinds["绥宁县粮食局"] == ("", "1～1")
    assert kinds["中心学校（101）"] == ("学校", "1～2")
