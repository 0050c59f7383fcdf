"""jixiao template decisions: every open item of OUT, most points first; filled in and given back, each row applies."""

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from converter.audit.verify import recalculate
from converter.books.readback import Output
from converter.books.templates import decisions_template, open_items
from converter.cli import main
from converter.run import Options, run
from converter.scoring.decisions import HEADS
from tests.outputs import Out, Record
from tests.records import DEPARTMENT
from tests.test_corrections import resent
from tests.test_replies import answered_book
from tests.workbooks import suining

HEAD_ROW = 3
VALUES: dict[str, str | int | None] = {
    "政府采购执行率": 1,
    "“三公经费”变动率": 5,
    "行政效能": "一般",
    "资金使用合规性": "2例",
    "预决算信息公开性": "√√√√×",
}


def convert(inbox: Path, out: Path, record: Path | None = None) -> Out:
    run(Options((inbox,), out, jobs=1, decisions=record))
    return Out(out)


def template(out: Path, target: Path) -> list[Record]:
    """Writes the form of OUT; its rows by head."""
    content, _ = decisions_template(Output(out))
    target.write_bytes(content)
    rows = list(openpyxl.load_workbook(target).worksheets[0].iter_rows(min_row=HEAD_ROW, values_only=True))
    return [dict(zip(map(str, rows[0]), ["" if v is None else str(v) for v in row], strict=True)) for row in rows[1:]]


def fill(
    path: Path, values: dict[str, str | int | None], signed: Sequence[str] = ("已核实", "台账", "经办甲", "复核乙")
) -> None:
    """Fills the rows whose subject is named, in the form itself."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for cells in sheet.iter_rows(min_row=HEAD_ROW + 1):
        subject = str(cells[4].value)
        if subject in values:
            cells[6].value = values[subject]
            for cell, text in zip(cells[7:11], signed, strict=True):
                cell.value = text
    book.save(path)


def resaved(path: Path, folder: Path) -> Path:
    """The workbook as LibreOffice saves it."""
    folder.mkdir()
    ((_, made),) = recalculate([path], folder)
    assert made is not None
    return made


def test_the_form_lists_every_open_item_by_points(suining_out: Path, tmp_path: Path) -> None:
    rows = template(suining_out, tmp_path / "F.xlsx")
    assert list(rows[0])[: len(HEADS)] == list(HEADS)
    open_scores = {row["三级指标"] for row in Out(suining_out).scores if row["状态"] != "已评分"}
    assert {row["指标/字段"] for row in rows if row["类型"] == "认定得分"} == open_scores
    points = [float(row["影响分值"]) for row in rows]
    assert points == sorted(points, reverse=True)
    assert [row["序号"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    assert not any(row[head] for row in rows for head in ("认定值", "理由", "经办人", "复核人"))


@pytest.mark.parametrize(
    ("indicator", "was", "points", "words"),
    [
        ("政府采购执行率", "0～6", 6, ["填 0 到 6 之间的得分", "更正数据"]),
        ("资金使用合规性", "14", 16, ["每出现一例扣 1 分", "或填例数", "自评相当于 2 例"]),
        ("管理制度健全性", "6", 8, ["分别计 2、2、2、2 分", "第 4 项 相关管理制度得到有效执行，2分；", "√√×√"]),
        ("行政效能", "6", 6, ["好 6 分、一般 3 分", "或填等次"]),
        ("社会效益", "4", 10, ["人工评定", "填 0 到 10 之间的得分"]),
        ("社会公众或服务对象满意度", "6", 6, ["填 0 到 6 之间的得分"]),
    ],
)
def test_a_row_says_how_it_can_be_filled_in(
    suining_out: Path, tmp_path: Path, indicator: str, was: str, points: float, words: list[str]
) -> None:
    rows = template(suining_out, tmp_path / "F.xlsx")
    row = next(row for row in rows if row["指标/字段"] == indicator)
    assert (row["部门"], row["年度"], row["原值"], float(row["影响分值"])) == (DEPARTMENT, "2019", was, points)
    assert [word for word in words if word not in row["怎样填"]] == []
    text = next(rule for rule in Output(suining_out).rules.values() if rule["三级指标"] == indicator)["原文"]
    assert " ".join(text.split()) in row["情况"]


def test_given_back_as_it_is_the_form_changes_nothing(suining_out: Path, suining_inbox: Path, tmp_path: Path) -> None:
    form = tmp_path / "F.xlsx"
    rows = template(suining_out, form)
    out = convert(suining_inbox, tmp_path / "OUT", form)
    assert out.csv("scores.csv") == Out(suining_out).scores
    assert out.csv("facts.csv") == Out(suining_out).facts
    (note,) = [row for row in out.findings if row["代码"].startswith("P")]
    assert (note["代码"], note["级别"]) == ("P06", "提示")
    assert f"有 {len(rows)} 行没有填写" in note["说明"]


def test_the_form_filled_in_and_saved_by_libreoffice_applies(
    suining_out: Path, suining_inbox: Path, tmp_path: Path, libreoffice: str
) -> None:
    form = tmp_path / "F.xlsx"
    template(suining_out, form)
    fill(form, VALUES)
    out = convert(suining_inbox, tmp_path / "OUT", resaved(form, tmp_path / "resaved"))
    scores = {name: out.score(DEPARTMENT, name) for name in VALUES}
    assert {name: row["状态"] for name, row in scores.items()} == dict.fromkeys(VALUES, "已复核")
    assert [row["得分"] for row in scores.values()] == ["1", "5", "3", "14", "4"]
    assert sorted(row["对象"] for row in out.findings if row["代码"] == "P01") == sorted(VALUES)
    assert {row["代码"] for row in out.findings if row["代码"].startswith("P")} == {"P01", "P06"}
    left = {item.subject for item in open_items(Output(out.folder))}
    assert left.isdisjoint(VALUES)


def test_conflicts_and_replies_come_back_through_libreoffice(tmp_path: Path, libreoffice: str) -> None:
    """Points 5 and 6 together: the department answers in its own book, the officer decides in the form."""
    inbox = tmp_path / "in" / DEPARTMENT
    resent(inbox)
    first = convert(tmp_path / "in", tmp_path / "A")
    book = answered_book(first.folder, tmp_path / "回.xlsx", {"J12": "本单位没有政府采购", "D04": "以第二份为准"})
    resaved(book, tmp_path / "回").rename(inbox / "说明.xlsx")
    second = convert(tmp_path / "in", tmp_path / "B")
    assert second.csv("scores.csv") == first.scores
    told = {row["代码"]: row["部门说明"] for row in second.sheet("问题清单", "编号") if row["部门说明"]}
    assert told == {"J12": "本单位没有政府采购", "D04": "以第二份为准"}

    form = tmp_path / "F.xlsx"
    rows = template(second.folder, form)
    (conflict,) = [row for row in rows if row["类型"] == "采用文件"]
    assert (conflict["指标/字段"], conflict["原值"]) == ("基础数据表", "冲突：三公经费预算数 29／31")
    assert float(conflict["影响分值"]) == 12  # 变动率 5 and 控制率 7 wait for it
    assert "基础数据表2.xlsx" in conflict["怎样填"]
    replies = {row["指标/字段"]: row for row in rows if row["类型"] == "采纳说明"}
    assert sorted(row["原值"] for row in replies.values()) == ["以第二份为准", "本单位没有政府采购"]
    fill(form, {"基础数据表": "基础数据表2.xlsx", **dict.fromkeys(replies, None)})
    third = convert(tmp_path / "in", tmp_path / "C", resaved(form, tmp_path / "form"))
    assert third.fact(DEPARTMENT, "三公经费预算数")["采用"] == "是"
    by_code = {row["代码"]: row for row in third.findings}
    assert "D04" not in by_code  # there is no conflict any more, which the decision about its reply is told
    assert by_code["J12"]["处理"].startswith("已采纳说明；理由：已核实")
    assert by_code["J12"]["级别"] == "提示"


def test_the_command(suining_out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["template", "decisions", "--from", str(suining_out), "-o", str(tmp_path / "F.xlsx")])
    assert done.value.code == 0
    assert "待认定 10 项" in capsys.readouterr().out
    assert (tmp_path / "F.xlsx").read_bytes() == decisions_template(Output(suining_out))[0]
    with pytest.raises(SystemExit) as again:
        main(["template", "decisions", "--from", str(suining_out), "-o", str(tmp_path / "F.xlsx")])
    assert again.value.code == 2
    assert "不覆盖" in capsys.readouterr().err
    with pytest.raises(SystemExit) as failed:
        main(["template", "decisions", "--from", str(suining_out), "-o", str(tmp_path / "无" / "F.xlsx")])
    assert failed.value.code == 2
    assert "[R04]" in capsys.readouterr().err


def test_a_clean_output_has_an_empty_form(tmp_path: Path, suining_out: Path) -> None:
    form = tmp_path / "F.xlsx"
    template(suining_out, form)
    judged: dict[str, str | int | None] = {
        row["三级指标"]: row["得分"] or "0" for row in Out(suining_out).scores if row["状态"] != "已评分"
    }
    fill(form, judged)
    out = convert(suining(tmp_path / DEPARTMENT), tmp_path / "OUT", form)
    assert open_items(Output(out.folder)) == []
    assert template(out.folder, tmp_path / "G.xlsx") == []
