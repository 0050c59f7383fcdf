"""Last year's output as a source: the adopted numbers of its own year, placed in its facts.csv (--prior)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from converter.mapping.fields import Dictionary
from converter.mapping.roster import Roster
from converter.scoring.factrows import FactRow
from converter.vocabulary.findings import Place, RunError
from converter.vocabulary.numbers import USABLE, State

#: Behind the name of a form whose numbers come from last year's output: such a form comes after every real one.
PRIOR_MARK = "（上年输出）"


class Prior(NamedTuple):
    """The facts of last year's output by the department's name there. `sha256` is that of its facts.csv."""

    shown: str
    year: int
    sha256: str
    facts: Mapping[str, Sequence[FactRow]]
    codes: Mapping[str, str]

    def fitted(self, departments: Sequence[str], roster: Roster) -> tuple[list[FactRow], list[str]]:
        """The facts under this year's names, and the departments of last year that none of this year's is.

        A department is known by its name, else by the list's code or any name the list gives it.
        """
        known = set(departments)
        listed = {entry.code: entry.name for entry in roster.entries if entry.code}
        rows: list[FactRow] = []
        lost = []
        for name, facts in self.facts.items():
            entry = roster.named(name)
            names = (name, listed.get(self.codes.get(name, ""), ""), entry.name if entry else "")
            now = next((one for one in names if one in known), None)
            if now is None:
                lost.append(name)
            else:
                rows += [fact._replace(department=now) for fact in facts]
        return rows, sorted(lost)


def read_prior(
    records: Sequence[Mapping[str, str]], dictionary: Dictionary, shown: str, year: int, sha256: str
) -> Prior:
    """The adopted numbers of an output's own year from the rows of its facts.csv (by head, from its second line).

    Raises RunError R17 for a number that is none: the file was changed.
    """
    facts: dict[str, list[FactRow]] = {}
    codes: dict[str, str] = {}
    for line, record in enumerate(records, start=2):
        facts.setdefault(record["部门"], [])
        codes[record["部门"]] = record["部门编码"]
        state = record["状态"]
        usable = state in USABLE and state != State.DERIVED
        if record["采用"] == "是" and usable and record["年度"] == str(year) and record["字段"] in dictionary:
            facts[record["部门"]].append(_fact(record, shown, line, year))
    return Prior(shown, year, sha256, facts, codes)


def _fact(record: Mapping[str, str], shown: str, line: int, year: int) -> FactRow:
    file, cell = f"{shown}/facts.csv", f"{line}"
    try:
        value = float(record["数值"])
    except ValueError as error:
        raise RunError("R17", "上年输出里有一个数读不出来", "请用没有改动过的输出", Place(file, "", cell)) from error
    form = record["表单"] + PRIOR_MARK
    head = (record["部门"], year, record["字段"], value, record["单位"], State(record["状态"]), False, record["原文"])
    return FactRow(*head, form, record["资金口径"], file, "", cell, year)
