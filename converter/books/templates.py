"""Forms to hand out, filled in as far as an output allows: the 复核记录 with every open item of OUT."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from converter.books.legend import add_notes
from converter.books.readback import Output, Record
from converter.books.styles import MAX_SHEET_ROWS, Book, Setup
from converter.books.tables import Row
from converter.scoring.corrections import conflict_text
from converter.scoring.decisions import HEADS, SHEET, Kind
from converter.scoring.status import JUDGED, UNKNOWN, Status
from converter.vocabulary.numbers import State, shortest

#: Heads behind those of the record, to read only; coming back, they are passed over.
HELP_HEADS = ("影响分值", "自评得分", "怎样填", "情况")
_WIDTHS = (6, 20, 7, 11, 22, 22, 12, 26, 20, 9, 9, 12, 9, 9, 40, 60)
_HEAD_ROW, _KIND_COLUMN = 2, 3
_NOTE = (
    "按影响分值从大到小排列：填写认定值、理由、依据材料，由两人签署；不认定的行留空。类型可以改选，部门写“全部”即适用于所有仍是该原值的部门。"
    "已有的复核记录请保留，把填好的行接在它后面，用 jixiao run --decisions 交回。"
)
#: 说明 of the record.
LEGEND = (
    "每行一个待认定的事项。浅黄底的格要填：认定值、理由、依据材料，经办人、复核人由两人分别签署并写日期；不认定的行留空，等于没有认定。",
    "类型：更正数据＝改一个字段的数；认定得分＝定一个指标的分；不适用＝申明没有此项；采用文件＝同一张表报了两次，用哪一份；"
    "采纳说明、不采纳说明＝问题清单里的一个问题怎样处理；加减分＝在一个指标或总分上加减。",
    "原值是认定时看到的数。它与现在的数一样，这一行才采用；部门补报以后数变了，这一行不采用，问题清单里写“原值已变，请重新认定”。",
    "部门写“全部”，适用于所有仍是该原值的部门。同一事项有两行，都不采用。",
    "右边的影响分值、自评得分、怎样填、情况只供参考，交回时不读取。",
    "填好后用 jixiao run --decisions 交给程序；拿掉它再运行，结果与原来一样。",
)
_EACH = re.compile(r"每出现一例扣 ([\d.]+) 分")


@dataclass(frozen=True)
class Open:
    """An open item: a row of the record as far as it is known, the points at stake, and what helps to decide."""

    department: str
    year: int
    kind: Kind
    subject: str
    was: str
    points: float
    own: str
    how: str
    about: str

    def row(self, number: int) -> Row:
        """The row of the form."""
        was: object = float(self.was) if re.fullmatch(r"\d+(\.\d+)?", self.was) else self.was
        known = (number, self.department, self.year, str(self.kind), self.subject, was)
        return (*known, *[""] * (len(HEADS) - len(known)), self.points, _number(self.own), self.how, self.about)


def open_items(output: Output) -> list[Open]:
    """Every open item of OUT, the one with most points at stake first."""
    items = [*_scores(output), *_conflicts(output), *_replies(output)]
    return sorted(items, key=lambda item: (-item.points, item.department, item.subject, item.was))


def decisions_template(output: Output) -> tuple[bytes, int]:
    """The 复核记录 for OUT's open items as a workbook, and how many there are."""
    items = open_items(output)
    writer = Book(SHEET, output.fingerprint)
    page = writer.sheet(SHEET, Setup(_HEAD_ROW, _HEAD_ROW, 5))
    page.put(0, 0, f"{SHEET}（{output.manifest['year']} 年度，待认定 {len(items)} 项）", "left_title")
    page.put(1, 0, _NOTE, "note")
    shown = items[: MAX_SHEET_ROWS - _HEAD_ROW]
    rows = [item.row(number) for number, item in enumerate(shown, start=1)]
    page.table(_HEAD_ROW, (*HEADS, *HELP_HEADS), rows, _WIDTHS, _look)
    last = _HEAD_ROW + max(1, len(rows))
    kinds = {"validate": "list", "source": [str(kind) for kind in Kind]}
    page.worksheet.data_validation(_HEAD_ROW + 1, _KIND_COLUMN, last, _KIND_COLUMN, kinds)
    page.worksheet.autofilter(_HEAD_ROW, 0, last, len(HEADS) + len(HELP_HEADS) - 1)
    page.height(0, 24)
    add_notes(writer, *LEGEND)
    return writer.content(), len(items)


def _look(_: object, head: str) -> str:
    filled = {
        "认定值": "input",
        "理由": "entry",
        "依据材料": "entry",
        "经办人": "entry",
        "复核人": "entry",
        "日期": "entry",
    }
    numbers = {
        "序号": "whole",
        "年度": "whole",
        "影响分值": "score",
        "自评得分": "weight",
        "类型": "center",
        "原值": "center",
    }
    return {**filled, **numbers}.get(head, "text")


def _number(text: str) -> object:
    return float(text) if text else None


def _scores(output: Output) -> Iterator[Open]:
    """Indicators without a score, and those that people judge."""
    weights = _weights(output)
    for row in output.scores:
        status, name = row["状态"], row["三级指标"]
        rule, full = output.rule(row), weights.get((name, row["依据"]), 0.0)
        gap, judged = status in UNKNOWN, status in JUDGED
        if not gap and not judged:
            continue
        was = row["得分"] or f"{row['下限']}～{row['上限']}"
        points = full if judged else float(row["上限"]) - float(row["下限"])
        how = _how(rule, row, full)
        about = "；".join(
            filter(None, (f"{status}：{row['缺少数据']}" if row["缺少数据"] else status, _sentence(rule)))
        )
        about = about + (f"；其他口径 {row['其他口径得分']}" if row["其他口径得分"] else "")
        yield Open(row["部门"], int(row["年度"]), Kind.SCORE, name, was, round(points, 2), row["自评得分"], how, about)


def _weights(output: Output) -> dict[tuple[str, str], float]:
    """分值 by indicator and 依据 (of its scheme); a shared one for each that shares it."""
    weights: dict[tuple[str, str], float] = {}
    last = 0.0
    for rule in output.rules.values():
        last = float(rule["分值"]) if rule["分值"] else last
        weights[rule["三级指标"], rule["依据"]] = last
    return weights


def _sentence(rule: Record) -> str:
    return f"评价标准：{' '.join(rule['原文'].split())}" if rule else ""


def _how(rule: Record, row: Record, full: float) -> str:
    """How 认定值 can be filled in: as points; by the checklist, violations or grades of a judged indicator; or the data."""
    if rule.get("指标公式"):
        most = shortest(full) if row["状态"] == Status.SELF else row["上限"]
        how = f"填 0 到 {most} 之间的得分"
        return f"{how}；查到原数的，改用“{Kind.CORRECT}”填该字段，得分随即重算" if row["缺少数据"] else how
    way = rule.get("计分方式", "")
    words = [way, _checklist(rule, way), f"填 0 到 {shortest(full)} 之间的得分"]
    if each := _EACH.search(way):
        words.append("或填例数，如 3例")
        if row["自评得分"]:
            words.append(f"自评相当于 {shortest(round((full - float(row['自评得分'])) / float(each[1]), 2))} 例")
    elif "逐项核查" in way:
        words.append("或逐项填√、×，如 √√×√")
    elif "分等评定" in way:
        words.append("或填等次")
    return "；".join(filter(None, words))


def _checklist(rule: Record, way: str) -> str:
    """The items of a checklist with the points of each, where the sentence numbers as many."""
    points = way.rpartition("分别计 ")[2].removesuffix(" 分").split("、") if "逐项核查" in way else []
    items = [" ".join(item.split()).strip("；;。 ") for item in re.split("[①-⑳]", rule["原文"])[1:]]
    if not points or len(items) != len(points):
        return ""
    return "；".join(f"第 {at} 项 {item}" for at, item in enumerate(items, start=1))


def _conflicts(output: Output) -> Iterator[Open]:
    """Forms whose re-sent files differ, once for each department and form."""
    tables: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    years = _form_years(output)
    for row in output.facts:
        if row["状态"] == State.CONFLICT:
            key = row["部门"], years.get(_sheet(row), row["年度"]), row["表单"]
            tables[key].append(row)
    for (department, year, form), rows in tables.items():
        sheets = list(dict.fromkeys(_sheet(row) for row in rows))
        cells = [
            f"{row['字段']}（{row['年度']}年）{row['原文'].strip()}（{_sheet(row)}!{row['单元格']}）" for row in rows
        ]
        was = conflict_text([row["字段"] for row in rows], [row["原文"] for row in rows])
        how = f"填采用哪一份：{' 或 '.join(_told(sheets))}"
        points = _at_stake(output, department, rows)
        yield Open(department, int(year), Kind.FILE, form, was, points, "", how, "；".join(cells))


def _sheet(row: Record) -> str:
    return f"{row['文件']}!{row['工作表']}"


def _told(sheets: list[str]) -> list[str]:
    """The files alone where they tell the sheets apart."""
    files = [sheet.rpartition("!")[0] for sheet in sheets]
    return files if len(set(files)) == len(files) else sheets


def _form_years(output: Output) -> dict[str, str]:
    """Year of each form by 文件!工作表: the latest year among its facts."""
    years: dict[str, str] = {}
    for row in output.facts:
        years[_sheet(row)] = max(row["年度"], years.get(_sheet(row), ""))
    return years


def _at_stake(output: Output, department: str, rows: list[Record]) -> float:
    """The width of the intervals that hang on conflicting fields."""
    marks = [f"{row['字段']}（{row['年度']}年）：{State.CONFLICT}" for row in rows]
    own = [row for row in output.scores if row["部门"] == department and row["状态"] == Status.MISSING]
    waiting = [row for row in own if any(mark in row["缺少数据"] for mark in marks)]
    return round(sum(float(row["上限"]) - float(row["下限"]) for row in waiting), 2)


def _replies(output: Output) -> Iterator[Open]:
    """Findings that departments have answered and nobody has dealt with."""
    for row in output.findings:
        if row["部门说明"] and not row["处理"]:
            how = f"不用填认定值；不同意的，类型改为“{Kind.REJECT}”"
            about = f"{row['代码']} {row['对象']}：{row['说明']}"
            points = float(row["影响分值"] or 0)
            year = int(row["年度"] or output.manifest["year"])
            yield Open(row["部门"], year, Kind.ACCEPT, row["编号"], row["部门说明"], points, "", how, about)
