"""Drafted rules → the text of a scheme file, with 待人工确认 where a person has to decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from converter.drafting.rules import DraftedRule, Printed
from converter.drafting.yamltext import comment, entry, flow, scalar
from converter.vocabulary.numbers import shortest

#: The mark before every reason to look at a line.
MARK = "待人工确认"
#: What stands where the table does not say.
NO_CODE, NO_NAME, NO_DOCUMENT = "000000", "待填", "待填文号"
_HEAD = """\
由 jixiao scheme draft 从“{source}”草拟，须由人逐条核对后采用。
标有“{mark}”的地方程序没有把握：核对原文，改好规则，再删去这一行。
text 是条文原文，逐字照录；各种写法的说明见内置方案 mappings/schemes/430527/2019.yaml 开头。
改完以后依次运行 jixiao scheme test 和试运行；旁边的 .cases.yaml 是按草拟的规则算出的算例，也须核对。"""
_GRADES = "{优: 90, 良: 80, 中: 60, 差: 0}"


@dataclass(frozen=True)
class Head:
    """What the top of a scheme says; None or "" where it is not known."""

    source: str
    title: str
    code: str = ""
    region: str = ""
    year: int | None = None


def scheme_text(
    head: Head,
    levels: dict[str, tuple[float, dict[str, float]]],
    level_marks: Sequence[str],
    rules: Sequence[DraftedRule],
    printed: Sequence[Printed],
) -> str:
    """The whole file."""
    lines = [*comment(_HEAD.format(source=head.source, mark=MARK), 0), *_top(head), ""]
    lines += [line for mark in level_marks for line in _marked(mark, 0)]
    if levels:
        lines += ["levels:", *(_level(name, full, parts) for name, (full, parts) in levels.items()), ""]
    lines.append("indicators:")
    for rule, source in zip(rules, printed, strict=True):
        lines += [*_rule(rule, source), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def marks_of_head(head: Head) -> list[str]:
    """What the top of the file leaves to a person."""
    missing = [("区划代码", head.code), ("地区名称", head.region), ("数据年度", head.year), ("文号", "")]
    return [f"请填写{what}" for what, known in missing if not known] + ["等次起点按 90、80、60 草拟"]


def _top(head: Head) -> list[str]:
    code, name = head.code or NO_CODE, head.region or NO_NAME
    lines = [line for mark in marks_of_head(head) for line in _marked(mark, 0)]
    lines.append(f'region: {{code: "{code}", name: {scalar(name)}}}')
    lines.append(f"year: {head.year or 2000}")
    lines.append(f"title: {scalar(head.title)}")
    lines.append(f"basis: {{document: {NO_DOCUMENT}}}")
    return [*lines, f"grades: {_GRADES}", "judged: self"]


def _level(name: str, full: float, parts: dict[str, float]) -> str:
    inner = f", parts: {flow(dict(parts))}" if parts else ""
    return f"  {scalar(name)}: {{full: {shortest(full)}{inner}}}"


def _marked(reason: str, indent: int) -> list[str]:
    return comment(f"{MARK}：{' '.join(reason.split())}", indent)


def _rule(rule: DraftedRule, printed: Printed) -> list[str]:
    lines = [f"  {scalar(rule.name)}:{f'  # 原表 {printed.place}' if printed.place else ''}"]
    lines += [line for mark in rule.marks for line in _marked(mark, 4)]
    lines += [line for remark in rule.remarks for line in comment(remark, 4)]
    for key, value in rule.keys:
        lines += entry(key, value, 4)
    return lines
