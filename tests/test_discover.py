"""What lies in the INBOX: every file once, in one order, under one name; what is passed over is named."""

import builtins
import hashlib
import io
import os
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest

from converter.intake.discover import Inbox, Source, discover
from converter.intake.guards import UnreadableError
from converter.intake.readers import open_workbook
from converter.vocabulary.findings import RunError
from tests.test_archives import raw_name, twice, zipped
from tests.workbooks import Grid, write_xlsx


def put(folder: Path, *names: str, content: str = "内容") -> Path:
    """Files below a folder, each with its own name in its content so that no two are equal."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + name, encoding="utf-8")
    return folder


def names(found: Inbox) -> list[str]:
    return [source.name for source in found.sources]


# --- names and order


def test_every_file_at_any_depth_is_found_with_its_name_relative_to_the_inbox(tmp_path: Path) -> None:
    inbox = put(
        tmp_path / "收件箱", "汇总.xlsx", "人社局/基础数据表.xls", "人社局/二次报送/决算.et", "教育局/说明.docx"
    )
    assert names(discover([inbox], None)) == [
        "人社局/二次报送/决算.et",
        "人社局/基础数据表.xls",
        "教育局/说明.docx",
        "汇总.xlsx",
    ]


def test_the_order_is_that_of_the_code_points_of_the_names(tmp_path: Path) -> None:
    inbox = put(tmp_path, "b.xlsx", "a/z.xlsx", "B.xlsx", "乙.xlsx", "a.xlsx", "丁/甲.xlsx")
    found = names(discover([inbox], None))
    assert found == sorted(found)
    assert len(found) == 6


def test_a_source_knows_its_size_and_its_hash_and_its_folder(tmp_path: Path) -> None:
    put(tmp_path, "人社局/决算.xlsx", "指标表.xlsx")
    inner, top = discover([tmp_path], None).sources
    content = (tmp_path / "人社局/决算.xlsx").read_bytes()
    assert (inner.size, inner.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (inner.path, inner.folder, top.folder) == (tmp_path / "人社局/决算.xlsx", "人社局", "")


def test_names_are_composed_characters_whatever_the_file_system_holds(tmp_path: Path) -> None:
    inbox = put(tmp_path, "cafe\u0301/re\u0301sume\u0301.xlsx", "e\u0301.DS/._u\u0308.xlsx")
    found = discover([inbox], None)
    assert names(found) == ["caf\u00e9/r\u00e9sum\u00e9.xlsx"]
    assert found.ignored == ["\u00e9.DS/._\u00fc.xlsx"]
    assert found.sources[0].path.exists()


def test_names_in_gbk_are_shown_as_they_were_meant_and_open_all_the_same(tmp_path: Path) -> None:
    for folder, name in (("人社局", "基础数据表.xlsx"), ("教育局", "决算.xlsx")):
        (place := tmp_path / os.fsdecode(folder.encode("gb18030"))).mkdir()
        (place / os.fsdecode(name.encode("gb18030"))).write_bytes(b"x")
    put(tmp_path, "民政局/指标表.xlsx")
    found = discover([tmp_path], None)
    assert names(found) == ["人社局/基础数据表.xlsx", "教育局/决算.xlsx", "民政局/指标表.xlsx"]
    assert all(source.path.read_bytes() for source in found.sources)


def test_two_files_whose_names_become_one_are_told_apart(tmp_path: Path) -> None:
    put(tmp_path, "决算.xlsx", "re\u0301.xlsx", "r\u00e9.xlsx")
    (tmp_path / os.fsdecode("决算.xlsx".encode("gb18030"))).write_bytes(b"x")
    found = discover([tmp_path], None)
    assert sorted(names(found)) == ["r\u00e9(2).xlsx", "r\u00e9.xlsx", "决算(2).xlsx", "决算.xlsx"]
    assert len({source.path for source in found.sources}) == 4


def test_file_times_decide_nothing(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", "b.xlsx")
    before = discover([tmp_path], None)
    os.utime(tmp_path / "b.xlsx", (0, 0))
    assert discover([tmp_path], None) == before


def test_an_empty_file_is_a_source_for_the_reader_to_refuse(tmp_path: Path) -> None:
    (tmp_path / "空.xlsx").touch()
    assert discover([tmp_path], None).sources[0].size == 0


# --- junk


@pytest.mark.parametrize(
    "junk",
    [
        *("~$基础数据表.xlsx", "._基础数据表.xlsx", ".~lock.基础数据表.xlsx#", ".~基础数据表.xlsx"),
        *(".DS_Store", "Thumbs.db", "thumbs.db", "Desktop.ini"),
    ],
)
def test_what_office_programs_and_file_managers_leave_behind_is_ignored_and_named(tmp_path: Path, junk: str) -> None:
    put(tmp_path, "人社局/基础数据表.xlsx", f"人社局/{junk}")
    found = discover([tmp_path], None)
    assert names(found) == ["人社局/基础数据表.xlsx"]
    assert found.ignored == [f"人社局/{junk}"]


@pytest.mark.parametrize(
    "name", ["基础~$数据表.xlsx", "基础._数据表.xlsx", "Thumbs.db.xlsx", "～$基础数据表.xlsx", "$基础.xlsx"]
)
def test_a_name_that_only_looks_like_junk_is_read(tmp_path: Path, name: str) -> None:
    assert names(discover([put(tmp_path, name)], None)) == [name]


def test_ignored_names_are_in_order(tmp_path: Path) -> None:
    put(tmp_path, "~$b.xlsx", "z/~$a.xlsx", "a/.DS_Store", "m/Thumbs.db", "m/a.xlsx")
    assert discover([tmp_path], None).ignored == ["a/.DS_Store", "m/Thumbs.db", "z/~$a.xlsx", "~$b.xlsx"]


def test_hidden_folders_are_not_entered(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", ".git/b.xlsx", "人社局/.缓存/c.xlsx", ".OUT.jixiao/d.xlsx")
    assert names(discover([tmp_path], None)) == ["a.xlsx"]


def test_an_inbox_that_is_itself_hidden_is_read(tmp_path: Path) -> None:
    assert names(discover([put(tmp_path / ".收件箱", "a.xlsx")], None)) == ["a.xlsx"]


def test_a_linked_folder_is_not_dropped_in_silence(tmp_path: Path) -> None:
    put(tmp_path / "别处", "决算.xlsx")
    inbox = put(tmp_path / "收件箱", "a.xlsx")
    (inbox / "人社局").symlink_to(tmp_path / "别处", target_is_directory=True)
    found = discover([inbox], None)
    assert [name for name in [*names(found), *found.ignored] if name.startswith("人社局")]


def test_links_that_lead_nowhere_are_no_files(tmp_path: Path) -> None:
    put(tmp_path, "人社局/a.xlsx")
    (tmp_path / "人社局" / "自己.xlsx").symlink_to(tmp_path / "人社局" / "自己.xlsx")
    (tmp_path / "人社局" / "没有.xlsx").symlink_to(tmp_path / "没有.xlsx")
    found = discover([tmp_path], tmp_path / "OUT")
    assert (names(found), found.ignored) == (["人社局/a.xlsx"], [])


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    put(tmp_path, "收件箱/人社局/a.xlsx", "别处/b.xlsx")
    (tmp_path / "收件箱/人社局/b.xlsx").symlink_to(tmp_path / "别处/b.xlsx")
    assert names(discover([tmp_path / "收件箱"], None)) == ["人社局/a.xlsx", "人社局/b.xlsx"]


# --- the output folder


@pytest.mark.parametrize("output", ["OUT", "人社局/结果", "a/b/OUT"])
def test_the_output_folder_inside_the_inbox_is_skipped(tmp_path: Path, output: str) -> None:
    put(tmp_path, "人社局/决算.xlsx", f"{output}/评分汇总_2019.xlsx", f"{output}/部门/人社局_2019.xlsx")
    assert names(discover([tmp_path], tmp_path / output)) == ["人社局/决算.xlsx"]


def test_the_output_folder_is_known_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "人社局/决算.xlsx", "OUT/评分汇总_2019.xlsx")
    monkeypatch.chdir(tmp_path / "人社局")
    assert names(discover([Path("..")], Path("../人社局/../OUT"))) == ["人社局/决算.xlsx"]


def test_a_link_to_the_output_is_the_output(tmp_path: Path) -> None:
    inbox = put(tmp_path / "收件箱", "人社局/决算.xlsx", "人社局/OUT/评分汇总_2019.xlsx")
    (inbox / "上次").symlink_to(inbox / "人社局/OUT", target_is_directory=True)
    found = discover([inbox], inbox / "人社局/OUT")
    assert (names(found), found.ignored) == (["人社局/决算.xlsx"], [])


def test_a_folder_that_only_bears_the_name_of_the_output_is_read(tmp_path: Path) -> None:
    put(tmp_path, "人社局/OUT/决算.xlsx", "OUT/评分汇总_2019.xlsx")
    assert names(discover([tmp_path], tmp_path / "OUT")) == ["人社局/OUT/决算.xlsx"]


def test_an_output_that_does_not_exist_yet_changes_nothing(tmp_path: Path) -> None:
    assert names(discover([put(tmp_path, "a.xlsx")], tmp_path / "OUT")) == ["a.xlsx"]


# --- several inboxes, single files


def test_several_inboxes_are_told_apart_by_their_own_names(tmp_path: Path) -> None:
    inboxes = [put(tmp_path / "第一批", "决算.xlsx"), put(tmp_path / "第二批", "决算.xlsx", "人社局/指标表.xlsx")]
    found = names(discover(inboxes, None))
    assert found == ["第一批/决算.xlsx", "第二批/人社局/指标表.xlsx", "第二批/决算.xlsx"]


def test_inboxes_of_the_same_name_get_different_prefixes(tmp_path: Path) -> None:
    inboxes = [put(tmp_path / parent / "收件箱", "决算.xlsx") for parent in ("甲", "乙", "丙")]
    found = names(discover(inboxes, None))
    assert len(set(found)) == 3
    assert "收件箱/决算.xlsx" in found
    assert all(name.startswith("收件箱") and name.endswith("/决算.xlsx") for name in found)


def test_a_made_up_prefix_does_not_meet_a_real_one(tmp_path: Path) -> None:
    inboxes = [put(tmp_path / where, "决算.xlsx") for where in ("甲/收件箱", "乙/收件箱", "丙/收件箱(2)")]
    found = names(discover(inboxes, None))
    assert len(set(found)) == 3, found


def test_an_inbox_given_as_here_bears_the_name_of_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = put(tmp_path / "第二批", "b.xlsx")
    monkeypatch.chdir(put(tmp_path / "第一批", "a.xlsx"))
    assert names(discover([Path(), other], None)) == ["第一批/a.xlsx", "第二批/b.xlsx"]


def test_a_single_file_is_an_inbox(tmp_path: Path) -> None:
    put(tmp_path, "人社局/决算.xlsx", "人社局/指标表.xlsx")
    found = discover([tmp_path / "人社局/决算.xlsx"], None)
    assert names(found) == ["决算.xlsx"]
    assert found.sources[0].folder == ""


def test_files_and_folders_may_be_given_together(tmp_path: Path) -> None:
    inbox = put(tmp_path / "收件箱", "a.xlsx")
    put(tmp_path, "别处/决算.xlsx")
    assert names(discover([inbox, tmp_path / "别处/决算.xlsx"], None)) == ["决算.xlsx", "收件箱/a.xlsx"]


def test_single_files_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    put(tmp_path, "甲/决算.xlsx", "乙/决算.xlsx")
    found = names(discover([tmp_path / "甲/决算.xlsx", tmp_path / "乙/决算.xlsx"], None))
    assert len(set(found)) == 2
    assert all(name.endswith("决算.xlsx") for name in found)


def test_no_name_holds_an_absolute_path(tmp_path: Path) -> None:
    put(tmp_path, "甲/决算.xlsx", "乙/~$a.xlsx")
    found = discover([tmp_path / "甲", tmp_path / "乙", tmp_path / "甲/决算.xlsx"], None)
    assert not [name for name in [*names(found), *found.ignored] if tmp_path.name in name or name.startswith("/")]


# --- errors


def test_a_path_that_does_not_exist_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RunError) as caught:
        discover([tmp_path / "没有这里"], None)
    assert caught.value.code == "R01"
    assert "没有这里" in str(caught.value)
    assert caught.value.advice


def test_one_wrong_path_among_good_ones_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(RunError) as caught:
        discover([put(tmp_path / "收件箱", "a.xlsx"), tmp_path / "没有这里"], None)
    assert caught.value.code == "R01"


@pytest.mark.parametrize("content", [(), ("~$a.xlsx", ".DS_Store"), (".git/a.xlsx",), ("OUT/a.xlsx",)], ids=str)
def test_an_inbox_without_a_file_to_read_is_an_error(tmp_path: Path, content: tuple[str, ...]) -> None:
    inbox = tmp_path / "收件箱"
    inbox.mkdir()
    with pytest.raises(RunError) as caught:
        discover([put(inbox, *content)], inbox / "OUT")
    assert caught.value.code == "R02"
    assert "收件箱" in str(caught.value)
    assert caught.value.advice


def test_a_single_file_that_is_junk_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunError) as caught:
        discover([put(tmp_path, "~$a.xlsx") / "~$a.xlsx"], None)
    assert caught.value.code == "R02"


def test_a_file_that_cannot_be_opened_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Held open by Excel on Windows, or a bad sector: CONTRACT promises that it costs exactly that file.
    put(tmp_path, "人社局/决算.xlsx", "教育局/决算.xlsx")
    real = io.open

    def refusing(file: Any, *args: Any, **kwargs: Any) -> Any:
        if "教育局" in str(file):
            raise PermissionError(13, "Permission denied", str(file))
        return real(file, *args, **kwargs)

    monkeypatch.setattr(io, "open", refusing)
    monkeypatch.setattr(builtins, "open", refusing)
    found = discover([tmp_path], None)
    assert "人社局/决算.xlsx" in names(found)
    assert "教育局/决算.xlsx" in [*names(found), *found.ignored]


# --- archives


def pack(path: Path, files: dict[str, bytes]) -> bytes:
    """A zip at a path with these members."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zipped(files))
    return path.read_bytes()


def refusal(source: Source) -> str:
    """The code with which a source is refused when it is opened."""
    with pytest.raises(UnreadableError) as caught:
        open_workbook(source.path, source.name, source.inner)
    assert caught.value.message
    return caught.value.code


def test_the_files_of_an_archive_stand_below_its_name(tmp_path: Path) -> None:
    inner = zipped({"指标表.xlsx": b"3"})
    pack(tmp_path / "人社局/报送.zip", {"决算.xlsx": b"1", "附件/基础数据表.xls": b"22", "二次.ZIP": inner})
    found = discover([put(tmp_path, "教育局.xlsx")], None)
    assert names(found) == [
        "人社局/报送.zip/二次.ZIP/指标表.xlsx",
        "人社局/报送.zip/决算.xlsx",
        "人社局/报送.zip/附件/基础数据表.xls",
        "教育局.xlsx",
    ]
    source = found.sources[2]
    assert (source.size, source.sha256) == (2, hashlib.sha256(b"22").hexdigest())
    assert source.folder == "人社局/报送.zip/附件"


def test_every_file_of_an_archive_can_be_opened_where_it_stands(tmp_path: Path) -> None:
    book = write_xlsx(tmp_path / "别处/a.xlsx", Grid("表", {(0, 0): "三公经费"})).read_bytes()
    pack(tmp_path / "收件箱/a.zip", {"x.txt": b"1", "b.zip": zipped({"y.txt": b"2", "决算.xlsx": book})})
    (source,) = [s for s in discover([tmp_path / "收件箱"], None).sources if s.name.endswith(".xlsx")]
    opened = open_workbook(source.path, source.name, source.inner)
    assert (opened.workbook.sheets[0].text((0, 0)), opened.notes) == ("三公经费", [])


def test_names_in_gbk_are_read_and_composed(tmp_path: Path) -> None:
    for at, name in enumerate(["绥宁县人社局/决算.xls".encode("gbk"), "re\u0301.xlsx".encode()]):
        (tmp_path / f"{at}.zip").write_bytes(raw_name(name))
    assert names(discover([tmp_path], None)) == ["0.zip/绥宁县人社局/决算.xls", "1.zip/r\u00e9.xlsx"]


def test_an_archive_may_be_an_inbox_by_itself_or_one_of_several(tmp_path: Path) -> None:
    pack(tmp_path / "报送.zip", {"a.xlsx": b"1"})
    put(tmp_path / "第一批", "b.xlsx")
    assert names(discover([tmp_path / "报送.zip"], None)) == ["报送.zip/a.xlsx"]
    assert names(discover([tmp_path / "第一批", tmp_path / "报送.zip"], None)) == ["报送.zip/a.xlsx", "第一批/b.xlsx"]


def test_junk_in_an_archive_is_passed_over_and_named(tmp_path: Path) -> None:
    mac = {"__MACOSX/人社局/._决算.xlsx": b"x", "__MACOSX/其他.xlsx": b"x"}
    junk = {**mac, "人社局/~$决算.xlsx": b"x", "人社局/.DS_Store": b"x", "Thumbs.db": b"x"}
    files = {**junk, "人社局/决算.xlsx": b"1", "内.zip": zipped({"__MACOSX/甲.xlsx": b"x", "乙.xlsx": b"2"})}
    pack(tmp_path / "报送.zip", files)
    found = discover([tmp_path], None)
    assert names(found) == ["报送.zip/人社局/决算.xlsx", "报送.zip/内.zip/乙.xlsx"]
    assert found.ignored == sorted(f"报送.zip/{name}" for name in [*junk, "内.zip/__MACOSX/甲.xlsx"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped({"a.xlsx": b"1" * 99})[:60], "F01"),
        (b"PK\x03\x04", "F01"),
        ("不是压缩包".encode(), "F01"),
        (b"", "F03"),
        (zipped({}), "F03"),
        (zipped({"空/": b""}), "F03"),
        (zipped({"a.xlsx": b"1"}).replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"), "F04"),
        (zipped({"a.xlsx": b"1", "../b.xlsx": b"2"}), "F06"),
        (zipped({f"{at}.zip": zipped({f"{n}": b"" for n in range(2_000)}) for at in range(3)}), "F06"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(99), "F05"),
    ],
    ids=["cut", "four bytes", "text", "0 bytes", "nothing in it", "a folder", "password", "unsafe", "too many", "rar"],
)
def test_an_archive_that_cannot_be_opened_is_one_file_to_be_refused(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "报送.zip").write_bytes(content)
    put(tmp_path, "b.xlsx")
    source = discover([tmp_path], None).sources[-1]
    assert (source.name, source.size, source.sha256) == ("报送.zip", len(content), hashlib.sha256(content).hexdigest())
    assert refusal(source) == code


def test_a_file_of_an_archive_that_cannot_be_unpacked_is_refused_by_itself(tmp_path: Path) -> None:
    content = zipped({"a.xlsx": b"abc", "b.xlsx": b"abd"}, zipfile.ZIP_STORED)
    (tmp_path / "报送.zip").write_bytes(content.replace(b"abc", b"abx", 1))
    bad, good = discover([tmp_path], None).sources
    assert (bad.sha256, good.size) == ("", 3)
    assert refusal(bad) == "F01"


def test_what_is_nested_too_deep_is_refused_as_such(tmp_path: Path) -> None:
    pack(tmp_path / "一.zip", {"二.zip": zipped({"三.zip": zipped({"a.xlsx": b"1"})})})
    (source,) = discover([tmp_path], None).sources
    assert source.name == "一.zip/二.zip/三.zip"
    assert refusal(source) == "F05"


def test_a_workbook_that_bears_the_name_of_an_archive_is_a_workbook(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "决算.zip", Grid("表", {(0, 0): 1}))
    (source,) = discover([tmp_path], None).sources
    assert (source.name, source.inner) == ("决算.zip", ())
    assert open_workbook(source.path, source.name).workbook.sheets[0].value((0, 0)) == 1


def test_files_of_one_name_in_an_archive_are_told_apart(tmp_path: Path) -> None:
    files = {"人社局/决算.xlsx": b"1", "人社局/预算.xlsx": b"2", "人社局/决算(2).xlsx": b"3"}
    (tmp_path / "a.zip").write_bytes(twice(files, "预".encode(), "决".encode()))
    found = discover([tmp_path], None).sources
    assert {source.name for source in found} == {f"a.zip/人社局/决算{n}.xlsx" for n in ("", "(2)", "(2)(2)")}
    assert len({source.sha256 for source in found}) == 3


def test_an_archive_costs_no_more_memory_than_its_largest_file(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", {f"{at}.bin": bytes(8_000_000) for at in range(12)})
    tracemalloc.start()
    found = discover([tmp_path], None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.sources) == 12
    assert peak < 40_000_000
