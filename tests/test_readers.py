"""One door for every workbook: content decides, and each refusal has the code that tells what to do."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from converter.intake import guards
from converter.intake.guards import UnreadableError
from converter.intake.readers import Opened, open_workbook
from tests import test_opendocument, test_xlsb, test_xlsx
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


# --- every kind

PAGE = "<html><table><tr><td></td></tr><tr><td>部门整体支出绩效评价基础数据表</td></tr></table></html>"
TEXT = "附件3\t\n部门整体支出绩效评价基础数据表\t\n单位\t万元\n"
ROW = "<table:table-row>{}</table:table-row>"
KINDS = {
    "xlsx": ("xlsx", ".xlsx"),
    "xls": ("xls", ".xls"),
    "xlsb": ("xlsb", ".xlsb"),
    "ods": ("ods", ".ods"),
    "page": ("网页", ".html"),
    "page in GBK": ("网页", ".htm"),
    "text": ("文本表格", ".csv"),
    "text in GBK": ("文本表格", ".tsv"),
    "text in UTF-16": ("文本表格", ".txt"),
}


@pytest.fixture
def kinds(xlsx: bytes, xls: bytes) -> dict[str, bytes]:
    """A workbook of each kind, all with the same title in A2."""
    binary = test_xlsb.sheet(test_xlsb.row(1, test_xlsb.shared(0, 0)))
    rows = (ROW.format("<table:table-cell/>"), ROW.format(test_opendocument.text(TITLE)))
    return {
        "xlsx": xlsx,
        "xls": xls,
        "xlsb": test_xlsb.package(binary, texts=[TITLE]),
        "ods": test_opendocument.document(test_opendocument.table(*rows)),
        "page": PAGE.encode(),
        "page in GBK": PAGE.replace("<html>", "<html><meta charset=gbk>").encode("gbk"),
        "text": TEXT.encode(),
        "text in GBK": TEXT.encode("gb18030"),
        "text in UTF-16": TEXT.encode("utf-16"),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_under_its_own_extension_without_a_note(
    put: Put, kinds: dict[str, bytes], kind: str
) -> None:
    name = f"决算{KINDS[kind][1]}"
    opened = open_workbook(put(name, kinds[kind]), name)
    assert (title(opened), opened.notes) == (TITLE, [])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", [".xls", ".xlsx", ".et", ".csv", ".ods", ".xlsb", ".XLS"])
def test_every_kind_is_read_under_any_extension_with_a_note_where_it_is_foreign(
    put: Put, kinds: dict[str, bytes], kind: str, suffix: str
) -> None:
    opened = open_workbook(put(f"决算{suffix}", kinds[kind]), f"决算{suffix}")
    assert title(opened) == TITLE
    shown, own = KINDS[kind]
    is_own = suffix.lower() == own or {suffix.lower(), own} in ({".xls", ".et"}, {".csv", ".tsv"}, {".csv", ".txt"})
    assert opened.notes == ([] if is_own else [("F02", f"扩展名是 {suffix}，内容是 {shown}")])


@pytest.mark.parametrize("name", ["决算", "决算.bak", "决算.dat", "决算.txt", "决算.doc"])
def test_an_extension_that_claims_no_workbook_needs_no_note(put: Put, xls: bytes, name: str) -> None:
    opened = open_workbook(put("a", xls), name)
    assert (title(opened), opened.notes) == (TITLE, [])


def test_the_only_sheet_of_a_text_or_page_bears_the_name_of_its_file(put: Put, kinds: dict[str, bytes]) -> None:
    for kind in ("text", "page"):
        (sheet,) = open_workbook(put("a", kinds[kind]), f"报送.zip/人社局/{'决' * 40}.xls").workbook.sheets
        assert sheet.name == "决" * 31


def test_a_repaired_workbook_says_so(put: Put) -> None:
    xml = test_xlsx.worksheet('<row r="2"><c r="A2" t="inlineStr"><is><t>三公</t></is></c></row>')
    content = test_xlsx.package(f'<?xml version="1.0" encoding="UTF-16"?>{xml}'.encode("utf-16"))
    opened = open_workbook(put("决算.xlsx", content), "决算.xlsx")
    assert (title(opened), [code for code, _ in opened.notes]) == ("三公", ["F11"])
    assert [code for code, _ in open_workbook(put("决算.xls", content), "决算.xls").notes] == ["F02", "F11"]


def test_a_decrypted_workbook_says_so(put: Put, xlsx: bytes) -> None:
    memory = io.BytesIO()
    OOXMLFile(io.BytesIO(xlsx)).encrypt("VelvetSweatshop", memory)
    opened = open_workbook(put("决算.xlsx", memory.getvalue()), "决算.xlsx")
    assert (title(opened), [code for code, _ in opened.notes]) == (TITLE, ["F12"])


# --- refused


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("报送.rar", b"Rar!\x1a\x07\x01\x00" + bytes(99)),
        ("报送.RAR", bytes(99)),
        ("报送.7z", b"7z\xbc\xaf\x27\x1c" + bytes(99)),
        ("报送.tar.gz", b"\x1f\x8b\x08" + bytes(99)),
        ("报送.zip", b"Rar!\x1a\x07\x00" + bytes(99)),
        ("决算.xlsx", b"Rar!\x1a\x07\x00" + bytes(99)),
    ],
)
def test_an_archive_that_is_no_zip_is_refused_with_the_advice_to_unpack_it(put: Put, name: str, content: bytes) -> None:
    with pytest.raises(UnreadableError, match="解压") as caught:
        open_workbook(put(name, content), name)
    assert caught.value.code == "F05"


def test_a_zip_under_the_name_of_a_workbook_is_refused_with_what_to_do(put: Put, xlsx: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"\.zip") as caught:
        open_workbook(put("决算.xls", zipped(**{"人社局/决算.xlsx": xlsx})), "决算.xls")
    assert caught.value.code == "F05"


def test_a_zip_that_claims_nothing_is_no_workbook(put: Put) -> None:
    assert refusal(put("程序.jar", zipped(**{"META-INF/MANIFEST.MF": "内容"}))) == "F09"


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
