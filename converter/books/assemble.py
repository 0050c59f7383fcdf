"""Batch → the content of the books and CSV files."""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple

import numpy as np
import pandas as pd

from converter.books import tables
from converter.books.contents import DataRow, DepartmentBook, ScoreRow
from converter.books.crossrefs import first_inputs
from converter.books.legend import department_notes, summary_notes
from converter.books.scoresheet import HIGH_TOTAL, LOW_TOTAL, OWN_TOTAL
from converter.books.styles import MAX_SHEET_ROWS
from converter.books.summary import SHEETS, SummaryBook
from converter.books.tables import Row, Table, finding_rows
from converter.books.totalrows import total_rows
from converter.mapping.facts import SELF_SCORE
from converter.mapping.fields import FieldKind
from converter.scoring.batch import Batch, answer_inputs, scheme_inputs, used_by_scheme
from converter.scoring.compute import RuleScores
from converter.scoring.expressions import Input
from converter.scoring.inputs import Inputs
from converter.scoring.scorerows import is_ratio, others_text, rule_reading
from converter.scoring.status import certain_gap
from converter.vocabulary.findings import Finding, Level, Owner
from converter.vocabulary.numbers import State

FOLDER = "部门"
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


def department_books(batch: Batch, findings: Sequence[Finding], fingerprint: str = "") -> list[DepartmentBook]:
    """The content of every department's workbook; `fingerprint` is printed at the foot of its pages."""
    by_department: dict[str, list[Finding]] = defaultdict(list)
    for item in findings:
        if item.owner is Owner.DEPARTMENT:
            by_department[item.department].append(item)
    return [book for part in batch.each for book in _books(part, by_department, fingerprint)]


def _books(batch: Batch, by_department: Mapping[str, Sequence[Finding]], fingerprint: str) -> list[DepartmentBook]:
    answers = answer_inputs(batch.inputs, batch.scheme)
    wanted = batch.inputs.derivations.closure([*scheme_inputs(batch.scheme, variants=False), *answers])
    steps = total_rows(batch)
    totals = {row["department"]: row for row in batch.totals.to_dict("records")}
    levels, printed = _levels(batch), _as_printed(batch.columns)
    return [
        DepartmentBook(
            department=department,
            year=batch.year,
            title="部门整体支出绩效评价评分表",
            subtitle=f"评分依据：{batch.scheme.file.basis}《{batch.scheme.file.title}》；复算得分由公式对“基础数据”重算",
            take_self=batch.scheme.file.judged == "self",
            rows=tuple(_score_row(column, batch.inputs, position, set(wanted)) for column in printed),
            data=tuple(_data_row(batch.inputs, one, position) for one in wanted),
            findings=tuple(finding_rows(by_department.get(department, ()))),
            notes=department_notes(batch),
            totals={
                LOW_TOTAL: totals[department]["low"],
                HIGH_TOTAL: totals[department]["high"],
                OWN_TOTAL: totals[department]["self_total"],
            },
            levels=levels,
            steps=steps(position),
            fingerprint=fingerprint,
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


def _score_row(column: RuleScores, inputs: Inputs, position: int, there: Container[Input]) -> ScoreRow:
    own, low, high = (float(values[position]) for values in (column.self_score, column.low, column.high))
    verdict = column.verdicts.get(position)
    return ScoreRow(
        rule=column.rule,
        value=float(column.value[position]),
        ratio=is_ratio(column.rule, inputs),
        score=float(column.score[position]),
        low=low,
        high=high,
        own=own,
        gap=certain_gap(own, low, high),
        status=str(column.status[position]),
        missing="；".join(map(str, column.gaps.get(position, ()))),
        others=verdict.text if verdict else others_text(column, position),
        declared=column.rule.declarable and inputs.declared(Input(column.rule.name + SELF_SCORE), position),
        answered=bool(column.rule.answers) and all(one in there for one in column.rule.answers),
        decided=verdict is not None,
    )


def _data_row(inputs: Inputs, wanted: Input, position: int) -> DataRow:
    year, value = inputs.year + wanted.offset, float(inputs.column(wanted)[position])
    known = inputs.derivations.dictionary.fields.get(wanted.name)  # a person's answer is no field
    unit = known.unit if known else ""
    formulas = tuple(inputs.derivations.of(wanted))
    if formulas:
        used = inputs.formula_used(wanted, position)
        state = str(State.DERIVED) if used else inputs.missing(wanted, position)[0].reason
        raw = used.text if used else ""
        snapped = known is not None and known.kind is not FieldKind.RATIO
        return DataRow(wanted, year, value, unit, state, raw, "", "", "", "", formulas, snapped)
    rows = inputs.rows(wanted, position)
    if not rows:
        return DataRow(wanted, year, value, unit, inputs.missing(wanted, position)[0].reason, "", "", "", "", "")
    raw, cell = ("；".join(texts) for texts in zip(*((row.raw, row.cell) for row in rows), strict=True))
    first = rows[0]
    return DataRow(wanted, year, value, unit, str(first.state), raw, first.form, first.file, first.sheet, cell)


def summary(
    batch: Batch,
    findings: Sequence[Finding],
    names: dict[str, str],
    sources: list[Row],
    info: list[Row],
    fingerprint: str = "",
) -> SummaryBook:
    """The content of the summary workbook; `fingerprint` is printed at the foot of its pages."""
    contents: dict[str, list[Row]] = {
        "汇总": summary_rows(batch, findings, names),
        "报送情况": submitted_rows(batch, findings),
        "指标得分": tables.score_rows(batch.scores, batch.codes),
        "问题清单": finding_rows(findings),
        "勾稽核对": tables.check_rows(batch.checks),
        "规范数据": tables.fact_rows(used_by_scheme(batch), batch.codes),
        "规则": rule_rows(batch),
        "来源文件": sources,
        "运行信息": info,
    }
    schemes = [part.scheme.file for part in batch.each]
    regions = "、".join(dict.fromkeys(scheme.region.name for scheme in schemes))
    bases = "；".join(dict.fromkeys(f"{scheme.basis}《{scheme.title}》" for scheme in schemes))
    return SummaryBook(
        title=f"{regions} {batch.year} 年度部门整体支出绩效评分汇总",
        subtitle=f"评分依据：{bases}；名次按复算下限、上限排列，是核查的先后，不是评价结果",
        ratios=frozenset(c.rule.name for part in batch.each for c in part.columns if is_ratio(c.rule, part.inputs)),
        tables=tuple(Table(name, heads, contents[name]) for name, heads in SHEETS),
        notes=summary_notes(batch),
        leads=first_inputs(batch, contents["指标得分"], contents["规范数据"][:MAX_SHEET_ROWS]),
        fingerprint=fingerprint,
    )


def summary_rows(batch: Batch, findings: Iterable[Finding], names: dict[str, str]) -> list[Row]:
    """Rows of 汇总, in its order."""
    counts = Counter((item.department, item.level) for item in findings)
    rows: list[Row] = []
    for t in batch.totals.to_dict("records"):
        best, worst, who = int(t["best"]), int(t["worst"]), str(t["department"])
        rows.append(
            (
                best if best == worst else None, f"{best}～{worst}", batch.codes[who], who, batch.kinds[who], t["year"],
                t["self_total"], t["self_grade"], t["score"], t["low"], t["high"], t["grade"], t["gap"],
                t["data_full"], t["data_low"], t["data_high"], t["from_self"], t["deductions"], t["missing"],
                counts[who, Level.ERROR], counts[who, Level.WARNING], names.get(who, ""),
            )
        )  # fmt: skip
    return rows


def submitted_rows(batch: Batch, findings: Iterable[Finding]) -> list[Row]:
    """Rows of 报送情况."""
    errors, waiting = Counter[str](), Counter[str]()
    for item in findings:
        errors[item.department] += item.level is Level.ERROR
        waiting[item.department] += item.owner is Owner.DEPARTMENT
    return [(*astuple(row), errors[row.department], waiting[row.department]) for row in batch.submitted]


def rule_rows(batch: Batch) -> list[Row]:
    """Rows of 规则: the scheme as a table; of several schemes one below the other, told apart by their 依据."""
    rows: list[Row] = []
    for column in (column for part in batch.each for column in part.columns):
        rule, spec = column.rule, column.rule.spec
        second = spec.path[1] if len(spec.path) > 1 else ""
        full = rule.full if rule.group == rule.name else np.nan
        formula = spec.value.text if spec.value else ""
        reading = "；".join([reading_of(column), *(f"其他口径 {n}＝{f.text}" for n, f in spec.variants.items())])
        rows.append((spec.path[0], second, rule.name, full, formula, rule.describe(), reading, spec.text, rule.basis))
    for file in (part.scheme.file for part in batch.each):
        for name, adjustment in file.adjustments.items():
            formula, said = adjustment.formula(name).text, adjustment.describe()
            rows.append(("总分调整", "", name, np.nan, formula, said, "", adjustment.text, str(file.basis)))
    return rows


def reading_of(column: RuleScores) -> str:
    """计分口径 of a rule whatever the data."""
    words = [rule_reading(column.rule)]
    policies = {"missing": "缺数", "zero_denominator": "分母为零", "not_applicable": "申明不适用"}
    taken = {"zero": "按 0 分计", "full": "按满分计", "self": "沿用自评", "exclude": "不计入总分，其余分值折算"}
    words += [
        f"{what}{taken[choice]}"
        for key, what in policies.items()
        if (choice := getattr(column.rule.spec, key)) in taken
    ]
    return "；".join(word for word in words if word)


def csv_files(batch: Batch, findings: Sequence[Finding]) -> dict[str, bytes]:
    """scores.csv, facts.csv, findings.csv and checks.csv."""
    return {
        "scores.csv": tables.csv_bytes(tables.SCORE_HEADS, tables.score_rows(batch.scores, batch.codes)),
        "facts.csv": tables.csv_bytes(tables.FACT_HEADS, tables.fact_rows(_ordered(batch.facts), batch.codes)),
        "findings.csv": tables.csv_bytes(tables.FINDING_HEADS, finding_rows(findings)),
        "checks.csv": tables.csv_bytes(tables.CHECK_HEADS, tables.check_rows(batch.checks)),
    }


def _ordered(facts: pd.DataFrame) -> pd.DataFrame:
    return facts.sort_values("department", kind="stable")
