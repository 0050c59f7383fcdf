"""YAML as ruamel reads it: what is written in unusual ways, and what is wrong with a text."""

import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarbool import ScalarBoolean

from converter.mapping.mistakes import Mistake, Position, end_of, full_width_colon
from converter.mapping.trees import Part, Parts, Tree


def carefully(text: str) -> Tree | Mistake:
    """The tree of a text, or what is wrong with it."""
    try:
        root = YAML(typ="rt", pure=True).load(text)
        return Tree(_plain(root), _parts(root))
    except (YAMLError, ValueError, RecursionError) as error:
        return _wrong(text, error)


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
    if isinstance(node, ScalarBoolean):  # one with an anchor, which is an int to Python
        return bool(node)
    return int(node) if isinstance(node, int) and not isinstance(node, bool) else node


def _parts(node: Any) -> Parts:
    """Where the entries of a node are written; those that a merge brings are not."""
    if isinstance(node, CommentedSeq):
        marks = [(line + 1, column + 1) for line, column in map(node.lc.item, range(len(node)))]
        return {at: Part(mark, mark, _parts(node[at])) for at, mark in enumerate(marks)}
    if not isinstance(node, CommentedMap):
        return {}
    parts: dict[str | int, Part] = {}
    for key, (line, column, *of_value) in (node.lc.data or {}).items():
        row, place = (line, column) if node[key] is None else of_value
        parts[key] = Part((line + 1, column + 1), (row + 1, place + 1), _parts(node[key]))
    return parts


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


def _wrong(text: str, error: Exception) -> Mistake:
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
