"""Seeded damage to good workbooks: no crash, no hang, and no number in a mapped cell that the file does not hold.

Each case changes one file in one way (bytes, zip entries, XML nodes, texts of cells), reads it in a worker as a run does,
and compares every usable number of a mapped cell with the undamaged file. A number that changed must be what another
reader finds there (openpyxl for .xlsx, calamine for .xls), or a finding must speak of it.
"""

import io
import os
import random
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
import python_calamine

from converter.engine import LocalPool, Lost
from converter.intake.cells import from_a1
from converter.mapping.facts import Reading
from converter.mapping.library import Library
from converter.reading import read_file
from converter.vocabulary.numbers import USABLE, canonical, read_text
from tests.workbooks import Grid, accounts, basic_data, indicator_table, write_xls, write_xlsx

CASES = 250
SOAK_CASES = 5000
Where = tuple[str, str]
SHEETS = {"基础数据表", "指标表", "Z01 收入支出决算总表(财决01表)"}


@cache
def library() -> Library:
    """The built-in mappings, once in each worker."""
    return Library()


@cache
def good(kind: str) -> bytes:
    """The undamaged workbook of a kind: the three forms, with a percent format, an error and a formula in it."""
    base = basic_data(staff=(60, 68, 1.1333))
    base.formats[4, 3] = "0%"
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a{kind}"
        grids = (base, indicator_table(), accounts())
        (write_xlsx if kind == ".xlsx" else write_xls)(path, *grids)
        return path.read_bytes()


@cache
def truth(kind: str) -> dict[Where, float]:
    """The numbers of the undamaged file by sheet and cell."""
    found = numbers(read(good(kind), f"a{kind}"))
    assert len(found) > 80
    return found


def read(content: bytes, name: str) -> Reading:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read_file(path, name, library().forms, library().dictionary)


def numbers(reading: Reading) -> dict[Where, float]:
    return {
        (fact.place.sheet, fact.place.cell): fact.value
        for document in reading.documents
        for fact in document.facts
        if fact.state in USABLE and fact.place.cell
    }


# --- damage


def change_bytes(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 2, 8, 64])):
        at = chance.randrange(len(data) or 1)
        match chance.randrange(4) if data else 3:
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at : at + chance.randrange(1, 40)] = bytes(
                    chance.randrange(256) for _ in range(chance.randrange(20))
                )
            case 2:
                data[at : at + chance.randrange(1, 600)] = b""
            case _:
                del data[at + 1 :]
    return bytes(data)


def change_entries(content: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    at = chance.randrange(len(entries))
    name, part = entries[at]
    match chance.randrange(7):
        case 0:
            del entries[at]
        case 1:
            entries[at] = (name.replace("/", "\\"), part)
        case 2:
            entries[at] = (name, part[: chance.randrange(len(part) + 1)])
        case 3:
            entries.append((name, part))
        case 4:
            entries[at] = (name.upper(), part)
        case 5:
            entries[at] = (name, part.decode("utf-8", "ignore").encode("utf-16"))
        case _:
            chance.shuffle(entries)
    return packed(entries)


def packed(entries: list[tuple[str, bytes]]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in entries:
            archive.writestr(name, part)
    return memory.getvalue()


_TAGS = re.compile(rb"<[^>]+>")
_ATTRIBUTES = re.compile(rb'\s([\w:]+)="([^"]*)"')
_ODD = (b"", b"e", b"str", b"s", b"b", b"1", b"0", b"-1", b"99999", b"A1", b"XFD1048576", b"9" * 30, "\u4e00".encode())


def change_nodes(content: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    name = chance.choice([name for name in entries if name.startswith("xl/") and name.endswith((".xml", ".rels"))])
    part = entries[name]
    pattern = chance.choice([_TAGS, _ATTRIBUTES])
    spans = [match.span() for match in pattern.finditer(part)]
    if spans:
        start, end = chance.choice(spans)
        found = part[start:end]
        if pattern is _ATTRIBUTES and chance.random() < 0.7:
            key = found.split(b"=")[0]
            replacement = key + b'="' + chance.choice(_ODD) + b'"'
        else:
            replacement = chance.choice([b"", found * 2, b"<!-- -->" + found, found + b"<x/>"])
        entries[name] = part[:start] + replacement + part[end:]
    return packed([*entries.items()])


def damaged(seed: int) -> tuple[str, bytes]:
    """The extension and the bytes of case `seed`."""
    chance = random.Random(seed)
    kind = ".xls" if seed % 5 == 0 else ".xlsx"
    changes: list[Callable[[bytes, random.Random], bytes]] = [change_bytes]
    if kind == ".xlsx":
        changes = [change_bytes, change_entries, change_nodes, change_nodes]
    return kind, chance.choice(changes)(good(kind), chance)


# --- judgement


def told(reading: Reading, where: Where) -> bool:
    """Whether a finding speaks of the cell, or says that the file was not whole."""
    findings = [*reading.findings, *(item for document in reading.documents for item in document.findings)]
    return any(item.place.cell == where[1] or item.code in {"F11", "D04"} for item in findings)


def at_cell(kind: str, cell: str) -> set[float]:
    """The numbers at a cell of any sheet: for a sheet whose name was damaged."""
    return {value for (_, name), value in truth(kind).items() if name == cell}


def second_opinion(kind: str, content: bytes, where: Where) -> float | None:
    """The number another reader finds in a cell, None for none."""
    sheet, cell = where
    try:
        if kind == ".xlsx":
            value = openpyxl.load_workbook(io.BytesIO(content), data_only=True)[sheet][cell].value
        else:
            row, column = from_a1(cell)
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
            value = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)[row][column]
    except Exception:  # whatever the other reader cannot do
        return None
    if isinstance(value, str):
        return read_text(value).value
    return canonical(float(value)) if isinstance(value, int | float) else None


def judged(seed: int) -> str:
    """What is wrong with the reading of case `seed`, "" where nothing is."""
    kind, content = damaged(seed)
    try:
        reading = read(content, f"a{kind}")
    except Exception as error:
        return f"seed {seed}: {error!r}"
    for where, value in numbers(reading).items():
        before = truth(kind).get(where)
        if value == before or told(reading, where) or (where[0] not in SHEETS and value in at_cell(kind, where[1])):
            continue
        other = second_opinion(kind, content, where)
        if other is None or abs(other - value) > 1e-9 * max(1.0, abs(value)):
            return f"seed {seed}: {where} was {before}, is {value}, another reader finds {other}"
    if not reading.documents and not (reading.findings or reading.unused):
        return f"seed {seed}: nothing was read and nothing said"
    return ""


def ready() -> None:
    """A worker's equipment: loaded before the clock of the first case starts."""
    library()


def check(seeds: range) -> None:
    with LocalPool(os.cpu_count() or 1, ready, (), seconds=30) as pool:
        results = list(pool.map(judged, seeds))
    lost = [result.item for result in results if isinstance(result, Lost)]
    assert not lost, f"these seeds ended their process: {lost}"
    wrong = [result for result in results if isinstance(result, str) and result]
    assert not wrong, "\n".join(wrong)


def test_damaged_workbooks_are_read_rightly_or_refused() -> None:
    check(range(CASES))


@pytest.mark.soak
def test_many_damaged_workbooks_are_read_rightly_or_refused() -> None:
    check(range(SOAK_CASES))


# --- texts of cells


def spelt(chance: random.Random) -> tuple[str, float | None]:
    """A text for a cell and the amount it means, None where it must not be read as a number."""
    amount = round(chance.choice([chance.random(), chance.random() * 1e3, chance.random() * 1e7]), chance.randrange(3))
    plain = f"{amount:.2f}"
    grouped = f"{amount:,.2f}"
    wide = plain.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."})
    meant: list[tuple[str, float | None]] = [
        (plain, amount),
        (f"{plain}\u3000", amount),
        (f"\u3000 {plain}\n", amount),
        (grouped, amount),
        (grouped.replace(",", "，"), amount),
        (wide, amount),
        (f"（{plain}）", -amount),
        (f"△{plain}", -amount),
        (f"−{plain}", -amount),
        (f"－{plain}", -amount),
        (f"{plain}万元", amount),
        (f"{plain}.", amount),
        (f"¥{grouped}", amount),
        (f"约{plain}", None),
        (f"{plain}左右", None),
        (f"{plain}①", None),
        (f"{plain}\n{plain}", None),
        (f"{plain}+{plain}", None),
        (f"{plain},", None),
        ("1,23.4", None),
        ("7,00.0,77", None),
        ("——", None),
        ("一", None),
        ("\u3000", None),
        ("见附件", None),
        ("#REF!", None),
    ]
    return chance.choice(meant)


@pytest.mark.parametrize("kind", [".xlsx", ".xls"])
def test_whatever_is_typed_into_a_cell_is_read_as_meant_or_not_at_all(kind: str, tmp_path: Path) -> None:
    chance = random.Random(kind)
    for _ in range(60):
        base: Grid = basic_data()
        texts = {(row, column): spelt(chance) for row in (6, 7, 8, 12, 16) for column in (1, 2, 3)}
        base.cells.update({cell: text for cell, (text, _) in texts.items()})
        path = (write_xlsx if kind == ".xlsx" else write_xls)(tmp_path / f"a{kind}", base)
        (document,) = read_file(path, path.name, library().forms, library().dictionary).documents
        facts = {from_a1(fact.place.cell): fact for fact in document.facts}
        for cell, (text, meant) in texts.items():
            fact = facts[cell]
            read_as = fact.value if fact.state in USABLE else None
            assert read_as == (None if meant is None else canonical(meant)), (text, fact)
