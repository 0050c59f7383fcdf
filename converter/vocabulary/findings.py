"""Findings (问题): frozen data with a stable code, rendered later; and the errors that stop a run.

A finding is something wrong with the material or the rules; the run goes on. A `ConverterError` means the run
cannot go on; it carries its exit code. Codes never change their meaning: reconciliation checks J K X Y S B
(mappings/checks.yaml), files F, mapping M, data D, decisions P, rules L (scheme lint), run R, configuration C.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from operator import add
from sys import intern
from typing import NamedTuple

EXIT_CLEAN, EXIT_FINDINGS, EXIT_CANNOT_RUN, EXIT_BUG, EXIT_INTERRUPTED = 0, 1, 2, 70, 130


class Level(StrEnum):
    """How bad: 错误 cannot be true, 警告 is probably wrong or a choice, 提示 is for information."""

    ERROR = "错误"
    WARNING = "警告"
    NOTE = "提示"


class Owner(StrEnum):
    """Who has to act on a finding."""

    DEPARTMENT = "部门"
    BUREAU = "财政局"
    RULES = "规则"


class Place(NamedTuple):
    """Where a value or a problem stands: 文件!工作表!单元格, or a YAML file with line:column as the cell."""

    file: str = ""
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        if self.sheet or not self.cell:
            return "!".join(filter(None, self))
        return f"{self.file}:{self.cell}"


class Finding(NamedTuple):
    """One problem. `points` is the score at stake (分), None where no score depends on it; `reply` is the department's
    answer (部门说明), `handling` what officers decided about it (处理).
    """

    code: str
    level: Level
    owner: Owner
    message: str
    advice: str = ""
    department: str = ""
    year: int | None = None
    subject: str = ""
    points: float | None = None
    place: Place = Place()
    number: str = ""
    reply: str = ""
    handling: str = ""


class Kind(NamedTuple):
    """What all findings of one code have in common."""

    level: Level
    owner: Owner
    advice: str


_E, _W, _N = Level.ERROR, Level.WARNING, Level.NOTE
_DEP, _FIN, _RULE = Owner.DEPARTMENT, Owner.BUREAU, Owner.RULES

#: Codes of findings that are not reconciliation checks (those are data: mappings/checks.yaml).
KINDS: dict[str, Kind] = {
    "F01": Kind(_E, _DEP, "请用 Excel 或 WPS 打开后另存为 .xlsx 再报送"),
    "F02": Kind(_N, _DEP, "内容已按实际格式读取；建议改正扩展名"),
    "F03": Kind(_E, _DEP, "文件是空的，请重新复制或重新报送"),
    "F04": Kind(_E, _DEP, "文件已加密，请取消密码后重新报送"),
    "F05": Kind(_E, _DEP, "不支持这种格式，请另存为 .xlsx 再报送"),
    "F06": Kind(_E, _DEP, "请删除多余的空行空列或拆分文件后重新报送"),
    "F07": Kind(_E, _DEP, "该文件使读取进程异常退出，已单独隔离；请另存为 .xlsx 再报送"),
    "F08": Kind(_N, _FIN, "本程序生成的工作簿不作为报送材料，无需处理"),
    "F09": Kind(_N, _FIN, "不是工作簿，未读取；如含数据请转录到表格"),
    "F10": Kind(_N, _DEP, "内容完全相同的文件只计一次，无需处理"),
    "F11": Kind(_N, _DEP, "已读取；建议用 Excel 或 WPS 打开后另存为 .xlsx"),
    "F12": Kind(_N, _DEP, "已读取；报送时请取消密码"),
    "F13": Kind(_N, _DEP, "重算的数以部门核对为准；请用 Excel 或 WPS 打开并保存后重新报送"),
    "F14": Kind(_N, _FIN, "部门说明供复核参考，不改变得分；是否采纳请写入复核记录"),
    "F15": Kind(_N, _FIN, "该编号的问题已不在问题清单里，请核对部门说明是否还需要"),
    "F16": Kind(_N, _FIN, "名单和记录不是报送材料，无需处理"),
    "M01": Kind(_W, _DEP, "请核对表名与表头；可用 jixiao describe 查看程序如何理解该文件"),
    "M02": Kind(_W, _FIN, "请核对栏目名称；确为新栏目时在 mappings 的表单中登记"),
    "M03": Kind(_W, _DEP, "请核对是否同一部门，并统一填报名称"),
    "M04": Kind(_E, _DEP, "请核对表头年度后重新报送"),
    "M05": Kind(_W, _DEP, "请核对指标名称；不在方案中的指标不计分"),
    "M06": Kind(_W, _DEP, "请补报该指标的自评得分"),
    "M07": Kind(_W, _DEP, "以方案的分值为准；请部门改用现行指标表"),
    "M08": Kind(_W, _DEP, "以方案的评价标准为准；请部门改用现行指标表"),
    "M09": Kind(_N, _FIN, "该年度不在本次评分范围，文件未使用"),
    "M10": Kind(_W, _DEP, "请在表头补填单位名称；现按文件夹或文件名归属"),
    "M11": Kind(_N, _FIN, "该工作表未使用，如含数据请核对表名与表头"),
    "M12": Kind(_W, _DEP, "请在表内注明年度；现按同批材料推定"),
    "M13": Kind(_W, _DEP, "请取消合并核对，删除不用的数后重新报送"),
    "M14": Kind(_W, _DEP, "请取消隐藏并核对，不用的数据请删除后重新报送"),
    "M15": Kind(_W, _FIN, "请核对这份表是哪个部门的；放错文件夹或表头没改的，改正后重新运行"),
    "M16": Kind(_W, _FIN, "请核对是否同名的几个部门；可用 --departments 部门名单的编码区分"),
    "M17": Kind(_N, _FIN, "请核对年度；通知和标题里的“2020年度”有时指工作年度"),
    "M18": Kind(_N, _DEP, "确无此项收支的，请在表下注明"),
    "M19": Kind(_E, _DEP, "请填写后重新报送；空着的不按 0 处理"),
    "M20": Kind(_E, _DEP, "请核对金额单位，只保留一种后重新报送"),
    "D01": Kind(_E, _DEP, "请改填数字后重新报送（无法识别的内容不按 0 处理）"),
    "D02": Kind(_E, _DEP, "请改正单元格中的错误值后重新报送"),
    "D03": Kind(_E, _DEP, "公式没有计算结果，请用 Excel 或 WPS 打开并保存后重新报送"),
    "D04": Kind(_E, _DEP, "同一数据有两个不同的数，均未采用；请核实后只报一份"),
    "D05": Kind(_W, _DEP, "请核对两处数据；已按数据字典的来源顺序采用"),
    "D06": Kind(_N, _DEP, "请补报含有该数据的报表（如上年度基础数据表）"),
    "D07": Kind(_W, _DEP, "请补报缺少的报表"),
    "D08": Kind(_W, _DEP, "请用 Excel 或 WPS 打开并保存后重新报送"),
    "D09": Kind(_E, _DEP, "请核对各科目与合计，改正后重新报送"),
    "D10": Kind(
        _W, _DEP, "填好以后改动过，或改动后没有重新计算；请与盖章的纸质件核对，用 Excel 或 WPS 打开并保存后重新报送"
    ),
    "P01": Kind(_N, _FIN, "已按复核记录处理；要撤销，删去该行后重新运行"),
    "P02": Kind(_E, _FIN, "原值已变，请重新认定"),
    "P03": Kind(_E, _FIN, "该行没有采用，请补齐或改正后重新运行"),
    "P04": Kind(_W, _FIN, "经办与复核应由两人分别签署"),
    "P05": Kind(_E, _FIN, "同一事项有几条复核记录，均未采用；请只保留一条"),
    "P06": Kind(_N, _FIN, "该行没有使用；需要认定时请填写完整"),
    "L01": Kind(_W, _RULE, "请核对规则与条文的数字，以条文为准"),
    "L02": Kind(_W, _RULE, "请核对 above、below、both 与条文的方向"),
    "L03": Kind(_W, _RULE, "请补上这一段，或改正上下两档的界线；空着的数值按“未规定”处理"),
    "L04": Kind(_N, _RULE, "条文确实没有规定时不用处理，落在这里的数值按“未规定”处理；否则请补一档"),
    "L05": Kind(_W, _RULE, "请核对各档的分，一般应逐档递减"),
    "L06": Kind(_W, _RULE, "请核对最高一档的分与分值；条文满分与分值不同时写 text_full"),
    "L07": Kind(_W, _RULE, "请写 basis，注明本地区文件的文号和条款"),
    "L08": Kind(_N, _RULE, "请在 basis 里补上文号（document）和条款（clause）"),
    "L09": Kind(_W, _RULE, "请在旁边的 .cases.yaml 里加算例：界线上、界线旁和缺数各一例"),
    "L10": Kind(_N, _RULE, "请在 .cases.yaml 里加一例，指标值恰好等于这条界线"),
    "L11": Kind(_W, _RULE, "请在表单里登记这个字段，或写明缺数怎么办（missing）"),
    "L12": Kind(_W, _RULE, "请核对 grades：各等次写起点分，最低一等从 0 起，互不相同，不高于 100"),
    "L13": Kind(_N, _RULE, "要适用于下级地区请写前缀：省 2 位、市 4 位、县 6 位"),
    "L14": Kind(_W, _RULE, "请照录本地区文件的条文"),
    "L15": Kind(_W, _RULE, "请核对 checklist 各项的分与条文"),
    "L16": Kind(_W, _RULE, "请写 not_applicable: full，或核对条文"),
    "L17": Kind(_E, _RULE, "请改名，或从其中一个的 aliases 里去掉"),
    "L18": Kind(_N, _RULE, "建议文件放在 schemes/<区划代码>/<年度>.yaml，按类别分的写 <年度>-<类别>.yaml"),
}


def level_at_least(level: Level, line: str) -> bool:
    """Whether a level counts under `--fail-on line` (error, warning or never)."""
    return {"error": level is Level.ERROR, "warning": level is not Level.NOTE, "never": False}[line]


def finding(code: str, message: str, **details: object) -> Finding:
    """A finding of a catalogued code; level, owner and advice default to the code's own."""
    kind = KINDS[code]
    given = {"level": kind.level, "owner": kind.owner, "advice": kind.advice, **details}
    return Finding(code=code, message=mask(message), **given)  # type: ignore[arg-type]


#: Phone and identity numbers never leave the reader unmasked (CONTRACT: 规范数据). \d is full-width digits too; digits
#: that go on before or behind, with or without a point, make an amount of them.
_PERSONAL = (
    (re.compile(r"((?:(?<!\d)(?<!\d\.)|(?<=\+86))[1１][3-9３-９]\d[-\s]?)\d{4}([-\s]?\d{4})(?!\d|\.\d)"), "****"),
    (re.compile(r"((?<!\d)[0０]\d{2,3}[-－—–)）])\d{3,4}(\d{4})(?!\d)"), "****"),
    (re.compile(r"((?<!\d)\d{6})\d{8}(\d{3}[\dXxＸｘ])(?!\d)"), "********"),
)


#: What every such number has in it.
_RUN = re.compile(r"\d{4}")


def mask(text: str) -> str:
    """Text with the middle of mobile, landline and identity numbers replaced by asterisks."""
    if not _RUN.search(text):
        return text  # the usual case
    for pattern, stars in _PERSONAL:
        text = pattern.sub(rf"\1{stars}\2", text)
    return text


LEVEL_ORDER = {level: at for at, level in enumerate(Level)}
_NO_COUNTS = (0,) * (len(LEVEL_ORDER) + 1)


def _order(item: Finding) -> tuple[str | float, ...]:
    """Every part of a finding counts, so that no order is left to a hash seed."""
    points = -1.0 if item.points is None else item.points
    place = f"{item.subject}\0{item.place}\0{item.message}\0{item.advice}\0{item.owner}\0{item.number}"
    return (item.department, LEVEL_ORDER[item.level], item.code, item.year or 0, place, points)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in their fixed order, each once."""
    return sorted(set(findings), key=_order)


def numbered(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in their fixed order with 编号: code plus a digest of code, department and subject, stable across runs."""
    ordered = in_order(findings)
    seen: Counter[str] = Counter()
    result = []
    for item in ordered:
        digest = hashlib.sha256("|".join((item.code, item.department, item.subject)).encode()).hexdigest()
        number = f"{item.code}-{digest[:8]}"
        seen[number] += 1
        suffix = f"-{seen[number]}" if seen[number] > 1 else ""
        result.append(item._replace(number=number + suffix))
    return result


@lru_cache(maxsize=1 << 12)
def _once(counts: tuple[int, ...]) -> tuple[int, ...]:
    """The same counts, held once for all departments that have them."""
    return counts


@dataclass
class Tally:
    """How many findings there are by department: of each level in the order of Level, and those that the department has to
    act on itself.
    """

    counts: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Tally":
        """The tally of some findings."""
        found: dict[str, list[int]] = {}
        for item in findings:
            counts = found.setdefault(item.department, [0] * (len(LEVEL_ORDER) + 1))
            counts[LEVEL_ORDER[item.level]] += 1
            counts[-1] += item.owner is Owner.DEPARTMENT
        return cls({who: tuple(counts) for who, counts in found.items()})

    def add(self, other: "Tally") -> None:
        """Counts another tally's findings too."""
        for who, counts in other.counts.items():
            self.counts[intern(who)] = _once(tuple(map(add, self.counts.get(who, _NO_COUNTS), counts)))

    def at(self, level: Level) -> int:
        """The findings of a level."""
        return sum(counts[LEVEL_ORDER[level]] for counts in self.counts.values())

    def of_level(self, who: str, level: Level) -> int:
        """The findings of a department of a level."""
        return self.counts.get(who, _NO_COUNTS)[LEVEL_ORDER[level]]

    def waiting(self, who: str) -> int:
        """The findings that a department has to act on itself."""
        return self.counts.get(who, _NO_COUNTS)[-1]


class ConverterError(Exception):
    """The run cannot go on. One line for the user: code, what, where, what to do next."""

    exit_code = EXIT_CANNOT_RUN

    def __init__(self, code: str, message: str, advice: str = "", place: Place | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.advice, self.place = code, message, advice, place or Place()

    def __reduce__(self) -> tuple[type["ConverterError"], tuple[str, str, str, Place]]:
        return type(self), (self.code, self.message, self.advice, self.place)  # it may come from a worker

    def __str__(self) -> str:
        where = f"{self.place}：" if self.place.file else ""
        advice = f"（{self.advice}）" if self.advice else ""
        return f"[{self.code}] {where}{self.message}{advice}"


class ConfigurationError(ConverterError):
    """A mistake in a YAML file or in the choice of rules (codes C…)."""


class RunError(ConverterError):
    """Wrong arguments, no input, or an output that cannot be written (codes R…)."""
