"""The table of clauses: what each looks like in a unified sentence, and which part of a rule it is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from converter.drafting.wording import NUMBER

_EDGE = rf"{NUMBER}%?"
_ENDS = rf"\((?:含|不含)(?:{_EDGE})?\)"
_POINTS = rf"(?P<points>{NUMBER})分"
_SCORE = rf"的?(?:[计得记为])?(?:(?P<points>{NUMBER})分?|(?P<full>满分)|(?P<none>不得分|不计分|零分))"
_WORDS = r"[^\d≤≥<>=±%每扣]*?"
ABOVE = "超过|超出|高于|高出|大于|增加|增长|上升|提高|超|高|增|升"
BELOW = "低于|降低|下降|减少|小于|不足|低|降|减|少"
BOTH = "相差|偏离|偏差|增减|变动"
_CASE = "例|起|处|条|笔|次|个|项"
_DAYS = rf"(?P<days>{NUMBER})个?(?:工作日|天|日)的?扣减?{_POINTS}"
_CARRY = "结[余转]|结转结余|结余结转"
#: 等次 of a judged indicator, as they stand before its points.
GRADE = (
    "优秀|优|良好|良|较好|好|较显著|显著|较明显|明显|一般|中|合格|基本达到|较差|差|较高|高|低"
    "|无效果|没有效果|效果不明显|不明显|不合格"
)  # fmt: skip

#: A ratio above this is percent without its sign; and what is then said.
LARGEST_RATIO = 5.0
NO_PERCENT = "“{}”没有百分号，请核对是百分数还是比值"

#: Kind of a part → what its clause looks like, whole. The first that fits is taken.
_TABLE: tuple[tuple[str, str], ...] = (
    ("standard", rf".*?[以按](?P<edge>{_EDGE})为(?:标准|目标|基准)值?"),
    ("part", rf"<?(?P<size>{NUMBER})%的?(?:部分)?也?按(?P=size)%(?:计算|计|扣分|扣)"),
    ("until", r"(?:直至|直到|至)?扣(?:完|光|至0分|到0分)(?:为止)?"),
    ("most", rf"(?:直至|直到)?(?:扣满|最[多高]扣)(?P<most>{NUMBER})分(?:为止)?"),
    ("total", rf"(?:本项|该项|以上)?(?:共计?|合计|总计|满分|总分)为?(?P<points>{NUMBER})分"),
    ("cap", r"(?:得分)?(?:满分为止|不得(?:突破|超过)(?:权重|分值)(?:总额)?|最高[计得]?满分)"),
    ("on", r"[以依][此次]类推"),
    ("discretion", r".*酌情.*"),
    ("choice", r".*(?:[二2两]者(?:择其|选)[一1]|可选项|任选其[一1]).*"),
    ("days", rf"每?(?:超过|超|延迟|逾期|推迟|迟报|晚)(?:规定)?(?:时间|时限|期限)?{_DAYS}"),
    ("moredays", _DAYS),
    (
        "penalty",
        rf"{_WORDS}每(?P<verb>{ABOVE}|{BELOW}|{BOTH})?(?P<other>[(/、或]+(?:{ABOVE}|{BELOW})\)?)?(?:标准|目标|计划)?值?"
        rf"(?P<every>{NUMBER})%的?扣减?{_POINTS}",
    ),
    ("less", rf"{_WORDS}每?(?:缺少|缺|少|不符合)1?[项条个]的?扣减?{_POINTS}"),
    ("each", rf"{_WORDS}(?:每(?:符合)?1?[项条个]|各项?)[计得]?{_POINTS}"),
    ("case", rf"[^\d%]*(?:每(?:出现|发现|发生|存在|有)?|出现|发现)1?(?:个问题|{_CASE})[^\d%扣]*扣减?{_POINTS}"),
    ("none", rf"(?:无|没有)(?:{_CARRY})的?[计得]?{_POINTS}"),
    ("within", rf"有(?:{_CARRY})但(?:不|没有)超过上年(?:{_CARRY})的?[计得]?{_POINTS}"),
    ("beyond", rf"(?:{_CARRY})(?:超过|大于|高于)上年(?:{_CARRY})的?(?:[计得]?{_POINTS}|不得分)"),
    (
        "nothing",
        r"(?:没有|无|不涉及|未安排)[^\d%]*(?:项目|任务|资金|支出|预算|采购|业务|事项)的?(?:部门|单位)?的?[按计得]满分(?:计算|计|处理)?",
    ),
    ("clean", r"(?:没有|无|未)[^\d%]*[按计得]满分|[^\d%]*(?:规定|及时|按时|按期)[^\d%]*[计得]满分"),
    ("prorata", r"(?:否则|其余|其他)?的?按(?:实际)?(?:完成)?比例(?:计算得分|计算|计分|得分|给分)"),
    ("formula", r".*?得分=(?P<expression>.+)"),
    ("formula", rf"得分\((?P<expression>{NUMBER}分\*[^\d]+)\)"),
    ("formula", rf"(?P<expression>{NUMBER}分\*[^\d*/]+|[^\d]+/[^\d]+\*(?:指标)?(?:分值|权重)|.*得分/{NUMBER}\*{NUMBER}|[^\d*/]*率\*{NUMBER}分)"),
    (
        "between",
        rf"(?P<name>{_WORDS})(?P<low>{_EDGE})(?P<low_end>{_ENDS})?-(?P<high>{_EDGE})(?P<high_end>{_ENDS})?(?:之间|以内)?{_SCORE}",
    ),
    ("two", rf"(?P<name>{_WORDS})(?P<low_sign>[>≥])(?P<low>{_EDGE})[且、]?(?P<high_sign>[<≤])(?P<high>{_EDGE}){_SCORE}"),
    (
        "two",
        rf"(?P<name>{_WORDS})(?P<low>{_EDGE})(?P<turned_sign>[<≤])[^\d%<≤]{{0,12}}(?P<high_sign>[<≤])(?P<high>{_EDGE}){_SCORE}",
    ),
    ("two", rf"(?P<name>{_WORDS})(?P<high_sign>[<≤])(?P<high>{_EDGE})[且、]?(?P<low_sign>[>≥])(?P<low>{_EDGE}){_SCORE}"),
    ("around", rf"(?P<name>{_WORDS})±(?P<low>{NUMBER})%?-±?(?P<high>{NUMBER})%{_SCORE}"),
    ("around", rf"(?P<name>{_WORDS})±(?P<edge>{NUMBER}%)(?P<word>[以之]内|[以之]外){_SCORE}"),
    (
        "side",
        rf"(?P<name>{_WORDS})(?P<edge>{_EDGE})(?P<end>{_ENDS})?(?P<word>及?以上|及?以下|以内|以外)(?P<end_after>{_ENDS})?(?:{_SCORE})?",
    ),
    ("level", rf"(?P<name>{_WORDS})(?P<sign>[≤≥<>=])(?P<edge>{_EDGE})(?P<end>{_ENDS})?(?:以上|以下)?(?:{_SCORE}|的)?"),
    ("bare", rf"(?P<name>{_WORDS})(?P<lost>[QWqw□?])?(?P<edge>{NUMBER}%|0){_SCORE}"),
    ("bare", rf"(?P<name>{_WORDS})(?P<lost>[QWqw□?])(?P<edge>{_EDGE})"),
    ("bare", rf"(?P<name>{_WORDS}[率度费额])(?P<edge>{NUMBER}%|0)"),
    ("shares", rf"[^\d]*?(?P<high>{NUMBER})%?-(?P<low>{NUMBER})%(?:{_ENDS})?[^\d]*"),
    ("grade", rf"(?P<name>[^\d]*?(?<![最提增相其降])(?:{GRADE}))(?:的|者)?[计得]?(?P<points>{NUMBER})分?"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _TABLE)
#: 好6一般3无效果0: several grades without a mark between them.
_GRADES = re.compile(rf"(?:[^\d]*?(?:{GRADE})[计得]?{NUMBER}分?){{2,}}")
_ONE_GRADE = re.compile(rf"[^\d、]+{NUMBER}分?")
#: A clause in which none of this stands says nothing of points.
_SPEAKS_OF_POINTS = re.compile(
    r"扣|得分|计分|满分|加分|减分|零分|否则|比例|除外|剔除|否决|减半|封顶|最高|最低|分值|权重|[*=]|\d"
)
_YEAR = re.compile(r"(?:19|20)\d\d(?:年|-)")


@dataclass(frozen=True)
class Part:
    """A clause that was understood (`kind` as in the table, or "left"), with what its groups hold."""

    kind: str
    clause: str
    values: dict[str, str]

    def number(self, name: str) -> float:
        """A group as a number; a percent is returned as its ratio."""
        return ratio(self.values[name])


def ratio(text: str) -> float:
    """10% → 0.1, 8 → 8.0."""
    return float(Fraction(text[:-1]) / 100) if text.endswith("%") else float(text)


def without_percent(part: Part) -> bool:
    """Whether an edge stands without its %: 0 and 1 may, and a number beside one that has it."""
    edges = [part.values[key] for key in ("edge", "low", "high") if key in part.values]
    signed = any(edge.endswith("%") for edge in edges) or part.kind == "around"
    return not signed and any(float(edge) not in (0.0, 1.0) for edge in edges)


def parts(clauses: Sequence[str]) -> Iterator[Part]:
    """Each clause as its part; one that says nothing of points is passed over, one not understood is "left"."""
    for clause in clauses:
        single = _ONE_GRADE.findall(clause) if _GRADES.fullmatch(clause) else [clause]
        for text in single:
            if part := _part(text):
                yield part


def _part(clause: str) -> Part | None:
    for kind, pattern in _PATTERNS:
        if match := pattern.fullmatch(clause):
            return Part(kind, clause, {key: value for key, value in match.groupdict().items() if value is not None})
    return Part("left", clause, {}) if _SPEAKS_OF_POINTS.search(_YEAR.sub("", clause)) else None
