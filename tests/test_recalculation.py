"""--recalculate: a formula that no program has calculated is calculated in a copy, and that is said."""

import socket
from contextlib import suppress
from pathlib import Path

import openpyxl

from converter.audit.verify import recalculate
from tests.conftest import Command
from tests.outputs import Out
from tests.workbooks import SUINING_BASIC, Grid, accounts, basic_data, indicator_table, write_xls, write_xlsx


def inbox_of(folder: Path) -> Path:
    """The Suining case with 三公经费预算数 as the sum of its parts, never calculated."""
    rows = {**SUINING_BASIC, "三公经费": ("16.14", "=8+0+21", "7.59")}
    write_xlsx(folder / "基础数据表.xlsx", basic_data(rows=rows))
    write_xlsx(folder / "指标表.xlsx", indicator_table())
    write_xls(folder / "决算.xls", accounts())
    return folder


def codes(out: Path) -> list[str]:
    return [row["代码"] for row in Out(out).findings]


def test_an_uncalculated_formula_is_unknown_without_and_a_number_with_recalculation(
    tmp_path: Path, jixiao: Command, libreoffice: str
) -> None:
    inbox, plain, again = inbox_of(tmp_path / "绥宁县人社局"), tmp_path / "A", tmp_path / "B"
    before = {path: path.read_bytes() for path in inbox.iterdir()}
    assert jixiao("run", inbox, "-o", plain, "--fail-on", "never").returncode == 0
    done = jixiao("run", inbox, "-o", again, "--fail-on", "never", "--recalculate")
    assert done.returncode == 0, done.stderr
    assert "D03" in codes(plain)
    assert "F13" not in codes(plain)
    assert "D03" not in codes(again)
    assert codes(again).count("F13") == 1
    states = {name: fact(out) for name, out in (("plain", plain), ("again", again))}
    assert states == {"plain": ("未计算", "", "C7"), "again": ("数值", "29", "C7")}
    assert {path: path.read_bytes() for path in inbox.iterdir()} == before


def fact(out: Path) -> tuple[str, str, str]:
    """State, value and cell of 三公经费预算数."""
    row = Out(out).fact("绥宁县人社局", "三公经费预算数")
    return row["状态"], row["数值"], row["单元格"]


def test_recalculating_follows_no_link_and_fetches_nothing(tmp_path: Path, libreoffice: str) -> None:
    other, hostile, asked = tmp_path / "other.xlsx", tmp_path / "a.xlsx", []
    write_xlsx(other, Grid("表", {(0, 0): 777}))
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        formulas = [f'=_xlfn.WEBSERVICE("{address}")', f"='[{other}]表'!A1", "=1+1"]
        write_xlsx(hostile, Grid("表", {(row, 0): text for row, text in enumerate(formulas)}))
        ((_, made),) = recalculate([hostile], tmp_path)
        with suppress(TimeoutError):
            asked.append(server.accept())
    assert asked == []
    assert made is not None
    column = openpyxl.load_workbook(made, data_only=True).worksheets[0]["A"]
    assert [cell.value for cell in column] == ["#N/A", "#N/A", 2]
