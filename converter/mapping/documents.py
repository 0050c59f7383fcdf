"""Strict YAML: every mistake is an error with file:line:column, the reason and the nearest known key."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypeVar

import pydantic
from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import ErrorDetails, PydanticCustomError

from converter.mapping.mistakes import Mistake, Position, Steps, end_of, full_width_colon, of_value
from converter.mapping.trees import Tree
from converter.vocabulary.findings import ConfigurationError, Place

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A model of a YAML file: unknown keys and wrong types are errors, values never change."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False, defer_build=True
    )


def _ratio(value: object) -> object:
    """100% → 1.0, 1/3 → 0.333…, a number as it is."""
    if isinstance(value, str):
        if match := re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*%", value):
            return float(Fraction(match[1]) / 100)
        if (match := re.fullmatch(r"(-?\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)", value)) and Fraction(match[2]):
            return float(Fraction(match[1]) / Fraction(match[2]))
        raise PydanticCustomError("ratio", "应为百分数（如 5%）、分数（如 1/3）或数字")
    return value


Ratio = Annotated[float, BeforeValidator(_ratio)]


class Document:
    """A YAML file with the position of each of its nodes. `shown` is the file's name in messages.

    Raises ConfigurationError C01 for a file that is no YAML, C03 for a duplicate key, C04 for a full-width colon.
    """

    def __init__(self, path: Path, shown: str) -> None:
        self.path, self.shown = path, shown
        self.text = self._read()
        found = _tree(self.text)
        if isinstance(found, Mistake):
            raise self._refusal(found)
        self.plain, self.parts = found
        if isinstance(self.plain, str) and "：" in self.plain:
            line = next(number for number, line in enumerate(self.text.splitlines()) if "：" in line)
            raise self._refusal(full_width_colon(self.text, line))
        if not isinstance(self.plain, dict):
            raise self._refusal(Mistake("C01", "文件应由“键: 值”组成", "请对照 mappings 中的同类文件", (1, 1)))

    def _read(self) -> str:
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise ConfigurationError("C01", "打不开文件", "请核对路径与权限", Place(self.shown)) from error
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            advice = "文件可能是 GBK 编码，请用记事本“另存为”选择 UTF-8"
            position = end_of(content[: error.start].decode("utf-8-sig"))
            raise self._refusal(Mistake("C01", "文件不是 UTF-8 编码", advice, position)) from error

    def parse(self, model: type[Model], context: Mapping[str, object] | None = None) -> Model:
        """The whole file as `model`; the first mistake in reading order is raised, a missing key after all others.

        Raises ConfigurationError C02, or C04 where a full-width colon made one key of a key and its value.
        """
        try:
            return model.model_validate(self.plain, context=dict(context or {}))
        except pydantic.ValidationError as error:
            first, *others = self._mistakes(error.errors(), model)
            more = f"；本文件另有 {len(others)} 处错误" if others else ""
            raise self._refusal(first[0]._replace(reason=first[0].reason + more), first[1]) from error

    def mistakes(self, model: type[BaseModel], context: Mapping[str, object] | None = None) -> list[ConfigurationError]:
        """Everything that keeps the file from being a `model`, in reading order."""
        try:
            model.model_validate(self.plain, context=dict(context or {}))
        except pydantic.ValidationError as error:
            return [self._refusal(*one) for one in self._mistakes(error.errors(), model)]
        return []

    def _mistakes(self, details: Sequence[ErrorDetails], model: type[BaseModel]) -> list[tuple[Mistake, Steps]]:
        """Each mistake and its node; missing keys stand last, since a misspelt one explains them."""
        found: dict[tuple[bool, Position, Steps], ErrorDetails] = {}
        for detail in details:
            path, missing = self._known(detail["loc"]), detail["type"] == "missing"
            name = (*path, detail["loc"][-1]) if missing else path
            found.setdefault((missing, self.position(path), name), detail)
        mistakes = []
        for (*_, name), detail in sorted(found.items(), key=lambda item: item[0][:2]):
            path = self._known(name)
            wrong = of_value(detail, path, model)
            position = self.position(path, key=wrong.at_key)
            mistakes.append((Mistake(wrong.code, wrong.reason, wrong.advice, position), path))
        return mistakes

    def error(self, code: str, message: str, advice: str, *path: str | int) -> ConfigurationError:
        """An error about a node."""
        return ConfigurationError(code, message, advice, self.place(*path))

    def place(self, *path: str | int, key: bool = True) -> Place:
        """The place of a node, by its key or its value."""
        line, column = self.position(path, key=key)
        return Place(self.file_of(path), "", f"{line}:{column}")

    def file_of(self, path: Sequence[str | int]) -> str:
        """The file in which a node is written, as it is shown."""
        del path
        return self.shown

    def position(self, path: Sequence[str | int], *, key: bool = True) -> Position:
        """Line and column (from 1) of a node, by its key or its value; of the nearest parent where it is missing."""
        position = (1, 1)
        for _, of_key, of_its_value in self._walk(path):
            position = of_key if key else of_its_value
        return position

    def _known(self, path: Sequence[str | int]) -> Steps:
        """The steps that lead down the file; pydantic names union members and validators among them too."""
        return tuple(step for step, *_ in self._walk(path))

    def _walk(self, path: Sequence[str | int]) -> Iterator[tuple[str | int, Position, Position]]:
        """Each step of `path` that is in the file, with the positions of its key and its value."""
        parts = self.parts
        for step in path:
            if (part := parts.get(step)) is not None:
                parts = part.parts
                yield step, part.key, part.value

    def _refusal(self, mistake: Mistake, path: Sequence[str | int] = ()) -> ConfigurationError:
        code, reason, advice, (line, column) = mistake
        return ConfigurationError(code, reason, advice, Place(self.file_of(path), "", f"{line}:{column}"))


@lru_cache(maxsize=256)
def _tree(text: str) -> Tree | Mistake:
    """The tree of a text, which nobody changes, or what is wrong with it."""
    from converter.mapping.libyaml import quickly  # which no worker needs

    found = quickly(text)
    if found is not None:
        return found
    from converter.mapping.syntax import carefully  # ruamel, which hardly any run needs

    return carefully(text)
