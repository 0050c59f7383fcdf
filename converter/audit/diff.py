"""Two outputs compared: what changed, in the order of risk, why, and totals that add up (CLI-CONVENTIONS §2)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from converter.audit import changes as kinds
from converter.audit.bookcells import book_changes
from converter.audit.causes import Sides
from converter.audit.changes import Change, Key, Sums, dictionary_of, in_order
from converter.audit.comparison import Comparison
from converter.audit.controls import Control, controls
from converter.audit.sides import Side, sides_of
from converter.audit.wording import wording
from converter.books.readback import Output, Record
from converter.mapping.library import Library
from converter.mapping.roster import Roster


@dataclass(frozen=True)
class Difference:
    """All changes between two sides in the order of risk, and how much was compared. `rows` are the totals and scores of
    both sides, key by key.
    """

    old: Side
    new: Side
    changes: tuple[Change, ...]
    sums: tuple[Sums, ...]
    controls: tuple[Control, ...]
    within: int
    notes: tuple[str, ...]
    rows: tuple[tuple[Key, Record, Record], ...] = ()

    @property
    def across_years(self) -> bool:
        """Whether the sides hold different years."""
        return self.old.year != self.new.year

    @property
    def compared(self) -> int:
        """How many keys were compared."""
        return sum(one.compared for one in self.sums)

    def counts(self) -> dict[str, int]:
        """Changes by class, every class named."""
        return {kind: sum(1 for change in self.changes if change.kind == kind) for kind in kinds.KINDS}

    def to_dict(self) -> dict[str, Any]:
        """The difference as JSON."""
        sides = {
            name: {"name": side.name, "sha256": side.sha256, "year": side.year, "info": side.info}
            for name, side in (("old", self.old), ("new", self.new))
        }
        return {
            **sides,
            "across_years": self.across_years,
            "compared": self.compared,
            "within_tolerance": self.within,
            "counts": self.counts(),
            "sums": [{**vars(one), "compared": one.compared} for one in self.sums],
            "controls": [vars(one) for one in self.controls],
            "notes": list(self.notes),
            "changes": [dictionary_of(change) for change in self.changes],
        }

    def lines(self) -> Iterator[str]:
        """The result as text: every change, the control totals that moved, the verdict."""
        yield from map(str, self.changes)
        yield from (str(control) for control in self.controls if control.difference)
        verdict = f"{len(self.changes)} 处不同" if self.changes else "没有差异"
        yield f"比较 {self.compared} 项，{verdict}"

    def about(self) -> Iterator[str]:
        """What was compared, and what was not: the sides with their SHA-256, counts that add up, notes."""
        for word, side in (("旧", self.old), ("新", self.new)):
            yield f"{word}：{side.name}，{side.year} 年度，SHA-256 {side.sha256}"
        yield from map(str, self.sums)
        yield from self.notes
        if self.within:
            yield f"在容差以内、不算不同的数 {self.within} 处"


def diff(
    old: Output, new: Output, library: Library | None = None, roster: Roster | None = None, *, looks: bool = False
) -> Difference:
    """Compares two OUT folders or summary workbooks, with `looks` the formats of their cells too.

    Raises RunError R10 with the keys that stand twice on one side.
    """
    return compare(*sides_of(old, new), library or Library(), roster or Roster(), looks=looks)


def compare(old: Side, new: Side, library: Library, roster: Roster, *, looks: bool = False) -> Difference:
    """Compares two sides; where their years differ, year on year."""
    found = Comparison(old, new, library, roster)
    changes = [*found.changes()]
    if not found.across_years:
        changes += wording(found)
        changes += book_changes(found, changes, looks=looks)
    shown = tuple(replace(change, year=found.causes.label(change.year)) for change in in_order(changes))
    rows = tuple(row for sides in (found.totals, found.scores) for row in found.either(sides))
    return Difference(
        old=old,
        new=new,
        changes=shown,
        sums=tuple(_sums(found, changes)),
        controls=controls(found.old, new),
        within=found.counter.within,
        notes=tuple(_notes(found, old)),
        rows=rows,
    )


def _sums(found: Comparison, changes: Iterable[Change]) -> Iterator[Sums]:
    """How departments, indicators and facts were compared."""
    told = [change for change in changes if change.kind not in (kinds.TEXTS, kinds.LOOKS)]
    touched = {(change.department, "", "") for change in told}
    there: list[dict[Key, Record]] = [
        {(name, "", ""): {} for name in side.departments} for side in (found.old, found.new)
    ]
    yield _sum("部门", (there[0], there[1]), touched)
    if found.scores[0] or found.scores[1]:
        yield _sum("指标", found.scores, {(change.department, change.year, change.subject) for change in told})
    yield _sum("数据", found.facts, found.causes.changed)


def _sum(what: str, sides: Sides, changed: set[Key]) -> Sums:
    both = sides[0].keys() & sides[1].keys()
    differing = len(both & changed)
    return Sums(what, len(both) - differing, differing, len(sides[1].keys() - both), len(sides[0].keys() - both))


def _notes(found: Comparison, old: Side) -> Iterator[str]:
    """What was not compared, and why a change is not split."""
    if found.across_years:
        years = f"{old.year}、{found.new.year}"
        yield f"两侧年度不同（{years}），按年度比较：文字、问题清单和公式不比较；分值不同的指标另列得分率"
    if not old.inbox and not found.causes.rescoring.possible:
        if old.whole and found.new.whole:
            yield "得分变动没有重算成因：映射里找不到两侧的方案，请用 --mappings 指明"
        else:
            yield "得分变动没有重算成因：汇总工作簿里没有全部数据，请改用输出文件夹比较"
