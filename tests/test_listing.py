"""Lines of printed indicator lists as indicators: names, paths, weights, shared weights."""

from collections.abc import Sequence

from converter.drafting.listing import indicators, level_weights, sums
from converter.intake.cells import Workbook
from converter.mapping.facts import Line, read_documents
from converter.mapping.library import Library
from tests.test_locate import page
from tests.workbooks import INDICATORS, indicator_table


def line(
    *levels: str,
    weights: tuple[float | None, ...] = (None, None, 5.0),
    shared: bool = False,
    sentence: str = "条文",
    notes: tuple[str, ...] = (),
) -> Line:
    return Line(levels, weights, shared, sentence, notes, (4, 4))


def suining() -> Sequence[Line]:
    library = Library()
    (document,) = read_documents(
        Workbook([page(indicator_table()).sheet]), "表.xlsx", library.forms, library.dictionary
    ).documents
    return document.lines


def test_the_suining_table() -> None:
    found = indicators(suining())
    assert [one.name for one in found] == ["".join(str(row[4]).split()) for row in INDICATORS]
    assert found[0].path == ("投入", "预算配置")
    assert found[2].path == ("过程", "预算执行")
    assert [one.full for one in found] == [5, 5, 5, 5, 8, 7, 6, 8, 16, 5, 8, 10, None, 6, 6]
    assert found[12].shares == "经济效益"
    assert found[12].sentence == found[11].sentence
    assert found[0].sentence == INDICATORS[0][6]
    assert found[0].notes == (INDICATORS[0][7],)
    assert found[0].place == "E5"


def test_weights_of_the_levels_are_those_printed() -> None:
    lines = suining()
    found = indicators(lines)
    assert level_weights(lines, found) == {
        "投入": (10, {"预算配置": 10}),
        "过程": (60, {"预算执行": 10, "预算管理": 50}),
        "产出及效率": (30, {"职责履行": 8, "履职效益": 22}),
    }
    below = sums(found)
    assert (below[("过程",)], below["产出及效率", "履职效益"]) == (60, 22)


def test_weights_inside_the_names() -> None:
    lines = [
        line("投入（20分）", "目标设定(5分)", "绩效目标合理性(2分)", weights=(None, None, None)),
        line("", "", "绩效指标明确性（3分）", weights=(None, None, None)),
    ]
    found = indicators(lines)
    assert [(one.name, one.path, one.full) for one in found] == [
        ("绩效目标合理性", ("投入", "目标设定"), 2),
        ("绩效指标明确性", ("投入", "目标设定"), 3),
    ]
    assert level_weights(lines, found) == {"投入": (20, {"目标设定": 5})}


def test_an_opening_bracket_that_is_lost() -> None:
    (one,) = indicators([line("部门预算管理80分)", "预算编制（30分）", "目标制定10分）", weights=(None, None, None))])
    assert (one.name, one.full, one.path) == ("目标制定", 10, ("部门预算管理", "预算编制"))


def test_two_indicators_of_one_name_are_told_apart() -> None:
    found = indicators(
        [
            line("过程", "预算管理", "管理制度健全性"),
            line("过程", "资产管理", "管理制度健全性"),
            line("过程", "资产管理", "管理制度健全性"),
        ]
    )
    assert [one.name for one in found] == [
        "管理制度健全性（预算管理）",
        "管理制度健全性（资产管理）",
        "管理制度健全性（资产管理）（2）",
    ]
    assert {one.namesake for one in found} == {"管理制度健全性"}


def test_blank_levels_are_those_of_the_row_above() -> None:
    found = indicators([line("投入", "配置", "甲"), line("", "", "乙"), line("", "执行", "丙")])
    assert [one.path for one in found] == [("投入", "配置"), ("投入", "配置"), ("投入", "执行")]


def test_a_weight_is_shared_only_below_one_and_on_one_level() -> None:
    found = indicators(
        [
            line("效益", "甲类", "甲"),
            line("效益", "甲类", "乙", shared=True, weights=(None, None, None)),
            line("效益", "乙类", "丙", shared=True, weights=(None, None, None)),
        ]
    )
    assert [(one.full, one.shares) for one in found] == [(5, ""), (None, "甲"), (None, "")]


def test_the_sentence_stands_in_the_explanations_where_there_is_no_column_for_it() -> None:
    note = "①健全，计1分；②有效，计1分"
    (one,) = indicators([line("投入", "设定", "合理性", sentence="", notes=("用以反映目标", note))])
    assert one.sentence == note
    assert one.notes == ("用以反映目标", note)
