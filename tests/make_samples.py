"""Writes samples/: one small department folder for each difficulty. `python -m tests.make_samples [FOLDER]`.

绥宁县人社局 has the figures it published for 2019 (and an invented form of 2018); the 示例 departments are invented.
"""

import sys
from pathlib import Path

from tests.workbooks import (
    INDICATORS,
    WIDE,
    Grid,
    Value,
    accounts,
    basic_data,
    indicator_table,
    last_year,
    suining,
    write_xls,
    write_xlsx,
)

Rows = dict[str, tuple[Value, Value, Value]]
_SELF: tuple[Value, ...] = (5, 5, 5, 4, 8, 7, 6, 8, 16, 5, 8, 5, 5, 6, 6)


def _own(department: str) -> float:
    """A small amount that no other sample department has, so that none looks like a copy of another."""
    return round("甲乙丙丁戊己".index(department[-2]) / 100, 2)


def _basic(department: str, **changes: tuple[Value, Value, Value]) -> Rows:
    """An invented 附件3 whose sums agree, with some rows changed."""
    rows: Rows = {
        "三公经费": (11.5, 12, 9.6),
        "   1、公务用车购置和维护经费": (6.5, 7, 5.4),
        "       其中：公车购置": (0, 0, 0),
        "             公车运行维护": (6.5, 7, 5.4),
        "   2、出国经费": (0, 0, 0),
        "   3、公务接待": (5, 5, 4.2),
        "项目支出：": (200, 210, 210),
        "    1、业务工作专项": (150, 160, 160),
        "    2、运行维护专项": (50, 50, 50),
        "          ……": (WIDE, WIDE, WIDE),
        "公用经费": (40, 42, 41.58),
        "    其中：办公经费": (10, 11, round(10.5 + _own(department), 2)),
        "          水费、电费、差旅费": (12, 12, 11.9),
        "          会议费、培训费": (3, 3, 2.8),
        "政府采购金额": (18, 20, 19.5),
        "部门整体支出预算调整 ": ("——", 800, 860),
    }
    for name, values in changes.items():
        key = next(label for label in rows if name in label)
        rows[key] = values
    return rows


def _accounts(department: str, factor: float = 1, added: float = 60) -> Grid:
    """An invented 财决01: 年初 800, `added` during the year, 10 carried in, 6 left. `factor` 10000 gives 元."""

    def money(value: float) -> float:
        return round(value * factor, 2)

    income: Rows = {
        "一、财政拨款收入": (money(800), money(800 + added), money(800 + added)),
        "本年收入合计": (money(800), money(800 + added), money(800 + added)),
        "年初结转和结余": (money(10), None, money(10)),
        "总计": (None, None, money(810 + added)),
    }
    spending: Rows = {
        "一、基本支出": (money(590), money(599 + added - 9), money(599 + added - 5)),
        "    人员经费": (money(548), None, money(557.42 + added - 9 + _own(department))),
        "    日常公用经费": (money(42), None, money(41.58)),
        "二、项目支出": (money(210), money(210), money(210)),
        "本年支出合计": (money(800), money(800 + added), money(804 + added)),
        "年末结转和结余": (None, None, money(6)),
        "总计": (None, None, money(810 + added)),
    }
    return accounts(department, income=income, spending=spending, unit="元" if factor != 1 else "万元")


def _staff(quota: Value = 50, actual: Value = 50, rate: Value = "100%") -> tuple[Value, Value, Value]:
    return quota, actual, rate


def _xls_files(folder: Path, name: str) -> None:
    write_xls(folder / "基础数据表.xls", basic_data(name, rows=_basic(name), staff=_staff(), unit="单位：万元"))
    write_xls(folder / "指标表.xls", indicator_table(name, _SELF))
    write_xls(folder / "决算.xls", _accounts(name))


def _written_numbers(folder: Path, name: str) -> None:
    """Thousands separators, full-width digits, units in cells, 元 in the accounts, a percent format."""
    rows = _basic(
        name,
        项目支出=("２００", "210.00 万元", "2,100,000元"),
        公用经费=(40, "42　", "41. 58"),
        公务接待=(5, "５．０", "4.20."),
    )
    basic = basic_data(name, rows=rows, staff=_staff("50人", " 52 ", 1.04), unit="金额单位：万元")
    basic.formats[4, 3] = "0%"
    write_xlsx(folder / "基础数据表.xlsx", basic)
    write_xlsx(folder / "指标表.xlsx", indicator_table(name, (4, *_SELF[1:])))
    write_xlsx(folder / "决算.xlsx", _accounts(name, factor=10000))


def _no_accounts(folder: Path, name: str) -> None:
    write_xlsx(folder / "基础数据表.xlsx", basic_data(name, rows=_basic(name), staff=_staff(), unit="单位：万元"))
    write_xlsx(folder / "指标表.xlsx", indicator_table(name, _SELF))


def _broken_cells(folder: Path, name: str) -> None:
    """An error value, a formula never calculated, words where a number belongs, a blank."""
    rows = _basic(name, 三公经费=(11.5, 12, "#DIV/0!"), 公用经费=(40, 42, "=40+1.58"), 政府采购=(18, "约20", ""))
    write_xlsx(folder / "基础数据表.xlsx", basic_data(name, rows=rows, staff=_staff(), unit="单位：万元"))
    write_xlsx(folder / "指标表.xlsx", indicator_table(name, _SELF))
    write_xlsx(folder / "决算.xlsx", _accounts(name))


def _edges(folder: Path, name: str) -> None:
    """No posts at all (分母为零), a net cut (未规定), procurement declared not applicable."""
    rows = _basic(name, 政府采购=("——", "——", "——"), 部门整体支出预算调整=("——", 800, 780))
    write_xlsx(folder / "基础数据表.xlsx", basic_data(name, rows=rows, staff=_staff(0, 3, "——"), unit="单位：万元"))
    write_xlsx(folder / "指标表.xlsx", indicator_table(name, _SELF))
    write_xlsx(folder / "决算.xlsx", _accounts(name, added=-20))


def _contradictions(folder: Path, name: str) -> None:
    """Sums that do not agree, a self score above its weight, an old indicator table, a row nobody knows."""
    rows = {**_basic(name, 三公经费=(11.5, 13, 9.6)), "楼堂馆所维修": (0, 5, 4)}
    write_xlsx(folder / "基础数据表.xlsx", basic_data(name, rows=rows, staff=_staff(50, 51, "101%"), unit="单位：万元"))
    old = [list(row) for row in INDICATORS]
    old[8][5] = 6
    old[3][6] = "预算控制率=0，计5分；0-10%（含），计3分；大于10%不得分。"
    scores = (5, *_SELF[1:6], 8, *_SELF[7:])
    write_xlsx(folder / "指标表.xlsx", indicator_table(name, scores, old))
    write_xlsx(folder / "决算.xlsx", _accounts(name))


def make(folder: Path) -> None:
    """Writes every sample below `folder`."""
    real = suining(folder / "绥宁县人社局")
    write_xlsx(real / "上年" / "基础数据表_2018.xlsx", last_year())
    for part, write in (
        ("甲", _xls_files),
        ("乙", _written_numbers),
        ("丙", _no_accounts),
        ("丁", _broken_cells),
        ("戊", _edges),
        ("己", _contradictions),
    ):
        name = f"绥宁县示例{part}局"
        write(folder / name, name)
    damaged = folder / "绥宁县示例丙局" / "决算.xlsx"
    damaged.write_bytes((real / "决算.xlsx").read_bytes()[:3000])
    (folder / "绥宁县示例甲局" / "~$指标表.xls").write_bytes(b"\x05owner" + bytes(160))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "samples")
