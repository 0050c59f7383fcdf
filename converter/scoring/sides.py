"""One side of a check over all departments: its value, its gaps, the cells behind it and what each counts for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from converter.scoring.checks import LAST_FORM
from converter.scoring.evidence import Evidence, Together
from converter.scoring.expressions import Formula, Input, parse
from converter.scoring.factrows import FactRow
from converter.scoring.frames import adopt_form
from converter.scoring.inputs import Inputs
from converter.scoring.prior import PRIOR_MARK
from converter.scoring.rounding import SNAP, Flags, Floats, half_up
from converter.scoring.slopes import slope
from converter.vocabulary.numbers import USABLE, canonical

_parsed = lru_cache(maxsize=1024)(parse)


@lru_cache(maxsize=1 << 13)
def _without_noise(value: float) -> float:
    return canonical(round(value, SNAP))


def _any(flags: Sequence[Flags]) -> Flags:
    """Where any of them holds; of one alone that itself."""
    together: Flags = flags[0] if len(flags) == 1 else np.logical_or.reduce(flags)
    return together


@dataclass
class Desk:
    """The inputs of a batch, whole and narrowed to one form of one year; each narrowing is made once."""

    whole: Inputs
    _narrowed: dict[str, Inputs] = field(default_factory=dict)
    _sides: dict[tuple[str, str, int, str], "Side"] = field(default_factory=dict)
    _lacking: dict[str, set[str]] = field(default_factory=dict)

    @cached_property
    def _by_form(self) -> dict[tuple[str, int], list[FactRow]]:
        """The facts by form and its year."""
        found: dict[tuple[str, int], list[FactRow]] = {}
        for row in self.whole.every:
            found.setdefault((row.form, row.form_year), []).append(row)
        return found

    def lacking(self, form: str) -> set[str]:
        """The departments that handed in no such form."""
        if form not in self._lacking:
            self._lacking[form] = set(self.whole.departments) - {row.department for row in self.only(form).every}
        return self._lacking[form]

    def only(self, form: str) -> Inputs:
        """The same departments with the facts of one form of the scored year, or of the year before (上年 before its
        name); all facts for "".
        """
        if not form:
            return self.whole
        if form not in self._narrowed:
            inputs = self.whole
            last = form.startswith(LAST_FORM)
            bare = form.removeprefix(LAST_FORM)
            forms = [bare, bare + PRIOR_MARK] if last else [bare]
            rows = [row for one in forms for row in self._by_form.get((one, inputs.year - last), ())]
            own = adopt_form(rows, inputs.derivations.dictionary)
            self._narrowed[form] = Inputs(own, inputs.departments, inputs.year, inputs.derivations)
        return self._narrowed[form]

    def read(self) -> None:
        """Reads what all sides made so far want, of each form together."""
        wanted: dict[int, list[Input]] = {}
        inputs = {id(side.inputs): side.inputs for side in self._sides.values()}
        for side in self._sides.values():
            wanted.setdefault(id(side.inputs), []).extend(side.wanted)
        for key, own in inputs.items():
            own.read_together(wanted[key])

    def side(self, form: str, text: str, shift: int, where: str) -> "Side":
        """The side that `text` gives, made once; it takes its numbers from `form`, else from the check's `where`."""
        key = form, text, shift, where
        if key not in self._sides:
            self._sides[key] = Side(form, _parsed(text), self.only(form or where), shift)
        return self._sides[key]


@dataclass(frozen=True, eq=False)
class Side:
    """A formula over the inputs of `form`, `shift` years from the scored one (0 or −1)."""

    form: str
    formula: Formula
    inputs: Inputs
    shift: int
    _figures: dict[int, list[FactRow]] = field(default_factory=dict, repr=False)

    @cached_property
    def wanted(self) -> tuple[Input, ...]:
        """The fields of the formula with their years."""
        return tuple(Input(n.name, n.offset + self.shift) for n in self.formula.inputs())

    @cached_property
    def present(self) -> Floats:
        """The value, taking what is missing for nothing."""
        if (alone := self._alone) in self.inputs.finite:
            return self.inputs.filled(alone)
        values, _ = self.formula.values(lambda n: self.inputs.filled(Input(n.name, n.offset + self.shift)))
        whole = (len(self.inputs.departments),)
        return values if np.shape(values) == whole else np.broadcast_to(values, whole)

    @property
    def _alone(self) -> Input | None:
        """The field that is the whole formula, None where there is more to it."""
        return self.wanted[0] if isinstance(self.formula.tree, Input) else None

    @cached_property
    def values(self) -> list[float]:
        """The value for every department, without float noise."""
        return [_without_noise(value) for value in self.present.tolist()]

    @cached_property
    def gaps(self) -> Flags:
        """Where a number is missing."""
        return _any([self._gaps(wanted) for wanted in self.wanted])

    @cached_property
    def any_number(self) -> Flags:
        """Where there is any number at all."""
        return _any([self.inputs.known(wanted) for wanted in self.wanted])

    def _gaps(self, wanted: Input) -> Flags:
        """Of listed rows any without a number, while nothing listed is nothing missing."""
        if not self.inputs.derivations.dictionary[wanted.name].repeats:
            return ~self.inputs.known(wanted)
        departments = range(len(self.inputs.departments))
        return np.array([any(r.state not in USABLE for r in self.inputs.about(wanted, d)) for d in departments])

    @cached_property
    def words(self) -> str:
        """The formula in Chinese, with its form where the side has one of its own."""
        return self.formula.chinese() + (f"（{self.form}）" if self.form else "")

    def numbers(self, position: int) -> str:
        """The formula with its numbers."""
        column = self.inputs.column
        return self.formula.substituted(lambda n: float(column(Input(n.name, n.offset + self.shift))[position]))

    @cached_property
    def evidence(self) -> Evidence:
        """The facts behind the value of every department."""
        if self.wanted and not self._derived:
            parts = [self.inputs.evidence(wanted) for wanted in self.wanted]
            return parts[0] if len(parts) == 1 else Together(parts)
        return Evidence([self.figures(position) for position in range(len(self.inputs.departments))])

    def figures(self, position: int) -> list[FactRow]:
        """The facts behind the value of a department."""
        if position not in self._figures:
            leaves: Iterable[Input] = self.wanted
            if self._derived:
                leaves = dict.fromkeys(leaf for one in self.wanted for leaf in self.inputs.leaves(one, position))
            self._figures[position] = [row for leaf in leaves for row in self.inputs.adopted(leaf, position)]
        return self._figures[position]

    @cached_property
    def leaves(self) -> frozenset[Input]:
        """Every field, with its year, that the value may come from."""
        return frozenset(self.inputs.derivations.closure(self.wanted) if self._derived else self.wanted)

    @cached_property
    def _derived(self) -> bool:
        """Whether any of its fields is derived from others."""
        return any(self.inputs.derivations.of(wanted) for wanted in self.wanted)

    def weight(self, leaf: Input, position: int) -> float:
        """By how much the side grows when the leaf grows by one."""
        constant = self._slope(self.formula, self.shift, position, leaf)
        if constant is not None:
            return round(constant, SNAP) + 0.0
        grown = self.changed(position, leaf, 1.0) - self.changed(position, leaf, 0.0)
        return half_up(grown, SNAP)

    def changed(self, position: int, leaf: Input, by: float) -> float:
        """The value if the leaf were another by so much."""
        return self._value(self.formula, self.shift, position, leaf, by)

    def _slope(self, formula: Formula, shift: int, position: int, leaf: Input) -> float | None:
        def of(needed: Input) -> float | None:
            wanted = Input(needed.name, needed.offset + shift)
            used = self.inputs.formula_used(wanted, position)
            if used is not None:
                return self._slope(used, wanted.offset, position, leaf)
            return float(wanted == leaf)

        return slope(formula.tree, of)

    def _value(self, formula: Formula, shift: int, position: int, leaf: Input, more: float) -> float:
        def of(needed: Input) -> Floats:
            wanted = Input(needed.name, needed.offset + shift)
            used = self.inputs.formula_used(wanted, position)
            if used is not None:
                return np.array(self._value(used, wanted.offset, position, leaf, more))
            read = float(np.nan_to_num(self.inputs.column(wanted)[position]))
            return np.array(read + more if wanted == leaf else read)

        return float(formula.values(of)[0])
