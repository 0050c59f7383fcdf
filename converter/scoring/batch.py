"""A batch of submissions, scored: facts, checks, scores, totals and findings together, in the order of DESIGN §2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from converter.mapping.departments import Submission, signed
from converter.mapping.facts import SELF_SCORE, Document
from converter.mapping.forms import Form
from converter.mapping.roster import Roster
from converter.mapping.years import contradicted_folders, in_scope, other_titles, settle_years
from converter.scoring import audits
from converter.scoring.checks import Checks
from converter.scoring.compute import RuleScores, score, scores_frame
from converter.scoring.crosscheck import audit_typed, crosscheck, not_told_twice
from converter.scoring.expressions import Input
from converter.scoring.followers import without_followers
from converter.scoring.frames import FACT_COLUMNS, FactRow, adopt, facts_frame, joined
from converter.scoring.inputs import Derivations, Inputs
from converter.scoring.outcomes import audit_rows, checks_frame
from converter.scoring.prior import Prior
from converter.scoring.schemechecks import audit_scheme
from converter.scoring.schemes import Scheme
from converter.scoring.scopes import audit_scopes, told_of_restatement
from converter.scoring.selfscores import compare_tables, rename_indicators
from converter.scoring.submitted import Submitted, audit_submitted, submitted, with_last_output
from converter.scoring.totals import totals_frame
from converter.scoring.wholebatch import whole_batch
from converter.vocabulary.findings import Finding
from converter.vocabulary.numbers import State


@dataclass
class Batch:
    """Everything the books are made of. `facts` includes the derived ones; `findings` are not yet numbered; `lost` are
    the departments of last year's output that none of this year's is.
    """

    scheme: Scheme
    submissions: list[Submission]
    submitted: list[Submitted]
    facts: pd.DataFrame
    inputs: Inputs
    columns: list[RuleScores]
    scores: pd.DataFrame
    totals: pd.DataFrame
    checks: pd.DataFrame
    findings: list[Finding]
    lost: list[str] = field(default_factory=list)

    @property
    def year(self) -> int:
        """The 数据年度."""
        return self.scheme.file.year

    @cached_property
    def codes(self) -> dict[str, str]:
        """Department → its code in the departments list, "" without one."""
        return {row.department: row.code for row in self.submitted}

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Department → its 类别 in the departments list, "" without one."""
        return {row.department: row.kind for row in self.submitted}

    @property
    def departments(self) -> list[str]:
        """Names of the scored departments, in the order of the frames."""
        return self.inputs.departments


def score_batch(
    submissions: Sequence[Submission],
    scheme: Scheme,
    checks: Checks,
    derivations: Derivations,
    forms: Sequence[Form],
    roster: Roster | None = None,
    prior: Prior | None = None,
    digests: Mapping[str, str] | None = None,
) -> Batch:
    """Scores every department that has a document of the scheme's year and is not excused by the departments list.

    Fact checks run before scoring, score checks after. `prior` is last year's output, `digests` the SHA-256 by file.
    """
    year, roster = scheme.file.year, roster or Roster()
    findings = audit_scheme(scheme, checks) + contradicted_folders(submissions)
    used: list[tuple[Submission, list[Document]]] = []
    for submission in submissions:
        settle_years(submission, year)
    handed = submitted(submissions, roster, forms, year)
    findings += audit_submitted(handed, roster, checks, year)
    submissions = [s for s in submissions if s.listed is None or s.listed.evaluated]
    for submission in submissions:
        documents, out_of_scope = in_scope(submission, year)
        own = [f for d in submission.documents for f in signed(d.findings, submission.department, d.year)]
        notes = [*submission.findings, *out_of_scope, *other_titles(documents)]
        findings += own + signed(notes, submission.department, year)
        if any(document.year == year for document in documents):
            used.append((submission, documents))
    departments = [submission.department for submission, _ in used]
    read = rename_indicators(facts_frame(used), scheme)
    supplied, lost = prior.fitted(departments, roster) if prior else ([], [])
    adoption = adopt(joined(read, supplied), derivations.dictionary)
    crossed = crosscheck(checks, Inputs(adoption.facts, departments, year, derivations), used)
    inputs = Inputs(adoption.facts, departments, year, derivations, crossed.breaks.incomparable())
    findings += not_told_twice(adoption.findings, crossed.results) + compare_tables(adoption.facts, used, scheme)
    findings += told_of_restatement(crossed.findings, scheme, derivations, crossed.breaks)
    findings += audit_scopes(crossed.breaks, scheme, derivations, checks)
    findings += audits.audit_submissions(submissions, used, year, [form.form for form in forms if form.sets_year])
    findings += audits.audit_documents(used, checks) + audits.audit_inputs(inputs, scheme, checks)
    findings += audit_typed(crossed.results, checks, findings)
    columns = score(inputs, scheme)
    scores = scores_frame(columns, inputs)
    totals = totals_frame(columns, inputs, scheme, {row.department: row.kind for row in handed})
    own_scores = audits.audit_scores(columns, inputs, checks)
    own_scores, explained = without_followers(own_scores, crossed, columns, inputs, checks)
    findings += own_scores + audits.audit_totals(totals, scheme, checks)
    together = whole_batch(inputs, used, columns, totals, roster, digests or {}, checks)
    findings += together.findings
    unrun = {**together.unrun, **crossed.unrun(), **explained}
    rows = audit_rows(checks, findings, departments, year, unrun)
    frame = checks_frame(crossed.results, crossed.faults, rows)
    facts = _with_derived(inputs, scheme)
    handed = with_last_output(handed, {fact.department for fact in supplied})
    return Batch(scheme, list(submissions), handed, facts, inputs, columns, scores, totals, frame, findings, lost)


def scheme_inputs(scheme: Scheme, *, variants: bool) -> list[Input]:
    """The inputs of the scheme's formulas in reading order, each once; with those of the other base readings."""
    formulas = [rule.spec.value for rule in scheme.rules if rule.spec.value is not None]
    if variants:
        formulas += [formula for rule in scheme.rules for formula in rule.spec.variants.values()]
    return list(dict.fromkeys(needed for formula in formulas for needed in formula.inputs()))


def _with_derived(inputs: Inputs, scheme: Scheme) -> pd.DataFrame:
    """The facts, department by department, with a row of state 推算 for every derived input that was computed."""
    dictionary = inputs.derivations.dictionary
    year, derived = inputs.year, inputs.derived(scheme_inputs(scheme, variants=True))
    rows = [
        FactRow(who, at, name, value, dictionary[name].unit, State.DERIVED, True, text, "", "", "", "", "", year)
        for who, at, name, value, text in derived
    ]
    if not rows:
        return inputs.facts
    frame = pd.DataFrame(rows, columns=list(FACT_COLUMNS)).astype({"adopted": "bool"})
    return pd.concat([inputs.facts, frame]).sort_values("department", kind="stable", ignore_index=True)


def used_by_scheme(batch: Batch) -> pd.DataFrame:
    """The facts that the scheme's indicators use, adopted or not: inputs, what they are derived from, self scores."""
    wanted = batch.inputs.derivations.closure(scheme_inputs(batch.scheme, variants=True))
    keys = {(one.name, batch.year + one.offset) for one in wanted}
    keys |= {(rule.name + SELF_SCORE, batch.year) for rule in batch.scheme.rules}
    facts = batch.facts
    return facts[[key in keys for key in zip(facts["field"], facts["year"], strict=True)]]
