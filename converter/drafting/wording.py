"""A printed sentence in one way of writing: signs, percent, numerals and numbering unified, then cut into clauses."""

import re
from functools import lru_cache

from converter.vocabulary.labels import plain

#: Stands for ①, 1、 or （1） at the head of an item.
ITEM = "\x01"
#: A number as it stands in a unified sentence.
NUMBER = r"\d+(?:\.\d+)?"

_CIRCLED = re.compile(r"[①-⑳⑴-⒇⒈-⒛㈠-㈩❶-❿]")
_NUMBERED = re.compile(r"(?:(?<=^)|(?<=[;。:]))(?:\((?:\d{1,2}|[一二三四五六七八九十])\)[、.]?|\d{1,2}(?:、|\.(?!\d)))")
_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMERAL = re.compile(
    r"(?<=[每扣计得过出于低高降差少现升减加有超迟期生准标值)离差])([一二两三四五六七八九十]+)(?=个|例|项|次|起|处|条|笔|天|日|分(?!点))"
)
_OF_HUNDRED = re.compile(r"百分之([一二两三四五六七八九十]+)")
#: Applied in this order to the folded text.
_REWRITTEN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        (r"小于或等于|小于等于|低于或等于|<=|=<|[≦⩽]", "≤"),
        (r"大于或等于|大于等于|高于或等于|>=|=>|[≧⩾]", "≥"),
        (r"(?<!每)(?:不高于|不超过|不大于|不多于)(?=\d)", "≤"),
        (r"(?<!每)(?:不低于|不小于|不少于|达到)(?=\d)", "≥"),
        (r"(?<![每不或/(])(?:大于|高于|超过|超出)(?=\d+(?:\.\d+)?%)", ">"),
        (r"大于(?=\d)", ">"),
        (r"(?<![每不或/(])(?:小于|低于|不足|未达到|不到|不满)(?=\d+(?:\.\d+)?%)", "<"),
        (r"小于(?=\d)", "<"),
        (r"等于(?=\d)", "="),
        (rf"({NUMBER})个?百分点", r"\1%"),
        (rf"百分之({NUMBER})", r"\1%"),
        (r"(?<=[\d%)])(?:[-~至到–]|—+)(?=[±\d])", "-"),
        (r"[×xX](?=\d|[一-鿿(])", "*"),
        (r"÷", "/"),
        (r"−", "-"),
        (rf"\(({NUMBER}分)\)", r"\1"),
        (r"\(包?含\)", "(含)"),
        (r"\(不含\)", "(不含)"),
    )
)  # fmt: skip
#: A comma before what still belongs to the clause.
_JOINED = re.compile(
    rf",(?=(?:可?[计得记为](?=\d|满|零)|扣减?{NUMBER}分|不得分|不计分|满分(?!为止)|{NUMBER}分(?:[;。,]|$)|但(?:不|没有)超过))"
)
_SECOND_EDGE = re.compile(r"(?<=[\d%]),(?=[<≤]\d)")


@lru_cache(maxsize=4096)
def unified(text: str) -> str:
    """The text folded (see `labels.plain`), with one sign for each meaning and ITEM before each item of a list."""
    text = _CIRCLED.sub(ITEM, text)
    text = re.sub(r"(?<=分)[ \t\u3000]*[\r\n]+", ";", text)
    text = _NUMBERED.sub(ITEM, plain(text))
    text = _OF_HUNDRED.sub(lambda found: f"{_arabic(found[1])}%", text)
    text = _NUMERAL.sub(lambda found: str(_arabic(found[1])), text)
    for pattern, written in _REWRITTEN:
        text = pattern.sub(written, text)
    return _SECOND_EDGE.sub("且", _JOINED.sub("", text))


def _arabic(numeral: str) -> int:
    """一 to 九十九."""
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return _DIGITS[numeral[-1]]
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def clauses(text: str) -> list[str]:
    """A unified text without items as its clauses."""
    return [clause for clause in re.split(r"[,;。:!]|(?<=%)[、/](?=\d)|(?<=%\))[、/](?=\d)", text) if clause]


def items(text: str) -> tuple[str, list[str], str]:
    """A unified text as what stands before its items, the items, and what stands behind the last one."""
    before, *found = text.split(ITEM)
    if not found:
        return before, [], ""
    last, after = re.split(r"[。;]|,(?=每|以上|上述|缺|否则)|$", found[-1], maxsplit=1)
    return before, [*(item.strip(";。,") for item in found[:-1]), last], after
