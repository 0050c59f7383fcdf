"""The workbooks of departments: which lie in OUT as they would be written, which are to be written, and the formulas of all."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from converter.gathering import Gathered
from converter.marks import book_mark
from converter.reuse import Book
from converter.scratch import Kept
from converter.tasks import Writing, Written


class Left(NamedTuple):
    """A workbook that stays where it lies in OUT."""

    name: str
    sha256: str


def places(output: Path, names: Mapping[str, str]) -> dict[str, str]:
    """Where each department's workbook lies in OUT, or will lie."""
    return {who: os.path.join(output, name) for who, name in names.items()}  # noqa: PTH118  # of thousands


@dataclass
class Books:
    """The workbooks of a run: `names` by department, `materials` what each is made of (converter.marks)."""

    gathered: Gathered
    names: Mapping[str, str]
    materials: Mapping[str, str]
    output: Path
    _formulas: dict[str, tuple[Kept, list[str]]] = field(default_factory=dict)

    @cached_property
    def _findings(self) -> dict[str, str]:
        """The digest of each department's 问题清单, where it has one."""
        return {who: digest for told in self.gathered.told for who, digest in told.digests.items()}

    @cached_property
    def _whose(self) -> dict[str, str]:
        return {name: who for who, name in self.names.items()}

    def left(self) -> list[Left]:
        """The workbooks that lie in OUT as they would be written."""
        reuse = self.gathered.scoring.reuse
        if reuse is None:
            return []
        found = [*reuse.books(places(self.output, self.names), self._findings)]
        left = [(self.names[who], book) for who, book in found if self._has_formulas(book)]
        for name, book in left:
            self._formulas[book.formulas][1].append(name)
        return [Left(name, book.sha256) for name, book in left]

    def _has_formulas(self, book: Book) -> bool:
        """Whether the formulas of a workbook are known, without which run.json could not tell them."""
        reuse = self.gathered.scoring.reuse
        if book.formulas not in self._formulas and reuse is not None and (kept := reuse.formulas(book.formulas)):
            self._formulas[book.formulas] = (kept, [])
        return book.formulas in self._formulas

    def writings(self, left: Collection[str]) -> list[Writing]:
        """The workbooks to be written but for those that are `left`, a few by each task."""
        wanted = {who for who, name in self.names.items() if name not in left}
        there = {who for departments, _ in self.gathered.books for who in departments}
        again = self.gathered.scoring.books_of(wanted - there) if wanted - there else []
        where = {who: told.for_departments for told in self.gathered.told for who in told.digests}
        writings = []
        for departments, kept in (*self.gathered.books, *again):
            own = [who for who in departments if who in wanted]
            wanted -= set(own)
            if own:
                findings = list(dict.fromkeys(where[who] for who in own if who in where))
                names, marks = {who: self.names[who] for who in own}, {who: self._mark(who) for who in own}
                writings.append(Writing(self.gathered.scratch, kept, findings, names, marks))
        return writings

    def _mark(self, who: str) -> str:
        return book_mark(self.materials[who], self._findings.get(who, ""))

    def keep(self, written: Sequence[Written]) -> None:
        """Notes workbooks that were written, for run.json and for later runs."""
        for one in written:
            fresh = one.formulas not in self._formulas
            self._formulas.setdefault(one.formulas, (one.kept, []))[1].append(one.name)
            if reuse := self.gathered.scoring.reuse:
                formulas = self.gathered.scratch.load(one.kept) if fresh else None
                who = self._whose[one.name]
                reuse.keep_book(who, self._findings.get(who, ""), Book(one.sha256, one.formulas), formulas)

    def formulas(self) -> list[dict[str, Any]]:
        """What run.json keeps of the workbooks' formulas: those that are the same stand there once."""
        groups = sorted((sorted(names), kept) for kept, names in self._formulas.values() if names)
        return [{"books": names, "sheets": self.gathered.scratch.load(kept)} for names, kept in groups]
