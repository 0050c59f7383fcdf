"""Batch → the content of the books and CSV files."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from converter.books.contentrows import data_rows_of, score_rows_of
from converter.books.contents import DataRow, DepartmentBook
from converter.books.figures import HIGH_TOTAL, LOW_TOTAL, OWN_TOTAL
from converter.books.legend import department_notes
from converter.books.tables import finding_rows
from converter.books.totalrows import total_rows
from converter.scoring.batch import Batch, answer_inputs, scheme_inputs
from converter.scoring.compute import RuleScores
from converter.scoring.expressions import Input
from converter.vocabulary.findings import Finding, Owner


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
