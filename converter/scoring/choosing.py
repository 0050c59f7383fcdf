"""Which scheme a run takes (CONTRACT: Scheme). Never another year's or another region's."""

from collections.abc import Sequence

from converter.scoring.schemes import Scheme
from converter.scoring.shelf import Shelved
from converter.vocabulary.findings import ConfigurationError


def choose(shelf: Sequence[Shelved], year: int, asked: str | None, spoken: Sequence[str]) -> Scheme:
    """The scheme of the run: of the asked region (longest code prefix), of the region the submissions name, or the only
    one for the year in the user's own mappings. Raises ConfigurationError C10 with the candidates.
    """
    of_year = [shelved for shelved in shelf if shelved.scheme.file.year == year]
    if asked is not None:
        fitting = [shelved.scheme for shelved in of_year if asked.startswith(shelved.scheme.file.region.code)]
        longest = max((len(scheme.file.region.code) for scheme in fitting), default=0)
        fitting = [scheme for scheme in fitting if len(scheme.file.region.code) == longest]
    else:
        fitting = [shelved.scheme for shelved in of_year if shelved.scheme.file.region.code in spoken]
        fitting = fitting or [shelved.scheme for shelved in of_year if shelved.own]
    if len(fitting) == 1:
        return fitting[0]
    raise _no_scheme(year, asked, fitting, [shelved.scheme for shelved in shelf])


def _no_scheme(year: int, asked: str | None, several: Sequence[Scheme], known: Sequence[Scheme]) -> ConfigurationError:
    candidates = "、".join(dict.fromkeys(s.name for s in several or known)) or "无"
    if several:
        message = f"{year} 年度有几个方案都适用：{candidates}"
        return ConfigurationError("C10", message, "请用 --region 指明区划代码")
    whom = f"区划 {asked}" if asked else "报送材料所属地区"
    message = f"没有适用于{whom} {year} 年度的评分方案；现有方案：{candidates}"
    return ConfigurationError(
        "C10", message, "请用 --region 指明区划代码，或用 --mappings 提供本地方案；程序不会借用其他年度或地区的方案"
    )
