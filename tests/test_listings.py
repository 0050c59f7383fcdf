"""Lists that people keep: heads by any of their names, wherever they stand, with the cell of every text."""

from converter.intake.cells import Sheet, Value
from converter.mapping.listings import lines_of

HEADS = {"名称": ("部门名称", "单位"), "编码": (), "备注": ("说明",)}


def sheet(*rows: list[Value], name: str = "名单") -> Sheet:
    return Sheet(name, list(rows))


def test_the_first_row_with_all_needed_heads_is_the_head() -> None:
    found = lines_of(
        [sheet(["部门名称"], ["标题"], ["编码", "“单 位”", "说明"], [101, "教育局", None])],
        HEADS,
        ["名称", "编码"],
        "a.xlsx",
    )
    assert found is not None
    (line,) = found
    assert line.texts == {"编码": "101", "名称": "教育局", "备注": ""}
    assert str(line.place("名称")) == "a.xlsx!名单!B4"
    assert line.number("编码").value == 101


def test_rows_of_blanks_are_no_lines_and_unknown_heads_are_passed_over() -> None:
    found = lines_of([sheet(["名称", "影响"], [" ", 5], [None], ["教育局", 6])], HEADS, ["名称"], "a.xlsx")
    assert found is not None
    assert [line.texts for line in found] == [{"名称": "教育局"}]
    assert found[0].text("编码") == ""


def test_a_head_that_occurs_twice_counts_once_and_the_first_sheet_that_has_it_wins() -> None:
    first = sheet(["无关"], name="甲")
    second = sheet(["名称", "名称"], ["教育局", "别的"], name="乙")
    third = sheet(["名称"], ["水利局"], name="丙")
    found = lines_of([first, second, third], HEADS, ["名称"], "a.xlsx")
    assert found is not None
    assert [line.texts["名称"] for line in found] == ["教育局"]


def test_without_heads_there_is_no_list() -> None:
    assert lines_of([sheet(["名称"], ["教育局"])], HEADS, ["名称", "编码"], "a.xlsx") is None
