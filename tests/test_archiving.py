"""An archive holds all that an output rests on, in the same bytes each time, and is refused where something is not as it was."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from converter.archiving import LIST, archive, latest, list_of
from converter.books.readback import Output
from converter.cli import main
from converter.rerunning import Rerun, verify_archive
from converter.run import Options, run
from converter.vocabulary.findings import RunError
from converter.workplace import begin
from tests.workbooks import basic_data, suining, write_xlsx

WHO = "绥宁县人社局"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to work in with every kind of input, and two years' outputs. Copy it before changing it."""
    place = tmp_path_factory.mktemp("archive") / "绩效"
    begin(place)
    inbox = place / "收件箱"
    folder = suining(inbox / WHO)
    (folder / "作废").mkdir()
    write_xlsx(folder / "作废" / "基础数据表.xlsx", basic_data(WHO))
    (folder / "~$指标表.xlsx").write_bytes(b"lock")
    with zipfile.ZipFile(inbox / "补报.zip", "w") as package:
        package.write(folder / "基础数据表.xlsx", "绥宁县甲局/基础数据表.xlsx")
    os.rename(folder / "指标表.xlsx", os.fsencode(folder) + "/指标表.xlsx".encode("gb18030"))  # noqa: PTH104  # bytes
    (inbox / "名单.csv").write_text("编码,名称\n001,人社局\n", encoding="utf-8")
    (place / "elsewhere").mkdir()
    (inbox / "链接").symlink_to(place / "elsewhere")
    scheme = place / "映射" / "schemes" / "430527"
    scheme.mkdir(parents=True)
    text = 'extends: 430527/2019\nregion: {code: "430527", name: 绥宁县}\nyear: 2018\n'
    (scheme / "2018.yaml").write_text(text, encoding="utf-8")
    write_xlsx(place / "2018年" / WHO / "基础数据表.xlsx", basic_data(WHO, 2018))
    own = place / "映射"
    run(Options((place / "2018年",), place / "上年", mappings=own, jobs=1))
    options = Options(
        (inbox, folder / "决算.xlsx"),
        place / "结果",
        mappings=own,
        departments=inbox / "名单.csv",
        decisions=place / "复核记录.xlsx",
        prior=place / "上年",
        jobs=1,
    )
    run(options)
    archive(Output(place / "结果"), place / "归档" / "一.zip", None)
    return place


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """The folder once more; run.json points into it."""
    place = shutil.copytree(made, tmp_path / "绩效", symlinks=True)
    manifest = place / "结果" / "run.json"
    manifest.write_text(manifest.read_text("utf-8").replace(str(made), str(place)), "utf-8")
    return place


# --- what is in it -------------------------------------------------------------------------------------------------------


def test_everything_is_in_it_and_listed_with_its_hash(made: Path) -> None:
    path = made / "归档" / "一.zip"
    listed = list_of(path)
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        for entry in listed["files"]:
            content = package.read(entry["file"])
            assert (len(content), hashlib.sha256(content).hexdigest()) == (entry["size"], entry["sha256"])
        assert package.read(f"输入/1/收件箱/{WHO}/~$指标表.xlsx") == b""  # of junk only the name
    assert names == [LIST, *sorted(entry["file"] for entry in listed["files"])]
    expected = {
        "输出/部门/人社局_2019.xlsx",
        "输出/run.json",
        f"输入/1/收件箱/{WHO}/指标表.xlsx",  # whose name was GBK
        f"输入/1/收件箱/{WHO}/作废/基础数据表.xlsx",
        "输入/1/收件箱/补报.zip",
        "输入/2/决算.xlsx",
        "规则/内置/fields.yaml",
        "规则/自有/映射/schemes/430527/2018.yaml",
        "名单与记录/decisions/复核记录.xlsx",
        "上年输出/上年/facts.csv",
    }
    assert expected <= set(names)
    assert listed["options"]["departments"] == "输入/1/收件箱/名单.csv"  # lies in the inbox
    assert listed["linked"] == ["输入/1/收件箱/链接"]
    assert listed["previous"] is None
    assert str(made) not in json.dumps(listed)


def test_the_same_output_gives_the_same_bytes(copy: Path, tmp_path: Path) -> None:
    archive(Output(copy / "结果"), tmp_path / "a" / "甲.zip", None)
    os.utime(copy / "复核记录.xlsx", (0, 0))
    archive(Output(copy / "结果"), tmp_path / "b" / "乙.zip", None)
    assert (tmp_path / "a" / "甲.zip").read_bytes() == (tmp_path / "b" / "乙.zip").read_bytes()


def test_archives_make_a_chain(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "归档"
    folder.mkdir()
    first = Path(shutil.copy(made / "归档" / "一.zip", folder / "z.zip"))
    (folder / "other.zip").write_bytes(b"no archive")
    output = Output(made / "结果")
    assert archive(output, folder / "a.zip", None)[1] == "z.zip"
    assert list_of(folder / "a.zip")["previous"]["sha256"] == hashlib.sha256(first.read_bytes()).hexdigest()
    assert latest(folder) == folder / "a.zip"
    archive(output, folder / "b.zip", folder / "z.zip")
    with pytest.raises(RunError, match=r"a\.zip、b\.zip") as caught:
        archive(output, folder / "c.zip", None)
    assert (caught.value.code, "--previous" in caught.value.advice) == ("R18", True)
    with pytest.raises(RunError, match="不覆盖"):
        archive(output, folder / "a.zip", None)
    assert sorted(path.name for path in folder.iterdir()) == ["a.zip", "b.zip", "other.zip", "z.zip"]


# --- refused -------------------------------------------------------------------------------------------------------------


def add_row(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


@pytest.mark.parametrize(
    ("spoil", "name", "word"),
    [
        (lambda p: add_row(p / "收件箱" / WHO / "基础数据表.xlsx"), f"收件箱/{WHO}/基础数据表.xlsx", "与运行时不同"),
        (lambda p: (p / "收件箱" / WHO / "基础数据表.xlsx").unlink(), f"收件箱/{WHO}/基础数据表.xlsx", "不见了"),
        (lambda p: add_row(p / "收件箱" / "新.csv"), "收件箱/新.csv", "多了"),
        (lambda p: add_row(p / "收件箱" / WHO / "作废" / "基础数据表.xlsx"), "作废", "与运行时不同"),
        (lambda p: add_row(p / "复核记录.xlsx"), "复核记录.xlsx", "复核记录与运行时不同"),
        (lambda p: add_row(p / "上年" / "facts.csv"), "上年/facts.csv", "上年输出与运行时不同"),
        (lambda p: add_row(p / "映射" / "schemes" / "430527" / "2018.yaml"), "2018.yaml", "规则文件与运行时不同"),
        (lambda p: add_row(p / "结果" / "scores.csv"), "结果/scores.csv", "改动过"),
        (lambda p: (p / "结果" / "report.html").unlink(), "结果/report.html", "打不开"),
    ],
    ids=["changed", "lost", "new", "void", "decisions", "prior", "rules", "output", "no output"],
)
def test_what_is_not_as_it_was_is_named(copy: Path, spoil: Callable[[Path], object], name: str, word: str) -> None:
    if word == "多了":
        (copy / "收件箱" / "新.csv").write_bytes(b"")
    spoil(copy)
    with pytest.raises(RunError, match=word) as caught:
        archive(Output(copy / "结果"), copy / "二.zip", None)
    assert caught.value.code == "R18"
    assert name in str(caught.value.place)
    assert not (copy / "二.zip").exists()


# --- verified ------------------------------------------------------------------------------------------------------------


def test_an_archive_alone_gives_the_same_outputs_again(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On another machine: nothing is left of the folders it was made from."""
    alone = Path(shutil.move(copy / "归档" / "一.zip", tmp_path / "一.zip"))
    shutil.rmtree(copy)
    monkeypatch.setattr("converter.rerunning.library_version", lambda name: "0" if name == "pandas" else "1")
    with pytest.raises(SystemExit) as left:
        main(["verify", str(alone)])
    said = capsys.readouterr()
    assert left.value.code == 0, said
    assert said.out.startswith("核对归档 ")
    assert "重跑 8 个输出：全部一致" in said.out
    assert "没有上一份归档" in said.err
    assert "版本不同：pandas " in said.err


def repacked(source: Path, target: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """An archive with other files; those that are listed and there get their new hashes."""
    with zipfile.ZipFile(source) as package:
        files = {name: package.read(name) for name in package.namelist() if name != LIST}
    listed = list_of(source)
    change(files, listed)
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(LIST, json.dumps(listed, ensure_ascii=False))
        for name, content in files.items():
            package.writestr(name, content)
    return target


def relisted(files: dict[str, bytes], listed: dict[str, Any], name: str, content: bytes) -> None:
    files[name] = content
    (entry,) = [entry for entry in listed["files"] if entry["file"] == name]
    entry |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_a_forged_rule_gives_other_outputs(made: Path, tmp_path: Path) -> None:
    """Hashes and all: the outputs themselves tell."""
    name = "规则/内置/schemes/430527/2019.yaml"

    def forge(files: dict[str, bytes], listed: dict[str, Any]) -> None:
        assert b"every: 1%, points: 0.5" in files[name]
        relisted(files, listed, name, files[name].replace(b"every: 1%, points: 0.5", b"every: 1%, points: 0.25"))

    result = verify_archive(repacked(made / "归档" / "一.zip", tmp_path / "x.zip", forge))
    said = "\n".join(result.differences)
    assert "scores.csv：重跑的结果不同（字节）" in said
    assert "部门/人社局_2019.xlsx：重跑的结果不同（xl/" in said


def unpacked(made: Path, target: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Rerun:
    return verify_archive(repacked(made / "归档" / "一.zip", target, change))


def test_files_that_are_not_as_listed_are_named_and_nothing_is_run(made: Path, tmp_path: Path) -> None:
    def spoil(files: dict[str, bytes], _: dict[str, Any]) -> None:
        files["输出/scores.csv"] = files["输出/scores.csv"].replace(b"5", b"6")
        del files["输出/report.html"]
        files["多余.txt"] = b""

    result = unpacked(made, tmp_path / "x.zip", spoil)
    assert result.differences == [
        "输出/report.html：归档里没有这个文件",
        "输出/scores.csv：与清单的 SHA-256 不符",
        "多余.txt：清单里没有这个文件",
    ]
    assert result.outputs == 0


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "C:/x", "a\\..\\x", "a//x", "."])
@pytest.mark.parametrize("key", ["files", "linked"])
def test_no_name_leads_out_of_the_folder(made: Path, tmp_path: Path, name: str, key: str) -> None:
    def lead_out(files: dict[str, bytes], listed: dict[str, Any]) -> None:
        files[name] = b"x"
        entry = {"file": name, "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
        listed[key].append(name if key == "linked" else entry)

    with pytest.raises(RunError) as caught:
        unpacked(made, tmp_path / "x.zip", lead_out)
    assert caught.value.code == "R19"


def test_an_archive_of_encrypted_inputs_asks_for_the_passwords(made: Path, tmp_path: Path) -> None:
    def encrypted(_: dict[str, bytes], listed: dict[str, Any]) -> None:
        listed["options"]["passwords"] = True

    with pytest.raises(RunError, match="加密") as caught:
        unpacked(made, tmp_path / "x.zip", encrypted)
    assert (caught.value.code, "--password-file" in caught.value.advice) == ("R18", True)


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"text"], ids=["empty", "empty zip", "text"])
def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(RunError) as caught:
        verify_archive(tmp_path / "x.zip")
    assert caught.value.code == "R19"


@pytest.mark.parametrize("key", ["files", "options", "schema_version", "linked"])
def test_a_list_without_what_it_needs_is_none(made: Path, tmp_path: Path, key: str) -> None:
    def strip(_: dict[str, bytes], listed: dict[str, Any]) -> None:
        listed[key] = None

    with pytest.raises(RunError) as caught:
        unpacked(made, tmp_path / "x.zip", strip)
    assert caught.value.code == "R19"
