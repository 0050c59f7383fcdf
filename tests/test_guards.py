"""Limits that a file must keep before any reader opens it: on the line it passes, one beyond it is refused with F06."""

import io
import zipfile

import pytest

from converter.intake import guards
from converter.intake.guards import UnreadableError, check_archive, check_extent, check_size
from converter.vocabulary.findings import KINDS


def archive_of(count: int) -> zipfile.ZipFile:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for index in range(count):
            archive.writestr(f"{index}.xml", b"")
    return zipfile.ZipFile(memory)


def archive_claiming(*sizes: int) -> zipfile.ZipFile:
    """An archive whose directory claims these unpacked sizes; nothing that large is written."""
    archive = archive_of(len(sizes))
    for entry, size in zip(archive.infolist(), sizes, strict=True):
        entry.file_size = size
    return archive


def refused(code: str = "F06") -> "pytest.RaisesExc[UnreadableError]":
    return pytest.raises(UnreadableError, check=lambda error: error.code == code and bool(error.message))


def test_a_file_up_to_the_limit_passes_and_one_byte_more_is_refused() -> None:
    check_size(0)
    check_size(guards.MAX_FILE_BYTES)
    with refused():
        check_size(guards.MAX_FILE_BYTES + 1)


def test_an_archive_with_too_many_members_is_refused() -> None:
    check_archive(archive_of(guards.MAX_ZIP_ENTRIES))
    with refused():
        check_archive(archive_of(guards.MAX_ZIP_ENTRIES + 1))


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    check_archive(archive_claiming(guards.MAX_UNPACKED_BYTES))
    with refused():
        check_archive(archive_claiming(guards.MAX_UNPACKED_BYTES + 1))


def test_members_count_together() -> None:
    half = guards.MAX_UNPACKED_BYTES // 2 + 1
    check_archive(archive_claiming(half))
    with refused():
        check_archive(archive_claiming(half, half))


@pytest.mark.parametrize(
    ("rows", "columns"), [(0, 0), (1, 16_384), (1_048_576, 1), (guards.MAX_CELLS, 1), (2_000, 2_500)]
)
def test_a_used_area_of_any_form_passes(rows: int, columns: int) -> None:
    check_extent("表", rows, columns)


@pytest.mark.parametrize(("rows", "columns"), [(1_048_576, 16_384), (guards.MAX_CELLS + 1, 1), (2_000, 2_501)])
def test_a_used_area_larger_than_any_form_is_refused_with_its_sheet_and_size(rows: int, columns: int) -> None:
    with refused() as caught:
        check_extent("收支表", rows, columns)
    assert "收支表" in caught.value.message
    assert str(rows) in caught.value.message
    assert str(columns) in caught.value.message


def test_a_refusal_carries_the_advice_of_its_code() -> None:
    error = UnreadableError("F04", "文件已加密")
    assert (error.code, error.message, error.advice) == ("F04", "文件已加密", KINDS["F04"].advice)
