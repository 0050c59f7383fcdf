"""A batch of submissions, scored: facts, checks, scores, totals and findings together, in the order of DESIGN §2."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from converter.mapping.departments import Submission, signed
from converter.mapping.facts import SELF_SCORE, Document
from converter.mapping.forms import Form
from converter.mapping.roster import Roster
from converter.mapping.years import in_scope, other_titles, settle_years
from converter.scoring import audits
from converter.scoring.apportion import shares, whole_review
from converter.scoring.checks import CHECK_COLUMNS, Checks
from converter.scoring.compute import RuleScores
from converter.scoring.crosscheck import audit_typed, comparable, crosscheck, not_told_twice
from converter.scoring.decisions import Decisions
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input
from converter.scoring.factrows import FactRow
from converter.scoring.followers import without_followers
from converter.scoring.frames import facts_frame, frame_of, joined
from converter.scoring.inputs import Inputs
from converter.scoring.ledger import Ledger
from converter.scoring.outcomes import GROUP, Row, audit_rows, check_rows
from converter.scoring.prior import Prior
from converter.scoring.review import Review
from converter.scoring.rounding import Flags
from converter.scoring.ruleset import Rules
from converter.scoring.schemechecks import audit_scheme
from converter.scoring.schemes import Scheme
from converter.scoring.scopes import audit_scopes, told_of_restatement
from converter.scoring.selfscores import compare_tables, rename_indicators
from converter.scoring.totals import totals_frame
from converter.scoring.wholebatch import ACROSS
from converter.scoring.within import within
from converter.vocabulary.findings import Finding
from converter.vocabulary.numbers import State


@dataclass
class Batch:
    """Departments that were scored together, with everything their books are made of. `facts` includes the derived ones;
    `findings` are not yet numbered; `supplied` are the departments that last year's output gives figures.

    Where kinds of departments have schemes of their own, `parts` holds a batch for each scheme, and the whole has their
    frames together; scheme, inputs and columns are to be taken from `each`. `checked` are the rows of `checks`.
    """

    scheme: Scheme
    submissions: list[Submission]
    facts: pd.DataFrame
    inputs: Inputs
    columns: list[RuleScores]
    scores: pd.DataFrame
    totals: pd.DataFrame
    checked: list[Row]
    findings: list[Finding]
    review: Review
    parts: list["Batch"] = field(default_factory=list)
    used: list[tuple[Submission, list[Document]]] = field(default_factory=list)
    supplied: frozenset[str] = frozenset()

    @property
    def each(self) -> list["Batch"]:
        """The batch of every scheme: itself, where there is one."""
        return self.parts or [self]

    @property
    def own_findings(self) -> list[Finding]:
        """The findings but for what became of the decisions."""
        told = frozenset(self.review.ledger.findings)
        return [item for item in self.findings if item not in told]

    @property
    def year(self) -> int:
        """The 数据年度."""
        return self.scheme.file.year

    @cached_property
    def checks(self) -> pd.DataFrame:
        """The checks frame."""
        return pd.DataFrame(self.checked, columns=[*CHECK_COLUMNS, GROUP])

    @cached_property
    def codes(self) -> dict[str, str]:
        """Department → its code in the departments list, "" without one."""
        return {submission.department: submission.code for submission in self.submissions}

    @property
    def departments(self) -> list[str]:
        """Names of the scored departments, in the order of the frames."""
        return sorted(name for part in self.parts for name in part.departments) or self.inputs.departments


def score_kinds(
    submissions: Sequence[Submission], rules: Rules, prior: Prior | None = None, *, every: bool = True
) -> Batch:
    """Scores every department by the scheme of its 类别: a part for each scheme that has departments here (`every`: for
    each). `prior` is last year's output; every part gets the rows of the decisions that are about it.

    What is asked of all departments together is not asked here (converter.scoring.whole).
    """
    members: list[list[Submission]] = [[] for _ in rules.distinct]
    for submission in submissions:
        members[rules.part_of(submission)].append(submission)
    parted = [(scheme, own) for scheme, own in zip(rules.distinct, members, strict=True) if own or every]
    names = [(scheme, [submission.department for submission in own]) for scheme, own in parted]
    shared = shares(rules.decisions, names, rules.roster)
    parts = [
        score_batch(own, scheme, rules.checks, rules.derivations, rules.forms, prior, rules.roster, rows)
        for (scheme, own), rows in zip(parted, shared, strict=True)
    ]
    if len(parts) == 1:
        return parts[0]
    review = whole_review([part.review for part in parts], rules.decisions, rules.year, rules.roster)
    return _joined(parts, submissions, review)


def _joined(parts: list[Batch], submissions: Sequence[Submission], review: Review) -> Batch:
    """Batches of different schemes as one."""

    def together(frames: list[pd.DataFrame], *by: str) -> pd.DataFrame:
        frame = pd.concat(frames, ignore_index=True)
        order = [column not in ("low", "high") for column in by]
        return frame.sort_values(list(by), ascending=order, kind="stable", ignore_index=True)

    return Batch(
        scheme=parts[0].scheme,
        submissions=list(submissions),
        facts=together([part.facts for part in parts], "department"),
        inputs=parts[0].inputs,
        columns=parts[0].columns,
        scores=together([part.scores for part in parts], "department"),
        totals=together([part.totals for part in parts], "low", "high", "department"),
        checked=[row for part in parts for row in part.checked],
        findings=[item for part in parts for item in part.own_findings] + review.ledger.findings,
        review=review,
        parts=parts,
        used=[pair for part in parts for pair in part.used],
        supplied=frozenset().union(*(part.supplied for part in parts)),
    )


def _in_scope(
    submissions: Sequence[Submission], year: int
) -> tuple[list[tuple[Submission, list[Document]]], list[Finding]]:
    """The departments with a document of the year, with all that count, and what reading and sorting out said."""
    used: list[tuple[Submission, list[Document]]] = []
    findings: list[Finding] = []
    for submission in submissions:
        settle_years(submission, year)
        documents, out_of_scope = in_scope(submission, year)
        own = [f for d in submission.documents for f in signed(d.findings, submission.department, d.year)]
        notes = [*submission.findings, *out_of_scope, *other_titles(documents)]
        findings += own + signed(notes, submission.department, year)
        if any(document.year == year for document in documents):
            used.append((submission, documents))
    return used, findings


def score_batch(
    submissions: Sequence[Submission],
    scheme: Scheme,
    checks: Checks,
    derivations: Derivations,
    forms: Sequence[Form],
    prior: Prior | None = None,
    roster: Roster | None = None,
    decisions: Decisions | None = None,
) -> Batch:
    """Scores every department that has a document of the scheme's year. Fact checks run before scoring, score checks after.

    Decisions change data before scoring and scores after it. `prior` is last year's output, whose departments may go by
    other names of the `roster`. What is asked of all departments together (ACROSS) is not asked here.
    """
    year, roster = scheme.file.year, roster or Roster()
    used, told = _in_scope(submissions, year)
    findings = audit_scheme(scheme, checks) + told
    departments = [submission.department for submission, _ in used]
    read = rename_indicators(facts_frame(used), scheme)
    supplied = prior.fitted(departments, roster)[0] if prior else []
    review = Review(Ledger(decisions or Decisions(), departments, year, roster), scheme, derivations)
    adoption, inputs = review.facts(joined(read, supplied), used, checks)
    crossed = crosscheck(checks, inputs, used)
    inputs = comparable(inputs, crossed.breaks)
    findings += not_told_twice(adoption.findings, crossed.results) + compare_tables(adoption.rows, used, scheme)
    findings += told_of_restatement(crossed.findings, scheme, derivations, crossed.breaks)
    findings += audit_scopes(crossed.breaks, scheme, derivations, checks)
    findings += audits.audit_submissions(submissions, used, year, [form.form for form in forms if form.sets_year])
    findings += audits.audit_documents(used, checks) + audits.audit_inputs(inputs, scheme, checks)
    findings += audit_typed(crossed.results, checks, findings)
    columns, scores = review.scores(inputs)
    totals = totals_frame(columns, inputs, scheme, {s.department: s.kind for s in submissions}, review.added)
    own_scores = audits.audit_scores(columns, inputs, checks)
    own_scores, explained = without_followers(own_scores, crossed, columns, inputs, checks)
    findings += own_scores + audits.audit_totals(totals, scheme, checks)
    findings += audits.audit_adjustments(columns, inputs, scheme, checks, review.added)
    findings += review.audit(totals, checks)
    asked = within(inputs, used, columns, checks)
    findings += asked.findings
    unrun = {**asked.unrun, **crossed.unrun(), **explained, **review.unrun()}
    rows = audit_rows(checks, findings, departments, year, unrun, checks.audit.keys() - ACROSS)
    return Batch(
        scheme,
        list(submissions),
        _with_derived(inputs, scheme),
        inputs,
        columns,
        scores,
        totals,
        check_rows(crossed.results, crossed.faults, rows),
        findings + review.ledger.findings,
        review,
        used=used,
        supplied=frozenset(fact.department for fact in supplied),
    )


def scheme_inputs(scheme: Scheme, *, variants: bool) -> list[Input]:
    """The inputs of the scheme's formulas in reading order, each once; with those of the other base readings."""
    formulas = [formula for rule in scheme.rules for formula in rule.formulas()]
    formulas += [adjustment.formula(name) for name, adjustment in scheme.file.adjustments.items()]
    if variants:
        formulas += [formula for rule in scheme.rules for formula in rule.spec.variants.values()]
    return list(dict.fromkeys(needed for formula in formulas for needed in formula.inputs()))


def answer_inputs(inputs: Inputs, scheme: Scheme) -> list[tuple[Input, ...]]:
    """For each department the answers of every judged indicator about which a person has answered anything."""
    asked = [rule.answers for rule in scheme.rules if rule.answers]
    given = [np.any([~np.isnan(inputs.column(one)) for one in answers], axis=0).tolist() for answers in asked]
    return [
        tuple(dict.fromkeys(one for answers, there in zip(asked, given, strict=True) if there[at] for one in answers))
        for at in range(len(inputs.departments))
    ]


def _with_derived(inputs: Inputs, scheme: Scheme) -> pd.DataFrame:
    """The facts, department by department, with a row of state 推算 for every derived input that was computed."""
    dictionary = inputs.derivations.dictionary
    year, derived = inputs.year, inputs.derived(scheme_inputs(scheme, variants=True))
    rows = [
        FactRow(who, at, name, value, dictionary[name].unit, State.DERIVED, True, text, "", "", "", "", "", year)
        for who, at, name, value, text in derived
    ]
    facts = pd.concat([inputs.facts, frame_of(rows)]) if rows else inputs.facts
    names = facts["department"].tolist()
    places = {who: place for place, who in enumerate(sorted(set(names)))}
    order = np.argsort([places[who] for who in names], kind="stable")
    return facts.take(order).reset_index(drop=True)


def used_by_scheme(batch: Batch) -> Flags:
    """Which of the facts the indicators use, adopted or not: inputs, what they are derived from, self scores."""
    wanted: dict[str, set[tuple[str, int]]] = {}
    for part in batch.each:
        wanted |= dict.fromkeys(part.departments, _used(part))
    columns = (batch.facts[name].tolist() for name in ("department", "field", "year"))
    return np.array([(name, year) in wanted[who] for who, name, year in zip(*columns, strict=True)], dtype=bool)


def _used(batch: Batch) -> set[tuple[str, int]]:
    """Fields with their years that the indicators of a scheme use."""
    wanted = batch.inputs.derivations.closure(scheme_inputs(batch.scheme, variants=True))
    wanted += [one for rule in batch.scheme.rules for one in rule.answers]
    keys = {(one.name, batch.year + one.offset) for one in wanted}
    return keys | {(rule.name + SELF_SCORE, batch.year) for rule in batch.scheme.rules}
