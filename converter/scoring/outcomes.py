"""The checks frame (勾稽核对, checks.csv): a row for each comparison, and for each built-in check of each department."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from converter.scoring.checks import Audit, Checks, Outcome, code_of
from converter.vocabulary.findings import Finding, Owner
from converter.vocabulary.numbers import NAN

if TYPE_CHECKING:  # what compares needs pandas, what concludes a batch does not
    from converter.scoring.faults import Fault
    from converter.scoring.reconcile import Result

Row = tuple[object, ...]
#: Behind the CHECK_COLUMNS of a row: what tells the comparisons of one code from each other, this for built-in checks.
GROUP, BUILT_IN = "group", "~"


def check_rows(results: "Sequence[Result]", found: "Sequence[Fault]", audited: Iterable[Row]) -> list[Row]:
    """The rows as they were made, with their group: comparisons first, and of these one key behind the other."""
    first: dict[int, str] = {}
    for fault in found:
        codes = [code_of(result.key) for result in fault.results]
        for result in fault.results:
            others = sorted({code for code in codes if code != code_of(result.key)})
            first[id(result)] = f"与 {'、'.join(others)} 是同一个数引起的" if others else ""
    rows: list[Row] = [
        (*one.row(_reason(one, first) if one.outcome is Outcome.FAIL else ""), one.key) for one in results
    ]
    return rows + [(*row, BUILT_IN) for row in audited]


def _reason(result: "Result", first: Mapping[int, str]) -> str:
    if result.slipped or result.follows:
        return "相差一万倍，见 J14" if result.slipped else f"由 {result.follows} 引起"
    return first.get(id(result), "")


def distinct(rows: Iterable[Row]) -> Iterator[Row]:
    """Each of the rows once: one that is in several groups in the first of them."""
    seen: dict[Row, Row] = {}
    more: dict[Row, list[Row]] = {}
    for row in rows:
        key = _no_numbers(row)
        first = seen.setdefault(key, row)
        if first is not row:
            others = more.setdefault(key, [first])
            if any(_same(row[4:8], other[4:8]) for other in others):
                continue
            others.append(row)
        yield row


#: What is no number in a row: NaN is not equal to itself.
_no_numbers: Callable[[Row], Row] = itemgetter(0, 1, 2, 3, 8, 9)


def _same(one: Row, other: Row) -> bool:
    return all(a == b or (a != a and b != b) for a, b in zip(one, other, strict=True))


def audit_rows(
    checks: Checks,
    findings: Sequence[Finding],
    departments: Sequence[str],
    year: int,
    unrun: Mapping[tuple[str, str], str],
    codes: Collection[str],
) -> Iterator[Row]:
    """不符 where the check, or a code that speaks for it, found something; 未核对 for a reason given; else 通过.

    Only `codes` are asked. `unrun` holds reasons by code and department; the reason "" means that the department has no row.
    """
    for code, check in sorted((code, check) for code, check in checks.audit.items() if code in codes):
        told: dict[str, list[str]] = {}
        for item in findings:
            if item.code == code or item.code in check.told_by:
                told.setdefault(item.department, []).append(item.subject)
        for department in _asked(code, check, departments, told, unrun):
            outcome, reason = Outcome.AGREES, ""
            if department in told:
                outcome, reason = Outcome.FAIL, "、".join(dict.fromkeys(told[department]))
            elif (code, department) in unrun:
                outcome, reason = Outcome.NOT_RUN, unrun[code, department]
            if reason or outcome is not Outcome.NOT_RUN:
                yield code, department, year, check.title, NAN, NAN, NAN, NAN, str(outcome), reason


def _asked(
    code: str,
    check: Audit,
    departments: Sequence[str],
    told: Mapping[str, object],
    unrun: Mapping[tuple[str, str], str],
) -> list[str]:
    """The departments a check has rows for; "" for the scheme or the batch as a whole."""
    if check.once or check.owner is Owner.RULES or (code, "") in unrun:
        return list(told) or [""]
    return list(dict.fromkeys([*departments, *told]))
