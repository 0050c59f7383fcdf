"""What OUT hands on: 抽查表, 公布稿, 复核意见; nothing is published while anything is open."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import openpyxl
import pytest

from converter.audit.notices import HEADS, notices
from converter.audit.publication import publication, publication_book, still_open
from converter.audit.sampling import sample, sample_book
from converter.books.readback import Output
from converter.vocabulary.findings import RunError
from tests.conftest import Command


def cells(content: bytes) -> list[tuple[Any, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [row for row in sheet.iter_rows(values_only=True) if any(value is not None for value in row)]


# --- 抽查表


def test_a_sample_is_drawn_from_cells_and_the_same_for_a_seed(suining_out: Path) -> None:
    output = Output(suining_out)
    drawn = sample(output, 10, 7)
    assert drawn == sample(output, 10, 7)
    assert drawn != sample(output, 10, 8)
    assert len({(f["文件"], f["工作表"], f["单元格"], f["字段"]) for f in drawn}) == 10
    assert all(f in output.facts and f["文件"] and f["单元格"] for f in drawn)


def test_no_more_is_drawn_than_there_is(suining_out: Path) -> None:
    output = Output(suining_out)
    assert len(sample(output, 10**6, 1)) == sum(1 for f in output.facts if f["文件"])


def test_the_sheet_has_room_for_the_paper(suining_out: Path) -> None:
    output = Output(suining_out)
    drawn = sample(output, 5, 1)
    rows = cells(sample_book(output, drawn, 1))
    heads = rows[2]
    assert heads[-3:] == ("纸质数", "是否相符", "核对人")
    assert [row[heads.index("原文")] or "" for row in rows[3:]] == [f["原文"] for f in drawn]
    assert all(row[-3:] == (None, None, None) for row in rows[3:])


# --- 公布稿


def settled(**scores: str) -> Output:
    """An output in which everything is decided, but for what `scores` changes in its first row."""
    row = {"部门": "甲局", "三级指标": "预算控制率", "得分": "4", "下限": "4", "上限": "4", "状态": "已评分"}
    totals = [
        {
            "部门": name,
            "名次": rank,
            "复算得分": points,
            "复算下限": points,
            "复算上限": points,
            "等次": grade,
        }
        for name, rank, points, grade in (
            ("乙局", "2", "88.5", "良"),
            ("甲局", "1", "92", "优"),
            ("丙局", "2", "88.5", "良"),
        )
    ]
    inputs = [{"file": "a", "sha256": "1f"}]
    output = SimpleNamespace(
        scores=[{**row, **scores}],
        facts=[{"部门": "甲局", "字段": "编制数", "年度": "2019", "状态": "数值"}],
        totals=totals,
        manifest={"year": 2019, "region": {"name": "绥宁县"}, "inputs": inputs},
        rules={"预算控制率": {"依据": "绥财绩〔2020〕2号"}},
        fingerprint="0123456789ab",
    )
    return cast("Output", output)


def test_a_settled_result_is_published_in_the_order_of_ranks() -> None:
    rows = publication(settled(), anonymous=False)
    assert [(row.rank, row.name, row.score, row.grade) for row in rows] == [
        (1, "甲局", 92, "优"),
        (2, "丙局", 88.5, "良"),
        (2, "乙局", 88.5, "良"),
    ]
    shown = cells(publication_book(settled(), rows, anonymous=False))
    assert shown[2:] == [
        ("名次", "部门", "核定得分", "等次"),
        (1, "甲局", 92, "优"),
        (2, "丙局", 88.5, "良"),
        (2, "乙局", 88.5, "良"),
    ]


def test_an_anonymous_result_names_nobody_and_each_only_once() -> None:
    rows = publication(settled(), anonymous=True)
    assert len({row.name for row in rows}) == 3
    text = str(cells(publication_book(settled(), rows, anonymous=True)))
    assert "代号" in text
    assert not any(name in text for name in ("甲局", "乙局", "丙局"))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"得分": "", "下限": "0", "上限": "5", "状态": "缺数"}, "区间 0～5"),
        ({"状态": "自评"}, "沿用自评 4 分"),
    ],
)
def test_an_open_score_is_not_published(change: dict[str, str], word: str) -> None:
    with pytest.raises(RunError) as caught:
        publication(settled(**change), anonymous=False)
    assert caught.value.code == "R14"
    assert word in str(caught.value)
    assert "甲局 预算控制率" in str(caught.value)


def test_a_conflict_is_not_published() -> None:
    output = settled()
    output.facts[0].update(状态="冲突", 文件="甲局/1.xlsx", 工作表="表", 单元格="B5")
    assert list(still_open(output)) == ["甲局 编制数（2019年）：冲突（甲局/1.xlsx!表!B5）"]


# --- 复核意见


def test_a_notice_lists_every_item_of_the_department_and_leaves_room_for_the_answer(suining_out: Path) -> None:
    output = Output(suining_out)
    ((name, content),) = notices(output)
    assert name == "绥宁县人社局_2019.xlsx"
    rows = cells(content)
    assert rows[3] == HEADS
    wanted = [f["编号"] for f in output.findings if f["责任方"] == "部门"]
    assert wanted
    assert [row[0] for row in rows[4 : 4 + len(wanted)]] == wanted
    assert all(row[-2:] == (None, None) for row in rows[4 : 4 + len(wanted)])
    text = str(rows)
    assert "77" in text
    assert "88" in text
    assert "盖章" in text


# --- the commands


def test_the_commands(suining_out: Path, tmp_path: Path, jixiao: Command) -> None:
    done = jixiao("sample", suining_out, "-n", 3, "--seed", 5)
    assert (done.returncode, done.stdout.count("←")) == (0, 3)
    as_json = json.loads(jixiao("sample", suining_out, "-n", 3, "--seed", 5, "--json").stdout)
    assert len(as_json["facts"]) == 3
    assert jixiao("sample", suining_out, "-o", tmp_path / "抽查.xlsx").returncode == 0
    assert (tmp_path / "抽查.xlsx").is_file()
    refused = jixiao("publish", suining_out, "-o", tmp_path / "公布.xlsx")
    assert (refused.returncode, (tmp_path / "公布.xlsx").exists()) == (2, False)
    assert "[R14]" in refused.stderr
    assert jixiao("notices", suining_out, "-o", tmp_path / "复核意见").returncode == 0
    assert [path.name for path in (tmp_path / "复核意见").iterdir()] == ["绥宁县人社局_2019.xlsx"]
