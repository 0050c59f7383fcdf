"""From a score down to 文件!工作表!单元格, out of OUT alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from converter.audit.breakeven import BreakEven, break_evens
from converter.audit.changes import number
from converter.audit.provenance import APPLIED, Facts, Node, place_of
from converter.audit.rescoring import Schemes, decided_score
from converter.audit.sides import side_of
from converter.books.readback import Output, Record, compared_formula
from converter.books.tables import RULE_HEADS
from converter.mapping.facts import SELF_SCORE
from converter.scoring.expressions import Input
from converter.scoring.rounding import SCORE_DIGITS, SNAP, round_half_up
from converter.vocabulary.findings import RunError
from converter.vocabulary.labels import label, nearest
from converter.vocabulary.numbers import State, shortest

#: What of 运行信息 a working paper quotes.
_VERSIONS = ("程序", "评分方案", "方案 SHA-256", "映射 SHA-256", "复核记录", "复核记录 SHA-256", "输入 SHA-256")


@dataclass(frozen=True)
class Explanation:
    """Why an indicator of a department has its score. `rounding` tells where numbers are snapped and rounded, `others`
    the scores under other readings, `decisions` what officers decided, `sources` the files by SHA-256, `versions` the
    rules and program. `no_break_even` says why there is none.
    """

    score: Record
    rule: Record
    value: Node
    self_score: Node | None
    rounding: tuple[str, ...]
    others: tuple[str, ...]
    decisions: tuple[str, ...]
    sources: dict[str, str]
    versions: dict[str, str]
    break_even: tuple[BreakEven, ...] = ()
    no_break_even: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON; README describes it."""
        own = self.self_score.to_dict() if self.self_score else None
        return {
            "score": self.score,
            "rule": self.rule,
            "value": self.value.to_dict(),
            "self_score": own,
            "rounding": list(self.rounding),
            "other_readings": list(self.others),
            "decisions": list(self.decisions),
            "break_even": [{**vars(one), "text": str(one)} for one in self.break_even],
            "no_break_even": self.no_break_even,
            "sources": self.sources,
            "versions": self.versions,
        }

    def lines(self) -> Iterator[str]:
        """The explanation as the text of an audit working paper."""
        score, rule = self.score, self.rule
        points = score["得分"] or f"{score['下限']}～{score['上限']}"
        yield f"{score['部门']} {score['年度']} 年 {score['三级指标']}：{points} 分（{score['状态']}）"
        shown = (
            ("依据", score["依据"]),
            ("原文", " ".join(rule["原文"].split())),
            ("分值", score["分值"] or "与同组指标共用"),
            ("计分方式", rule["计分方式"]),
            ("计分口径", score["计分口径"]),
            ("计算过程", score["计算过程"]),
            ("取位", "；".join(self.rounding)),
            ("其他口径", "；".join(self.others)),
            ("缺少数据", score["缺少数据"]),
        )
        yield from (f"  {name}：{text}" for name, text in shown if text)
        if rule["指标公式"]:
            yield f"  指标值 {self.value.value or '—'} ＝ {rule['指标公式']}"
        for node in self.value.below:
            yield from node.lines(2)
        if self.self_score is not None:
            yield from self.self_score.lines(1)
            if score["自评差异"] not in ("", "0"):
                yield f"  自评差异：{score['自评差异']} 分"
        yield from (f"  认定：{text}" for text in self.decisions)
        yield from (f"  临界值：{one}" for one in self.break_even)
        if self.no_break_even:
            yield f"  临界值：{self.no_break_even}"
        yield from (f"  取证文件：{name}，SHA-256 {digest}" for name, digest in self.sources.items())
        yield from (f"  {name}：{text}" for name, text in self.versions.items())


def explain(output: Output, department: str, indicator: str, schemes: Schemes | None = None) -> Explanation:
    """The tree of one score; with `schemes`, break-evens too where the one that OUT was scored by is among them.

    Raises RunError R09 for a department or indicator that OUT does not have.
    """
    score = _find_score(output, department, indicator)
    rule = output.rule(score) or dict.fromkeys(RULE_HEADS, "")  # 加减分 of 复核记录 are no rules of the scheme
    facts = Facts(output, score["部门"], int(score["年度"]))
    compared = compared_formula(rule["计分口径"])
    below = [*facts.nodes(rule["指标公式"], 0), *facts.nodes(compared, 0), *facts.answers(score["三级指标"])]
    value = Node("指标值", score["指标值"], below=tuple(below))
    own = facts.node(Input(score["三级指标"] + SELF_SCORE), 0, "自评得分")
    evens, why = _break_evens(output, score, schemes)
    hashes = {row["文件"]: row["SHA-256"] for row in output.sources}
    cited = sorted({file for file in (*value.files(), *own.files()) if file in hashes})
    return Explanation(
        score=score,
        rule=rule,
        value=value,
        self_score=own,
        rounding=tuple(_rounding(score)),
        others=tuple(part for part in score["其他口径得分"].split("；") if part),
        decisions=tuple(_decisions(output, score, value)),
        sources={file: hashes[file] for file in cited},
        versions={item: text for item, text in output.info.items() if item.partition("（")[0] in _VERSIONS and text},
        break_even=tuple(evens),
        no_break_even=why,
    )


def _break_evens(output: Output, score: Record, schemes: Schemes | None) -> tuple[list[BreakEven], str]:
    """Break-evens of an indicator, or why there are none."""
    if schemes is None:
        return [], ""
    scheme = schemes.of(side_of(output, whole=output.whole)).get(score["部门"])
    if scheme is None:
        return [], "没有找到评分时所用的方案，不能推算；请用 --mappings 指明"
    rule = next((one for one in scheme.rules if one.name == score["三级指标"]), None)
    if rule is None or not rule.formulas():
        return [], ""
    rows = [row for row in output.facts if row["部门"] == score["部门"]]
    found = break_evens(rows, score["部门"], int(score["年度"]), rule, scheme, schemes.derivations)
    return found, "" if found else "同时缺几项数据，不能只改一项推算"


def _rounding(score: Record) -> Iterator[str]:
    """Where the number that was scored is snapped and rounded (DESIGN §5 Arithmetic)."""
    value = number(score["指标值"])
    if value is not None:
        snapped = shortest(float(round_half_up(np.array([value]), SNAP)[0]))
        yield f"指标值 {score['指标值']} 不舍入"
        yield f"比较标准、分档和计步时，商四舍五入到 {SNAP} 位小数（指标值记作 {snapped}）"
    if score["得分"]:
        yield f"得分限于 0～分值，四舍五入到 {SCORE_DIGITS} 位小数"


def _decisions(output: Output, score: Record, value: Node) -> Iterator[str]:
    """What officers decided about the score or the data below it: where decisions enter an explanation."""
    if decided_score(score):
        yield f"{score['三级指标']}：已复核，{score['计算过程']}"
    places = {node.place for node in value.leaves() if node.place}
    yield from (f"{node.name}：更正为 {node.value}" for node in value.leaves() if node.note == State.CORRECTED)
    for row in output.findings:
        about = row["对象"] == score["三级指标"] or place_of(row) in places
        if row["部门"] == score["部门"] and about and (row["部门说明"] or row["处理"] or row["代码"] == APPLIED):
            said = (
                row["说明"],
                row["部门说明"] and f"部门说明：{row['部门说明']}",
                row["处理"] and f"处理：{row['处理']}",
            )
            yield f"{row['编号']}：{'；'.join(filter(None, said))}"


def _find_score(output: Output, department: str, indicator: str) -> Record:
    departments = list(dict.fromkeys(row["部门"] for row in output.scores))
    name = _one(department, departments, "部门")
    rows = [row for row in output.scores if row["部门"] == name]
    chosen = _one(indicator, [row["三级指标"] for row in rows], "指标")
    return next(row for row in rows if row["三级指标"] == chosen)


def _one(asked: str, known: Sequence[str], what: str) -> str:
    """The known name whose matching form is the asked one's."""
    match = [name for name in known if name == asked] or [name for name in known if label(name) == label(asked)]
    if len(match) == 1:
        return match[0]
    close = nearest(asked, known)
    advice = f"是否为“{close}”？" if close else f"可选：{'、'.join(known[:20])}"
    raise RunError("R09", f"输出里没有{what}“{asked}”", advice)
