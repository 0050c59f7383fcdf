"""The tree below a number: derived values by their formula, read ones by their cell and 原文, gaps by their reason."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from converter.books.readback import Output, Record
from converter.mapping.facts import SELF_SCORE, WEIGHT
from converter.scoring.expressions import ExpressionError, Formula, Input, parse
from converter.vocabulary.numbers import State

#: Code of the note that a decision was applied.
APPLIED = "P01"


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

    def leaves(self) -> Iterator["Node"]:
        """The nodes that have nothing below them."""
        if not self.below:
            yield self
        for node in self.below:
            yield from node.leaves()

    def files(self) -> Iterator[str]:
        """The files that the leaves stand in."""
        return (node.place.partition("!")[0] for node in self.leaves() if node.place)

    def lines(self, depth: int) -> Iterator[str]:
        """The node and what lies below it, indented."""
        text = f"{'  ' * depth}{self.name}：{self.value or self.note}"
        if self.place:
            raw = f" 原文“{self.raw}”" if self.raw.strip() else ""
            text += f" ← {self.place}{raw}{f'（{self.decision}）' if self.decision else ''}"
        elif self.value and self.note:
            text += f" ← {self.note}"
        yield text
        for below in self.below:
            yield from below.lines(depth + 1)

    def to_dict(self) -> dict[str, Any]:
        """The node as JSON."""
        content: dict[str, Any] = {"name": self.name, "value": self.value, "note": self.note}
        if self.place:
            content |= {"place": self.place, "raw": self.raw}
        if self.decision:
            content["decision"] = self.decision
        return content | ({"inputs": [node.to_dict() for node in self.below]} if self.below else {})


class Facts:
    """The facts of one department, looked up by field and year."""

    def __init__(self, output: Output, department: str, year: int) -> None:
        self.year = year
        self.rows: dict[tuple[str, int], list[Record]] = {}
        for row in output.facts:
            if row["部门"] == department:
                self.rows.setdefault((row["字段"], int(row["年度"])), []).append(row)
        self.decisions = {place_of(row): row["说明"] for row in output.findings if row["代码"] == APPLIED}

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
        place = place_of(row)
        return Node(name, row["数值"], row["状态"], place, row["原文"], self.decisions.get(place, ""))


def place_of(row: Record) -> str:
    """文件!工作表!单元格 of a fact or a finding, "" for one that stands nowhere."""
    return "!".join(part for part in (row.get("文件", ""), row.get("工作表", ""), row.get("单元格", "")) if part)


def _parsed(formula: str) -> Formula | None:
    try:
        return parse(formula) if formula else None
    except ExpressionError:
        return None
