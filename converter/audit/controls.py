"""Control totals: sums of scores and of every money field on both sides, whose difference departments account for."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from converter.audit.changes import number, signed
from converter.audit.sides import Side
from converter.mapping.fields import FieldKind
from converter.vocabulary.numbers import canonical, shortest

_TOTALS = ("自评得分", "复算得分", "复算下限", "复算上限")


@dataclass(frozen=True)
class Control:
    """A sum on both sides. difference = changed (departments of both) + added − removed."""

    what: str
    year: str
    old: float
    new: float
    difference: float
    changed: float
    added: float
    removed: float

    def __str__(self) -> str:
        shown = map(shortest, (self.old, self.new))
        moved = [f"{word} {signed(v)}" for word, v in (("变动", self.changed), ("新增", self.added)) if v]
        moved += [f"删除 {signed(-self.removed)}"] if self.removed else []
        return f"合计 {self.what}（{self.year}年）：{' → '.join(shown)}，差 {signed(self.difference)}（{'，'.join(moved)}）"


def controls(old: Side, new: Side) -> tuple[Control, ...]:
    """The control totals of aligned sides, scores first, then money by field and year."""
    sides = _amounts(old), _amounts(new)
    both = set(old.departments) & set(new.departments)
    return tuple(_control(key, sides, both) for key in dict.fromkeys([*sides[0], *sides[1]]))


Amounts = dict[tuple[str, str], dict[str, float]]


def _amounts(side: Side) -> Amounts:
    """What is summed → department → amount, unrounded but for float noise."""
    amounts: Amounts = defaultdict(lambda: defaultdict(float))
    for what, year, who, value in _values(side):
        amounts[what, year][who] += value
    return amounts


def _values(side: Side) -> Iterator[tuple[str, str, str, float]]:
    for row in side.totals:
        for head in _TOTALS:
            if (value := number(row[head])) is not None:
                yield head, row["年度"], row["部门"], value
    for row in sorted(side.facts, key=lambda row: (row["字段"], row["年度"], row["部门"])):
        if row["单位"] == FieldKind.MONEY.unit and row["采用"] == "是" and (value := number(row["数值"])) is not None:
            yield row["字段"], row["年度"], row["部门"], value


def _control(key: tuple[str, str], sides: tuple[Amounts, Amounts], both: set[str]) -> Control:
    old, new = (side.get(key, {}) for side in sides)
    total, after = (canonical(math.fsum(amounts.values())) for amounts in (old, new))
    changed = canonical(math.fsum(new.get(who, 0.0) - old.get(who, 0.0) for who in sorted(both)))
    added = canonical(math.fsum(value for who, value in new.items() if who not in both))
    removed = canonical(math.fsum(value for who, value in old.items() if who not in both))
    return Control(*key, total, after, _rounded(after - total), _rounded(changed), _rounded(added), _rounded(removed))


def _rounded(value: float) -> float:
    """Without the noise of adding floats: amounts have at most 6 decimals."""
    return canonical(round(value, 6))
