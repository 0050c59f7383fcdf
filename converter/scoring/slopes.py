"""By how much a formula grows with one of its inputs, told from its tree without numbers."""

from collections.abc import Callable

from converter.scoring.expressions import Call, Constant, Input, Negative, Node


def slope(node: Node, of: Callable[[Input], float | None]) -> float | None:
    """By how much a node grows when something grows by one, None where that depends on the numbers; `of` says it of
    an input.
    """
    if isinstance(node, Input):
        return of(node)
    if isinstance(node, Constant):
        return 0.0
    if isinstance(node, Negative):
        below = slope(node.operand, of)
        return None if below is None else -below
    if isinstance(node, Call):
        return 0.0 if all(slope(argument, of) == 0 for argument in node.arguments) else None
    left, right = slope(node.left, of), slope(node.right, of)
    if left is None or right is None:
        return None
    if node.sign in "+-":
        return left + right if node.sign == "+" else left - right
    if left == right == 0:
        return 0.0
    if isinstance(node.right, Constant) and node.right.value:
        return left * node.right.value if node.sign == "*" else left / node.right.value
    return right * node.left.value if isinstance(node.left, Constant) and node.sign == "*" else None
