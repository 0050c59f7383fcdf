"""Every scoring form: numpy, the recalculated Excel text and a scalar oracle agree, on every edge and on 1,000 random values."""

import random
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import python_calamine
import xlsxwriter

from converter.audit.verify import find_libreoffice, recalculate
from converter.scoring.expressions import Input
from converter.scoring.indicators import Indicator
from converter.scoring.points import ComputedForm, Weight
from tests import form_oracle as oracle
from tests.test_excel_agreement import Answers, Sheet, check, column_of, storable

SEED, RANDOM = 20200101, 1000
Spec = Any
Kind = tuple[str, Spec]
W = Weight
#: A form with the points at stake; a value formula is added where the form needs one.
COMPUTED: tuple[tuple[str, Spec, Weight], ...] = (
    ("deduct", {"above": "100%", "every": "1%", "points": 0.5}, W(5, 5)),
    ("deduct", {"below": "100%", "every": "5%", "points": 2.0, "steps": "started"}, W(5, 5)),
    ("deduct", {"both": "100%", "every": "5%", "points": 2.0}, W(6, 6)),
    ("deduct", {"both": "100%", "within": "10%", "every": "5%", "points": 2.0}, W(6, 6)),
    ("deduct", {"both": "100%", "within": "1/3", "every": "3%", "points": 0.7, "steps": "started"}, W(5, 5, 5 / 8)),
    ("deduct", {"both": "0%", "within": "5%", "every": "1%", "points": 1.0, "steps": "proportional"}, W(8, 8)),
    ("deduct", {"both": "100%", "every": "3%", "points": 1.0, "most": 15.0}, W(20, 20)),
    ("deduct", {"above": "0%", "every": "1%", "points": 0.8, "most": 4.0}, W(5, 5, 5 / 8)),
    ("deduct", {"below": "90%", "every": "5%", "points": 1.0, "most": 3.0, "steps": "proportional"}, W(8, 8)),
    ("days_late", {"every": 5.0, "points": 0.5}, W(3, 3)),
    ("days_late", {"every": 1.0, "points": 0.2, "steps": "started", "most": 1.0}, W(2, 2)),
    (
        "bands",
        [
            {"from": "0%", "to": "0%", "points": 5.0},
            {"over": "0%", "to": "10%", "points": 4.0},
            {"over": "10%", "points": 0.0},
        ],
        W(5, 5),
    ),
    (
        "bands",
        [
            {"from": "90%", "points": 6.0},
            {"from": "1/3", "under": "90%", "points": 3.33},
            {"under": "1/3", "points": 0.0},
        ],
        W(6, 6, 6 / 7),
    ),
    (
        "bands",
        {
            "around": "0%",
            "bands": [
                {"to": "10%", "points": 5.0},
                {"over": "10%", "to": "15%", "points": 3.0},
                {"over": "15%", "to": "20%", "points": 1.0},
                {"over": "20%", "points": 0.0},
            ],
        },
        W(5, 5),
    ),
    (
        "bands",
        {"around": "100%", "bands": [{"under": "5%", "points": 4.0}, {"from": "5%", "to": "30%", "points": 1.5}]},
        W(5, 8),
    ),
    ("proportional", {}, W(10, 10)),
    ("proportional", {"target": "90%", "zero_below": "60%"}, W(20, 20)),
    ("proportional", {"target": 26.0, "cap": 4.0, "digits": 1}, W(5, 5)),
    ("proportional", {"digits": 0}, W(10, 10)),
    ("proportional", {"digits": 0, "rounding": "up"}, W(10, 10)),
    ("proportional", {"digits": 1, "rounding": "down", "zero_above": "130%"}, W(5, 5, 5 / 8)),
    ("proportional", {"digits": 2, "rounding": "up"}, W(7, 7)),
    ("proportional", {"inverse": True}, W(5, 5)),
    ("proportional", {"inverse": True, "target": 30.0, "digits": 1, "rounding": "down", "cap": 6.0}, W(8, 8)),
    ("proportional", {"inverse": True, "target": "1/3", "zero_above": "150%", "digits": 0, "rounding": "up"}, W(8, 5)),
    ("linear", {"full_at": "0%", "zero_at": "10%", "zero_above": "10%"}, W(10, 10)),
    ("linear", {"full_at": "0%", "zero_at": "10%", "zero_above": "5%", "digits": 1}, W(5, 8)),
    ("linear", {"full_at": "100%", "zero_at": "60%", "zero_below": "70%"}, W(10, 10)),
    ("linear", {"full_at": 1.0, "zero_at": 2.0, "rounding": "down", "digits": 0}, W(5, 5, 5 / 6)),
    ("linear", {"full_at": "90%", "zero_at": "1/3"}, W(8, 5)),
    ("external", {"base": 350.0}, W(8, 8)),
    ("external", {"base": 7.0, "digits": 1, "zero_below": 3.0}, W(5, 5)),
    ("violations", {"each": 1.0}, W(16, 16)),
    ("violations", {"each": 0.02, "most": 0.5}, W(3, 3)),
    ("violations", {"each": 1 / 3, "most": 4.0}, W(5, 5, 5 / 8)),
)
IDS = [f"{index}-{kind}" for index, (kind, *_) in enumerate(COMPUTED)]
OFF = (0.0, 1e-12, -1e-12, 4e-10, -4e-10, 6e-10, -6e-10, 1e-6, -1e-6, 1e-3, -1e-3)


def indicator(kind: str, spec: Spec, weight: Weight) -> Indicator:
    """An indicator with the form, as a scheme would have it."""
    written = {
        "path": ["甲"],
        "full": float(max(weight.full, weight.top / weight.scale)),
        "text": "条文",
        "value": "甲",
        kind: spec,
    }
    if kind in ("checklist", "graded", "manual"):
        del written["value"]
    return Indicator.model_validate(written)


def form_of(kind: str, spec: Spec, weight: Weight) -> ComputedForm:
    form = indicator(kind, spec, weight).form
    assert form is not None
    return form


def at(weight: Weight) -> oracle.At:
    return oracle.At(weight.full, weight.top, weight.scale)


def leaves(spec: Spec) -> Iterator[float]:
    """Every number that a form is written with."""
    if isinstance(spec, dict | list):
        for value in spec.values() if isinstance(spec, dict) else spec:
            yield from leaves(value)
    elif not isinstance(spec, bool) and spec not in ("whole", "started", "proportional", "half", "up", "down"):
        yield oracle.number(spec)


def values(kind: str, spec: Spec, chance: random.Random) -> list[float]:
    """Every edge and step with what lies beside it, and 1,000 values of any number of decimals."""
    numbers = sorted({0.0, 1.0, *leaves(spec)})
    edges = {sign * a + b for a in numbers for b in (0.0, *numbers) for sign in (1, -1)}
    if isinstance(spec, dict) and "every" in spec:
        start = oracle.number(spec.get("above", spec.get("below", spec.get("both", 0))))
        free, every = oracle.number(spec.get("within", 0)), oracle.number(spec["every"])
        edges |= {start + sign * (free + step * every) for step in range(17) for sign in (1, -1)}
    beside = [edge + off for edge in edges for off in OFF]
    reach = max(2.0, 1.5 * max(map(abs, numbers)))
    drawn: dict[float, None] = {}
    while len(drawn) < RANDOM:
        drawn[round(chance.uniform(-0.2 * reach, reach), chance.choice((1, 2, 3, 4, 6, 15)))] = None
    return list(dict.fromkeys(storable(value) for value in [*beside, *drawn]))


def points_of(kind: str, spec: Spec, value: float, weight: Weight) -> float:
    found = getattr(oracle, kind)(spec, value, at(weight))
    return np.nan if found is None else float(found)


@pytest.mark.parametrize(("kind", "spec", "weight"), COMPUTED, ids=IDS)
def test_numpy_agrees_with_the_oracle(kind: str, spec: Spec, weight: Weight) -> None:
    tried = values(kind, spec, random.Random(SEED))
    assert len(tried) > RANDOM
    form = form_of(kind, spec, weight)
    got = form.points(column_of(tried), weight)
    wanted = [points_of(kind, spec, value, weight) for value in tried]
    wrong = [
        (v, g, w) for v, g, w in zip(tried, got, wanted, strict=True) if not (g == w or (np.isnan(g) and np.isnan(w)))
    ]
    assert not wrong, wrong[:10]
    assert len(set(got.tolist())) > 1


@pytest.mark.parametrize(("kind", "spec", "weight"), COMPUTED, ids=IDS)
def test_every_form_says_what_it_does(kind: str, spec: Spec, weight: Weight) -> None:
    """In Chinese without English words; the trace ends with the points."""
    form = form_of(kind, spec, weight)
    said = [form.describe(weight), form.reading_name(), *form.readings(column_of([0.5]), weight)]
    said += [form.trace(value, weight) for value in (-0.5, 0.0, 0.05, 0.5, 0.99, 1.0, 1.05, 1.5, 12.0, 400.0)]
    assert all(not any("a" <= letter.lower() <= "z" for letter in text) for text in said), said
    for value in (0.0, 0.05, 1.0, 1.05, 12.0):
        points = form.one(value, weight)
        if not np.isnan(points):
            assert form.trace(value, weight).endswith(f" {points:g} 分"), (value, form.trace(value, weight), points)


RELATIVE: tuple[tuple[Spec, Weight], ...] = (
    ({"to": "乙", "none": 3.0, "within": 2.0}, W(3, 3)),
    ({"to": "乙 + 丙", "none": 8.0, "within": 4.0, "beyond": 1.0}, W(5, 5, 5 / 8)),
)
Amount = float | None
AMOUNTS: tuple[Amount, ...] = (
    None,
    0.0,
    5.0,
    5.0000000001,
    5.000000001,
    4.999999999,
    0.1 + 0.2,
    0.3,
    -1.0,
    12.34,
    1e-10,
    1e-9,
)


def pairs(chance: random.Random) -> list[tuple[Amount, Amount, Amount]]:
    every = [(a, b, 0.0) for a in AMOUNTS for b in AMOUNTS]
    drawn = [tuple(round(chance.uniform(-5, 60), 2) for _ in range(3)) for _ in range(RANDOM)]
    return [*every, *drawn]  # type: ignore[list-item]


def relative_points(spec: Spec, weight: Weight, given: Sequence[tuple[Amount, Amount, Amount]]) -> list[float]:
    columns = {
        name: column_of([np.nan if (a := row[i]) is None else a for row in given]) for i, name in enumerate("甲乙丙")
    }
    form = form_of("relative", spec, weight).on(lambda needed: columns[needed.name])
    return [float(points) for points in form.points(columns["甲"], weight)]


@pytest.mark.parametrize(("spec", "weight"), RELATIVE)
def test_against_another_figure_agrees_with_the_oracle(spec: Spec, weight: Weight) -> None:
    given = pairs(random.Random(SEED))
    for row, points in zip(given, relative_points(spec, weight, given), strict=True):
        value, others = row[0], row[1 : 3 if "丙" in spec["to"] else 2]
        standard = None if None in others else sum(others)  # type: ignore[arg-type]
        wanted = None if value is None else oracle.relative(spec, value, standard, at(weight))
        assert points == wanted or (wanted is None and np.isnan(points)), (row, points, wanted)


# ---- judged ---------------------------------------------------------------------------------------------------------
JUDGED: tuple[tuple[str, Spec, Weight, int], ...] = (
    ("checklist", [2.0, 2.0, 2.0, 2.0], W(8, 8), 4),
    ("checklist", [1.0, "1/3", "2/3"], W(2, 2), 3),
    ("checklist", [4.0, 3.0, 1.0], W(5, 5, 5 / 8), 3),
    ("graded", {"好": 6.0, "一般": 3.0, "差": 0.0}, W(6, 6), 1),
    (
        "graded",
        {"好": {"from": 8.0, "to": 10.0}, "一般": {"from": 5.0, "under": 8.0}, "差": {"under": 4.0}},
        W(10, 10),
        1,
    ),
    ("graded", {"好": 8.0, "一般": {"over": 2.0, "under": 8.0}}, W(5, 5, 5 / 8), 1),
    ("manual", True, W(10, 10), 1),
    ("violations", {"each": 0.5, "most": 3.0}, W(16, 16), 1),
    ("days_late", {"every": 5.0, "points": 0.5}, W(2, 2), 1),
)
ANSWERS: tuple[Amount, ...] = (
    None,
    0.0,
    1.0,
    0.5,
    -1.0,
    2.0,
    3.0,
    6.0,
    8.0,
    7.999,
    7.99,
    10.0,
    10.01,
    1e-10,
    4.0,
    5.0,
    1.875,
    1.25,
    0.1,
)


def judged_bounds(kind: str, spec: Spec, answers: Sequence[Amount], weight: Weight) -> tuple[float, float]:
    if kind == "checklist":
        return oracle.checklist([oracle.number(points) for points in spec], answers, at(weight))
    if kind == "graded":
        return oracle.graded(spec, answers[0], at(weight))
    if kind == "manual":
        return oracle.manual(answers[0], at(weight))
    points = 0.0 if answers[0] is None else getattr(oracle, kind)(spec, answers[0], at(weight))
    return oracle.counted(points, answers[0], at(weight))


def answers_to(count: int, chance: random.Random) -> list[list[Amount]]:
    few: tuple[Amount, ...] = (None, 0.0, 1.0, 0.5, 2.0, -1.0)
    edges: list[list[Amount]] = [[answer] * count for answer in ANSWERS]
    return edges + [
        [
            chance.choice(few) if count > 1 else round(chance.uniform(-1, 12), chance.choice((0, 1, 2, 3)))
            for _ in range(count)
        ]
        for _ in range(RANDOM)
    ]


def judging_of(kind: str, spec: Spec, weight: Weight) -> Any:
    written = indicator(kind, spec, weight).model_copy(update={"value": None})
    assert written.judging is not None
    return written.judging


@pytest.mark.parametrize(("kind", "spec", "weight", "count"), JUDGED)
def test_answers_agree_with_the_oracle(kind: str, spec: Spec, weight: Weight, count: int) -> None:
    judging, tried = judging_of(kind, spec, weight), answers_to(count, random.Random(SEED))
    assert len(judging.answers("某")) == count
    columns = [column_of([np.nan if row[i] is None else row[i] for row in tried]) for i in range(count)]  # type: ignore[misc]
    low, high = judging.bounds(columns, weight)
    for index, row in enumerate(tried):
        assert (low[index], high[index]) == judged_bounds(kind, spec, row, weight), row
        assert 0 <= low[index] <= high[index] <= weight.full


# ---- LibreOffice ----------------------------------------------------------------------------------------------------
def computed_sheet() -> Sheet:
    sheet = Sheet("计分方式")
    for index, (kind, spec, weight) in enumerate(COMPUTED):
        form, tried = form_of(kind, spec, weight), values(kind, spec, random.Random(SEED + index))
        for value, points in zip(tried, form.points(column_of(tried), weight), strict=True):
            cell = sheet.next_row([value])[0]
            sheet.ask(form.excel(cell, weight), float(points), f"{kind} {spec} {weight} of {value!r}")
    return sheet


def relative_sheet() -> Sheet:
    sheet = Sheet("与另一数比")
    for index, (spec, weight) in enumerate(RELATIVE):
        given = pairs(random.Random(SEED + index))
        for row, points in zip(given, relative_points(spec, weight, given), strict=True):
            cells = dict(zip("甲乙丙", sheet.next_row(row), strict=True))
            form = form_of("relative", spec, weight).over(partial(_cell, cells))
            if row[0] is not None:
                sheet.ask(form.excel(cells["甲"], weight), points, f"{spec} {weight} of {row}")
                complete = f'IF({form.complete(cells["甲"])},"够","缺")'
                sheet.ask(complete, "缺" if np.isnan(points) else "够", f"{spec} of {row}")
    return sheet


def _cell(cells: dict[str, str], needed: Input) -> str:
    return cells[needed.name]


def judged_sheet() -> Sheet:
    sheet, odd = Sheet("人工评定"), (None, "", "不详", "=1/0", "——")
    for index, (kind, spec, weight, count) in enumerate(JUDGED):
        chance, judging = random.Random(SEED + index), judging_of(kind, spec, weight)
        for row in answers_to(count, chance):
            low, high = judged_bounds(kind, spec, row, weight)
            cells = sheet.next_row([chance.choice(odd) if answer is None else answer for answer in row])
            for text, points in zip(judging.excel(cells, weight), (low, high), strict=True):
                sheet.ask(text, points, f"{kind} {spec} {weight} of {row}")
    return sheet


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Every section with its recalculated cells; empty without LibreOffice (the tests then skip)."""
    if find_libreoffice() is None:
        return {}
    folder, sections = tmp_path_factory.mktemp("forms"), [computed_sheet(), relative_sheet(), judged_sheet()]
    path: Path = folder / "计分方式.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        for section in sections:
            section.write(workbook)
    ((_, made),) = recalculate([path], folder / "soffice")
    assert made is not None
    book = python_calamine.CalamineWorkbook.from_path(str(made))
    return {s.name: (s, book.get_sheet_by_name(s.name).to_python(skip_empty_area=False)) for s in sections}


@pytest.mark.parametrize(("section", "at_least"), [("计分方式", 35000), ("与另一数比", 4000), ("人工评定", 18000)])
def test_recalculated_excel_text_agrees(libreoffice: str, answers: Answers, section: str, at_least: int) -> None:
    del libreoffice
    check(answers, section, at_least)
