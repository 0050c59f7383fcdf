"""A YAML text as plain values and the position of every node; read by libyaml.py or syntax.py. Light, for who only holds it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from converter.mapping.mistakes import Position


class Part(NamedTuple):
    """An entry of a mapping or a list: where its key and its value begin (one place in a list, and where there is no value), and
    what is in its value.
    """

    key: Position
    value: Position
    parts: "Parts"


#: Key, or number in a list, → entry. A scalar has none.
Parts = Mapping[str | int, Part]


class Tree(NamedTuple):
    """The values of a text and their positions. It is shared: nobody changes it."""

    plain: Any
    parts: Parts
