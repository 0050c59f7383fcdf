"""Limits that a file must keep before any reader opens it: on the line it passes, one beyond it is refused with F06."""

import io
import zipfile
from collections.abc import Callable
from functools import partial

import pytest

from converter.intake import guards
from converter.intake.guards import (
    UnreadableError,
    check_archive,
    check_contents,
    check_extent,
    check_merges,
    check_sheets,
    check_size,
    check_strings,
    check_text,
    check_texts,
)
from converter.intake.package import Entry, Package
from converter.vocabulary.findings import KINDS


def package_of(count: int) -> Package:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for index in range(count):
            archive.writestr(f"{index}.xml", b"")
    return Package(memory.getvalue())


def archive_of(count: int) -> list[Entry]:
    """The directory of an archive."""
    entries = [entry for entry in package_of(count).entries if isinstance(entry, Entry)]
    assert len(entries) == count
    return entries


def archive_claiming(*sizes: int) -> list[Entry]:
    """The directory of an archive that claims these unpacked sizes; nothing that large is written."""
    entries = archive_of(len(sizes))
    return [entry._replace(file_size=size) for entry, size in zip(entries, sizes, strict=True)]


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


def shared(*texts: str, uses: tuple[int, ...] = (), part: str = "xl/sharedStrings.xml") -> Package:
    """A package with these shared texts (as XML) and a sheet that shows the texts `uses` by number."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, f"<sst>{''.join(f'<si>{text}</si>' for text in texts)}</sst>")
        cells = "".join(f'<c r="A{at}" t="s"><v>{index}</v></c>' for at, index in enumerate(uses, start=1))
        archive.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>"
        )
    return Package(memory.getvalue())


def test_a_shared_text_up_to_the_limit_passes_and_one_letter_more_is_refused() -> None:
    for part in ("xl/sharedStrings.xml", "xl\\SharedStrings.xml"):
        check_strings(shared(f"<t>{'长' * guards.MAX_TEXT}</t>", part=part))
        with refused() as caught:
            check_strings(shared("<t>短</t>", f"<t>{'长' * guards.MAX_TEXT}</t><r/><t>长</t>", part=part))
        assert str(guards.MAX_TEXT) in caught.value.message


def test_tags_and_entities_do_not_make_a_text_long() -> None:
    # Some writers give each Chinese letter as &#20013;, and each run of a rich text has its own font.
    check_strings(shared(f"<t>{'&#20013;' * guards.MAX_TEXT}</t>"))
    check_strings(shared("<r><rPr><rFont val='宋体'/></rPr><t>中</t></r>" * 5_000))


def test_a_text_that_many_cells_share_counts_in_each() -> None:
    long = f"<t>{'x' * 32_000}</t>"
    fits = guards.MAX_TEXTS // 32_000
    check_strings(shared("<t>短</t>", long, uses=(1,) * fits))
    with refused():
        check_strings(shared("<t>短</t>", long, uses=(*(1,) * fits, 0)))


def test_a_workbook_without_shared_texts_or_with_wrong_numbers_passes() -> None:
    check_strings(package_of(3))
    check_strings(shared(f"<t>{'x' * 32_000}</t>", "<t/>", "<t> </t>", uses=(0, 1, 2, 99, 999_999_999)))


@pytest.mark.parametrize(
    ("check", "limit"),
    [
        (check_text, guards.MAX_TEXT),
        (check_texts, guards.MAX_TEXTS),
        (partial(check_merges, "收支表"), guards.MAX_MERGES),
        (partial(check_contents, 0), guards.MAX_UNPACKED_BYTES),
        (lambda entries: check_contents(entries, 0), guards.MAX_ZIP_ENTRIES),
    ],
    ids=["text", "texts", "merges", "bytes", "entries"],
)
def test_on_the_line_it_passes_and_one_beyond_is_refused_with_the_limit(
    check: Callable[[int], None], limit: int
) -> None:
    check(0)
    check(limit)
    with refused() as caught:
        check(limit + 1)
    assert str(limit) in caught.value.message or str(limit // 2**20) in caught.value.message


def test_too_many_merged_ranges_are_refused_with_their_sheet() -> None:
    with refused() as caught:
        check_merges("收支表", guards.MAX_MERGES * 2)
    assert "收支表" in caught.value.message


def test_a_workbook_without_sheets_is_damaged_and_not_empty() -> None:
    check_sheets(1)
    with refused("F01"):
        check_sheets(0)


def test_a_refusal_carries_the_advice_of_its_code() -> None:
    error = UnreadableError("F04", "文件已加密")
    assert (error.code, error.message, error.advice) == ("F04", "文件已加密", KINDS["F04"].advice)
