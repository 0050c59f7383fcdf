"""Scores: states and intervals, policies for what is missing, shared weights, and what the frame says in words."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from converter.mapping.departments import Submission
from converter.mapping.library import Library
from converter.scoring.compute import RuleScores, score
from converter.scoring.derivations import Derivations
from converter.scoring.frames import adopt, facts_frame
from converter.scoring.inputs import Inputs
from converter.scoring.schemes import Scheme
from converter.scoring.scorerows import SCORE_COLUMNS, scores_frame
from converter.vocabulary.numbers import State
from tests.test_frames import JC, Z01, ZB, document
from tests.test_oracle import SUINING, SUINING_SELF, departments, given
from tests.test_schemes import made_scheme, scheme_text

Data = Mapping[str, float | State]
#: Fields of 财决01; everything else stands in the 基础数据表.
OF_ACCOUNTS = ("年初", "年末", "基本支出", "本年")


def handed_in(data: Data, self_scores: Mapping[str, float | State], last: Data) -> Submission:
    """A department's forms of 2019: 基础数据表 (with 2018's column), 财决01, 指标表."""
    accounts = {name: value for name, value in data.items() if name.startswith(OF_ACCOUNTS)}
    basic = {name: value for name, value in data.items() if name not in accounts}
    made = Submission("甲局")
    before = document(JC, *last.items(), at=-1)
    own = document(JC, *basic.items())
    own.facts = [*own.facts, *before.facts]
    made.documents = [own, document(Z01, *accounts.items())]
    made.documents.append(document(ZB, *((f"{name}·自评得分", points) for name, points in self_scores.items())))
    return made


def inputs_of(derivations: Derivations, *submissions: Submission) -> Inputs:
    """The submissions, adopted; each department under a name of its own."""
    names = [f"甲局{index}" for index in range(len(submissions))]
    used = [(Submission(name), one.documents) for name, one in zip(names, submissions, strict=True)]
    facts = adopt(facts_frame(used), derivations.dictionary).facts
    return Inputs(facts, names, 2019, derivations)


def row_of(
    scheme: Scheme,
    derivations: Derivations,
    indicator: str,
    data: Data | None = None,
    self_scores: Mapping[str, float | State] | None = None,
    last: Data | None = None,
) -> dict[str, object]:
    """One indicator's row of the scores frame for one department."""
    inputs = inputs_of(derivations, handed_in(data or {}, self_scores or {}, last or {}))
    rows = scores_frame(score(inputs, scheme), inputs).to_dict("records")
    return next({str(key): value for key, value in row.items()} for row in rows if row["indicator"] == indicator)


def points_of(row: Mapping[str, object]) -> tuple[object, ...]:
    """状态, 得分 (None where empty), 下限, 上限."""
    number = row["score"]
    assert isinstance(number, float)
    return row["status"], None if math.isnan(number) else number, row["low"], row["high"]


BUYING = "政府采购执行率"


# ---- states and intervals -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("actual", "budget", "wanted"),
    [
        (95.0, 100.0, ("已评分", 4, 4, 4)),
        (0.0, 100.0, ("已评分", 0, 0, 0)),
        (State.BLANK, 100.0, ("缺数", None, 0, 6)),
        (95.0, State.BLANK, ("缺数", None, 0, 6)),
        (State.DASH, State.DASH, ("缺数", None, 0, 6)),
        (State.ERROR, 100.0, ("缺数", None, 0, 6)),
        (State.UNREADABLE, 100.0, ("缺数", None, 0, 6)),
        (State.STALE, 100.0, ("缺数", None, 0, 6)),
        (95.0, 0.0, ("分母为零", None, 0, 6)),
        (0.0, 0.0, ("分母为零", None, 0, 6)),
        (State.BLANK, 0.0, ("缺数", None, 0, 6)),
        (-95.0, -95.0, ("已评分", 6, 6, 6)),
    ],
)
def test_what_cannot_be_computed_is_an_interval(
    actual: float | State, budget: float | State, wanted: tuple[object, ...], scheme: Scheme, derivations: Derivations
) -> None:
    row = row_of(scheme, derivations, BUYING, {"政府采购决算数": actual, "政府采购预算数": budget}, {BUYING: 6.0})
    assert points_of(row) == wanted
    assert bool(row["missing"]) is (wanted[0] == "缺数")


def test_a_value_on_which_the_rule_is_silent(scheme: Scheme, derivations: Derivations) -> None:
    data = {"本年支出合计年初预算数": 100.0, "本年支出合计全年预算数": 90.0}
    row = row_of(scheme, derivations, "预算控制率", data)
    assert points_of(row) == ("未规定", None, 0, 5)
    assert row["value"] == -0.1
    assert "没有规定" in str(row["process"])


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        (6.0, ("自评", 6, 6, 6)),
        (0.0, ("自评", 0, 0, 0)),
        (9.0, ("自评", 8, 8, 8)),
        (-1.0, ("自评", 0, 0, 0)),
        (6.125, ("自评", 6.13, 6.13, 6.13)),
        (State.BLANK, ("未评", None, 0, 8)),
        (State.UNREADABLE, ("未评", None, 0, 8)),
    ],
)
def test_judged_indicators_take_the_self_score(
    own: float | State, wanted: tuple[object, ...], scheme: Scheme, derivations: Derivations
) -> None:
    row = row_of(scheme, derivations, "管理制度健全性", self_scores={"管理制度健全性": own})
    assert points_of(row) == wanted
    assert math.isnan(float(str(row["value"])))


def test_judged_indicators_wait_where_the_scheme_says_so(
    tmp_path: Path, library: Library, derivations: Derivations
) -> None:
    text = scheme_text("  制度:\n    path: [过程]\n    full: 8\n    checklist: [4, 4]\n    text: 某某\n")
    waiting = made_scheme(tmp_path, text.replace("grades:", "judged: unknown\ngrades:"), library)
    row = row_of(waiting, derivations, "制度", self_scores={"制度": 6.0})
    assert points_of(row) == ("未评", None, 0, 8)
    assert (row["self_score"], row["gap"], row["reading"]) == (6, 0, "待评定")


@pytest.mark.parametrize(
    ("rate", "own", "wanted"),
    [
        (0.9, 4.0, ("已评分", 6, 6, 6)),
        (State.BLANK, 4.0, ("自评", 4, 4, 4)),
        (State.BLANK, 7.0, ("自评", 6, 6, 6)),
        (State.BLANK, State.BLANK, ("缺数", None, 0, 6)),
    ],
)
def test_satisfaction_takes_the_self_score_only_without_a_number(
    rate: float | State, own: float | State, wanted: tuple[object, ...], scheme: Scheme, derivations: Derivations
) -> None:
    name = "社会公众或服务对象满意度"
    row = row_of(scheme, derivations, name, {"满意度": rate}, {name: own})
    assert points_of(row) == wanted


# ---- policies -------------------------------------------------------------------------------------------------------
BUYING_RULE = """\
  政府采购执行率:
    path: [过程, 预算管理]
    full: 6
    value: 政府采购决算数 / 政府采购预算数
    deduct: {both: 100%%, every: 5%%, points: 2}
    text: 100%%计满分，每超过（降低）5%%扣2分。扣完为止。
    %s
"""
BLANK, DASH = State.BLANK, State.DASH
UNKNOWN = ("缺数", None, 0, 6)


@pytest.mark.parametrize(
    ("policy", "actual", "budget", "own", "wanted"),
    [
        ("missing: unknown", BLANK, 10.0, 5.0, UNKNOWN),
        ("missing: zero", BLANK, 10.0, 5.0, ("已评分", 0, 0, 0)),
        ("missing: full", BLANK, 10.0, 5.0, ("已评分", 6, 6, 6)),
        ("missing: self", BLANK, 10.0, 5.0, ("自评", 5, 5, 5)),
        ("missing: self", BLANK, 10.0, 7.0, ("自评", 6, 6, 6)),
        ("missing: self", BLANK, 10.0, BLANK, UNKNOWN),
        ("missing: full", State.ERROR, 10.0, 5.0, ("已评分", 6, 6, 6)),
        ("missing: full", 10.0, 0.0, 5.0, ("分母为零", None, 0, 6)),
        ("missing: zero", 9.5, 10.0, 5.0, ("已评分", 4, 4, 4)),
        ("zero_denominator: unknown", 10.0, 0.0, 5.0, ("分母为零", None, 0, 6)),
        ("zero_denominator: zero", 10.0, 0.0, 5.0, ("已评分", 0, 0, 0)),
        ("zero_denominator: full", 0.0, 0.0, 5.0, ("已评分", 6, 6, 6)),
        ("zero_denominator: full", BLANK, 0.0, 5.0, UNKNOWN),
        ("zero_denominator: full", 9.5, 10.0, 5.0, ("已评分", 4, 4, 4)),
        ("not_applicable: unknown", DASH, DASH, 5.0, UNKNOWN),
        ("not_applicable: zero", DASH, DASH, 5.0, ("不适用", 0, 0, 0)),
        ("not_applicable: full", DASH, DASH, 5.0, ("不适用", 6, 6, 6)),
        ("not_applicable: full", DASH, 10.0, 5.0, ("不适用", 6, 6, 6)),
        ("not_applicable: full", DASH, BLANK, 5.0, UNKNOWN),
        ("not_applicable: full", BLANK, BLANK, 5.0, UNKNOWN),
        ("not_applicable: full", State.ERROR, DASH, 5.0, UNKNOWN),
        ("not_applicable: full", 9.5, 10.0, 5.0, ("已评分", 4, 4, 4)),
    ],
)
def test_what_the_rule_says_about_a_gap(
    policy: str,
    actual: float | State,
    budget: float | State,
    own: float | State,
    wanted: tuple[object, ...],
    tmp_path: Path,
    library: Library,
    derivations: Derivations,
) -> None:
    scheme = made_scheme(tmp_path, scheme_text(BUYING_RULE % policy), library)
    row = row_of(scheme, derivations, BUYING, {"政府采购决算数": actual, "政府采购预算数": budget}, {BUYING: own})
    assert points_of(row) == wanted


@pytest.mark.parametrize(
    ("policy", "actual", "budget", "words"),
    [
        ("missing: zero", BLANK, 10.0, "缺数按 0 分计"),
        ("missing: full", BLANK, 10.0, "缺数按满分计"),
        ("missing: self", BLANK, 10.0, "缺数沿用自评"),
        ("zero_denominator: full", 1.0, 0.0, "分母为零按满分计"),
        ("not_applicable: zero", DASH, DASH, "不适用按 0 分计"),
        ("missing: full", 9.5, 10.0, "整步"),
        ("missing: unknown", BLANK, 10.0, "整步"),
    ],
)
def test_the_reading_names_the_policy_that_was_used(
    policy: str,
    actual: float | State,
    budget: float | State,
    words: str,
    tmp_path: Path,
    library: Library,
    derivations: Derivations,
) -> None:
    scheme = made_scheme(tmp_path, scheme_text(BUYING_RULE % policy), library)
    row = row_of(scheme, derivations, BUYING, {"政府采购决算数": actual, "政府采购预算数": budget}, {BUYING: 5.0})
    assert row["reading"] == words


# ---- the published case, in words -----------------------------------------------------------------------------------
def suining_rows(scheme: Scheme, derivations: Derivations) -> dict[str, dict[str, object]]:
    data = {name: float(text) for (name, offset), text in SUINING.items() if offset == 0}
    last = {name: float(text) for (name, offset), text in SUINING.items() if offset == -1}
    blanks = {"政府采购决算数": BLANK, "政府采购预算数": BLANK}
    own = {name: float(points) for name, points in SUINING_SELF.items()}
    inputs = inputs_of(derivations, handed_in({**data, **blanks}, own, last))
    rows = scores_frame(score(inputs, scheme), inputs).to_dict("records")
    return {str(row["indicator"]): {str(key): value for key, value in row.items()} for row in rows}


def test_readings(scheme: Scheme, derivations: Derivations) -> None:
    readings = {name: row["reading"] for name, row in suining_rows(scheme, derivations).items()}
    assert readings["在职人员控制率"] == "整步"
    assert readings["“三公经费”变动率"] == "整步；分值与条文不一致，按分值折算"
    assert readings["预算控制率"] == "按条文"
    assert readings["管理制度健全性"] == readings["经济效益"] == "沿用自评"
    assert readings["重点工作实际完成率"] == "缺数沿用自评"


def test_other_readings_only_where_they_differ(scheme: Scheme, derivations: Derivations) -> None:
    others = {name: row["others"] for name, row in suining_rows(scheme, derivations).items() if row["others"]}
    assert others == {"“三公经费”变动率": "决算/决算 5", "预算完成率": "不足一步按一步 3；按比例 4.93"}


def test_processes(scheme: Scheme, derivations: Derivations) -> None:
    processes = {name: row["process"] for name, row in suining_rows(scheme, derivations).items()}
    assert processes["在职人员控制率"] == "68 ÷ 60 = 113.33%；超出标准 100% 计 13 步，5 − 0.5 × 13，得 0 分"
    assert processes["预算完成率"] == (
        "(45.53 + 19504.84 + 568.05 - 35.21) ÷ (45.53 + 19504.84 + 568.05) = 99.82%；"
        "与标准 100% 相比，不足一步不扣分，得 5 分"
    )
    assert processes["预算控制率"] == "568.05 ÷ 19504.84 = 2.91%；落在“> 0% 且 ≤ 10%”一档，计 4 分"
    assert processes["公用经费控制率"] == "78.46 ÷ 81.35 = 96.45%；与标准 100% 相比不扣分，得 8 分"
    assert processes["资金使用合规性"] == "沿用自评得分 14 分"
    assert processes["“三公经费”变动率"] == processes["政府采购执行率"] == ""


def test_gaps(scheme: Scheme, derivations: Derivations) -> None:
    rows = suining_rows(scheme, derivations)
    gaps = {name: row["gap"] for name, row in rows.items() if row["gap"]}
    assert gaps == {"预算控制率": 1}
    assert rows["政府采购执行率"]["missing"] == (
        "政府采购决算数（2019年）：空白 基础数据表2019.xlsx!表!B13；"
        "政府采购预算数（2019年）：空白 基础数据表2019.xlsx!表!B14"
    )
    assert rows["“三公经费”变动率"]["missing"] == "三公经费预算数（2018年）：表中无此栏"


@pytest.mark.parametrize(
    ("own", "gap"), [(7.0, 1.0), (6.0, 0.0), (3.0, 0.0), (0.0, 0.0), (-0.5, -0.5), (6.1, 0.1), (BLANK, math.nan)]
)
def test_the_certain_part_of_the_gap(own: float | State, gap: float, scheme: Scheme, derivations: Derivations) -> None:
    """自评−上限 if above, 自评−下限 if below, else 0; empty without a self score. 政府采购 is somewhere in [0, 6]."""
    row = row_of(scheme, derivations, BUYING, {}, {BUYING: own})
    assert row["gap"] == gap or (math.isnan(gap) and math.isnan(float(str(row["gap"]))))


def test_the_value_is_never_rounded(scheme: Scheme, derivations: Derivations) -> None:
    rows = suining_rows(scheme, derivations)
    assert rows["在职人员控制率"]["value"] == 68 / 60
    assert rows["预算控制率"]["value"] == 568.05 / 19504.84
    assert rows["“三公经费”控制率"]["value"] == 7.59 / 29


def test_the_text_as_the_reading_that_is_taken(tmp_path: Path, library: Library, derivations: Derivations) -> None:
    rule = """\
  变动率:
    path: [投入]
    full: 5
    value: (三公经费预算数 - 上年(三公经费预算数)) / 上年(三公经费预算数)
    deduct: {above: 0%, every: 1%, points: 0.8}
    text_full: 8
    reading: text
    text: 计8分
"""
    scheme = made_scheme(tmp_path, scheme_text(rule), library)
    row = row_of(scheme, derivations, "变动率", {"三公经费预算数": 106.0}, last={"三公经费预算数": 100.0})
    assert points_of(row) == ("已评分", 3.2, 3.2, 3.2)
    assert row["reading"] == "整步；分值与条文不一致，按条文 8 分"
    assert row["others"] == "按分值折算 2"


# ---- shared weights -------------------------------------------------------------------------------------------------
def shared_rows(scheme: Scheme, derivations: Derivations, **own: float) -> list[tuple[object, ...]]:
    inputs = inputs_of(derivations, handed_in({}, own, {}))
    frame = scores_frame(score(inputs, scheme), inputs)
    return [points_of(row) for row in frame[frame["group"] == "经济效益"].to_dict("records")]  # type: ignore[arg-type]


def test_indicators_that_share_one_weight(scheme: Scheme, derivations: Derivations) -> None:
    """10 points for 经济效益 and 社会效益 together: what one has taken, the unjudged one cannot have."""
    rows = shared_rows
    assert rows(scheme, derivations, 经济效益=4.0, 社会效益=4.0) == [("自评", 4, 4, 4), ("自评", 4, 4, 4)]
    assert rows(scheme, derivations, 经济效益=4.0) == [("自评", 4, 4, 4), ("未评", None, 0, 6)]
    assert rows(scheme, derivations, 社会效益=10.0) == [("未评", None, 0, 0), ("自评", 10, 10, 10)]
    assert rows(scheme, derivations, 社会效益=12.0) == [("未评", None, 0, 0), ("自评", 10, 10, 10)]
    assert rows(scheme, derivations, 经济效益=8.05) == [("自评", 8.05, 8.05, 8.05), ("未评", None, 0, 1.95)]
    assert rows(scheme, derivations, 社会效益=-1.0) == [("未评", None, 0, 10), ("自评", 0, 0, 0)]


def test_the_shared_weight_stands_once(scheme: Scheme, derivations: Derivations) -> None:
    rows = suining_rows(scheme, derivations)
    assert np.nansum([float(str(row["full"])) for row in rows.values()]) == 100
    assert math.isnan(float(str(rows["社会效益"]["full"])))
    assert (rows["社会效益"]["weight"], rows["社会效益"]["group"]) == (10, "经济效益")


# ---- the frame ------------------------------------------------------------------------------------------------------
def test_the_frame_goes_department_by_department_in_the_schemes_order(scheme: Scheme, derivations: Derivations) -> None:
    inputs = inputs_of(derivations, handed_in({}, {}, {}), handed_in({}, {}, {}))
    frame = scores_frame(score(inputs, scheme), inputs)
    assert tuple(frame.columns) == SCORE_COLUMNS
    assert frame["department"].tolist() == ["甲局0"] * 15 + ["甲局1"] * 15
    assert frame["indicator"].tolist() == [rule.name for rule in scheme.rules] * 2
    assert set(frame["year"]) == {2019}
    assert frame[["level1", "level2"]].iloc[12].tolist() == ["产出及效率", "履职效益"]
    assert set(frame["basis"]) == {"绥财绩〔2020〕2号 附件2"}


def _same(one: RuleScores, other: RuleScores, position: int, elsewhere: int) -> bool:
    numbers = ("value", "score", "low", "high", "self_score")
    same = [
        np.array_equal(getattr(one, name)[position], getattr(other, name)[elsewhere], equal_nan=True)
        for name in numbers
    ]
    same += [
        np.array_equal(points[position], other.others[name][elsewhere], equal_nan=True)
        for name, points in one.others.items()
    ]
    return all(same) and one.status[position] == other.status[elsewhere]


def test_order_and_size_of_the_batch_change_nothing(scheme: Scheme, derivations: Derivations) -> None:
    made = departments(60)
    together = score(given(made, derivations), scheme)
    backwards = score(given(made[::-1], derivations), scheme)
    for position, one in enumerate(made):
        alone = score(given([one], derivations), scheme)
        for column, mirrored, single in zip(together, backwards, alone, strict=True):
            assert _same(column, mirrored, position, len(made) - 1 - position)
            assert _same(column, single, position, 0)


def test_the_frame_of_shuffled_departments_is_the_frame_shuffled(scheme: Scheme, derivations: Derivations) -> None:
    made = departments(40)
    inputs, turned = given(made, derivations), given(made[::-1], derivations)
    frames = [scores_frame(score(one, scheme), one) for one in (inputs, turned)]
    one, other = (frame.sort_values("department", kind="stable", ignore_index=True) for frame in frames)
    pd.testing.assert_frame_equal(one, other)
