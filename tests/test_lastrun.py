"""较上次 and 催报名单: files that came, came again and went, totals that moved and why, who has not handed in."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from converter.lastrun import reminders, since
from converter.run import Options, run
from converter.scoring.submitted import Submitted
from tests.workbooks import SUINING_BASIC, basic_data, suining, write_xlsx

HANDED = [
    Submitted("", "甲局", "", "是", "已报", "1 份", "1 份", "缺", "0"),
    Submitted("", "乙局", "", "是", "未报", "缺", "缺", "缺", "缺"),
    Submitted("", "丙局", "", "是", "部分报送", "1 份", "缺", "缺", "缺"),
    Submitted("", "丁局", "", "是", "不参评：撤销", "缺", "缺", "缺", "缺"),
]


def manifest(**changed: Any) -> dict[str, Any]:
    """What a comparison asks of run.json: two files of 甲局 and one of 丙局."""
    files = (("甲/1.xlsx", "a", "甲局"), ("甲/2.xlsx", "b", "甲局"), ("丙.xlsx", "c", "丙局"))
    inputs = [{"file": name, "sha256": sha, "documents": [{"department": who}]} for name, sha, who in files]
    rules = {"scheme": {"sha256": "s"}, "mappings": {"sha256": "m"}, "decisions": None, "program": {"version": "1"}}
    return {"year": 2019, "inputs": inputs, "totals": {"甲局": [77.0, 88.0], "丙局": [60.0, 60.0]}, **rules, **changed}


SAME = {"甲局": (77.0, 88.0), "丙局": (60.0, 60.0)}


def test_nothing_has_changed() -> None:
    assert str(since(manifest(), manifest(), SAME, HANDED)) == "较上次：新收 0，重报 0，得分变动 0，未报 1"


def test_files_and_totals_that_moved_are_told_with_their_reason() -> None:
    now = manifest()
    now["inputs"][1]["sha256"] = "z"
    now["inputs"][2] = {"file": "丁.xlsx", "sha256": "d", "documents": []}
    found = since(manifest(), now, {"甲局": (82.0, 88.0), "丙局": (60.0, 60.0)}, HANDED)
    said = "较上次：新收 1，重报 1，撤回 1，得分变动 1（甲局 77～88→82～88，报送变动 2.xlsx），未报 1"
    assert str(found) == said


def test_a_changed_rule_is_the_reason_where_no_file_changed() -> None:
    found = since(manifest(), manifest(scheme={"sha256": "t"}), {**SAME, "丙局": (61.0, 61.0)}, [])
    assert found is not None
    assert found.moved == (("丙局", "60→61，评分方案改变"),)


def test_many_that_moved_are_counted_and_the_first_are_named() -> None:
    was = {f"{at}局": [1.0, 1.0] for at in range(7)}
    found = since(manifest(totals=was), manifest(), dict.fromkeys(was, (2.0, 2.0)), [])
    assert "得分变动 7（0局 1→2；" in str(found)
    assert str(found).count("→") == 5
    assert "等）" in str(found)


@pytest.mark.parametrize(
    "last",
    [
        None,
        manifest(year=2018),
        {},
        manifest(totals=[1, 2]),
        manifest(totals={"甲局": "x"}),
        manifest(inputs="none"),
        manifest(inputs=[{"file": "a"}]),
        manifest(totals={"甲局": [1.0]}),
    ],
)
def test_without_a_last_run_of_this_year_nothing_is_compared(last: dict[str, Any] | None) -> None:
    assert since(last, manifest(), SAME, HANDED) is None


def test_who_is_to_be_reminded_of_what() -> None:
    assert reminders(HANDED) == ["催报名单，未报 1 个：乙局", "催报名单，部分报送 1 个：丙局（缺指标表）"]
    assert reminders(HANDED[:1]) == []
    many = [HANDED[1]._replace(department=f"{at}局") for at in range(100)]
    (line,) = reminders(many)
    assert line.startswith("催报名单，未报 100 个：0局、1局")
    assert line.endswith("、59局等（全部见“报送情况”）")


def test_a_second_run_tells_what_the_department_sent_again(tmp_path: Path) -> None:
    inbox = suining(tmp_path / "收件箱" / "人社局").parent
    options = Options((inbox,), tmp_path / "OUT", books=False)
    assert run(options).since is None
    rows = {**SUINING_BASIC, "政府采购金额": ("——", 10, 10)}
    write_xlsx(inbox / "人社局" / "基础数据表.xlsx", basic_data(rows=rows))
    shutil.rmtree(tmp_path / ".OUT.jixiao", ignore_errors=True)
    second = run(options)
    said = "较上次：新收 0，重报 1，得分变动 1（绥宁县人社局 77～88→83～88，报送变动 基础数据表.xlsx），未报 0"
    assert str(second.since) == said
    told = json.loads((tmp_path / "OUT" / "run.json").read_text(encoding="utf-8"))["since"]
    assert told == second.to_dict()["since"]
