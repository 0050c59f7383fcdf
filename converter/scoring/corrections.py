"""Decisions about the data, before scoring: 采用文件 (which of two re-sent files), 更正数据, and 不适用 of a field."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from converter.mapping.facts import SELF_SCORE
from converter.mapping.fields import Dictionary, FieldKind
from converter.mapping.units import in_field_unit
from converter.scoring.decisions import EVERYONE, SHEET, Decision, Kind
from converter.scoring.expressions import Input
from converter.scoring.factrows import FactRow
from converter.scoring.frames import FACT_COLUMNS, Adoption, adopt, fact_rows
from converter.scoring.inputs import Inputs
from converter.scoring.lacking import NO_CELL, NO_FORM, REASONS
from converter.scoring.ledger import NO_VALUE, Claim, Ledger, Standing
from converter.scoring.schemes import Scheme
from converter.vocabulary.labels import label, nearest, plain
from converter.vocabulary.numbers import NAN, USABLE, Number, State, shortest

#: Reasons for a missing number that leave the cell empty of anything that could be one.
_NOTHING = (REASONS[State.BLANK], REASONS[State.DASH], NO_CELL, NO_FORM)
_CONFLICT = str(State.CONFLICT)
_MOST_NAMED = 5


def settle_files(raw: pd.DataFrame, adoption: Adoption, ledger: Ledger, dictionary: Dictionary) -> Adoption:
    """The adoption of facts without the re-sent files that decisions set aside: their facts stay, not adopted."""
    clashing = raw[adoption.facts["state"] == State.CONFLICT]
    chosen = [pair for decision in ledger.of(Kind.FILE) for pair in _choices(decision, clashing, ledger)]
    kept = ledger.uncontested([claim for claim, _ in chosen])
    if not kept:
        return adoption
    aside = pd.Series(data=False, index=raw.index)
    for claim, losers in chosen:
        if claim in kept:
            aside |= _set_aside(raw, losers, claim.decision)
            ledger.applied(claim, f"{claim.decision.subject}采用“{claim.decision.decided.text}”（{claim.before}）")
    again = adopt(raw[~aside], dictionary)
    facts = pd.concat([again.facts, raw[aside]]).sort_index()
    return Adoption(facts, again.findings, fact_rows(facts))


def _choices(decision: Decision, clashing: pd.DataFrame, ledger: Ledger) -> Iterator[tuple[Claim, pd.DataFrame]]:
    """For each department of a decision the claim, and the conflicting facts outside the file it takes."""
    for_all, clashes = plain(decision.department) == EVERYONE, False
    for who in ledger.whom(decision):
        about = clashing[(clashing["department"] == who) & (clashing["form_year"] == decision.year)]
        wanted = label(decision.subject)
        names = zip(about["form"], about["field"], strict=True)
        rows = about[np.array([wanted in map(label, pair) for pair in names], dtype=bool)]
        now = conflict_text(rows["field"].tolist(), rows["raw"].tolist())
        if rows.empty or plain(decision.was.text) not in {plain(word) for word in (now, _CONFLICT, "")}:
            if rows.empty and for_all:
                continue
            clashes = True
            ledger.outdated(decision, who, "没有冲突" if rows.empty else now)
            continue
        clashes = True
        taken = [named(decision.decided.text, *at) for at in zip(rows["file"], rows["sheet"], strict=True)]
        left = rows[taken]
        if left.empty or left.groupby(["field", "year"])["value"].nunique().max() > 1:
            files = "、".join(dict.fromkeys(f"{f}!{s}" for f, s in zip(rows["file"], rows["sheet"], strict=True)))
            why = "里没有这些数" if left.empty else "里仍有不同的数"
            ledger.refuse(decision, f"“{decision.decided.text}”{why}；冲突的是 {files}", who)
            continue
        items = frozenset(
            "\0".join(map(str, key)) for key in zip(rows["form"], rows["field"], rows["year"], strict=True)
        )
        yield Claim(decision, who, items, now), rows[[not one for one in taken]]
    if for_all and not clashes:
        ledger.idle(decision, "", f"没有一个部门的“{decision.subject}”有冲突")


def named(text: str, file: str, sheet: str) -> bool:
    """Whether a text names a file (by its path, the end of it, or 文件!工作表)."""
    said, sheet_said = text.strip().rsplit("!", 1) if "!" in text else (text.strip(), sheet)
    return (file == said or file.endswith(f"/{said}")) and sheet_said == sheet


def conflict_text(fields: Sequence[str], raws: Sequence[str]) -> str:
    """原值 of a conflict: the fields with their different 原文; a digest stands for those beyond the first few."""
    numbers: dict[str, dict[str, None]] = {}
    for name, raw in zip(fields, raws, strict=True):
        numbers.setdefault(name, {})[raw.strip()] = None
    said = [f"{name} {'／'.join(shown)}" for name, shown in numbers.items()]
    if len(said) > _MOST_NAMED:
        digest = hashlib.sha256("；".join(said).encode()).hexdigest()[:8]
        said = [*said[:_MOST_NAMED], f"等 {len(numbers)} 项（校验 {digest}）"]
    return f"{_CONFLICT}：{'；'.join(said)}"


def _set_aside(raw: pd.DataFrame, losers: pd.DataFrame, decision: Decision) -> "pd.Series[bool]":
    """The facts of the tables that lost: the field the decision speaks of, else all of the form."""
    keys = ["department", "form", "form_year", "file", "sheet"]
    if label(decision.subject) not in {label(form) for form in losers["form"]}:
        keys.append("field")
    lost = set(losers[keys].itertuples(index=False, name=None))
    return pd.Series([row in lost for row in raw[keys].itertuples(index=False, name=None)], index=raw.index)


def corrected(inputs: Inputs, ledger: Ledger, scheme: Scheme) -> Inputs:
    """The inputs with every 更正数据 and 不适用 of a field in the place of what the forms say."""
    desk = _Desk(inputs, scheme)
    claims = []
    for decision in ledger.of(Kind.CORRECT, Kind.NOT_APPLICABLE):
        if decision.kind is Kind.NOT_APPLICABLE and desk.is_indicator(decision.subject):
            continue  # decided after scoring
        name = desk.field(decision.subject)
        if why := desk.refusal(name, decision):
            ledger.refuse(decision, why)
            continue
        wanted = Input(name, (decision.year or inputs.year) - inputs.year)
        was = desk.reading(name, decision.was.number)
        claims += ledger.match(decision, f"{name}\0{decision.year}", was, partial(desk.standing, wanted))
    kept = ledger.uncontested(claims)
    if not kept:
        return inputs
    rows = [desk.fact(claim) for claim in kept]
    for claim, row in zip(kept, rows, strict=True):
        now = str(row.state) if claim.decision.kind is Kind.NOT_APPLICABLE else shortest(row.value)
        ledger.applied(claim, f"{row.field}（{row.year}年）{claim.before} → {now}")
    keys = {(row.department, row.year, row.field) for row in rows}
    facts = inputs.facts.copy()
    about = zip(facts["department"], facts["year"], facts["field"], strict=True)
    facts.loc[[key in keys for key in about], "adopted"] = False
    made = pd.DataFrame(rows, columns=list(FACT_COLUMNS)).astype(facts.dtypes.to_dict())
    joined = pd.concat([made, facts]).sort_values("department", kind="stable", ignore_index=True)
    return Inputs(joined, inputs.departments, inputs.year, inputs.derivations)


class _Desk:
    """Looks up what a decision about a field speaks of."""

    def __init__(self, inputs: Inputs, scheme: Scheme) -> None:
        self.inputs, self.scheme, self.dictionary = inputs, scheme, inputs.derivations.dictionary
        self.known = [*self.dictionary.fields, *(rule.name + SELF_SCORE for rule in scheme.rules)]

    def is_indicator(self, subject: str) -> bool:
        """Whether a subject names an indicator of the scheme."""
        return any(label(subject) in rule.labels for rule in self.scheme.rules)

    def field(self, subject: str) -> str:
        """The field of a name, "" where there is none."""
        exact = [name for name in self.known if name == subject]
        alike = exact or [name for name in self.known if label(name) == label(subject)]
        return alike[0] if len(alike) == 1 else ""

    def refusal(self, name: str, decision: Decision) -> str:
        """Why a field cannot be decided so, "" where it can."""
        if not name:
            close = nearest(decision.subject, self.known)
            return f"“{decision.subject}”不在数据字典中" + (f"，是否为“{close}”？" if close else "")
        if formulas := self.inputs.derivations.formulas.get(name):
            return f"“{name}”是推算的（{formulas[0].text}），请更正所用的字段"
        if name in self.dictionary and self.dictionary[name].repeats:
            return f"“{name}”由几行相加，不能用一个数更正，请部门重新报送"
        if decision.kind is Kind.CORRECT:
            number = self.reading(name, decision.decided.number)
            if number.state not in USABLE:
                return f"认定值“{decision.decided.text}”{number.reason or '不是数字'}"
        return ""

    def reading(self, name: str, number: Number) -> Number:
        """A cell's number in the field's own unit."""
        if number.state not in USABLE:
            return number
        if name in self.dictionary:
            return in_field_unit(number, self.dictionary[name], "", "")
        return number if number.unit in ("", "分") else Number(NAN, State.UNREADABLE, reason="得分不应带单位")

    def standing(self, wanted: Input, who: str) -> Standing:
        """What the forms give for a field of a department."""
        position = self.inputs.departments.index(who)
        value = float(self.inputs.column(wanted)[position])
        gaps = self.inputs.missing(wanted, position)
        if not gaps:
            return Standing(value, shortest(value))
        reason = gaps[0].reason
        rows = self.inputs.about(wanted, position)
        words = {reason, *(str(row.state) for row in rows)}
        if reason in _NOTHING:
            words |= NO_VALUE
        return Standing(value, reason, frozenset(words), dash=reason == REASONS[State.DASH])

    def fact(self, claim: Claim) -> FactRow:
        """The fact that a decision makes, pointing at its cell."""
        decision, at = claim.decision, claim.decision.place
        name = self.field(decision.subject)
        year = decision.year or self.inputs.year
        unit = self.dictionary[name].unit if name in self.dictionary else FieldKind.SCORE.unit
        correct = decision.kind is Kind.CORRECT
        value = self.reading(name, decision.decided.number).value if correct else NAN
        state = State.CORRECTED if correct else State.DASH
        text = decision.decided.text if correct else str(Kind.NOT_APPLICABLE)
        return FactRow(
            claim.department, year, name, value, unit, state, correct, text, SHEET, "", at.file, at.sheet, at.cell, year
        )
