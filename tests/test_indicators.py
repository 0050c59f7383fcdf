"""The list of indicators: which column is what, whatever its heads are called, and weights inside names."""

from collections.abc import Sequence

import pytest

from converter.mapping.forms import Form
from converter.mapping.indicators import LocatedIndicators, locate_indicators, split_weight
from converter.mapping.library import Library
from tests.test_locate import page
from tests.workbooks import Grid, indicator_table


@pytest.fixture(scope="module")
def forms(library: Library) -> dict[str, Form]:
    return {form.form: form for form in library.forms}


def indicators(grid: Grid, forms: dict[str, Form]) -> LocatedIndicators | str:
    spec = forms["指标表"].indicators
    assert spec is not None
    return locate_indicators(page(grid), spec)


def heads(*texts: str) -> Grid:
    grid = Grid("指标表")
    grid.row(2, *texts)
    return grid


def test_each_level_has_the_weight_to_its_right(forms: dict[str, Form]) -> None:
    assert indicators(indicator_table(), forms) == LocatedIndicators(3, [0, 2, 4], [1, 3, 5], 6, 8, [7])


@pytest.mark.parametrize(
    ("texts", "located"),
    [
        (
            ("一级指标", "二级指标", "三级指标", "分值", "评分标准", "自评得分"),
            LocatedIndicators(2, [0, 1, 2], [None, None, 3], 4, 5),
        ),
        (
            ("一级指标", "权重", "二级指标", "三级指标", "计分标准", "分值", "得分", "自评分"),
            LocatedIndicators(2, [0, 2, 3], [1, None, 5], 4, 7),
        ),
        (
            ("序号", "一级 指标", "二级\n指标", "三级指标：", "得分"),
            LocatedIndicators(2, [1, 2, 3], [None] * 3, None, 4),
        ),
    ],
)
def test_other_orders_of_columns(texts: Sequence[str], located: LocatedIndicators, forms: dict[str, Form]) -> None:
    assert indicators(heads(*texts), forms) == located


@pytest.mark.parametrize(
    "texts",
    [("一级指标", "二级指标", "三级指标", "分值"), ("一级指标", "三级指标", "得分"), ("指标", "得分"), ("说明",)],
)
def test_without_a_level_or_the_self_score_it_is_no_indicator_list(
    texts: Sequence[str], forms: dict[str, Form]
) -> None:
    reason = indicators(heads(*texts), forms)
    assert isinstance(reason, str)
    assert "三级指标" in reason
    assert "得分" in reason


def test_a_row_that_names_levels_only_is_passed_over(forms: dict[str, Form]) -> None:
    grid = indicator_table().moved(2, 0)
    grid.row(0, "说明", "一级指标", "二级指标", "三级指标")
    located = indicators(grid, forms)
    assert isinstance(located, LocatedIndicators)
    assert located.head_row == 5


@pytest.mark.parametrize(
    ("text", "name", "points"),
    [
        ("投入（20分）", "投入", 20),
        ("绩效目标合理性(2分)", "绩效目标合理性", 2),
        ("部门预算管理80分)", "部门预算管理", 80),
        ("编制准确（7.5分", "编制准确", 7.5),
        ("过\n\n   程 （60 分）", "过程", 60),
        ("预算执行情况(10分)", "预算执行情况", 10),
    ],
)
def test_a_weight_inside_a_name(text: str, name: str, points: float) -> None:
    assert split_weight(text) == (name, points)


@pytest.mark.parametrize("text", ["在职人员控制率", "得分率", "满意度（90%）", "十分", "2019年（上）", "加5分", ""])
def test_a_name_without_a_weight_is_itself(text: str) -> None:
    assert split_weight(text) == (text, None)


def test_the_last_column_of_the_one_name_of_all_is_the_self_score(forms: dict[str, Form]) -> None:
    texts = ("一级指标", "得分", "二级指标", "得分", "三级指标", "得分", "评价标准", "得分")
    assert indicators(heads(*texts), forms) == LocatedIndicators(2, [0, 2, 4], [1, 3, 5], 6, 7)


def test_a_self_score_left_of_the_indicators_is_none(forms: dict[str, Form]) -> None:
    assert isinstance(indicators(heads("得分", "一级指标", "二级指标", "三级指标", "分值"), forms), str)
