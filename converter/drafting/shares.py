"""得分=执行率×分值, （考核得分/350）*8 and their like → which value is turned into which share of the weight."""

import re
from dataclasses import dataclass

from converter.drafting.wording import NUMBER

_WEIGHT = r"(?:该项|本项|指标|此项|对应)?(?:分值|权重|权数|标准分|满分)(?:总额|分)?"
#: The first that fits the whole expression; `x` is the value, `base` what it is divided by, `top` the full marks.
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"\(?(?P<x>[^()/*]+)/(?P<base>{NUMBER})\)?\*(?P<top>{NUMBER})分?",
        rf"\(?(?P<x>[^()/*]+)/(?P<base>{NUMBER})\)?\*{_WEIGHT}",
        rf"(?P<top>{NUMBER})分?\*(?P<x>.+)",
        rf"(?P<x>.+)\*(?P<top>{NUMBER})分?",
        rf"(?P<x>.+)\*{_WEIGHT}",
        rf"{_WEIGHT}\*(?P<x>.+)",
        r"(?P<x>[^*\d][^*]*/[^*]+|[^*/]+率)",
    )
)


@dataclass(frozen=True)
class Shared:
    """`value` ÷ `base` × weight; `top` is the full mark that the expression names."""

    value: str
    base: float = 1.0
    top: float | None = None


def shared(expression: str) -> Shared | None:
    """A unified expression (the right side of 得分=) as a share, None where it has another shape.

    Brackets without a partner get one at the other end; the caller says so.
    """
    text = _bare(_mended(expression.strip("。;,")))
    for shape in _SHAPES:
        match = shape.fullmatch(text)
        if match and _one_term(match["x"]):
            groups = match.groupdict()
            base, top = groups.get("base"), groups.get("top")
            return Shared(_bare(groups["x"]), float(base) if base else 1.0, float(top) if top else None)
    return None


def _mended(text: str) -> str:
    depth = lowest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        lowest = min(lowest, depth)
    return "(" * -lowest + text + ")" * (depth - lowest)


def _one_term(text: str) -> bool:
    """Whether nothing is added or subtracted outside of brackets: 8-x*2 is no x of which a share is taken."""
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0 or (depth == 0 and character in "+-"):
            return False
    return depth == 0


def balanced(text: str) -> bool:
    """Whether every bracket has its partner."""
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0


def _bare(text: str) -> str:
    """The text without brackets around all of it."""
    while text.startswith("(") and text.endswith(")") and balanced(text) and balanced(text[1:-1]):
        text = text[1:-1]
    return text
