"""Why something changed, in words: the input cells below a formula, the self score, the rule, a decision, the versions."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from converter.audit.changes import Key, Part
from converter.audit.provenance import place_of
from converter.audit.rescoring import DECIDED, EDITED, MAPPINGS, Rescoring, decided_score
from converter.audit.sides import Side
from converter.books.readback import Record, other_formulas
from converter.mapping.facts import SELF_SCORE
from converter.scoring.expressions import ExpressionError, Input, parse
from converter.vocabulary.numbers import State

Sides = tuple[dict[Key, Record], dict[Key, Record]]
#: Versions in 运行信息 that a result depends on, and what they are called in a cause.
VERSIONS = (
    ("方案 SHA-256", "评分方案"),
    ("映射 SHA-256", "映射"),
    ("名单 SHA-256", "部门名单"),
    ("复核记录 SHA-256", "复核记录"),
    ("程序", "程序版本"),
    ("程序库", "程序库"),
    ("Python", "程序库"),
)
#: What of a rule decides a score; its sentence and basis are only quoted.
_RULING = ("分值", "指标公式", "计分方式", "计分口径")
_MOST_NAMED = 3


@dataclass
class Causes:
    """Answers for aligned sides; `scores` and `facts` (the adopted ones) by key, `changed` the keys of facts that differ."""

    old: Side
    new: Side
    scores: Sides
    facts: Sides
    changed: set[Key]
    rescoring: Rescoring
    shift: int

    def of_fact(self, key: Key) -> str:
        """The cells a changed fact stood and stands in; for a derived one, the facts below that changed."""
        department, year, name = key
        if any(row.get("状态") == State.DERIVED for row in self._rows(key)):
            below = [leaf for side in (0, 1) for leaf in self._leaves(side, Input(name), int(year), department)]
            return "；".join(self._reasons(below, department)) or self.surroundings()
        return "；".join(filter(None, (self._why(key), self._cells(key)))) or self.surroundings()

    def _why(self, key: Key) -> str:
        """A decision, an edit, the mappings or the program, where a fact changed for their sake; new data its cells tell."""
        told = {
            DECIDED: "复核认定",
            EDITED: self.edited,
            MAPPINGS: f"文件没有变，{self.surroundings() or '读取结果变了'}",
        }
        return told.get(self.rescoring.fact_cause(key), "")

    @property
    def edited(self) -> str:
        """手工改动, where an output that is compared was changed after it was written."""
        names = dict.fromkeys([*self.old.retouched, *self.new.retouched])
        return f"手工改动：{'、'.join(names)} 写出以后被改过" if names else ""

    def of_total(self, key: Key, column: str) -> str:
        """The indicators whose score changed; a rank may change for the others' sake alone."""
        heads = ("自评得分",) if column == "自评得分" else ("得分", "下限", "上限")
        before, after = (
            {r["三级指标"]: r for r in side.scores if r["部门"] == key[0]} for side in (self.old, self.new)
        )
        names = [n for n in after if any(before.get(n, {}).get(head) != after[n][head] for head in heads)]
        return "、".join(names) or ("其他部门变动" if column.startswith("名次") else self.elsewhere())

    def of_score(self, key: Key, column: str, parts: Sequence[Part]) -> str:
        """What made the score of one indicator change: what each cause did, and the cells and rules behind it."""
        department, year, indicator = key
        sides = zip((self.old, self.new), self.scores, strict=True)
        rules = [side.rule(scores.get(key, {})) for side, scores in sides]
        reasons = self._reasons(self._inputs(rules, int(year), department, column), department)
        own = (department, year, f"{indicator}{SELF_SCORE}")
        if own in self.changed:
            reasons.append(f"自评得分 {self._shift(own)}")
        if self.decided(key):
            reasons.append("复核认定")
        if any(rules[0].get(head) != rules[1].get(head) for head in _RULING):
            reasons.append("评分规则改变")
        return "；".join([*map(str, parts), *reasons]) or self.elsewhere()

    def decided(self, key: Key) -> bool:
        """Whether a decision gave one of the two scores: where decisions enter the words."""
        return any(decided_score(side.get(key, {})) for side in self.scores)

    def of_finding(self, row: Record) -> str:
        """The changed facts that a problem which came or went speaks of, else all that its department changed."""
        mine = sorted({name for who, _, name in self.changed if who == row["部门"]})
        told = [name for name in mine if name.removesuffix(SELF_SCORE) in f"{row['对象']} {row['说明']}"]
        names = told or mine
        said = "、".join(names[:_MOST_NAMED]) + (f" 等 {len(names)} 项" if len(names) > _MOST_NAMED else "")
        return f"数据改变：{said}" if names else self.elsewhere()

    def elsewhere(self) -> str:
        """What can have changed a number whose inputs are the same."""
        return self.surroundings() or self.edited

    def surroundings(self) -> str:
        """What changed in 运行信息: scheme, mappings, decisions, program."""
        named = [name for item, name in VERSIONS if self.old.version(item) != self.new.version(item)]
        return "、".join(f"{name}改变" for name in dict.fromkeys(named))

    def fields_of(self, rules: Iterable[Record]) -> set[str]:
        """Names of the fields below the formulas of rules on either side, derived ones included, and of the self scores."""
        pending = [needed.name for rule in rules for needed in _parsed(rule["指标公式"])]
        names = {f"{rule['三级指标']}{SELF_SCORE}" for side in (self.old, self.new) for rule in side.rules.values()}
        derived = {
            row["字段"]: row["原文"] for side in self.facts for row in side.values() if row["状态"] == State.DERIVED
        }
        while pending:
            name = pending.pop()
            if name not in names:
                names.add(name)
                pending += [needed.name for needed in _parsed(derived.get(name, ""))]
        return names

    def label(self, year: int | str) -> str:
        """A year as it is told: of both sides where they hold different ones."""
        return f"{int(year) - self.shift}→{year}" if self.shift and str(year).isdecimal() else str(year)

    def _reasons(self, inputs: Iterable[tuple[str, int]], department: str) -> list[str]:
        """The changed facts among the inputs, each once, with both values and both cells."""
        keys = {(department, str(year), name): f"{name}（{self.label(year)}年）" for name, year in inputs}
        return [f"{shown}{self._shift(key)}" for key, shown in keys.items() if key in self.changed]

    def _shift(self, key: Key) -> str:
        before, after = (row.get("数值", "") or row.get("状态", "") or "空" for row in self._rows(key))
        return f"{before}→{after} {self._cells(key)}".rstrip()

    def _cells(self, key: Key) -> str:
        return " → ".join(dict.fromkeys(filter(None, map(place_of, self._rows(key)))))

    def _rows(self, key: Key) -> list[Record]:
        return [side.get(key, {}) for side in self.facts]

    def _inputs(self, rules: Sequence[Record], year: int, department: str, column: str) -> Iterator[tuple[str, int]]:
        """Field and year of everything below the formula on either side, read fields only."""
        for side, rule in enumerate(rules):
            formulas = [rule.get("指标公式", "")]
            if column == "其他口径得分":
                formulas += other_formulas(rule.get("计分口径", ""))
            for needed in itertools.chain.from_iterable(map(_parsed, formulas)):
                yield from self._leaves(side, needed, year, department)

    def _leaves(self, side: int, wanted: Input, year: int, department: str) -> Iterator[tuple[str, int]]:
        at = year + wanted.offset
        row = self.facts[side].get((department, str(at), wanted.name), {})
        if row.get("状态") != State.DERIVED:
            yield wanted.name, at
            return
        for needed in _parsed(row["原文"]):
            yield from self._leaves(side, needed, at, department)


def _parsed(formula: str) -> tuple[Input, ...]:
    try:
        return parse(formula).inputs() if formula else ()
    except ExpressionError:
        return ()
