"""One weight for several indicators: added up, one of them taken, or their mean; what does not apply is passed over."""

from pathlib import Path

import numpy as np
import pytest

from converter.mapping.facts import SELF_SCORE
from converter.mapping.library import Library
from converter.scoring.audits import audit_scores
from converter.scoring.checks import Checks
from converter.scoring.compute import score
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input
from converter.scoring.inputs import Inputs
from converter.scoring.shared import picked, together
from converter.scoring.totals import totals_frame
from tests.test_excel_agreement import YEAR, Cell, facts
from tests.test_schemes import made_scheme, scheme_text

NAN = float("nan")


@pytest.mark.parametrize(
    ("take", "amounts", "wanted"),
    [
        ("higher", (2, 5), 5),
        ("lower", (2, 5), 2),
        ("mean", (2, 5), 3.5),
        ("mean", (1, 1.01), 1.01),
        ("first", (2, 5), 2),
        ("sum", (2, 5), 6),
        ("sum", (2, 3), 5),
        ("higher", (NAN, 5), 5),
        ("lower", (NAN, 5), 5),
        ("mean", (NAN, 5), 5),
        ("first", (NAN, 5), 5),
        ("sum", (NAN, 5), 5),
        *((take, (NAN, NAN), 0) for take in ("higher", "lower", "mean", "first", "sum")),
    ],
)
def test_what_a_group_counts(take: str, amounts: tuple[float, float], wanted: float) -> None:
    given = np.array([[amounts[0]], [amounts[1]]], dtype=np.float64)
    assert together(given, ~np.isnan(given), take, 6.0, np.nanmin).tolist() == [wanted]


def test_the_first_that_is_known_is_taken_and_until_then_the_widest_interval() -> None:
    low, high, known = np.array([[0.0], [3.0]]), np.array([[5.0], [3.0]]), np.array([[False], [True]])
    assert picked(low, known, "first", np.nanmin).tolist() == picked(high, known, "first", np.nanmax).tolist() == [3]
    nothing = np.zeros_like(known)
    assert picked(low, nothing, "first", np.nanmin).tolist() == [0]
    assert picked(high, nothing, "first", np.nanmax).tolist() == [5]


RULES = """\
  一率: {path: [甲], full: 60, take: TAKE, value: 在职人员数 / 编制数, proportional: {}, text: 条文}
  二率: {path: [甲], shares: 一率, value: 满意度, proportional: {}, text: 条文}
  其余: {path: [甲], full: 40, manual: true, text: 条文}
"""


@pytest.mark.parametrize(
    ("take", "own", "total", "self_total", "deductions"),
    [
        ("higher", (54, 30, 40), 94, 94, "一率"),
        ("lower", (54, 30, 40), 70, 70, "一率"),
        ("mean", (54, 30, 40), 82, 82, "一率"),
        ("first", (54, 30, 40), 94, 94, "一率"),
        ("higher", (None, 30, 40), 94, 70, "一率"),
        ("higher", (None, None, 40), 94, NAN, "一率"),
        ("sum", (54, 6, 40), 100, 100, "二率、一率"),
    ],
)
def test_totals_of_a_weight_of_which_one_is_taken(
    take: str,
    own: tuple[float | None, ...],
    total: float,
    self_total: float,
    deductions: str,
    tmp_path: Path,
    library: Library,
    derivations: Derivations,
    checks: Checks,
) -> None:
    """The other one neither counts in the self score nor as points lost, and together they may claim more than the weight."""
    scheme = made_scheme(tmp_path, scheme_text(RULES.replace("TAKE", take)), library)
    given: dict[Input, Cell] = {Input("在职人员数"): 90.0, Input("编制数"): 100.0, Input("满意度"): 0.5}
    scores = zip(("一率", "二率", "其余"), own, strict=True)
    given |= {Input(name + SELF_SCORE): None if points is None else float(points) for name, points in scores}
    inputs = Inputs(facts([given], YEAR), ["0"], YEAR, derivations)
    columns = score(inputs, scheme)
    (row,) = totals_frame(columns, inputs, scheme).to_dict("records")
    assert (row["low"], row["high"]) == (total, total)
    assert np.array_equal(row["self_total"], self_total, equal_nan=True)
    assert row["deductions"] == deductions
    assert not [f for f in audit_scores(columns, inputs, checks) if f.code == "S02"]
