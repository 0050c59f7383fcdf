"""部门说明 and 处理 on findings: replies change no level and no score, an accepted one becomes a note."""

from pathlib import Path

import pytest

from converter.mapping.replies import Reply
from converter.scoring.batch import Batch
from converter.scoring.handling import answered
from converter.vocabulary.findings import Finding, Level, Place, numbered
from tests.records import Review, row, write_record


def handled(batch: Batch, *replies: Reply) -> list[Finding]:
    return answered(numbered(batch.findings), replies, batch.review.ledger)


def one(findings: list[Finding], code: str) -> Finding:
    return next(item for item in findings if item.code == code)


@pytest.fixture(scope="module")
def plain_batch(review: Review, suining_inbox: Path) -> Batch:
    return review(suining_inbox)


@pytest.fixture(scope="module")
def number(plain_batch: Batch) -> str:
    return one(numbered(plain_batch.findings), "J12").number


def reply(number: str, text: str = "本单位没有采购", cell: str = "N3") -> Reply:
    return Reply(number, text, Place("回.xlsx", "问题清单", cell))


def test_a_reply_is_shown_and_changes_nothing_else(plain_batch: Batch, number: str) -> None:
    before = {item.number: item for item in handled(plain_batch)}
    after = {item.number: item for item in handled(plain_batch, reply(number))}
    assert before.keys() == after.keys()
    assert after[number].reply == "本单位没有采购"
    assert [item for key, item in after.items() if key != number] == [
        item for key, item in before.items() if key != number
    ]
    assert after[number].level is before[number].level


def test_several_replies_are_shown_once_each(plain_batch: Batch, number: str) -> None:
    said = [reply(number, "甲"), reply(number, "乙", "N4"), reply(number, "甲", "N5")]
    assert one(handled(plain_batch, *said), "J12").reply == "甲；乙"


def test_a_reply_to_a_finding_that_is_gone_is_said(plain_batch: Batch) -> None:
    found = one(handled(plain_batch, reply("J12-00000000")), "F15")
    assert "J12-00000000 已不在问题清单里：本单位没有采购" in found.message
    assert str(found.place) == "回.xlsx!问题清单!N3"


@pytest.mark.parametrize("was", ["本单位没有采购", " 本单位 没有采购"])
def test_an_accepted_explanation_makes_a_note_of_the_finding(
    tmp_path: Path, review: Review, suining_inbox: Path, number: str, was: str
) -> None:
    record = write_record(tmp_path / "复核.xlsx", [row("采纳说明", number, was, None)])
    batch = review(suining_inbox, record)
    found = handled(batch, reply(number))
    item = one(found, "J12")
    assert item.level is Level.NOTE
    assert item.handling.startswith("已采纳说明；理由：按票据核实")
    assert "经办人 经办甲，复核人 复核乙" in item.handling
    assert "原为警告" in item.handling
    assert number in one(found, "P01").message
    assert batch.scores.equals(review(suining_inbox).scores)


def test_a_rejected_one_keeps_its_level(tmp_path: Path, review: Review, suining_inbox: Path, number: str) -> None:
    record = write_record(tmp_path / "复核.xlsx", [row("不采纳说明", number, "本单位没有采购", None)])
    item = one(handled(review(suining_inbox, record), reply(number)), "J12")
    assert (item.level, item.handling.partition("；")[0]) == (Level.WARNING, "不采纳说明")


def test_another_reply_since_makes_the_decision_outdated(
    tmp_path: Path, review: Review, suining_inbox: Path, number: str
) -> None:
    record = write_record(tmp_path / "复核.xlsx", [row("采纳说明", number, "本单位没有采购", None)])
    found = handled(review(suining_inbox, record), reply(number, "正在核实"))
    assert one(found, "J12").handling == ""
    assert one(found, "P02").message.endswith("原值 本单位没有采购，现为 正在核实")


def test_a_decision_about_a_finding_that_is_gone_is_a_note(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    record = write_record(tmp_path / "复核.xlsx", [row("采纳说明", "J12-00000000", "", None)])
    found = one(handled(review(suining_inbox, record)), "P06")
    assert (found.level, "J12-00000000 已不在问题清单里" in found.message) == (Level.NOTE, True)


def test_one_row_for_all_findings_of_a_code(tmp_path: Path, review: Review, suining_inbox: Path) -> None:
    record = write_record(tmp_path / "复核.xlsx", [row("采纳说明", "J13", "", None, department="全部")])
    found = handled(review(suining_inbox, record))
    units = [item for item in found if item.code == "J13"]
    assert units
    assert all(item.handling for item in units)


def test_accepted_and_rejected_at_once_is_a_conflict(
    tmp_path: Path, review: Review, suining_inbox: Path, number: str
) -> None:
    rows = [row("采纳说明", number, "", None), row("不采纳说明", "J12", "", None)]
    record = write_record(tmp_path / "复核.xlsx", rows)
    found = handled(review(suining_inbox, record))
    assert one(found, "J12").handling == ""
    assert one(found, "P05").level is Level.ERROR


def test_numbers_stay_those_they_were(tmp_path: Path, review: Review, suining_inbox: Path, plain_batch: Batch) -> None:
    record = write_record(tmp_path / "复核.xlsx", [row("采纳说明", "J13", "", None, department="全部")])
    before = {item.number for item in numbered(plain_batch.findings)}
    assert before <= {item.number for item in handled(review(suining_inbox, record))}
