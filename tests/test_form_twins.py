"""Every sample as .xlsx, as its .xls twin and saved again by LibreOffice: the same facts from the same cells."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from converter.mapping.facts import Document
from converter.mapping.library import Library
from converter.reading import read_file
from tests.make_forms import Print
from tests.test_form_samples import SAMPLES, usable
from tests.workbooks import Grid, write_xls, write_xlsx

Grids = list[Grid]


def grids() -> Grids:
    """Every sample on a sheet of its own, the amounts of every other one in 元."""
    made = []
    for at, sample in enumerate(SAMPLES):
        grid = sample.build(Print(unit="元" if at % 2 else "万元"))
        grid.name = f"表{at}"
        made.append(grid)
    return made


def documents(path: Path, library: Library) -> Sequence[Document]:
    reading = read_file(path, path.name, library.forms, library.dictionary)
    assert reading.unused == {}
    return reading.documents


def check(found: Sequence[Document]) -> None:
    assert [document.form for document in found] == [sample.form for sample in SAMPLES]
    for sample, document in zip(SAMPLES, found, strict=True):
        assert usable(document) == pytest.approx(dict(sample.expected)), sample.name


@pytest.mark.parametrize(("suffix", "write"), [(".xlsx", write_xlsx), (".xls", write_xls)])
def test_xlsx_and_xls_give_the_same_facts(
    suffix: str, write: Callable[..., Path], tmp_path: Path, library: Library
) -> None:
    check(documents(write(tmp_path / f"全部{suffix}", *grids()), library))


@pytest.mark.parametrize(("source", "target"), [("xlsx", "xls"), ("xls", "xlsx"), ("xlsx", "ods")])
def test_saved_again_by_libreoffice_they_give_the_same_facts(
    source: str, target: str, tmp_path: Path, library: Library, libreoffice: str
) -> None:
    write = write_xlsx if source == "xlsx" else write_xls
    path = write(tmp_path / f"全部.{source}", *grids())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        libreoffice,
        profile,
        "--headless",
        "--convert-to",
        target,
        "--outdir",
        str(tmp_path / "again"),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    check(documents(tmp_path / "again" / f"全部.{target}", library))
