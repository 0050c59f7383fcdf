"""Formulas of the rules: parsed once into a whitelisted tree, from which come numbers, Excel text, inputs and Chinese.

The language: field names, numbers, + - * / and brackets, 上年(字段) for last year's value, min, max, abs. Nothing else:
no attribute, no call of anything else, no power. Length, depth and constants are capped.
"""

import ast
import math
import operator
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import NamedTuple

import numpy as np

from converter.scoring.rounding import Flags, Floats
from converter.vocabulary.numbers import shortest

MAX_LENGTH, MAX_DEPTH, MAX_CONSTANT = 2000, 50, 1e15
LAST_YEAR = "上年"
#: A sum so small beside its terms is float noise: 2⁻⁴⁸, as in LibreOffice.
NOISE = 2.0**-48


class ExpressionError(ValueError):
    """A formula that cannot be taken, with the column (from 1) of the mistake inside the formula."""

    def __init__(self, message: str, column: int = 1) -> None:
        super().__init__(f"公式第 {column} 个字符处：{message}")


class Input(NamedTuple):
    """A field in the scored year (offset 0) or the year before (−1)."""

    name: str
    offset: int = 0

    def __str__(self) -> str:
        return self.name if self.offset == 0 else f"{LAST_YEAR}({self.name})"


@dataclass(frozen=True)
class Constant:
    """A number written in the formula."""

    value: float


@dataclass(frozen=True)
class Negative:
    """−x."""

    operand: "Node"


@dataclass(frozen=True)
class Operation:
    """left (+ - * /) right."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Call:
    """min, max or abs of its arguments."""

    function: str
    arguments: tuple["Node", ...]


Node = Input | Constant | Negative | Operation | Call

_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_SHOWN = {"*": " × ", "/": " ÷ "}
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}
_FUNCTIONS = {"min": (2, 20), "max": (2, 20), "abs": (1, 1)}
_FULL_WIDTH = {**dict(zip("（）＋－−×÷／，", "()+--*//,", strict=True)), "“": "", "”": ""}


@dataclass(frozen=True)
class Formula:
    """A parsed formula: its text as written, and its tree."""

    text: str
    tree: Node

    def inputs(self) -> tuple[Input, ...]:
        """The fields it needs, in reading order, each once."""
        return self._inputs

    def denominators(self) -> tuple[Node, ...]:
        """What the formula divides by, in reading order."""
        return self._denominators

    @cached_property
    def _inputs(self) -> tuple[Input, ...]:
        return tuple(dict.fromkeys(node for node in walk(self.tree) if isinstance(node, Input)))

    @cached_property
    def _denominators(self) -> tuple[Node, ...]:
        return tuple(n.right for n in walk(self.tree) if isinstance(n, Operation) and n.sign == "/")

    def is_ratio(self) -> bool:
        """Whether the result is a quotient of fields, to be shown as a percent."""
        return isinstance(self.tree, Operation) and self.tree.sign == "/" and not isinstance(self.tree.right, Constant)

    def values(self, lookup: Callable[[Input], Floats]) -> tuple[Floats, Flags]:
        """The result for every department, and where a denominator is zero. NaN in gives NaN out; never inf."""
        if isinstance(self.tree, Input):
            read = lookup(self.tree)
            return np.where(np.isfinite(read), read, np.nan) + 0.0, np.zeros(np.shape(read), dtype=np.bool_)
        zero: list[Flags] = []
        with np.errstate(all="ignore"):
            result = _evaluate(self.tree, lookup, zero, divisor=False)
        flags = reduce(np.logical_or, zero, np.zeros(np.shape(result), dtype=np.bool_))
        known = reduce(np.logical_and, (~np.isnan(lookup(i)) for i in self.inputs()), np.ones_like(flags))
        result = np.where(np.isfinite(result), result, np.nan) + 0.0
        return np.where(known & ~flags, result, np.nan), flags & known

    def excel(self, reference: Callable[[Input], str]) -> str:
        """The formula as Excel text, unguarded; `reference` gives the cell of each input."""
        return _render(self.tree, reference, _excel_number, str)

    def chinese(self) -> str:
        """The formula in the words of the regulation: 三公经费决算数 ÷ 三公经费预算数."""
        return self._blank.format(*self._named)

    def substituted(self, value: Callable[[Input], float]) -> str:
        """The formula with numbers in place of names: 7.59 ÷ 29; （空） for NaN."""
        return self._blank.format(*[_in_brackets(value(one)) for one in self._named])

    @cached_property
    def _named(self) -> tuple[Input, ...]:
        """Every mention of a field, in reading order."""
        return tuple(node for node in walk(self.tree) if isinstance(node, Input))

    @cached_property
    def _blank(self) -> str:
        """The formula in Chinese signs with a blank for each mention of a field."""
        return _render(self.tree, lambda _: "{}", shortest, lambda sign: _SHOWN.get(sign, f" {sign} "))

    def __getstate__(self) -> dict[str, object]:
        return {"text": self.text, "tree": self.tree}  # so that its bytes do not hang on what was asked of it


def parse(text: str) -> Formula:
    """Parses a formula. Raises ExpressionError with the position of the first thing it does not take."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"公式过长（{len(text)} 字，上限 {MAX_LENGTH}）")
    for index, character in enumerate(text):
        if character in _FULL_WIDTH:
            hint = f"请改为半角 {_FULL_WIDTH[character]}" if _FULL_WIDTH[character] else "字段名不加引号"
            raise ExpressionError(f"不能用“{character}”，{hint}", index + 1)
        if unicodedata.normalize("NFKC", character) != character:
            raise ExpressionError(f"不能用全角或兼容字符“{character}”", index + 1)
    _check_depth(text)
    if "%" in text:
        raise ExpressionError("公式里不能用 %，结果本来就是比值", text.index("%") + 1)
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError("写法不对，请检查运算符和括号", error.offset or 1) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError("写法不对") from error
    return Formula(text.strip(), _Builder(text.strip()).node(body))


def _check_depth(text: str) -> None:
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth > MAX_DEPTH:
            raise ExpressionError(f"括号嵌套超过 {MAX_DEPTH} 层", index + 1)


class _Builder:
    """Python's tree as ours; everything not listed here is refused with its column."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()

    def _refuse(self, message: str, node: ast.expr) -> ExpressionError:
        column = len(self._bytes[: node.col_offset].decode(errors="replace")) + 1  # ast counts bytes
        return ExpressionError(message, column)

    def node(self, node: ast.expr, depth: int = 0) -> Node:
        """The node as ours. Raises ExpressionError for anything that is not of the language."""
        if depth > MAX_DEPTH:
            raise self._refuse(f"嵌套超过 {MAX_DEPTH} 层", node)
        if isinstance(node, ast.Name):
            return Input(node.id)
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return Negative(self.node(node.operand, depth + 1))
        if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            return Operation(_SIGNS[type(node.op)], self.node(node.left, depth + 1), self.node(node.right, depth + 1))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self._call(node, node.func.id, depth)
        raise self._refuse("只能用字段名、数字、+ - * / 和括号，以及 上年()、min()、max()、abs()", node)

    def _constant(self, node: ast.Constant) -> Constant:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self._refuse("只能写数字", node)
        if not abs(node.value) <= MAX_CONSTANT:
            raise self._refuse("数字过大", node)
        return Constant(float(node.value))

    def _call(self, node: ast.Call, name: str, depth: int) -> Node:
        if name == LAST_YEAR:
            if len(node.args) != 1 or not isinstance(node.args[0], ast.Name):
                raise self._refuse("上年() 里应是一个字段名", node)
            return Input(node.args[0].id, -1)
        if name not in _FUNCTIONS:
            raise self._refuse(f"不认识的函数“{name}”，可用 上年、min、max、abs", node)
        least, most = _FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            raise self._refuse(f"{name}() 的参数个数不对", node)
        return Call(name, tuple(self.node(argument, depth + 1) for argument in node.args))


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in reading order."""
    yield node
    children: tuple[Node, ...] = ()
    if isinstance(node, Operation):
        children = (node.left, node.right)
    elif isinstance(node, Negative):
        children = (node.operand,)
    elif isinstance(node, Call):
        children = node.arguments
    for child in children:
        yield from walk(child)


_ARITHMETIC: dict[str, Callable[[Floats, Floats], Floats]] = dict(
    zip("+-*/", (operator.add, operator.sub, operator.mul, operator.truediv), strict=True)
)


def _evaluate(node: Node, lookup: Callable[[Input], Floats], zero: list[Flags], *, divisor: bool) -> Floats:
    """The node's value; `zero` collects where a denominator is zero. A `divisor` takes sums of float noise for 0."""
    if isinstance(node, Input):
        return lookup(node)
    if isinstance(node, Constant):
        return np.float64(node.value)  # type: ignore[return-value]  # broadcasts like an array
    if isinstance(node, Negative):
        return -_evaluate(node.operand, lookup, zero, divisor=divisor)
    if isinstance(node, Call):
        arguments = [_evaluate(argument, lookup, zero, divisor=divisor) for argument in node.arguments]
        if node.function == "abs":
            return np.abs(arguments[0])
        return reduce(np.minimum if node.function == "min" else np.maximum, arguments)
    left = _evaluate(node.left, lookup, zero, divisor=divisor)
    right = _evaluate(node.right, lookup, zero, divisor=divisor or node.sign == "/")
    if node.sign == "/":
        zero.append(np.asarray(right == 0))
    result = _ARITHMETIC[node.sign](left, right)
    if divisor and node.sign in "+-":  # to a spreadsheet, too, 0.1 + 0.2 − 0.3 is 0
        result = np.where(np.abs(result) <= NOISE * np.maximum(np.abs(left), np.abs(right)), 0.0, result)
    return result


def _render(
    node: Node, name: Callable[[Input], str], number: Callable[[float], str], sign: Callable[[str], str], outer: int = 0
) -> str:
    """The tree as text with no more brackets than float64 needs. `outer` is the precedence around it."""
    if isinstance(node, Input):
        return name(node)
    if isinstance(node, Constant):
        return number(node.value)
    if isinstance(node, Negative):
        text = "-" + _render(node.operand, name, number, sign, 3)
        return f"({text})" if outer else text
    if isinstance(node, Call):
        arguments = ", ".join(_render(argument, name, number, sign) for argument in node.arguments)
        return f"{node.function.upper()}({arguments})"
    own = _PRECEDENCE[node.sign]
    left = _render(node.left, name, number, sign, own)
    right = _render(node.right, name, number, sign, own + 1)  # a + (b + c) is not (a + b) + c
    text = f"{left}{sign(node.sign)}{right}"
    return f"({text})" if own < outer else text


def _excel_number(value: float) -> str:
    return format(value, ".15g")


def _in_brackets(value: float) -> str:
    if math.isnan(value):
        return "（空）"
    return f"({shortest(value)})" if value < 0 else shortest(value)
