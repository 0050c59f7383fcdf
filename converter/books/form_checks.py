"""What a form says by itself while it is filled in: 还有 N 处未填, 勾稽核对, 校验码 — by plain functions only."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from converter.books.form_plan import BASIC_SHEET, Plan
from converter.books.formulas import DASH_TEXT
from converter.intake.cells import Cell, a1
from converter.mapping.seal import COLUMN_WEIGHTS, DASH_COUNTS, MODULI, PARTS
from converter.scoring.checks import Reconciliation, filled
from converter.scoring.expressions import Formula, Input, parse
from converter.vocabulary.findings import Level
from converter.vocabulary.numbers import shortest

OPEN, AGREES = "待填", "相符"
_TOLERANCE_OF_PERCENT = 0.00005


def unfilled(cells: Iterable[Cell], gates: Mapping[Cell, str], more: str = "0") -> str:
    """Number text of the cells that hold neither a number nor ——; those with a gate only where it does not say 否."""
    open_cells = [cell for cell in cells if cell not in gates]
    parts = [f"{len(open_cells)}"] if open_cells else []
    parts += [f'-COUNT({text})-COUNTIF({text},"{DASH_TEXT}")' for text in ranges(open_cells)]
    for gate in dict.fromkeys(gates.values()):
        gated = [cell for cell, own in gates.items() if own == gate]
        there = "".join(f'-COUNT({text})-COUNTIF({text},"{DASH_TEXT}")' for text in ranges(gated))
        parts.append(f'+IF({gate}="否",0,{len(gated)}{there})')
    return "".join([*parts, f"+{more}"])


def status(count: str) -> str:
    """还有 N 处未填, as a formula over the number text."""
    return f'IF({count}=0,"已填齐","还有 "&({count})&" 处未填")'


def ranges(cells: Iterable[Cell]) -> list[str]:
    """The cells as few ranges, column by column."""
    found: list[list[Cell]] = []
    for row, column in sorted(cells, key=lambda cell: (cell[1], cell[0])):
        if found and found[-1][-1] == (row - 1, column):
            found[-1].append((row, column))
        else:
            found.append([(row, column)])
    return [f"{a1(run[0])}:{a1(run[-1])}" for run in found]


def code_text(columns: Sequence[tuple[Cell, Cell]]) -> str:
    """校验码 (mapping/seal) over the columns of figures, each from its first to its last cell, left to right."""
    areas = [f"{a1(first)}:{a1(last)}" for first, last in columns]
    terms = (f"{w}*SUMPRODUCT(ROW({area}),{area})" for w, area in zip(COLUMN_WEIGHTS, areas, strict=False))
    counted = "+".join(f'COUNT({area})+{DASH_COUNTS}*COUNTIF({area},"{DASH_TEXT}")' for area in areas)
    total = f"(ROUND(({'+'.join(terms)})*{PARTS},0)+{counted})"
    rests = (f'TEXT({total}-INT({total}/{m})*{m},"{"0" * len(str(m))}")' for m in MODULI)
    return '&"-"&'.join(rests)


@dataclass(frozen=True)
class Live:
    """A check as a formula that says 相符, 待填 or what does not agree; `basic`: all its figures stand on 基础数据表."""

    title: str
    text: str
    basic: bool


@dataclass(frozen=True)
class _Case:
    """One comparison: when it can be made, when it fails, what it then says, and the cells it takes."""

    complete: str
    fails: str
    told: str
    cells: tuple[str, ...]
    basic: bool


def live_checks(plan: Plan) -> list[Live]:
    """The reconciliation checks of checks.yaml that a form's own figures can answer, notes aside."""
    found = []
    for check in plan.checks.reconcile.values():
        if check.level is Level.NOTE or check.undecided or check.where not in ("", BASIC_SHEET):
            continue
        cases = [case for case in _cases(check, plan) if case is not None]
        if cases:
            found.append(Live(check.title, _verdict(cases), all(case.basic for case in cases)))
    return [*found, *_answers(plan)]


def _answers(plan: Plan) -> Iterator[Live]:
    """Nothing is filled in where a question says that there is no such thing."""
    for text in plan.questions:
        gate = plan.question(text)
        asked = [one for one in (*plan.basic, *plan.extra) if plan.known(one).asks == text]
        cells = ",".join(plan.typed(one) for one in asked)
        said = f'IF(COUNT({cells})>0,"不符：选了“否”，又填了数","{AGREES}")'
        yield Live(f"{text}，选“否”的没有填数", f'IF({gate}="否",{said},IF({gate}="是","{AGREES}","{OPEN}"))', False)


def _verdict(cases: Sequence[_Case]) -> str:
    """The first comparison that fails; else whether anything is still open."""
    cells = list(dict.fromkeys(cell for case in cases for cell in case.cells))
    filled_in = "+".join(f"COUNTA({','.join(cells[at : at + 30])})" for at in range(0, len(cells), 30))
    text = f'IF({filled_in}={len(cells)},"{AGREES}","{OPEN}")'
    for case in reversed(cases):
        text = f"IF(IF({case.complete},{case.fails},FALSE),{case.told},{text})"
    return text


def _cases(check: Reconciliation, plan: Plan) -> Iterator[_Case | None]:
    for item, basis in check.filled():
        for year in check.years:
            yield _case(check, plan, (item, basis), -1 if year == "上年" else 0)


def _case(check: Reconciliation, plan: Plan, fill: tuple[str, str], shift: int) -> _Case | None:
    """One comparison, None where the form does not ask what it needs."""
    sides: list[tuple[Formula, dict[Input, str]]] = []
    for at, text in enumerate((check.left, *check.right)):
        form, formula_text = filled(text, *fill)
        formula = parse(formula_text)
        cells = _cells(formula, plan, shift, basic=BASIC_SHEET in (form, check.where))
        if form in ("", BASIC_SHEET) and all(cells.values()):
            sides.append((formula, cells))
        elif at == 0:
            return None
    if len(sides) < 2:
        return None
    every = list(dict.fromkeys(cell for _, cells in sides for cell in cells.values()))
    complete = f"COUNT({','.join(every)})={len(every)}"
    left, *rights = (formula.excel(cells.__getitem__) for formula, cells in sides)
    fails = [_fails(check, left, right, len(every) - 1) for right in rights]
    test = fails[0] if len(fails) == 1 else f"AND({','.join(fails)})"
    for formula, cells in sides:
        for divisor in formula.denominators():
            test = f"IF({Formula('', divisor).excel(cells.__getitem__)}<>0,{test},FALSE)"
    first = next(iter(sides[0][1]))
    subject = f"{plan.year + first.offset + shift}年{first.name}"
    told = f'"不符：{subject}，差 "&TEXT(ROUND({left}-({rights[0]}),4),"0.00##")'
    if check.relation == "scale":
        told = f'"不符：{subject}，相差约一万倍"'
    there = all(Input(n.name, n.offset + shift) in plan.basic for _, cells in sides for n in cells)
    return _Case(complete, test, told, tuple(every), there)


def _cells(formula: Formula, plan: Plan, shift: int, *, basic: bool) -> dict[Input, str]:
    """The cell of each input, "" where the form has none; of 基础数据表 alone where the check says so."""
    found = {}
    for needed in formula.inputs():
        wanted = Input(needed.name, needed.offset + shift)
        found[needed] = plan.reference(wanted) if wanted in plan.basic or not basic else ""
    return found


def _fails(check: Reconciliation, left: str, right: str, terms: int) -> str:
    """Condition under which two sides do not agree."""
    gap = f"ROUND({left}-({right}),9)"
    if check.relation == "similar":
        return f"ABS({gap})>{shortest(check.limit or 0.0)}*ABS({right})+0.000000001"
    if check.relation == "together":
        return f"({left}=0)<>({right}=0)"
    if check.relation == "scale":
        low, high = (shortest(factor) for factor in check.factor)
        larger, smaller = f"MAX(ABS({left}),ABS({right}))", f"MIN(ABS({left}),ABS({right}))"
        return f"IF({smaller}=0,FALSE,AND({larger}>={low}*{smaller},{larger}<={high}*{smaller}))"
    tolerance = math.ceil(round(0.5 * ((check.terms or terms) + 1), 9)) / 100
    if check.printed:
        tolerance = _TOLERANCE_OF_PERCENT
    gap = gap if check.relation == "at_most" else f"ABS({gap})"
    return f"{gap}>{format(tolerance + 1e-9, '.12f')}"
