"""What is wrong with a YAML file, in Chinese: code, reason and advice of every mistake, and none of a library's words."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node
from ruamel.yaml.reader import ReaderError

from converter.vocabulary.labels import nearest
from converter.vocabulary.numbers import shortest

#: Line and column, both from 1.
Position = tuple[int, int]
Steps = tuple[str | int, ...]
_FULL_WIDTH = ("C04", "键后面用了全角冒号", "请改为半角冒号加一个空格（: ）")


class Mistake(NamedTuple):
    """One mistake: its code, the reason, what to do, and where it stands."""

    code: str
    reason: str
    advice: str
    position: Position


class WrongValue(NamedTuple):
    """A mistake in what a file says, which stands at a key (`at_key`) or at its value."""

    code: str
    reason: str
    advice: str
    at_key: bool = False


#: What the parser complains of → the reason, what to do, and whether the mistake stands where the text began.
_SYNTAX: tuple[tuple[str, str, str, bool], ...] = (
    ("quoted scalar.*end of stream", "引号没有成对", "请补上右引号", True),
    ("flow .*expected", "方括号或花括号没有成对", "请补上或去掉一个括号", True),
    ("but found '[]}]'", "多了一个右括号", "请去掉，或补上左括号", False),
    ("found '<block mapping start>'", "缩进与上文不对齐", "请与同级的键左边对齐，用空格缩进", False),
    ("cannot start any token", "文字不能以这个符号开头", "请给整段文字加引号", False),
    ("values are not allowed here", "这里不应有冒号：一行只能有一个“键: 值”", "文字里有冒号时请加引号", False),
    ("undefined alias", "文字不能以 * 或 & 开头", "请给整段文字加引号", False),
    ("another document", "一个文件里有几段（---）", "请拆成几个文件", False),
)


def of_syntax(text: str, error: Exception) -> Mistake:
    """What the YAML parser found wrong with a text."""
    if isinstance(error, ReaderError):
        before = text[: text.index(chr(error.character))]
        return Mistake("C01", "不是规范的 YAML：含有控制字符", "请删除该字符，或另存为纯文本", end_of(before))
    if not isinstance(error, MarkedYAMLError):
        return Mistake("C01", "不是规范的 YAML：日期写错或嵌套过深", "请对照 mappings 中的同类文件", (1, 1))
    if isinstance(error, DuplicateKeyError):
        return _duplicate(text, error)
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    for number in (line, line - 1):
        if 0 <= number < len(lines) and re.match(r"\s*(?:- )?[^\s:#'\"]+：", lines[number]):
            return full_width_colon(text, number)
    if line < len(lines) and "\t" in lines[line][: column + 1]:
        return Mistake("C01", "缩进里有制表符", "请改用空格缩进", (line + 1, lines[line].index("\t") + 1))
    if line < len(lines) and lines[line][:column].lstrip(" -").startswith(("{", "[", "'", '"')):
        return Mistake("C01", "括号或引号后面还有文字", "以括号或引号开头的文字请整段加引号", (line + 1, column + 1))
    for words, reason, advice, from_start in _SYNTAX:
        if re.search(words, f"{error.context} {error.problem}", re.DOTALL):
            begun = error.context_mark if from_start and error.context_mark else mark
            return Mistake("C01", reason, advice, (begun.line + 1, begun.column + 1))
    return Mistake("C01", "不是规范的 YAML", "请检查缩进、引号与冒号", (line + 1, column + 1))


def full_width_colon(text: str, line: int) -> Mistake:
    """A full-width colon behind a key, in the given line (from 0)."""
    return Mistake(*_FULL_WIDTH, (line + 1, text.splitlines()[line].find("：") + 1))


def end_of(text: str) -> Position:
    """The position behind a text."""
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


def _duplicate(text: str, error: DuplicateKeyError) -> Mistake:
    at = (error.problem_mark.line, error.problem_mark.column)
    name, first = _twice(YAML(typ="rt", pure=True).compose(text), at)
    return Mistake("C03", f"键“{name}”重复，第一次在第 {first} 行", "请只保留一个", (at[0] + 1, at[1] + 1))


def _twice(node: Node, at: Position) -> tuple[str, int]:
    """The key that stands at `at` (from 0), and the line (from 1) where its mapping has it first."""
    if isinstance(node, MappingNode):
        for key, _ in node.value:
            if (key.start_mark.line, key.start_mark.column) == at:
                first = next(other for other, _ in node.value if other.value == key.value)
                return key.value, first.start_mark.line + 1
    parts = [part for pair in node.value for part in pair] if isinstance(node, MappingNode) else node.value
    found = (_twice(part, at) for part in (parts if isinstance(parts, list) else ()))
    return next((hit for hit in found if hit[1]), ("", 0))


#: What pydantic complains of → the reason, completed by the limits it gives.
_REASONS = {
    "string_type": "应为文字",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "finite_number": "应为有限的数字",
    "bool_type": "应为 true 或 false",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "dict_type": "应为“键: 值”",
    "model_type": "应为“键: 值”",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不应小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不应大于 {le}",
    "string_pattern_mismatch": "格式不对",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项，现有 {actual_length} 项",
}


def of_value(detail: ErrorDetails, path: Steps, model: type[BaseModel]) -> WrongValue:
    """What `model` found wrong at `path`, the steps of the error that lead down the file."""
    kind, given, limits = detail["type"], detail["input"], detail.get("ctx", {})
    at_key = given is None or detail["loc"][-1:] == ("[key]",)
    subject, parent = _subject(path), _subject(path[:-1])
    key = str(path[-1]) if path else ""
    if "：" in key and (kind == "extra_forbidden" or given is None):
        return WrongValue(_FULL_WIDTH[0], f"{parent}“{key}”的{_FULL_WIDTH[1]}", _FULL_WIDTH[2], at_key=True)
    if kind in ("model_type", "dict_type") and isinstance(given, str) and "：" in given:
        return WrongValue(_FULL_WIDTH[0], subject + _FULL_WIDTH[1], _FULL_WIDTH[2])
    if kind == "extra_forbidden":
        return _unknown_key(key, parent, _keys_at(model, detail["loc"][:-1]))
    if kind == "missing":
        return WrongValue("C02", f"{subject}缺少必填的键“{detail['loc'][-1]}”", "请补上", at_key=True)
    if kind in ("literal_error", "enum"):
        allowed = [word for word in re.findall(r"'([^']*)'", str(limits["expected"])) if word]
        return WrongValue("C02", f"{subject}不是允许的取值{_now(given)}", f"可用：{'、'.join(allowed)}", at_key)
    if kind == "string_type" and not isinstance(given, str):
        return WrongValue("C02", f"{subject}编码和名称应为文字{_now(given)}", _quoting(given), at_key)
    if kind == "invalid_key":
        return WrongValue("C02", f"{subject}键应为文字{_now(given)}", _quoting(given), at_key=True)
    if kind == "too_short" and not given:
        return WrongValue("C02", f"{subject}不能为空", "请补上")
    shown = {name: shortest(limit) for name, limit in limits.items() if isinstance(limit, int | float)}
    own = detail["msg"].removeprefix("Value error, ") if kind in ("value_error", "ratio") else "写法不对"
    reason = _REASONS.get(kind, own.replace("{", "{{").replace("}", "}}")).format(**shown)
    if kind == "value_error" and not isinstance(given, str | int | float):
        return WrongValue("C02", subject + reason, "请改正", at_key)
    return WrongValue("C02", subject + reason + _now(given), "请改正", at_key)


def _subject(path: Steps) -> str:
    return ".".join(map(str, path)) + "：" if path else ""


def _unknown_key(key: str, subject: str, known: list[str]) -> WrongValue:
    close = nearest(key, known, floor=40)
    advice = f"是否为“{close}”？" if close else f"可用的键：{'、'.join(sorted(known))}"
    return WrongValue("C02", f"{subject}不认识的键“{key}”", advice, at_key=True)


def _quoting(given: object) -> str:
    """What to do about something that should be a text."""
    if given is None:
        return "请补上"
    if isinstance(given, Mapping):
        return "以“{”开头的文字请加引号"
    return "请改正" if isinstance(given, list) else "编码请加引号，如 '001'"


def _now(given: object) -> str:
    """What a file says now, as it is shown behind a reason."""
    if given is None:
        return "，现在是空的"
    if isinstance(given, Mapping):
        return "，现为一组“键: 值”"
    if isinstance(given, list | tuple):
        return "，现为列表"
    if isinstance(given, int | float) and not isinstance(given, bool):
        return f"，现为数字 {given}"
    text = str(given).lower() if isinstance(given, bool) else " ".join(str(given).split())
    return f"，现为“{text[:40]}…”" if len(text) > 40 else f"，现为“{text}”"


def _keys_at(model: type[BaseModel], path: Steps) -> list[str]:
    """The keys known at `path` of a model."""
    current: Any = model
    for step in path:
        current = _inner(current, step)
        if current is None:
            return []
    return [field.alias or name for m in _models(current) for name, field in m.model_fields.items()]


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models an annotation allows, containers opened."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in getattr(annotation, "__args__", ()) for found in _models(argument)]


def _inner(annotation: Any, step: str | int) -> Any:
    """The annotation one step down: a model's field, or what a mapping or list holds."""
    for model in _models(annotation):
        for name, field in model.model_fields.items():
            if step in (name, field.alias):
                return field.annotation
    return annotation if _models(annotation) else None
