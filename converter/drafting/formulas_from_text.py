"""指标说明 → formula: 在职人员控制率=（在职人员数/编制数）×100% as 在职人员数 / 编制数, over fields of the data dictionary.

A formula that names something unknown, or that is no quotient though the indicator is a rate, is kept as printed and said.
"""

import re
from dataclasses import dataclass

from converter.drafting.names import resolve
from converter.drafting.shares import balanced
from converter.mapping.fields import Dictionary, FieldKind
from converter.scoring.expressions import MAX_LENGTH, ExpressionError, Formula, parse
from converter.vocabulary.labels import plain

#: Operators as printed → as written in a rule.
_OPERATORS = {"×": "*", "*": "*", "÷": "/", "/": "/", "+": "+", "-": "-", "−": "-", "–": "-", "(": "(", ")": ")"}
_TOKEN = re.compile(r"[×*÷/+\-−–()]|\d+(?:\.\d+)?%?(?![一-鿿])|[^×*÷/+\-−–()]+")
_PERCENT_TAIL = re.compile(r"(?:[×*xX]?100(?:\.0+)?%)+$")
#: A formula ends here; what follows explains its names.
_END = re.compile(r"[。;；:：=]|(?<=%)[,，]|[,，](?=其中|[^,，/÷]*[:：])")


@dataclass(frozen=True)
class Drafted:
    """A value formula as it could be drafted: `formula` over known fields, or None with what was printed; and the doubts."""

    printed: str
    formula: Formula | None
    doubts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The formula as a rule writes it."""
        return "" if self.formula is None else self.formula.text


def definition(note: str, name: str) -> tuple[str, tuple[str, ...]]:
    """The right side of `name`=… in a note, "" where there is none; and the doubts (= lost, another name before it)."""
    own = re.escape(plain(name))
    lines = [plain(line) for line in re.split(r"[\r\n]+", note) if len(line) <= MAX_LENGTH]
    for line in lines:
        if match := re.search(rf"{own}(?P<sign>=|[-—]+(?=\()|(?=\())", line):
            text = _cut(line[match.end() :])
            if _is_computed(text):
                return text, {"=": (), "": ("等号没有印出",)}.get(match["sign"], ("等号印成了“-”",))
    for line in lines:
        if (match := re.search(r"(?:^|[。;,])(?P<left>[^。;,=/]{2,30})=", line)) and "得分" not in match["left"]:
            text = _cut(line[match.end() :])
            if _is_computed(text):
                return text, (f"公式写的是“{match['left']}”，指标名是“{plain(name)}”",)
    for line in lines:
        if "=" not in line and re.fullmatch(r"\(?[^。;,:]+/[^。;,:]+[×*)]100%。?", line):
            return _cut(line), ("公式没有印出左边和等号",)
    return "", ()


def _is_computed(text: str) -> bool:
    return re.search(r"[/÷*×+]", text) is not None


def _cut(text: str) -> str:
    """A folded text up to where its formula ends, without ×100%."""
    text = re.sub(r"[×*]100%(?=/)", "", text)
    text = _END.split(text, maxsplit=1)[0]
    if match := re.match(r"(.*?[×*]?100%)", text):
        text = match[1]
    return _PERCENT_TAIL.sub("", text.rstrip(",，"))


def draft(printed: str, name: str, dictionary: Dictionary, doubts: tuple[str, ...] = ()) -> Drafted:
    """A printed expression over the fields its names mean; the indicator's name says whether it has to be a rate."""
    pieces: list[str] = []
    unknown: list[str] = []
    for token in _TOKEN.findall(_PERCENT_TAIL.sub("", plain(printed))):
        if token in _OPERATORS:
            pieces.append(_OPERATORS[token])
        elif re.fullmatch(r"\d+(?:\.\d+)?", token):
            pieces.append(token)
        else:
            found = resolve(token, dictionary)
            unknown += [] if found.field else [found.why]
            pieces.append(str(found.field))
    if unknown or not pieces:
        return Drafted(printed, None, (*doubts, *dict.fromkeys(unknown)))
    return _parsed(printed, pieces, name, dictionary, doubts)


def _parsed(printed: str, pieces: list[str], name: str, dictionary: Dictionary, doubts: tuple[str, ...]) -> Drafted:
    """The pieces as a formula; brackets that were lost around a quotient's two sides are put back, and said."""
    rate = plain(name).endswith("率") and len(pieces) > 1
    text = _spaced(pieces)
    try:
        formula = parse(text)
        if rate and not formula.is_ratio():
            formula = parse(_with_brackets(pieces))
            doubts = (*doubts, "公式像是缺了括号，按“（分子）÷（分母）”理解")
    except (ExpressionError, ValueError):
        return Drafted(printed, None, (*doubts, "公式没有读懂，请检查括号和运算符"))
    return Drafted(printed, formula, (*doubts, *_mixed(formula, dictionary)))


def _with_brackets(pieces: list[str]) -> str:
    """numerator / denominator, each in its own brackets. ValueError where there is no single quotient."""
    bare = [piece for piece in pieces if piece not in "()"]
    if bare.count("/") != 1 or not {"+", "-"} & set(bare):
        raise ValueError("no single quotient")
    at = bare.index("/")
    return _spaced(["(", *bare[:at], ")", "/", "(", *bare[at + 1 :], ")"])


def _spaced(pieces: list[str]) -> str:
    """(三公经费预算数 - 上年(三公经费预算数)) / 上年(三公经费预算数)."""
    text = "".join(f" {piece} " if piece in "+-*/" else piece for piece in pieces).strip()
    inner = text[1:-1]
    return inner if text.startswith("(") and text.endswith(")") and balanced(text) and balanced(inner) else text


def _mixed(formula: Formula, dictionary: Dictionary) -> tuple[str, ...]:
    """A doubt where a formula sets things of different kinds against each other."""
    kinds = {str(dictionary[needed.name].kind) for needed in formula.inputs()} - {str(FieldKind.RATIO)}
    return (f"公式里{'、'.join(sorted(kinds))}混在一起",) if len(kinds) > 1 else ()
