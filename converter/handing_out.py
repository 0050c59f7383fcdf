"""The forms of `jixiao template`: which scheme they are made for, and last year's figures put in for each department."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from converter.books.form_book import basic_data_form, indicators_form
from converter.books.form_plan import Taken
from converter.books.overview import book_names
from converter.books.readback import Output, Record
from converter.lastyear import last_output
from converter.mapping.library import Library
from converter.scoring.checks import load_checks
from converter.scoring.choosing import choice
from converter.scoring.derivations import Derivations
from converter.scoring.expressions import Input
from converter.scoring.schemes import Scheme
from converter.scoring.shelf import Shelved, load_schemes
from converter.vocabulary.findings import ConfigurationError, Place, RunError
from converter.vocabulary.labels import nearest
from converter.vocabulary.numbers import USABLE, State


@dataclass(frozen=True)
class Asked:
    """What the command line says about the scheme; `prior` is last year's output."""

    region: str | None = None
    year: int | None = None
    kind: str = ""
    mappings: Path | None = None
    prior: Path | None = None


class Forms:
    """Makes the forms. Raises ConfigurationError C10 where no one scheme fits, RunError R03 where the year is not plain."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.library = Library(asked.mappings)
        self.checks, self.derivations = load_checks(self.library), Derivations(self.library.dictionary)
        self._shelf = load_schemes(self.library)
        self._prior = Output(asked.prior) if asked.prior else None

    @cached_property
    def year(self) -> int:
        """The 数据年度: as asked, the one behind last year's output, or the only one for which there is a scheme."""
        if self.asked.year is not None:
            return self.asked.year
        if self._prior is not None:
            return int(self._prior.manifest["year"]) + 1
        years = sorted({one.scheme.file.year for one in self._shelf if self._in_region(one)})
        if len(years) != 1:
            known = "、".join(map(str, years)) or "无"
            raise RunError("R03", f"没有指明数据年度，该地区有方案的年度：{known}", "请用 --year 指明，如 --year 2019")
        return years[0]

    def _in_region(self, one: Shelved) -> bool:
        code = self._region
        return code.startswith(one.scheme.file.region.code) if code else one.own or not any(s.own for s in self._shelf)

    @property
    def _region(self) -> str | None:
        if self.asked.region is None and self._prior is not None:
            return str(self._prior.manifest["region"]["code"])
        return self.asked.region

    def scheme(self, kind: str = "") -> Scheme:
        """The scheme for departments of a 类别, chosen as `jixiao run` does: a built-in one only where it is asked for."""
        own = any(one.own and one.scheme.file.year == self.year for one in self._shelf)
        if self._region is None and not own:
            known = "、".join(one.scheme.name for one in self._shelf) or "无"
            advice = "请用 --region 指明区划代码，或用 --mappings 提供本地方案"
            raise ConfigurationError("C10", f"没有指明地区，不知道按哪个评分方案制表；现有方案：{known}", advice)
        return choice(self._shelf, self.year, self._region, (), kind or self.asked.kind).scheme

    def indicators(self) -> bytes:
        """The 指标表 alone."""
        return indicators_form(self.scheme())

    def basic_data(self) -> bytes:
        """The form for any department, nothing put in."""
        return basic_data_form(self.scheme(), self.derivations, self.checks)

    def of_departments(self, named: str = "") -> Iterator[tuple[str, bytes]]:
        """File name and form of every department of last year's output, or of the one `named`, with its figures put in.

        Raises RunError R08 or R17 for an output that cannot be used, R09 for a department that is not in it.
        """
        assert self._prior is not None
        last_output(self._prior.folder, self.library.dictionary, self.year)  # refuses one that was changed
        rows = {row["部门"]: row for row in self._prior.totals}
        if named and named not in rows:
            close = nearest(named, rows)
            advice = f"是否为“{close}”？" if close else "请核对部门名称"
            raise RunError("R09", f"上年输出里没有部门“{named}”", advice, Place(self._prior.folder.resolve().name))
        taken = self._figures()
        names = book_names(sorted(rows), self.year)
        for department in [named] if named else sorted(rows):
            scheme = self.scheme(rows[department]["类别"])
            content = basic_data_form(scheme, self.derivations, self.checks, taken.get(department, {}), department)
            yield names[department].rpartition("/")[2], content

    def _figures(self) -> Mapping[str, Mapping[Input, Taken]]:
        """Department → last year's adopted figures of its own year, each with its source."""
        assert self._prior is not None
        found: dict[str, dict[Input, Taken]] = {}
        for row in self._prior.facts:
            if row["采用"] == "是" and row["年度"] == str(self.year - 1) and _counts(row):
                figures = found.setdefault(row["部门"], {})
                figures.setdefault(Input(row["字段"], -1), Taken(float(row["数值"]), _source(row)))
        return found


def _counts(row: Record) -> bool:
    return row["状态"] in USABLE and row["状态"] != State.DERIVED


def _source(row: Record) -> str:
    return str(Place(row["文件"], row["工作表"], row["单元格"]))
