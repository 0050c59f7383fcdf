"""A printed indicator table → a scheme file and its worked cases, written beside each other and nowhere over another file."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from converter.drafting.layout import Head, marks_of_head, scheme_text
from converter.drafting.listing import indicators, level_weights, sums
from converter.drafting.rules import DraftedRule, Printed, by_hand, draft_rule
from converter.drafting.values import Known
from converter.drafting.worked import cases_text
from converter.mapping.documents import Document as YamlDocument
from converter.mapping.facts import Document, Reading
from converter.mapping.fields import Dictionary
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import ConfigurationError, Place, RunError
from converter.vocabulary.numbers import shortest


@dataclass(frozen=True)
class Draft:
    """A drafted scheme: its rules in the order of the table, its text and that of its worked cases."""

    rules: tuple[DraftedRule, ...]
    marks: tuple[str, ...]
    scheme: str
    cases: str

    @property
    def marked(self) -> list[DraftedRule]:
        """The rules in which something is to be confirmed."""
        return [rule for rule in self.rules if rule.marks]

    def verdict(self) -> str:
        """One line: how much was understood, how much is left to a person."""
        computed = sum(rule.computed for rule in self.rules)
        judged = len(self.rules) - computed
        where = "、".join(rule.name for rule in self.marked) or "无"
        return (
            f"草拟 {len(self.rules)} 个指标：按数据计分 {computed} 个，由人评定 {judged} 个；"
            f"待人工确认 {len(self.marked)} 个指标（{where}），另有方案开头 {len(self.marks)} 处"
        )

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "indicators": [
                {"name": rule.name, "computed": rule.computed, "marks": list(rule.marks)} for rule in self.rules
            ],
            "marks": list(self.marks),
        }


def table_of(reading: Reading) -> Document:
    """The one indicator list of a workbook. Raises RunError R13 where there is none, or more than one."""
    found = [document for document in reading.documents if document.lines]
    if len(found) == 1:
        return found[0]
    if not found:
        why = "；".join(item.message for item in reading.findings if item.code[0] in "FM")
        advice = "请核对表名与表头（一级指标、二级指标、三级指标、分值、评价标准）；可用 jixiao describe 查看程序如何理解该文件"
        raise RunError("R13", "没有认出指标表" + (f"：{why}" if why else ""), advice, Place(reading.file))
    sheets = "、".join(document.sheet for document in found)
    raise RunError("R13", f"有几张指标表（{sheets}），不知道用哪一张", "请只留一张后再试", Place(reading.file))


def draft(document: Document, head: Head, dictionary: Dictionary, known: Known) -> Draft:
    """The draft of one indicator table."""
    printed = indicators(document.lines)
    rules = [draft_rule(one, dictionary, known) for one in printed]
    levels, below = level_weights(document.lines, printed), sums(printed)
    level_marks = _about_levels(levels, below)
    try:
        scheme = _loaded(text := scheme_text(head, levels, level_marks, rules, printed), dictionary)
    except ConfigurationError:  # a rule that makes no sense beside its weight
        rules = [_tried(rule, head, one, dictionary) for rule, one in zip(rules, printed, strict=True)]
        scheme = _loaded(text := scheme_text(head, levels, level_marks, rules, printed), dictionary)
    cases = cases_text(scheme, Derivations(dictionary))
    return Draft(tuple(rules), (*marks_of_head(head), *level_marks), text, cases)


def _tried(rule: DraftedRule, head: Head, printed: Printed, dictionary: Dictionary) -> DraftedRule:
    """The rule if a scheme of it alone can be loaded, else to be written by hand."""
    keys = tuple(("full", 1.0) if key == "shares" else (key, value) for key, value in rule.keys)
    try:
        _loaded(scheme_text(head, {}, (), [replace(rule, keys=keys)], [printed]), dictionary)
    except ConfigurationError as error:
        return by_hand(rule, error.message)
    return rule


def _loaded(text: str, dictionary: Dictionary) -> Scheme:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scheme.yaml"
        path.write_text(text, encoding="utf-8")
        return Scheme(YamlDocument(path, path.name), dictionary)


def _about_levels(
    levels: Mapping[str, tuple[float, Mapping[str, float]]], below: Mapping[tuple[str, ...], float]
) -> tuple[str, ...]:
    """Printed weights of levels that are not what stands below them."""
    stated: dict[tuple[str, ...], float] = {(first,): full for first, (full, _) in levels.items()}
    stated.update({(first, second): full for first, (_, parts) in levels.items() for second, full in parts.items()})
    wrong = [
        f"“{key[-1]}”印的分值是 {shortest(full)} 分，其下各指标合计 {shortest(below.get(key, 0.0))} 分"
        for key, full in stated.items()
        if abs(full - below.get(key, 0.0)) > 1e-9
    ]
    total = sum(full for key, full in below.items() if len(key) == 1)
    return (*wrong, *([] if abs(total - 100) < 1e-9 else [f"各指标分值合计 {shortest(total)} 分，不是 100 分"]))


def head_of(document: Document, output: Path, regions: Mapping[str, str]) -> Head:
    """Region and year as the output's place says (schemes/430527/2019.yaml), else the year of the table."""
    code = output.resolve().parent.name
    code = code if re.fullmatch(r"\d{2,12}", code) else ""
    year = int(output.stem) if re.fullmatch(r"20\d\d", output.stem) else document.year
    return Head(document.file, document.title, code, regions.get(code, ""), year)


def check_free(output: Path, *, overwrite: bool) -> None:
    """Raises RunError R04 where the scheme or its cases are there already and nobody asked for them to be replaced."""
    for path in _paths(output):
        if path.exists() and not overwrite:
            advice = "请换一个 -o，或确认不要旧文件后加 --overwrite"
            raise RunError("R04", "文件已经存在，没有改动", advice, Place(str(path)))


def write(draft: Draft, output: Path) -> tuple[Path, Path]:
    """Writes the scheme and its cases beside it. Raises RunError R04 where that cannot be."""
    paths = _paths(output)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        for path, text in zip(paths, (draft.scheme, draft.cases), strict=True):
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunError("R04", "文件不能写入", "请检查路径与权限", Place(str(output))) from error
    return paths


def _paths(output: Path) -> tuple[Path, Path]:
    return output, output.with_suffix(".cases.yaml")
