"""Two aligned sides compared key by key: departments, totals, grades, scores, data, rules and versions."""

from collections.abc import Iterator, Sequence

from converter.audit import changes as kinds
from converter.audit.causes import VERSIONS, Causes, Sides
from converter.audit.changes import Change, Counter, Key, Part, tolerance_of
from converter.audit.provenance import place_of
from converter.audit.rescoring import Rescoring, decided_fact, decided_score, schemes_of
from converter.audit.sides import Side, aligned, keyed, pair, refuse_duplicates
from converter.books.readback import Record
from converter.mapping.library import Library
from converter.mapping.roster import Roster
from converter.vocabulary.numbers import shortest

_TOTAL_COLUMNS = (
    "名次", "名次区间", "自评得分", "复算得分", "复算下限", "复算上限", "自评差异", "数据分值", "数据下限", "数据上限", "沿用自评",
)  # fmt: skip
_GRADE_COLUMNS = ("自评等次", "等次")
_SCORE_COLUMNS = ("分值", "指标值", "得分", "下限", "上限", "状态", "自评得分", "自评差异", "其他口径得分")
_FACT_COLUMNS = ("数值", "状态", "单位", "采用", "表单", "资金口径")
#: What two years are compared by; everything else differs from year to year as a matter of course.
_YEARLY_SCORES = ("分值", "指标值", "得分", "下限", "上限", "状态", "自评得分")
RATE = "得分率"


class Comparison:
    """Two sides, aligned and keyed. Raises RunError R10 with the keys that stand twice on one side."""

    def __init__(self, old: Side, new: Side, library: Library, roster: Roster) -> None:
        refuse_duplicates(old, new)
        self.pairing = pair(old, new, roster)
        self.across_years, shift = old.year != new.year, new.year - old.year
        self.old, self.new = aligned(old, new, self.pairing), new
        self.totals: Sides = keyed(self.old.totals, ""), keyed(new.totals, "")
        self.scores: Sides = keyed(self.old.scores, "三级指标"), keyed(new.scores, "三级指标")
        self.facts: Sides = _adopted(self.old), _adopted(new)
        self.counter = Counter()
        changed = {key for key, *rows in self.either(self.facts) if any(self._columns(_FACT_COLUMNS, rows[0], rows[1]))}
        self.counter.within = 0
        rescoring = Rescoring(self.old, new, schemes_of(library), across_years=self.across_years)
        self.causes = Causes(self.old, new, self.scores, self.facts, changed, rescoring, shift)

    def differ(self, column: str, before: Record, after: Record) -> bool:
        """Whether a column of two rows differs beyond its tolerance."""
        one, other = _folded(before.get(column, "")), _folded(after.get(column, ""))
        return self.counter.differ(one, other, *tolerance_of(column, after or before))

    def _columns(self, columns: Sequence[str], before: Record, after: Record) -> Iterator[str]:
        return (column for column in columns if self.differ(column, before, after))

    def either(self, sides: Sides) -> Iterator[tuple[Key, Record, Record]]:
        """The rows of each key, an empty one where a side lacks it."""
        for key in sorted(sides[0].keys() | sides[1].keys()):
            yield key, sides[0].get(key, {}), sides[1].get(key, {})

    def both(self, sides: Sides) -> Iterator[tuple[Key, Record, Record]]:
        """The rows of each key that both sides have."""
        return (found for found in self.either(sides) if found[1] and found[2])

    def differing(self, sides: Sides, columns: Sequence[str]) -> Iterator[tuple[Key, str, tuple[Record, Record]]]:
        """Key, column and rows of what differs among the rows that both sides have."""
        for key, before, after in self.both(sides):
            for column in self._columns(columns, before, after):
                yield key, column, (before, after)

    def changes(self) -> Iterator[Change]:
        """Everything that differs but for texts and the cells of books."""
        yield from self._departments()
        yield from self._totals()
        yield from self._indicators()
        yield from self._facts()
        yield from self._rules()
        yield from self._versions()

    def _departments(self) -> Iterator[Change]:
        """Departments that came or went, with the files that they came or went with, and those under another name."""
        year, sides = str(self.new.year), (self.old, self.new)
        for name in sorted(set(self.old.departments) ^ set(self.new.departments)):
            there = name in self.new.departments
            files = sorted({row["文件"] for row in sides[there].facts if row["部门"] == name} - {""})
            before, after = ("", "有") if there else ("有", "")
            yield Change(kinds.DEPARTMENTS, name, year, "", "部门", before, after, "、".join(files))
        for name, why in sorted(self.pairing.reasons.items()):
            other = self.pairing.names[name]
            yield Change(kinds.DEPARTMENTS, other, year, "", "名称", name, other, why)

    def _totals(self) -> Iterator[Change]:
        for key, column, rows in self.differing(self.totals, (*_TOTAL_COLUMNS, *_GRADE_COLUMNS)):
            kind = kinds.GRADES if column in _GRADE_COLUMNS else kinds.TOTALS
            parts = self.causes.rescoring.parts(key[0], "") if column.startswith(("复算", "等次")) else ()
            cause = "；".join([*map(str, parts), *filter(None, [self.causes.of_total(key, column)])])
            yield change(kind, key, column, rows, cause, parts)

    def _indicators(self) -> Iterator[Change]:
        there = set(self.old.departments) & set(self.new.departments)
        for key, before, after in self.either(self.scores):
            if key[0] not in there:
                continue  # said once, as 部门增减
            parts = self.causes.rescoring.parts(key[0], key[2])
            for column in self._columns(_YEARLY_SCORES if self.across_years else _SCORE_COLUMNS, before, after):
                decided = column == "状态" and (decided_score(before) or decided_score(after))
                kind = kinds.DECISIONS if decided else kinds.SCORES
                yield change(kind, key, column, (before, after), self.causes.of_score(key, column, parts), parts)
            if before.get("分值", "") != after.get("分值", ""):
                yield from self._rate(key, before, after, parts)

    def _rate(self, key: Key, before: Record, after: Record, parts: Sequence[Part]) -> Iterator[Change]:
        """得分率, where the weight is another one: points alone tell nothing then."""
        rates = {RATE: _rate_of(before)}, {RATE: _rate_of(after)}
        if all(rate[RATE] for rate in rates) and self.differ(RATE, *rates):
            yield change(kinds.SCORES, key, RATE, rates, self.causes.of_score(key, RATE, parts), parts)

    def _facts(self) -> Iterator[Change]:
        rules = [*self.old.rules.values(), *self.new.rules.values()]
        used = self.causes.fields_of(rules) if self.across_years else None
        for key, before, after in self.either(self.facts):
            if used is not None and key[2] not in used:
                continue
            decided = decided_fact(before) or decided_fact(after)
            for column in self._columns(_FACT_COLUMNS, before, after):
                kind = kinds.DECISIONS if decided else kinds.FACTS
                yield change(kind, key, column, (before, after), self.causes.of_fact(key))
        if not self.across_years:
            yield from self._unadopted()

    def _unadopted(self) -> Iterator[Change]:
        """Facts of other forms that changed while the adopted one stayed."""
        sides, within = (_by_form(self.old), _by_form(self.new)), self.counter.within
        for key, before, after in self.either(sides):
            if (key[0], key[1], (after or before)["字段"]) in self.causes.changed:
                continue
            for column in self._columns(_FACT_COLUMNS, before, after):
                yield change(kinds.FACTS, key, column, (before, after), "未采用的一处，不影响得分")
        self.counter.within = within  # the adopted ones among them were counted already

    def _rules(self) -> Iterator[Change]:
        """Indicators added, removed or ruled otherwise."""
        cause = self.causes.elsewhere()
        for name in dict.fromkeys([*self.old.rules, *self.new.rules]):
            rows = self.old.rules.get(name, {}), self.new.rules.get(name, {})
            if not all(rows):
                before, after = ("有" if row else "" for row in rows)
                yield Change(kinds.VERSIONS, "", "", name, "指标", before, after, cause)
                continue
            for column in self._columns([*rows[0]], *rows):
                yield change(kinds.VERSIONS, ("", "", name), column, rows, cause)

    def _versions(self) -> Iterator[Change]:
        for item, name in VERSIONS:
            before, after = self.old.version(item), self.new.version(item)
            if before != after:
                kind = kinds.DECISIONS if name == "复核记录" else kinds.VERSIONS
                yield Change(kind, "", "", name, item, before, after, f"{name}改变")


def change(
    kind: str, key: Key, column: str, rows: tuple[Record, Record], cause: str, parts: Sequence[Part] = ()
) -> Change:
    """The change of a column of two rows, with the cells they name."""
    before, after = rows
    values = before.get(column, ""), after.get(column, "")
    return Change(kind, *key, column, *values, cause, place_of(before), place_of(after), tuple(parts))


def _adopted(side: Side) -> dict[Key, Record]:
    """The adopted fact of each field, else what officers decided, else any; facts that are added together count as one."""
    grouped: dict[Key, list[Record]] = {}
    for row in sorted(side.facts, key=lambda row: (not decided_fact(row), place_of(row))):
        grouped.setdefault((row["部门"], row["年度"], row["字段"]), []).append(row)
    return {key: _joined([row for row in rows if row["采用"] == "是"] or rows[:1]) for key, rows in grouped.items()}


def _by_form(side: Side) -> dict[Key, Record]:
    """The facts of each field and form."""
    grouped: dict[Key, list[Record]] = {}
    for row in side.facts:
        grouped.setdefault((row["部门"], row["年度"], f"{row['字段']}（{row['表单']}）"), []).append(row)
    return {key: _joined(rows) for key, rows in grouped.items()}


def _joined(rows: Sequence[Record]) -> Record:
    """Facts that count together, as one."""
    ordered = sorted(rows, key=place_of)
    return {**ordered[0], "数值": "；".join(sorted(row["数值"] for row in ordered))}


def _rate_of(row: Record) -> str:
    score, full = kinds.number(row.get("得分", "")), kinds.number(row.get("分值", ""))
    return "" if score is None or not full else shortest(round(score / full, 6))


def _folded(text: str) -> str:
    """A text as workbooks keep it: one kind of line end, no blanks at the ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
