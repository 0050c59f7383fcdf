"""One inbox with everything that departments send: the good ones are scored, each bad file is named once, nothing is left."""

import io
import os
import struct
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.outputs import Out
from tests.test_engine import marked
from tests.test_sniff import compound
from tests.workbooks import Grid, basic_data, indicator_table, write_xls, write_xlsx

#: What no reader may be given: A1 and the last cell of a sheet, which calamine would allocate (tafia/calamine#693).
_CORNERS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def good(inbox: Path, count: int) -> list[str]:
    """Departments with a form each; one of each kind of file, in turn."""
    names = [f"{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'子丑寅卯辰巳午未申酉戌亥'[n // 10 % 12]}{n}局" for n in range(count)]
    for index, name in enumerate(names):
        grids = basic_data(f"绥宁县{name}", unit="单位：万元"), indicator_table(f"绥宁县{name}")
        folder = inbox / f"绥宁县{name}"
        if index % 7 == 3:
            write_xls(folder / "报表.xls", *grids)
        elif index % 7 == 5:
            made = write_xlsx(folder / "报表.xlsx", *grids)
            with zipfile.ZipFile(folder / "报表.zip", "w") as archive:
                archive.write(made, "报表.xlsx")
            made.unlink()
        else:
            write_xlsx(folder / "报表.xlsx", *grids)
    return [f"绥宁县{name}" for name in names]


def bad(inbox: Path) -> dict[str, str]:
    """Bad files by name, with the code of the finding that names each."""
    whole = write_xlsx(inbox / "whole.xlsx", basic_data("绥宁县档案馆")).read_bytes()
    old = write_xls(inbox / "whole.xls", basic_data("绥宁县档案馆")).read_bytes()
    block = whole.index(b"xl/worksheets/sheet1.xml") + 200
    files: dict[str, tuple[bytes, str]] = {
        "半截.xlsx": (whole[: len(whole) // 2], "F01"),
        "坏块.xlsx": (whole[:block] + bytes(60) + whole[block + 60 :], "F01"),
        "半截.xls": (old[: len(old) // 2], "F01"),
        "空.xlsx": (b"", "F03"),
        "加密.xlsx": (compound("EncryptionInfo", "EncryptedPackage"), "F04"),
        "名不副实.xls": (b"%PDF-1.7", "F05"),
        "旧格式.xls": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "F05"),
        "两角.xlsx": (_with_sheet(whole, _CORNERS), "F06"),
        "说明.docx": (_zip({"[Content_Types].xml": b"", "word/document.xml": b""}), "F09"),
        "包外.zip": (_zip({"../决算.xlsx": whole}), "F06"),
        "坏包.zip": (_zip({"决算.xlsx": whole})[:-30], "F01"),
        "空表.xlsx": (write_xlsx(inbox / "whole.xlsx", Grid("表", {})).read_bytes(), "M01"),
    }
    for name in ("whole.xlsx", "whole.xls"):
        (inbox / name).unlink()
    for name, (content, _) in files.items():
        (inbox / "其他").mkdir(exist_ok=True)
        (inbox / "其他" / name).write_bytes(content)
    (inbox / "其他" / "~$报表.xlsx").write_bytes(struct.pack("<165x"))
    return {f"其他/{name}": code for name, (_, code) in files.items()}


def _zip(members: dict[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return memory.getvalue()


def _with_sheet(content: bytes, rows: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'
    return _zip({**members, "xl/worksheets/sheet1.xml": sheet.encode()})


#: Runs a command and says on the last line how much memory its largest process held, in KiB.
MEASURE = """\
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


def measured(arguments: Sequence[object], **environment: str) -> tuple[subprocess.CompletedProcess[str], int]:
    """The command in a process of its own, and the memory of its largest process in KiB."""
    command = [sys.executable, "-c", MEASURE, sys.executable, "-m", "converter", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=env, check=False, timeout=300)
    return done, int(done.stdout.splitlines()[-1])


def check(folder: Path, count: int) -> None:
    inbox, out, mark = folder / "收件箱", folder / "OUT", f"mark-{uuid.uuid4()}"
    names, broken = good(inbox, count), bad(inbox)
    done, largest = measured(["run", inbox, "-o", out, "--jobs", 2], JIXIAO_TEST_MARK=mark)
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    found = Out(out)
    assert {row["部门"] for row in found.totals} == set(names)
    named = [(row["文件"], row["代码"]) for row in found.findings if row["文件"].startswith("其他/")]
    assert sorted(named) == sorted(broken.items())
    assert marked(mark) == []
    assert largest < 2**20  # KiB: no process went over 1 GiB


def test_the_good_are_scored_and_the_bad_are_named(tmp_path: Path) -> None:
    check(tmp_path, 20)


@pytest.mark.soak
def test_two_hundred_departments_among_bad_files(tmp_path: Path) -> None:
    check(tmp_path, 200)


def test_the_mark_of_a_process_is_seen() -> None:
    # What the check for orphans rests on.
    assert marked(f"{os.environ['PATH']}") != []
