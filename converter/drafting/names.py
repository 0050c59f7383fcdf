"""A name as a formula prints it → a field of the data dictionary, by its own name, label or alias; never by likeness."""

import re
from dataclasses import dataclass
from itertools import product

from converter.mapping.fields import Dictionary
from converter.scoring.expressions import Input
from converter.vocabulary.labels import label, plain

#: Words before a name that say of which year it is → offset of the year.
_YEARS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"(?:本年度?|当年度?|今年|本级当年)"), 0),
    (re.compile(r"(?:上一?年度?|去年|上一年度)"), -1),
)
#: How a formula says the basis of an item (口径): before it, behind it.
_BASES: dict[str, tuple[str, ...]] = {
    "决算数": ("决算", "实际支出", "实际", "支出决算", "实际发生", "实际完成"),
    "预算数": ("预算", "预算安排", "安排"),
    "年初预算数": ("年初预算", "年初预算安排", "年初"),
    "全年预算数": ("全年预算", "调整后预算", "调整预算"),
}
#: What a name may end in without saying more.
_TAILS = ("", "数", "总额", "金额", "额", "总数")


@dataclass(frozen=True)
class Resolved:
    """A printed name as the field it means, or why it means none."""

    field: Input | None
    why: str = ""


def resolve(printed: str, dictionary: Dictionary) -> Resolved:
    """The field a printed name means: an exact field name, or a known label with a basis (实际支出“公用经费”总额)."""
    name = plain(printed)
    if not name:
        return Resolved(None, "公式里有一处没有名称")
    for year, rest in _with_year(name):
        found = _exact(rest, dictionary) or _by_label(rest, dictionary)
        if len(found) == 1:
            return Resolved(Input(found.pop(), year))
        if found:
            return Resolved(None, f"“{name}”可能是{'、'.join(sorted(found))}")
    return Resolved(None, f"数据字典里没有“{name}”")


def _with_year(name: str) -> list[tuple[int, str]]:
    """The name as it stands (上年结转 is a field), then without the words that say the year."""
    readings = [(0, name)]
    for pattern, offset in _YEARS:
        if (match := pattern.match(name)) and match.end() < len(name):
            readings.append((offset, name[match.end() :].removeprefix("的")))
    return readings


def _exact(name: str, dictionary: Dictionary) -> set[str]:
    """The field of this very name, with or without 数 or 总额 behind it."""
    if name in dictionary:
        return {name}
    shorter = {name.removesuffix(tail) for tail in _TAILS if tail and name.endswith(tail)}
    return {field for field in shorter if field in dictionary}


def _by_label(name: str, dictionary: Dictionary) -> set[str]:
    """Fields of the items that carry the label themselves; an item's own name counts before the aliases of others."""
    readings = {("", label(name)), *_with_basis(name)}
    found = [field for field in dictionary.fields.values() if not field.formulas]
    own = {field.name for field in found if (field.basis, label(field.item)) in readings}
    aliased = {field.name for field in found for alias in field.aliases if (field.basis, label(alias)) in readings}
    return own or aliased


def _with_basis(name: str) -> list[tuple[str, str]]:
    """The name as basis and label, for every way in which the basis may stand before or behind the label."""
    found = []
    for basis, words in _BASES.items():
        for word, tail in product(words, _TAILS):
            if name.startswith(word) and name.endswith(tail):
                found.append((basis, label(name[len(word) : len(name) - len(tail)])))
            if name.endswith(word + tail):
                found.append((basis, label(name[: len(name) - len(word + tail)])))
    return [(basis, text) for basis, text in found if text]
