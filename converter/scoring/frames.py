"""The facts frame: one row is one number from one cell; which of several facts is adopted, and what contradicts it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from converter.mapping.departments import Submission
from converter.mapping.facts import WEIGHT, Document
from converter.mapping.fields import Dictionary
from converter.mapping.named import NO
from converter.vocabulary.findings import Finding, Place, finding
from converter.vocabulary.numbers import NAN, USABLE, State, convert, read_text, shortest


class FactRow(NamedTuple):
    """A row of the facts frame. `form_year` is the year of the form a fact stands in (2019's form also gives 2018)."""

    department: str
    year: int
    field: str
    value: float
    unit: str
    state: State
    adopted: bool
    raw: str
    form: str
    scope: str
    file: str
    sheet: str
    cell: str
    form_year: int

    @property
    def place(self) -> Place:
        """Where the number stands."""
        return _placed(self.file, self.sheet, self.cell)

    @property
    def in_yuan(self) -> bool:
        """Whether its cell gives an amount in 元, unrounded: 原文 is 10,000 times the value (万元)."""
        return _in_yuan(self.raw, self.value)


_placed = lru_cache(maxsize=1 << 16)(Place)


@lru_cache(maxsize=1 << 16)
def _in_yuan(raw: str, value: float) -> bool:
    number = read_text(raw)
    return number.unit in ("", "元") and convert(number.value, "元", "万元") == value


FACT_COLUMNS = FactRow._fields
#: Two sources of one amount may differ by their rounding to 0.01 万元.
MONEY_TOLERANCE = 0.01 + 1e-9
#: So many of the differences between two copies of a table are told in one finding.
_MOST_NAMED = 5


def facts_frame(used: Sequence[tuple[Submission, list[Document]]]) -> pd.DataFrame:
    """All facts of the documents in scope, in a fixed order, none adopted yet."""
    rows = [
        FactRow(
            submission.department,
            fact.year if fact.year is not None else document.year or 0,
            fact.field,
            fact.value,
            fact.unit,
            fact.state,
            False,
            fact.raw,
            fact.form,
            fact.scope,
            fact.place.file,
            fact.place.sheet,
            fact.place.cell,
            document.year or 0,
        )
        for submission, documents in used
        for document in documents
        for fact in document.facts
    ]
    frame = pd.DataFrame(rows, columns=list(FACT_COLUMNS))
    return frame.astype({"year": "int64", "form_year": "int64", "value": "float64", "adopted": "bool"})


def joined(facts: pd.DataFrame, rows: Sequence[FactRow]) -> pd.DataFrame:
    """The frame with more rows behind it."""
    if not rows:
        return facts
    return pd.concat([facts, pd.DataFrame(list(rows), columns=list(FACT_COLUMNS))], ignore_index=True)


def fact_rows(facts: pd.DataFrame) -> list[FactRow]:
    """The rows of a facts frame."""
    columns = (facts[name].to_numpy(dtype=object).tolist() for name in FACT_COLUMNS)
    return list(map(FactRow._make, zip(*columns, strict=True)))


@dataclass
class Adoption:
    """The facts with `adopted` and conflicts settled, and the findings about facts that contradict each other."""

    facts: pd.DataFrame
    findings: list[Finding]


def adopt(facts: pd.DataFrame, dictionary: Dictionary) -> Adoption:
    """Adopts for each department, year and field the first source that has a number (fields.yaml's order, then the
    newest form). One form that gives two different numbers is a conflict: neither is adopted.
    """
    frame = facts.copy()
    repeats = frame["field"].map(lambda name: _repeats(name, dictionary)).astype(bool)
    frame["usable"] = frame["state"].isin(list(USABLE))
    findings = _settle_conflicts(frame, repeats)
    frame["rank"] = [_rank(name, form, dictionary) for name, form in zip(frame["field"], frame["form"], strict=True)]
    ordered = frame[frame["usable"]].sort_values(["rank", "form_year"], ascending=[True, False], kind="stable")
    key = ["department", "year", "field"]
    first = ordered.drop_duplicates(key)
    frame.loc[first.index, "adopted"] = True
    best = first.set_index(key)
    chosen = best.reindex(pd.MultiIndex.from_frame(ordered[key]))
    same_source = [ordered[c].to_numpy() == chosen[c].to_numpy() for c in ("form", "file", "sheet")]
    also = ordered.index[repeats[ordered.index].to_numpy() & np.logical_and.reduce(same_source)]
    frame.loc[also, "adopted"] = True
    findings += _disagreements(ordered, chosen, repeats, dictionary)
    findings += _denied(frame, best)
    return Adoption(frame[list(FACT_COLUMNS)], findings)


def adopt_form(rows: Sequence[FactRow], dictionary: Dictionary) -> list[FactRow]:
    """The facts of one form of one year, conflicts settled before, with all its numbers adopted: each once where the
    form came twice with the same numbers, listed rows from one sheet only.
    """
    first: dict[tuple[str, int, str], tuple[str, str]] = {}
    made = []
    for row in rows:
        taken = False
        if row.state in USABLE:
            key, sheet = (row.department, row.year, row.field), (row.file, row.sheet)
            taken = key not in first or (first[key] == sheet and _repeats(row.field, dictionary))
            first.setdefault(key, sheet)
        made.append(row if row.adopted == taken else row._replace(adopted=taken))
    return made


def _repeats(name: str, dictionary: Dictionary) -> bool:
    return name.endswith(WEIGHT) or (name in dictionary and dictionary[name].repeats)


def _rank(name: str, form: str, dictionary: Dictionary) -> int:
    sources = dictionary[name].sources if name in dictionary else ()
    return sources.index(form) if form in sources else len(sources)


def _settle_conflicts(frame: pd.DataFrame, repeats: pd.Series) -> list[Finding]:
    """Marks facts of one form and field that differ as 冲突, in place."""
    key = ["department", "year", "field", "form", "form_year"]
    candidates = frame[frame["usable"] & ~repeats]
    different = candidates.groupby(key, sort=False)["value"].transform("nunique") > 1
    clashing = candidates[different]
    pairs = []
    for _, rows in clashing.groupby(key, sort=False):
        one, other = rows.iloc[0], rows[rows["value"] != rows.iloc[0]["value"]].iloc[0]
        pairs.append((one, other))
    frame.loc[clashing.index, "state"] = State.CONFLICT
    frame.loc[clashing.index, "value"] = NAN
    frame.loc[clashing.index, "usable"] = False
    return _conflicts(pairs)


def _conflicts(pairs: Sequence[tuple[pd.Series, pd.Series]]) -> list[Finding]:
    """A finding for each pair of cells; one for all that differ between two tables where a table was sent twice."""
    tables: dict[tuple[str, ...], list[tuple[pd.Series, pd.Series]]] = {}
    for one, other in pairs:
        sheets = [f"{row['file']}!{row['sheet']}" for row in (one, other)]
        alone = one["field"] if sheets[0] == sheets[1] else ""
        tables.setdefault((one["department"], one["form"], *sheets, alone), []).append((one, other))
    findings = []
    for (_, form, first, second, _), differing in tables.items():
        said = [f"{a['field']}（{a['year']}年）{_at(a)} 与 {_at(b)} 不同" for a, b in differing]
        if len(said) == 1:
            findings.append(_about("D04", said[0], differing[0][0]))
            continue
        more = f"；等 {len(said)} 项" if len(said) > _MOST_NAMED else ""
        message = f"{form}报送了两次，“{first}”与“{second}”的数不同：{'；'.join(said[:_MOST_NAMED])}{more}"
        findings.append(replace(_about("D04", message, differing[0][0]), subject=form))
    return findings


def _disagreements(
    ordered: pd.DataFrame, chosen: pd.DataFrame, repeats: pd.Series, dictionary: Dictionary
) -> list[Finding]:
    """Facts of another source that differ from the adopted one by more than rounding."""
    gap = np.abs(ordered["value"].to_numpy() - chosen["value"].to_numpy())
    money = ordered["unit"].to_numpy() == "万元"
    other = ordered["form"].to_numpy() != chosen["form"].to_numpy()
    other |= ordered["form_year"].to_numpy() != chosen["form_year"].to_numpy()
    differs = other & (gap > np.where(money, MONEY_TOLERANCE, 1e-9)) & ~repeats[ordered.index].to_numpy()
    findings = []
    for position in np.flatnonzero(differs):
        row, best = ordered.iloc[position], chosen.iloc[position]
        message = f"{row['field']}（{row['year']}年）采用 {_at(best)}，另一处 {_at(row)}"
        findings.append(_about("D05", message, row))
    return findings


def _denied(frame: pd.DataFrame, best: pd.DataFrame) -> list[Finding]:
    """Figures that are there although a question (是否涉及…) was answered with no."""
    denied = frame[(frame["state"] == State.DASH) & (frame["raw"] == NO)]
    chosen = best.reindex(pd.MultiIndex.from_frame(denied[["department", "year", "field"]]))
    findings = []
    for position in np.flatnonzero(chosen["value"].notna()):
        row, other = denied.iloc[position], chosen.iloc[position]
        message = f"{row['field']}（{row['year']}年）采用 {_at(other)}，另一处（{_place(row)}）填“{NO}”，申明不涉及"
        findings.append(_about("D05", message, row))
    return findings


def _at(row: pd.Series) -> str:
    return f"{shortest(row['value'])}（{_place(row)}）"


def _place(row: pd.Series) -> Place:
    return Place(row["file"], row["sheet"], row["cell"])


def _about(code: str, message: str, row: pd.Series) -> Finding:
    department, year = str(row["department"]), int(row["year"])
    return finding(code, message, department=department, year=year, subject=str(row["field"]), place=_place(row))
