"""The workbook of a difference: 摘要, 明细, 并排; numbers as numbers, texts as texts, the same bytes each time."""

import io
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from converter.audit.diff import Difference, diff
from converter.audit.diffbook import DETAIL_HEADS, TOTAL, difference_book
from converter.books.readback import Output
from tests.test_assemble import SUINING
from tests.test_planted_changes import put, row_of


@pytest.fixture(scope="module")
def found(suining_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Difference:
    """An OUT against a copy edited by hand: a score, a text that looks like a formula."""
    out = shutil.copytree(suining_out, tmp_path_factory.mktemp("diffbook") / "OUT")
    path = out / "评分汇总_2019.xlsx"
    put(path, "指标得分", f"I{row_of(path, '指标得分', '预算控制率')}", 5)
    book = openpyxl.load_workbook(path)
    cell = book["问题清单"].cell(4, 14)
    cell.value, cell.data_type = "=1+1", "s"
    book.save(path)
    return diff(Output(suining_out), Output(out))


@pytest.fixture(scope="module")
def book(found: Difference) -> Any:
    return openpyxl.load_workbook(io.BytesIO(difference_book(found)))


def rows(book: Any, name: str) -> list[tuple[Any, ...]]:
    return [row for row in book[name].iter_rows(values_only=True) if any(value is not None for value in row)]


def test_four_sheets(book: Any) -> None:
    assert book.sheetnames == ["摘要", "明细", "并排", "说明"]


def test_details_hold_every_change_in_order(book: Any, found: Difference) -> None:
    _, heads, *details = rows(book, "明细")
    assert heads == DETAIL_HEADS
    assert [(row[0], row[1], row[4] or "", row[5]) for row in details] == [
        (at, one.kind, one.subject, one.column) for at, one in enumerate(found.changes, start=1)
    ]
    score = next(row for row in details if row[1] == "指标得分")
    assert (score[6], score[7]) == (4, 5)
    assert book["明细"].auto_filter.ref.startswith("A2:L")


def test_a_text_that_looks_like_a_formula_stays_text(book: Any) -> None:
    cells = [cell for row in book["明细"].iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]


def test_both_sides_stand_beside_each_other_with_a_mark_in_words(book: Any) -> None:
    _, heads, *pairs = rows(book, "并排")
    assert heads[:5] == ("部门", "指标", "标记", "旧分值", "新分值")
    by_name = {row[1]: row for row in pairs}
    assert by_name["预算控制率"][2] == "改"
    assert by_name["预算完成率"][2] == by_name[TOTAL][2] == "同"
    assert len(pairs) == 16
    at = heads.index("旧得分")
    sheet = book["并排"]
    row = next(r for r in sheet.iter_rows() if r[1].value == "预算控制率")
    assert row[at].font.strike
    assert not row[at + 1].font.strike
    assert row[at].font.color.rgb != row[at + 1].font.color.rgb


def test_the_summary_names_both_sides_and_adds_up(book: Any, found: Difference) -> None:
    summary = {row[0]: row[1:] for row in rows(book, "摘要")}
    assert summary["SHA-256"][:2] == (found.old.sha256, found.new.sha256)
    assert summary["写出以后被改动的"][1] == "评分汇总_2019.xlsx"
    assert summary["指标得分"][0] == 1
    assert summary["仅格式"][0] == 0
    compared, same, changed, added, removed = summary["指标"][:5]
    assert compared == same + changed + added + removed == 15
    assert summary["复算下限（2019年）"][:3] == (77, 77, 0)


def test_the_same_sides_give_the_same_bytes(found: Difference) -> None:
    assert difference_book(found) == difference_book(found)


def test_a_department_of_one_side_is_marked(suining_out: Path, found: Difference) -> None:
    lost = openpyxl.load_workbook(io.BytesIO(difference_book(_without_department(found))))
    marks = {row[2] for row in rows(lost, "并排")[2:]}
    assert marks == {"删"}
    assert SUINING in {row[0] for row in rows(lost, "并排")}


def _without_department(found: Difference) -> Difference:
    from dataclasses import replace

    return replace(found, rows=tuple((key, before, {}) for key, before, _ in found.rows))
