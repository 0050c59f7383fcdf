"""Recalculating every book with LibreOffice: agrees on a good OUT, and fails, naming the cell, on every way to spoil one."""

import json
import os
import re
import shutil
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from converter.audit import verify as module
from converter.audit.recalculated import Mismatch, changed_formulas, same_value
from converter.audit.verify import Verification, recalculate, verify
from converter.books.livecells import written_formulas
from converter.books.readback import Output
from converter.cli import main
from converter.vocabulary.findings import RunError
from tests.conftest import Command
from tests.test_assemble import SUINING

BOOK = f"部门/{SUINING}_2019.xlsx"
SUMMARY = "评分汇总_2019.xlsx"


@pytest.fixture
def copy(suining_out: Path, tmp_path: Path) -> Path:
    """An OUT that may be spoilt."""
    return shutil.copytree(suining_out, tmp_path / "OUT")


def edit_sheet(path: Path, part: str, change: Callable[[str], str]) -> None:
    """Changes the XML of one sheet and nothing else of a workbook."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    before = content[f"xl/worksheets/{part}"].decode()
    content[f"xl/worksheets/{part}"] = change(before).encode()
    assert content[f"xl/worksheets/{part}"].decode() != before
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def cached(cell: str, value: str) -> Callable[[str], str]:
    """Another cached value behind a formula."""
    return lambda xml: re.sub(rf'(<c r="{cell}"[^>]*>(?:(?!</c>).)*<v>)[^<]*', rf"\g<1>{value}", xml)


def typed(cell: str, value: str) -> Callable[[str], str]:
    """A number in place of a formula."""
    return lambda xml: re.sub(rf'(<c r="{cell}"(?: s="\d+")?)[^>]*>(?:(?!</c>).)*</c>', rf"\1><v>{value}</v></c>", xml)


def erroneous(cell: str) -> Callable[[str], str]:
    """A formula that can only be an error, with that error as its cached value."""
    made = r'\1 t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    return lambda xml: re.sub(rf'(<c r="{cell}"(?: s="\d+")?)[^>]*>(?:(?!</c>).)*</c>', made, xml)


def both(*changes: Callable[[str], str]) -> Callable[[str], str]:
    def change(xml: str) -> str:
        for one in changes:
            xml = one(xml)
        return xml

    return change


def run_command(*arguments: object) -> object:
    with pytest.raises(SystemExit) as left:
        main(["verify", *map(str, arguments)])
    return left.value.code


# --- good ----------------------------------------------------------------------------------------------------------------


def test_a_good_out_agrees_also_twice_at_once_and_nothing_is_left_behind(
    libreoffice: str,
    suining_out: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del libreoffice
    work, home = tmp_path / "tmp", tmp_path / "home"
    work.mkdir()
    home.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(work))
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "USERPROFILE", "APPDATA"):
        monkeypatch.setenv(name, str(home))
    before = {path: path.read_bytes() for path in suining_out.rglob("*") if path.is_file()}
    at_once: list[Verification] = []  # profiles of their own: two do not meet
    other = threading.Thread(target=lambda: at_once.append(verify(Output(suining_out))))
    other.start()
    assert run_command(suining_out) == 0
    other.join(120)
    assert [(result.books, result.mismatches, result.changed) for result in at_once] == [(2, [], [])]
    assert re.fullmatch(r"重算 2 个工作簿、\d{3} 个公式：全部相符\n", capsys.readouterr().out)
    assert {path: path.read_bytes() for path in suining_out.rglob("*") if path.is_file()} == before
    assert list(work.iterdir()) == []
    assert [path for path in home.rglob("*") if "libreoffice" in path.name.lower()] == []  # a profile of its own


# --- spoilt --------------------------------------------------------------------------------------------------------------


def test_a_wrong_cached_value_or_an_error_fails_and_is_named(
    libreoffice: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del libreoffice
    little = both(cached("I8", "5.0000001"), cached("I10", "8.0000000000001"))  # equal means equal to 1e-9
    edit_sheet(copy / BOOK, "sheet1.xml", both(cached("H9", "0.03"), erroneous("J6"), little))
    assert run_command(copy) == 1
    said = capsys.readouterr()
    named = set(re.findall(r"评分表!(\w+)：", said.out))
    assert {"H9", "J6", "I8"} <= named
    assert "I10" not in named
    assert f"{BOOK}!评分表!H9：写入 0.03，重算 0.029" in said.out
    assert f"{BOOK}!评分表!J6：写入 #DIV/0!，重算 #DIV/0!" in said.out
    assert "全部相符" not in said.out
    assert BOOK in said.err


def test_a_formula_typed_over_is_exposed(libreoffice: str, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a number in place of the formula, what follows from it no longer agrees, 核对 first of all."""
    del libreoffice
    edit_sheet(copy / BOOK, "sheet1.xml", typed("I9", "5"))
    assert run_command(copy, "--json") == 1
    content = json.loads(capsys.readouterr().out)
    assert content["schema_version"] == 1
    assert content["changed"] == [BOOK]
    places = {(found["file"], found["sheet"], found["cell"]) for found in content["mismatches"]}
    assert {(BOOK, "评分表", "J9"), (BOOK, "评分表", "J23"), (BOOK, "核对", "E7"), (BOOK, "核对", "A2")} <= places
    keys = {"file", "sheet", "cell", "written", "recalculated", "problem", "formula"}
    assert all(set(found) == keys for found in content["mismatches"])
    (over,) = [found for found in content["mismatches"] if found["problem"] == "公式被数值覆盖"]
    assert (over["cell"], over["written"]) == ("I9", "5")
    assert over["formula"].startswith("IF(ISNUMBER(H9),IF(AND(ROUND(H9,9)>=0")


def saved_by_hand(path: Path, folder: Path, changes: dict[str, object]) -> None:
    """评分表 edited and the workbook saved again by another program: every formula is spelt and cached its way."""
    book = openpyxl.load_workbook(path)
    for cell, value in changes.items():
        book["评分表"][cell].value = value
    book.save(path)
    ((_, copy),) = recalculate([path], folder)
    assert copy is not None
    shutil.copyfile(copy, path)


def test_formulas_changed_in_a_book_saved_by_another_program_are_named_with_what_they_were(
    libreoffice: str, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Saving refreshes every cached value, so that no recalculation finds it: the formulas are compared."""
    del libreoffice
    saved_by_hand(copy / BOOK, tmp_path / "hand", {"I9": 5, "J8": "=I8*1", "K10": None})
    assert run_command(copy) == 1
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].startswith(f"公式被改动：{BOOK}!评分表!J8（现为 =I8*1，原公式 =IF(ISNUMBER(I8),I8,0)）")
    assert lines[1].startswith(f"公式被数值覆盖：{BOOK}!评分表!I9（现为 5，原公式 =IF(ISNUMBER(H9)")
    assert lines[2].startswith(f"公式被删除：{BOOK}!评分表!K10（现为 空，原公式 =IF(")
    assert f"{BOOK}!核对!E7：写入 不一致，重算 不一致" in said.out  # 核对 in the book itself says so
    assert f"{SUMMARY}!" not in said.out
    assert BOOK in said.err


def test_a_book_only_saved_again_is_changed_and_agrees(libreoffice: str, copy: Path, tmp_path: Path) -> None:
    del libreoffice
    saved_by_hand(copy / BOOK, tmp_path / "hand", {})
    result = verify(Output(copy))
    assert (result.mismatches, result.changed) == ([], [BOOK])


def test_a_row_put_in_by_hand_is_one_line_for_the_sheet(suining_out: Path) -> None:
    book = openpyxl.load_workbook(suining_out / BOOK)
    book["评分表"].insert_rows(2)
    found = list(changed_formulas(book, BOOK, written_formulas((suining_out / BOOK).read_bytes())))
    assert [(one.problem, one.file, one.sheet, one.cell) for one in found] == [("公式不在原处", BOOK, "评分表", "")]


def test_any_number_of_programs_gives_the_same(libreoffice: str, copy: Path) -> None:
    """Three books, one of them spoilt; each program has a profile of its own."""
    del libreoffice
    for number in range(2):
        shutil.copyfile(copy / BOOK, copy / "部门" / f"甲{number}_2019.xlsx")
    edit_sheet(copy / "部门" / "甲1_2019.xlsx", "sheet1.xml", cached("H9", "0.03"))
    manifest = json.loads((copy / "run.json").read_text("utf-8"))
    manifest["outputs"] += [{"file": f"部门/甲{number}_2019.xlsx", "sha256": ""} for number in range(2)]
    (copy / "run.json").write_text(json.dumps(manifest), "utf-8")
    results = [verify(Output(copy), jobs).to_dict() for jobs in (1, 3)]
    assert results[0] == results[1]
    assert (results[0]["books"], len(results[0]["mismatches"])) == (4, 1)


def test_a_deleted_book_fails_and_a_changed_one_is_named(
    libreoffice: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del libreoffice
    (copy / BOOK).unlink()
    book = openpyxl.load_workbook(copy / SUMMARY)
    book["汇总"]["S4"].value = "改过"
    book.save(copy / SUMMARY)
    assert run_command(copy) == 1
    said = capsys.readouterr()
    assert BOOK in said.out
    assert re.search(rf"\[\w+\] {SUMMARY} .*改动", said.err)


def test_a_book_that_is_none_fails(libreoffice: str, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del libreoffice
    content = (copy / BOOK).read_bytes()
    (copy / BOOK).write_bytes(content[: len(content) // 2])
    assert run_command(copy) == 1
    assert BOOK in capsys.readouterr().out


# --- without LibreOffice, or with one that does not do its work -----------------------------------------------------------


def test_without_libreoffice_the_check_sheet_is_recommended(
    suining_out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "find_libreoffice", lambda: None)
    assert run_command(suining_out) == 2
    said = capsys.readouterr()
    assert re.fullmatch(r"\[R11\] 没有找到 LibreOffice.*核对.*\n", said.err)
    assert said.out == ""


def test_without_libreoffice_on_the_path_a_process_exits_with_two(
    suining_out: Path, tmp_path: Path, jixiao: Command
) -> None:
    done = jixiao("verify", suining_out, PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("[R11] 没有找到 LibreOffice")
    assert "核对" in done.stderr


def fake_program(folder: Path, script: str) -> str:
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_a_program_that_gives_no_file_is_no_agreement(
    suining_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LibreOffice may exit with 0 and no output: the file's existence is checked."""
    program = fake_program(tmp_path, "exit 0")
    monkeypatch.setattr(module, "find_libreoffice", lambda: program)
    result = verify(Output(suining_out))
    assert {found.file for found in result.mismatches} == {SUMMARY, BOOK}


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_program_that_hangs_is_ended_with_all_it_started(
    suining_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """soffice is a script that starts soffice.bin: ending the script alone leaves the other running for ever."""
    started = tmp_path / "pid"
    program = fake_program(tmp_path, f"sleep 300 & echo $! > {started}\nwait")
    monkeypatch.setattr(module, "find_libreoffice", lambda: program)
    monkeypatch.setattr(module, "_SECONDS_TO_START", 1)
    monkeypatch.setattr(module, "_SECONDS_PER_BOOK", 0)
    with pytest.raises(RunError, match="没有完成重算") as caught:
        verify(Output(suining_out))
    assert caught.value.code == "R11"
    child = int(started.read_text(encoding="utf-8"))
    waited = time.monotonic() + 2
    while alive(child) and time.monotonic() < waited:
        time.sleep(0.05)
    left = alive(child)
    if left:
        os.kill(child, 9)
    assert not left


# --- comparing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (5, 5.0, True),
        (1 / 3, 0.333333333333333, True),
        (5, 5 + 5e-10, True),
        (5, 5 + 1e-8, False),
        (0, 5e-10, True),
        (0, 2e-9, False),
        (20158.73, 20158.73 + 1e-6, True),
        (20158.73, 20158.74, False),
        ("—", "—", True),
        ("—", "", False),
        ("—", None, False),
        (None, None, False),
        (None, 0, False),
        (0, None, False),
        ("5", 5, False),
        (5, "5", False),
        ("缺数", "已评分", False),
    ],
)
def test_same_value(before: object, after: object, same: bool) -> None:
    assert same_value(before, after) is same


def test_a_mismatch_reads_as_one_line() -> None:
    assert str(Mismatch("f.xlsx", "评分表", "A1", "", "5")) == "f.xlsx!评分表!A1：写入 空，重算 5"
    assert str(Mismatch("f.xlsx", "", "", "文件", "文件不见了")).startswith("f.xlsx：")
