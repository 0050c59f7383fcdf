"""Planted changes: each is found under its class with its cause, and nothing else is called a change (issue: 20 of 10)."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from converter.audit.changes import KINDS, Change
from converter.audit.diff import Difference, diff
from converter.audit.verify import recalculate
from converter.books.readback import Output, open_output
from converter.mapping.library import Library, builtin
from tests.test_diff import converted, edit_cells
from tests.workbooks import SUINING_BASIC, SUINING_SELF, accounts, basic_data, indicator_table, write_xlsx

A, B, C, D, E = (f"绥宁县{name}" for name in ("审计局", "民政局", "档案馆", "司法局", "统计局"))


@dataclass(frozen=True)
class Plant:
    """A change that was made: its class, whose it is, what it is about, and what its cause must name."""

    kind: str
    department: str
    subject: str
    column: str
    cause: str
    after: str | None = None

    def is_told_by(self, change: Change) -> bool:
        """Whether a change found is this one."""
        mine = (change.kind, change.department) == (self.kind, self.department)
        about = self.subject in change.subject and self.column in change.column and self.cause in change.cause
        return mine and about and self.after in (None, change.after)


def handed_in(folder: Path, name: str, own: Sequence[object] = SUINING_SELF) -> None:
    """A department's three workbooks, with purchases, so that its score is no interval but for one indicator."""
    rows = {**SUINING_BASIC, "政府采购金额": ("——", 20, 20)}
    write_xlsx(folder / name / "基础数据表.xlsx", basic_data(name, 2019, rows))
    write_xlsx(folder / name / "指标表.xlsx", indicator_table(name, scores=list(own)))  # type: ignore[arg-type]
    write_xlsx(folder / name / "决算.xlsx", accounts(name))


# --- other inputs and other rules --------------------------------------------------------------------------------------


def changed_scheme(folder: Path) -> Path:
    """The county's own 2019: 公用经费控制率 2 points a step, and one sentence worded otherwise."""
    text = (builtin() / "schemes" / "430527" / "2019.yaml").read_text(encoding="utf-8")
    head, _, tail = text.partition("  公用经费控制率:")
    tail = tail.replace("points: 1,", "points: 2,", 1).replace("每超出1%扣1分", "每超出1%扣2分", 1)
    own = folder / "schemes" / "430527"
    own.mkdir(parents=True)
    (own / "2019.yaml").write_text(f"{head}  公用经费控制率:{tail}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    for name in (A, B, C, D):
        handed_in(folder / "旧", name)
    shutil.copytree(folder / "旧", folder / "新")
    shutil.rmtree(folder / "新" / D)
    handed_in(folder / "新", E)
    new = folder / "新"
    edit_cells(new / B / "基础数据表.xlsx", {"D7": "30", "D17": "83", "D13": "700"})  # 三公, 公用经费, 项目 spent
    edit_cells(new / C / "基础数据表.xlsx", {"C21": "0", "D21": "——"})  # purchases: budget 0, spent a dash
    edit_cells(new / C / "决算.xlsx", {"H7": 19000})  # 基本支出 年初
    own = list(SUINING_SELF)
    own[13], own[14] = 0, 0
    write_xlsx(new / C / "指标表.xlsx", indicator_table(C, scores=own))
    converted(folder / "旧", folder / "OLD")
    converted(folder / "新", folder / "NEW", changed_scheme(folder / "规则"))
    return folder


@pytest.fixture(scope="module")
def rerun(place: Path) -> Difference:
    return diff(Output(place / "OLD"), Output(place / "NEW"), Library(place / "规则"))


RERUN = [
    Plant("部门增减", D, "", "部门", f"{D}/决算.xlsx", ""),
    Plant("部门增减", E, "", "部门", f"{E}/决算.xlsx", "有"),
    Plant("总分与名次", B, "", "复算下限", "数据 −7；公用经费控制率、“三公经费”控制率"),
    Plant("总分与名次", C, "", "复算上限", "缺数变化 下限 −6、上限 0；数据 −12；政府采购执行率、行政效能"),
    Plant("等次跨线", C, "", "等次", "数据 −12"),
    Plant(
        "指标得分",
        B,
        "“三公经费”控制率",
        "得分",
        f"数据 −3；三公经费决算数（2019年）7.59→30 {B}/基础数据表.xlsx!基础数据表!D7",
    ),
    Plant("指标得分", B, "公用经费控制率", "得分", "评分规则改变"),
    Plant("指标得分", C, "行政效能", "得分", f"数据 −6；自评得分 6→0 {C}/指标表.xlsx!指标表!I18"),
    Plant("指标得分", C, "政府采购执行率", "状态", "政府采购决算数（2019年）20→不适用", "缺数"),
    Plant("输入数据", B, "三公经费决算数", "数值", f"{B}/基础数据表.xlsx!基础数据表!D7", "30"),
    Plant("输入数据", B, "项目支出决算数（基础数据表）", "数值", "未采用", "700"),
    Plant("输入数据", C, "政府采购预算数", "状态", f"{C}/基础数据表.xlsx!基础数据表!C21", "零"),
    Plant("输入数据", C, "政府采购决算数", "状态", f"{C}/基础数据表.xlsx!基础数据表!D21", "不适用"),
    Plant("输入数据", C, "基本支出年初预算数", "数值", "!H7", "19000"),
    Plant("方案或映射版本", "", "公用经费控制率", "计分方式", "评分方案改变"),
    Plant("方案或映射版本", "", "公用经费控制率", "原文", "评分方案改变"),
    Plant("方案或映射版本", "", "评分方案", "方案 SHA-256", "评分方案改变"),
    Plant("公式文本", B, "公用经费控制率", "评分表·得分", "评分方案改变"),
]


@pytest.mark.parametrize("plant", RERUN, ids=lambda plant: ascii(f"{plant.kind}-{plant.subject}-{plant.column}"))
def test_a_planted_change_is_found_with_its_cause(rerun: Difference, plant: Plant) -> None:
    about = [c for c in rerun.changes if (c.kind, c.department) == (plant.kind, plant.department)]
    assert any(plant.is_told_by(change) for change in about), "\n".join(map(str, about))


def test_a_department_in_which_nothing_was_planted_changed_by_rule_and_rank_alone(rerun: Difference) -> None:
    mine = [change for change in rerun.changes if change.department == A and change.kind != "公式文本"]
    assert {change.column for change in mine if change.kind == "总分与名次"} <= {"名次", "名次区间"}
    assert [change for change in mine if change.kind not in ("总分与名次", "文字")] == []


def test_every_change_names_what_was_planted(rerun: Difference) -> None:
    """No false one: each cause leads to a planted cell, file, rule or department."""
    planted = (
        *("基础数据表!D7", "基础数据表!D17", "基础数据表!C21", "基础数据表!D21", "!H7", "指标表!I18", "指标表!I19"),
        *("评分规则改变", "评分方案改变", "映射改变", "重新报送", "未采用的一处", "其他部门变动", "报送的文件", D, E),
        *("“三公经费”控制率、", "、“三公经费”控制率", "政府采购执行率、行政效能", "行政效能、", "数据改变："),
    )
    assert [str(c) for c in rerun.changes if not any(word in c.cause for word in planted)] == []


def test_parts_add_up(rerun: Difference) -> None:
    for change in rerun.changes:
        if change.column in ("下限", "上限", "复算下限", "复算上限") and change.before and change.after:
            low = change.column.endswith("下限")
            moved = sum(part.low if low else part.high for part in change.parts)
            assert moved == pytest.approx(float(change.after) - float(change.before), abs=1e-9), str(change)


def test_counts_and_control_totals_add_up(rerun: Difference) -> None:
    (departments,) = [one for one in rerun.sums if one.what == "部门"]
    assert (departments.compared, departments.added, departments.removed) == (5, 1, 1)
    for one in rerun.sums:
        assert one.compared == one.same + one.changed + one.added + one.removed
    assert any(one.difference for one in rerun.controls)
    for control in rerun.controls:
        assert control.difference == pytest.approx(control.new - control.old, abs=1e-6)
        assert control.difference == pytest.approx(control.changed + control.added - control.removed, abs=1e-6)


# --- edited by hand ----------------------------------------------------------------------------------------------------

Edit = Callable[[Path], None]


def book_of(out: Path, name: str) -> Path:
    return out / "部门" / f"{name}_2019.xlsx"


def summary_of(out: Path) -> Path:
    return out / "评分汇总_2019.xlsx"


def put(path: Path, sheet: str, cell: str, value: object) -> None:
    book = openpyxl.load_workbook(path)
    book[sheet][cell].value = value
    book.save(path)


def row_of(path: Path, sheet: str, *texts: str) -> int:
    """The row that holds all the texts."""
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return next(at for at, row in enumerate(rows, start=1) if set(texts) <= {str(value) for value in row})


def in_row(file: Callable[[Path], Path], sheet: str, texts: Sequence[str], column: str, value: object) -> Edit:
    return lambda out: put(file(out), sheet, f"{column}{row_of(file(out), sheet, *texts)}", value)


def bold(out: Path) -> None:
    book = openpyxl.load_workbook(book_of(out, D))
    book["评分表"]["I6"].font = Font(name="楷体", size=20)
    book.save(book_of(out, D))


def of_book(name: str) -> Callable[[Path], Path]:
    return lambda out: book_of(out, name)


HAND: list[tuple[Edit, Plant]] = [
    (
        in_row(summary_of, "汇总", [A], "K", 99),
        Plant("总分与名次", A, "", "复算上限", "手工改动", "99"),
    ),
    (in_row(summary_of, "汇总", [B], "L", "优"), Plant("等次跨线", B, "", "等次", "手工改动", "优")),
    (
        in_row(summary_of, "指标得分", [C, "预算控制率"], "I", 5),
        Plant("指标得分", C, "预算控制率", "得分", "手工改动", "5"),
    ),
    (
        in_row(summary_of, "规范数据", [A, "2019", "三公经费预算数"], "E", 30),
        Plant("输入数据", A, "三公经费预算数", "数值", "手工改动", "30"),
    ),
    (
        in_row(of_book(A), "评分表", ["预算完成率"], "I", 5),
        Plant("公式被数值覆盖", A, "预算完成率", "评分表·得分", "改动过", "5"),
    ),
    (
        in_row(of_book(B), "基础数据", ["年初预算"], "C", 19504.84),
        Plant("公式被数值覆盖", B, "年初预算 2019", "基础数据·数值", "改动过", "19504.84"),
    ),
    (
        in_row(of_book(C), "评分表", ["预算完成率"], "K", "=5+0"),
        Plant("公式文本", C, "预算完成率", "评分表·上限", "改动过", "=5+0"),
    ),
    (
        in_row(of_book(D), "基础数据", ["编制数"], "C", 70),
        Plant("输入数据", D, "编制数 2019", "基础数据·数值", "改动过", "70"),
    ),
    (
        in_row(summary_of, "规则", ["预算控制率"], "H", "另一句条文"),
        Plant("方案或映射版本", "", "预算控制率", "原文", "手工改动", "另一句条文"),
    ),
    (
        in_row(summary_of, "问题清单", [B, "J07"], "O", "同意部门说明"),
        Plant("认定", B, "J07", "处理", "填写的处理意见", "同意部门说明"),
    ),
    (
        in_row(summary_of, "报送情况", [C], "E", "已报齐"),
        Plant("文字", C, "", "报送状态", "报送的文件", "已报齐"),
    ),
    (
        in_row(summary_of, "指标得分", [D, "预算控制率"], "R", "另一种算法"),
        Plant("文字", D, "预算控制率", "计算过程", "手工改动", "另一种算法"),
    ),
    (bold, Plant("仅格式", D, "“三公经费”变动率", "评分表·得分", "格式")),
]


@pytest.fixture(scope="module")
def edited(place: Path) -> Path:
    out = shutil.copytree(place / "OLD", place / "EDITED")
    for edit, _ in HAND:
        edit(out)
    return out


def test_what_was_typed_by_hand_is_found_and_nothing_else(place: Path, edited: Path) -> None:
    found = diff(Output(place / "OLD"), Output(edited), looks=True)
    plants = [plant for _, plant in HAND]
    missed = [plant for plant in plants if not any(plant.is_told_by(change) for change in found.changes)]
    false = [str(change) for change in found.changes if not any(plant.is_told_by(change) for plant in plants)]
    assert (missed, false) == ([], [])
    assert len(found.changes) == len(plants)


def test_formats_are_left_out_unless_asked_for(place: Path, edited: Path) -> None:
    found = diff(Output(place / "OLD"), Output(edited))
    assert "仅格式" not in {change.kind for change in found.changes}
    assert len(found.changes) == len(HAND) - 1


def test_twenty_changes_of_ten_classes_are_planted() -> None:
    plants = [*RERUN, *(plant for _, plant in HAND)]
    assert len(plants) >= 20
    assert {plant.kind for plant in plants} == set(KINDS)


def test_a_typed_over_formula_names_both_cells(place: Path, edited: Path) -> None:
    found = diff(Output(place / "OLD"), Output(edited))
    (one,) = [c for c in found.changes if c.kind == "公式被数值覆盖" and c.department == A]
    assert one.before.startswith("=IF(ISNUMBER([预算完成率·指标值])")
    assert one.new_place == f"{A}_2019.xlsx!评分表!I{row_of(book_of(edited, A), '评分表', '预算完成率')}"


def test_summary_workbooks_alone_are_compared(place: Path, edited: Path) -> None:
    found = diff(open_output(summary_of(place / "OLD")), open_output(summary_of(edited)))
    told = [plant for _, plant in HAND if any(plant.kind == c.kind and plant.after == c.after for c in found.changes)]
    assert [c.kind for c in found.changes] == sorted((p.kind for p in told), key=KINDS.index)
    assert len(told) == 8
    against_folder = diff(Output(place / "OLD"), open_output(summary_of(edited)))
    assert {(c.kind, c.department, c.after) for c in against_folder.changes} == {
        (c.kind, c.department, c.after) for c in found.changes
    }


# --- what is no difference ---------------------------------------------------------------------------------------------


def shuffled(out: Path) -> None:
    """Rows of every sheet of the summary in reverse, and its sheets too."""
    book = openpyxl.load_workbook(summary_of(out))
    for sheet in book.worksheets:
        if sheet.max_row < 5 or sheet.title.startswith("图"):
            continue
        values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
        for row, cells in zip(reversed(values), sheet.iter_rows(min_row=4), strict=True):
            for value, cell in zip(row, cells, strict=True):
                cell.value, cell.hyperlink = value, None
                if isinstance(value, str):
                    cell.data_type = "s"  # "= 0% 计 5 分" is a text
    for sheet in list(book.worksheets):
        book.move_sheet(sheet, -book.index(sheet))
    book.save(summary_of(out))


def moved_data(out: Path) -> None:
    """Two rows of 基础数据 changed places, as sorting does: every formula follows its cell."""
    path = book_of(out, A)
    book = openpyxl.load_workbook(path)
    data = book["基础数据"]
    one, other = row_of(path, "基础数据", "编制数"), row_of(path, "基础数据", "在职人员数")
    for column in range(1, data.max_column + 1):
        first, second = data.cell(one, column), data.cell(other, column)
        first.value, second.value = second.value, first.value
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    text = (
                        cell.value.replace(f"$C${one})", "$C$@)")
                        .replace(f"$C${one},", "$C$@,")
                        .replace(f"$C${one}/", "$C$@/")
                    )
                    text = text.replace(f"$C${one}<", "$C$@<")
                    for mark in "),/<":
                        text = text.replace(f"$C${other}{mark}", f"$C${one}{mark}")
                    cell.value = text.replace("$C$@", f"$C${other}")
    book.save(path)


@pytest.mark.parametrize("rearrange", [shuffled, moved_data])
def test_sorted_rows_and_reordered_sheets_are_no_difference(
    place: Path, tmp_path: Path, rearrange: Callable[[Path], None]
) -> None:
    out = shutil.copytree(place / "OLD", tmp_path / "OUT")
    rearrange(out)
    assert [str(change) for change in diff(Output(place / "OLD"), Output(out)).changes] == []


def test_saving_with_libreoffice_is_no_difference(place: Path, tmp_path: Path, libreoffice: str) -> None:
    assert libreoffice
    out = shutil.copytree(place / "OLD", tmp_path / "OUT")
    for book, saved in recalculate(Output(out).books(), tmp_path / "work"):
        assert saved is not None
        shutil.copyfile(saved, book)
    found = diff(Output(place / "OLD"), Output(out), looks=True)
    assert [str(change) for change in found.changes if change.kind != "仅格式"] == []
    alone = diff(open_output(summary_of(place / "OLD")), open_output(summary_of(out)))
    assert alone.changes == ()


def test_every_key_that_stands_twice_is_listed(place: Path, tmp_path: Path) -> None:
    out = shutil.copytree(place / "OLD", tmp_path / "OUT")
    book = openpyxl.load_workbook(summary_of(out))
    for sheet, texts in (("汇总", [A]), ("指标得分", [B, "预算控制率"])):
        row = row_of(summary_of(out), sheet, *texts)
        book[sheet].append([cell.value for cell in book[sheet][row]])
    book.save(summary_of(out))
    with pytest.raises(Exception, match=rf"新 汇总 {A} 2019；新 指标得分 {B} 2019 预算控制率"):
        diff(Output(place / "OLD"), Output(out))
