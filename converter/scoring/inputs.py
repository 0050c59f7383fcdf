"""Facts → whole columns: the value of every input for every department, derived fields included, and why one is missing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from functools import cached_property

import numpy as np
import pandas as pd

from converter.mapping.fields import FieldKind
from converter.scoring.columns import Taken, matrix
from converter.scoring.derivations import Derivations
from converter.scoring.evidence import Evidence
from converter.scoring.expressions import Formula, Input
from converter.scoring.factrows import FactRow
from converter.scoring.frames import fact_rows, facts_frame, joined
from converter.scoring.lacking import INCOMPARABLE, NO_CELL, NO_FORM, REASONS, ZERO, Missing
from converter.scoring.rounding import Flags, Floats, snap
from converter.vocabulary.findings import Place
from converter.vocabulary.numbers import State

#: Listed rows that hold one of these cannot be added up; a blank or a dash among them lists nothing.
_NO_SUM = frozenset([State.ERROR, State.UNREADABLE, State.STALE])


class Inputs:
    """Values by input for a fixed list of departments, in the scored year. Facts must have been adopted.

    `incomparable` holds the (department, field) whose figure of last year is not to be compared with this year's; the
    field "" stands for all of them. The facts may come as rows, and those of a frame beside it where they are at hand.
    """

    def __init__(
        self,
        facts: pd.DataFrame | Sequence[FactRow],
        departments: Sequence[str],
        year: int,
        derivations: Derivations,
        incomparable: Collection[tuple[str, str]] = (),
        *,
        rows: Sequence[FactRow] | None = None,
    ) -> None:
        self.departments, self.year, self.derivations = list(departments), year, derivations
        self._incomparable = frozenset(incomparable)
        self._facts, self._every = facts, rows
        self._position = {name: index for index, name in enumerate(self.departments)}
        self._columns: dict[Input, Floats] = {}
        self._filled: dict[Input, Floats] = {}
        self._known: dict[Input, Flags] = {}
        #: Whose columns are sure to hold no infinite number.
        self.finite: set[Input] = set()
        self._used: dict[Input, list[int]] = {}
        self._evidence: dict[Input, Evidence] = {}
        self._gaps: dict[tuple[Input, int], list[Missing]] = {}

    def without(self, incomparable: Collection[tuple[str, str]]) -> "Inputs":
        """The same inputs with figures of last year that are not to be compared; what is read of this year stays as it is."""
        made = copy(self)
        made._incomparable, made._used, made._gaps = frozenset(incomparable), {}, {}
        stays = {one for one in self._columns if one.offset == 0 and not self.derivations.of(one)}
        made._columns = {one: column for one, column in self._columns.items() if one in stays}
        made._filled = {one: column for one, column in self._filled.items() if one in stays}
        made._known = {one: flags for one, flags in self._known.items() if one in stays}
        made.finite = self.finite & stays
        return made

    @cached_property
    def facts(self) -> pd.DataFrame:
        """The facts frame."""
        return self._facts if isinstance(self._facts, pd.DataFrame) else joined(facts_frame(()), self._facts)

    @cached_property
    def every(self) -> Sequence[FactRow]:
        """The rows of the facts frame."""
        if self._every is not None:
            return self._every
        return fact_rows(self._facts) if isinstance(self._facts, pd.DataFrame) else self._facts

    def read_together(self, wanted: Iterable[Input]) -> None:
        """Makes the columns of all that is read, not derived, and where they have numbers, before they are asked for."""
        wanted = [one for one in dict.fromkeys(wanted) if one not in self._columns and not self.derivations.of(one)]
        read = [one for one in wanted if one.offset >= 0 or not self._incomparable]
        numbers = matrix([self._summable(one) for one in read], len(self.departments))
        if np.isinf(numbers).any():
            return
        known = ~np.isnan(numbers)
        self._columns.update(zip(read, numbers, strict=True))
        self._known.update(zip(read, known, strict=True))
        self._filled.update(zip(read, np.where(known, numbers, 0.0), strict=True))
        self.finite.update(read)

    def column(self, wanted: Input) -> Floats:
        """The input's value for every department, NaN where missing; derived fields by their first formula that works."""
        if wanted not in self._columns:
            formulas = self.derivations.of(wanted)
            self._columns[wanted] = self._derive(wanted, formulas) if formulas else self._read(wanted)
        return self._columns[wanted]

    def filled(self, wanted: Input) -> Floats:
        """The input's value for every department, 0 where missing."""
        if wanted not in self._filled:
            self._filled[wanted] = np.where(self.known(wanted), self.column(wanted), 0.0)
        return self._filled[wanted]

    def known(self, wanted: Input) -> Flags:
        """Where the input has a number."""
        if wanted not in self._known:
            self._known[wanted] = ~np.isnan(self.column(wanted))
        return self._known[wanted]

    def _read(self, wanted: Input) -> Floats:
        """The adopted numbers, without those of last year that are not comparable."""
        numbers = self.given(wanted)
        if wanted.offset < 0 and self._incomparable:
            apart = [not self._comparable(wanted, position) for position in range(len(self.departments))]
            numbers = np.where(apart, np.nan, numbers)
        return numbers

    def given(self, wanted: Input) -> Floats:
        """The adopted numbers; the rows of a repeating field are added, if all can be read."""
        made: Floats = matrix([self._summable(wanted)], len(self.departments))[0]
        return made

    def _summable(self, wanted: Input) -> Taken:
        key = wanted.name, self.year + wanted.offset
        taken = self._taken.get(key, {})
        if taken and (unknown := self._no_sums):
            return {at: rows for at, rows in taken.items() if (self.departments[at], *key) not in unknown}
        return taken

    def _comparable(self, wanted: Input, position: int) -> bool:
        """Whether a figure may be set against this year's: officers who correct one of last year answer for that."""
        who = self.departments[position]
        if wanted.offset == 0 or not {(who, ""), (who, wanted.name)} & self._incomparable:
            return True
        return any(row.adopted and row.state == State.CORRECTED for row in self.about(wanted, position))

    def _derive(self, wanted: Input, formulas: Sequence[Formula]) -> Floats:
        result = np.full(len(self.departments), np.nan)
        used = np.full(len(self.departments), -1, dtype=np.int64)
        for index, formula in enumerate(formulas):
            values, _ = formula.values(lambda needed: self.column(Input(needed.name, needed.offset + wanted.offset)))
            take = np.isnan(result) & ~np.isnan(values)
            result[take], used[take] = np.broadcast_to(values, result.shape)[take], index
        self._used[wanted] = used.tolist()
        ratio = self.derivations.dictionary[wanted.name].kind is FieldKind.RATIO
        return result if ratio else snap(result)  # 19327.86 + 745.03 − 19504.84 is 568.05, not 568.0499999999993

    def formula_used(self, wanted: Input, position: int) -> Formula | None:
        """The formula that gave a derived input for a department, None where there is none."""
        formulas = self.derivations.of(wanted)
        if not formulas:
            return None
        if wanted not in self._used:
            self.column(wanted)
        index = self._used[wanted][position]
        return formulas[index] if index >= 0 else None

    def leaves(self, wanted: Input, position: int) -> tuple[Input, ...]:
        """The read inputs that a value really came from, in reading order, each once; derived fields resolved by the formula
        used.
        """
        formula = self.formula_used(wanted, position)
        if formula is None:
            return (wanted,)
        below = (Input(n.name, n.offset + wanted.offset) for n in formula.inputs())
        return tuple(dict.fromkeys(leaf for needed in below for leaf in self.leaves(needed, position)))

    def missing(self, wanted: Input, position: int) -> list[Missing]:
        """Why the input has no number: itself, or for a derived field the gaps of its formula with the fewest gaps.

        A derived field whose formula lacks nothing divides by zero.
        """
        if (wanted, position) not in self._gaps:
            self._gaps[wanted, position] = self._missing(wanted, position)
        return self._gaps[wanted, position]

    def _missing(self, wanted: Input, position: int) -> list[Missing]:
        if self.known(wanted)[position]:
            return []
        formulas = self.derivations.of(wanted)
        if not formulas:
            return [self._reason(wanted, position)]
        options = [
            [gap for n in formula.inputs() for gap in self.missing(Input(n.name, n.offset + wanted.offset), position)]
            for formula in formulas
        ]
        return min(options, key=len) or [Missing(wanted.name, self.year + wanted.offset, ZERO)]

    def _reason(self, wanted: Input, position: int) -> Missing:
        department, year = self.departments[position], self.year + wanted.offset
        rows = self.about(wanted, position)
        for row in (
            sorted(rows, key=lambda row: row.state is State.BLANK) if len(rows) > 1 else rows
        ):  # a dash elsewhere declares
            if row.adopted and not self._comparable(wanted, position):
                return Missing(wanted.name, year, INCOMPARABLE, row.place)
            if row.state in REASONS:
                return Missing(wanted.name, year, REASONS[row.state], row.place)
        dictionary = self.derivations.dictionary
        sources = dictionary[wanted.name].sources if wanted.name in dictionary else ()
        forms = self._forms.get(department, {})
        no_form = bool(sources) and not any(forms.get(form, 0) >= year for form in sources)
        return Missing(wanted.name, year, NO_FORM if no_form else NO_CELL)

    @cached_property
    def _rows(self) -> dict[tuple[str, str, int], list[FactRow]]:
        """The facts by department, field and year."""
        rows = defaultdict(list)
        for row in self.every:
            rows[row.department, row.field, row.year].append(row)
        return dict(rows)

    @cached_property
    def _taken(self) -> dict[tuple[str, int], dict[int, list[FactRow]]]:
        """The adopted ones of them by field and year, and then by the department's position."""
        found: dict[tuple[str, int], dict[int, list[FactRow]]] = {}
        for row in self.every:
            if row.adopted and (position := self._position.get(row.department)) is not None:
                key = row.field, row.year
                taken = found.get(key)
                if taken is None:
                    taken = found[key] = {}
                if position in taken:
                    taken[position].append(row)
                else:
                    taken[position] = [row]
        return found

    @cached_property
    def _no_sums(self) -> set[tuple[str, str, int]]:
        """Department, field and year of listed rows that cannot be added up."""
        listed = self.derivations.listed
        return {(r.department, r.field, r.year) for r in self.every if r.state in _NO_SUM and r.field in listed}

    @cached_property
    def _forms(self) -> dict[str, dict[str, int]]:
        """Each department's newest form of a kind."""
        forms: dict[str, dict[str, int]] = {}
        for department, form, year in {(row.department, row.form, row.form_year) for row in self.every}:
            newest = forms.setdefault(department, {})
            newest[form] = max(year, newest.get(form, 0))
        return forms

    def about(self, wanted: Input, position: int) -> list[FactRow]:
        """Every fact about an input of a department."""
        return self._rows.get((self.departments[position], wanted.name, self.year + wanted.offset), [])

    def declared(self, wanted: Input, position: int) -> bool:
        """Whether a department declares with a dash that there is no such thing."""
        return any(row.state == State.DASH for row in self.about(wanted, position))

    def rows(self, wanted: Input, position: int) -> list[FactRow]:
        """The adopted facts about an input of a department, else every fact about it."""
        return self.adopted(wanted, position) or self.about(wanted, position)

    def adopted(self, wanted: Input, position: int) -> list[FactRow]:
        """The adopted facts about an input of a department."""
        return self._taken.get((wanted.name, self.year + wanted.offset), {}).get(position, [])

    def evidence(self, wanted: Input) -> Evidence:
        """The adopted facts about an input of every department."""
        if wanted not in self._evidence:
            taken = self._taken.get((wanted.name, self.year + wanted.offset), {})
            self._evidence[wanted] = Evidence([taken.get(at, ()) for at in range(len(self.departments))])
        return self._evidence[wanted]

    def place(self, wanted: Input, position: int) -> Place:
        """The cell of the adopted fact behind an input, else of any fact about it."""
        return next((row.place for row in self.rows(wanted, position)), Place())

    def gaps(self, formula: Formula, position: int) -> list[Missing]:
        """What a formula lacks for a department, in reading order, each once."""
        found = [gap for needed in formula.inputs() for gap in self.missing(needed, position)]
        return list(dict.fromkeys(found))

    def derived(self, wanted: Iterable[Input]) -> list[tuple[str, int, str, float, str]]:
        """Department, year, field, value and formula used of every derived input that was computed, for facts of state 推算."""
        rows = []
        for one in self.derivations.closure(wanted):
            if self.derivations.of(one):
                column, year = self.column(one).tolist(), self.year + one.offset
                for position in np.flatnonzero(self.known(one)).tolist():
                    formula = self.formula_used(one, position)
                    text = formula.text if formula else ""
                    rows.append((self.departments[position], year, one.name, column[position], text))
        return rows
