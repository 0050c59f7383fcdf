"""The program against the scalar oracle: 10,000 random departments, every column; and the cases that are easy to get wrong."""

import math
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

import pandas as pd
import pytest

from converter.scoring.compute import RuleScores, score
from converter.scoring.derivations import Derivations
from converter.scoring.frames import FACT_COLUMNS, adopt
from converter.scoring.inputs import Inputs
from converter.scoring.schemes import Scheme
from converter.scoring.scorerows import scores_frame
from converter.scoring.totals import totals_frame
from converter.vocabulary.numbers import State
from tests import oracle
from tests.oracle import Datum, Department, Outcome, Total

DEPARTMENTS, FRAMED, SEED, YEAR = 10_000, 1_000, 20200430, 2019
STATES = {str(state): state for state in State}
NO_NUMBER: tuple[str | None, ...] = (None, "空白", "不适用", "错误值", "无法识别", "未计算", "冲突")
Data = dict[tuple[str, int], Datum]


# ---- random departments ---------------------------------------------------------------------------------------------
class Draw:
    """Numbers that stand on and just beside the edges: all with at most 9 decimals, so that they are what they say."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def money(self) -> Decimal:
        """An amount in 万元."""
        kind = self.random.random()
        if kind < 0.04:
            return Decimal(0)
        digits = self.random.choice((0, 0, 1, 2, 2, 2, 4))
        amount = Decimal(self.random.randint(1, 20_000 * 10**digits)).scaleb(-digits)
        return -amount if kind > 0.98 else amount

    def beside(self, mark: Decimal) -> Decimal:
        """A quotient on a whole step, an edge, or by less or more than the ninth decimal beside it."""
        near = ("0", "0", "4e-10", "-4e-10", "6e-10", "-6e-10", "3e-9", "-3e-9", "1e-7", "-1e-7", "0.3", "0.5", "-0.01")
        return mark + Decimal(self.random.choice(near))

    def steps(self, every: str, most: int, *, both: bool = False) -> Decimal:
        """How far a ratio lies from its standard, in the value's own unit."""
        count = Decimal(self.random.randint(-1 if not both else -most, most))
        return self.beside(count) * Decimal(every)

    def times(self, amount: Decimal, ratio: Decimal) -> Decimal:
        """A share of an amount, sometimes with more decimals than anyone prints."""
        digits = self.random.choice(("1e-9", "1e-9", "1e-9", "0.01"))
        return oracle.half_up(amount * ratio, Decimal(digits))

    def data(self) -> Data:
        """What one department's forms hold."""
        found: Data = {}
        one = Decimal(1)
        quota = Decimal(self.random.choice((0, 1, 3, 7, 20, 48, 60, 100, 120, 256, 999)))
        found["编制数", 0] = quota
        found["在职人员数", 0] = self.times(quota, one + self.steps("0.01", 12))
        for (field, year), every, most in (
            (("三公经费预算数", -1), "0.01", 12),
            (("三公经费决算数", -1), "0.01", 12),
            (("公用经费预算数", 0), "0.01", 10),
            (("政府采购预算数", 0), "0.05", 5),
        ):
            base = self.money()
            found[field, year] = base
            ratio = one + self.steps(every, most, both=field.startswith("政府采购"))
            after = field if year else field.replace("预算数", "决算数")
            found[after, 0] = self.times(base, ratio)
        budget = found["三公经费预算数", 0]
        if self.random.random() < 0.5 and isinstance(budget, Decimal):  # else as the change of the 决算数 has it
            found["三公经费决算数", 0] = self.times(budget, one + self.steps("0.01", 9))
        found.update(self.budget())
        found["重点工作考核得分", 0] = Decimal(self.random.randint(-2, 3700)).scaleb(-1)
        found["满意度", 0] = self.beside(Decimal(self.random.choice(("0.9", "0.8", "0.7", "0.95", "0")))) + 0
        rare = self.random.choice((0.0, 0.03, 0.03, 0.15, 0.5))
        for key in list(found):
            chance = 0.5 if key[0] in ("重点工作考核得分", "满意度") else rare
            if self.random.random() < chance:
                found[key] = self.random.choice(NO_NUMBER)
        return found

    def budget(self) -> Data:
        """年初预算, 追加, 结转 and 结余 around the bands of 预算控制率 and the steps of 预算完成率, in one of many layouts."""
        basic, project, carry_in = abs(self.money()), abs(self.money()), abs(self.money())
        mark = Decimal(self.random.choice(("0", "0", "0.1", "0.2", "0.3", "0.15", "-0.05", "1")))
        added = self.times(basic + project, self.beside(mark))
        left = self.times(carry_in + basic + project + added, self.steps("0.05", 4))
        split = self.times(added, Decimal("0.3"))
        found: Data = {
            ("年初结转和结余决算数", 0): carry_in,
            ("年末结转和结余决算数", 0): left,
            ("基本支出年初预算数", 0): basic,
            ("项目支出年初预算数", 0): project,
            ("基本支出全年预算数", 0): basic + split,
            ("项目支出全年预算数", 0): project + added - split,
            ("部门整体支出预算调整预算数", 0): basic + project + self.random.choice((Decimal(0), carry_in)),
        }
        row = found["部门整体支出预算调整预算数", 0]
        assert isinstance(row, Decimal)
        found["部门整体支出预算调整决算数", 0] = row + added
        if self.random.random() < 0.5:
            found["本年支出合计年初预算数", 0] = basic + project
        if self.random.random() < 0.5:
            found["本年支出合计全年预算数", 0] = basic + project + added
        if self.random.random() < 0.3:
            found["年初结转和结余年初预算数", 0] = carry_in + 1
        for group in ("基本支出全年", "项目支出年初", "部门整体支出预算调整预算", "年初结转和结余决算"):
            if self.random.random() < 0.25:
                found.pop((f"{group}{'' if group.endswith('决算') else '预算'}数".replace("预算预算", "预算"), 0))
        return found

    def self_scores(self) -> dict[str, Decimal]:
        """自评得分, mostly there, mostly within the weight, now and then not."""
        sure = self.random.choice((1.0, 1.0, 0.9, 0.3))
        found: dict[str, Decimal] = {}
        for name, full in oracle.WEIGHTS.items():
            if self.random.random() > sure:
                continue
            kind = self.random.random()
            points = Decimal(self.random.randint(0, full * 2)) / 2
            if kind < 0.3:
                points = Decimal(full)
            elif kind < 0.4:
                points = Decimal(self.random.randint(0, full * 100)).scaleb(-2)
            elif kind < 0.45:
                points = Decimal(full) + Decimal(self.random.choice(("0.01", "1", "12.5")))
            elif kind < 0.48:
                points = Decimal(self.random.choice(("-0.01", "-3")))
            found[name] = points
        return found


def departments(count: int) -> list[Department]:
    """Always the same departments."""
    draw = Draw(SEED)
    return [Department(f"部门{index:05}", draw.data(), draw.self_scores()) for index in range(count)]


# ---- through the program --------------------------------------------------------------------------------------------
Row = tuple[str, int, str, float, str, State, bool, str, str, str, str, str, str, int]


def fact_rows(made: Department) -> Iterator[Row]:
    """A department's data as rows of the facts frame."""
    data: list[tuple[str, int, Datum]] = [(field, year, datum) for (field, year), datum in made.data.items()]
    data += [(f"{name}·自评得分", 0, points) for name, points in made.self_scores.items()]
    for field, year, datum in data:
        if datum is None:
            continue
        number = isinstance(datum, Decimal)
        state = (State.ZERO if datum == 0 else State.NUMBER) if number else STATES[str(datum)]
        value = float(datum) if number else math.nan
        yield (made.name, YEAR + year, field, value, "", state, False, "", "", "", "a.xlsx", "表", "A1", YEAR)


def given(made: list[Department], derivations: Derivations) -> Inputs:
    """The data of all departments as the program takes them in."""
    rows = [row for one in made for row in fact_rows(one)]
    facts = pd.DataFrame(rows, columns=list(FACT_COLUMNS))
    return Inputs(adopt(facts, derivations.dictionary).facts, [one.name for one in made], YEAR, derivations)


# ---- the comparison -------------------------------------------------------------------------------------------------
Got = dict[str, object]


def exactly(got: object, wanted: Decimal | None) -> bool:
    """Whether a float is the very number; an empty cell is NaN."""
    number = float(got)  # type: ignore[arg-type]
    return math.isnan(number) if wanted is None else number == float(wanted)


def nearly(got: object, wanted: Decimal | None) -> bool:
    """As `exactly`, to 1e-12 of the value; of 1 where a rate is a difference of nearly equal amounts."""
    number = float(got)  # type: ignore[arg-type]
    return math.isnan(number) if wanted is None else abs(number - float(wanted)) <= 1e-12 * max(1, abs(float(wanted)))


def score_mistakes(got: Got, wanted: Outcome) -> Iterator[str]:
    """What differs in one score; `got` has the columns of the scores frame, or some of them."""
    same = {
        "status": got["status"] == wanted.status,
        "value": nearly(got["value"], wanted.value),
        **{key: exactly(got[key], getattr(wanted, key)) for key in ("score", "low", "high", "self_score")},
        "gap": "gap" not in got or exactly(got["gap"], wanted.gap),
        "missing": bool(got["missing"]) or wanted.status != oracle.MISSING,
    }
    for key, right in same.items():
        if not right:
            yield f"{got['indicator']}.{key}: program {got[key]!r}, oracle {getattr(wanted, key, 'something')!r}"


def readings_mistakes(got: Got, wanted: Mapping[str, Decimal]) -> Iterator[str]:
    """What differs in the other readings."""
    if got["others"] != {reading: float(points) for reading, points in wanted.items()}:
        yield f"{got['indicator']}.others: program {got['others']}, oracle {wanted}"


POINTS = ("score", "low", "high", "gap", "data_full", "data_low", "data_high", "from_self")


def total_mistakes(got: Got, wanted: Total) -> Iterator[str]:
    """What differs in one row of the totals."""
    same = {column: exactly(got[column], getattr(wanted, column)) for column in POINTS}
    same["self_total"] = exactly(got["self_total"], wanted.self_score)
    same["grade"], same["self_grade"] = got["grade"] == wanted.grade, got["self_grade"] == wanted.self_grade
    same["missing"] = got["missing"] == "、".join(wanted.unknown)
    for column, right in same.items():
        if not right:
            yield f"汇总.{column}: program {got[column]!r}, oracle {wanted}"


def story(made: Department, mistakes: list[str]) -> str:
    """A department on which the two differ, with everything about it; "" where they agree."""
    if not mistakes:
        return ""
    data = [f"  {field}（{YEAR + year}）: {datum}" for (field, year), datum in made.data.items()]
    selves = [f"  自评 {name}: {points}" for name, points in made.self_scores.items()]
    return "\n".join(["", made.name, *mistakes, *data, *selves])


def columns_mistakes(made: Department, columns: Sequence[RuleScores], position: int) -> Iterator[str]:
    """What differs in one department's scores as `score` gives them, every reading included."""
    wanted = oracle.score(made)
    assert [column.rule.name for column in columns] == list(wanted)
    for column in columns:
        others = {name: float(points[position]) for name, points in column.others.items()}
        got: Got = {
            "indicator": column.rule.name,
            "status": column.status[position],
            "value": column.value[position],
            "score": column.score[position],
            "low": column.low[position],
            "high": column.high[position],
            "self_score": column.self_score[position],
            "missing": column.gaps.get(position),
            "others": {name: points for name, points in others.items() if not math.isnan(points)},
        }
        yield from score_mistakes(got, wanted[column.rule.name])
        yield from readings_mistakes(got, wanted[column.rule.name].others)


def first_story(made: list[Department], mistakes: Callable[[int], Iterator[str]]) -> str:
    """The story of the first department on which the two differ."""
    stories = (story(one, list(mistakes(index))) for index, one in enumerate(made))
    return next(filter(None, stories), "")


def test_ten_thousand_departments(scheme: Scheme, derivations: Derivations) -> None:
    made = departments(DEPARTMENTS)
    inputs = given(made, derivations)
    columns = score(inputs, scheme)
    totals = {str(row["department"]): row for row in totals_frame(columns, inputs, scheme).to_dict("records")}
    assert len(totals) == DEPARTMENTS

    def mistakes(index: int) -> Iterator[str]:
        yield from columns_mistakes(made[index], columns, index)
        one = {str(key): value for key, value in totals[made[index].name].items()}
        yield from total_mistakes(one, oracle.total(oracle.score(made[index])))

    assert first_story(made, mistakes) == ""


def printed_others(text: object) -> dict[str, float]:
    """其他口径得分 as the frame prints it: 不足一步按一步 3；按比例 4.93."""
    parts = (re.fullmatch(r"(.+) (\S+)", part) for part in str(text).split("；") if part)
    return {part[1]: float(part[2]) for part in parts if part is not None}


def test_the_frame_says_what_the_columns_say(scheme: Scheme, derivations: Derivations) -> None:
    """The rows of 指标得分, for fewer departments: every one is put into words."""
    made = departments(FRAMED)
    inputs = given(made, derivations)
    frame = scores_frame(score(inputs, scheme), inputs)
    assert len(frame) == FRAMED * len(oracle.WEIGHTS)
    rows = iter(frame.to_dict("records"))

    def mistakes(index: int) -> Iterator[str]:
        for name, wanted in oracle.score(made[index]).items():
            row = {str(key): value for key, value in next(rows).items()}
            assert (row["department"], row["year"], row["indicator"]) == (made[index].name, YEAR, name)
            row["others"] = printed_others(row["others"])
            yield from score_mistakes(row, wanted)
            yield from readings_mistakes(row, wanted.different)

    assert first_story(made, mistakes) == ""


# ---- the oracle itself, and what chance would seldom find -----------------------------------------------------------
SUINING: dict[tuple[str, int], str] = {
    ("编制数", 0): "60",
    ("在职人员数", 0): "68",
    ("三公经费预算数", 0): "29",
    ("三公经费决算数", 0): "7.59",
    ("三公经费决算数", -1): "16.14",
    ("公用经费预算数", 0): "81.35",
    ("公用经费决算数", 0): "78.46",
    ("年初结转和结余决算数", 0): "45.53",
    ("年末结转和结余决算数", 0): "35.21",
    ("基本支出年初预算数", 0): "19030.84",
    ("项目支出年初预算数", 0): "474",
    ("基本支出全年预算数", 0): "19327.86",
    ("项目支出全年预算数", 0): "745.03",
}
SUINING_SELF = dict(zip(oracle.WEIGHTS, map(Decimal, (0, 5, 5, 5, 8, 7, 6, 6, 14, 5, 8, 4, 4, 6, 6)), strict=True))


def department(data: Mapping[tuple[str, int], str], self_scores: Mapping[str, Decimal]) -> Department:
    return Department("绥宁县人社局", {key: Decimal(value) for key, value in data.items()}, self_scores)


def test_the_oracle_gives_the_published_case() -> None:
    outcomes = oracle.score(department(SUINING, SUINING_SELF))
    known = {
        name: (outcome.status, float(outcome.low), float(outcome.high))
        for name, outcome in outcomes.items()
        if outcome.from_data
    }
    assert known == {
        "在职人员控制率": ("已评分", 0, 0),
        "“三公经费”变动率": ("缺数", 0, 5),
        "预算完成率": ("已评分", 5, 5),
        "预算控制率": ("已评分", 4, 4),
        "公用经费控制率": ("已评分", 8, 8),
        "“三公经费”控制率": ("已评分", 7, 7),
        "政府采购执行率": ("缺数", 0, 6),
    }
    assert outcomes["“三公经费”变动率"].different == {"决算/决算": 5}
    assert outcomes["预算完成率"].different == {"不足一步按一步": 3, "按比例": Decimal("4.93")}
    total = oracle.total(outcomes)
    assert [float(points) for points in (total.low, total.high, total.gap or 0)] == [77, 88, 1]
    assert total.score is None
    assert [float(p) for p in (total.data_full, total.data_low, total.data_high, total.from_self)] == [41, 24, 35, 53]
    assert (total.grade, str(total.self_score), total.self_grade) == ("中～良", "89", "良")


def differences(made: Department, scheme: Scheme, derivations: Derivations) -> list[str]:
    """What the program makes otherwise of one department."""
    return list(columns_mistakes(made, score(given([made], derivations), scheme), 0))


def test_the_published_case(scheme: Scheme, derivations: Derivations) -> None:
    assert differences(department(SUINING, SUINING_SELF), scheme, derivations) == []


def test_a_shared_weight_leaves_no_float_noise(scheme: Scheme, derivations: Derivations) -> None:
    """10 − 8.05 is 1.95, not 1.9499999999999993: 上限 goes to the sheets and to scores.csv."""
    assert differences(department(SUINING, {"社会效益": Decimal("8.05")}), scheme, derivations) == []


@pytest.mark.parametrize(
    ("basic", "project", "added", "carry_in"),
    [("0.1", "0.1", "-0.3", "0.1"), ("0.05", "0.05", "-0.8", "0.7"), ("5349.19", "0", "-5514.63", "165.44")],
)
def test_a_denominator_that_is_zero_on_paper(
    basic: str, project: str, added: str, carry_in: str, scheme: Scheme, derivations: Derivations
) -> None:
    """上年结转 + 年初预算 + 追加 = 0: 分母为零, whatever float64 makes of 0.1 + 0.3 − 0.4; spreadsheets say 0 too."""
    data = {
        ("基本支出年初预算数", 0): basic,
        ("项目支出年初预算数", 0): project,
        ("部门整体支出预算调整预算数", 0): "100000",
        ("部门整体支出预算调整决算数", 0): str(100000 + Decimal(added)),
        ("年初结转和结余决算数", 0): carry_in,
        ("年末结转和结余决算数", 0): "0",
    }
    assert oracle.score(department(data, {}))["预算完成率"].status == "分母为零"
    assert differences(department(data, {}), scheme, derivations) == []
