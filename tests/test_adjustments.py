"""What becomes of the total: bonus, malus, caps and veto, with and without a value. Every value: test_whole_schemes."""

import numpy as np
import pytest

from converter.scoring.adjustments import Adjustment
from converter.scoring.scaling import scaled

NAN = float("nan")
CAPS = [{"from": "70%", "under": "80%", "points": 89.0}, {"under": "70%", "points": 79.0}]
KINDS: dict[str, dict[str, object]] = {
    "bonus": {"bonus": {"each": 1.0, "most": 3.0}},
    "malus": {"malus": {"each": 2.0, "most": 5.0}},
    "veto": {"veto": {"most": 59.0}},
    "caps": {"caps": CAPS, "value": "满意度"},
}


def made(kind: str, **more: str) -> Adjustment:
    return Adjustment.model_validate({"text": "条文", **KINDS[kind], **more})


def after(adjustment: Adjustment, value: float, low: float, high: float) -> tuple[float, float]:
    least, most = adjustment.apply(np.array([value]), np.array([low]), np.array([high]))
    return float(least[0]), float(most[0])


@pytest.mark.parametrize(
    ("kind", "value", "before", "then"),
    [
        ("bonus", 0, (80, 90), (80, 90)),
        ("bonus", 2, (80, 90), (82, 92)),
        ("bonus", 5, (80, 90), (83, 93)),
        ("bonus", -1, (80, 90), (80, 90)),
        ("bonus", NAN, (80, 90), (80, 93)),
        ("malus", 1, (80, 90), (78, 88)),
        ("malus", 3, (80, 90), (75, 85)),
        ("malus", NAN, (80, 90), (75, 90)),
        ("veto", 0, (80, 90), (80, 90)),
        ("veto", 1, (80, 90), (59, 59)),
        ("veto", 1, (40, 90), (40, 59)),
        ("veto", NAN, (80, 90), (59, 90)),
        ("caps", 0.8, (85, 95), (85, 95)),
        ("caps", 0.79999, (85, 95), (85, 89)),
        ("caps", 0.7, (95, 95), (89, 89)),
        ("caps", 0.69999, (85, 95), (79, 79)),
        ("caps", NAN, (85, 95), (79, 95)),
        ("caps", NAN, (60, 95), (60, 95)),
    ],
)
def test_the_total_after_an_adjustment(
    kind: str, value: float, before: tuple[float, float], then: tuple[float, float]
) -> None:
    assert after(made(kind), value, *before) == then


@pytest.mark.parametrize("kind", ["bonus", "malus", "veto"])
def test_nothing_reported_may_mean_that_nothing_happened(kind: str) -> None:
    assert after(made(kind, missing="zero"), NAN, 80, 90) == (80, 90)
    assert "没有记录的按没有发生" in made(kind, missing="zero").describe()


def test_descriptions() -> None:
    assert made("bonus").describe() == "加分：每例加 1 分，最多加 3 分"
    assert made("malus").describe() == "减分：每例减 2 分，最多减 5 分"
    assert made("veto").describe() == "一票否决：有一例的，总分不超过 59 分"
    assert made("caps").describe() == "总分封顶：≥ 70% 且 < 80% 的不超过 89 分；< 70% 的不超过 79 分"


def test_a_count_is_a_fact_of_its_own_and_a_value_a_formula() -> None:
    assert made("bonus").formula("表彰").text == "表彰·例数"
    assert made("caps").formula("封顶").text == "满意度"


def test_scaling() -> None:
    low, high = scaled(np.array([45.0, 60.0, 0.0]), np.array([90.0, 60.0, 0.0]), np.array([90.0, 100.0, 0.0]), 100.0)
    assert list(zip(low, high, strict=True)) == [(50, 100), (60, 60), (0, 100)]
