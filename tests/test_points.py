"""The scoring forms: value → points, on every edge, just beside it, and for whatever number comes along."""

import math
import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from converter.scoring.bands import Bands
from converter.scoring.counts import Violations
from converter.scoring.points import ComputedForm, Weight, settle
from converter.scoring.proportional import External
from converter.scoring.steps import Deduct
from tests import oracle

FIVE = Weight(5, 5)
#: 计8分、每点扣0.8分 on a weight of 5: by the weight, and by the text with the weight as its cap.
SCALED, LITERAL = Weight(5, 5, 5 / 8), Weight(5, 8)
SIDES = ("above", "below", "both")
STEPS = ("whole", "started", "proportional")
NAMES = {"whole": oracle.WHOLE, "started": oracle.STARTED, "proportional": oracle.PROPORTIONAL}


def deduct(
    side: str = "above", target: object = "100%", every: object = "1%", points: float = 0.5, **more: str
) -> Deduct:
    return Deduct.model_validate({side: target, "every": every, "points": points, **more})


def bands(*listed: dict[str, object]) -> Bands:
    return Bands.model_validate({"bands": list(listed)})


CONTROL = bands(
    {"from": "0%", "to": "0%", "points": 5.0},
    {"over": "0%", "to": "10%", "points": 4.0},
    {"over": "10%", "to": "20%", "points": 3.0},
    {"over": "20%", "to": "30%", "points": 2.0},
    {"over": "30%", "points": 0.0},
)
SATISFACTION = bands(
    {"from": "90%", "points": 6.0},
    {"from": "80%", "under": "90%", "points": 4.0},
    {"from": "70%", "under": "80%", "points": 2.0},
    {"under": "70%", "points": 0.0},
)
EXTERNAL = External.model_validate({"base": 350.0})
VIOLATIONS = Violations.model_validate({"each": 1.0})
DEDUCTS = {
    f"{side} {every} {points} {steps}": deduct(side, "100%", every, points, steps=steps)
    for side in SIDES
    for steps in STEPS
    for every, points in (("1%", 0.5), ("1%", 1.0), ("5%", 2.0), ("3%", 1.0), ("4%", 0.3))
}
FORMS: dict[str, ComputedForm] = {
    **DEDUCTS,
    "bands down": CONTROL,
    "bands up": SATISFACTION,
    "external": EXTERNAL,
    "violations": VIOLATIONS,
}
FORM = st.sampled_from(sorted(FORMS)).map(FORMS.__getitem__)
WEIGHTS = st.sampled_from([FIVE, Weight(8, 8), Weight(16, 16), SCALED, LITERAL, Weight(8, 5), Weight(8, 8, 1.6)])
#: Ratios with nine decimals, around and on the marks, and anything else.
FINE = st.integers(-2 * 10**9, 4 * 10**9).map(lambda billionths: billionths / 10**9)
ROUND = st.integers(-200, 400).map(lambda percent: percent / 100)
ANY = st.one_of(FINE, ROUND, st.floats(-1e6, 1e6))


def one(form: ComputedForm, value: float, weight: Weight = FIVE) -> float:
    return float(form.points(np.array([value]), weight)[0])


# ---- properties of every form ---------------------------------------------------------------------------------------
@given(FORM, WEIGHTS, ANY)
def test_a_score_lies_between_nothing_and_the_weight(form: ComputedForm, weight: Weight, value: float) -> None:
    points = one(form, value, weight)
    if math.isnan(points):
        assert form is CONTROL
        assert value < 0
        return
    assert 0 <= points <= weight.full
    assert points == float(Decimal(repr(points)).quantize(Decimal("0.01")))
    assert math.copysign(1.0, points) == 1.0


@given(FORM, WEIGHTS, st.lists(st.one_of(ANY, st.just(math.nan)), max_size=20), st.randoms(use_true_random=False))
def test_nan_never_scores_and_order_and_size_change_nothing(
    form: ComputedForm, weight: Weight, values: list[float], chance: object
) -> None:
    alone = [one(form, value, weight) for value in values]
    assert all(math.isnan(points) for value, points in zip(values, alone, strict=True) if math.isnan(value))
    together = form.points(np.array(values, dtype=np.float64), weight)
    assert np.array_equal(together, np.array(alone, dtype=np.float64), equal_nan=True)
    order = list(range(len(values)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    shuffled = form.points(np.array([values[index] for index in order], dtype=np.float64), weight)
    assert np.array_equal(shuffled, together[order], equal_nan=True)


@given(FORM, st.lists(ANY, min_size=1, max_size=10))
def test_the_values_are_left_alone(form: ComputedForm, values: list[float]) -> None:
    given_values = np.array(values)
    form.points(given_values, FIVE)
    assert given_values.tolist() == values


@given(st.sampled_from(sorted(DEDUCTS)), WEIGHTS, ANY, ANY)
def test_deductions_are_monotone_on_each_side(name: str, weight: Weight, one_value: float, other: float) -> None:
    """Further from the standard never scores more; on the free side of it nothing is deducted."""
    form = DEDUCTS[name]
    near, far = sorted((one_value, other), key=lambda value: abs(value - 1))
    if (near - 1) * (far - 1) >= 0:
        assert one(form, near, weight) >= one(form, far, weight)
    full = min(weight.top, weight.full)
    if (form.above is not None and one_value <= 1) or (form.below is not None and one_value >= 1):
        assert one(form, one_value, weight) == full
    assert one(form, 1.0, weight) == full


@given(WEIGHTS, ANY, ANY)
def test_the_other_forms_are_monotone(weight: Weight, one_value: float, other: float) -> None:
    low, high = sorted((one_value, other))
    assert one(SATISFACTION, low, weight) <= one(SATISFACTION, high, weight)
    assert one(EXTERNAL, low, weight) <= one(EXTERNAL, high, weight)
    assert one(VIOLATIONS, low, weight) >= one(VIOLATIONS, high, weight)
    if low >= 0:
        assert one(CONTROL, low, weight) >= one(CONTROL, high, weight)


@given(st.sampled_from(SIDES), st.sampled_from(["1", "5", "3", "4"]), st.sampled_from(["0.5", "1", "2", "0.3"]), FINE)
def test_every_reading_agrees_with_the_oracle(side: str, every: str, points: str, value: float) -> None:
    distance = Decimal(repr(value)) - 1
    distance = -distance if side == "below" else abs(distance) if side == "both" else distance
    wanted = oracle.readings(distance, str(Decimal(every) / 100), points, 5)
    for steps in STEPS:
        form = deduct(side, "100%", f"{every}%", float(points), steps=steps)
        assert one(form, value) == float(wanted[NAMES[steps]])
        others = {name: float(scores[0]) for name, scores in form.readings(np.array([value]), FIVE).items()}
        assert others == {name: float(score) for name, score in wanted.items() if name != NAMES[steps]}


# ---- deduct: on the steps -------------------------------------------------------------------------------------------
HUNDRED = Weight(100, 100)


def ratios(percent: int) -> list[float]:
    """A ratio of so many percent, as different workbooks arrive at it."""
    return [
        percent / 100,
        float(f"{percent / 100:.2f}"),
        (percent * 3) / 300,
        1 + (percent - 100) / 100,
        percent * 0.01,
    ]


@pytest.mark.parametrize("every", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("side", SIDES)
def test_exactly_on_each_step(every: int, side: str) -> None:
    """Up to 90 steps, those that plain floor and ceil count wrongly among them (29, 47, 57 …)."""
    for count in range(1, 90 // every + 1):
        sign = -1 if side == "below" else 1
        for value in ratios(100 + sign * count * every):
            got = {steps: one(deduct(side, "100%", f"{every}%", 1.0, steps=steps), value, HUNDRED) for steps in STEPS}
            assert got == dict.fromkeys(STEPS, 100.0 - count), (count, value)


@pytest.mark.parametrize("every", [0.01, 0.03, 0.05])
@pytest.mark.parametrize("count", [1, 2, 7, 10, 29, 47, 57])
@pytest.mark.parametrize("side", SIDES)
def test_just_beside_a_step(every: float, count: int, side: str) -> None:
    """Nine decimals of the quotient decide: less than half of the ninth is on the step, more is beside it."""
    sign = -1 if side == "below" else 1
    cases = {-1.0: (count - 1, count), -2e-9: (count - 1, count), -4e-10: (count, count), 0.0: (count, count)}
    cases |= {4e-10: (count, count), 2e-9: (count, count + 1), 0.5: (count, count + 1)}
    for beside, (whole, started) in cases.items():
        if beside == -1.0:
            started = count - 1
        value = 1 + sign * (count + beside) * every
        assert one(deduct(side, 1.0, every, 1.0, steps="whole"), value, HUNDRED) == 100 - whole, beside
        assert one(deduct(side, 1.0, every, 1.0, steps="started"), value, HUNDRED) == 100 - started, beside


@pytest.mark.parametrize(
    ("value", "steps"), [(1.1, 10), (1.29, 29), (1.47, 47), (1.57, 57), (1.01, 1), (1.14, 14), (2.0, 100)]
)
def test_the_float_traps(value: float, steps: int) -> None:
    for reading in STEPS:
        assert one(deduct(points=0.5, steps=reading), value, HUNDRED) == 100 - 0.5 * steps


@pytest.mark.parametrize(
    ("ratio", "whole", "started", "proportional"),
    [(20083.21 / 20118.42, 5, 3, 4.93), (0.928, 3, 1, 2.12), (0.95, 3, 3, 3), (0.85, 0, 0, 0), (1.2, 5, 5, 5)],
)
def test_the_published_completions(ratio: float, whole: float, started: float, proportional: float) -> None:
    """预算完成率, 5 分: 100%计满分，每低于5%扣2分 (RULE-FORMS A2; 92.8% was scored 3)."""
    got = [one(deduct("below", "100%", "5%", 2.0, steps=steps), ratio) for steps in STEPS]
    assert got == [whole, started, proportional]


def test_without_a_word_about_steps_only_whole_ones_count() -> None:
    assert deduct().steps == "whole"
    assert sorted(deduct().readings(np.array([1.0]), FIVE)) == sorted(["不足一步按一步", "按比例"])


# ---- bands: on the edges --------------------------------------------------------------------------------------------
INSIDE = {
    "from": (False, True, True),
    "over": (False, False, True),
    "to": (True, True, False),
    "under": (True, False, False),
}


@pytest.mark.parametrize("edge", [0.0, 0.1, 0.7, 0.9, 1.1333, -0.05, 1.005, 12.5, "10%", "1/3", "2/3"])
@pytest.mark.parametrize("closure", sorted(INSIDE))
def test_an_edge_belongs_where_the_rule_says(edge: float | str, closure: str) -> None:
    """Below, on and above an edge; what is nearer to it than half the ninth decimal is on it."""
    form = bands({closure: edge, "points": 3.0})
    at = {"10%": 0.1, "1/3": 1 / 3, "2/3": 2 / 3}.get(str(edge), edge)
    assert isinstance(at, float)
    below, on, above = INSIDE[closure]
    wanted = {-1.0: below, -2e-9: below, 0.0: on, 2e-9: above, 1.0: above}
    wanted |= dict.fromkeys((math.nextafter(at, -9) - at, math.nextafter(at, 99) - at), on)
    if isinstance(edge, float):
        wanted |= dict.fromkeys((-4e-10, 4e-10), on) | {-6e-10: below, 6e-10: above}
    for beside, inside in wanted.items():
        assert (one(form, at + beside) == 3.0) is inside, beside
        assert math.isnan(one(form, at + beside)) is not inside, beside


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (-1e-8, math.nan),
        (-4e-10, 5),
        (0.0, 5),
        (0.1 + 0.2 - 0.3, 5),
        (4e-10, 5),
        (1e-8, 4),
        (0.1, 4),
        (0.3 - 0.2, 4),
        (0.100000001, 3),
        (0.2, 3),
        (0.200000001, 2),
        (0.3, 2),
        (0.1 + 0.2, 2),
        (0.300000001, 0),
        (99.0, 0),
    ],
)
def test_the_bands_of_the_control_rate(value: float, points: float) -> None:
    assert one(CONTROL, value) == points or (math.isnan(points) and math.isnan(one(CONTROL, value)))


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinite_value_never_gets_full_marks(value: float) -> None:
    """Formulas never give one; were it to come, it must not crash the batch."""
    for form in FORMS.values():
        points = one(form, value, HUNDRED)
        assert math.isnan(points) or 0 <= points <= 100


@pytest.mark.parametrize("value", [1e12, 1e18, 1e19, 1e25, -1e25, 1e300])
def test_a_value_of_twenty_digits_is_a_value(value: float) -> None:
    """An amount with too many zeros costs its indicator, not the run."""
    assert one(deduct(), value) == (0 if value > 0 else 5)
    assert one(SATISFACTION, value) == (5 if value > 0 else 0)
    assert one(EXTERNAL, value) == (5 if value > 0 else 0)
    assert one(VIOLATIONS, value) == (0 if value > 0 else 5)


# ---- external and violations ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "points"), [(350, 8), (300, 6.86), (0, 0), (-5, 0), (400, 8), (349.9, 8), (349.7, 7.99)]
)
def test_external(value: float, points: float) -> None:
    assert one(EXTERNAL, float(value), Weight(8, 8)) == points


@pytest.mark.parametrize(("count", "points"), [(0, 16), (1, 15), (2, 14), (16, 0), (17, 0), (-1, 16)])
def test_violations(count: float, points: float) -> None:
    assert one(VIOLATIONS, float(count), Weight(16, 16)) == points


# ---- the sentence against the weight --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("percent", "by_weight", "by_text"),
    [
        (-10, 5, 5),
        (0, 5, 5),
        (1, 4.5, 5),
        (2, 4, 5),
        (3, 3.5, 5),
        (4, 3, 4.8),
        (6, 2, 3.2),
        (9, 0.5, 0.8),
        (10, 0, 0),
        (11, 0, 0),
    ],
)
def test_eight_points_in_the_text_and_five_to_give(percent: int, by_weight: float, by_text: float) -> None:
    """“三公经费”变动率: 计8分，每点扣0.8分 on a weight of 5 (RULE-FORMS C: +2% is 4 scaled, 5 capped)."""
    form = deduct("above", "0%", "1%", 0.8)
    assert one(form, percent / 100, SCALED) == by_weight
    assert one(form, percent / 100, LITERAL) == by_text


def test_bands_by_weight_and_by_text() -> None:
    form = bands(
        {"from": 0.0, "under": 1.0, "points": 8.0},
        {"from": 1.0, "under": 2.0, "points": 6.0},
        {"from": 2.0, "points": 2.0},
    )
    assert [one(form, value, SCALED) for value in (0.0, 1.0, 2.0)] == [5, 3.75, 1.25]
    assert [one(form, value, LITERAL) for value in (0.0, 1.0, 2.0)] == [5, 5, 2]


def test_a_text_of_fewer_points_than_the_weight() -> None:
    assert one(deduct(points=0.5), 1.02, Weight(8, 8, 8 / 5)) == 6.4
    assert one(deduct(points=0.5), 1.02, Weight(8, 5)) == 4
    assert one(deduct(points=0.5), 1.00, Weight(8, 5)) == 5


def test_external_and_violations_by_weight_and_by_text() -> None:
    assert one(EXTERNAL, 175.0, SCALED) == 2.5
    assert one(EXTERNAL, 175.0, LITERAL) == 4
    assert one(VIOLATIONS, 2.0, SCALED) == 3.75
    assert one(VIOLATIONS, 2.0, LITERAL) == 5


@given(st.floats(-1e3, 1e3), st.sampled_from([5.0, 6.0, 16.0]))
def test_settled_points(points: float, full: float) -> None:
    got = float(settle(np.array([points]), full)[0])
    assert got == float(oracle.clip(points, int(full)))


# ---- what is refused ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"every": "1%", "points": 0.5}, "写且只写一个"),
        ({"above": "100%", "below": "100%", "every": "1%", "points": 0.5}, "写且只写一个"),
        ({"above": "100%", "both": "100%", "every": "1%", "points": 0.5}, "写且只写一个"),
        ({"above": "100%", "every": 0.0, "points": 0.5}, "greater than 0"),
        ({"above": "100%", "every": "0%", "points": 0.5}, "greater than 0"),
        ({"above": "100%", "every": "-1%", "points": 0.5}, "greater than 0"),
        ({"above": "100%", "every": "1%", "points": 0.0}, "greater than 0"),
        ({"above": "100%", "every": "1%", "points": -1.0}, "greater than 0"),
        ({"above": "100%", "every": "1%"}, "points"),
        ({"above": "100%", "points": 0.5}, "every"),
        ({"above": "100%", "every": "1%", "points": 0.5, "steps": "half"}, "steps"),
        ({"above": "百分之百", "every": "1%", "points": 0.5}, "百分数"),
        ({"above": math.nan, "every": "1%", "points": 0.5}, "finite"),
        ({"above": "100%", "every": math.inf, "points": 0.5}, "finite"),
        ({"above": "100%", "every": "1%", "points": 0.5, "step": "whole"}, "step"),
    ],
)
def test_deductions_that_make_no_sense(written: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Deduct.model_validate(written)


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ([{"from": 0.0, "to": 1.0, "points": 5.0}, {"from": 1.0, "to": 2.0, "points": 4.0}], "重叠"),
        ([{"from": 0.0, "to": 1.0, "points": 5.0}, {"over": 0.5, "to": 2.0, "points": 4.0}], "重叠"),
        ([{"over": 0.5, "to": 2.0, "points": 4.0}, {"from": 0.0, "to": 1.0, "points": 5.0}], "重叠"),
        ([{"from": 0.0, "to": 9.0, "points": 5.0}, {"from": 2.0, "to": 3.0, "points": 4.0}], "重叠"),
        ([{"under": 1.0, "points": 5.0}, {"under": 2.0, "points": 4.0}], "重叠"),
        ([{"from": 1.0, "points": 5.0}, {"over": 2.0, "points": 4.0}], "重叠"),
        ([{"from": 0.0, "to": 0.0, "points": 5.0}, {"from": 0.0, "under": 1.0, "points": 4.0}], "重叠"),
        ([{"from": 0.0, "to": 0.0, "points": 5.0}, {"from": 0.0, "to": 0.0, "points": 4.0}], "重叠"),
        ([{"points": 5.0}, {"from": 0.0, "points": 4.0}], "重叠"),
        ([{"from": 2.0, "to": 1.0, "points": 5.0}], "空的"),
        ([{"over": 1.0, "to": 1.0, "points": 5.0}], "空的"),
        ([{"from": 1.0, "under": 1.0, "points": 5.0}], "空的"),
        ([{"over": 1.0, "under": 1.0, "points": 5.0}], "空的"),
        ([{"from": 0.0, "over": 0.0, "points": 5.0}], "只能写一个"),
        ([{"to": 0.0, "under": 0.0, "points": 5.0}], "只能写一个"),
        ([{"from": 0.0, "points": -1.0}], "greater than or equal to 0"),
        ([{"from": 0.0}], "points"),
        ([], "at least 1"),
    ],
)
def test_bands_that_make_no_sense(listed: list[dict[str, object]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        bands(*listed)


def test_bands_that_only_touch_are_taken() -> None:
    form = bands(
        {"under": 0.0, "points": 0.0},
        {"from": 0.0, "to": 0.0, "points": 5.0},
        {"over": 0.0, "under": 1.0, "points": 4.0},
        {"from": 1.0, "points": 3.0},
    )
    assert [one(form, value) for value in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [0, 5, 4, 3, 3]


@pytest.mark.parametrize("base", [0.0, -350.0])
def test_an_external_base_is_positive(base: float) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        External.model_validate({"base": base})


@pytest.mark.parametrize("each", [0.0, -1.0])
def test_a_violation_costs_something(each: float) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        Violations.model_validate({"each": each})


# ---- in words -------------------------------------------------------------------------------------------------------
@given(FORM, WEIGHTS, st.one_of(FINE, ROUND))
def test_the_explanation_ends_with_the_points(form: ComputedForm, weight: Weight, value: float) -> None:
    points = one(form, value, weight)
    said = form.trace(value, weight)
    if math.isnan(points):
        assert "没有规定" in said
    else:
        match = re.search(r"[得计] (\S+) 分$", said)
        assert match is not None
        assert float(match[1]) == points, said


def test_descriptions() -> None:
    assert deduct().describe(FIVE) == "超过 100% 每 1% 扣 0.5 分，扣完为止（整步）"
    assert deduct("below", "100%", "5%", 2.0, steps="started").describe(FIVE).startswith("低于 100% 每 5% 扣 2 分")
    assert deduct("above", "0%", "1%", 0.8).describe(SCALED) == "超过 0% 每 1% 扣 0.5 分，扣完为止（整步）"
    assert CONTROL.describe(FIVE).startswith("= 0% 计 5 分；> 0% 且 ≤ 10% 计 4 分")
    assert EXTERNAL.describe(Weight(8, 8)) == "考核得分 ÷ 350 × 8 分"
    assert VIOLATIONS.describe(Weight(16, 16)) == "每出现一例扣 1 分，扣完为止"


@given(st.floats(allow_infinity=False) | st.sampled_from([-0.0, 2.675, 4.999999999999999]))
def test_points_alone_are_settled_as_in_a_column(points: float) -> None:
    alone, (first, second) = settle(np.array([points]), 5.0), settle(np.array([points, points]), 5.0)
    assert str(alone[0]) == str(first) == str(second)
