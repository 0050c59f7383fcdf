"""A synthetic county in memory, and errors planted in it: the kinds, what finds each, and who has to act on it.

Every department's tables agree with each other and with last year's until an error is planted; all figures are invented.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from converter.mapping.departments import Submission
from converter.mapping.facts import SELF_SCORE, Document, Fact
from converter.mapping.roster import Listed, Roster
from converter.vocabulary.findings import Owner, Place, finding
from converter.vocabulary.labels import plain
from converter.vocabulary.numbers import NAN, State

YEAR = 2019
JC, ZB, Z01 = "基础数据表", "指标表", "财决01"
Number = float | State
FULL = {
    "在职人员控制率": 5, "“三公经费”变动率": 5, "预算完成率": 5, "预算控制率": 5, "公用经费控制率": 8, "“三公经费”控制率": 7,
    "政府采购执行率": 6, "管理制度健全性": 8, "资金使用合规性": 16, "预决算信息公开性": 5, "重点工作实际完成率": 8, "经济效益": 5,
    "社会效益": 5, "行政效能": 6, "社会公众或服务对象满意度": 6,
}  # fmt: skip
PEOPLE = ("编制数", "在职人员数")


@dataclass
class Made:
    """One department before it becomes documents: this year's and last year's tables by field (and year), self scores."""

    name: str
    basic: dict[tuple[str, int], Number]
    accounts: dict[str, Number]
    last_basic: dict[str, Number]
    last_accounts: dict[str, Number]
    own: dict[str, Number]
    rate: str = "100%"
    stated: float | None = None
    unit_named: bool = True
    bad_head: bool = False
    last_head: str = ""
    second: dict[str, Number] = field(default_factory=dict)

    def submission(self, listed: Listed | None) -> Submission:
        """The department's documents."""
        basic = self._document(JC, YEAR, [(name, year, n) for (name, year), n in self.basic.items()])
        rate = self._fact(basic, "在职人员控制率填报数", YEAR, _ratio(self.rate), raw=self.rate)
        basic.facts = [*basic.facts, rate]
        basic.unit, basic.unit_named = "万元", self.unit_named
        if self.bad_head:
            basic.findings = [finding("M04", "表头年度不衔接", subject="2017年决算数", place=Place(basic.file))]
        total = self.stated
        if total is None:
            total = sum(points for points in self.own.values() if not isinstance(points, State))
        scores = [(name + SELF_SCORE, YEAR, points) for name, points in (*self.own.items(), ("合计", total))]
        last = self._document(JC, YEAR - 1, [(name, YEAR - 1, n) for name, n in self.last_basic.items()])
        last.department = self.last_head or self.name
        documents = [
            basic,
            self._document(ZB, YEAR, scores),
            self._document(Z01, YEAR, [(name, YEAR, n) for name, n in self.accounts.items()]),
            last,
            self._document(Z01, YEAR - 1, [(name, YEAR - 1, n) for name, n in self.last_accounts.items()]),
        ]
        if self.second:
            again = self._document(Z01, YEAR, [(name, YEAR, n) for name, n in self.second.items()], "决算定稿")
            documents.append(again)
        return Submission(self.name, documents, listed=listed)

    def _document(self, form: str, year: int, rows: list[tuple[str, int, Number]], file: str = "") -> Document:
        made = Document(f"{self.name}/{file or form}_{year}.xlsx", "表", form, year, self.name)
        made.facts = [self._fact(made, name, at, number, row=row) for row, (name, at, number) in enumerate(rows, 5)]
        return made

    def _fact(self, document: Document, name: str, year: int, number: Number, row: int = 4, raw: str = "") -> Fact:
        state = number if isinstance(number, State) else State.ZERO if number == 0 else State.NUMBER
        value = NAN if isinstance(number, State) else float(number)
        unit = "人" if name in PEOPLE else "比率" if "填报" in name else "分" if SELF_SCORE in name else "万元"
        place = Place(document.file, document.sheet, f"B{row}")
        return Fact(year, name, value, unit, state, raw or str(number), document.form, "", place)


def _ratio(text: str) -> Number:
    return State.DASH if text == "——" else round(float(text.rstrip("%")) / 100, 6)


def department(name: str, seed: int) -> Made:
    """A department whose tables agree, of an amount of its own."""
    draw = random.Random(seed)
    size = 1 + seed / 37

    def money(amount: float) -> float:
        return round(amount * size * draw.uniform(0.98, 1.02), 2)

    basic: dict[tuple[str, int], Number] = {("编制数", YEAR): 40 + seed % 23, ("在职人员数", YEAR): 40 + seed % 23}
    for basis, year, part in (("决算数", YEAR - 1, 1.0), ("预算数", YEAR, 1.1), ("决算数", YEAR, 0.9)):
        basic |= {(item + basis, year): amount for item, amount in _column(money, part).items()}
    initial, carried, left = money(900), money(10), money(6)
    projects, office = basic["项目支出决算数", YEAR], basic["公用经费决算数", YEAR]
    basic["政府采购决算数", YEAR] = basic["政府采购预算数", YEAR]
    basic["部门整体支出预算调整预算数", YEAR] = basic["部门整体支出预算调整决算数", YEAR] = initial
    assert not isinstance(projects, State)
    spent = round(initial + carried - left, 2)
    accounts: dict[str, Number] = {
        "本年收入合计决算数": initial, "年初结转和结余年初预算数": carried, "年初结转和结余决算数": carried,
        "收入总计决算数": round(initial + carried, 2), "基本支出决算数": round(spent - projects, 2),
        "日常公用经费决算数": office, "项目支出决算数": projects, "本年支出合计年初预算数": initial,
        "本年支出合计全年预算数": initial, "本年支出合计决算数": spent, "年末结转和结余决算数": left,
        "支出总计决算数": round(initial + carried, 2),
    }  # fmt: skip
    last_basic: dict[str, Number] = {name: n for (name, year), n in basic.items() if year == YEAR - 1}
    last_basic |= {"编制数": basic["编制数", YEAR], "三公经费预算数": round(money(40), 2)}
    own: dict[str, Number] = dict(FULL)
    own["经济效益"], own["社会效益"] = 5 - seed % 3, 5 - seed % 2
    return Made(name, basic, accounts, last_basic, {"年末结转和结余决算数": carried}, own)


def _column(money: Callable[[float], float], part: float) -> dict[str, float]:
    """One column of 附件3 whose sums agree."""
    running, reception, business, upkeep = (money(amount * part) for amount in (8, 6, 150, 50))
    general, utilities, meetings, rest = (money(amount * part) for amount in (11, 12, 3, 16))
    return {
        "三公经费": round(running + reception, 2), "公务用车费": running, "公务用车购置费": 0.0,
        "公务用车运行维护费": running, "因公出国境费": 0.0, "公务接待费": reception,
        "项目支出": round(business + upkeep, 2), "业务工作专项": business, "运行维护专项": upkeep,
        "公用经费": round(general + utilities + meetings + rest, 2), "办公经费": general, "水电差旅费": utilities,
        "会议培训费": meetings, "政府采购": money(20 * part),
    }  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A kind of error: its name, the code of the one finding it must raise, who has to act, and how it is planted."""

    name: str
    code: str
    owner: Owner
    plant: Callable[[Made], object]


Plant = Callable[[Made], object]
Key = TypeVar("Key", str, tuple[str, int])


def _add(table: dict[Key, Number], key: Key, by: float) -> dict[Key, Number]:
    number = table[key]
    assert not isinstance(number, State)
    table[key] = round(number + by, 2)
    return table


def _in_yuan(table: dict[Key, Number], *keys: Key) -> None:
    for key in keys:
        number = table[key]
        assert not isinstance(number, State)
        table[key] = round(number * 10000, 2)


def _now(by: float, *names: str) -> Plant:
    """Another amount in this year's column of 基础数据表, for each name."""
    return lambda made: [_add(made.basic, (name, YEAR), by) for name in names]


def _account(by: float, *names: str) -> Plant:
    return lambda made: [_add(made.accounts, name, by) for name in names]


def _last(by: float, *names: str) -> Plant:
    return lambda made: [_add(made.last_basic, name, by) for name in names]


def _put(number: Number, *names: str) -> Plant:
    return lambda made: made.basic.update({(name, YEAR): number for name in names})


def _own(**points: Number) -> Plant:
    return lambda made: made.own.update(points)


def _also(*plants: Plant) -> Plant:
    return lambda made: [plant(made) for plant in plants]


def _basic_in_yuan(made: Made) -> None:
    _in_yuan(made.basic, *(key for key in made.basic if key[0] not in PEOPLE))


def _accounts_in_yuan(made: Made) -> None:
    _in_yuan(made.accounts, *made.accounts)


def _dear(made: Made) -> None:
    """三公经费 above the whole expenditure, in both years."""
    for name, year in list(made.basic):
        if name in ("三公经费预算数", "公务用车费预算数", "公务用车运行维护费预算数") or (
            year == YEAR and name in ("三公经费决算数", "公务用车费决算数", "公务用车运行维护费决算数")
        ):
            _add(made.basic, (name, year), 12000.0)
    _add(made.last_basic, "三公经费预算数", 12000.0)


def _other_base(made: Made) -> None:
    """The budget of 三公经费 grows by 5.5 %, while the spending falls: only 决算/决算 gives full marks."""
    now = made.basic["三公经费预算数", YEAR]
    assert not isinstance(now, State)
    made.last_basic["三公经费预算数"] = round(now / 1.055, 2)


def _set(**changes: object) -> Plant:
    return lambda made: vars(made).update(changes)


def _wrong_total(made: Made) -> None:
    made.stated = sum(points for points in made.own.values() if not isinstance(points, State)) - 2


def _no_posts(made: Made) -> None:
    made.basic["编制数", YEAR] = made.last_basic["编制数"] = 0
    made.rate = "——"


def _number(made: Made, name: str) -> float:
    number = made.basic[name, YEAR]
    assert not isinstance(number, State)
    return number


def _staff(made: Made, by: float) -> None:
    """More or fewer people, and the rate that follows."""
    _add(made.basic, ("在职人员数", YEAR), by)
    made.rate = f"{_number(made, '在职人员数') / _number(made, '编制数'):.2%}"


def _refunded(made: Made) -> None:
    """A negative amount in a sum that agrees."""
    made.basic["公务接待费决算数", YEAR] = -1.0
    made.basic["三公经费决算数", YEAR] = round(_number(made, "公务用车费决算数") - 1, 2)


_D, _B = Owner.DEPARTMENT, Owner.BUREAU
KINDS = (
    Kind("三公决算合计多 5", "J01", _D, _now(0.5, "三公经费决算数")),
    Kind("三公预算合计少 0.5", "J01", _D, _now(-0.5, "三公经费预算数")),
    Kind("公车费与购置、运行不符", "J02", _D, _now(-0.4, "公务用车运行维护费决算数")),
    Kind("项目支出与专项不符", "J03", _D, _now(-3, "业务工作专项决算数")),
    Kind("项目支出合计不符，又与决算不符", "J03", _D, _now(9, "项目支出决算数")),
    Kind("其中项大于公用经费", "J04", _D, _now(500, "办公经费决算数")),
    Kind("控制率填错", "J05", _D, _set(rate="97%")),
    Kind("预算净追减", "J06", _D, _now(-20, "部门整体支出预算调整决算数")),
    Kind("追加数不符", "J07", _D, _now(20, "部门整体支出预算调整决算数")),
    Kind("预算数口径不明", "J08", _D, _now(-15, "部门整体支出预算调整预算数", "部门整体支出预算调整决算数")),
    Kind("三公大于支出", "J09", _D, _dear),
    Kind("接待费为负", "J10", _D, _refunded),
    Kind("结余为负", "J10", _D, lambda made: made.accounts.update({"年末结转和结余决算数": -6.0})),
    Kind("人数有小数", "J11", _D, lambda made: _staff(made, -0.5)),
    Kind("没有编制", "J11", _D, _no_posts),
    Kind("采购预算空白", "J12", _D, _also(_put(State.BLANK, "政府采购预算数"), _own(政府采购执行率=0))),
    Kind("没有单位行", "J13", _D, _set(unit_named=False)),
    Kind("基础数据表按元填", "J14", _D, _basic_in_yuan),
    Kind("决算报表按元填", "J14", _D, _accounts_in_yuan),
    Kind("采购预算一格按元填", "J14", _D, lambda made: _in_yuan(made.basic, ("政府采购预算数", YEAR))),
    Kind("公用经费决算一格按元填", "J14", _D, lambda made: _in_yuan(made.basic, ("公用经费决算数", YEAR))),
    Kind("表头年度不对", "M04", _D, _set(bad_head=True)),
    Kind("收入大于总计", "K01", _D, _account(20, "本年收入合计决算数")),
    Kind("支出大于总计", "K02", _D, _account(20, "本年支出合计决算数")),
    Kind("收支总计不等", "K03", _D, _account(20, "本年收入合计决算数", "收入总计决算数")),
    Kind("基本加项目大于支出", "K06", _D, _account(200, "基本支出决算数")),
    Kind("项目支出与决算不符", "X03", _D, _now(-7, "项目支出决算数", "业务工作专项决算数")),
    Kind("公用经费与决算不符", "X04", _D, _now(-1, "公用经费决算数")),
    Kind("年初结转与上年年末不符", "Y01", _D, lambda made: _add(made.last_accounts, "年末结转和结余决算数", 3)),
    Kind("上年数与上年的表不符", "Y02", _D, _last(2, "项目支出决算数")),
    Kind("编制变了", "Y04", _D, _last(2, "编制数")),
    Kind("合并范围变了", "Y06", _D, lambda made: setattr(made, "last_head", f"{made.name}（汇总）")),
    Kind("自评超过分值", "S02", _D, _own(管理制度健全性=9)),
    Kind("自评合计不符", "S03", _D, _wrong_total),
    Kind("自评多给分", "S06", _D, lambda made: _staff(made, 1)),
    Kind("申明没有采购仍给分", "S07", _D, _put(State.DASH, "政府采购决算数", "政府采购预算数")),
    Kind("换了基数", "S09", _D, _other_base),
    Kind("少一项指标", "M06", _D, lambda made: made.own.__delitem__("行政效能")),
    Kind("决算报了两个版本", "D04", _D, lambda made: made.second.update({"日常公用经费决算数": 1.0})),
)  # fmt: skip


@dataclass
class County:
    """The submissions of a county with its list, and what was planted: (department, kind)."""

    submissions: list[Submission]
    roster: Roster
    planted: list[tuple[str, Kind]]


ABSENT = Kind("没有报", "B01", _B, lambda made: made)
STRANGER = Kind("名单外", "B01", _B, lambda made: made)
COPY = Kind("抄用别的部门的表", "B02", _B, lambda made: made)
PARTS = Kind("汇总数与下级之和不符", "B03", _B, lambda made: made)


def county(clean: int, times: int) -> County:
    """`clean` departments without an error, and every kind planted `times` times, each in a department of its own."""
    made = [department(f"示例{number:03d}局", number) for number in range(clean)]
    entries = [_entry(one.name, number) for number, one in enumerate(made)]
    planted: list[tuple[str, Kind]] = []
    seed = clean
    for error in KINDS * times:
        name, seed = f"示例{seed:03d}局", seed + 1
        bad = department(name, seed)
        error.plant(bad)
        made.append(bad)
        entries.append(_entry(name, seed + 1000))
        planted.append((name, error))
    for turn in range(times):
        entries.append(_entry(f"未报{turn}局", 2000 + turn))
        planted.append((f"未报{turn}局", ABSENT))
        made.append(department(f"名单外{turn}局", 3000 + turn))
        planted.append((f"名单外{turn}局", STRANGER))
        copied = replace(department(f"抄表{turn}局", turn), own={**FULL, "经济效益": 3})
        made.append(copied)
        entries.append(_entry(copied.name, 4000 + turn))
        planted.append((copied.name, COPY))
        for kind in (None, PARTS):
            family, listed = _family(
                f"汇总{turn}{'甲' if kind is None else '乙'}局", 5000 + 20 * turn + 10 * bool(kind)
            )
            if kind is not None:
                _now(9, "政府采购预算数", "政府采购决算数")(family[0])
                planted.append((family[0].name, kind))
            made += family
            entries += listed
    listed_by_name = {entry.name: entry for entry in entries}
    return County([one.submission(listed_by_name.get(one.name)) for one in made], Roster(entries), planted)


def _entry(name: str, code: int, parent: str = "") -> Listed:
    return Listed(name, f"{code:06d}", parent, labels=(plain(name),))


def _family(name: str, seed: int) -> tuple[list[Made], list[Listed]]:
    """A department that is the sum of its own level and one unit below it."""
    parts = [department(f"{name}本级", seed), department(f"{name}下属中心", seed + 1)]
    whole = department(name, seed)
    for table in ("basic", "accounts", "last_basic", "last_accounts"):
        one, other = (getattr(part, table) for part in parts)
        setattr(whole, table, {key: round(one[key] + other[key], 2) for key in one})
    entries = [_entry(name, seed), *(_entry(part.name, seed + at, name) for at, part in enumerate(parts, 1))]
    return [whole, *parts], entries
