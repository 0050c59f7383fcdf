"""Strict YAML: every mistake is an error with file:line:column, the reason and the nearest known key."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pydantic
from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import ErrorDetails, PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from converter.vocabulary.findings import ConfigurationError, Place
from converter.vocabulary.labels import nearest

Model = TypeVar("Model", bound=BaseModel)
Position = tuple[int, int]
Path_ = tuple[str | int, ...]


class Strict(BaseModel):
    """A model of a YAML file: unknown keys and wrong types are errors, values never change."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False
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


def load(path: Path, model: type[Model], shown: str, context: Mapping[str, object] | None = None) -> Model:
    """The file as `model`. `shown` is the file's name in messages. Raises ConfigurationError C01–C04."""
    return Document(path, shown).parse(model, context)


class Document:
    """A YAML file with the position of each of its nodes."""

    def __init__(self, path: Path, shown: str) -> None:
        self.path, self.shown = path, shown
        self.text = _read(path, shown)
        self.root = self._compose()
        self.plain = _plain(self.root)

    def _compose(self) -> object:
        parser = YAML(typ="rt", pure=True)
        try:
            root = parser.load(self.text)
        except DuplicateKeyError as error:
            raise self._duplicate(error) from error
        except MarkedYAMLError as error:
            raise self._syntax(error) from error
        except YAMLError as error:
            raise ConfigurationError(
                "C01", f"不是规范的 YAML：{error}", "请检查缩进与标点", Place(self.shown)
            ) from error
        if isinstance(root, str) and "：" in root:
            raise self._full_width(0)
        if not isinstance(root, CommentedMap):
            raise ConfigurationError("C01", "文件应由“键: 值”组成", "请对照 mappings 中的同类文件", Place(self.shown))
        return root

    def parse(self, model: type[Model], context: Mapping[str, object] | None = None) -> Model:
        """The whole file as `model`; the first mistake in reading order is raised, a missing key after all others."""
        try:
            return model.model_validate(self.plain, context=dict(context or {}))
        except pydantic.ValidationError as error:
            details = sorted(
                error.errors(), key=lambda detail: (detail["type"] == "missing", self.position(detail["loc"]))
            )
            position, reason, advice = self._mistake(details[0], model)  # a misspelt key explains a missing one
            more = f"；本文件另有 {len(details) - 1} 处错误" if len(details) > 1 else ""
            raise self.error("C02", reason + more, advice, position) from error

    def error(self, code: str, message: str, advice: str, position: Position) -> ConfigurationError:
        """An error at a position (line and column from 1)."""
        return ConfigurationError(code, message, advice, Place(self.shown, "", f"{position[0]}:{position[1]}"))

    def place(self, *path: str | int) -> Place:
        """The place of a node, for findings about the rules."""
        line, column = self.position(path)
        return Place(self.shown, "", f"{line}:{column}")

    def position(self, path: Sequence[str | int], *, key: bool = True) -> Position:
        """Line and column (from 1) of a node, by its key or its value; of the nearest parent where it is missing."""
        node, best = self.root, (1, 1)
        for index, step in enumerate(path):
            last = index == len(path) - 1
            if isinstance(node, CommentedMap) and step in node:
                line, column = node.lc.key(step) if key or not last else node.lc.value(step)
                node = node[step]
            elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
                line, column = node.lc.item(step)
                node = node[step]
            else:
                continue  # pydantic names union members and validators in the path too
            best = (line + 1, column + 1)
        return best

    def _mistake(self, detail: ErrorDetails, model: type[BaseModel]) -> tuple[Position, str, str]:
        path = tuple(detail["loc"])
        kind = detail["type"]
        subject = ".".join(str(step) for step, before in zip(path, (None, *path), strict=False) if step != before)
        if kind == "extra_forbidden":
            return self._unknown_key(path, subject, _fields_at(model, path[:-1]))
        if kind == "missing":
            return self.position(path[:-1]), f"{subject}：缺少必填的键“{path[-1]}”", "请补上"
        position = self.position(path, key=False)
        given = detail["input"]
        if kind == "string_type" and isinstance(given, int | float):
            return position, f"{subject}：编码和名称应为文字，现为数字 {given}", "编码请加引号，如 '001'"
        reason = _REASONS.get(kind) or detail["msg"].removeprefix("Value error, ")
        return position, f"{subject}：{reason}，现为 {_brief(given)}", _ADVICE.get(kind, "请改正")

    def _unknown_key(self, path: Path_, subject: str, known: list[str]) -> tuple[Position, str, str]:
        key = str(path[-1])
        position = self.position(path)
        if "：" in key:
            return position, f"{subject}：键后面用了全角冒号", "请改为半角冒号加一个空格（: ）"
        close = nearest(key, known, floor=40)
        advice = f"是否为“{close}”？" if close else f"可用的键：{'、'.join(sorted(known))}"
        return position, f"{subject}：不认识的键“{key}”", advice

    def _duplicate(self, error: DuplicateKeyError) -> ConfigurationError:
        mark = error.problem_mark
        match = re.search(r'key "(.*?)"', error.problem or "")
        name = match[1] if match else ""
        first = ""
        if error.context_mark is not None and match:
            lines = self.text.splitlines()
            start, indent = error.context_mark.line, mark.column
            for number in range(start, mark.line):
                if re.match(rf"\s{{{indent}}}[\"']?{re.escape(name)}[\"']?\s*:", lines[number]):
                    first = f"，第一次在第 {number + 1} 行"
                    break
        return self.error("C03", f"键“{name}”重复{first}", "请只保留一个", (mark.line + 1, mark.column + 1))

    def _syntax(self, error: MarkedYAMLError) -> ConfigurationError:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        lines = self.text.splitlines()
        for number in (line, line - 1):
            if 0 <= number < len(lines) and re.match(r"\s*(?:- )?[^\s:#'\"]+：", lines[number]):
                return self._full_width(number)
        if 0 <= line < len(lines) and "\t" in lines[line][: column + 1]:
            return self.error("C01", "缩进里有制表符", "请改用空格缩进", (line + 1, lines[line].index("\t") + 1))
        return self.error("C01", f"YAML 语法错误（{error.problem}）", "请检查缩进、引号与冒号", (line + 1, column + 1))

    def _full_width(self, line: int) -> ConfigurationError:
        column = self.text.splitlines()[line].find("：")
        return self.error("C04", "键后面用了全角冒号", "请改为半角冒号加一个空格（: ）", (line + 1, column + 1))


_REASONS = {
    "string_type": "应为文字",
    "int_type": "应为整数",
    "float_type": "应为数字",
    "bool_type": "应为 true 或 false",
    "list_type": "应为列表",
    "dict_type": "应为“键: 值”",
    "model_type": "应为“键: 值”",
    "tuple_type": "应为列表",
    "greater_than": "应大于 0",
    "greater_than_equal": "不应小于 0",
    "string_pattern_mismatch": "格式不对",
    "too_short": "不能为空",
    "literal_error": "不是允许的取值",
    "enum": "不是允许的取值",
}
_ADVICE = {"literal_error": "请对照 README 中的取值表", "enum": "请对照 README 中的取值表"}


def _read(path: Path, shown: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        advice = "文件可能是 GBK 编码，请用记事本“另存为”选择 UTF-8"
        raise ConfigurationError("C01", "文件不是 UTF-8 编码", advice, Place(shown)) from error
    except OSError as error:
        raise ConfigurationError("C01", "打不开文件", "请核对路径与权限", Place(shown)) from error


def _plain(node: object) -> object:
    """ruamel's nodes as plain Python values."""
    if isinstance(node, Mapping):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, str):
        return str(node)
    if isinstance(node, float):
        return float(node)
    return int(node) if isinstance(node, int) and not isinstance(node, bool) else node


def _brief(value: object) -> str:
    text = str(value)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def _fields_at(model: type[BaseModel], path: Path_) -> list[str]:
    """The keys known at `path` of a model."""
    current: Any = model
    for step in path:
        current = _inner(current, step)
        if current is None:
            return []
    models = [m for m in _members(current) if isinstance(m, type) and issubclass(m, BaseModel)]
    return [field.alias or name for m in models for name, field in m.model_fields.items()]


def _members(annotation: Any) -> list[Any]:
    """The types an annotation allows, containers opened by one level."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    arguments = getattr(annotation, "__args__", ())
    return [found for argument in arguments for found in _members(argument)]


def _inner(annotation: Any, step: str | int) -> Any:
    """The annotation one step down: a model's field, or what a mapping or list holds."""
    for model in _members(annotation):
        for name, field in model.model_fields.items():
            if step in (name, field.alias):
                return field.annotation
    return annotation if _members(annotation) else None
