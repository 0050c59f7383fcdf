"""What is wrong with a YAML file, in Chinese: code, reason and advice of every mistake, and none of a library's words."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import ErrorDetails

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


def full_width_colon(text: str, line: int) -> Mistake:
    """A full-width colon behind a key, in the given line (from 0)."""
    return Mistake(*_FULL_WIDTH, (line + 1, text.splitlines()[line].find("：") + 1))


def end_of(text: str) -> Position:
    """The position behind a text."""
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


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
