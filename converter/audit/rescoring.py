"""Rescoring with one thing swapped at a time: what the rules, the mappings, gaps, decisions and the data each did.

The way leads from the scores that the old side shows to those that the new side shows. Each step is one recomputation,
so what the steps did adds up to the whole change, without residue. Facts come from OUT, schemes from the mappings by
their SHA-256; one of the two schemes is enough, because one step then goes straight from shown to recomputed.
"""

import copy
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from converter.audit.changes import Part, number
from converter.audit.sides import Side
from converter.books.readback import Record
from converter.mapping.library import Library
from converter.scoring.compute import RuleScores, score
from converter.scoring.derivations import Derivations
from converter.scoring.frames import FACT_COLUMNS
from converter.scoring.indicators import Rule
from converter.scoring.inputs import Inputs
from converter.scoring.schemes import Scheme
from converter.scoring.scorerows import DECIDED as BY_DECISION
from converter.scoring.selfscores import rename_indicators
from converter.scoring.shelf import load_schemes
from converter.scoring.status import Status
from converter.scoring.totals import totals_frame
from converter.vocabulary.numbers import NAN, State, canonical

RULES, MAPPINGS, SCOPE, GAPS, DECIDED, DATA = "规则", "映射", "口径或机构范围", "缺数变化", "认定", "数据"
PROGRAM, EDITED = "程序或映射版本", "手工改动"
#: The order in which facts are swapped; data last, so that it is what nothing else explains.
FACT_CAUSES = (MAPPINGS, EDITED, SCOPE, GAPS, DECIDED, DATA)
#: 表单 of a fact that decisions gave.
DECISIONS = "复核记录"

#: Department and indicator ("" for the total) → 下限 and 上限.
Points = dict[tuple[str, str], tuple[float, float]]
FactKey = tuple[str, str, str]
Grouped = dict[FactKey, list[Record]]


@dataclass(frozen=True)
class Schemes:
    """The schemes of the mappings, by their SHA-256, and the formulas of derived fields."""

    by_digest: dict[str, Scheme]
    derivations: Derivations

    def of(self, side: Side) -> dict[str, Scheme]:
        """Department → the scheme it was scored by, where the mappings still have it. Of several, the one that has the rules
        behind its scores.
        """
        digests = [digest for item, digest in side.info.items() if item.partition("（")[0] == "方案 SHA-256"]
        known = [self.by_digest[digest] for digest in digests if digest in self.by_digest]
        if len(digests) == 1:
            return dict.fromkeys(side.departments, known[0]) if known else {}
        ruled = [(scheme, {(rule.name, rule.basis) for rule in scheme.rules}) for scheme in known]
        return {
            who: scheme
            for who in side.departments
            for scheme, rules in ruled
            if {(r["三级指标"], r["依据"]) for r in side.scores if r["部门"] == who and not decided_score(r)} <= rules
        }


def schemes_of(library: Library) -> Schemes:
    """Every scheme of the mappings, those that a user's own replace included."""
    shelves = load_schemes(library)
    if len(library.layers) > 1:
        shelves += load_schemes(Library())
    return Schemes({s.scheme.sha256: s.scheme for s in shelves}, Derivations(library.dictionary))


def only(scheme: Scheme, rule: Rule) -> Scheme:
    """The scheme with one of its rules alone."""
    reduced = copy.copy(scheme)
    reduced.rules = [rule]
    return reduced


def frame_of(rows: Sequence[Record]) -> pd.DataFrame:
    """The facts frame of rows of facts.csv; derived values are left out, to be derived again."""
    records = [
        (
            row["部门"], int(row["年度"]), row["字段"], NAN if (value := number(row["数值"])) is None else value, row["单位"],
            State(row["状态"]), row["采用"] == "是", row["原文"], row["表单"], row["资金口径"], row["文件"], row["工作表"],
            row["单元格"], int(row["年度"]),
        )
        for row in rows
        if row["状态"] in _STATES and row["状态"] != State.DERIVED and row["年度"].isdecimal()
    ]  # fmt: skip
    frame = pd.DataFrame(records, columns=list(FACT_COLUMNS))
    return frame.astype({"year": "int64", "form_year": "int64", "value": "float64", "adopted": "bool"})


_STATES = frozenset(map(str, State))


def scored(
    rows: Sequence[Record], departments: Sequence[str], year: int, scheme: Scheme, known: Derivations
) -> tuple[list[RuleScores], Inputs]:
    """The columns of a scheme's rules over facts. The one place where scoring is done over again."""
    inputs = Inputs(rename_indicators(frame_of(rows), scheme), departments, year, known)
    return score(inputs, scheme), inputs


class Rescoring:
    """The way from the old side's scores to the new one's, for the departments that both have. The sides are aligned."""

    def __init__(self, old: Side, new: Side, schemes: Schemes, *, across_years: bool) -> None:
        self.old, self.new, self.across_years = old, new, across_years
        self.departments = [name for name in new.departments if name in set(old.departments)]
        self.schemes = schemes
        self._steps = dict(self._ways(schemes.of(old), schemes.of(new))) if old.whole and new.whole else {}

    @property
    def possible(self) -> bool:
        """Whether any department's change can be split: both sides hold all facts, and a scheme of one is known."""
        return bool(self._steps)

    def _ways(self, old: dict[str, Scheme], new: dict[str, Scheme]) -> Iterator[tuple[str, list[tuple[str, Points]]]]:
        """Department → its way, those of the same two schemes together."""
        together: dict[tuple[Scheme | None, Scheme | None], list[str]] = defaultdict(list)
        for who in self.departments:
            together[old.get(who), new.get(who)].append(who)
        for own, members in together.items():
            if any(own):
                yield from dict.fromkeys(members, self._walk(members, *own)).items()

    def parts(self, department: str, indicator: str) -> tuple[Part, ...]:
        """What each cause did to a score ("" for the total), adding up to its whole change; () where nothing changed."""
        moved: dict[str, tuple[float, float]] = {}
        before: Points = {}
        for cause, points in self._steps.get(department, ()):
            key = department, indicator
            (low, high), (was_low, was_high) = points.get(key, (0.0, 0.0)), before.get(key, (0.0, 0.0))
            if cause and (low, high) != (was_low, was_high):
                one, other = moved.get(cause, (0.0, 0.0))
                moved[cause] = canonical(one + low - was_low), canonical(other + high - was_high)
            before = points
        parts = (Part(cause, *map(_points, change)) for cause, change in moved.items())
        return tuple(part for part in parts if part.low or part.high)

    def _walk(self, members: Sequence[str], own: Scheme | None, other: Scheme | None) -> list[tuple[str, Points]]:
        """Every step with its cause: shown, recomputed, rules swapped, facts swapped cause by cause, shown."""
        old, new = (self._shown(side) for side in (self.old, self.new))
        first, scheme = own or other, other or own
        assert first is not None
        assert scheme is not None
        rows = self._facts(frozenset())
        start = self._computed(rows, members, first)
        steps = [
            ("", old),
            (DECIDED, self._replaced(old, start, self._decided_keys(self.old))),
            (self._unaccounted(self.old, own), start),
            (RULES, self._computed(rows, members, scheme)),
        ]
        for at, cause in enumerate(FACT_CAUSES, start=1):
            if cause in self._moved.values():
                steps.append((cause, self._computed(self._facts(frozenset(FACT_CAUSES[:at])), members, scheme)))
        decided = self._replaced(steps[-1][1], new, self._decided_keys(self.new))
        return [*steps, (DECIDED, decided), (self._unaccounted(self.new, other), new)]

    def _unaccounted(self, side: Side, scheme: Scheme | None) -> str:
        """What lies between shown and recomputed: the rules where the side's own are gone, an edit, or the program."""
        if scheme is None:
            return RULES
        return EDITED if side.retouched else PROGRAM

    def _replaced(self, points: Points, others: Points, keys: set[tuple[str, str]]) -> Points:
        """`points` with those of `keys` as the others are, the totals following."""
        result = dict(points)
        for who, name in sorted(keys & (points.keys() | others.keys())):  # added points are on one of them only
            (low, high), total = others.get((who, name), (0.0, 0.0)), result.get((who, ""), (0.0, 0.0))
            was_low, was_high = points.get((who, name), (0.0, 0.0))
            result[who, name] = low, high
            result[who, ""] = canonical(total[0] + low - was_low), canonical(total[1] + high - was_high)
        return result

    def _decided_keys(self, side: Side) -> set[tuple[str, str]]:
        """Scores that a decision gave: where decisions enter the comparison of scores."""
        return {(row["部门"], row["三级指标"]) for row in side.scores if decided_score(row)}

    def _shown(self, side: Side) -> Points:
        """下限 and 上限 as the side shows them."""
        points = {(r["部门"], r["三级指标"]): (_shown(r["下限"]), _shown(r["上限"])) for r in side.scores}
        return points | {(r["部门"], ""): (_shown(r["复算下限"]), _shown(r["复算上限"])) for r in side.totals}

    def _computed(self, rows: Sequence[Record], members: Sequence[str], scheme: Scheme) -> Points:
        """下限 and 上限 of facts under a scheme."""
        columns, inputs = scored(rows, members, self.new.year, scheme, self.schemes.derivations)
        points: Points = {}
        for column in columns:
            low, high = np.nan_to_num(column.low), np.nan_to_num(column.high)
            for at, who in enumerate(members):
                points[who, column.rule.name] = float(low[at]), float(high[at])
        totals = totals_frame(columns, inputs, scheme)
        for who, low, high in zip(totals["department"], totals["low"], totals["high"], strict=True):
            points[who, ""] = float(low), float(high)
        return points

    @cached_property
    def _grouped(self) -> tuple[Grouped, Grouped]:
        return grouped(self.old.facts), grouped(self.new.facts)

    @cached_property
    def _moved(self) -> dict[FactKey, str]:
        """The facts that are not the same on both sides, with their causes."""
        old, new = self._grouped
        keys = (key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key))
        return {key: self.fact_cause(key) for key in keys}

    def _facts(self, swapped: frozenset[str]) -> list[Record]:
        """The old side's facts, those of the `swapped` causes as the new side has them."""
        old, new = self._grouped
        taken = {key for key, cause in self._moved.items() if cause in swapped}
        return [row for key in sorted(old.keys() | new.keys()) for row in (new if key in taken else old).get(key, [])]

    def fact_cause(self, key: FactKey) -> str:
        """Why a fact is another one now: a decision, an edit or the mappings (its file is the same), a gap, another basis,
        or the data.
        """
        old, new = (side.get(key, []) for side in self._grouped)
        if any(map(decided_fact, (*old, *new))):
            return DECIDED
        files = [
            {side.hashes.get(row["文件"], "") for row in rows} for rows, side in ((old, self.old), (new, self.new))
        ]
        if not self.across_years and files[0] == files[1] and files[0] and "" not in files[0]:
            return EDITED if self.old.retouched or self.new.retouched else MAPPINGS
        before, after = ([row for row in rows if row["采用"] == "是"] for rows in (old, new))
        if bool(before) != bool(after):
            return GAPS
        bases = [{(row["表单"], row["资金口径"], row["单位"]) for row in rows} for rows in (before, after)]
        return SCOPE if self.across_years and bases[0] != bases[1] else DATA


def decided_score(row: Record) -> bool:
    """Whether a person's decision gave a score."""
    return row.get("状态") == Status.DECIDED or row.get("计分口径") == BY_DECISION


def decided_fact(row: Record) -> bool:
    """Whether a fact is what officers decided: where decisions enter the comparison of data."""
    return row.get("状态") == State.CORRECTED or row.get("表单") == DECISIONS


def grouped(rows: Sequence[Record]) -> Grouped:
    """Facts by department, year and field, derived ones left out."""
    groups: Grouped = defaultdict(list)
    for row in rows:
        if row["状态"] != State.DERIVED:
            groups[row["部门"], row["年度"], row["字段"]].append(row)
    return dict(groups)


def _shown(text: str) -> float:
    value = number(text)
    return 0.0 if value is None else value


def _points(value: float) -> float:
    """A difference of scores of at most two decimals, without the noise of subtracting floats."""
    return canonical(round(value, 9))
