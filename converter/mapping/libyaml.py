"""A YAML text that is written plainly, read by libyaml, in a twentieth of ruamel's time. What libyaml refuses, and what the two
could read differently, is left to ruamel (syntax.py): values, positions and mistakes are always those of YAML 1.2.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from converter.mapping.mistakes import Position
from converter.mapping.trees import Part, Parts, Tree

#: Reads text into events; None where PyYAML was built without libyaml.
_LOADER = getattr(yaml, "CBaseLoader", None)
#: What is white space, the end of a line or the mark of an encoding to one of the two and not to the other; the heads of texts of
#: several lines about which they quarrel (with a comment right behind, or above an empty line).
_ODD = re.compile("[\t\x85\u2028\u2029\ufeff]|[|>][-+0-9]*(?:#|[^\r\n]*(?:\r\n|[\r\n]) *[\r\n])")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
#: All else that could be a number, a date, a merge or a default, and more.
_DOUBTFUL = re.compile(r"[-+.0-9][-+.0-9A-Za-z_: ]*|<<|=")


class _DoubtfulError(Exception):
    """Something that only ruamel knows how to read."""


_Node = tuple[Any, Position, Parts]


def quickly(text: str) -> Tree | None:
    """The tree of a text that is one mapping, plainly written, else None."""
    if _LOADER is None or _ODD.search(text):
        return None
    try:
        return _Reader(yaml.parse(text, Loader=_LOADER)).document()
    except (yaml.YAMLError, _DoubtfulError, RecursionError):
        return None


class _Reader:
    """Events → a tree. Raises _DoubtfulError."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._next = events.__next__
        self._anchored: dict[str, _Node] = {}

    def document(self) -> Tree:
        """The only document of a stream."""
        self._next()
        start = self._next()
        if type(start) is not yaml.DocumentStartEvent or start.version or start.tags:
            raise _DoubtfulError
        plain, _, parts = self._node(self._next())
        self._next()
        if type(plain) is not dict or type(self._next()) is not yaml.StreamEndEvent:
            raise _DoubtfulError
        return Tree(plain, parts)

    def _node(self, event: Any) -> _Node:
        """The value that begins with an event, where it stands, and what is in it."""
        kind, anchor = type(event), event.anchor
        if kind is yaml.AliasEvent:
            if anchor not in self._anchored:
                raise _DoubtfulError
            return self._anchored[anchor]
        if event.tag is not None:
            raise _DoubtfulError
        position = event.start_mark.line + 1, event.start_mark.column + 1
        node: _Node
        if kind is yaml.ScalarEvent:
            node = _value(event.value) if event.implicit[0] else event.value, position, {}
        elif kind is yaml.MappingStartEvent:
            node = self._mapping(position)
        else:
            node = self._list(position)
        if anchor is not None:
            if anchor in self._anchored:
                raise _DoubtfulError
            self._anchored[anchor] = node
        return node

    def _mapping(self, position: Position) -> _Node:
        plain: dict[str, Any] = {}
        parts: dict[str | int, Part] = {}
        while type(event := self._next()) is not yaml.MappingEndEvent:
            key, of_key, _ = self._node(event)
            if type(key) is not str or key in plain:
                raise _DoubtfulError
            plain[key], of_value, inside = self._node(self._next())
            parts[key] = Part(of_key, of_value if plain[key] is not None else of_key, inside)
        return plain, position, parts

    def _list(self, position: Position) -> _Node:
        plain: list[Any] = []
        parts: dict[str | int, Part] = {}
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            value, of_value, inside = self._node(event)
            if value is None:
                raise _DoubtfulError
            parts[len(plain)] = Part(of_value, of_value, inside)
            plain.append(value)
        return plain, position, parts


def _value(text: str) -> str | float | bool | None:
    """What a scalar without quotes is."""
    if text in _WORDS:
        return _WORDS[text]
    if not _DOUBTFUL.fullmatch(text):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    raise _DoubtfulError
