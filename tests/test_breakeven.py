"""Break-even: full marks from the threshold on, none one grain beside it, by arithmetic that shares no code."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.audit.breakeven import BreakEven, break_evens
from converter.audit.rescoring import Schemes, schemes_of
from converter.mapping.library import Library
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme

WHO = "绥宁县人社局"


def facts(**values: float | None) -> list[dict[str, str]]:
    """Rows of facts.csv; 上年_ marks last year's, None a blank."""
    rows = []
    for name, value in values.items():
        year = "2018" if name.startswith("上年_") else "2019"
        state = "空白" if value is None else "零" if value == 0 else "数值"
        row = dict.fromkeys(("部门编码", "单位", "原文", "表单", "资金口径", "文件", "工作表", "单元格"), "")
        text = "" if value is None else repr(float(value))
        used = "否" if value is None else "是"
        rows.append(
            {
                **row,
                "部门": WHO,
                "年度": year,
                "字段": name.removeprefix("上年_"),
                "数值": text,
                "状态": state,
                "采用": used,
            }
        )
    return rows


def found(scheme: Scheme, derivations: Derivations, indicator: str, **values: float | None) -> dict[str, BreakEven]:
    rule = next(rule for rule in scheme.rules if rule.name == indicator)
    evens = break_evens(facts(**values), WHO, 2019, rule, scheme, derivations)
    return {one.field if one.year == 2019 else f"上年_{one.field}": one for one in evens}


CHANGE, CONTROL, BUDGET, PURCHASE = "“三公经费”变动率", "“三公经费”控制率", "预算控制率", "政府采购执行率"


def test_the_missing_budget_of_last_year(scheme: Scheme, derivations: Derivations) -> None:
    """Issue: 2018 预算 ≥ 29 即满分. A rise of less than a whole point costs nothing as whole steps are read."""
    evens = found(scheme, derivations, CHANGE, 三公经费预算数=29)
    assert set(evens) == {"上年_三公经费预算数"}
    one = evens["上年_三公经费预算数"]
    assert (one.now, one.low, one.high, one.safe_low, one.safe_high) == (None, 28.72, None, 29, None)
    assert (29 - 28.72) / 28.72 < 0.01 <= (29 - 28.71) / 28.71
    assert str(one) == "2018 年三公经费预算数 ≥ 29 即满分，不论何种口径；按所取口径 ≥ 28.72 即可（缺数）"


@pytest.mark.parametrize(
    ("indicator", "values", "field", "expected"),
    [
        (CONTROL, {"三公经费决算数": 40, "三公经费预算数": 29}, "三公经费决算数", (None, 29.28, None, 29)),
        (CONTROL, {"三公经费决算数": 40, "三公经费预算数": 29}, "三公经费预算数", (39.61, None, 40, None)),
        (PURCHASE, {"政府采购决算数": 50, "政府采购预算数": 100}, "政府采购决算数", (95.01, 104.99, 100, 100)),
        ("在职人员控制率", {"在职人员数": 68, "编制数": 60}, "在职人员数", (None, 60, None, 60)),
        ("在职人员控制率", {"在职人员数": 68, "编制数": 60}, "编制数", (68, None, 68, None)),
        ("社会公众或服务对象满意度", {"满意度": 0.85}, "满意度", (0.9, None, 0.9, None)),
        ("重点工作实际完成率", {"重点工作考核得分": 300}, "重点工作考核得分", (349.79, None, 349.79, None)),
    ],
    ids=ascii,
)
def test_thresholds(
    scheme: Scheme,
    derivations: Derivations,
    indicator: str,
    values: dict[str, float],
    field: str,
    expected: tuple[float | None, ...],
) -> None:
    one = found(scheme, derivations, indicator, **values)[field]
    assert (one.low, one.high, one.safe_low, one.safe_high) == expected
    assert one.now == values[field]


def test_a_single_value_is_found(scheme: Scheme, derivations: Derivations) -> None:
    """预算控制率 gives full marks at 0 alone: nothing added during the year. Derived inputs are followed to their cells."""
    values = {"基本支出年初预算数": 19030.84, "项目支出年初预算数": 474.0}
    later = {"基本支出全年预算数": 19327.86, "项目支出全年预算数": 745.03}
    one = found(scheme, derivations, BUDGET, **values, **later)["项目支出全年预算数"]
    assert (one.low, one.high) == (176.98, 176.98)
    assert round(19327.86 + 176.98 - 19030.84 - 474, 9) == 0
    assert str(one) == "2019 年项目支出全年预算数 ＝ 176.98 即满分（现为 745.03）"


def test_what_cannot_reach_full_marks_says_how_far_it_gets(scheme: Scheme, derivations: Derivations) -> None:
    """编制数 0: no number of people gives a rate."""
    one = found(scheme, derivations, "在职人员控制率", 在职人员数=3, 编制数=0)["在职人员数"]
    assert not one.full
    assert str(one) == "单改 2019 年在职人员数（现为 3）不能得满分，最高 0 分"


def test_a_figure_that_decides_nothing(scheme: Scheme, derivations: Derivations) -> None:
    one = found(scheme, derivations, CONTROL, 三公经费决算数=0, 三公经费预算数=29)["三公经费决算数"]
    assert (one.low, one.high) == (None, 29.28)
    budget = found(scheme, derivations, CONTROL, 三公经费决算数=0, 三公经费预算数=29)["三公经费预算数"]
    assert budget.low == 0.01


def test_ratios_are_told_in_percent(scheme: Scheme, derivations: Derivations) -> None:
    one = found(scheme, derivations, "社会公众或服务对象满意度", 满意度=None)["满意度"]
    assert str(one) == "2019 年满意度 ≥ 90% 即满分（缺数）"


def test_two_missing_figures_have_none(scheme: Scheme, derivations: Derivations) -> None:
    assert found(scheme, derivations, PURCHASE, 政府采购决算数=None) == {}


@settings(max_examples=25)
@given(spent=st.integers(1, 200_000), budget=st.integers(1, 200_000))
def test_full_marks_on_the_threshold_and_not_beside_it(spent: int, budget: int) -> None:
    """CONTROL loses a point for each whole point above 100%: reckoned in hundredths of 万元, exactly."""
    schemes: Schemes = _schemes()
    (scheme,) = [one for one in schemes.by_digest.values() if one.file.year == 2019]
    values = {"三公经费决算数": spent / 100, "三公经费预算数": budget / 100}
    evens = found(scheme, schemes.derivations, CONTROL, **values)

    def lost(used: int, planned: int) -> int:
        return max(0, (used - planned) * 100 // planned)

    high, low = evens["三公经费决算数"].high, evens["三公经费预算数"].low
    assert high is not None
    assert low is not None
    most, least = round(high * 100), round(low * 100)
    assert lost(most, budget) == 0 < lost(most + 1, budget)
    assert lost(spent, least) == 0
    assert least == 1 or lost(spent, least - 1) > 0
    assert math.isclose(evens["三公经费决算数"].safe_high or 0, budget / 100)


def _schemes(cache: list[Schemes] = []) -> Schemes:  # noqa: B006  # loaded once for all examples
    if not cache:
        cache.append(schemes_of(Library()))
    return cache[0]


def test_the_built_in_schemes_are_known_by_their_digest(scheme: Scheme) -> None:
    assert _schemes().by_digest[scheme.sha256].name == scheme.name
    assert Path(scheme.document.path).is_file()
