"""Cell text → number and state (DOMAIN §6). What cannot be read is a state of its own, never 0."""

import math
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

NAN = math.nan


class State(StrEnum):
    """What a cell holds. Only NUMBER, ZERO, DERIVED and CORRECTED enter arithmetic."""

    NUMBER = "数值"
    ZERO = "零"
    BLANK = "空白"
    DASH = "不适用"
    ERROR = "错误值"
    UNREADABLE = "无法识别"
    STALE = "未计算"
    CONFLICT = "冲突"
    DERIVED = "推算"
    CORRECTED = "更正"


#: Below it, hundredths have at most 15 digits: the float nearest to such a decimal is what its 15 digits are read as.
_EXACT_HUNDREDTHS = 1e13

USABLE = frozenset({State.NUMBER, State.ZERO, State.DERIVED, State.CORRECTED})

#: Units a cell may carry, by family, with the factor to the family's canonical unit (money: 万元).
MONEY = {"元": 0.0001, "千元": 0.1, "万元": 1.0, "万": 1.0, "百万元": 100.0, "亿元": 10000.0, "亿": 10000.0}
RATIO = {"%": 0.01, "‰": 0.001}
#: What is counted, with the words for one and the same thing; 个 counts anything and stands in every family.
_COUNTED = [["人", "名"], ["辆", "台"], ["批次", "批", "次"], ["人次"], ["项", "件", "例"], ["团", "组"]]
_FAMILIES = (MONEY, RATIO, *(dict.fromkeys([*units, "个"], 1.0) for units in _COUNTED), {"平方米": 1.0}, {"分": 1.0})


class Number(NamedTuple):
    """A reading: `value` in the unit named by `unit` ("" when the cell names none), NaN unless `state` is usable."""

    value: float
    state: State
    unit: str = ""
    reason: str = ""


def canonical(value: float) -> float:
    """The float of the 15-digit decimal that Excel shows: caches hold 17 digits (0.1+0.2 is 0.3). Never −0.0.

    A whole number of hundredths, as nearly every amount is, is that float itself: a sixth of the time.
    """
    if -_EXACT_HUNDREDTHS < value < _EXACT_HUNDREDTHS and (value * 100 + 0.5) // 1 / 100 == value:
        return float(value) + 0.0
    return float(f"{value:.15g}") + 0.0


def shortest(value: float) -> str:
    """Shortest decimal text of a float: 60 for 60.0, 1.1333 for 1.1333."""
    text = repr(float(value))
    return text.removesuffix(".0") if "e" not in text else text


@lru_cache(maxsize=1 << 12)
def percent(ratio: float) -> str:
    """A ratio as percent text with at most two decimals: 113.33% for 1.13333, 10% for 0.1; a small one keeps its digits."""
    text = fixed_percent(ratio, 2)
    if float(text[:-1]) == 0:
        return f"{ratio * 100:.2g}%" if ratio else "0%"
    return text[:-1].rstrip("0").rstrip(".") + "%"


def fixed_percent(ratio: float, digits: int) -> str:
    """A ratio as a spreadsheet shows it in a percent format of so many digits: half up on the 15-digit decimal."""
    with localcontext(rounding=ROUND_HALF_UP):
        return f"{Decimal(f'{ratio:.15g}') * 100:.{digits}f}%"


_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
_DASH_MARK = re.compile(r"[-\u2010-\u2015\u2212\u2500\u2501\ufe58\ufe63\uff0d_/\\\u4e00\u30fc]{1,8}")
_DASH_WORDS = frozenset({"无", "不涉及", "不适用", "无此项", "单位不需填列", "本单位不需填列"})
_PARTED = re.compile(r"\d\s+\d")
_SPACED_THOUSANDS = re.compile(r"\D*[1-9]\d{0,2}(?: \d{3})+(?:\.\d+)?\D*")
#: Digits only in name: footnotes, circled and raised numerals, which NFKC would make digits of the number.
_MARKS = re.compile(
    r"[\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3251-\u325f\u32b1-\u32bf]"
)
_UNITS = "|".join(sorted((re.escape(u) for family in _FAMILIES for u in family), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+△▲]?)¥?(?P<whole>[1-9]\d{{0,2}}(?:,\d{{3}})+|\d*)(?:\.(?P<part>\d*))?\.?。?"
    rf"(?P<unit>{_UNITS})?(?P<close>\))?(?P<after>{_UNITS})?"
)


#: A number as most are typed, which needs no looking at twice. Its percent is one of the shown digits.
DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]+)?%?")


@lru_cache(maxsize=1 << 14)
def read_text(text: str) -> Number:
    """Reads the text of a cell in which a number is expected.

    Blanks (empty, U+3000, NBSP) are BLANK; —— - / \\ 无 不涉及 一 are DASH; everything else must be one whole number
    with an optional unit, else it is UNREADABLE with the reason.
    """
    return _decimal(bare) if DECIMAL.fullmatch(bare := text.strip()) else _read_text(text)


def _decimal(bare: str) -> Number:
    """What `_read_text` makes of it, in a fifth of the time."""
    if bare[-1] == "%":
        value, unit = canonical(float(bare[:-1]) * RATIO["%"]), "%"
    else:
        value, unit = canonical(float(bare)), ""
    return Number(value, State.NUMBER if value else State.ZERO, unit)


def _read_text(text: str) -> Number:
    folded = unicodedata.normalize("NFKC", text.replace("\u3000", "\n")).translate(_ZERO_WIDTH).strip()
    if not folded:
        return Number(NAN, State.BLANK)
    squeezed = "".join(folded.split())
    if _DASH_MARK.fullmatch(squeezed) or squeezed in _DASH_WORDS:
        return Number(NAN, State.DASH)
    if _MARKS.search(text):
        return Number(NAN, State.UNREADABLE, reason="带有角标或编号，无法判断是不是数的一部分")
    closed = _close_gaps(folded)
    if closed is None:
        return Number(NAN, State.UNREADABLE, reason="数字中间有空格，无法判断是一个数还是两个数")
    match = _NUMBER.fullmatch(closed.translate(_MINUS))
    if match is None or not (match["whole"] or match["part"]) or bool(match["open"]) != bool(match["close"]):
        return Number(NAN, State.UNREADABLE, reason="不是规范的数字")
    return _reading(match)


def _reading(match: re.Match[str]) -> Number:
    """The number in a matched text; a percent is returned as its ratio."""
    whole = match["whole"].replace(",", "")
    if len(whole.lstrip("0")) > 15:
        return Number(NAN, State.UNREADABLE, reason="超过 15 位有效数字，像编码而不是数")
    unit = match["unit"] or match["after"] or ""
    if match["unit"] and match["after"]:
        return Number(NAN, State.UNREADABLE, reason="有两个单位")
    negative = match["sign"] in ("-", "△", "▲") or bool(match["open"])
    if match["open"] and match["sign"]:
        return Number(NAN, State.UNREADABLE, reason="括号内又有正负号")
    value = float(f"{whole or 0}.{match['part'] or 0}")
    if unit in RATIO:
        value *= RATIO[unit]
    value = canonical(-value if negative else value)
    return Number(value, State.ZERO if value == 0 else State.NUMBER, unit)


def _close_gaps(text: str) -> str | None:
    """Text without inner blanks ("18. 08", "95.⏎10%", "1 234.5"); None where a blank parts two digit runs."""
    if _PARTED.search(text) and not _SPACED_THOUSANDS.fullmatch(text):
        return None
    return "".join(text.split())


def family(unit: str) -> dict[str, float] | None:
    """The units that can be converted into `unit`, None where the unit is unknown."""
    return next((units for units in _FAMILIES if unit in units), None)


def convert(value: float, source: str, target: str) -> float | None:
    """`value` in unit `source` as a number in unit `target`; None where the two measure different things."""
    factors = _factors(source, target)
    if factors is None or factors == (1, 1):
        return None if factors is None else value
    return canonical(value * factors[0] / factors[1])


@lru_cache(maxsize=1024)
def _factors(source: str, target: str) -> tuple[int, int] | None:
    """What turns `source` into `target`: a factor and a divisor, one of them 1; None where they measure different things.

    Dividing by a whole number keeps 11122315.04 元 exact as 1112.231504 万元.
    """
    units = next((units for units in _FAMILIES if source in units and target in units), None)
    if units is None:
        return None
    larger, smaller = units[source] / units[target], units[target] / units[source]
    return (1, round(smaller)) if smaller > larger else (round(larger), 1)


def percent_digits(raw: str) -> int | None:
    """Digits printed after the point of the percent in `raw` (113% → 0, 113.33% → 2); None without a percent."""
    match = re.search(r"\d+(?:\.\s*(\d+))?\s*%", unicodedata.normalize("NFKC", raw))
    return None if match is None else len(match[1] or "")
