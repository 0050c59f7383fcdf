"""The checks as data (mappings/checks.yaml): what each compares, its level and owner, and the words of 结果.

A key is a code of CHECKS.md, with a point and a number behind it where one code has several equations (K06.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Annotated, Literal

from pydantic import Field as Key

from converter.mapping.documents import Document, Ratio, Strict
from converter.mapping.fields import FieldKind
from converter.mapping.library import Library
from converter.scoring.expressions import ExpressionError, parse
from converter.vocabulary.findings import ConfigurationError, Finding, Level, Owner, Place
from converter.vocabulary.labels import nearest

#: Before a form's name: the form of the year before.
LAST_FORM = "上年"


class Check(Strict):
    """What every check says about itself."""

    title: str
    level: Level = Key(strict=False)
    owner: Owner = Key(strict=False)
    advice: str


class Reconciliation(Check):
    """Two formulas compared; see the head of mappings/checks.yaml for the keys."""

    left: str
    right: list[str] = Key(min_length=1)
    relation: Literal["equal", "at_most", "similar", "scale", "together"] = "equal"
    where: str = ""
    items: list[str] = Key([""], min_length=1)
    each: list[str] = Key([""], min_length=1)
    years: list[Literal["本年", "上年"]] = Key(["本年"], min_length=1)
    terms: int | None = Key(None, ge=1)
    printed: str = ""
    partial: bool = False
    scope: Literal["same", "any", "warn"] = "same"
    limit: Ratio | None = None
    factor: list[float] = Key([2000.0, 50000.0], min_length=2, max_length=2)
    undecided: str = ""

    def filled(self) -> Iterator[tuple[str, str]]:
        """Each 项目 with each 口径."""
        return iter(product(self.items, self.each))


class CellCheck(Check):
    """What every number of some kinds, or of some fields, must be."""

    test: Literal["not_negative", "whole", "positive"]
    where: list[str] = Key(min_length=1)
    kinds: list[Annotated[FieldKind, Key(strict=False)]] = []
    fields: list[str] = []


class Audit(Check):
    """A check that is built in. `settings` are its numbers; findings of the codes `told_by` say what it would say;
    `once` asks the batch as a whole.
    """

    settings: dict[str, float] = {}
    fields: list[str] = []
    told_by: list[str] = []
    once: bool = False


class ChecksFile(Strict):
    """mappings/checks.yaml."""

    reconcile: dict[str, Reconciliation] = {}
    cells: dict[str, CellCheck] = {}
    audit: dict[str, Audit] = {}


class Outcome(StrEnum):
    """结果 of one comparison."""

    AGREES = "通过"
    ROUNDING = "舍入误差内"
    FAIL = "不符"
    NOT_RUN = "未核对"


CHECK_COLUMNS = (
    "code", "department", "year", "what", "left", "right", "difference", "tolerance", "outcome", "reason",
)  # fmt: skip


@lru_cache(maxsize=1024)
def code_of(key: str) -> str:
    """The code of a check's key: K06 of K06.2."""
    return key.partition(".")[0]


def filled(text: str, item: str, basis: str) -> tuple[str, str]:
    """A side with 项目 and 口径 put in: the form before its `!` ("" without one), and the formula."""
    form, mark, formula = text.replace("{项目}", item).replace("{口径}", basis).rpartition("!")
    return (form.strip(), formula.strip()) if mark else ("", formula)


@dataclass(frozen=True)
class Checks:
    """All checks of the library."""

    reconcile: dict[str, Reconciliation]
    cells: dict[str, CellCheck]
    audit: dict[str, Audit]

    def of(self, key: str) -> Check:
        """The check of a key."""
        return self.audit.get(key) or self.cells.get(key) or self.reconcile[key]

    def finding(self, key: str, message: str, **details: object) -> Finding:
        """A finding of a check; level, owner and advice are the check's own unless given."""
        check = self.of(key)
        given = {"level": check.level, "owner": check.owner, "advice": check.advice, **details}
        return Finding(code=code_of(key), message=message, **given)  # type: ignore[arg-type]


def load_checks(library: Library) -> Checks:
    """The checks of all layers, a later layer's check replacing an earlier one of its key. Raises C09 for a bad formula."""
    merged = Checks({}, {}, {})
    for _, document in library.documents("checks.yaml"):
        content = document.parse(ChecksFile)
        merged.reconcile.update(content.reconcile)
        merged.cells.update(content.cells)
        for key, audit in content.audit.items():
            merged.audit[key] = _with_former(audit, merged.audit.get(key))
        for key, check in content.reconcile.items():
            _check_sides(key, check, document, library)
            if check.where:
                _check_form(key, check.where, document.place("reconcile", key, "where"), library)
        for key, test in content.cells.items():
            for at, form in enumerate(test.where):
                _check_form(key, form, document.place("cells", key, "where", at), library)
            _check_fields(key, test.fields, document, library, "cells")
        for key, audit in content.audit.items():
            _check_fields(key, audit.fields, document, library, "audit")
    return merged


def _with_former(audit: Audit, former: Audit | None) -> Audit:
    """A later layer's audit; the numbers and fields it does not give are those of the former."""
    if former is None:
        return audit
    kept = {"settings": {**former.settings, **audit.settings}, "fields": audit.fields or former.fields}
    return audit.model_copy(update={**kept, "told_by": audit.told_by or former.told_by, "once": former.once})


def _check_form(key: str, form: str, place: Place, library: Library) -> None:
    known = [known.form for known in library.forms]
    if form not in known:
        raise ConfigurationError("C09", f"{key}：没有表单“{form}”", f"是否为“{nearest(form, known)}”？", place)


def _check_fields(key: str, fields: list[str], document: Document, library: Library, part: str) -> None:
    for at, name in enumerate(fields):
        if name not in library.dictionary:
            close = library.dictionary.nearest(name)
            message = f"{key}：字段“{name}”不在数据字典中"
            raise document.error("C09", message, f"是否为“{close}”？", part, key, "fields", at)


def _check_sides(key: str, check: Reconciliation, document: Document, library: Library) -> None:
    """Refuses a side that is no formula of known fields, or an unknown field in `printed` (C09)."""
    sides: list[tuple[str, tuple[str | int, ...]]] = [(check.left, ("left",))]
    sides += [(text, ("right", at)) for at, text in enumerate(check.right)]
    sides += [(check.printed, ("printed",))] if check.printed else []
    for text, path in sides:
        place = document.place("reconcile", key, *path, key=path == ("printed",))
        for item, basis in check.filled():
            form, formula = filled(text, item, basis)
            if form:
                _check_form(key, form.removeprefix(LAST_FORM), place, library)
            try:
                names = [needed.name for needed in parse(formula).inputs()]
            except ExpressionError as error:
                raise ConfigurationError("C09", f"{key}：{error}", "请改正算式", place) from error
            for name in names:
                if name not in library.dictionary:
                    message, close = f"{key}：字段“{name}”不在数据字典中", library.dictionary.nearest(name)
                    raise ConfigurationError("C09", message, f"是否为“{close}”？", place)
