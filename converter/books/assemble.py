"""Batch → the content of the books and CSV files."""

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from converter.books.contentrows import data_rows_of, score_rows_of
from converter.books.contents import DataRow, DepartmentBook
from converter.books.figures import HIGH_TOTAL, LOW_TOTAL, OWN_TOTAL
from converter.books.legend import department_notes, summary_notes
from converter.books.summary import SHEETS, SummaryBook
from converter.books.tables import Listed, Row, Rows, Table, finding_rows
from converter.books.totalrows import total_rows
from converter.scoring.batch import Batch, answer_inputs, scheme_inputs
from converter.scoring.compute import RuleScores
from converter.scoring.expressions import Input
from converter.scoring.indicators import Rule
from converter.scoring.schemes import Scheme
from converter.scoring.scorerows import rule_reading
from converter.scoring.submitted import Submitted
from converter.scoring.whole import Whole
from converter.vocabulary.findings import Finding, Level, Owner, Tally

FOLDER = "部门"
#: Departments whose totals are plain values at a time.
_SOME = 500
#: Bytes of a name, so that it fits with number, year and extension into the 255 that file systems take.
_MAX_STEM = 200
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{d}{i}" for d in ("COM", "LPT") for i in range(1, 10))}


def book_names(departments: Sequence[str], year: int) -> dict[str, str]:
    """Department → name of its workbook below OUT; characters that a file name cannot hold become _."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for department in departments:
        stem = re.sub(r'[\\/:*?"<>|\x00-\x1f\ud800-\udfff]', "_", department).strip(" .") or "_"
        stem = f"_{stem}" if stem.upper() in _RESERVED else stem.encode()[:_MAX_STEM].decode(errors="ignore")
        free = (name for name in itertools.chain([stem], _numbered(stem)) if name.casefold() not in taken)
        name = next(free)
        taken.add(name.casefold())
        names[department] = f"{FOLDER}/{name}_{year}.xlsx"
    return names


def _numbered(stem: str) -> Iterator[str]:
    return (f"{stem}({number})" for number in itertools.count(2))


def department_books(batch: Batch, findings: Sequence[Finding]) -> list[DepartmentBook]:
    """The content of every department's workbook."""
    by_department: dict[str, list[Finding]] = defaultdict(list)
    for item in findings:
        if item.owner is Owner.DEPARTMENT:
            by_department[item.department].append(item)
    return [book for part in batch.each for book in _books(part, by_department)]


def _books(batch: Batch, by_department: Mapping[str, Sequence[Finding]]) -> list[DepartmentBook]:
    inputs, scheme = batch.inputs, batch.scheme
    needed = scheme_inputs(scheme, variants=False)

    @cache
    def wanted(answered: tuple[Input, ...]) -> dict[Input, None]:
        return dict.fromkeys(inputs.derivations.closure([*needed, *answered]))

    @cache
    def data_row(one: Input) -> Callable[[int], DataRow]:
        return data_rows_of(one, inputs)

    shown = list(map(wanted, answer_inputs(inputs, scheme)))
    score_rows = [score_rows_of(column, inputs) for column in _as_printed(batch.columns)]
    steps, levels, notes = total_rows(batch), _levels(batch), department_notes(batch)
    totals = {row["department"]: row for row in batch.totals.to_dict("records")}
    return [
        DepartmentBook(
            department=department,
            year=batch.year,
            title="部门整体支出绩效评价评分表",
            subtitle=f"评分依据：{scheme.file.basis}《{scheme.file.title}》；复算得分由公式对“基础数据”重算",
            take_self=scheme.file.judged == "self",
            rows=tuple(row(position, shown[position]) for row in score_rows),
            data=tuple(data_row(one)(position) for one in shown[position]),
            findings=tuple(finding_rows(by_department.get(department, ()))),
            notes=notes,
            totals={
                LOW_TOTAL: totals[department]["low"],
                HIGH_TOTAL: totals[department]["high"],
                OWN_TOTAL: totals[department]["self_total"],
            },
            levels=levels,
            steps=steps(position),
        )
        for position, department in enumerate(batch.departments)
    ]


def _as_printed(columns: Sequence[RuleScores]) -> list[RuleScores]:
    """Levels and shared weights side by side, each where it first appears in the scheme, the weight's own row first."""
    first: dict[tuple[str, ...], int] = {}

    def place(column: RuleScores) -> list[int]:
        rule = column.rule
        level, part = (*rule.spec.path, "")[:2]
        keys = ((level,), (level, part), (level, part, rule.group))
        return [*(first.setdefault(key, len(first)) for key in keys), rule.group != rule.name]

    return sorted(columns, key=place)


def _levels(batch: Batch) -> dict[tuple[str, ...], float]:
    levels: dict[tuple[str, ...], float] = {}
    for name, level in batch.scheme.file.levels.items():
        levels[name,] = level.full
        levels.update({(name, part): full for part, full in level.parts.items()})
    return levels


def summary(
    whole: Whole,
    big: Mapping[str, Rows],
    ratios: frozenset[str],
    tally: Tally,
    names: Mapping[str, str],
    sources: Rows,
    info: Rows,
    leads: Listed[int | None],
    fingerprint: str,
    seen: Mapping[str, tuple[float, ...]],
    aside: Callable[[Iterator[Row]], Rows] = list,
) -> SummaryBook:
    """The content of the summary workbook; `big` has the tables that grow with the departments, `leads` the row of 规范数据
    that each row of 指标得分 leads to; `fingerprint` is printed at the foot of its pages; `seen` is what widths of big tables
    hang on. `aside` holds the rows of others that grow with the departments.
    """
    schemes = whole.rules.distinct
    contents: dict[str, Rows] = {
        "汇总": aside(summary_rows(whole.totals, whole.codes, whole.kinds, tally, names)),
        "报送情况": aside(submitted_rows(whole.handed, tally)),
        "规则": rule_rows(schemes),
        "来源文件": sources,
        "运行信息": info,
        **big,
    }
    regions = "、".join(dict.fromkeys(scheme.file.region.name for scheme in schemes))
    bases = "；".join(dict.fromkeys(f"{scheme.file.basis}《{scheme.file.title}》" for scheme in schemes))
    return SummaryBook(
        title=f"{regions} {whole.year} 年度部门整体支出绩效评分汇总",
        subtitle=f"评分依据：{bases}；名次按复算下限、上限排列，是核查的先后，不是评价结果",
        ratios=ratios,
        tables=tuple(Table(name, heads, contents[name]) for name, heads in SHEETS),
        notes=summary_notes(schemes),
        leads=leads,
        fingerprint=fingerprint,
        seen=seen,
    )


def summary_rows(
    totals: pd.DataFrame, codes: Mapping[str, str], kinds: Mapping[str, str], tally: Tally, names: Mapping[str, str]
) -> Iterator[Row]:
    """Rows of 汇总, in its order."""
    for t in (one for at in range(0, len(totals), _SOME) for one in totals[at : at + _SOME].to_dict("records")):
        best, worst, who = int(t["best"]), int(t["worst"]), str(t["department"])
        yield (
            best if best == worst else None, f"{best}～{worst}", codes[who], who, kinds[who], t["year"],
            t["self_total"], t["self_grade"], t["score"], t["low"], t["high"], t["grade"], t["gap"],
            t["data_full"], t["data_low"], t["data_high"], t["from_self"], t["deductions"], t["missing"],
            tally.of_level(who, Level.ERROR), tally.of_level(who, Level.WARNING), names.get(who, ""),
        )  # fmt: skip


def submitted_rows(handed: Sequence[Submitted], tally: Tally) -> Iterator[Row]:
    """Rows of 报送情况."""
    return ((*row, tally.of_level(row.department, Level.ERROR), tally.waiting(row.department)) for row in handed)


def rule_rows(schemes: Sequence[Scheme]) -> list[Row]:
    """Rows of 规则: the scheme as a table; of several schemes one below the other, told apart by their 依据."""
    rows: list[Row] = []
    for rule in (rule for scheme in schemes for rule in scheme.rules):
        spec = rule.spec
        second = spec.path[1] if len(spec.path) > 1 else ""
        full = rule.full if rule.group == rule.name else np.nan
        formula = spec.value.text if spec.value else ""
        reading = "；".join([reading_of(rule), *(f"其他口径 {n}＝{f.text}" for n, f in spec.variants.items())])
        rows.append((spec.path[0], second, rule.name, full, formula, rule.describe(), reading, spec.text, rule.basis))
    for file in (scheme.file for scheme in schemes):
        for name, adjustment in file.adjustments.items():
            formula, said = adjustment.formula(name).text, adjustment.describe()
            rows.append(("总分调整", "", name, np.nan, formula, said, "", adjustment.text, str(file.basis)))
    return rows


def reading_of(rule: Rule) -> str:
    """计分口径 of a rule whatever the data."""
    words = [rule_reading(rule)]
    policies = {"missing": "缺数", "zero_denominator": "分母为零", "not_applicable": "申明不适用"}
    taken = {"zero": "按 0 分计", "full": "按满分计", "self": "沿用自评", "exclude": "不计入总分，其余分值折算"}
    words += [
        f"{what}{taken[choice]}" for key, what in policies.items() if (choice := getattr(rule.spec, key)) in taken
    ]
    return "；".join(word for word in words if word)
