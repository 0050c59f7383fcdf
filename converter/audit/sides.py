"""What is compared: a side, read out of OUT, a summary workbook or an INBOX, with the two sides' keys made alike.

Departments are paired by 编码, then by name, then by the names that the departments list gives them (曾用名). Keys carry
the year of the new side: last year's 2018 and this year's 2019 are both 上年 + 1.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from converter.audit.changes import Key
from converter.books.readback import Output, Record, rule_of
from converter.mapping.roster import Roster
from converter.vocabulary.findings import RunError
from converter.vocabulary.labels import plain

_MOST_NAMED = 20


@dataclass(frozen=True)
class Side:
    """One of the two. Every value is text as in the CSV. `books` are the departments' workbooks, `edited` the names of
    outputs that were changed after they were written; `whole` says whether `facts` are all there are.
    """

    name: str
    sha256: str
    year: int
    facts: list[Record]
    sources: list[Record]
    totals: list[Record] = field(default_factory=list)
    scores: list[Record] = field(default_factory=list)
    findings: list[Record] = field(default_factory=list)
    submitted: list[Record] = field(default_factory=list)
    rules: dict[str, Record] = field(default_factory=dict)
    info: dict[str, str] = field(default_factory=dict)
    books: dict[str, Path] = field(default_factory=dict)
    edited: frozenset[str] = frozenset()
    whole: bool = True
    inbox: bool = False

    @property
    def departments(self) -> list[str]:
        """Names of the departments, in the order of the sheets."""
        rows = self.facts if self.inbox else self.totals
        return list(dict.fromkeys(row["部门"] for row in rows))

    @property
    def retouched(self) -> list[str]:
        """Names of the summary workbook and CSV files that were edited; a department's workbook tells of itself."""
        return sorted(name for name in self.edited if "/" not in name)

    def version(self, item: str) -> str:
        """What 运行信息 says of an item; of every scheme together, where a run has several: 方案 SHA-256（类别）."""
        return "；".join(text for key, text in self.info.items() if key == item or key.startswith(f"{item}（"))

    def rule(self, score: Record) -> Record:
        """The rule behind a row of 指标得分, {} where there is none."""
        return rule_of(self.rules, score)

    @property
    def hashes(self) -> dict[str, str]:
        """File → SHA-256 of every source."""
        return {row["文件"]: row["SHA-256"] for row in self.sources}


def sides_of(old: Output, new: Output) -> tuple[Side, Side]:
    """Two outputs as sides; beside a summary workbook, an OUT folder counts for no more than its own workbook shows."""
    whole = old.whole and new.whole
    return side_of(old, whole=whole), side_of(new, whole=whole)


def side_of(output: Output, *, whole: bool) -> Side:
    """A side out of OUT or a summary workbook; where the summary workbook was edited, what it shows now counts."""
    digests, edited = output.digests(), output.edited()
    scores, facts, findings = output.scores, output.facts, output.findings
    if output.summary_path.name in edited:
        scores, findings = output.shown("指标得分"), output.shown("问题清单")
        facts = _overlaid(facts, output.shown("规范数据"))
    if not whole:
        facts = output.shown("规范数据")
    named = "".join(f"{name}\0{digest}\n" for name, digest in digests.items())
    folder = output.folder
    return Side(
        name=folder.name,
        sha256=digests[folder.name] if folder.name in digests else hashlib.sha256(named.encode()).hexdigest(),
        year=output.manifest["year"],
        facts=facts,
        sources=output.sources,
        totals=output.totals,
        scores=scores,
        findings=findings,
        submitted=output.shown("报送情况"),
        rules=_unique_rules(output),
        info=output.info,
        books={row["部门"]: path for row in output.totals if (path := folder / row["评分表"]).is_file()},
        edited=frozenset(edited),
        whole=whole,
    )


def _unique_rules(output: Output) -> dict[str, Record]:
    names = Counter((row["三级指标"], row["依据"]) for row in output.shown("规则"))
    _refuse([f"{output.folder.name} 规则 {' '.join(name)}" for name, count in names.items() if count > 1])
    return output.rules


def fact_cell(row: Record) -> tuple[str, ...]:
    """What makes a fact the one it is: whose, of which year and field, from which cell."""
    return tuple(row[head] for head in ("部门", "年度", "字段", "表单", "文件", "工作表", "单元格"))


def _overlaid(facts: Sequence[Record], shown: Sequence[Record]) -> list[Record]:
    """All facts, in which those that the edited sheet shows are as it shows them, and those it lost are gone."""
    on_sheet = {(row["年度"], row["字段"]) for row in shown}
    rest = [row for row in facts if (row["年度"], row["字段"]) not in on_sheet]
    return [*shown, *rest]


@dataclass(frozen=True)
class Pairing:
    """How the new side's departments are called on the old one: `names` old name → new name, and why they are the same."""

    names: dict[str, str]
    reasons: dict[str, str]


def pair(old: Side, new: Side, roster: Roster) -> Pairing:
    """The departments of the old side that are those of the new one under another name."""
    codes = [{r["部门编码"]: r["部门"] for r in side.totals if r["部门编码"]} for side in (old, new)]
    names: dict[str, str] = {}
    reasons: dict[str, str] = {}
    theirs = {plain(name): name for name in new.departments}
    known = {listed.name: name for name in new.departments if (listed := roster.named(name))}
    by_code = {name: codes[1][code] for code, name in codes[0].items() if code in codes[1]}
    for name in old.departments:
        listed = roster.named(name)
        other, why = next(
            (
                (found, reason)
                for found, reason in (
                    (by_code.get(name), "部门编码相同"),
                    (name if name in new.departments else None, ""),
                    (theirs.get(plain(name)), "名称只差空格、括号或引号"),
                    (known.get(listed.name) if listed else None, "部门名单的别名或曾用名"),
                )
                if found
            ),
            (name, ""),
        )
        names[name] = other
        if other != name:
            reasons[name] = why
    taken = Counter(names.values())
    _refuse([f"旧 {name}（即 {other}）" for name, other in names.items() if taken[other] > 1])
    return Pairing(names, reasons)


def aligned(old: Side, new: Side, pairing: Pairing) -> Side:
    """The old side under the new one's department names, its years moved to the new one's."""
    shift = new.year - old.year

    def moved(rows: Sequence[Record]) -> list[Record]:
        return [
            {**row, "部门": pairing.names.get(row["部门"], row["部门"]), "年度": _later(row.get("年度", ""), shift)}
            for row in rows
        ]

    books = {pairing.names.get(name, name): path for name, path in old.books.items()}
    parts = {
        head: moved(getattr(old, head)) for head in ("facts", "totals", "scores", "findings", "submitted", "sources")
    }
    return replace(old, year=new.year, books=books, **parts)  # type: ignore[arg-type]


def _later(year: str, shift: int) -> str:
    return str(int(year) + shift) if shift and year.isdecimal() else year


def keyed(rows: Sequence[Record], subject: str) -> dict[Key, Record]:
    """Rows by 部门, 年度 and the column `subject`."""
    return {(row["部门"], row["年度"], row[subject] if subject else ""): row for row in rows}


def refuse_duplicates(old: Side, new: Side) -> None:
    """Raises RunError R10 with every key that stands twice on one side: nothing says which of the two rows counts."""
    _refuse([text for word, side in (("旧", old), ("新", new)) for text in _duplicates(word, side)])


def _duplicates(word: str, side: Side) -> Iterator[str]:
    tables: Mapping[str, list[tuple[str, ...]]] = {
        "汇总": [(row["部门"], row["年度"]) for row in side.totals],
        "指标得分": [(row["部门"], row["年度"], row["三级指标"]) for row in side.scores],
        "规范数据": [(*fact_cell(row), row["原文"], row["状态"], row["采用"]) for row in side.facts],
        "报送情况": [(row["部门"],) for row in side.submitted],
        "部门编码": [(row["部门编码"],) for row in side.totals if row["部门编码"]],
        "问题清单": [(row["编号"],) for row in side.findings],
    }
    for sheet, keys in tables.items():
        for key, count in Counter(keys).items():
            if count > 1:
                yield f"{word} {sheet} {' '.join(part for part in key if part)}"


def _refuse(twice: Sequence[str]) -> None:
    if twice:
        listed = "；".join(twice[:_MOST_NAMED]) + (f"；等 {len(twice)} 处" if len(twice) > _MOST_NAMED else "")
        raise RunError("R10", f"出现两次，无法比较：{listed}", "请检查是否被手工改动，每个键只留一行")
