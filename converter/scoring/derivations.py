"""The formulas of derived fields (mappings/fields.yaml): parsed, and in an order in which they can be computed."""

from collections.abc import Iterable

from converter.mapping.fields import Dictionary
from converter.scoring.expressions import ExpressionError, Formula, Input, parse
from converter.vocabulary.findings import ConfigurationError, Place


class Derivations:
    """The formulas of derived fields, parsed. Raises ConfigurationError C08 for a bad formula or a circle."""

    def __init__(self, dictionary: Dictionary) -> None:
        self.dictionary = dictionary
        self.listed = frozenset(name for name, known in dictionary.fields.items() if known.repeats)
        self.formulas: dict[str, list[Formula]] = {}
        for name, known in dictionary.fields.items():
            if known.formulas:
                self.formulas[name] = [self._parse(name, text, at) for at, text in enumerate(known.formulas)]
        for name in self.formulas:
            self._refuse_circle(name, (name,))

    def _parse(self, name: str, text: str, at: int) -> Formula:
        try:
            formula = parse(text)
        except ExpressionError as error:
            raise ConfigurationError("C08", f"{name}：{error}", "请改正公式", self._place(name, at)) from error
        for needed in formula.inputs():
            if needed.name not in self.dictionary:
                close = self.dictionary.nearest(needed.name)
                message = f"{name}：字段“{needed.name}”不在数据字典中"
                raise ConfigurationError("C08", message, f"是否为“{close}”？", self._place(name, at))
        return formula

    def _place(self, name: str, at: int) -> Place:
        return self.dictionary.formula_places[name][at]

    def _refuse_circle(self, name: str, path: tuple[str, ...]) -> None:
        for formula in self.formulas.get(name, ()):
            for needed in formula.inputs():
                if needed.name in path:
                    place = self.dictionary.places[name]
                    raise ConfigurationError(
                        "C08", f"推算公式循环引用：{' → '.join((*path, needed.name))}", "请改正", place
                    )
                self._refuse_circle(needed.name, (*path, needed.name))

    def of(self, wanted: Input) -> list[Formula]:
        """The formulas of an input in order, none when it is read from a form."""
        return self.formulas.get(wanted.name, [])

    def closure(self, wanted: Iterable[Input]) -> list[Input]:
        """The inputs and everything they are derived from, each behind what it needs (an order for computing)."""
        found: dict[Input, None] = {}

        def visit(one: Input) -> None:
            if one in found:
                return
            for formula in self.of(one):
                for needed in formula.inputs():
                    visit(Input(needed.name, needed.offset + one.offset))
            found[one] = None

        for one in wanted:
            visit(one)
        return list(found)
