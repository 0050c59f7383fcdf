"""Every sheet as it is printed: LibreOffice → PDF → text. No #### anywhere, the forms on one page each."""

import shutil
import subprocess

import pytest

from converter.audit.verify import find_libreoffice
from converter.books.looks import LOOKS
from converter.books.styles import Book, Setup
from converter.books.summary import SHEETS, SummaryBook, summary_book
from converter.books.tables import FACT_HEADS, Table
from tests.conftest import ROOT, Command, _program

NUMBERS = (-999_999_999.99, 12_345_678.123456, 1e11, 0.1 + 0.2, 123_456.7891, -0.005, 1e-9)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory, jixiao: Command) -> dict[str, list[str]]:
    """The pages of every book of the samples, and of one of numbers that are too long, by name; one call of LibreOffice."""
    program, reader = _program(find_libreoffice(), "LibreOffice"), _program(shutil.which("pdftotext"), "pdftotext")
    folder = tmp_path_factory.mktemp("printed")
    done = jixiao("run", ROOT / "samples", "-o", folder / "OUT", "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    (folder / "OUT" / "长数.xlsx").write_bytes(long_numbers())
    (folder / "OUT" / "长数汇总.xlsx").write_bytes(long_facts())
    books = sorted((folder / "OUT").rglob("*.xlsx"))
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", folder, *books], check=True, capture_output=True, timeout=300)
    pages = {}
    for path in folder.glob("*.pdf"):
        read = subprocess.run(
            [reader, "-layout", path, "-"], capture_output=True, text=True, encoding="utf-8", check=True
        )
        pages[path.stem] = read.stdout.split("\f")[:-1]
    assert len(pages) == len(books) == 10
    return pages


def long_numbers() -> bytes:
    """Every look with numbers far too long for a narrow column."""
    book = Book("长数", "0123456789ab")
    page = book.sheet("长数", Setup())
    for column, look in enumerate(look for look in LOOKS if "num_format" in LOOKS[look]):
        for row, number in enumerate(NUMBERS):
            page.put(row, column, number, look)
            page.formula(row + 10, column, "1*1", number, look)
    page.widths([5.0] * len(LOOKS))
    return book.content()


def long_facts() -> bytes:
    """A summary workbook whose 规范数据 holds such numbers."""
    given = {"部门": "甲局", "字段": "三公经费决算数", "单位": "万元"}
    rows = [tuple({**given, "数值": number}.get(head, "") for head in FACT_HEADS) for number in NUMBERS]
    tables = tuple(Table(name, heads, rows if name == "规范数据" else []) for name, heads in SHEETS if name != "汇总")
    return summary_book(SummaryBook("题", "副题", frozenset(), tables, fingerprint="0123456789ab"))


def test_no_cell_is_printed_as_hashes(printed: dict[str, list[str]]) -> None:
    found = [
        f"{name} {number}" for name, pages in printed.items() for number, page in enumerate(pages, 1) if "##" in page
    ]
    assert found == []
    assert "-999,999,999.99" in printed["长数"][0]
    (data,) = (page for page in printed["长数汇总"] if "三公经费决算数" in page)
    for text in ("-999,999,999.99", "12,345,678.123456", "100,000,000,000.00", "0.30", "123,456.7891"):
        assert text in data


def test_forms_take_one_page_each(printed: dict[str, list[str]]) -> None:
    """评分表, 基础数据, 核对, 问题清单 and 说明."""
    departments = {name: pages for name, pages in printed.items() if "局" in name}
    assert len(departments) == 7
    assert {name: len(pages) for name, pages in departments.items()} == dict.fromkeys(departments, 5)
    for pages in departments.values():
        assert "合计" in pages[0]
        for line in ("填报单位（盖章）", "负责人", "财务负责人", "填表人", "经办人", "复核人", "日期"):
            assert line in pages[0].replace(" ", "")


def test_every_page_has_its_foot(printed: dict[str, list[str]]) -> None:
    for name, pages in printed.items():
        for number, page in enumerate(pages, start=1):
            text = page.replace(" ", "")
            assert f"第{number}页，共{len(pages)}页" in text, name
            assert "指纹" in text
            assert "打印日期" in text


def test_heads_are_repeated_on_every_page_of_a_long_sheet(printed: dict[str, list[str]]) -> None:
    pages = [page for page in printed["评分汇总_2019"] if "核对内容" in page]
    assert len(pages) > 5
    assert all("容差" in page and "原因" in page for page in pages)
