"""The live formulas of a workbook that this program wrote, as text by sheet and cell: what run.json keeps of them."""

import hashlib
import html
import io
import json
import re
import zipfile
from typing import Any, NamedTuple

#: Sheet → cell → formula, without the = before it.
Formulas = dict[str, dict[str, str]]

_SHEET = re.compile(r'<sheet name="([^"]*)"')
_CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"[^>]*><f>([^<]*)</f>')
#: A text in quotes; a sheet's name in apostrophes that can do without.
_TEXT = re.compile(r'("(?:[^"]|"")*")')
_QUOTED_NAME = re.compile(r"'([A-Za-z_\u4e00-\u9fff][\w.]*)'!")


class Live(NamedTuple):
    """The formulas of a workbook, and a digest of them."""

    formulas: Formulas
    digest: str

    @classmethod
    def of(cls, formulas: Formulas) -> "Live":
        """Formulas with their digest."""
        return cls(formulas, hashlib.sha256(json.dumps(formulas).encode()).hexdigest())


def written_formulas(content: bytes) -> Formulas:
    """Every formula of a workbook of ours (xlsxwriter numbers the sheets' parts in their order); {} where it has none."""
    formulas: Formulas = {}
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = _SHEET.findall(package.read("xl/workbook.xml").decode())
        for number, name in enumerate(names, start=1):
            found = _CELL.findall(package.read(f"xl/worksheets/sheet{number}.xml").decode())
            if found:
                formulas[html.unescape(name)] = {cell: html.unescape(text) for cell, text in found}
    return formulas


def formulas_of(manifest: dict[str, Any], name: str) -> Formulas:
    """The formulas that run.json says a book was written with; {} where it says nothing."""
    groups = manifest.get("formulas") or []
    return next((group["sheets"] for group in groups if name in group["books"]), {})


def spelt(formula: str) -> str:
    """A formula as every program writes it: without = and blanks, sheets named without needless apostrophes."""
    pieces = _TEXT.split(formula.strip().removeprefix("="))
    return "".join(piece if piece.startswith('"') else _bare(piece) for piece in pieces)


def _bare(piece: str) -> str:
    """A piece of a formula outside quotes."""
    return re.sub(r"\s+", "", _QUOTED_NAME.sub(r"\1!", piece)).upper()
