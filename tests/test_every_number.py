"""Every number of every shipped scheme is held by a worked case: change one, and a case fails or the file is refused.

So is every number of tests/worked/forms.yaml, which has an indicator for each scoring form.
"""

import copy
import re
from collections.abc import Container, Iterator
from decimal import Decimal
from typing import Any

import pytest

from converter.mapping.documents import Document
from converter.mapping.library import Library
from converter.scoring.cases import cases_document, run_cases
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme
from converter.scoring.shelf import load_schemes, load_templates
from converter.scoring.templates import Template
from converter.vocabulary.findings import ConfigurationError
from tests.conftest import ROOT

LIBRARY = Library()
WORKED = ROOT / "tests" / "worked" / "forms.yaml"
SCHEMES = [shelved.scheme for shelved in load_schemes(LIBRARY)]
TEMPLATES = load_templates(LIBRARY)
SCHEMES.append(Scheme(Document(WORKED, "tests/worked/forms.yaml"), LIBRARY.dictionary))
PARTS = ("indicators", "grades", "levels", "adjustments")
WORDS = ("text", "basis", "path", "aliases")
NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(\s*%|/\d+)?")
Path = tuple[str | int, ...]


def numbers(node: Any, path: Path = ()) -> Iterator[Path]:
    """The way to every number, percent and fraction below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in WORDS:
                yield from numbers(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from numbers(value, (*path, index))
    elif is_number(node):
        yield path


def is_number(node: object) -> bool:
    if isinstance(node, str):
        return NUMBER.fullmatch(node) is not None
    return isinstance(node, int | float) and not isinstance(node, bool)


def changed(value: Any, by: int) -> Any:
    """A number with its last digit one more or less, as a slip of the finger would leave it."""
    match = NUMBER.fullmatch(str(value))
    assert match is not None
    number = Decimal(match[1])
    number += by * Decimal(1).scaleb(number.as_tuple().exponent)  # type: ignore[arg-type]
    if isinstance(value, str):
        return f"{number}{match[2] or ''}"
    return float(number) if isinstance(value, float) else int(number)


def at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def survives(scheme: Scheme, path: Path, by: int, derivations: Derivations, cases: Document) -> bool:
    """Whether a changed number goes unnoticed by every worked case."""
    document = copy.copy(scheme.document)
    document.plain = copy.deepcopy(scheme.document.plain)
    parent = at(document.plain, path[:-1])
    parent[path[-1]] = changed(parent[path[-1]], by)
    try:
        other = Scheme(document, LIBRARY.dictionary)
        return not any(result.failures for result in run_cases(other, derivations, cases))
    except ConfigurationError:
        return False


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_changing_any_number_makes_a_case_fail(scheme: Scheme) -> None:
    assert not unnoticed(scheme, frozenset())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.reference)
def test_changing_any_number_of_a_template_makes_a_case_fail(template: Template) -> None:
    """But for the stand-ins of what it leaves open, which nobody has written."""
    assert not unnoticed(template.scheme, frozenset(template.unfilled))


def unnoticed(scheme: Scheme, open_ones: Container[str]) -> list[str]:
    """Changed numbers that no worked case notices, those of the indicators in `open_ones` left aside."""
    derivations, cases = Derivations(LIBRARY.dictionary), cases_document(scheme.document)
    assert not any(result.failures for result in run_cases(scheme, derivations, cases))
    plain: Any = scheme.document.plain
    tree = {part: plain[part] for part in PARTS if part in plain}
    paths = [p for p in numbers(tree) if not (p[0] == "indicators" and p[1] in open_ones)]
    assert paths
    return [
        f"{scheme.document.place(*path)} {'.'.join(map(str, path))} = {at(tree, path)} {by:+d}"
        for path in paths
        for by in (1, -1)
        if survives(scheme, path, by, derivations, cases)
    ]


def test_what_counts_as_a_number() -> None:
    tree = {"a": 1, "b": ["5%", "1/3", "text 5", True, None], "text": "5%", "c": {"d": -0.5, "e": "2019年"}}
    assert list(numbers(tree)) == [("a",), ("b", 0), ("b", 1), ("c", "d")]


@pytest.mark.parametrize(
    ("value", "more", "less"),
    [
        (5, 6, 4),
        (0.5, 0.6, 0.4),
        ("100%", "101%", "99%"),
        ("0%", "1%", "-1%"),
        ("1/3", "2/3", "0/3"),
        (0.02, 0.03, 0.01),
    ],
)
def test_a_slip_of_the_finger(value: object, more: object, less: object) -> None:
    assert (changed(value, 1), changed(value, -1)) == (more, less)
