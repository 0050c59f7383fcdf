"""`jixiao scheme lint`: everything that is wrong, doubtful or unproved in schemes and templates, each with its place.

A file that cannot be loaded is a finding too (C01–C23), and the others are linted all the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from converter.mapping.documents import Document
from converter.mapping.library import Library
from converter.scoring.bands import Bands
from converter.scoring.cases import CasesFile, case_values, cases_document, cases_path
from converter.scoring.checks import Checks, load_checks
from converter.scoring.derivations import Derivations
from converter.scoring.extending import Merged, Written, merged, written
from converter.scoring.indicators import Rule
from converter.scoring.lintrules import lint_bands, lint_basis, lint_data, lint_grades, lint_names, lint_place
from converter.scoring.rounding import snap
from converter.scoring.schemechecks import audit_scheme
from converter.scoring.schemes import Scheme, SchemeFile
from converter.scoring.sentences import against_text
from converter.scoring.shelf import load_schemes
from converter.scoring.steps import Deduct
from converter.scoring.templates import Template, is_template, load_template, refuse_unfilled
from converter.vocabulary.findings import LEVEL_ORDER, ConfigurationError, Finding, Level, Owner, finding
from converter.vocabulary.numbers import percent


@dataclass
class Linted:
    """What was linted (names of files as shown) and what was found, in the order of file and line."""

    files: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def count(self, level: Level) -> int:
        """How many findings are of a level."""
        return sum(1 for item in self.findings if item.level is level)


def lint(library: Library, wanted: str | None = None) -> Linted:
    """The schemes and templates of the user's own layer (of the built-in one where there is none).

    `wanted` narrows them to one 区划代码 (a folder) or one name (430527/2019).
    """
    own = len(library.layers) - 1
    broken: list[ConfigurationError] = []
    files = written(library, broken)
    chosen = [one for one in files if one.layer == own and _asked(one.reference, wanted)]
    linter = _Linter(library, files, load_checks(library), Derivations(library.dictionary))
    prefix = f"{library.layers[own].name}/schemes/"
    unread = [one for one in broken if one.place.file.startswith(prefix) and _asked(_name(one, prefix), wanted)]
    findings = [of_error(one) for one in unread]
    for one in chosen:
        findings += linter.file(one)
    if not broken and not any(item.code.startswith("C") for item in findings):
        findings += _twice(library, chosen)
    shown = sorted([*(one.document.shown for one in chosen), *(one.place.file for one in unread)])
    return Linted(shown, sorted(set(findings), key=_order))


def _asked(reference: str, wanted: str | None) -> bool:
    return wanted is None or wanted in (reference, reference.partition("/")[0])


def _name(error: ConfigurationError, prefix: str) -> str:
    return error.place.file.removeprefix(prefix).removesuffix(".yaml")


def _twice(library: Library, chosen: Sequence[Written]) -> Iterator[Finding]:
    """C12: two schemes for the same departments."""
    try:
        load_schemes(library)
    except ConfigurationError as error:
        if error.place.file in {one.document.shown for one in chosen}:
            yield of_error(error)


def of_error(error: ConfigurationError) -> Finding:
    """An error that keeps a file from being used, as a finding."""
    return Finding(error.code, Level.ERROR, Owner.RULES, error.message, error.advice, place=error.place)


def _order(item: Finding) -> tuple[str, tuple[int, ...], int, str, str]:
    position = tuple(int(part) for part in item.place.cell.split(":") if part)
    return item.place.file, position, LEVEL_ORDER[item.level], item.code, item.message


@dataclass(frozen=True)
class _Linter:
    """What linting a file needs besides the file."""

    library: Library
    files: Sequence[Written]
    checks: Checks
    derivations: Derivations

    def file(self, one: Written) -> list[Finding]:
        """Everything about one file; of what it inherited, the scheme in which it was seen is named."""
        own = one.document.shown, one.document.shown.replace(".yaml", ".cases.yaml")
        return [
            item if item.place.file in own else item._replace(message=f"{item.message}（见于方案 {one.reference}）")
            for item in self._all(one)
        ]

    def _all(self, one: Written) -> list[Finding]:
        try:
            document = merged(one, self.files)
            if is_template(one.document):
                return list(self._template(load_template(one.reference, document, self.library.dictionary)))
            mistakes = document.mistakes(SchemeFile, {"dictionary": self.library.dictionary})
            refuse_unfilled(document)
            if mistakes:
                return [of_error(mistake) for mistake in mistakes]
            return list(self._scheme(Scheme(document, self.library.dictionary), one.reference))
        except ConfigurationError as error:
            return [of_error(error)]

    def _scheme(self, scheme: Scheme, reference: str) -> Iterator[Finding]:
        for item in audit_scheme(scheme, self.checks):
            if item.code != "S04" or not _acknowledged(item, scheme):
                yield item
        for rule in scheme.rules:
            yield from against_text(rule, scheme)
            yield from lint_bands(rule, scheme)
            yield from lint_data(rule, scheme, self.library.dictionary)
        yield from lint_names(scheme)
        yield from lint_grades(scheme)
        yield from lint_basis(scheme)
        yield from lint_place(scheme, reference)
        yield from self._cases(scheme, scheme.rules, edges=True)

    def _template(self, template: Template) -> Iterator[Finding]:
        """A template's own mistakes; what it leaves to the region is none."""
        scheme = template.scheme
        filled = [rule for rule in scheme.rules if rule.name not in template.unfilled]
        if not template.unfilled:
            yield from (item for item in audit_scheme(scheme, self.checks) if item.code in ("S01", "S04"))
        for rule in filled:
            yield from (item for item in against_text(rule, scheme) if item.code != "L14")
            yield from lint_bands(rule, scheme)
        yield from lint_names(scheme)
        yield from lint_grades(scheme)
        yield from lint_basis(scheme)
        valued = [rule for rule in scheme.rules if rule.name not in template.unfilled or not rule.judged]
        yield from self._cases(scheme, valued, edges=not template.unfilled)

    def _cases(self, scheme: Scheme, rules: Sequence[Rule], *, edges: bool) -> Iterator[Finding]:
        """L09 an indicator without a worked case, L10 an edge on which none stands."""
        there = cases_path(scheme.document).is_file()
        try:
            inherited = _covered_by_ancestors(scheme.document)
            values = case_values(scheme, self.derivations) if there else {}
        except ConfigurationError as error:
            yield of_error(error)
            return
        lacking = [rule for rule in rules if rule.name not in inherited]
        if lacking and not there:
            message = f"旁边没有算例文件 {cases_path(scheme.document).name}，{len(lacking)} 个指标没有算例"
            yield finding("L09", message, subject="算例", place=scheme.document.place())
            return
        for rule in lacking:
            if rule.name not in values:
                message = f"{rule.name}：没有算例"
                yield finding("L09", message, subject=rule.name, place=scheme.place(rule.name))
            elif edges:
                yield from _bare_edges(rule, scheme, values[rule.name])


def _acknowledged(item: Finding, scheme: Scheme) -> bool:
    """Whether the rule itself says that its sentence speaks of another full mark."""
    rule = next(rule for rule in scheme.rules if rule.name == item.subject)
    return rule.spec.text_full is not None


def _covered_by_ancestors(document: Document) -> set[str]:
    """Indicators of which nothing was changed since an ancestor whose worked cases expect something of them."""
    covered: set[str] = set()
    if isinstance(document, Merged):
        for length, ancestor in enumerate(document.chain[:-1], start=1):
            if cases_path(ancestor).is_file():
                told = {name for case in cases_document(ancestor).parse(CasesFile).cases for name in case.expect}
                covered |= {name for name in told if document.written_by(name) <= set(document.chain[:length])}
    return covered


def _bare_edges(rule: Rule, scheme: Scheme, values: Sequence[float]) -> Iterator[Finding]:
    """L10: an edge of bands, or the target of a deduction, that no case's value lies on."""
    around = rule.form.around if isinstance(rule.form, Bands) else None
    measured = np.array(values) if around is None else np.abs(np.array(values) - around)
    there = {float(value) for value in snap(measured) if not np.isnan(value)}
    edges: dict[float, tuple[str | int, ...]] = {}
    if isinstance(rule.form, Bands):
        for index, band in enumerate(rule.form.bands):
            for _, edge in band.conditions():
                edges.setdefault(edge, ("bands", index) if around is None else ("bands", "bands", index))
    elif isinstance(rule.form, Deduct):
        edges[float(snap(np.array([rule.form.target]))[0])] = ("deduct",)
    for edge, path in edges.items():
        if edge not in there:
            message = f"{rule.name}：没有一例的指标值恰好是界线 {percent(edge)}"
            place = scheme.document.place("indicators", rule.name, *path)
            yield finding("L10", message, subject=rule.name, place=place)
