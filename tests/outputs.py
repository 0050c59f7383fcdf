"""OUT as a test reads it: plain csv, openpyxl and json, no code of the product."""

import csv
import json
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl

Record = dict[str, str]


class Out:
    """An OUT folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def manifest(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        return content

    def csv(self, name: str) -> list[Record]:
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    @cached_property
    def scores(self) -> list[Record]:
        return self.csv("scores.csv")

    @cached_property
    def facts(self) -> list[Record]:
        return self.csv("facts.csv")

    @cached_property
    def findings(self) -> list[Record]:
        return self.csv("findings.csv")

    @cached_property
    def totals(self) -> list[Record]:
        return self.sheet("汇总", "名次")

    def sheet(self, name: str, first_head: str) -> list[Record]:
        """The rows of a sheet of the summary workbook, under the first row whose first cell is the first head."""
        path = next(self.folder.glob("评分汇总_*.xlsx"))
        rows = list(openpyxl.load_workbook(path, data_only=True)[name].iter_rows(values_only=True))
        start = next(i for i, row in enumerate(rows) if row[0] == first_head)
        heads = [str(head) for head in rows[start]]
        return [dict(zip(heads, map(_text, row), strict=True)) for row in rows[start + 1 :]]

    def total(self, department: str) -> Record:
        return next(row for row in self.totals if row["部门"] == department)

    def score(self, department: str, indicator: str) -> Record:
        return next(row for row in self.scores if row["部门"] == department and row["三级指标"] == indicator)

    def fact(self, department: str, field: str, year: int = 2019) -> Record:
        rows = [r for r in self.facts if (r["部门"], r["字段"], r["年度"]) == (department, field, str(year))]
        return next((r for r in rows if r["采用"] == "是"), rows[0])

    def codes(self, department: str) -> set[str]:
        return {row["代码"] for row in self.findings if row["部门"] == department}


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
