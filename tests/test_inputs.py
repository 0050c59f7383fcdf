"""Facts as whole columns: sums, derived fields in their order, last year's values, and why something is missing."""

import math
from pathlib import Path

import numpy as np
import pytest

from converter.mapping.departments import Submission
from converter.mapping.facts import Document
from converter.mapping.library import Library
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input, parse
from converter.scoring.frames import adopt, facts_frame
from converter.scoring.inputs import Inputs
from converter.scoring.lacking import Missing
from converter.vocabulary.findings import ConfigurationError, Place
from converter.vocabulary.numbers import State
from tests.test_frames import JC, Z01, document

YEAR = 2019
ADDED, INITIAL, CARRIED = Input("本年追加预算"), Input("年初预算"), Input("上年结转")


def inputs_of(derivations: Derivations, **departments: list[Document]) -> Inputs:
    """The documents of some departments, adopted."""
    facts = facts_frame([(Submission(name), documents) for name, documents in departments.items()])
    adopted = adopt(facts, derivations.dictionary).facts
    return Inputs(adopted, list(departments), YEAR, derivations)


def alone(derivations: Derivations, *documents: Document) -> Inputs:
    return inputs_of(derivations, 甲局=list(documents))


def number(inputs: Inputs, wanted: Input | str, position: int = 0) -> float:
    return float(inputs.column(wanted if isinstance(wanted, Input) else Input(wanted))[position])


def reasons(inputs: Inputs, wanted: Input | str) -> list[tuple[str, int, str, str]]:
    gaps = inputs.missing(wanted if isinstance(wanted, Input) else Input(wanted), 0)
    return [(gap.name, gap.year, gap.reason, str(gap.place)) for gap in gaps]


# ---- columns --------------------------------------------------------------------------------------------------------
def test_a_column_has_a_number_for_each_department_in_their_order(derivations: Derivations) -> None:
    inputs = inputs_of(derivations, 乙局=[document(JC, ("编制数", 7.0))], 甲局=[], 丙局=[document(JC, ("编制数", 0.0))])
    assert inputs.departments == ["乙局", "甲局", "丙局"]
    column = inputs.column(Input("编制数"))
    assert np.array_equal(column, [7.0, np.nan, 0.0], equal_nan=True)


def test_departments_that_are_not_asked_for_are_left_out(derivations: Derivations) -> None:
    inputs = inputs_of(derivations, 甲局=[document(JC, ("编制数", 7.0))], 乙局=[document(JC, ("编制数", 8.0))])
    only = Inputs(inputs.facts, ["乙局"], YEAR, derivations)
    assert only.column(Input("编制数")).tolist() == [8.0]


@pytest.mark.parametrize(
    "state",
    [State.BLANK, State.DASH, State.ERROR, State.UNREADABLE, State.STALE, State.CONFLICT],
    ids=lambda state: state.name,
)
def test_what_is_no_number_is_never_zero(state: State, derivations: Derivations) -> None:
    assert math.isnan(number(alone(derivations, document(JC, ("编制数", state))), "编制数"))


def test_what_is_read_together_is_what_is_read_one_by_one(derivations: Derivations) -> None:
    papers = {
        "甲局": [document(JC, ("编制数", 7.0), ("三公经费决算数", 16.14), at=-1)],
        "乙局": [document(JC, ("编制数", -0.0)), document(JC, ("三公经费决算数", 1.5), at=-1)],
        "丙局": [],
    }
    wanted = [Input("编制数"), Input("三公经费决算数", -1), Input("三公经费预算数"), Input("编制数"), ADDED]
    for apart in (frozenset[tuple[str, str]](), frozenset([("甲局", "三公经费决算数")])):
        plain, together = (inputs_of(derivations, **papers).without(apart) for _ in range(2))
        together.read_together(wanted)
        for one in wanted:
            assert np.array_equal(plain.column(one), together.column(one), equal_nan=True)
            assert np.array_equal(plain.known(one), together.known(one))
            assert plain.filled(one).tobytes() == together.filled(one).tobytes()
        assert together.finite == set(wanted[:3] if not apart else [wanted[0], wanted[2]])


def test_columns_with_an_infinite_number_are_not_taken_for_finite(derivations: Derivations) -> None:
    inputs = alone(derivations, document(JC, ("编制数", math.inf), ("三公经费预算数", 1.0)))
    inputs.read_together([Input("编制数"), Input("三公经费预算数")])
    assert not inputs.finite
    assert number(inputs, "编制数") == math.inf


def test_last_year_is_the_year_before(derivations: Derivations) -> None:
    inputs = alone(
        derivations,
        document(JC, ("三公经费决算数", 7.59)),
        document(JC, ("三公经费决算数", 16.14), at=-1),
        document(JC, ("三公经费预算数", 32.0), year=2018),
    )
    assert number(inputs, "三公经费决算数") == 7.59
    assert number(inputs, Input("三公经费决算数", -1)) == 16.14
    assert number(inputs, Input("三公经费预算数", -1)) == 32.0
    assert math.isnan(number(inputs, "三公经费预算数"))


def test_listed_rows_are_added(derivations: Derivations) -> None:
    listed = "其他专项决算数"
    inputs = alone(derivations, document(JC, (listed, 246.68), (listed, State.BLANK), (listed, 25.61), (listed, 0.0)))
    assert number(inputs, listed) == pytest.approx(272.29, abs=1e-9)


@pytest.mark.parametrize("state", [State.BLANK, State.DASH, State.ERROR], ids=lambda state: state.name)
def test_a_sum_of_nothing_is_missing_not_zero(state: State, derivations: Derivations) -> None:
    listed = "其他专项决算数"
    assert math.isnan(number(alone(derivations, document(JC, (listed, state), (listed, state))), listed))
    assert math.isnan(number(alone(derivations), listed))


@pytest.mark.parametrize("state", [State.ERROR, State.UNREADABLE, State.STALE], ids=lambda state: state.name)
def test_listed_rows_that_cannot_all_be_read_have_no_sum(state: State, derivations: Derivations) -> None:
    listed = "其他专项决算数"
    inputs = alone(derivations, document(JC, (listed, 246.68), (listed, state)))
    assert math.isnan(number(inputs, listed))
    assert [(name, place) for name, _, _, place in reasons(inputs, listed)] == [(listed, "基础数据表2019.xlsx!表!B6")]


def test_conflicting_figures_are_unknown(derivations: Derivations) -> None:
    inputs = alone(derivations, document(JC, ("编制数", 60.0)), document(JC, ("编制数", 61.0), file="again.xlsx"))
    assert math.isnan(number(inputs, "编制数"))
    assert [reason for _, _, reason, _ in reasons(inputs, "编制数")] == ["冲突"]


# ---- derived fields -------------------------------------------------------------------------------------------------
TOTALS = (("本年支出合计年初预算数", 200.0), ("本年支出合计全年预算数", 210.0))
PARTS = (
    ("基本支出年初预算数", 90.0),
    ("项目支出年初预算数", 10.0),
    ("基本支出全年预算数", 95.0),
    ("项目支出全年预算数", 25.0),
)
ROW = (("部门整体支出预算调整预算数", 100.0), ("部门整体支出预算调整决算数", 133.0))


@pytest.mark.parametrize(
    ("account", "form", "wanted", "formula"),
    [
        ((*TOTALS, *PARTS), ROW, 10.0, "本年支出合计全年预算数 - 本年支出合计年初预算数"),
        (
            (TOTALS[0], *PARTS),
            ROW,
            20.0,
            "(基本支出全年预算数 + 项目支出全年预算数) - (基本支出年初预算数 + 项目支出年初预算数)",
        ),
        ((TOTALS[0], *PARTS[:3]), ROW, 33.0, "部门整体支出预算调整决算数 - 部门整体支出预算调整预算数"),
        ((TOTALS[1], *PARTS[1:]), ROW, 33.0, "部门整体支出预算调整决算数 - 部门整体支出预算调整预算数"),
        ((), ROW, 33.0, "部门整体支出预算调整决算数 - 部门整体支出预算调整预算数"),
        (TOTALS, (), 10.0, "本年支出合计全年预算数 - 本年支出合计年初预算数"),
        ((TOTALS[0], *PARTS[:3]), ROW[:1], math.nan, None),
    ],
)
def test_additions_by_the_first_formula_that_works(
    account: tuple[tuple[str, float], ...],
    form: tuple[tuple[str, float], ...],
    wanted: float,
    formula: str | None,
    derivations: Derivations,
) -> None:
    inputs = alone(derivations, document(Z01, *account), document(JC, *form))
    assert np.array_equal(inputs.column(ADDED), [wanted], equal_nan=True)
    used = inputs.formula_used(ADDED, 0)
    assert (used.text if used else None) == formula


def test_the_initial_budget_falls_back_on_its_parts(derivations: Derivations) -> None:
    assert number(alone(derivations, document(Z01, *TOTALS, *PARTS)), INITIAL) == 200.0
    assert number(alone(derivations, document(Z01, *PARTS)), INITIAL) == 100.0
    assert math.isnan(number(alone(derivations, document(Z01, *PARTS[1:])), INITIAL))


def test_the_carry_over_falls_back_on_the_budget_column(derivations: Derivations) -> None:
    final, planned = ("年初结转和结余决算数", 45.53), ("年初结转和结余年初预算数", 40.0)
    assert number(alone(derivations, document(Z01, final, planned)), CARRIED) == 45.53
    assert number(alone(derivations, document(Z01, planned)), CARRIED) == 40.0
    assert number(alone(derivations, document(Z01, ("年初结转和结余决算数", 0.0), planned)), CARRIED) == 0.0


def test_a_zero_in_the_first_formula_is_a_result(derivations: Derivations) -> None:
    same = (("本年支出合计年初预算数", 200.0), ("本年支出合计全年预算数", 200.0))
    assert number(alone(derivations, document(Z01, *same), document(JC, *ROW)), ADDED) == 0.0


def test_each_department_takes_its_own_formula(derivations: Derivations) -> None:
    inputs = inputs_of(
        derivations, 甲局=[document(Z01, *TOTALS)], 乙局=[document(Z01, *PARTS)], 丙局=[document(JC, *ROW)], 丁局=[]
    )
    assert np.array_equal(inputs.column(ADDED), [10.0, 20.0, 33.0, np.nan], equal_nan=True)
    used = [inputs.formula_used(ADDED, position) for position in range(4)]
    assert [formula.text[:4] if formula else "" for formula in used] == ["本年支出", "(基本支", "部门整体", ""]
    read = inputs.formula_used(ADDED, 2)
    assert read is not None
    assert inputs.leaves(ADDED, 2) == read.inputs()
    assert set(read.inputs()) == set(map(Input, ("部门整体支出预算调整决算数", "部门整体支出预算调整预算数")))


def test_a_derived_amount_has_no_float_noise(derivations: Derivations) -> None:
    published = (
        ("基本支出年初预算数", 19030.84),
        ("项目支出年初预算数", 474.0),
        ("基本支出全年预算数", 19327.86),
        ("项目支出全年预算数", 745.03),
    )
    inputs = alone(derivations, document(Z01, *published))
    assert number(inputs, ADDED) == 568.05
    assert number(inputs, INITIAL) == 19504.84


def test_derived_fields_of_last_year(derivations: Derivations) -> None:
    inputs = alone(derivations, document(Z01, *TOTALS), document(Z01, ("本年支出合计年初预算数", 150.0), year=2018))
    assert number(inputs, Input("年初预算", -1)) == 150.0
    assert number(inputs, INITIAL) == 200.0


def test_computed_derived_inputs_become_facts(derivations: Derivations) -> None:
    inputs = inputs_of(derivations, 甲局=[document(Z01, *PARTS)], 乙局=[document(JC, *ROW)])
    assert inputs.derived([ADDED, INITIAL]) == [
        ("甲局", YEAR, "本年追加预算", 20.0, derivations.dictionary["本年追加预算"].formulas[1]),
        ("乙局", YEAR, "本年追加预算", 33.0, derivations.dictionary["本年追加预算"].formulas[2]),
        ("甲局", YEAR, "年初预算", 100.0, "基本支出年初预算数 + 项目支出年初预算数"),
    ]


def test_the_closure_puts_each_input_behind_what_it_needs(derivations: Derivations) -> None:
    order = derivations.closure([ADDED, Input("编制数"), INITIAL])
    assert len(order) == len(set(order))
    for position, one in enumerate(order):
        for formula in derivations.of(one):
            assert all(order.index(needed) < position for needed in formula.inputs())
    assert {ADDED, INITIAL, Input("编制数")} <= set(order)
    assert [one.offset for one in derivations.closure([Input("年初预算", -1)])] == [-1] * 4


# ---- why something is missing ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.BLANK, "空白"),
        (State.DASH, "填“——”"),
        (State.ERROR, "错误值"),
        (State.UNREADABLE, "无法识别"),
        (State.STALE, "未计算"),
        (State.CONFLICT, "冲突"),
    ],
)
def test_the_reason_and_the_cell(state: State, reason: str, derivations: Derivations) -> None:
    inputs = alone(derivations, document(JC, ("在职人员数", 68.0), ("编制数", state)))
    assert reasons(inputs, "编制数") == [("编制数", 2019, reason, "基础数据表2019.xlsx!表!B6")]
    assert reasons(inputs, "在职人员数") == []


def test_a_form_without_such_a_cell(derivations: Derivations) -> None:
    inputs = alone(derivations, document(JC, ("三公经费预算数", 29.0)))
    assert reasons(inputs, "编制数") == [("编制数", 2019, "表中无此栏", "")]
    assert reasons(inputs, Input("三公经费预算数", -1)) == [("三公经费预算数", 2018, "表中无此栏", "")]


def test_a_form_that_was_not_handed_in(derivations: Derivations) -> None:
    inputs = alone(derivations, document(Z01, *TOTALS))
    assert reasons(inputs, "编制数") == [("编制数", 2019, "未报该表", "")]
    other = alone(derivations, document(JC, ("编制数", 60.0)))
    assert reasons(other, "年末结余") == [("年末结转和结余决算数", 2019, "未报该表", "")]


def test_another_years_form_is_not_this_years(derivations: Derivations) -> None:
    """2018's 基础数据表 cannot have 2019's 编制数: 2019's was not handed in."""
    inputs = alone(derivations, document(JC, ("编制数", 60.0), year=2018), document(Z01, *TOTALS))
    assert reasons(inputs, "编制数") == [("编制数", 2019, "未报该表", "")]


def test_a_field_that_no_form_holds(derivations: Derivations) -> None:
    inputs = alone(derivations, document(JC, ("编制数", 60.0)))
    assert reasons(inputs, "重点工作考核得分") == [("重点工作考核得分", 2019, "表中无此栏", "")]


def test_a_derived_field_names_what_its_nearest_formula_lacks(derivations: Derivations) -> None:
    inputs = alone(derivations, document(Z01, *PARTS[:3], ("项目支出全年预算数", State.BLANK)))
    assert reasons(inputs, ADDED) == [("项目支出全年预算数", 2019, "空白", "财决012019.xlsx!表!B8")]


def test_the_gaps_of_a_formula_in_reading_order_each_once(derivations: Derivations) -> None:
    formula = parse("(年末结余 + 编制数 - 在职人员数) / (编制数 + 上年(编制数))")
    inputs = alone(derivations, document(JC, ("编制数", State.DASH), ("在职人员数", State.BLANK)))
    gaps = inputs.gaps(formula, 0)
    assert [(gap.name, gap.year, gap.reason) for gap in gaps] == [
        ("年末结转和结余决算数", 2019, "未报该表"),
        ("编制数", 2019, "填“——”"),
        ("在职人员数", 2019, "空白"),
        ("编制数", 2018, "表中无此栏"),
    ]


def test_a_gap_in_words() -> None:
    place = Place("甲局/基础数据表.xlsx", "基础数据表", "C21")
    assert (
        str(Missing("政府采购预算数", 2019, "空白", place))
        == "政府采购预算数（2019年）：空白 甲局/基础数据表.xlsx!基础数据表!C21"
    )
    assert str(Missing("三公经费预算数", 2018, "表中无此栏")) == "三公经费预算数（2018年）：表中无此栏"


def test_the_cell_behind_an_input(derivations: Derivations) -> None:
    inputs = alone(
        derivations, document(Z01, ("项目支出决算数", State.BLANK)), document(JC, ("项目支出决算数", 745.03))
    )
    assert str(inputs.place(Input("项目支出决算数"), 0)) == "基础数据表2019.xlsx!表!B5"
    assert inputs.place(Input("编制数"), 0) == Place()


def test_a_derived_field_that_divides_by_zero_says_so(tmp_path: Path) -> None:
    entry = "derived:\n  人均数:\n    kind: 金额\n    meaning: 某某\n    formulas: [公用经费决算数 / 编制数]\n"
    (tmp_path / "fields.yaml").write_text("items: {}\n" + entry, encoding="utf-8")
    inputs = alone(Derivations(Library(tmp_path).dictionary), document(JC, ("公用经费决算数", 78.46), ("编制数", 0.0)))
    assert math.isnan(number(inputs, "人均数"))
    assert reasons(inputs, "人均数") == [("人均数", 2019, "分母为零", "")]


# ---- formulas of the dictionary that make no sense ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("formulas", "words"),
    [
        ("[编制数 +]", "公式第"),
        ("[编制数 ** 2]", "公式第"),
        ("[编制书 + 1]", "不在数据字典中"),
        ("[甲数 + 1]", "循环引用：甲数 → 甲数"),
        ("[编制数, 乙数 * 2]", "循环引用：甲数 → 乙数 → 甲数"),
    ],
)
def test_a_derivation_that_cannot_be(formulas: str, words: str, tmp_path: Path) -> None:
    entry = "  {}:\n    kind: 人数\n    meaning: 某某\n    formulas: {}\n"
    text = "items: {}\nderived:\n" + entry.format("甲数", formulas) + entry.format("乙数", "[上年(甲数)]")
    (tmp_path / "fields.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=words) as caught:
        Derivations(Library(tmp_path).dictionary)
    assert caught.value.code == "C08"
    assert caught.value.place.file.endswith("fields.yaml")
    assert caught.value.place.cell in (("3:3", "7:3") if "循环" in words else ("6:16",))
