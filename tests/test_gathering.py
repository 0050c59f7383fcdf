"""Departments scored chunk by chunk: however they are parted, the outputs are the same bytes."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from converter.run import Options, run
from converter.scratch import Scratch
from tests.conftest import ROOT
from tests.outputs import Out
from tests.records import row, write_record
from tests.test_kinds import SCHOOLS
from tests.test_run import bytes_of
from tests.workbooks import Grid, accounts, basic_data, indicator_table, last_year, suining, write_xlsx

REGION = "绥宁县"
OFFICES = tuple(f"{REGION}{name}" for name in ("丁局", "丙局", "乙局", "庚局", "己局", "戊局", "甲局", "辛局"))
SCHOOL, UNIT, EXCUSED, LATE = f"{REGION}乙学校", f"{REGION}甲局机关", f"{REGION}壬局", f"{REGION}癸局"
PURCHASE, STAFF = "政府采购执行率", "在职人员控制率"


@dataclass(frozen=True)
class County:
    """An inbox with all that hangs on the batch as a whole, and the files that go with it."""

    inbox: Path
    roster: Path
    mappings: Path
    decisions: Path
    prior: Path

    def convert(self, out: Path, **options: object) -> dict[str, bytes]:
        """The outputs of a run, but for its manifest."""
        run(Options((self.inbox,), out, mappings=self.mappings, **{"fail_on": "never", **options}))  # type: ignore[arg-type]
        return bytes_of(out)


def reply_form(number: str, text: str) -> Grid:
    grid = Grid("意见回复")
    grid.row(0, "问题编号", "部门说明")
    grid.row(1, number, text)
    return grid


def build(place: Path) -> County:
    """Offices of which two hand in the same, a school with rules of its own, a unit of an office, one that is excused, one
    that has only last year's form; files that cannot be read or are not known, replies, a list, decisions and last year.
    """
    inbox = place / "收件箱"
    for at, who in enumerate((*OFFICES, SCHOOL, UNIT, EXCUSED)):
        spent = {
            "三公经费": (16.14, 29, 20 + at % 7),
            "公用经费": (49.79, 81.35, 70 + 3 * at),
            "项目支出：": (1, 474, 500),
        }
        write_xlsx(inbox / who / "基础数据表.xlsx", basic_data(who, rows=spent, staff=(60, 58 + at % 7, "100%")))
        write_xlsx(inbox / who / "指标表.xlsx", indicator_table(who))
        if at % 2:
            write_xlsx(inbox / who / "决算.xlsx", accounts(who))
    suining(inbox / f"{REGION}人社局")
    write_xlsx(inbox / LATE / "基础数据表.xlsx", last_year(LATE))
    write_xlsx(inbox / OFFICES[0] / "上年" / "基础数据表.xlsx", last_year(OFFICES[0]))
    again = basic_data(OFFICES[1], rows={"三公经费": (16.14, 29, 99)}, staff=(60, 60, "100%"))
    write_xlsx(inbox / OFFICES[1] / "基础数据表（修改后）.xlsx", again)
    (inbox / OFFICES[2] / "坏.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    write_xlsx(inbox / OFFICES[3] / "名单.xlsx", Grid("名单", {(0, 0): "姓名"}))
    own = place / "本地" / "schemes" / "430527"
    own.mkdir(parents=True)
    (own / "2019-学校.yaml").write_text(SCHOOLS, encoding="utf-8")
    lines = [f"{at:03},{who},{'学校' if who == SCHOOL else ''},{OFFICES[6] if who == UNIT else ''},{'已撤销' if who == EXCUSED else ''}"
             for at, who in enumerate((*OFFICES[1:], SCHOOL, UNIT, EXCUSED, f"{REGION}未报局"), start=1)]  # fmt: skip
    (place / "部门名单.csv").write_text("编码,名称,类别,上级,不参评理由\n" + "\n".join(lines), encoding="utf-8")
    scheme = (ROOT / "mappings/schemes/430527/2019.yaml").read_text(encoding="utf-8")
    (own / "2018.yaml").write_text(scheme.replace("year: 2019", "year: 2018"), encoding="utf-8")
    for who in (OFFICES[0], OFFICES[4], f"{REGION}旧局"):
        write_xlsx(place / "上年" / who / "基础数据表.xlsx", last_year(who))
        write_xlsx(place / "上年" / who / "指标表.xlsx", indicator_table(who))
    prior = place / "OUT2018"
    run(Options((place / "上年",), prior, mappings=place / "本地", fail_on="never"))
    county = County(inbox, place / "部门名单.csv", place / "本地", place / "复核.xlsx", prior)
    county.convert(place / "首次", departments=county.roster)
    first = Out(place / "首次")
    told = next(r["编号"] for r in first.findings if r["部门"] == OFFICES[5] and r["责任方"] == "部门")
    banded = next(r for r in first.findings if r["代码"] in ("B02", "B04") and r["部门"])
    write_xlsx(inbox / OFFICES[5] / "回复.xlsx", reply_form(told, "本单位没有政府采购"))
    write_xlsx(inbox / OFFICES[6] / "回复.xlsx", reply_form("J12-00000000", "早已改正"))
    rows = [
        row("认定得分", STAFF, "", 3, department=OFFICES[0]),
        row("更正数据", "三公经费决算数", 22, 21, department=OFFICES[3]),
        row("采纳说明", told, "本单位没有政府采购", "采纳", department=OFFICES[5]),
        row("采纳说明", banded["编号"], "", "采纳", department=banded["部门"]),
        row("加减分", "获表彰", "", 1, department=SCHOOL),
        row("采纳说明", "J12", "", "采纳", department="全部"),
    ]
    write_record(county.decisions, rows)
    return county


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    return build(tmp_path_factory.mktemp("county"))


@pytest.mark.parametrize("chunk", [1, 7])
def test_however_departments_are_parted_no_byte_changes(
    county: County, tmp_path: Path, whole: dict[str, bytes], chunk: int
) -> None:
    assert county.convert(tmp_path / "OUT", departments=county.roster, prior=county.prior, chunk=chunk, jobs=2) == whole


@pytest.fixture(scope="module")
def whole(county: County, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The outputs of all departments scored together."""
    out = tmp_path_factory.mktemp("whole") / "OUT"
    return county.convert(out, departments=county.roster, prior=county.prior, chunk=1000)


def test_decisions_reach_every_department(county: County, tmp_path: Path) -> None:
    """They are one record about all departments, which therefore are scored together, whatever is asked for."""
    county.convert(tmp_path / "OUT", departments=county.roster, decisions=county.decisions, chunk=1, books=False)
    told = {(row["代码"], row["部门"]) for row in Out(tmp_path / "OUT").findings if row["代码"] == "P01"}
    assert {
        ("P01", OFFICES[5]),
        ("P01", OFFICES[0]),
        ("P01", SCHOOL),
    } <= told  # 0: of B04, which all departments decide


def test_nothing_that_was_put_aside_remains(county: County, tmp_path: Path) -> None:
    county.convert(tmp_path / "OUT", chunk=7, books=False)
    assert [path.name for path in (tmp_path / ".OUT.jixiao").iterdir()] == ["lock"]


def test_pieces_put_aside_together_are_found_one_by_one(tmp_path: Path) -> None:
    scratch, pieces = Scratch(tmp_path), [b"first", b"", b"third"]
    before = scratch.keep({"a": 1})
    assert [scratch.load_bytes(kept) for kept in scratch.keep_each(pieces)] == pieces
    assert scratch.load(before) == {"a": 1}
