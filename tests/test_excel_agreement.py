"""numpy and the recalculated Excel text agree: scoring forms, value formulas, guards, derived chains, rounding.

Every formula of every section goes into one workbook with a wrong cached value; LibreOffice recalculates it once.
"""

import random
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import python_calamine
import xlsxwriter

from converter.audit.verify import find_libreoffice, recalculate
from converter.books import formulas as excel
from converter.books.formulas import DASH_TEXT, RowCells
from converter.intake.cells import a1
from converter.mapping.documents import Document
from converter.mapping.facts import SELF_SCORE
from converter.mapping.fields import Dictionary, Field, FieldKind
from converter.scoring.bands import Band, Bands
from converter.scoring.batch import scheme_inputs
from converter.scoring.compute import RuleScores, score
from converter.scoring.counts import Violations
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input, parse
from converter.scoring.frames import FACT_COLUMNS
from converter.scoring.inputs import Inputs
from converter.scoring.points import ComputedForm, Weight
from converter.scoring.proportional import External
from converter.scoring.rounding import SNAP, round_half_up
from converter.scoring.schemes import Scheme
from converter.scoring.shared import picked_text
from converter.scoring.steps import Deduct
from converter.scoring.totals import totals_frame
from converter.vocabulary.numbers import State

SEED, YEAR, NONE = 20190430, 2019, "—"
VALUE_TOLERANCE = 1e-12

Cell = float | str | None
Expected = float | str


@dataclass(frozen=True)
class Probe:
    """A formula in a cell, and what numpy says it must give; `tolerance` 0 asks for the very same number."""

    row: int
    column: int
    formula: str
    expected: Expected
    tolerance: float
    note: str


class Sheet:
    """One section: rows of input cells with the formulas over them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.inputs: dict[tuple[int, int], Cell] = {}
        self.probes: list[Probe] = []
        self.row = 0

    def next_row(self, inputs: Sequence[Cell]) -> list[str]:
        """Puts input cells into a new row and names them."""
        self.row += 1
        self.column = len(inputs)
        for column, value in enumerate(inputs):
            self.inputs[self.row, column] = value
        return [a1((self.row, column)) for column in range(len(inputs))]

    def ask(self, formula: str, expected: float | str, note: str, tolerance: float = 0.0) -> str:
        """A formula in the next cell of the row; gives the cell's name."""
        wanted = expected if isinstance(expected, str) else NONE if np.isnan(expected) else float(expected)
        self.probes.append(Probe(self.row, self.column, formula, wanted, tolerance, note))
        self.column += 1
        return a1((self.row, self.column - 1))

    def write(self, workbook: Any) -> None:
        page = workbook.add_worksheet(self.name)
        for (row, column), value in self.inputs.items():
            if isinstance(value, str) and value.startswith("="):
                page.write_formula(row, column, value, None, 0)
            elif isinstance(value, str):
                page.write_string(row, column, value)
            elif value is not None:
                page.write_number(row, column, value)
        for probe in self.probes:
            page.write_formula(probe.row, probe.column, f"={probe.formula}", None, 987654321)


def storable(value: float) -> float:
    """A float that survives being written into a workbook (16 digits)."""
    return float(f"{value:.16G}")


def column_of(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)


# --- scoring forms -----------------------------------------------------------------------------------------------------

WEIGHTS = (Weight(5, 5), Weight(6, 6), Weight(5, 5, 5 / 8), Weight(5, 8), Weight(1, 1), Weight(8, 8, 8 / 7))
OFF = (0.0, 1e-12, -1e-12, 4e-10, -4e-10, 6e-10, -6e-10, 1e-9, -1e-9, 1e-6, -1e-6, 0.3, -0.3)


def deductions() -> Iterator[Deduct]:
    steps = ("whole", "started", "proportional")
    for side, how in product(("above", "below", "both"), steps):
        for target, every, each in (
            (1.0, 0.01, 0.5),
            (1.0, 0.05, 2.0),
            (0.0, 0.01, 0.8),
            (0.9, 1 / 3, 1.0),
            (0.95, 0.03, 0.7),
        ):
            yield Deduct.model_validate({side: target, "every": every, "points": each, "steps": how})


def band_forms() -> Iterator[Bands]:
    closed_above = [
        {"from": 0.0, "to": 0.0, "points": 5.0},
        {"over": 0.0, "to": 0.1, "points": 4.0},
        {"over": 0.1, "to": 0.2, "points": 3.0},
        {"over": 0.2, "to": 0.3, "points": 2.0},
        {"over": 0.3, "points": 0.0},
    ]
    closed_below = [
        {"from": 0.9, "points": 6.0},
        {"from": 0.8, "under": 0.9, "points": 4.0},
        {"from": 0.7, "under": 0.8, "points": 2.0},
        {"under": 0.7, "points": 0.0},
    ]
    both_sides = [
        {"from": -0.1, "to": 0.1, "points": 5.0},
        {"from": -0.15, "under": -0.1, "points": 3.33},
        {"over": 0.1, "to": 0.15, "points": 3.33},
        {"over": 0.2, "to": 1 / 3, "points": 1.0},
    ]
    for bands in (closed_above, closed_below, both_sides):
        yield Bands(bands=[Band.model_validate(band) for band in bands])


def boundaries(form: ComputedForm, weight: Weight) -> Iterator[float]:
    """Every edge or step of a form, and beside it; the offsets are counted in steps."""
    if isinstance(form, Deduct):
        signs = {"above": (1,), "below": (-1,), "both": (1, -1)}
        side = next(name for name in signs if getattr(form, name) is not None)
        last = int(weight.top / weight.scaled(form.each)) + 2
        for sign, step, off in product(signs[side], range(-1, min(last, 17)), OFF):
            yield form.target + sign * (step + off) * form.every
    elif isinstance(form, Bands):
        edges = {edge for band in form.bands for _, edge in band.conditions()}
        for edge, off in product(sorted(edges), OFF):
            yield edge + off
            yield float(np.nextafter(edge, edge + off))
    else:
        top = form.base if isinstance(form, External) else weight.top / weight.scaled(getattr(form, "each", 1.0))
        for part, off in product(range(-1, 13), OFF):
            yield top * part / 10 + off


def forms_sheet() -> Sheet:
    sheet, chance = Sheet("计分方式"), random.Random(SEED)
    others: list[ComputedForm] = [External(base=350.0), External(base=7.0), External(base=100.0)]
    others += [Violations(each=1.0), Violations(each=0.02), Violations(each=1 / 3)]
    for number, form in enumerate([*deductions(), *band_forms(), *others]):
        weight = WEIGHTS[number % len(WEIGHTS)]
        values = [*boundaries(form, weight), *(chance.uniform(-0.5, 2.5) for _ in range(40))]
        values += [round(chance.uniform(-0.5, 2.5), digits) for digits in (0, 1, 2, 3, 4) for _ in range(8)]
        distinct = list(dict.fromkeys(storable(v) for v in values))
        for value, points in zip(distinct, form.points(column_of(distinct), weight), strict=True):
            cell = sheet.next_row([value])[0]
            sheet.ask(form.excel(cell, weight), float(points), f"{form!r} {weight} of {value!r}")
    return sheet


# --- value formulas ----------------------------------------------------------------------------------------------------

EXPRESSIONS = (
    "甲 / 乙",
    "(甲 - 乙) / 乙",
    "(甲 - 上年(甲)) / 上年(甲)",
    "(甲 + 乙 + 丙 - 上年(甲)) / (甲 + 乙 + 丙)",
    "甲 - (乙 - (丙 - 甲))",
    "甲 - (乙 + 丙)",
    "甲 / 乙 / 丙",
    "甲 * 乙 / (丙 + 1)",
    "甲 / (乙 * 丙)",
    "-甲 + 乙",
    "-(甲 - 乙)",
    "甲 * -乙",
    "甲 - -乙",
    "min(甲, 乙) / max(甲, 乙, 丙)",
    "abs(甲 - 乙) / 丙",
    "max(0, 1 - abs(甲 / 乙 - 1))",
    "min(1, 甲 / 乙) * 丙",
    "甲 / 乙 + 丙 / 甲",
    "甲 * 100 / 乙",
    "1 - 甲 / 乙",
    "甲 + 0.1 * 3",
    "甲",
)
AMONG: tuple[Cell, ...] = (None, 0.0, "", DASH_TEXT, "无", "12 34", "=1/0", '=""')  # all but 0 are no numbers


def amounts(chance: random.Random, count: int, *, gaps: float) -> list[Cell]:
    """Random amounts of 2 decimals, some of them blanks, texts, dashes, errors or zeros."""
    return [
        chance.choice(AMONG)
        if chance.random() < gaps
        else storable(round(chance.uniform(-50, 20000), chance.choice((0, 2))))
        for _ in range(count)
    ]


def number(cell: Cell) -> float:
    """What a cell holds as a number, NaN for everything else."""
    return cell if isinstance(cell, float) else np.nan


def names(cells: Sequence[str]) -> dict[Input, str]:
    wanted = (Input("甲"), Input("乙"), Input("丙"), Input("甲", -1))
    return dict(zip(wanted, cells, strict=True))


def ask_value(sheet: Sheet, text: str, given: Sequence[Cell]) -> None:
    formula = parse(text)
    cells = names(sheet.next_row(given))
    by_input = dict(zip(cells, map(number, given), strict=True))
    value, _ = formula.values(lambda needed: column_of([by_input[needed]]))
    excel_text = excel.value_formula(formula, lambda needed: cells[needed])
    sheet.ask(excel_text, float(np.broadcast_to(value, (1,))[0]), f"{text} of {given}", VALUE_TOLERANCE)


def values_sheet() -> Sheet:
    sheet, chance = Sheet("指标公式"), random.Random(SEED + 1)
    for text in EXPRESSIONS:
        for _ in range(60):
            ask_value(sheet, text, amounts(chance, 4, gaps=0.2))
    return sheet


def nested_sheet() -> Sheet:
    """A denominator that itself divides."""
    sheet, chance = Sheet("分母里有除法"), random.Random(SEED + 2)
    for text in ("甲 / (乙 / 丙)", "甲 / (1 - 乙 / 丙)", "甲 / (乙 / (丙 / 上年(甲)))"):
        ask_value(sheet, text, [5.0, 2.0, 0.0, 0.0])
        ask_value(sheet, text, [5.0, 0.0, 3.0, 1.0])
        ask_value(sheet, text, [5.0, 3.0, 3.0, 1.0])
        for _ in range(30):
            ask_value(sheet, text, amounts(chance, 4, gaps=0.3))
    return sheet


def cancelling_sheet() -> Sheet:
    """Denominators that cancel out but for float noise: Excel and LibreOffice take the sum for zero."""
    sheet = Sheet("分母抵消")
    for given in ([3.0, 0.1, 0.2, 0.3], [3.0, 45.53, 19030.84, 19076.37], [3.0, 1.1, 2.2, 3.3], [3.0, 0.7, 0.1, 0.8]):
        ask_value(sheet, "甲 / (乙 + 丙 - 上年(甲))", given)
    return sheet


# --- derived fields ----------------------------------------------------------------------------------------------------

READ = ("甲", "乙", "丙", "丁", "戊")
CHAIN: dict[str, tuple[FieldKind, tuple[str, ...]]] = {
    "和": (FieldKind.MONEY, ("甲", "乙 + 丙")),
    "差": (FieldKind.MONEY, ("甲 - 乙", "(甲 + 丁) - (乙 + 丙)", "戊 - 丁")),
    "净额": (FieldKind.MONEY, ("和 + 差 - 丁", "和", "上年(和)")),
    "比": (FieldKind.RATIO, ("净额 / 和",)),
}
DIVIDED: dict[str, tuple[FieldKind, tuple[str, ...]]] = {
    "人均": (FieldKind.MONEY, ("甲 / 乙", "丙")),
    "率": (FieldKind.RATIO, ("甲 / 乙", "丙 / 丁", "戊")),
}


def derivations_of(chain: dict[str, tuple[FieldKind, tuple[str, ...]]]) -> Derivations:
    fields = {name: Field(name, name, "", FieldKind.MONEY, "", ("表",), ()) for name in READ}
    for name, (kind, formulas) in chain.items():
        fields[name] = Field(name, name, "", kind, "", (), (), formulas=formulas)
    return Derivations(Dictionary(fields=fields))


def facts(given: Sequence[dict[Input, Cell]], year: int) -> pd.DataFrame:
    """Departments 0, 1, 2 … as facts; a text that is no dash is unreadable."""
    rows = []
    for index, cells in enumerate(given):
        for wanted, cell in cells.items():
            numeric = isinstance(cell, float)
            state = (State.ZERO if cell == 0 else State.NUMBER) if numeric else State.UNREADABLE
            state = {None: State.BLANK, "": State.BLANK, DASH_TEXT: State.DASH}.get(cell, state)  # type: ignore[arg-type]
            head = (f"{index}", year + wanted.offset, wanted.name, number(cell), "", state, numeric)
            rows.append((*head, *[""] * 6, year))
    return pd.DataFrame(rows, columns=list(FACT_COLUMNS)).astype({"adopted": "bool"})


def ask_derived(
    sheet: Sheet, inputs: Inputs, wanted: Sequence[Input], position: int, given: dict[Input, Cell]
) -> dict[Input, str]:
    """The cells of `wanted` and of all they are derived from, derived ones as formulas behind the row's inputs."""
    derivations = inputs.derivations
    cells = dict(zip(given, sheet.next_row(list(given.values())), strict=True))
    for one in derivations.closure(wanted):
        formulas = derivations.of(one)
        if formulas:
            digits = None if derivations.dictionary[one.name].kind is FieldKind.RATIO else SNAP
            text = excel.derived_formula(formulas, lambda n, by=one.offset: cells[Input(n.name, n.offset + by)], digits)  # type: ignore[misc]
            cells[one] = sheet.ask(
                text, float(inputs.column(one)[position]), f"{one}, row {sheet.row + 1}", VALUE_TOLERANCE
            )
    return cells


def derived_sheet(name: str, chain: dict[str, tuple[FieldKind, tuple[str, ...]]], seed: int) -> Sheet:
    sheet, chance, derivations = Sheet(name), random.Random(seed), derivations_of(chain)
    wanted = [Input(field) for field in chain]
    read = [one for one in derivations.closure(wanted) if not derivations.of(one)]
    given = [dict(zip(read, amounts(chance, len(read), gaps=0.35), strict=True)) for _ in range(250)]
    inputs = Inputs(facts(given, YEAR), [f"{i}" for i in range(len(given))], YEAR, derivations)
    for position, cells in enumerate(given):
        ask_derived(sheet, inputs, wanted, position, cells)
    return sheet


# --- whole rules: value, score, 下限, 上限, 状态, 差异 -----------------------------------------------------------------

KINDS = {
    "比率": "value: 政府采购决算数 / 政府采购预算数\n    deduct: {both: 100%, every: 5%, points: 2}",
    "分档": "value: 本年追加预算 / 年初预算\n"
    "    bands: [{from: 0%, to: 0%, points: 6}, {over: 0%, to: 10%, points: 4.5}, {over: 10%, points: 0}]",
    "折算": "value: 重点工作考核得分\n    external: {base: 350}",
    "例数": "value: 重点工作考核得分\n    violations: {each: 0.35}",
}
HEAD = """region: {{code: "990001", name: 测试县}}
year: 2019
title: 各种处理
basis: {{document: 测试}}
grades: {{优: 90, 差: 0}}
judged: {judged}
indicators:
"""


Policy = tuple[str, str, str]
EVERY_POLICY: tuple[Policy, ...] = tuple(
    product(("unknown", "zero", "full", "self"), ("unknown", "zero", "full"), ("unknown", "zero", "full"))
)


def policy_scheme(folder: Path, dictionary: Dictionary, judged: str, policies: Sequence[Policy]) -> Scheme:
    """A rule for every scoring form under every policy, and a weight shared by three."""
    lines = [HEAD.format(judged=judged)]
    for missing, zero, dash in policies:
        for kind, rule in KINDS.items():
            lines.append(
                f"  {kind}_{missing}_{zero}_{dash}:\n    path: [甲]\n    full: 6\n    {rule}\n    text: 条文\n"
                f"    missing: {missing}\n    zero_denominator: {zero}\n    not_applicable: {dash}\n"
            )
    lines.append("  共用一: {path: [乙], full: 10, manual: true, text: 条文}\n")
    lines += [f"  共用{n}: {{path: [乙], shares: 共用一, manual: true, text: 条文}}\n" for n in "二三"]
    path = folder / f"{judged}.yaml"
    path.write_text("".join(lines), encoding="utf-8")
    return Scheme(Document(path, path.name), dictionary)


def departments(
    scheme: Scheme, derivations: Derivations, cells: tuple[Cell, ...], seed: int
) -> list[dict[Input, Cell]]:
    """Every pair of conditions of the two procurement cells, everything else at random, among them every condition."""
    chance = random.Random(seed)
    read = [one for one in derivations.closure(scheme_inputs(scheme, variants=False)) if not derivations.of(one)]
    own: tuple[Cell, ...] = (None, -1.0, 0.0, 3.335, 1.005, 6.0, 7.5)
    made = []
    for spent, planned in product(cells, cells):
        given: dict[Input, Cell] = {one: chance.choice((*cells, 120.0, 10.5, 4000.25)) for one in read}
        given[Input("政府采购决算数")], given[Input("政府采购预算数")] = spent, planned
        given[Input("重点工作考核得分")] = chance.choice((*cells, 300.0, 4.0, 351.5))
        given |= {Input(rule.name + SELF_SCORE): chance.choice(own) for rule in scheme.rules}
        made.append(given)
    return made


def rules_sheet(name: str, scheme: Scheme, derivations: Derivations, cells: tuple[Cell, ...], seed: int) -> Sheet:
    sheet, given = Sheet(name), departments(scheme, derivations, cells, seed)
    inputs = Inputs(facts(given, YEAR), [f"{i}" for i in range(len(given))], YEAR, derivations)
    columns, needed = score(inputs, scheme), scheme_inputs(scheme, variants=False)
    totals = {row["department"]: row for row in totals_frame(columns, inputs, scheme).to_dict("records")}
    for position, known in enumerate(given):
        data = ask_derived(sheet, inputs, needed, position, known)
        placed = ask_scores(sheet, columns, data, position, scheme.file.judged == "self")
        ask_totals(sheet, columns, placed, totals[f"{position}"])
    return sheet


def ask_scores(
    sheet: Sheet, columns: Sequence[RuleScores], data: dict[Input, str], position: int, take_self: bool
) -> dict[str, RowCells]:
    """Value, score, 下限, 上限, 状态 and 差异 of every rule, each over the cells before it."""
    start, placed = sheet.column, {}
    for index, column in enumerate(columns):
        at, own = start + 6 * index, data[Input(column.rule.name + SELF_SCORE)]
        value, points, low, high = (a1((sheet.row, at + i)) for i in range(4))
        placed[column.rule.name] = RowCells(value, points, low, high, own)
    for column in columns:
        rule, cells = column.rule, placed[column.rule.name]
        others = (c.rule.name for c in columns if c.rule.group == rule.group and c is not column)
        cells = cells._replace(sharing=tuple(placed[name].score for name in others))
        ask_rule(sheet, column, cells, data, position, take_self)
    return placed


def ask_rule(
    sheet: Sheet, column: RuleScores, cells: RowCells, data: dict[Input, str], position: int, take_self: bool
) -> None:
    rule, spec, note = column.rule, column.rule.spec, f"of {column.rule.name}, row {sheet.row + 1}"
    reference: Callable[[Input], str] = lambda needed: data[needed]  # noqa: E731
    value = '"—"' if spec.value is None else excel.value_formula(spec.value, reference)
    sheet.ask(value, float(column.value[position]), f"指标值 {note}", VALUE_TOLERANCE)
    points = excel.score_formula(rule, cells, reference, take_self=take_self)
    sheet.ask(points, float(column.score[position]), f"得分 {note}")
    sheet.ask(excel.low_formula(rule, cells), float(column.low[position]), f"下限 {note}")
    sheet.ask(excel.high_formula(rule, cells), float(column.high[position]), f"上限 {note}", VALUE_TOLERANCE)
    status = excel.status_formula(rule, cells, reference, take_self=take_self)
    sheet.ask(status, str(column.status[position]), f"状态 {note}")
    own, low, high = (float(v[position]) for v in (column.self_score, column.low, column.high))
    gap = own - high if own > high else own - low if own < low else own * 0
    sheet.ask(excel.gap_formula(cells), float(round_half_up(column_of([gap]), 2)[0]), f"差异 {note}")


def ask_totals(
    sheet: Sheet, columns: Sequence[RuleScores], placed: dict[str, RowCells], totals: dict[Hashable, Any]
) -> None:
    """合计 下限 and 上限 over all rules, the shared weight counted once."""
    for bound in ("low", "high"):
        by_group: dict[str, list[str]] = {}
        for column in columns:
            by_group.setdefault(column.rule.group, []).append(getattr(placed[column.rule.name], bound))
        singles = [cells[0] for cells in by_group.values() if len(cells) == 1]
        groups = [picked_text(c, c, "sum", 10.0, low=bound == "low") for c in by_group.values() if len(c) > 1]
        sheet.ask(excel.sum_formula([*singles, *groups]), float(totals[bound]), f"合计 {bound}, row {sheet.row + 1}")


# --- 四舍五入 ------------------------------------------------------------------------------------------------------------


def nasty(digits: int, chance: random.Random) -> Iterator[float]:
    """Ties, what stands beside them, and results of arithmetic that miss a tie by noise."""
    unit = 10.0**-digits
    yield from (1.005, 2.675, 0.125, 0.285, 1.115, 1.255, 8.325, 1e15, 123456789.005, 0.1 + 0.2, 1 - 0.9, 0.5 * unit)
    for _ in range(400):
        tie = (chance.randrange(0, 10 ** chance.randrange(1, 7)) + 0.5) * unit
        yield from (
            tie,
            -tie,
            float(np.nextafter(tie, 0)),
            float(np.nextafter(tie, np.inf)),
            tie * (1 + 2e-14),
            tie * (1 - 2e-14),
        )
    for _ in range(300):
        planned, spent = round(chance.uniform(1, 20000), 2), round(chance.uniform(1, 20000), 2)
        yield from (spent / planned, spent / planned * 6, abs(spent / planned - 1) / 0.05)
        yield chance.randrange(1, 100000) / 8 * unit
    for _ in range(150):
        yield 10 - sum(round(chance.uniform(0, 3), 3) for _ in range(3))


def rounding_sheet() -> Sheet:
    sheet, chance = Sheet("四舍五入"), random.Random(SEED + 9)
    for digits in (2, 9):
        for value in dict.fromkeys(storable(v) for v in nasty(digits, chance)):
            cell = sheet.next_row([value])[0]
            sheet.ask(f"ROUND({cell},{digits})", float(round_half_up(column_of([value]), digits)[0]), f"{value!r}")
    return sheet


# --- one workbook, one call --------------------------------------------------------------------------------------------

Answers = dict[str, tuple[Sheet, list[list[Any]]]]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, derivations: Derivations) -> Answers:
    """Every section with its recalculated cells; empty without LibreOffice (the tests then skip)."""
    if find_libreoffice() is None:
        return {}
    folder = tmp_path_factory.mktemp("agreement")
    policies = policy_scheme(folder, derivations.dictionary, "self", EVERY_POLICY)
    unjudged = policy_scheme(folder, derivations.dictionary, "unknown", EVERY_POLICY[:1])
    sections = [
        forms_sheet(),
        values_sheet(),
        nested_sheet(),
        cancelling_sheet(),
        derived_sheet("推算", CHAIN, SEED + 3),
        derived_sheet("推算里有除法", DIVIDED, SEED + 4),
        rules_sheet("规则", policies, derivations, (12.5, 0.0, None, DASH_TEXT, "不详"), SEED + 5),
        rules_sheet("规则待评定", unjudged, derivations, (12.5, 0.0, None, DASH_TEXT), SEED + 7),
        rules_sheet("规则遇错误值", policies, derivations, (12.5, "=1/0"), SEED + 6),
        rounding_sheet(),
    ]
    path = folder / "公式.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        for section in sections:
            section.write(workbook)
    ((_, made),) = recalculate([path], folder / "soffice")
    assert made is not None
    book = python_calamine.CalamineWorkbook.from_path(str(made))
    return {s.name: (s, book.get_sheet_by_name(s.name).to_python(skip_empty_area=False)) for s in sections}


def mismatches(answers: Answers, section: str) -> list[str]:
    sheet, rows = answers[section]
    return [
        f"{a1((p.row, p.column))} {p.note}\n  {p.formula}\n  numpy {p.expected!r}, LibreOffice {found!r}"
        for p in sheet.probes
        if not same(found := rows[p.row][p.column], p)
    ]


def same(found: object, probe: Probe) -> bool:
    if isinstance(probe.expected, str) or not isinstance(found, int | float) or isinstance(found, bool):
        return found == probe.expected
    return abs(found - probe.expected) <= probe.tolerance * max(1.0, abs(probe.expected))


def check(answers: Answers, section: str, at_least: int) -> None:
    assert len(answers[section][0].probes) >= at_least
    wrong = mismatches(answers, section)
    assert not wrong, f"{len(wrong)} of {len(answers[section][0].probes)} differ:\n" + "\n".join(wrong[:8])


@pytest.mark.parametrize(
    ("section", "at_least"),
    [
        pytest.param("计分方式", 5000, id="scoring-forms"),
        pytest.param("指标公式", 1300, id="value-formulas"),
        pytest.param("分母里有除法", 90, id="nested-denominators"),
        pytest.param("分母抵消", 4, id="denominators-that-cancel"),
        pytest.param("推算", 1000, id="derived-chains"),
        pytest.param("推算里有除法", 500, id="derived-quotients"),
        pytest.param("规则", 20000, id="rules-and-policies"),
        pytest.param("规则待评定", 500, id="rules-not-taking-self-scores"),
        pytest.param("规则遇错误值", 3000, id="rules-on-error-cells"),
        pytest.param("四舍五入", 6000, id="rounding"),
    ],
)
def test_recalculated_excel_text_agrees_with_numpy(
    libreoffice: str, answers: Answers, section: str, at_least: int
) -> None:
    del libreoffice
    check(answers, section, at_least)


def test_a_wrong_cached_value_does_not_survive(libreoffice: str, answers: Answers) -> None:
    """Guards the guard: had LibreOffice kept what was cached, every cell would hold 987654321."""
    del libreoffice
    sheet, rows = answers["计分方式"]
    assert all(rows[p.row][p.column] != 987654321 for p in sheet.probes)
