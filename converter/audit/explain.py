"""From a score down to 文件!工作表!单元格, out of OUT alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from converter.books.readback import Output, Record, compared_formula
from converter.books.tables import RULE_HEADS
from converter.mapping.facts import SELF_SCORE, WEIGHT
from converter.scoring.expressions import ExpressionError, Formula, Input, parse
from converter.vocabulary.findings import RunError
from converter.vocabulary.labels import label, nearest
from converter.vocabulary.numbers import State

#: Code of the note that a decision was applied.
_APPLIED = "P01"


@dataclass(frozen=True)
class Node:
    """One line of the tree: what, its value, where it stands or how it was derived, and what lies below."""

    name: str
    value: str
    note: str = ""
    place: str = ""
    raw: str = ""
    decision: str = ""
    below: tuple["Node", ...] = field(default_factory=tuple)

    def to_dict(self) -> dict[str, Any]:
        """The node as JSON."""
        content: dict[str, Any] = {"name": self.name, "value": self.value, "note": self.note}
        if self.place:
            content |= {"place": self.place, "raw": self.raw}
        if self.decision:
            content["decision"] = self.decision
        return content | ({"inputs": [node.to_dict() for node in self.below]} if self.below else {})


@dataclass(frozen=True)
class Explanation:
    """Why an indicator of a department has its score."""

    score: Record
    rule: Record
    value: Node
    self_score: Node | None

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON."""
        own = self.self_score.to_dict() if self.self_score else None
        return {"score": self.score, "rule": self.rule, "value": self.value.to_dict(), "self_score": own}

    def lines(self) -> Iterator[str]:
        """The explanation as an indented text."""
        score, rule = self.score, self.rule
        points = score["得分"] or f"{score['下限']}～{score['上限']}"
        yield f"{score['部门']} {score['年度']} 年 {score['三级指标']}：{points} 分（{score['状态']}）"
        shown = (
            ("依据", score["依据"]),
            ("原文", " ".join(rule["原文"].split())),
            ("计分方式", rule["计分方式"]),
            ("计分口径", score["计分口径"]),
            ("计算过程", score["计算过程"]),
            ("其他口径", score["其他口径得分"]),
            ("缺少数据", score["缺少数据"]),
        )
        yield from (f"  {name}：{text}" for name, text in shown if text)
        if rule["指标公式"]:
            yield f"  指标值 {self.value.value or '—'} ＝ {rule['指标公式']}"
        for node in self.value.below:
            yield from _lines(node, 2)
        if self.self_score is not None:
            yield from _lines(self.self_score, 1)
            if score["自评差异"] not in ("", "0"):
                yield f"  自评差异：{score['自评差异']} 分"


def _lines(node: Node, depth: int) -> Iterator[str]:
    text = f"{'  ' * depth}{node.name}：{node.value or node.note}"
    if node.place:
        raw = f" 原文“{node.raw}”" if node.raw.strip() else ""
        text += f" ← {node.place}{raw}{f'（{node.decision}）' if node.decision else ''}"
    elif node.value and node.note:
        text += f" ← {node.note}"
    yield text
    for below in node.below:
        yield from _lines(below, depth + 1)


def explain(output: Output, department: str, indicator: str) -> Explanation:
    """The tree of one score. Raises RunError R09 for a department or indicator that OUT does not have."""
    score = _find_score(output, department, indicator)
    rule = output.rule(score) or dict.fromkeys(RULE_HEADS, "")  # 加减分 of 复核记录 are no rules of the scheme
    facts = _Facts(output, score["部门"], int(score["年度"]))
    compared = compared_formula(rule["计分口径"])
    below = [*facts.nodes(rule["指标公式"], 0), *facts.nodes(compared, 0), *facts.answers(score["三级指标"])]
    value = Node("指标值", score["指标值"], below=tuple(below))
    own = facts.node(Input(score["三级指标"] + SELF_SCORE), 0, "自评得分")
    return Explanation(score, rule, value, own)


def _find_score(output: Output, department: str, indicator: str) -> Record:
    departments = list(dict.fromkeys(row["部门"] for row in output.scores))
    name = _one(department, departments, "部门")
    rows = [row for row in output.scores if row["部门"] == name]
    chosen = _one(indicator, [row["三级指标"] for row in rows], "指标")
    return next(row for row in rows if row["三级指标"] == chosen)


def _one(asked: str, known: Sequence[str], what: str) -> str:
    """The known name whose matching form is the asked one's."""
    match = [name for name in known if name == asked] or [name for name in known if label(name) == label(asked)]
    if len(match) == 1:
        return match[0]
    close = nearest(asked, known)
    advice = f"是否为“{close}”？" if close else f"可选：{'、'.join(known[:20])}"
    raise RunError("R09", f"输出里没有{what}“{asked}”", advice)


class _Facts:
    """The facts of one department, looked up by field and year."""

    def __init__(self, output: Output, department: str, year: int) -> None:
        self.year = year
        self.rows: dict[tuple[str, int], list[Record]] = {}
        for row in output.facts:
            if row["部门"] == department:
                self.rows.setdefault((row["字段"], int(row["年度"])), []).append(row)
        self.decisions = {_place(row): row["说明"] for row in output.findings if row["代码"] == _APPLIED}

    def nodes(self, formula: str, offset: int) -> list[Node]:
        """A node for each input of a formula."""
        parsed = _parsed(formula)
        return [self.node(needed, offset) for needed in parsed.inputs()] if parsed else []

    def answers(self, indicator: str) -> list[Node]:
        """A node for each answer of a person about an indicator: 第1项, 例数, 评定得分 …; not its self score or weight."""
        names = [field for field, year in self.rows if year == self.year and field.startswith(f"{indicator}·")]
        own = (indicator + SELF_SCORE, indicator + WEIGHT)
        return [self.node(Input(name), 0, name.removeprefix(f"{indicator}·")) for name in names if name not in own]

    def node(self, wanted: Input, offset: int, name: str = "") -> Node:
        """The node of an input: the adopted fact (all of them where several are added), else why there is none."""
        year = self.year + offset + wanted.offset
        shown = name or f"{wanted.name}（{year}年）"
        rows = self.rows.get((wanted.name, year), [])
        adopted = [row for row in rows if row["采用"] == "是"] or rows[:1]
        if not adopted:
            return Node(shown, "", "没有这项数据")
        if len(adopted) > 1:
            parts = tuple(self._leaf(shown, row) for row in adopted)
            return Node(shown, "", f"{len(parts)} 处相加", below=parts)
        row = adopted[0]
        if row["状态"] == State.DERIVED:
            below = tuple(self.nodes(row["原文"], offset + wanted.offset))
            return Node(shown, row["数值"], f"推算：{row['原文']}", below=below)
        return self._leaf(shown, row)

    def _leaf(self, name: str, row: Record) -> Node:
        place = _place(row)
        return Node(name, row["数值"], row["状态"], place, row["原文"], self.decisions.get(place, ""))


def _place(row: Record) -> str:
    return "!".join(part for part in (row["文件"], row["工作表"], row["单元格"]) if part)


def _parsed(formula: str) -> Formula | None:
    try:
        return parse(formula) if formula else None
    except ExpressionError:
        return None
