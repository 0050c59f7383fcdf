"""One door for every workbook: content decides, and each refusal has the code that tells what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from converter.intake import guards
from converter.intake.guards import UnreadableError
from converter.intake.readers import Opened, open_workbook
from tests.test_sniff import compound, zipped
from tests.workbooks import Grid, basic_data, write_xls, write_xlsx

Put = Callable[[str, bytes], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes bytes under a name."""

    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def xlsx(tmp_path: Path) -> bytes:
    return write_xlsx(tmp_path / "made.xlsx", basic_data()).read_bytes()


@pytest.fixture
def xls(tmp_path: Path) -> bytes:
    return write_xls(tmp_path / "made.xls", basic_data()).read_bytes()


def refusal(path: Path) -> str:
    """The code with which a file is refused."""
    with pytest.raises(UnreadableError) as caught:
        open_workbook(path, f"人社局/{path.name}")
    assert caught.value.message
    assert caught.value.advice
    return caught.value.code


def title(opened: Opened) -> str:
    return opened.workbook.sheets[0].text((1, 0))


TITLE = "部门整体支出绩效评价基础数据表"


# --- read


@pytest.mark.parametrize("name", ["a.xlsx", "a.XLSX", "a.xlsm"])
def test_a_workbook_with_its_own_extension_is_read_without_a_note(put: Put, xlsx: bytes, name: str) -> None:
    opened = open_workbook(put(name, xlsx), name)
    assert (title(opened), opened.notes) == (TITLE, [])


@pytest.mark.parametrize("name", ["a.xls", "a.XLS", "a.et"])
def test_an_old_workbook_with_its_own_extension_is_read_without_a_note(put: Put, xls: bytes, name: str) -> None:
    opened = open_workbook(put(name, xls), name)
    assert (title(opened), opened.notes) == (TITLE, [])


@pytest.mark.parametrize("name", ["决算.xls", "决算.XLS", "决算.csv"])
def test_an_xlsx_under_another_extension_is_read_with_a_note(put: Put, xlsx: bytes, name: str) -> None:
    opened = open_workbook(put(name, xlsx), name)
    assert title(opened) == TITLE
    ((code, message),) = opened.notes
    assert code == "F02"
    assert name[2:] in message
    assert "xlsx" in message


@pytest.mark.parametrize("name", ["决算.xlsx", "决算.xlsm"])
def test_an_xls_under_another_extension_is_read_with_a_note(put: Put, xls: bytes, name: str) -> None:
    opened = open_workbook(put(name, xls), name)
    assert title(opened) == TITLE
    assert [code for code, _ in opened.notes] == ["F02"]


def test_a_lying_extension_changes_nothing_in_what_is_read(put: Put, xlsx: bytes) -> None:
    honest, lying = (open_workbook(put(name, xlsx), name).workbook for name in ("a.xlsx", "a.xls"))
    assert honest == lying


def test_the_name_in_the_inbox_decides_and_not_that_of_a_copy(put: Put, xlsx: bytes) -> None:
    assert open_workbook(put("copy.tmp", xlsx), "人社局/决算.xlsx").notes == []
    assert open_workbook(put("copy.tmp", xlsx), "人社局/决算.xls").notes != []


def test_reading_changes_nothing_in_the_file(put: Put, xls: bytes) -> None:
    path = put("a.xls", xls)
    before = path.stat().st_mtime_ns
    open_workbook(path, "a.xls")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (xls, before)


# --- refused


@pytest.mark.parametrize("name", ["空.xlsx", "空.xls", "空.et"])
def test_an_empty_file_is_f03(put: Put, name: str) -> None:
    assert refusal(put(name, b"")) == "F03"


@pytest.mark.parametrize("name", ["加密.xlsx", "加密.xls"])
def test_an_encrypted_workbook_is_f04_whatever_its_extension(put: Put, name: str) -> None:
    assert refusal(put(name, compound("EncryptionInfo", "EncryptedPackage"))) == "F04"


@pytest.mark.parametrize(
    "content",
    [
        "单位\t预算数\n".encode("utf-16"),
        b"MIME-Version: 1.0\nContent-Type: multipart/related\n",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        b"%PDF-1.7",
        bytes(4096),
        zipped(**{"[Content_Types].xml": "", "word/document.xml": ""}),
        compound("WordDocument"),
    ],
    ids=["one line of text", "MHTML", "SpreadsheetML", "pdf", "only zeros", "docx", "doc"],
)
@pytest.mark.parametrize("name", ["决算.xls", "决算.xlsx", "决算.XLS"])
def test_what_claims_to_be_a_workbook_and_is_none_is_f05(put: Put, name: str, content: bytes) -> None:
    assert refusal(put(name, content)) == "F05"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("说明.docx", zipped(**{"[Content_Types].xml": "", "word/document.xml": "内容"})),
        ("说明.doc", compound("WordDocument", "1Table")),
        ("说明.txt", "本部门无“三公”经费".encode()),
        ("报告.pdf", b"%PDF-1.7"),
        ("照片.jpg", b"\xff\xd8\xff\xe0"),
        ("README", b"text"),
    ],
    ids=["docx", "doc", "txt", "pdf", "jpg", "no extension"],
)
def test_what_never_claimed_to_be_a_workbook_is_f09(put: Put, name: str, content: bytes) -> None:
    assert refusal(put(name, content)) == "F09"


def test_a_word_document_with_a_worksheet_inside_is_f09_and_not_a_damaged_workbook(put: Put, xlsx: bytes) -> None:
    document = zipped(**{"word/document.xml": b"", "word/embeddings/Microsoft_Excel.xlsx": xlsx})
    assert refusal(put("自评报告.docx", document)) == "F09"


def test_an_old_word_document_with_a_worksheet_inside_is_f09(put: Put) -> None:
    assert refusal(put("自评报告.doc", compound("WordDocument", "ObjectPool", "Workbook"))) == "F09"


def test_a_half_copied_xlsx_is_refused(put: Put, xlsx: bytes) -> None:
    for length in (3, 100, len(xlsx) // 2, len(xlsx) - 1):
        assert refusal(put("a.xlsx", xlsx[:length])) in {"F01", "F05"}


def test_a_half_copied_xls_is_refused(put: Put, xls: bytes) -> None:
    for length in (3, 100, len(xls) // 2):
        assert refusal(put("a.xls", xls[:length])) in {"F01", "F05"}


def test_a_copy_that_ends_in_zeros_is_refused_or_whole(put: Put, tmp_path: Path) -> None:
    # What a sync client leaves of a file it has only half fetched: the right size, zeros at the end.
    whole = write_xlsx(tmp_path / "b.xlsx", Grid("表", {(0, 0): "三公经费"})).read_bytes()
    half = len(whole) // 2
    assert refusal(put("a.xlsx", whole[:half] + bytes(len(whole) - half))) == "F01"


def test_a_damaged_workbook_is_f01(put: Put, xlsx: bytes) -> None:
    middle = xlsx.index(b"xl/worksheets/sheet1.xml") + 200
    assert refusal(put("a.xlsx", xlsx[:middle] + bytes(40) + xlsx[middle + 40 :])) == "F01"


def test_a_file_over_the_limit_is_refused_before_it_is_read(put: Put, tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    with path.open("wb") as stream:
        stream.truncate(guards.MAX_FILE_BYTES + 1)  # a hole: nothing is written
    assert refusal(path) == "F06"


def test_a_file_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="没有"):
        open_workbook(tmp_path / "没有.xlsx", "没有.xlsx")
