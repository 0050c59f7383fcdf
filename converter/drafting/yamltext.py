"""Values as YAML text that reads back as the very same value, laid out as the shipped schemes are."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from converter.vocabulary.numbers import canonical, shortest

Value = str | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]


def percent_text(ratio: float) -> str:
    """0.05 → 5%, with all its digits."""
    return shortest(canonical(ratio * 100)) + "%"


@lru_cache(maxsize=4096)
def scalar(text: str, *, alone: bool = False) -> str:
    """A text as a plain scalar where YAML reads it back unchanged, else in double quotes.

    `alone` is for a value that has the rest of its line; a key, or a value inside a flow mapping, may hold less.
    """
    if text and text == text.strip() and text.isprintable():
        trial, wanted = (f"a: {text}", {"a": text}) if alone else (f"{{{text}: [{text}]}}", {text: [text]})
        try:
            if YAML(typ="safe", pure=True).load(trial) == wanted:
                return text
        except (YAMLError, ValueError):
            pass
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    """A character inside double quotes."""
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    return {"\n": "\\n", "\t": "\\t"}.get(character) or f"\\U{ord(character):08x}"


def flow(value: Value) -> str:
    """A value on one line: {above: 100%, every: 1%}, [2, 2]."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, int | float):
        return shortest(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(flow(inner) for inner in value) + "]"


def entry(key: str, value: Value, indent: int) -> list[str]:
    """`key: value` as lines: a list of mappings as a block, a text of several lines as a literal, else in flow style."""
    pad = " " * indent
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [f"{pad}{scalar(key)}:", *(f"{pad}  - {flow(one)}" for one in value)]
    if isinstance(value, str) and _fits_a_literal(value):
        return [f"{pad}{scalar(key)}: |-", *(f"{pad}  {line}" if line else "" for line in value.split("\n"))]
    return [f"{pad}{scalar(key)}: {scalar(value, alone=True) if isinstance(value, str) else flow(value)}"]


def comment(text: str, indent: int) -> list[str]:
    """A comment, a line for each line of the text."""
    lines = ("".join(c if c.isprintable() else " " for c in line) for line in text.split("\n"))
    return [f"{' ' * indent}# {line}".rstrip() for line in lines]


def _fits_a_literal(text: str) -> bool:
    """Whether a block literal gives back every character."""
    lines = text.split("\n")
    return len(lines) > 1 and all(line.isprintable() and line.strip() for line in lines) and text == text.strip()
