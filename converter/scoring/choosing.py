"""Which scheme scores a department (CONTRACT: Scheme): by 区划代码, year and 类别. Never another year's or region's."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from converter.scoring.schemes import Scheme
from converter.scoring.shelf import Shelved
from converter.vocabulary.findings import ConfigurationError

#: 区划代码 by its length (GB/T 2260, and the statistical codes below the county).
_LEVELS = {2: "省级", 4: "市级", 6: "县级", 9: "乡级", 12: "村级"}


def level_of(scheme: Scheme) -> str:
    """The level whose rules these are: 县级 430527 绥宁县."""
    code = scheme.file.region.code
    if len(code) == 6 and code.endswith("00"):
        level = "省本级" if code.endswith("0000") else "市本级"
    else:
        level = _LEVELS.get(len(code), f"代码前 {len(code)} 位")
    return f"{level} {code} {scheme.file.region.name}"


class Choice(NamedTuple):
    """A chosen scheme and by what it was chosen."""

    scheme: Scheme
    reason: str

    def __str__(self) -> str:
        return f"{level_of(self.scheme)}（{self.reason}）"


def choose(shelf: Sequence[Shelved], year: int, asked: str | None, spoken: Sequence[str], kind: str = "") -> Scheme:
    """The scheme for departments of a 类别 ("" where none is known); see `choice`."""
    return choice(shelf, year, asked, spoken, kind).scheme


def choice(shelf: Sequence[Shelved], year: int, asked: str | None, spoken: Sequence[str], kind: str = "") -> Choice:
    """The scheme of the asked region (longest code prefix), of the region the submissions name, or of the user's own
    mappings if only one fits the year. Among equals the one for this 类别 wins over the one for all, and the user's own
    over the built-in one.

    Raises ConfigurationError C10 with the candidates where none or several are left.
    """
    of_year = [one for one in shelf if one.scheme.file.year == year]
    _, near = _in_region(of_year, asked, spoken)
    if not kind and near and all(one.scheme.file.kinds for one in near):
        raise _other_kinds(near, year, kind)
    fitting = [one for one in of_year if not one.scheme.file.kinds or kind in one.scheme.file.kinds]
    reason, in_region = _in_region(fitting, asked, spoken)
    best = _best(in_region, kind)
    if len(best) == 1:
        return Choice(best[0].scheme, reason + (f"，类别 {kind}" if best[0].scheme.file.kinds else ""))
    if not best and near:
        raise _other_kinds(near, year, kind)
    raise _no_scheme(year, asked, [one.scheme for one in best], [one.scheme for one in shelf])


def choices(
    shelf: Sequence[Shelved], year: int, asked: str | None, spoken: Sequence[str], kinds: Iterable[str]
) -> dict[str, Choice]:
    """类别 → its scheme, for every 类别 among the departments of a run ("" for those without one)."""
    return {kind: choice(shelf, year, asked, spoken, kind) for kind in sorted(set(kinds))}


def _code(shelved: Shelved) -> str:
    return shelved.scheme.file.region.code


def _in_region(shelf: Sequence[Shelved], asked: str | None, spoken: Sequence[str]) -> tuple[str, list[Shelved]]:
    """The schemes of the run's region, and by what they were found."""
    if asked is not None:
        fitting = [one for one in shelf if asked.startswith(_code(one))]
        longest = max(map(len, map(_code, fitting)), default=0)
        found = [one for one in fitting if len(_code(one)) == longest]
        return f"按 --region {asked}" + (f" 的前 {longest} 位" if longest < len(asked) else ""), found
    named = [one for one in shelf if _code(one) in spoken]
    inner = [one for one in named if not any(_code(o) != _code(one) and _code(o).startswith(_code(one)) for o in named)]
    if inner:
        return "按报送材料所属地区", inner
    return "自己的映射里该年度唯一的方案", [one for one in shelf if one.own]


def _best(shelf: Sequence[Shelved], kind: str) -> list[Shelved]:
    """For each region, the schemes for this 类别 before the ones for all; the user's own before the built-in ones."""

    def rank(one: Shelved) -> tuple[bool, bool]:
        return kind in one.scheme.file.kinds, one.own

    tops = {code: max(rank(one) for one in shelf if _code(one) == code) for code in map(_code, shelf)}
    return [one for one in shelf if rank(one) == tops[_code(one)]]


def _other_kinds(shelf: Sequence[Shelved], year: int, kind: str) -> ConfigurationError:
    """C10 where the region has schemes, but for departments of other 类别."""
    known = "、".join(dict.fromkeys(k for one in shelf for k in one.scheme.file.kinds))
    whom = f"类别“{kind}”" if kind else "没有写明类别的部门"
    message = f"{year} 年度的方案只适用于类别 {known}，没有适用于{whom}的方案：{_named(one.scheme for one in shelf)}"
    advice = "请在部门清单里写明各部门的类别，或用 --region 指明区划代码，或另写一个不限类别的方案"
    return ConfigurationError("C10", message, advice)


def _named(schemes: Iterable[Scheme]) -> str:
    return "、".join(dict.fromkeys(scheme.name for scheme in schemes)) or "无"


def _no_scheme(year: int, asked: str | None, several: Sequence[Scheme], known: Sequence[Scheme]) -> ConfigurationError:
    if several:
        message = f"{year} 年度有几个方案都适用：{_named(several)}"
        return ConfigurationError("C10", message, "请用 --region 指明区划代码")
    whom = f"区划 {asked}" if asked else "报送材料所属地区"
    message = f"没有适用于{whom} {year} 年度的评分方案；现有方案：{_named(known)}"
    return ConfigurationError(
        "C10", message, "请用 --region 指明区划代码，或用 --mappings 提供本地方案；程序不会借用其他年度或地区的方案"
    )
