"""A scheme with every form, either-or pairs, 折算, caps, bonus, malus and veto: numpy, the books and a scalar oracle agree."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from converter.audit.explain import explain
from converter.audit.recalculated import compare_book
from converter.audit.verify import Verification, recalculate
from converter.books.assemble import department_books
from converter.books.department import department_book
from converter.books.readback import Output
from converter.books.summary import summary_book
from converter.mapping.departments import Submission
from converter.mapping.facts import SELF_SCORE
from converter.mapping.library import Library
from converter.mapping.roster import Roster
from converter.scoring.audits import audit_adjustments, audit_scores
from converter.scoring.batch import Batch
from converter.scoring.checks import Checks
from converter.scoring.compute import RuleScores, score
from converter.scoring.decisions import Decisions
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input
from converter.scoring.inputs import Inputs
from converter.scoring.ledger import Ledger
from converter.scoring.review import Review
from converter.scoring.schemes import Scheme
from converter.scoring.scorerows import scores_frame
from converter.scoring.status import Status
from converter.scoring.totals import counted, total_steps, totals_frame
from converter.vocabulary.findings import Level
from tests import form_oracle as oracle
from tests.test_excel_agreement import YEAR, Cell, facts
from tests.test_schemes import made_scheme
from tests.whole import csv_of, summary_of

HEAD = """\
region: {code: "990001", name: 测试县}
year: 2019
title: 各种计分方式
basis: {document: 测试〔2020〕1号}
grades: {优: 90, 良: 80, 中: 60, 差: 0}
judged: JUDGED
indicators:
"""
RULES = {
    "控制率": "full: 5, value: 在职人员数 / 编制数, deduct: {above: 100%, every: 1%, points: 0.5}, not_applicable: exclude",
    "执行率": "full: 10, value: 政府采购决算数 / 政府采购预算数, proportional: {zero_below: 60%}, "
    "not_applicable: exclude, zero_denominator: exclude",
    "偏离率": "full: 6, value: 政府采购决算数 / 政府采购预算数, bands: {around: 100%, bands: [{to: 10%, points: 6}, "
    "{over: 10%, points: 2}]}, missing: zero, zero_denominator: exclude",
    "结余": "full: 3, value: 年末结转和结余决算数, relative: {to: 年初结转和结余决算数, none: 3, within: 2, beyond: 0}, "
    "not_applicable: exclude",
    "结余自评": "full: 3, value: 年末结转和结余决算数, relative: {to: 年初结转和结余决算数, none: 3, within: 2}, missing: self",
    "变动率": "full: 5, take: higher, value: (三公经费决算数 - 三公经费预算数) / 三公经费预算数, "
    "linear: {full_at: 0%, zero_at: 10%}, not_applicable: exclude",
    "另一变动率": "shares: 变动率, value: 公用经费决算数 / 公用经费预算数, "
    "proportional: {inverse: true, digits: 0, rounding: down}, not_applicable: exclude",
    "取低甲": "full: 4, take: lower, value: 三公经费决算数 / 三公经费预算数, deduct: {both: 100%, within: 5%, every: 5%, points: 1}",
    "取低乙": "shares: 取低甲, manual: true",
    "取先甲": "full: 7, take: first, value: 三公经费决算数 / 三公经费预算数, external: {base: 2}, not_applicable: exclude",
    "取先乙": "shares: 取先甲, graded: {好: 7, 一般: 3, 差: 0}, not_applicable: exclude",
    "可选甲": "full: 9, take: mean, manual: true, not_applicable: exclude",
    "可选乙": "shares: 可选甲, checklist: [5, 4], not_applicable: exclude",
    "可选丙": "shares: 可选甲, violations: {each: 2}, not_applicable: exclude",
    "共用甲": "full: 10, checklist: [{points: 6, name: 某项}, {points: 4, value: 满意度}]",
    "共用乙": "shares: 共用甲, manual: true",
    "制度": "full: 8, checklist: [2, 2, 4], not_applicable: full",
    "逾期": "full: 3, days_late: {every: 5, points: 0.5}, not_applicable: zero",
    "违规": "full: 16, violations: {each: 1, most: 10}",
    "效能": "full: 11, graded: {好: {from: 10, to: 11}, 一般: {from: 5, under: 10}, 差: {under: 5}}, not_applicable: exclude",
}
ADJUSTMENTS = """\
adjustments:
  加分: {bonus: {each: 1.5, most: 5}, text: 加分}
  减分: {malus: {each: 2, most: 10}, missing: zero, text: 减分}
  封顶:
    value: 公用经费决算数 / 公用经费预算数
    caps: [{from: 70%, under: 80%, points: 89}, {from: 60%, under: 70%, points: 79}, {under: 60%, points: 59.5}]
    text: 执行率低的总分封顶
  否决: {veto: {most: 40}, missing: MISSING, text: 一票否决}
"""
ADJUSTED: dict[str, dict[str, Any]] = {
    "加分": {"bonus": {"each": 1.5, "most": 5.0}},
    "减分": {"malus": {"each": 2.0, "most": 10.0}, "missing": "zero"},
    "封顶": {
        "caps": [
            {"from": "70%", "under": "80%", "points": 89.0},
            {"from": "60%", "under": "70%", "points": 79.0},
            {"under": "60%", "points": 59.5},
        ]
    },
    "否决": {"veto": {"most": 40.0}},
}
DEPARTMENTS, BOOKS = 200, 12


def text(judged: str, missing: str) -> str:
    rules = "".join(f"  {name}: {{path: [甲, 乙], {rule}, text: 条文}}\n" for name, rule in RULES.items())
    return HEAD.replace("JUDGED", judged) + rules + ADJUSTMENTS.replace("MISSING", missing)


def departments(scheme: Scheme, chance: random.Random) -> Iterator[dict[Input, Cell]]:
    """Amounts, answers, counts and self scores, with gaps and declared dashes of every kind."""
    money = [Input(n) for n in ("在职人员数", "编制数", "年末结转和结余决算数", "年初结转和结余决算数", "满意度")]
    money += [Input(f"{n}{b}") for n in ("政府采购", "三公经费", "公用经费") for b in ("决算数", "预算数")]
    for index in range(DEPARTMENTS):
        dash = (0.0, 0.15, 0.6, 1.0)[index % 4]
        given: dict[Input, Cell] = {}
        for one in money:
            amount = round(chance.uniform(80, 120), 1) if one.name != "满意度" else chance.choice((0.0, 1.0, 0.5, 3.0))
            given[one] = chance.choice([amount] * 8 + [0.0, None, "不详"]) if chance.random() > dash else "——"
        for rule in scheme.rules:
            for asked in rule.answers:
                if asked not in given:
                    given[asked] = chance.choice([None, None, 0.0, 1.0, 0.5, 3.0, 7.0, -2.0, 12.0])
                    given[asked] = given[asked] if chance.random() > dash else None
            own = round(chance.uniform(-1, rule.full + 1), 1)
            given[Input(rule.name + SELF_SCORE)] = chance.choice([own] * 4 + [None]) if chance.random() > dash else "——"
        for name in ("加分·例数", "减分·例数", "否决·例数"):
            given[Input(name)] = (
                chance.choice([None, 0.0, 0.0, 1.0, 2.0, 4.0]) if name[0] != "否" or not index % 3 else 0.0
            )
        yield given


def batch_of(scheme: Scheme, derivations: Derivations, seed: int) -> Batch:
    given = list(departments(scheme, random.Random(seed)))
    inputs = Inputs(facts(given, YEAR), [f"{i}" for i in range(len(given))], YEAR, derivations)
    columns = score(inputs, scheme)
    scores, totals = scores_frame(columns, inputs), totals_frame(columns, inputs, scheme)
    review = Review(Ledger(Decisions(), inputs.departments, YEAR, Roster()), scheme, derivations)
    handed = [Submission(who) for who in inputs.departments]
    return Batch(scheme, handed, inputs.facts, inputs, columns, scores, totals, [], [], review)


@pytest.fixture(scope="module", params=[("self", "unknown"), ("unknown", "zero")], ids=["self", "unknown"])
def batch(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, library: Library, derivations: Derivations
) -> Batch:
    scheme = made_scheme(tmp_path_factory.mktemp("scheme"), text(*request.param), library)
    return batch_of(scheme, derivations, 7)


def test_the_scheme_adds_up(batch: Batch) -> None:
    assert batch.scheme.full == 100


def test_every_state_occurs(batch: Batch) -> None:
    statuses = {status for column in batch.columns for status in column.status}
    assert statuses >= {Status.SCORED, Status.UNJUDGED, Status.MISSING, Status.NOT_APPLICABLE, Status.ZERO_DENOMINATOR}
    assert any(column.excluded.any() for column in batch.columns)
    assert (counted(batch.columns) < 100).any()
    assert (counted(batch.columns) == 100).any()


def interval(column: RuleScores, position: int) -> oracle.Interval | None:
    low, high = float(column.low[position]), float(column.high[position])
    assert np.isnan(low) == np.isnan(high)
    return None if np.isnan(low) else (low, high)


def test_totals_agree_with_the_oracle(batch: Batch) -> None:
    """From the indicators' intervals: groups, 折算, adjustments in their order, and the limits of the total."""
    steps = total_steps(batch.columns, batch.inputs, batch.scheme)
    groups: dict[str, list[RuleScores]] = {}
    for column in batch.columns:
        groups.setdefault(column.rule.group, []).append(column)
    for position in range(len(batch.departments)):
        low = high = counts = 0.0
        for members in groups.values():
            rule = members[0].rule
            taken = oracle.together([interval(member, position) for member in members], rule.take, rule.full)
            low, high = low + (taken or (0.0, 0.0))[0], high + (taken or (0.0, 0.0))[1]
            counts += 0.0 if taken is None else rule.full
        total = oracle.scaled((oracle.rounded(low, 2), oracle.rounded(high, 2)), counts, 100.0)
        assert (steps[1].low[position], steps[1].high[position]) == total
        for name, spec in ADJUSTED.items():
            formula = batch.scheme.file.adjustments[name].formula(name)
            value = float(np.broadcast_to(formula.values(batch.inputs.column)[0], (len(batch.departments),))[position])
            sure = {"missing": batch.scheme.file.adjustments[name].missing}
            total = oracle.adjusted({**spec, **sure}, None if np.isnan(value) else value, total)
        assert (steps[-1].low[position], steps[-1].high[position]) == oracle.final(total, 100.0)


def test_scores_lie_within_the_weight_and_agree_with_the_interval(batch: Batch) -> None:
    for column in batch.columns:
        for position, points in enumerate(column.score):
            span = interval(column, position)
            if span is None:
                assert np.isnan(points)
                assert column.status[position] == Status.NOT_APPLICABLE
            else:
                assert 0 <= span[0] <= span[1] <= column.rule.full
                assert np.isnan(points) or span == (points, points)


def test_rows_say_what_was_done(batch: Batch) -> None:
    readings = set(batch.scores["reading"])
    assert any("同一分值的几项取高" in reading for reading in readings)
    assert any("不计入总分，其余分值折算" in reading for reading in readings)
    for row in batch.scores.to_dict("records"):
        if row["status"] == Status.SCORED:
            assert row["process"] or "按" in row["reading"], row


def test_the_books_recalculate_to_the_same_numbers(batch: Batch, libreoffice: str, tmp_path: Path) -> None:
    """Every formula of every book: values, scores, intervals, states, gaps, sums, 折算, adjustments, 总分."""
    del libreoffice
    paths = []
    for book in department_books(batch, [])[:BOOKS]:
        assert [row.name for row in book.steps] == ["合计", "折算", "加分", "减分", "封顶", "否决", "总分"]
        path = tmp_path / f"{book.department}.xlsx"
        path.write_bytes(department_book(book))
        paths.append(path)
    result = Verification()
    for path, made in recalculate(paths, tmp_path / "soffice"):
        result.add(compare_book(path, made, path.name))
    assert result.formulas > 150 * BOOKS
    assert not result.mismatches, "\n".join(map(str, result.mismatches[:20]))


@pytest.fixture(scope="module")
def output(batch: Batch, tmp_path_factory: pytest.TempPathFactory) -> Output:
    """What a run of the batch leaves behind, without the books of the departments."""
    folder = tmp_path_factory.mktemp("OUT")
    for name, content in csv_of(batch).items():
        (folder / name).write_bytes(content)
    (folder / f"评分汇总_{YEAR}.xlsx").write_bytes(summary_book(summary_of(batch, [], {})))
    (folder / "run.json").write_text(json.dumps({"outputs": [], "year": YEAR}), encoding="utf-8")
    return Output(folder)


def test_explain_leads_to_the_answers_and_to_what_is_compared(batch: Batch, output: Output) -> None:
    compared = explain(output, "0", "结余").value.below
    assert [node.name for node in compared] == ["年末结转和结余决算数（2019年）", "年初结转和结余决算数（2019年）"]
    column = next(column for column in batch.columns if column.rule.name == "违规")
    position = int(np.flatnonzero(column.status == Status.SCORED)[0])
    (count,) = explain(output, batch.departments[position], "违规").value.below
    assert count.name == "例数"
    assert float(count.value) == float(batch.inputs.column(Input("违规·例数"))[position])


def test_adjustments_stand_among_the_rules(batch: Batch, output: Output) -> None:
    for name, adjustment in batch.scheme.file.adjustments.items():
        assert output.rules[name]["一级指标"] == "总分调整"
        assert output.rules[name]["计分方式"] == adjustment.describe()


def test_an_adjusted_total_is_said(batch: Batch, checks: Checks) -> None:
    """S15, with every step that changed it, and only where one did."""
    findings = {f.department: f for f in audit_adjustments(batch.columns, batch.inputs, batch.scheme, checks)}
    steps = total_steps(batch.columns, batch.inputs, batch.scheme)
    for position, department in enumerate(batch.departments):
        first, last = steps[0], steps[-1]
        moved = (first.low[position], first.high[position]) != (last.low[position], last.high[position])
        assert not moved or department in findings
    said = " ".join(finding.message for finding in findings.values())
    assert all(word in said for word in ("合计", "折算", "加分", "减分", "封顶", "否决"))


def test_judged_scores_and_self_scores_are_set_against_each_other(batch: Batch, checks: Checks) -> None:
    """S06 for an answered indicator is a warning: people judged it, no reading of a sentence can decide."""
    found = [f for f in audit_scores(batch.columns, batch.inputs, checks) if f.code == "S06" and f.subject == "违规"]
    assert found
    assert all(f.level is Level.WARNING and "口径" not in f.message for f in found)
