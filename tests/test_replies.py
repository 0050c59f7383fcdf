"""部门说明: the 问题清单 of a department's own book, or of a form, read as answers and never as figures."""

from pathlib import Path

import openpyxl
import pytest

from converter.mapping.facts import Reading
from converter.mapping.library import Library
from converter.reading import read_file
from tests.outputs import Out
from tests.test_assemble import SUINING
from tests.workbooks import Grid, basic_data, write_xlsx


@pytest.fixture
def read(library: Library) -> "Read":
    return Read(library)


class Read:
    """Reads one file as a worker does."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def __call__(self, path: Path) -> Reading:
        return read_file(path, path.name, self.library.forms, self.library.dictionary)


def answered_book(out: Path, target: Path, answers: dict[str, str]) -> Path:
    """The department's own book with answers to findings, by the code of each."""
    book = openpyxl.load_workbook(out / "部门" / f"{SUINING}_2019.xlsx")
    sheet = book["问题清单"]
    heads = [cell.value for cell in sheet[2]]
    for cells in sheet.iter_rows(min_row=3):
        code = str(cells[heads.index("代码")].value)
        if code in answers:
            cells[heads.index("部门说明")].value = answers[code]
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def form(*rows: tuple[str | None, ...]) -> Grid:
    grid = Grid("意见回复")
    grid.row(0, "问题回复单")
    grid.row(1, "问题编号", "问题", "部门说明")
    for at, content in enumerate(rows, start=2):
        grid.row(at, *content)
    return grid


def test_answers_in_the_own_book_are_read_with_their_cells(suining_out: Path, tmp_path: Path, read: Read) -> None:
    path = answered_book(suining_out, tmp_path / "回.xlsx", {"J12": "本单位没有政府采购，电话 13812345678"})
    reading = read(path)
    number = next(row["编号"] for row in Out(suining_out).findings if row["代码"] == "J12")
    ((found, text, place),) = reading.replies
    assert (found, text) == (number, "本单位没有政府采购，电话 138****5678")
    assert openpyxl.load_workbook(path)["问题清单"][place.cell].value == "本单位没有政府采购，电话 13812345678"
    assert (reading.own_book, reading.documents) == (True, ())
    assert [item.code for item in reading.findings] == ["F14"]


def test_the_own_book_without_answers_is_as_before(suining_out: Path, tmp_path: Path, read: Read) -> None:
    reading = read(answered_book(suining_out, tmp_path / "回.xlsx", {}))
    assert (reading.replies, [item.code for item in reading.findings]) == ((), ["F08"])


def test_the_summary_is_never_read_for_answers(suining_out: Path, read: Read) -> None:
    path = suining_out / "评分汇总_2019.xlsx"
    reading = read(path)
    assert (reading.replies, [item.code for item in reading.findings]) == ((), ["F08"])


def test_a_form_with_the_same_heads(tmp_path: Path, read: Read) -> None:
    grid = form(("J12-1", "空白", "没有采购"), ("J13-2", "单位", None), (None, "补充", "无编号"))
    reading = read(write_xlsx(tmp_path / "回复.xlsx", grid))
    assert [(reply.number, reply.text, reply.place.cell) for reply in reading.replies] == [("J12-1", "没有采购", "C3")]
    assert [item.code for item in reading.findings] == ["F14"]


def test_a_form_that_is_empty_is_said(tmp_path: Path, read: Read) -> None:
    reading = read(write_xlsx(tmp_path / "回复.xlsx", form(("J12-1", "空白", None))))
    assert [(item.code, item.message) for item in reading.findings] == [("F14", "是问题清单，没有填写部门说明")]


def test_answers_beside_a_table_that_is_read(tmp_path: Path, read: Read) -> None:
    path = write_xlsx(tmp_path / "报表.xlsx", basic_data(), form(("J12-1", "空白", "没有采购")))
    reading = read(path)
    assert [document.form for document in reading.documents] == ["基础数据表"]
    assert [reply.text for reply in reading.replies] == ["没有采购"]
    assert reading.unused == {}
