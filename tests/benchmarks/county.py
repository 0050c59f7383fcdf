"""A county to measure with: two workbooks for each department, a 基础数据表 and accounts of nine tables, with known figures.

All figures are invented and agree with each other; the dirt of real files is in them: full-width blanks after numbers,
numbers kept as text, thousands separators, blanks for nothing, indents, accounts in 元. The same county each time.
"""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import openpyxl
import xlsxwriter

from tests.make_forms import Print, Rows, head, two_sided
from tests.workbooks import WIDE, Grid, Value, accounts, basic_data

YEAR = 2019
BASIC, ACCOUNTS = "基础数据表", "部门决算"
#: 类, 款, 项 of the tables by code: how much of the total each 项 has.
CODES = ((208, "社会保障和就业支出", 0.6), (210, "卫生健康支出", 0.2), (221, "住房保障支出", 0.2))


@dataclass(frozen=True)
class Made:
    """One department's figures in 万元 and 人; `unit` is what its accounts are printed in."""

    number: int
    name: str
    unit: str
    quota: int
    staff: int
    cars: tuple[float, float, float]
    guests: tuple[float, float, float]
    business: tuple[float, float, float]
    upkeep: tuple[float, float, float]
    office: tuple[float, float, float]
    travel: tuple[float, float, float]
    running: tuple[float, float, float]
    bought: tuple[float, float]
    people: tuple[float, float, float]
    brought: float
    grant: float
    other: float

    @property
    def file(self) -> str:
        """How its files' names begin."""
        return f"D{self.number:05}"

    def projects(self, at: int) -> float:
        """项目支出: 上年决算, 本年预算, 本年决算."""
        return money(self.business[at] + self.upkeep[at])

    def basics(self, at: int) -> float:
        """基本支出: 年初预算 (1), 决算 (2)."""
        return money(self.people[at] + self.running[at])

    @property
    def spent(self) -> float:
        """本年支出合计."""
        return money(self.basics(2) + self.projects(2))

    @property
    def budgets(self) -> tuple[float, float]:
        """年初预算, 全年预算 of the whole, 年初结转 included."""
        first = money(self.basics(1) + self.projects(1) + self.brought)
        return first, max(first, money(self.spent + self.brought))

    @property
    def carried(self) -> float:
        """年末结转和结余."""
        return money(self.brought + self.grant + self.other - self.spent)


def money(value: float) -> float:
    """An amount of 0.01 万元."""
    return round(value, 2)


def make(number: int) -> Made:
    """The figures of one department."""
    chance = random.Random(number)

    def three(size: float) -> tuple[float, float, float]:
        budget = money(size * chance.uniform(0.5, 2))
        return money(budget * chance.uniform(0.8, 1.3)), budget, money(budget * chance.uniform(0.7, 1.08))

    quota = chance.randint(8, 240)
    people, running = three(quota * 12.0), three(quota * 1.5)
    business, upkeep = three(quota * 4.0), three(quota * 0.5)
    spent = people[2] + running[2] + business[2] + upkeep[2]
    bought = money(quota * chance.uniform(0.2, 1))
    return Made(
        number, f"示例县第{number:05}局", "元" if number % 10 == 0 else "万元", quota, max(3, round(quota * chance.gauss(1, 0.05))),
        three(quota * 0.1), three(quota * 0.15), business, upkeep, _part(running, 0.3), _part(running, 0.4), running,
        (bought, money(bought * chance.uniform(0.8, 1.1))), people, money(spent * 0.02),
        money(spent * chance.uniform(0.98, 1.02)), money(spent * 0.01),
    )  # fmt: skip


def _part(whole: tuple[float, float, float], share: float) -> tuple[float, float, float]:
    return money(whole[0] * share), money(whole[1] * share), money(whole[2] * share)


def tables(made: Made) -> tuple[Grid, list[Grid]]:
    """The sheets of both workbooks."""
    return _basic(made), [_filled(grid, made) for grid in _accounts(made)]


def _basic(made: Made) -> Grid:
    chance = random.Random(made.number)
    sums = [money(a + b) for a, b in zip(made.cars, made.guests, strict=True)]
    rows: dict[str, Sequence[float | str]] = {
        "三公经费": sums,
        "   1、公务用车购置和维护经费": made.cars,
        "       其中：公车购置": (0, 0, 0),
        "             公车运行维护": made.cars,
        "   2、出国经费": (0, 0, 0),
        "   3、公务接待": made.guests,
        "项目支出：": [made.projects(at) for at in range(3)],
        "    1、业务工作专项": made.business,
        "    2、运行维护专项": made.upkeep,
        "公用经费": made.running,
        "    其中：办公经费": made.office,
        "          水费、电费、差旅费": made.travel,
        "政府采购金额": ("——", *made.bought),
        "部门整体支出预算调整 ": ("——", *made.budgets),
    }
    printed = {name: _three(tuple(_printed(value, chance) for value in values)) for name, values in rows.items()}
    rate = f"{made.staff / made.quota:.2%}"
    return basic_data(made.name, YEAR, printed, (f"{made.quota}{WIDE}", made.staff, rate), unit="单位：万元")


def _three(values: tuple[Value, ...]) -> tuple[Value, Value, Value]:
    return values[0], values[1], values[2]


def _printed(value: float | str, chance: random.Random) -> Value:
    """A number as accountants leave it: a number, text, text with separators or a full-width blank."""
    if isinstance(value, str) or (way := chance.random()) < 0.6:
        return value
    return f"{value}{WIDE}" if way < 0.8 else f"{value:,.2f}" if way < 0.9 else f"{WIDE}{value}"


def _accounts(made: Made) -> Iterator[Grid]:
    """财决01, 公开01 to 公开05, 三公, and two tables nothing is read from."""
    out, zero = Print(YEAR, made.unit), (0, 0, 0)
    total = money(made.brought + made.grant + made.other)
    amounts = {
        "一、基本支出": (made.basics(1), made.basics(2), made.basics(2)),
        "    人员经费": (made.people[1], made.people[2], made.people[2]),
        "    日常公用经费": (made.running[1], made.running[2], made.running[2]),
        "二、项目支出": (made.projects(1), made.projects(2), made.projects(2)),
        "三、上缴上级支出": zero,
        "本年支出合计": (made.basics(1) + made.projects(1), made.spent, made.spent),
        "年末结转和结余": (0, 0, made.carried),
        "总计": (made.basics(1) + made.projects(1), total, total),
    }
    income = {
        "一、财政拨款收入": made.grant,
        "二、其他收入": made.other,
        "本年收入合计": money(made.grant + made.other),
        "年初结转和结余": made.brought,
        "总计": total,
    }
    yield accounts(
        made.name,
        YEAR,
        {name: (None, None, out.money(value)) for name, value in income.items()},
        {name: _three(tuple(map(out.money, values))) for name, values in amounts.items()},
        made.unit,
    )
    by_function: Rows = [
        (f"{name}、{words}", made.spent * share) for name, (_, words, share) in zip("一二三", CODES, strict=True)
    ]
    left: Rows = [("一、一般公共预算财政拨款收入", made.grant), ("八、其他收入", made.other), *[("", None)] * 8,
                  ("本年收入合计", money(made.grant + made.other)), ("年初结转和结余", made.brought), ("总计", total)]  # fmt: skip
    right: Rows = [
        *by_function,
        *[("", None)] * 7,
        ("本年支出合计", made.spent),
        ("年末结转和结余", made.carried),
        ("总计", total),
    ]
    yield two_sided(head(out, "收入支出决算总表", 6, number="公开01表"), out, 3, left, right)
    received = money(made.grant + made.other)
    yield _by_code(
        out, "收入决算表", "公开02表", {"本年收入合计": received, "财政拨款收入": made.grant, "其他收入": made.other}
    )
    spent = {"本年支出合计": made.spent, "基本支出": made.basics(2), "项目支出": made.projects(2)}
    yield _by_code(out, "支出决算表", "公开03表", spent)
    yield _by_code(
        out, "一般公共预算财政拨款支出决算表", "公开05表", {name: money(value * 0.99) for name, value in spent.items()}
    )
    for number in range(6, 10):
        yield _by_code(
            out,
            f"其他附表{number}",
            f"附表{number}",
            {name: float(number) for name in ("小计", "本年", "上年", "增减")},
        )


def _by_code(out: Print, title: str, number: str, columns: dict[str, float]) -> Grid:
    """A table by functional code: 合计, then 类, 款 and 项."""
    grid = head(out, title, 2 + len(columns), number=number)
    grid.row(3, "项目")
    grid.merges.append((3, 0, 3, 1))
    grid.row(4, "功能分类科目编码", "科目名称")
    grid.row(3, *columns, column=2)
    grid.merges += [(3, 2 + at, 5, 2 + at) for at in range(len(columns))]
    grid.row(6, "栏次", None, *range(1, len(columns) + 1))
    grid.row(7, "合计", None, *map(out.money, columns.values()))
    at = 8
    for code, name, share in CODES:
        for text, words in ((code, name), (f"{code}01", f"{name}管理事务"), (f"{code}0101", "行政运行")):
            grid.row(at, f"{text}", words, *(out.money(value * share) for value in columns.values()))
            at += 1
    return grid


def _filled(grid: Grid, made: Made) -> Grid:
    grid.cells[2, 0] = f"部门：{made.name}" if "财决" not in grid.name else grid.cells[2, 0]
    return grid


def write_county(folder: Path, count: int) -> Path:
    """Writes `count` departments, on all processors."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(_write, folder), range(1, count + 1), chunksize=32))
    return folder


def hand_in_again(folder: Path, count: int, first: int) -> list[Path]:
    """The 基础数据表 of every hundredth department from the `first` on (1 to 100), with another figure in it."""
    paths = [folder / f"{make(number).file}_{BASIC}.xlsx" for number in range(first, count + 1, 100)]
    for path in paths:
        book = openpyxl.load_workbook(path)
        for cell in (one for row in book.worksheets[0].iter_rows() for one in row):
            if isinstance(cell.value, float) and cell.value > 5:
                cell.value += 1
                break
        book.save(path)
    return paths


def _write(folder: Path, number: int) -> None:
    made = make(number)
    basic, sheets = tables(made)
    for kind, grids in ((BASIC, [basic]), (ACCOUNTS, sheets)):
        with xlsxwriter.Workbook(folder / f"{made.file}_{kind}.xlsx", {"in_memory": True}) as book:
            look = book.add_format({"border": 1, "font_name": "宋体", "num_format": "#,##0.00"})
            for at, grid in enumerate(grids):
                sheet = book.add_worksheet(grid.name if grid.name != "Sheet1" else f"表{at}")
                for top, left, bottom, right in grid.merges:
                    sheet.merge_range(top, left, bottom, right, "", look)
                for (row, column), value in grid.cells.items():
                    sheet.write(row, column, value, look)
