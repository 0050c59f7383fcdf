"""The facts frame: one row is one number from one cell; which of several facts is adopted, and what contradicts it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TypeAlias

import numpy as np
import pandas as pd

from converter.mapping.departments import Submission
from converter.mapping.facts import WEIGHT, Document
from converter.mapping.fields import Dictionary
from converter.mapping.named import NO
from converter.scoring.factrows import FactRow
from converter.vocabulary.findings import Finding, finding
from converter.vocabulary.numbers import NAN, USABLE, State, shortest

FACT_COLUMNS = FactRow._fields
#: Two sources of one amount may differ by their rounding to 0.01 万元.
MONEY_TOLERANCE = 0.01 + 1e-9
#: So many of the differences between two copies of a table are told in one finding.
_MOST_NAMED = 5


def facts_frame(used: Sequence[tuple[Submission, list[Document]]]) -> pd.DataFrame:
    """All facts of the documents in scope, in a fixed order, none adopted yet."""
    columns: dict[str, list[object]] = {name: [] for name in FACT_COLUMNS}
    for submission, documents in used:
        for document in documents:
            if document.facts:
                for column, own in zip(columns.values(), _columns(submission.department, document), strict=True):
                    column.extend(own)
    return _framed(columns)


def frame_of(rows: Sequence[FactRow]) -> pd.DataFrame:
    """Rows as a frame."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(FACT_COLUMNS)
    return _framed(dict(zip(FACT_COLUMNS, columns, strict=True)))


def _framed(columns: Mapping[str, Sequence[object]]) -> pd.DataFrame:
    return typed(columns, {"year": "int64", "form_year": "int64", "value": "float64", "adopted": "bool"})


def typed(columns: Mapping[str, Sequence[object]], kinds: Mapping[str, str]) -> pd.DataFrame:
    """Columns as a frame, each of its kind, those that `kinds` does not name of objects: pandas looks for no kind, and
    changes none (`astype`), which is dear for a frame of few rows.
    """
    frame = pd.DataFrame(columns, dtype=object)
    for name, kind in kinds.items():
        frame[name] = np.array(columns[name], dtype=kind)
    return frame


def _columns(department: str, document: Document) -> tuple[Sequence[object], ...]:
    """The facts of a document as columns of the frame."""
    years, fields, values, units, states, raws, forms, scopes, places = zip(*document.facts, strict=True)
    count, year = len(years), document.year or 0
    return (
        [department] * count, [year if one is None else one for one in years], fields, values, units, states,
        [False] * count, raws, forms, scopes, *zip(*places, strict=True), [year] * count,
    )  # fmt: skip


def joined(facts: pd.DataFrame, rows: Sequence[FactRow]) -> pd.DataFrame:
    """The frame with more rows behind it."""
    if not rows:
        return facts
    return pd.concat([facts, pd.DataFrame(list(rows), columns=list(FACT_COLUMNS))], ignore_index=True)


def fact_rows(facts: pd.DataFrame) -> list[FactRow]:
    """The rows of a facts frame."""
    columns = (facts[name].to_numpy(dtype=object).tolist() for name in FACT_COLUMNS)
    return list(map(_fact_row, zip(*columns, strict=True)))


#: FactRow._make without its check of the length, which takes as long again.
_fact_row: Callable[[tuple[object, ...]], FactRow] = partial(tuple.__new__, FactRow)


@dataclass
class Adoption:
    """The facts with `adopted` and conflicts settled, as a frame and as its rows, and the findings about facts that contradict
    each other.
    """

    facts: pd.DataFrame
    findings: list[Finding]
    rows: list[FactRow]


def adopt(facts: pd.DataFrame, dictionary: Dictionary) -> Adoption:
    """Adopts for each department, year and field the first source that has a number (fields.yaml's order, then the
    newest form). One form that gives two different numbers is a conflict: neither is adopted.
    """
    rows = fact_rows(facts)
    repeats = {name for name in {row.field for row in rows} if _repeats(name, dictionary)}
    findings = _settle_conflicts(rows, repeats)
    best: dict[_Key, FactRow] = {}
    taken, others = [], []
    for at in _by_rank(rows, dictionary):
        row = rows[at]
        first = best.setdefault(_key(row), row)
        if first is not row:
            others.append(row)
        if first is row or (row.field in repeats and _source(row) == _source(first)):
            taken.append(at)
    settled = bool(findings)
    findings += _disagreements(others, best, repeats) + _denied(rows, best)
    for at in taken:
        row = rows[at]
        rows[at] = _fact_row(row[:_ADOPTED] + _TAKEN + row[_ADOPTED + 1 :])
    adopted = np.zeros(len(rows), dtype=bool)
    adopted[taken] = True
    made = (facts if tuple(facts.columns) == FACT_COLUMNS else facts[list(FACT_COLUMNS)]).assign(adopted=adopted)
    if settled:
        made = made.assign(state=[row.state for row in rows], value=[row.value for row in rows])
    return Adoption(made, findings, rows)


_Key: TypeAlias = tuple[str, int, str]


_key: Callable[[FactRow], _Key] = attrgetter("department", "year", "field")
_source: Callable[[FactRow], tuple[str, str, str]] = attrgetter("form", "file", "sheet")
#: What tells a number from every other of one form.
_of_form: Callable[[FactRow], tuple[object, ...]] = attrgetter("department", "year", "field", "form", "form_year")
_ADOPTED, _TAKEN = FACT_COLUMNS.index("adopted"), (True,)


def _by_rank(rows: Sequence[FactRow], dictionary: Dictionary) -> list[int]:
    """The positions of the numbers, the preferred source first, then the newest form."""
    ranked: dict[tuple[int, int], list[int]] = {}
    ranks: dict[tuple[str, str, int], list[int]] = {}
    for at, row in enumerate(rows):
        if row.state in USABLE:
            source = row.field, row.form, row.form_year
            if source not in ranks:
                rank = _rank(row.field, row.form, dictionary), -row.form_year
                ranks[source] = ranked.setdefault(rank, [])
            ranks[source].append(at)
    return [at for _, places in sorted(ranked.items()) for at in places]


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
            before = first.setdefault(key, sheet)
            taken = before is sheet or (before == sheet and _repeats(row.field, dictionary))
        made.append(row if row.adopted == taken else row._replace(adopted=taken))
    return made


def _repeats(name: str, dictionary: Dictionary) -> bool:
    return name.endswith(WEIGHT) or (name in dictionary and dictionary[name].repeats)


def _rank(name: str, form: str, dictionary: Dictionary) -> int:
    sources = dictionary[name].sources if name in dictionary else ()
    return sources.index(form) if form in sources else len(sources)


def _settle_conflicts(rows: list[FactRow], repeats: Collection[str]) -> list[Finding]:
    """Marks facts of one form and field that differ as 冲突, in place."""
    firsts: dict[tuple[object, ...], int] = {}
    groups: dict[int, list[int]] = {}
    for at, row in enumerate(rows):
        if row.state in USABLE and row.field not in repeats:
            before = firsts.setdefault(_of_form(row), at)
            if before != at:
                groups.setdefault(before, [before]).append(at)
    pairs = []
    for _, places in sorted(groups.items()):
        first = rows[places[0]]
        others = [rows[at] for at in places if rows[at].value != first.value]
        if others:
            pairs.append((first, others[0]))
            for at in places:
                rows[at] = rows[at]._replace(state=State.CONFLICT, value=NAN)
    return _conflicts(pairs)


def _conflicts(pairs: Sequence[tuple[FactRow, FactRow]]) -> list[Finding]:
    """A finding for each pair of cells; one for all that differ between two tables where a table was sent twice."""
    tables: dict[tuple[str, ...], list[tuple[FactRow, FactRow]]] = {}
    for one, other in pairs:
        sheets = [f"{row.file}!{row.sheet}" for row in (one, other)]
        alone = one.field if sheets[0] == sheets[1] else ""
        tables.setdefault((one.department, one.form, *sheets, alone), []).append((one, other))
    findings = []
    for (_, form, first, second, _), differing in tables.items():
        said = [f"{a.field}（{a.year}年）{_at(a)} 与 {_at(b)} 不同" for a, b in differing]
        if len(said) == 1:
            findings.append(_about("D04", said[0], differing[0][0]))
            continue
        more = f"；等 {len(said)} 项" if len(said) > _MOST_NAMED else ""
        message = f"{form}报送了两次，“{first}”与“{second}”的数不同：{'；'.join(said[:_MOST_NAMED])}{more}"
        findings.append(_about("D04", message, differing[0][0])._replace(subject=form))
    return findings


def _disagreements(others: Iterable[FactRow], best: Mapping[_Key, FactRow], repeats: Collection[str]) -> list[Finding]:
    """Facts of another source that differ from the adopted one by more than rounding."""
    findings = []
    for row in others:
        taken = best[_key(row)]
        if (row.form, row.form_year) == (taken.form, taken.form_year) or row.field in repeats:
            continue
        if abs(row.value - taken.value) > (MONEY_TOLERANCE if row.unit == "万元" else 1e-9):
            message = f"{row.field}（{row.year}年）采用 {_at(taken)}，另一处 {_at(row)}"
            findings.append(_about("D05", message, row))
    return findings


def _denied(rows: Iterable[FactRow], best: Mapping[_Key, FactRow]) -> list[Finding]:
    """Figures that are there although a question (是否涉及…) was answered with no."""
    findings = []
    for row in rows:
        if row.state == State.DASH and row.raw == NO and (taken := best.get(_key(row))):
            message = f"{row.field}（{row.year}年）采用 {_at(taken)}，另一处（{row.place}）填“{NO}”，申明不涉及"
            findings.append(_about("D05", message, row))
    return findings


def _at(row: FactRow) -> str:
    return f"{shortest(row.value)}（{row.place}）"


def _about(code: str, message: str, row: FactRow) -> Finding:
    return finding(code, message, department=row.department, year=row.year, subject=row.field, place=row.place)
