"""Formulas that try to get out of the language are refused when the scheme is loaded, where they stand, and at once."""

import time
from pathlib import Path

import pytest

from converter.mapping.documents import Document
from converter.mapping.library import Library
from converter.scoring.expressions import ExpressionError, parse
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import ConfigurationError
from tests.test_schemes import scheme_text

SECONDS = 0.05
ESCAPES = {
    "attribute": "编制数.__class__.__base__.__subclasses__()",
    "attribute of a number": "(1).real",
    "attribute behind a call": "max(编制数, 1).__init__",
    "import": "__import__('os').system('true')",
    "open": "open('/etc/passwd')",
    "eval": "eval('1')",
    "exec": "exec('1')",
    "getattr": "getattr(编制数, '__class__')",
    "power": "9 ** 9 ** 9 ** 9",
    "huge power": "2 ** 100000000",
    "huge number": "1" + "0" * 400,
    "infinite": "1e999",
    "shift": "1 << 10000000000",
    "multiplied text": "'a' * 1000000000",
    "lambda": "(lambda: 编制数)()",
    "lambda in a call": "max(lambda: 1, 2)",
    "comprehension": "[编制数 for _ in (1, 2)]",
    "generator": "max(x for x in (1, 2))",
    "walrus": "(编制数 := 3)",
    "conditional": "1 if 编制数 else 2",
    "comparison": "编制数 > 3",
    "boolean": "编制数 and 在职人员数",
    "subscript": "编制数[0]",
    "text": "'编制数'",
    "f-string": "f'{编制数}'",
    "starred": "max(*编制数)",
    "keyword": "max(编制数, 1, key=abs)",
    "await": "await 编制数",
    "yield": "(yield 编制数)",
    "dictionary": "{1: 2}",
    "set": "{编制数}",
    "tuple": "编制数, 在职人员数",
    "ellipsis": "...",
    "invert": "~编制数",
    "not": "not 编制数",
    "matrix": "编制数 @ 编制数",
    "floor": "编制数 // 2",
    "statement": "import os",
    "two lines": "编制数\n编制数",
    "semicolon": "编制数; 编制数",
    "10,000 brackets": "(" * 10000 + "编制数" + ")" * 10000,
    "10,000 open brackets": "(" * 10000,
    "900 square brackets": "[" * 900,
    "1,900 minus signs": "-" * 1900 + "1",
    "900 added": "+".join(["编制数"] * 450),
    "calls in calls": "abs(" * 300 + "1" + ")" * 300,
    "long": "编制数 + " * 100000 + "1",
    "null": "编制数\0",
    "surrogate": "编制数 + \ud800",
    "last year of a call": "上年(max(编制数, 1))",
    "last year twice": "上年(上年(编制数))",
}


def seconds(call: object) -> float:
    start = time.process_time()
    call()  # type: ignore[operator]
    return time.process_time() - start


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
def test_an_escape_is_refused_at_once(escape: str) -> None:
    def refused() -> None:
        with pytest.raises(ExpressionError, match=r"第 \d+ 个字符处"):
            parse(escape)

    assert min(seconds(refused) for _ in range(3)) < SECONDS


@pytest.mark.parametrize("escape", [n for n in ESCAPES if n not in ("null", "surrogate", "two lines")])
def test_an_escape_in_a_scheme_is_refused_with_its_position(escape: str, tmp_path: Path, library: Library) -> None:
    """Reading the file included, but for a formula of 400,000 characters, which YAML takes two seconds to read."""
    written = ESCAPES[escape].replace("'", "''")
    text = scheme_text().replace("value: 在职人员数 / 编制数", f"value: '{written}'")
    path = tmp_path / "scheme.yaml"
    path.write_text(text, encoding="utf-8")
    read = Document(path, "scheme.yaml")
    line = next(number for number, row in enumerate(text.splitlines(), start=1) if "value:" in row)

    def refused() -> None:
        with pytest.raises(ConfigurationError) as caught:
            Scheme(read if escape == "long" else Document(path, "scheme.yaml"), library.dictionary)
        assert str(caught.value.place) == f"scheme.yaml:{line}:12"
        assert "个字符处" in str(caught.value) or "公式" in str(caught.value)

    assert min(seconds(refused) for _ in range(5)) < SECONDS


@pytest.mark.parametrize("key", ["variants: {另一种: 编制数.real}", "relative: {to: open(编制数), none: 5, within: 1}"])
def test_every_key_that_holds_a_formula_is_guarded(key: str, tmp_path: Path, library: Library) -> None:
    text = scheme_text().replace("deduct: {above: 100%, every: 1%, points: 0.5}", key)
    path = tmp_path / "scheme.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"公式第 \d+ 个字符处"):
        Scheme(Document(path, "scheme.yaml"), library.dictionary)


def test_an_adjustment_is_guarded(tmp_path: Path, library: Library) -> None:
    more = "adjustments:\n  封顶: {value: 编制数 ** 9, caps: [{under: 1, points: 5}], text: 封顶}\n"
    path = tmp_path / "scheme.yaml"
    path.write_text(scheme_text() + more, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"公式第 1 个字符处"):
        Scheme(Document(path, "scheme.yaml"), library.dictionary)
