"""Labels of sheets, heads and rows in their matching form. Raw text is kept for display; nothing is matched fuzzily."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from converter.vocabulary.numbers import DECIMAL

_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_QUOTES = dict.fromkeys(map(ord, "“”„‟\"'‘’`´「」『』《》〈〉"))
_BRACKETS = str.maketrans("〔〕【】[]{}", "()()()()")
#: Radicals that look like characters, as PDF converters write them; NFKC folds the Kangxi radicals, but not these.
_RADICALS = str.maketrans(
    "⺁⺇⺒⺝⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰",
    "厂几巳月民虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙",
)
_CIRCLED = re.compile(r"[①-⑳⑴-⒇⒈-⒛㈠-㈩]")
_NUMERAL = r"[0-9]{1,3}|[一二三四五六七八九十]{1,3}"
#: A numeral is numbering only before a separator (三公经费 keeps its 三, 2019年 its year).
_NUMBERING = re.compile(rf"(?:\((?:{_NUMERAL})\)[、.:]?|(?:{_NUMERAL})(?:、|[.:](?![0-9]))|其中:|\x00[、.:]?)")
_FOLDED = {**_ZERO_WIDTH, **_QUOTES, **_BRACKETS, **_RADICALS}
_EDGES = ":;,.、"
_UNIT_TAIL = re.compile(r"\((?:单位:)?(%|‰|元|千元|万元|亿元|人|名|个|分|辆|批次|人次|平方米)\)$")


@lru_cache(maxsize=1 << 12)
def plain(text: str) -> str:
    """Text folded for comparing whole sentences: NFKC, no blanks, no quotes, one kind of bracket."""
    folded = unicodedata.normalize("NFKC", text).translate(_FOLDED)
    return "".join(folded.split())


@lru_cache(maxsize=1 << 12)
def label(text: str) -> str:
    """The matching form of a label: `plain`, without numbering, 其中：, a unit in brackets and a closing colon."""
    return bare if DECIMAL.fullmatch(bare := text.strip()) else _label(text)


def _label(text: str) -> str:
    """The same of any text; a number as most are typed is its own form."""
    folded = _CIRCLED.sub("\x00", text)
    while (shorter := _stripped(plain(folded))) != folded:
        folded = shorter
    return folded


def _stripped(folded: str) -> str:
    """One layer less: numbering in front, closing marks and a unit behind."""
    while match := _NUMBERING.match(folded):
        folded = folded[match.end() :]
    return _UNIT_TAIL.sub("", folded.strip(_EDGES)).replace("\x00", "")


@lru_cache(maxsize=1 << 12)
def unit_of(text: str) -> str:
    """The unit a label carries in brackets at its end ("满意度（%）" → "%"), "" without one."""
    match = _UNIT_TAIL.search(plain(text).rstrip(_EDGES))
    return match[1] if match else ""


def shown(text: str) -> str:
    """A label as printed in messages: one line, no blanks around."""
    return "".join(text.split())


def nearest(text: str, known: Iterable[str], floor: float = 50.0) -> str:
    """The known name most like `text`, for a suggestion only ("" when none is at all alike)."""
    from rapidfuzz import fuzz, process  # for those only who have something to suggest

    best = process.extractOne(text, sorted(set(known)), scorer=fuzz.ratio, score_cutoff=floor)
    return best[0] if best else ""


#: A number in a name; 一 of 统一战线 is none.
_NUMBERS = re.compile(r"\d+|(?<=第)[一二三四五六七八九十百千零〇]+")


def numbers_in(name: str) -> tuple[str, ...]:
    """The numbers of a name in their order: those in digits, and those in characters after 第."""
    return tuple(_NUMBERS.findall(name))


def abbreviates(short: str, long: str) -> bool:
    """Whether `short` is an ordered abbreviation of `long` (人社局 of 人力资源和社会保障局): no prefix, same last character, and
    the same numbers (第1中学 is not 第12中学, nor 第一小学 第二十一小学).
    """
    if not short or len(short) >= len(long) or long.startswith(short) or short[-1] != long[-1]:
        return False
    if numbers_in(short) != numbers_in(long):
        return False
    rest = iter(long)
    return short[0] == long[0] and all(character in rest for character in short)
