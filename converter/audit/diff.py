"""Two outputs compared by 部门 + 年度 + 指标/字段: what changed, and which input cell or rule made a score change."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from converter.books.readback import Output, Record, other_formulas
from converter.mapping.facts import SELF_SCORE
from converter.scoring.expressions import ExpressionError, Input, parse
from converter.vocabulary.findings import RunError
from converter.vocabulary.numbers import State

Key = tuple[str, str, str]
#: Key and column of a change → why it changed.
Cause = Callable[[Key, str], str]

#: Differences within this are float noise of another library version, never of the data (money has at most 6 decimals).
TOLERANCE = 1e-9
_TOTAL_COLUMNS = ("复算得分", "复算下限", "复算上限", "等次", "自评得分", "名次区间")
_SCORE_COLUMNS = ("分值", "指标值", "得分", "下限", "上限", "状态", "自评得分", "其他口径得分")
_FACT_COLUMNS = ("数值", "状态", "单位", "表单")


@dataclass(frozen=True)
class Change:
    """One difference; `before` and `after` are texts as in the CSV, "" for blank."""

    kind: str
    department: str
    year: str
    subject: str
    column: str
    before: str
    after: str
    cause: str = ""

    def __str__(self) -> str:
        cause = f"（{self.cause}）" if self.cause else ""
        where = " ".join(filter(None, (self.department, self.year, self.subject)))
        return f"[{self.kind}] {where} {self.column}：{self.before or '空'} → {self.after or '空'}{cause}"


@dataclass(frozen=True)
class Difference:
    """All changes between two outputs, in the order of risk, and how many rows were compared."""

    changes: tuple[Change, ...]
    compared: int

    def to_dict(self) -> dict[str, Any]:
        """The difference as JSON."""
        return {"compared": self.compared, "changes": [asdict(change) for change in self.changes]}


def diff(old: Output, new: Output) -> Difference:
    """Compares two OUT folders. Raises RunError R10 where a key stands twice on one side."""
    facts = _facts(old), _facts(new)
    changed = {key for key in facts[0].keys() | facts[1].keys() if _changed(facts, key, _FACT_COLUMNS)}
    scores = _keyed(old.scores, "三级指标"), _keyed(new.scores, "三级指标")
    causes = _Causes(old, new, facts, scores, changed)
    totals = _keyed(old.totals, ""), _keyed(new.totals, "")
    changes = [
        *_departments(totals, facts),
        *_compare("总分", totals, _TOTAL_COLUMNS, causes.of_total),
        *_compare("指标得分", scores, _SCORE_COLUMNS, causes.of_score),
        *_compare("输入数据", facts, _FACT_COLUMNS, causes.of_fact),
        *_rules(old, new, causes.surroundings()),
    ]
    return Difference(tuple(changes), sum(len(side[0].keys() | side[1].keys()) for side in (totals, scores, facts)))


def _keyed(rows: Sequence[Record], subject: str) -> dict[Key, Record]:
    keyed: dict[Key, Record] = {}
    for row in rows:
        key = (row["部门"], row["年度"], row[subject] if subject else "")
        if key in keyed:
            raise RunError("R10", f"同一份输出里“{' '.join(key)}”出现两次，无法比较", "请检查输出是否被手工改动")
        keyed[key] = row
    return keyed


def _facts(output: Output) -> dict[Key, Record]:
    """The adopted fact of each field, else any; facts that are added together count as one."""
    grouped: dict[Key, list[Record]] = {}
    for row in output.facts:
        grouped.setdefault((row["部门"], row["年度"], row["字段"]), []).append(row)
    chosen = {}
    for key, rows in grouped.items():
        ordered = sorted(rows, key=_cell)
        adopted = [row for row in ordered if row["采用"] == "是"] or ordered[:1]
        joined = "；".join(sorted(row["数值"] for row in adopted))
        chosen[key] = {**adopted[0], "数值": joined}
    return chosen


Sides = tuple[dict[Key, Record], dict[Key, Record]]


def _departments(totals: Sides, facts: Sides) -> Iterator[Change]:
    """Departments that came or went, with the files that they came or went with."""
    for key in sorted(totals[0].keys() ^ totals[1].keys()):
        there = key in totals[1]
        files = sorted({row["文件"] for (who, *_), row in facts[there].items() if who == key[0]} - {""})
        before, after = ("", "有") if there else ("有", "")
        yield Change("部门增减", key[0], key[1], "", "部门", before, after, "、".join(files))


def _compare(kind: str, sides: Sides, columns: Sequence[str], cause: Cause) -> Iterator[Change]:
    """Changes of the columns of rows; a row that only one side has shows the columns that hold something."""
    for key in sorted(sides[0].keys() | sides[1].keys()):
        if kind != "输入数据" and (key not in sides[0] or key not in sides[1]):
            continue  # said once, as 部门增减 or 指标增减
        before, after = (side.get(key, {}) for side in sides)
        for column in columns:
            if _differ(before.get(column, ""), after.get(column, "")):
                yield Change(kind, *key, column, before.get(column, ""), after.get(column, ""), cause(key, column))


def _changed(sides: Sides, key: Key, columns: Sequence[str]) -> bool:
    before, after = (side.get(key, {}) for side in sides)
    return any(_differ(before.get(column, ""), after.get(column, "")) for column in columns)


def _differ(before: str, after: str) -> bool:
    """Blank differs from 0; two numbers differ beyond float noise."""
    if before == after:
        return False
    try:
        one, other = float(before), float(after)
    except ValueError:
        return True
    return abs(one - other) > TOLERANCE * max(1.0, abs(one), abs(other))


class _Causes:
    """Why a score changed: the input cells below its formula, its self score, the rule, the mappings, the program."""

    def __init__(self, old: Output, new: Output, facts: Sides, scores: Sides, changed: set[Key]) -> None:
        self.old, self.new, self.facts, self.scores, self.changed = old, new, facts, scores, changed
        rows = (row for output in (old, new) for row in output.scores if row["计分口径"] == "复核认定")
        self.decided = {(row["部门"], row["年度"], row["三级指标"]) for row in rows}

    def of_fact(self, key: Key, _: str = "") -> str:
        """The cells a changed fact stood and stands in; for a derived one, the facts below that changed."""
        department, year, name = key
        if any(side.get(key, {}).get("状态") == State.DERIVED for side in self.facts):
            below = [leaf for side in (0, 1) for leaf in self._leaves(side, Input(name), int(year), department)]
            return "；".join(self._reasons(below, department)) or self.surroundings()
        return self._cells(key) or self.surroundings()

    def of_total(self, key: Key, column: str) -> str:
        """The indicators whose score changed; a rank may change for the others' sake alone."""
        heads = ("自评得分",) if column == "自评得分" else ("得分", "下限", "上限")
        before, after = ({r["三级指标"]: r for r in o.scores if r["部门"] == key[0]} for o in (self.old, self.new))
        names = [n for n in after if any(before.get(n, {}).get(head) != after[n][head] for head in heads)]
        return "、".join(names) or ("其他部门变动" if column == "名次区间" else self.surroundings())

    def of_score(self, key: Key, column: str) -> str:
        """What made the score of one indicator change."""
        department, year, indicator = key
        sides = zip((self.old, self.new), self.scores, strict=True)
        rules = [output.rule(scores.get(key, {})) for output, scores in sides]
        reasons = self._reasons(self._inputs(rules, int(year), department, column), department)
        own = (department, year, f"{indicator}{SELF_SCORE}")
        if own in self.changed:
            reasons.append(f"自评得分 {self._shift(own)}")
        if key in self.decided:
            reasons.append("复核认定")
        if rules[0] != rules[1]:
            reasons.append("评分规则改变")
        return "；".join(reasons) or self.surroundings()

    def surroundings(self) -> str:
        """What changed in the manifests: scheme, mappings, program."""
        one, other = self.old.manifest, self.new.manifest
        named = (
            ("评分方案", "scheme"),
            ("映射", "mappings"),
            ("复核记录", "decisions"),
            ("程序版本", "program"),
            ("程序库", "libraries"),
        )
        return "、".join(f"{name}改变" for name, key in named if one.get(key) != other.get(key))

    def _reasons(self, inputs: Iterable[tuple[str, int]], department: str) -> list[str]:
        """The changed facts among the inputs, each once, with both values and both cells."""
        keys = {(department, str(year), name): f"{name}（{year}年）" for name, year in inputs}
        return [f"{shown}{self._shift(key)}" for key, shown in keys.items() if key in self.changed]

    def _shift(self, key: Key) -> str:
        before, after = (row.get("数值", "") or row.get("状态", "") or "空" for row in self._rows(key))
        return f"{before}→{after} {self._cells(key)}".rstrip()

    def _cells(self, key: Key) -> str:
        return " → ".join(dict.fromkeys(filter(None, map(_cell, self._rows(key)))))

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


def _cell(row: Record) -> str:
    return "!".join(part for part in (row.get("文件", ""), row.get("工作表", ""), row.get("单元格", "")) if part)


def _rules(old: Output, new: Output, cause: str) -> Iterator[Change]:
    """Indicators added, removed or ruled otherwise."""
    for name in dict.fromkeys([*old.rules, *new.rules]):
        before, after = old.rules.get(name), new.rules.get(name)
        if before is None or after is None:
            yield Change("评分规则", "", "", name, "指标", "有" if before else "", "有" if after else "", cause)
            continue
        for column in before:
            if before[column] != after.get(column, ""):
                yield Change("评分规则", "", "", name, column, before[column], after.get(column, ""), cause)
